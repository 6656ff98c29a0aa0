//! Texts by offset: the line is read again when its text is shown.

use std::cell::RefCell;

use recount_ledger::codec;
use recount_ledger::line::{Envelope, Envelopes, EventLine, Line};
use recount_ledger::reader::{Ledger, Window};
use recount_model::event::{Kind, Seq};
use recount_model::state::{Offsets, Place, State};
use recount_model::texts::{First, Members, Picked, Recorded, TextError, Texts};

/// The texts of the events of one ledger.
#[derive(Debug)]
pub struct LedgerTexts<'a> {
    ledger: &'a Ledger,
    offsets: &'a Offsets,
    /// What was read last: tables ask for several texts of one event, and for events one after the other.
    window: RefCell<Window>,
    envelopes: RefCell<Envelopes>,
}

impl<'a> LedgerTexts<'a> {
    /// Texts of `ledger` at the offsets `state` keeps.
    pub fn new(ledger: &'a Ledger, state: &'a State) -> Self {
        LedgerTexts::by_offsets(ledger, state.offsets())
    }

    pub(crate) fn by_offsets(ledger: &'a Ledger, offsets: &'a Offsets) -> Self {
        LedgerTexts { ledger, offsets, window: RefCell::default(), envelopes: RefCell::default() }
    }

    /// The line of event `seq` as it stands in the file, without its LF.
    ///
    /// # Errors
    ///
    /// When there is no such event or the line cannot be read.
    pub fn line(&self, seq: Seq) -> Result<Vec<u8>, TextError> {
        self.with_bytes(seq, |line| Ok(line.to_vec()))
    }

    fn with_bytes<T>(&self, seq: Seq, read: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, TextError> {
        let unreadable = |reason: String| TextError { seq, reason };
        let place = self.offsets.around(seq);
        let Place { start, skip, end } =
            place.ok_or_else(|| unreadable("there is no such event".to_owned()))?;
        let mut window = self.window.borrow_mut();
        let line = self.ledger.read_event(start, skip, end, &mut window);
        read(line.map_err(|error| unreadable(error.to_string()))?).map_err(unreadable)
    }

    /// The members of the data of event `seq` itself: of a correction its target and reason. None where it was erased.
    ///
    /// # Errors
    ///
    /// As [`LedgerTexts::line`].
    pub fn own_members(&self, seq: Seq) -> Result<Members, TextError> {
        self.with_line(seq, |line| match content(line) {
            Some(event) => codec::own_members(event.data).map_err(|problem| problem.expected),
            None => Ok(Members::default()),
        })
    }

    /// The data of event `seq` as it stands in the file; `None` where it was erased.
    ///
    /// # Errors
    ///
    /// As [`LedgerTexts::line`].
    pub fn data(&self, seq: Seq) -> Result<Option<String>, TextError> {
        self.with_line(seq, |line| Ok(content(line).map(|event| event.data.to_owned())))
    }

    /// Reads the line of `seq` and makes sure that it still is that event.
    fn with_line<T>(
        &self,
        seq: Seq,
        read: impl FnOnce(&Line<'_>) -> Result<T, String>,
    ) -> Result<T, TextError> {
        self.with_bytes(seq, |bytes| {
            let line = Line::parse(bytes).map_err(|error| format!("the file changed: {}", error.found))?;
            if line.seq() != u64::from(seq) {
                return Err(format!("the file changed: event {} is in its place", line.seq()));
            }
            read(&line)
        })
    }
}

/// The event of a line, if its content was not erased.
fn content<'l, 'a>(line: &'l Line<'a>) -> Option<&'l EventLine<'a>> {
    match line {
        Line::Event(event) => Some(event),
        Line::Stub(_) => None,
    }
}

/// What the first event says of the ledger: its format, origin and title, whatever prefix was replayed.
///
/// # Errors
///
/// When the line cannot be read.
pub fn created(ledger: &Ledger) -> Result<Members, TextError> {
    let unreadable = |reason: String| TextError { seq: 1, reason };
    let mut window = Window::default();
    let bytes = ledger.read_event(0, 0, None, &mut window).map_err(|error| unreadable(error.to_string()))?;
    let line = EventLine::parse(bytes).map_err(|error| unreadable(error.found))?;
    codec::own_members(line.data).map_err(|problem| unreadable(problem.expected))
}

/// What a line has of its event; nothing where the general reader has to tell.
fn envelope<'l>(line: &'l [u8], seq: Seq, envelopes: &mut Envelopes) -> Option<Envelope<'l>> {
    envelopes.read(simdutf8::basic::from_utf8(line).ok()?).filter(|envelope| envelope.seq == u64::from(seq))
}

