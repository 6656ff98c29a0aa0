//! From records to figures: which records are one figure, and which figure of a series is current.
//!
//! The rules are those of the design ("One figure, many records"), applied to one series at a time, so that an answer
//! never holds more than its own series and what it prints.

mod group;
mod grouped;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use crate::clock::{Clocks, LeftOut};
use crate::date::{Day, Instant, Published};
use crate::event::Seq;
use crate::state::key::{DateKey, Key, SeriesKey};
use crate::state::record::Record;
use crate::state::{Span, State, rows::span};
use crate::value::Value;

pub(crate) use grouped::Grouped;

/// Answers which figures there are, on the clocks asked.
pub struct Resolver<'s> {
    state: &'s State,
    clocks: Clocks,
    /// The versions of every series, once one is asked for by itself.
    versions: OnceLock<Grouped>,
    /// Visible withdrawals by the record they name.
    withdrawals: HashMap<Seq, Vec<Taken>>,
    /// Visible disputes by the record they name.
    disputes: HashMap<Seq, Vec<Seq>>,
}

/// A withdrawal as it acts on records.
#[derive(Clone, Copy, Debug)]
struct Taken {
    by: Seq,
    published: Option<Instant>,
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

/// A visible record in force, ready to be grouped.
#[derive(Clone, Copy, Debug)]
struct Claimed {
    version: Seq,
    seq: Seq,
    value: Value,
    as_of: Option<DateKey>,
    span: Option<Span>,
    published: Option<Published>,
    relayed: bool,
    doubted: bool,
    revises: Option<Seq>,
}

impl Claimed {
    fn public_from(&self) -> Option<Instant> {
        self.published.map(|published| published.public_from())
    }

    fn is_weak(&self) -> bool {
        self.relayed || self.doubted
    }
}

impl<'s> Resolver<'s> {
    /// A resolver over all series of `state`. The recorded clock was applied when `state` was built.
    pub fn new(state: &'s State, clocks: &Clocks) -> Self {
        let mut resolver = Resolver {
            state,
            clocks: clocks.clone(),
            versions: OnceLock::new(),
            withdrawals: HashMap::new(),
            disputes: HashMap::new(),
        };
        for entry in state.withdrawals.live() {
            let published = state.published(entry.row.published, entry.row.source);
            if resolver.is_public(published) {
                let taken =
                    Taken { by: entry.seq, published: published.map(|published| published.public_from()) };
                resolver.withdrawals.entry(entry.row.target).or_default().push(taken);
            }
        }
        for entry in state.disputes.live() {
            if resolver.is_public(state.published(entry.row.published, entry.row.source)) {
                resolver.disputes.entry(entry.row.target).or_default().push(entry.seq);
            }
        }
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
        let all = || Grouped::new(self.state, self.state.series_count(), |key| Some(key.index()));
        self.versions.get_or_init(all).of(series.index())
    }

    /// The disputes of a figure that has these records, in order of events.
    pub fn disputes(&self, versions: impl Iterator<Item = Seq>) -> Vec<Seq> {
        if self.disputes.is_empty() {
            return Vec::new();
        }
        let records = &self.state.records;
        let targets = versions.map(|version| records.record(version).original);
        let mut found: Vec<Seq> =
            targets.filter_map(|seq| self.disputes.get(&seq)).flatten().copied().collect();
        found.sort_unstable();
        found
    }

    /// The figures of one series.
    pub fn resolve(&self, series: SeriesKey) -> Resolved {
        self.resolve_versions(self.versions(series))
    }

    /// The figures of the series that has these versions.
    pub(crate) fn resolve_versions(&self, versions: &[Seq]) -> Resolved {
        let mut left_out = LeftOut::default();
        let claims = self.visible(versions, &mut left_out);
        let (kept, taken) = self.split_withdrawn(claims);
        let mut resolved = group::figures(kept);
        resolved.left_out = left_out;
        for (claims, by) in taken {
            group::append_withdrawn(&mut resolved, &claims, by);
        }
        self.leave_out_by_as_of(&mut resolved);
        group::settle(&mut resolved);
        resolved
    }

