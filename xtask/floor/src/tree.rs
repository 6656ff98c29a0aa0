//! The Merkle tree of a ledger (docs/ledger-format.md, section 4), one leaf after another.

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// The leaf of a line without its LF.
pub(crate) fn leaf(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

/// What is above two others.
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A root as checkpoints have it.
pub(crate) fn shown(root: &Hash) -> String {
    BASE64_STANDARD.encode(root)
}

/// A tree that grows: the roots of its perfect subtrees, the largest first.
#[derive(Default)]
pub(crate) struct Tree {
    /// Number of leaves.
    pub(crate) size: u64,
    frontier: Vec<Hash>,
}

impl Tree {
    /// Adds a leaf.
    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut joined = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.frontier.pop().expect("there is a subtree for each one bit of the size");
            joined = node(&left, &joined);
        }
        self.frontier.push(joined);
        self.size += 1;
    }

    /// The root; `None` of an empty tree.
    pub(crate) fn root(&self) -> Option<Hash> {
        let mut subtrees = self.frontier.iter().rev();
        let smallest = *subtrees.next()?;
        Some(subtrees.fold(smallest, |right, left| node(left, &right)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::EXAMPLE;

    #[test]
    fn roots_are_those_of_the_worked_example() {
        let mut tree = Tree::default();
        assert!(tree.root().is_none());
        let mut checkpoints = 0;
        for line in EXAMPLE.lines() {
            match line.split_once(r#""root":""#) {
                Some((_, rest)) => {
                    let root = tree.root().map(|root| shown(&root));
                    assert_eq!(root.as_deref(), rest.split_once('"').map(|(root, _)| root));
                    checkpoints += 1;
                }
                None => tree.push(leaf(line.as_bytes())),
            }
        }
        assert_eq!((tree.size, checkpoints), (5, 3));
    }
}
