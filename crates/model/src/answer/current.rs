//! The current figures of all series.

use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;

use hashbrown::HashMap;

use super::{in_order, threads};
use crate::clock::LeftOut;
use crate::event::Seq;
use crate::resolve::{Figure, Grouped, Latest, Resolver, Scratch, parts, sizes};
use crate::state::key::{Key, SeriesKey};

/// At most so many records are grouped at a time by each thread, but for those of one series: they take 4 MiB.
const PART: usize = 1 << 20;

/// What is kept of records lies all over a large state. That of the records of so many series is looked up at once: several looks
/// that do not depend on each other take the time of one.
const AHEAD: usize = 64;

/// Each thread gets at least so many parts, so that none waits long for the others.
const PARTS: usize = 4;

/// The current figures of all series that have one, and what the clocks left out.
pub(super) struct Current {
    /// The series that have one, in the order of rows.
    pub(super) series: Vec<SeriesKey>,
    /// The current figures, by the keys of their series.
    kept: Vec<Option<Kept>>,
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
        let sizes = sizes(state);
        let most = PART.min(state.event_count() / (threads.get() * PARTS));
        let parts = threads::each(threads, parts(&sizes, most).into_iter(), |keys| {
            let versions = Grouped::part(state, keys.clone(), &sizes[keys.clone()]);
            Part::resolve(resolver, keys, &versions)
        });
        let (mut disputes, mut figures) = (HashMap::new(), HashMap::new());
        let mut left_out = LeftOut::default();
        drop(sizes);
        let mut kept = Vec::with_capacity(state.series_count());
        for part in parts {
            kept.extend(part.kept);
            left_out.add(part.left_out);
            disputes.extend(part.disputes);
            figures.extend(part.figures);
        }
        let mut series = in_order(state);
        series.retain(|key| kept[key.index()].is_some());
        Current { series, kept, figures, disputes, left_out }
    }

    /// The current figure of one of the series that have one.
    pub(super) fn kept(&self, series: SeriesKey) -> Kept {
        self.kept[series.index()].expect("series without a current figure were left out")
    }
}

/// A current figure in few bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// The event that made its first record.
    pub(super) first: Seq,
    pub(super) records: NonZeroU32,
}

/// What came of some series that follow each other.
#[derive(Default)]
struct Part {
    /// By the keys of the series.
    kept: Vec<Option<Kept>>,
    left_out: LeftOut,
    /// Of the current figures that are disputed.
    disputes: Vec<(SeriesKey, Vec<Seq>)>,
    /// The current figures that are not just what their first records say.
    figures: Vec<(SeriesKey, Figure)>,
}

impl Part {
    /// Resolves the series with these keys.
    fn resolve(resolver: &Resolver<'_>, keys: Range<usize>, grouped: &Grouped) -> Self {
        let (mut part, mut scratch, mut ahead) = (Part::default(), Scratch::default(), Vec::new());
        for start in (0..keys.len()).step_by(AHEAD) {
            let some = start..keys.len().min(start + AHEAD);
            ahead.clear();
            resolver.state().records().gather(grouped.of_all(some.clone()), &mut ahead);
            let mut rest = &*ahead;
            for at in some {
                let versions = rest.split_off(..grouped.of(at).len()).unwrap_or_default();
                let key = SeriesKey::from_index(keys.start + at);
                let (latest, left_out) = resolver.latest(key, versions, &mut scratch);
                part.left_out.add(left_out);
                let kept = latest.and_then(|latest| part.keep(key, latest));
                part.kept.push(kept);
            }
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
