//! The rules kept in the ledger: totals, sums and freshness. Breaking one is an error.
//!
//! `total` and `sum` are about headlines, so about what the ledger shows; `monotone` is with the check for falls.

use std::cell::LazyCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use crate::date::Day;
use crate::event::{CheckKind, Seq};
use crate::headline::{Headline, Selection, Subject};
use crate::state::check::{CheckRow, Over};
use crate::state::key::{CheckKey, IndicatorKey, PlaceKey, ReporterKey};
use crate::value::{Decimal, Interval};

use super::{Finding, More, Review, Severity, side};

impl Review<'_> {
    pub(super) fn rules(&self) -> Vec<Finding> {
        let checks = self.state().checks();
        let mut findings = Vec::new();
        let totals = LazyCell::new(|| Totals::new(self));
        let newest = LazyCell::new(|| self.newest_of_each());
        for key in checks.live_keys() {
            match checks.row(key) {
                CheckRow::Total { indicator, parts } => {
                    findings.extend(totals.total(key, *indicator, parts));
                }
                CheckRow::Sum { indicator, over } => findings.extend(totals.sum(key, *indicator, over)),
                CheckRow::Fresh { reporter, days } => {
                    findings.extend(self.stale(key, *reporter, *days, &newest));
                }
                CheckRow::Monotone { .. } => {}
            }
        }
        findings
    }

    /// The newest figure of each body and of each reporter that others speak for.
    fn newest_of_each(&self) -> HashMap<ReporterKey, (Day, Seq)> {
        let mut newest: HashMap<ReporterKey, (Day, Seq)> = HashMap::new();
        for figure in self.answers.figures() {
            let Some(day) = figure.figure.effective_day() else { continue };
            let speaker = self.state().series(figure.series).reporter;
            for reporter in self.state().reporters().chain(speaker, |row| row.speaks_for) {
                let known = newest.entry(reporter).or_insert((day, figure.figure.seq));
                *known = (*known).max((day, figure.figure.seq));
            }
        }
        newest
    }

    /// A figure of a reporter, or of one who speaks for it, must not be older than the rule allows.
    fn stale(
        &self,
        check: CheckKey,
        reporter: ReporterKey,
        days: u32,
        newest: &HashMap<ReporterKey, (Day, Seq)>,
    ) -> Option<Finding> {
        let checks = self.state().checks();
        let name = self.state().reporters().name(reporter);
        let (seq, message) = match newest.get(&reporter) {
            None => (checks.entry(check).seq, format!("{name} has no dated figure at all")),
            Some((day, seq)) => {
                let age = i64::from(self.today.number()) - i64::from(day.number());
                if age <= i64::from(days) {
                    return None;
                }
                let today = self.today;
                (
                    *seq,
                    format!("the newest figure of {name} is of {day}: {age} days on {today}, {days} allowed"),
                )
            }
        };
        Some(Finding::new(CheckKind::Stale, Severity::Error, [seq], message).by(checks.name(check)))
    }
}

/// The headlines, ready to be looked up.
struct Totals<'r, 's> {
    review: &'r Review<'s>,
    by_subject: HashMap<Subject, &'r Headline>,
    /// What each indicator has headlines for.
    subjects: HashMap<IndicatorKey, Vec<Subject>>,
}

impl<'r, 's> Totals<'r, 's> {
    fn new(review: &'r Review<'s>) -> Self {
        let mut totals = Totals { review, by_subject: HashMap::new(), subjects: HashMap::new() };
        for headline in review.answers.headlines() {
            totals.by_subject.insert(headline.subject, headline);
            totals.subjects.entry(headline.subject.indicator).or_default().push(headline.subject);
        }
        totals
    }

    /// Wherever the whole has a headline.
    fn total(&self, check: CheckKey, whole: IndicatorKey, parts: &[IndicatorKey]) -> Vec<Finding> {
        let Some(wholes) = self.subjects.get(&whole) else {
            return vec![self.unchecked(check, Subject { indicator: whole, place: None, breakdown: None })];
        };
        let compared = wholes.iter().filter_map(|subject| {
            let of_part = |indicator: &IndicatorKey| Subject { indicator: *indicator, ..*subject };
            let parts: Vec<Subject> = parts.iter().map(of_part).collect();
            self.compare(check, *subject, &parts)
        });
        compared.collect()
    }

