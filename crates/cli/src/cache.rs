//! The platform's cache folder: what is kept there can be deleted at any time and costs only the time to make it again.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use recount_ledger::Head;
use recount_ledger::merkle::leaf_hash;

use crate::args::Global;

/// A shorter ledger is read in no time.
const SMALLEST: u64 = 1 << 20;

/// What is kept of one kind takes no more, of all ledgers together; the oldest goes first.
const ALL: u64 = 1 << 30;

/// What was kept is made anew when this part of the ledger, and at least [`TAIL`] bytes, is not in it: reading more would take too
/// long.
const PART: u64 = 512;
const TAIL: u64 = 1 << 18;

/// Whether a ledger is long enough for anything to be kept of it.
pub(crate) fn is_worth_it(head: &Head) -> bool {
    head.end_offset >= SMALLEST
}

/// Whether so many bytes at the end of a ledger are too many not to be in what was kept of it.
pub(crate) fn is_behind(tail: u64, head: &Head) -> bool {
    tail > TAIL.max(head.end_offset / PART)
}

/// What is kept of a ledger, in a file of its own.
pub(crate) struct Place {
    /// The file.
    pub(crate) file: PathBuf,
    /// The ledger's one path, by which the file is named.
    pub(crate) ledger: PathBuf,
}

impl Place {
    /// Where the `what` of the ledger is kept; nothing where none is wanted, or there is no cache folder.
    pub(crate) fn of(global: &Global, what: &str) -> Option<Place> {
        if global.no_cache { None } else { Place::whatever(&global.file, what) }
    }

    /// What is kept, to be read. Nothing where it is no file: a pipe would keep whoever opens it waiting.
    pub(crate) fn open(&self) -> Option<File> {
        fs::metadata(&self.file).ok().filter(Metadata::is_file)?;
        File::open(&self.file).ok()
    }

    /// Puts what `write` writes there, whole or not at all; it says false for what is of no use.
    pub(crate) fn put(&self, write: impl FnOnce(&mut File) -> io::Result<bool>) -> io::Result<()> {
        let folder = self.file.parent().ok_or(io::ErrorKind::NotFound)?;
        fs::create_dir_all(folder)?;
        // Only the owner may read it, as it names what is in the ledger. It need not be synced: what is not whole is told from what
        // is.
        let mut new = tempfile::Builder::new().prefix(".recount-").tempfile_in(folder)?;
        if write(new.as_file_mut())? && new.as_file().metadata()?.len() <= ALL {
            new.persist(&self.file).map_err(|error| error.error)?;
            make_room(folder)?;
        }
        Ok(())
    }

    /// The same whether the cache is wanted or not: for deleting.
    fn whatever(ledger: &Path, what: &str) -> Option<Place> {
        let ledger = fs::canonicalize(ledger).ok()?;
        let digest = leaf_hash(ledger.as_os_str().as_encoded_bytes());
        let name: String = digest.0[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Place { file: folder()?.join(what).join(name), ledger })
    }
}

/// Deletes what is kept of a ledger and would still tell what was erased from it.
pub(crate) fn forget(ledger: &Path) {
    for what in ["indexes", "writers"] {
        if let Some(place) = Place::whatever(ledger, what) {
            let _ = fs::remove_file(place.file);
        }
    }
}

/// That of the XDG base directory specification, on macOS its own.
fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || absolute("HOME");
    let platform = match cfg!(target_os = "macos") {
        true => home().map(|home| home.join("Library/Caches")),
        false => absolute("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache"))),
    };
    Some(platform?.join("recount"))
}

/// Deletes the oldest files of a folder until the others take no more than they may.
fn make_room(folder: &Path) -> io::Result<()> {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        files.push((metadata.modified()?, metadata.len(), entry.path()));
    }
    files.sort_unstable_by(|a, b| b.cmp(a));
    let mut taken = 0;
    for (_, length, path) in files {
        taken += length;
        if taken > ALL {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let folder = tempfile::tempdir().unwrap();
        for (seconds, name) in [(30, "newest"), (10, "oldest"), (20, "older")] {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            // Sparse: no room is taken.
            file.set_len(ALL / 2).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
        }
        make_room(folder.path()).unwrap();
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["newest", "older"]);
    }
}
