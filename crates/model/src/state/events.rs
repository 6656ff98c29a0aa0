//! What is known of every event, whatever its type.

use serde::de::{Deserializer, Error};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::date::Instant;
use crate::event::{Kind, Seq};
use crate::stored::pieces;

use super::numbers::Numbers;
use super::offsets::Offsets;

/// Type, place and time of the events that were applied. Stored are those of a state for admission, which knows no places.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Events {
    #[serde(skip)]
    numbers: Numbers,
    #[serde(serialize_with = "store_kinds", deserialize_with = "stored_kinds")]
    kinds: Vec<Kind>,
    #[serde(skip)]
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

    /// How many are known.
    pub(super) fn count(&self) -> usize {
        self.kinds.len()
    }

    /// The number of the one at this place among all that are known.
    pub(super) fn at(&self, place: usize) -> Seq {
        self.numbers.event(place)
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

fn store_kinds<S: Serializer>(kinds: &[Kind], to: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = kinds.iter().map(|kind| *kind as u8).collect();
    pieces::serialize(&bytes, to)
}

fn stored_kinds<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Kind>, D::Error> {
    let bytes: Vec<u8> = pieces::deserialize(from)?;
    let kinds = bytes.into_iter().map(|byte| Kind::ALL.get(usize::from(byte)).copied());
    kinds.collect::<Option<_>>().ok_or_else(|| D::Error::custom("no type of an event"))
}
