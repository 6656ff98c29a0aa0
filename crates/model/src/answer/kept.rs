//! Current figures in few bytes: a figure says what its records say, so these are remembered in its place.

use crate::event::Seq;
use crate::resolve::{Figure, Resolved, Standing};
use crate::state::key::{DateKey, PublishedKey, SeriesKey};
use crate::state::record::Record;
use crate::state::{State, rows::span};

/// A current figure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) series: SeriesKey,
    /// The event that made its first record.
    first: Seq,
    /// The event that made a record which has its value as it is shown.
    value: Seq,
    as_of: Option<DateKey>,
    /// A date with its days; another one where its first record is open at one end.
    days: Option<DateKey>,
    published: Option<PublishedKey>,
    pub(super) records: u32,
    doubted: bool,
    weak: bool,
}

// There may be a series for every few events.
const _: () = assert!(size_of::<Option<Kept>>() <= 32);

impl Kept {
    /// Remembers figure number `at` of a series.
    pub(super) fn new(state: &State, series: SeriesKey, resolved: &Resolved, at: usize) -> Option<Self> {
        let figure = &resolved.figures[at];
        let records = || resolved.records_of(at).map(|version| state.records.record(version));
        let first = records().min_by_key(|record| record.original)?;
        let value = records().find(|record| state.records.value(record) == figure.value)?;
        let days = records().map(|record| record.as_of).find(|date| days(state, *date) == figure.span)?;
        let published = records()
            .map(|record| state.published_key(record.published, record.source))
            .find(|key| key.map(|key| *state.publications.get(key)) == figure.published)?;
        Some(Kept {
            series,
            first: first.version,
            value: value.version,
            as_of: figure.as_of,
            days,
            published,
            records: records().count() as u32,
            doubted: figure.doubted,
            weak: figure.weak,
        })
    }

    /// The figure, and its first record.
    pub(super) fn figure(&self, state: &State) -> (Figure, Record) {
        let records = &state.records;
        let first = records.record(self.first);
        let figure = Figure {
            seq: first.original,
            value: records.value(&records.record(self.value)),
            as_of: self.as_of,
            span: days(state, self.days),
            published: self.published.map(|key| *state.publications.get(key)),
            doubted: self.doubted,
            weak: self.weak,
            standing: Standing::Current,
        };
        (figure, first)
    }
}

fn days(state: &State, date: Option<DateKey>) -> Option<crate::state::Span> {
    span(state.dates.get(date?))
}
