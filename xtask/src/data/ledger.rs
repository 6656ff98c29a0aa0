//! Building the ledger file: the `recount` binary appends the batches, this module only calls it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Result;
use super::event::Batch;

/// Name of the ledger in data/.
const NAME: &str = "ukraine-children.jsonl";
const TITLE: &str = "Deportation and return of Ukrainian children: figures as reported";
const ORIGIN: &str = "recount.example/ukraine-children";
const RECORDER: &str = "dossier";

/// A folder beside the ledger, so that the finished file is renamed within one file system; removed when done.
struct Scratch(PathBuf);

impl Scratch {
    fn in_folder(folder: &Path) -> Result<Scratch> {
        let path = folder.join(".rebuild");
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir(&path)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing useful can be done about a folder that stays: the next run removes it first.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Builds the ledger anew and puts it into `folder`.
///
/// # Errors
/// If `recount` cannot be built or refuses a batch; the ledger that is there then stays as it is.
pub(crate) fn write(folder: &Path, batches: &[Batch]) -> Result<()> {
    let scratch = Scratch::in_folder(folder)?;
    let built = build(&scratch.0, batches)?;
    fs::rename(built, folder.join(NAME))?;
    Ok(())
}

/// Builds the ledger anew and compares it with the one in `folder`, byte by byte.
///
/// # Errors
/// As [`write()`], or if the two differ; the message says from which line on.
pub(crate) fn check(folder: &Path, batches: &[Batch]) -> Result<()> {
    let scratch = Scratch::in_folder(folder)?;
    let built = fs::read(build(&scratch.0, batches)?)?;
    let path = folder.join(NAME);
    let kept = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    match first_difference(&kept, &built) {
        None => Ok(()),
        Some(line) => {
            let path = path.display();
            Err(format!("{path}: differs from a fresh build from line {line} on; run `cargo xtask data`")
                .into())
        }
    }
}

/// The 1-based line on which two files first differ.
fn first_difference(kept: &[u8], built: &[u8]) -> Option<usize> {
    if kept == built {
        return None;
    }
    let same = kept.iter().zip(built).take_while(|(a, b)| a == b).count();
    Some(1 + kept[..same].iter().filter(|&&byte| byte == b'\n').count())
}

/// The ledger built from nothing in `scratch`.
fn build(scratch: &Path, batches: &[Batch]) -> Result<PathBuf> {
    let ledger = scratch.join(NAME);
    recount(&ledger, &clock(0), &["init", "--title", TITLE, "--origin", ORIGIN], "")?;
    for (number, batch) in (1..).zip(batches) {
        recount(&ledger, &clock(number), &["append", "events", "-"], &batch.json_lines()?)
            .map_err(|e| format!("{}: {e}", batch.theme))?;
    }
    Ok(ledger)
}

/// When a batch counts as recorded: fixed, so that every build has the same bytes, one per batch, so that questions
/// on the recorded clock have answers, and after the last day of the dossier, 12 March 2026.
fn clock(batch: usize) -> String {
    format!("2026-03-13T{:02}:00:00Z", 9 + batch)
}

fn recount(ledger: &Path, clock: &str, arguments: &[&str], input: &str) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut child = Command::new(cargo)
        .args(["run", "--quiet", "--package", "recount-cli", "--bin", "recount", "--", "--file"])
        .args([ledger.as_os_str()])
        .args(arguments.iter().map(OsStr::new))
        .env("RECOUNT_CLOCK", clock)
        .env("RECOUNT_BY", RECORDER)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or("recount has no standard input")?;
    // A refusal closes the pipe early; its reason is on standard error and its status says so below.
    let written = stdin.write_all(input.as_bytes());
    drop(stdin);
    let status = child.wait()?;
    if !status.success() {
        return Err(format!("`recount {}`: {status}", arguments[0]).into());
    }
    Ok(written?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found_by_line() {
        let check = |kept: &str, built: &str, line| {
            assert_eq!(first_difference(kept.as_bytes(), built.as_bytes()), line, "{kept:?} {built:?}");
        };
        check("a\nb\n", "a\nb\n", None);
        check("a\nb\n", "a\nc\n", Some(2));
        check("a\n", "a\nb\n", Some(2));
        check("", "a\n", Some(1));
    }

    #[test]
    fn clocks_increase_and_follow_the_dossier() {
        assert_eq!(clock(0), "2026-03-13T09:00:00Z");
        assert!((0..14).is_sorted_by_key(clock));
    }
}
