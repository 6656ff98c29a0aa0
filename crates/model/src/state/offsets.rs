//! Where events stand in the file: every fourth is known, the others are read up to.

use serde::{Deserialize, Serialize};

use crate::event::Seq;

/// Events from one known offset to the next. A byte an event, and a text costs a read of about a kilobyte.
const EVERY: Seq = 4;

/// So many known offsets are counted from one that is kept whole.
const RUN: usize = 16;

/// The offsets of the lines of events, in bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Offsets(Known);

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Known {
    /// Those of events 1, 5, 9 and so on.
    Fourths(Fourths),
    /// Those of the events of an excerpt.
    Each(Vec<(Seq, u64)>),
}

impl Default for Offsets {
    fn default() -> Self {
        Offsets(Known::Fourths(Fourths::default()))
    }
}

/// Offsets in ascending order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Fourths {
    /// Every sixteenth.
    whole: Vec<u64>,
    /// How far each is behind the last whole one up to it.
    behind: Vec<u32>,
}

impl Fourths {
    fn push(&mut self, offset: u64) {
        if self.behind.len().is_multiple_of(RUN) {
            self.whole.push(offset);
        }
        let behind = u32::try_from(offset - self.whole.last().copied().unwrap_or_default());
        self.behind.push(behind.expect("the lines of 64 events and their checkpoints are far below 4 GiB"));
    }

    fn get(&self, at: usize) -> Option<u64> {
        Some(self.whole.get(at / RUN)? + u64::from(*self.behind.get(at)?))
    }
}

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
    pub(super) fn of_an_excerpt() -> Offsets {
        Offsets(Known::Each(Vec::new()))
    }

    /// Notes where event `seq`, the next one after those noted before, stands.
    pub fn note(&mut self, seq: Seq, offset: u64) {
        match &mut self.0 {
            Known::Fourths(known) if (seq - 1) as usize == known.behind.len() * EVERY as usize => {
                known.push(offset);
            }
            Known::Fourths(_) => {}
            Known::Each(known) => known.push((seq, offset)),
        }
    }

    /// Where event `seq` is to be looked for; `None` where none so early was noted.
    pub fn around(&self, seq: Seq) -> Option<Place> {
        match &self.0 {
            Known::Fourths(offsets) => {
                let before = seq.checked_sub(1)?;
                let known = (before / EVERY) as usize;
                let skip = (before % EVERY) as usize;
                Some(Place { start: offsets.get(known)?, skip, end: offsets.get(known + 1) })
            }
            Known::Each(offsets) => {
                let at = offsets.binary_search_by_key(&seq, |(known, _)| *known).ok()?;
                Some(Place { start: offsets[at].1, skip: 0, end: None })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_event_is_found() {
        let mut offsets = Offsets::default();
        assert_eq!(offsets.around(1), None);
        for seq in 1..=6 {
            offsets.note(seq, u64::from(seq) * 100);
        }
        let place = |start, skip, end| Some(Place { start, skip, end });
        assert_eq!(offsets.around(0), None);
        assert_eq!(offsets.around(1), place(100, 0, Some(500)));
        assert_eq!(offsets.around(4), place(100, 3, Some(500)));
        assert_eq!(offsets.around(6), place(500, 1, None));
        for seq in 7..1000 {
            offsets.note(seq, u64::from(seq) << 24);
        }
        for seq in 12..996 {
            let start = (seq - 1) / EVERY * EVERY + 1;
            let offset = |seq: Seq| u64::from(seq) << 24;
            let end = Some(offset(start + EVERY));
            assert_eq!(offsets.around(seq), place(offset(start), (seq - start) as usize, end));
        }
    }
}
