//! F13 and F14: bytes, lines and whole ledgers that are not what they were. `verify` reports each.

use std::fmt;
use std::fs;
use std::path::Path;

use super::{Control, Row};
use crate::Result;
use crate::faults::bench::Depth;
use crate::faults::process;
use crate::faults::runner::{Receipt, Runner, figures, receipts};
use crate::faults::trials::{Broken, Trials, Verdict, ensure};

/// The row of single bits.
pub(crate) const BITS: Row = Row {
    id: "F13",
    title: "a bit flipped in each byte of a ledger",
    needs: &[],
    in_ci: true,
    controls: &[Control::Setup(UNTOUCHED)],
    probe: probe_bits,
};

/// The row of everything larger.
pub(crate) const CUTS: Row = Row {
    id: "F14",
    title: "cut at each byte; lines swapped, deleted, doubled, inserted; blocks zeroed; an older copy; a fork",
    needs: &[],
    in_ci: true,
    controls: &[Control::Setup(UNTOUCHED)],
    probe: probe_cuts,
};

/// Nothing is done to the ledger: whoever reports nothing then finds nothing either.
const UNTOUCHED: &str = "untouched";

const MOST: usize = 500;
const BLOCK: usize = 512;

/// A ledger of three batches, and the receipt of the last.
struct Sample {
    runner: Runner,
    bytes: Vec<u8>,
    head: Receipt,
    /// A ledger with the same first two batches and another third.
    fork: Vec<u8>,
    /// The control: no change is made.
    untouched: bool,
}

/// What is done to it.
#[derive(Clone, Copy)]
enum Change {
    Flip {
        byte: usize,
        bit: u8,
    },
    Cut(usize),
    Delete(usize),
    Double(usize),
    Swap(usize, usize),
    /// A line from elsewhere in the ledger, once more at this place.
    Insert {
        line: usize,
        before: usize,
    },
    Zero(usize),
    Fork,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Flip { byte, bit } => write!(f, "bit {bit} of byte {byte} flipped"),
            Change::Cut(length) => write!(f, "cut to {length} bytes"),
            Change::Delete(line) => write!(f, "line {line} deleted"),
            Change::Double(line) => write!(f, "line {line} doubled"),
            Change::Swap(one, other) => write!(f, "lines {one} and {other} swapped"),
            Change::Insert { line, before } => write!(f, "line {line} inserted before line {before}"),
            Change::Zero(block) => write!(f, "block {block} zeroed"),
            Change::Fork => write!(f, "another last batch"),
        }
    }
}

impl Sample {
    fn make(trials: &Trials<'_>) -> Result<Sample> {
        let folder = trials.folder("tampering")?;
        let (runner, ledger, notes) = (trials.runner(), folder.join("l.jsonl"), folder.join("notes"));
        let broken = |broken| format!("{broken:?}");
        runner.base(&ledger, &notes).map_err(broken)?;
        let base = fs::read(&ledger)?;
        let append = |first| -> Result<(Vec<u8>, Receipt)> {
            fs::write(&ledger, &base)?;
            let mut command = runner.command(&ledger, &["append", "events", "-"]);
            process::feed(&mut command, &notes, figures(first, 4, 150).as_bytes())?;
            let printed = process::run(&mut command, &notes)?;
            let receipt = receipts(&printed.stdout).pop().ok_or_else(|| printed.told())?;
            Ok((fs::read(&ledger)?, receipt))
        };
        let (fork, _) = append(900)?;
        let (bytes, head) = append(1)?;
        let untouched = trials.control() == Some(UNTOUCHED);
        Ok(Sample { runner, bytes, head, fork, untouched })
    }

    fn lines(&self) -> Vec<&[u8]> {
        self.bytes.split_inclusive(|byte| *byte == b'\n').collect()
    }

    /// Where batches end, as lengths of the ledger.
    fn boundaries(&self) -> Vec<usize> {
        let mut end = 0;
        let ends = self.lines().into_iter().filter_map(|line| {
            end += line.len();
            line.starts_with(b"{\"checkpoint").then_some(end)
        });
        ends.collect()
    }

