//! Roll-calls: tallies as each source gives them, named states, the remainder nobody named, and what is contested.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::clock::LeftOut;
use crate::event::{Position, PositionKind, Seq, Tally};
use crate::id::Country;
use crate::resolve::Resolver;
use crate::state::key::{SourceKey, VoteKey};
use crate::state::versioned::Versioned;
use crate::state::{AccountRow, PositionRow};
use crate::value::{Decimal, Form, Interval, NoValue, Value};

/// The positions that a tally counts, in the order they are shown.
pub const COUNTED: [Position; 4] = [Position::Yes, Position::No, Position::Abstain, Position::Absent];

/// One roll-call on the clocks asked.
#[derive(Clone, Debug)]
pub struct RollCall {
    /// The vote.
    pub vote: VoteKey,
    /// Every visible account, in order of recording.
    pub accounts: Vec<AccountView>,
    /// Position in `accounts` of the one whose tally is shown.
    pub leading: Option<usize>,
    /// Every state named by anyone.
    pub states: BTreeMap<Country, StateView>,
}

/// One account with what follows from it.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The event that recorded it.
    pub seq: Seq,
    /// The event that gave its present content.
    pub version: Seq,
    /// Its content.
    pub account: AccountRow,
    /// Its tally is the leading one with declared positions added: the reason why it differs.
    pub counts_intended: bool,
}

/// What is said of one state.
#[derive(Clone, Debug, Default)]
pub struct StateView {
    /// Each claim, in order of recording.
    pub claims: Vec<PositionClaim>,
    /// Accounts (positions in [`RollCall::accounts`]) whose complete list denies a position others give it.
    pub denied_by: Vec<(Position, usize)>,
}

/// One source's word on one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionClaim {
    /// The position.
    pub position: Position,
    /// Recorded or declared later.
    pub kind: PositionKind,
    /// The recorder doubts that this state was meant.
    pub doubted: bool,
    /// The source.
    pub source: SourceKey,
    /// The event that says so.
    pub seq: Seq,
}

impl StateView {
    /// The recorded positions that are not doubted, each once, in order of [`Position`].
    pub fn recorded(&self) -> Vec<Position> {
        let sure = self.claims.iter().filter(|claim| claim.kind == PositionKind::Recorded && !claim.doubted);
        let mut positions: Vec<Position> = sure.map(|claim| claim.position).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// Sources differ on it, or a complete list leaves it out. Doubted claims do not contest.
    pub fn is_contested(&self) -> bool {
        let recorded = self.recorded();
        recorded.len() > 1 || self.denied_by.iter().any(|(position, _)| recorded.contains(position))
    }
}

impl RollCall {
    /// The roll-call of one vote.
    pub fn new(resolver: &Resolver<'_>, vote: VoteKey) -> RollCall {
        let state = resolver.state();
        let accounts = state.accounts().live().filter(|entry| entry.row.vote == vote);
        let positions = state.positions().live().filter(|entry| entry.row.vote == vote);
        RollCall::of(resolver, vote, accounts, positions)
    }

    /// The roll-calls taken by the as-of clock, in the order their votes were declared; accounts and positions are gone
    /// through once.
    pub fn all(resolver: &Resolver<'_>) -> Vec<RollCall> {
        let state = resolver.state();
        let votes: Vec<VoteKey> =
            state.votes().live_keys().filter(|vote| is_taken(resolver, *vote)).collect();
        let mut of_vote: HashMap<VoteKey, (Vec<_>, Vec<_>)> = HashMap::new();
        for entry in state.accounts().live() {
            of_vote.entry(entry.row.vote).or_default().0.push(entry);
        }
        for entry in state.positions().live() {
            of_vote.entry(entry.row.vote).or_default().1.push(entry);
        }
        let call = |vote: VoteKey| {
            let (accounts, positions) = of_vote.remove(&vote).unwrap_or_default();
            RollCall::of(resolver, vote, accounts.into_iter(), positions.into_iter())
        };
        votes.into_iter().map(call).collect()
    }

    fn of<'s>(
        resolver: &Resolver<'s>,
        vote: VoteKey,
        accounts: impl Iterator<Item = &'s Versioned<AccountRow>>,
        positions: impl Iterator<Item = &'s Versioned<PositionRow>>,
    ) -> RollCall {
        let state = resolver.state();
        let visible = accounts
            .filter(|entry| resolver.is_public(state.published(entry.row.published, Some(entry.row.source))));
        let accounts: Vec<AccountView> = visible
            .map(|entry| AccountView {
                seq: entry.seq,
                version: entry.version,
                account: entry.row.clone(),
                counts_intended: false,
            })
            .collect();
        let leading = leading(&accounts);
        let mut call = RollCall { vote, accounts, leading, states: BTreeMap::new() };
        call.collect_claims(resolver, positions);
        call.collect_denials();
        call.explain_tallies();
        call
    }

