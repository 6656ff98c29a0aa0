//! The versions of claims by their series.

use std::ops::Range;

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

/// The keys of all series, whose sizes are given, in parts of about `most` versions, or those of one series.
pub(crate) fn parts(sizes: &[u32], most: usize) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut versions) = (Vec::new(), 0, 0);
    for (key, size) in sizes.iter().enumerate() {
        if versions > 0 && versions + *size as usize > most {
            parts.push(start..key);
            (start, versions) = (key, 0);
        }
        versions += *size as usize;
    }
    parts.push(start..sizes.len());
    parts
}

impl Grouped {
    /// Groups the versions of all series, by their keys.
    pub(crate) fn all(state: &State) -> Self {
        Grouped::new(&sizes(state), 0, state.records().series())
    }

    /// Groups the versions of the series with these keys, each of which has its size. All records are gone through: it is cheaper
    /// to group parts of the series one after the other than to hold all in memory.
    pub(crate) fn part(state: &State, keys: Range<usize>, sizes: &[u32]) -> Self {
        Grouped::new(sizes, keys.start, state.records().versions_of(keys))
    }

    /// Groups the versions of series that have these sizes, from the one with this key on.
    fn new(sizes: &[u32], first: usize, versions: impl Iterator<Item = (Seq, SeriesKey)>) -> Self {
        let mut end = 0;
        let mut starts = vec![0];
        starts.extend(sizes.iter().map(|size| {
            end += size;
            end
        }));
        let mut next = starts.clone();
        let mut grouped = vec![0; end as usize];
        for (version, key) in versions {
            let next = &mut next[key.index() - first];
            grouped[*next as usize] = version;
            *next += 1;
        }
        Grouped { versions: grouped, starts }
    }

    /// The versions of series number `at`.
    pub(crate) fn of(&self, at: usize) -> &[Seq] {
        self.of_all(at..at + 1)
    }

    /// The versions of series that follow each other.
    pub(crate) fn of_all(&self, series: Range<usize>) -> &[Seq] {
        &self.versions[self.starts[series.start] as usize..self.starts[series.end] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_not_too_large_but_for_large_series() {
        assert_eq!(parts(&[3, 1, 1, 9, 0, 2, 2], 4), [0..2, 2..3, 3..4, 4..7]);
        assert_eq!((parts(&[], 4).pop(), parts(&[0, 0], 4).pop()), (Some(0..0), Some(0..2)));
    }
}
