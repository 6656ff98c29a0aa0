//! Tables to one SQLite file.
//!
//! The file holds every table with its keys, references and documentation, views that turn decimals into numbers, full
//! text search, and a table `recount` that says which ledger it is of. It is `STRICT` SQLite (3.37 or newer). Decimals
//! are TEXT as typed; REAL appears in the `*_num` columns of views only. Nothing depends on the time or the machine:
//! the same ledger, options and version give the same bytes of a fresh export.
//!
//! A file is written anew ([`export`]), or a former one is changed where the ledger changed ([`update`]): it then has the
//! content of a fresh one, in other bytes.

mod former;
mod packed;
mod schema;
mod sorted;
mod target;
mod update;
mod views;

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use recount_tables::{Cell, Context, Provenance, RowError, Summary, TABLES, Table, TextError};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Statement};

pub use former::Former;
use former::{CHANGE_COUNTER, Header, ROWS};
use sorted::Sorted;
use target::Staging;
pub use update::update;

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

/// Writes every table into `file`, which is absent, empty or a former export. Rows are made on so many threads; the file does
/// not depend on their number.
///
/// It is written beside `file` in one transaction, synced, and renamed into place: after any interruption `file` is the
/// former export or the new one, whole. A killed run may leave a file `.recount-…` beside it, which nothing reads.
///
/// # Errors
///
/// [`ExportError::TargetInUse`] when `file` is anything but a former export, or one that a program is writing to,
/// [`ExportError::Text`] when a text of the ledger cannot be read, [`ExportError::Io`] or [`ExportError::Sqlite`] when
/// the file cannot be written. `file` is then as it was.
pub fn export(
    file: &Path,
    context: &Context<'_>,
    provenance: &Provenance,
    threads: NonZeroUsize,
) -> Result<Summary, ExportError> {
    let staging = Staging::beside(file)?;
    let mut connection = Connection::open(staging.path())?;
    schema::prepare(&connection, threads)?;
    let written = Header::of(staging.path()).map_err(|source| at(staging.path(), source))?.change_counter + 1;
    let summary = fill(&mut connection, context, provenance, written, threads, staging.folder())?;
    connection.close().map_err(|(_, error)| error)?;
    staging.publish()?;
    Ok(summary)
}

/// Everything that stands in the file, in one transaction, which makes its change counter `written`.
fn fill(
    connection: &mut Connection,
    context: &Context<'_>,
    provenance: &Provenance,
    written: u32,
    threads: NonZeroUsize,
    folder: &Path,
) -> Result<Summary, ExportError> {
    connection.execute_batch("BEGIN")?;
    schema::create(connection)?;
    let mut summary = Summary::default();
    for table in TABLES {
        summary.rows.push((table.name, insert(connection, table, context, threads, folder)?));
    }
    insert_provenance(connection, &entries(provenance.entries(context), &summary, written))?;
    schema::index(connection)?;
    views::create(connection)?;
    check_references(connection)?;
    connection.execute_batch("COMMIT")?;
    Ok(summary)
}

fn at(path: &Path, source: io::Error) -> ExportError {
    ExportError::Io { path: path.to_owned(), source }
}

/// So many bytes of rows a thread keeps before it waits for its turn to insert them.
const BATCH: usize = 1 << 18;

/// Inserts the rows of a table: as they come, or by their key where that is the place of a row in the file. In any other order
/// nearly every row would change a page that is no longer in memory.
fn insert(
    connection: &mut Connection,
    table: &Table,
    context: &Context<'_>,
    threads: NonZeroUsize,
    folder: &Path,
) -> Result<u64, ExportError> {
    let sql = schema::insert(table);
    let mut sorted = sorted::key(table).map(|at| Sorted::new(table, at, folder));
    let add = |batch: &mut Vec<u8>, cells: &[Cell<'_>]| {
        packed::pack(cells, batch);
        batch.len() >= BATCH
    };
    let count = table.each_batch(context, threads, add, |batch: &mut Vec<u8>| {
        // Held alone, a connection may go from thread to thread.
        let connection = &mut *connection;
        match &mut sorted {
            Some(sorted) => sorted.add(batch)?,
            None => insert_all(&mut *connection.prepare_cached(&sql)?, batch)?,
        }
        batch.clear();
        Ok(())
    });
    let count = count.map_err(|error| match error {
        RowError::Text(error) => ExportError::Text(error),
        RowError::Sink(error) => error,
    })?;
    if let Some(sorted) = sorted {
        let mut statement = connection.prepare_cached(&sql)?;
        sorted.each(|rows| insert_all(&mut statement, rows))?;
    }
    Ok(count)
}

/// Inserts packed rows.
fn insert_all(insert: &mut Statement<'_>, mut rows: &[u8]) -> Result<(), ExportError> {
    while !rows.is_empty() {
        for column in 1..=insert.parameter_count() {
            let cell = packed::next(&mut rows).expect("packed rows have a cell for each column");
            insert.raw_bind_parameter(column, ToSqlOutput::Borrowed(cell))?;
        }
        insert.raw_execute()?;
    }
    Ok(())
}

/// What the file says of itself: where it comes from, how many rows it has, and the change counter it was left with.
fn entries(mut all: Vec<(String, String)>, summary: &Summary, written: u32) -> Vec<(String, String)> {
    all.extend(summary.rows.iter().map(|(name, rows)| (format!("{ROWS}{name}"), rows.to_string())));
    all.push((CHANGE_COUNTER.to_owned(), written.to_string()));
    all.sort();
    all
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

#[cfg(test)]
#[path = "../../tables/src/testing.rs"]
mod testing;
#[cfg(test)]
mod tests;
