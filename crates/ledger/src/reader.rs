//! A ledger opened for reading: its head, its tail, one pass over its events, single lines by offset.
//!
//! Reading never writes and never waits for a writer.

use std::io;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use crate::checkpoint::{Checkpoint, MARK};
use crate::error::{Fault, IoContext, LedgerError};
use crate::line::MAX_LINE;
use crate::lines::Lines;
use crate::locate::{Head, Located, locate};
use crate::merkle::Frontier;
use crate::seen::Seen;
use crate::sequence::Sequence;
use crate::storage::{Access, OpenError, Storage, StoredFile, read_exact_at};
use crate::tail::{self, Scanned, Tail};
use crate::walk::{LineRef, Nobody, Start, Visitor, walk};

/// An open ledger, as far as its last checkpoint reached when it was opened.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) path: PathBuf,
    pub(crate) file: Box<dyn StoredFile>,
    pub(crate) head: Head,
    pub(crate) tail: Option<Tail>,
}

impl Ledger {
    /// Opens a ledger and finds its head.
    ///
    /// # Errors
    /// [`LedgerError::NotFound`], [`LedgerError::NotALedger`], [`LedgerError::Unfit`] if it is no plain file,
    /// [`LedgerError::Corrupt`] if neither of the last two checkpoints fits its batch, [`LedgerError::Io`]. A
    /// damaged tail is no error for a reader: see [`Ledger::tail`].
    pub fn open(storage: &dyn Storage, path: &Path) -> Result<Self, LedgerError> {
        Self::from_file(open_file(storage, path, Access::Read)?, path)
    }

    pub(crate) fn from_file(file: Box<dyn StoredFile>, path: &Path) -> Result<Self, LedgerError> {
        let length = file.length().context(path, "asking for the length")?;
        let (head, tail) = survey(&*file, path, length)?;
        Ok(Self { path: path.to_owned(), file, head, tail })
    }

    /// The path the ledger was opened at.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Size, root and end of what is covered by checkpoints.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// What follows the last checkpoint, if anything.
    #[must_use]
    pub fn tail(&self) -> Option<&Tail> {
        self.tail.as_ref()
    }

    /// Reads the events up to the head, in order, in bounded memory, checking the checksum and count of every batch. A
    /// visitor that breaks ends the reading, after the batch it is in has been checked.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] at the first batch that does not hold, [`LedgerError::Io`].
    pub fn read<V: Visitor + ?Sized>(&self, visitor: &mut V) -> Result<(), LedgerError> {
        walk(&*self.file, &self.path, Start::OF_FILE, self.head.end_offset, visitor)
    }

    /// The same for the events behind a checkpoint that was seen before. False, and nothing read, if it does not stand where it
    /// was seen: then what was known of the ledger no longer holds.
    ///
    /// # Errors
    /// As [`Ledger::read`]; the line that is told is counted from the checkpoint.
    pub fn read_since<V: Visitor + ?Sized>(&self, seen: &Seen, visitor: &mut V) -> Result<bool, LedgerError> {
        if seen.end_offset > self.head.end_offset
            || !seen.stands_in(&*self.file).context(&self.path, "reading")?
        {
            return Ok(false);
        }
        let start = Start { line: 1, offset: seen.end_offset, size: seen.size };
        walk(&*self.file, &self.path, start, self.head.end_offset, visitor)?;
        Ok(true)
    }

    /// Checks that the lines that were read have the root that the last checkpoint states.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`]: the lines were changed together with their checksum.
    pub fn check_frontier(&self, frontier: &Frontier) -> Result<(), LedgerError> {
        let head = &self.head;
        if (frontier.size(), frontier.root()) == (head.size, head.root) {
            return Ok(());
        }
        Err(LedgerError::Corrupt(Box::new(Fault {
            file: self.path.clone(),
            span: None,
            place: None,
            expected: format!("lines with the root {} over {} events", head.root, head.size),
            found: format!("{} over {}", frontier.root(), frontier.size()),
            next: "run `recount verify`: it names the batch that was changed",
        })))
    }

