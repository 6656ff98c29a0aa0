//! Checks: what in a ledger cannot be right, or deserves a second look.
//!
//! Built-in checks and those kept in the ledger (`check.added`) all run on one pass over the series, indicator by
//! indicator: no figure is set against one of another indicator, so no more figures are held at a time. Whoever wants only
//! some checks keeps those findings ([`Report::keep`]). How grave a finding is:
//!
//! * **error**: a rule of the ledger is broken, or no reading of what was recorded can be right: a series that falls, a
//!   list longer than its total, a state on two sides, more votes than members.
//! * **warning**: probably a mistake, here or at the source: digits changed round, a lost thousand, parts above the
//!   whole, one body that says two things of one moment, a current figure without any date or source.
//! * **note**: worth knowing, as disagreement is data: other reporters' values, figures known only through relays, what
//!   the recorder doubts already, declarations that nothing uses.
//!
//! A finding names the events involved. `finding.acknowledged` with the same check and the same events accepts it: it
//! is still listed, with the acknowledgement. Doubted figures are looked at only by the checks of single numbers.

mod disjoint;
mod falling;
mod parts;
mod point;
mod provenance;
mod roll_call;
mod rules;
mod slips;
mod unused;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::num::NonZeroUsize;

use num_traits::{Signed, Zero};

use crate::answer::{Answers, in_order, threads};
use crate::clock::{Clocks, RecordedBy};
use crate::date::{Day, Published};
use crate::event::{CheckKind, Seq};
use crate::resolve::Scratch;
use crate::state::State;
use crate::state::check::CheckRow;
use crate::value::{Fraction, Interval};

use point::Point;

/// How grave a finding is; see the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A broken rule, or something that cannot be right.
    Error,
    /// Probably a mistake.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Where more about a finding is to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum More {
    /// At one event.
    Event(Seq),
    /// At the headlines of an indicator, by its id.
    Indicator(String),
    /// At a roll-call, by its UN symbol.
    Vote(String),
}

/// One thing a check found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check that found it: the id of one kept in the ledger, else the kind's own name.
    pub check: String,
    /// What kind of check that is.
    pub kind: CheckKind,
    /// How grave it is.
    pub severity: Severity,
    /// The events involved, ascending, each once. A figure stands under its smallest sequence number.
    pub figures: Vec<Seq>,
    /// By how much it is off, in the notation, where that is a number.
    pub difference: Option<String>,
    /// What was found: one sentence without a final stop.
    pub message: String,
    /// Where more is to be seen.
    pub more: More,
    /// The event that acknowledged it, in its present version.
    pub acknowledged: Option<Seq>,
}

impl Finding {
    fn new(
        kind: CheckKind,
        severity: Severity,
        figures: impl IntoIterator<Item = Seq>,
        message: String,
    ) -> Self {
        let mut figures: Vec<Seq> = figures.into_iter().collect();
        // The last one named is the one in question, unless the check knows a better place.
        let more = More::Event(figures.last().copied().unwrap_or_default());
        figures.sort_unstable();
        figures.dedup();
        let check = kind.as_str().to_owned();
        Finding { check, kind, severity, figures, difference: None, message, more, acknowledged: None }
    }

    fn by(self, check: &str) -> Self {
        Finding { check: check.to_owned(), ..self }
    }

    fn off_by(self, difference: Option<Interval>) -> Self {
        Finding { difference: difference.map(|difference| difference.notation()), ..self }
    }

    fn seen_at(self, more: More) -> Self {
        Finding { more, ..self }
    }

    /// Whether it is an error that nobody has acknowledged.
    pub fn is_open_error(&self) -> bool {
        self.severity == Severity::Error && self.acknowledged.is_none()
    }

    /// Whether it is a finding of the check or kind of check with this name.
    pub fn is_of(&self, name: &str) -> bool {
        self.check == name || self.kind.as_str() == name
    }
}

/// Everything the checks found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The findings: open ones before acknowledged ones, the gravest first, then by check and events.
    pub findings: Vec<Finding>,
    /// Acknowledgements in force that accept none of these findings.
    pub idle: Vec<Seq>,
}

impl Report {
    /// Keeps the findings of these checks and kinds of checks, and of the acknowledgements none: whether one is idle
    /// only the whole report shows.
    pub fn keep(&mut self, names: &[String]) {
        self.findings.retain(|finding| names.iter().any(|name| finding.is_of(name)));
        self.idle.clear();
    }
}

