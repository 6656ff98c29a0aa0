//! The one narrow interface to files, so that tests can cut power, reorder, fail or shorten each call.

mod real;
#[cfg(feature = "seeded-bugs")]
mod seeded;

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

pub use real::RealStorage;
#[cfg(feature = "seeded-bugs")]
pub use seeded::{Bug, SeededStorage};

/// Folders and names.
pub trait Storage: fmt::Debug + Send + Sync {
    /// Opens an existing file. Never waits, whatever the file is.
    ///
    /// # Errors
    /// [`OpenError::Unfit`] if the file is not fit for the access, else what the system says.
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn StoredFile>, OpenError>;

    /// Creates a file for reading and writing, with the owner and permissions of `like` where it is to hold the same
    /// content: a copy is not to be read by more people.
    ///
    /// # Errors
    /// `AlreadyExists` if there is anything at the path.
    fn create_new(&self, path: &Path, like: Option<&Path>) -> io::Result<Box<dyn StoredFile>>;

    /// Gives a file another name, atomically.
    ///
    /// # Errors
    /// `AlreadyExists` if there is anything at the new path.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file the name of another, which is no more, atomically.
    ///
    /// # Errors
    /// What the system says; both files are then where they were.
    fn replace(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a name.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in the folder of `path` survive a power cut.
    ///
    /// # Errors
    /// What the system says.
    fn sync_folder_of(&self, path: &Path) -> io::Result<()>;

    /// Which file the path leads to now.
    ///
    /// # Errors
    /// What the system says.
    fn identity_at(&self, path: &Path) -> io::Result<Identity>;
}

/// An open file.
pub trait StoredFile: fmt::Debug + Send + Sync {
    /// Reads at an offset in bytes; may read less than asked, 0 at the end.
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes at an offset in bytes; may write less than asked.
    ///
    /// # Errors
    /// What the system says.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Cuts the file to `length` bytes.
    ///
    /// # Errors
    /// What the system says.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// Makes content and length survive a power cut (fdatasync).
    ///
    /// # Errors
    /// What the system says. The content is then unknown: a second call proves nothing.
    fn sync_data(&self) -> io::Result<()>;

    /// Forgets cached content from an offset on, so that it is read from the device (advice only).
    ///
    /// # Errors
    /// What the system says.
    fn drop_cache(&self, from: u64) -> io::Result<()>;

    /// Length in bytes.
    ///
    /// # Errors
    /// What the system says.
    fn length(&self) -> io::Result<u64>;

    /// Which file this is, whatever its path leads to now.
    ///
    /// # Errors
    /// What the system says.
    fn identity(&self) -> io::Result<Identity>;

    /// Takes the writer's lock on the file itself, waiting at most `wait`; false if it could not be had. The lock
    /// ends with the file handle.
    ///
    /// # Errors
    /// What the system says.
    fn lock(&self, wait: Duration) -> io::Result<bool>;

    /// Keeps writers out for a moment, without waiting; false if one holds the lock.
    ///
    /// # Errors
    /// What the system says.
    fn try_lock_shared(&self) -> io::Result<bool>;

    /// Ends a shared lock.
    ///
    /// # Errors
    /// What the system says.
    fn unlock(&self) -> io::Result<()>;
}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading: any plain file will do.
    Read,
    /// Reading and writing: the file must be fit to hold a ledger.
    Write(Fitness),
}

/// How particular a writer is about the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fitness {
    /// Refuses symlinks, hard links and file systems where locks are known not to reach every writer.
    #[default]
    Strict,
    /// Takes any plain file.
    Any,
}

/// A file, as the system tells files apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Number of the device.
    pub device: u64,
    /// Number of the inode on the device.
    pub inode: u64,
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is of the wrong kind; the text names the kind and what to do.
    #[error("{0}")]
    Unfit(&'static str),
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Fills the buffer from an offset on.
///
/// # Errors
/// `UnexpectedEof` if the file ends before, else what the system says.
pub(crate) fn read_exact_at(file: &dyn StoredFile, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match file.read_at(buffer, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                buffer = &mut buffer[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all bytes from an offset on.
///
/// # Errors
/// `WriteZero` if the file takes no more, else what the system says; some bytes may then be written.
pub(crate) fn write_all_at(file: &dyn StoredFile, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = &bytes[count..];
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing::WatchedStorage;

    #[test]
    fn short_and_interrupted_calls_are_gone_on_with_and_errors_are_not() {
        let storage = WatchedStorage::default();
        let file = storage.file(b"....");
        write_all_at(&*file, b"abcdefg", 2).unwrap();
        let mut read = [0; 9];
        read_exact_at(&*file, &mut read, 0).unwrap();
        assert_eq!(&read, b"..abcdefg");
        let shorter = read_exact_at(&*file, &mut read, 1).unwrap_err();
        assert_eq!(shorter.kind(), io::ErrorKind::UnexpectedEof);
        storage.fail("read");
        assert_eq!(read_exact_at(&*file, &mut read, 0).unwrap_err().to_string(), "told to fail");
        storage.fail("write");
        assert_eq!(write_all_at(&*file, b"abc", 0).unwrap_err().to_string(), "told to fail");
    }
}
