//! What other events name: sources, reporters, places, indicators.
//!
//! They are whole on every clock but the recorded one, and keep what was retracted: an older version of a figure may
//! still name it.

use recount_model::event::{Measure, ReporterKind, Seq};
use recount_model::state::key::{IndicatorKey, Key, PlaceKey, ReporterKey, SourceKey};
use recount_model::state::versioned::{Dictionary, Versioned};
use recount_model::state::{Definition, IndicatorRow, PlaceRow, ReporterRow, SourceRow, State};
use recount_model::texts::Members;

use crate::cell::{Cell, shown};
use crate::parts::Parts;
use crate::table::{Column, Table, columns, join};

/// One row per source.
pub(crate) const SOURCES: Table = Table {
    name: "sources",
    doc: "The published documents.",
    columns: &SOURCE_AND_DECLARED,
    key: &["id"],
    order: "by id, in byte order",
    rows: |context, _| rows(context.state().sources(), source_cells),
};

/// One row per reporter.
pub(crate) const REPORTERS: Table = Table {
    name: "reporters",
    doc: "The persons and bodies figures are attributed to.",
    columns: &REPORTER_AND_DECLARED,
    key: &["id"],
    order: "by id, in byte order",
    rows: |context, _| rows(context.state().reporters(), reporter_cells),
};

/// One row per place.
pub(crate) const PLACES: Table = Table {
    name: "places",
    doc: "The places.",
    columns: &PLACE_AND_DECLARED,
    key: &["id"],
    order: "by id, in byte order",
    rows: |context, _| rows(context.state().places(), place_cells),
};

/// One row per indicator.
pub(crate) const INDICATORS: Table = Table {
    name: "indicators",
    doc: "What is counted, and what is computed from it.",
    columns: &INDICATOR_AND_DECLARED,
    key: &["id"],
    order: "by id, in byte order",
    rows: |context, _| rows(context.state().indicators(), indicator_cells),
};

const SOURCE_AND_DECLARED: [Column; SOURCE.len() + DECLARED.len()] = join(SOURCE, DECLARED);
const REPORTER_AND_DECLARED: [Column; REPORTER.len() + DECLARED.len()] = join(REPORTER, DECLARED);
const PLACE_AND_DECLARED: [Column; PLACE.len() + DECLARED.len()] = join(PLACE, DECLARED);
const INDICATOR_AND_DECLARED: [Column; INDICATOR.len() + DECLARED.len()] = join(INDICATOR, DECLARED);

struct Row<'a, K, T> {
    state: &'a State,
    key: K,
    id: &'a str,
    content: &'a T,
    texts: Members,
    declared: Declared,
}

/// The events behind a declaration.
pub(crate) struct Declared {
    seq: Seq,
    version: Seq,
    retracted_by: Option<Seq>,
}

impl<T> From<&Versioned<T>> for Declared {
    fn from(entry: &Versioned<T>) -> Declared {
        Declared { seq: entry.seq, version: entry.version, retracted_by: entry.retracted_by() }
    }
}

columns! {
    /// Where a declaration comes from.
    pub(crate) DECLARED, declared_cells(row: Declared) {
        "seq" Integer required -> "events"."seq" "The event that declared it." = row.seq;
        "version" Integer required -> "events"."seq" "The event that gave it its present content." = row.version;
        "retracted_by" Integer optional -> "events"."seq" "The event that took it back." = row.retracted_by;
    }
}

columns! {
    SOURCE, source_cells(row: Row<'_, SourceKey, SourceRow>) {
        "id" Text required "Its id." = row.id;
        "title" Text optional "Its title, as printed." = row.texts.get("title");
        "publisher" Text optional "Who published it." = row.texts.get("publisher");
        "url" Text optional "Where it can be read." = row.texts.get("url");
        "published" Text optional "When it was published, as typed (EDTF level 1 or a UTC instant)."
            = row.texts.get("published");
        "language" Text optional "Its language (BCP 47)." = row.texts.get("language");
        "title_language" Text optional "The language of the title, where that is another."
            = row.texts.get("title_language");
        "archived_url" Text optional "Where a copy that will last can be read." = archived(&row.texts, "url");
        "archived_sha256" Text optional "SHA-256 of that copy." = archived(&row.texts, "sha256");
        "note" Text optional "A remark of the recorder." = row.texts.get("note");
    }
}

