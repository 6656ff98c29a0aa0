//! An append that is told one batch at a time, and the receipts it answers with: who has heard a receipt knows what must
//! be there, and nothing more is on its way.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::spawn;

use super::process::LIMIT;
use super::runner::{BASE, Known, Receipt, Runner, figures, receipts};
use super::trials::{Broken, Verdict, ensure};

/// A running `append events -`.
pub(crate) struct Conversation {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    heard: Vec<Receipt>,
    shape: Shape,
}

/// What is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Events of a batch.
    pub(crate) batch: u64,
    /// Bytes of padding in each.
    pub(crate) padding: usize,
}

impl Conversation {
    /// Starts it; what it complains about goes to `complaints`.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn start(
        runner: &Runner,
        ledger: &Path,
        shape: Shape,
        complaints: &Path,
    ) -> io::Result<Conversation> {
        let batch = shape.batch.to_string();
        let mut command = runner.command(ledger, &["append", "events", "-", "--batch", &batch]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(fs::File::create(complaints)?);
        let mut child = command.spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let stdout = stdout.ok_or_else(|| io::Error::other("no standard output"))?;
        let (told, lines) = channel();
        spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(io::Result::ok) {
                // Who does not listen any more has heard enough.
                let _ = told.send(line + "\n");
            }
        });
        Ok(Conversation { child, stdin, lines, heard: Vec::new(), shape })
    }

    /// Says the events of one batch, the `number`th of the ledger; false if nobody listens any more.
    pub(crate) fn say(&mut self, number: u64) -> bool {
        let Shape { batch, padding } = self.shape;
        let events = figures(number * batch, batch, padding);
        self.stdin.as_mut().is_some_and(|stdin| stdin.write_all(events.as_bytes()).is_ok())
    }

    /// Waits for one more receipt; false if there comes none.
    pub(crate) fn hears(&mut self) -> bool {
        let line = self.lines.recv_timeout(LIMIT).ok();
        let receipt = line.as_deref().map(receipts).unwrap_or_default();
        self.heard.extend_from_slice(&receipt);
        !receipt.is_empty()
    }

    /// Says batches until one gets no receipt, or all have; gives how many got one.
    pub(crate) fn exchange(&mut self, numbers: std::ops::Range<u64>) -> u64 {
        let first = numbers.start;
        numbers
            .take_while(|number| self.say(*number) && self.hears())
            .last()
            .map_or(0, |last| last + 1 - first)
    }

    /// All receipts that were printed by now.
    pub(crate) fn heard(&mut self) -> Vec<Receipt> {
        while let Ok(line) = self.lines.try_recv() {
            self.heard.extend(receipts(&line));
        }
        self.heard.clone()
    }

    /// Says no more and waits for the end; gives the exit code, or nothing if it was killed.
    ///
    /// # Errors
    /// If the end cannot be waited for.
    pub(crate) fn end(mut self) -> io::Result<Option<i32>> {
        self.stdin = None;
        while self.hears() {}
        Ok(self.child.wait()?.code())
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // It may have ended before: both are then no trouble.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was promised before a fault.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promised {
    /// Every receipt.
    pub(crate) receipts: Vec<Receipt>,
    /// The bytes of the ledger up to a receipt, as they were read when it was heard.
    pub(crate) bytes: Vec<u8>,
}

impl Promised {
    /// These receipts, and the bytes of the ledger up to the last of them.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(crate) fn by(receipts: Vec<Receipt>, ledger: &Path) -> io::Result<Promised> {
        let bytes = fs::read(ledger)?;
        let end = receipts.last().and_then(|receipt| end_of(&bytes, receipt.size)).unwrap_or(0);
        Ok(Promised { receipts, bytes: bytes[..end].to_vec() })
    }

    /// Judges a ledger that began as [`Runner::base`] makes it, to which at most `batches` of `batch` events each were
    /// being appended when the power failed, or a write-back did.
    ///
    /// # Errors
    /// [`Broken::Promise`] with what does not hold.
    pub(crate) fn judge(
        &self,
        runner: &Runner,
        ledger: &Path,
        batch: u64,
        batches: u64,
        notes: &Path,
    ) -> Verdict {
        let found = fs::read(ledger).map_err(|error| Broken::Promise(format!("the ledger: {error}")))?;
        // Gone with the folder of the trial, unless a promise is broken.
        fs::write(notes.join("found.jsonl"), &found)?;
        let differs = self.bytes.iter().zip(&found).position(|(promised, found)| promised != found);
        let differs = differs.or((found.len() < self.bytes.len()).then_some(found.len()));
        ensure(differs.is_none(), || {
            let (at, length) = (differs.unwrap_or_default(), self.bytes.len());
            format!("{length} bytes were acknowledged; byte {at} is not what it was")
        })?;
        let receipts = self.receipts.clone();
        let known = Known { receipts, ..Known::appending(batch, batches, "") };
        runner.settle(ledger, &known, true, notes).map(drop)
    }
}

/// Where the checkpoint over so many events ends.
fn end_of(ledger: &[u8], size: u64) -> Option<usize> {
    let checkpoint = format!("{{\"checkpoint\":{{\"size\":{size},");
    let mut end = 0;
    ledger.split_inclusive(|byte| *byte == b'\n').find_map(|line| {
        end += line.len();
        line.starts_with(checkpoint.as_bytes()).then_some(end)
    })
}

/// The number of the first batch behind [`BASE`], which has its own.
pub(crate) const FIRST: u64 = BASE[1];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_found_by_its_size() {
        let ledger =
            b"{\"seq\":1}\n{\"checkpoint\":{\"size\":1,\"r\":0}}\n{\"seq\":2}\n{\"checkpoint\":{\"size\":12,";
        assert_eq!(end_of(ledger, 1), Some(42));
        assert_eq!(end_of(ledger, 12), Some(ledger.len()));
        assert_eq!(end_of(ledger, 2), None);
    }
}
