//! Appending to a ledger: one writer at a time, whole batches, success only when they are durable.

use std::io;
use std::path::Path;
use std::time::Duration;

use recount_model::date::Instant;

use crate::aside::{SetAside, create_beside, set_aside};
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::error::{IoContext, LedgerError};
use crate::locate::{Head, Located, locate};
use crate::merkle::{Frontier, Hash};
use crate::reader::{Ledger, open_file};
use crate::storage::{Access, Fitness, Storage, StoredFile, write_all_at};

/// Bytes of a batch that are not copied to be written with their checkpoint.
const LARGE: usize = 1 << 20;

/// How often a ledger that is replaced while its lock is waited for is opened again.
const REOPENINGS: usize = 8;

/// How a ledger is opened for writing.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long another writer's lock is waited for.
    pub wait: Duration,
    /// How particular the writer is about the file.
    pub fitness: Fitness,
    /// The time of day, for the names of files that are set aside. The library never reads a clock.
    pub now: Instant,
}

/// What a commit made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Receipt {
    /// The sequence number of the batch's first event; that of its last is `size`.
    pub seq: u64,
    /// The size of the ledger, in events.
    pub size: u64,
    /// The RFC 6962 root of the ledger.
    pub root: Hash,
}

/// The one writer of a ledger: it holds the lock until it is dropped.
#[derive(Debug)]
pub struct Writer<'s> {
    pub(crate) storage: &'s dyn Storage,
    pub(crate) ledger: Ledger,
    /// The time of day, for the name of a tail that is set aside.
    pub(crate) now: Instant,
    set_aside: Option<SetAside>,
    pub(crate) poisoned: bool,
    /// The frontier of the head, if this writer made it: many small commits compute no root twice.
    committed: Option<Frontier>,
}

impl<'s> Writer<'s> {
    /// Creates a ledger with its first batch, under another name first, so that a ledger is there whole or not
    /// at all.
    ///
    /// # Errors
    /// [`LedgerError::Exists`] if there is anything at the path, [`LedgerError::Stale`] if the batch is empty or does
    /// not begin with event 1, [`LedgerError::Unfit`], [`LedgerError::Io`].
    pub fn create(
        storage: &'s dyn Storage,
        path: &Path,
        batch: &Batch,
        options: &Options,
    ) -> Result<(Self, Receipt), LedgerError> {
        if storage.identity_at(path).is_ok() {
            return Err(LedgerError::Exists { path: path.to_owned() });
        }
        let (temporary, _) = create_beside(storage, path, "new", None, options.now)?;
        let created = Self::create_by_way_of(&temporary, storage, path, batch, options);
        if created.is_err() {
            // A file that stays behind is in nobody's way: the error is the one to report.
            let _ = storage.remove(&temporary);
        }
        created
    }

