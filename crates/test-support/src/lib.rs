//! Test helpers: a hermetic environment for commands, and documents whose examples are run. Never shipped.
//!
//! What goes wrong here is a failed test, so these helpers panic with the reason instead of returning errors.

mod binary;
pub mod console;
mod environment;

pub use binary::{recount, repository};
pub use environment::{Outcome, TestEnvironment};
