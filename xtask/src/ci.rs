//! `cargo xtask ci`: everything that must hold before a change is taken, in one command. `.ci/run` is the same.

use std::process::Command;
use std::time::Instant;

use crate::workspace::cargo;
use crate::{Result, data, faults, simulation, tidy};

/// What is done in one step.
type Action = fn() -> Result<()>;

/// The steps. Tests come first: they say most, and what they have built serves the others.
const STEPS: &[(&str, Action)] = &[
    ("test", || {
        // Under CI a test may not be skipped for want of a program.
        let mut tests = cargo();
        tests.args(["test", "--workspace"]).env("CI", "true").env("INSTA_UPDATE", "no");
        done(tests.env_remove("UPDATE_DOCS"))
    }),
    ("simulation", simulation::run),
    ("fmt", || done(cargo().args(["fmt", "--all", "--check"]))),
    ("clippy", || done(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))),
    ("doc", || done(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))),
    ("tidy", tidy::run),
    ("data", || data::run(&["--check"])),
    ("faults", faults::run_in_ci),
];

/// Runs every step; says the name and the time of each.
///
/// # Errors
///
/// When a step fails; those after it are not run.
pub(crate) fn run() -> Result<()> {
    let started = Instant::now();
    run_steps(STEPS)?;
    println!("ci: all {} steps passed in {:.1} s", STEPS.len(), started.elapsed().as_secs_f64());
    Ok(())
}

fn run_steps(steps: &[(&str, Action)]) -> Result<()> {
    for (number, (name, action)) in (1..).zip(steps) {
        println!("ci: step {number} of {}: {name}", steps.len());
        let started = Instant::now();
        let outcome = action();
        let seconds = started.elapsed().as_secs_f64();
        match outcome {
            Ok(()) => println!("ci: {name} passed in {seconds:.1} s"),
            Err(problem) => return Err(format!("ci: {name} failed after {seconds:.1} s: {problem}").into()),
        }
    }
    Ok(())
}

/// Runs a command; what it prints is shown as it comes.
pub(crate) fn done(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if status.success() {
        return Ok(());
    }
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    Err(format!("`cargo {}`: {status}", arguments.join(" ")).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_first_failure_ends_the_run_and_is_named() {
        let steps: &[(&str, Action)] =
            &[("good", || Ok(())), ("bad", || Err("no luck".into())), ("never", || panic!("it was run"))];
        let problem = run_steps(steps).unwrap_err().to_string();
        assert!(problem.starts_with("ci: bad failed after") && problem.ends_with("no luck"), "{problem}");
        assert!(run_steps(&steps[..1]).is_ok());
    }

    #[test]
    fn a_command_that_fails_is_shown() {
        let problem = done(Command::new("false").arg("--flag")).unwrap_err().to_string();
        assert_eq!(problem, "`cargo --flag`: exit status: 1");
    }
}
