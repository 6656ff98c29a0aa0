//! The records of one series that count, each in few words.

use super::Resolver;
use super::calendar::Rank;
use super::withdrawn::Withdrawn;
use crate::clock::LeftOut;
use crate::event::Seq;
use crate::state::key::{DateKey, PublishedKey, SeriesKey};
use crate::state::record::{Record, Word, Words};

/// A visible record in force, ready to be grouped: what is compared, and where the rest is to be found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claimed {
    pub(super) version: Seq,
    pub(super) seq: Seq,
    pub(super) value: Word,
    pub(super) as_of: Option<DateKey>,
    /// The days of `as_of`.
    pub(super) days: Rank,
    pub(super) published: Option<PublishedKey>,
    /// When `published` was surely public.
    pub(super) public: Rank,
    pub(super) relayed: bool,
    pub(super) doubted: bool,
    pub(super) revises: bool,
    /// The figure it is a record of, once it is grouped.
    pub(super) figure: u32,
}

impl Claimed {
    pub(super) fn new(resolver: &Resolver<'_>, record: &Record, words: &mut Words) -> Claimed {
        let state = resolver.state;
        let published = resolver.calendar.published(record);
        Claimed {
            version: record.version,
            seq: record.original,
            value: words.of(&state.records, record),
            as_of: record.as_of,
            days: resolver.calendar.date(record.as_of),
            published,
            public: resolver.calendar.publication(published).from,
            relayed: record.relayed_by.is_some(),
            doubted: record.is_doubted(),
            revises: record.revises.is_some(),
            figure: 0,
        }
    }

    pub(super) fn is_weak(&self) -> bool {
        self.relayed || self.doubted
    }

    /// The order in which records are placed, as one number: dated before undated, by as-of; then strong before weak;
    /// then by publication, unknown last; then as recorded.
    pub(super) fn turn(&self) -> u128 {
        let weak = u128::from(self.is_weak());
        self.days.none_last() << 65 | weak << 64 | self.public.none_last() << 32 | u128::from(self.seq)
    }
}

/// Memory for resolving one series after the other: nothing is allocated for a series that is no longer than those
/// before it.
#[derive(Default)]
pub struct Scratch {
    /// The records of the series, those of figures that were not withdrawn in the order they are placed in.
    pub(super) claims: Vec<Claimed>,
    pub(super) words: Words,
    /// The dated records of a series of which most are not read.
    dated: Vec<(Rank, Record)>,
    pub(super) groups: super::group::Groups,
    pub(super) withdrawn: Withdrawn,
}

impl Scratch {
    /// Reads those records of a series that are in force and visible.
    pub(super) fn read(&mut self, resolver: &Resolver<'_>, records: impl Iterator<Item = Record>) -> LeftOut {
        let mut left_out = LeftOut::default();
        self.claims.clear();
        self.words.begin();
        for record in records.filter(Record::is_in_force) {
            let claim = Claimed::new(resolver, &record, &mut self.words);
            if resolver.is_public_key(claim.published) {
                self.claims.push(claim);
            } else if claim.published.is_some() {
                left_out.later_published += 1;
            } else {
                left_out.unpublished += 1;
            }
        }
        left_out
    }

    /// Of a series whose records are given, reads the records of the current figure and of those for the same days, where
    /// these are all that matters; whether they are.
    ///
    /// In most series they are, and nothing need be known of other days: no clock leaves anything out, nothing is withdrawn or names
    /// what it revises, and what is undated became public before the latest days that its reporter spoke of, so that it is
    /// neither current nor says the current figure again.
    pub(super) fn read_latest(
        &mut self,
        resolver: &Resolver<'_>,
        series: SeriesKey,
        records: impl Iterator<Item = Record>,
    ) -> bool {
        let Resolver { calendar, clocks, .. } = resolver;
        if clocks.as_of.is_some() || clocks.published_by.is_some() || resolver.acts.withdraw_in(series) {
            return false;
        }
        let (mut latest, mut undated) = (Rank::NONE, Rank::NONE);
        self.dated.clear();
        for record in records.filter(Record::is_in_force) {
            let days = calendar.date(record.as_of);
            if record.revises.is_some() {
                return false;
            } else if !days.is_some() {
                let published = calendar.published(&record);
                if published.is_none() {
                    return false;
                }
                undated = undated.max(calendar.publication(published).days);
            } else {
                self.dated.push((days, record));
                latest = if record.is_weak() { latest } else { latest.max(days) };
            }
        }
        if !latest.is_some() || calendar.last_day(undated) >= calendar.last_day(latest) {
            return false;
        }
        self.claims.clear();
        self.words.begin();
        for (_, record) in self.dated.iter().filter(|(days, _)| *days == latest) {
            self.claims.push(Claimed::new(resolver, record, &mut self.words));
        }
        true
    }
}
