//! Answering from an index: which events are needed, and replaying them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use recount_ledger::codec::Unescaped;
use recount_ledger::line::Line;
use recount_ledger::reader::{Ledger, Window};
use recount_model::event::{Event, Kind, Seq};
use recount_model::state::State;

use serde::de::DeserializeOwned;

use super::tail::{Appended, Bearer, Bears, Named, Tail, source_named};
use super::{
    About, Asked, EVENTS_OF_PAGE, Explained, Frame, Index, Item, OfIndicator, Source, Subject, digest,
};
use crate::Replay;
use crate::blocks::{correction, read_independent};
use crate::fold;

/// What must be replayed: of some subjects everything, of others their current figures. Indicators are known by their
/// positions in the index.
#[derive(Default)]
pub(super) struct Needed {
    /// The current figures of all subjects of these.
    pub(super) indicators: BTreeSet<usize>,
    /// Everything of these, by their numbers.
    subjects: BTreeSet<u32>,
    /// The current figures of those subjects of these that are one of `parts`.
    pub(super) beside: BTreeSet<usize>,
    pub(super) parts: BTreeSet<Part>,
}

/// Place and breakdown of a subject.
pub(super) type Part = (Option<String>, Option<String>);

impl Needed {
    /// Adds the subjects that events bear on: those that have no number in the index to `named`.
    fn add_subjects(&mut self, events: &[Appended], named: &mut Vec<Named>) {
        for bearer in events.iter().flat_map(Appended::subjects) {
            match bearer {
                Bearer::Numbered(number) => drop(self.subjects.insert(*number)),
                Bearer::Named(subject) if named.contains(subject) => {}
                Bearer::Named(subject) => named.push(subject.clone()),
            }
        }
    }

    /// The indicators of which some current figures are needed.
    fn of_current(&self) -> BTreeSet<usize> {
        self.indicators.union(&self.beside).copied().collect()
    }

    fn needs_current(&self, at: usize, subject: &Subject) -> bool {
        self.indicators.contains(&at)
            || self.beside.contains(&at)
                && self.parts.contains(&(subject.place.clone(), subject.breakdown.clone()))
    }
}

impl<F: Read + Seek> Index<F> {
    /// The state of `ledger` at its head, as far as it bears on what is asked. Nothing where that cannot be had for less than
    /// a replay: the index cannot be read or does not fit the ledger, does not know what is asked, or what was appended
    /// changes too much.
    pub fn answer(&mut self, ledger: &Ledger, asked: &Asked) -> Option<Replay> {
        let tail = Tail::since(ledger, &self.seen())?;
        let state = Asking { index: self, ledger }.state(asked, tail)?;
        Some(Replay { state, beyond: 0 })
    }
}

pub(super) struct Asking<'i, F> {
    pub(super) index: &'i mut Index<F>,
    pub(super) ledger: &'i Ledger,
}

