//! What follows the head: nothing, a batch that was never finished, or damage.

use std::ops::Range;
use std::path::Path;

use crate::batch_sum::{BatchSum, Mismatch};
use crate::checkpoint::{Checkpoint, MARK};
use crate::diagnose::BrokenLine;
use crate::error::{Fault, IoContext, LedgerError, Span};
use crate::line::EventLine;
use crate::lines::{Lines, RawLine};
use crate::locate::Head;
use crate::sequence::Sequence;
use crate::storage::StoredFile;

/// What to do about a damaged tail.
const RECOVER: &str = "run `recount recover`: it moves the tail aside and lists the events in it";

/// Bytes after the head. For readers they do not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// Where they are, in bytes from the beginning of the file.
    pub bytes: Range<u64>,
    /// The number of whole event lines in them that are in order.
    pub events: u64,
    /// Nothing if the tail is *unfinished*: event lines in sequence, then at most the beginning of a line. Such a
    /// batch was never acknowledged. Otherwise the tail is *damaged*, here is how, and the batch may have been.
    pub damage: Option<Fault>,
}

/// What a look at the tail shows.
pub(crate) enum Scanned {
    Tail(Option<Tail>),
    /// A whole batch lies behind the damage. It was written after what is damaged now was durable: corruption.
    Corrupt,
}

/// Looks at the bytes from the head to `length`.
///
/// # Errors
/// [`LedgerError::Io`].
pub(crate) fn scan(
    file: &dyn StoredFile,
    path: &Path,
    head: &Head,
    length: u64,
) -> Result<Scanned, LedgerError> {
    let bytes = head.end_offset..length;
    if bytes.is_empty() {
        return Ok(Scanned::Tail(None));
    }
    let mut lines = Lines::new(file, bytes.clone(), 1);
    let mut sequence = Sequence::after(head.size);
    let mut batch = BatchSum::begin(1, bytes.start, head.size);
    let (mut events, mut last_line, mut first_broken) = (0, 0, None);
    while let Some(line) = lines.next().context(path, "reading")? {
        last_line = line.number;
        let part = match first_broken {
            None => judge(&line, &mut sequence, &batch),
            Some(_) => judge_behind_damage(&line),
        };
        match part {
            Ok(part) => {
                events += u64::from(part == Part::Event);
                batch.event(&line);
            }
            Err(_) if first_broken.is_some() && batch.has_checksum(&line) => return Ok(Scanned::Corrupt),
            Err(broken) => {
                first_broken.get_or_insert(broken);
                batch = BatchSum::behind(&line, head.size);
            }
        }
    }
    let damage = match first_broken {
        None => None,
        Some(broken) => {
            // Where the lines stand in the file is only counted when there is damage to report.
            let before = count_lines(file, path, bytes.start)?;
            let (first_line, last_line) = (before + 1, before + last_line);
            let span = Span { first_line, last_line, first_byte: bytes.start, last_byte: bytes.end - 1 };
            Some(broken.behind_lines(before).fault(path, span, RECOVER))
        }
    };
    Ok(Scanned::Tail(Some(Tail { bytes, events, damage })))
}

/// What a line of an unfinished tail can be.
#[derive(PartialEq)]
enum Part {
    Event,
    Beginning,
}

fn judge(line: &RawLine<'_>, sequence: &mut Sequence, batch: &BatchSum) -> Result<Part, BrokenLine> {
    let text = line.text();
    if line.is_ended() && text.starts_with(MARK) {
        let fits = || Mismatch::new("no checkpoint that fits behind the head", "one".to_owned());
        let mismatch = batch.close(line).err().unwrap_or_else(fits);
        return Err(BrokenLine::at(line, mismatch.column.unwrap_or(1), mismatch));
    }
    if !line.is_ended() && is_beginning(text, sequence.next()) {
        return Ok(Part::Beginning);
    }
    sequence.accept_event(text).map_err(|error| BrokenLine::new(line, &error))?;
    if line.is_ended() {
        return Ok(Part::Event);
    }
    let mismatch = Mismatch::new("an LF behind the event", "the end of the file".to_owned());
    Err(BrokenLine::at(line, text.len() + 1, mismatch))
}

/// Behind damage the sequence is lost: a whole event is then any line with an event's form.
fn judge_behind_damage(line: &RawLine<'_>) -> Result<Part, BrokenLine> {
    match EventLine::parse(line.text()) {
        Ok(_) => Ok(Part::Event),
        Err(error) => Err(BrokenLine::new(line, &error)),
    }
}

/// Whether the bytes are the proper beginning of what the writer puts next: event `next`, or the checkpoint before it.
fn is_beginning(bytes: &[u8], next: u64) -> bool {
    let header = format!("{{\"seq\":{next},\"at\":\"");
    let in_sequence = header.as_bytes().starts_with(bytes) || bytes.starts_with(header.as_bytes());
    let event = || EventLine::parse(bytes).is_err_and(|error| error.is_incomplete());
    in_sequence && event() || Checkpoint::is_begun_by(bytes, next - 1)
}