    fn create_by_way_of(
        temporary: &Path,
        storage: &'s dyn Storage,
        path: &Path,
        batch: &Batch,
        options: &Options,
    ) -> Result<(Self, Receipt), LedgerError> {
        let file = lock_current(storage, temporary, options)?;
        let ledger = Ledger { path: temporary.to_owned(), file, head: Head::empty(), tail: None };
        let mut writer =
            Self { storage, ledger, now: options.now, set_aside: None, poisoned: false, committed: None };
        let receipt = writer.commit(&mut Frontier::default(), batch)?;
        storage.rename_new(temporary, path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => LedgerError::Exists { path: path.to_owned() },
            _ => LedgerError::Io { path: path.to_owned(), action: "renaming the new ledger", source },
        })?;
        path.clone_into(&mut writer.ledger.path);
        storage.sync_folder_of(path).context(path, "syncing the folder")?;
        Ok((writer, receipt))
    }

    /// Opens a ledger for appending; nothing is changed yet. An unfinished tail, which was never acknowledged, stays until
    /// the first commit, which moves it into a file of its own: see [`Writer::set_aside`].
    ///
    /// # Errors
    /// [`LedgerError::DamagedTail`], [`LedgerError::Locked`] after `options.wait`, [`LedgerError::Unfit`], and those of
    /// [`Ledger::open`].
    pub fn open(storage: &'s dyn Storage, path: &Path, options: &Options) -> Result<Self, LedgerError> {
        let ledger = open_locked(storage, path, options)?;
        if let Some(damage) = ledger.tail.as_ref().and_then(|tail| tail.damage.clone()) {
            return Err(LedgerError::DamagedTail(Box::new(damage)));
        }
        Ok(Self { storage, ledger, now: options.now, set_aside: None, poisoned: false, committed: None })
    }

    /// The ledger as it is under the lock: what a batch is to be made for.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The unfinished tail that a commit moved out of the way, and where it is now.
    #[must_use]
    pub fn set_aside(&self) -> Option<&SetAside> {
        self.set_aside.as_ref()
    }

    /// Appends a batch and its checkpoint. They are durable when this returns; `frontier`, which must be that of the
    /// ledger as it is, is then that of the longer ledger.
    ///
    /// # Errors
    /// [`LedgerError::Stale`] if the file at the path, its length, the frontier or the batch's first number is not
    /// what follows from the ledger's head, or the batch is empty: nothing is written. [`LedgerError::Io`] if writing
    /// or syncing fails; whether the batch is there is known when the ledger is opened again, and this writer answers
    /// [`LedgerError::Poisoned`] from then on.
    pub fn commit(&mut self, frontier: &mut Frontier, batch: &Batch) -> Result<Receipt, LedgerError> {
        self.prepare(frontier, batch)?;
        let (checkpoint, longer, end) = self.append(frontier, batch)?;
        self.poisoned = false;
        self.ledger.head = Head::at(&checkpoint, end);
        self.committed = Some(longer.clone());
        *frontier = longer;
        Ok(Receipt { seq: batch.first_seq(), size: checkpoint.size, root: checkpoint.root })
    }

    /// Checks everything that must hold before a byte is written, and moves an unfinished tail aside. The writer counts as
    /// poisoned from here until the caller has made all durable.
    pub(crate) fn prepare(&mut self, frontier: &Frontier, batch: &Batch) -> Result<(), LedgerError> {
        if self.poisoned {
            return Err(LedgerError::Poisoned { path: self.ledger.path.clone() });
        }
        self.check_frontier(frontier)?;
        self.check_place(batch)?;
        // Until all is durable: moving a tail aside writes, cuts and syncs as well.
        self.poisoned = true;
        if let Some(aside) = set_aside(self.storage, &mut self.ledger, self.now)? {
            self.set_aside = Some(aside);
        }
        Ok(())
    }

    /// Checks that the lines that were read have the root that the last checkpoint states.
    ///
    /// # Errors
    /// Those of [`Ledger::check_frontier`].
    pub fn check_frontier(&self, frontier: &Frontier) -> Result<(), LedgerError> {
        if self.committed.as_ref() == Some(frontier) && frontier.size() == self.ledger.head.size {
            return Ok(());
        }
        self.ledger.check_frontier(frontier)
    }

    /// Checks that the ledger is still the one that was opened, and that the batch is made for it.
    pub(crate) fn check_place(&self, batch: &Batch) -> Result<(), LedgerError> {
        let Ledger { path, file, head, tail } = &self.ledger;
        let same_file = self.storage.identity_at(path).ok()
            == Some(file.identity().context(path, "asking for the file")?);
        let length = file.length().context(path, "asking for the length")?;
        let known = tail.as_ref().map_or(head.end_offset, |tail| tail.bytes.end);
        let (expected, found) = if !same_file {
            ("the file that was opened".to_owned(), "another or none in its place".to_owned())
        } else if length != known {
            (format!("{known} bytes"), format!("{length}"))
        } else if batch.first_seq() != head.size + 1 || batch.is_empty() {
            (
                format!("a batch from event {}", head.size + 1),
                format!("{} events from {}", batch.len(), batch.first_seq()),
            )
        } else {
            return Ok(());
        };
        Err(LedgerError::Stale { path: path.clone(), expected, found })
    }

    /// Writes a batch with its checkpoint; gives the checkpoint, the frontier behind it, and where it ends in the file.
    fn append(&self, frontier: &Frontier, batch: &Batch) -> Result<(Checkpoint, Frontier, u64), LedgerError> {
        let Ledger { path, file, head, .. } = &self.ledger;
        let written = write(&**file, head.end_offset, frontier, batch);
        let written = written
            .inspect_err(|_| {
                // A courtesy: what stays behind is an unfinished tail, which the next writer moves aside.
                let _ = file.truncate(head.end_offset);
            })
            .context(path, "writing")?;
        // After a failed sync the file is not touched again: what of it is on the device is unknown.
        file.sync_data().context(path, "syncing")?;
        Ok(written)
    }
}

