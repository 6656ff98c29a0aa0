//! Values for one moment that no number can satisfy together: disagreement, or one body that says two things.

use std::cmp::Ordering;

use crate::event::CheckKind;
use crate::state::Span;
use crate::state::key::ReporterKey;
use crate::value::{Form, Value};

use super::point::{Point, floor};
use super::{Finding, Review, Severity};

/// A figure that can be held against others, with the moment it is about.
type Told<'p> = (Span, Value, &'p Point);

impl Review<'_> {
    /// One finding for each subject and as-of: its figures are sorted once and fall into groups, each of values that
    /// share a number, none of which satisfies the narrowest value of the group before. That value stands for its group.
    pub(super) fn disjoint(&self, points: &[Point]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for subject in self.subjects(points) {
            let mut told: Vec<Told<'_>> = Vec::new();
            for point in subject.iter().filter(|point| !point.doubted) {
                if let Some(span) = point.span()
                    && self.series(point).since.is_none()
                    && !point.value.contradicts_itself()
                {
                    told.push((span, point.value, point));
                }
            }
            told.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| by_floor(&a.1, &b.1)));
            let of_moments = told.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
            findings.extend(of_moments.filter_map(|same| self.disagreement(same)));
        }
        findings
    }

    fn disagreement(&self, same: &[Told<'_>]) -> Option<Finding> {
        let groups = self.groups(same);
        let [lowest, .., highest] = groups.as_slice() else { return None };
        let (severity, who) = match self.says_two_things(same) {
            Some(body) => {
                (Severity::Warning, format!("{} says two things", self.state().reporters().name(body)))
            }
            None => (Severity::Note, "reporters disagree".to_owned()),
        };
        let values: Vec<String> = groups.iter().map(|point| self.told(point)).collect();
        let subject = self.named(self.subject(lowest));
        let message = format!("{who} on {subject} for one moment: {}", values.join(" against "));
        let figures = groups.iter().map(|point| point.seq);
        let difference = self.difference(highest, lowest);
        Some(Finding::new(CheckKind::Disjoint, severity, figures, message).off_by(difference))
    }

    /// The figure that stands for each group, of equal ones the first recorded; `same` is sorted by low ends.
    fn groups<'p>(&self, same: &[Told<'p>]) -> Vec<&'p Point> {
        let mut groups: Vec<(Value, &Point)> = Vec::new();
        for (_, value, point) in same {
            match groups.last_mut() {
                Some((narrowest, by)) if !narrowest.disjoint_from(value, self.minimum(point)) => {
                    let tighter = by_cap(value, narrowest);
                    if tighter.is_lt() || tighter.is_eq() && point.seq < by.seq {
                        (*narrowest, *by) = (*value, point);
                    }
                }
                _ => groups.push((*value, point)),
            }
        }
        groups.into_iter().map(|(_, point)| point).collect()
    }

    /// A body whose own figures fall into groups.
    fn says_two_things(&self, same: &[Told<'_>]) -> Option<ReporterKey> {
        let body = |told: &Told<'_>| self.state().body(self.series(told.2).reporter);
        let mut by_body = same.to_vec();
        by_body.sort_by_key(body);
        let of_one = by_body.chunk_by(|a, b| body(a) == body(b));
        of_one.filter(|own| self.groups(own).len() > 1).map(|own| body(&own[0])).next()
    }
}

/// By low ends, a missing one first; of two at one number the closed one first.
fn by_floor(a: &Value, b: &Value) -> Ordering {
    match (floor(a), floor(b)) {
        (Some(x), Some(y)) => x.cmp_numeric(&y).then(a.low_open().cmp(&b.low_open())),
        (x, y) => x.is_some().cmp(&y.is_some()),
    }
}

/// By high ends, a missing one last; of two at one number the open one first.
fn by_cap(a: &Value, b: &Value) -> Ordering {
    let cap = |value: &Value| match value.form {
        Form::MoreThan(_) | Form::AtLeast(_) => None,
        _ => Some(value.greatest_stated()),
    };
    match (cap(a), cap(b)) {
        (Some(x), Some(y)) => x.cmp_numeric(&y).then(b.high_open().cmp(&a.high_open())),
        (x, y) => y.is_some().cmp(&x.is_some()),
    }
}
