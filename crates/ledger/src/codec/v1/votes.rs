//! Wire structs of roll-calls: the vote, one source's account of it, one state's position.

use recount_model::date::{Edtf, Published};
use recount_model::event::{self, Account, Fact, Position, PositionKind, Stated};
use recount_model::id::Country;
use recount_model::value::Value;

use super::notation::{Id, Ref, Reporters, Shown, Sources, Votes};
use super::wire::{Either, Read, meaning, record, text};

record! {
    /// `vote.recorded`
    VoteRecorded<'a> {
        /// The UN symbol of what was voted on
        id: Id<'a, Votes>,
        /// Its title
        title: Shown,
        /// The body that voted
        body: Shown,
        /// When
        date: Read<Edtf>,
        /// How many states could vote
        members: Option<u32>,
        /// Other symbols and names of it
        aliases: Option<Vec<Shown>>,
        /// Where it is documented
        source: Ref<'a, Sources>,
    }
}

impl<'a> VoteRecorded<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::VoteRecorded {
            id: self.id.text(),
            date: self.date.0,
            members: self.members,
            source: self.source.text(),
        })
    }
}

record! {
    /// `vote.reported`
    VoteReported<'a> {
        /// The UN symbol of the vote
        vote: Ref<'a, Votes>,
        /// Where the account was published
        source: Ref<'a, Sources>,
        /// Whose account it is, if not the publisher's own
        reporter: Option<Ref<'a, Reporters>>,
        /// It is the account of the body that voted
        official: Option<bool>,
        /// The totals it gives
        tally: Option<Tally>,
        /// The states it names
        positions: Option<Positions>,
        /// When it was published, where not with its source
        published: Option<Read<Published>>,
        /// The words it was said in, verbatim and short
        wording: Option<Shown>,
        /// Who passed it on
        relayed_by: Option<Ref<'a, Reporters>>,
        /// Why the recorder doubts its tally
        doubt: Option<Shown>,
        /// A remark of the recorder
        note: Option<Shown>,
    }
    Any("tally", "positions")
}

record! {
    /// The totals of an account.
    #[derive(Default)]
    Tally {
        /// In favour
        yes: Option<Read<Value>>,
        /// Against
        no: Option<Read<Value>>,
        /// Abstained
        abstain: Option<Read<Value>>,
        /// Cast no vote
        absent: Option<Read<Value>>,
        /// Submitted the draft; outside the sum
        sponsors: Option<Read<Value>>,
    }
}

record! {
    /// The states an account names.
    #[derive(Default)]
    Positions {
        /// In favour
        yes: Option<Vec<State>>,
        /// Against
        no: Option<Vec<State>>,
        /// Abstained
        abstain: Option<Vec<State>>,
        /// Cast no vote
        absent: Option<Vec<State>>,
        /// No members, so they could not vote
        not_member: Option<Vec<State>>,
    }
}

/// A country's code, or more about it.
type State = Either<Country, FullState>;

record! {
    /// A state with what is said of it.
    FullState {
        /// The state
        country: Read<Country>,
        /// Its name as the source prints it
        as_printed: Option<Shown>,
        /// Recorded, or declared later
        kind: Option<Read<PositionKind>>,
        /// Why the recorder doubts that this state was meant
        doubt: Option<Shown>,
    }
}

fn stated(country: Country, kind: Option<Read<PositionKind>>, doubt: Option<Shown>) -> Stated {
    Stated { country, kind: meaning(kind).unwrap_or(PositionKind::Recorded), doubted: doubt.is_some() }
}

impl Positions {
    fn stated(self) -> Vec<(Position, Stated)> {
        [
            (Position::Yes, self.yes),
            (Position::No, self.no),
            (Position::Abstain, self.abstain),
            (Position::Absent, self.absent),
            (Position::NotMember, self.not_member),
        ]
        .into_iter()
        .flat_map(|(position, states)| states.into_iter().flatten().map(move |state| (position, state)))
        .map(|(position, state)| match state {
            Either::Short(country) => (position, stated(country, None, None)),
            Either::Full(full) => (position, stated(full.country.0, full.kind, full.doubt)),
        })
        .collect()
    }
}

impl Tally {
    fn totals(self) -> event::Tally {
        event::Tally {
            yes: meaning(self.yes),
            no: meaning(self.no),
            abstain: meaning(self.abstain),
            absent: meaning(self.absent),
            sponsors: meaning(self.sponsors),
        }
    }
}

impl<'a> VoteReported<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        if self.tally.is_none() && self.positions.is_none() {
            return None;
        }
        Some(Fact::VoteReported(Box::new(Account {
            vote: self.vote.text(),
            source: self.source.text(),
            reporter: text(self.reporter),
            official: self.official == Some(true),
            tally: self.tally.map(|tally| tally.totals()).unwrap_or_default(),
            positions: self.positions.map(|positions| positions.stated()).unwrap_or_default(),
            published: meaning(self.published),
            relayed_by: text(self.relayed_by),
            doubted: self.doubt.is_some(),
        })))
    }
}

record! {
    /// `vote.position`
    VotePosition<'a> {
        /// The UN symbol of the vote
        vote: Ref<'a, Votes>,
        /// The state
        country: Read<Country>,
        /// What it did
        position: Read<Position>,
        /// Recorded, or declared later
        kind: Option<Read<PositionKind>>,
        /// Where it was published
        source: Ref<'a, Sources>,
        /// When it was published, where not with its source
        published: Option<Read<Published>>,
        /// Why the recorder doubts that this state was meant
        doubt: Option<Shown>,
        /// A remark of the recorder
        note: Option<Shown>,
    }
}

impl<'a> VotePosition<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::VotePosition {
            vote: self.vote.text(),
            stated: stated(self.country.0, self.kind, self.doubt),
            position: self.position.0,
            source: self.source.text(),
            published: meaning(self.published),
        })
    }
}