columns! {
    REPORTER, reporter_cells(row: Row<'_, ReporterKey, ReporterRow>) {
        "id" Text required "Its id." = row.id;
        "name" Text optional "Its name; missing: withheld." = row.texts.get("name");
        "kind" Text optional "What sort of person or body it is; missing: withheld." = row.content.kind.map(ReporterKind::as_str);
        "country" Text optional "The country it belongs to, by ISO 3166-1 alpha-3." = row.texts.get("country");
        "speaks_for" Text optional -> "reporters"."id" "The reporter it is counted as one body with."
            = row.content.speaks_for.map(|key| row.state.reporters().name(key));
        "body" Text required -> "reporters"."id" "The body it counts as in the end; its own id where it speaks for none."
            = row.state.reporters().name(row.state.body(row.key));
    }
}

columns! {
    PLACE, place_cells(row: Row<'_, PlaceKey, PlaceRow>) {
        "id" Text required "Its id." = row.id;
        "name" Text optional "Its name; missing: withheld." = row.texts.get("name");
        "kind" Text optional "What sort of place it is." = row.texts.get("kind");
        "parent" Text optional -> "places"."id" "The place it is part of."
            = row.content.parent.map(|key| row.state.places().name(key));
        "codes" Text optional "Its codes in other systems, as JSON." = row.texts.get("codes");
    }
}

columns! {
    INDICATOR, indicator_cells(row: Row<'_, IndicatorKey, IndicatorRow>) {
        "id" Text required "Its id." = row.id;
        "name" Text optional "What it is called: its label; missing: withheld." = row.texts.get("label");
        "unit" Text required "The unit of its values." = row.content.unit.as_str();
        "measure" Text optional "cumulative, period or point; missing for a derived indicator."
            = measure(row.content).map(Measure::as_str);
        "since" Text optional "The start of a cumulative count, as typed (EDTF level 1)." = row.texts.get("since");
        "minimum" Decimal optional "The least value it can have; missing: none, or a derived indicator."
            = shown(row.content.minimum());
        "definition" Text optional "What exactly is counted." = row.texts.get("definition");
        "expression" Text optional "How it is computed from the headlines of other indicators."
            = expression(row.content);
    }
}

fn measure(indicator: &IndicatorRow) -> Option<Measure> {
    match indicator.definition {
        Definition::Counted { measure, .. } => Some(measure),
        Definition::Derived(_) => None,
    }
}

fn expression(indicator: &IndicatorRow) -> Option<String> {
    match &indicator.definition {
        Definition::Counted { .. } => None,
        Definition::Derived(expression) => Some(expression.to_string()),
    }
}

/// A member of the object that describes the archived copy.
fn archived(texts: &Members, member: &str) -> Option<String> {
    let copy: serde_json::Value = serde_json::from_str(texts.get("archived")?).ok()?;
    copy.get(member)?.as_str().map(str::to_owned)
}

type Cells<K, T> = for<'r> fn(&'r Row<'_, K, T>, &mut Vec<Cell<'r>>);

/// Everything ever declared, in order of id.
fn rows<K: Key + Sync, T: Sync>(dictionary: &Dictionary<K, T>, append: Cells<K, T>) -> Parts<'_> {
    let ranks = dictionary.ranks();
    let mut keys: Vec<K> = (0..ranks.len()).map(K::from_index).collect();
    keys.sort_unstable_by_key(|key| ranks[key.index()]);
    Parts::of(keys.len(), 256, move |context, places, sink| {
        for &key in &keys[places] {
            let entry = dictionary.entry(key);
            let row = Row {
                state: context.state(),
                key,
                id: dictionary.name(key),
                content: &entry.row,
                texts: context.members(entry.version)?,
                declared: Declared::from(entry),
            };
            let mut cells = Vec::new();
            append(&row, &mut cells);
            declared_cells(&row.declared, &mut cells);
            sink(&cells)?;
        }
        Ok(())
    })
}
