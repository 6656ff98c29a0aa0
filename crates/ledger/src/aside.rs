//! Moving a tail out of the ledger, whole, into a file beside it.

use std::io;
use std::path::{Path, PathBuf};

use recount_model::date::Instant;

use crate::error::{IoContext, LedgerError};
use crate::line::EventLine;
use crate::lines::Lines;
use crate::reader::Ledger;
use crate::storage::{Storage, StoredFile, read_exact_at, write_all_at};
use crate::writer::{Options, open_locked};

/// Bytes copied at once.
const BLOCK: u64 = 1 << 20;

/// A tail that was moved out of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The file it is in now: `NAME.jsonl.tail-<utc>`.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// The number of whole event lines in it that are in order.
    pub events: u64,
}

/// What [`recover`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Where the tail is now.
    pub set_aside: SetAside,
    /// Every intact event line of the tail, in order. The batch they belong to may have been acknowledged.
    pub events: Vec<String>,
}

/// Moves what follows the last checkpoint aside, damaged or not; nothing if nothing follows. The ledger can be appended
/// to afterwards.
///
/// # Errors
/// Those of [`Writer::open`](crate::writer::Writer::open) except for a damaged tail.
pub fn recover(
    storage: &dyn Storage,
    path: &Path,
    options: &Options,
) -> Result<Option<Recovered>, LedgerError> {
    let mut ledger = open_locked(storage, path, options)?;
    let events = intact_events(&ledger)?;
    let set_aside = set_aside(storage, &mut ledger, options.now)?;
    Ok(set_aside.map(|set_aside| Recovered { set_aside, events }))
}

fn intact_events(ledger: &Ledger) -> Result<Vec<String>, LedgerError> {
    let mut events = Vec::new();
    let Some(tail) = ledger.tail() else { return Ok(events) };
    let mut lines = Lines::new(&*ledger.file, tail.bytes.clone(), 1);
    while let Some(line) = lines.next().context(&ledger.path, "reading")? {
        if EventLine::parse(line.text()).is_ok() {
            events.push(String::from_utf8_lossy(line.text()).into_owned());
        }
    }
    Ok(events)
}

/// Copies the tail into a file of its own, makes that durable, and only then cuts the tail off.
pub(crate) fn set_aside(
    storage: &dyn Storage,
    ledger: &mut Ledger,
    now: Instant,
) -> Result<Option<SetAside>, LedgerError> {
    let Some(tail) = ledger.tail.take() else { return Ok(None) };
    let (path, copy) = create_beside(storage, &ledger.path, "tail", Some(&ledger.path), now)?;
    let bytes = tail.bytes.end - tail.bytes.start;
    let copied = (tail.bytes.start..tail.bytes.end).step_by(BLOCK as usize).try_for_each(|offset| {
        let mut block = vec![0; BLOCK.min(tail.bytes.end - offset) as usize];
        read_exact_at(&*ledger.file, &mut block, offset)?;
        write_all_at(&*copy, &block, offset - tail.bytes.start)
    });
    copied.and_then(|()| copy.sync_data()).context(&path, "copying the tail")?;
    storage.sync_folder_of(&path).context(&path, "syncing the folder")?;
    let cut = ledger.file.truncate(tail.bytes.start).and_then(|()| ledger.file.sync_data());
    cut.context(&ledger.path, "cutting off the tail")?;
    Ok(Some(SetAside { path, bytes, events: tail.events }))
}

