//! Answers from the index of a large ledger, which is kept in the cache folder.
//!
//! A question about indicators replays only the events that bear on them. Whatever is in the way, the whole ledger is
//! replayed and the index is made anew, after the answer was printed.

use std::fs::File;
use std::io::BufWriter;
use std::num::NonZeroUsize;

use recount_ledger::reader::Ledger;
use recount_ledger::seen::Seen;
use recount_model::state::State;
use recount_replay::Replay;
use recount_replay::index::{Asked, Change, Index, build};

use crate::args::Global;
use crate::cache::{Place, is_behind, is_worth_it};

/// An export is continued over at most this part of the ledger: all of it would be written otherwise.
const PART_OF_AN_EXPORT: u64 = 64;

/// What bears on a question, if there is an index to tell.
pub(crate) fn answer(global: &Global, ledger: &Ledger, asked: &Asked) -> Option<Replay> {
    let mut index = open(global, ledger)?;
    let tail = ledger.head().end_offset.checked_sub(index.seen().end_offset)?;
    if is_behind(tail, ledger.head()) { None } else { index.answer(ledger, asked) }
}

/// What changed since a checkpoint of the ledger, if there is an index to tell.
pub(crate) fn change(global: &Global, ledger: &Ledger, since: &Seen) -> Option<Change> {
    let mut index = open(global, ledger)?;
    let end = ledger.head().end_offset;
    let near =
        |seen: &Seen| end.checked_sub(seen.end_offset).is_some_and(|tail| tail <= end / PART_OF_AN_EXPORT);
    (near(&index.seen()) && near(since)).then(|| index.change(ledger, since))?
}

/// What can be read of the index that is kept.
fn open(global: &Global, ledger: &Ledger) -> Option<Index<File>> {
    let place = Place::of(global, "indexes").filter(|_| is_worth_it(ledger.head()))?;
    Index::open(place.open()?)
}

/// Makes the index of a ledger of which `state` is the whole state. A failure is no reason to fail: then there is none.
pub(crate) fn keep(global: &Global, ledger: &Ledger, state: &State, threads: NonZeroUsize) {
    if let Some(place) = Place::of(global, "indexes").filter(|_| is_worth_it(ledger.head())) {
        let _ = place.put(|new| Ok(build(ledger, state, threads, BufWriter::new(new))?.is_some()));
    }
}
