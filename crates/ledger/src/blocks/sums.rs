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
#[derive(Debug, Clone, Default)]
struct Part {
    events: u64,
    covered: Range<usize>,
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
                let part = Part { events: events as u64, covered: batch_start..covered };
                sums.close(part, checkpoint, lines)?;
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
        let events = (sums.events.len() - events_before) as u64;
        sums.rest = Part { events, covered: batch_start..lines.len() };
        Some(sums)
    }

    /// A batch ends here: the first one waits for what stands before the block.
    fn close(&mut self, part: Part, checkpoint: Checkpoint, lines: &[u8]) -> Option<()> {
        if self.first.is_none() {
            self.first = Some((part, checkpoint));
        } else {
            let mut batch = OpenBatch { size_before: self.size, ..OpenBatch::default() };
            batch.extend(&part, lines);
            batch.holds(&checkpoint).then_some(())?;
        }
        self.size = checkpoint.size;
        Some(())
    }

    /// Goes on with the batch that was open before the block; false where it is closed and does not hold.
    pub(super) fn close_batch(&self, open: &mut OpenBatch, lines: &[u8]) -> bool {
        let Some((part, checkpoint)) = &self.first else {
            open.extend(&self.rest, lines);
            return true;
        };
        open.extend(part, lines);
        let holds = open.holds(checkpoint);
        *open = OpenBatch { size_before: self.size, ..OpenBatch::default() };
        open.extend(&self.rest, lines);
        holds
    }
}

impl OpenBatch {
    /// Whether every batch was closed.
    pub(super) fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// Whether this checkpoint closes it.
    fn holds(&self, checkpoint: &Checkpoint) -> bool {
        self.events > 0
            && Some(checkpoint.size) == self.size_before.checked_add(self.events)
            && checkpoint.crc32c == self.crc
    }

    fn extend(&mut self, part: &Part, lines: &[u8]) {
        // To go on with a checksum takes a third of the time of putting two of them together, even a whole block behind.
        self.crc = crc32c::crc32c_append(self.crc, &lines[part.covered.clone()]);
        self.events += part.events;
    }
}
