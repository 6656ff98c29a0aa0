//! What is known of every event, whatever its type.

use crate::date::Instant;
use crate::event::{Kind, Seq};

use super::numbers::Numbers;
use super::offsets::Offsets;

/// Type, place and time of the events that were applied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events {
    numbers: Numbers,
    kinds: Vec<Kind>,
    offsets: Offsets,
    /// First event of each run that was recorded at the same moment.
    moments: Vec<(Seq, Instant)>,
}

impl Events {
    /// There will be about so many.
    pub(super) fn with_capacity(events: usize) -> Events {
        Events { kinds: Vec::with_capacity(events), ..Events::default() }
    }

    /// Of some events only.
    pub(super) fn of_an_excerpt() -> Events {
        Events { numbers: Numbers::Some(Vec::new()), offsets: Offsets::of_an_excerpt(), ..Events::default() }
    }

    /// Adds an event, newer than all that are known.
    pub(super) fn push(&mut self, seq: Seq, kind: Kind, at: Instant) {
        self.numbers.push(seq);
        self.kinds.push(kind);
        if self.moments.last().is_none_or(|(_, last)| *last != at) {
            self.moments.push((seq, at));
        }
    }

    /// Notes where the line of an event, newer than all before, starts in the file.
    pub(super) fn stands_at(&mut self, seq: Seq, offset: u64) {
        self.offsets.note(seq, offset);
    }

    pub(super) fn offsets(&self) -> &Offsets {
        &self.offsets
    }

    /// Forgets the moments of all that are known.
    pub(super) fn forget_moments(&mut self) {
        self.moments.clear();
    }

    /// The number of the newest event.
    pub(super) fn last(&self) -> Seq {
        self.kinds.len().checked_sub(1).map_or(0, |place| self.numbers.event(place))
    }

    pub(super) fn kind(&self, seq: Seq) -> Option<Kind> {
        self.kinds.get(self.numbers.place(seq)?).copied()
    }

    pub(super) fn recorded_at(&self, seq: Seq) -> Option<Instant> {
        if seq > self.last() {
            return None;
        }
        let after = self.moments.partition_point(|(first, _)| *first <= seq);
        Some(self.moments[after.checked_sub(1)?].1)
    }

    pub(super) fn last_recorded(&self) -> Option<Instant> {
        self.moments.last().map(|(_, at)| *at)
    }
}
