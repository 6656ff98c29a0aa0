//! Headlines: the one figure a named policy selects for an indicator, place and breakdown, and what stands beside it.

mod passed_over;

use std::collections::HashMap;
use std::ops::Range;

use crate::answer::{Answers, CurrentFigure};
use crate::date::Day;
use crate::event::{ReporterKind, Rule, Seq};
use crate::state::key::{BreakdownKey, IndicatorKey, PlaceKey, ReporterKey, SeriesKey};
use crate::state::{Definition, PolicyRow, State};
use crate::value::{Decimal, Expression, Interval, NoValue};

pub use passed_over::{PassedOver, passed_over};

/// What a headline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    /// What is counted or derived.
    pub indicator: IndicatorKey,
    /// Where.
    pub place: Option<PlaceKey>,
    /// Which part.
    pub breakdown: Option<BreakdownKey>,
}

/// A headline with what stands beside it. Figures are positions in [`Answers::figures`].
#[derive(Clone, Debug)]
pub struct Headline {
    /// What it is for.
    pub subject: Subject,
    /// The event that set the policy; `None` for the default, `latest`.
    pub policy: Option<Seq>,
    /// Name of the rule: `latest`, `prefer`, `range` or `derived`.
    pub rule: &'static str,
    /// What the rule selected.
    pub selection: Selection,
    /// How many bodies have a figure that could have been selected; those who speak for one body count once.
    pub bodies: usize,
    /// Some figure that could have been selected is disputed.
    pub disputed: bool,
    /// The figures that could have been selected, stale ones left out.
    pub eligible: Vec<usize>,
    /// How many figures are left out as older than the policy's window.
    pub stale: usize,
}

/// What a policy selected.
#[derive(Clone, Debug)]
pub enum Selection {
    /// One figure.
    Figure {
        /// Its position in [`Answers::figures`].
        at: usize,
        /// No preferred reporter had a figure in the window, so the latest was taken.
        fell_back: bool,
    },
    /// The hull of all intervals.
    Range(Interval),
    /// A value computed from other headlines.
    Derived(Interval),
    /// No value, and why.
    Nothing(NoValue),
}

impl Headline {
    /// The interval this headline stands for in arithmetic.
    ///
    /// # Errors
    ///
    /// When there is no value, or one that has no arithmetic.
    pub fn interval(&self, answers: &Answers<'_>) -> Result<Interval, NoValue> {
        match &self.selection {
            Selection::Figure { at, .. } => {
                let minimum = answers.state().indicators().row(self.subject.indicator).minimum();
                answers.figure(*at).figure.value.interval(minimum)
            }
            Selection::Range(interval) | Selection::Derived(interval) => Ok(interval.clone()),
            Selection::Nothing(why) => Err(why.clone()),
        }
    }

    /// The figures with the least and the greatest stated number among those that could have been selected.
    ///
    /// Figures are ordered by the number they state: the low end for the least, the high end for the greatest, the
    /// other end where that one is open. Ties go to the earlier figure.
    pub fn spread(&self, answers: &Answers<'_>) -> Option<(usize, usize)> {
        let value = |at: &usize| answers.figure(*at).figure.value;
        let numeric = |a: Decimal, b: Decimal| a.cmp_numeric(&b);
        let least =
            self.eligible.iter().min_by(|a, b| numeric(value(a).least_stated(), value(b).least_stated()))?;
        let greatest = self
            .eligible
            .iter()
            .rev()
            .max_by(|a, b| numeric(value(a).greatest_stated(), value(b).greatest_stated()))?;
        Some((*least, *greatest))
    }
}

/// All headlines, in the order of the figures they come from, derived ones after the counted ones.
pub(crate) fn headlines(answers: &Answers<'_>) -> Vec<Headline> {
    let mut all: Vec<Headline> =
        ranges(answers).map(|(subject, range)| counted(answers, subject, range)).collect();
    add_derived(answers, &mut all);
    all
}

/// Each subject that has figures, with their places in [`Answers::figures`], where they stand together.
pub(crate) fn ranges<'a>(answers: &'a Answers<'_>) -> impl Iterator<Item = (Subject, Range<usize>)> + 'a {
    let mut subjects = answers.series().map(|series| subject(answers.state(), series)).enumerate().peekable();
    std::iter::from_fn(move || {
        let (start, subject) = subjects.next()?;
        let others = std::iter::from_fn(|| subjects.next_if(|(_, other)| *other == subject)).count();
        Some((subject, start..start + 1 + others))
    })
}