/// Writes a batch and its checkpoint at an offset; many lines are not copied for that, and are hashed meanwhile.
fn write(
    file: &dyn StoredFile,
    offset: u64,
    frontier: &Frontier,
    batch: &Batch,
) -> io::Result<(Checkpoint, Frontier, u64)> {
    let lines = batch.bytes();
    let line = |checkpoint: &Checkpoint| checkpoint.encode() + "\n";
    let behind = offset + lines.len() as u64;
    if lines.len() < LARGE {
        let (checkpoint, longer) = batch.closed(frontier);
        let line = line(&checkpoint);
        write_all_at(file, &[lines, line.as_bytes()].concat(), offset)?;
        return Ok((checkpoint, longer, behind + line.len() as u64));
    }
    let ((checkpoint, longer), written) = batch.closed_during(frontier, || write_all_at(file, lines, offset));
    written?;
    let line = line(&checkpoint);
    write_all_at(file, line.as_bytes(), behind)?;
    Ok((checkpoint, longer, behind + line.len() as u64))
}

/// Opens a ledger by the writer's protocol: lock, sync file and folder, forget what the page cache holds of the last batch, and read
/// it from the device. After a failed write-back the cache may hold what the device does not.
pub(crate) fn open_locked(
    storage: &dyn Storage,
    path: &Path,
    options: &Options,
) -> Result<Ledger, LedgerError> {
    let file = lock_current(storage, path, options)?;
    file.sync_data().context(path, "syncing")?;
    // Whoever put the file there may have died before the name was durable, and what is appended goes with the name.
    storage.sync_folder_of(path).context(path, "syncing the folder")?;
    forget_last_batch(&*file).context(path, "reading back")?;
    Ledger::from_file(file, path)
}

/// Opens and locks the file that the path leads to once the lock is had.
fn lock_current(
    storage: &dyn Storage,
    path: &Path,
    options: &Options,
) -> Result<Box<dyn StoredFile>, LedgerError> {
    for _ in 0..REOPENINGS {
        let file = open_file(storage, path, Access::Write(options.fitness))?;
        if !file.lock(options.wait).context(path, "locking")? {
            return Err(LedgerError::Locked { path: path.to_owned(), waited: options.wait });
        }
        if storage.identity_at(path).ok() == Some(file.identity().context(path, "asking for the file")?) {
            return Ok(file);
        }
    }
    let (expected, found) =
        ("a file that stays in its place".to_owned(), "others put there again and again".to_owned());
    Err(LedgerError::Stale { path: path.to_owned(), expected, found })
}

