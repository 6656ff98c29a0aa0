//! Changes of roll-calls: the tally that is shown, and the position of each state.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::between::{Between, Explained, Reason, newest};
use super::{Change, Changed, Said};
use crate::answer::Answers;
use crate::event::{Kind, Position, PositionKind, Seq, Tally};
use crate::id::Country;
use crate::rollcall::{COUNTED, RollCall, StateView, same_tally};
use crate::state::State;
use crate::state::key::{PublishedKey, SourceKey, VoteKey};
use crate::state::versioned::{Log, Versioned};

/// The accounts and positions of a roll-call that say something at one point only, or something else.
type Touched = HashMap<Seq, Reason>;

/// Which vote a row is about, when it was published and where.
type Placed = (VoteKey, Option<PublishedKey>, SourceKey);

/// The changes of all roll-calls. Only those that an event touched are computed.
pub(super) fn changes(between: &Between<'_, '_>) -> Vec<Change> {
    let mut touched: BTreeMap<VoteKey, Touched> = BTreeMap::new();
    collect(between, State::accounts, |row| (row.vote, row.published, row.source), &mut touched);
    collect(between, State::positions, |row| (row.vote, row.published, row.source), &mut touched);
    touched.iter().flat_map(|(vote, touched)| Calls::new(between, *vote, touched).changes()).collect()
}

/// Notes every entry of a log that is in force and public at one point only, or with another content.
fn collect<T>(
    between: &Between<'_, '_>,
    log: fn(&State) -> &Log<T>,
    placed: fn(&T) -> Placed,
    touched: &mut BTreeMap<VoteKey, Touched>,
) {
    let is_public = |answers: &Answers<'_>, entry: &Versioned<T>| {
        let (_, published, source) = placed(&entry.row);
        answers.resolver().is_public(answers.state().published(published, Some(source)))
    };
    for seq in log(between.names()).all().map(|entry| entry.seq) {
        let at = |answers: &Answers<'_>| {
            let entry = log(answers.state()).find(seq).filter(|entry| entry.is_live())?;
            is_public(answers, entry).then(|| (entry.version, placed(&entry.row).0))
        };
        let (old, new) = (at(between.from), at(between.to));
        if old == new {
            continue;
        }
        let published = log(between.names()).find(seq).map(|entry| {
            let (_, own, source) = placed(&entry.row);
            (own, Some(source))
        });
        let reason =
            if new.is_some() { between.begins(seq, published) } else { between.ends(seq, published) };
        for vote in [old, new].into_iter().flatten().map(|(_, vote)| vote) {
            touched.entry(vote).or_default().extend(reason.map(|reason| (seq, reason)));
        }
    }
}

/// One roll-call at both points.
struct Calls<'t> {
    names: &'t State,
    vote: VoteKey,
    touched: &'t Touched,
    old: RollCall,
    new: RollCall,
}

impl<'t> Calls<'t> {
    fn new(between: &Between<'_, 't>, vote: VoteKey, touched: &'t Touched) -> Self {
        let call = |answers: &Answers<'_>| RollCall::new(answers.resolver(), vote);
        Calls { names: between.names(), vote, touched, old: call(between.from), new: call(between.to) }
    }

    fn changes(&self) -> Vec<Change> {
        self.tally().into_iter().chain(self.positions()).collect()
    }

    fn tally(&self) -> Option<Change> {
        let is_same = match (self.old.tally(), self.new.tally()) {
            (Some(old), Some(new)) => same_tally(old, new),
            (old, new) => old.is_none() && new.is_none(),
        };
        if is_same {
            return None;
        }
        let leading = |call: &RollCall| call.leading.map(|at| call.accounts[at].seq);
        let leaders = [leading(&self.old), leading(&self.new)];
        let shown = |seq: &Seq| leaders.contains(&Some(*seq));
        let any = |seq: &Seq| self.names.kind(*seq) == Some(Kind::VoteReported);
        let (cause, events) = self.reasons(shown).or_else(|| self.reasons(any))?;
        let said = |call: &RollCall| call.tally().map(|tally| said(tally_text(tally)));
        let (old, new) = (said(&self.old), said(&self.new));
        Some(Change { cause, changed: Changed::Tally(self.vote), old, new, events })
    }