impl<F: Read + Seek> Asking<'_, F> {
    fn state(&mut self, asked: &Asked, mut tail: Tail) -> Option<State> {
        tail.understand(&mut |seq| self.about(seq))?;
        let mut needed = self.needed(asked, &tail)?;
        if !asked.events.is_empty() {
            // An event may be of another subject since.
            self.add_those_moved_to(&mut needed, &tail);
        }
        let (appended, named) = self.those_that_bear(&mut needed, Vec::new(), tail.events);
        let items = self.all_items(&needed, &named, &appended, asked)?;
        self.replay(&items, &appended)
    }

    /// The items of the index that are needed, in order: of what is asked, and of what those that were appended name.
    pub(super) fn all_items(
        &mut self,
        needed: &Needed,
        named: &[Named],
        appended: &[Appended],
        asked: &Asked,
    ) -> Option<Vec<Item>> {
        let mut items = self.index.contents.common.clone();
        for event in appended {
            if let Some(source) = source_named(&event.line) {
                items.extend(self.source(&source)?);
            }
        }
        items.extend(self.items(needed, named, asked)?);
        items.sort_unstable();
        items.dedup();
        Some(items)
    }

    /// The indicators and subjects that are asked for, with what they are derived from.
    fn needed(&mut self, asked: &Asked, tail: &Tail) -> Option<Needed> {
        let mut needed = Needed::default();
        let explained = asked.explained.iter().map(|explained| &explained.indicator);
        for id in asked.indicators.iter().chain(explained) {
            needed.indicators.extend(self.index.with_inputs(self.index.indicator(id)?));
        }
        for &seq in &asked.events {
            let appended = tail.events.iter().find(|event| event.seq == seq);
            let subjects = match appended.map(|event| &event.bears) {
                Some(Bears::Subjects(subjects)) => subjects.clone(),
                Some(_) => return None,
                None => match self.about(seq)? {
                    About::Subject(number) => vec![Bearer::Numbered(number)],
                    About::Else | About::Several => return None,
                },
            };
            for bearer in subjects {
                needed.indicators.insert(self.index.indicator_of(&bearer)?);
                match bearer {
                    Bearer::Numbered(number) => drop(needed.subjects.insert(number)),
                    // It is in what was appended, and will be found to bear on its indicator.
                    Bearer::Named(_) => {}
                }
            }
        }
        Some(needed)
    }

    /// The appended events that are needed, `bearing` at least, and the subjects that they name. Whatever bears on a subject that
    /// one of them bears on is needed as well: what was corrected into another subject may have been retracted there.
    pub(super) fn those_that_bear(
        &self,
        needed: &mut Needed,
        mut bearing: Vec<Appended>,
        mut others: Vec<Appended>,
    ) -> (Vec<Appended>, Vec<Named>) {
        let mut named = Vec::new();
        needed.add_subjects(&bearing, &mut named);
        let indicators = needed.of_current();
        loop {
            let bears = |event: &Appended| {
                self.index.bears(event, &indicators)
                    || event.subjects().iter().any(|bearer| match bearer {
                        Bearer::Numbered(number) => needed.subjects.contains(number),
                        Bearer::Named(subject) => named.contains(subject),
                    })
            };
            let more: Vec<Appended>;
            (more, others) = others.into_iter().partition(bears);
            if more.is_empty() {
                break;
            }
            needed.add_subjects(&more, &mut named);
            bearing.extend(more);
        }
        bearing.sort_unstable_by_key(|event| event.seq);
        (bearing, named)
    }

    /// Adds the indicators that records of those that are needed were corrected into.
    fn add_those_moved_to(&self, needed: &mut Needed, tail: &Tail) {
        loop {
            let bearing = tail.events.iter().filter(|event| self.index.bears(event, &needed.indicators));
            let subjects = bearing.flat_map(Appended::subjects);
            let more: BTreeSet<usize> =
                subjects.filter_map(|bearer| self.index.indicator_of(bearer)).collect();
            if more.is_subset(&needed.indicators) {
                return;
            }
            needed.indicators.extend(more);
        }
    }

    /// The items of the index that are needed: the policies of indicators, and of their subjects what is current, or all of those
    /// that are named, explained, or numbered.
    fn items(&mut self, needed: &Needed, named: &[Named], asked: &Asked) -> Option<Vec<Item>> {
        let mut explained: BTreeMap<usize, Vec<&Explained>> = BTreeMap::new();
        for subject in &asked.explained {
            for at in self.index.with_inputs(self.index.indicator(&subject.indicator)?) {
                explained.entry(at).or_default().push(subject);
            }
        }
        let numbered = needed.subjects.iter().filter_map(|number| self.index.position_of(*number));
        let indicators: BTreeSet<usize> = needed.of_current().into_iter().chain(numbered).collect();
        let mut items = Vec::new();
        for at in indicators {
            let indicator = &self.index.contents.indicators[at];
            let (id, first, frame) = (indicator.id.clone(), indicator.first_subject, indicator.frame);
            let OfIndicator { policies, subjects } = self.read(frame)?;
            items.extend(policies);
            for (number, subject) in (first..).zip(subjects) {
                let is = |place: &Option<String>, part: &Option<String>| {
                    *place == subject.place && *part == subject.breakdown
                };
                let may_be = |asked: &Explained| {
                    (asked.place.is_none() || asked.place == subject.place)
                        && (asked.breakdown.is_none() || asked.breakdown == subject.breakdown)
                };
                let wholly = needed.subjects.contains(&number)
                    || named.iter().any(|named| named.indicator == id && is(&named.place, &named.breakdown))
                    || explained.get(&at).into_iter().flatten().any(|asked| may_be(asked));
                if wholly {
                    items.extend(self.read::<Vec<Item>>(subject.all)?);
                } else if needed.needs_current(at, &subject) {
                    items.extend(subject.current);
                }
            }
        }
        Some(items)
    }

    pub(super) fn replay(&self, items: &[Item], tail: &[Appended]) -> Option<State> {
        let mut state = State::excerpt();
        let mut window = Window::default();
        for item in items {
            let line = self.ledger.read_event(item.offset, 0, None, &mut window).ok()?;
            if crc32c::crc32c(line) != item.sum {
                return None;
            }
            apply(&mut state, item.seq, item.offset, std::str::from_utf8(line).ok()?)?;
        }
        apply_appended(&mut state, tail)?;
        Some(state)
    }

    fn source(&mut self, id: &str) -> Option<Vec<Item>> {
        let digest = digest(id);
        let pages = &self.index.contents.sources;
        let Some(page) = pages.partition_point(|(least, _)| *least <= digest).checked_sub(1) else {
            return Some(Vec::new());
        };
        let frame = pages[page].1;
        let sources: Vec<Source> = self.read(frame)?;
        let found = sources.into_iter().filter(|source| source.digest == digest);
        Some(found.flat_map(|source| source.events).collect())
    }

    pub(super) fn about(&mut self, seq: Seq) -> Option<About> {
        let at = (seq as usize).checked_sub(1)?;
        let frame = *self.index.contents.about.get(at / EVENTS_OF_PAGE)?;
        let page: Vec<u32> = self.read(frame)?;
        page.get(at % EVENTS_OF_PAGE).map(|stored| About::read(*stored))
    }

    pub(super) fn read<T: DeserializeOwned>(&mut self, frame: Frame) -> Option<T> {
        self.index.frames.read(frame)
    }
}

