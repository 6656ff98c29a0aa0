//! What a writer must know of a ledger before it appends, made in one pass.

pub(crate) mod kept;

use recount_ledger::blocks::{Block, Division, Turn};
use recount_ledger::codec::Unescaped;
use recount_ledger::line::Line;
use recount_ledger::merkle::Frontier;
use recount_ledger::merkle::run::Run;
use recount_ledger::reader::Ledger;
use recount_model::event::{Event, Seq};
use recount_model::state::{Offsets, State};

use crate::blocks::{Early, early};
use crate::contents::{Contents, Digest, digest_of};
use crate::{Replay, ReplayError};

/// A whole ledger as its writer knows it.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) replay: Replay,
    pub(crate) known: Known,
}

/// What a writer knows beside the state.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) frontier: Frontier,
    pub(crate) contents: Contents,
    pub(crate) offsets: Offsets,
}

impl Opening {
    /// Reads a ledger to its head and checks the checksum of every batch and the last root.
    ///
    /// # Errors
    ///
    /// As [`Replay::of`], and where the lines were changed together with their checksums.
    pub(crate) fn of(ledger: &Ledger, division: Division) -> Result<Self, ReplayError> {
        let opening = Self::in_blocks(ledger, division).map_or_else(|| Self::line_by_line(ledger), Ok)?;
        let Self { replay, mut known } = opening;
        let replay = replay.explained(ledger)?;
        ledger.check_frontier(&known.frontier)?;
        known.contents.sort();
        Ok(Self { replay, known })
    }

    /// Nothing where anything is not as it should be.
    pub(crate) fn in_blocks(ledger: &Ledger, division: Division) -> Option<Self> {
        let events = ledger.head().most_events();
        let replay = Replay { state: State::for_admission(events), beyond: 0 };
        let work = |block: &Block<'_>, turn: Turn<'_, Self>| {
            let unescaped = Unescaped::default();
            let lines = early(block, &unescaped);
            let digests: Vec<_> = lines.iter().map(Early::digest).collect();
            let leaves = block.leaves()?;
            turn.take(block, |opening| opening.take(&lines, &unescaped, digests, &leaves))
        };
        ledger.read_blocks(division, Self { replay, known: Known::nothing(events) }, work)
    }

    /// Takes the lines of the next block, with their digests as far as they could be told, and leaves.
    fn take(
        &mut self,
        lines: &[Early<'_>],
        unescaped: &Unescaped,
        digests: Vec<Option<Digest>>,
        leaves: &Run,
    ) -> Option<()> {
        self.known.frontier.extend(leaves)?;
        for (line, digest) in lines.iter().zip(digests) {
            let digest = self.apply(line, unescaped, digest)?;
            self.known.note(self.replay.state.size(), line.offset, digest);
        }
        Some(())
    }

    /// Applies the next line and gives the digest of what it says, which may have been told before.
    fn apply(&mut self, line: &Early<'_>, unescaped: &Unescaped, digest: Option<Digest>) -> Option<Digest> {
        let replay = &mut self.replay;
        let mut apply = |state: &mut State, event: &Event<'_>| state.apply(event).ok();
        replay.take(line, unescaped, None, &mut apply)?;
        match digest {
            Some(digest) => Some(digest),
            None => Some(digest_of_line(&replay.state, &Line::parse(line.text.as_bytes()).ok()?)),
        }
    }

    /// The one way to an error.
    pub(crate) fn line_by_line(ledger: &Ledger) -> Result<Self, ReplayError> {
        let mut known = Known::nothing(ledger.head().most_events());
        let replay = Replay::for_admission(ledger, |state, line, event| {
            known.frontier.push(line.leaf_hash());
            known.note(state.size(), line.offset, digest_of_line(state, event));
        })?;
        Ok(Self { replay, known })
    }
}

impl Known {
    /// Before the first event of a ledger that will have about so many.
    fn nothing(events: u64) -> Self {
        Self {
            frontier: Frontier::default(),
            contents: Contents::with_capacity(events),
            offsets: Offsets::default(),
        }
    }

    fn note(&mut self, seq: Seq, offset: u64, digest: Digest) {
        self.offsets.note(seq, offset);
        if let Some(digest) = digest {
            self.contents.read(seq, digest);
        }
    }

    /// The same for an event behind those that are sorted already.
    fn note_later(&mut self, seq: Seq, offset: u64, digest: Digest) {
        self.offsets.note(seq, offset);
        if let Some(digest) = digest {
            self.contents.note(seq, digest);
        }
    }
}

/// The digest of what the newest event of a state says.
fn digest_of_line(state: &State, line: &Line<'_>) -> Digest {
    match (state.kind(state.size()), line) {
        (Some(kind), Line::Event(event)) => digest_of(kind, event.data, &|seq| state.kind(seq)),
        // What was erased is not found again: to record it once more is a decision of its own.
        _ => None,
    }
}
