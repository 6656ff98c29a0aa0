//! Verifying a ledger with all that its events say.

use std::path::Path;

use recount_ledger::blocks::{Block, Division, Turn};
use recount_ledger::codec::Unescaped;
use recount_ledger::error::LedgerError;
use recount_ledger::merkle::Hash;
use recount_ledger::storage::Storage;
use recount_ledger::verify::{Checked, Report, Verification};
use recount_model::event::{Event, Kind, Seq};
use recount_model::problem::{Code, Problem};
use recount_model::state::State;

use crate::blocks::early;
use crate::{Replay, check_line};

/// What verifying found.
#[derive(Debug)]
pub struct Verified {
    /// What is wrong with the file, and with its first event that the writer would not have admitted.
    pub report: Report,
    /// An event says that the ledger goes on in a format this program does not know, and nothing before it is wrong. What
    /// follows it was not judged.
    pub newer: Option<Problem>,
    /// An erased event, where all events are fit but none says why that one's content was erased.
    pub unexplained: Option<Seq>,
}

/// Verifies every checksum and root, and that every event is one the writer admits. Nothing depends on the division of the work.
///
/// # Errors
///
/// Those of [`Verification::open`] and [`Verification::line_by_line`].
pub fn verify(
    storage: &dyn Storage,
    path: &Path,
    receipt: Option<(u64, Hash)>,
    division: impl Into<Division>,
) -> Result<Verified, LedgerError> {
    let verification = Verification::open(storage, path, receipt)?;
    match in_blocks(&verification, division.into()) {
        Some((checked, state)) => {
            let report = verification.intact(&checked);
            Ok(Verified { report, newer: None, unexplained: state.unexplained_stub() })
        }
        None => line_by_line(verification),
    }
}

/// Knows only that all is well, or nothing.
pub(crate) fn in_blocks(verification: &Verification, division: Division) -> Option<(Checked, State)> {
    let ledger = verification.ledger()?;
    let replay = Replay { state: State::for_admission(ledger.head().most_events()), beyond: 0 };
    let work = |block: &Block<'_>, turn: Turn<'_, (Checked, Replay)>| {
        let unescaped = Unescaped::default();
        let (lines, leaves) = (early(block, &unescaped), block.leaves()?);
        let before = turn.take(block, |(checked, replay): &mut (Checked, Replay)| {
            lines.iter().try_for_each(|line| replay.take(line, &unescaped, None, &mut admitted))?;
            checked.take(block, &leaves)
        })?;
        block.roots_hold(before, &leaves).then_some(())
    };
    let (checked, replay) = ledger.read_blocks(division, (verification.nothing_checked(), replay), work)?;
    Some((checked, replay.state))
}

/// Applies an event that the writer would have admitted.
fn admitted(state: &mut State, event: &Event<'_>) -> Option<()> {
    let in_place = (event.fact.kind() == Kind::LedgerCreated) == (event.seq == 1);
    (in_place && state.admit(&event.fact).is_empty()).then_some(())?;
    state.apply(event).ok()
}

/// The one way to a fault.
pub(crate) fn line_by_line(verification: Verification) -> Result<Verified, LedgerError> {
    // Of a file without a head nobody knows how many events it has; room that is not used costs no memory.
    let events = verification.ledger().map_or(0, |ledger| ledger.head().most_events());
    let mut state = State::for_admission(events);
    let mut broken = false;
    let (mut newer, mut newer_at) = (None, 0);
    let report = verification.line_by_line(&mut |line, event| {
        // After the first event that cannot be taken, what later ones name is not known any more.
        if broken {
            return Ok(());
        }
        let Err(problems) = check_line(&mut state, line.offset, event) else { return Ok(()) };
        broken = true;
        newer = problems.iter().find(|problem| problem.code == Code::NEWER_FORMAT).cloned();
        newer_at = line.offset;
        match newer {
            Some(_) => Ok(()),
            None => Err(problems.iter().map(describe).collect::<Vec<_>>().join("; ")),
        }
    })?;
    // Damage may make an event look newer than it is; what follows a newer event may well have another form.
    let is_damaged =
        report.faults.iter().any(|fault| fault.span.is_none_or(|span| span.first_byte <= newer_at));
    let unexplained = state.unexplained_stub().filter(|_| !broken);
    Ok(Verified { report, newer: newer.filter(|_| !is_damaged), unexplained })
}

fn describe(problem: &Problem) -> String {
    let member = if problem.member.is_empty() { String::new() } else { format!("{}: ", problem.member) };
    format!("{}: {member}{:?}: expected {}", problem.code, problem.value, problem.expected)
}
