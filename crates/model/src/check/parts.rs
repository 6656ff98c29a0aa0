//! Parts against the whole, as one reporter gave both for the same moment.
//!
//! Only what no reading can save is found: parts whose intervals leave no way to make up the whole. Where not every
//! code of a dimension has a figure, the parts may stay below the whole. Places may overlap, so each one stands alone.
//! Codes may overlap too, hence a warning; who knows that they do not keeps a `sum` check.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::event::CheckKind;
use crate::state::Span;
use crate::state::key::{BreakdownKey, DimensionKey, PlaceKey, ReporterKey};
use crate::value::{Decimal, Interval};

use super::point::Point;
use super::{Finding, Review, Severity, side};

/// What a whole and its parts share, besides the indicator.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Moment {
    place: Option<PlaceKey>,
    breakdown: Option<BreakdownKey>,
    reporter: ReporterKey,
    since: Option<Span>,
    span: Span,
}

impl Review<'_> {
    /// Every figure with a breakdown or place is counted towards the wholes it is a part of.
    pub(super) fn parts(&self, points: &[Point]) -> Vec<Finding> {
        let Some(any) = points.first() else { return Vec::new() };
        let never_negative = self.minimum(any).is_some_and(|least| !least.is_negative());
        let usable = |point: &&Point| !point.doubted && !point.parallel;
        let placed = |point| Some((self.moment(point)?, point));
        let known: HashMap<Moment, &Point> = points.iter().filter(usable).filter_map(placed).collect();
        let mut findings = Vec::new();
        let mut by_dimension: HashMap<(Moment, DimensionKey), Vec<&Point>> = HashMap::new();
        for (moment, part) in points.iter().filter(usable).filter_map(placed) {
            for (whole, dimension) in self.wholes(moment) {
                by_dimension.entry((whole, dimension)).or_default().push(part);
            }
            if never_negative && let Some(place) = moment.place {
                let within = self.state().places().row(place).parent;
                let whole = known.get(&Moment { place: within, ..moment });
                findings.extend(whole.and_then(|whole| self.against(whole, &[part], false)));
            }
        }
        for ((moment, dimension), parts) in by_dimension {
            let complete = parts.len() == self.state().dimensions().row(dimension).codes.len();
            if let Some(whole) = known.get(&moment)
                && (complete || never_negative)
            {
                findings.extend(self.against(whole, &parts, complete));
            }
        }
        findings
    }

    fn moment(&self, point: &Point) -> Option<Moment> {
        let series = self.series(point);
        Some(Moment {
            place: series.place,
            breakdown: series.breakdown,
            reporter: series.reporter,
            since: series.since,
            span: point.span()?,
        })
    }

    /// The wholes that a breakdown is part of: it with one dimension less, for each dimension.
    fn wholes(&self, moment: Moment) -> Vec<(Moment, DimensionKey)> {
        let state = self.state();
        let Some(breakdown) = moment.breakdown else { return Vec::new() };
        let parts: Vec<&str> = state.breakdown(breakdown).split(';').collect();
        let without = |at: usize| {
            let (dimension, _) = parts[at].split_once('=')?;
            let rest = [&parts[..at], &parts[at + 1..]].concat().join(";");
            let breakdown = if rest.is_empty() { None } else { Some(state.breakdowns.find(&rest)?) };
            Some((Moment { breakdown, ..moment }, state.dimensions().find(dimension)?))
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
