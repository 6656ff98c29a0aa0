//! Time and memory per event, from one million events to twenty.

use super::super::contest::{Contest, Entry};
use super::super::ground::Ground;
use super::super::limit::Limit;
use crate::Result;

/// Millions of events.
const SIZES: [u64; 3] = [1, 10, 20];
/// Time per event grows by half at most, memory by a fifth.
const TIME: f64 = 1.5;
const MEMORY: f64 = 1.2;

/// The current figures of ledgers of three sizes.
pub(crate) fn contest(ground: &Ground) -> Result<Contest<'_>> {
    let mut entries = Vec::new();
    for millions in SIZES {
        let ledger = ground.sized(millions * 1_000_000).ledger()?;
        let process = ground.cold(&ledger, &["export", "csv", &ground.out("csv"), "--tables", "figures"]);
        entries.push(Entry::new(name(millions), process).before(|| ground.clear()));
    }
    let limits = SIZES[1..].iter().flat_map(|millions| {
        let (name, one, times) = (name(*millions), name(SIZES[0]), *millions as f64 / SIZES[0] as f64);
        let words = |what: &str| format!("{what} of {name}, of that of one");
        [
            Limit::time(words("time"), &name, &[&one], TIME * times),
            Limit::memory(words("peak memory"), &name, &[&one], MEMORY * times),
        ]
    });
    let limits = limits.collect();
    Ok(Contest { entries, limits })
}

fn name(millions: u64) -> String {
    format!("{millions} million events")
}
