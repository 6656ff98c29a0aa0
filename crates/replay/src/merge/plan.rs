//! What can say only one thing at a time and was changed on both sides.

use std::collections::{BTreeMap, HashMap};

use recount_model::event::{Kind, Seq};
use recount_model::state::State;
use recount_model::state::key::{CaseKey, IndicatorKey, ReporterKey, SourceKey};

use super::Why;
use super::conflict::{Clash, Conflict, Difference, differences};
use super::other::Other;
use super::pairs::{Pair, Pairs};
use super::settle::{Choice, Rules, Settled, Side};
use crate::Session;

/// What is to become of a new event of theirs; one without a verdict is staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It adds nothing to what this event here says.
    Nothing(Seq),
    /// It is not taken.
    Out(Why),
    /// Its conflict is listed: it is staged to see what follows from it, and that it may not fit is no news.
    Pending,
}

/// The verdicts, and the conflicts that led to them.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) verdicts: HashMap<Seq, Verdict>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) settled: Vec<Settled>,
}

/// Something that says one thing at a time, in the keys of one ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    /// An event with its corrections and its retraction.
    Event(Seq),
    /// The policy for an indicator.
    Policy(IndicatorKey),
    /// The last word on a case by a source and reporter.
    Case(CaseKey, Option<SourceKey>, Option<ReporterKey>),
}

/// What a slot says in the end.
enum Says {
    Retracted,
    This(Kind, String),
    /// It cannot be said in the other ledger, or its content was erased.
    Else,
}

impl Slot {
    /// The slot that event `seq` changes.
    fn changed_by(state: &State, seq: Seq) -> Option<Slot> {
        match state.kind(seq)? {
            Kind::RecordCorrected => Some(Slot::Event(state.target(seq)?)),
            Kind::RecordRetracted => {
                let target = state.target(seq)?;
                let undone = (state.kind(target)? == Kind::RecordCorrected).then(|| state.target(target));
                Some(Slot::Event(undone.flatten().unwrap_or(target)))
            }
            Kind::PolicySet => {
                let policies = state.policies();
                policies.find(seq).map(|entry| Slot::Policy(entry.row.indicator))
            }
            Kind::CaseUpdated => {
                let row = &state.case_updates().find(seq)?.row;
                Some(Slot::Case(row.case, row.refs.source, row.refs.reporter))
            }
            _ => None,
        }
    }

    /// The last event that changed it.
    fn last_change(self, state: &State) -> Option<Seq> {
        match self {
            Slot::Event(seq) => {
                let corrections = state.corrections_of(seq);
                corrections
                    .flat_map(|by| [Some(by), state.retraction_of(by)])
                    .chain([state.retraction_of(seq)])
                    .flatten()
                    .max()
            }
            Slot::Policy(of) => {
                state.policies().all().rev().find(|entry| entry.row.indicator == of).map(|entry| entry.seq)
            }
            Slot::Case(..) => {
                let updates = state.case_updates();
                let same = |seq| Slot::changed_by(state, seq) == Some(self);
                updates.all().rev().find(|entry| same(entry.seq)).map(|entry| entry.seq)
            }
        }
    }

    /// The event whose data it says: that which is in force.
    fn holder(self, state: &State) -> Option<Seq> {
        match self {
            Slot::Event(seq) => Some(seq),
            Slot::Policy(of) => {
                state.policies().live().rev().find(|entry| entry.row.indicator == of).map(|entry| entry.seq)
            }
            Slot::Case(..) => {
                let updates = state.case_updates();
                let same = |seq| Slot::changed_by(state, seq) == Some(self);
                updates.live().rev().find(|entry| same(entry.seq)).map(|entry| entry.seq)
            }
        }
    }

    /// The same slot in our ledger.
    fn here(self, ours: &State, other: &State, pairs: &Pairs) -> Option<Slot> {
        use recount_ledger::codec::Dictionary;
        let id = |dictionary, id: &str| {
            let renamed = pairs.renames.get(&(dictionary, id.to_owned()));
            renamed.cloned().unwrap_or_else(|| id.to_owned())
        };
        match self {
            Slot::Event(seq) => pairs.here(seq).map(Slot::Event),
            Slot::Policy(of) => {
                let name = id(Dictionary::Indicator, other.indicators().name(of));
                ours.indicators().find(&name).map(Slot::Policy)
            }
            Slot::Case(case, source, reporter) => {
                let case = ours.cases().find(&id(Dictionary::Case, other.cases().name(case)))?;
                let source =
                    source.map(|key| ours.sources().find(&id(Dictionary::Source, other.sources().name(key))));
                let reporter = reporter
                    .map(|key| ours.reporters().find(&id(Dictionary::Reporter, other.reporters().name(key))));
                Some(Slot::Case(case, source.flatten(), reporter.flatten()))
            }
        }
    }

    /// What conflicts about it are about.
    fn id(self, state: &State, data: &Says) -> Option<String> {
        match (self, data) {
            (Slot::Policy(of), _) => Some(state.indicators().name(of).to_owned()),
            (Slot::Case(case, ..), _) => Some(state.cases().name(case).to_owned()),
            (Slot::Event(_), Says::This(kind, data)) => {
                recount_ledger::codec::declared(*kind, data).map(|(_, id)| id)
            }
            (Slot::Event(_), _) => None,
        }
    }
}

