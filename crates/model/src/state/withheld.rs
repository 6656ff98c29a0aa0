//! Events whose content was erased: what their stubs keep, and the events that say why.

use super::key::Key;
use super::versioned::Dictionary;
use super::{PlaceRow, Refs, ReporterRow, SourceRow, State};
use crate::event::{Kind, Seq, Withheld};
use crate::problem::{Code, Problem};

/// The stubs of a ledger, in order of their events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stubs {
    rows: Vec<Stub>,
    /// (`event.redacted`, stub), in order.
    explained: Vec<(Seq, Seq)>,
}

#[derive(Clone, Debug)]
struct Stub {
    seq: Seq,
    line: Box<str>,
    /// The `event.redacted` that says why; none for a moment, while a ledger is replayed.
    redacted_by: Option<Seq>,
}

impl Stubs {
    fn position(&self, seq: Seq) -> Option<usize> {
        self.rows.binary_search_by_key(&seq, |stub| stub.seq).ok()
    }

    /// The event whose content `event.redacted` number `seq` says was erased.
    pub(super) fn target(&self, seq: Seq) -> Option<Seq> {
        let at = self.explained.binary_search_by_key(&seq, |(by, _)| *by).ok()?;
        Some(self.explained[at].1)
    }
}

impl State {
    /// Whether the content of event `seq` was erased.
    pub fn is_withheld(&self, seq: Seq) -> bool {
        self.stubs.position(seq).is_some()
    }

    /// The `event.redacted` that says why the content of event `seq` was erased. Of a prefix of a ledger it may lie
    /// beyond.
    pub fn redaction_of(&self, seq: Seq) -> Option<Seq> {
        self.stubs.rows[self.stubs.position(seq)?].redacted_by
    }

    /// The events whose content was erased, in order.
    pub fn withheld(&self) -> impl ExactSizeIterator<Item = Seq> {
        self.stubs.rows.iter().map(|stub| stub.seq)
    }

    /// The first stub that no `event.redacted` explains: in a whole ledger somebody put it there.
    pub fn unexplained_stub(&self) -> Option<Seq> {
        self.stubs.rows.iter().find(|stub| stub.redacted_by.is_none()).map(|stub| stub.seq)
    }

    /// The place among the stubs of the one that an `event.redacted` explains.
    ///
    /// # Errors
    ///
    /// A problem with `target` or `stub` if there is no such stub, or another, or one that was explained before.
    pub(super) fn stub_to_explain(&self, target: Seq, line: &str) -> Result<usize, Problem> {
        let wrong =
            |member, value: String, expected| Problem::new(Code::WRONG_EVENT, member, value, expected);
        let Some(at) = self.stubs.position(target) else {
            let expected = "a stub in place of the content of the event it erased";
            return Err(wrong("target", target.to_string(), expected));
        };
        let stub = &self.stubs.rows[at];
        if stub.redacted_by.is_some() {
            return Err(wrong("target", target.to_string(), "an event whose content was not erased before"));
        }
        if &*stub.line != line {
            return Err(wrong("stub", line.to_owned(), "the stub as it stands in place of the event"));
        }
        Ok(at)
    }

    pub(super) fn redact(&mut self, seq: Seq, target: Seq, line: &str) -> Result<(), Problem> {
        let at = self.stub_to_explain(target, line)?;
        self.stubs.rows[at].redacted_by = Some(seq);
        self.stubs.explained.push((seq, target));
        Ok(())
    }

    /// Takes in what a stub keeps, so that what refers to its event still can.
    pub(super) fn withhold(&mut self, seq: Seq, withheld: &Withheld<'_>) -> Result<(), Problem> {
        self.stubs.rows.push(Stub { seq, line: withheld.stub.as_ref().into(), redacted_by: None });
        let id = withheld.id.as_deref();
        match withheld.kind {
            Kind::SourceAdded => declare(&mut self.sources, seq, id, SourceRow { published: None })?,
            Kind::ReporterAdded => {
                declare(&mut self.reporters, seq, id, ReporterRow { kind: None, speaks_for: None })?;
            }
            Kind::PlaceAdded => declare(&mut self.places, seq, id, PlaceRow { parent: None })?,
            Kind::CaseDocumented => declare(&mut self.cases, seq, id, Refs::default())?,
            Kind::StatementRecorded => self.statements.push(seq, Refs::default()),
            Kind::NormCited => self.norms.push(seq, Refs::default()),
            Kind::RecordCorrected => {
                let target = withheld.target.filter(|target| self.is_withheld(*target));
                let target = target.ok_or_else(|| unfit("target", "the stub that it corrected"))?;
                self.corrections.push((seq, target));
                self.corrected.insert((target, seq));
            }
            _ => {}
        }
        Ok(())
    }
}

fn declare<K: Key, T>(
    dictionary: &mut Dictionary<K, T>,
    seq: Seq,
    id: Option<&str>,
    row: T,
) -> Result<(), Problem> {
    dictionary.declare(seq, id.ok_or_else(|| unfit("id", "the id that it declared"))?, row);
    Ok(())
}

fn unfit(member: &str, expected: &str) -> Problem {
    Problem::new(Code::MISSING_MEMBER, member, "", expected)
}
