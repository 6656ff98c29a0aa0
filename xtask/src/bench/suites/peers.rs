//! The current figure of each series, by `recount` and by what users would pick instead, on the same file.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::compare::same_rows;
use super::super::contest::{Contest, Entry};
use super::super::ground::{Ground, Python, peers};
use super::super::limit::Limit;
use super::super::measure::Process;
use crate::Result;

const DUCKDB: &str = "DuckDB, 2 threads";
const DUCKDB_ALL: &str = "DuckDB, and the rows of all tables";
const RECOUNT: &str = "recount";
const ONE_THREAD: &str = "recount, 1 thread";
const RESPELLED: &str = "recount, lines spelled otherwise";
const ALL: &str = "recount, all tables";
/// From so many events on the limits are those for ten million.
const LARGE: u64 = 10_000_000;

/// Files that the entries read.
struct Files {
    ledger: PathBuf,
    /// What `recount` answers.
    answer: PathBuf,
}

/// Everybody in turn; DuckDB first, since ratios are to it.
pub(crate) fn contest(ground: &Ground) -> Result<Contest<'_>> {
    let python = Python::prepare(&ground.folder)?;
    let ledger = ground.plain()?;
    let tables = ground.made("plain.tables", |out| export(ground, &ledger, &[], out))?;
    let files = Files { answer: tables.join("figures.csv"), ledger };
    let mut entries = duckdb(ground, &python, &files, &tables)?;
    entries.extend(ours(ground, &files)?);
    entries.extend(others(ground, &python, &files));
    Ok(Contest { entries, limits: limits(ground.plan.events) })
}

fn export(ground: &Ground, ledger: &Path, options: &[&str], out: &Path) -> Result<()> {
    let out = out.display().to_string();
    ground.cold(ledger, &[&["export", "csv", &out], options].concat()).run().map(drop)
}

/// An entry that writes `figures.csv` into the scratch folder, or into a folder there.
fn entry<'a>(ground: &'a Ground, files: &Files, name: &str, process: Process, folder: &str) -> Entry<'a> {
    let (answer, file) = (files.answer.clone(), ground.scratch().join(folder).join("figures.csv"));
    Entry::new(name, process).before(|| ground.clear()).answer(move || same_rows(&answer, &file))
}

fn ours<'a>(ground: &'a Ground, files: &Files) -> Result<Vec<Entry<'a>>> {
    let respelled = ground.made("respelled.jsonl", |out| {
        let (from, to) = (files.ledger.display().to_string(), out.display().to_string());
        ground.floor(&["respell", &from, &to]).run().map(drop)
    })?;
    let out = ground.out("csv");
    let figures = |ledger: &Path| ground.cold(ledger, &["export", "csv", &out, "--tables", "figures"]);
    let entry = |name, process| entry(ground, files, name, process, "csv");
    Ok(vec![
        entry(RECOUNT, figures(&files.ledger)),
        entry(ONE_THREAD, figures(&files.ledger).with("RECOUNT_THREADS", "1")),
        entry(RESPELLED, figures(&respelled)),
        entry(ALL, ground.cold(&files.ledger, &["export", "csv", &out])),
    ])
}

fn duckdb<'a>(ground: &'a Ground, python: &Python, files: &Files, tables: &Path) -> Result<Vec<Entry<'a>>> {
    const SCRIPT: &str = "duckdb_figures.py";
    let names = [DUCKDB, "DuckDB, 1 thread", "DuckDB on its own table", DUCKDB_ALL];
    let start = "interpreter start (`import duckdb`)";
    if let Err(why) = python.version("duckdb") {
        return Ok(names.iter().chain([&start]).map(|name| Entry::absent(*name, why.as_str())).collect());
    }
    let (ledger, scratch) = (files.ledger.display().to_string(), ground.scratch().display().to_string());
    let make = |end: &str, task: &str, from: &Path| {
        ground.made(end, |out| {
            let (from, out) = (from.display().to_string(), out.display().to_string());
            python.script(SCRIPT, &[task, &from, &out]).run().map(drop)
        })
    };
    let own = make("plain.duckdb", "load", &files.ledger)?.display().to_string();
    let stored = make("tables.duckdb", "store", tables)?.display().to_string();
    let tasks: [&[&str]; 4] = [
        &["json", &ledger, &scratch, "2"],
        &["json", &ledger, &scratch, "1"],
        &["native", &own, &scratch, "2"],
        &["json", &ledger, &scratch, "2", &stored],
    ];
    let runs = names.iter().zip(tasks);
    let mut entries: Vec<Entry<'a>> =
        runs.map(|(name, task)| entry(ground, files, name, python.script(SCRIPT, task), "")).collect();
    entries.push(Entry::new(start, python.run(["-c", "import duckdb"])));
    Ok(entries)
}

/// What is shown, the package, the script, whether it is slow.
const OTHERS: [(&str, &str, &str, bool); 6] = [
    ("polars", "polars", "polars_figures.py", false),
    ("chdb, the engine of ClickHouse", "chdb", "chdb_figures.py", false),
    ("Python, orjson", "orjson", "orjson_figures.py", false),
    ("Python, sqlite3 with JSON", "", "sqlite_figures.py", false),
    ("Python, pandas", "pandas", "pandas_figures.py", true),
    ("Python, sqlite-utils", "sqlite-utils", "sqlite_utils_figures.py", true),
];

fn others<'a>(ground: &'a Ground, python: &Python, files: &Files) -> Vec<Entry<'a>> {
    let (ledger, scratch) = (files.ledger.display().to_string(), ground.scratch().display().to_string());
    let other = |(name, package, script, slow): (&str, &str, &str, bool)| {
        // What comes with Python has no version of its own: that of pip tells whether there is one.
        match python.version(if package.is_empty() { "pip" } else { package }) {
            Err(why) => Entry::absent(name, why),
            Ok(version) => {
                let shown = if package.is_empty() { name.to_owned() } else { format!("{name} {version}") };
                let process = python.script(script, &[&ledger, &scratch, "2"]);
                once_if(slow, entry(ground, files, &shown, process, ""))
            }
        }
    };
    OTHERS.into_iter().map(other).chain([jq(ground, files)]).collect()
}

fn jq<'a>(ground: &'a Ground, files: &Files) -> Entry<'a> {
    const JQ: &str = "/usr/bin/jq";
    if !fs::exists(JQ).unwrap_or(false) {
        return Entry::absent("jq", "absent: not installed");
    }
    let (ledger, filter) =
        (files.ledger.display().to_string(), peers().join("figures.jq").display().to_string());
    let process = Process::new(JQ, ["--null-input", "--raw-output", "-f", &filter, &ledger]);
    let output = Some(ground.scratch().join("figures.csv"));
    once_if(true, entry(ground, files, "jq", Process { output, ..process }, ""))
}

fn once_if(slow: bool, entry: Entry<'_>) -> Entry<'_> {
    if slow { entry.once() } else { entry }
}

fn limits(events: u64) -> Vec<Limit> {
    let large = events >= LARGE;
    let most = if large { 0.30 } else { 0.25 };
    let mut limits = vec![
        Limit::time("current figures from a cold start, of DuckDB's time", RECOUNT, &[DUCKDB], most),
        Limit::time("the same, lines spelled otherwise", RESPELLED, &[DUCKDB], 0.5),
        Limit::time("one thread, of two", ONE_THREAD, &[RECOUNT], 1.9),
        Limit::time("all tables, of DuckDB writing the same rows", ALL, &[DUCKDB_ALL], 1.0),
    ];
    if large {
        limits.push(Limit::memory("peak memory", RECOUNT, &[], 300.0));
    }
    limits
}
