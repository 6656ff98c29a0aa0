//! A batch before it is written: its event lines in the writer's one spelling, and their leaves.

use std::borrow::Cow;
use std::io::Write;
use std::num::NonZeroUsize;
use std::thread;

use recount_model::date::Instant;

use crate::checkpoint::Checkpoint;
use crate::json::plain_length;
use crate::line::{Clock, Envelope, EventLine, LineError, MAX_LINE, Origin, may_break, recording};
use crate::merkle::run::Run;
use crate::merkle::{Frontier, Hash, leaf_hash};

/// An event that has no place in a ledger yet. The members are those of [`EventLine`].
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// When it is recorded: no earlier than the event before it. The library never reads a clock.
    pub at: Instant,
    /// Who records it.
    pub by: &'a str,
    /// How `at` came about, if not simply from the clock.
    pub clock: Option<Clock>,
    /// Where a merged event comes from.
    pub from: Option<Origin<'a>>,
    /// The event's type.
    pub kind: &'a str,
    /// The JSON object that belongs to the type.
    pub data: &'a str,
}

/// Events that are appended together or not at all.
#[derive(Debug, Clone)]
pub struct Batch {
    first_seq: u64,
    bytes: Vec<u8>,
    len: usize,
    threads: NonZeroUsize,
    last: Option<Recording>,
}

/// How the last event was recorded. Nearly always the next one is recorded in the same way, which then is spelt and read back once.
#[derive(Debug, Clone)]
struct Recording {
    at: Instant,
    by: String,
    clock: Option<Clock>,
    spelt: String,
}

/// Bytes that are worth a thread of their own.
const PART: usize = 1 << 20;

impl Batch {
    /// Begins a batch whose first event takes the sequence number `next_seq`.
    #[must_use]
    pub fn new(next_seq: u64) -> Self {
        Self { first_seq: next_seq, bytes: Vec::new(), len: 0, threads: NonZeroUsize::MIN, last: None }
    }

    /// Begins the batch behind this one, which was committed.
    pub fn begin_next(&mut self) {
        self.first_seq += self.len as u64;
        self.len = 0;
        self.bytes.clear();
        // Many small batches use the same memory again; a large one is seldom followed by another.
        self.bytes.shrink_to(PART);
    }

    /// Has its lines hashed on so many threads, at most, when it is written. Nothing depends on it.
    #[must_use]
    pub fn on_threads(self, threads: NonZeroUsize) -> Self {
        Self { threads, ..self }
    }

    /// Adds an event and returns its sequence number.
    ///
    /// # Errors
    /// The line that the event makes is not one that readers take (`data` is no object, a string holds NUL, the
    /// line is too long): see [`EventLine::parse`]. The batch is then unchanged.
    pub fn push(&mut self, event: NewEvent<'_>) -> Result<u64, LineError> {
        self.add(event, false)
    }

    /// The same for data that [`codec::written`](crate::codec::written) has read: they are an object, and are not read again.
    ///
    /// # Errors
    /// As [`Batch::push`].
    pub fn push_written(&mut self, event: NewEvent<'_>) -> Result<u64, LineError> {
        self.add(event, true)
    }

    fn add(&mut self, event: NewEvent<'_>, is_written: bool) -> Result<u64, LineError> {
        let seq = self.first_seq + self.len as u64;
        if !is_written || self.add_like_last(seq, &event).is_none() {
            self.add_any(seq, event, is_written)?;
        }
        self.len += 1;
        self.bytes.push(b'\n');
        Ok(seq)
    }

    /// Adds the line of an event whose data were read, if nothing but number, type and data differs from the line before, and nothing
    /// must be escaped.
    fn add_like_last(&mut self, seq: u64, event: &NewEvent<'_>) -> Option<()> {
        let NewEvent { at, by, clock, from: None, kind, data } = event else { return None };
        let last = self.last.as_ref()?;
        let same = (last.at, &*last.by, last.clock) == (*at, *by, *clock);
        let plain = plain_length(kind.as_bytes()) == kind.len() && !may_break(kind) && !may_break(data);
        (same && plain).then_some(())?;
        let start = self.bytes.len();
        write!(self.bytes, "{{\"seq\":{seq}{},\"type\":\"{kind}\",\"data\":{data}}}", last.spelt)
            .expect("writing to memory succeeds");
        let fits = self.bytes.len() - start <= MAX_LINE;
        if !fits {
            self.bytes.truncate(start);
        }
        fits.then_some(())
    }

