//! The simulation is itself tested: it must find each bug that somebody could make.

use std::sync::Arc;

use recount_ledger::storage::{Bug, SeededStorage};

use crate::run::Simulation;
use crate::seeds::play;

/// Within so many sequences each bug is found.
const CASES: u64 = 3000;

#[test]
fn every_seeded_bug_is_found() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        let simulation = || Simulation::new(|machine| Arc::new(SeededStorage::new(machine, bug)));
        match (0..CASES).find_map(|seed| play(seed, 0, simulation).err().map(|problem| (seed, problem))) {
            Some((seed, problem)) => {
                println!("{bug:?}: seed {seed}: {}", problem.lines().next().unwrap_or_default());
            }
            None => missed.push(bug),
        }
    }
    assert!(missed.is_empty(), "bugs that no sequence showed: {missed:?}");
}
