//! What the tests of this crate share: small ledgers, a folder for them, a storage that fails when told.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use recount_model::date::Instant;

use crate::batch::{Batch, NewEvent};
use crate::checkpoint::Checkpoint;
use crate::merkle::Frontier;
use crate::storage::{Access, Fitness, Identity, OpenError, RealStorage, Storage, StoredFile};
use crate::writer::Options;

/// A process that another test starts holds what is open here, locks included, for a moment until it is another program:
/// so locks are waited for.
pub(crate) const OPTIONS: Options =
    Options { wait: Duration::from_secs(5), fitness: Fitness::Strict, now: Instant::MIN };

/// A batch of `count` events; event 1 is `ledger.created`.
pub(crate) fn batch(first_seq: u64, count: u64) -> Batch {
    let mut batch = Batch::new(first_seq);
    for seq in first_seq..first_seq + count {
        let kind = if seq == 1 { "ledger.created" } else { "case.updated" };
        let at = Instant::from_seconds(1_800_000_000 + i64::try_from(seq).unwrap()).unwrap();
        let data = format!("{{\"n\":\"é{seq}\"}}");
        batch.push(NewEvent { at, by: "ana", clock: None, from: None, kind, data: &data }).unwrap();
    }
    batch
}

/// The bytes of a ledger whose batches have the given numbers of events, and its frontier.
pub(crate) fn ledger_and_frontier(batches: &[u64]) -> (Vec<u8>, Frontier) {
    let mut bytes = Vec::new();
    let mut frontier = Frontier::default();
    for count in batches {
        let batch = batch(frontier.size() + 1, *count);
        batch.leaves().iter().for_each(|leaf| frontier.push(*leaf));
        bytes.extend(batch.bytes());
        bytes.extend(
            Checkpoint::closing(frontier.size(), frontier.root(), crc32c::crc32c(batch.bytes()))
                .encode()
                .bytes(),
        );
        bytes.push(b'\n');
    }
    (bytes, frontier)
}

/// The bytes of a ledger whose batches have the given numbers of events.
pub(crate) fn ledger(batches: &[u64]) -> Vec<u8> {
    ledger_and_frontier(batches).0
}

/// A folder with one ledger in it.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn with(bytes: &[u8]) -> Self {
        let folder = Self::new();
        folder.write(bytes);
        folder
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("l.jsonl")
    }

    pub(crate) fn write(&self, bytes: &[u8]) {
        fs::write(self.path(), bytes).unwrap();
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }

    /// The names in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A message without the folder's own name.
    pub(crate) fn masked(&self, message: impl ToString) -> String {
        message.to_string().replace(self.folder.path().to_str().unwrap(), "")
    }
}

/// The real storage, with a list of the calls that change something, and one kind of call that fails when told. Every second
/// read and write is interrupted.
#[derive(Debug, Clone, Default)]
pub(crate) struct WatchedStorage {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<&'static str>,
    failing: &'static str,
    error: Option<io::ErrorKind>,
    interrupts: bool,
}

impl WatchedStorage {
    /// From now on calls of this name fail; a `write` after half of its bytes.
    pub(crate) fn fail(&self, name: &'static str) {
        self.state.lock().unwrap().failing = name;
    }

    /// The same, with this error.
    pub(crate) fn fail_as(&self, name: &'static str, error: io::ErrorKind) {
        self.state.lock().unwrap().error = Some(error);
        self.fail(name);
    }

    /// A file of this storage in memory.
    pub(crate) fn file(&self, content: &[u8]) -> Box<dyn StoredFile> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        self.watched(Box::new(file))
    }

    /// The names of the calls since the last question, repetitions left out.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    fn call(&self, name: &'static str) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        if state.calls.last() != Some(&name) {
            state.calls.push(name);
        }
        state.outcome(name)
    }

    fn interrupt(&self) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        state.interrupts = !state.interrupts;
        if state.interrupts { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }

    fn watched(&self, inner: Box<dyn StoredFile>) -> Box<dyn StoredFile> {
        Box::new(WatchedFile { inner, storage: self.clone() })
    }
}

impl State {
    fn outcome(&self, name: &'static str) -> io::Result<()> {
        match self.error {
            _ if self.failing != name => Ok(()),
            Some(error) => Err(error.into()),
            None => Err(io::Error::other("told to fail")),
        }
    }
}

impl Storage for WatchedStorage {
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn StoredFile>, OpenError> {
        Ok(self.watched(RealStorage.open(path, access)?))
    }

    fn create_new(&self, path: &Path, like: Option<&Path>) -> io::Result<Box<dyn StoredFile>> {
        self.call("create")?;
        Ok(self.watched(RealStorage.create_new(path, like)?))
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call("rename")?;
        RealStorage.rename_new(from, to)
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call("replace")?;
        RealStorage.replace(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call("remove")?;
        RealStorage.remove(path)
    }

    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        self.call("sync folder")?;
        RealStorage.sync_folder_of(path)
    }

    fn identity_at(&self, path: &Path) -> io::Result<Identity> {
        RealStorage.identity_at(path)
    }
}

#[derive(Debug)]
struct WatchedFile {
    inner: Box<dyn StoredFile>,
    storage: WatchedStorage,
}

impl StoredFile for WatchedFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.storage.interrupt()?;
        self.storage.state.lock().unwrap().outcome("read")?;
        // One byte less than asked, so that short reads are the rule.
        let wanted = buffer.len().saturating_sub(1).max(1).min(buffer.len());
        self.inner.read_at(&mut buffer[..wanted], offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.storage.interrupt()?;
        // Half of what is asked, so that short writes are the rule; what fails has written that much.
        let written = self.inner.write_at(&bytes[..bytes.len().div_ceil(2)], offset)?;
        self.storage.call("write")?;
        Ok(written)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.storage.call("truncate")?;
        self.inner.truncate(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.storage.call("sync")?;
        self.inner.sync_data()
    }

    fn drop_cache(&self, from: u64) -> io::Result<()> {
        self.storage.call("drop cache")?;
        self.inner.drop_cache(from)
    }

    fn length(&self) -> io::Result<u64> {
        self.inner.length()
    }

    fn identity(&self) -> io::Result<Identity> {
        self.inner.identity()
    }

    fn lock(&self, wait: Duration) -> io::Result<bool> {
        self.storage.call("lock")?;
        self.inner.lock(wait)
    }

    fn try_lock_shared(&self) -> io::Result<bool> {
        self.inner.try_lock_shared()
    }

    fn unlock(&self) -> io::Result<()> {
        self.inner.unlock()
    }
}
