//! Where events stand in the file: every eighth is known, the others are read up to.

use serde::{Deserialize, Serialize};

use crate::event::Seq;

/// Events from one known offset to the next. A byte an event, and a text costs a read of two or three kilobytes.
const EVERY: Seq = 8;

/// The offsets of the lines of events, in bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Offsets(Known);

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Known {
    /// Those of events 1, 9, 17 and so on.
    Eighths(Vec<u64>),
    /// Those of the events of an excerpt.
    Each(Vec<(Seq, u64)>),
}

impl Default for Offsets {
    fn default() -> Self {
        Offsets(Known::Eighths(Vec::new()))
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
            Known::Eighths(known) if (seq - 1) as usize == known.len() * EVERY as usize => known.push(offset),
            Known::Eighths(_) => {}
            Known::Each(known) => known.push((seq, offset)),
        }
    }

    /// Where event `seq` is to be looked for; `None` where none so early was noted.
    pub fn around(&self, seq: Seq) -> Option<Place> {
        match &self.0 {
            Known::Eighths(offsets) => {
                let before = seq.checked_sub(1)?;
                let known = (before / EVERY) as usize;
                let skip = (before % EVERY) as usize;
                Some(Place { start: *offsets.get(known)?, skip, end: offsets.get(known + 1).copied() })
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
        for seq in 1..=12 {
            offsets.note(seq, u64::from(seq) * 100);
        }
        let place = |start, skip, end| Some(Place { start, skip, end });
        assert_eq!(offsets.around(0), None);
        assert_eq!(offsets.around(1), place(100, 0, Some(900)));
        assert_eq!(offsets.around(8), place(100, 7, Some(900)));
        assert_eq!(offsets.around(12), place(900, 3, None));
        for seq in 13..19 {
            offsets.note(seq, 1149 + u64::from(seq) * 3);
        }
        assert_eq!(offsets.around(16), place(900, 7, Some(1200)));
        assert_eq!(offsets.around(18), place(1200, 1, None));
    }
}
