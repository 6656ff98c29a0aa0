//! The arithmetic of roll-calls: what an account says against itself, against the members, and against the others.
//!
//! An account that contradicts itself is an error until somebody has looked: either the source is wrong, which a doubt
//! or an acknowledgement records, or our copy of it is. That sources differ is a note, as is a tally that counts
//! votes declared afterwards. Findings name the accounts.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use crate::event::{CheckKind, Position, PositionKind, Seq};
use crate::id::Country;
use crate::rollcall::{AccountView, COUNTED, RollCall, StateView};
use crate::value::{Decimal, Interval, Value};

use super::{Finding, More, Review, Severity, side};

impl Review<'_> {
    pub(super) fn roll_calls(&self) -> Vec<Finding> {
        let calls = RollCall::all(self.answers.resolver());
        calls.iter().flat_map(|call| Audit { review: self, call }.findings()).collect()
    }
}

/// One roll-call being looked at.
struct Audit<'r, 's> {
    review: &'r Review<'s>,
    call: &'r RollCall,
}

impl Audit<'_, '_> {
    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for view in &self.call.accounts {
            findings.extend(COUNTED.into_iter().filter_map(|position| self.above_tally(view, position)));
            findings.extend(self.against_members(view));
            findings.extend(self.two_sides(view));
        }
        for position in COUNTED {
            findings.extend(self.negative_remainder(position));
            findings.extend(self.other_tallies(position));
        }
        findings.extend(self.call.states.iter().filter_map(|(country, view)| self.contested(*country, view)));
        findings
    }

    /// An account that names more states than it counts.
    fn above_tally(&self, view: &AccountView, position: Position) -> Option<Finding> {
        let remainder = view.remainder(position).ok()?;
        if side(&remainder) != Ordering::Less {
            return None;
        }
        let doubts = |said: &Position, doubted: bool| *said == position && doubted;
        let doubted = view.account.doubted
            || view.account.positions.iter().any(|(said, stated)| doubts(said, stated.doubted));
        let message = format!(
            "{} names {} states {}, but counts {}",
            self.source(view),
            view.listed(position).len(),
            side_word(position),
            shown(view.account.tally.of(position)),
        );
        Some(self.finding(own_fault(doubted), [view.seq], message).off_by(Some(remainder)))
    }

    /// A tally of more votes than there are members, or one that says who was absent and still leaves some over.
    fn against_members(&self, view: &AccountView) -> Option<Finding> {
        let members = self.review.state().votes().row(self.call.vote).members?;
        let left = view.against_members(members).ok()?;
        let sum = view.sum().ok()?.notation();
        let complete = view.account.tally.absent.is_some();
        let source = self.source(view);
        let (severity, message) = match side(&left) {
            Ordering::Less => {
                let message = format!("the tally of {source} adds up to {sum}, above the {members} members");
                (own_fault(view.account.doubted || view.counts_intended), message)
            }
            Ordering::Greater if complete => {
                let left = left.notation();
                let message = format!(
                    "the tally of {source}, absent members included, adds up to {sum} and leaves {left} of {members} members"
                );
                (if view.account.doubted { Severity::Note } else { Severity::Warning }, message)
            }
            _ => return None,
        };
        Some(self.finding(severity, [view.seq], message).off_by(Some(left)))
    }

    /// One state in two lists of one account.
    fn two_sides(&self, view: &AccountView) -> Vec<Finding> {
        let mut sides: BTreeMap<Country, Vec<(Position, bool)>> = BTreeMap::new();
        for (position, stated) in &view.account.positions {
            if stated.kind == PositionKind::Recorded {
                sides.entry(stated.country).or_default().push((*position, stated.doubted));
            }
        }
        let twice = sides.into_iter().filter(|(_, positions)| positions.len() > 1);
        let finding = |(country, positions): (Country, Vec<(Position, bool)>)| {
            let sure = positions.iter().filter(|(_, doubted)| !doubted).count();
            let words: Vec<&str> = positions.iter().map(|(position, _)| side_word(*position)).collect();
            let doubt = if sure < 2 { "; all but one are doubted" } else { "" };
            let message = format!("{} has {country} {}{doubt}", self.source(view), words.join(" and "));
            self.finding(own_fault(sure < 2), [view.seq], message)
        };
        twice.map(finding).collect()
    }

    /// More states named by all sources together than the tally that is shown counts.
    fn negative_remainder(&self, position: Position) -> Option<Finding> {
        let remainder = self.call.remainder(position).ok()?;
        if side(&remainder) != Ordering::Less {
            return None;
        }
        let leading = self.call.leading.map(|at| &self.call.accounts[at])?;
        let message = format!(
            "the sources together name {} states {}, but {} counts {}",
            self.call.named(position),
            side_word(position),
            self.source(leading),
            shown(leading.account.tally.of(position)),
        );
        Some(self.finding(Severity::Error, [leading.seq], message).off_by(Some(remainder)))
    }

    /// Each total that cannot be the one shown, once, under the first account that gives it.
    fn other_tallies(&self, position: Position) -> Vec<Finding> {
        let Some((reference, by)) = self.reference(position) else { return Vec::new() };
        let computed = self.call.tally().is_none_or(|tally| tally.of(position).is_none());
        let members = self.review.state().votes().row(self.call.vote).members;
        let mut groups: Vec<(Value, Vec<&AccountView>)> = Vec::new();
        let mut group_of: HashMap<Value, usize> = HashMap::new();
        for view in &self.call.accounts {
            // Where the reference is what the members leave, a whole tally was held against them already.
            let audited = computed && members.is_some_and(|members| view.against_members(members).is_ok());
            let Some(said) = view.account.tally.of(position).filter(|_| !audited) else { continue };
            let at = *group_of.entry(said).or_insert(groups.len());
            match groups.get_mut(at) {
                Some((_, views)) => views.push(view),
                None => groups.push((said, vec![view])),
            }
        }
        let finding = |(said, views): (Value, Vec<&AccountView>)| {
            let difference = said.interval(Some(Decimal::ZERO)).ok()?.sub(&reference).ok()?;
            if side(&difference) == Ordering::Equal {
                return None;
            }
            Some(self.other_tally(position, said, &views, (&reference, by)).off_by(Some(difference)))
        };
        groups.into_iter().filter_map(finding).collect()
    }

    /// The total shown; of absent members, where the account shown does not give it, what it leaves of the members.
    fn reference(&self, position: Position) -> Option<(Interval, &AccountView)> {
        let leading = self.call.leading.map(|at| &self.call.accounts[at])?;
        let interval = match leading.account.tally.of(position) {
            Some(value) => value.interval(Some(Decimal::ZERO)).ok()?,
            None if position == Position::Absent => {
                leading.against_members(self.review.state().votes().row(self.call.vote).members?).ok()?
            }
            None => return None,
        };
        Some((interval, leading))
    }

    fn other_tally(
        &self,
        position: Position,
        said: Value,
        views: &[&AccountView],
        (reference, by): (&Interval, &AccountView),
    ) -> Finding {
        let first = views[0];
        let count = match views.len() - 1 {
            0 => "counts".to_owned(),
            1 => "and 1 other count".to_owned(),
            more => format!("and {more} others count"),
        };
        let verb = if by.account.tally.of(position).is_some() { "counts" } else { "leaves" };
        let explained = views.iter().all(|view| view.counts_intended);
        let doubted = views.iter().all(|view| view.account.doubted);
        let why = match (explained, doubted) {
            (true, _) => format!("; {} declared afterwards explains it", self.call.intended(position)),
            (_, true) => "; the recorder doubts it already".to_owned(),
            _ => String::new(),
        };
        let message = format!(
            "{} {count} {said} {}, where {} {verb} {}{why}",
            self.source(first),
            side_word(position),
            self.source(by),
            reference.notation(),
        );
        let severity = if explained || doubted { Severity::Note } else { Severity::Warning };
        self.finding(severity, [by.seq, first.seq], message)
    }

    /// A state to which sources give different positions, or that a complete list leaves out.
    fn contested(&self, country: Country, view: &StateView) -> Option<Finding> {
        if !view.is_contested() {
            return None;
        }
        let mut events: Vec<Seq> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        for position in view.recorded() {
            let sure = |said: Position, doubted: bool| said == position && !doubted;
            let first = view.claims.iter().find(|claim| sure(claim.position, claim.doubted))?;
            events.push(first.seq);
            let source = self.review.state().sources().name(first.source);
            words.push(format!("{source} has it {}", side_word(position)));
        }
        let denials = view.denied_by.chunk_by(|a, b| a.0 == b.0);
        for (position, at) in denials.filter_map(|same| same.first()) {
            let denying = &self.call.accounts[*at];
            events.push(denying.seq);
            words.push(format!(
                "{} leaves it out of all it counts {}",
                self.source(denying),
                side_word(*position)
            ));
        }
        let message = format!("sources differ on {country}: {}", words.join(", "));
        Some(self.finding(Severity::Note, events, message))
    }

    fn source(&self, view: &AccountView) -> &str {
        self.review.state().sources().name(view.account.source)
    }

    fn finding(&self, severity: Severity, events: impl IntoIterator<Item = Seq>, message: String) -> Finding {
        let vote = self.review.state().votes().name(self.call.vote);
        Finding::new(CheckKind::RollCall, severity, events, format!("{vote}: {message}"))
            .seen_at(More::Vote(vote.to_owned()))
    }
}

/// What an account says against itself; where it is doubted, the recorder knows.
fn own_fault(doubted: bool) -> Severity {
    if doubted { Severity::Note } else { Severity::Error }
}

fn shown(value: Option<Value>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn side_word(position: Position) -> &'static str {
    match position {
        Position::Yes => "in favour",
        Position::No => "against",
        Position::Abstain => "abstaining",
        Position::Absent => "absent",
        Position::NotMember => "not a member",
    }
}
