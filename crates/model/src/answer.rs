//! The current figures and headlines on the clocks asked, computed once for every command and export that shows them.

use std::sync::OnceLock;

use crate::clock::{Clocks, LeftOut};
use crate::event::Seq;
use crate::headline::{Headline, headlines};
use crate::resolve::{Figure, Resolved, Resolver};
use crate::state::State;
use crate::state::key::{Key, SeriesKey};
use crate::state::record::Record;

/// The current figure of one series.
#[derive(Clone, Debug)]
pub struct CurrentFigure {
    /// The series.
    pub series: SeriesKey,
    /// The figure.
    pub figure: Figure,
    /// The event that made its first record: the one whose source and wording are shown.
    pub version: Seq,
    /// How many records say so.
    pub records: usize,
    /// The disputes of it, in order of events.
    pub disputes: Vec<Seq>,
}

/// Answers on one state and one set of clocks.
pub struct Answers<'s> {
    resolver: Resolver<'s>,
    figures: Vec<CurrentFigure>,
    left_out: LeftOut,
    headlines: OnceLock<Vec<Headline>>,
}

impl<'s> Answers<'s> {
    /// Resolves every series of `state` on `clocks`.
    ///
    /// `later_recorded` is how many events the replay left out for the recorded clock.
    pub fn new(state: &'s State, clocks: &Clocks, later_recorded: u64) -> Self {
        Answers::watched(state, clocks, later_recorded, |_, _| {})
    }

    /// As [`Answers::new`], and shows each series to `watch` as it is resolved, in the order of
    /// [`Answers::figures`]: for questions about figures that are not current, which need no second pass.
    pub fn watched(
        state: &'s State,
        clocks: &Clocks,
        later_recorded: u64,
        mut watch: impl FnMut(SeriesKey, &Resolved),
    ) -> Self {
        let resolver = Resolver::new(state, clocks);
        let withheld = state.withheld().len() as u64;
        let mut left_out = LeftOut { later_recorded, withheld, ..LeftOut::default() };
        let mut figures = Vec::new();
        for series in in_order(state) {
            let resolved = resolver.resolve(series);
            left_out.add(resolved.left_out);
            watch(series, &resolved);
            figures.extend(current(&resolver, series, &resolved));
        }
        Answers { resolver, figures, left_out, headlines: OnceLock::new() }
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
    pub fn figures(&self) -> &[CurrentFigure] {
        &self.figures
    }

    /// What the clocks left out.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The headlines: those of counted indicators in the order of [`Answers::figures`], then derived ones.
    pub fn headlines(&self) -> &[Headline] {
        self.headlines.get_or_init(|| headlines(self))
    }

    /// The record whose source and wording stand for a figure.
    pub fn first_record(&self, figure: &CurrentFigure) -> Record {
        self.state().records().record(figure.version)
    }
}

fn current(resolver: &Resolver<'_>, series: SeriesKey, resolved: &Resolved) -> Option<CurrentFigure> {
    let at = resolved.current?;
    let records = resolver.state().records();
    let version = resolved.records_of(at).min_by_key(|version| records.record(*version).original)?;
    Some(CurrentFigure {
        series,
        figure: resolved.figures[at].clone(),
        version,
        records: resolved.records_of(at).count(),
        disputes: resolver.disputes(resolved.records_of(at)),
    })
}

/// All series in the order of rows: by the ids they name, in byte order.
pub fn in_order(state: &State) -> Vec<SeriesKey> {
    let indicators = state.indicators().ranks();
    let places = state.places().ranks();
    let breakdowns = state.breakdowns.ranks();
    let reporters = state.reporters().ranks();
    let mut all: Vec<SeriesKey> = (0..state.series_count()).map(SeriesKey::from_index).collect();
    all.sort_by_cached_key(|key| {
        let series = state.series(*key);
        (
            indicators[series.indicator.index()],
            series.place.map(|place| places[place.index()]),
            series.breakdown.map(|breakdown| breakdowns[breakdown.index()]),
            reporters[series.reporter.index()],
            series.since,
            series.period,
        )
    });
    all
}