/// Creates `NAME.jsonl.<what>-<utc>`, with a number behind it if that exists, for as many eyes as `like`.
pub(crate) fn create_beside(
    storage: &dyn Storage,
    path: &Path,
    what: &str,
    like: Option<&Path>,
    now: Instant,
) -> Result<(PathBuf, Box<dyn StoredFile>), LedgerError> {
    // Colons are not for file names everywhere.
    let stamp = now.to_string().replace(['-', ':'], "");
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{what}-{stamp}"));
        if number > 1 {
            name.push(format!("-{number}"));
        }
        let beside = PathBuf::from(name);
        match storage.create_new(&beside, like) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            created => return Ok((beside.clone(), created.context(&beside, "creating")?)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Folder, OPTIONS, WatchedStorage, batch, ledger, ledger_and_frontier};
    use crate::writer::Writer;
    use std::fs;

    #[test]
    fn an_unfinished_tail_is_moved_whole() {
        let (bytes, mut frontier) = ledger_and_frontier(&[2]);
        let rest = [batch(3, 1).bytes(), b"{\"seq\":4,"].concat();
        let folder = Folder::with(&[&bytes[..], &rest].concat());
        let storage = WatchedStorage::default();
        let mut writer = Writer::open(&storage, &folder.path(), &OPTIONS).unwrap();
        assert_eq!(storage.calls(), ["lock", "sync", "sync folder", "drop cache"]);
        assert_eq!((writer.set_aside(), folder.bytes()), (None, [&bytes[..], &rest].concat()));
        let _ = writer.commit(&mut frontier, &batch(3, 1)).unwrap();
        assert_eq!(
            storage.calls(),
            ["create", "write", "sync", "sync folder", "truncate", "sync", "write", "sync"]
        );
        let set_aside = writer.set_aside().unwrap().clone();
        assert_eq!((set_aside.bytes, set_aside.events), (rest.len() as u64, 1));
        assert_eq!(fs::read(&set_aside.path).unwrap(), rest);
        assert_eq!(folder.bytes(), ledger(&[2, 1]));
        assert_eq!(folder.names(), ["l.jsonl", "l.jsonl.tail-00000101T000000Z"]);
        drop(writer);
        folder.write(&[&folder.bytes()[..], b"{"].concat());
        let mut writer = Writer::open(&storage, &folder.path(), &OPTIONS).unwrap();
        let _ = writer.commit(&mut frontier, &batch(4, 1)).unwrap();
        assert_eq!(folder.names()[2], "l.jsonl.tail-00000101T000000Z-2");
    }

    #[test]
    fn nothing_is_cut_off_before_the_copy_is_safe() {
        for call in ["create", "write", "sync folder"] {
            let bytes = [&ledger(&[2])[..], b"{"].concat();
            let folder = Folder::with(&bytes);
            let storage = WatchedStorage::default();
            let mut writer = Writer::open(&storage, &folder.path(), &OPTIONS).unwrap();
            storage.fail(call);
            let (_, mut frontier) = ledger_and_frontier(&[2]);
            assert!(writer.commit(&mut frontier, &batch(3, 1)).is_err());
            assert_eq!(folder.bytes(), bytes, "{call}");
        }
    }

    #[test]
    fn a_damaged_tail_waits_for_recover() {
        let bytes = ledger(&[2]);
        let rest = [batch(3, 1).bytes(), b"\0\0\0\n", batch(5, 1).bytes()].concat();
        let folder = Folder::with(&[&bytes[..], &rest].concat());
        let storage = WatchedStorage::default();
        let error = Writer::open(&storage, &folder.path(), &OPTIONS).unwrap_err();
        insta::assert_snapshot!(folder.masked(error), @r"/l.jsonl: lines 4 to 6 (bytes 282 to 465): line 5, byte 372: expected an object, found '\0'; run `recount recover`: it moves the tail aside and lists the events in it");
        let recovered = recover(&storage, &folder.path(), &OPTIONS).unwrap().unwrap();
        let intact = [batch(3, 1).bytes(), batch(5, 1).bytes()].concat();
        assert_eq!(format!("{}\n", recovered.events.join("\n")).into_bytes(), intact);
        assert_eq!(fs::read(&recovered.set_aside.path).unwrap(), rest);
        assert_eq!(folder.bytes(), bytes);
        assert_eq!(recover(&storage, &folder.path(), &OPTIONS).unwrap(), None);
        assert!(Writer::open(&storage, &folder.path(), &OPTIONS).is_ok());
    }
}
