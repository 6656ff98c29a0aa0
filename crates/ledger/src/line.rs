//! The event line: its envelope (`seq`, `at`, `by`, …) typed, its `data` as raw JSON.
//!
//! Readers take any I-JSON spelling; the writer has one: the members in the order of [`EventLine`], no
//! whitespace, and U+0085, U+2028 and U+2029 escaped so that no tool's line splitting can break a line.

mod parse;

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use recount_model::date::Instant;

use crate::json::plain_length;
use crate::merkle::Hash;
use crate::stub::Stub;

pub use parse::{Envelope, Envelopes};

/// The longest line, in bytes without its LF.
pub const MAX_LINE: usize = 1 << 20;

/// The type of the first event of every ledger, and of no other.
pub const FIRST_TYPE: &str = "ledger.created";

/// One event as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine<'a> {
    /// 1-based position in the ledger.
    pub seq: u64,
    /// When the event was recorded (UTC, whole seconds).
    pub at: Instant,
    /// Who recorded it.
    pub by: Cow<'a, str>,
    /// Set if `at` was not simply read from the clock.
    pub clock: Option<Clock>,
    /// Where a merged event comes from.
    pub from: Option<Origin<'a>>,
    /// The event's type, `figure.reported`.
    pub kind: Cow<'a, str>,
    /// The object that belongs to the type, as it is written in the line.
    pub data: &'a str,
}

/// One line that is no checkpoint, as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line<'a> {
    /// An event with its content.
    Event(EventLine<'a>),
    /// An event whose content was erased.
    Stub(Stub<'a>),
}

impl<'a> Line<'a> {
    /// Reads a line (without its LF): a stub in its one spelling, an event in any.
    ///
    /// # Errors
    /// Those of [`EventLine::parse`].
    pub fn parse(line: &'a [u8]) -> Result<Self, LineError> {
        match Stub::parse(line) {
            Some(stub) => Ok(Self::Stub(stub)),
            None => EventLine::parse(line).map(Self::Event),
        }
    }

    /// 1-based position in the ledger.
    #[must_use]
    pub fn seq(&self) -> u64 {
        match self {
            Self::Event(event) => event.seq,
            Self::Stub(stub) => stub.seq,
        }
    }

    /// When the event was recorded.
    #[must_use]
    pub fn at(&self) -> Instant {
        match self {
            Self::Event(event) => event.at,
            Self::Stub(stub) => stub.at,
        }
    }

    /// Who recorded it.
    #[must_use]
    pub fn by(&self) -> &str {
        match self {
            Self::Event(event) => &event.by,
            Self::Stub(stub) => &stub.by,
        }
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Event(event) => &event.kind,
            Self::Stub(stub) => &stub.kind,
        }
    }
}

/// Why `at` differs from what the clock said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    /// `RECOUNT_CLOCK` fixed the clock.
    Set,
    /// The clock was behind the event before.
    Behind,
}

impl Clock {
    /// The word in the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Behind => "behind",
        }
    }
}

/// The place of a merged event in the ledger it was taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Root of the other ledger when it was merged.
    pub root: Hash,
    /// Size of the other ledger when it was merged, in events.
    pub size: u64,
    /// The event's position there.
    pub seq: u64,
    /// When it was recorded there.
    pub at: Instant,
    /// Who recorded it there.
    pub by: Cow<'a, str>,
}

/// Where and how a line breaks the form of an event line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: expected {expected}, found {found}")]
pub struct LineError {
    /// 1-based, in bytes.
    pub column: usize,
    /// What the form asks for there.
    pub expected: &'static str,
    /// What is there.
    pub found: String,
    incomplete: bool,
}

impl LineError {
    /// An error at a 0-based byte offset in the line.
    pub(crate) fn new(at: usize, expected: &'static str, found: String) -> Self {
        Self { column: at + 1, expected, found, incomplete: false }
    }

