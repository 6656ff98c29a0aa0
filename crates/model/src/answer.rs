//! The current figures and headlines on the clocks asked, computed once for every command and export that shows them.

mod order;
pub(crate) mod threads;

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::OnceLock;

use hashbrown::HashMap;

use crate::clock::{Clocks, LeftOut};
use crate::event::Seq;
use crate::headline::{Headline, headlines};
use crate::resolve::{Figure, Grouped, Latest, Resolver, Scratch, sizes};
use crate::state::State;
use crate::state::key::{Key, SeriesKey};
use crate::state::record::Record;

pub use order::in_order;

/// How many parts of the series each thread gets: only the records of a part are grouped at a time.
const PARTS: usize = 4;

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

/// Answers on one state and one set of clocks.
pub struct Answers<'s> {
    resolver: Resolver<'s>,
    current: Vec<Kept>,
    /// The current figures that are not just what their first records say, by their series.
    figures: HashMap<SeriesKey, Figure>,
    /// Of the current figures, by their series.
    disputes: HashMap<SeriesKey, Vec<Seq>>,
    left_out: LeftOut,
    headlines: OnceLock<Vec<Headline>>,
}

impl<'s> Answers<'s> {
    /// Resolves every series of `state` on `clocks`.
    ///
    /// `later_recorded` is how many events the replay left out for the recorded clock.
    pub fn new(state: &'s State, clocks: &Clocks, later_recorded: u64) -> Self {
        Answers::on_threads(state, clocks, later_recorded, NonZeroUsize::MIN)
    }

    /// The same on several threads; nothing depends on their number.
    pub fn on_threads(state: &'s State, clocks: &Clocks, later_recorded: u64, threads: NonZeroUsize) -> Self {
        let resolver = Resolver::new(state, clocks);
        let all = in_order(state);
        let (places, sizes) = (places(&all), sizes(state));
        let mut kept: Vec<Option<Kept>> = vec![None; all.len()];
        let size = all.len().div_ceil(threads.get() * PARTS).max(1);
        let parts = all.chunks(size).zip(kept.chunks_mut(size)).enumerate();
        let parts = threads::each(threads, parts, |(at, (series, kept))| {
            let place = |key: SeriesKey| {
                (places[key.index()] as usize).checked_sub(at * size).filter(|at| *at < series.len())
            };
            let sizes = series.iter().map(|key| sizes[key.index()]);
            Part::resolve(&resolver, series, &Grouped::new(state, sizes, place), kept)
        });
        let withheld = state.withheld().len() as u64;
        let mut left_out = LeftOut { later_recorded, withheld, ..LeftOut::default() };
        let (mut disputes, mut figures) = (HashMap::new(), HashMap::new());
        for part in parts {
            left_out.add(part.left_out);
            disputes.extend(part.disputes);
            figures.extend(part.figures);
        }
        #[expect(clippy::filter_map_identity, reason = "unlike flatten, this needs no second list")]
        let current = kept.into_iter().filter_map(|kept| kept).collect();
        Answers { resolver, current, figures, disputes, left_out, headlines: OnceLock::new() }
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
        self.current.iter().map(|kept| self.shown(*kept))
    }

    /// The figure at this place in [`Answers::figures`].
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn figure(&self, at: usize) -> CurrentFigure<'_> {
        self.shown(self.current[at])
    }

    /// The series of the figure at this place, for those who ask for no more.
    ///
    /// # Panics
    ///
    /// As [`Answers::figure`].
    pub fn series_of(&self, at: usize) -> SeriesKey {
        self.current[at].series(self.state())
    }

    /// The series of all figures, in order.
    pub fn series(&self) -> impl ExactSizeIterator<Item = SeriesKey> + Clone {
        self.current.iter().map(|kept| kept.series(self.state()))
    }

    fn shown(&self, kept: Kept) -> CurrentFigure<'_> {
        let first = self.state().records().record(kept.first);
        let series = first.series;
        CurrentFigure {
            series,
            figure: self.figures.get(&series).copied().unwrap_or_else(|| self.resolver.alone(&first)),
            first,
            records: kept.records.get() as usize,
            disputes: self.disputes.get(&series).map_or(&[], Vec::as_slice),
        }
    }

    /// What the clocks left out.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The headlines: those of counted indicators in the order of [`Answers::figures`], then derived ones.
    pub fn headlines(&self) -> &[Headline] {
        self.headlines.get_or_init(|| headlines(self))
    }
}

/// A current figure in few bytes.
#[derive(Clone, Copy, Debug)]
struct Kept {
    /// The event that made its first record.
    first: Seq,
    records: NonZeroU32,
}

impl Kept {
    fn series(self, state: &State) -> SeriesKey {
        state.records().record(self.first).series
    }
}

/// For each series, its place among `all` of them.
fn places(all: &[SeriesKey]) -> Vec<u32> {
    let mut places = vec![0; all.len()];
    for (place, key) in (0..).zip(all) {
        places[key.index()] = place;
    }
    places
}

/// What came of some series that follow each other.
#[derive(Default)]
struct Part {
    left_out: LeftOut,
    /// Of the current figures that are disputed.
    disputes: Vec<(SeriesKey, Vec<Seq>)>,
    /// The current figures that are not just what their first records say.
    figures: Vec<(SeriesKey, Figure)>,
}

impl Part {
    /// Resolves the series and puts the current figure of each in its place in `kept`.
    fn resolve(
        resolver: &Resolver<'_>,
        series: &[SeriesKey],
        versions: &Grouped,
        kept: &mut [Option<Kept>],
    ) -> Self {
        let (mut part, mut scratch) = (Part::default(), Scratch::default());
        for (at, (key, kept)) in series.iter().zip(kept).enumerate() {
            let (latest, left_out) = resolver.latest(*key, versions.of(at), &mut scratch);
            part.left_out.add(left_out);
            *kept = latest.and_then(|latest| part.keep(*key, latest));
        }
        part
    }

    /// Keeps the current figure of a series.
    fn keep(&mut self, series: SeriesKey, latest: Latest) -> Option<Kept> {
        let Latest { first, records, figure, disputes } = latest;
        self.figures.extend(figure.map(|figure| (series, figure)));
        self.disputes.extend((!disputes.is_empty()).then_some((series, disputes)));
        Some(Kept { first, records: NonZeroU32::new(records)? })
    }
}
