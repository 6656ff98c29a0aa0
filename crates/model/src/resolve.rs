//! From records to figures: which records are one figure, and which figure of a series is current.
//!
//! The rules are those of the design ("One figure, many records"), applied to one series at a time, so that an answer
//! never holds more than its own series and what it prints.

mod acts;
mod calendar;
mod claims;
mod group;
mod grouped;
mod withdrawn;

use std::sync::OnceLock;

use crate::clock::{Clocks, LeftOut};
use crate::date::{Day, Instant, Published};
use crate::event::Seq;
use crate::state::key::{DateKey, Key, PublishedKey, SeriesKey};
use crate::state::record::{Record, Version};
use crate::state::{Span, State};
use crate::value::Value;

use acts::Acts;
use calendar::Calendar;
use claims::Claimed;
use group::Draft;

pub use claims::Scratch;
pub(crate) use grouped::{Grouped, parts, sizes};

/// Answers which figures there are, on the clocks asked. Series can be resolved on several threads, each with a
/// [`Scratch`] of its own.
pub struct Resolver<'s> {
    state: &'s State,
    clocks: Clocks,
    calendar: Calendar,
    acts: Acts,
    /// The versions of every series, once one is asked for by itself.
    versions: OnceLock<Grouped>,
}

/// Place of a figure in its series: (effective day, later first day, dated before undated, published, seq).
///
/// The effective day is the last day of as-of, else the day of publication; a figure with neither sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey {
    /// Last and first day it is effective on.
    pub effective: Option<Span>,
    /// It has no as-of of its own.
    pub undated: bool,
    /// When it became public.
    pub published: Option<Instant>,
    /// Its sequence number.
    pub seq: Seq,
}

/// One figure: all records that say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The smallest sequence number of its records.
    pub seq: Seq,
    /// What was said; as its first record typed it.
    pub value: Value,
    /// The moment or period it is about.
    pub as_of: Option<DateKey>,
    /// First and last day of `as_of`.
    pub span: Option<Span>,
    /// The earliest publication among its records.
    pub published: Option<Published>,
    /// Every record of it is doubted.
    pub doubted: bool,
    /// Every record of it is doubted or relayed: it is current only where the series has no other.
    pub weak: bool,
    /// What became of it.
    pub standing: Standing,
}

/// What became of a figure on the clocks asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the current figure of its series.
    Current,
    /// Another figure took its place.
    Superseded {
        /// That figure's position among the figures of the series.
        by: usize,
        /// Why.
        cause: Cause,
    },
    /// It stands beside another figure for the same as-of that is preferred: a narrower one, or the first recorded.
    Parallel {
        /// That figure's position among the figures of the series.
        beside: usize,
    },
    /// Its reporter took it back.
    Withdrawn {
        /// The withdrawal.
        by: Seq,
    },
    /// It is about a later moment than the as-of clock asks for, or cannot be placed on it.
    LeftOut,
}

/// Why a figure was superseded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A figure about a later moment.
    Newer,
    /// The reporter's own later value for the same moment.
    Revised,
}

impl OrderKey {
    /// The day it counts for: the last day of as-of, else of publication.
    pub fn effective_day(&self) -> Option<Day> {
        self.effective.map(|(last, _)| last)
    }
}

impl Figure {
    /// Its place in its series.
    pub fn key(&self) -> OrderKey {
        let days = |published: Published| (published.last_day(), published.first_day());
        let effective = self.span.map(|(first, last)| (last, first)).or_else(|| self.published.map(days));
        OrderKey {
            effective,
            undated: self.span.is_none(),
            published: self.published.map(|published| published.public_from()),
            seq: self.seq,
        }
    }

    /// The day it counts for: the last day of as-of, else of publication.
    pub fn effective_day(&self) -> Option<Day> {
        self.key().effective_day()
    }
}

/// The figures of one series.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The figures, in no particular order.
    pub figures: Vec<Figure>,
    /// The visible records in force, each with its figure's position in `figures`.
    pub records: Vec<Placed>,
    /// Position of the current figure.
    pub current: Option<usize>,
    /// What the clocks left out.
    pub left_out: LeftOut,
}

/// A record and the figure it is a record of.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// The event that made it.
    pub version: Seq,
    /// Position in [`Resolved::figures`].
    pub figure: u32,
}

impl Resolved {
    /// The records of figure number `figure`.
    pub fn records_of(&self, figure: usize) -> impl Iterator<Item = Seq> {
        self.records
            .iter()
            .filter(move |placed| placed.figure as usize == figure)
            .map(|placed| placed.version)
    }
}

/// The current figure of a series, in as few words as it takes.
pub(crate) struct Latest {
    /// The event that made its first record.
    pub(crate) first: Seq,
    /// How many records say so.
    pub(crate) records: u32,
    /// The figure, where it is not just what its first record says.
    pub(crate) figure: Option<Figure>,
    /// The disputes of it, in order of events.
    pub(crate) disputes: Vec<Seq>,
}

impl<'s> Resolver<'s> {
    /// A resolver over all series of `state`. The recorded clock was applied when `state` was built.
    pub fn new(state: &'s State, clocks: &Clocks) -> Self {
        let acts = Acts::default();
        let calendar = Calendar::new(state);
        let mut resolver =
            Resolver { state, clocks: clocks.clone(), calendar, acts, versions: OnceLock::new() };
        resolver.acts = Acts::new(state, &resolver.calendar, |own, source| {
            resolver.is_public(state.published(own, source))
        });
        resolver
    }

