//! Values, dates, events and the state they add up to. No input or output.
//!
//! The path through this crate: an [`event::Event`] is applied to a [`state::State`]; a [`resolve::Resolver`] says, on
//! the clocks asked, which records are one figure and which figure of a series is current; [`answer::Answers`] holds
//! the current figures and the headlines; [`rollcall::RollCall`] does the same for a vote. Nothing here reads a file, a
//! clock or an environment, and nothing fails for outside reasons.

pub mod answer;
pub mod bearing;
pub mod check;
pub mod clock;
pub mod date;
pub mod diff;
pub mod event;
pub mod headline;
pub mod id;
pub mod problem;
pub mod resolve;
pub mod rollcall;
pub mod scan;
pub mod spelling;
pub mod state;
mod stored;
pub mod texts;
pub mod value;
pub mod vintages;
pub mod why;

#[cfg(test)]
mod testing;
