//! The current figures and headlines on the clocks asked, computed once for every command and export that shows them.

mod kept;
mod order;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use crate::clock::{Clocks, LeftOut};
use crate::event::Seq;
use crate::headline::{Headline, headlines};
use crate::resolve::{Figure, Resolved, Resolver};
use crate::state::State;
use crate::state::key::SeriesKey;
use crate::state::record::Record;
use kept::Kept;

pub use order::in_order;

/// Series that a thread takes at once.
const SERIES: usize = 256;

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
    figures: Vec<Kept>,
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
        Answers::watched(state, clocks, later_recorded, threads, |_, _| ()).0
    }

    /// As [`Answers::on_threads`], and shows each series to `watch` as it is resolved: for questions about figures that are
    /// not current, which need no second pass. What it gives comes in the order of [`Answers::figures`].
    pub fn watched<T: Send>(
        state: &'s State,
        clocks: &Clocks,
        later_recorded: u64,
        threads: NonZeroUsize,
        watch: impl Fn(SeriesKey, &Resolved) -> T + Sync,
    ) -> (Self, Vec<T>) {
        let resolver = Resolver::new(state, clocks);
        let all = in_order(state);
        let mut kept: Vec<Option<Kept>> = vec![None; all.len()];
        let parts = Mutex::new(all.chunks(SERIES).zip(kept.chunks_mut(SERIES)).enumerate());
        let work = || {
            let mut done = Vec::new();
            // A poisoned lock: another thread panicked, and so will the scope.
            while let Some((at, (series, kept))) = parts.lock().unwrap_or_else(PoisonError::into_inner).next()
            {
                done.push((at, Part::resolve(&resolver, series, kept, &watch)));
            }
            done
        };
        let mut parts: Vec<(usize, Part<T>)> = thread::scope(|scope| {
            let others: Vec<_> = (1..threads.get()).map(|_| scope.spawn(work)).collect();
            let mut done = work();
            for other in others {
                done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            done
        });
        parts.sort_unstable_by_key(|(at, _)| *at);
        let withheld = state.withheld().len() as u64;
        let mut left_out = LeftOut { later_recorded, withheld, ..LeftOut::default() };
        let (mut disputes, mut seen) = (HashMap::new(), Vec::new());
        for (_, part) in parts {
            left_out.add(part.left_out);
            disputes.extend(part.disputes);
            seen.extend(part.seen);
        }
        let figures = kept.into_iter().flatten().collect();
        (Answers { resolver, figures, disputes, left_out, headlines: OnceLock::new() }, seen)
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
        self.figures.iter().map(|kept| self.current(kept))
    }

    /// The figure at this place in [`Answers::figures`].
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn figure(&self, at: usize) -> CurrentFigure<'_> {
        self.current(&self.figures[at])
    }

    /// The series of the figure at this place, for those who ask for no more.
    ///
    /// # Panics
    ///
    /// As [`Answers::figure`].
    pub fn series_of(&self, at: usize) -> SeriesKey {
        self.figures[at].series
    }

    /// The series of all figures, in order.
    pub fn series(&self) -> impl ExactSizeIterator<Item = SeriesKey> + Clone {
        self.figures.iter().map(|kept| kept.series)
    }

    fn current(&self, kept: &Kept) -> CurrentFigure<'_> {
        let (figure, first) = kept.figure(self.state());
        CurrentFigure {
            series: kept.series,
            figure,
            first,
            records: kept.records as usize,
            disputes: self.disputes.get(&kept.series).map_or(&[], Vec::as_slice),
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

/// What came of some series that follow each other.
struct Part<T> {
    left_out: LeftOut,
    /// Of the current figures that are disputed.
    disputes: Vec<(SeriesKey, Vec<Seq>)>,
    /// What the watcher made of each series.
    seen: Vec<T>,
}

impl<T> Part<T> {
    /// Resolves the series and puts the current figure of each in its place in `kept`.
    fn resolve(
        resolver: &Resolver<'_>,
        series: &[SeriesKey],
        kept: &mut [Option<Kept>],
        watch: impl Fn(SeriesKey, &Resolved) -> T,
    ) -> Self {
        let mut part = Part { left_out: LeftOut::default(), disputes: Vec::new(), seen: Vec::new() };
        for (key, kept) in series.iter().zip(kept) {
            let resolved = resolver.resolve(*key);
            part.left_out.add(resolved.left_out);
            part.seen.push(watch(*key, &resolved));
            let Some(at) = resolved.current else { continue };
            let disputes = resolver.disputes(resolved.records_of(at));
            part.disputes.extend((!disputes.is_empty()).then_some((*key, disputes)));
            *kept = Kept::new(resolver.state(), *key, &resolved, at);
        }
        part
    }
}
