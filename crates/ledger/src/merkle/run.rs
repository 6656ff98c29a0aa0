//! Leaves that follow each other somewhere in the tree, hashed before what stands to the left of them is known.

use super::{Frontier, Hash, node_hash};

/// Consecutive leaves and every perfect subtree of the whole tree that lies among them.
///
/// Which leaves are one subtree depends on where they stand, not on what the others are, so nearly all nodes of a long run can be
/// hashed on any thread at any time. What is left for [`Frontier::extend`] grows with the logarithm of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    first: u64,
    /// For each height, the lowest first: the index among all nodes of that height of the first one here, and the nodes.
    levels: Vec<(u64, Vec<Hash>)>,
}

impl Run {
    /// The run of `leaves` behind `first` others.
    #[must_use]
    pub fn new(first: u64, leaves: Vec<Hash>) -> Self {
        let mut levels = vec![(first, leaves)];
        while let Some((start, nodes)) = levels.last().filter(|(_, nodes)| nodes.len() > 1) {
            // A right node whose left one stands before the run is part of no subtree in it.
            let skipped = usize::from(!start.is_multiple_of(2));
            let pairs = nodes[skipped..].chunks_exact(2);
            let above = pairs.map(|pair| node_hash(&pair[0], &pair[1])).collect();
            levels.push((start.div_ceil(2), above));
        }
        Self { first, levels }
    }

    /// How many leaves it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.levels[0].1.len() as u64
    }

    /// Whether it has no leaf.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The root of a perfect subtree, if all its leaves are in the run.
    fn node(&self, height: u32, index: u64) -> Option<Hash> {
        let (start, nodes) = self.levels.get(height as usize)?;
        nodes.get(usize::try_from(index.checked_sub(*start)?).ok()?).copied()
    }
}

impl Frontier {
    /// Appends a run; nothing where it does not begin behind the last leaf.
    #[must_use]
    pub fn extend(&mut self, run: &Run) -> Option<()> {
        if run.is_empty() {
            return Some(());
        }
        (self.size == run.first).then_some(())?;
        self.extend_to(run.first + run.len(), run)
    }

    /// Appends the leaves of a run that are still missing, until there are `size`.
    pub(crate) fn extend_to(&mut self, size: u64, run: &Run) -> Option<()> {
        while self.size < size {
            let height = self.size.trailing_zeros().min((size - self.size).ilog2());
            self.push_subtree(height, run.node(height, self.size >> height)?, run);
        }
        Some(())
    }

    /// Appends a perfect subtree of `1 << height` leaves out of a run.
    fn push_subtree(&mut self, height: u32, root: Hash, run: &Run) {
        let mut node = root;
        for height in height..height + (self.size >> height).trailing_ones() {
            let left = self.peaks.pop().expect("there is a peak for each one bit of the size");
            let known = run.node(height + 1, self.size >> (height + 1));
            node = known.unwrap_or_else(|| node_hash(&left, &node));
        }
        self.peaks.push(node);
        self.size += 1 << height;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn leaves(from: u64, to: u64) -> Vec<Hash> {
        (from..to).map(|leaf| crate::merkle::leaf_hash(&leaf.to_be_bytes())).collect()
    }

    fn one_by_one(size: u64) -> Frontier {
        let mut frontier = Frontier::default();
        leaves(0, size).into_iter().for_each(|leaf| frontier.push(leaf));
        frontier
    }

    #[test]
    fn a_run_that_stands_elsewhere_is_not_taken() {
        let mut frontier = one_by_one(5);
        for first in [0, 4, 6] {
            assert_eq!(frontier.extend(&Run::new(first, leaves(first, first + 4))), None, "{first}");
        }
        assert_eq!(frontier.extend(&Run::new(9, Vec::new())), Some(()));
        assert_eq!(frontier, one_by_one(5));
        assert_eq!(frontier.extend_to(9, &Run::new(5, leaves(5, 8))), None);
    }

    proptest! {
        /// In runs of any length, with stops anywhere, the tree is the one that leaf by leaf gives.
        #[test]
        fn runs_are_leaves(lengths in prop::collection::vec(0_u64..70, 0..8), stop in 0_u64..300) {
            let mut frontier = Frontier::default();
            for length in lengths {
                let first = frontier.size();
                let run = Run::new(first, leaves(first, first + length));
                let mut stopped = frontier.clone();
                let size = stop.clamp(first, first + length);
                prop_assert_eq!(stopped.extend_to(size, &run), Some(()));
                prop_assert_eq!(&stopped, &one_by_one(size));
                prop_assert_eq!(stopped.extend_to(first + length, &run), Some(()));
                prop_assert_eq!(frontier.extend(&run), Some(()));
                prop_assert_eq!(&frontier, &stopped);
                prop_assert_eq!(&frontier, &one_by_one(first + length));
            }
        }
    }
}
