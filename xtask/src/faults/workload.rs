//! What `recount` is doing when a fault meets it: every operation that writes, with how to judge what is left.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bench::copy_folder;
use super::process::{self, Finished, Running};
use super::runner::{BASE, INIT, Known, NEXT_SOURCE, Receipt, Runner, figures, receipts};
use super::trace::{self, Call};
use super::trials::{Broken, Trials, Verdict, ensure};
use crate::Result;

/// An operation on a ledger.
#[derive(Clone, Copy)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// Where the operation starts from.
    start: Start,
    /// Behind `--file LEDGER`; `@` stands for the folder.
    arguments: &'static [&'static str],
    does: Does,
}

/// What is there before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Nothing.
    Nothing,
    /// A ledger of the size of [`BASE`].
    Base,
    /// The same, and behind it a batch that was never finished.
    Unfinished,
    /// The same, and behind it what is no batch.
    Damaged,
    /// A ledger with one more figure, which says [`SECRET`].
    Secret,
    /// A ledger, and beside it exports of what it was before.
    Exported,
}

/// What the operation is to have done, all or nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// A new ledger.
    Create,
    /// Batches of so many events, and their number.
    Append { batch: u64, batches: u64 },
    /// Moves a damaged tail aside.
    Recover,
    /// Erases the secret.
    Redact,
    /// A file or folder of this name.
    Export(&'static str),
}

/// Longer than the batch that is appended: whoever does not cut it off leaves a part of it behind.
const TAIL: usize = 3_000;
const SECRET: &str = "secret-7f3a";

/// Every operation that writes.
const WORKLOADS: &[Workload] = &[
    Workload { name: "init", start: Start::Nothing, arguments: INIT, does: Does::Create },
    append("append", Start::Base),
    append("append behind an unfinished tail", Start::Unfinished),
    Workload { name: "recover", start: Start::Damaged, arguments: &["recover"], does: Does::Recover },
    Workload {
        name: "redact",
        start: Start::Secret,
        arguments: &["redact", "5", "--reason", "asked for"],
        does: Does::Redact,
    },
    export("export csv, new", Start::Base, &["export", "csv", "@/csv"], "csv"),
    export("export csv, again", Start::Exported, &["export", "csv", "@/csv"], "csv"),
    export("export sqlite, new", Start::Base, &["export", "sqlite", "@/sqlite"], "sqlite"),
    export("export sqlite, again", Start::Exported, &["export", "sqlite", "@/sqlite"], "sqlite"),
];

const fn append(name: &'static str, start: Start) -> Workload {
    let arguments = &["append", "events", "-", "--batch", "3"];
    Workload { name, start, arguments, does: Does::Append { batch: 3, batches: 2 } }
}

const fn export(
    name: &'static str,
    start: Start,
    arguments: &'static [&'static str],
    target: &'static str,
) -> Workload {
    Workload { name, start, arguments, does: Does::Export(target) }
}

impl Workload {
    /// Whether it writes exports, not the ledger.
    pub(crate) fn is_export(&self) -> bool {
        matches!(self.does, Does::Export(_))
    }

    /// Whether it cannot be done without a new file.
    pub(crate) fn makes_a_file(&self) -> bool {
        self.start == Start::Unfinished || !matches!(self.does, Does::Append { .. })
    }

    /// How many receipts it prints when nothing goes wrong.
    pub(crate) fn promises(&self) -> usize {
        match self.does {
            Does::Create | Does::Redact => 1,
            Does::Append { batches, .. } => batches as usize,
            Does::Recover | Does::Export(_) => 0,
        }
    }
}