    fn add_any(&mut self, seq: u64, event: NewEvent<'_>, is_written: bool) -> Result<(), LineError> {
        let NewEvent { at, by, clock, from, kind, data } = event;
        let line = EventLine { seq, at, by: Cow::Borrowed(by), clock, from, kind: Cow::Borrowed(kind), data };
        let start = self.bytes.len();
        line.encode(&mut self.bytes);
        // What is written once is there for ever: it is read back before it is.
        let line = &self.bytes[start..];
        let envelope = std::str::from_utf8(line).ok().filter(|_| is_written).and_then(Envelope::of);
        if envelope.is_none_or(|read| read.data != data)
            && let Err(error) = EventLine::parse(line)
        {
            self.bytes.truncate(start);
            return Err(error);
        }
        self.last = Some(Recording { at, by: by.to_owned(), clock, spelt: recording(at, by, clock) });
        Ok(())
    }

    /// The sequence number of the first event.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// The number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no event in it. Such a batch cannot be committed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The event lines, each with its LF.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where each line begins in [`Batch::bytes`].
    pub fn starts(&self) -> impl Iterator<Item = usize> {
        let behind = memchr::memchr_iter(b'\n', &self.bytes).map(|end| end + 1);
        std::iter::once(0).chain(behind).take(self.len)
    }

    /// As [`Batch::closed`], with `work` going on meanwhile if there is a thread for it.
    pub(crate) fn closed_during<T>(
        &self,
        frontier: &Frontier,
        work: impl FnOnce() -> T,
    ) -> ((Checkpoint, Frontier), T) {
        if self.threads == NonZeroUsize::MIN {
            return (self.closed(frontier), work());
        }
        thread::scope(|scope| {
            let closed = scope.spawn(|| self.closed(frontier));
            let done = work();
            (closed.join().expect("hashing does not panic"), done)
        })
    }

    /// The checkpoint that closes the batch behind a ledger with this frontier, and the frontier of the longer ledger.
    pub(crate) fn closed(&self, frontier: &Frontier) -> (Checkpoint, Frontier) {
        let mut longer = frontier.clone();
        for run in self.runs(frontier.size()) {
            longer.extend(&run).expect("each run begins behind the one before");
        }
        (Checkpoint::closing(longer.size(), longer.root(), crc32c::crc32c(&self.bytes)), longer)
    }

    /// The leaves of the lines behind `first` others, in parts that are hashed at the same time.
    fn runs(&self, first: u64) -> Vec<Run> {
        let mut parts = Vec::new();
        let (mut rest, mut first) = (&*self.bytes, first);
        let size = self.bytes.len().div_ceil(self.threads.get()).max(PART);
        while !rest.is_empty() {
            let begun = memchr::memchr(b'\n', &rest[rest.len().min(size) - 1..]);
            let end = begun.map_or(rest.len(), |more| rest.len().min(size) + more);
            let (part, behind) = rest.split_at(end);
            parts.push((first, part));
            first += memchr::memchr_iter(b'\n', part).count() as u64;
            rest = behind;
        }
        let hashed = |(first, part): (u64, &[u8])| Run::new(first, leaves(part).collect());
        let Some((last, others)) = parts.split_last() else { return Vec::new() };
        thread::scope(|scope| {
            let others: Vec<_> = others.iter().map(|part| scope.spawn(move || hashed(*part))).collect();
            let last = hashed(*last);
            let others = others.into_iter().map(|other| other.join().expect("hashing does not panic"));
            others.chain([last]).collect()
        })
    }

    /// The leaf hashes of the lines.
    #[cfg(test)]
    pub(crate) fn leaves(&self) -> Vec<Hash> {
        leaves(&self.bytes).collect()
    }
}

