//! What a command takes before it does anything, on a ledger of a few hundred events.

use super::super::contest::{Contest, Entry};
use super::super::ground::Ground;
use super::super::limit::Limit;
use crate::Result;
use crate::workspace;

const READ: &str = "a program that reads the file";
const VERSION: &str = "`recount --version`";
const FIGURES: &str = "`recount figures`";

/// The real ledger of this repository.
pub(crate) fn contest(ground: &Ground) -> Result<Contest<'_>> {
    let ledger = workspace::root().join("data/ukraine-children.jsonl");
    let read = ground.floor(&["read", &ledger.display().to_string()]);
    let entries = vec![
        Entry::new(READ, read),
        Entry::new(VERSION, ground.recount(&ledger, &["--version"])),
        Entry::new(FIGURES, ground.cold(&ledger, &["figures"])),
    ];
    let limit = |name: &str| Limit::time(format!("{name}, of reading alone"), name, &[READ], 3.0);
    Ok(Contest { entries, limits: vec![limit(VERSION), limit(FIGURES)] })
}
