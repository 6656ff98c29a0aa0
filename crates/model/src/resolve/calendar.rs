//! Days and moments as ranks: whole numbers in the order of what they stand for.
//!
//! A ledger has few dates beside its figures, and figures are compared by them again and again. So every distinct date
//! is read and sorted once, and a series is resolved by comparing whole numbers.

use crate::date::{Day, Instant};
use crate::state::key::{DateKey, Key, PublishedKey};
use crate::state::record::Record;
use crate::state::rows::span;
use crate::state::{Span, State};

/// A place in an order, counted from 1; 0, before all others, for what has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Rank(u32);

impl Rank {
    /// Of what has no place.
    pub(super) const NONE: Rank = Rank(0);

    fn of<T: Ord>(thing: &T, sorted: &[T]) -> Rank {
        let before = sorted.partition_point(|other| other < thing);
        Rank(
            u32::try_from(before + 1)
                .expect("there are not more dates than figures and sources, and these have keys"),
        )
    }

    pub(super) fn is_some(self) -> bool {
        self != Rank::NONE
    }

    /// A number in the same order.
    pub(super) fn number(self) -> u128 {
        self.0.into()
    }

    /// A number in the same order, but for what has no place: that comes last.
    pub(super) fn none_last(self) -> u128 {
        self.0.wrapping_sub(1).into()
    }
}

/// The ranks of a publication.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Publication {
    /// Of the moment it is surely public from.
    pub(super) from: Rank,
    /// Of its days, among those of all dates.
    pub(super) days: Rank,
}

/// The ranks of all dates of a state.
pub(super) struct Calendar {
    /// Last and first days: the later last day is the later one, then the later first day.
    days: Vec<(Day, Day)>,
    dates: Vec<Rank>,
    publications: Vec<Publication>,
    /// Of the sources, side by side.
    sources: Vec<Option<PublishedKey>>,
}

impl Calendar {
    pub(super) fn new(state: &State) -> Calendar {
        let turned = |(first, last): Span| (last, first);
        let dates = || state.dates.iter().map(|(_, date)| span(date).map(turned));
        let publications = || state.publications.iter().map(|(_, published)| published);
        let published = || publications().map(|published| (published.last_day(), published.first_day()));
        let days = sorted(dates().flatten().chain(published()));
        let moments: Vec<Instant> = sorted(publications().map(|published| published.public_from()));
        let rank = |days_of: (Day, Day)| Rank::of(&days_of, &days);
        let of_publication = |(published, days): (&crate::date::Published, _)| Publication {
            from: Rank::of(&published.public_from(), &moments),
            days: rank(days),
        };
        Calendar {
            dates: dates().map(|days| days.map_or(Rank::NONE, rank)).collect(),
            publications: publications().zip(published()).map(of_publication).collect(),
            sources: state.sources().keys().map(|key| state.sources().row(key).published).collect(),
            days,
        }
    }

    /// The rank of the days of a date; none of an open one.
    pub(super) fn date(&self, date: Option<DateKey>) -> Rank {
        date.map_or(Rank::NONE, |key| self.dates[key.index()])
    }

    /// When a record was published: its own date, else its source's.
    pub(super) fn published(&self, record: &Record) -> Option<PublishedKey> {
        record.published.or_else(|| self.sources[record.source?.index()])
    }

    pub(super) fn publication(&self, published: Option<PublishedKey>) -> Publication {
        published.map_or(Publication::default(), |key| self.publications[key.index()])
    }

    /// The last day of what has this rank.
    pub(super) fn last_day(&self, rank: Rank) -> Option<Day> {
        Some(self.days.get((rank.0 as usize).checked_sub(1)?)?.0)
    }

    /// First and last day of what has this rank.
    pub(super) fn span(&self, rank: Rank) -> Option<Span> {
        let (last, first) = *self.days.get((rank.0 as usize).checked_sub(1)?)?;
        Some((first, last))
    }
}

fn sorted<T: Ord>(things: impl Iterator<Item = T>) -> Vec<T> {
    let mut things: Vec<T> = things.collect();
    things.sort_unstable();
    things.dedup();
    things
}
