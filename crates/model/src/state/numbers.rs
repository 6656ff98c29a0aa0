//! Which events a column has places for.

use crate::event::Seq;

/// The numbers of the events of a column, in order.
#[derive(Clone, Debug, Default)]
pub(crate) enum Numbers {
    /// All from 1 on.
    #[default]
    All,
    /// Those of an excerpt.
    Some(Vec<Seq>),
}

impl Numbers {
    /// The place of event `seq`, if it has one; of [`Numbers::All`] perhaps one behind the end of the column.
    pub(crate) fn place(&self, seq: Seq) -> Option<usize> {
        match self {
            Numbers::All => (seq as usize).checked_sub(1),
            Numbers::Some(numbers) => numbers.binary_search(&seq).ok(),
        }
    }

    /// The event that has a place.
    pub(crate) fn event(&self, place: usize) -> Seq {
        match self {
            Numbers::All => place as Seq + 1,
            Numbers::Some(numbers) => numbers[place],
        }
    }

    /// Gives an event of an excerpt, newer than all before, the next place.
    pub(crate) fn push(&mut self, seq: Seq) {
        if let Numbers::Some(numbers) = self {
            numbers.push(seq);
        }
    }
}
