//! F22: an SQLite export that is killed while it changes a former one.

use std::fmt;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::bench::copy_folder;
use crate::faults::process::{self, Finished};
use crate::faults::runner::{Runner, figures};
use crate::faults::trace;
use crate::faults::trials::{Broken, Trials, Verdict, ensure};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F22",
    title: "killed before each write of an SQLite export that changes a former one: old or new, and the next like a fresh one",
    needs: &[Need::Tool("strace")],
    in_ci: true,
    controls: &[Control::Setup(NO_JOURNAL)],
    probe,
};

/// Without the journal that a killed run leaves, nobody can take back what it began.
const NO_JOURNAL: &str = "the journal is deleted";

/// Of a sample.
const MOST: usize = 30;

/// Thousands of calls, before none of which anything is changed that was not before the call ahead of it.
const READING: [&str; 6] = ["pread64", "read", "lseek", "statx", "newfstatat", "close"];

/// A ledger so long that an index of it is kept: events, and the bytes of the note of each.
const LONG: (u64, usize) = (700, 1_500);

/// The call of this name before which the process is killed, counted from 1.
struct Point {
    call: String,
    number: usize,
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "killed before {} {}", self.call, self.number)
    }
}

/// What is in a database: every row of every table but the search indexes, and the definitions.
type Content = Vec<String>;

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let shared = trials.folder("continued")?;
    let runner = trials.runner().in_order();
    let harness = |broken| match broken {
        Broken::Promise(text) | Broken::Harness(text) => format!("preparing: {text}"),
    };
    let prepared = Prepared::new(runner, &shared).map_err(harness)?;
    let loses_journal = trials.control() == Some(NO_JOURNAL);
    trials.each(&prepared.points, MOST, |folder, point| prepared.kill(folder, point, loses_journal))
}

struct Prepared {
    runner: Runner,
    /// A ledger, and an export of what it was before a few figures.
    before: std::path::PathBuf,
    old: Content,
    new: Content,
    points: Vec<Point>,
}

impl Prepared {
    fn new(runner: Runner, shared: &Path) -> std::result::Result<Prepared, Broken> {
        let (before, traced, notes) = (shared.join("before"), shared.join("traced"), shared.join("notes"));
        fs::create_dir_all(&before)?;
        let ledger = before.join("l.jsonl");
        runner.base(&ledger, &notes)?;
        let append = |lines: String| -> Verdict {
            let mut command = runner.command(&ledger, &["append", "events", "-"]);
            process::feed(&mut command, &notes, lines.as_bytes())?;
            succeeded(&process::run(&mut command, &notes)?)
        };
        append(figures(1, LONG.0, LONG.1))?;
        let place = before.join("out.db").display().to_string();
        succeeded(&runner.run(&ledger, &["export", "sqlite", &place], &notes)?)?;
        append(figures(LONG.0 + 1, 3, 10))?;
        let fresh = shared.join("fresh.db").display().to_string();
        succeeded(&runner.run(&ledger, &["export", "sqlite", &fresh], &notes)?)?;
        let (old, new) = (content(&before.join("out.db"))?, content(&shared.join("fresh.db"))?);
        let mut prepared = Prepared { runner, before, old, new, points: Vec::new() };
        prepared.points = prepared.trace(&traced, &shared.join("trace"), &notes)?;
        Ok(prepared)
    }

    /// Every call of an undisturbed run from the first one about the export on, but those that only read.
    fn trace(&self, work: &Path, trace: &Path, notes: &Path) -> std::result::Result<Vec<Point>, Broken> {
        self.start(work, notes)?;
        let strace = trace::strace(&trace.display().to_string());
        let strace: Vec<&str> = strace.iter().map(String::as_str).collect();
        succeeded(&self.export(&strace, work, notes)?)?;
        let calls = trace::parse(&fs::read_to_string(trace)?)?;
        let file = work.join("out.db");
        let first = calls.iter().position(|call| call.is_about(&file)).unwrap_or_default();
        let is_continued = !calls.iter().any(|call| call.name.starts_with("rename"));
        ensure(is_continued, || "the export was made anew, not changed".to_owned())?;
        let mut counts = std::collections::BTreeMap::new();
        let numbered = calls.into_iter().map(|call| {
            let count = counts.entry(call.name.clone()).or_insert(0);
            *count += 1;
            Point { number: *count, call: call.name }
        });
        let from_there = numbered.skip(first);
        Ok(from_there.filter(|point| !READING.contains(&point.call.as_str())).collect())
    }

