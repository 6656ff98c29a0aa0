//! Proof files: what holds of a ledger, for those who do not have it.
//!
//! * [`InclusionProof`]: an event is in the ledger of a checkpoint ([C2SP tlog-proof](https://c2sp.org/tlog-proof), with
//!   the event's line as its `extra` data).
//! * [`ConsistencyProof`]: a ledger with one root was only appended to until it had another. C2SP has no file for this; the
//!   form is that of a request to a witness ([C2SP tlog-witness](https://c2sp.org/tlog-witness)) with a first line and the
//!   old root.
//!
//! Reading a file decides its form; [`Proof::failures`] decides whether it proves anything.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::CheckpointNote;
use super::key::{HexId, VerifierKey};
use super::note::Signed;
use super::{FormError, from_base64, from_decimal, hashes};
use crate::line::{Line, MAX_LINE};
use crate::merkle::Hash;
use crate::merkle::path::{consistent_roots, included_root};
use crate::stub;

/// The first line of an inclusion proof.
const INCLUSION: &str = "c2sp.org/tlog-proof@v1";
/// The first line of a consistency proof.
const CONSISTENCY: &str = "recount/consistency-proof@v1";

/// The longest proof file that is read, in bytes: the longest line in base64, and room for hashes and signatures.
pub const MAX_FILE: usize = MAX_LINE / 3 * 4 + (1 << 20);

/// Shows that an event is in the ledger of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// The line of the event without its LF, or the stub in its place.
    pub line: Vec<u8>,
    /// Its leaf's place in the tree, counted from 0: one less than the event's number.
    pub index: u64,
    /// From the leaf's sibling up to a child of the root.
    pub path: Vec<Hash>,
    /// The ledger that it is in.
    pub checkpoint: CheckpointNote,
}

/// Shows that a ledger continues an older head of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Size and root of the older head.
    pub old: (u64, Hash),
    /// As RFC 6962, 2.1.2 has it.
    pub path: Vec<Hash>,
    /// The newer head.
    pub checkpoint: CheckpointNote,
}

/// A proof of either kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Of an event.
    Inclusion(InclusionProof),
    /// Of an older head.
    Consistency(ConsistencyProof),
}

/// A step of checking a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The line is an event, and of this number.
    Leaf,
    /// The path leads from the line to the root.
    Inclusion,
    /// The path leads from the old root to the new one.
    Consistency,
    /// The head is the one of a receipt.
    Checkpoint,
    /// The keys have signed the checkpoint.
    Signature,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Leaf => "leaf",
            Self::Inclusion => "inclusion",
            Self::Consistency => "consistency",
            Self::Checkpoint => "checkpoint",
            Self::Signature => "signature",
        })
    }
}

/// A step that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the step {step} fails: expected {expected}, found {found}")]
pub struct Failure {
    /// Which.
    pub step: Step,
    /// What the proof needs.
    pub expected: String,
    /// What it has.
    pub found: String,
}

impl Failure {
    fn new(step: Step, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { step, expected: expected.into(), found: found.into() }
    }
}

impl Proof {
    /// Reads a proof file.
    ///
    /// # Errors
    /// It is no UTF-8, or not of the form of a proof; whether it proves anything is not looked at.
    pub fn parse(file: &[u8]) -> Result<Self, FormError> {
        let text = text(file)?;
        let Some((head, note)) = text.split_once("\n\n") else {
            let line = text.split('\n').count();
            return Err(FormError { line, expected: "an empty line and a checkpoint behind it" });
        };
        let lines: Vec<&str> = head.split('\n').collect();
        let checkpoint = || CheckpointNote::parse(note).map_err(|error| error.behind(lines.len() + 1));
        match lines[0] {
            INCLUSION => InclusionProof::read(&lines, checkpoint()?).map(Self::Inclusion),
            CONSISTENCY => ConsistencyProof::read(&lines, checkpoint()?).map(Self::Consistency),
            _ => {
                let expected = "`c2sp.org/tlog-proof@v1` or `recount/consistency-proof@v1`";
                Err(FormError { line: 1, expected })
            }
        }
    }

    /// The checkpoint, for which alone the proof holds.
    #[must_use]
    pub fn checkpoint(&self) -> &CheckpointNote {
        match self {
            Self::Inclusion(proof) => &proof.checkpoint,
            Self::Consistency(proof) => &proof.checkpoint,
        }
    }