/// Drops the cache from the beginning of the last batch on. What is then read from the device may show that the last
/// batch begins earlier.
fn forget_last_batch(file: &dyn StoredFile) -> io::Result<()> {
    let length = file.length()?;
    let mut forgotten_from = length;
    loop {
        let start = match locate(file, length)? {
            Located::Head { batch_start, .. } => batch_start,
            Located::Corrupt | Located::NoCheckpoint => 0,
        };
        if start >= forgotten_from {
            return Ok(());
        }
        file.drop_cache(start)?;
        forgotten_from = start;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::batch::Batch;
    use crate::storage::RealStorage;
    use crate::testing::{Folder, OPTIONS, WatchedStorage, batch, ledger, ledger_and_frontier};
    use std::fs;

    fn open<'s>(storage: &'s dyn Storage, folder: &Folder) -> Result<Writer<'s>, LedgerError> {
        Writer::open(storage, &folder.path(), &OPTIONS)
    }

    fn refusal(folder: &Folder) -> String {
        folder.masked(open(&RealStorage, folder).unwrap_err())
    }

    #[test]
    fn creates_and_appends() {
        let folder = Folder::new();
        let storage = WatchedStorage::default();
        let (mut writer, receipt) = Writer::create(&storage, &folder.path(), &batch(1, 2), &OPTIONS).unwrap();
        assert_eq!(storage.calls(), ["create", "lock", "write", "sync", "rename", "sync folder"]);
        let (bytes, mut frontier) = ledger_and_frontier(&[2]);
        assert_eq!(folder.bytes(), bytes);
        assert_eq!(receipt, Receipt { seq: 1, size: 2, root: frontier.root() });
        let receipt = writer.commit(&mut frontier, &batch(3, 1)).unwrap();
        assert_eq!(storage.calls(), ["write", "sync"]);
        drop(writer);
        assert_eq!((receipt.seq, receipt.size, receipt.root), (3, 3, frontier.root()));

        let mut writer = open(&storage, &folder).unwrap();
        assert_eq!(storage.calls(), ["lock", "sync", "sync folder", "drop cache"]);
        assert_eq!((writer.ledger().head().size, writer.set_aside()), (3, None));
        let _ = writer.commit(&mut frontier, &batch(4, 2)).unwrap();
        assert_eq!(folder.bytes(), ledger(&[2, 1, 2]));
        assert_eq!(folder.names(), ["l.jsonl"]);
    }

    #[test]
    fn a_large_batch_is_written_without_its_checkpoint_first() {
        let (bytes, mut frontier) = ledger_and_frontier(&[2]);
        let folder = Folder::with(&bytes);
        let storage = WatchedStorage::default();
        let mut writer = open(&storage, &folder).unwrap();
        storage.calls();
        let events = (LARGE / 60) as u64;
        let batch = batch(3, events).on_threads(2.try_into().unwrap());
        assert!(batch.bytes().len() > LARGE);
        let receipt = writer.commit(&mut frontier, &batch).unwrap();
        assert_eq!(storage.calls(), ["write", "sync"], "both before the sync");
        assert_eq!((receipt.size, receipt.root), (2 + events, frontier.root()));
        assert_eq!(folder.bytes(), ledger(&[2, events]));
    }

    #[test]
    fn create_touches_no_file() {
        let folder = Folder::with(b"mine");
        let error = Writer::create(&RealStorage, &folder.path(), &batch(1, 1), &OPTIONS).unwrap_err();
        insta::assert_snapshot!(folder.masked(error), @"/l.jsonl: expected no file, found one, and it was not touched; choose another name");
        assert_eq!((folder.bytes(), folder.names().len()), (b"mine".to_vec(), 1));
    }

    #[test]
    fn a_failed_creation_leaves_nothing() {
        for call in ["lock", "write", "sync", "rename"] {
            let folder = Folder::new();
            let storage = WatchedStorage::default();
            storage.fail(call);
            let error = Writer::create(&storage, &folder.path(), &batch(1, 1), &OPTIONS).unwrap_err();
            assert!(error.to_string().contains("told to fail"), "{error}");
            assert_eq!(folder.names(), [""; 0], "{call}");
        }
    }

    #[test]
    fn a_ledger_that_appears_meanwhile_is_not_replaced() {
        let (storage, folder) = (WatchedStorage::default(), Folder::new());
        storage.fail_as("rename", io::ErrorKind::AlreadyExists);
        let created = Writer::create(&storage, &folder.path(), &batch(1, 1), &OPTIONS);
        assert!(matches!(created.map(drop), Err(LedgerError::Exists { .. })));
    }

    #[test]
    fn one_writer_at_a_time() {
        let folder = Folder::with(&ledger(&[2]));
        let first = open(&RealStorage, &folder).unwrap();
        let impatient = Options { wait: Duration::ZERO, ..OPTIONS };
        let refused = Writer::open(&RealStorage, &folder.path(), &impatient).unwrap_err();
        insta::assert_snapshot!(folder.masked(refused), @"/l.jsonl: another process is writing (waited 0 s for its lock); try again when it is done");
        drop(first);
        assert!(open(&RealStorage, &folder).is_ok());
    }

    #[test]
    fn a_batch_for_another_ledger_is_refused() {
        let (bytes, frontier) = ledger_and_frontier(&[2]);
        let folder = Folder::with(&bytes);
        let mut writer = open(&RealStorage, &folder).unwrap();
        let mut check = |mut frontier: Frontier, batch: &Batch| {
            writer
                .commit(&mut frontier, batch)
                .unwrap_err()
                .to_string()
                .replace(folder.path().to_str().unwrap(), "")
        };
        insta::assert_snapshot!(check(frontier.clone(), &batch(4, 1)), @": expected a batch from event 3, found 1 events from 4; nothing was appended, read the ledger again");
        insta::assert_snapshot!(check(frontier, &batch(3, 0)), @": expected a batch from event 3, found 0 events from 3; nothing was appended, read the ledger again");
        insta::assert_snapshot!(check(ledger_and_frontier(&[3]).1, &batch(3, 1)), @": expected lines with the root eoWCq/vtYFHasBBa+nGDTSrTvSfCfsQekSaUof8wnL8= over 2 events, found jh5fn+4qBjJc8Yv3SzIQz/oIor99840fOQ3X5mk8KXk= over 3; run `recount verify`: it names the batch that was changed");
        assert_eq!(folder.bytes(), bytes);
    }

    #[test]
    fn a_file_that_was_replaced_or_changed_is_left_alone() {
        let (bytes, mut frontier) = ledger_and_frontier(&[2]);
        let folder = Folder::with(&bytes);
        let mut writer = open(&RealStorage, &folder).unwrap();
        folder.write(&[&bytes[..], b"x"].concat());
        insta::assert_snapshot!(folder.masked(writer.commit(&mut frontier, &batch(3, 1)).unwrap_err()), @"/l.jsonl: expected 282 bytes, found 283; nothing was appended, read the ledger again");
        fs::rename(folder.path(), folder.path().with_extension("old")).unwrap();
        insta::assert_snapshot!(folder.masked(writer.commit(&mut frontier, &batch(3, 1)).unwrap_err()), @"/l.jsonl: expected the file that was opened, found another or none in its place; nothing was appended, read the ledger again");
        folder.write(&bytes);
        insta::assert_snapshot!(folder.masked(writer.commit(&mut frontier, &batch(3, 1)).unwrap_err()), @"/l.jsonl: expected the file that was opened, found another or none in its place; nothing was appended, read the ledger again");
        assert_eq!((folder.bytes(), frontier.size()), (bytes, 2));
    }

    #[test]
    fn a_failed_write_or_sync_is_final() {
        for (call, cut_back) in [("write", true), ("sync", false)] {
            let (bytes, mut frontier) = ledger_and_frontier(&[2]);
            let folder = Folder::with(&bytes);
            let storage = WatchedStorage::default();
            let mut writer = open(&storage, &folder).unwrap();
            storage.calls();
            storage.fail(call);
            let error = writer.commit(&mut frontier, &batch(3, 1)).unwrap_err();
            assert!(matches!(error, LedgerError::Io { .. }), "{error}");
            assert_eq!(storage.calls(), if cut_back { ["write", "truncate"] } else { ["write", "sync"] });
            storage.fail("");
            let error = writer.commit(&mut frontier, &batch(3, 1)).unwrap_err();
            assert!(matches!(error, LedgerError::Poisoned { .. }), "{error}");
            assert_eq!((storage.calls(), frontier.size()), (vec![], 2));
            assert_eq!(folder.bytes() == bytes, cut_back);
            drop(writer);
            assert!(open(&storage, &folder).unwrap().set_aside().is_none());
        }
    }

    #[test]
    fn a_failure_to_move_a_tail_aside_is_final() {
        for call in ["create", "write", "sync", "sync folder", "truncate"] {
            let (bytes, mut frontier) = ledger_and_frontier(&[2]);
            let with_tail = [&bytes[..], b"{\"seq\":3"].concat();
            let folder = Folder::with(&with_tail);
            let storage = WatchedStorage::default();
            let mut writer = open(&storage, &folder).unwrap();
            storage.fail(call);
            let error = writer.commit(&mut frontier, &batch(3, 1)).unwrap_err();
            assert!(error.to_string().contains("told to fail"), "{error}");
            storage.fail("");
            let error = writer.commit(&mut frontier, &batch(3, 1)).unwrap_err();
            assert!(matches!(error, LedgerError::Poisoned { .. }), "{call}: {error}");
            assert_eq!((folder.bytes(), frontier.size()), (with_tail, 2), "{call}");
        }
    }

    #[test]
    fn unfit_files_are_refused() {
        let folder = Folder::with(&ledger(&[2]));
        let second = folder.path().with_extension("second");
        fs::hard_link(folder.path(), &second).unwrap();
        insta::assert_snapshot!(refusal(&folder), @"/l.jsonl: expected a plain file that one writer can lock and sync, found a file with several names (hard links); copy it to one of its own");
        let any = Options { fitness: Fitness::Any, ..OPTIONS };
        assert!(Writer::open(&RealStorage, &folder.path(), &any).is_ok());
        fs::remove_file(folder.path()).unwrap();
        std::os::unix::fs::symlink(&second, folder.path()).unwrap();
        insta::assert_snapshot!(refusal(&folder), @"/l.jsonl: expected a plain file that one writer can lock and sync, found a symbolic link; name the file it leads to");
        assert!(Writer::open(&RealStorage, &folder.path(), &any).is_ok());
    }
}