/// What the headline that the figure of a series could be selected for is for.
pub(crate) fn subject(state: &State, series: SeriesKey) -> Subject {
    let series = state.series(series);
    Subject { indicator: series.indicator, place: series.place, breakdown: series.breakdown }
}

fn counted(answers: &Answers<'_>, subject: Subject, range: Range<usize>) -> Headline {
    counted_under(answers, subject, range, answers.state().policy(subject.indicator))
}

/// The headline of a counted indicator under any policy: of `subject`, whose figures are those in `range`.
pub(crate) fn counted_under(
    answers: &Answers<'_>,
    subject: Subject,
    range: Range<usize>,
    policy: Option<(Seq, &PolicyRow)>,
) -> Headline {
    let state = answers.state();
    let default = Rule::Latest;
    let rule = policy.map_or(&default, |(_, row)| &row.rule);
    let candidates = candidates(answers, range);
    let latest = newest(candidates.iter());
    let fresh = Fresh::new(policy.map(|(_, row)| row), latest);
    let (eligible, stale): (Vec<Candidate<'_>>, Vec<Candidate<'_>>) =
        candidates.iter().copied().partition(|(_, figure)| fresh.keeps(figure));
    let selection = match (latest, rule) {
        (None, _) => Selection::Nothing(nothing(state, subject)),
        (Some(_), Rule::Range) => range_of(state, subject, &eligible),
        (Some((at, _)), Rule::Latest) => Selection::Figure { at: *at, fell_back: false },
        (Some((latest, _)), Rule::Prefer(listed)) => match preferred(state, &eligible, listed) {
            Some(at) => Selection::Figure { at, fell_back: false },
            None => Selection::Figure { at: *latest, fell_back: true },
        },
    };
    let body = |(_, figure): &Candidate<'_>| state.body(reporter(state, figure));
    let mut bodies: Vec<ReporterKey> = eligible.iter().map(body).collect();
    bodies.sort_unstable();
    bodies.dedup();
    Headline {
        subject,
        policy: policy.map(|(seq, _)| seq),
        rule: rule.as_str(),
        selection,
        bodies: bodies.len(),
        disputed: eligible.iter().any(|(_, figure)| !figure.disputes.is_empty()),
        eligible: eligible.iter().map(|(at, _)| *at).collect(),
        stale: stale.len(),
    }
}

/// A figure that may be selected, with its position in [`Answers::figures`].
type Candidate<'a> = (usize, CurrentFigure<'a>);

/// The figures a policy chooses among: undoubted, counted from the indicator's own start, for a period indicator of
/// the latest period; those of media only where there is no other.
fn candidates<'a>(answers: &'a Answers<'_>, range: Range<usize>) -> Vec<Candidate<'a>> {
    let state = answers.state();
    let figures = range.map(|at| (at, answers.figure(at)));
    let mut all: Vec<Candidate<'_>> = figures
        .filter(|(_, figure)| !figure.figure.doubted && state.series(figure.series).since.is_none())
        .collect();
    let is_media = |(_, figure): &Candidate<'_>| is_media(state, reporter(state, figure));
    if !all.iter().all(is_media) {
        all.retain(|candidate| !is_media(candidate));
    }
    let period = |figure: &CurrentFigure<'_>| state.series(figure.series).period;
    if let Some(latest) = newest(all.iter()).map(|(_, figure)| period(figure)) {
        all.retain(|(_, figure)| period(figure) == latest);
    }
    all
}

/// The last one in the order of figures.
fn newest<'c, 'a>(candidates: impl Iterator<Item = &'c Candidate<'a>>) -> Option<&'c Candidate<'a>>
where
    'a: 'c,
{
    candidates.max_by_key(|(_, figure)| figure.figure.key())
}

fn is_media(state: &State, reporter: ReporterKey) -> bool {
    state.reporters().row(reporter).kind == Some(ReporterKind::Media)
}

fn reporter(state: &State, figure: &CurrentFigure<'_>) -> ReporterKey {
    state.series(figure.series).reporter
}

/// Which figures are recent enough for the policy's window.
struct Fresh {
    /// The earliest day that is not stale; `None` without a window.
    from: Option<Day>,
}

impl Fresh {
    fn new(policy: Option<&PolicyRow>, latest: Option<&Candidate<'_>>) -> Self {
        let from = policy
            .and_then(|row| row.window)
            .zip(latest.and_then(|(_, figure)| figure.figure.effective_day()))
            .map(|(window, day)| window.before(day));
        Fresh { from }
    }

    /// A figure without any day is not known to be recent, so only the lack of a window keeps it.
    fn keeps(&self, figure: &CurrentFigure<'_>) -> bool {
        let day = figure.figure.effective_day();
        self.from.is_none_or(|from| day.is_some_and(|day| day >= from))
    }
}

