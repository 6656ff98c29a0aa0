//! Erasing the content of an event: which lines become stubs, and the events that say why.

use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::codec;
use recount_ledger::line::EventLine;
use recount_ledger::redact::Stubs;
use recount_ledger::stub::Stub;
use recount_ledger::writer::Receipt;
use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, Problem};

use crate::session::push;
use crate::{ReplayError, Session, Stamp};

/// Why a content is erased.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// The reason, in words.
    pub reason: &'a str,
    /// Under which law.
    pub legal_basis: Option<&'a str>,
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// What was asked for cannot be done.
    #[error("{}: expected {}", .0.member, .0.expected)]
    Problem(Box<Problem>),
    /// The ledger could not be read or written.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

impl From<Problem> for RedactError {
    fn from(problem: Problem) -> Self {
        RedactError::Problem(Box::new(problem))
    }
}

impl Session<'_> {
    /// The events whose lines erasing the content of event `target` turns into stubs: itself and every correction of it.
    ///
    /// # Errors
    ///
    /// [`Code::NO_SUCH_EVENT`]; [`Code::WRONG_EVENT`] for a correction, which goes with what it corrects, and for a type that
    /// others are read by; [`Code::NOT_LIVE`] if it was erased before.
    pub fn redactable(&self, target: Seq) -> Result<Vec<Seq>, Problem> {
        let state = self.state();
        let problem = |code, expected: String| Problem::new(code, "target", target.to_string(), expected);
        let Some(kind) = state.kind(target) else {
            return Err(problem(Code::NO_SUCH_EVENT, format!("an earlier event: 1 to {}", state.size())));
        };
        if state.is_withheld(target) {
            let by = state.redaction_of(target).map(|by| format!(" at seq {by}")).unwrap_or_default();
            let expected = format!("an event whose content is there; that of this one was erased{by}");
            return Err(problem(Code::NOT_LIVE, expected));
        }
        if let (Kind::RecordCorrected, Some(original)) = (kind, state.target(target)) {
            let expected = "the original event, whose corrections are erased with it".to_owned();
            let hint = format!("the original is seq {original}");
            return Err(problem(Code::WRONG_EVENT, expected).hint(Some(hint)));
        }
        if !kind.is_redactable() {
            let expected = format!("an event that others can be read without; this one is {}", kind.as_str());
            return Err(problem(Code::WRONG_EVENT, expected));
        }
        Ok(std::iter::once(target).chain(state.corrections_of(target)).collect())
    }

    /// The events in force that name one of these as a figure they withdraw, contest or revise: without its content they say
    /// less.
    pub fn naming(&self, erased: &[Seq]) -> Vec<Seq> {
        let state = self.state();
        let withdrawals = state.withdrawals().live().map(|entry| (entry.seq, entry.row.target));
        let disputes = state.disputes().live().map(|entry| (entry.seq, entry.row.target));
        let named = withdrawals.chain(disputes).filter(|(_, target)| erased.contains(target));
        let mut naming: Vec<Seq> = named.map(|(seq, _)| seq).chain(state.revising(erased)).collect();
        naming.sort_unstable();
        naming
    }

    /// Erases the content of event `target` and of every correction of it, and appends the events that say why. Offsets in the
    /// state do not hold any more, so the session ends.
    ///
    /// # Errors
    ///
    /// Those of [`Session::redactable`]; a reason or legal basis that is no text; [`ReplayError`] when the ledger cannot be
    /// read or written: it is then as it was, or as it was to be.
    pub fn redact(mut self, target: Seq, grounds: Grounds<'_>, stamp: Stamp) -> Result<Receipt, RedactError> {
        let erased = self.redactable(target)?;
        let lines = self.lines(&erased)?;
        let stubs = lines.iter().map(|line| stub(line)).collect::<Result<Stubs<'_>, Problem>>()?;
        let mut batch = Batch::new(u64::from(self.state.size()) + 1);
        let (at, clock) = self.moment(stamp);
        for stub in stubs.values() {
            let data = codec::redacted(stub, grounds.reason, grounds.legal_basis)?;
            let kind = Kind::EventRedacted.as_str();
            push(&mut batch, NewEvent { at, by: &self.options.by, clock, from: None, kind, data: &data })?;
        }
        let redacted = self.writer.redact(&stubs, &mut self.known.frontier, &batch);
        Ok(redacted.map_err(ReplayError::from)?)
    }

    fn lines(&self, seqs: &[Seq]) -> Result<Vec<Vec<u8>>, Problem> {
        let texts = self.texts();
        let unreadable = |seq: Seq, reason| Problem::new(Code::IO, "target", seq.to_string(), reason);
        seqs.iter().map(|seq| texts.line(*seq).map_err(|error| unreadable(*seq, error.reason))).collect()
    }
}

fn stub(line: &[u8]) -> Result<(u64, Stub<'_>), Problem> {
    let unreadable = || Problem::new(Code::CORRUPT, "target", "", "an event of a type that can be redacted");
    let event = EventLine::parse(line).map_err(|_| unreadable())?;
    let kind = Kind::parse(&event.kind).ok_or_else(unreadable)?;
    Ok((event.seq, Stub::of(line, &event, codec::kept(kind, &event))))
}
