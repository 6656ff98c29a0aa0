//! Answers from the index of a large ledger, which is kept in the cache folder.
//!
//! A question about indicators replays only the events that bear on them. Whatever is in the way, the whole ledger is
//! replayed and the index is made anew, after the answer was printed.

use std::fs;
use std::io::{self, BufWriter};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::SystemTime;

use recount_ledger::reader::Ledger;
use recount_model::state::State;
use recount_replay::Replay;
use recount_replay::index::{Asked, Index, build};

use crate::args::Global;
use crate::cache::Place;

/// A shorter ledger is replayed in no time.
const SMALLEST: u64 = 1 << 20;

/// All indexes together take no more; the oldest go first.
const ALL: u64 = 1 << 30;

/// An index is made anew when this part of the ledger, and at least [`TAIL`] bytes, is not in it: reading more would take too
/// long.
const PART: u64 = 512;
const TAIL: u64 = 1 << 18;

/// What bears on a question, if there is an index to tell.
pub(crate) fn answer(global: &Global, ledger: &Ledger, asked: &Asked) -> Option<Replay> {
    let place = Place::of(global, "indexes").filter(|_| is_worth_it(ledger))?;
    // What cannot be read is made anew.
    let mut index = Index::open(place.open()?)?;
    let tail = ledger.head().end_offset.checked_sub(index.seen().end_offset)?;
    if tail > TAIL.max(ledger.head().end_offset / PART) {
        return None;
    }
    index.answer(ledger, asked)
}

/// Makes the index of a ledger of which `state` is the whole state. A failure is no reason to fail: then there is none.
pub(crate) fn keep(global: &Global, ledger: &Ledger, state: &State, threads: NonZeroUsize) {
    if let Some(place) = Place::of(global, "indexes").filter(|_| is_worth_it(ledger)) {
        let _ = make(&place.file, ledger, state, threads);
    }
}

/// Deletes the index of a ledger.
pub(crate) fn forget(ledger: &Path) {
    if let Some(place) = Place::whatever(ledger, "indexes") {
        let _ = fs::remove_file(place.file);
    }
}

fn is_worth_it(ledger: &Ledger) -> bool {
    ledger.head().end_offset >= SMALLEST
}

fn make(file: &Path, ledger: &Ledger, state: &State, threads: NonZeroUsize) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    // Only the owner may read it, as it names what is in the ledger. It need not be synced: what is not whole is no index.
    let new = tempfile::Builder::new().prefix(".recount-").tempfile_in(folder)?;
    let Some(written) = build(ledger, state, threads, BufWriter::new(new))? else { return Ok(()) };
    let new = written.into_inner().map_err(io::IntoInnerError::into_error)?;
    if new.as_file().metadata()?.len() <= ALL {
        new.persist(file).map_err(|error| error.error)?;
        make_room(folder)?;
    }
    Ok(())
}

/// Deletes the oldest files of a folder until the others take no more than they may.
fn make_room(folder: &Path) -> io::Result<()> {
    let mut files: Vec<(SystemTime, u64, std::path::PathBuf)> = Vec::new();
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