impl<F> Index<F> {
    pub(super) fn indicator(&self, id: &str) -> Option<usize> {
        self.contents.indicators.binary_search_by(|known| known.id.as_str().cmp(id)).ok()
    }

    /// The position of an indicator and those of all that it is computed from.
    pub(super) fn with_inputs(&self, at: usize) -> BTreeSet<usize> {
        let (mut found, mut open) = (BTreeSet::new(), vec![at]);
        while let Some(at) = open.pop() {
            if found.insert(at) {
                let inputs = &self.contents.indicators[at].inputs;
                open.extend(inputs.iter().filter_map(|id| self.indicator(id)));
            }
        }
        found
    }

    /// The position of the indicator that has the subject with this number.
    pub(super) fn position_of(&self, subject: u32) -> Option<usize> {
        // Of those with the same first subject only the last has any.
        let behind = self.contents.indicators.partition_point(|indicator| indicator.first_subject <= subject);
        behind.checked_sub(1)
    }

    /// Whether what was appended bears on one of these indicators.
    fn bears(&self, event: &Appended, indicators: &BTreeSet<usize>) -> bool {
        match &event.bears {
            Bears::Nothing => false,
            Bears::Anything => true,
            Bears::Indicator(id) => self.indicator(id).is_some_and(|at| indicators.contains(&at)),
            Bears::Subjects(subjects) => subjects
                .iter()
                .filter_map(|bearer| self.indicator_of(bearer))
                .any(|at| indicators.contains(&at)),
        }
    }

    pub(super) fn indicator_of(&self, bearer: &Bearer) -> Option<usize> {
        match bearer {
            Bearer::Numbered(number) => self.position_of(*number),
            Bearer::Named(named) => self.indicator(&named.indicator),
        }
    }
}

/// Applies what was appended, in order.
pub(super) fn apply_appended(state: &mut State, events: &[Appended]) -> Option<()> {
    events.iter().try_for_each(|event| apply(state, event.seq, event.offset, &event.line))
}

/// Applies a line, wherever it stands.
fn apply(state: &mut State, seq: Seq, offset: u64, line: &str) -> Option<()> {
    let unescaped = Unescaped::default();
    let read = read_independent(offset, line, &unescaped);
    if let Some(read) = read.or_else(|| correction(state, offset, line, &unescaped)) {
        let is_it = read.event.seq == seq;
        return is_it.then(|| state.apply(&read.event).ok())?;
    }
    let parsed = Line::parse(line.as_bytes()).ok()?;
    let fact = fold::content(state, &parsed, &unescaped).ok()?;
    let is_it = parsed.seq() == u64::from(seq) && fact.kind() != Kind::LedgerUpgraded;
    is_it.then(|| state.apply(&Event { seq, at: parsed.at(), offset, fact }).ok())?
}
