//! All hashes of a ledger's tree, and nothing else.

use std::num::NonZero;
use std::thread;

use crate::rewrite::CHECKPOINT;
use crate::tree::{Hash, leaf, node, shown};

/// The root over the event lines of a ledger, hashed on so many threads; empty for no events.
pub(crate) fn root(ledger: &[u8], threads: NonZero<usize>) -> String {
    let lines: Vec<&[u8]> = ledger.split(|byte| *byte == b'\n').filter(|line| is_event(line)).collect();
    let mut level = in_parts(&lines, threads, |part| part.iter().map(|line| leaf(line)).collect());
    while level.len() > 1 {
        // Pairs from the left, an odd last one goes up as it is: the tree that largest powers of two give.
        let pairs: Vec<&[Hash]> = level.chunks(2).collect();
        level = in_parts(&pairs, threads, |part| part.iter().map(|pair| above(pair)).collect());
    }
    level.first().map(shown).unwrap_or_default()
}

fn is_event(line: &[u8]) -> bool {
    !line.is_empty() && !line.starts_with(CHECKPOINT)
}

fn above(pair: &[Hash]) -> Hash {
    match pair {
        [left, right] => node(left, right),
        [odd, ..] => *odd,
        [] => unreachable!("chunks are not empty"),
    }
}

fn in_parts<T: Sync>(
    items: &[T],
    threads: NonZero<usize>,
    work: impl Fn(&[T]) -> Vec<Hash> + Sync,
) -> Vec<Hash> {
    let size = items.len().div_ceil(threads.get()).max(1);
    thread::scope(|scope| {
        let work = &work;
        let parts: Vec<_> = items.chunks(size).map(|part| scope.spawn(move || work(part))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("hashing does not panic")).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::EXAMPLE;
    use crate::tree::Tree;

    #[test]
    fn the_root_does_not_depend_on_threads() {
        for threads in [1, 2, 3, 16].map(|threads| NonZero::new(threads).expect("not zero")) {
            assert_eq!(root(EXAMPLE.as_bytes(), threads), "xlrfuT8ssO4ezsVDz8dZ0waPo8uv3GEV9SXNG+At2WM=");
        }
    }

    #[test]
    fn level_by_level_is_the_tree_of_powers_of_two() {
        let mut tree = Tree::default();
        let mut ledger = String::new();
        for number in 0..70 {
            let line = format!("line {number}");
            ledger += &format!("{line}\n");
            tree.push(leaf(line.as_bytes()));
            let expected = tree.root().map(|root| shown(&root));
            assert_eq!(Some(root(ledger.as_bytes(), NonZero::<usize>::MIN)), expected);
        }
    }
}
