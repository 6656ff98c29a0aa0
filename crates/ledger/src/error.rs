//! What can go wrong with a ledger file: where, what was expected, what was found, what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a ledger could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// There is no file at the path.
    #[error("{}: there is no such file; `recount init` creates a ledger", path.display())]
    NotFound {
        /// The ledger's path.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{}: expected a ledger (a first event `ledger.created` and a checkpoint), found {found}; name another file with --file", path.display())]
    NotALedger {
        /// The ledger's path.
        path: PathBuf,
        /// What the file begins with.
        found: String,
    },
    /// A new ledger was asked for where a file is.
    #[error("{}: expected no file, found one, and it was not touched; choose another name", path.display())]
    Exists {
        /// The ledger's path.
        path: PathBuf,
    },
    /// Bytes covered by a checkpoint are not what was written.
    #[error(transparent)]
    Corrupt(Box<Fault>),
    /// What follows the last checkpoint is damaged, and the last batch may have been acknowledged.
    #[error(transparent)]
    DamagedTail(Box<Fault>),
    /// Another writer holds the ledger.
    #[error("{}: another process is writing (waited {} s for its lock); try again when it is done", path.display(), waited.as_secs_f32())]
    Locked {
        /// The ledger's path.
        path: PathBuf,
        /// How long the lock was waited for.
        waited: std::time::Duration,
    },
    /// The file is of a kind a ledger cannot safely be, or lies on a file system that cannot hold one safely.
    #[error("{}: expected a plain file that one writer can lock and sync, found {found}", path.display())]
    Unfit {
        /// The ledger's path.
        path: PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// The ledger on disk is no longer the one that was opened, or not the one the batch was made for.
    #[error("{}: expected {expected}, found {found}; nothing was appended, read the ledger again", path.display())]
    Stale {
        /// The ledger's path.
        path: PathBuf,
        /// What the append was made for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// An earlier write by this writer failed: what is on disk is only known after opening again.
    #[error("{}: an earlier write failed, nothing more is written; open the ledger again", path.display())]
    Poisoned {
        /// The ledger's path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: {action} failed: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done, as a noun: `reading`.
        action: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
}

/// A place where a ledger is not what its checkpoints say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The ledger's path.
    pub file: PathBuf,
    /// The batch, or the tail, that does not hold.
    pub span: Option<Span>,
    /// Where the damage breaks a line's own form, if it does.
    pub place: Option<Place>,
    /// What the format asks for.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// What to do.
    pub next: &'static str,
}

/// The lines of a batch or of a tail, its checkpoint included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First line, counted from 1.
    pub first_line: u64,
    /// Last line.
    pub last_line: u64,
    /// Offset of the first byte, counted from 0.
    pub first_byte: u64,
    /// Offset of the last byte.
    pub last_byte: u64,
}

/// One byte of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, counted from 1.
    pub line: u64,
    /// Offset in the file, counted from 0.
    pub byte: u64,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file.display())?;
        if let Some(Span { first_line, last_line, first_byte, last_byte }) = self.span {
            write!(f, "lines {first_line} to {last_line} (bytes {first_byte} to {last_byte}): ")?;
        }
        if let Some(Place { line, byte }) = self.place {
            write!(f, "line {line}, byte {byte}: ")?;
        }
        write!(f, "expected {}, found {}; {}", self.expected, self.found, self.next)
    }
}

impl std::error::Error for Fault {}

/// Names the file and the deed an I/O error belongs to.
pub(crate) trait IoContext<T> {
    /// Turns the error into one that names `path` and `action`.
    fn context(self, path: &Path, action: &'static str) -> Result<T, LedgerError>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn context(self, path: &Path, action: &'static str) -> Result<T, LedgerError> {
        self.map_err(|source| LedgerError::Io { path: path.to_owned(), action, source })
    }
}
