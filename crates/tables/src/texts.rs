//! What is recorded in words: statements and norms.

use recount_model::state::versioned::{Log, Versioned};
use recount_model::state::{Refs, State};
use recount_model::texts::Members;

use crate::cell::{Cell, shown};
use crate::parts::Parts;
use crate::table::{Table, columns};

/// One row per statement.
pub(crate) const STATEMENTS: Table = Table {
    name: "statements",
    doc: "Who said what, in the recorder's own words.",
    columns: &STATEMENT,
    key: &["seq"],
    order: "by seq",
    rows: |context, _| rows(context.state().statements(), statement_cells),
};

/// One row per cited norm.
pub(crate) const NORMS: Table = Table {
    name: "norms",
    doc: "Under which law, and who says so.",
    columns: &NORM,
    key: &["seq"],
    order: "by seq",
    rows: |context, _| rows(context.state().norms(), norm_cells),
};

struct Row<'a> {
    state: &'a State,
    entry: &'a Versioned<Refs>,
    texts: Members,
}

impl<'a> Row<'a> {
    fn reporter(&self) -> Option<&'a str> {
        self.entry.row.reporter.map(|key| self.state.reporters().name(key))
    }

    fn source(&self) -> Option<&'a str> {
        self.entry.row.source.map(|key| self.state.sources().name(key))
    }
}

columns! {
    STATEMENT, statement_cells(row: Row<'_>) {
        "seq" Integer required -> "events"."seq" "The event that recorded it." = row.entry.seq;
        "version" Integer required -> "events"."seq" "The event that gave it its present content." = row.entry.version;
        "speaker" Text optional -> "reporters"."id" "Who spoke; missing: withheld." = row.reporter();
        "role" Text optional "In which role." = row.texts.get("role");
        "venue" Text optional "Where." = row.texts.get("venue");
        "date" Text optional "When, as typed (EDTF level 1)." = shown(row.entry.row.date);
        "gist" Text optional "What was said, in the recorder's own words; missing: withheld." = row.texts.get("gist");
        "topics" Text optional "What it is about, as JSON." = row.texts.get("topics");
        "language" Text optional "In which language (BCP 47)." = row.texts.get("language");
        "source" Text optional -> "sources"."id" "Where it is documented; missing: withheld." = row.source();
        "locator" Text optional "Where in the source it stands." = row.texts.get("locator");
    }
}

columns! {
    NORM, norm_cells(row: Row<'_>) {
        "seq" Integer required -> "events"."seq" "The event that recorded it." = row.entry.seq;
        "version" Integer required -> "events"."seq" "The event that gave it its present content." = row.entry.version;
        "instrument" Text optional "The convention, statute or resolution; missing: withheld." = row.texts.get("instrument");
        "article" Text optional "The article." = row.texts.get("article");
        "gist" Text optional "What it says, in the recorder's own words." = row.texts.get("gist");
        "cited_by" Text optional -> "reporters"."id" "Who cites it." = row.reporter();
        "source" Text optional -> "sources"."id" "Where it is cited; missing: explicitly unsourced." = row.source();
    }
}

type Cells = for<'r> fn(&'r Row<'_>, &mut Vec<Cell<'r>>);

/// Those whose source was public on the clock asked.
fn rows(log: &Log<Refs>, append: Cells) -> Parts<'_> {
    let entries: Vec<&Versioned<Refs>> = log.live().collect();
    Parts::of(entries.len(), 256, move |context, places, sink| {
        let state = context.state();
        for &entry in &entries[places] {
            if !context.answers.resolver().is_public(state.published(None, entry.row.source)) {
                continue;
            }
            let row = Row { state, entry, texts: context.members(entry.version)? };
            let mut cells = Vec::new();
            append(&row, &mut cells);
            sink(&cells)?;
        }
        Ok(())
    })
}
