//! A replay on several threads: lines become facts on whatever thread is free, and facts are applied in their order.
//!
//! Reading a line is most of the work and needs nothing that stands before it, but for corrections: of which type the
//! replacement is, only the corrected event says. They are read when it is their turn.

use recount_ledger::blocks::{Block, Division, Turn};
use recount_ledger::codec::{self, KindOf, Unescaped};
use recount_ledger::line::{Envelope, Envelopes, EventLine, Line};
use recount_ledger::reader::Ledger;
use recount_model::clock::RecordedBy;
use recount_model::date::Instant;
use recount_model::event::{Event, Kind};
use recount_model::state::{Pending, State};

use crate::Replay;
use crate::contents::{self, Digest};
use crate::fold::{fact_of, follows, known_format, next};

/// A line, and what was read of it without those before it: not yet a correction, a stub, or what is not as it should be.
pub(crate) struct Early<'b> {
    pub(crate) offset: u64,
    pub(crate) text: &'b str,
    read: Option<Read<'b>>,
}

/// What a line says.
pub(crate) struct Read<'b> {
    pub(crate) event: Event<'b>,
    data: &'b str,
    /// The data are in the writer's own spelling.
    is_written: bool,
}

/// Reads the line at an offset, for which nothing before it is needed: no correction, and no stub.
pub(crate) fn read_independent<'b>(offset: u64, line: &'b str, unescaped: &'b Unescaped) -> Option<Read<'b>> {
    read_with(Envelope::of(line), offset, line, unescaped)
}

#[inline(always)]
fn read_with<'b>(
    envelope: Option<Envelope<'b>>,
    offset: u64,
    line: &'b str,
    unescaped: &'b Unescaped,
) -> Option<Read<'b>> {
    let Some(envelope) = envelope else { return any(offset, line, unescaped) };
    if envelope.kind == Kind::RecordCorrected.as_str() {
        return None;
    }
    let read = Read::of(offset, envelope, unescaped, &|_| None);
    if read.is_some() { read } else { any(offset, line, unescaped) }
}

/// Reads the lines of a block as far as that needs none before them.
pub(crate) fn early<'b>(block: &Block<'b>, unescaped: &'b Unescaped) -> Vec<Early<'b>> {
    let mut envelopes = Envelopes::default();
    let early = |(offset, text)| Early {
        offset,
        text,
        read: read_with(envelopes.read(text), offset, text, unescaped),
    };
    block.events().map(early).collect()
}

/// Replays a ledger as far as `until`; nothing where anything is not as it should be.
pub(crate) fn replay(
    ledger: &Ledger,
    until: Option<RecordedBy>,
    division: Division,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Option<Replay> {
    let work = |block: &Block<'_>, turn: Turn<'_, (Replay, _)>| {
        let unescaped = Unescaped::default();
        let lines = early(block, &unescaped);
        turn.take(block, |(replay, progress): &mut (Replay, &mut (dyn FnMut(u64) + Send))| {
            if let Some(first) = lines.first() {
                progress(first.offset);
            }
            let mut pending = Pending::default();
            let mut apply =
                |state: &mut State, event: &Event<'_>| state.apply_later(event, &mut pending).ok();
            lines.iter().try_for_each(|line| replay.take(line, &unescaped, until, &mut apply))?;
            replay.state.settle(&mut pending);
            Some(())
        })
    };
    let replay = Replay { state: State::with_room(ledger.head().most_events()), beyond: 0 };
    let (replay, _) = ledger.read_blocks(division, (replay, progress), work)?;
    Some(replay)
}

/// Reads a correction.
pub(crate) fn correction<'b>(
    state: &State,
    offset: u64,
    line: &'b str,
    unescaped: &'b Unescaped,
) -> Option<Read<'b>> {
    let is_correction = |envelope: &Envelope<'_>| envelope.kind == Kind::RecordCorrected.as_str();
    let envelope = Envelope::of(line).filter(is_correction)?;
    Read::of(offset, envelope, unescaped, &|seq| state.kind(seq))
}

/// Reads a line that has no envelope by itself; no correction.
fn any<'b>(offset: u64, line: &'b str, unescaped: &'b Unescaped) -> Option<Read<'b>> {
    let EventLine { seq, at, kind, data, .. } = EventLine::parse(line.as_bytes()).ok()?;
    let kind = Kind::parse(&kind).filter(|kind| *kind != Kind::RecordCorrected)?;
    let (fact, is_written) = codec::read(kind, data, unescaped, &|_| None)?;
    Some(Read { event: Event { seq: seq.try_into().ok()?, at, offset, fact }, data, is_written })
}

impl<'b> Read<'b> {
    #[inline(always)]
    fn of(
        offset: u64,
        envelope: Envelope<'b>,
        unescaped: &'b Unescaped,
        kind_of: KindOf<'_>,
    ) -> Option<Self> {
        let Envelope { seq, at, kind, data, .. } = envelope;
        let (fact, is_written) = codec::read(Kind::parse(kind)?, data, unescaped, kind_of)?;
        Some(Read { event: Event { seq: seq.try_into().ok()?, at, offset, fact }, data, is_written })
    }
}

impl<'b> Early<'b> {
    /// Reads the line at an offset as far as that needs none before it.
    pub(crate) fn of(offset: u64, text: &'b str, unescaped: &'b Unescaped) -> Self {
        Early { offset, text, read: read_independent(offset, text, unescaped) }
    }

    /// The digest of what it says, if that can be told already.
    pub(crate) fn digest(&self) -> Option<Digest> {
        let Read { event, data, is_written } = self.read.as_ref()?;
        Some(contents::digest_of_read(event.fact.kind(), data, *is_written, &|_| None))
    }
}

/// Adds an event to a state; nothing where that cannot be.
pub(crate) type Apply<'a> = dyn FnMut(&mut State, &Event<'_>) -> Option<()> + 'a;

impl Replay {
    /// Takes the next line of the ledger.
    pub(crate) fn take(
        &mut self,
        line: &Early<'_>,
        unescaped: &Unescaped,
        until: Option<RecordedBy>,
        apply: &mut Apply<'_>,
    ) -> Option<()> {
        if let Some(Read { event, .. }) = &line.read {
            return self.add(event, until, apply);
        }
        if let Some(Read { event, .. }) = correction(&self.state, line.offset, line.text, unescaped) {
            return self.add(&event, until, apply);
        }
        let parsed = Line::parse(line.text.as_bytes()).ok()?;
        if self.leaves_out(parsed.at(), until) {
            return Some(());
        }
        let fact = fact_of(&self.state, &parsed, unescaped).ok()?;
        let event = Event { seq: next(&self.state), at: parsed.at(), offset: line.offset, fact };
        apply(&mut self.state, &event)
    }

    /// Adds what is the next event by what it says.
    fn add(&mut self, event: &Event<'_>, until: Option<RecordedBy>, apply: &mut Apply<'_>) -> Option<()> {
        if self.leaves_out(event.at, until) {
            return Some(());
        }
        follows(&self.state, event.seq.into(), event.at).ok()?;
        known_format(&event.fact).ok()?;
        apply(&mut self.state, event)
    }

    /// Whether the next event, recorded at this moment, lies beyond the prefix that is asked for; then it is counted.
    pub(crate) fn leaves_out(&mut self, at: Instant, until: Option<RecordedBy>) -> bool {
        let beyond = until.is_some_and(|until| !until.includes(next(&self.state), at));
        self.beyond += u64::from(beyond);
        beyond
    }
}
