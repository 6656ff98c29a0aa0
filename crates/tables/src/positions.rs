//! Each state's position in a roll-call.

use recount_model::event::{Position, PositionKind};
use recount_model::id::Country;
use recount_model::rollcall::{PositionClaim, RollCall, StateView, is_taken};
use recount_model::state::State;
use recount_model::state::key::SourceKey;

use crate::Context;
use crate::cell::{Cell, list};
use crate::parts::Parts;
use crate::table::{Sink, Stop, Table, columns};

/// One row per state and roll-call.
pub(crate) const POSITIONS: Table = Table {
    name: "positions",
    doc: "What is said of each state that any account of a roll-call, or a later event, names.",
    columns: &COLUMNS,
    key: &["vote", "country"],
    order: "by vote, country (in byte order)",
    rows: |_, _| Parts::whole(rows),
};

struct Row<'a> {
    state: &'a State,
    vote: &'a str,
    country: &'a Country,
    call: &'a RollCall,
    said: &'a StateView,
}

impl Row<'_> {
    /// The positions of some claims, each once, in the order of the format's table.
    fn positions(&self, wanted: fn(&PositionClaim) -> bool) -> Cell<'static> {
        let claims = self.said.claims.iter().filter(|claim| wanted(claim));
        alternatives(claims.map(|claim| claim.position).collect())
    }

    fn denied_by(&self) -> Cell<'static> {
        let accounts = self.said.denied_by.iter().map(|(_, at)| &self.call.accounts[*at].account);
        self.sources(accounts.map(|account| account.source))
    }

    /// The ids of sources, each once, in byte order.
    fn sources(&self, keys: impl Iterator<Item = SourceKey>) -> Cell<'static> {
        let mut ids: Vec<&str> = keys.map(|key| self.state.sources().name(key)).collect();
        ids.sort_unstable();
        ids.dedup();
        list(ids)
    }
}

fn alternatives(mut positions: Vec<Position>) -> Cell<'static> {
    positions.sort_unstable();
    positions.dedup();
    let words: Vec<&str> = positions.into_iter().map(Position::as_str).collect();
    words.join("|").into()
}

columns! {
    COLUMNS, append(row: Row<'_>) {
        "vote" Text required -> "votes"."id" "The vote." = row.vote;
        "country" Text required "The state, by ISO 3166-1 alpha-3." = row.country.as_str();
        "position" Text optional
            "Its recorded position (yes, no, abstain, absent, not_member), doubted claims aside; all of them, joined by \
             `|`, where sources differ." = alternatives(row.said.recorded());
        "contested" Boolean required "Sources differ, or a complete list does not have it." = row.said.is_contested();
        "denied_by" Text optional "The sources whose complete list of a position does not have it."
            = row.denied_by();
        "intended" Text optional "The position it declared afterwards; it does not count in the tally."
            = row.positions(|claim| claim.kind == PositionKind::Intended);
        "doubted" Text optional "The positions given it by claims the recorder doubts."
            = row.positions(|claim| claim.doubted);
        "sources" Text required "The sources that name it." = row.sources(row.said.claims.iter().map(|said| said.source));
    }
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let votes = context.state().votes();
    for key in votes.live_sorted().into_iter().filter(|vote| is_taken(context.answers.resolver(), *vote)) {
        let call = RollCall::new(context.answers.resolver(), key);
        for (country, said) in &call.states {
            let row = Row { state: context.state(), vote: votes.name(key), country, call: &call, said };
            let mut cells = Vec::with_capacity(COLUMNS.len());
            append(&row, &mut cells);
            sink(&cells)?;
        }
    }
    Ok(())
}
