//! Vintages: what one reporter said about each moment, release by release, and how far each release moved the value.
//!
//! A *release* is a figure of a series with an as-of and a date of publication. A further source that restates a figure
//! is no release; a revision and a parallel figure are. Releases of one as-of are numbered in the order they became
//! public. Only a later release revises an earlier one: a figure that stands beside a preferred one, or was public at
//! the same moment, is a release without a revision. A figure without a date, or one the recorder doubts, is no release
//! and is listed apart.

mod summary;

use crate::date::{Day, Published};
use crate::event::Seq;
use crate::resolve::{Figure, Resolved, Resolver, Standing};
use crate::state::key::{DateKey, SeriesKey};
use crate::state::{Series, Span};
use crate::value::{Decimal, Interval, NoValue, Value};

pub use summary::Summary;

/// The releases of one reporter for one indicator, place, breakdown and start: a revision triangle.
#[derive(Clone, Debug)]
pub struct Triangle {
    /// Its series; for measure `period` the first of its periods' series.
    pub series: SeriesKey,
    /// The moments or periods it is about, in order of their days.
    pub rows: Vec<AsOfRow>,
    /// The figures that are no releases.
    pub apart: Vec<Apart>,
}

/// Everything released about one moment or period.
#[derive(Clone, Debug)]
pub struct AsOfRow {
    /// As the first release typed it.
    pub as_of: DateKey,
    /// Its first and last day.
    pub span: Span,
    /// The releases, in the order they became public.
    pub releases: Vec<Release>,
}

/// One figure as it became public.
#[derive(Clone, Debug)]
pub struct Release {
    /// What was said.
    pub value: Value,
    /// The figure.
    pub seq: Seq,
    /// When it became public.
    pub published: Published,
    /// Days from the last day of the as-of to the (last) day of publication; below zero for what was announced before.
    pub lag_days: i32,
    /// Against the last release before it that is not parallel; `None` for the first and for a parallel one.
    pub revision: Option<Revision>,
    /// It stands beside another one and revises nothing.
    pub parallel: bool,
    /// Every record of it was passed on by someone else.
    pub relayed: bool,
    /// The withdrawal by which its reporter took it back.
    pub withdrawn: Option<Seq>,
}

/// How a release differs from the one before it.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The later value minus the earlier one, by interval arithmetic; or why there is none.
    pub size: Result<Interval, NoValue>,
    /// Which way it went; `None` where there is no size.
    pub direction: Option<Direction>,
    /// Both values are bare numbers.
    pub exact: bool,
    /// Days between the two publications.
    pub days: i32,
}

/// Which way a revision went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Everything the later value allows is above everything the earlier one allowed.
    Up,
    /// Everything the later value allows is below everything the earlier one allowed.
    Down,
    /// Both allow the same numbers.
    Same,
    /// Some number fits both, so nobody can say.
    Overlapping,
}

/// A figure that is no release.
#[derive(Clone, Debug)]
pub struct Apart {
    /// What was said.
    pub value: Value,
    /// The figure.
    pub seq: Seq,
    /// What it is about, where known.
    pub as_of: Option<DateKey>,
    /// When it became public, where known.
    pub published: Option<Published>,
    /// Why it is no release.
    pub why: Reason,
}

/// Why a figure is no release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The recorder doubts every record of it.
    Doubted,
    /// It has no as-of with a last day.
    Undated,
    /// It has no date of publication.
    Unpublished,
}

/// Which releases of each as-of are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Every one.
    #[default]
    All,
    /// The release with this number, from 1.
    Nth(u32),
    /// The one of [`AsOfRow::latest`].
    Latest,
}

impl Direction {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
            Direction::Same => "same",
            Direction::Overlapping => "overlapping",
        }
    }

    /// From a value to a later one, whose difference is `size`.
    fn of(earlier: &Interval, later: &Interval, size: &Interval) -> Direction {
        let ends = |value: &Interval| {
            let (low, high) = (value.low().cloned(), value.high().cloned());
            (low, value.low_open(), high, value.high_open())
        };
        if ends(earlier) == ends(later) {
            Direction::Same
        } else if size.is_above_zero() {
            Direction::Up
        } else if size.is_below_zero() {
            Direction::Down
        } else {
            Direction::Overlapping
        }
    }
}

impl Reason {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Doubted => "doubted",
            Reason::Undated => "undated",
            Reason::Unpublished => "unpublished",
        }
    }
}

impl AsOfRow {
    /// The releases, each with its number from 1.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &Release)> {
        (1..).zip(&self.releases)
    }

    /// The number of the last release that is neither withdrawn nor parallel; where there is none, of the last.
    pub fn latest(&self) -> u32 {
        let stands = |release: &Release| release.withdrawn.is_none() && !release.parallel;
        let last = self.releases.iter().rposition(stands).unwrap_or(self.releases.len() - 1);
        last as u32 + 1
    }

    /// The releases that are asked for, each with its number from 1.
    pub fn wanted(&self, wanted: Wanted) -> impl Iterator<Item = (u32, &Release)> {
        let latest = self.latest();
        self.numbered().filter(move |(number, _)| match wanted {
            Wanted::All => true,
            Wanted::Nth(nth) => *number == nth,
            Wanted::Latest => *number == latest,
        })
    }
}

