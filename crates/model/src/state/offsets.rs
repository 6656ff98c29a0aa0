//! Where events stand in the file: every sixteenth is known, the others are read up to.

use crate::event::Seq;

/// Events from one known offset to the next. Half a byte an event, and a text costs a read of some kilobytes.
const EVERY: Seq = 16;

/// The offsets of the lines of events 1, 17, 33 and so on, in bytes.
#[derive(Clone, Debug, Default)]
pub struct Offsets(Vec<u64>);

/// Where the line of an event is to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The offset of the line of an event at or before it.
    pub start: u64,
    /// How many events behind that one it is.
    pub skip: usize,
    /// The offset of a line behind it, if one is known.
    pub end: Option<u64>,
}

impl Offsets {
    /// Notes where event `seq`, the next one after those noted before, stands.
    pub fn note(&mut self, seq: Seq, offset: u64) {
        if (seq - 1) as usize == self.0.len() * EVERY as usize {
            self.0.push(offset);
        }
    }

    /// Notes where the lines of the events from `first` on stand that were written at `offset`.
    pub fn note_batch(&mut self, first: Seq, offset: u64, lines: &[u8]) {
        let mut at = offset;
        for (seq, line) in (first..).zip(lines.split_inclusive(|byte| *byte == b'\n')) {
            self.note(seq, at);
            at += line.len() as u64;
        }
    }

    /// Where event `seq` is to be looked for; `None` where none so early was noted.
    pub fn around(&self, seq: Seq) -> Option<Place> {
        let before = seq.checked_sub(1)?;
        let known = (before / EVERY) as usize;
        let skip = (before % EVERY) as usize;
        Some(Place { start: *self.0.get(known)?, skip, end: self.0.get(known + 1).copied() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_event_is_found() {
        let mut offsets = Offsets::default();
        assert_eq!(offsets.around(1), None);
        for seq in 1..=20 {
            offsets.note(seq, u64::from(seq) * 100);
        }
        let place = |start, skip, end| Some(Place { start, skip, end });
        assert_eq!(offsets.around(0), None);
        assert_eq!(offsets.around(1), place(100, 0, Some(1700)));
        assert_eq!(offsets.around(16), place(100, 15, Some(1700)));
        assert_eq!(offsets.around(20), place(1700, 3, None));
        offsets.note_batch(21, 5000, &b"ab\n".repeat(14));
        assert_eq!(offsets.around(32), place(1700, 15, Some(5036)));
        assert_eq!(offsets.around(34), place(5036, 1, None));
    }
}