    fn visible(&self, versions: &[Seq], left_out: &mut LeftOut) -> Vec<Claimed> {
        let records = &self.state.records;
        let mut claims = Vec::with_capacity(versions.len());
        for record in versions.iter().map(|version| records.record(*version)) {
            if !record.is_in_force() {
                continue;
            }
            let published = self.state.published(record.published, record.source);
            if self.is_public(published) {
                claims.push(self.claimed(&record, published.copied()));
            } else if published.is_some() {
                left_out.later_published += 1;
            } else {
                left_out.unpublished += 1;
            }
        }
        claims
    }

    fn claimed(&self, record: &Record, published: Option<Published>) -> Claimed {
        Claimed {
            version: record.version,
            seq: record.original,
            value: self.state.records.value(record),
            as_of: record.as_of,
            span: record.as_of.and_then(|key| span(self.state.dates.get(key))),
            published,
            relayed: record.relayed_by.is_some(),
            doubted: record.is_doubted(),
            revises: record.revises,
        }
    }

    /// The current figure that has this record and no other.
    pub(crate) fn alone(&self, record: &Record) -> Figure {
        let published = self.state.published(record.published, record.source);
        group::figure(&self.claimed(record, published.copied()), Standing::Current)
    }

    /// Takes withdrawn records out; each withdrawal takes back the records of one figure published no later.
    fn split_withdrawn(&self, mut claims: Vec<Claimed>) -> (Vec<Claimed>, Vec<(Vec<Claimed>, Seq)>) {
        let mut withdrawals: Vec<(Seq, Taken)> = Vec::new();
        if !self.withdrawals.is_empty() {
            let named =
                claims.iter().filter_map(|claim| Some((claim.seq, self.withdrawals.get(&claim.seq)?)));
            withdrawals = named.flat_map(|(seq, list)| list.iter().map(move |taken| (seq, *taken))).collect();
        }
        withdrawals.sort_unstable_by_key(|(_, taken)| taken.by);
        if withdrawals.is_empty() {
            return (claims, Vec::new());
        }
        let grouped = group::figures(claims.clone());
        let figure_of: HashMap<Seq, u32> =
            grouped.records.iter().map(|placed| (placed.version, placed.figure)).collect();
        let by_seq: HashMap<Seq, u32> =
            claims.iter().map(|claim| (claim.seq, figure_of[&claim.version])).collect();
        let mut of_figure: HashMap<u32, Vec<Taken>> = HashMap::new();
        for (target, withdrawal) in withdrawals {
            of_figure.entry(by_seq[&target]).or_default().push(withdrawal);
        }
        let taken_by = |claim: &Claimed| {
            let withdrawals = of_figure.get(&figure_of[&claim.version])?;
            withdrawals.iter().find(|withdrawal| withdrawal.takes(claim)).map(|withdrawal| withdrawal.by)
        };
        let mut taken: BTreeMap<(u32, Seq), Vec<Claimed>> = BTreeMap::new();
        claims.retain(|claim| match taken_by(claim) {
            Some(by) => {
                taken.entry((figure_of[&claim.version], by)).or_default().push(*claim);
                false
            }
            None => true,
        });
        (claims, taken.into_iter().map(|((_, by), claims)| (claims, by)).collect())
    }

    fn leave_out_by_as_of(&self, resolved: &mut Resolved) {
        let Some(asked) = self.clocks.as_of else { return };
        let mut left_out = resolved.left_out;
        for (at, figure) in resolved.figures.iter_mut().enumerate() {
            let records =
                resolved.records.iter().filter(|placed| placed.figure as usize == at).count() as u64;
            match figure.effective_day() {
                Some(day) if day <= asked.last_day() => continue,
                Some(_) => left_out.later_as_of += records,
                None => left_out.undated += records,
            }
            figure.standing = Standing::LeftOut;
        }
        resolved.left_out = left_out;
    }
}

impl Taken {
    /// Whether this withdrawal takes back `claim`: everything published no later, and what has no date to be later.
    fn takes(&self, claim: &Claimed) -> bool {
        match (claim.public_from(), self.published) {
            (Some(claimed), Some(withdrawn)) => claimed <= withdrawn,
            _ => claim.seq < self.by,
        }
    }
}

#[cfg(test)]
mod tests;
