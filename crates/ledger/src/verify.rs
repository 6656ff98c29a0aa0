//! Recomputing everything: every checksum, every root, every line, every byte.

use std::path::Path;

use crate::batch_sum::{BatchSum, Mismatch};
use crate::blocks::Block;
use crate::checkpoint::{Checkpoint, MARK};
use crate::diagnose::{BrokenLine, batch_fault};
use crate::error::{Fault, IoContext, LedgerError, Place};
use crate::line::Line;
use crate::lines::{Lines, RawLine};
use crate::locate::Head;
use crate::merkle::run::Run;
use crate::merkle::{Frontier, Hash};
use crate::reader::{Ledger, open_file, survey};
use crate::sequence::Sequence;
use crate::storage::{Access, Storage};
use crate::tail::Tail;
use crate::walk::LineRef;

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// All that is wrong with the file itself, in its order.
    pub faults: Vec<Fault>,
    /// Why the ledger is not the one of the receipt, or a longer one.
    pub receipt: Option<Fault>,
    /// The number of events, as the last readable checkpoint has it.
    pub size: u64,
    /// The root, as the last readable checkpoint has it.
    pub root: Hash,
    /// The number of checkpoints.
    pub checkpoints: u64,
    /// A writer is at work, so the bytes behind the last checkpoint are no fault.
    pub writing: bool,
}

/// Looks at an event in its place; the text says what is wrong with its content.
pub type EachEvent<'f> = dyn FnMut(&LineRef<'_>, &Line<'_>) -> Result<(), String> + 'f;

/// Verifies a ledger line by line, against itself and against a receipt if there is one. `each` is called with every event
/// line that holds.
///
/// # Errors
/// Those of [`Verification::open`] and [`Verification::line_by_line`].
pub fn verify(
    storage: &dyn Storage,
    path: &Path,
    receipt: Option<(u64, Hash)>,
    each: &mut EachEvent<'_>,
) -> Result<Report, LedgerError> {
    Verification::open(storage, path, receipt)?.line_by_line(each)
}

/// A ledger that is open for verifying, against itself and against a receipt (size and root) if there is one: nothing
/// inside the file can show that it was cut back or forked at the end of a batch.
///
/// Where all is well, one pass in blocks tells so: [`Verification::ledger`], [`Checked`], [`Verification::intact`]. What is
/// wrong, and where, [`Verification::line_by_line`] tells.
#[derive(Debug)]
pub struct Verification {
    /// Of a file that has no head, all its bytes.
    ledger: Ledger,
    /// Why it has no head.
    corruption: Option<Box<Fault>>,
    receipt: Option<(u64, Hash)>,
    writing: bool,
}

impl Verification {
    /// Opens a ledger and finds its head.
    ///
    /// # Errors
    /// Those of [`Ledger::open`] except corruption, which is reported as faults.
    pub fn open(
        storage: &dyn Storage,
        path: &Path,
        receipt: Option<(u64, Hash)>,
    ) -> Result<Self, LedgerError> {
        let file = open_file(storage, path, Access::Read)?;
        // While the shared lock is held no writer is at work: a tail that is seen then is not one in the making. Where
        // locks do not work nobody holds one.
        let quiet = file.try_lock_shared().unwrap_or(true);
        let length = file.length().context(path, "asking for the length")?;
        let surveyed = survey(&*file, path, length);
        if quiet {
            // The lock also ends with the handle; ending it now lets writers in while the rest is read.
            let _ = file.unlock();
        }
        let (head, tail, corruption) = match surveyed {
            Ok((head, tail)) => (head, tail.filter(|_| quiet), None),
            Err(LedgerError::Corrupt(fault)) => {
                (Head { end_offset: length, ..Head::empty() }, None, Some(fault))
            }
            Err(error) => return Err(error),
        };
        let ledger = Ledger { path: path.to_owned(), file, head, tail };
        Ok(Self { ledger, corruption, receipt, writing: !quiet })
    }

    /// The ledger, for a pass in blocks; nothing where it is known to be damaged.
    #[must_use]
    pub fn ledger(&self) -> Option<&Ledger> {
        self.corruption.is_none().then_some(&self.ledger)
    }

    /// What a pass begins with.
    #[must_use]
    pub fn nothing_checked(&self) -> Checked {
        Checked {
            frontier: Frontier::default(),
            checkpoints: 0,
            receipt: self.receipt,
            receipt_found: self.receipt.is_none(),
        }
    }

