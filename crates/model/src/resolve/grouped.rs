//! The versions of claims by their series.

use crate::event::Seq;
use crate::state::State;
use crate::state::key::SeriesKey;

/// The versions of some series, in order of events within each.
pub(crate) struct Grouped {
    versions: Vec<Seq>,
    /// Where the versions of each series start.
    starts: Vec<u32>,
}

impl Grouped {
    /// Groups the versions of as many series as `count`; `place` is their number here, `None` for any other series. The records
    /// are gone through twice: it is cheaper to group parts of the series one after the other than to hold all in memory.
    pub(crate) fn new(state: &State, count: usize, place: impl Fn(SeriesKey) -> Option<usize>) -> Grouped {
        let mut starts = vec![0u32; count + 1];
        for at in state.records().series().filter_map(|(_, key)| place(key)) {
            starts[at + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut versions = vec![0; starts[count] as usize];
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
