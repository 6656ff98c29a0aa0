//! Answers from the index of a large ledger, which is kept in the cache folder.
//!
//! A question about indicators replays only the events that bear on them. Whatever is in the way, the whole ledger is
//! replayed and the index is made anew, after the answer was printed.

use std::io::BufWriter;
use std::num::NonZeroUsize;

use recount_ledger::reader::Ledger;
use recount_model::state::State;
use recount_replay::Replay;
use recount_replay::index::{Asked, Index, build};

use crate::args::Global;
use crate::cache::{Place, is_behind, is_worth_it};

/// What bears on a question, if there is an index to tell.
pub(crate) fn answer(global: &Global, ledger: &Ledger, asked: &Asked) -> Option<Replay> {
    let place = Place::of(global, "indexes").filter(|_| is_worth_it(ledger.head()))?;
    // What cannot be read is made anew.
    let mut index = Index::open(place.open()?)?;
    let tail = ledger.head().end_offset.checked_sub(index.seen().end_offset)?;
    if is_behind(tail, ledger.head()) { None } else { index.answer(ledger, asked) }
}

/// Makes the index of a ledger of which `state` is the whole state. A failure is no reason to fail: then there is none.
pub(crate) fn keep(global: &Global, ledger: &Ledger, state: &State, threads: NonZeroUsize) {
    if let Some(place) = Place::of(global, "indexes").filter(|_| is_worth_it(ledger.head())) {
        let _ = place.put(|new| Ok(build(ledger, state, threads, BufWriter::new(new))?.is_some()));
    }
}