    /// The state it answers from.
    pub fn state(&self) -> &'s State {
        self.state
    }

    /// The clocks it answers on.
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// Whether something with this publication date was public on the published clock asked.
    pub fn is_public(&self, published: Option<&Published>) -> bool {
        match (self.clocks.published_by, published) {
            (None, _) => true,
            (Some(by), Some(published)) => by.includes(published),
            (Some(_), None) => false,
        }
    }

    /// All records of a series, whether in force and visible or not, by the events that made them, in order.
    pub fn versions(&self, series: SeriesKey) -> &[Seq] {
        self.versions.get_or_init(|| Grouped::all(self.state)).of(series.index())
    }

    fn is_public_key(&self, published: Option<PublishedKey>) -> bool {
        self.clocks.published_by.is_none()
            || self.is_public(published.map(|key| self.state.publications.get(key)))
    }

    /// The figures of one series.
    pub fn resolve(&self, series: SeriesKey) -> Resolved {
        self.resolve_in(series, &mut Scratch::default())
    }

    /// The same, with memory that is used again.
    pub fn resolve_in(&self, series: SeriesKey, scratch: &mut Scratch) -> Resolved {
        let records = self.versions(series).iter().map(|version| self.state.records.record(*version));
        let left_out = self.group(series, records, scratch);
        let current = scratch.groups.settle(&self.calendar);
        let placed = |claim: &Claimed| Placed { version: claim.version, figure: claim.figure };
        Resolved {
            figures: scratch.groups.figures.iter().map(|figure| figure.figure(self)).collect(),
            records: scratch.claims.iter().map(placed).collect(),
            current,
            left_out,
        }
    }

    /// The current figure of the series that has these versions, and what the clocks left out.
    pub(crate) fn latest(
        &self,
        series: SeriesKey,
        versions: &[Version],
        scratch: &mut Scratch,
    ) -> (Option<Latest>, LeftOut) {
        let records = versions.iter().map(|version| self.state.records.read(series, *version));
        let left_out = match scratch.read_latest(self, series, records.clone()) {
            true => {
                scratch.groups.fill(self, &mut scratch.claims);
                LeftOut::default()
            }
            false => self.group(series, records, scratch),
        };
        let current = scratch.groups.current(&self.calendar);
        (current.and_then(|at| self.told(series, at, scratch)), left_out)
    }

    /// The current figure of a series that is grouped.
    fn told(&self, series: SeriesKey, at: usize, scratch: &Scratch) -> Option<Latest> {
        let records = || scratch.claims.iter().filter(|claim| claim.figure as usize == at);
        let first = records().min_by_key(|claim| claim.seq)?;
        let figure = &scratch.groups.figures[at];
        let is_told = figure.says_just(first);
        let disputes = match self.acts.dispute_in(series) {
            true => self.disputes(records().map(|claim| claim.version)),
            false => Vec::new(),
        };
        Some(Latest {
            first: first.version,
            records: records().count() as u32,
            figure: (!is_told).then(|| figure.figure(self)),
            disputes,
        })
    }

    /// Groups the records of a series; which figure is current is still to be found.
    fn group(
        &self,
        series: SeriesKey,
        records: impl Iterator<Item = Record>,
        scratch: &mut Scratch,
    ) -> LeftOut {
        let mut left_out = scratch.read(self, records);
        scratch.groups.fill(self, &mut scratch.claims);
        let are_withdrawn = self.acts.withdraw_in(series) && scratch.take_withdrawn(self);
        if are_withdrawn {
            scratch.groups.fill(self, &mut scratch.claims);
        }
        scratch.groups.apply_explicit_revisions(&self.state.records, &scratch.claims);
        if are_withdrawn {
            scratch.append_withdrawn();
        }
        self.leave_out_by_as_of(scratch, &mut left_out);
        left_out
    }

    fn leave_out_by_as_of(&self, scratch: &mut Scratch, left_out: &mut LeftOut) {
        let Some(asked) = self.clocks.as_of else { return };
        let day = |figure: &Draft| self.calendar.last_day(figure.effective(&self.calendar));
        let figures = &mut scratch.groups.figures;
        for claim in &scratch.claims {
            match day(&figures[claim.figure as usize]) {
                Some(day) if day <= asked.last_day() => {}
                Some(_) => left_out.later_as_of += 1,
                None => left_out.undated += 1,
            }
        }
        for figure in figures {
            if day(figure).is_none_or(|day| day > asked.last_day()) {
                figure.standing = Standing::LeftOut;
            }
        }
    }

    /// The current figure that has this record and no other.
    pub(crate) fn alone(&self, record: &Record) -> Figure {
        let published = self.calendar.published(record);
        Figure {
            seq: record.original,
            value: self.state.records.value(record),
            as_of: record.as_of,
            span: self.calendar.span(self.calendar.date(record.as_of)),
            published: published.map(|key| *self.state.publications.get(key)),
            doubted: record.is_doubted(),
            weak: record.is_weak(),
            standing: Standing::Current,
        }
    }
}

#[cfg(test)]
mod tests;
