//! Erasing the content of events: the one way in which bytes under a checkpoint change.
//!
//! A new file is written beside the ledger, in which stubs stand where the lines stood and a new batch says why, and is
//! renamed into the ledger's place. Roots stay as they are, since a stub names the leaf of the line that was there; only
//! the checksums of the batches with stubs in them are new.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::aside::create_beside;
use crate::batch::Batch;
use crate::batch_sum::{BatchSum, Mismatch};
use crate::checkpoint::{Checkpoint, MARK};
use crate::diagnose::diagnose;
use crate::error::{IoContext, LedgerError};
use crate::line::MAX_LINE;
use crate::lines::{Lines, RawLine};
use crate::locate::Head;
use crate::merkle::Frontier;
use crate::reader::Ledger;
use crate::storage::{StoredFile, write_all_at};
use crate::stub::{self, Stub};
use crate::writer::{Receipt, Writer};

/// Bytes written at once.
const BLOCK: usize = 1 << 20;

/// The lines to be replaced, by sequence number.
pub type Stubs<'a> = BTreeMap<u64, Stub<'a>>;

impl Writer<'_> {
    /// Puts stubs in the place of lines and appends a batch, which must say why, in one new file that is renamed into the
    /// place of the ledger. A crash leaves the one or the other, and perhaps an unfinished `NAME.jsonl.new-<utc>`.
    ///
    /// # Errors
    /// Those of [`Writer::commit`]; [`LedgerError::Stale`] also if a stub does not name the leaf of the line it is for, or
    /// is for no line, [`LedgerError::Corrupt`] if a batch does not hold when it is read again.
    pub fn redact(
        &mut self,
        stubs: &Stubs<'_>,
        frontier: &mut Frontier,
        batch: &Batch,
    ) -> Result<Receipt, LedgerError> {
        self.prepare(frontier, batch)?;
        let storage = self.storage;
        let path = self.ledger.path.clone();
        let (temporary, file) = create_beside(storage, &path, "new", Some(&path), self.now)?;
        let written = self.write_beside(&temporary, &*file, stubs, frontier, batch).and_then(|written| {
            // Writing took its time: what was appended meanwhile, against the lock, is not to be lost.
            self.check_place(batch)?;
            storage.replace(&temporary, &path).context(&path, "putting the new file into place")?;
            Ok(written)
        });
        let Written { head, frontier: longer, receipt } = written.inspect_err(|_| {
            // The ledger is as it was; the error is the one to report.
            let _ = storage.remove(&temporary);
        })?;
        // Which of the two files the name leads to after a power cut is only sure when the folder is synced.
        storage.sync_folder_of(&path).context(&path, "syncing the folder")?;
        self.poisoned = false;
        self.ledger = Ledger { path, file, head, tail: None };
        *frontier = longer;
        Ok(receipt)
    }

    fn write_beside(
        &self,
        temporary: &Path,
        file: &dyn StoredFile,
        stubs: &Stubs<'_>,
        frontier: &Frontier,
        batch: &Batch,
    ) -> Result<Written, LedgerError> {
        // Whoever finds the new file at the ledger's path must wait until this writer is done.
        if !file.lock(Duration::ZERO).context(temporary, "locking")? {
            return Err(LedgerError::Locked { path: temporary.to_owned(), waited: Duration::ZERO });
        }
        let mut out = Out { file, path: temporary, buffer: Vec::with_capacity(BLOCK + MAX_LINE), written: 0 };
        copy(&self.ledger, stubs, &mut out)?;
        let (closed, longer) = batch.closed(frontier);
        out.push(batch.bytes())?;
        out.push(closed.encode().as_bytes())?;
        out.push(b"\n")?;
        let length = out.finish()?;
        file.sync_data().context(temporary, "syncing")?;
        let receipt = Receipt { seq: batch.first_seq(), size: closed.size, root: closed.root };
        Ok(Written { head: Head::at(&closed, length), frontier: longer, receipt })
    }
}

/// The new file, whole and durable, before it has its name.
struct Written {
    head: Head,
    frontier: Frontier,
    receipt: Receipt,
}