    /// The report of a pass that found every block of the ledger to hold.
    #[must_use]
    pub fn intact(self, checked: &Checked) -> Report {
        let Head { size, root, .. } = self.ledger.head;
        let Checked { checkpoints, receipt_found, .. } = *checked;
        let report =
            Report { faults: Vec::new(), receipt: None, size, root, checkpoints, writing: self.writing };
        report.concluded(self, receipt_found)
    }

    /// Reads every line, telling all that is wrong. `each` is called with every event line that holds.
    ///
    /// # Errors
    /// [`LedgerError::Io`].
    pub fn line_by_line(self, each: &mut EachEvent<'_>) -> Result<Report, LedgerError> {
        let mut verifier = Verifier::new(&self, each);
        verifier.run()?;
        let Verifier { report, receipt_found, .. } = verifier;
        Ok(report.concluded(self, receipt_found))
    }
}

/// What is known of the blocks of a pass that were taken.
#[derive(Debug)]
pub struct Checked {
    frontier: Frontier,
    checkpoints: u64,
    receipt: Option<(u64, Hash)>,
    receipt_found: bool,
}

impl Checked {
    /// Takes a block in its turn, with its leaves. Gives the tree before it, for [`Block::roots_hold`], which needs no turn; nothing
    /// where the leaves stand elsewhere.
    pub fn take(&mut self, block: &Block<'_>, leaves: &Run) -> Option<Frontier> {
        let before = self.frontier.clone();
        self.frontier.extend(leaves)?;
        let mut checkpoints = block.checkpoints().iter().map(|stated| Some((stated.size, stated.root)));
        self.checkpoints += checkpoints.len() as u64;
        self.receipt_found |= checkpoints.any(|stated| stated == self.receipt);
        Some(before)
    }
}

struct Verifier<'v, 'f> {
    ledger: &'v Ledger,
    receipt: Option<(u64, Hash)>,
    receipt_found: bool,
    each: &'v mut EachEvent<'f>,
    report: Report,
    sequence: Sequence,
    /// Nothing once a root did not hold: later ones could not either.
    frontier: Option<Frontier>,
    batch: BatchSum,
    /// The first line of the batch that does not hold.
    broken: Option<BrokenLine>,
    /// What is wrong with the content of the batch's events.
    content: Vec<Fault>,
}

