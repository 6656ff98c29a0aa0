//! The rules that select headlines.

use recount_model::event::Rule;
use recount_model::state::versioned::Versioned;
use recount_model::state::{PolicyRow, State};
use recount_model::texts::Members;

use crate::Context;
use crate::cell::{Cell, list, shown};
use crate::parts::Parts;
use crate::table::{Sink, Stop, Table, columns};

/// One row per policy that was not retracted.
pub(crate) const POLICIES: Table = Table {
    name: "policies",
    doc: "How the headline of an indicator is selected, and why.",
    columns: &COLUMNS,
    key: &["seq"],
    order: "by seq",
    rows: |_, _| Parts::whole(rows),
};

struct Row<'a> {
    state: &'a State,
    entry: &'a Versioned<PolicyRow>,
    texts: Members,
}

impl Row<'_> {
    fn preferred(&self) -> Cell<'static> {
        match &self.entry.row.rule {
            Rule::Prefer(reporters) => list(reporters.iter().map(|key| self.state.reporters().name(*key))),
            Rule::Latest | Rule::Range => Cell::Missing,
        }
    }

    fn is_in_force(&self) -> bool {
        let in_force = self.state.policy(self.entry.row.indicator);
        in_force.is_some_and(|(version, _)| version == self.entry.version)
    }
}

columns! {
    COLUMNS, append(row: Row<'_>) {
        "seq" Integer required -> "events"."seq" "The event that set it." = row.entry.seq;
        "version" Integer required -> "events"."seq" "The event that gave it its present content." = row.entry.version;
        "indicator" Text required -> "indicators"."id" "The indicator it is for."
            = row.state.indicators().name(row.entry.row.indicator);
        "rule" Text required "latest, prefer or range." = row.entry.row.rule.as_str();
        "prefer" Text optional "The reporters of rule prefer, best first." = row.preferred();
        "window" Text optional "How old a figure may be against the latest one (an ISO 8601 duration)."
            = shown(row.entry.row.window);
        "reason" Text optional "Why." = row.texts.get("reason");
        "in_force" Boolean required "No later policy for the indicator took its place." = row.is_in_force();
    }
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    for entry in context.state().policies().live() {
        let row = Row { state: context.state(), entry, texts: context.members(entry.version)? };
        let mut cells = Vec::with_capacity(COLUMNS.len());
        append(&row, &mut cells);
        sink(&cells)?;
    }
    Ok(())
}
