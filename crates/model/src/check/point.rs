//! A figure as the checks see it: where it stands in its series, and what its records have in common.

use crate::event::{Measure, Seq};
use crate::resolve::{Cause, Figure, OrderKey, Scratch, Standing};
use crate::state::key::{BreakdownKey, DateKey, IndicatorKey, PlaceKey, ReporterKey, SeriesKey};
use crate::state::record::Record;
use crate::state::{Definition, Series, Span};
use crate::value::{Decimal, Form, Interval, Value};

use super::Review;

/// One figure that stands: not revised, not withdrawn, not left out by the clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) series: SeriesKey,
    /// Its smallest sequence number.
    pub(super) seq: Seq,
    pub(super) value: Value,
    pub(super) key: OrderKey,
    as_of: Option<DateKey>,
    pub(super) doubted: bool,
    /// Every record is doubted or relayed.
    pub(super) weak: bool,
    /// It stands beside another figure for the same as-of that is preferred.
    pub(super) parallel: bool,
    /// It is the current figure of its series.
    pub(super) current: bool,
    /// Some record of it has a source.
    pub(super) sourced: bool,
    pub(super) heard: Heard,
}

/// From whom a figure is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// From its reporter, by one record at least.
    Directly,
    /// Only through this relay.
    Through(ReporterKey),
    /// Only through several relays.
    ThroughSeveral,
}

fn stands(figure: &Figure) -> bool {
    matches!(
        figure.standing,
        Standing::Current | Standing::Parallel { .. } | Standing::Superseded { cause: Cause::Newer, .. }
    )
}

impl Point {
    fn new(series: SeriesKey, figure: &Figure, record: &Record, value: Value) -> Point {
        Point {
            series,
            seq: figure.seq,
            value,
            key: figure.key(),
            as_of: figure.as_of,
            doubted: figure.doubted,
            weak: figure.weak,
            parallel: matches!(figure.standing, Standing::Parallel { .. }),
            current: false,
            sourced: record.source.is_some(),
            heard: record.relayed_by.map_or(Heard::Directly, Heard::Through),
        }
    }

    fn add(&mut self, record: &Record) {
        self.sourced |= record.source.is_some();
        self.heard = match (self.heard, record.relayed_by) {
            (Heard::Directly, _) | (_, None) => Heard::Directly,
            (Heard::Through(known), Some(relay)) if known == relay => self.heard,
            _ => Heard::ThroughSeveral,
        };
    }

    /// Last and first day of its own as-of, in the order of keys.
    pub(super) fn span(&self) -> Option<Span> {
        self.key.effective.filter(|_| !self.key.undated)
    }
}

/// The number that a value does not go below.
pub(super) fn floor(value: &Value) -> Option<Decimal> {
    match value.form {
        Form::FewerThan(_) | Form::AtMost(_) => None,
        _ => Some(value.least_stated()),
    }
}

/// What figures of several reporters are about: they can be set against each other.
pub(super) type Subject = (IndicatorKey, Option<PlaceKey>, Option<BreakdownKey>);

impl Review<'_> {
    pub(super) fn series(&self, point: &Point) -> &Series {
        self.state().series(point.series)
    }

    pub(super) fn subject(&self, point: &Point) -> Subject {
        let series = self.series(point);
        (series.indicator, series.place, series.breakdown)
    }

    /// The figures of each subject, in order of the ids that subjects name.
    pub(super) fn subjects<'p>(&self, points: &'p [Point]) -> impl Iterator<Item = &'p [Point]> {
        points.chunk_by(|a, b| self.subject(a) == self.subject(b))
    }

    /// Appends the figures of one series that stand, by their order keys.
    pub(super) fn append_points(&self, series: SeriesKey, scratch: &mut Scratch, points: &mut Vec<Point>) {
        let records = self.state().records();
        let resolved = self.answers.resolver().resolve_in(series, scratch);
        let first = points.len();
        // Where the point of each figure is; one that does not stand has none.
        let mut places: Vec<Option<usize>> = vec![None; resolved.figures.len()];
        for placed in &resolved.records {
            let at = placed.figure as usize;
            let figure = &resolved.figures[at];
            if !stands(figure) {
                continue;
            }
            let record = records.record(placed.version);
            if let Some(place) = places[at] {
                points[place].add(&record);
            } else {
                // The record that made the figure comes first, and has its value.
                places[at] = Some(points.len());
                points.push(Point::new(series, figure, &record, records.value(&record)));
            }
        }
        if let Some(current) = resolved.current.and_then(|at| places[at]) {
            points[current].current = true;
        }
        points[first..].sort_unstable_by_key(|point| point.key);
    }

    /// The value as arithmetic takes it; `None` where it contradicts itself or the indicator's minimum.
    pub(super) fn interval(&self, point: &Point) -> Option<Interval> {
        point.value.interval(self.minimum(point)).ok()
    }

    pub(super) fn minimum(&self, point: &Point) -> Option<Decimal> {
        self.state().indicators().row(self.series(point).indicator).minimum()
    }

    pub(super) fn is_cumulative(&self, point: &Point) -> bool {
        let definition = &self.state().indicators().row(self.series(point).indicator).definition;
        matches!(definition, Definition::Counted { measure: Measure::Cumulative, .. })
    }

    /// How much one figure is above another.
    pub(super) fn difference(&self, above: &Point, below: &Point) -> Option<Interval> {
        self.interval(above)?.sub(&self.interval(below)?).ok()
    }

    pub(super) fn reporter(&self, point: &Point) -> &str {
        self.state().reporters().name(self.series(point).reporter)
    }

    /// Value, reporter and date, as a sentence names a figure.
    pub(super) fn told(&self, point: &Point) -> String {
        let date = match (point.as_of, point.key.effective) {
            (Some(as_of), _) => self.state().date(as_of).to_string(),
            (None, Some((last, _))) => format!("published {last}"),
            (None, None) => "undated".to_owned(),
        };
        format!("{} ({}, {date})", point.value, self.reporter(point))
    }

    /// Indicator, place and breakdown, as a sentence names what figures are about.
    pub(super) fn named(&self, (indicator, place, breakdown): Subject) -> String {
        let state = self.state();
        let place = place.map(|key| format!(" in {}", state.places().name(key))).unwrap_or_default();
        let part = breakdown.map(|key| format!(" [{}]", state.breakdown(key))).unwrap_or_default();
        format!("{}{place}{part}", state.indicators().name(indicator))
    }
}
