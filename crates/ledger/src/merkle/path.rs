//! Inclusion and consistency proofs (RFC 6962, 2.1.1 and 2.1.2; RFC 9162, 2.1.3 and 2.1.4).
//!
//! A proof is a list of hashes, its *path*: the roots of some parts of the tree. Which parts these are follows from the
//! numbers alone (`Parts`), so a path is made in one pass over the leaves, and checked by joining its hashes in order.

use std::ops::Range;

use crate::merkle::{Frontier, Hash, node_hash};

/// The leaves that each hash of a path stands for, from the one nearest to the leaves up to a child of the root.
type Parts = Vec<Range<u64>>;

/// Goes down from the root over `size` leaves to the smallest part that holds the leaf before `boundary` and fulfils
/// `done`; what is left aside on the way are the parts of the path. Returns the part arrived at, and the path upwards.
fn descend(size: u64, boundary: u64, done: impl Fn(&Range<u64>) -> bool) -> (Range<u64>, Parts) {
    let mut at = 0..size;
    let mut aside = Parts::new();
    while !done(&at) {
        // The left part is the largest perfect tree that leaves something for the right one (RFC 6962, 2.1).
        let middle = at.start + (1 << (at.end - at.start - 1).ilog2());
        if boundary <= middle {
            aside.push(middle..at.end);
            at.end = middle;
        } else {
            aside.push(at.start..middle);
            at.start = middle;
        }
    }
    aside.reverse();
    (at, aside)
}

fn inclusion_parts(index: u64, size: u64) -> Parts {
    assert!(index < size, "a leaf of the tree is asked for");
    descend(size, index + 1, |at| at.end - at.start == 1).1
}

fn consistency_parts(old: u64, new: u64) -> Parts {
    assert!((1..=new).contains(&old), "the old tree has leaves, and no more than the new one");
    let (at, mut parts) = descend(new, old, |at| at.end == old);
    // Where the old tree is a whole part of the new one its root is known already.
    if at.start > 0 {
        parts.insert(0, at);
    }
    parts
}

/// Makes a path while the leaves go by, in memory that grows with the path and not with the tree.
#[derive(Debug, Clone)]
pub struct PathBuilder {
    parts: Vec<(Range<u64>, Frontier)>,
    next: u64,
}

impl PathBuilder {
    /// For the proof that the leaf at `index`, counted from 0, is in the tree of the first `size` leaves.
    ///
    /// # Panics
    /// If there is no such leaf.
    #[must_use]
    pub fn inclusion(index: u64, size: u64) -> Self {
        Self::new(inclusion_parts(index, size))
    }

    /// For the proof that the tree of the first `new` leaves begins with the `old` ones.
    ///
    /// # Panics
    /// If `old` is 0 or more than `new`.
    #[must_use]
    pub fn consistency(old: u64, new: u64) -> Self {
        Self::new(consistency_parts(old, new))
    }

    fn new(parts: Parts) -> Self {
        Self { parts: parts.into_iter().map(|part| (part, Frontier::default())).collect(), next: 0 }
    }

    /// Takes the next leaf. Those behind the end of the tree change nothing.
    pub fn push(&mut self, leaf: Hash) {
        let index = self.next;
        self.next += 1;
        if let Some((_, frontier)) = self.parts.iter_mut().find(|(part, _)| part.contains(&index)) {
            frontier.push(leaf);
        }
    }

    /// The path, once all leaves of the tree have gone by.
    #[must_use]
    pub fn finish(self) -> Vec<Hash> {
        self.parts.iter().map(|(_, frontier)| frontier.root()).collect()
    }
}

/// The root of the tree of `size` leaves in which `leaf` is at `index`, counted from 0, if `path` is its path; nothing if
/// there is no such leaf or the path has not the length it must have (RFC 9162, 2.1.3.2).
#[must_use]
pub fn included_root(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let parts = inclusion_parts(index, size);
    (parts.len() == path.len()).then(|| {
        parts.iter().zip(path).fold(leaf, |below, (part, hash)| {
            if part.start > index { node_hash(&below, hash) } else { node_hash(hash, &below) }
        })
    })
}

/// The roots of the `old` and the `new` tree that a consistency proof leads to, given the root that the old tree is said
/// to have; nothing if `old` is 0 or more than `new`, or the path has not the length it must have (RFC 9162, 2.1.4.2). The
/// proof holds if both are the roots expected.
#[must_use]
pub fn consistent_roots(old: u64, old_root: Hash, new: u64, path: &[Hash]) -> Option<(Hash, Hash)> {
    if !(1..=new).contains(&old) {
        return None;
    }
    let parts = consistency_parts(old, new);
    if parts.len() != path.len() {
        return None;
    }
    let mut steps = parts.iter().zip(path).peekable();
    // What both trees share at the bottom: the last part of the old one, or the whole of it.
    let shared = steps.next_if(|(part, _)| part.end == old).map_or(old_root, |(_, hash)| *hash);
    Some(steps.fold((shared, shared), |(before, after), (part, hash)| {
        if part.start >= old {
            (before, node_hash(&after, hash))
        } else {
            (node_hash(hash, &before), node_hash(hash, &after))
        }
    }))
}

#[cfg(test)]
mod tests;
