//! Changes of headlines: which figure, policy, definition or input made them.

mod derived;

use std::collections::HashMap;
use std::ops::Range;

use super::between::{self, Between, Explained, Reason, newest};
use super::figures::{self, Figures};
use super::{Cause, Change, Changed, Said, subject_of};
use crate::answer::{Answers, CurrentFigure};
use crate::event::{Rule, Seq};
use crate::headline::{Headline, Selection, Subject, counted_under, ranges};
use crate::state::key::{IndicatorKey, ReporterKey, SeriesKey};
use crate::state::{Definition, State};

/// The changes of all headlines, given what happened to the figures.
pub(super) fn changes(between: &Between<'_, '_>, figures: &Figures) -> Vec<Change> {
    let mut headlines = Headlines::new(between, figures);
    let only_before =
        between.from.headlines().iter().filter(|headline| !headlines.new.contains_key(&headline.subject));
    let subjects: Vec<Subject> =
        between.to.headlines().iter().chain(only_before).map(|headline| headline.subject).collect();
    let mut changes = Vec::new();
    // Derived indicators come last, each after those it is computed from, so that their inputs are explained already.
    for subject in in_order_of_derivation(between.names(), subjects) {
        let pair = (
            headlines.old.get(&subject).map(|at| &between.from.headlines()[*at]),
            headlines.new.get(&subject).map(|at| &between.to.headlines()[*at]),
        );
        if same(between, pair) {
            continue;
        }
        let (cause, events) = headlines.explain(subject, pair);
        headlines.explained.insert(subject, (cause, events.clone()));
        changes.push(Change {
            cause,
            changed: Changed::Headline(subject),
            old: pair.0.and_then(|headline| said(between.from, headline)),
            new: pair.1.and_then(|headline| said(between.to, headline)),
            events,
        });
    }
    changes
}

fn by_subject(answers: &Answers<'_>) -> HashMap<Subject, usize> {
    answers.headlines().iter().enumerate().map(|(at, headline)| (headline.subject, at)).collect()
}

/// Counted indicators as they are, then derived ones in order of declaration.
fn in_order_of_derivation(state: &State, mut subjects: Vec<Subject>) -> Vec<Subject> {
    subjects.sort_by_key(|subject| is_derived(state, subject.indicator).then_some(subject.indicator));
    subjects
}

fn is_derived(state: &State, indicator: IndicatorKey) -> bool {
    matches!(state.indicators().row(indicator).definition, Definition::Derived(_))
}

/// A headline as it is shown; `None` without a value.
fn said(answers: &Answers<'_>, headline: &Headline) -> Option<Said> {
    match &headline.selection {
        Selection::Figure { at, .. } => Some(figures::said(answers, &answers.figure(*at))),
        Selection::Range(interval) | Selection::Derived(interval) => {
            let unit = Some(unit(answers, headline).to_owned());
            Some(Said { value: interval.notation(), unit, ..Said::default() })
        }
        Selection::Nothing(_) => None,
    }
}

fn unit<'s>(answers: &Answers<'s>, headline: &Headline) -> &'s str {
    &answers.state().indicators().row(headline.subject.indicator).unit
}

/// The same figure, range or derived value in the same unit; no headline is the same as one without a value.
fn same(between: &Between<'_, '_>, (old, new): Pair<'_>) -> bool {
    let (old, new) = match (old.filter(|old| has_value(old)), new.filter(|new| has_value(new))) {
        (Some(old), Some(new)) => (old, new),
        (old, new) => return old.is_none() && new.is_none(),
    };
    unit(between.from, old) == unit(between.to, new)
        && match (&old.selection, &new.selection) {
            (Selection::Figure { at: a, .. }, Selection::Figure { at: b, .. }) => {
                let (a, b) = (&between.from.figure(*a), &between.to.figure(*b));
                let reporter = |figure: &CurrentFigure<'_>| between.names().series(figure.series).reporter;
                reporter(a) == reporter(b) && figures::same(between, a, b)
            }
            (Selection::Range(a), Selection::Range(b)) | (Selection::Derived(a), Selection::Derived(b)) => {
                a.notation() == b.notation()
            }
            _ => false,
        }
}

fn has_value(headline: &Headline) -> bool {
    !matches!(headline.selection, Selection::Nothing(_))
}