    /// The tally that is shown.
    pub fn tally(&self) -> Option<&Tally> {
        self.leading.map(|at| &self.accounts[at].account.tally)
    }

    /// How many states have this position by undoubted recorded claims.
    pub fn named(&self, position: Position) -> usize {
        self.states.values().filter(|state| state.recorded().contains(&position)).count()
    }

    /// How many states declared this position later.
    pub fn intended(&self, position: Position) -> usize {
        let declared = |state: &&StateView| {
            state
                .claims
                .iter()
                .any(|claim| claim.kind == PositionKind::Intended && claim.position == position)
        };
        self.states.values().filter(declared).count()
    }

    /// The part of the shown tally that no source names; below zero is a finding.
    ///
    /// # Errors
    ///
    /// When the tally does not give this position.
    pub fn remainder(&self, position: Position) -> Result<Interval, NoValue> {
        remainder(self.tally().and_then(|tally| tally.of(position)), self.named(position))
    }
}

impl RollCall {
    fn collect_claims<'s>(
        &mut self,
        resolver: &Resolver<'s>,
        positions: impl Iterator<Item = &'s Versioned<PositionRow>>,
    ) {
        let state = resolver.state();
        for view in &self.accounts {
            for (position, stated) in &view.account.positions {
                let claim = PositionClaim {
                    position: *position,
                    kind: stated.kind,
                    doubted: stated.doubted,
                    source: view.account.source,
                    seq: view.seq,
                };
                self.states.entry(stated.country).or_default().claims.push(claim);
            }
        }
        for entry in positions {
            let row = &entry.row;
            if resolver.is_public(state.published(row.published, Some(row.source))) {
                let claim = PositionClaim {
                    position: row.position,
                    kind: row.stated.kind,
                    doubted: row.stated.doubted,
                    source: row.source,
                    seq: entry.seq,
                };
                self.states.entry(row.stated.country).or_default().claims.push(claim);
            }
        }
        for view in self.states.values_mut() {
            view.claims.sort_by_key(|claim| claim.seq);
        }
    }

    /// A list as long as its account's tally is complete and denies that position to every other state.
    fn collect_denials(&mut self) {
        let recorded: Vec<(Country, Vec<Position>)> =
            self.states.iter().map(|(country, state)| (*country, state.recorded())).collect();
        for (at, view) in self.accounts.iter().enumerate() {
            for position in COUNTED.into_iter().filter(|position| view.is_complete(*position)) {
                let listed: BTreeSet<Country> = view.listed(position).into_iter().collect();
                let named = recorded.iter().filter(|(_, positions)| positions.contains(&position));
                for (country, _) in
                    named.filter(|(country, _)| !listed.is_empty() && !listed.contains(country))
                {
                    self.states.entry(*country).or_default().denied_by.push((position, at));
                }
            }
        }
    }

    /// Marks accounts whose tally is the leading one plus the positions declared later (91 + 1 is a reported 92).
    fn explain_tallies(&mut self) {
        let Some(shown) = self.tally().copied() else {
            return;
        };
        let intended: Vec<usize> = COUNTED.iter().map(|position| self.intended(*position)).collect();
        for view in &mut self.accounts {
            let mut explained = false;
            let agrees = COUNTED.iter().zip(&intended).all(|(position, extra)| {
                let (Some(said), Some(led)) = (view.account.tally.of(*position), shown.of(*position)) else {
                    return true;
                };
                let with_declared =
                    *extra > 0 && whole(said) == whole(led).map(|count| count + *extra as u128);
                explained |= with_declared && whole(said).is_some();
                said.same_as(&led) || with_declared
            });
            view.counts_intended = agrees && explained;
        }
    }
}

impl AccountView {
    /// The states this account lists with a recorded position.
    pub fn listed(&self, position: Position) -> Vec<Country> {
        let recorded = self
            .account
            .positions
            .iter()
            .filter(|(said, stated)| *said == position && stated.kind == PositionKind::Recorded);
        recorded.map(|(_, stated)| stated.country).collect()
    }

    /// The account names as many states as it counts.
    pub fn is_complete(&self, position: Position) -> bool {
        let counted = self.account.tally.of(position).and_then(whole);
        counted == Some(self.listed(position).len() as u128)
    }

