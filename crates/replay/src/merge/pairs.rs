//! Which events of the two ledgers are the same, one to one.

use std::collections::{HashMap, HashSet};

use recount_ledger::codec::{self, Dictionary};
use recount_ledger::line::{Clock, EventLine, Line};
use recount_ledger::merkle::{Hash, leaf_hash};
use recount_model::date::Instant;
use recount_model::event::{Kind, Seq};
use recount_model::state::State;

use super::conflict::differences;
use super::other::{History, Other, Point, each_line, point_of};
use super::settle::{Choice, Rules, Settled};
use crate::{ReplayError, Session};

/// Ids that the two ledgers give the same thing differently: theirs to ours.
pub(super) type Renames = HashMap<(Dictionary, String), String>;

/// What an event of the other ledger is to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pair {
    /// It is this event.
    Here(Seq),
    /// The other ledger's own bookkeeping.
    Aside,
    /// An earlier merge saw it and left it out, or it was erased here since.
    LeftOutBefore,
    /// An earlier merge left it out, and this event here declares its id.
    Instead(Seq),
    /// Its content was erased there, and it was never here.
    Withheld,
    /// It is not here.
    New,
}

/// The pairs, and what follows from them.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// By their number, from 1.
    pairs: Vec<Pair>,
    pub(super) renames: Renames,
    /// Conflicts that a rule settled by a new id.
    pub(super) renamed: Vec<Settled>,
    /// Our events that are theirs too, beyond the common prefix.
    shared: HashSet<Seq>,
    /// Our events up to this one are theirs, byte for byte.
    prefix: Seq,
    /// Our events up to this one were there when the other ledger last merged this one.
    seen_there: Seq,
    /// Their events up to this one were there when this ledger last merged the other one.
    pub(super) seen_here: Seq,
}

impl Pairs {
    /// What their event is here.
    pub(super) fn of(&self, theirs: Seq) -> Pair {
        self.pairs.get((theirs as usize).wrapping_sub(1)).copied().unwrap_or(Pair::Aside)
    }

    /// Our event that is their event, or stands for it.
    pub(super) fn here(&self, theirs: Seq) -> Option<Seq> {
        match self.of(theirs) {
            Pair::Here(seq) | Pair::Instead(seq) => Some(seq),
            _ => None,
        }
    }

    /// Whether our event is one of theirs, too.
    pub(super) fn is_shared(&self, ours: Seq) -> bool {
        self.shared.contains(&ours)
    }

    /// Whether those who wrote the other ledger had our event before them: what they recorded after it counts as said in
    /// its knowledge.
    pub(super) fn is_known_there(&self, ours: Seq) -> bool {
        ours <= self.prefix.max(self.seen_there) || self.is_shared(ours)
    }

    /// Whether the other ledger saw our event when it merged this one, and took another in its place.
    pub(super) fn was_decided_there(&self, ours: Seq) -> bool {
        self.prefix < ours && ours <= self.seen_there && !self.is_shared(ours)
    }
}

/// One of our events that may be the same as one of theirs.
struct Candidate {
    seq: Seq,
    first: First,
}

/// Where an event was recorded first: its number, time and recorder there.
type First = (u64, Instant, String);

fn first_of(event: &EventLine<'_>) -> First {
    match &event.from {
        Some(from) => (from.seq, from.at, from.by.clone().into_owned()),
        None => (event.seq, event.at, event.by.clone().into_owned()),
    }
}

/// Our ledger as far as a merge has to know it.
struct Ours {
    /// How many events the two ledgers begin with in common, leaf by leaf.
    prefix: Seq,
    /// The events behind the prefix by a digest of their content.
    by_content: HashMap<Hash, Vec<Candidate>>,
    /// The events that came from elsewhere, by what they were there.
    by_origin: HashMap<(Point, u64), Seq>,
    /// What was merged.
    merged: HashSet<Point>,
    /// The events behind the prefix whose content was erased: number, time, recorder, type, and the leaf of the line.
    stubs: Vec<(Seq, Instant, String, Kind, Hash)>,
    /// Which of the points the other ledger names this one went through.
    been: HashSet<Point>,
}