    /// One change for all states that went the same way by the same events.
    fn positions(&self) -> Vec<Change> {
        let mut alike: BTreeMap<_, Vec<Country>> = BTreeMap::new();
        let countries: BTreeSet<Country> =
            self.old.states.keys().chain(self.new.states.keys()).copied().collect();
        for country in countries {
            let (old, new) = (self.old.states.get(&country), self.new.states.get(&country));
            let (before, after) = (old.and_then(position), new.and_then(position));
            if before != after
                && let Some(explained) = self.explain(old, new)
            {
                alike.entry((explained, before, after)).or_default().push(country);
            }
        }
        let change = |(((cause, events), old, new), countries): ((_, Option<_>, Option<_>), _)| Change {
            cause,
            changed: Changed::Positions { vote: self.vote, countries },
            old: old.map(said),
            new: new.map(said),
            events,
        };
        alike.into_iter().map(change).collect()
    }

    /// The first claim of each position it has now and the last ones of each it had, else the lists that deny it, else
    /// whatever touched the roll-call.
    fn explain(&self, old: Option<&StateView>, new: Option<&StateView>) -> Option<Explained> {
        let (before, after) = (said_of(old), said_of(new));
        let touched = |seqs: &BTreeSet<Seq>| -> Vec<Seq> {
            seqs.iter().filter(|seq| self.touched.contains_key(seq)).copied().collect()
        };
        let gained = after.iter().filter(|(word, _)| !before.contains_key(word));
        let lost = before.iter().filter(|(word, _)| !after.contains_key(word));
        let gained = gained.filter_map(|(_, seqs)| touched(seqs).first().copied());
        let differing: Vec<Seq> = gained.chain(lost.flat_map(|(_, seqs)| touched(seqs))).collect();
        let denying = |call: &RollCall, view: Option<&StateView>| -> Vec<Seq> {
            view.into_iter().flat_map(|view| &view.denied_by).map(|(_, at)| call.accounts[*at].seq).collect()
        };
        let denials = [denying(&self.old, old), denying(&self.new, new)].concat();
        self.reasons(|seq| differing.contains(seq))
            .or_else(|| self.reasons(|seq| denials.contains(seq)))
            .or_else(|| self.reasons(|_| true))
    }

    fn reasons(&self, wanted: impl Fn(&Seq) -> bool) -> Option<Explained> {
        newest(self.touched.iter().filter(|(seq, _)| wanted(seq)).map(|(_, reason)| *reason).collect())
    }
}

/// The undoubted claims on a state by what they claim.
fn said_of(view: Option<&StateView>) -> BTreeMap<(Position, PositionKind), BTreeSet<Seq>> {
    let mut said: BTreeMap<_, BTreeSet<Seq>> = BTreeMap::new();
    for claim in view.into_iter().flat_map(|view| &view.claims).filter(|claim| !claim.doubted) {
        said.entry((claim.position, claim.kind)).or_default().insert(claim.seq);
    }
    said
}

fn said(value: String) -> Said {
    Said { value, ..Said::default() }
}

/// `91 yes, 12 no, 57 abstain`: the totals that are given, sponsors aside.
fn tally_text(tally: &Tally) -> String {
    let given = COUNTED.iter().filter_map(|position| {
        let value = tally.of(*position)?;
        Some(format!("{value} {}", position.as_str()))
    });
    given.collect::<Vec<_>>().join(", ")
}

/// `yes`, `no or abstain`, `yes (contested)`, `yes declared later`; `None` where there are only doubted claims.
fn position(view: &StateView) -> Option<String> {
    let recorded: Vec<&str> = view.recorded().iter().map(|position| position.as_str()).collect();
    let contested = if recorded.len() == 1 && view.is_contested() { " (contested)" } else { "" };
    let recorded = (!recorded.is_empty()).then(|| recorded.join(" or ") + contested);
    let intended = view.claims.iter().filter(|claim| claim.kind == PositionKind::Intended && !claim.doubted);
    let intended: BTreeSet<&str> = intended.map(|claim| claim.position.as_str()).collect();
    let declared = intended.into_iter().map(|position| format!("{position} declared later"));
    let all: Vec<String> = recorded.into_iter().chain(declared).collect();
    (!all.is_empty()).then(|| all.join(", "))
}
