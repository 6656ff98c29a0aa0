//! Changing the rows of a former export in place.

use std::time::Duration;

use recount_tables::{Cell, Changes, Context, Provenance, Summary, TABLES, Table};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, Transaction, TransactionBehavior, params_from_iter};

use crate::former::{Former, Header};
use crate::{ExportError, at, entries, insert_provenance, schema};

/// How long is waited for others who read the file.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes `former`, an export of what `before` is a part of, one of what `after` is that part of: the rows in which these two
/// differ are exchanged, in one transaction, durably. The file is then equal by content to a fresh export.
///
/// `None` where that cannot be done: somebody wrote to the file, or uses it for long, or it has not the rows it should have.
/// It is then as it was, and to be exported anew.
pub fn update(
    former: &Former,
    before: &Context<'_>,
    after: &Context<'_>,
    provenance: &Provenance,
) -> Option<Summary> {
    // Whatever is in the way, a fresh export tells.
    apply(former, before, after, provenance).ok().flatten()
}

fn apply(
    former: &Former,
    before: &Context<'_>,
    after: &Context<'_>,
    provenance: &Provenance,
) -> Result<Option<Summary>, ExportError> {
    let Some(mut summary) = former.summary() else { return Ok(None) };
    let mut connection = Connection::open_with_flags(&former.file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Nobody else can write now.
    let counter = Header::of(&former.file).map_err(|source| at(&former.file, source))?.change_counter;
    if former.change_counter() != Some(counter) {
        return Ok(None);
    }
    // Rows name each other in any order.
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    for (table, (_, rows)) in TABLES.iter().zip(&mut summary.rows) {
        let changes = table.changes(before, after)?;
        match exchange(&transaction, table, &changes, *rows)? {
            Some(now) => *rows = now,
            None => return Ok(None),
        }
    }
    transaction.execute(schema::DELETE_PROVENANCE, [])?;
    insert_provenance(&transaction, &entries(provenance.entries(after), &summary, counter + 1))?;
    transaction.commit()?;
    Ok(Some(summary))
}

/// Exchanges the rows of a table that had `rows`, and tells how many it has now; nothing where one is missing that should go.
fn exchange(
    transaction: &Transaction<'_>,
    table: &Table,
    changes: &Changes,
    rows: u64,
) -> rusqlite::Result<Option<u64>> {
    let mut delete = transaction.prepare_cached(&schema::delete(table))?;
    for key in &changes.removed {
        if delete.execute(params_from_iter(key.iter().map(Bound)))? != 1 {
            return Ok(None);
        }
    }
    let mut insert = transaction.prepare_cached(&schema::insert(table))?;
    for row in &changes.added {
        insert.execute(params_from_iter(row.iter().map(Bound)))?;
    }
    let (removed, added) = (changes.removed.len() as u64, changes.added.len() as u64);
    Ok((rows + added).checked_sub(removed))
}

/// A cell as SQLite takes it.
struct Bound<'a>(&'a Cell<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Missing => ValueRef::Null,
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Integer(number) => ValueRef::Integer(*number),
            Cell::Boolean(flag) => ValueRef::Integer((*flag).into()),
        }))
    }
}