/// Looks at every slot that the other side changed by new events.
pub(super) fn plan(session: &Session<'_>, other: &Other, pairs: &Pairs, rules: &Rules) -> Plan {
    let mut changed: BTreeMap<Slot, Vec<Seq>> = BTreeMap::new();
    for seq in (1..=other.state.size()).filter(|seq| pairs.of(*seq) == Pair::New) {
        if let Some(slot) = Slot::changed_by(&other.state, seq) {
            changed.entry(slot).or_default().push(seq);
        }
    }
    let mut planning = Planning { session, other, pairs, rules, plan: Plan::default() };
    for (slot, changes) in changed {
        planning.slot(slot, &changes);
    }
    planning.plan
}

struct Planning<'p, 's> {
    session: &'p Session<'s>,
    other: &'p Other,
    pairs: &'p Pairs,
    rules: &'p Rules,
    plan: Plan,
}

impl Planning<'_, '_> {
    fn slot(&mut self, theirs: Slot, changes: &[Seq]) {
        let (ours_state, state) = (&self.session.state, &self.other.state);
        let Some(ours) = theirs.here(ours_state, state, self.pairs) else { return };
        let (Some(our_last), Some(their_last)) = (ours.last_change(ours_state), theirs.last_change(state))
        else {
            return;
        };
        let superseded = self.pairs.of(their_last) != Pair::New;
        let (we_say, they_say) = (self.ours(ours), self.theirs(theirs));
        let differences = difference(&we_say, &they_say);
        let both_retracted = matches!((&we_say, &they_say), (Says::Retracted, Says::Retracted));
        // Their later word, said in the knowledge of ours, is staged; but nothing is retracted twice.
        if self.pairs.is_known_there(our_last) && !superseded && !both_retracted {
            return;
        }
        let verdict = if differences.is_empty() {
            Some(Verdict::Nothing(our_last))
        } else if superseded {
            Some(Verdict::Out(Why::Superseded))
        } else {
            let id = theirs.id(state, &they_say);
            self.conflict(our_last, their_last, id, differences, &we_say)
        };
        self.plan.verdicts.extend(changes.iter().filter_map(|seq| Some((*seq, verdict?))));
    }

    /// The verdict of a rule on the changes there, none if they are to be staged; without a rule, a conflict.
    fn conflict(
        &mut self,
        ours: Seq,
        theirs: Seq,
        id: Option<String>,
        differences: Vec<Difference>,
        we_say: &Says,
    ) -> Option<Verdict> {
        let gone = matches!(we_say, Says::Retracted);
        match self.rules.choice(theirs, id.as_deref()) {
            Some(Choice::Prefer(Side::Ours)) => {
                self.plan.settled.push((theirs, id));
                return Some(Verdict::Out(Why::Settled));
            }
            // What was retracted stays so.
            Some(Choice::Prefer(Side::Theirs)) if !gone => {
                self.plan.settled.push((theirs, id));
                return None;
            }
            _ => {}
        }
        let kind = self.other.state.kind(theirs).unwrap_or(Kind::RecordCorrected);
        let choices: &[&str] = if gone { &["ours"] } else { &["ours", "theirs"] };
        let problems = Vec::new();
        let clash = Clash::Changed;
        let conflict = Conflict { clash, theirs, kind, ours: Some(ours), id, differences, problems, choices };
        self.plan.conflicts.push(conflict);
        Some(Verdict::Pending)
    }

    fn ours(&self, slot: Slot) -> Says {
        let state = &self.session.state;
        let Some(seq) = slot.holder(state) else { return Says::Retracted };
        if state.retraction_of(seq).is_some() {
            return Says::Retracted;
        }
        let said = self.session.in_force(seq);
        said.map_or(Says::Else, |(kind, data)| Says::This(kind, data))
    }

    fn theirs(&self, slot: Slot) -> Says {
        let state = &self.other.state;
        let Some(seq) = slot.holder(state) else { return Says::Retracted };
        if state.retraction_of(seq).is_some() {
            return Says::Retracted;
        }
        let here = |seq: Seq| self.pairs.here(seq);
        let said = self.other.in_force(seq).and_then(|(kind, data)| {
            let data = self.other.translated(kind, &data, &here, &self.pairs.renames).ok()?;
            Some(Says::This(kind, data))
        });
        said.unwrap_or(Says::Else)
    }
}

fn difference(ours: &Says, theirs: &Says) -> Vec<Difference> {
    let state = |says: &Says| match says {
        Says::Retracted => "retracted",
        Says::This(..) => "in force",
        Says::Else => "something that cannot be said here",
    };
    match (ours, theirs) {
        (Says::Retracted, Says::Retracted) => Vec::new(),
        (Says::This(kind, ours), Says::This(their_kind, theirs)) => {
            differences((*kind, ours), (*their_kind, theirs))
        }
        _ => vec![Difference {
            member: "the event".to_owned(),
            ours: Some(state(ours).to_owned()),
            theirs: Some(state(theirs).to_owned()),
        }],
    }
}
