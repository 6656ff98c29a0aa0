//! Parts against the whole, as one reporter gave both for the same moment.
//!
//! Only what no reading can save is found: parts whose intervals leave no way to make up the whole. Where not every
//! code of a dimension has a figure, the parts may stay below the whole. Places may overlap, so each one stands alone.
//! Codes may overlap too, hence a warning; who knows that they do not keeps a `sum` check.

use std::cmp::Ordering;

use hashbrown::HashMap;

use crate::event::CheckKind;
use crate::state::Span;
use crate::state::key::{BreakdownKey, DimensionKey, PlaceKey, ReporterKey};
use crate::value::{Decimal, Interval};

use super::point::Point;
use super::{Finding, Review, Severity, side};

/// What one reporter gives the figures of, moment by moment: of an indicator, besides it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Line {
    place: Option<PlaceKey>,
    breakdown: Option<BreakdownKey>,
    reporter: ReporterKey,
    since: Option<Span>,
}

/// The figures of a line that can be a whole or a part, by the days they are about.
type Told<'p> = Vec<(Span, &'p Point)>;

/// A part of a line that may be a whole, by that line's place among all, its moment and the dimension that it is divided by.
type Part<'p> = ((usize, Span, DimensionKey), &'p Point);

impl Review<'_> {
    /// Every figure with a breakdown or place is counted towards the wholes it is a part of. Which lines those are is found
    /// once for a line, and the figures of both are in order.
    pub(super) fn parts(&self, points: &[Point]) -> Vec<Finding> {
        let Some(any) = points.first() else { return Vec::new() };
        let never_negative = self.minimum(any).is_some_and(|least| !least.is_negative());
        let of_lines = points.chunk_by(|a, b| self.line(a) == self.line(b));
        let lines: Vec<(Line, Told<'_>)> =
            of_lines.map(|points| (self.line(&points[0]), told(points))).collect();
        let places: HashMap<Line, usize> = lines.iter().map(|(line, _)| *line).zip(0..).collect();
        let mut findings = Vec::new();
        let mut by_dimension: Vec<Part<'_>> = Vec::new();
        for (line, parts) in &lines {
            if never_negative && let Some(place) = line.place {
                let within = self.state().places().row(place).parent;
                let whole = places.get(&Line { place: within, ..*line }).map(|at| &lines[*at].1);
                findings.extend(whole.into_iter().flat_map(|whole| self.places_above(whole, parts)));
            }
            for (whole, dimension) in self.wholes(*line) {
                let Some(&at) = places.get(&whole) else { continue };
                by_dimension.extend(parts.iter().map(|(span, part)| ((at, *span, dimension), *part)));
            }
        }
        // Parts stay in the order of their lines.
        by_dimension.sort_by_key(|(of, _)| *of);
        for parts in by_dimension.chunk_by(|a, b| a.0 == b.0) {
            let (at, span, dimension) = parts[0].0;
            let complete = parts.len() == self.state().dimensions().row(dimension).codes.len();
            if let Some(whole) = find(&lines[at].1, span)
                && (complete || never_negative)
            {
                let parts: Vec<&Point> = parts.iter().map(|(_, part)| *part).collect();
                findings.extend(self.against(whole, &parts, complete));
            }
        }
        findings
    }

    fn line(&self, point: &Point) -> Line {
        let series = self.series(point);
        Line {
            place: series.place,
            breakdown: series.breakdown,
            reporter: series.reporter,
            since: series.since,
        }
    }

    /// The places that are above the places they lie in.
    fn places_above(&self, whole: &Told<'_>, parts: &Told<'_>) -> Vec<Finding> {
        let against = |(span, part): &(Span, &Point)| {
            let whole = find(whole, *span)?;
            // Most are not, which takes no arithmetic to see.
            let above = whole.value.lies_below(&part.value, self.minimum(whole));
            above.then(|| self.against(whole, &[part], false)).flatten()
        };
        parts.iter().filter_map(against).collect()
    }

    /// The lines that a line is part of by its breakdown: it with one dimension less, for each dimension.
    fn wholes(&self, line: Line) -> Vec<(Line, DimensionKey)> {
        let state = self.state();
        let Some(breakdown) = line.breakdown else { return Vec::new() };
        let parts: Vec<&str> = state.breakdown(breakdown).split(';').collect();
        let without = |at: usize| {
            let (dimension, _) = parts[at].split_once('=')?;
            let rest = [&parts[..at], &parts[at + 1..]].concat().join(";");
            let breakdown = if rest.is_empty() { None } else { Some(state.breakdowns.find(&rest)?) };
            Some((Line { breakdown, ..line }, state.dimensions().find(dimension)?))
        };
        (0..parts.len()).filter_map(without).collect()
    }

    fn against(&self, whole: &Point, parts: &[&Point], complete: bool) -> Option<Finding> {
        let zero = Interval::from(Decimal::ZERO);
        let add = |sum: Interval, part: &&Point| sum.add(&self.interval(part)?).ok();
        let sum = parts.iter().try_fold(zero, add)?;
        let difference = sum.sub(&self.interval(whole)?).ok()?;
        let found = match side(&difference) {
            Ordering::Greater => true,
            Ordering::Less => complete,
            Ordering::Equal => false,
        };
        let listed: Vec<String> = parts.iter().map(|part| part.value.to_string()).collect();
        found.then(|| {
            let message = format!(
                "{} cannot be made up of its parts: {} against {} for {}",
                self.named(self.subject(whole)),
                self.told(whole),
                sum.notation(),
                listed.join(" + ")
            );
            let figures = parts.iter().map(|part| part.seq).chain([whole.seq]);
            Finding::new(CheckKind::SumOfParts, Severity::Warning, figures, message).off_by(Some(difference))
        })
    }
}

/// The figures of a line that are about known days, neither doubted nor beside a preferred one, by these days.
fn told(points: &[Point]) -> Told<'_> {
    let usable = points.iter().filter(|point| !point.doubted && !point.parallel);
    let mut told: Told<'_> = usable.filter_map(|point| Some((point.span()?, point))).collect();
    told.sort_by_key(|(span, _)| *span);
    told
}

/// The figure about these days, of several the last.
fn find<'p>(told: &Told<'p>, span: Span) -> Option<&'p Point> {
    let behind = told.partition_point(|(known, _)| *known <= span);
    told[..behind].last().filter(|(known, _)| *known == span).map(|(_, point)| *point)
}