impl Ours {
    fn read(session: &Session<'_>, other: &Other) -> Result<Ours, ReplayError> {
        let mut ours = Ours {
            prefix: 0,
            by_content: HashMap::new(),
            by_origin: HashMap::new(),
            merged: HashSet::new(),
            stubs: Vec::new(),
            been: HashSet::new(),
        };
        let mut history = History::new(&other.points);
        let mut seq: Seq = 0;
        each_line(session.writer.ledger(), &mut |line, event| {
            let leaf = line.leaf_hash();
            history.push(leaf);
            if ours.prefix == seq && other.leaves.get(seq as usize) == Some(&leaf) {
                ours.prefix += 1;
            }
            seq += 1;
            ours.note(seq, event, &session.state);
        })?;
        ours.been = history.found;
        Ok(ours)
    }

    fn note(&mut self, seq: Seq, event: &Line<'_>, state: &State) {
        let event = match event {
            Line::Event(event) => event,
            Line::Stub(stub) => {
                let kind = Kind::parse(&stub.kind).filter(|_| seq > self.prefix);
                let by = stub.by.clone().into_owned();
                return self.stubs.extend(kind.map(|kind| (seq, stub.at, by, kind, stub.redacted)));
            }
        };
        let point = point_of(&Line::Event(event.clone()));
        match (&event.from, point) {
            (Some(from), Some(point)) => {
                self.by_origin.entry((point, from.seq)).or_insert(seq);
            }
            (None, Some(point)) => {
                self.merged.insert(point);
            }
            _ => {}
        }
        if seq > self.prefix
            && let Some(kind) = Kind::parse(&event.kind)
            && let Some(digest) = digest(kind, event.data, state)
        {
            let candidate = Candidate { seq, first: first_of(event) };
            self.by_content.entry(digest).or_default().push(candidate);
        }
    }

    /// The event with this content that is not yet paired: the one that was recorded first where `first` was, else the
    /// oldest.
    fn take(&mut self, digest: Hash, first: &First, shared: &HashSet<Seq>) -> Option<Seq> {
        let candidates = self.by_content.get_mut(&digest)?;
        candidates.retain(|candidate| !shared.contains(&candidate.seq));
        let at = candidates.iter().position(|candidate| candidate.first == *first).unwrap_or(0);
        (at < candidates.len()).then(|| candidates.remove(at).seq)
    }
}

/// A digest of what an event says, in the numbers of the ledger with this state.
fn digest(kind: Kind, data: &str, state: &State) -> Option<Hash> {
    if is_bookkeeping(kind) {
        return None;
    }
    let content = codec::content(kind, data, &|seq| state.kind(seq)).ok()?;
    Some(leaf_hash(format!("{}\n{content}", kind.as_str()).as_bytes()))
}

/// What a ledger says of itself only.
fn is_bookkeeping(kind: Kind) -> bool {
    matches!(kind, Kind::LedgerCreated | Kind::LedgerMerged | Kind::LedgerUpgraded | Kind::EventRedacted)
}

/// Pairs the events of the other ledger with ours.
pub(super) fn pair(session: &Session<'_>, other: &Other, rules: &Rules) -> Result<Pairs, ReplayError> {
    let mut ours = Ours::read(session, other)?;
    let claimed: HashSet<Point> =
        ours.by_origin.keys().map(|(point, _)| *point).chain(ours.merged.iter().copied()).collect();
    let was = other.was(&claimed);
    let size_of = |points: &HashSet<Point>| points.iter().map(|point| point.size).max().unwrap_or(0) as Seq;
    let merged_there = other_merged(other)?;
    let seen_there: HashSet<Point> = ours.been.intersection(&merged_there).copied().collect();
    let seen_here: HashSet<Point> = ours.merged.intersection(&was).copied().collect();
    let mut pairing = Pairing {
        session,
        other,
        rules,
        from_there: ours
            .by_origin
            .iter()
            .filter(|((point, _), _)| was.contains(point))
            .map(|((_, seq), here)| (*seq, *here))
            .collect(),
        pairs: Pairs {
            prefix: ours.prefix,
            seen_there: size_of(&seen_there),
            seen_here: size_of(&seen_here),
            ..Pairs::default()
        },
        ours: &mut ours,
    };
    pairing.pairs.shared = pairing.from_there.values().copied().collect();
    each_line(&other.ledger, &mut |_, line| pairing.line(line))?;
    Ok(pairing.pairs)
}