fn count_lines(file: &dyn StoredFile, path: &Path, end: u64) -> Result<u64, LedgerError> {
    let mut lines = Lines::new(file, 0..end, 1);
    let mut count = 0;
    while lines.next().context(path, "reading")?.is_some() {
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::reader::Ledger;
    use crate::storage::RealStorage;
    use crate::testing::{Folder, batch, ledger};

    /// The tail of a ledger of two events with these bytes behind it.
    fn check(bytes: &[u8]) -> String {
        let folder = Folder::with(&[&ledger(&[2]), bytes].concat());
        match Ledger::open(&RealStorage, &folder.path()) {
            Err(error) => folder.masked(error),
            Ok(opened) => match opened.tail() {
                None => "none".to_owned(),
                Some(Tail { events, damage: None, .. }) => format!("unfinished, {events} events"),
                Some(Tail { events, damage: Some(fault), .. }) => {
                    format!("damaged, {events} events: {}", folder.masked(fault))
                }
            },
        }
    }

    /// The bytes of a second batch with two events.
    fn second() -> Vec<u8> {
        ledger(&[2, 2]).split_off(ledger(&[2]).len())
    }

    #[test]
    fn every_beginning_of_a_batch_is_unfinished() {
        let bytes = second();
        assert_eq!(check(&bytes), "none");
        assert_eq!(check(b""), "none");
        let whole_without_lf: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
        for end in 1..bytes.len() {
            let found = check(&bytes[..end]);
            let expected = if whole_without_lf.contains(&end) { "damaged" } else { "unfinished" };
            assert!(found.starts_with(expected), "{end}: {found}");
        }
        let one_event = whole_without_lf[0] + 1;
        assert_eq!(check(&bytes[..one_event]), "unfinished, 1 events");
        assert_eq!(check(&bytes[..one_event + 5]), "unfinished, 1 events");
    }

    #[test]
    fn anything_else_is_damage() {
        let events = batch(3, 1).bytes().to_vec();
        let and = |more: &[u8]| check(&[&events, more].concat());
        insta::assert_snapshot!(check(&events[..events.len() - 1]), @"damaged, 0 events: /l.jsonl: lines 4 to 4 (bytes 282 to 370): line 4, byte 371: expected an LF behind the event, found the end of the file; run `recount recover`: it moves the tail aside and lists the events in it");
        insta::assert_snapshot!(and(b"\n"), @"damaged, 1 events: /l.jsonl: lines 4 to 5 (bytes 282 to 372): line 5, byte 372: expected an object, found the end of the line; run `recount recover`: it moves the tail aside and lists the events in it");
        insta::assert_snapshot!(and(&[0; 512]), @r"damaged, 1 events: /l.jsonl: lines 4 to 5 (bytes 282 to 883): line 5, byte 372: expected an object, found '\0'; run `recount recover`: it moves the tail aside and lists the events in it");
        insta::assert_snapshot!(and(&events), @"damaged, 1 events: /l.jsonl: lines 4 to 5 (bytes 282 to 461): line 5, byte 372: expected the next sequence number, found 3 where 4 follows; run `recount recover`: it moves the tail aside and lists the events in it");
        insta::assert_snapshot!(and(b"{\"seq\":5,"), @"damaged, 1 events: /l.jsonl: lines 4 to 5 (bytes 282 to 380): line 5, byte 381: expected a member name in double quotes, found the end of the line; run `recount recover`: it moves the tail aside and lists the events in it");
        insta::assert_snapshot!(and(b"{\"seq\":4,\"at\":\"2026-11-23T18:00:00Z\",\"bu"), @r#"damaged, 1 events: /l.jsonl: lines 4 to 5 (bytes 282 to 411): line 5, byte 409: expected a member the format knows, found "bu"; run `recount recover`: it moves the tail aside and lists the events in it"#);
        insta::assert_snapshot!(and(b"{\"checkpoint\":{\"size\":4,"), @r#"damaged, 1 events: /l.jsonl: lines 4 to 5 (bytes 282 to 395): line 5, byte 373: expected a member the format knows, found "checkpoint"; run `recount recover`: it moves the tail aside and lists the events in it"#);
        insta::assert_snapshot!(and(&vec![b'x'; 3 << 20]), @"damaged, 1 events: /l.jsonl: lines 4 to 5 (bytes 282 to 3146099): line 5, byte 1048948: expected at most 1 MiB in a line, found more; run `recount recover`: it moves the tail aside and lists the events in it");
        insta::assert_snapshot!(and(batch(4, 1).bytes().strip_suffix(b"}}\n").unwrap()), @"unfinished, 1 events");
        insta::assert_snapshot!(and(&[&b"{}\n"[..], batch(5, 2).bytes()].concat()), @r#"damaged, 3 events: /l.jsonl: lines 4 to 7 (bytes 282 to 554): line 5, byte 374: expected a member "seq", found no such member; run `recount recover`: it moves the tail aside and lists the events in it"#);
        let mut flipped = second();
        flipped[20] ^= 1;
        insta::assert_snapshot!(check(&flipped), @"damaged, 1 events: /l.jsonl: lines 4 to 6 (bytes 282 to 561): line 5, byte 372: expected a moment no earlier than the event before, found 2027-01-15T08:00:04Z after 2027-11-15T08:00:03Z; run `recount recover`: it moves the tail aside and lists the events in it");
        let mut zeroed = second();
        zeroed[40..90].fill(0);
        insta::assert_snapshot!(check(&zeroed), @r"damaged, 0 events: /l.jsonl: lines 4 to 5 (bytes 282 to 561): line 4, byte 322: expected no control character and a closing quote, found '\0'; run `recount recover`: it moves the tail aside and lists the events in it");
    }

    #[test]
    fn damage_before_a_whole_batch_is_corruption() {
        let mut bytes = ledger(&[2, 1, 1]);
        let checkpoint = ledger(&[2, 1]).len() - 100;
        let start = bytes[..checkpoint].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        bytes[start + 4] ^= 1;
        let folder = Folder::with(&bytes);
        let error = Ledger::open(&RealStorage, &folder.path()).unwrap_err();
        insta::assert_snapshot!(folder.masked(error), @r#"/l.jsonl: lines 4 to 7 (bytes 282 to 661): line 5, byte 373: expected a member the format knows, found "chdckpoint"; restore the file from a copy (version control, backup) and run `recount verify` on it"#);
    }
}
