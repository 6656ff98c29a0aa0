//! A storage with one known bug, behind the feature `seeded-bugs`, which is never shipped. A fault test that does not
//! find the bugs it is meant to find is broken: see docs/reliability.md.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Access, Identity, OpenError, Storage, StoredFile, write_all_at};

/// A mistake that somebody could make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// `no-fsync`: files are never synced.
    NoSync,
    /// `ack-before-fsync`: a file is synced only when it is used next, or closed.
    LateSync,
    /// `no-directory-fsync`: folders are never synced.
    NoFolderSync,
    /// `rename-without-fsync`: a new file is not synced before it gets its name.
    NewFilesUnsynced,
    /// `fsync-retried`: a sync that failed is tried again, and believed.
    SyncRetried,
    /// `write-behind`: what is written reaches the file only when it is used next, or closed.
    WriteBehind,
    /// `short-write-ignored`: a write counts as whole however much was written.
    ShortWriteIgnored,
    /// `no-lock`: every writer gets the lock.
    NoLock,
    /// `no-truncate`: nothing is ever cut off.
    NoTruncate,
    /// `tail-from-cache`: the last batch is read from the cache.
    TailFromCache,
}

impl Bug {
    /// Every bug.
    pub const ALL: [Bug; 10] = [
        Bug::NoSync,
        Bug::LateSync,
        Bug::NoFolderSync,
        Bug::NewFilesUnsynced,
        Bug::SyncRetried,
        Bug::WriteBehind,
        Bug::ShortWriteIgnored,
        Bug::NoLock,
        Bug::NoTruncate,
        Bug::TailFromCache,
    ];

    /// The bug of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Bug> {
        Some(match name {
            "no-fsync" => Bug::NoSync,
            "ack-before-fsync" => Bug::LateSync,
            "no-directory-fsync" => Bug::NoFolderSync,
            "rename-without-fsync" => Bug::NewFilesUnsynced,
            "fsync-retried" => Bug::SyncRetried,
            "write-behind" => Bug::WriteBehind,
            "short-write-ignored" => Bug::ShortWriteIgnored,
            "no-lock" => Bug::NoLock,
            "no-truncate" => Bug::NoTruncate,
            "tail-from-cache" => Bug::TailFromCache,
            _ => return None,
        })
    }
}

/// Another storage with one bug.
#[derive(Debug)]
pub struct SeededStorage<S> {
    inner: S,
    bug: Bug,
    /// Files that this process has created.
    created: Mutex<Vec<PathBuf>>,
}

impl<S: Storage> SeededStorage<S> {
    /// `inner` but for `bug`.
    #[must_use]
    pub fn new(inner: S, bug: Bug) -> Self {
        SeededStorage { inner, bug, created: Mutex::new(Vec::new()) }
    }

    fn created(&self) -> std::sync::MutexGuard<'_, Vec<PathBuf>> {
        self.created.lock().expect("nothing panics while it holds the list")
    }

    fn seeded(&self, path: &Path, file: Box<dyn StoredFile>) -> Box<dyn StoredFile> {
        let is_new = self.created().iter().any(|created| created == path);
        Box::new(SeededFile {
            bug: self.bug,
            file,
            is_new,
            owes_sync: AtomicBool::new(false),
            unwritten: Mutex::default(),
        })
    }
}

impl<S: Storage> Storage for SeededStorage<S> {
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn StoredFile>, OpenError> {
        Ok(self.seeded(path, self.inner.open(path, access)?))
    }

    fn create_new(&self, path: &Path, like: Option<&Path>) -> io::Result<Box<dyn StoredFile>> {
        let file = self.inner.create_new(path, like)?;
        self.created().push(path.to_owned());
        Ok(self.seeded(path, file))
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.inner.rename_new(from, to)
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.inner.replace(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.inner.remove(path)
    }

    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        if self.bug == Bug::NoFolderSync { Ok(()) } else { self.inner.sync_folder_of(path) }
    }

    fn identity_at(&self, path: &Path) -> io::Result<Identity> {
        self.inner.identity_at(path)
    }
}

#[derive(Debug)]
struct SeededFile {
    bug: Bug,
    file: Box<dyn StoredFile>,
    is_new: bool,
    owes_sync: AtomicBool,
    /// Bytes and where they belong.
    unwritten: Mutex<Vec<(Vec<u8>, u64)>>,
}

impl SeededFile {
    fn pay_sync(&self) -> io::Result<()> {
        if self.owes_sync.swap(false, Ordering::Relaxed) { self.file.sync_data() } else { Ok(()) }
    }

    fn unwritten(&self) -> std::sync::MutexGuard<'_, Vec<(Vec<u8>, u64)>> {
        self.unwritten.lock().expect("nothing panics while it holds the bytes")
    }

    fn pay_writes(&self) -> io::Result<()> {
        let mut unwritten = self.unwritten();
        unwritten.drain(..).try_for_each(|(bytes, offset)| write_all_at(&*self.file, &bytes, offset))
    }
}

impl Drop for SeededFile {
    fn drop(&mut self) {
        // Late as it is, there is nobody left to hear of a failure.
        let _ = self.pay_writes();
        let _ = self.pay_sync();
    }
}

impl StoredFile for SeededFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.pay_writes()?;
        self.file.read_at(buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.pay_sync()?;
        if self.bug == Bug::WriteBehind {
            self.unwritten().push((bytes.to_vec(), offset));
            return Ok(bytes.len());
        }
        let written = self.file.write_at(bytes, offset)?;
        Ok(if self.bug == Bug::ShortWriteIgnored { bytes.len() } else { written })
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.pay_writes()?;
        if self.bug == Bug::NoTruncate { Ok(()) } else { self.file.truncate(length) }
    }

    fn sync_data(&self) -> io::Result<()> {
        match self.bug {
            Bug::NoSync => Ok(()),
            Bug::NewFilesUnsynced if self.is_new => Ok(()),
            Bug::LateSync => {
                self.owes_sync.store(true, Ordering::Relaxed);
                Ok(())
            }
            Bug::SyncRetried => self.file.sync_data().or_else(|_| self.file.sync_data()),
            _ => self.file.sync_data(),
        }
    }

    fn drop_cache(&self, from: u64) -> io::Result<()> {
        if self.bug == Bug::TailFromCache { Ok(()) } else { self.file.drop_cache(from) }
    }

    fn length(&self) -> io::Result<u64> {
        self.pay_writes()?;
        self.file.length()
    }

    fn identity(&self) -> io::Result<Identity> {
        self.file.identity()
    }

    fn lock(&self, wait: Duration) -> io::Result<bool> {
        if self.bug == Bug::NoLock { Ok(true) } else { self.file.lock(wait) }
    }

    fn try_lock_shared(&self) -> io::Result<bool> {
        self.file.try_lock_shared()
    }

    fn unlock(&self) -> io::Result<()> {
        self.file.unlock()
    }
}
