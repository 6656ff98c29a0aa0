//! The one pass over batches that every cold read makes: checksums and counts are checked, events handed out.

use std::ops::ControlFlow;
use std::path::Path;

use crate::batch_sum::{BatchSum, Mismatch};
use crate::checkpoint::{Checkpoint, MARK};
use crate::diagnose::diagnose;
use crate::error::{IoContext, LedgerError};
use crate::lines::{Lines, RawLine};
use crate::merkle::Hash;
use crate::storage::StoredFile;
use crate::stub;

/// An event line where it stands in the file.
#[derive(Debug, Clone, Copy)]
pub struct LineRef<'a> {
    /// Line in the file, counted from 1.
    pub number: u64,
    /// Offset of its first byte in the file.
    pub offset: u64,
    /// The line without its LF.
    pub bytes: &'a [u8],
}

impl LineRef<'_> {
    /// The line's leaf in the Merkle tree.
    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        stub::leaf(self.bytes)
    }
}

/// Looks at the lines of a ledger, in order.
pub trait Visitor {
    /// An event line; `Break` ends the reading. The batch's checksum is known only when its checkpoint has been
    /// visited: until then the line may be damaged.
    fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()>;

    /// The checkpoint that closes the events before it, their checksum and count checked.
    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> ControlFlow<()> {
        let _ = checkpoint;
        ControlFlow::Continue(())
    }
}

/// A visitor that only has the checksums checked.
pub(crate) struct Nobody;

impl Visitor for Nobody {
    fn event(&mut self, _: LineRef<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Where batches begin that are walked over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// Number of the line there, for whoever is told of it.
    pub(crate) line: u64,
    /// Offset in the file.
    pub(crate) offset: u64,
    /// Number of the events before.
    pub(crate) size: u64,
}

impl Start {
    /// The first batch of a ledger.
    pub(crate) const OF_FILE: Start = Start { line: 1, offset: 0, size: 0 };
}

/// Walks over the batches from `start` to `end`. When the visitor breaks, the batch it is in is still checked to
/// its end, so that what the visitor objected to is not taken for content when it is damage.
///
/// # Errors
/// [`LedgerError::Corrupt`] at the first batch that does not hold, [`LedgerError::Io`].
pub(crate) fn walk<V: Visitor + ?Sized>(
    file: &dyn StoredFile,
    path: &Path,
    start: Start,
    end: u64,
    visitor: &mut V,
) -> Result<(), LedgerError> {
    let corrupt =
        |batch: &BatchSum, line: &RawLine<'_>, mismatch| match diagnose(file, path, batch, line, mismatch) {
            Ok(fault) => LedgerError::Corrupt(Box::new(fault)),
            Err(error) => error,
        };
    let mut lines = Lines::new(file, start.offset..end, start.line);
    let mut batch = BatchSum::begin(start.line, start.offset, start.size);
    let mut flow = ControlFlow::Continue(());
    while let Some(line) = lines.next().context(path, "reading")? {
        if line.text().starts_with(MARK) {
            let checkpoint = batch.close(&line).map_err(|mismatch| corrupt(&batch, &line, mismatch))?;
            if flow.is_break() || visitor.checkpoint(&checkpoint).is_break() {
                return Ok(());
            }
            batch = BatchSum::behind(&line, checkpoint.size);
        } else {
            batch.event(&line);
            if line.end == end {
                return Err(corrupt(&batch, &line, Mismatch::no_checkpoint()));
            }
            if flow.is_continue() {
                flow =
                    visitor.event(LineRef { number: line.number, offset: line.offset, bytes: line.text() });
            }
        }
    }
    Ok(())
}
