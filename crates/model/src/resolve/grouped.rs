//! The versions of claims by their series.

use crate::event::Seq;
use crate::state::State;
use crate::state::key::{Key, SeriesKey};

/// The versions of some series, in order of events within each.
pub(crate) struct Grouped {
    versions: Vec<Seq>,
    /// Where the versions of each series start.
    starts: Vec<u32>,
}

/// How many versions each series has, by its key.
pub(crate) fn sizes(state: &State) -> Vec<u32> {
    let mut sizes = vec![0; state.series_count()];
    state.records().series().for_each(|(_, key)| sizes[key.index()] += 1);
    sizes
}

impl Grouped {
    /// Groups the versions of all series, by their keys.
    pub(crate) fn all(state: &State) -> Grouped {
        Grouped::new(state, sizes(state).into_iter(), |key| Some(key.index()))
    }

    /// Groups the versions of series of these sizes; `place` is their number here, `None` for any other series. All records
    /// are gone through: it is cheaper to group parts of the series one after the other than to hold all in memory.
    pub(crate) fn new(
        state: &State,
        sizes: impl Iterator<Item = u32>,
        place: impl Fn(SeriesKey) -> Option<usize>,
    ) -> Grouped {
        let mut end = 0;
        let mut starts = vec![0];
        starts.extend(sizes.map(|size| {
            end += size;
            end
        }));
        let mut next = starts.clone();
        let mut versions = vec![0; end as usize];
        for (version, key) in state.records().series() {
            let Some(at) = place(key) else { continue };
            versions[next[at] as usize] = version;
            next[at] += 1;
        }
        Grouped { versions, starts }
    }

    /// The versions of series number `at`.
    pub(crate) fn of(&self, at: usize) -> &[Seq] {
        &self.versions[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}
