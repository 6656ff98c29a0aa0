//! A batch before it is written: its event lines in the writer's one spelling, and their leaves.

use std::borrow::Cow;

use recount_model::date::Instant;

use crate::checkpoint::Checkpoint;
use crate::line::{Clock, EventLine, LineError, Origin};
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
    leaves: Vec<Hash>,
}

impl Batch {
    /// Begins a batch whose first event takes the sequence number `next_seq`.
    #[must_use]
    pub fn new(next_seq: u64) -> Self {
        Self { first_seq: next_seq, bytes: Vec::new(), leaves: Vec::new() }
    }

    /// Adds an event and returns its sequence number.
    ///
    /// # Errors
    /// The line that the event makes is not one that readers take (`data` is no object, a string holds NUL, the
    /// line is too long): see [`EventLine::parse`]. The batch is then unchanged.
    pub fn push(&mut self, event: NewEvent<'_>) -> Result<u64, LineError> {
        let NewEvent { at, by, clock, from, kind, data } = event;
        let seq = self.first_seq + self.leaves.len() as u64;
        let line = EventLine { seq, at, by: Cow::Borrowed(by), clock, from, kind: Cow::Borrowed(kind), data };
        let start = self.bytes.len();
        line.encode(&mut self.bytes);
        // What is written once is there for ever: it is read back before it is.
        if let Err(error) = EventLine::parse(&self.bytes[start..]) {
            self.bytes.truncate(start);
            return Err(error);
        }
        self.leaves.push(leaf_hash(&self.bytes[start..]));
        self.bytes.push(b'\n');
        Ok(seq)
    }

    /// The sequence number of the first event.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// The number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.leaves.len()
    }

    /// Whether there is no event in it. Such a batch cannot be committed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// The event lines, each with its LF.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The checkpoint that closes the batch behind a ledger with this frontier, and the frontier of the longer ledger.
    pub(crate) fn closed(&self, frontier: &Frontier) -> (Checkpoint, Frontier) {
        let mut longer = frontier.clone();
        self.leaves.iter().for_each(|leaf| longer.push(*leaf));
        (Checkpoint::closing(longer.size(), longer.root(), crc32c::crc32c(&self.bytes)), longer)
    }

    /// The leaf hashes of the lines.
    #[cfg(test)]
    pub(crate) fn leaves(&self) -> &[Hash] {
        &self.leaves
    }
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
        insta::assert_snapshot!(String::from_utf8(batch.bytes().to_vec()).unwrap().trim_end(), @r#"
        {"seq":7,"at":"2026-11-23T18:00:00Z","by":"ana","type":"figure.reported","data":{}}
        {"seq":8,"at":"2026-11-23T18:00:00Z","by":"ben","type":"figure.reported","data":{"value":"1"}}
        "#);
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
        assert!(batch.is_empty() && batch.bytes().is_empty());
    }
}
