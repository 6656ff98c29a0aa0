//! Looking for a checkpoint that was seen before: whether a ledger is the one it was, or a longer one.

use std::io;
use std::path::Path;

use crate::checkpoint::{Checkpoint, MARK};
use crate::error::{IoContext, LedgerError};
use crate::lines::Lines;
use crate::merkle::Hash;
use crate::reader::open_file;
use crate::storage::{Access, Storage, StoredFile};

/// A checkpoint that was seen, and where its line ended in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Number of events.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
    /// Offset of the byte after the checkpoint line.
    pub end_offset: u64,
}

impl Seen {
    /// Whether the file still has this checkpoint. Only a redaction moves one, so nearly always a look at the place where it
    /// was is enough; otherwise the whole file is searched. No batch is checked.
    ///
    /// # Errors
    /// [`LedgerError::NotFound`], [`LedgerError::Unfit`], [`LedgerError::Io`].
    pub fn is_in(&self, storage: &dyn Storage, path: &Path) -> Result<bool, LedgerError> {
        let file = open_file(storage, path, Access::Read)?;
        let length = file.length().context(path, "asking for the length")?;
        let there = self.end_offset <= length && self.stands_in(&*file).context(path, "reading")?;
        Ok(there || self.is_among(&mut Lines::new(&*file, 0..length, 1)).context(path, "reading")?)
    }

    /// Whether it stands where it was seen, in a file that is not shorter.
    pub(crate) fn stands_in(&self, file: &dyn StoredFile) -> io::Result<bool> {
        /// No checkpoint line is longer.
        const LINE: u64 = 256;
        let near = self.end_offset.saturating_sub(LINE)..self.end_offset;
        self.is_among(&mut Lines::new(file, near, 1))
    }

    fn is_among(&self, lines: &mut Lines<'_>) -> io::Result<bool> {
        while let Some(line) = lines.next()? {
            if line.text().starts_with(MARK)
                && Checkpoint::parse(line.text())
                    .is_some_and(|found| (found.size, found.root) == (self.size, self.root))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::storage::RealStorage;
    use crate::testing::{Folder, ledger, ledger_and_frontier};

    fn seen(batches: &[u64]) -> Seen {
        let (bytes, frontier) = ledger_and_frontier(batches);
        Seen { size: frontier.size(), root: frontier.root(), end_offset: bytes.len() as u64 }
    }

    #[test]
    fn a_longer_ledger_has_it_and_a_shorter_or_forked_one_has_not() {
        let check = |batches: &[u64], seen: Seen| {
            seen.is_in(&RealStorage, &Folder::with(&ledger(batches)).path()).unwrap()
        };
        assert!(check(&[2, 1], seen(&[2, 1])));
        assert!(check(&[2, 1, 3], seen(&[2, 1])));
        assert!(!check(&[2], seen(&[2, 1])));
        assert!(!check(&[1, 2, 1], seen(&[2])));
        let forked = Seen { root: Hash([7; 32]), ..seen(&[2, 1]) };
        assert!(!check(&[2, 1], forked));
        // A redaction moves it.
        for end_offset in [0, 100, 1 << 40] {
            assert!(check(&[2, 1], Seen { end_offset, ..seen(&[2, 1]) }));
        }
    }
}
