//! Each source's own account of a roll-call.

use recount_model::event::Position;
use recount_model::rollcall::{AccountView, RollCall, is_taken, same_tally};
use recount_model::state::State;
use recount_model::texts::Members;
use recount_model::value::Interval;

use crate::Context;
use crate::cell::{Cell, shown};
use crate::parts::Parts;
use crate::table::{Sink, Stop, Table, columns};

/// One row per account of a roll-call.
pub(crate) const TALLIES: Table = Table {
    name: "tallies",
    doc: "Each source's account of a roll-call, with its own sum and remainder. A mismatch is reported, never mended.",
    columns: &COLUMNS,
    key: &["seq"],
    order: "by vote (in byte order), seq",
    rows: |_, _| Parts::whole(rows),
};

struct Row<'a> {
    state: &'a State,
    vote: &'a str,
    members: Option<u32>,
    texts: Members,
    call: &'a RollCall,
    view: &'a AccountView,
}

impl Row<'_> {
    fn tally(&self, position: Position) -> Cell<'static> {
        shown(self.view.account.tally.of(position))
    }

    fn remainder(&self, position: Position) -> Cell<'static> {
        notation(self.view.remainder(position).ok())
    }

    fn is_leading(&self) -> bool {
        self.call.leading.is_some_and(|at| self.call.accounts[at].seq == self.view.seq)
    }

    fn differs(&self) -> bool {
        self.call.tally().is_some_and(|leading| !same_tally(leading, &self.view.account.tally))
    }
}

fn notation(interval: Option<Interval>) -> Cell<'static> {
    interval.map(|interval| interval.notation()).into()
}

columns! {
    COLUMNS, append(row: Row<'_>) {
        "seq" Integer required -> "events"."seq" "The event that recorded it." = row.view.seq;
        "version" Integer required -> "events"."seq" "The event that gave it its present content."
            = row.view.version;
        "vote" Text required -> "votes"."id" "The vote." = row.vote;
        "source" Text required -> "sources"."id" "Where the account was published."
            = row.state.sources().name(row.view.account.source);
        "reporter" Text optional -> "reporters"."id" "Whose account it is, if not the publisher's own."
            = row.view.account.reporter.map(|key| row.state.reporters().name(key));
        "relayed_by" Text optional -> "reporters"."id" "Who passed it on."
            = row.view.account.relayed_by.map(|key| row.state.reporters().name(key));
        "published" Text optional "When it became public, as typed: its own date, else its source's."
            = shown(row.state.published(row.view.account.published, Some(row.view.account.source)));
        "official" Boolean required "It is the account of the body that voted." = row.view.account.official;
        "leading" Boolean required "Its tally is the one that is shown." = row.is_leading();
        "differs" Boolean required "Its totals are not those of the leading tally." = row.differs();
        "counts_intended" Boolean required "It differs by the votes declared afterwards: 91 + 1 is a reported 92."
            = row.view.counts_intended;
        "yes" Text optional "In favour, in the notation." = row.tally(Position::Yes);
        "no" Text optional "Against." = row.tally(Position::No);
        "abstain" Text optional "Abstained." = row.tally(Position::Abstain);
        "absent" Text optional "Members that cast no vote." = row.tally(Position::Absent);
        "sponsors" Text optional "States that submitted the draft; outside the sum."
            = shown(row.view.account.tally.sponsors);
        "sum" Text optional "Yes, no, abstain and absent together; missing where it gives not all of the first three."
            = notation(row.view.sum().ok());
        "unaccounted" Text optional "Members less the sum."
            = notation(row.members.and_then(|members| row.view.against_members(members).ok()));
        "yes_named" Integer required "States it lists in favour." = row.view.listed(Position::Yes).len();
        "no_named" Integer required "States it lists against." = row.view.listed(Position::No).len();
        "abstain_named" Integer required "States it lists as abstaining." = row.view.listed(Position::Abstain).len();
        "absent_named" Integer required "States it lists as absent." = row.view.listed(Position::Absent).len();
        "yes_remainder" Text optional "The part of its own total that it does not name." = row.remainder(Position::Yes);
        "no_remainder" Text optional "The same for votes against." = row.remainder(Position::No);
        "abstain_remainder" Text optional "The same for abstentions." = row.remainder(Position::Abstain);
        "absent_remainder" Text optional "The same for absences." = row.remainder(Position::Absent);
        "doubted" Boolean required "The recorder doubts the account." = row.view.account.doubted;
        "doubt" Text optional "Why." = row.texts.get("doubt");
        "wording" Text optional "The words it was said in, verbatim." = row.texts.get("wording");
        "note" Text optional "A remark of the recorder." = row.texts.get("note");
    }
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let votes = context.state().votes();
    for key in votes.live_sorted().into_iter().filter(|vote| is_taken(context.answers.resolver(), *vote)) {
        let call = RollCall::new(context.answers.resolver(), key);
        for view in &call.accounts {
            let row = Row {
                state: context.state(),
                vote: votes.name(key),
                members: votes.row(key).members,
                texts: context.members(view.version)?,
                call: &call,
                view,
            };
            let mut cells = Vec::with_capacity(COLUMNS.len());
            append(&row, &mut cells);
            sink(&cells)?;
        }
    }
    Ok(())
}
