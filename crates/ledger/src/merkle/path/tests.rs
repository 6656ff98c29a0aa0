//! Paths against the reference vectors of certificate transparency, and against an RFC 6962 of others.

#![allow(clippy::unwrap_used)]

use ct_merkle::digest::array::Array;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::merkle::leaf_hash;
use crate::merkle::tests::{REFERENCE_LEAVES, hex, unhex};

fn inclusion_path(leaves: &[Vec<u8>], index: u64) -> Vec<Hash> {
    path(PathBuilder::inclusion(index, leaves.len() as u64), leaves)
}

fn path(mut builder: PathBuilder, leaves: &[Vec<u8>]) -> Vec<Hash> {
    leaves.iter().for_each(|leaf| builder.push(leaf_hash(leaf)));
    builder.finish()
}

fn root(leaves: &[Vec<u8>]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(leaf_hash(leaf)));
    frontier.root()
}

fn reference() -> Vec<Vec<u8>> {
    REFERENCE_LEAVES.map(unhex).to_vec()
}

fn shown(path: &[Hash]) -> String {
    path.iter().map(|hash| format!("{}\n", hex(*hash))).collect()
}

/// The inclusion proofs of the certificate-transparency reference tests.
#[test]
fn reference_inclusion() {
    let check = |index, size| shown(&inclusion_path(&reference()[..size], index));
    assert_eq!(check(0, 1), "");
    insta::assert_snapshot!(check(0, 8), @"
    96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
    5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
    6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4
    ");
    insta::assert_snapshot!(check(5, 8), @"
    bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
    ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    ");
    insta::assert_snapshot!(check(2, 3), @"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    insta::assert_snapshot!(check(1, 5), @"
    6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
    5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
    bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
    ");
}

/// The consistency proofs of the certificate-transparency reference tests.
#[test]
fn reference_consistency() {
    let check =
        |old, new: usize| shown(&path(PathBuilder::consistency(old, new as u64), &reference()[..new]));
    assert_eq!(check(1, 1), "");
    insta::assert_snapshot!(check(1, 8), @"
    96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
    5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
    6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4
    ");
    insta::assert_snapshot!(check(6, 8), @"
    0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a
    ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    ");
    insta::assert_snapshot!(check(2, 5), @"
    5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
    bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
    ");
}

#[test]
fn numbers_no_tree_has() {
    let any = Hash([7; 32]);
    assert_eq!(included_root(0, 0, any, &[]), None);
    assert_eq!(included_root(3, 3, any, &[any]), None);
    assert_eq!(included_root(0, 1, any, &[any]), None);
    assert_eq!(included_root(0, 1, any, &[]), Some(any));
    assert_eq!(consistent_roots(0, any, 3, &[]), None);
    assert_eq!(consistent_roots(4, any, 3, &[]), None);
    assert_eq!(consistent_roots(3, any, 3, &[any]), None);
    assert_eq!(consistent_roots(3, any, 3, &[]), Some((any, any)));
    assert!(included_root(0, u64::MAX, any, &[any; 64]).is_some());
    assert!(consistent_roots(1, any, u64::MAX, &[any; 64]).is_some());
}

fn theirs(leaves: &[Vec<u8>]) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf.clone()));
    tree
}

fn digests(path: &[Hash]) -> Vec<ct_merkle::digest::Output<Sha256>> {
    path.iter().map(|hash| Array(hash.0)).collect()
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks(32).map(|hash| Hash(hash.try_into().unwrap())).collect()
}

/// A tree of leaves that differ, as those of a ledger do, and one of them.
fn tree_and_leaf() -> impl Strategy<Value = (Vec<Vec<u8>>, usize)> {
    (1_u8..200, any::<u8>()).prop_flat_map(|(size, seed)| {
        let leaves = (0..size).map(|at| vec![seed; usize::from(at)]).collect();
        (Just(leaves), 0..usize::from(size))
    })
}

proptest! {
    #[test]
    fn inclusion_is_what_others_prove_and_check((leaves, index) in tree_and_leaf()) {
        let tree = theirs(&leaves);
        let ours = inclusion_path(&leaves, index as u64);
        prop_assert_eq!(hashes(tree.prove_inclusion(index).as_bytes()), ours.clone());
        let their_root = RootHash::<Sha256>::new(*tree.root().as_bytes(), leaves.len() as u64);
        let proof = InclusionProof::from_digests(digests(&ours).iter());
        prop_assert!(their_root.verify_inclusion(&leaves[index], index as u64, &proof).is_ok());
        let proved = included_root(index as u64, leaves.len() as u64, leaf_hash(&leaves[index]), &ours);
        prop_assert_eq!(proved, Some(root(&leaves)));
    }

    #[test]
    fn consistency_is_what_others_prove_and_check((leaves, last) in tree_and_leaf()) {
        let (old, new) = (last as u64 + 1, leaves.len() as u64);
        let (old_tree, tree) = (theirs(&leaves[..=last]), theirs(&leaves));
        let ours = path(PathBuilder::consistency(old, new), &leaves);
        prop_assert_eq!(hashes(tree.prove_consistency(leaves.len() - last - 1).as_bytes()), ours.clone());
        let proof = ConsistencyProof::from_digests(digests(&ours).iter());
        prop_assert!(tree.root().verify_consistency(&old_tree.root(), &proof).is_ok());
        let old_root = root(&leaves[..=last]);
        prop_assert_eq!(consistent_roots(old, old_root, new, &ours), Some((old_root, root(&leaves))));
    }

    /// No other leaf, place, size or path leads to the root.
    #[test]
    fn nothing_else_is_proved((leaves, index) in tree_and_leaf(), byte: prop::sample::Index, bit in 0..8) {
        let (at, size) = (index as u64, leaves.len() as u64);
        let path = inclusion_path(&leaves, at);
        let (leaf, root) = (leaf_hash(&leaves[index]), root(&leaves));
        let mut bytes: Vec<u8> = path.iter().chain([&leaf]).flat_map(|hash| hash.0).collect();
        bytes[byte.index(path.len() * 32 + 32)] ^= 1_u8 << bit;
        let mut changed = hashes(&bytes);
        let changed_leaf = changed.pop().unwrap();
        prop_assert_ne!(included_root(at, size, changed_leaf, &changed), Some(root));
        prop_assert_ne!(included_root(at + 1, size, leaf, &path), Some(root));
        if !path.is_empty() {
            prop_assert_eq!(included_root(at, size, leaf, &path[1..]), None);
        }
    }

    /// No other old root leads to the old root it names, and no other path to the new one.
    #[test]
    fn no_other_history_is_consistent((leaves, last) in tree_and_leaf(), byte: prop::sample::Index, bit in 0..8) {
        let (old, new) = (last as u64 + 1, leaves.len() as u64);
        let path = path(PathBuilder::consistency(old, new), &leaves);
        let (old_root, new_root) = (root(&leaves[..=last]), root(&leaves));
        let mut bytes: Vec<u8> = path.iter().chain([&old_root]).flat_map(|hash| hash.0).collect();
        bytes[byte.index(path.len() * 32 + 32)] ^= 1_u8 << bit;
        let mut changed = hashes(&bytes);
        let changed_root = changed.pop().unwrap();
        prop_assert_ne!(consistent_roots(old, changed_root, new, &changed), Some((changed_root, new_root)));
    }
}