    /// The part of this account's own tally that it does not name.
    ///
    /// # Errors
    ///
    /// When its tally does not give this position.
    pub fn remainder(&self, position: Position) -> Result<Interval, NoValue> {
        remainder(self.account.tally.of(position), self.listed(position).len())
    }

    /// The sum of its tally over yes, no, abstain and absent; sponsors stand outside. Needs the first three.
    ///
    /// # Errors
    ///
    /// When one of the first three is missing.
    pub fn sum(&self) -> Result<Interval, NoValue> {
        let tally = &self.account.tally;
        let mut sum = count(0)?;
        for position in COUNTED {
            match tally.of(position) {
                Some(value) => sum = sum.add(&value.interval(Some(Decimal::ZERO))?)?,
                None if position == Position::Absent => {}
                None => return Err(missing(position)),
            }
        }
        Ok(sum)
    }

    /// The members its tally leaves unaccounted for.
    ///
    /// # Errors
    ///
    /// As [`AccountView::sum`].
    pub fn against_members(&self, members: u32) -> Result<Interval, NoValue> {
        count(members as usize)?.sub(&self.sum()?)
    }
}

/// The official account, else one with the tally that most accounts give; undoubted ones first. An account that gives
/// no total gives no tally.
fn leading(accounts: &[AccountView]) -> Option<usize> {
    let tally = |at: usize| &accounts[at].account.tally;
    let candidates: Vec<usize> = (0..accounts.len())
        .filter(|&at| COUNTED.iter().any(|position| tally(at).of(*position).is_some()))
        .collect();
    let sure = |at: usize| !accounts[at].account.doubted;
    let totals = |at: usize| COUNTED.map(|position| tally(at).of(position).map(|value| value.normal()));
    let mut given: HashMap<[Option<Value>; 4], usize> = HashMap::new();
    for &at in &candidates {
        *given.entry(totals(at)).or_default() += 1;
    }
    // The first of the most frequent: max_by_key would take the last.
    candidates
        .into_iter()
        .rev()
        .max_by_key(|&at| (accounts[at].account.official, sure(at), given[&totals(at)]))
}

/// Whether a vote was taken by the as-of clock. One whose date has no end is.
pub fn is_taken(resolver: &Resolver<'_>, vote: VoteKey) -> bool {
    let last = resolver.state().votes().row(vote).date.last_day();
    resolver.clocks().as_of.is_none_or(|asked| last.is_none_or(|last| last <= asked.last_day()))
}

/// What the clocks leave out of the roll-calls: accounts and single positions by their publication, votes by their date.
pub fn left_out(resolver: &Resolver<'_>, later_recorded: u64) -> LeftOut {
    let state = resolver.state();
    let withheld = state.withheld().len() as u64;
    let mut left_out = LeftOut { later_recorded, withheld, ..LeftOut::default() };
    left_out.later_as_of = state.votes().live_keys().filter(|vote| !is_taken(resolver, *vote)).count() as u64;
    let accounts =
        state.accounts().live().map(|entry| state.published(entry.row.published, Some(entry.row.source)));
    let positions =
        state.positions().live().map(|entry| state.published(entry.row.published, Some(entry.row.source)));
    for published in accounts.chain(positions) {
        if !resolver.is_public(published) {
            let count =
                if published.is_some() { &mut left_out.later_published } else { &mut left_out.unpublished };
            *count += 1;
        }
    }
    left_out
}

/// Whether two tallies give the same totals, sponsors aside.
pub fn same_tally(a: &Tally, b: &Tally) -> bool {
    COUNTED.iter().all(|position| match (a.of(*position), b.of(*position)) {
        (Some(a), Some(b)) => a.same_as(&b),
        (None, None) => true,
        _ => false,
    })
}

fn remainder(total: Option<Value>, named: usize) -> Result<Interval, NoValue> {
    let total = total.ok_or(NoValue::Missing { indicator: "the total".to_owned() })?;
    total.interval(Some(Decimal::ZERO))?.sub(&count(named)?)
}

fn missing(position: Position) -> NoValue {
    NoValue::Missing { indicator: format!("the total of {}", position.as_str()) }
}

fn count(number: usize) -> Result<Interval, NoValue> {
    let exact = Decimal::from_parts(false, number as u128, 0);
    Value { about: false, form: Form::Exactly(exact) }.interval(None)
}

/// The exact whole number a value gives, if it gives one.
fn whole(value: Value) -> Option<u128> {
    match value.form {
        Form::Exactly(decimal) if !value.about && decimal.scale() == 0 && !decimal.is_negative() => {
            Some(decimal.digits())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