    fn changed(&self, change: Change) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        let mut lines = self.lines();
        match change {
            _ if self.untouched => return bytes,
            Change::Flip { byte, bit } => {
                bytes[byte] ^= 1 << bit;
                return bytes;
            }
            Change::Cut(length) => {
                bytes.truncate(length);
                return bytes;
            }
            Change::Zero(block) => {
                let end = bytes.len().min((block + 1) * BLOCK);
                bytes[block * BLOCK..end].fill(0);
                return bytes;
            }
            Change::Fork => return self.fork.clone(),
            Change::Delete(line) => {
                lines.remove(line);
            }
            Change::Double(line) => lines.insert(line, lines[line]),
            Change::Swap(one, other) => lines.swap(one, other),
            Change::Insert { line, before } => lines.insert(before, lines[line]),
        }
        lines.concat()
    }
}

fn probe_bits(trials: &mut Trials<'_>) -> Result<()> {
    let sample = Sample::make(trials)?;
    let mut random = trials.random();
    let bits = |_: usize| -> Vec<u8> {
        match trials.depth() {
            Depth::Full => (0..8).collect(),
            Depth::Sample => vec![random.below(8) as u8],
        }
    };
    let bits: Vec<Vec<u8>> = (0..sample.bytes.len()).map(bits).collect();
    let changes = bits
        .iter()
        .enumerate()
        .flat_map(|(byte, bits)| bits.iter().map(move |bit| Change::Flip { byte, bit: *bit }));
    let changes: Vec<Change> = changes.collect();
    trials.each(&changes, MOST, |folder, change| verify(&sample, folder, *change))
}

fn probe_cuts(trials: &mut Trials<'_>) -> Result<()> {
    let sample = Sample::make(trials)?;
    let lines = sample.lines().len();
    let mut changes: Vec<Change> = vec![Change::Fork];
    changes.extend((0..lines).flat_map(|line| [Change::Delete(line), Change::Double(line)]));
    for line in 0..lines {
        changes.extend((line + 1..lines).map(|other| Change::Swap(line, other)));
        changes.extend((0..=lines).map(|before| Change::Insert { line, before }));
    }
    changes.extend((0..sample.bytes.len().div_ceil(BLOCK)).map(Change::Zero));
    // As many as there are: the small changes above are all tried in a sample too.
    trials.each(&changes, usize::MAX, |folder, change| verify(&sample, folder, *change))?;
    let cuts: Vec<Change> = (0..sample.bytes.len()).map(Change::Cut).collect();
    trials.each(&cuts, MOST, |folder, change| verify(&sample, folder, *change))
}

fn verify(sample: &Sample, folder: &Path, change: Change) -> Verdict {
    let (ledger, notes) = (folder.join("l.jsonl"), folder.join("notes"));
    let bytes = sample.changed(change);
    fs::write(&ledger, &bytes)?;
    let boundaries = sample.boundaries();
    let keeps_form = match change {
        Change::Cut(length) => boundaries.contains(&length),
        Change::Fork => true,
        _ => false,
    };
    let head = format!("{}:{}", sample.head.size, sample.head.root);
    let found = match keeps_form {
        // Nothing inside the file can show it: a receipt does.
        true => {
            let alone = sample.runner.run(&ledger, &["verify"], &notes)?;
            ensure(alone.succeeded(), || format!("verify: {}", alone.told()))?;
            sample.runner.run(&ledger, &["verify", "--head", &head], &notes)?
        }
        false => sample.runner.run(&ledger, &["verify"], &notes)?,
    };
    ensure(found.code() == Some(4), || format!("expected exit 4: {}", found.told()))?;
    ensure(found.stderr.contains("error[E05"), || format!("no integrity error: {}", found.told()))?;
    ensure(keeps_form || bytes.is_empty() || places(&found.stderr), || {
        format!("no place is named: {}", found.told())
    })?;
    match fs::read(&ledger)? == bytes {
        true => Ok(()),
        false => Err(Broken::Promise("verify has changed the ledger".to_owned())),
    }
}

/// Whether an error says which bytes are damaged, or that it is no ledger at all.
fn places(stderr: &str) -> bool {
    stderr.contains("byte") || stderr.contains("E0504")
}
