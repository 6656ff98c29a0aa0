//! Deterministic simulation: random sequences of operations on a storage that fails, against a plain model.
//!
//! Environment: `RECOUNT_SIMULATION_CASES` is how many sequences are played, `RECOUNT_SIMULATION_SEED` the one that is
//! played instead, `RECOUNT_SIMULATION_MINUTES` how long the soak lasts.

#![allow(clippy::unwrap_used)]

mod check;
mod controls;
mod guest;
mod inputs;
mod plan;
mod run;
mod seeds;
mod stats;
mod world;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use recount_test_support::repository;
use seeds::{Task, play_all};

/// Sequences of a plain `cargo test`; `cargo xtask ci` plays more.
const CASES: u64 = 300;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no whole number: {text}")))
}

fn run(task: &Task) {
    let started = Instant::now();
    match play_all(task) {
        Ok(stats) => {
            let seconds = started.elapsed().as_secs_f64();
            println!("simulation: seeds from {}: {stats}, {seconds:.1} s", task.first_seed);
        }
        Err(problem) => panic!("{problem}"),
    }
}

#[test]
fn sequences() {
    let cases = number("RECOUNT_SIMULATION_CASES").unwrap_or(CASES);
    // The same seeds every time: a change is to fail for what it changed. The soak takes others.
    match number("RECOUNT_SIMULATION_SEED") {
        Some(first_seed) => run(&Task { first_seed, cases: 1, time: None }),
        None => run(&Task { first_seed: 0, cases, time: None }),
    }
}

#[test]
#[ignore = "run by cargo xtask soak"]
fn soak() {
    let minutes = number("RECOUNT_SIMULATION_MINUTES").unwrap_or(1);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    run(&Task { first_seed: now, cases: u64::MAX, time: Some(Duration::from_secs(60 * minutes)) });
}

#[test]
fn no_file_is_forgotten() {
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(repository().join("tests/tests/simulation")).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        assert!(module == "main" || main.contains(&format!("\nmod {module};\n")), "{module} is not run");
    }
}
