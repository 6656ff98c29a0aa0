//! The binary under test, and the small ledgers that trials are made of.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::{self, Finished, Running};
use super::trials::{Broken, Verdict, ensure};

/// How a ledger begins.
pub(crate) const INIT: &[&str] = &["init", "--title", "Faults", "--origin", "example.org/faults"];

/// Sizes of the ledger that [`Runner::base`] makes: behind its first and behind its second batch.
pub(crate) const BASE: [u64; 2] = [1, 4];

/// The binary under test with the environment it runs in.
#[derive(Clone, Debug)]
pub(crate) struct Runner {
    pub(crate) binary: PathBuf,
    pub(crate) environment: Vec<(&'static str, &'static str)>,
}

impl Runner {
    /// The same on one thread, whose calls come in the same order every time and so can be numbered.
    pub(crate) fn in_order(mut self) -> Runner {
        self.environment.push(("RECOUNT_THREADS", "1"));
        self
    }

    /// `recount --file LEDGER ARGUMENTS`.
    pub(crate) fn command(&self, ledger: &Path, arguments: &[&str]) -> Command {
        self.by_way_of(&[], ledger, arguments)
    }

    /// The same, run by another program such as `strace -o FILE`.
    pub(crate) fn by_way_of(&self, program: &[&str], ledger: &Path, arguments: &[&str]) -> Command {
        let mut command = match program {
            [] => Command::new(&self.binary),
            [program, rest @ ..] => {
                let mut command = Command::new(program);
                command.args(rest).arg(&self.binary);
                command
            }
        };
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.environment.iter().copied()).stdin(Stdio::null());
        command.arg("--file").arg(ledger).args(arguments);
        command
    }

    /// Runs `recount --file LEDGER ARGUMENTS` to its end; what it prints goes to files in the folder `notes`.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn run(&self, ledger: &Path, arguments: &[&str], notes: &Path) -> io::Result<Finished> {
        process::run(&mut self.command(ledger, arguments), notes)
    }

    /// Starts `append events` with the lines of a file, a receipt after every `batch` of them.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn start_append(
        &self,
        program: &[&str],
        ledger: &Path,
        input: &Path,
        batch: u64,
        notes: &Path,
    ) -> io::Result<Running> {
        let batch = batch.to_string();
        let mut command = self.by_way_of(program, ledger, &["append", "events", "-", "--batch", &batch]);
        process::start(command.stdin(File::open(input)?), notes)
    }

    /// Makes a ledger of two batches, [`BASE`], to whose indicator [`figures`] can be appended.
    ///
    /// # Errors
    /// If `recount` refuses.
    pub(crate) fn base(&self, ledger: &Path, notes: &Path) -> Verdict {
        self.succeed(self.run(ledger, INIT, notes)?)?;
        let mut append = self.command(ledger, &["append", "events", "-"]);
        process::feed(&mut append, notes, DECLARATIONS.as_bytes())?;
        self.succeed(process::run(&mut append, notes)?)
    }

    fn succeed(&self, finished: Finished) -> Verdict {
        match finished.succeeded() {
            true => Ok(()),
            false => Err(Broken::Harness(format!("{}: {}", self.binary.display(), finished.told()))),
        }
    }

    /// Goes on with a ledger after a fault. The next append must work without repair (after a power cut or a failed
    /// write-back `may_recover`: with one `recover` before it), what was acknowledged must be there byte for byte,
    /// every batch whole or absent, and `verify` content. Gives the size of the ledger then.
    ///
    /// # Errors
    /// [`Broken::Promise`] if any of this is not so.
    pub(crate) fn settle(
        &self,
        ledger: &Path,
        known: &Known,
        may_recover: bool,
        notes: &Path,
    ) -> std::result::Result<u64, Broken> {
        let last = known.receipts.last();
        if !ledger.exists() {
            ensure(last.is_none(), || "a ledger was acknowledged and is not there".to_owned())?;
            let created = self.run(ledger, INIT, notes)?;
            ensure(created.succeeded(), || format!("init again: {}", created.told()))?;
            return Ok(1);
        }
        let mut append = self.run(ledger, known.next, notes)?;
        if append.code() == Some(4) && may_recover {
            let recovered = self.run(ledger, &["recover"], notes)?;
            ensure(recovered.succeeded(), || {
                format!("recover: {}; asked for by {}", recovered.told(), append.told())
            })?;
            append = self.run(ledger, known.next, notes)?;
        }
        ensure(append.succeeded(), || format!("the next append: {}", append.told()))?;
        let now = receipts(&append.stdout).pop();
        let now = now.ok_or_else(|| Broken::Promise(format!("no receipt: {}", append.told())))?;
        let before = now.size - 1;
        ensure(known.sizes.contains(&before), || {
            format!("{before} events: part of a batch, of {:?}", known.sizes)
        })?;
        if let Some(last) = last {
            ensure(before >= last.size, || {
                format!("{before} events are left of {} that were acknowledged", last.size)
            })?;
        }
        self.verify(ledger, last.unwrap_or(&now), notes)?;
        Ok(now.size)
    }

    /// `verify` with a receipt.
    ///
    /// # Errors
    /// [`Broken::Promise`] if it finds anything.
    pub(crate) fn verify(&self, ledger: &Path, receipt: &Receipt, notes: &Path) -> Verdict {
        let head = format!("{}:{}", receipt.size, receipt.root);
        let verified = self.run(ledger, &["verify", "--head", &head], notes)?;
        ensure(verified.succeeded(), || format!("verify --head {head}: {}", verified.told()))
    }
}