/// What the changes of headlines come from.
struct Headlines<'b, 'a, 's> {
    between: &'b Between<'a, 's>,
    figures: &'b Figures,
    /// Where the headline of each subject is among those at the first and at the second point.
    old: HashMap<Subject, usize>,
    new: HashMap<Subject, usize>,
    /// The series of each subject that have another value or another place in the order.
    changed: HashMap<Subject, Vec<SeriesKey>>,
    /// Where the figures of each subject are in the answers at the first and at the second point.
    old_figures: HashMap<Subject, Range<usize>>,
    new_figures: HashMap<Subject, Range<usize>>,
    /// The headlines explained so far.
    explained: HashMap<Subject, Explained>,
}

/// A headline at both points.
type Pair<'b> = (Option<&'b Headline>, Option<&'b Headline>);

impl<'b, 'a, 's> Headlines<'b, 'a, 's> {
    fn new(between: &'b Between<'a, 's>, figures: &'b Figures) -> Self {
        let state = between.names();
        let mut changed: HashMap<Subject, Vec<SeriesKey>> = HashMap::new();
        for key in figures.values.keys().chain(figures.moved.keys()) {
            changed.entry(subject_of(state.series(*key))).or_default().push(*key);
        }
        let (old_figures, new_figures) = (ranges(between.from).collect(), ranges(between.to).collect());
        let (old, new) = (by_subject(between.from), by_subject(between.to));
        let explained = HashMap::new();
        Headlines { between, figures, old, new, changed, old_figures, new_figures, explained }
    }

    fn explain(&self, subject: Subject, pair: Pair<'_>) -> Explained {
        let found = if is_derived(self.between.names(), subject.indicator) {
            self.expression(subject, pair.1).or_else(|| self.inputs(subject))
        } else if pair.0.is_some_and(has_value) {
            self.policy(subject, pair).or_else(|| self.selected(pair))
        } else {
            // Where there was nothing to select, no policy could change anything.
            self.selected(pair).or_else(|| self.policy(subject, pair))
        };
        found
            .or_else(|| newest(self.definitions(subject)))
            .or_else(|| self.any_series(subject))
            // A headline without any of these is made of the same figures by the same rules, so it is the same.
            .unwrap_or((Cause::DefinitionChanged, Vec::new()))
    }

    /// The policy, where the one of before would select otherwise among the figures of after. One that keeps to the
    /// series selected before has changed nothing: what happened to that series has.
    fn policy(&self, subject: Subject, (old, new): Pair<'_>) -> Option<Explained> {
        let reason = self.policy_reason(subject.indicator)?;
        let new = new?;
        let before = selected(self.between.from, old).map(|figure| figure.series);
        let after = selected(self.between.to, Some(new)).map(|figure| figure.series);
        if before.is_some() && before == after {
            return None;
        }
        let range = self.new_figures.get(&subject)?.clone();
        let policy = self.between.from.state().policy(subject.indicator);
        let otherwise = counted_under(self.between.to, subject, range, policy);
        if same_selection(&otherwise.selection, &new.selection) {
            return None;
        }
        let figure = after.and_then(|series| self.of_series(series));
        let figure = figure.map(|(_, events)| &events[..]).unwrap_or_default();
        Some(joined(reason.cause, figure, &[reason.seq]))
    }