/// Copies the batches up to the head with stubs in the place of their lines and the checksums made to fit. The old
/// checksums are checked on the way: damage must not be given a new one.
fn copy(ledger: &Ledger, stubs: &Stubs<'_>, out: &mut Out<'_>) -> Result<(), LedgerError> {
    let Ledger { path, file, head, .. } = ledger;
    let mut lines = Lines::new(&**file, 0..head.end_offset, 1);
    let mut old = BatchSum::begin(1, 0, 0);
    let mut crc = 0;
    let mut placed = 0;
    while let Some(line) = lines.next().context(path, "reading")? {
        if line.text().starts_with(MARK) {
            let Checkpoint { size, root, .. } =
                old.close(&line).map_err(|mismatch| corrupt(ledger, &old, &line, mismatch))?;
            out.push(Checkpoint::closing(size, root, crc).encode().as_bytes())?;
            out.push(b"\n")?;
            (old, crc) = (BatchSum::behind(&line, size), 0);
            continue;
        }
        old.event(&line);
        let new = match stubs.get(&old.size()) {
            None => Cow::Borrowed(line.bytes),
            Some(stub) if stub.redacted == stub::leaf(line.text()) => {
                placed += 1;
                Cow::Owned(format!("{}\n", stub.encode()).into_bytes())
            }
            Some(stub) => return Err(unfit(path, stub.seq)),
        };
        crc = crc32c::crc32c_append(crc, &new);
        out.push(&new)?;
    }
    match stubs.last_key_value() {
        Some((last, _)) if placed != stubs.len() => Err(unfit(path, *last)),
        _ => Ok(()),
    }
}

fn corrupt(ledger: &Ledger, batch: &BatchSum, line: &RawLine<'_>, mismatch: Mismatch) -> LedgerError {
    match diagnose(&*ledger.file, &ledger.path, batch, line, mismatch) {
        Ok(fault) => LedgerError::Corrupt(Box::new(fault)),
        Err(error) => error,
    }
}

fn unfit(path: &Path, seq: u64) -> LedgerError {
    let expected = format!("event {seq} as its stub has it");
    LedgerError::Stale { path: path.to_owned(), expected, found: "another line or none".to_owned() }
}

/// A file that is written from its beginning, in blocks.
struct Out<'f> {
    file: &'f dyn StoredFile,
    path: &'f Path,
    buffer: Vec<u8>,
    written: u64,
}

