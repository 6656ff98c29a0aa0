//! One runner for all end-to-end tests: they run the `recount` binary as its users do.

#![allow(clippy::unwrap_used)]

mod bad_input;
mod checks;
mod cli;
mod data;
mod diff;
mod docs;
mod errors;
mod exports;
mod formats;
mod hostile;
mod indexed;
mod kept;
mod merge;
mod outsider;
mod proofs;
mod redact;
mod remembered;
mod why_and_vintages;

use recount_test_support::{Outcome, TestEnvironment, repository};

/// The day on which all tests take place.
const CLOCK: &str = "2026-04-01T12:00:00Z";

/// An environment with the data of the repository in `data/`.
fn environment_with_data() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    environment.copy(&repository().join("data"), "data");
    environment
}

/// Runs `recount` with the words of `line` as its arguments.
fn recount(environment: &TestEnvironment, line: &str) -> Outcome {
    environment.recount(line.split_whitespace())
}

#[test]
fn no_file_is_forgotten() {
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(repository().join("tests/tests/e2e")).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        assert!(module == "main" || main.contains(&format!("\nmod {module};\n")), "{module} is not run");
    }
}
