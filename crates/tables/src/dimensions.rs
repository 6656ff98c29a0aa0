//! What breakdowns name: dimensions and their codes.

use std::collections::BTreeMap;

use recount_model::state::key::{DimensionKey, Key};
use recount_model::texts::Members;

use crate::Context;
use crate::dictionaries::{DECLARED, Declared, declared_cells};
use crate::parts::Parts;
use crate::table::{Column, Sink, Stop, Table, columns, join};

/// One row per code.
pub(crate) const DIMENSIONS: Table = Table {
    name: "dimensions",
    doc: "The dimensions of breakdowns, one row per code.",
    columns: &COLUMNS,
    key: &["dimension", "code"],
    order: "by dimension and code, in byte order",
    rows: |_, _| Parts::whole(rows),
};

const COLUMNS: [Column; CODE.len() + DECLARED.len()] = join(CODE, DECLARED);

struct Row<'a> {
    dimension: &'a str,
    texts: &'a Members,
    code: &'a str,
    labels: &'a BTreeMap<String, String>,
}

columns! {
    CODE, code_cells(row: Row<'_>) {
        "dimension" Text required "The id of the dimension." = row.dimension;
        "name" Text optional "What the dimension is called: its label; missing: withheld." = row.texts.get("label");
        "code" Text required "A code of it, as in a breakdown `dimension=code`." = row.code;
        "label" Text optional "What the code means; missing: withheld." = row.labels.get(row.code).map(String::as_str);
    }
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let dimensions = context.state().dimensions();
    let ranks = dimensions.ranks();
    let mut keys: Vec<DimensionKey> = (0..ranks.len()).map(DimensionKey::from_index).collect();
    keys.sort_unstable_by_key(|key| ranks[key.index()]);
    for key in keys {
        let entry = dimensions.entry(key);
        let texts = context.members(entry.version)?;
        let labels =
            texts.get("codes").and_then(|codes| serde_json::from_str(codes).ok()).unwrap_or_default();
        let declared = Declared::from(entry);
        let mut codes: Vec<&str> = entry.row.codes.iter().map(String::as_str).collect();
        codes.sort_unstable();
        for code in codes {
            let row = Row { dimension: dimensions.name(key), texts: &texts, code, labels: &labels };
            let mut cells = Vec::with_capacity(COLUMNS.len());
            code_cells(&row, &mut cells);
            declared_cells(&declared, &mut cells);
            sink(&cells)?;
        }
    }
    Ok(())
}