    /// The steps that do not hold; nothing if the proof does. A receipt (size and root) must be a head in the proof; each
    /// key must have signed the checkpoint. Without both, whoever made the proof may have made up the root.
    #[must_use]
    pub fn failures(&self, receipt: Option<(u64, Hash)>, keys: &[VerifierKey]) -> Vec<Failure> {
        let checkpoint = self.checkpoint();
        let (own, mut heads) = match self {
            Self::Inclusion(proof) => (proof.failure(), Vec::new()),
            Self::Consistency(proof) => (proof.failure(), vec![proof.old]),
        };
        heads.push((checkpoint.size(), checkpoint.root()));
        let unmet = receipt.filter(|receipt| !heads.contains(receipt)).map(|receipt| {
            let found = heads.iter().map(|head| shown(*head)).collect::<Vec<_>>().join(" and ");
            Failure::new(Step::Checkpoint, shown(receipt), found)
        });
        let unsigned = keys.iter().filter_map(|key| {
            let found = match checkpoint.signed_by(key) {
                Signed::Yes => return None,
                Signed::No => "none by this key",
                Signed::Falsely => "one that is not over this checkpoint",
            };
            let expected = format!("a signature by {} (key {})", key.name(), HexId(key.id()));
            Some(Failure::new(Step::Signature, expected, found))
        });
        own.into_iter().chain(unmet).chain(unsigned).collect()
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self {
            Self::Inclusion(InclusionProof { line, index, path, .. }) => {
                writeln!(f, "{INCLUSION}\nextra {}\nindex {index}", STANDARD.encode(line))?;
                path
            }
            Self::Consistency(ConsistencyProof { old: (size, root), path, .. }) => {
                writeln!(f, "{CONSISTENCY}\nold {size} {root}")?;
                path
            }
        };
        path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint())
    }
}

impl InclusionProof {
    fn read(lines: &[&str], checkpoint: CheckpointNote) -> Result<Self, FormError> {
        let line = lines.get(1).and_then(|line| from_base64(line.strip_prefix("extra ")?));
        let line = line.ok_or(FormError { line: 2, expected: "`extra ` and the event's line, in base64" })?;
        let index = lines.get(2).and_then(|line| from_decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(FormError { line: 3, expected: "`index ` and a number" })?;
        Ok(Self { line, index, path: hashes(&lines[3..], 3)?, checkpoint })
    }

    /// The number of the event.
    #[must_use]
    pub fn seq(&self) -> u64 {
        // Of the number that saturates no tree has a leaf.
        self.index.saturating_add(1)
    }

    /// The first step that does not hold.
    fn failure(&self) -> Option<Failure> {
        let Self { line, index, path, checkpoint } = self;
        match Line::parse(line) {
            Err(error) => return Some(Failure::new(Step::Leaf, error.expected, error.found)),
            Ok(event) if event.seq() != self.seq() => {
                let found = format!("event {}", event.seq());
                return Some(Failure::new(Step::Leaf, format!("event {}", self.seq()), found));
            }
            Ok(_) => {}
        }
        match included_root(*index, checkpoint.size(), stub::leaf(line), path) {
            Some(root) if root == checkpoint.root() => None,
            Some(root) => {
                let expected = format!("a path to the root {}", checkpoint.root());
                Some(Failure::new(Step::Inclusion, expected, format!("one to {root}")))
            }
            None => {
                let expected = format!("the path of an event among {}", checkpoint.size());
                let found = format!("{} hashes for event {}", path.len(), self.seq());
                Some(Failure::new(Step::Inclusion, expected, found))
            }
        }
    }
}

impl ConsistencyProof {
    fn read(lines: &[&str], checkpoint: CheckpointNote) -> Result<Self, FormError> {
        let old = lines.get(1).and_then(|line| {
            let (size, root) = line.strip_prefix("old ")?.split_once(' ')?;
            Some((from_decimal(size)?, root.parse().ok()?))
        });
        let old = old.ok_or(FormError { line: 2, expected: "`old `, a size and its root" })?;
        Ok(Self { old, path: hashes(&lines[2..], 2)?, checkpoint })
    }

    fn failure(&self) -> Option<Failure> {
        let Self { old: (old, old_root), path, checkpoint } = self;
        let (new, new_root) = (checkpoint.size(), checkpoint.root());
        match consistent_roots(*old, *old_root, new, path) {
            Some(roots) if roots == (*old_root, new_root) => None,
            Some(_) => {
                let expected = format!("a path from the root {old_root} to the root {new_root}");
                Some(Failure::new(Step::Consistency, expected, "one between other roots"))
            }
            None => {
                let expected = format!("the path from a ledger to {new} events");
                let found = format!("{} hashes from {old} events", path.len());
                Some(Failure::new(Step::Consistency, expected, found))
            }
        }
    }
}

fn text(file: &[u8]) -> Result<&str, FormError> {
    std::str::from_utf8(file).map_err(|error| {
        let line = file[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        FormError { line, expected: "UTF-8" }
    })
}

fn shown((size, root): (u64, Hash)) -> String {
    format!("size {size} with the root {root}")
}

#[cfg(test)]
mod tests;