    /// The event line `skip` events behind the one at offset `start`, without its LF. The offset must be one that
    /// [`LineRef::offset`] gave; `end`, where a later one is known, tells how much to read. What `window` holds already is not
    /// read again.
    ///
    /// # Errors
    /// [`LedgerError::Io`], also if there are not so many.
    pub fn read_event<'w>(
        &self,
        start: u64,
        skip: usize,
        end: Option<u64>,
        window: &'w mut Window,
    ) -> Result<&'w [u8], LedgerError> {
        /// Few lines are longer.
        const LINE: u64 = 4096;
        // Each event may have a checkpoint behind it, which is shorter.
        let most = (skip as u64 + 1).saturating_mul(2 * MAX_LINE as u64);
        let most = self.head.end_offset.min(start.saturating_add(most));
        let mut end = end.unwrap_or(start + LINE).min(most);
        let found = loop {
            window.cover(&*self.file, start..end).context(&self.path, "reading a line")?;
            match event_behind(window.bytes(), skip) {
                Some(line) => break line,
                None if end >= most => {
                    let source = io::ErrorKind::UnexpectedEof.into();
                    return Err(LedgerError::Io {
                        path: self.path.clone(),
                        action: "reading a line",
                        source,
                    });
                }
                None => end = most.min(end + (end - start)),
            }
        };
        Ok(&window.bytes()[found])
    }
}

/// The part of a file that was read last: who looks up lines that stand near each other reads them once.
#[derive(Debug, Default)]
pub struct Window {
    start: u64,
    /// How many of the bytes were read; there is room for others.
    held: usize,
    bytes: Vec<u8>,
}

impl Window {
    /// Holds at least the bytes in `part`, from its start on.
    fn cover(&mut self, file: &dyn StoredFile, part: Range<u64>) -> io::Result<()> {
        if self.start != part.start {
            (self.start, self.held) = (part.start, 0);
        }
        let wanted = usize::try_from(part.end.saturating_sub(part.start)).map_err(io::Error::other)?;
        if wanted > self.held {
            if wanted > self.bytes.len() {
                self.bytes.resize(wanted, 0);
            }
            read_exact_at(file, &mut self.bytes[self.held..wanted], part.start + self.held as u64)?;
            self.held = wanted;
        }
        Ok(())
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.held]
    }
}

/// Where the event line behind `skip` others stands in `bytes`, which begin with a line, if it is there with its LF.
fn event_behind(bytes: &[u8], skip: usize) -> Option<Range<usize>> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', bytes);
    let lines = ends.map(|end| std::mem::replace(&mut start, end + 1)..end);
    lines.filter(|line| !bytes[line.clone()].starts_with(MARK)).nth(skip)
}

/// Finds head and tail in the first `length` bytes.
pub(crate) fn survey(
    file: &dyn StoredFile,
    path: &Path,
    length: u64,
) -> Result<(Head, Option<Tail>), LedgerError> {
    let head = match locate(file, length).context(path, "reading")? {
        Located::Head { head, .. } => head,
        Located::Corrupt => return Err(first_fault(file, path, length)),
        Located::NoCheckpoint => return Err(no_checkpoint(file, path, length)),
    };
    match tail::scan(file, path, &head, length)? {
        Scanned::Tail(tail) => Ok((head, tail)),
        Scanned::Corrupt => Err(first_fault(file, path, length)),
    }
}

/// Opens a file and names what hinders it.
pub(crate) fn open_file(
    storage: &dyn Storage,
    path: &Path,
    access: Access,
) -> Result<Box<dyn StoredFile>, LedgerError> {
    storage.open(path, access).map_err(|error| match error {
        OpenError::Unfit(found) => LedgerError::Unfit { path: path.to_owned(), found },
        OpenError::Io(error) if error.kind() == io::ErrorKind::NotFound => {
            LedgerError::NotFound { path: path.to_owned() }
        }
        OpenError::Io(source) => LedgerError::Io { path: path.to_owned(), action: "opening", source },
    })
}

/// The first batch that does not hold, in a file that is known to have one.
fn first_fault(file: &dyn StoredFile, path: &Path, length: u64) -> LedgerError {
    match walk(file, path, Start::OF_FILE, length, &mut Nobody) {
        Err(error) => error,
        // Every byte that is read twice can differ the second time.
        Ok(()) => LedgerError::Stale {
            path: path.to_owned(),
            expected: "the same bytes on a second reading".to_owned(),
            found: "others".to_owned(),
        },
    }
}

