//! One pass over a ledger: each line to a fact, each fact into the state.

use std::ops::ControlFlow;

use recount_ledger::codec;
use recount_ledger::line::{Line, LineError};
use recount_ledger::reader::Ledger;
use recount_ledger::{LineRef, Visitor};
use recount_model::clock::RecordedBy;
use recount_model::event::{Event, Fact, Kind, Seq};
use recount_model::problem::{Code, Problem};
use recount_model::state::State;

use crate::ReplayError;

/// Lines between two reports of progress.
const PROGRESS_LINES: u64 = 4096;

/// A replayed prefix of a ledger.
#[derive(Debug, Default)]
pub struct Replay {
    /// The state after the last event of the prefix.
    pub state: State,
    /// How many events of the ledger lie beyond the prefix.
    pub beyond: u64,
}

impl Replay {
    /// Replays a ledger as far as `until`, or to its head. The checksum of every batch is checked either way.
    /// `progress` hears now and then at which byte of the file the replay is.
    ///
    /// # Errors
    ///
    /// [`ReplayError`]: nothing is skipped and nothing guessed.
    pub fn of(
        ledger: &Ledger,
        until: Option<RecordedBy>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Replay, ReplayError> {
        let each = |_: &State, line: &LineRef<'_>, _: &Line<'_>| {
            if line.number.is_multiple_of(PROGRESS_LINES) {
                progress(line.offset);
            }
        };
        let mut folding = Folding { replay: Replay::default(), until, failed: None, each };
        ledger.read(&mut folding)?;
        folding.finish(ledger)
    }

    /// Replays a whole ledger for a writer and hands every line to `each` as well, with the state after it.
    ///
    /// # Errors
    ///
    /// As [`Replay::of`].
    pub(crate) fn for_admission(
        ledger: &Ledger,
        each: impl FnMut(&State, &LineRef<'_>, &Line<'_>),
    ) -> Result<Replay, ReplayError> {
        let replay = Replay { state: State::for_admission(ledger.head().size), beyond: 0 };
        let mut folding = Folding { replay, until: None, failed: None, each };
        ledger.read(&mut folding)?;
        folding.finish(ledger)
    }
}

struct Folding<F> {
    replay: Replay,
    until: Option<RecordedBy>,
    /// The first event that could not be taken: its line, its number, why not.
    failed: Option<(u64, Seq, Problem)>,
    each: F,
}

impl<F: FnMut(&State, &LineRef<'_>, &Line<'_>)> Folding<F> {
    fn take(&mut self, line: &LineRef<'_>) -> Result<(), Problem> {
        let event = Line::parse(line.bytes).map_err(|error| unreadable(&error))?;
        if let Some(until) = self.until
            && !until.includes(next(&self.replay.state), event.at())
        {
            self.replay.beyond += 1;
            return Ok(());
        }
        fold_line(&mut self.replay.state, line.offset, &event)?;
        (self.each)(&self.replay.state, line, &event);
        Ok(())
    }

    fn finish(self, ledger: &Ledger) -> Result<Replay, ReplayError> {
        let path = ledger.path().to_owned();
        let Some((line, seq, problem)) = self.failed else {
            return match self.replay.state.unexplained_stub().filter(|_| self.replay.beyond == 0) {
                Some(seq) => Err(ReplayError::UnexplainedStub { path, seq }),
                None => Ok(self.replay),
            };
        };
        if problem.code == Code::NEWER_FORMAT {
            return Err(ReplayError::NewerFormat { path, seq, format: problem.value });
        }
        Err(ReplayError::Event { path, line, seq, problem: Box::new(problem) })
    }
}

impl<F: FnMut(&State, &LineRef<'_>, &Line<'_>)> Visitor for Folding<F> {
    fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()> {
        let seq = next(&self.replay.state);
        match self.take(&line) {
            Ok(()) => ControlFlow::Continue(()),
            Err(problem) => {
                self.failed = Some((line.number, seq, problem));
                ControlFlow::Break(())
            }
        }
    }
}

fn next(state: &State) -> Seq {
    state.size() + 1
}

fn unreadable(error: &LineError) -> Problem {
    let expected = format!("{} in column {}", error.expected, error.column);
    Problem::new(Code::SYNTAX, "", error.found.clone(), expected)
}

/// Reads the fact of one parsed line.
fn fact_of<'a>(state: &State, line: &'a Line<'_>) -> Result<Fact<'a>, Problem> {
    let seq = next(state);
    if line.seq() != u64::from(seq) {
        let expected = format!("sequence number {seq}");
        return Err(Problem::new(Code::CORRUPT, "seq", line.seq().to_string(), expected));
    }
    if let Some(last) = state.last_recorded().filter(|last| line.at() < *last) {
        let expected = format!("a time no earlier than that of the event before it, {last}");
        return Err(Problem::new(Code::CORRUPT, "at", line.at().to_string(), expected));
    }
    let event = match line {
        Line::Event(event) => event,
        Line::Stub(stub) => return codec::withheld(stub),
    };
    let Some(kind) = Kind::parse(&event.kind) else {
        return Err(Problem::new(Code::UNKNOWN_TYPE, "type", &*event.kind, "an event type of format 1"));
    };
    let fact = codec::parse(kind, event.data, &|seq| state.kind(seq))?;
    if let Fact::LedgerCreated { format } | Fact::LedgerUpgraded { format } = fact
        && format != 1
    {
        return Err(Problem::new(Code::NEWER_FORMAT, "format", format.to_string(), "format 1"));
    }
    Ok(fact)
}

/// Applies one parsed line to the state.
///
/// # Errors
///
/// When the sequence number is not the next one, the data cannot be read, or the state cannot take it.
fn fold_line(state: &mut State, offset: u64, line: &Line<'_>) -> Result<(), Problem> {
    let fact = fact_of(state, line)?;
    state.apply(&Event { seq: next(state), at: line.at(), offset, fact })
}

/// Applies one parsed line to the state if the writer would have admitted it: for verifying.
///
/// # Errors
///
/// Every reason why the writer would not have.
pub fn check_line(state: &mut State, offset: u64, line: &Line<'_>) -> Result<(), Vec<Problem>> {
    let fact = fact_of(state, line).map_err(|problem| vec![problem])?;
    let problems = state.admit(&fact);
    if !problems.is_empty() {
        return Err(problems);
    }
    state.apply(&Event { seq: next(state), at: line.at(), offset, fact }).map_err(|problem| vec![problem])
}
