//! Every question, on a ledger with everything in it.

use std::path::Path;

use super::super::contest::{Contest, Entry};
use super::super::ground::Ground;
use super::super::limit::Limit;
use super::super::measure::Process;
use crate::Result;

/// Replay and output, and nothing else that takes time: what the other commands are compared with.
const BASELINE: &str = "`figures --format csv`";
/// Answers take so many times the baseline at most.
const MOST: f64 = 1.5;

/// Commands that answer a question; `FROM` is a thousand events before the end.
const ANSWERS: [&str; 9] = [
    "headlines --format csv",
    "votes",
    "why derived@region-000",
    "vintages indicator-00 --format csv",
    "diff --from FROM --to now --format csv",
    "check --format json",
    "figures --format csv --as-of 2024",
    "figures --format csv --published-by 2024",
    "figures --format csv --recorded-by FROM",
];
const OTHERS: [&str; 1] = ["snapshot"];

/// Each command from a cold start.
pub(crate) fn contest(ground: &Ground) -> Result<Contest<'_>> {
    let ledger = ground.ledger()?;
    let entry = |command: &str| Entry::new(shown(command), process(ground, &ledger, command));
    let baseline = Entry::new(BASELINE, process(ground, &ledger, "figures --format csv"));
    let rest = ANSWERS.iter().chain(&OTHERS).map(|command| entry(command));
    let limit = |command: &&str| {
        let name = shown(command);
        Limit::time(format!("{name}, of replay and output"), &name, &[BASELINE], MOST)
    };
    Ok(Contest {
        entries: std::iter::once(baseline).chain(rest).collect(),
        limits: ANSWERS.iter().map(limit).collect(),
    })
}

fn shown(command: &str) -> String {
    format!("`{}`", command.replace("FROM", "SIZE-1000"))
}

fn process(ground: &Ground, ledger: &Path, command: &str) -> Process {
    let from = ground.plan.events.saturating_sub(1_000).to_string();
    let words: Vec<&str> =
        command.split(' ').map(|word| if word == "FROM" { from.as_str() } else { word }).collect();
    // Findings are what a ledger of contradicting reporters has: exit status 1.
    let passes: &[i32] = if words[0] == "check" { &[0, 1] } else { &[0] };
    Process { passes, ..ground.cold(ledger, &words) }
}
