//! F10: no room: at each byte of an append, at each page of a small file system, and for no further file.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Control, Need, Row, is_root};
use crate::Result;
use crate::faults::runner::{Known, Runner, figures};
use crate::faults::trials::{Broken, Trials, Verdict, ensure};
use crate::faults::workload::{Prepared, each};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F10",
    title: "no room at each byte of an append, each page, or for a file; then room again",
    needs: &[Need::Tool("strace"), Need::Tool("prlimit"), Need::Tool("unshare")],
    in_ci: true,
    controls: &[Control::Bug("short-write-ignored")],
    probe,
};

const MOST: usize = 120;
/// The large append: more than the largest of the small file systems holds.
const EVENTS: u64 = 84;
const BATCH: u64 = 7;

/// What is limited.
enum Limit {
    /// Bytes of a file.
    Bytes(u64),
    /// Pages of a file system.
    Pages(u64),
    /// Files of a file system; the operation.
    Files(&'static str),
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Bytes(bytes) => write!(f, "append: files of at most {bytes} bytes"),
            Limit::Pages(pages) => write!(f, "append: a file system of {pages} pages"),
            Limit::Files(workload) => write!(f, "{workload}: a file system without room for a file"),
        }
    }
}

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    each(trials, |trials, prepared| {
        let name = prepared.workload.name;
        if name == "append" {
            let length = |folder: &Path| fs::metadata(folder.join("l.jsonl")).map(|file| file.len());
            let (before, after) = (length(&prepared.before)?, length(&prepared.traced)?);
            let limits: Vec<Limit> = (before..=after).map(Limit::Bytes).collect();
            trials.each(&limits, MOST, |folder, limit| {
                let Limit::Bytes(most) = limit else { return Ok(()) };
                bytes(prepared, folder, *most, after)
            })?;
        }
        if prepared.workload.makes_a_file() && can_mount() {
            trials.each(&[Limit::Files(name)], MOST, |folder, _| files(prepared, folder))?;
        }
        Ok(())
    })?;
    if !can_mount() {
        trials.notes.push("small file systems were left out: neither root nor user namespaces".to_owned());
        return Ok(());
    }
    let runner = trials.runner();
    let limits: Vec<Limit> = (2..22).map(Limit::Pages).collect();
    trials.each(&limits, MOST, |folder, limit| {
        let Limit::Pages(most) = limit else { return Ok(()) };
        pages(&runner, folder, *most)
    })
}

/// A write to a file stops at the limit: EFBIG.
fn bytes(prepared: &Prepared, folder: &Path, most: u64, whole: u64) -> Verdict {
    let (work, notes) = prepared.copy(folder)?;
    let script = "trap '' XFSZ; exec prlimit --fsize=\"$0\" \"$@\"";
    let limited = prepared.run(&["sh", "-c", script, &most.to_string()], &work, &notes)?;
    let expected = if most < whole { 6 } else { 0 };
    ensure(limited.code() == Some(expected), || format!("expected exit {expected}: {}", limited.told()))?;
    prepared.judge(&work, &notes, &limited.stdout, false)
}

/// A mount that nobody else sees, around one command: `$0` are the options, then the folder, where its content comes from,
/// where it is copied to, and the command.
const SCRIPT: &str = "options=$0 disk=$1 from=$2 to=$3; shift 3; \
    mount -t tmpfs -o $options tmpfs \"$disk\" && cp -R \"$from/.\" \"$disk\" || exit 99; \
    \"$@\"; code=$?; cp -R \"$disk/.\" \"$to\" || exit 99; exit $code";

fn unshare() -> [&'static str; 2] {
    if is_root() { ["unshare", "-m"] } else { ["unshare", "-Urm"] }
}

fn can_mount() -> bool {
    let [program, option] = unshare();
    let status = std::process::Command::new(program).args([option, "true"]).status();
    status.is_ok_and(|status| status.success())
}

/// The command line that runs a command in `disk`, a file system with such options.
fn in_small(options: &str, from: &Path, folder: &Path) -> std::io::Result<(PathBuf, PathBuf, Vec<String>)> {
    let (disk, to) = (folder.join("disk"), folder.join("work"));
    fs::create_dir_all(&disk)?;
    fs::create_dir_all(&to)?;
    let places = [&disk, from, &to].map(|path: &Path| path.display().to_string());
    let fixed = ["sh", "-c", SCRIPT, options];
    let line = unshare().iter().chain(&fixed).map(|word| (*word).to_owned()).chain(places).collect();
    Ok((disk, to, line))
}

fn pages(runner: &Runner, folder: &Path, most: u64) -> Verdict {
    let (before, notes, input) = (folder.join("before"), folder.join("notes"), folder.join("input"));
    fs::create_dir_all(&before)?;
    runner.base(&before.join("l.jsonl"), &notes)?;
    fs::write(&input, figures(0, EVENTS, 1_000))?;
    let (disk, work, line) = in_small(&format!("size={}k", most * 4), &before, folder)?;
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let append = runner.start_append(&line, &disk.join("l.jsonl"), &input, BATCH, &notes)?;
    let append = append.finish(crate::faults::process::LIMIT)?;
    if append.code() == Some(99) {
        return Err(Broken::Harness(append.told()));
    }
    ensure(append.code() == Some(6), || format!("expected exit 6: {}", append.told()))?;
    let known = Known::appending(BATCH, EVENTS / BATCH, &append.stdout);
    runner.settle(&work.join("l.jsonl"), &known, false, &notes).map(drop)
}

fn files(prepared: &Prepared, folder: &Path) -> Verdict {
    let notes = folder.join("notes");
    let count = count(&prepared.before)?;
    // One more for the root of the file system.
    let (disk, work, line) = in_small(&format!("size=8m,nr_inodes={}", count + 1), &prepared.before, folder)?;
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let failed = prepared.run(&line, &disk, &notes)?;
    if failed.code() == Some(99) {
        return Err(Broken::Harness(failed.told()));
    }
    ensure(failed.code() == Some(6), || format!("expected exit 6: {}", failed.told()))?;
    prepared.judge(&work, &notes, &failed.stdout, false)
}

/// Files and folders under a folder.
fn count(folder: &Path) -> std::io::Result<usize> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        sum += 1 + if entry.file_type()?.is_dir() { count(&entry.path())? } else { 0 };
    }
    Ok(sum)
}