/// The triangles of the series that `wanted` picks, in the order of the figures' table: by the ids they name.
///
/// What the clocks leave out is in no triangle; one without any figure is left out.
pub fn triangles(
    resolver: &Resolver<'_>,
    wanted: impl Fn(&Series) -> bool,
) -> impl Iterator<Item = Triangle> {
    let state = resolver.state();
    let mut keys =
        crate::answer::in_order(state).into_iter().filter(move |key| wanted(state.series(*key))).peekable();
    // Series that differ by their period only stand together and are one triangle.
    let family = |key: &SeriesKey| Series { period: None, ..*state.series(*key) };
    std::iter::from_fn(move || {
        let first = keys.next()?;
        let mut figures = with_parallels(resolver.resolve(first));
        while let Some(next) = keys.next_if(|next| family(next) == family(&first)) {
            figures.append(&mut with_parallels(resolver.resolve(next)));
        }
        let minimum = state.indicators().row(state.series(first).indicator).minimum();
        Some(triangle(first, &figures, minimum))
    })
    .filter(|triangle| !triangle.rows.is_empty() || !triangle.apart.is_empty())
}

/// The figures of a series, each with whether it stands beside a preferred one for the same as-of.
fn with_parallels(resolved: Resolved) -> Vec<(Figure, bool)> {
    let parallel = |figure: &Figure| match figure.standing {
        Standing::Parallel { beside } => resolved.figures[beside].span == figure.span,
        _ => false,
    };
    let parallel: Vec<bool> = resolved.figures.iter().map(parallel).collect();
    resolved.figures.into_iter().zip(parallel).collect()
}

/// A figure that is a release, with the dates that make it one.
struct Released<'f> {
    span: Span,
    as_of: DateKey,
    published: Published,
    parallel: bool,
    figure: &'f Figure,
}

fn triangle(series: SeriesKey, figures: &[(Figure, bool)], minimum: Option<Decimal>) -> Triangle {
    let mut apart = Vec::new();
    let mut released = Vec::new();
    for (figure, parallel) in figures.iter().filter(|(figure, _)| figure.standing != Standing::LeftOut) {
        match placed(figure) {
            Ok((span, as_of, published)) => {
                released.push(Released { span, as_of, published, parallel: *parallel, figure });
            }
            Err(why) => apart.push(Apart {
                value: figure.value,
                seq: figure.seq,
                as_of: figure.as_of,
                published: figure.published,
                why,
            }),
        }
    }
    apart.sort_unstable_by_key(|figure| figure.seq);
    released.sort_unstable_by_key(|release| {
        (release.span, release.published.public_from(), release.parallel, release.figure.seq)
    });
    let same_as_of = released.chunk_by(|a, b| a.span == b.span);
    Triangle { series, rows: same_as_of.map(|chunk| row(chunk, minimum)).collect(), apart }
}

/// Where a release belongs, or why a figure is none.
fn placed(figure: &Figure) -> Result<(Span, DateKey, Published), Reason> {
    if figure.doubted {
        return Err(Reason::Doubted);
    }
    let (span, as_of) = figure.span.zip(figure.as_of).ok_or(Reason::Undated)?;
    Ok((span, as_of, figure.published.ok_or(Reason::Unpublished)?))
}

fn row(released: &[Released<'_>], minimum: Option<Decimal>) -> AsOfRow {
    let Released { span, as_of, .. } = released[0];
    let mut releases: Vec<Release> = Vec::with_capacity(released.len());
    let mut before: Option<usize> = None;
    for Released { published, parallel, figure, .. } in released {
        let withdrawn = match figure.standing {
            Standing::Withdrawn { by } => Some(by),
            _ => None,
        };
        let revised = before.map(|at| &releases[at]);
        // Of two that were public at once neither is the later word, also once a third has revised both.
        let parallel = *parallel
            || revised.is_some_and(|before| before.published.public_from() == published.public_from());
        let revision = revised.filter(|_| !parallel);
        let revision = revision.map(|before| Revision::new(before, &figure.value, *published, minimum));
        if !parallel {
            before = Some(releases.len());
        }
        releases.push(Release {
            value: figure.value,
            seq: figure.seq,
            published: *published,
            lag_days: days(span.1, published.last_day()),
            revision,
            parallel,
            relayed: figure.weak,
            withdrawn,
        });
    }
    AsOfRow { as_of, span, releases }
}

impl Revision {
    fn new(before: &Release, value: &Value, published: Published, minimum: Option<Decimal>) -> Revision {
        let both = || Ok((before.value.interval(minimum)?, value.interval(minimum)?));
        let (size, direction) = match both() {
            Ok((earlier, later)) => {
                let size = later.sub(&earlier);
                let direction = size.as_ref().ok().map(|size| Direction::of(&earlier, &later, size));
                (size, direction)
            }
            Err(why) => (Err(why), None),
        };
        let exact = before.value.is_exact() && value.is_exact();
        Revision { size, direction, exact, days: days(before.published.last_day(), published.last_day()) }
    }
}

fn days(from: Day, to: Day) -> i32 {
    to.number() - from.number()
}

#[cfg(test)]
mod tests;