/// The leaf hashes of whole lines.
fn leaves(lines: &[u8]) -> impl Iterator<Item = Hash> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', lines)
        .map(move |end| leaf_hash(&lines[std::mem::replace(&mut start, end + 1)..end]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn event<'a>(by: &'a str, data: &'a str) -> NewEvent<'a> {
        let at = Instant::parse("2026-11-23T18:00:00Z").unwrap();
        NewEvent { at, by, clock: None, from: None, kind: "figure.reported", data }
    }

    #[test]
    fn lines_are_numbered() {
        let mut batch = Batch::new(7);
        assert_eq!(batch.push(event("ana", "{}")), Ok(7));
        assert_eq!(batch.push(event("ben", r#"{"value":"1"}"#)), Ok(8));
        assert_eq!(batch.starts().collect::<Vec<_>>(), [0, 84]);
        insta::assert_snapshot!(String::from_utf8(batch.bytes().to_vec()).unwrap().trim_end(), @r#"
        {"seq":7,"at":"2026-11-23T18:00:00Z","by":"ana","type":"figure.reported","data":{}}
        {"seq":8,"at":"2026-11-23T18:00:00Z","by":"ben","type":"figure.reported","data":{"value":"1"}}
        "#);
    }

    #[test]
    fn a_line_is_spelt_the_same_whatever_stood_before_it() {
        let at = |seconds: i64| Instant::from_seconds(1_700_000_000 + seconds).unwrap();
        let origin = Origin { root: leaf_hash(b""), size: 1, seq: 1, at: at(0), by: "b".into() };
        let mut events = Vec::new();
        for (seconds, by, clock, from, kind, data) in [
            (0, "ana", None, None, "figure.reported", "{}"),
            (0, "ana", None, None, "figure.reported", r#"{"value":"1"}"#),
            (0, "ana", None, None, "source.added", "{\"title\":\"\u{2028}é\u{e9}\"}"),
            (0, "ana", None, None, "odd\"type", "{}"),
            (1, "ana", None, None, "source.added", "{}"),
            (1, "ana", Some(Clock::Set), None, "source.added", "{}"),
            (1, "a\"na", Some(Clock::Set), None, "source.added", "{}"),
            (1, "a\"na", Some(Clock::Set), None, "source.added", r#"{"title":"–"}"#),
            (1, "a\"na", Some(Clock::Set), Some(origin), "source.added", "{}"),
            (1, "a\"na", Some(Clock::Set), None, "source.added", "{}"),
        ] {
            events.push(NewEvent { at: at(seconds), by, clock, from, kind, data });
        }
        let (mut together, mut alone) = (Batch::new(1), Vec::new());
        for (index, event) in events.into_iter().enumerate() {
            let mut batch = Batch::new(index as u64 + 1);
            batch.push(event.clone()).unwrap();
            alone.extend_from_slice(batch.bytes());
            together.push_written(event).unwrap();
        }
        assert_eq!(String::from_utf8_lossy(together.bytes()), String::from_utf8_lossy(&alone));
        let next = together.len() as u64 + 1;
        together.begin_next();
        assert!(together.is_empty() && together.bytes().is_empty());
        assert_eq!(together.push_written(event("ana", "{}")), Ok(next));
    }

    #[test]
    fn what_could_not_be_read_is_not_taken() {
        let mut batch = Batch::new(1);
        let mut check = |by: &str, data: &str| batch.push(event(by, data)).unwrap_err().to_string();
        insta::assert_snapshot!(check("ana", "[]"), @"column 81: expected an object, found '['");
        insta::assert_snapshot!(check("ana", "{}}"), @"column 84: expected the end of the line, found '}'");
        insta::assert_snapshot!(check("ana", "{\n}"), @r"column 82: expected a member name in double quotes, found '\n'");
        insta::assert_snapshot!(check("a\0", "{}"), @r"column 45: expected no NUL, found \u0000");
        insta::assert_snapshot!(check("ana", &format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20))), @"column 1048577: expected at most 1 MiB in a line, found more");
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20));
        batch.push_written(event("ana", "{}")).unwrap();
        assert!(batch.push_written(event("ana", &long)).is_err() && batch.len() == 1);
        let mut batch = Batch::new(1);
        assert!(
            batch.push_written(event("ana", &long)).is_err()
                && batch.push_written(event("\0", "{}")).is_err()
        );
        assert!(batch.is_empty() && batch.bytes().is_empty());
    }

    #[test]
    fn threads_change_nothing() {
        let text = format!("{{\"value\":\"{}\"}}", "1".repeat(70_000));
        let mut batch = Batch::new(4);
        for _ in 0..60 {
            batch.push(event("ana", &text)).unwrap();
        }
        let frontier = crate::testing::ledger_and_frontier(&[3]).1;
        let mut longer = frontier.clone();
        batch.leaves().into_iter().for_each(|leaf| longer.push(leaf));
        for threads in [1, 2, 3, 9] {
            let batch = batch.clone().on_threads(NonZeroUsize::new(threads).unwrap());
            assert_eq!(batch.runs(3).len(), threads.min(4));
            let (checkpoint, closed) = batch.closed(&frontier);
            assert_eq!((checkpoint.root, &closed), (longer.root(), &longer));
            assert_eq!(batch.closed_during(&frontier, || 7), ((checkpoint, closed), 7));
        }
    }
}
