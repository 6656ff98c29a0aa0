//! A batch while it is read: what its checkpoint must agree with, whatever its events mean.

use crate::checkpoint::Checkpoint;
use crate::error::Span;
use crate::lines::RawLine;

/// The running checksum and count of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchSum {
    /// First line and byte of the batch.
    first: (u64, u64),
    size_before: u64,
    events: u64,
    crc: u32,
}

/// What a checkpoint line should have been, and is.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// 1-based, where the line breaks its own form.
    pub(crate) column: Option<usize>,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Mismatch {
    pub(crate) fn new(expected: impl Into<String>, found: String) -> Self {
        Self { column: None, expected: expected.into(), found }
    }

    /// Lines that end without a checkpoint.
    pub(crate) fn no_checkpoint() -> Self {
        Self::new("a checkpoint behind the last event", "the end of the file".to_owned())
    }
}

impl BatchSum {
    /// Begins a batch at a line and byte, `size_before` events into the ledger.
    pub(crate) fn begin(line: u64, byte: u64, size_before: u64) -> Self {
        Self { first: (line, byte), size_before, events: 0, crc: 0 }
    }

    /// Begins the batch behind a checkpoint line.
    pub(crate) fn behind(checkpoint: &RawLine<'_>, size: u64) -> Self {
        Self::begin(checkpoint.number + 1, checkpoint.end, size)
    }

    /// Adds an event line.
    pub(crate) fn event(&mut self, line: &RawLine<'_>) {
        self.crc = crc32c::crc32c_append(self.crc, line.bytes);
        self.events += 1;
    }

    /// The number of events of the ledger up to here.
    pub(crate) fn size(&self) -> u64 {
        self.size_before + self.events
    }

    /// The number of events of the ledger before the batch.
    pub(crate) fn size_before(&self) -> u64 {
        self.size_before
    }

    /// Whether no line of the batch has been read.
    pub(crate) fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// The lines from the batch's first to `last`.
    pub(crate) fn span(&self, last: &RawLine<'_>) -> Span {
        let (first_line, first_byte) = self.first;
        Span { first_line, last_line: last.number, first_byte, last_byte: last.end - 1 }
    }

    /// Whether the line is a checkpoint whose checksum is that of the batch.
    pub(crate) fn has_checksum(&self, line: &RawLine<'_>) -> bool {
        let expected = Checkpoint::expected_crc(line.text(), self.crc);
        Checkpoint::parse(line.text()).is_some_and(|checkpoint| checkpoint.crc32c == expected)
    }

    /// Reads the checkpoint line that closes the batch.
    pub(crate) fn close(&self, line: &RawLine<'_>) -> Result<Checkpoint, Mismatch> {
        let text = line.text();
        let Some(checkpoint) = Checkpoint::parse(text).filter(|_| line.is_ended()) else {
            return Err(self.broken_checkpoint(text));
        };
        let crc = Checkpoint::expected_crc(text, self.crc);
        if checkpoint.crc32c != crc {
            let found = format!("bytes with crc32c {crc:08x}");
            return Err(Mismatch::new(format!("crc32c {:08x}", checkpoint.crc32c), found));
        }
        if checkpoint.size != self.size() || self.is_empty() {
            let expected = format!("a checkpoint of size {} behind at least one event", self.size());
            return Err(Mismatch::new(
                expected,
                format!("size {} behind {} events", checkpoint.size, self.events),
            ));
        }
        Ok(checkpoint)
    }

    fn broken_checkpoint(&self, text: &[u8]) -> Mismatch {
        let fits = |length: &usize| Checkpoint::is_begun_by(&text[..*length], self.size());
        let at = (1..=text.len()).take_while(fits).count();
        let found = match text.get(at) {
            Some(_) => format!("{:?}", String::from_utf8_lossy(&text[at..text.len().min(at + 16)])),
            None => "the end of the line".to_owned(),
        };
        let expected = format!("the one spelling of a checkpoint of size {}", self.size());
        Mismatch { column: Some(at + 1), expected, found }
    }
}
