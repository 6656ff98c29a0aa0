//! The stub: what stands where the line of an event stood whose content was erased.
//!
//! A stub names the leaf hash of the line that was there, so every root and every proof made before still holds. Like a
//! checkpoint it has exactly one spelling, so that nothing in it can change unnoticed; its `event.redacted` repeats the
//! whole line, so that a later root covers it.

use std::borrow::Cow;
use std::fmt::Write as _;

use recount_model::date::Instant;
use serde::Deserialize;

use crate::line::{EventLine, Quoted};
use crate::merkle::{Hash, leaf_hash};

/// What the last member of every stub begins with. In an event line these bytes can stand in no string, where a quotation
/// mark is escaped, and so many bytes before the end in no object, since its last member is `data`.
const REDACTED: &str = ",\"redacted\":\"";
const END: &str = "\"}";
/// A SHA-256 hash in base64.
const HASH_LENGTH: usize = 44;
const SUFFIX_LENGTH: usize = REDACTED.len() + HASH_LENGTH + END.len();

/// An event of which only the envelope is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub<'a> {
    /// 1-based position in the ledger.
    pub seq: u64,
    /// When the event was recorded.
    pub at: Instant,
    /// Who recorded it.
    pub by: Cow<'a, str>,
    /// The event's type.
    pub kind: Cow<'a, str>,
    /// What later events need.
    pub kept: Kept<'a>,
    /// The leaf hash of the line that was there.
    pub redacted: Hash,
}

/// The one member of the content that a stub keeps, because later events refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept<'a> {
    /// None.
    Nothing,
    /// The id of a declaration.
    Id(Cow<'a, str>),
    /// The event that a correction corrects.
    Target(u64),
}

/// The members as JSON has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members<'a> {
    seq: u64,
    #[serde(borrow)]
    at: Cow<'a, str>,
    #[serde(borrow)]
    by: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    target: Option<u64>,
    #[serde(borrow)]
    redacted: Cow<'a, str>,
}

impl<'a> Stub<'a> {
    /// The stub that takes the place of an event line.
    #[must_use]
    pub fn of(line: &'a [u8], event: &EventLine<'a>, kept: Kept<'a>) -> Self {
        Self {
            seq: event.seq,
            at: event.at,
            by: event.by.clone(),
            kind: event.kind.clone(),
            kept,
            redacted: leaf_hash(line),
        }
    }

    /// Reads a line (without its LF) in the one spelling a stub has; any other is none.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        // Nearly every line is an event, and this tells so.
        let suffix = &line[line.len().checked_sub(SUFFIX_LENGTH)?..];
        if !suffix.starts_with(REDACTED.as_bytes()) || !suffix.ends_with(END.as_bytes()) {
            return None;
        }
        let members: Members<'a> = serde_json::from_slice(line).ok()?;
        let kept = match (members.id, members.target) {
            (None, None) => Kept::Nothing,
            (Some(id), None) => Kept::Id(id),
            (None, Some(target)) => Kept::Target(target),
            (Some(_), Some(_)) => return None,
        };
        let stub = Self {
            seq: members.seq,
            at: Instant::parse(&members.at).ok()?,
            by: members.by,
            kind: members.kind,
            kept,
            redacted: members.redacted.parse().ok()?,
        };
        (stub.encode().as_bytes() == line).then_some(stub)
    }

    /// The line without its LF.
    #[must_use]
    pub fn encode(&self) -> String {
        let Self { seq, at, by, kind, kept, redacted } = self;
        let mut line =
            format!("{{\"seq\":{seq},\"at\":\"{at}\",\"by\":{},\"type\":{}", Quoted(by), Quoted(kind));
        let written = match kept {
            Kept::Nothing => Ok(()),
            Kept::Id(id) => write!(line, ",\"id\":{}", Quoted(id)),
            Kept::Target(target) => write!(line, ",\"target\":{target}"),
        };
        written
            .and_then(|()| write!(line, "{REDACTED}{redacted}{END}"))
            .expect("writing to a String succeeds");
        line
    }
}

/// The leaf of a line (without its LF) that is no checkpoint: the hash that a stub names, of any other line its own.
#[must_use]
pub fn leaf(line: &[u8]) -> Hash {
    Stub::parse(line).map_or_else(|| leaf_hash(line), |stub| stub.redacted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const EVENT: &str = r#"{"seq":7,"at":"2026-11-23T18:00:00Z","by":"ana","type":"source.added","data":{"id":"s","title":"T"}}"#;

    fn stub(kept: Kept<'static>) -> Stub<'static> {
        Stub::of(EVENT.as_bytes(), &EventLine::parse(EVENT.as_bytes()).unwrap(), kept)
    }

    #[test]
    fn one_spelling() {
        let line = stub(Kept::Id("s".into())).encode();
        insta::assert_snapshot!(line, @r#"{"seq":7,"at":"2026-11-23T18:00:00Z","by":"ana","type":"source.added","id":"s","redacted":"xw96N4L8cs/PmHRR+36gaPm6wu4osB2CzdeQhf1fz3w="}"#);
        insta::assert_snapshot!(stub(Kept::Nothing).encode(), @r#"{"seq":7,"at":"2026-11-23T18:00:00Z","by":"ana","type":"source.added","redacted":"xw96N4L8cs/PmHRR+36gaPm6wu4osB2CzdeQhf1fz3w="}"#);
        insta::assert_snapshot!(stub(Kept::Target(3)).encode(), @r#"{"seq":7,"at":"2026-11-23T18:00:00Z","by":"ana","type":"source.added","target":3,"redacted":"xw96N4L8cs/PmHRR+36gaPm6wu4osB2CzdeQhf1fz3w="}"#);
        assert_eq!(Stub::parse(line.as_bytes()), Some(stub(Kept::Id("s".into()))));
        for (from, to) in [
            (":7", ":07"),
            (",\"by\"", ", \"by\""),
            ("ana", "\\u0061na"),
            ("source", "sourc\u{85}e"),
            ("\"}", "\"} "),
            ("\"id\":\"s\"", "\"id\":\"s\",\"target\":3"),
            ("\"id\":\"s\"", "\"id\":null"),
            (",\"redacted", ",\"note\":\"\",\"redacted"),
        ] {
            let other = line.replacen(from, to, 1);
            assert_ne!(other, line);
            assert_eq!(Stub::parse(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn the_leaf_is_that_of_the_line_that_was_there() {
        for kept in [Kept::Nothing, Kept::Id("s".into()), Kept::Target(3)] {
            assert_eq!(leaf(stub(kept).encode().as_bytes()), leaf_hash(EVENT.as_bytes()));
        }
        assert_eq!(leaf(EVENT.as_bytes()), leaf_hash(EVENT.as_bytes()));
        assert_eq!(leaf(b""), leaf_hash(b""));
    }

    #[test]
    fn an_event_that_speaks_of_stubs_is_none() {
        let line = stub(Kept::Nothing).encode();
        let quoted = serde_json::to_string(&line).unwrap();
        let event = format!(
            r#"{{"seq":8,"type":"event.redacted","data":{{}},"at":"2026-11-23T18:00:00Z","by":{quoted}}}"#
        );
        assert!(EventLine::parse(event.as_bytes()).is_ok());
        assert_eq!(leaf(event.as_bytes()), leaf_hash(event.as_bytes()));
    }
}
