//! Why a ledger could not be replayed.

use std::path::PathBuf;

use recount_ledger::error::LedgerError;
use recount_model::event::Seq;
use recount_model::problem::Problem;

/// Why a ledger could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The file itself: unreadable, damaged, locked.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A line whose checksum holds says something that no writer admits.
    #[error("{}: event {seq} (line {line}): {}: expected {}, found {:?}; run `recount verify`",
        path.display(), if problem.member.is_empty() { "the event" } else { &problem.member },
        problem.expected, problem.value)]
    Event {
        /// The ledger's path.
        path: PathBuf,
        /// Line in the file, counted from 1.
        line: u64,
        /// The event.
        seq: Seq,
        /// What is wrong with it.
        problem: Box<Problem>,
    },
    /// A stub stands where an event stood, and nothing says why.
    #[error("{}: event {seq}: expected an event.redacted that says why its content was erased, found none: somebody took the content out of the file; run `recount verify`",
        path.display())]
    UnexplainedStub {
        /// The ledger's path.
        path: PathBuf,
        /// The event.
        seq: Seq,
    },
    /// The ledger goes on in a format this program does not know.
    #[error("{}: event {seq} upgrades the ledger to format {format}; this program reads format 1: use a newer recount", path.display())]
    NewerFormat {
        /// The ledger's path.
        path: PathBuf,
        /// The event that says so.
        seq: Seq,
        /// The format.
        format: String,
    },
}
