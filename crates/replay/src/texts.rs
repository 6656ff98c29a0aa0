//! Texts by offset: the line is read again when its text is shown.

use recount_ledger::codec;
use recount_ledger::line::{Envelope, EventLine, Line};
use recount_ledger::reader::Ledger;
use recount_model::event::{Kind, Seq};
use recount_model::state::State;
use recount_model::texts::{First, Members, Recorded, TextError, Texts};

use crate::offsets::Offsets;

/// The texts of the events of one ledger.
#[derive(Debug)]
pub struct LedgerTexts<'a> {
    ledger: &'a Ledger,
    places: Places<'a>,
}

/// Who knows where events stand.
#[derive(Debug)]
enum Places<'a> {
    /// A state, of every event.
    All(&'a State),
    /// A writer, of some.
    Some(&'a Offsets),
}

impl<'a> LedgerTexts<'a> {
    /// Texts of `ledger` at the offsets `state` keeps.
    pub fn new(ledger: &'a Ledger, state: &'a State) -> Self {
        LedgerTexts { ledger, places: Places::All(state) }
    }

    pub(crate) fn for_writer(ledger: &'a Ledger, offsets: &'a Offsets) -> Self {
        LedgerTexts { ledger, places: Places::Some(offsets) }
    }

    /// The line of event `seq` as it stands in the file, without its LF.
    ///
    /// # Errors
    ///
    /// When there is no such event or the line cannot be read.
    pub fn line(&self, seq: Seq) -> Result<Vec<u8>, TextError> {
        let unreadable = |reason: String| TextError { seq, reason };
        let place = match self.places {
            Places::All(state) => state.offset(seq).map(|offset| (offset, 0)),
            Places::Some(offsets) => offsets.before(seq),
        };
        let (offset, skip) = place.ok_or_else(|| unreadable("there is no such event".to_owned()))?;
        let mut line = Vec::new();
        self.ledger.read_event(offset, skip, &mut line).map_err(|error| unreadable(error.to_string()))?;
        Ok(line)
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
        let bytes = self.line(seq)?;
        let unreadable = |reason: String| TextError { seq, reason };
        let line =
            Line::parse(&bytes).map_err(|error| unreadable(format!("the file changed: {}", error.found)))?;
        if line.seq() != u64::from(seq) {
            return Err(unreadable(format!("the file changed: event {} is in its place", line.seq())));
        }
        read(&line).map_err(unreadable)
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
    let mut bytes = Vec::new();
    ledger.read_event(0, 0, &mut bytes).map_err(|error| unreadable(error.to_string()))?;
    let line = EventLine::parse(&bytes).map_err(|error| unreadable(error.found))?;
    codec::own_members(line.data).map_err(|problem| unreadable(problem.expected))
}

/// One text of the line of event `seq`, where the line has the writer's own spelling.
fn written_text<'a>(line: &'a [u8], seq: Seq, name: &str) -> Option<Option<&'a str>> {
    let envelope = Envelope::of(std::str::from_utf8(line).ok()?)?;
    // The members of a correction are those of its replacement.
    let is_it = envelope.seq == u64::from(seq) && envelope.kind != Kind::RecordCorrected.as_str();
    if is_it { codec::written_text(envelope.data, name) } else { None }
}

impl Texts for LedgerTexts<'_> {
    fn member(&self, seq: Seq, name: &str) -> Result<Option<String>, TextError> {
        match written_text(&self.line(seq)?, seq, name) {
            Some(text) => Ok(text.map(str::to_owned)),
            None => Ok(self.members(seq)?.get(name).map(str::to_owned)),
        }
    }

    fn members(&self, seq: Seq) -> Result<Members, TextError> {
        self.with_line(seq, |line| {
            let Some(event) = content(line) else { return Ok(Members::default()) };
            let kind = Kind::parse(&event.kind).ok_or("the file changed: unknown type")?;
            codec::members(kind, event.data).map_err(|problem| problem.expected)
        })
    }

    fn recorded(&self, seq: Seq) -> Result<Recorded, TextError> {
        self.with_line(seq, |line| {
            let from = content(line).and_then(|event| event.from.as_ref());
            let first =
                from.map(|from| First { seq: from.seq, at: from.at, by: from.by.clone().into_owned() });
            Ok(Recorded { by: line.by().to_owned(), first })
        })
    }

    fn reason(&self, seq: Seq) -> Result<Option<String>, TextError> {
        Ok(self.own_members(seq)?.get("reason").map(str::to_owned))
    }
}
