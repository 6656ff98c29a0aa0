//! A replay on several threads: lines become facts on whatever thread is free, and facts are applied in their order.
//!
//! Reading a line is most of the work and needs nothing that stands before it, but for corrections: of which type the
//! replacement is, only the corrected event says. They are read when it is their turn.

use recount_ledger::blocks::{Block, Division, Turn};
use recount_ledger::codec;
use recount_ledger::line::{Envelope, EventLine, Line};
use recount_ledger::reader::Ledger;
use recount_model::clock::RecordedBy;
use recount_model::date::Instant;
use recount_model::event::{Event, Fact, Kind};

use crate::Replay;
use crate::fold::{fold_line, follows, known_format, next};

/// A line, and what was read of it without those before it: not yet a correction, a stub, or what is not as it should be.
struct Early<'b> {
    offset: u64,
    text: &'b str,
    read: Option<Read<'b>>,
}

/// What an event says, when it was recorded, and its number.
struct Read<'b> {
    seq: u64,
    at: Instant,
    fact: Fact<'b>,
}

/// Replays a ledger as far as `until`; nothing where anything is not as it should be.
pub(crate) fn replay(
    ledger: &Ledger,
    until: Option<RecordedBy>,
    division: Division,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Option<Replay> {
    let work = |block: &Block<'_>, turn: Turn<'_, (Replay, _)>| {
        let early =
            |(offset, text)| Early { offset, text, read: written(text).or_else(|| spelt_otherwise(text)) };
        let lines: Vec<Early<'_>> = block.events().map(early).collect();
        turn.take(block, |(replay, progress): &mut (Replay, &mut (dyn FnMut(u64) + Send))| {
            if let Some(first) = lines.first() {
                progress(first.offset);
            }
            lines.into_iter().try_for_each(|line| replay.take(line, until))
        })
    };
    let (replay, _) = ledger.read_blocks(division, (Replay::default(), progress), work)?;
    Some(replay)
}

/// Reads a line in the writer's own spelling.
fn written(line: &str) -> Option<Read<'_>> {
    let Envelope { seq, at, kind, data, .. } = Envelope::of(line)?;
    let fact = codec::written(independent(kind)?, data, &|_| None)?;
    Some(Read { seq, at, fact })
}

/// Reads a line in any spelling.
fn spelt_otherwise(line: &str) -> Option<Read<'_>> {
    let EventLine { seq, at, kind, data, .. } = EventLine::parse(line.as_bytes()).ok()?;
    let fact = codec::parse(independent(&kind)?, data, &|_| None).ok()?;
    Some(Read { seq, at, fact })
}

/// The type with this name, if its events can be read without those before them.
fn independent(name: &str) -> Option<Kind> {
    Kind::parse(name).filter(|kind| *kind != Kind::RecordCorrected)
}

impl Replay {
    /// Takes the next line of the ledger.
    fn take(&mut self, line: Early<'_>, until: Option<RecordedBy>) -> Option<()> {
        if let Some(Read { seq, at, fact }) = line.read.or_else(|| self.correction(line.text)) {
            if self.leaves_out(at, until) {
                return Some(());
            }
            follows(&self.state, seq, at).ok()?;
            known_format(&fact).ok()?;
            return self.state.apply(&Event { seq: next(&self.state), at, offset: line.offset, fact }).ok();
        }
        let parsed = Line::parse(line.text.as_bytes()).ok()?;
        if self.leaves_out(parsed.at(), until) {
            return Some(());
        }
        fold_line(&mut self.state, line.offset, &parsed).ok()
    }

    /// Reads a correction in the writer's own spelling.
    fn correction<'b>(&self, line: &'b str) -> Option<Read<'b>> {
        let Envelope { seq, at, kind, data, .. } = Envelope::of(line)?;
        let kind = Kind::parse(kind).filter(|kind| *kind == Kind::RecordCorrected)?;
        let fact = codec::written(kind, data, &|seq| self.state.kind(seq))?;
        Some(Read { seq, at, fact })
    }

    /// Whether the next event, recorded at this moment, lies beyond the prefix that is asked for; then it is counted.
    pub(crate) fn leaves_out(&mut self, at: Instant, until: Option<RecordedBy>) -> bool {
        let beyond = until.is_some_and(|until| !until.includes(next(&self.state), at));
        self.beyond += u64::from(beyond);
        beyond
    }
}
