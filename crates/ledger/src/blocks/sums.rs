//! Checksums and counts of the batches in a block, whose first batch may have begun before and whose last may go on behind it.

use std::ops::Range;

use crate::checkpoint::{Checkpoint, MARK};
use crate::line::MAX_LINE;

/// Where the event lines of a block are, and what it says of its batches.
#[derive(Debug)]
pub(super) struct Sums {
    /// The event lines, without their LF.
    pub(super) events: Vec<Range<usize>>,
    /// The checkpoints. That their sizes and checksums hold is known once the block had its turn.
    pub(super) checkpoints: Vec<Checkpoint>,
    /// The end of the batch that the block begins in, if it ends here. Later ones that end here were found to hold.
    first: Option<(Part, Checkpoint)>,
    /// What stands behind the last checkpoint, or all of it.
    rest: Part,
    /// Events up to the last checkpoint.
    size: u64,
}

/// Some lines of a batch; of the line that closes it what its checksum covers.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    events: u64,
    length: usize,
    crc: u32,
}

/// The beginning of a batch that is not yet closed.
#[derive(Debug, Default)]
pub(super) struct OpenBatch {
    size_before: u64,
    events: u64,
    crc: u32,
}

impl Sums {
    /// Sums up whole lines; nothing where a line is too long, a checkpoint is misspelt, or a batch that begins and ends here does
    /// not hold.
    pub(super) fn of(lines: &[u8]) -> Option<Self> {
        let mut sums =
            Self { events: Vec::new(), checkpoints: Vec::new(), first: None, rest: Part::default(), size: 0 };
        let (mut start, mut batch_start, mut events_before) = (0, 0, 0);
        for end in memchr::memchr_iter(b'\n', lines) {
            let line = &lines[start..end];
            if line.starts_with(MARK) {
                let covered = start + Checkpoint::covered_length(line);
                let events = sums.events.len() - events_before;
                let checkpoint = Checkpoint::parse(line)?;
                sums.close(Part::of(&lines[batch_start..covered], events), checkpoint)?;
                sums.checkpoints.push(checkpoint);
                (batch_start, events_before) = (end + 1, sums.events.len());
            } else {
                sums.events.push(start..end);
            }
            if line.len() > MAX_LINE {
                return None;
            }
            start = end + 1;
        }
        sums.rest = Part::of(&lines[batch_start..], sums.events.len() - events_before);
        Some(sums)
    }

    /// A batch ends here: the first one waits for what stands before the block.
    fn close(&mut self, part: Part, checkpoint: Checkpoint) -> Option<()> {
        if self.first.is_none() {
            self.first = Some((part, checkpoint));
        } else if part.events == 0
            || checkpoint.size != self.size.checked_add(part.events)?
            || checkpoint.crc32c != part.crc
        {
            return None;
        }
        self.size = checkpoint.size;
        Some(())
    }

    /// Goes on with the batch that was open before the block; false where it is closed and does not hold.
    pub(super) fn close_batch(&self, open: &mut OpenBatch) -> bool {
        let Some((part, checkpoint)) = self.first else {
            open.extend(self.rest);
            return true;
        };
        open.extend(part);
        let holds = open.events > 0
            && Some(checkpoint.size) == open.size_before.checked_add(open.events)
            && checkpoint.crc32c == open.crc;
        *open = OpenBatch { size_before: self.size, ..OpenBatch::default() };
        open.extend(self.rest);
        holds
    }
}

impl Part {
    fn of(bytes: &[u8], events: usize) -> Self {
        Self { events: events as u64, length: bytes.len(), crc: crc32c::crc32c(bytes) }
    }
}

impl OpenBatch {
    /// Whether every batch was closed.
    pub(super) fn is_empty(&self) -> bool {
        self.events == 0
    }

    fn extend(&mut self, part: Part) {
        self.crc = crc32c::crc32c_combine(self.crc, part.crc, part.length);
        self.events += part.events;
    }
}
