//! The rows of a table in parts, which any thread can make.

use std::ops::Range;

use crate::Context;
use crate::table::{Sink, Stop};

/// The rows of a table, made from so many things that stand in their order: from figures, series, events. What is needed
/// for all of them was found out beforehand.
pub(crate) struct Parts<'a> {
    things: usize,
    /// How many things are one part.
    size: usize,
    rows: Box<RowsOf<'a>>,
}

/// Pushes the rows of some of the things.
type RowsOf<'a> = dyn Fn(&Context<'_>, Range<usize>, &mut Sink<'_>) -> Result<(), Stop> + Sync + 'a;

impl<'a> Parts<'a> {
    /// A table of few rows, in one part.
    pub(crate) fn whole(rows: fn(&Context<'_>, &mut Sink<'_>) -> Result<(), Stop>) -> Parts<'a> {
        Parts { things: 1, size: 1, rows: Box::new(move |context, _, sink| rows(context, sink)) }
    }

    /// A table whose rows are pushed by `rows`, made from so many things; `size` of them have rows for about 100 kB.
    pub(crate) fn of(
        things: usize,
        size: usize,
        rows: impl Fn(&Context<'_>, Range<usize>, &mut Sink<'_>) -> Result<(), Stop> + Sync + 'a,
    ) -> Parts<'a> {
        Parts { things, size, rows: Box::new(rows) }
    }

    /// How many parts there are.
    pub(crate) fn count(&self) -> usize {
        self.things.div_ceil(self.size)
    }

    /// Pushes the rows of part `at`.
    pub(crate) fn push(&self, at: usize, context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let start = at * self.size;
        (self.rows)(context, start..self.things.min(start + self.size), sink)
    }
}
