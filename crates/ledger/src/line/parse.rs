//! Reading an event line: by its envelope, and where that does not do with an eye to what is wrong.

use std::borrow::Cow;
use std::ops::Range;

use recount_model::date::Instant;

use super::{Clock, EventLine, LineError, MAX_LINE, Origin};
use crate::cursor::Cursor;
use crate::json::Scanner;

const MEMBERS: &[&str] = &["seq", "at", "by", "clock", "from", "type", "data"];
const ORIGIN_MEMBERS: &[&str] = &["root", "size", "seq", "at", "by"];

/// The members of a line. What its data hold was not looked at.
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
    /// What stands from the beginning of the data to the last brace but one, which is their end unless a brace follows them.
    pub data: &'a str,
}

impl<'a> Envelope<'a> {
    /// Reads a line (without its LF) that holds no escape outside its data and was not merged; nothing of any other line. If the
    /// data are an object, [`EventLine::parse`] reads the same.
    #[must_use]
    pub fn of(line: &'a str) -> Option<Self> {
        Envelope::and_repeatable(line).map(|(envelope, _)| envelope)
    }

    /// The same, and what other lines can repeat of it.
    fn and_repeatable(line: &'a str) -> Option<(Self, Option<Repeatable<'a>>)> {
        let (mut members, mut from, mut lead) = (Members::default(), Cursor::new(line), b'{');
        if from.take_name(&mut lead, "\"seq\":") {
            members.seq = Some(from.number()?);
        }
        let behind_seq = from.rest();
        let read = |from: &Cursor<'a>| behind_seq.len() - from.rest().len();
        let mut written = Written::default();
        if from.take_name(&mut lead, "\"at\":") {
            members.at = Some(instant(&mut from)?);
        }
        if from.take_name(&mut lead, "\"by\":") {
            members.by = Some(plain(&mut from)?);
            written.by_end = read(&from) - 1;
        }
        if from.take_name(&mut lead, "\"clock\":") {
            members.clock = Some(clock(&mut from)?);
        }
        if from.take_name(&mut lead, "\"type\":") {
            written.to_type = read(&from);
            members.kind = Some(plain(&mut from)?);
        }
        if from.take_name(&mut lead, "\"data\":") {
            written.text = behind_seq.get(..read(&from))?;
            members.data = Some(from.last_object()?);
        }
        let mut head = None;
        from.other_members(lead, |from, name| {
            if name == "data" {
                let text = line.strip_suffix(from.rest())?;
                head = Some(Repeatable::Head(text, members)).filter(|_| members.seq.is_none());
            }
            members.read(name, from)
        })?;
        let envelope = members.envelope()?;
        let known = if from.is_written() { Some(Repeatable::Written(written)) } else { head };
        ends(&mut from, line).then_some((envelope, known))
    }
}

fn ends(from: &mut Cursor<'_>, line: &str) -> bool {
    from.is_at_end() && line.len() <= MAX_LINE
}

/// What other lines can repeat.
enum Repeatable<'a> {
    /// Of a line as the writer spells it.
    Written(Written<'a>),
    /// Of another one what stands before its data, where its number does not, and the members there.
    Head(&'a str, Members<'a>),
}

/// What stands between the number of a line and its data, where the writer spelt it.
#[derive(Default)]
struct Written<'a> {
    text: &'a str,
    /// Where in it the name of the recorder ends.
    by_end: usize,
    /// Where in it the type begins, with its quotation mark.
    to_type: usize,
}

/// The envelopes of lines one after the other, each as [`Envelope::of`] reads it.
///
/// A writer records many events at once, so most lines say the same as the one before between their number and their data, or but
/// for their type: to compare that is a fraction of reading it again. Other programs often sort members by name, so that of their
/// lines the beginning is the same.
#[derive(Debug, Default)]
pub struct Envelopes(Option<Before>);

/// What a line said that was read before.
#[derive(Debug)]
enum Before {
    /// Between its number and its data, as the writer spells it.
    Written {
        text: String,
        /// The places of the recorder and the type in it.
        by: Range<usize>,
        kind: Range<usize>,
        at: Instant,
        clock: Option<Clock>,
    },
    /// Before its data, which its number is behind.
    Head {
        text: String,
        /// Places in it where the same stands as the recorder and the type say.
        by: Option<Range<usize>>,
        kind: Option<Range<usize>>,
        at: Option<Instant>,
        clock: Option<Clock>,
    },
}

impl Envelopes {
    /// Reads the next line.
    pub fn read<'a>(&mut self, line: &'a str) -> Option<Envelope<'a>> {
        if let Some(envelope) = self.0.as_ref().and_then(|before| before.again(line)) {
            return Some(envelope);
        }
        let (envelope, known) = Envelope::and_repeatable(line)?;
        self.0 = known.map(|known| Before::of(&known, &envelope));
        Some(envelope)
    }
}

