//! Running totals that fall: within a series an error, from one reporter to another a note.

use std::collections::HashMap;

use crate::event::CheckKind;
use crate::state::check::CheckRow;
use crate::state::key::IndicatorKey;
use crate::value::{Decimal, Value};

use super::point::{Point, floor};
use super::{Finding, Review, Severity};

impl Review<'_> {
    /// Every fall that nothing recorded explains: revised, withdrawn and retracted figures no longer stand. A
    /// `monotone` rule takes an indicator over from the built-in check, whatever its measure.
    pub(super) fn falls(&self, points: &[Point]) -> Vec<Finding> {
        let rules = self.monotone();
        let mut findings = Vec::new();
        for series in points.chunk_by(|a, b| a.series == b.series) {
            let rule = rules.get(&self.series(&series[0]).indicator).copied();
            if rule.is_some() || self.is_cumulative(&series[0]) {
                let falls = self.falls_of(&strong(series));
                findings.extend(falls.into_iter().map(|(from, to)| self.own_fall(rule, from, to)));
            }
        }
        for subject in self.subjects(points).filter(|subject| self.is_cumulative(&subject[0])) {
            let falls = self.falls_of(&self.latest_of_each(subject)).into_iter();
            // Figures for one day are the business of the check for disjoint values.
            let later = falls.filter(|(from, to)| from.key.effective_day() < to.key.effective_day());
            findings.extend(later.map(|(from, to)| self.fall_between(from, to)));
        }
        findings
    }

    /// The ids of the ledger's `monotone` checks.
    fn monotone(&self) -> HashMap<IndicatorKey, &str> {
        let checks = self.state().checks();
        let of = |key| match checks.row(key) {
            CheckRow::Monotone { indicator } => Some((*indicator, checks.name(key))),
            _ => None,
        };
        checks.live_keys().filter_map(of).collect()
    }

    /// Where a line of figures falls: each figure against the greatest before it. After a fall the lower figure is
    /// what later ones are held against, so that one slip is one finding.
    fn falls_of<'p>(&self, line: &[&'p Point]) -> Vec<(&'p Point, &'p Point)> {
        let mut falls = Vec::new();
        let mut greatest: Option<(&Point, Value, Decimal)> = None;
        for &point in line {
            let value = point.value;
            if value.contradicts_itself() {
                continue;
            }
            let fallen = greatest.filter(|(_, before, _)| value.lies_below(before, self.minimum(point)));
            falls.extend(fallen.map(|(before, ..)| (before, point)));
            if let Some(floor) = floor(&value)
                && (fallen.is_some() || greatest.is_none_or(|(.., known)| floor.cmp_numeric(&known).is_gt()))
            {
                greatest = Some((point, value, floor));
            } else if fallen.is_some() {
                greatest = None;
            }
        }
        falls
    }

    fn own_fall(&self, rule: Option<&str>, from: &Point, to: &Point) -> Finding {
        let difference = self.difference(from, to);
        let about = difference.as_ref().is_some_and(|difference| difference.is_approximate());
        let dated = from.span().is_some() && to.span().is_some();
        // A count published later may be an older one, and "about" proves nothing.
        let severity = if dated && !about { Severity::Error } else { Severity::Warning };
        let message = format!(
            "{} falls from {} to {}, and nothing recorded says why",
            self.named(self.subject(to)),
            self.told(from),
            self.told(to)
        );
        let finding = Finding::new(CheckKind::Falling, severity, [from.seq, to.seq], message);
        finding.by(rule.unwrap_or(CheckKind::Falling.as_str())).off_by(difference)
    }

    /// The latest dated figures of all reporters, as one line.
    fn latest_of_each<'p>(&self, subject: &'p [Point]) -> Vec<&'p Point> {
        let kept = |point: &&Point| {
            point.current && !point.doubted && point.span().is_some() && self.series(point).since.is_none()
        };
        let mut line: Vec<&Point> = subject.iter().filter(kept).collect();
        line.sort_unstable_by_key(|point| point.key);
        line
    }

    fn fall_between(&self, from: &Point, to: &Point) -> Finding {
        let message = format!(
            "{} of one reporter lies below that of another for an earlier day: {}, then {}",
            self.named(self.subject(to)),
            self.told(from),
            self.told(to)
        );
        Finding::new(CheckKind::Falling, Severity::Note, [from.seq, to.seq], message)
            .off_by(self.difference(from, to))
    }
}

/// The figures of a series that can be held against each other: with a day, the preferred one of each as-of, relayed
/// ones only where there is no other.
fn strong(series: &[Point]) -> Vec<&Point> {
    let usable = |point: &&Point| !point.doubted && !point.parallel && point.key.effective.is_some();
    let mut line: Vec<&Point> = series.iter().filter(usable).collect();
    if line.iter().any(|point| !point.weak) {
        line.retain(|point| !point.weak);
    }
    line
}
