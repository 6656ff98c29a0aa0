//! Durable appends, one by one and all at once, on a ledger that is large already.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::contest::{Contest, Entry};
use super::super::ground::{Ground, remove};
use super::super::limit::Limit;
use super::super::measure::Process;
use crate::Result;

const SQLITE: &str = "SQLite, a row in a transaction, WAL and `synchronous=FULL`, 10,000 of them";
const SINGLE: &str = "`append events - --batch 1`, 10,000 events";
const ONE: &str = "`append events -`, 1 event";
const BATCH: &str = "`append events -`, a million events in one batch";
const SINGLES: u64 = 10_000;
const MILLION: u64 = 1_000_000;
/// Events a second that one batch is to reach.
const RATE: f64 = 500_000.0;

/// Appends to copies of the ledger, and to a database of its lines.
pub(crate) fn contest(ground: &Ground) -> Result<Contest<'_>> {
    let ledger = ground.ledger()?;
    let database = ground.made("appends.sqlite", |out| {
        ground.floor(&["load", &ledger.display().to_string(), &out.display().to_string()]).run().map(drop)
    })?;
    let sqlite =
        Process { input: Some(input(ground, SINGLES)?), ..ground.floor(&["commits", &ground.out("copy")]) };
    let appends = |name, batch: &[&str], events| -> Result<Entry<'_>> {
        let append = |arguments: &[&str], input| {
            let process = ground
                .recount(&ground.scratch().join("copy"), &[&["append", "events", "-"], arguments].concat());
            Process { input: Some(input), ..process }
        };
        let (entry, ledger) = (Entry::new(name, append(batch, input(ground, events)?)), ledger.clone());
        // A writer that appends nothing keeps what the next one needs to know.
        let earlier = append(&[], input(ground, 0)?);
        Ok(entry.before(move || {
            copy(ground, &ledger)?;
            earlier.run().map(drop)
        }))
    };
    let entries = vec![
        Entry::new(SQLITE, sqlite).before(move || copy(ground, &database)),
        appends(SINGLE, &["--batch", "1"], SINGLES)?,
        appends(ONE, &[], 1)?,
        appends(BATCH, &[], MILLION)?,
    ];
    let limits = vec![
        Limit::time("single events, of SQLite's single rows", SINGLE, &[SQLITE], 1.0),
        Limit::time("the same without opening the ledger", SINGLE, &[SQLITE], 1.0).less(ONE),
        Limit::time("a million events at 500,000 a second", BATCH, &[], MILLION as f64 / RATE),
    ];
    Ok(Contest { entries, limits })
}

/// A copy in the scratch folder, on the device before it is used: its own writing is not to be measured. What is cached of the copy
/// before it goes with that one.
fn copy(ground: &Ground, file: &Path) -> Result<()> {
    ground.clear()?;
    ground.clear_cache()?;
    let copy = ground.scratch().join("copy");
    fs::copy(file, &copy)?;
    Ok(File::open(copy)?.sync_all()?)
}

/// A file of so many figures to append, none like another.
fn input(ground: &Ground, events: u64) -> Result<PathBuf> {
    let path = ground.folder.join(format!("append-{events}.jsonl"));
    remove(&path)?;
    let mut file = BufWriter::new(File::create(&path)?);
    for number in 1..=events {
        writeln!(file, "{}", figure(number))?;
    }
    file.flush()?;
    Ok(path)
}

/// The input line of a figure that is told apart by its number.
pub(super) fn figure(number: u64) -> String {
    let data = json!({"indicator": "indicator-00", "value": number.to_string(), "reporter": "ministry",
        "unsourced": true, "as_of": "2025-12-28", "locator": format!("appended, row {number}")});
    json!({"type": "figure.reported", "data": data}).to_string()
}
