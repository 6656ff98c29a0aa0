//! The current figures and headlines on the clocks asked, computed once for every command and export that shows them.

mod current;
mod order;
pub(crate) mod threads;

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use crate::clock::{Clocks, LeftOut};
use crate::event::Seq;
use crate::headline::{Headline, headlines};
use crate::resolve::{Figure, Resolver};
use crate::state::State;
use crate::state::key::SeriesKey;
use crate::state::record::Record;

use current::Current;

pub use order::in_order;

/// The current figure of one series.
#[derive(Clone, Copy, Debug)]
pub struct CurrentFigure<'a> {
    /// The series.
    pub series: SeriesKey,
    /// The figure.
    pub figure: Figure,
    /// Its first record: the one whose source and wording are shown.
    pub first: Record,
    /// How many records say so.
    pub records: usize,
    /// The disputes of it, in order of events.
    pub disputes: &'a [Seq],
}

/// Answers on one state and one set of clocks. Series are resolved once somebody asks for what comes of it.
pub struct Answers<'s> {
    resolver: Resolver<'s>,
    later_recorded: u64,
    threads: NonZeroUsize,
    current: OnceLock<Current>,
    headlines: OnceLock<Vec<Headline>>,
}

impl<'s> Answers<'s> {
    /// Answers from every series of `state` on `clocks`.
    ///
    /// `later_recorded` is how many events the replay left out for the recorded clock.
    pub fn new(state: &'s State, clocks: &Clocks, later_recorded: u64) -> Self {
        Answers::on_threads(state, clocks, later_recorded, NonZeroUsize::MIN)
    }

    /// The same on several threads; nothing depends on their number.
    pub fn on_threads(state: &'s State, clocks: &Clocks, later_recorded: u64, threads: NonZeroUsize) -> Self {
        let resolver = Resolver::new(state, clocks);
        Answers { resolver, later_recorded, threads, current: OnceLock::new(), headlines: OnceLock::new() }
    }

    /// The state.
    pub fn state(&self) -> &'s State {
        self.resolver.state()
    }

    /// For going through the figures of a series.
    pub fn resolver(&self) -> &Resolver<'s> {
        &self.resolver
    }

    /// The clocks.
    pub fn clocks(&self) -> &Clocks {
        self.resolver.clocks()
    }

    /// The current figure of each series, ordered by indicator, place, breakdown, reporter (each by its id in byte
    /// order, absent first), start and period.
    pub fn figures(&self) -> impl ExactSizeIterator<Item = CurrentFigure<'_>> + Clone {
        self.series().map(|series| self.shown(series))
    }

    /// The figure at this place in [`Answers::figures`].
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn figure(&self, at: usize) -> CurrentFigure<'_> {
        self.shown(self.series_of(at))
    }

    /// The series of the figure at this place, for those who ask for no more.
    ///
    /// # Panics
    ///
    /// As [`Answers::figure`].
    pub fn series_of(&self, at: usize) -> SeriesKey {
        self.current().series[at]
    }

    /// The series of all figures, in order.
    pub fn series(&self) -> impl ExactSizeIterator<Item = SeriesKey> + Clone {
        self.current().series.iter().copied()
    }

    fn current(&self) -> &Current {
        self.current.get_or_init(|| Current::new(&self.resolver, self.threads))
    }

    fn shown(&self, series: SeriesKey) -> CurrentFigure<'_> {
        let current = self.current();
        let kept = current.kept(series);
        let first = self.state().records().record(kept.first);
        CurrentFigure {
            series,
            figure: current.figures.get(&series).copied().unwrap_or_else(|| self.resolver.alone(&first)),
            first,
            records: kept.records.get() as usize,
            disputes: current.disputes.get(&series).map_or(&[], Vec::as_slice),
        }
    }

    /// What the clocks left out.
    pub fn left_out(&self) -> LeftOut {
        let Clocks { as_of, published_by, .. } = self.clocks();
        // The recorded clock and erasure concern events; without another clock no record is left out.
        let of_records = match as_of.is_some() || published_by.is_some() {
            true => self.current().left_out,
            false => LeftOut::default(),
        };
        let withheld = self.state().withheld().len() as u64;
        LeftOut { later_recorded: self.later_recorded, withheld, ..of_records }
    }

    /// The headlines: those of counted indicators in the order of [`Answers::figures`], then derived ones.
    pub fn headlines(&self) -> &[Headline] {
        self.headlines.get_or_init(|| headlines(self))
    }
}