impl Before {
    fn of(known: &Repeatable<'_>, envelope: &Envelope<'_>) -> Self {
        match *known {
            Repeatable::Written(Written { text, by_end, to_type }) => Before::Written {
                text: text.to_owned(),
                by: by_end - envelope.by.len()..by_end,
                kind: to_type + 1..to_type + 1 + envelope.kind.len(),
                at: envelope.at,
                clock: envelope.clock,
            },
            Repeatable::Head(text, Members { at, by, clock, kind, .. }) => {
                let place = |said: Option<&str>| {
                    let (said, start) = (said?, text.find(said?)?);
                    Some(start..start + said.len())
                };
                Before::Head { text: text.to_owned(), by: place(by), kind: place(kind), at, clock }
            }
        }
    }

    /// Reads a line that repeats what this one said; nothing of any other line.
    fn again<'a>(&self, line: &'a str) -> Option<Envelope<'a>> {
        let (mut from, mut lead) = (Cursor::new(line), b'{');
        let envelope = match self {
            Before::Written { text, by, kind, at, clock } => {
                from.take_name(&mut lead, "\"seq\":").then_some(())?;
                let seq = from.number()?;
                let behind_seq = from.rest();
                let kind = if from.take_text(text) {
                    behind_seq.get(kind.clone())?
                } else {
                    from.take_text(&text[..kind.start - 1]).then_some(())?;
                    let kind = plain(&mut from)?;
                    from.take_name(&mut lead, "\"data\":").then_some(())?;
                    kind
                };
                let data = from.last_object()?;
                from.expect(b'}')?;
                Envelope { seq, at: *at, by: behind_seq.get(by.clone())?, clock: *clock, kind, data }
            }
            Before::Head { text, by, kind, at, clock } => {
                from.take_text(text).then_some(())?;
                let said = |place: &Option<Range<usize>>| line.get(place.clone()?);
                let mut members =
                    Members { at: *at, by: said(by), clock: *clock, kind: said(kind), ..Members::default() };
                members.data = Some(from.last_object()?);
                from.other_members(b',', |from, name| members.read(name, from))?;
                members.envelope()?
            }
        };
        ends(&mut from, line).then_some(envelope)
    }
}

/// The members of an envelope that were found.
#[derive(Clone, Copy, Default)]
struct Members<'a> {
    seq: Option<u64>,
    at: Option<Instant>,
    by: Option<&'a str>,
    clock: Option<Clock>,
    kind: Option<&'a str>,
    data: Option<&'a str>,
}

impl<'a> Members<'a> {
    /// The envelope, if all members of one are there.
    fn envelope(self) -> Option<Envelope<'a>> {
        let Members { seq, at, by, clock, kind, data } = self;
        Some(Envelope { seq: seq?, at: at?, by: by?, clock, kind: kind?, data: data? })
    }

    /// Reads the member with this name, if it is one that was not found yet.
    fn read(&mut self, name: &str, from: &mut Cursor<'a>) -> Option<()> {
        match name {
            "seq" if self.seq.is_none() => self.seq = Some(from.number()?),
            "at" if self.at.is_none() => self.at = Some(instant(from)?),
            "by" if self.by.is_none() => self.by = Some(plain(from)?),
            "clock" if self.clock.is_none() => self.clock = Some(clock(from)?),
            "type" if self.kind.is_none() => self.kind = Some(plain(from)?),
            "data" if self.data.is_none() => self.data = Some(from.last_object()?),
            _ => return None,
        }
        Some(())
    }
}

fn instant(from: &mut Cursor<'_>) -> Option<Instant> {
    Instant::parse(plain(from)?).ok()
}

fn clock(from: &mut Cursor<'_>) -> Option<Clock> {
    parse_clock(plain(from)?)
}

/// A string without escapes.
fn plain<'a>(from: &mut Cursor<'a>) -> Option<&'a str> {
    match from.string()? {
        Cow::Borrowed(text) => Some(text),
        Cow::Owned(_) => None,
    }
}

/// A line by its [`Envelope`], or nothing. What this takes [`any`] takes too, with the same result: of nearly every line it needs
/// no more than that, which skips the search for words and columns.
pub(super) fn by_envelope(line: &[u8]) -> Option<EventLine<'_>> {
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
            "at" => at = Some(scan_instant(scanner)?),
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
            "at" => at = Some(scan_instant(scanner)?),
            _ => by = Some(scanner.string("a string")?),
        }
        Ok(())
    })?;
    match (root, size, seq, at, by) {
        (Some(root), Some(size), Some(seq), Some(at), Some(by)) => Ok(Origin { root, size, seq, at, by }),
        _ => Err(LineError::new(start, "root, size, seq, at and by in \"from\"", "fewer members".to_owned())),
    }
}

fn scan_instant(scanner: &mut Scanner<'_>) -> Result<Instant, LineError> {
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