/// A file without checkpoint: a ledger that lost its own, if its first line is a first event, else no ledger.
fn no_checkpoint(file: &dyn StoredFile, path: &Path, length: u64) -> LedgerError {
    let mut lines = Lines::new(file, 0..length, 1);
    let found = match lines.next() {
        Err(source) => return LedgerError::Io { path: path.to_owned(), action: "reading", source },
        Ok(None) => "an empty file".to_owned(),
        Ok(Some(line)) => match Sequence::after(0).accept(line.text()) {
            Ok(_) => return first_fault(file, path, length),
            Err(error) => format!("{} in line 1, column {}", error.found, error.column),
        },
    };
    LedgerError::NotALedger { path: path.to_owned(), found }
}

/// Visits for another visitor and keeps the Merkle frontier of what it has seen.
#[derive(Debug)]
pub struct WithFrontier<'v, V: ?Sized> {
    visitor: &'v mut V,
    frontier: Frontier,
}

impl<'v, V: Visitor + ?Sized> WithFrontier<'v, V> {
    /// Begins before the first event.
    pub fn new(visitor: &'v mut V) -> Self {
        Self { visitor, frontier: Frontier::default() }
    }

    /// The frontier over the events visited.
    #[must_use]
    pub fn into_frontier(self) -> Frontier {
        self.frontier
    }
}

