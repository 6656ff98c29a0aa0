//! What acts on records and is none: withdrawals and disputes.

use super::Resolver;
use super::calendar::{Calendar, Rank};
use super::claims::Claimed;
use crate::event::Seq;
use crate::state::State;
use crate::state::key::{Key, PublishedKey, SeriesKey, SourceKey};

/// The visible withdrawals and disputes.
#[derive(Default)]
pub(super) struct Acts {
    /// By the record they name, then in order of events.
    withdrawals: Vec<(Seq, Taken)>,
    /// The same.
    disputes: Vec<(Seq, Seq)>,
    /// Which series have records that are named: nearly none, and the others need not look.
    named: Vec<Named>,
}

/// Whether records of a series are named.
#[derive(Clone, Copy, Default)]
struct Named {
    by_withdrawals: bool,
    by_disputes: bool,
}

/// A withdrawal as it acts on records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) by: Seq,
    published: Rank,
}

impl Taken {
    /// Whether this withdrawal takes back `claim`: everything published no later, and what has no date to be later.
    pub(super) fn takes(&self, claim: &Claimed) -> bool {
        if claim.public.is_some() && self.published.is_some() {
            claim.public <= self.published
        } else {
            claim.seq < self.by
        }
    }
}

impl Acts {
    pub(super) fn new(
        state: &State,
        calendar: &Calendar,
        is_public: impl Fn(Option<PublishedKey>, Option<SourceKey>) -> bool,
    ) -> Acts {
        let mut acts = Acts { named: vec![Named::default(); state.series_count()], ..Acts::default() };
        let series = |record: Seq| state.records.in_force(record).map(|record| record.series.index());
        for entry in state.withdrawals.live().filter(|entry| is_public(entry.row.published, entry.row.source))
        {
            let published = calendar.publication(state.published_key(entry.row.published, entry.row.source));
            let taken = Taken { by: entry.seq, published: published.from };
            acts.withdrawals.push((entry.row.target, taken));
            series(entry.row.target).into_iter().for_each(|at| acts.named[at].by_withdrawals = true);
        }
        for entry in state.disputes.live().filter(|entry| is_public(entry.row.published, entry.row.source)) {
            acts.disputes.push((entry.row.target, entry.seq));
            series(entry.row.target).into_iter().for_each(|at| acts.named[at].by_disputes = true);
        }
        // Each was pushed in order of events, and a stable sort leaves it so.
        acts.withdrawals.sort_by_key(|(record, _)| *record);
        acts.disputes.sort_by_key(|(record, _)| *record);
        acts
    }

    /// Whether a record of the series, as it is in force, may be withdrawn.
    pub(super) fn withdraw_in(&self, series: SeriesKey) -> bool {
        self.named[series.index()].by_withdrawals
    }

    /// Whether a record of the series, as it is in force, may be disputed.
    pub(super) fn dispute_in(&self, series: SeriesKey) -> bool {
        self.named[series.index()].by_disputes
    }

    /// The withdrawals that name a record, in order of events.
    pub(super) fn withdrawals_of(&self, record: Seq) -> impl Iterator<Item = Taken> {
        of(&self.withdrawals, record).copied()
    }

    /// The disputes that name a record, in order of events.
    pub(super) fn disputes_of(&self, record: Seq) -> impl Iterator<Item = Seq> {
        of(&self.disputes, record).copied()
    }
}

/// What stands behind `record` in a list sorted by records.
fn of<T>(list: &[(Seq, T)], record: Seq) -> impl Iterator<Item = &T> {
    let from = list.partition_point(|(named, _)| *named < record);
    list[from..].iter().take_while(move |(named, _)| *named == record).map(|(_, act)| act)
}

impl Resolver<'_> {
    /// The disputes of a figure that has these records, in order of events.
    pub fn disputes(&self, versions: impl Iterator<Item = Seq>) -> Vec<Seq> {
        if self.acts.disputes.is_empty() {
            return Vec::new();
        }
        let records = &self.state.records;
        let targets = versions.map(|version| records.record(version).original);
        let mut found: Vec<Seq> = targets.flat_map(|seq| self.acts.disputes_of(seq)).collect();
        found.sort_unstable();
        found
    }
}
