//! Making checkpoints and proofs from a ledger: one pass over it, in memory that grows with the proof alone.

use std::ops::ControlFlow;
use std::path::Path;

use super::checkpoint::CheckpointNote;
use super::proof::{ConsistencyProof, InclusionProof};
use crate::checkpoint::Checkpoint;
use crate::error::{Fault, LedgerError};
use crate::merkle::path::PathBuilder;
use crate::merkle::{Frontier, Hash};
use crate::reader::Ledger;
use crate::walk::{LineRef, Visitor};

/// Why something cannot be proved of a ledger.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The ledger cannot be read, or is not what its checkpoints say.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// No checkpoint of the ledger has this size.
    #[error("expected the size of a checkpoint, found {size}{}", near(*below, *above))]
    NoCheckpoint {
        /// The size asked for.
        size: u64,
        /// The size of the last checkpoint before it; 0 if there is none.
        below: u64,
        /// The size of the first checkpoint behind it.
        above: Option<u64>,
    },
    /// The checkpoint of this size has another root.
    #[error("expected the root {ours} at size {size}, found {theirs}")]
    OtherRoot {
        /// The size asked for.
        size: u64,
        /// The root of this ledger.
        ours: Hash,
        /// The root asked for.
        theirs: Hash,
    },
    /// The event comes behind the checkpoint.
    #[error("expected an event from 1 to {size}, found {seq}")]
    NotCovered {
        /// The event asked for.
        seq: u64,
        /// The events that the checkpoint covers.
        size: u64,
    },
    /// The older head is not older.
    #[error("expected a size from 1 to {size}, found {old}")]
    NotOlder {
        /// The older size asked for.
        old: u64,
        /// The newer size.
        size: u64,
    },
}

fn near(below: u64, above: Option<u64>) -> String {
    match (below, above) {
        (0, Some(above)) => format!("; the first is {above}"),
        (below, Some(above)) => format!("; the nearest are {below} and {above}"),
        (below, None) => format!("; the last is {below}"),
    }
}

/// The root of a ledger at the size of one of its checkpoints, recomputed.
///
/// # Errors
/// [`ProveError::Ledger`], [`ProveError::NoCheckpoint`]
pub fn root_at(ledger: &Ledger, size: u64) -> Result<Hash, ProveError> {
    let [root] = roots(ledger, [size], |_, _| {})?;
    Ok(root)
}

/// Checks that a note is over one of the ledger's own checkpoints. Origins are not compared.
///
/// # Errors
/// [`ProveError::Ledger`], [`ProveError::NoCheckpoint`], [`ProveError::OtherRoot`]
pub fn confirm(ledger: &Ledger, note: &CheckpointNote) -> Result<(), ProveError> {
    same_root(note, root_at(ledger, note.size())?)
}

/// Proves that an event is in the ledger of a checkpoint, which must be one of the ledger's own.
///
/// # Errors
/// Those of [`confirm`]; [`ProveError::NotCovered`]
pub fn inclusion(
    ledger: &Ledger,
    seq: u64,
    checkpoint: CheckpointNote,
) -> Result<InclusionProof, ProveError> {
    let size = checkpoint.size();
    if !(1..=size).contains(&seq) {
        return Err(ProveError::NotCovered { seq, size });
    }
    let index = seq - 1;
    let mut builder = PathBuilder::inclusion(index, size);
    let mut line = Vec::new();
    let [root] = roots(ledger, [size], |before, event| {
        builder.push(event.leaf_hash());
        if before == index {
            line = event.bytes.to_vec();
        }
    })?;
    same_root(&checkpoint, root)?;
    Ok(InclusionProof { line, index, path: builder.finish(), checkpoint })
}

/// Proves that the ledger of a checkpoint, which must be one of the ledger's own, begins with that of an older checkpoint.
///
/// # Errors
/// Those of [`confirm`]; [`ProveError::NotOlder`]
pub fn consistency(
    ledger: &Ledger,
    old: u64,
    checkpoint: CheckpointNote,
) -> Result<ConsistencyProof, ProveError> {
    let size = checkpoint.size();
    if !(1..=size).contains(&old) {
        return Err(ProveError::NotOlder { old, size });
    }
    let mut builder = PathBuilder::consistency(old, size);
    let [old_root, root] = roots(ledger, [old, size], |_, event| builder.push(event.leaf_hash()))?;
    same_root(&checkpoint, root)?;
    Ok(ConsistencyProof { old: (old, old_root), path: builder.finish(), checkpoint })
}

fn same_root(note: &CheckpointNote, ours: Hash) -> Result<(), ProveError> {
    let (size, theirs) = (note.size(), note.root());
    if ours == theirs { Ok(()) } else { Err(ProveError::OtherRoot { size, ours, theirs }) }
}

/// Reads a ledger up to the last of some checkpoints, `sizes` ascending, and returns their roots. Every root on the way is
/// recomputed: nothing is proved, or signed, that the events do not say. `each` gets the number of events before each line,
/// and the line.
fn roots<const N: usize>(
    ledger: &Ledger,
    sizes: [u64; N],
    each: impl FnMut(u64, LineRef<'_>),
) -> Result<[Hash; N], ProveError> {
    let mut pass = Pass {
        sizes,
        roots: [None; N],
        frontier: Frontier::default(),
        below: [0; N],
        above: [None; N],
        wrong: None,
        each,
    };
    ledger.read(&mut pass)?;
    let Pass { roots, below, above, wrong, .. } = pass;
    if let Some(stated) = wrong {
        return Err(LedgerError::Corrupt(Box::new(false_root(ledger.path(), &stated))).into());
    }
    let mut found = [ledger.head().root; N];
    for (at, size) in sizes.into_iter().enumerate() {
        let (below, above) = (below[at], above[at]);
        found[at] = roots[at].ok_or(ProveError::NoCheckpoint { size, below, above })?;
    }
    Ok(found)
}

struct Pass<const N: usize, F> {
    sizes: [u64; N],
    roots: [Option<Hash>; N],
    frontier: Frontier,
    /// For each size, the last smaller and the first greater one that a checkpoint has.
    below: [u64; N],
    above: [Option<u64>; N],
    /// The first checkpoint whose root is not that of the lines.
    wrong: Option<Checkpoint>,
    each: F,
}

impl<const N: usize, F: FnMut(u64, LineRef<'_>)> Visitor for Pass<N, F> {
    fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()> {
        (self.each)(self.frontier.size(), line);
        self.frontier.push(line.leaf_hash());
        ControlFlow::Continue(())
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> ControlFlow<()> {
        let Checkpoint { size, root, .. } = *checkpoint;
        if root != self.frontier.root() {
            self.wrong = Some(*checkpoint);
            return ControlFlow::Break(());
        }
        for (at, wanted) in self.sizes.into_iter().enumerate() {
            if size == wanted {
                self.roots[at] = Some(root);
            } else if size < wanted {
                self.below[at] = size;
            } else {
                self.above[at].get_or_insert(size);
            }
        }
        let done = self.sizes.iter().all(|wanted| *wanted <= size);
        if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn false_root(path: &Path, stated: &Checkpoint) -> Fault {
    Fault {
        file: path.to_owned(),
        span: None,
        place: None,
        expected: format!("lines with the root {} at size {}", stated.root, stated.size),
        found: "others".to_owned(),
        next: "`recount verify` says more; restore the file from a copy (version control, backup)",
    }
}

#[cfg(test)]
mod tests;