/// Runs every check on `clocks`, together with the answers on them.
///
/// `today` is the day that freshness is judged on, where no clock asks for an earlier one; `later_recorded` is as for
/// [`Answers::new`].
pub fn check<'s>(
    state: &'s State,
    clocks: &Clocks,
    later_recorded: u64,
    today: Day,
    threads: NonZeroUsize,
) -> (Answers<'s>, Report) {
    let answers = Answers::on_threads(state, clocks, later_recorded, threads);
    let review = Review { answers, today: judged_on(state, clocks, today) };
    let mut findings = review.figures(threads);
    findings.extend(review.rules());
    findings.extend(review.roll_calls());
    findings.extend(review.unsourced_norms());
    findings.extend(review.unused());
    let idle = acknowledge(state, &mut findings);
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    (review.answers, Report { findings, idle })
}

/// The kinds of checks that look at nothing here: they only keep rules, and the ledger has none for them.
pub fn without_rules(state: &State) -> Vec<CheckKind> {
    let checks = state.checks();
    let is_kept = |kind: CheckKind| {
        checks.live_keys().any(|key| match checks.row(key) {
            CheckRow::Total { .. } | CheckRow::Sum { .. } => kind == CheckKind::ControlTotal,
            CheckRow::Fresh { .. } => kind == CheckKind::Stale,
            CheckRow::Monotone { .. } => false,
        })
    };
    [CheckKind::ControlTotal, CheckKind::Stale].into_iter().filter(|kind| !is_kept(*kind)).collect()
}

fn order(finding: &Finding) -> impl Ord + '_ {
    (finding.acknowledged.is_some(), finding.severity, finding.kind, &finding.check, &finding.figures)
}

/// Today, or the earlier day that a clock asks about.
fn judged_on(state: &State, clocks: &Clocks, today: Day) -> Day {
    let recorded = clocks.recorded_by.and_then(|point| match point {
        RecordedBy::Seq(_) => state.last_recorded().map(|at| at.day()),
        RecordedBy::Moment(moment) => Some(Published::last_day(moment)),
    });
    let asked =
        [clocks.as_of.map(|day| day.last_day()), clocks.published_by.map(|by| by.last_day()), recorded];
    asked.into_iter().flatten().fold(today, Day::min)
}

/// Marks the findings that were acknowledged; returns the acknowledgements that match none.
fn acknowledge(state: &State, findings: &mut [Finding]) -> Vec<Seq> {
    let mut accepted: HashMap<(&str, &[Seq]), (Seq, bool)> = HashMap::new();
    for entry in state.acknowledgements().live() {
        accepted.insert((&entry.row.check, &entry.row.figures), (entry.version, false));
    }
    for finding in findings {
        for name in [finding.check.as_str(), finding.kind.as_str()] {
            if let Some((by, matched)) = accepted.get_mut(&(name, finding.figures.as_slice())) {
                *matched = true;
                finding.acknowledged = Some(*by);
            }
        }
    }
    let mut idle: Vec<Seq> =
        accepted.into_values().filter(|(_, matched)| !matched).map(|(by, _)| by).collect();
    idle.sort_unstable();
    idle
}

/// What the checks work on.
struct Review<'s> {
    answers: Answers<'s>,
    today: Day,
}

impl<'s> Review<'s> {
    fn state(&self) -> &'s State {
        self.answers.state()
    }

    /// The findings about figures.
    fn figures(&self, threads: NonZeroUsize) -> Vec<Finding> {
        let state = self.state();
        let series = in_order(state);
        let by_indicator = series.chunk_by(|a, b| state.series(*a).indicator == state.series(*b).indicator);
        let of_each = threads::each(threads, by_indicator, |series| {
            let (mut scratch, mut points) = (Scratch::default(), Vec::new());
            series.iter().for_each(|series| self.append_points(*series, &mut scratch, &mut points));
            self.figures_of_indicator(&points)
        });
        of_each.into_iter().flatten().collect()
    }

    /// The findings about the figures of one indicator that stand, series by series in the order of [`Answers::figures`],
    /// each series by its order key.
    fn figures_of_indicator(&self, points: &[Point]) -> Vec<Finding> {
        let mut findings = self.falls(points);
        findings.extend(self.parts(points));
        findings.extend(self.disjoint(points));
        findings.extend(self.slips(points));
        findings.extend(self.provenance(points));
        findings
    }
}

/// On which side of zero an interval lies: `Equal` where it holds zero, so that two intervals whose difference this is
/// have a number in common.
fn side(difference: &Interval) -> Ordering {
    let beyond = |end: &Fraction, open: bool| end.is_positive() || end.is_zero() && open;
    if difference.low().is_some_and(|low| beyond(low, difference.low_open())) {
        Ordering::Greater
    } else if difference.high().is_some_and(|high| beyond(&-high, difference.high_open())) {
        Ordering::Less
    } else {
        Ordering::Equal
    }
}

#[cfg(test)]
mod tests;
