//! From a ledger file to the state it describes, and back: the events a batch may add.
//!
//! * [`Replay`] folds a ledger, or the prefix a recorded clock asks for, into a [`State`](recount_model::state::State).
//! * [`LedgerTexts`] fetches texts by the offsets the state keeps.
//! * [`Session`] is a ledger open for appending together with its state: it stages events, all problems at once, knows
//!   what is recorded already, and commits.

mod blocks;
mod contents;
mod error;
mod fold;
pub mod index;
pub mod merge;
mod opening;
mod redaction;
mod session;
mod texts;
mod verify;

pub use error::ReplayError;
pub use fold::{Replay, check_line};
pub use redaction::{Grounds, RedactError};
pub use session::{Duplicate, Fate, Ready, Refusal, Session, SessionOptions, Staged, Stamp};
pub use texts::{LedgerTexts, created};
pub use verify::{Verified, verify};

#[cfg(test)]
mod tests;