    /// A folder of its own as it was before, with an index, which is kept by the place of a ledger.
    fn start(&self, work: &Path, notes: &Path) -> Verdict {
        copy_folder(&self.before, work)?;
        let mut question = self.runner.command(&work.join("l.jsonl"), &["figures", "i"]);
        succeeded(&process::run(question.env("XDG_CACHE_HOME", work.join("cache")), notes)?)
    }

    fn export(&self, program: &[&str], work: &Path, notes: &Path) -> std::io::Result<Finished> {
        let place = work.join("out.db").display().to_string();
        let arguments = ["export", "sqlite", &place];
        let mut export = self.runner.by_way_of(program, &work.join("l.jsonl"), &arguments);
        process::run(export.env("XDG_CACHE_HOME", work.join("cache")), notes)
    }

    fn kill(&self, folder: &Path, point: &Point, loses_journal: bool) -> Verdict {
        let (work, copy, notes) = (folder.join("work"), folder.join("copy"), folder.join("notes"));
        self.start(&work, &notes)?;
        let Point { call, number } = point;
        let strace = trace::killing(call, *number);
        let killed = self.export(&strace.each_ref().map(String::as_str), &work, &notes)?;
        if !killed.was_killed() {
            return Err(Broken::Harness(format!("not killed: {}", killed.told())));
        }
        let journal = work.join("out.db-journal");
        if loses_journal && journal.exists() {
            fs::remove_file(&journal)?;
        }
        // Whoever opens the file takes back what was begun: here SQLite alone, below the next export.
        copy_folder(&work, &copy)?;
        let found = content(&copy.join("out.db"))?;
        let is_new = found == self.new;
        ensure(is_new || found == self.old, || "the export is neither old nor new".to_owned())?;
        ensure(is_new || !killed.stdout.ends_with('\n'), || "it was reported and is not there".to_owned())?;
        let again = self.export(&[], &work, &notes)?;
        ensure(again.succeeded(), || format!("the next export: {}", again.told()))?;
        ensure(content(&work.join("out.db"))? == self.new, || {
            "the next export is not what a fresh one is".to_owned()
        })?;
        ensure(!journal.exists(), || "a journal is left beside it".to_owned())
    }
}

fn succeeded(finished: &Finished) -> Verdict {
    if finished.succeeded() { Ok(()) } else { Err(Broken::Harness(finished.told())) }
}

/// What a database says; of one that cannot be read, why.
fn content(file: &Path) -> std::io::Result<Content> {
    Ok(read(file).unwrap_or_else(|error| vec![error.to_string()]))
}

fn read(file: &Path) -> rusqlite::Result<Content> {
    let connection = Connection::open(file)?;
    let rows = |sql: &str| -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut select = connection.prepare(sql)?;
        let count = select.column_count();
        select.query_map([], |row| (0..count).map(|at| row.get(at)).collect())?.collect()
    };
    let mut content = Vec::new();
    for definition in rows("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")? {
        let [Value::Text(kind), Value::Text(name), ..] = definition.as_slice() else { continue };
        if kind == "table" && !name.contains("_fts") {
            let lines = rows(&format!("SELECT * FROM \"{name}\""))?.into_iter();
            content.extend(lines.map(|row| format!("{name}: {row:?}")));
        }
        content.push(format!("{definition:?}"));
    }
    content.extend(rows("PRAGMA integrity_check")?.iter().map(|row| format!("{row:?}")));
    // It counts how often the file was written to.
    content.retain(|line| !line.contains("file_change_counter"));
    content.sort();
    Ok(content)
}
