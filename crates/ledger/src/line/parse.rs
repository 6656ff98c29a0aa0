//! Reading an event line: the writer's own layout by matching it, any other spelling member by member.

use std::borrow::Cow;

use recount_model::date::Instant;

use super::{Clock, EventLine, LineError, Origin};
use crate::json::Scanner;

const MEMBERS: &[&str] = &["seq", "at", "by", "clock", "from", "type", "data"];
const ORIGIN_MEMBERS: &[&str] = &["root", "size", "seq", "at", "by"];

/// The writer's own layout, or nothing. What this takes [`any`] takes too, with the same result: nearly every
/// line has this layout, and matching it skips the bookkeeping of members.
pub(super) fn written(line: &[u8]) -> Option<EventLine<'_>> {
    let text = std::str::from_utf8(line).ok()?;
    let (seq, rest) = text.strip_prefix("{\"seq\":")?.split_once(",\"at\":")?;
    if seq.starts_with(['0', '+']) {
        return None;
    }
    let (at, rest) = plain_string(rest)?;
    let (by, rest) = plain_string(rest.strip_prefix(",\"by\":")?)?;
    let (clock, rest) = match rest.strip_prefix(",\"clock\":") {
        Some(rest) => {
            let (word, rest) = plain_string(rest)?;
            (Some(parse_clock(word)?), rest)
        }
        None => (None, rest),
    };
    let (kind, rest) = plain_string(rest.strip_prefix(",\"type\":")?)?;
    let data = rest.strip_prefix(",\"data\":")?.strip_suffix('}')?;
    let mut scanner = Scanner::new(data.as_bytes()).ok()?;
    let whole = scanner.raw_object(1).ok()? == data;
    whole.then_some(EventLine {
        seq: seq.parse().ok()?,
        at: Instant::parse(at).ok()?,
        by: Cow::Borrowed(by),
        clock,
        from: None,
        kind: Cow::Borrowed(kind),
        data,
    })
}

/// A string without escapes at the beginning of the text, and what follows it.
fn plain_string(text: &str) -> Option<(&str, &str)> {
    let (string, rest) = text.strip_prefix('"')?.split_once('"')?;
    let plain = !string.bytes().any(|byte| byte == b'\\' || byte < b' ');
    plain.then_some((string, rest))
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