/// The figure of the first listed reporter that has one, else of those who speak for it.
fn preferred(state: &State, eligible: &[Candidate<'_>], listed: &[ReporterKey]) -> Option<usize> {
    let of = |matches: &dyn Fn(ReporterKey) -> bool| {
        newest(eligible.iter().filter(|(_, figure)| matches(reporter(state, figure)))).map(|(at, _)| *at)
    };
    listed.iter().find_map(|wanted| {
        of(&|reporter| reporter == *wanted).or_else(|| of(&|reporter| state.speaks_for(reporter, *wanted)))
    })
}

fn nothing(state: &State, subject: Subject) -> NoValue {
    NoValue::Missing { indicator: state.indicators().name(subject.indicator).to_owned() }
}

fn range_of(state: &State, subject: Subject, eligible: &[Candidate<'_>]) -> Selection {
    let minimum = state.indicators().row(subject.indicator).minimum();
    let interval = |(_, figure): &Candidate<'_>| figure.figure.value.interval(minimum).ok();
    let intervals: Vec<Interval> = eligible.iter().filter_map(interval).collect();
    match Interval::hull(&intervals) {
        Some(hull) => Selection::Range(hull),
        None => Selection::Nothing(nothing(state, subject)),
    }
}

/// Derived indicators, in the order they were declared: each may use those before it.
fn add_derived(answers: &Answers<'_>, all: &mut Vec<Headline>) {
    let state = answers.state();
    let mut derived: Vec<(Seq, IndicatorKey)> = state
        .indicators()
        .live_sorted()
        .into_iter()
        .filter(|key| matches!(state.indicators().row(*key).definition, Definition::Derived(_)))
        .map(|key| (state.indicators().entry(key).seq, key))
        .collect();
    derived.sort_unstable();
    if derived.is_empty() {
        return;
    }
    let mut by_subject: HashMap<Subject, usize> =
        all.iter().enumerate().map(|(at, headline)| (headline.subject, at)).collect();
    for (_, indicator) in derived {
        let Definition::Derived(expression) = &state.indicators().row(indicator).definition else {
            continue;
        };
        for subject in subjects(state, expression, indicator, all) {
            let headline = derive(answers, expression, subject, all, &by_subject);
            by_subject.insert(subject, all.len());
            all.push(headline);
        }
    }
}

/// Where a derived indicator is computed: wherever all its inputs have a headline; for the whole (no place, no
/// breakdown) one input is enough, so that a missing other one is said rather than passed over.
fn subjects(
    state: &State,
    expression: &Expression,
    indicator: IndicatorKey,
    all: &[Headline],
) -> Vec<Subject> {
    let inputs: Vec<IndicatorKey> =
        expression.indicators().filter_map(|id| state.indicators().find(id)).collect();
    let mut present: Vec<(Subject, usize)> = Vec::new();
    for headline in all.iter().filter(|headline| inputs.contains(&headline.subject.indicator)) {
        let subject = Subject { indicator, ..headline.subject };
        match present.iter_mut().find(|(known, _)| *known == subject) {
            Some((_, count)) => *count += 1,
            None => present.push((subject, 1)),
        }
    }
    let is_whole = |subject: &Subject| subject.place.is_none() && subject.breakdown.is_none();
    present.retain(|(subject, count)| *count == inputs.len() || is_whole(subject));
    present.into_iter().map(|(subject, _)| subject).collect()
}

/// The headline of a derived indicator under any expression; `by_subject` finds the inputs in `all`.
pub(crate) fn derive(
    answers: &Answers<'_>,
    expression: &Expression,
    subject: Subject,
    all: &[Headline],
    by_subject: &HashMap<Subject, usize>,
) -> Headline {
    let state = answers.state();
    let input = |id: &str| {
        let indicator = state.indicators().find(id)?;
        by_subject.get(&Subject { indicator, ..subject }).map(|at| &all[*at])
    };
    let mut lookup = |id: &str| match input(id) {
        Some(headline) => headline.interval(answers),
        None => Err(NoValue::Missing { indicator: id.to_owned() }),
    };
    let selection = match expression.evaluate(&mut lookup) {
        Ok(interval) => Selection::Derived(interval),
        Err(why) => Selection::Nothing(why),
    };
    let inputs = || expression.indicators().filter_map(&input);
    Headline {
        subject,
        policy: None,
        rule: "derived",
        selection,
        bodies: 0,
        disputed: inputs().any(|headline| headline.disputed),
        eligible: Vec::new(),
        stale: 0,
    }
}

#[cfg(test)]
mod tests;