    fn sum(&self, check: CheckKey, indicator: IndicatorKey, over: &Over) -> Option<Finding> {
        let state = self.review.state();
        let everything = Subject { indicator, place: None, breakdown: None };
        let (whole, parts): (Subject, Vec<Subject>) = match over {
            Over::Places(places) => {
                let place = common_parent(places, |place| state.places().row(place).parent);
                let parts = places.iter().map(|place| Subject { place: Some(*place), ..everything });
                (Subject { place, ..everything }, parts.collect())
            }
            Over::Codes { dimension, codes } => {
                let name = state.dimensions().name(*dimension);
                let key = |code: &String| state.breakdowns.find(&format!("{name}={code}"));
                let Some(keys) = codes.iter().map(key).collect::<Option<Vec<_>>>() else {
                    return Some(self.unchecked(check, everything));
                };
                let part = |breakdown| Subject { breakdown: Some(breakdown), ..everything };
                (everything, keys.into_iter().map(part).collect())
            }
        };
        self.compare(check, whole, &parts)
    }

    fn compare(&self, check: CheckKey, whole: Subject, parts: &[Subject]) -> Option<Finding> {
        let subjects = [&[whole], parts].concat();
        let mut figures = Vec::new();
        let mut intervals = Vec::new();
        for subject in subjects {
            let headline = self.by_subject.get(&subject).copied();
            let Some(interval) = headline.and_then(|headline| headline.interval(&self.review.answers).ok())
            else {
                return Some(self.unchecked(check, subject));
            };
            figures.extend(headline.and_then(|headline| self.figure(headline)));
            intervals.push(interval);
        }
        let zero = Interval::from(Decimal::ZERO);
        let sum = intervals[1..].iter().try_fold(zero, |sum, part| sum.add(part)).ok()?;
        let difference = sum.sub(&intervals[0]).ok()?;
        if side(&difference) == Ordering::Equal {
            return None;
        }
        let parts: Vec<String> = intervals[1..].iter().map(Interval::notation).collect();
        let name = self.name(whole);
        let message = format!(
            "{name} is {}, but its parts make {}: {}",
            intervals[0].notation(),
            sum.notation(),
            parts.join(" + ")
        );
        // Derived values and ranges have no figure of their own; the rule itself then stands for them.
        let figures = if figures.is_empty() { vec![self.declared(check)] } else { figures };
        let finding = Finding::new(CheckKind::ControlTotal, Severity::Error, figures, message);
        Some(finding.off_by(Some(difference)).seen_at(self.more(whole)).by(self.check(check)))
    }

    /// A rule that cannot be applied says so: silence would read as a pass.
    fn unchecked(&self, check: CheckKey, missing: Subject) -> Finding {
        let message = format!("not checked: {} has no headline here", self.name(missing));
        Finding::new(CheckKind::ControlTotal, Severity::Note, [self.declared(check)], message)
            .by(self.check(check))
    }

    fn figure(&self, headline: &Headline) -> Option<Seq> {
        match headline.selection {
            Selection::Figure { at, .. } => Some(self.review.answers.figure(at).figure.seq),
            _ => None,
        }
    }

    fn name(&self, subject: Subject) -> String {
        self.review.named((subject.indicator, subject.place, subject.breakdown))
    }

    fn more(&self, subject: Subject) -> More {
        More::Indicator(self.review.state().indicators().name(subject.indicator).to_owned())
    }

    fn check(&self, check: CheckKey) -> &'r str {
        self.review.state().checks().name(check)
    }

    fn declared(&self, check: CheckKey) -> Seq {
        self.review.state().checks().entry(check).seq
    }
}

/// The place that all of these are directly part of; `None`, for everywhere, where they are parts of several.
fn common_parent(places: &[PlaceKey], parent: impl Fn(PlaceKey) -> Option<PlaceKey>) -> Option<PlaceKey> {
    let first = places.first().and_then(|place| parent(*place));
    first.filter(|first| places.iter().all(|place| parent(*place) == Some(*first)))
}
