//! F16: files that are none, file systems without locks, files that may not be changed. Never a hang, never a write.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Control, Need, Row, is_root};
use crate::Result;
use crate::faults::process;
use crate::faults::runner::Runner;
use crate::faults::trials::{Broken, Trials, Verdict, ensure};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F16",
    title: "FIFOs, devices, folders, links, locks that fail, files that may not change: refused at once",
    needs: &[Need::Tool("strace")],
    in_ci: true,
    controls: &[Control::Setup(FIT)],
    probe,
};

/// A plain file, which a writer takes.
const FIT: &str = "fit-file";

/// What stands where the ledger, or the target of an export, is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thing {
    Fit,
    Fifo,
    Full,
    Null,
    Folder,
    HardLink,
    Symlink,
    NoLocks(&'static str),
    AppendOnly,
    Immutable,
    ReadOnlyFolder,
}

/// What is asked of it; `@` stands for it, and it is the ledger unless it is named.
const COMMANDS: &[&[&str]] = &[
    &["append", "source", "--id", "x", "--title", "X"],
    &["append", "events", "-"],
    &["recover"],
    &["verify"],
    &["log"],
    &["figures"],
    &["init", "--title", "T", "--origin", "example.org/t"],
    &["export", "sqlite", "@"],
    &["export", "csv", "@"],
    &["snapshot", "--accept", "@"],
];

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    use Thing::{
        AppendOnly, Fifo, Folder, Full, HardLink, Immutable, NoLocks, Null, ReadOnlyFolder, Symlink,
    };
    let runner = trials.runner();
    if trials.control() == Some(FIT) {
        return trials.each(&[COMMANDS[0]], 1, |folder, command| meet(&runner, folder, Thing::Fit, command));
    }
    let mut things = vec![Fifo, Full, Null, Folder, HardLink, Symlink];
    things.extend(["ENOLCK", "ENOSYS", "EOPNOTSUPP"].map(NoLocks));
    let folder = trials.folder("attributes")?;
    match is_root() && chattr("+i", &folder).is_ok() && chattr("-i", &folder).is_ok() {
        true => things.extend([AppendOnly, Immutable, ReadOnlyFolder]),
        false => {
            trials.notes.push("attributes of files were left out: no root, or no chattr here".to_owned())
        }
    }
    let points: Vec<(Thing, &[&str])> =
        things.iter().flat_map(|thing| COMMANDS.iter().map(|command| (*thing, *command))).collect();
    trials.each(&points, usize::MAX, |folder, (thing, command)| meet(&runner, folder, *thing, command))
}

fn chattr(change: &str, path: &Path) -> std::io::Result<()> {
    let status = Command::new("chattr").arg(change).arg(path).stderr(std::process::Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(std::io::Error::other(format!("chattr: {status}"))) }
}

fn meet(runner: &Runner, folder: &Path, thing: Thing, command: &[&str]) -> Verdict {
    let (plain, notes) = (folder.join("plain.jsonl"), folder.join("notes"));
    runner.base(&plain, &notes)?;
    let is_target = command.contains(&"@");
    let met = make(folder, &plain, thing)?;
    let shown = met.display().to_string();
    let arguments: Vec<&str> = command.iter().map(|word| if *word == "@" { &shown } else { *word }).collect();
    let before = fs::read(&plain)?;
    let inject = match thing {
        Thing::NoLocks(error) => format!("inject=flock:error={error}"),
        _ => String::new(),
    };
    let strace = ["strace", "-f", "-o", "/dev/null", "-e", "trace=flock", "-e", &inject];
    let program: &[&str] = if inject.is_empty() { &[] } else { &strace };
    let ledger = if is_target { &plain } else { &met };
    let finished = process::run(&mut runner.by_way_of(program, ledger, &arguments), &notes)?;
    release(folder, &plain, thing)?;
    ensure((0..=6).any(|code| finished.code() == Some(code)), || {
        format!("expected an exit code: {}", finished.told())
    })?;
    let writes = matches!(command[0], "append" | "recover");
    // Of a folder only the names cannot change, and an empty input needs no lock on what only grows.
    let may_work = matches!(thing, Thing::ReadOnlyFolder | Thing::AppendOnly);
    ensure(!(writes && !is_target && finished.succeeded()) || may_work, || {
        format!("a writer took it: {}", finished.told())
    })?;
    if is_target || !may_work {
        ensure(fs::read(&plain)? == before, || format!("the ledger was changed: {}", finished.told()))?;
    }
    Ok(())
}

/// Puts the thing there.
fn make(folder: &Path, plain: &Path, thing: Thing) -> std::result::Result<PathBuf, Broken> {
    let met = folder.join("met");
    match thing {
        Thing::Fifo => {
            let status = Command::new("mkfifo").arg(&met).status()?;
            ensure(status.success(), || "mkfifo".to_owned())
                .map_err(|_| Broken::Harness("mkfifo".to_owned()))?;
        }
        Thing::Full => return Ok(PathBuf::from("/dev/full")),
        Thing::Null => return Ok(PathBuf::from("/dev/null")),
        Thing::Folder => fs::create_dir(&met)?,
        Thing::HardLink => fs::hard_link(plain, &met)?,
        Thing::Symlink => symlink(plain, &met)?,
        Thing::Fit | Thing::NoLocks(_) => return Ok(plain.to_owned()),
        Thing::AppendOnly => {
            chattr("+a", plain)?;
            return Ok(plain.to_owned());
        }
        Thing::Immutable => {
            chattr("+i", plain)?;
            return Ok(plain.to_owned());
        }
        Thing::ReadOnlyFolder => {
            chattr("+i", folder)?;
            return Ok(plain.to_owned());
        }
    }
    Ok(met)
}

fn release(folder: &Path, plain: &Path, thing: Thing) -> Verdict {
    match thing {
        Thing::AppendOnly => chattr("-a", plain)?,
        Thing::Immutable => chattr("-i", plain)?,
        Thing::ReadOnlyFolder => chattr("-i", folder)?,
        _ => {}
    }
    Ok(())
}
