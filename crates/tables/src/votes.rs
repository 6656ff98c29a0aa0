//! Roll-calls: the leading tally, and the part of it that nobody has named.

use recount_model::event::Position;
use recount_model::rollcall::{AccountView, RollCall, is_taken};
use recount_model::state::{State, VoteRow};
use recount_model::texts::Members;

use crate::Context;
use crate::cell::{Cell, list, shown};
use crate::parts::Parts;
use crate::table::{Column, Sink, Stop, Table, columns, join};

/// One row per roll-call.
pub(crate) const VOTES: Table = Table {
    name: "votes",
    doc: "Recorded votes: the tally of the official account, else the one most accounts give, against the states that \
          are named.",
    columns: &COLUMNS,
    key: &["id"],
    order: "by id, in byte order",
    rows: |_, _| Parts::whole(rows),
};

const COLUMNS: [Column; OWN.len() + NAMED.len()] = join(OWN, NAMED);

struct Row<'a> {
    state: &'a State,
    id: &'a str,
    vote: &'a VoteRow,
    texts: Members,
    call: RollCall,
}

impl Row<'_> {
    fn leading(&self) -> Option<&AccountView> {
        self.call.leading.map(|at| &self.call.accounts[at])
    }

    fn tally(&self, position: Position) -> Cell<'static> {
        shown(self.call.tally().and_then(|tally| tally.of(position)))
    }

    fn remainder(&self, position: Position) -> Cell<'static> {
        self.call.remainder(position).ok().map(|rest| rest.notation()).into()
    }

    fn contested(&self) -> Cell<'static> {
        list(self.call.states.iter().filter(|(_, said)| said.is_contested()).map(|(country, _)| country))
    }
}

columns! {
    /// The vote and its leading tally.
    OWN, own_cells(row: Row<'_>) {
        "id" Text required "Its UN symbol." = row.id;
        "title" Text optional "Its title; missing: withheld." = row.texts.get("title");
        "body" Text optional "The body that voted; missing: withheld." = row.texts.get("body");
        "date" Text required "When, as typed (EDTF level 1)." = shown(Some(row.vote.date));
        "members" Integer optional "How many states could vote." = row.vote.members;
        "aliases" Text optional "Other symbols and names of it, as JSON." = row.texts.get("aliases");
        "source" Text required -> "sources"."id" "Where it is documented." = row.state.sources().name(row.vote.source);
        "accounts" Integer required "How many accounts of it there are." = row.call.accounts.len();
        "leading" Integer optional -> "tallies"."seq" "The account whose tally is shown."
            = row.leading().map(|view| view.seq);
        "leading_source" Text optional -> "sources"."id" "The source of that account."
            = row.leading().map(|view| row.state.sources().name(view.account.source));
        "official" Boolean optional "That account is the one of the body that voted."
            = row.leading().map(|view| view.account.official);
        "yes" Text optional "In favour, in the notation." = row.tally(Position::Yes);
        "no" Text optional "Against." = row.tally(Position::No);
        "abstain" Text optional "Abstained." = row.tally(Position::Abstain);
        "absent" Text optional "Members that cast no vote." = row.tally(Position::Absent);
        "sponsors" Text optional "States that submitted the draft; outside the sum."
            = shown(row.call.tally().and_then(|tally| tally.sponsors));
    }
}

columns! {
    /// Who is named.
    NAMED, named_cells(row: Row<'_>) {
        "yes_named" Integer required "States recorded in favour, doubted claims aside." = row.call.named(Position::Yes);
        "no_named" Integer required "States recorded against." = row.call.named(Position::No);
        "abstain_named" Integer required "States recorded as abstaining." = row.call.named(Position::Abstain);
        "absent_named" Integer required "States recorded as absent." = row.call.named(Position::Absent);
        "yes_remainder" Text optional
            "The part of the shown tally that no source names; below zero: more are named than counted. Missing: the \
             tally does not give this position." = row.remainder(Position::Yes);
        "no_remainder" Text optional "The same for votes against." = row.remainder(Position::No);
        "abstain_remainder" Text optional "The same for abstentions." = row.remainder(Position::Abstain);
        "absent_remainder" Text optional "The same for absences." = row.remainder(Position::Absent);
        "yes_intended" Integer required "States that declared afterwards that they meant to vote in favour."
            = row.call.intended(Position::Yes);
        "no_intended" Integer required "The same for votes against." = row.call.intended(Position::No);
        "abstain_intended" Integer required "The same for abstentions." = row.call.intended(Position::Abstain);
        "absent_intended" Integer required "The same for absences." = row.call.intended(Position::Absent);
        "contested" Text optional "The states on which sources differ, by ISO 3166-1 alpha-3." = row.contested();
    }
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let votes = context.state().votes();
    for key in votes.live_sorted().into_iter().filter(|vote| is_taken(context.answers.resolver(), *vote)) {
        let row = Row {
            state: context.state(),
            id: votes.name(key),
            vote: votes.row(key),
            texts: context.members(votes.entry(key).version)?,
            call: RollCall::new(context.answers.resolver(), key),
        };
        let mut cells = Vec::with_capacity(COLUMNS.len());
        own_cells(&row, &mut cells);
        named_cells(&row, &mut cells);
        sink(&cells)?;
    }
    Ok(())
}