    /// The line is fine as far as it goes, and ends too early.
    pub(crate) fn incomplete(at: usize, expected: &'static str) -> Self {
        Self { column: at + 1, expected, found: "the end of the line".to_owned(), incomplete: true }
    }

    /// Whether the line is the proper beginning of a valid one.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }
}

impl<'a> EventLine<'a> {
    /// Reads a line, which holds no LF, in any I-JSON spelling. The members of `data` are not looked at beyond
    /// their JSON.
    ///
    /// # Errors
    /// The leftmost place where the line is not UTF-8, not JSON, nests over 16 levels or holds NUL or a lone
    /// surrogate; where a member of the envelope is unknown, repeated, missing or of the wrong type; a line over
    /// [`MAX_LINE`].
    pub fn parse(line: &'a [u8]) -> Result<Self, LineError> {
        if line.len() > MAX_LINE {
            return Err(LineError::new(MAX_LINE, "at most 1 MiB in a line", "more".to_owned()));
        }
        match parse::by_envelope(line) {
            Some(event) => Ok(event),
            None => parse::any(line),
        }
    }

    /// Appends the writer's one spelling, without an LF. `data` must be a JSON object.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut line = String::with_capacity(self.data.len() + 128);
        self.encode_into(&mut line).expect("writing to a String succeeds");
        out.extend_from_slice(line.as_bytes());
    }

    fn encode_into(&self, line: &mut String) -> fmt::Result {
        write!(line, "{{\"seq\":{}", self.seq)?;
        line.push_str(&recording(self.at, &self.by, self.clock));
        if let Some(Origin { root, size, seq, at, by }) = &self.from {
            write!(line, ",\"from\":{{\"root\":\"{root}\",\"size\":{size},\"seq\":{seq},")?;
            write!(line, "\"at\":\"{at}\",\"by\":{}}}", Quoted(by))?;
        }
        line.push_str(",\"type\":");
        write_quoted(&self.kind, line)?;
        line.push_str(",\"data\":");
        write_unbroken(self.data, line)?;
        line.push('}');
        Ok(())
    }
}

/// What a line says of how it was recorded, in the writer's spelling, from behind its number on.
pub(crate) fn recording(at: Instant, by: &str, clock: Option<Clock>) -> String {
    let clock = clock.map(|clock| format!(",\"clock\":\"{}\"", clock.as_str())).unwrap_or_default();
    format!(",\"at\":\"{at}\",\"by\":{}{clock}", Quoted(by))
}

/// A string as JSON, in the writer's spelling.
#[must_use]
pub fn quoted(text: &str) -> String {
    Quoted(text).to_string()
}

/// A string as JSON, in the writer's spelling.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_quoted(self.0, f)
    }
}

fn write_quoted(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    if plain_length(text.as_bytes()) < text.len() {
        return write_unbroken(&serde_json::to_string(text).expect("a string is always JSON"), out);
    }
    out.write_char('"')?;
    write_unbroken(text, out)?;
    out.write_char('"')
}

/// Writes JSON in which no tool sees a line break: outside ASCII these characters occur in strings only, so they can
/// be escaped without parsing.
fn write_unbroken(json: &str, out: &mut impl fmt::Write) -> fmt::Result {
    if !may_break(json) {
        return out.write_str(json);
    }
    for piece in json.split_inclusive(is_line_break) {
        match piece.chars().next_back().filter(|last| is_line_break(*last)) {
            Some(last) => {
                write!(out, "{}\\u{:04x}", &piece[..piece.len() - last.len_utf8()], u32::from(last))?
            }
            None => out.write_str(piece)?,
        }
    }
    Ok(())
}

/// Whether a line break other than LF may be in a text: in UTF-8 the three begin with these bytes, and most texts have none of them.
pub(crate) fn may_break(text: &str) -> bool {
    memchr::memchr2(0xc2, 0xe2, text.as_bytes()).is_some()
}

