//! The ledger that is merged: opened for reading, replayed, its root recomputed.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use recount_ledger::codec::{self, Translation, Untranslated};
use recount_ledger::error::LedgerError;
use recount_ledger::line::Line;
use recount_ledger::merkle::{Frontier, Hash};
use recount_ledger::reader::Ledger;
use recount_ledger::storage::Storage;
use recount_ledger::{LineRef, Visitor};
use recount_model::event::{Kind, Seq};
use recount_model::state::{Offsets, State};

use super::pairs::Renames;
use crate::fold::Replay;
use crate::{LedgerTexts, ReplayError, Session, created};

/// What a ledger was at some time: its size in events and its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Point {
    pub(super) size: u64,
    pub(super) root: Hash,
}

/// A ledger open for reading, to be merged into another one.
#[derive(Debug)]
pub struct Other {
    pub(super) ledger: Ledger,
    pub(super) state: State,
    offsets: Offsets,
    /// 32 bytes for each event.
    pub(super) leaves: Vec<Hash>,
    /// What it says of other ledgers, ours perhaps among them: in the origins of its events and in `ledger.merged`.
    pub(super) points: HashSet<Point>,
    origin: String,
}

impl Other {
    /// Opens and replays a ledger; every checksum and the root are checked. An unfinished batch behind its last checkpoint
    /// is not read; a damaged one may have been acknowledged, so the ledger is refused until it is recovered.
    ///
    /// # Errors
    ///
    /// [`ReplayError`]: it cannot be read, is damaged, or is of a newer format.
    pub fn open(storage: &dyn Storage, path: &Path) -> Result<Other, ReplayError> {
        let ledger = Ledger::open(storage, path)?;
        if let Some(damage) = ledger.tail().and_then(|tail| tail.damage.clone()) {
            return Err(LedgerError::DamagedTail(Box::new(damage)).into());
        }
        let mut leaves = Vec::new();
        let mut points = HashSet::new();
        let mut frontier = Frontier::default();
        let mut offsets = Offsets::default();
        let Replay { state, .. } = Replay::for_admission(&ledger, |state, line, event| {
            offsets.note(state.size(), line.offset);
            let leaf = line.leaf_hash();
            leaves.push(leaf);
            frontier.push(leaf);
            points.extend(point_of(event));
        })?;
        ledger.check_frontier(&frontier)?;
        let origin = origin(&ledger);
        Ok(Other { ledger, state, offsets, leaves, points, origin })
    }

    /// The ledger itself.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The name that its first event gives it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Those of `points` that this ledger once was.
    pub(super) fn was(&self, points: &HashSet<Point>) -> HashSet<Point> {
        let mut history = History::new(points);
        self.leaves.iter().for_each(|leaf| history.push(*leaf));
        history.found
    }

    /// The type and data of event `seq` as they are in force; `None` if they were erased.
    pub(super) fn in_force(&self, seq: Seq) -> Option<(Kind, String)> {
        in_force(&LedgerTexts::by_offsets(&self.ledger, &self.offsets), &self.state, seq)
    }

    /// Data of this ledger as the other one would say them.
    pub(super) fn translated(
        &self,
        kind: Kind,
        data: &str,
        here: &dyn Fn(Seq) -> Option<Seq>,
        renames: &Renames,
    ) -> Result<String, Untranslated> {
        let kind_of = |seq: Seq| self.state.kind(seq);
        let id = |dictionary, id: &str| renames.get(&(dictionary, id.to_owned())).cloned();
        codec::translate(kind, data, &Translation { kind_of: &kind_of, seq: here, id: &id })
    }
}

/// The name that a ledger's first event gives it; a replayed ledger has one.
pub(super) fn origin(ledger: &Ledger) -> String {
    created(ledger).ok().and_then(|members| members.get("origin").map(str::to_owned)).unwrap_or_default()
}

impl Session<'_> {
    /// The type and data of event `seq` as they are in force; `None` if they were erased, or are only staged.
    pub(super) fn in_force(&self, seq: Seq) -> Option<(Kind, String)> {
        in_force(&self.texts(), &self.state, seq)
    }
}

/// The type and data of an event as they are in force.
fn in_force(texts: &LedgerTexts<'_>, state: &State, seq: Seq) -> Option<(Kind, String)> {
    let data = match state.correction_in_force(seq) {
        Some(by) => texts.own_members(by).ok()?.get("data").map(str::to_owned),
        None => texts.data(seq).ok()?,
    };
    Some((state.kind(seq)?, data?))
}

/// The point of a ledger that an event names: of the one it comes from, or of the one that was merged.
pub(super) fn point_of(event: &Line<'_>) -> Option<Point> {
    let Line::Event(event) = event else { return None };
    if let Some(from) = &event.from {
        return Some(Point { size: from.size, root: from.root });
    }
    if Kind::parse(&event.kind) != Some(Kind::LedgerMerged) {
        return None;
    }
    let members = codec::own_members(event.data).ok()?;
    Some(Point { size: members.get("size")?.parse().ok()?, root: members.get("root")?.parse().ok()? })
}

/// Finds which points a ledger went through, leaf by leaf.
pub(super) struct History {
    wanted: HashSet<Point>,
    sizes: HashSet<u64>,
    frontier: Frontier,
    pub(super) found: HashSet<Point>,
}

impl History {
    pub(super) fn new(wanted: &HashSet<Point>) -> Self {
        let sizes = wanted.iter().map(|point| point.size).collect();
        History { wanted: wanted.clone(), sizes, frontier: Frontier::default(), found: HashSet::new() }
    }

    pub(super) fn push(&mut self, leaf: Hash) {
        self.frontier.push(leaf);
        let size = self.frontier.size();
        if self.sizes.contains(&size) {
            let point = Point { size, root: self.frontier.root() };
            self.found.extend(self.wanted.get(&point).copied());
        }
    }
}

/// Shows every line of a ledger to a function.
///
/// # Errors
///
/// Those of [`Ledger::read`]. Every line can be parsed: the ledger was replayed before.
pub(super) fn each_line(
    ledger: &Ledger,
    each: &mut dyn FnMut(&LineRef<'_>, &Line<'_>),
) -> Result<(), ReplayError> {
    struct Each<'f>(&'f mut dyn FnMut(&LineRef<'_>, &Line<'_>));
    impl Visitor for Each<'_> {
        fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()> {
            if let Ok(event) = Line::parse(line.bytes) {
                (self.0)(&line, &event);
            }
            ControlFlow::Continue(())
        }
    }
    Ok(ledger.read(&mut Each(each))?)
}