/// Prepares every operation in turn and has it tried, until a control has been found.
///
/// # Errors
/// When the harness itself fails.
pub(crate) fn each(
    trials: &mut Trials<'_>,
    mut attempt: impl FnMut(&mut Trials<'_>, &Prepared) -> Result<()>,
) -> Result<()> {
    for workload in WORKLOADS {
        match Prepared::of(*workload, trials) {
            // A bug that shows when nothing disturbs it is found.
            Err(error) if trials.is_control() => trials.find(workload.name, error.to_string()),
            prepared => attempt(trials, &prepared?)?,
        }
        if trials.is_done() {
            break;
        }
    }
    Ok(())
}

/// A workload ready to be run again and again, and what it does when nothing disturbs it.
pub(crate) struct Prepared {
    pub(crate) workload: Workload,
    runner: Runner,
    /// The folder before.
    pub(crate) before: PathBuf,
    /// The export after; nothing for the others.
    exported: Content,
    /// What was acknowledged before.
    acknowledged: Vec<Receipt>,
    /// Every call of the undisturbed run.
    pub(crate) calls: Vec<Call>,
    /// The folder that the calls speak of.
    pub(crate) traced: PathBuf,
}

/// Files by name; nothing where there is no such file or folder.
type Content = Option<BTreeMap<PathBuf, Vec<u8>>>;

impl Prepared {
    /// Prepares a workload and traces it once.
    ///
    /// # Errors
    /// If `recount` or `strace` fails.
    pub(crate) fn of(workload: Workload, trials: &Trials<'_>) -> Result<Prepared> {
        let shared = trials.folder(&format!("prepared {}", workload.name))?;
        let (before, traced, notes) = (shared.join("before"), shared.join("traced"), shared.join("notes"));
        fs::create_dir_all(&before)?;
        let runner = trials.runner().in_order();
        let harness = |broken| match broken {
            Broken::Promise(text) | Broken::Harness(text) => format!("preparing {}: {text}", workload.name),
        };
        let acknowledged = prepare(&workload, &runner, &before, &notes).map_err(harness)?;
        copy_folder(&before, &traced)?;
        let mut prepared = Prepared {
            workload,
            runner,
            before,
            exported: None,
            acknowledged,
            calls: Vec::new(),
            traced: traced.clone(),
        };
        let trace = shared.join("trace").display().to_string();
        let strace = trace::strace(&trace);
        let strace: Vec<&str> = strace.iter().map(String::as_str).collect();
        let finished = prepared.run(&strace, &traced, &notes)?;
        if !finished.succeeded() {
            return Err(format!("{}: {}", workload.name, finished.told()).into());
        }
        prepared.calls = trace::parse(&fs::read_to_string(&trace)?)?;
        if let Does::Export(target) = workload.does {
            prepared.exported = content(&traced.join(target))?;
        }
        Ok(prepared)
    }

    /// Runs the operation in a folder, by way of a program such as strace.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn run(&self, program: &[&str], work: &Path, notes: &Path) -> io::Result<Finished> {
        process::run(&mut self.command(program, work, notes)?, notes)
    }

    /// Starts the operation in a folder.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn start(&self, work: &Path, notes: &Path) -> io::Result<Running> {
        process::start(&mut self.command(&[], work, notes)?, notes)
    }

    fn command(&self, program: &[&str], work: &Path, notes: &Path) -> io::Result<Command> {
        let here = work.display().to_string();
        let arguments: Vec<String> =
            self.workload.arguments.iter().map(|argument| argument.replace('@', &here)).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = self.runner.by_way_of(program, &work.join("l.jsonl"), &arguments);
        if let Does::Append { batch, batches } = self.workload.does {
            process::feed(&mut command, notes, figures(100, batch * batches, 60).as_bytes())?;
        }
        Ok(command)
    }

    /// The folder before, as a trial's own.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub(crate) fn copy(&self, folder: &Path) -> io::Result<(PathBuf, PathBuf)> {
        let work = folder.join("work");
        copy_folder(&self.before, &work)?;
        Ok((work, folder.join("notes")))
    }

    /// From where on a call can matter: what the process does before it looks into the folder is the same for every
    /// program.
    pub(crate) fn first(&self) -> usize {
        let first = self.calls.iter().position(|call| call.is_about(&self.traced));
        first.unwrap_or_default()
    }

    /// The calls that can matter, each with its number among those of its name, which is how strace counts.
    pub(crate) fn numbered(&self) -> Vec<(usize, &Call)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let numbered = self.calls.iter().map(|call| {
            let count = counts.entry(&call.name).or_default();
            *count += 1;
            (*count, call)
        });
        numbered.skip(self.first()).collect()
    }

    /// Whether the file descriptor of this call was opened for writing.
    pub(crate) fn is_written(&self, call: &Call) -> bool {
        let before = self.calls.iter().take_while(|other| !std::ptr::eq(*other, call));
        let opened = before.filter(|other| other.name == "openat" && other.returned == call.number(0)).last();
        opened.is_some_and(|open| open.says("O_RDWR") || open.says("O_WRONLY"))
    }

    /// Judges what a fault has left behind, of which the process had printed `printed`.
    ///
    /// # Errors
    /// [`Broken::Promise`] with what does not hold.
    pub(crate) fn judge(&self, work: &Path, notes: &Path, printed: &str, may_recover: bool) -> Verdict {
        let ledger = work.join("l.jsonl");
        let known = |sizes: Vec<u64>| {
            let printed = receipts(printed);
            Known { sizes, receipts: [&self.acknowledged[..], &printed].concat(), ..Known::default() }
        };
        let settle = |known| self.runner.settle(&ledger, &known, may_recover, notes);
        match self.workload.does {
            Does::Create => settle(Known { next: NEXT_SOURCE, ..known(vec![1]) }).map(drop),
            Does::Append { batch, batches } => {
                settle(known(Known::appending(batch, batches, "").sizes))?;
                self.tail_is_kept(work)
            }
            Does::Recover => {
                // That it was needed before is the point of it.
                self.runner.settle(&ledger, &known(vec![BASE[1]]), true, notes)?;
                self.tail_is_kept(work)
            }
            Does::Redact => {
                let is_there = fs::read(&ledger)?.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
                let size = settle(known(vec![BASE[1] + 1, BASE[1] + 2]))?;
                let is_redacted = size == BASE[1] + 3;
                ensure(is_there != is_redacted, || {
                    format!("the secret is there: {is_there}; it counts as redacted: {is_redacted}")
                })
            }
            Does::Export(target) => self.export_is_whole(target, work, notes, printed),
        }
    }

    /// What followed the last checkpoint is in a file of its own, whole.
    fn tail_is_kept(&self, work: &Path) -> Verdict {
        let before = fs::read(self.before.join("l.jsonl"))?;
        let end = before.windows(12).rposition(|part| part == b"{\"checkpoint");
        let end =
            end.and_then(|start| Some(start + before[start..].iter().position(|byte| *byte == b'\n')? + 1));
        let tail = &before[end.unwrap_or_default()..];
        let mut kept = tail.is_empty();
        for entry in fs::read_dir(work)? {
            let entry = entry?;
            let is_aside = entry.file_name().to_string_lossy().contains(".tail-");
            kept = kept || is_aside && fs::read(entry.path())? == tail;
        }
        ensure(kept, || {
            format!("the {} bytes behind the last checkpoint are in no file of their own", tail.len())
        })
    }

    /// The export is absent, old or new; if it was reported, new; and the next one makes it new.
    fn export_is_whole(&self, target: &str, work: &Path, notes: &Path, printed: &str) -> Verdict {
        let found = content(&work.join(target))?;
        let old = content(&self.before.join(target))?;
        let is_new = found == self.exported;
        ensure(is_new || found == old, || {
            let files =
                found.iter().flatten().map(|(name, bytes)| format!("{} {}", name.display(), bytes.len()));
            format!("the export is neither old nor new: {}", files.collect::<Vec<_>>().join(", "))
        })?;
        ensure(is_new || !printed.ends_with('\n'), || "the export was reported and is not there".to_owned())?;
        let ledger = |folder: &Path| fs::read(folder.join("l.jsonl"));
        ensure(ledger(work)? == ledger(&self.before)?, || "the ledger is not as it was".to_owned())?;
        let again = self.run(&[], work, notes)?;
        ensure(again.succeeded(), || format!("the next export: {}", again.told()))?;
        ensure(content(&work.join(target))? == self.exported, || {
            "the next export is not what a fresh one is".to_owned()
        })
    }
}