    /// Why another policy is in force: it was set, or what was done to the one of before.
    fn policy_reason(&self, indicator: IndicatorKey) -> Option<Reason> {
        let in_force = |answers: &Answers<'s>| {
            let live = answers.state().policies().live().rev();
            live.filter(|entry| entry.row.indicator == indicator)
                .map(|entry| (entry.seq, entry.version))
                .next()
        };
        let (old, new) = (in_force(self.between.from), in_force(self.between.to));
        if old == new {
            return None;
        }
        let amended = [old, new].into_iter().flatten().filter_map(|(seq, _)| self.between.amended(seq));
        let set =
            [(old, self.between.to), (new, self.between.from)].into_iter().filter_map(|(policy, other)| {
                let (seq, _) = policy?;
                (seq > other.state().size()).then(|| self.between.because(seq))
            });
        amended.chain(set).max()
    }

    /// The figure that was selected or the one that is: the new one if it changed and comes before the old one as it
    /// was, else the old one.
    fn selected(&self, (old, new): Pair<'_>) -> Option<Explained> {
        let before = selected(self.between.from, old);
        let after = selected(self.between.to, new);
        let of = |figure: Option<CurrentFigure<'_>>| self.of_series(figure?.series).cloned();
        let (lost, gained) = (of(before), of(after));
        let (Some(before), Some(after)) = (before, after) else { return lost.or(gained) };
        let by_key = matches!(new.map(|headline| &headline.selection), Some(Selection::Figure { fell_back, .. })
            if *fell_back || new.is_some_and(|headline| headline.rule == Rule::<()>::Latest.as_str()));
        let comes_first = !by_key || after.figure.key() > before.figure.key();
        if before.series == after.series || (comes_first && self.is_eligible(new, before.series)) {
            return gained.or(lost);
        }
        match (lost, gained) {
            (Some((cause, events)), Some((_, more))) => Some(joined(cause, &events, &more)),
            (lost, gained) => lost.or(gained),
        }
    }

    fn is_eligible(&self, headline: Option<&Headline>, series: SeriesKey) -> bool {
        let is_it = |at: &usize| self.between.to.series_of(*at) == series;
        headline.is_some_and(|headline| headline.eligible.iter().any(is_it))
    }

    fn of_series(&self, series: SeriesKey) -> Option<&'b Explained> {
        self.figures.values.get(&series).or_else(|| self.figures.moved.get(&series))
    }

    /// Any figure that could have been selected: of a range, or for a window.
    fn any_series(&self, subject: Subject) -> Option<Explained> {
        let keys = self.changed.get(&subject)?;
        let values = keys.iter().filter_map(|key| self.figures.values.get(key));
        merged(values).or_else(|| merged(keys.iter().filter_map(|key| self.figures.moved.get(key))))
    }

    /// What was done to the indicator, and to the kinds and bodies of the reporters that have figures here.
    fn definitions(&self, subject: Subject) -> Vec<Reason> {
        let between = self.between;
        let state = between.names();
        let sides = [(between.from, &self.old_figures), (between.to, &self.new_figures)];
        let figures = sides.into_iter().flat_map(|(answers, ranges)| {
            let range = ranges.get(&subject).cloned().unwrap_or_default();
            range.map(|at| answers.series_of(at))
        });
        let mut reporters: Vec<ReporterKey> = figures.map(|series| state.series(series).reporter).collect();
        reporters.sort_unstable();
        reporters.dedup();
        let row = |answers: &Answers<'s>, key| {
            let row = answers.state().reporters().row(key);
            (row.kind, row.speaks_for)
        };
        let declared = reporters.into_iter().map(|key| (key, state.reporters().entry(key).seq));
        let changed = declared
            .filter(|(key, seq)| between.is_common(*seq) && row(between.from, *key) != row(between.to, *key));
        let reasons = changed.filter_map(|(_, seq)| between.amended(seq));
        reasons.chain(self.indicator(subject.indicator)).collect()
    }

    /// What gave the indicator another unit or minimum.
    fn indicator(&self, key: IndicatorKey) -> Option<Reason> {
        let between = self.between;
        let entry = between.names().indicators().entry(key);
        let row = |answers: &Answers<'s>| answers.state().indicators().row(key);
        let differs = || {
            let (old, new) = (row(between.from), row(between.to));
            old.unit != new.unit || old.minimum() != new.minimum()
        };
        (between.is_common(entry.seq) && differs()).then(|| between.amended(entry.seq)).flatten()
    }
}

fn selected<'f>(answers: &'f Answers<'_>, headline: Option<&Headline>) -> Option<CurrentFigure<'f>> {
    match headline?.selection {
        Selection::Figure { at, .. } => Some(answers.figure(at)),
        _ => None,
    }
}

fn same_selection(a: &Selection, b: &Selection) -> bool {
    match (a, b) {
        (Selection::Figure { at: a, .. }, Selection::Figure { at: b, .. }) => a == b,
        (Selection::Range(a), Selection::Range(b)) | (Selection::Derived(a), Selection::Derived(b)) => a == b,
        (Selection::Nothing(_), Selection::Nothing(_)) => true,
        _ => false,
    }
}

/// A cause with the events of two.
fn joined(cause: Cause, events: &[Seq], more: &[Seq]) -> Explained {
    let all = events.iter().chain(more).map(|seq| Reason::new(cause, *seq));
    (cause, between::events(all))
}

/// Several causes as one: that of the newest event, and all events.
fn merged<'e>(all: impl Iterator<Item = &'e Explained>) -> Option<Explained> {
    let reasons = all.flat_map(|(cause, events)| events.iter().map(|seq| Reason::new(*cause, *seq)));
    newest(reasons.collect())
}
