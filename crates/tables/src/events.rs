//! The events of the ledger, each in one line.

use std::ops::Range;

use recount_model::event::Seq;
use recount_model::state::State;
use recount_model::texts::{First, Recorded};

use crate::Context;
use crate::cell::shown;
use crate::parts::Parts;
use crate::table::{Sink, Stop, Table, columns};

/// One row per event.
pub(crate) const EVENTS: Table = Table {
    name: "events",
    doc: "Every event of the ledger up to the recorded clock: when it was recorded, by whom, and what it acts on.",
    columns: &COLUMNS,
    key: &["seq"],
    order: "by seq",
    rows: |context, _| Parts::of(context.state().event_count(), 2048, rows),
};

struct Row<'a> {
    state: &'a State,
    seq: Seq,
    recorded: Recorded,
}

impl Row<'_> {
    fn first(&self) -> Option<&First> {
        self.recorded.first.as_ref()
    }
}

columns! {
    COLUMNS, append(row: Row<'_>) {
        "seq" Integer required "Its position in the ledger, from 1." = row.seq;
        "at" Instant required "When it was recorded." = shown(row.state.recorded_at(row.seq));
        "by" Text optional "Who recorded it; missing only where another program wrote an empty name." = row.recorded.by.as_str();
        "type" Text required "Its type, such as `figure.reported`." = row.state.kind(row.seq).map(|kind| kind.as_str());
        "target" Integer optional -> "events"."seq" "The event it corrects, retracts, withdraws, disputes or redacts."
            = row.state.target(row.seq);
        "redacted_by" Integer optional -> "events"."seq"
            "The event that says why its content was erased: in every table what it said is withheld."
            = row.state.redaction_of(row.seq);
        "first_seq" Integer optional "Of a merged event, its position in the ledger where it was recorded first."
            = row.first().and_then(|first| Seq::try_from(first.seq).ok());
        "first_at" Instant optional "Of a merged event, when it was recorded there." = shown(row.first().map(|first| first.at));
        "first_by" Text optional "Of a merged event, who recorded it there." = row.first().map(|first| first.by.as_str());
    }
}

fn rows(context: &Context<'_>, places: Range<usize>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    for seq in context.state().events_at(places) {
        let row = Row { state: context.state(), seq, recorded: context.texts.recorded(seq)? };
        let mut cells = Vec::with_capacity(COLUMNS.len());
        append(&row, &mut cells);
        sink(&cells)?;
    }
    Ok(())
}