impl<V: Visitor + ?Sized> Visitor for WithFrontier<'_, V> {
    fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()> {
        self.frontier.push(line.leaf_hash());
        self.visitor.event(line)
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> ControlFlow<()> {
        self.visitor.checkpoint(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Folder, WatchedStorage, ledger, ledger_and_frontier};

    /// Collects sequence numbers and checkpoint sizes; breaks at an event.
    #[derive(Default)]
    struct Collect {
        lines: Vec<(u64, u64, Vec<u8>)>,
        sizes: Vec<u64>,
        last: Option<usize>,
    }

    impl Visitor for Collect {
        fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()> {
            self.lines.push((line.number, line.offset, line.bytes.to_vec()));
            if Some(self.lines.len()) == self.last {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }

        fn checkpoint(&mut self, checkpoint: &Checkpoint) -> ControlFlow<()> {
            self.sizes.push(checkpoint.size);
            ControlFlow::Continue(())
        }
    }

    fn open(folder: &Folder) -> Result<Ledger, LedgerError> {
        Ledger::open(&WatchedStorage::default(), &folder.path())
    }

    fn error(bytes: &[u8]) -> String {
        let folder = Folder::with(bytes);
        let read = open(&folder).and_then(|ledger| ledger.read(&mut Collect::default()));
        folder.masked(read.unwrap_err())
    }

    #[test]
    fn reads_all_and_writes_nothing() {
        let (bytes, frontier) = ledger_and_frontier(&[2, 1, 3]);
        let folder = Folder::with(&[&bytes[..], b"{\"seq\":7"].concat());
        let storage = WatchedStorage::default();
        let opened = Ledger::open(&storage, &folder.path()).unwrap();
        let mut collect = Collect::default();
        let mut visitor = WithFrontier::new(&mut collect);
        opened.read(&mut visitor).unwrap();
        assert_eq!(visitor.into_frontier(), frontier);
        assert_eq!(collect.sizes, [2, 3, 6]);
        assert_eq!(collect.lines.iter().map(|line| line.0).collect::<Vec<_>>(), [1, 2, 4, 6, 7, 8]);
        let head = *opened.head();
        assert_eq!((head.size, head.root, head.end_offset), (6, frontier.root(), bytes.len() as u64));
        let mut window = Window::default();
        for (_, offset, bytes) in &collect.lines {
            assert_eq!(opened.read_event(*offset, 0, None, &mut window).unwrap(), bytes);
        }
        let second = collect.lines[1].1;
        for end in [None, Some(second + 10), Some(collect.lines[4].1), Some(u64::MAX)] {
            for (skip, (_, _, bytes)) in (0..).zip(&collect.lines[1..]) {
                let line = opened.read_event(second, skip, end, &mut window).unwrap();
                assert_eq!(line, bytes, "checkpoint lines are stepped over");
            }
        }
        assert!(opened.read_event(second, 5, None, &mut window).is_err());
        assert!(opened.read_event(head.end_offset, 0, None, &mut window).is_err());
        assert_eq!(storage.calls(), [""; 0]);
        assert_eq!(folder.names(), ["l.jsonl"]);
    }

    #[test]
    fn a_visitor_can_stop() {
        let folder = Folder::with(&ledger(&[2, 3, 1]));
        let mut collect = Collect { last: Some(3), ..Collect::default() };
        open(&folder).unwrap().read(&mut collect).unwrap();
        assert_eq!((collect.lines.len(), collect.sizes), (3, vec![2]));
    }

    #[test]
    fn damage_in_the_batch_of_a_stop_is_corruption() {
        let mut bytes = ledger(&[2, 3, 1]);
        bytes[ledger(&[2]).len() + 80] ^= 1;
        let folder = Folder::with(&bytes);
        let mut collect = Collect { last: Some(3), ..Collect::default() };
        let error = open(&folder).unwrap().read(&mut collect).unwrap_err();
        assert!(matches!(error, LedgerError::Corrupt(_)), "{error}");
    }

    #[test]
    fn long_lines_are_read_by_offset() {
        let mut batch = crate::batch::Batch::new(1);
        let data = format!("{{\"a\":\"{}\"}}", "x".repeat(10_000));
        let at = recount_model::date::Instant::MIN;
        batch
            .push(crate::batch::NewEvent {
                at,
                by: "",
                clock: None,
                from: None,
                kind: "ledger.created",
                data: &data,
            })
            .unwrap();
        let folder = Folder::new();
        let storage = WatchedStorage::default();
        let created =
            crate::writer::Writer::create(&storage, &folder.path(), &batch, &crate::testing::OPTIONS);
        drop(created.unwrap());
        let (opened, mut window) = (open(&folder).unwrap(), Window::default());
        let line = opened.read_event(0, 0, None, &mut window).unwrap();
        assert_eq!(line, batch.bytes().strip_suffix(b"\n").unwrap());
    }

    #[test]
    fn no_ledger() {
        insta::assert_snapshot!(error(b""), @"/l.jsonl: expected a ledger (a first event `ledger.created` and a checkpoint), found an empty file; name another file with --file");
        insta::assert_snapshot!(error(b"a,b\n1,2\n"), @"/l.jsonl: expected a ledger (a first event `ledger.created` and a checkpoint), found 'a' in line 1, column 1; name another file with --file");
        let folder = Folder::new();
        insta::assert_snapshot!(folder.masked(open(&folder).unwrap_err()), @"/l.jsonl: there is no such file; `recount init` creates a ledger");
    }

    #[test]
    fn corruption_names_the_place() {
        let bytes = ledger(&[2, 1, 1]);
        let flipped = |at: usize, mask: u8| {
            let mut bytes = bytes.clone();
            bytes[at] ^= mask;
            error(&bytes)
        };
        let text = std::str::from_utf8(&bytes).unwrap();
        insta::assert_snapshot!(flipped(text.find("é2").unwrap() + 2, 1), @"/l.jsonl: lines 1 to 3 (bytes 0 to 281): expected crc32c 8ef4e8d2, found bytes with crc32c 06bda8f1; restore the file from a copy (version control, backup) and run `recount verify` on it");
        insta::assert_snapshot!(flipped(text.find("é2").unwrap(), 0x80), @"/l.jsonl: lines 1 to 3 (bytes 0 to 281): line 2, byte 176: expected UTF-8, found the byte 0xa9; restore the file from a copy (version control, backup) and run `recount verify` on it");
        insta::assert_snapshot!(flipped(text.find("crc32c").unwrap() + 9, 1), @"/l.jsonl: lines 1 to 3 (bytes 0 to 281): expected crc32c 9ef4e8d2, found bytes with crc32c 8ef4e8d2; restore the file from a copy (version control, backup) and run `recount verify` on it");
        insta::assert_snapshot!(flipped(text.find("crc32c").unwrap(), 1), @r#"/l.jsonl: lines 1 to 3 (bytes 0 to 281): line 3, byte 261: expected the one spelling of a checkpoint of size 2, found "brc32c\":\"8ef4e8d"; restore the file from a copy (version control, backup) and run `recount verify` on it"#);
        let only_events = crate::testing::batch(1, 2);
        insta::assert_snapshot!(error(only_events.bytes()), @"/l.jsonl: lines 1 to 2 (bytes 0 to 181): expected a checkpoint behind the last event, found the end of the file; restore the file from a copy (version control, backup) and run `recount verify` on it");
    }

    #[test]
    fn the_head_is_the_last_checkpoint_that_fits() {
        for broken in [ledger(&[2]).len() + 30, ledger(&[2, 1]).len() - 20] {
            let mut bytes = ledger(&[2, 1]);
            bytes[broken] ^= 1;
            let opened = open(&Folder::with(&bytes)).unwrap();
            assert_eq!(opened.head().size, 2);
            assert!(opened.tail().unwrap().damage.is_some());
        }
    }
}
