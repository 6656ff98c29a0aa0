//! One pass over a ledger: each line to a fact, each fact into the state.

use std::ops::ControlFlow;

use recount_ledger::blocks::Division;
use recount_ledger::codec::{self, Unescaped};
use recount_ledger::line::{Line, LineError};
use recount_ledger::reader::Ledger;
use recount_ledger::{LineRef, Visitor};
use recount_model::clock::RecordedBy;
use recount_model::date::Instant;
use recount_model::event::{Event, Fact, Kind, Seq};
use recount_model::problem::{Code, Problem};
use recount_model::state::State;

use crate::{ReplayError, blocks};

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
    /// Replays a ledger as far as `until`, or to its head. The checksum of every batch is checked either way, and nothing depends on
    /// the division of the work. `progress` hears now and then at which byte of the file the replay is.
    ///
    /// # Errors
    ///
    /// [`ReplayError`]: nothing is skipped and nothing guessed.
    pub fn of(
        ledger: &Ledger,
        until: Option<RecordedBy>,
        division: impl Into<Division>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Replay, ReplayError> {
        match blocks::replay(ledger, until, division.into(), progress) {
            Some(replay) => replay.explained(ledger),
            None => Replay::line_by_line(ledger, until, progress),
        }
    }

    /// The one way to an error: what is wrong, and where.
    pub(crate) fn line_by_line(
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
        let replay = Replay { state: State::for_admission(ledger.head().most_events()), beyond: 0 };
        let mut folding = Folding { replay, until: None, failed: None, each };
        ledger.read(&mut folding)?;
        folding.finish(ledger)
    }

    /// Refuses a whole ledger with a stub that nothing explains.
    pub(crate) fn explained(self, ledger: &Ledger) -> Result<Replay, ReplayError> {
        match self.state.unexplained_stub().filter(|_| self.beyond == 0) {
            Some(seq) => Err(ReplayError::UnexplainedStub { path: ledger.path().to_owned(), seq }),
            None => Ok(self),
        }
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
        if self.replay.leaves_out(event.at(), self.until) {
            return Ok(());
        }
        fold_line(&mut self.replay.state, line.offset, &event)?;
        (self.each)(&self.replay.state, line, &event);
        Ok(())
    }

    fn finish(self, ledger: &Ledger) -> Result<Replay, ReplayError> {
        let Some((line, seq, problem)) = self.failed else {
            return self.replay.explained(ledger);
        };
        let path = ledger.path().to_owned();
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

pub(crate) fn next(state: &State) -> Seq {
    state.size() + 1
}

fn unreadable(error: &LineError) -> Problem {
    let expected = format!("{} in column {}", error.expected, error.column);
    Problem::new(Code::SYNTAX, "", error.found.clone(), expected)
}

/// Reads the fact of one parsed line.
pub(crate) fn fact_of<'a>(
    state: &State,
    line: &'a Line<'_>,
    unescaped: &'a Unescaped,
) -> Result<Fact<'a>, Problem> {
    follows(state, line.seq(), line.at())?;
    content(state, line, unescaped)
}

/// Reads what one parsed line says, whatever its place.
pub(crate) fn content<'a>(
    state: &State,
    line: &'a Line<'_>,
    unescaped: &'a Unescaped,
) -> Result<Fact<'a>, Problem> {
    let event = match line {
        Line::Event(event) => event,
        Line::Stub(stub) => return codec::withheld(stub, unescaped),
    };
    let Some(kind) = Kind::parse(&event.kind) else {
        return Err(Problem::new(Code::UNKNOWN_TYPE, "type", &*event.kind, "an event type of format 1"));
    };
    let fact = codec::parse(kind, event.data, unescaped, &|seq| state.kind(seq))?;
    known_format(&fact)?;
    Ok(fact)
}

/// Whether an event with this number and moment is the next one.
pub(crate) fn follows(state: &State, seq: u64, at: Instant) -> Result<(), Problem> {
    if seq != u64::from(next(state)) {
        let expected = format!("sequence number {}", next(state));
        return Err(Problem::new(Code::CORRUPT, "seq", seq.to_string(), expected));
    }
    if let Some(last) = state.last_recorded().filter(|last| at < *last) {
        let expected = format!("a time no earlier than that of the event before it, {last}");
        return Err(Problem::new(Code::CORRUPT, "at", at.to_string(), expected));
    }
    Ok(())
}

/// Whether this program knows the format that an event says the ledger has from there on.
pub(crate) fn known_format(fact: &Fact<'_>) -> Result<(), Problem> {
    match fact {
        Fact::LedgerCreated { format } | Fact::LedgerUpgraded { format } if *format != 1 => {
            Err(Problem::new(Code::NEWER_FORMAT, "format", format.to_string(), "format 1"))
        }
        _ => Ok(()),
    }
}

/// Applies one parsed line to the state.
///
/// # Errors
///
/// When the sequence number is not the next one, the data cannot be read, or the state cannot take it.
pub(crate) fn fold_line(state: &mut State, offset: u64, line: &Line<'_>) -> Result<(), Problem> {
    let unescaped = Unescaped::default();
    let fact = fact_of(state, line, &unescaped)?;
    state.apply(&Event { seq: next(state), at: line.at(), offset, fact })
}

/// Applies one parsed line to the state if the writer would have admitted it: for verifying.
///
/// # Errors
///
/// Every reason why the writer would not have.
pub fn check_line(state: &mut State, offset: u64, line: &Line<'_>) -> Result<(), Vec<Problem>> {
    let unescaped = Unescaped::default();
    let fact = fact_of(state, line, &unescaped).map_err(|problem| vec![problem])?;
    let problems = state.admit(&fact);
    if !problems.is_empty() {
        return Err(problems);
    }
    state.apply(&Event { seq: next(state), at: line.at(), offset, fact }).map_err(|problem| vec![problem])
}
