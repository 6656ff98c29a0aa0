//! What changed since a checkpoint, as two excerpts: for whoever keeps what was made of the ledger as it was then.
//!
//! Both excerpts hold whatever bears on what the events between them changed, and perhaps more. What is made of the one and
//! of the other, row by row, differs therefore as it does for the whole ledger, though much of it may be incomplete: what is
//! incomplete is so in both, and equal. This is true of changes that an event says it makes; of any other nothing is told.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use recount_ledger::reader::Ledger;
use recount_ledger::seen::Seen;
use recount_model::event::Kind;
use recount_model::state::State;

use super::excerpt::{Asking, Needed, Part};
use super::tail::{Appended, Bearer, Bears, Tail};
use super::{Asked, Index};

/// A ledger before and after some events, as far as they change it.
#[derive(Debug)]
pub struct Change {
    /// Without them.
    pub before: State,
    /// With them. Its size is that of the ledger.
    pub after: State,
}

impl<F: Read + Seek> Index<F> {
    /// What changed in `ledger` since a checkpoint of it, which may be older or newer than the one the index is bound to.
    /// Nothing where that cannot be had for less than a replay, as with [`Index::answer`].
    pub fn change(&mut self, ledger: &Ledger, since: &Seen) -> Option<Change> {
        let bound = self.seen();
        let mut tail = Tail::since(ledger, &bound)?;
        if since.size < bound.size {
            tail = Tail::since(ledger, since)?;
        }
        Asking { index: self, ledger }.change(tail, since)
    }
}

impl<F: Read + Seek> Asking<'_, F> {
    fn change(&mut self, mut tail: Tail, since: &Seen) -> Option<Change> {
        tail.understand(&mut |seq| self.about(seq))?;
        let is_new = |event: &Appended| u64::from(event.seq) > since.size;
        let (new, old): (Vec<Appended>, Vec<Appended>) = tail.events.into_iter().partition(is_new);
        if !new.iter().all(says_what_it_changes) {
            return None;
        }
        let mut needed = self.changed(&new)?;
        let (bearing, named) = self.those_that_bear(&mut needed, new, old);
        let mut items = self.all_items(&needed, &named, &bearing, &Asked::default())?;
        // What came since is in the tail, whatever of it is indexed.
        items.retain(|item| u64::from(item.seq) <= since.size);
        let (new, old): (Vec<Appended>, Vec<Appended>) = bearing.into_iter().partition(is_new);
        let before = self.replay(&items, &old)?;
        let mut after = before.clone();
        super::excerpt::apply_appended(&mut after, &new)?;
        Some(Change { before, after })
    }

    /// What the rows that change are made of, and the indicators that are computed from them.
    fn changed(&mut self, events: &[Appended]) -> Option<Needed> {
        let mut needed = Needed::default();
        let mut changed = BTreeSet::new();
        for event in events {
            if let Bears::Indicator(id) = &event.bears {
                let at = self.index.indicator(id)?;
                changed.insert(at);
                needed.indicators.insert(at);
            }
            for bearer in event.subjects() {
                changed.extend(self.index.indicator_of(bearer));
                let part = match bearer {
                    Bearer::Named(named) => (named.place.clone(), named.breakdown.clone()),
                    Bearer::Numbered(number) => self.part(*number)?,
                };
                needed.parts.insert(part);
            }
        }
        for at in 0..self.index.contents.indicators.len() {
            let inputs = self.index.with_inputs(at);
            if !needed.indicators.is_disjoint(&inputs) {
                needed.indicators.extend(&inputs);
            }
            if !changed.is_disjoint(&inputs) {
                needed.beside.extend(inputs);
            }
        }
        Some(needed)
    }

    /// Place and breakdown of a subject.
    fn part(&mut self, number: u32) -> Option<Part> {
        let indicator = &self.index.contents.indicators[self.index.position_of(number)?];
        let at = number.checked_sub(indicator.first_subject)? as usize;
        let of_it: super::OfIndicator = self.read(indicator.frame)?;
        of_it.subjects.into_iter().nth(at).map(|subject| (subject.place, subject.breakdown))
    }
}

/// Whether an event changes the figures of the subjects it bears on and what is computed from them, and besides adds rows only.
fn says_what_it_changes(event: &Appended) -> bool {
    match event.kind {
        Kind::FigureReported
        | Kind::FigureWithdrawn
        | Kind::FigureDisputed
        | Kind::RecordCorrected
        | Kind::RecordRetracted => matches!(event.bears, Bears::Subjects(_)),
        Kind::PolicySet
        | Kind::SourceAdded
        | Kind::ReporterAdded
        | Kind::PlaceAdded
        | Kind::DimensionAdded
        | Kind::StatementRecorded
        | Kind::NormCited
        | Kind::CaseDocumented
        | Kind::CheckAdded
        | Kind::FindingAcknowledged => true,
        // A roll-call is computed from all that was said of it, a case from its updates; the rest changes everything.
        _ => false,
    }
}