/// What the other ledger merged.
fn other_merged(other: &Other) -> Result<HashSet<Point>, ReplayError> {
    let mut merged = HashSet::new();
    each_line(&other.ledger, &mut |_, line| {
        if Kind::parse(line.kind()) == Some(Kind::LedgerMerged) {
            merged.extend(point_of(line));
        }
    })?;
    Ok(merged)
}

struct Pairing<'p, 's> {
    session: &'p Session<'s>,
    other: &'p Other,
    rules: &'p Rules,
    ours: &'p mut Ours,
    /// Their events that an earlier merge brought here.
    from_there: HashMap<u64, Seq>,
    pairs: Pairs,
}

impl Pairing<'_, '_> {
    fn line(&mut self, line: &Line<'_>) {
        let pair = self.pair(line);
        self.pairs.pairs.push(pair);
        if let Pair::Here(here) = pair
            && here > self.ours.prefix
        {
            self.pairs.shared.insert(here);
            if let Line::Event(event) = line {
                self.same_thing(event, here);
            }
        }
    }

    fn pair(&mut self, line: &Line<'_>) -> Pair {
        let seq = line.seq() as Seq;
        if seq <= self.ours.prefix {
            return Pair::Here(seq);
        }
        match Kind::parse(line.kind()) {
            Some(Kind::LedgerCreated) => return Pair::Here(1),
            Some(kind) if !is_bookkeeping(kind) => {}
            _ => return Pair::Aside,
        }
        let here = self.from_there.get(&line.seq()).copied();
        let Line::Event(event) = line else {
            return here.map_or(self.absent(seq, Pair::Withheld), Pair::Here);
        };
        let known = here.or_else(|| self.ours_before(event)).or_else(|| self.equal(event));
        match known.or_else(|| self.erased(event)) {
            Some(here) => Pair::Here(here),
            None => {
                let pair = self.absent(seq, Pair::New);
                if pair == Pair::New {
                    self.rename(event);
                    return pair;
                }
                self.declared_here(event).map_or(pair, Pair::Instead)
            }
        }
    }

    /// An event that is not here: one that an earlier merge saw does not come back.
    fn absent(&self, seq: Seq, otherwise: Pair) -> Pair {
        if seq <= self.pairs.seen_here { Pair::LeftOutBefore } else { otherwise }
    }

    /// Our event that declares the id that theirs does.
    fn declared_here(&self, event: &EventLine<'_>) -> Option<Seq> {
        let (dictionary, id) = codec::declared(Kind::parse(&event.kind)?, event.data)?;
        declared_at(&self.session.state, dictionary, &id)
    }

    /// Our event that the other ledger once took from this one.
    fn ours_before(&self, event: &EventLine<'_>) -> Option<Seq> {
        let from = event.from.as_ref()?;
        let point = Point { size: from.size, root: from.root };
        let seq = Seq::try_from(from.seq).ok().filter(|_| from.seq <= from.size)?;
        let same_kind = self.session.state.kind(seq).is_some_and(|kind| kind.as_str() == event.kind);
        (same_kind && self.ours.been.contains(&point)).then_some(seq)
    }

    /// Our event that says the same.
    fn equal(&mut self, event: &EventLine<'_>) -> Option<Seq> {
        let kind = Kind::parse(&event.kind)?;
        let here = |seq: Seq| self.pairs.here(seq);
        let data = self.other.translated(kind, event.data, &here, &self.pairs.renames).ok()?;
        let digest = digest(kind, &data, &self.session.state)?;
        self.ours.take(digest, &first_of(event), &self.pairs.shared)
    }