/// Who recorded the event of a line that was not merged; nothing where the general reader has to tell.
fn recorder<'l>(line: &'l [u8], seq: Seq, envelopes: &mut Envelopes) -> Option<&'l str> {
    let Envelope { by, data, .. } = envelope(line, seq, envelopes)?;
    // If the data are no object, there is more of the line in them: perhaps where it was merged from. One whose only closing
    // brace is its last byte is one.
    let is_flat = data.starts_with('{') && memchr::memchr(b'}', data.as_bytes()) == Some(data.len() - 1);
    if !is_flat {
        codec::each_own_text(data, |_, _| Some(()))?;
    }
    Some(by)
}

/// The members of a line, each given to `each`; nothing where the general reader has to tell.
fn each_text(
    line: &[u8],
    seq: Seq,
    envelopes: &mut Envelopes,
    each: impl FnMut(&str, Option<&str>) -> Option<()>,
) -> Option<()> {
    let Envelope { kind, data, .. } = envelope(line, seq, envelopes)?;
    codec::each_text(Kind::parse(kind)?, data, each)
}

/// Keeps the texts that are picked; nothing where one of them is no plain text.
fn keep(picked: &mut Picked, name: &str, text: Option<&str>) -> Option<()> {
    match text {
        Some(text) => picked.put(name, text),
        None if picked.wants(name) => return None,
        None => {}
    }
    Some(())
}

impl Texts for LedgerTexts<'_> {
    /// Nearly every line is as the writer writes it: of such a line only the picked members are copied.
    fn pick(&self, seq: Seq, picked: &mut Picked) -> Result<(), TextError> {
        picked.clear();
        let read = self.with_bytes(seq, |line| {
            let keep = |name: &str, text: Option<&str>| keep(picked, name, text);
            Ok(each_text(line, seq, &mut self.envelopes.borrow_mut(), keep))
        })?;
        if read.is_none() {
            let members = self.members(seq)?;
            picked.fill(|name| members.get(name));
        }
        Ok(())
    }

    fn another(&self) -> Box<dyn Texts + Send + '_> {
        Box::new(LedgerTexts::by_offsets(self.ledger, self.offsets))
    }

    fn members(&self, seq: Seq) -> Result<Members, TextError> {
        let read = self.with_bytes(seq, |line| {
            let mut members = Members::default();
            let each = |name: &str, text: Option<&str>| {
                members.0.insert(name.to_owned(), text?.to_owned());
                Some(())
            };
            Ok(each_text(line, seq, &mut self.envelopes.borrow_mut(), each).map(|()| members))
        })?;
        if let Some(members) = read {
            return Ok(members);
        }
        self.with_line(seq, |line| {
            let Some(event) = content(line) else { return Ok(Members::default()) };
            let kind = Kind::parse(&event.kind).ok_or("the file changed: unknown type")?;
            codec::members(kind, event.data).map_err(|problem| problem.expected)
        })
    }

    fn recorded(&self, seq: Seq) -> Result<Recorded, TextError> {
        let by = self.with_bytes(seq, |line| {
            Ok(recorder(line, seq, &mut self.envelopes.borrow_mut()).map(str::to_owned))
        })?;
        if let Some(by) = by {
            return Ok(Recorded { by, first: None });
        }
        self.with_line(seq, |line| {
            let from = content(line).and_then(|event| event.from.as_ref());
            let first =
                from.map(|from| First { seq: from.seq, at: from.at, by: from.by.clone().into_owned() });
            Ok(Recorded { by: line.by().to_owned(), first })
        })
    }

    fn reason(&self, seq: Seq) -> Result<Option<String>, TextError> {
        let mut picked = Picked::new(["reason"]);
        let read = self.with_bytes(seq, |line| {
            let data = envelope(line, seq, &mut self.envelopes.borrow_mut()).map(|envelope| envelope.data);
            Ok(data.and_then(|data| codec::each_own_text(data, |name, text| keep(&mut picked, name, text))))
        })?;
        match read {
            Some(()) => Ok(picked.get("reason").map(str::to_owned)),
            None => Ok(self.own_members(seq)?.get("reason").map(str::to_owned)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_may_be_merged_is_left_to_the_general_reader() {
        let line =
            r#"{"seq":3,"at":"2026-11-23T18:00:00Z","by":"ana","type":"source.added","data":{"id":"s"}}"#;
        assert_eq!(recorder(line.as_bytes(), 3, &mut Envelopes::default()), Some("ana"));
        assert_eq!(recorder(line.as_bytes(), 4, &mut Envelopes::default()), None);
        for from in [r#","from":{}}"#, r#","fr\u006fm":{}}"#, r#", "by":"}"}"#] {
            let merged = line.replace("}}", &format!("}}{from}"));
            assert_eq!(recorder(merged.as_bytes(), 3, &mut Envelopes::default()), None, "{merged}");
        }
    }
}
