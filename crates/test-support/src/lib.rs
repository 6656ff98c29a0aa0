//! Test helpers: a hermetic environment for commands, documents whose examples are run, and a storage that fails.
//! Never shipped.
//!
//! What goes wrong here is a failed test, so these helpers panic with the reason instead of returning errors.

mod binary;
pub mod console;
mod environment;
pub mod faulty;

pub use binary::{recount, repository};
pub use environment::{Outcome, TestEnvironment};
