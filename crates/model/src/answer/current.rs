//! The current figures of all series.

use std::num::{NonZeroU32, NonZeroUsize};

use hashbrown::HashMap;

use super::{in_order, threads};
use crate::clock::LeftOut;
use crate::event::Seq;
use crate::resolve::{Figure, Grouped, Latest, Resolver, Scratch, sizes};
use crate::state::State;
use crate::state::key::{Key, SeriesKey};

/// How many parts of the series each thread gets: only the records of a part are grouped at a time.
const PARTS: usize = 4;

/// The current figures of all series that have one, and what the clocks left out.
pub(super) struct Current {
    /// In the order of series.
    pub(super) kept: Vec<Kept>,
    /// Those that are not just what their first records say, by their series.
    pub(super) figures: HashMap<SeriesKey, Figure>,
    /// Those that are disputed, by their series.
    pub(super) disputes: HashMap<SeriesKey, Vec<Seq>>,
    /// In records.
    pub(super) left_out: LeftOut,
}

impl Current {
    /// Resolves every series.
    pub(super) fn new(resolver: &Resolver<'_>, threads: NonZeroUsize) -> Current {
        let state = resolver.state();
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
            Part::resolve(resolver, series, &Grouped::new(state, sizes, place), kept)
        });
        let (mut disputes, mut figures) = (HashMap::new(), HashMap::new());
        let mut left_out = LeftOut::default();
        for part in parts {
            left_out.add(part.left_out);
            disputes.extend(part.disputes);
            figures.extend(part.figures);
        }
        #[expect(clippy::filter_map_identity, reason = "unlike flatten, this needs no second list")]
        let kept = kept.into_iter().filter_map(|kept| kept).collect();
        Current { kept, figures, disputes, left_out }
    }
}

/// A current figure in few bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// The event that made its first record.
    pub(super) first: Seq,
    pub(super) records: NonZeroU32,
}

impl Kept {
    pub(super) fn series(self, state: &State) -> SeriesKey {
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
