//! The state as JSON that git can diff: one row per line, in the order of the tables.

mod compare;

use std::io::{self, Write};

use crate::cell::Cell;
use crate::table::{RowError, Table};
use crate::{Context, Provenance, TABLES};

pub use compare::{NoSnapshot, RowDifference, SnapshotFile};

/// Tables of what happened: what they say of the present is in the others.
const LEFT_OUT: [&str; 3] = ["figure_history", "causes", "events"];

/// Writes what the ledger says now, on the clocks asked, as one JSON object: `recount` with the ledger, the clocks and
/// what they left out, then every table but `figure_history`, `causes` and
/// `events`.
///
/// It is canonical: members stand in the order of the columns, missing ones are left out, decimal numbers are strings,
/// and there is one row per line. Size and root stand in the first line only, so an event that changes no row changes
/// no other line.
///
/// # Errors
///
/// [`RowError::Text`] when a text of the ledger cannot be read, [`RowError::Sink`] when `out` cannot be written.
pub fn snapshot(
    context: &Context<'_>,
    provenance: &Provenance,
    out: &mut dyn Write,
) -> Result<(), RowError<io::Error>> {
    write!(out, "{{\"recount\":{}", provenance.to_json(context)).map_err(RowError::Sink)?;
    for table in TABLES.iter().filter(|table| !LEFT_OUT.contains(&table.name)) {
        write!(out, ",\n\"{}\":[", table.name).map_err(RowError::Sink)?;
        let mut separator = "\n";
        let count = table.each_row(context, &mut |cells| {
            out.write_all(separator.as_bytes())?;
            separator = ",\n";
            write_row(table, cells, out)
        })?;
        out.write_all(if count == 0 { b"]" } else { b"\n]" }).map_err(RowError::Sink)?;
    }
    out.write_all(b"}\n").map_err(RowError::Sink)
}

fn write_row(table: &Table, cells: &[Cell<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut separator = "{";
    for (column, cell) in table.columns.iter().zip(cells) {
        if *cell == Cell::Missing {
            continue;
        }
        write!(out, "{separator}\"{}\":", column.name)?;
        separator = ",";
        match cell {
            Cell::Missing => {}
            Cell::Text(text) => serde_json::to_writer(&mut *out, &**text)?,
            Cell::Integer(number) => write!(out, "{number}")?,
            Cell::Boolean(flag) => write!(out, "{flag}")?,
        }
    }
    out.write_all(b"}")
}