    /// Our event whose content was erased and that said the same: the leaf of a line made of theirs is the one that its
    /// stub keeps.
    fn erased(&self, event: &EventLine<'_>) -> Option<Seq> {
        let kind = Kind::parse(&event.kind)?;
        let here = |seq: Seq| self.pairs.here(seq);
        let data = self.other.translated(kind, event.data, &here, &self.pairs.renames).ok()?;
        let said_so = |stub: &&(Seq, Instant, String, Kind, Hash)| {
            let (seq, at, by, of, leaf) = stub;
            let clocks = [None, Some(Clock::Set), Some(Clock::Behind)];
            *of == kind
                && !self.pairs.shared.contains(seq)
                && clocks.into_iter().any(|clock| {
                    let (seq, at, by) = (u64::from(*seq), *at, by.as_str().into());
                    let kind = event.kind.clone();
                    let mut line = Vec::new();
                    EventLine { seq, at, by, clock, from: None, kind, data: &data }.encode(&mut line);
                    leaf_hash(&line) == *leaf
                })
        };
        self.ours.stubs.iter().find(said_so).map(|(seq, ..)| *seq)
    }

    /// Two events that are the same may declare their thing under two ids.
    fn same_thing(&mut self, event: &EventLine<'_>, here: Seq) {
        let theirs = Kind::parse(&event.kind).and_then(|kind| codec::declared(kind, event.data));
        // Few events declare something, and only for those ours is read.
        let Some((dictionary, theirs)) = theirs else { return };
        let ours = self.session.in_force(here).and_then(|(kind, data)| codec::declared(kind, &data));
        if let Some((same, ours)) = ours
            && dictionary == same
            && theirs != ours
        {
            self.pairs.renames.insert((dictionary, theirs), ours);
        }
    }

    /// A rule may give what the other declares under an id of ours an id of its own.
    fn rename(&mut self, event: &EventLine<'_>) {
        let seq = event.seq as Seq;
        let Some(kind) = Kind::parse(&event.kind) else { return };
        let Some((dictionary, id)) = codec::declared(kind, event.data) else { return };
        let Some(Choice::Rename(new)) = self.rules.choice(seq, Some(&id)) else { return };
        let Some(declared) = declared_at(&self.session.state, dictionary, &id) else { return };
        if can_rename(dictionary) && differs(self.session, self.other, declared, seq, &self.pairs) {
            self.pairs.renamed.push((seq, Some(id.clone())));
            self.pairs.renames.insert((dictionary, id), new);
        }
    }
}

/// Whether every event that names such a thing says of what sort it is: the parts of a check do not, be they places or
/// codes of a dimension.
pub(super) fn can_rename(dictionary: Dictionary) -> bool {
    !matches!(dictionary, Dictionary::Place | Dictionary::Dimension)
}

/// Whether our event and theirs say different things, as they are in force.
pub(super) fn differs(session: &Session<'_>, other: &Other, ours: Seq, theirs: Seq, pairs: &Pairs) -> bool {
    let Some((kind, data)) = other.in_force(theirs) else { return true };
    let here = |seq: Seq| pairs.here(seq);
    let Ok(data) = other.translated(kind, &data, &here, &pairs.renames) else { return true };
    match session.in_force(ours) {
        Some((our_kind, our_data)) => !differences((our_kind, &our_data), (kind, &data)).is_empty(),
        None => true,
    }
}

/// The event that declares `id` and is in force.
pub(super) fn declared_at(state: &State, dictionary: Dictionary, id: &str) -> Option<Seq> {
    macro_rules! entry {
        ($entries:expr) => {
            $entries.find(id).map(|key| $entries.entry(key).seq)
        };
    }
    match dictionary {
        Dictionary::Source => entry!(state.sources()),
        Dictionary::Reporter => entry!(state.reporters()),
        Dictionary::Place => entry!(state.places()),
        Dictionary::Dimension => entry!(state.dimensions()),
        Dictionary::Indicator => entry!(state.indicators()),
        Dictionary::Vote => entry!(state.votes()),
        Dictionary::Case => entry!(state.cases()),
        Dictionary::Check => entry!(state.checks()),
    }
}