/// Makes the folder that a workload starts from; gives what was acknowledged on the way.
fn prepare(
    workload: &Workload,
    runner: &Runner,
    work: &Path,
    notes: &Path,
) -> std::result::Result<Vec<Receipt>, Broken> {
    let ledger = work.join("l.jsonl");
    if workload.start == Start::Nothing {
        return Ok(Vec::new());
    }
    runner.base(&ledger, notes)?;
    let append = |lines: String| -> std::result::Result<Finished, Broken> {
        let mut command = runner.command(&ledger, &["append", "events", "-"]);
        process::feed(&mut command, notes, lines.as_bytes())?;
        Ok(process::run(&mut command, notes)?)
    };
    match workload.start {
        Start::Nothing | Start::Base => {}
        Start::Unfinished => {
            let tail = format!("{{\"seq\":5,\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"{}", "b".repeat(TAIL));
            fs::write(&ledger, [fs::read(&ledger)?, tail.into_bytes()].concat())?;
        }
        Start::Damaged => {
            fs::write(&ledger, [fs::read(&ledger)?, vec![0; TAIL], b"\n".to_vec()].concat())?;
        }
        Start::Secret => {
            append(figures(1, 1, 0).replace("\"note\":\"\"", &format!("\"note\":\"{SECRET}\"")))?;
        }
        Start::Exported => {
            for target in ["csv", "sqlite"] {
                let place = work.join(target).display().to_string();
                runner.run(&ledger, &["export", target, &place], notes)?;
            }
            append(figures(1, 5, 60))?;
        }
    }
    // The head of what was acknowledged: a reader does not see what follows it.
    let size = if matches!(workload.start, Start::Secret) { BASE[1] + 1 } else { BASE[1] };
    let text = fs::read_to_string(&ledger)?;
    let head = text.lines().rfind(|line| line.starts_with("{\"checkpoint")).unwrap_or_default();
    let root = head.split("\"root\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let root = root.ok_or_else(|| Broken::Harness(format!("no root in {head}")))?.to_owned();
    Ok(vec![Receipt { size, root }])
}

/// The files under a path.
fn content(path: &Path) -> io::Result<Content> {
    if !path.exists() {
        return Ok(None);
    }
    if path.is_file() {
        return Ok(Some(BTreeMap::from([(PathBuf::new(), fs::read(path)?)])));
    }
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        files.insert(PathBuf::from(entry.file_name()), fs::read(entry.path())?);
    }
    Ok(Some(files))
}