/// One more figure, unlike those of [`figures`].
pub(crate) const NEXT_FIGURE: &[&str] = &[
    "append",
    "figure",
    "--indicator",
    "i",
    "--value",
    "77777",
    "--reporter",
    "r",
    "--source",
    "s",
    "--allow-duplicate",
    "--quiet",
];

/// What can be appended to a ledger that has nothing yet.
pub(crate) const NEXT_SOURCE: &[&str] = &["append", "source", "--id", "next", "--title", "Next", "--quiet"];

/// What an indicator needs, as three lines for `append events`.
const DECLARATIONS: &str = r#"{"type":"source.added","data":{"id":"s","title":"A source"}}
{"type":"reporter.added","data":{"id":"r","name":"A reporter","kind":"ngo"}}
{"type":"indicator.defined","data":{"id":"i","label":"An indicator","unit":"children","measure":"cumulative"}}
"#;

/// Lines for `append events`: `count` figures, all different, each with a note of `padding` bytes.
pub(crate) fn figures(first: u64, count: u64, padding: usize) -> String {
    let note = "n".repeat(padding);
    let line = |value: u64| {
        format!(
            "{{\"type\":\"figure.reported\",\"data\":{{\"indicator\":\"i\",\"value\":\"{value}\",\"reporter\":\"r\",\
             \"source\":\"s\",\"as_of\":\"2025-01-01\",\"note\":\"{note}\"}}}}\n"
        )
    };
    (first..first + count).map(line).collect()
}

/// A receipt that was printed: a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) size: u64,
    pub(crate) root: String,
}

/// The receipts in what was printed. A line without its end is none.
pub(crate) fn receipts(stdout: &str) -> Vec<Receipt> {
    let whole = stdout.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let receipt = |line: &str| {
        let (_, rest) = line.split_once("size ")?;
        let (size, rest) = rest.split_once(' ')?;
        let (_, root) = rest.split_once("root ")?;
        Some(Receipt { size: size.parse().ok()?, root: root.trim_end().to_owned() })
    };
    whole.lines().filter_map(receipt).collect()
}

/// What is known of a ledger that met a fault.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Where a batch may end.
    pub(crate) sizes: Vec<u64>,
    /// What was acknowledged, in order.
    pub(crate) receipts: Vec<Receipt>,
    /// What is appended next.
    pub(crate) next: &'static [&'static str],
}

impl Default for Known {
    fn default() -> Known {
        Known { sizes: Vec::new(), receipts: Vec::new(), next: NEXT_FIGURE }
    }
}

impl Known {
    /// A ledger of the size of [`BASE`] to which batches of `batch` events, `batches` of them, were being appended.
    pub(crate) fn appending(batch: u64, batches: u64, stdout: &str) -> Known {
        let sizes = (0..=batches).map(|number| BASE[1] + number * batch).collect();
        Known { sizes, receipts: receipts(stdout), ..Known::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_whole_lines() {
        let receipt = |size, root: &str| Receipt { size, root: root.to_owned() };
        let printed =
            "created l.jsonl\nseq 1  size 1  root aa=\nseq 2..4  size 4  root bb=\nseq 5  size 5  root c";
        assert_eq!(receipts(printed), [receipt(1, "aa="), receipt(4, "bb=")]);
        assert_eq!(receipts(""), []);
    }

    #[test]
    fn batches_end_where_they_may() {
        assert_eq!(Known::appending(3, 2, "").sizes, [4, 7, 10]);
    }
}