impl Out<'_> {
    fn push(&mut self, bytes: &[u8]) -> Result<(), LedgerError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < BLOCK { Ok(()) } else { self.flush().context(self.path, "writing") }
    }

    fn flush(&mut self) -> io::Result<()> {
        write_all_at(self.file, &self.buffer, self.written)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Writes what is left and says how long the file is.
    fn finish(mut self) -> Result<u64, LedgerError> {
        self.flush().context(self.path, "writing")?;
        Ok(self.written)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::line::EventLine;
    use crate::merkle::{Hash, leaf_hash};
    use crate::storage::RealStorage;
    use crate::stub::Kept;
    use crate::testing::{Folder, OPTIONS, WatchedStorage, batch, ledger, ledger_and_frontier};
    use crate::verify::{Report, verify};

    /// The line of event `seq` in a ledger of `batches`.
    fn line(batches: &[u64], seq: u64) -> String {
        let bytes = String::from_utf8(ledger(batches)).unwrap();
        bytes.lines().find(|line| line.starts_with(&format!("{{\"seq\":{seq},"))).unwrap().to_owned()
    }

    fn stub(line: &str) -> Stub<'_> {
        Stub::of(line.as_bytes(), &EventLine::parse(line.as_bytes()).unwrap(), Kept::Nothing)
    }

    fn redact(storage: &WatchedStorage, folder: &Folder, lines: &[String]) -> Result<Receipt, LedgerError> {
        redact_failing("", storage, folder, lines)
    }

    /// Redacts with one kind of call that fails once the ledger is open.
    fn redact_failing(
        call: &'static str,
        storage: &WatchedStorage,
        folder: &Folder,
        lines: &[String],
    ) -> Result<Receipt, LedgerError> {
        let (_, mut frontier) = ledger_and_frontier(&[2, 2, 1]);
        let mut writer = Writer::open(storage, &folder.path(), &OPTIONS)?;
        storage.fail(call);
        let stubs = lines.iter().map(|line| stub(line)).map(|stub| (stub.seq, stub)).collect();
        let receipt = writer.redact(&stubs, &mut frontier, &batch(6, 1))?;
        // The writer goes on with the new file.
        assert_eq!(writer.commit(&mut frontier, &batch(7, 1))?.size, 7);
        Ok(receipt)
    }

    fn report(folder: &Folder, receipt: Option<(u64, Hash)>) -> Report {
        verify(&RealStorage, &folder.path(), receipt, &mut |_, _| Ok(())).unwrap()
    }

    #[test]
    fn the_content_is_gone_and_every_root_holds() {
        let folder = Folder::with(&ledger(&[2, 2, 1]));
        let erased = [line(&[2, 2, 1], 3), line(&[2, 2, 1], 5)];
        let receipt = redact(&WatchedStorage::default(), &folder, &erased).unwrap();
        assert_eq!((receipt.seq, receipt.size), (6, 6));
        let text = String::from_utf8(folder.bytes()).unwrap();
        assert!(!text.contains("é3") && !text.contains("é5") && text.contains("é4"));
        assert!(text.contains(&leaf_hash(erased[0].as_bytes()).to_string()));
        for batches in [&[2][..], &[2, 2], &[2, 2, 1]] {
            let frontier = ledger_and_frontier(batches).1;
            let report = report(&folder, Some((frontier.size(), frontier.root())));
            assert_eq!((report.faults, report.receipt), (vec![], None));
        }
        // The roots are those of the ledger in which nothing was erased.
        assert_eq!(report(&folder, None).root, ledger_and_frontier(&[2, 2, 1, 1, 1]).1.root());
        assert_eq!(folder.names(), ["l.jsonl"]);
    }

    #[test]
    fn an_error_at_any_call_leaves_the_one_or_the_other() {
        let old = ledger(&[2, 2, 1]);
        let erased = [line(&[2, 2, 1], 3)];
        let watched = WatchedStorage::default();
        let _ = redact(&watched, &Folder::with(&old), &erased).unwrap();
        assert_eq!(
            watched.calls(),
            [
                "lock",
                "sync",
                "sync folder",
                "drop cache",
                "create",
                "lock",
                "write",
                "sync",
                "replace",
                "sync folder",
                "write",
                "sync"
            ]
        );
        for call in ["create", "write", "replace", "sync folder"] {
            let folder = Folder::with(&old);
            let storage = WatchedStorage::default();
            assert!(redact_failing(call, &storage, &folder, &erased).is_err());
            assert_eq!(folder.bytes() == old, call != "sync folder", "{call}");
            assert_eq!(report(&folder, None).faults, [], "{call}");
            assert_eq!(folder.names(), ["l.jsonl"], "{call}");
        }
    }

    #[test]
    fn a_stub_is_for_the_line_that_is_there() {
        let old = ledger(&[2, 2, 1]);
        let other = line(&[2, 2, 1], 3).replace("é3", "é4");
        let beyond = line(&[2, 2, 1, 9], 9);
        for wrong in [other, beyond] {
            let folder = Folder::with(&old);
            let error = redact(&WatchedStorage::default(), &folder, &[wrong]).unwrap_err();
            assert!(matches!(error, LedgerError::Stale { .. }), "{error}");
            assert_eq!((folder.bytes(), folder.names()), (old.clone(), vec!["l.jsonl".to_owned()]));
        }
    }

    #[test]
    fn damage_gets_no_new_checksum() {
        let mut bytes = ledger(&[2, 2, 1]);
        let at = bytes.len() - ledger(&[2]).len();
        bytes[at] ^= 1;
        let folder = Folder::with(&bytes);
        assert!(redact(&WatchedStorage::default(), &folder, &[line(&[2, 2, 1], 2)]).is_err());
        assert_eq!(folder.bytes(), bytes);
    }

    #[test]
    fn the_new_file_is_for_as_many_eyes_as_the_old_one() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::with(&ledger(&[2, 2, 1]));
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        let _ = redact(&WatchedStorage::default(), &folder, &[line(&[2, 2, 1], 3)]).unwrap();
        assert_eq!(std::fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
