//! Events whose content was erased: what their stubs keep, and the events that say why.

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::versioned::Dictionary;
use super::{PlaceRow, Refs, ReporterRow, SourceRow, State};
use crate::event::{Kind, Seq, Withheld};
use crate::problem::{Code, Problem};

/// The stubs of a ledger, in order of their events.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Stubs {
    rows: Vec<Stub>,
    /// (`event.redacted`, stub), in order.
    explained: Vec<(Seq, Seq)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
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

    /// The events whose content an event after `seq` erased, in order, each with that event. A replay to `seq` does not know
    /// what they said either.
    pub fn erased_after(&self, seq: Seq) -> impl Iterator<Item = (Seq, Seq)> {
        let stubs = self.stubs.rows.iter();
        stubs.filter_map(move |stub| Some((stub.seq, stub.redacted_by.filter(|by| *by > seq)?)))
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
        self.stubs.rows.push(Stub { seq, line: withheld.stub.into(), redacted_by: None });
        let id = withheld.id;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::event::Fact;
    use crate::testing::{Book, erased};

    fn explain(target: Seq, stub: &'static str) -> Fact<'static> {
        Fact::EventRedacted { target, stub }
    }

    #[test]
    fn a_stub_waits_for_the_event_that_explains_it() {
        let mut book = Book::new("");
        book.erase("statement.recorded", None, None);
        let state = &book.state;
        assert_eq!((state.is_withheld(17), state.is_withheld(18)), (false, true));
        assert_eq!((state.unexplained_stub(), state.redaction_of(18)), (Some(18), None));
        assert_eq!(state.withheld().collect::<Vec<_>>(), [18]);
        insta::assert_snapshot!(book.problems(&explain(17, "stub")), @r#"E0303 target "17": expected a stub in place of the content of the event it erased"#);
        insta::assert_snapshot!(book.problems(&explain(18, "another")), @r#"E0303 stub "another": expected the stub as it stands in place of the event"#);
        book.apply(explain(18, "stub"));
        let state = &book.state;
        assert_eq!((state.unexplained_stub(), state.redaction_of(18)), (None, Some(19)));
        assert_eq!((state.target(19), state.redaction_of(17)), (Some(18), None));
        insta::assert_snapshot!(book.problems(&explain(18, "stub")), @r#"E0303 target "18": expected an event whose content was not erased before"#);
    }

    #[test]
    fn what_a_stub_declared_can_be_named_and_not_declared_again() {
        let mut book = Book::new("");
        for kind in ["source.added", "reporter.added", "place.added", "case.documented"] {
            book.erase(kind, Some("x"), None);
            assert!(book.problems(&erased(kind, Some("x"), None)).starts_with("E0304"), "{kind}");
            assert!(book.state.clone().withhold(99, &Withheld::without_id(kind)).is_err(), "{kind}");
        }
        book.append("figure back 10 by=x source=x place=x");
        book.append("update x by=x source=x origin=x");
        book.erase("norm.cited", None, None);
        assert_eq!((book.state.norms().live().count(), book.state.withheld().len()), (1, 5));
    }

    #[test]
    fn a_correction_is_erased_with_what_it_corrects() {
        let mut book = Book::new("norm");
        insta::assert_snapshot!(book.problems(&erased("record.corrected", None, Some(18))), @r#"E0303 target "18": expected a stub, as its correction is one"#);
        book.erase("norm.cited", None, None);
        book.erase("record.corrected", None, Some(19));
        assert_eq!(book.state.corrections_of(19).collect::<Vec<_>>(), [20]);
        assert_eq!(book.state.target(20), Some(19));
        assert!(book.state.withhold(21, &Withheld::without_id("record.corrected")).is_err());
    }

    impl Withheld<'_> {
        fn without_id(kind: &str) -> Withheld<'static> {
            Withheld { kind: Kind::parse(kind).unwrap(), id: None, target: None, stub: "stub" }
        }
    }
}
