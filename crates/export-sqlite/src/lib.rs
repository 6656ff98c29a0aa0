//! Tables to one SQLite file.
//!
//! The file holds every table with its keys, references and documentation, views that turn decimals into numbers, full
//! text search, and a table `recount` that says which ledger it is of. It is `STRICT` SQLite (3.37 or newer). Decimals
//! are TEXT as typed; REAL appears in the `*_num` columns of views only. Nothing depends on the time or the machine:
//! the same ledger, options and version give the same bytes.

mod schema;
mod target;
mod views;

use std::io;
use std::path::{Path, PathBuf};

use recount_tables::{Cell, Context, Provenance, RowError, Summary, TABLES, Table, TextError};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use target::Staging;

/// An export could not be written; what was there before is still there.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file is no export of ours, or in use.
    #[error("{}: {reason}", path.display())]
    TargetInUse {
        /// The file.
        path: PathBuf,
        /// What was found, and what to do.
        reason: &'static str,
    },
    /// A text of the ledger could not be read.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite could not write the file.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row names a row that is not there: a fault of this program, found before the file was put into place.
    #[error("a row of {table} names a row of {names} that is not there; this is a fault of recount")]
    Dangling {
        /// The table with the row.
        table: String,
        /// The table it names.
        names: String,
    },
}

/// Writes every table into `file`, which is absent, empty or a former export.
///
/// It is written beside `file` in one transaction, synced, and renamed into place: after any interruption `file` is the
/// former export or the new one, whole. A killed run may leave a file `.recount-…` beside it, which nothing reads.
///
/// # Errors
///
/// [`ExportError::TargetInUse`] when `file` is anything but a former export, or one that a program is writing to,
/// [`ExportError::Text`] when a text of the ledger cannot be read, [`ExportError::Io`] or [`ExportError::Sqlite`] when
/// the file cannot be written. `file` is then as it was.
pub fn export(file: &Path, context: &Context<'_>, provenance: &Provenance) -> Result<Summary, ExportError> {
    let staging = Staging::beside(file)?;
    let mut connection = Connection::open(staging.path())?;
    schema::prepare(&connection)?;
    let summary = fill(&mut connection, context, provenance)?;
    connection.close().map_err(|(_, error)| error)?;
    staging.publish()?;
    Ok(summary)
}

/// Everything that stands in the file, in one transaction.
fn fill(
    connection: &mut Connection,
    context: &Context<'_>,
    provenance: &Provenance,
) -> Result<Summary, ExportError> {
    let transaction = connection.transaction()?;
    schema::create(&transaction)?;
    let mut summary = Summary::default();
    for table in TABLES {
        summary.rows.push((table.name, insert(&transaction, table, context)?));
    }
    insert_provenance(&transaction, &provenance.entries(context))?;
    schema::index(&transaction)?;
    views::create(&transaction)?;
    check_references(&transaction)?;
    transaction.commit()?;
    Ok(summary)
}

fn insert(connection: &Connection, table: &Table, context: &Context<'_>) -> Result<u64, ExportError> {
    let mut insert = connection.prepare(&schema::insert(table))?;
    let rows = table
        .each_row(context, &mut |cells| insert.execute(params_from_iter(cells.iter().map(Bound))).map(drop));
    rows.map_err(|error| match error {
        RowError::Text(error) => ExportError::Text(error),
        RowError::Sink(error) => ExportError::Sqlite(error),
    })
}

fn insert_provenance(connection: &Connection, entries: &[(String, String)]) -> rusqlite::Result<()> {
    let mut insert = connection.prepare(schema::INSERT_PROVENANCE)?;
    entries.iter().try_for_each(|entry| insert.execute([&entry.0, &entry.1]).map(drop))
}

/// The references were not checked row by row, since tables name each other and themselves in any order.
fn check_references(connection: &Connection) -> Result<(), ExportError> {
    let mut check = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = check.query([])?;
    match rows.next()? {
        None => Ok(()),
        Some(row) => Err(ExportError::Dangling { table: row.get("table")?, names: row.get("parent")? }),
    }
}

/// A cell as a bound parameter.
struct Bound<'a>(&'a Cell<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Cell::Missing => ToSqlOutput::Owned(Value::Null),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Integer(number) => ToSqlOutput::from(*number),
            Cell::Boolean(flag) => ToSqlOutput::from(*flag),
        })
    }
}

#[cfg(test)]
#[path = "../../tables/src/testing.rs"]
mod testing;
#[cfg(test)]
mod tests;
