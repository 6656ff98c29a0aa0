//! What became of a version, and until when it held.

use recount_model::date::Instant;
use recount_model::event::Seq;
use recount_model::resolve::{Cause, Figure, OrderKey, Resolved, Standing};
use recount_model::state::State;
use recount_model::state::record::Record;

/// What became of a version.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fate {
    pub(super) status: &'static str,
    pub(super) cause: Option<&'static str>,
    /// The event that ended it.
    pub(super) by: Option<Seq>,
    /// The figure preferred to it, of which it is a parallel.
    pub(super) beside: Option<Seq>,
    pub(super) published_to: Option<Instant>,
    pub(super) recorded_to: Option<Instant>,
}

impl Fate {
    /// The fate of a version that is not in force; `None` for one that is.
    pub(super) fn of_replaced(state: &State, record: &Record) -> Option<Fate> {
        let (status, by) = end(state, record)?;
        Some(Fate {
            status,
            cause: Some(status),
            by: Some(by),
            recorded_to: state.recorded_at(by),
            ..Fate::default()
        })
    }
}

/// What the recorder did that ended a version.
fn end(state: &State, record: &Record) -> Option<(&'static str, Seq)> {
    let retraction = |seq| state.retraction_of(seq).map(|by| ("retracted", by));
    let stands = |seq: &Seq| *seq > record.version && state.retraction_of(*seq).is_none();
    let next = || state.corrections_of(record.original).find(stands).map(|by| ("corrected", by));
    let undone = if record.version != record.original { retraction(record.version) } else { None };
    undone.or_else(next).or_else(|| retraction(record.original))
}

/// Until when the figures of one series held: as soon as any later one was there.
pub(super) struct Ends {
    /// The places of the figures that end earlier ones, in ascending order.
    ranks: Vec<Rank>,
    /// For each of `ranks`, the earliest publication from there on.
    published: Vec<Option<Instant>>,
    /// For each of `ranks`, the earliest recording from there on.
    recorded: Vec<Option<Instant>>,
}

/// The place of a figure in its series: those that are neither relayed nor doubted stand above all others.
type Rank = (bool, OrderKey);

fn rank(figure: &Figure) -> Rank {
    (!figure.weak, figure.key())
}

impl Ends {
    pub(super) fn new(state: &State, resolved: &Resolved) -> Ends {
        let ends_others =
            |figure: &&Figure| matches!(figure.standing, Standing::Current | Standing::Superseded { .. });
        let mut order: Vec<&Figure> = resolved.figures.iter().filter(ends_others).collect();
        order.sort_unstable_by_key(|figure| rank(figure));
        Ends {
            ranks: order.iter().map(|figure| rank(figure)).collect(),
            published: earliest_from(order.iter().map(|figure| public_from(figure))),
            recorded: earliest_from(order.iter().map(|figure| state.recorded_at(figure.seq))),
        }
    }

    /// The fate of a record of a figure; `None` where the as-of clock leaves it out.
    pub(super) fn of_placed(
        &self,
        state: &State,
        resolved: &Resolved,
        figure: usize,
        record: &Record,
    ) -> Option<Fate> {
        let figure = &resolved.figures[figure];
        let mut fate = match figure.standing {
            Standing::LeftOut => return None,
            Standing::Current => Fate { status: "current", ..Fate::default() },
            Standing::Parallel { beside } => {
                let beside = Some(resolved.figures[beside].seq);
                return Some(Fate { status: "parallel", beside, ..Fate::default() });
            }
            Standing::Superseded { by, cause } => {
                let cause = match cause {
                    Cause::Newer => "newer",
                    Cause::Revised => "revised",
                };
                let by = &resolved.figures[by];
                let ended = (public_from(by), state.recorded_at(by.seq));
                self.ended("superseded", cause, by.seq, figure, ended)
            }
            Standing::Withdrawn { by } => {
                self.ended("withdrawn", "withdrawn", by, figure, withdrawn_at(state, by))
            }
        };
        // Nothing ends before it begins: a record that was outdated when it came was never the word of its series.
        let published =
            state.published(record.published, record.source).map(|published| published.public_from());
        let not_before = |from: Option<Instant>| move |to: Instant| to.max(from.unwrap_or(to));
        fate.published_to = fate.published_to.map(not_before(published));
        fate.recorded_to = fate.recorded_to.map(not_before(state.recorded_at(record.version)));
        Some(fate)
    }

    /// Ended by `by` at these moments, or before by any figure of higher rank.
    fn ended(
        &self,
        status: &'static str,
        cause: &'static str,
        by: Seq,
        figure: &Figure,
        (published, recorded): (Option<Instant>, Option<Instant>),
    ) -> Fate {
        let higher = self.ranks.partition_point(|other| *other <= rank(figure));
        let earliest = |all: &[Option<Instant>], own| earlier(own, all.get(higher).copied().flatten());
        Fate {
            status,
            cause: Some(cause),
            by: Some(by),
            beside: None,
            published_to: earliest(&self.published, published),
            recorded_to: earliest(&self.recorded, recorded),
        }
    }
}

fn public_from(figure: &Figure) -> Option<Instant> {
    figure.published.map(|published| published.public_from())
}

/// When a withdrawal was published and recorded.
fn withdrawn_at(state: &State, by: Seq) -> (Option<Instant>, Option<Instant>) {
    let row = state.withdrawals().find(by).map(|entry| &entry.row);
    let published = row.and_then(|row| state.published(row.published, row.source));
    (published.map(|published| published.public_from()), state.recorded_at(by))
}

/// The earlier of two moments, as far as they are known.
fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    a.into_iter().chain(b).min()
}

/// For each moment, the earliest one from there on.
fn earliest_from(moments: impl DoubleEndedIterator<Item = Option<Instant>>) -> Vec<Option<Instant>> {
    let mut earliest: Vec<Option<Instant>> = moments
        .rev()
        .scan(None, |least, moment| {
            *least = earlier(*least, moment);
            Some(*least)
        })
        .collect();
    earliest.reverse();
    earliest
}
