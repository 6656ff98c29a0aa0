//! The deterministic simulation of docs/reliability.md: a fixed number of sequences in CI, and `cargo xtask soak`.

use std::process::Command;

use crate::Result;
use crate::ci::done;
use crate::workspace::cargo;

/// Sequences in CI.
const CASES: &str = "20000";

/// Plays the sequences of CI, the same every time, and the controls. It prints seeds and counts.
///
/// # Errors
///
/// When a sequence fails, or a known bug is not found; the test has said how to repeat it.
pub(crate) fn run() -> Result<()> {
    done(simulation().env("RECOUNT_SIMULATION_CASES", CASES).args(["--", "--nocapture"]))
}

/// `cargo xtask soak [--minutes N]`: plays new sequences for so long.
///
/// # Errors
///
/// When a sequence fails; the test has said how to repeat it.
pub(crate) fn soak(arguments: &[&str]) -> Result<()> {
    let minutes = match arguments {
        [] => 10,
        ["--minutes", minutes] => {
            minutes.parse::<u32>().map_err(|_| "expected --minutes and a whole number")?
        }
        _ => return Err("expected --minutes N".into()),
    };
    let mut command = simulation();
    command.env("RECOUNT_SIMULATION_MINUTES", minutes.to_string());
    done(command.args(["soak", "--", "--ignored", "--nocapture"]))
}

fn simulation() -> Command {
    let mut cargo = cargo();
    cargo.args(["test", "--release", "--package", "recount-tests", "--test", "simulation"]);
    cargo
}
