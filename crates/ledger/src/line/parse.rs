//! Reading an event line: the writer's own layout by matching it, any other spelling member by member.

use std::borrow::Cow;

use recount_model::date::Instant;

use super::{Clock, EventLine, LineError, MAX_LINE, Origin};
use crate::json::{Scanner, plain_length};

const MEMBERS: &[&str] = &["seq", "at", "by", "clock", "from", "type", "data"];
const ORIGIN_MEMBERS: &[&str] = &["root", "size", "seq", "at", "by"];

/// The members of a line in the writer's layout. What its data hold was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// 1-based position in the ledger.
    pub seq: u64,
    /// When the event was recorded.
    pub at: Instant,
    /// Who recorded it.
    pub by: &'a str,
    /// How `at` came about, if not simply from the clock.
    pub clock: Option<Clock>,
    /// The event's type.
    pub kind: &'a str,
    /// The rest of the line without its last brace: in a line that holds an object, perhaps with white space around it.
    pub data: &'a str,
}

impl<'a> Envelope<'a> {
    /// Reads a line (without its LF) that has the writer's layout, holds no escape before its data, and was not merged; nothing
    /// of any other line. If the data are an object, [`EventLine::parse`] reads the same.
    #[must_use]
    pub fn of(line: &'a str) -> Option<Self> {
        let digits = line.strip_prefix("{\"seq\":")?;
        let (seq, rest) = digits.split_at(digits.bytes().position(|byte| !byte.is_ascii_digit())?);
        if seq.starts_with('0') {
            return None;
        }
        let (at, rest) = plain_string(rest.strip_prefix(",\"at\":\"")?)?;
        let (by, rest) = plain_string(rest.strip_prefix(",\"by\":\"")?)?;
        let (clock, rest) = match rest.strip_prefix(",\"clock\":\"") {
            Some(rest) => {
                let (word, rest) = plain_string(rest)?;
                (Some(parse_clock(word)?), rest)
            }
            None => (None, rest),
        };
        let (kind, rest) = plain_string(rest.strip_prefix(",\"type\":\"")?)?;
        let data = rest.strip_prefix(",\"data\":")?.strip_suffix('}')?;
        let fits = line.len() <= MAX_LINE;
        fits.then_some(Self { seq: seq.parse().ok()?, at: Instant::parse(at).ok()?, by, clock, kind, data })
    }
}

/// The writer's own layout, or nothing. What this takes [`any`] takes too, with the same result: nearly every
/// line has this layout, and matching it skips the bookkeeping of members.
pub(super) fn written(line: &[u8]) -> Option<EventLine<'_>> {
    let Envelope { seq, at, by, clock, kind, data } = Envelope::of(std::str::from_utf8(line).ok()?)?;
    let mut scanner = Scanner::new(data.as_bytes()).ok()?;
    let whole = scanner.raw_object(1).ok()? == data;
    whole.then_some(EventLine {
        seq,
        at,
        by: Cow::Borrowed(by),
        clock,
        from: None,
        kind: Cow::Borrowed(kind),
        data,
    })
}

/// A string without escapes, whose opening quotation mark was read, and what follows its closing one.
fn plain_string(text: &str) -> Option<(&str, &str)> {
    let length = plain_length(text.as_bytes());
    let rest = text.get(length..)?.strip_prefix('"')?;
    Some((&text[..length], rest))
}

fn parse_clock(word: &str) -> Option<Clock> {
    [Clock::Set, Clock::Behind].into_iter().find(|clock| clock.as_str() == word)
}

/// Any I-JSON spelling of an event line.
pub(super) fn any(line: &[u8]) -> Result<EventLine<'_>, LineError> {
    let (mut seq, mut at, mut by, mut clock, mut from, mut kind, mut data) =
        (None, None, None, None, None, None, None);
    let mut scanner = Scanner::new(line)?;
    scanner.object(MEMBERS, |scanner, name| {
        match name {
            "seq" => seq = Some(scanner.whole_number()?),
            "at" => at = Some(instant(scanner)?),
            "by" => by = Some(scanner.string("a string")?),
            "clock" => clock = Some(word(scanner, "\"set\" or \"behind\"", parse_clock)?),
            "from" => from = Some(origin(scanner)?),
            "type" => kind = Some(scanner.string("a string")?),
            _ => data = Some(scanner.raw_object(1)?),
        }
        Ok(())
    })?;
    scanner.end()?;
    let missing = |expected| LineError::new(line.len(), expected, "no such member".to_owned());
    Ok(EventLine {
        seq: seq.ok_or_else(|| missing("a member \"seq\""))?,
        at: at.ok_or_else(|| missing("a member \"at\""))?,
        by: by.ok_or_else(|| missing("a member \"by\""))?,
        clock,
        from,
        kind: kind.ok_or_else(|| missing("a member \"type\""))?,
        data: data.ok_or_else(|| missing("a member \"data\""))?,
    })
}

fn origin<'a>(scanner: &mut Scanner<'a>) -> Result<Origin<'a>, LineError> {
    let start = scanner.next_at();
    let (mut root, mut size, mut seq, mut at, mut by) = (None, None, None, None, None);
    scanner.object(ORIGIN_MEMBERS, |scanner, name| {
        match name {
            "root" => root = Some(word(scanner, "a SHA-256 hash in base64", |text| text.parse().ok())?),
            "size" => size = Some(scanner.whole_number()?),
            "seq" => seq = Some(scanner.whole_number()?),
            "at" => at = Some(instant(scanner)?),
            _ => by = Some(scanner.string("a string")?),
        }
        Ok(())
    })?;
    match (root, size, seq, at, by) {
        (Some(root), Some(size), Some(seq), Some(at), Some(by)) => Ok(Origin { root, size, seq, at, by }),
        _ => Err(LineError::new(start, "root, size, seq, at and by in \"from\"", "fewer members".to_owned())),
    }
}

fn instant(scanner: &mut Scanner<'_>) -> Result<Instant, LineError> {
    word(scanner, "an instant such as \"2026-11-23T18:00:00Z\"", |text| Instant::parse(text).ok())
}

/// A string that `read` can read.
fn word<T>(
    scanner: &mut Scanner<'_>,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, LineError> {
    let start = scanner.next_at();
    let text = scanner.string(expected)?;
    read(&text).ok_or_else(|| LineError::new(start, expected, format!("{text:?}")))
}