impl<'v, 'f> Verifier<'v, 'f> {
    fn new(verification: &'v Verification, each: &'v mut EachEvent<'f>) -> Self {
        let Verification { ledger, receipt, writing, .. } = verification;
        let frontier = Frontier::default();
        Self {
            ledger,
            receipt: *receipt,
            receipt_found: receipt.is_none(),
            each,
            report: Report {
                faults: Vec::new(),
                receipt: None,
                size: 0,
                root: frontier.root(),
                checkpoints: 0,
                writing: *writing,
            },
            sequence: Sequence::after(0),
            frontier: Some(frontier),
            batch: BatchSum::begin(1, 0, 0),
            broken: None,
            content: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<(), LedgerError> {
        let Ledger { path, file, head, .. } = self.ledger;
        let mut lines = Lines::new(&**file, 0..head.end_offset, 1);
        while let Some(line) = lines.next().context(path, "reading")? {
            if line.text().starts_with(MARK) {
                self.checkpoint(&line);
                continue;
            }
            self.event(&line);
            if line.end == head.end_offset {
                let broken = self.broken.take();
                let fault = batch_fault(path, &self.batch, &line, broken, Mismatch::no_checkpoint());
                self.report.faults.push(fault);
            }
        }
        Ok(())
    }

    fn event(&mut self, line: &RawLine<'_>) {
        self.batch.event(line);
        let reference = LineRef { number: line.number, offset: line.offset, bytes: line.text() };
        if let Some(frontier) = &mut self.frontier {
            frontier.push(reference.leaf_hash());
        }
        match self.sequence.accept(line.text()) {
            Err(error) => {
                self.broken.get_or_insert_with(|| BrokenLine::new(line, &error));
            }
            Ok(event) => {
                if let Err(found) = (self.each)(&reference, &event) {
                    let place = Place { line: line.number, byte: line.offset };
                    let expected = "an event the format allows";
                    let next = "it is as it was appended; ask who did";
                    self.content.push(fault(&self.ledger.path, Some(place), expected, found, next));
                }
            }
        }
    }

    fn checkpoint(&mut self, line: &RawLine<'_>) {
        let stated = Checkpoint::parse(line.text());
        let root_mismatch = stated.and_then(|stated| self.check_root(&stated));
        let mismatch = self.batch.close(line).err().or(root_mismatch);
        let content = std::mem::take(&mut self.content);
        // Where lines are lost or added the checkpoint is believed, else their number.
        let believed = stated.filter(|_| self.broken.is_some());
        let size = believed.map_or(self.batch.size(), |stated| stated.size);
        match (self.broken.take(), mismatch) {
            (None, None) => self.report.faults.extend(content),
            (broken, mismatch) => {
                // What damaged lines seem to say is not reported beside the damage, and of a broken line and a
                // checkpoint that therefore does not fit only the line is.
                let mismatch = mismatch.unwrap_or_else(Mismatch::no_checkpoint);
                let fault = batch_fault(&self.ledger.path, &self.batch, line, broken, mismatch);
                self.report.faults.push(fault);
                self.sequence = Sequence::after(size);
            }
        }
        if let Some(stated) = stated {
            self.report.size = stated.size;
            self.report.root = stated.root;
            self.receipt_found |= self.receipt == Some((stated.size, stated.root));
        }
        self.report.checkpoints += 1;
        self.batch = BatchSum::behind(line, size);
    }

    /// Compares the stated root with that of the lines.
    fn check_root(&mut self, stated: &Checkpoint) -> Option<Mismatch> {
        let root = self.frontier.as_ref()?.root();
        if root == stated.root {
            return None;
        }
        self.frontier = None;
        let found =
            format!("lines with the root {root}, so the roots of later checkpoints cannot be checked");
        Some(Mismatch::new(format!("the root {}", stated.root), found))
    }
}

impl Report {
    /// Adds what the pass over the lines does not show: what is behind the head, and whether the receipt was met.
    fn concluded(mut self, verification: Verification, receipt_found: bool) -> Self {
        let Verification { ledger: Ledger { path, tail, .. }, corruption, receipt, .. } = verification;
        self.faults.extend(corruption.filter(|_| self.faults.is_empty()).map(|fault| *fault));
        if let Some(Tail { bytes, events, damage }) = tail {
            let unfinished = || {
                let found = format!(
                    "bytes {} to {} (whole events in them: {events}) that none covers",
                    bytes.start,
                    bytes.end - 1
                );
                let next = "they were never acknowledged, and the next append moves them aside";
                fault(&path, None, "a checkpoint behind the last event", found, next)
            };
            self.faults.push(damage.unwrap_or_else(unfinished));
        }
        if let Some((size, root)) = receipt.filter(|_| !receipt_found) {
            let found = if size > self.size {
                format!("{} events: the ledger was cut back", self.size)
            } else {
                "none: the ledger was forked or rewritten".to_owned()
            };
            let expected = format!("a checkpoint of size {size} with the root {root}");
            let next = "compare it with a copy from the time of the receipt";
            self.receipt = Some(fault(&path, None, &expected, found, next));
        }
        self
    }
}

fn fault(file: &Path, place: Option<Place>, expected: &str, found: String, next: &'static str) -> Fault {
    Fault { file: file.to_owned(), span: None, place, expected: expected.to_owned(), found, next }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::storage::RealStorage;
    use crate::testing::{Folder, OPTIONS, batch, ledger, ledger_and_frontier};
    use crate::writer::Writer;

    fn run(folder: &Folder, receipt: Option<(u64, Hash)>) -> Result<Report, LedgerError> {
        verify(&RealStorage, &folder.path(), receipt, &mut |_, _| Ok(()))
    }

    /// All faults, one a line.
    fn check(bytes: &[u8], receipt: Option<(u64, Hash)>) -> String {
        let folder = Folder::with(bytes);
        let faults: Vec<_> = match run(&folder, receipt) {
            Err(error) => vec![folder.masked(error)],
            Ok(report) => {
                report.faults.iter().chain(&report.receipt).map(|fault| folder.masked(fault)).collect()
            }
        };
        faults.join("\n")
    }

    /// The ledger with one text in place of another, wherever it stands.
    fn edited(batches: &[u64], edits: &[(&str, &str)]) -> Vec<u8> {
        let mut text = String::from_utf8(ledger(batches)).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        text.into_bytes()
    }

    /// Every batch's checksum made to fit, as someone would who changes a ledger on purpose.
    fn resummed(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut crc = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match Checkpoint::parse(line.strip_suffix(b"\n").unwrap()) {
                None => {
                    crc = crc32c::crc32c_append(crc, line);
                    out.extend(line);
                }
                Some(checkpoint) => {
                    out.extend(Checkpoint::closing(checkpoint.size, checkpoint.root, crc).encode().bytes());
                    out.push(b'\n');
                    crc = 0;
                }
            }
        }
        out
    }

    #[test]
    fn a_whole_ledger() {
        let (bytes, frontier) = ledger_and_frontier(&[2, 1]);
        let report = run(&Folder::with(&bytes), Some((3, frontier.root()))).unwrap();
        let root = frontier.root();
        assert_eq!(
            report,
            Report { faults: vec![], receipt: None, size: 3, root, checkpoints: 2, writing: false }
        );
        assert_eq!(check(&bytes, Some((2, ledger_and_frontier(&[2]).1.root()))), "");
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let bytes = ledger(&[2, 1]);
        let folder = Folder::new();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                folder.write(&changed);
                assert!(
                    !run(&folder, None).is_ok_and(|report| report.faults.is_empty()),
                    "bit {bit} of byte {at}"
                );
            }
        }
    }

    #[test]
    fn every_other_byte_is_found() {
        let bytes = ledger(&[2, 1]);
        let folder = Folder::new();
        for at in [0, 7, ledger(&[2]).len() - 1, ledger(&[2]).len() - 8, bytes.len() - 1] {
            for byte in (0..=255).filter(|byte| *byte != bytes[at]) {
                let mut changed = bytes.clone();
                changed[at] = byte;
                folder.write(&changed);
                assert!(!run(&folder, None).is_ok_and(|report| report.faults.is_empty()), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn every_truncation_is_found() {
        let (bytes, frontier) = ledger_and_frontier(&[2, 1]);
        let first_batch = ledger(&[2]).len();
        let folder = Folder::new();
        for end in 0..bytes.len() {
            folder.write(&bytes[..end]);
            let fine = run(&folder, None).is_ok_and(|report| report.faults.is_empty());
            assert_eq!(fine, end == first_batch, "{end}");
        }
        insta::assert_snapshot!(check(&bytes[..first_batch], Some((3, frontier.root()))), @"/l.jsonl: expected a checkpoint of size 3 with the root jh5fn+4qBjJc8Yv3SzIQz/oIor99840fOQ3X5mk8KXk=, found 2 events: the ledger was cut back; compare it with a copy from the time of the receipt");
        insta::assert_snapshot!(check(&bytes[..first_batch + 100], None), @"/l.jsonl: expected a checkpoint behind the last event, found bytes 282 to 381 (whole events in them: 1) that none covers; they were never acknowledged, and the next append moves them aside");
        insta::assert_snapshot!(check(&bytes, Some((1, frontier.root()))), @"/l.jsonl: expected a checkpoint of size 1 with the root jh5fn+4qBjJc8Yv3SzIQz/oIor99840fOQ3X5mk8KXk=, found none: the ledger was forked or rewritten; compare it with a copy from the time of the receipt");
    }

    #[test]
    fn every_swapped_doubled_or_missing_line_is_found() {
        let bytes = resummed(&ledger(&[2, 2]));
        assert_eq!(bytes, ledger(&[2, 2]));
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        for first in 0..lines.len() {
            let mut doubled = lines.clone();
            doubled.insert(first, lines[first]);
            let mut missing = lines.clone();
            missing.remove(first);
            let swaps = (first + 1..lines.len()).map(|second| {
                let mut swapped = lines.clone();
                swapped.swap(first, second);
                swapped
            });
            for other in swaps.chain([doubled, missing]) {
                assert_ne!(check(&other.concat(), None), "");
                let other = resummed(&other.concat());
                // Two batches made one on purpose are a ledger: only a receipt of the first can show it.
                let receipt = (other == ledger(&[4])).then(|| (2, ledger_and_frontier(&[2]).1.root()));
                assert_ne!(check(&other, receipt), "", "{first}");
            }
        }
    }

    #[test]
    fn every_inserted_line_is_found() {
        let bytes = ledger(&[2, 2]);
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let strange = [&b"{}\n"[..], b"\n", b"\0\n", b"{\"seq\":5}\n"];
        for before in 0..=lines.len() {
            for line in lines.iter().chain(&strange) {
                let mut longer = lines.clone();
                longer.insert(before, line);
                assert_ne!(check(&longer.concat(), None), "", "{line:?} before line {before}");
            }
        }
    }

    #[test]
    fn every_zeroed_block_is_found() {
        let bytes = ledger(&[6, 1, 9]);
        // A sector and a page of a file, and pieces that lie on neither.
        for size in [1, 64, 512, 4096] {
            for start in (0..bytes.len()).step_by(size) {
                let mut zeroed = bytes.clone();
                let end = bytes.len().min(start + size);
                zeroed[start..end].fill(0);
                assert_ne!(check(&zeroed, None), "", "bytes {start} to {end}");
            }
        }
    }

    #[test]
    fn faults_name_batch_line_and_byte() {
        insta::assert_snapshot!(check(&edited(&[2, 1, 1], &[("é2", "ö2"), ("\"seq\":3", "\"seq\":8")]), None), @"
        /l.jsonl: lines 1 to 3 (bytes 0 to 281): expected crc32c 8ef4e8d2, found bytes with crc32c b06d6dd6; restore the file from a copy (version control, backup) and run `recount verify` on it
        /l.jsonl: lines 4 to 5 (bytes 282 to 471): line 4, byte 282: expected the next sequence number, found 8 where 3 follows; restore the file from a copy (version control, backup) and run `recount verify` on it
        ");
        insta::assert_snapshot!(check(&edited(&[2, 1, 1], &[("\"size\":3", "\"sise\":3")]), None), @r#"/l.jsonl: lines 4 to 5 (bytes 282 to 471): line 5, byte 390: expected the one spelling of a checkpoint of size 3, found "se\":3,\"root\":\"jh"; restore the file from a copy (version control, backup) and run `recount verify` on it"#);
    }

    #[test]
    fn deliberate_changes_are_found() {
        let check = |edits: &[(&str, &str)]| check(&resummed(&edited(&[2, 1, 1], edits)), None);
        insta::assert_snapshot!(check(&[("é2", "ö2")]), @"/l.jsonl: lines 1 to 3 (bytes 0 to 281): expected the root eoWCq/vtYFHasBBa+nGDTSrTvSfCfsQekSaUof8wnL8=, found lines with the root zCdNQdgPbWk6Vh8SOeEJ0yDrPrGVYktopfVoljn+xJE=, so the roots of later checkpoints cannot be checked; restore the file from a copy (version control, backup) and run `recount verify` on it");
        insta::assert_snapshot!(check(&[("\"seq\":3", "\"seq\":4")]), @"/l.jsonl: lines 4 to 5 (bytes 282 to 471): line 4, byte 282: expected the next sequence number, found 4 where 3 follows; restore the file from a copy (version control, backup) and run `recount verify` on it");
        insta::assert_snapshot!(check(&[("27-01-15T08:00:03", "27-01-15T07:00:03")]), @"/l.jsonl: lines 4 to 5 (bytes 282 to 471): line 4, byte 282: expected a moment no earlier than the event before, found 2027-01-15T07:00:03Z after 2027-01-15T08:00:02Z; restore the file from a copy (version control, backup) and run `recount verify` on it");
        insta::assert_snapshot!(check(&[("\"size\":3", "\"size\":4")]), @"/l.jsonl: lines 4 to 5 (bytes 282 to 471): expected a checkpoint of size 3 behind at least one event, found size 4 behind 1 events; restore the file from a copy (version control, backup) and run `recount verify` on it");
        insta::assert_snapshot!(check(&[("ledger.created", "figure.retold")]), @"/l.jsonl: lines 1 to 3 (bytes 0 to 280): line 1, byte 0: expected ledger.created as first event and nowhere else, found figure.retold as event 1; restore the file from a copy (version control, backup) and run `recount verify` on it");
    }

    #[test]
    fn content_is_the_callers() {
        let folder = Folder::with(&ledger(&[2, 1]));
        let mut check = |_: &LineRef<'_>, event: &Line<'_>| {
            if event.seq() == 3 { Err("a riddle".to_owned()) } else { Ok(()) }
        };
        let report = verify(&RealStorage, &folder.path(), None, &mut check).unwrap();
        assert_eq!(report.faults.len(), 1);
        insta::assert_snapshot!(folder.masked(&report.faults[0]), @"/l.jsonl: line 4, byte 282: expected an event the format allows, found a riddle; it is as it was appended; ask who did");
    }

    #[test]
    fn a_tail_under_the_writers_lock_is_no_fault() {
        let bytes = ledger(&[2]);
        let folder = Folder::with(&bytes);
        let writer = Writer::open(&RealStorage, &folder.path(), &OPTIONS).unwrap();
        folder.write(&[&bytes, batch(3, 1).bytes()].concat());
        let report = run(&folder, None).unwrap();
        assert!(report.faults.is_empty() && report.writing);
        drop(writer);
        let report = run(&folder, None).unwrap();
        assert!(report.faults.len() == 1 && !report.writing);
    }
}
