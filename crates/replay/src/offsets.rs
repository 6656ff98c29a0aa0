//! Where events stand in the file, for a writer: every sixteenth is known, the others are read up to.

use recount_model::event::Seq;

/// Events from one known offset to the next.
const EVERY: Seq = 16;

/// Some events and their offsets, in order.
#[derive(Debug, Default)]
pub(crate) struct Offsets(Vec<(Seq, u64)>);

impl Offsets {
    /// Notes where event `seq`, newer than all before, stands.
    pub(crate) fn note(&mut self, seq: Seq, offset: u64) {
        if self.0.last().is_none_or(|(last, _)| *last + EVERY <= seq) {
            self.0.push((seq, offset));
        }
    }

    /// Notes where the lines of a batch stand that was written at `offset`.
    pub(crate) fn note_batch(&mut self, first: Seq, offset: u64, lines: &[u8]) {
        let mut at = offset;
        for (seq, line) in (first..).zip(lines.split_inclusive(|byte| *byte == b'\n')) {
            self.note(seq, at);
            at += line.len() as u64;
        }
    }

    /// The offset of an event at or before `seq`, and how many events behind it `seq` is.
    pub(crate) fn before(&self, seq: Seq) -> Option<(u64, u64)> {
        let behind = self.0.partition_point(|(known, _)| *known <= seq);
        let (known, offset) = self.0[behind.checked_sub(1)?];
        Some((offset, u64::from(seq - known)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_event_is_found() {
        let mut offsets = Offsets::default();
        assert_eq!(offsets.before(1), None);
        for seq in 1..=20 {
            offsets.note(seq, u64::from(seq) * 100);
        }
        assert_eq!(
            (offsets.before(0), offsets.before(1), offsets.before(16)),
            (None, Some((100, 0)), Some((100, 15)))
        );
        assert_eq!(offsets.before(20), Some((1700, 3)));
        offsets.note_batch(21, 5000, b"ab\nc\nd\n");
        assert_eq!(offsets.before(23), Some((1700, 6)));
        offsets.note_batch(33, 6000, b"ab\nc\nd\n");
        assert_eq!(offsets.before(35), Some((6000, 2)));
    }
}