fn is_line_break(character: char) -> bool {
    matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::merkle::leaf_hash;
    use proptest::prelude::*;

    const LINE: &str = r#"{"seq":2,"at":"2026-11-23T18:00:00Z","by":"ana","type":"figure.reported","data":{"value":">20000"}}"#;

    fn encode(event: &EventLine<'_>) -> String {
        let mut line = Vec::new();
        event.encode(&mut line);
        String::from_utf8(line).unwrap()
    }

    /// The line as the writer would have written it, or the error.
    fn check(line: impl AsRef<[u8]>) -> String {
        match EventLine::parse(line.as_ref()) {
            Ok(event) => encode(&event),
            Err(error) => error.to_string(),
        }
    }

    fn replaced(from: &str, to: &str) -> String {
        let other = LINE.replacen(from, to, 1);
        assert_ne!(other, LINE);
        check(other)
    }

    #[test]
    fn any_spelling_one_event() {
        assert_eq!(check(LINE), LINE);
        let other = r#" { "data" : {"value":">20000"} , "by":"\u0061na", "type":"figure.reported", "at":"2026-11-23T18:00:00Z", "\u0073eq" :2 } "#;
        assert_eq!(check(other), LINE);
    }

    #[test]
    fn optional_members() {
        let event = EventLine {
            seq: 3,
            at: Instant::parse("2026-11-23T18:00:01Z").unwrap(),
            by: "a\"\u{2028}\u{85}\n".into(),
            clock: Some(Clock::Behind),
            from: Some(Origin {
                root: leaf_hash(b""),
                size: 9,
                seq: 4,
                at: Instant::parse("2025-01-01T00:00:00Z").unwrap(),
                by: "ben".into(),
            }),
            kind: "source.added".into(),
            data: "{\"title\":\"\u{2029}\"}",
        };
        insta::assert_snapshot!(encode(&event), @r#"{"seq":3,"at":"2026-11-23T18:00:01Z","by":"a\"\u2028\u0085\n","clock":"behind","from":{"root":"bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=","size":9,"seq":4,"at":"2025-01-01T00:00:00Z","by":"ben"},"type":"source.added","data":{"title":"\u2029"}}"#);
        let line = encode(&event);
        assert_eq!(
            EventLine::parse(line.as_bytes()).unwrap(),
            EventLine { data: r#"{"title":"\u2029"}"#, ..event }
        );
    }

    #[test]
    fn refused_with_column() {
        insta::assert_snapshot!(replaced("\"by\"", "\"seq\""), @r#"column 38: expected each member once, found "seq" a second time"#);
        insta::assert_snapshot!(replaced("\"by\"", "\"bye\""), @r#"column 38: expected a member the format knows, found "bye""#);
        insta::assert_snapshot!(replaced("\"by\":\"ana\",", ""), @r#"column 89: expected a member "by", found no such member"#);
        insta::assert_snapshot!(replaced("2,", "\"2\","), @r#"column 8: expected a whole number, found '"'"#);
        insta::assert_snapshot!(replaced("2,", "2.0,"), @"column 8: expected a whole number, found 2.0");
        insta::assert_snapshot!(replaced("2,", "02,"), @"column 9: expected `,` or `}`, found '2'");
        insta::assert_snapshot!(replaced("18:00", "25:00"), @r#"column 15: expected an instant such as "2026-11-23T18:00:00Z", found "2026-11-23T25:00:00Z""#);
        insta::assert_snapshot!(replaced("\"type\"", "\"clock\":\"fast\",\"type\""), @r#"column 57: expected "set" or "behind", found "fast""#);
        insta::assert_snapshot!(replaced("\"type\"", "\"from\":{\"size\":1},\"type\""), @r#"column 56: expected root, size, seq, at and by in "from", found fewer members"#);
        insta::assert_snapshot!(replaced("{\"value\":\">20000\"}", "[]"), @"column 81: expected an object, found '['");
        insta::assert_snapshot!(replaced(">20000", "\\u0000"), @r"column 91: expected no NUL, found \u0000");
        insta::assert_snapshot!(replaced(">20000", "\\ud800"), @r#"column 97: expected a surrogate pair, found '"'"#);
        insta::assert_snapshot!(check(""), @"column 1: expected an object, found the end of the line");
        let deep = |levels: usize| format!("{}0{}", "[".repeat(levels), "]".repeat(levels));
        assert!(replaced("\">20000\"", &deep(14)).starts_with("{\"seq\""));
        insta::assert_snapshot!(replaced("\">20000\"", &deep(15)), @"column 104: expected at most 16 levels of nesting, found one more");
    }

    #[test]
    fn a_line_has_an_envelope() {
        let at = Instant::parse("2026-11-23T18:00:00Z").unwrap();
        let data = r#"{"value":">20000"}"#;
        let envelope = Envelope { seq: 2, at, by: "ana", clock: None, kind: "figure.reported", data };
        assert_eq!(Envelope::of(LINE), Some(envelope));
        let other = r#"{ "data" : {"value":">20000"},"\u0062y": "ana" , "type":"figure.reported","at":"2026-11-23T18:00:00Z", "seq":2 } "#;
        assert_eq!(Envelope::of(other), Some(envelope));
        let clock = LINE.replacen("\"type\"", "\"clock\":\"set\",\"type\"", 1);
        assert_eq!(Envelope::of(&clock), Some(Envelope { clock: Some(Clock::Set), ..envelope }));
        for (from, to) in [
            ("2,", "02,"),
            ("2,", "2.0,"),
            ("ana", "\\u0061na"),
            ("\"type\"", "\"from\":{},\"type\""),
            ("\"type\"", "\"clock\":\"fast\",\"type\""),
            ("\"type\"", "\"clock\":null,\"type\""),
            ("\"at\"", "\"seq\":2,\"at\""),
            ("\"by\":\"ana\",", ""),
            ("18:00", "25:00"),
        ] {
            assert_eq!(Envelope::of(&LINE.replacen(from, to, 1)), None, "{to}");
            assert_eq!(Envelope::of(&other.replacen(from, to, 1)).is_some(), !other.contains(from), "{to}");
        }
        assert_eq!(Envelope::of(&format!("{other}x")), None);
    }

    /// What was read before changes nothing.
    #[test]
    fn envelopes_are_read_one_after_the_other() {
        let changes = [
            ("2,", "34,"),
            ("\"type\"", "\"clock\":\"set\",\"type\""),
            ("ana", "ana-maria"),
            ("figure.reported", "source.added"),
            ("18:00", "18:01"),
            (",\"by\"", ", \"by\""),
            ("\"data\":{", "\"data\": {"),
            ("{\"value\"", "{\"type\""),
            ("}}", "},\"by\":\"}\"}"),
            ("}}", "}} "),
            ("\"seq\":2,", ""),
        ];
        let mut lines: Vec<String> = changes.map(|(from, to)| LINE.replacen(from, to, 1)).into();
        lines.push(LINE.to_owned());
        // As other programs write them: sorted by name, with white space.
        let sorted = r#"{"at": "2026-11-23T18:00:00Z", "by": "ana", "data": {"value": ">20000"}, "seq": 2, "type": "x"}"#;
        lines.extend(
            [
                ("", ""),
                ("2,", "34,"),
                ("\"x\"", "\"y\""),
                ("ana", "eva"),
                ("18:00", "18:01"),
                ("\"by\"", "\"clock\": \"set\", \"by\""),
                ("\"data\"", "\"type\": \"y\", \"data\""),
                ("\"data\"", "\"seq\": 3, \"data\""),
                (", \"type\": \"x\"", ""),
                ("\"type\": \"x\"", "\"by\": \"ana\", \"type\": \"x\""),
                ("\"type\": \"x\"", "\"clock\": \"behind\", \"type\": \"x\""),
                ("\"type\": \"x\"", "\"data\": {}, \"type\": \"x\""),
                ("\"at\": \"2026-11-23T18:00:00Z\", \"by\": \"ana\", ", ""),
                ("\"seq\": 2", "\"at\": \"2026-11-23T18:02:00Z\", \"by\": \"eva\", \"seq\": 2"),
            ]
            .map(|(from, to)| sorted.replacen(from, to, 1)),
        );
        for first in &lines {
            for second in &lines {
                let mut envelopes = Envelopes::default();
                for line in [first, second, first] {
                    assert_eq!(envelopes.read(line), Envelope::of(line), "{line} behind {first}");
                }
            }
        }
    }

    #[test]
    fn lines_have_a_limit_in_any_spelling() {
        let longest = |space: &str, length: usize| {
            let line = LINE.replacen("ana", &format!("{}ana", "x".repeat(length)), 1);
            line.replacen('{', &format!("{{{space}"), 1)
        };
        for space in ["", " "] {
            let spare = MAX_LINE - longest(space, 0).len();
            let (fits, over) = (longest(space, spare), longest(space, spare + 1));
            assert!(EventLine::parse(fits.as_bytes()).is_ok());
            assert!(Envelope::of(&fits).is_some());
            assert_eq!(Envelope::of(&over), None);
            assert_eq!(check(&over), "column 1048577: expected at most 1 MiB in a line, found more");
        }
    }

    #[test]
    fn every_beginning_is_incomplete() {
        for end in 0..LINE.len() {
            let error = EventLine::parse(&LINE.as_bytes()[..end]).unwrap_err();
            assert!(error.is_incomplete(), "{end}: {error}");
        }
        for other in [r#"{"seq":2,"x"#, r#"{"seq":2,"seq"#, "{\"seq\":2,\0"] {
            assert!(!EventLine::parse(other.as_bytes()).unwrap_err().is_incomplete(), "{other}");
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        "[a-z\"\\\\/\u{1}-\u{20}\u{7f}-\u{a0}\u{2027}-\u{202a}é😀]{0,6}"
    }

    fn any_line() -> impl Strategy<Value = Vec<u8>> {
        let clock = proptest::option::of(prop_oneof![Just(Clock::Set), Just(Clock::Behind)]);
        let origin = proptest::option::weighted(0.2, (any::<[u8; 32]>(), any::<u64>(), any_text()));
        let data = proptest::collection::vec((any_text(), any_text()), 0..3);
        (1..u64::MAX, 0..4_000_000_000_i64, any_text(), clock, origin, any_text(), data).prop_map(
            |(seq, seconds, by, clock, origin, kind, data)| {
                let at = Instant::from_seconds(seconds).unwrap();
                let from =
                    origin.map(|(root, size, by)| Origin { root: Hash(root), size, seq, at, by: by.into() });
                let members: Vec<_> =
                    data.iter().map(|(name, text)| format!("{}:[{}]", Quoted(name), Quoted(text))).collect();
                let data = format!("{{{}}}", members.join(","));
                encode(&EventLine { seq, at, by: by.into(), clock, from, kind: kind.into(), data: &data })
                    .into_bytes()
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(line in any_line()) {
            let text = std::str::from_utf8(&line).unwrap();
            prop_assert!(!text.contains(|found| found == '\n' || is_line_break(found)), "a line break");
            prop_assert_eq!(check(&line), text);
        }

        /// The envelope is a shortcut and nothing else, whatever is changed in a line.
        #[test]
        fn both_ways_agree(mut line in any_line(), changes in proptest::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b"\"\\{}[],: 0e\0\xc3"[..])), 0..3)) {
            for (index, byte) in changes {
                let at = index.index(line.len());
                line[at] = byte;
            }
            let any = parse::any(&line);
            if let Some(event) = parse::by_envelope(&line) {
                prop_assert_eq!(any, Ok(event));
            }
        }
    }
}
