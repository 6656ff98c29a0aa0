//! What SQLite takes for the rows alone.

use std::io::BufRead;
use std::path::Path;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OpenFlags};

use crate::Result;

/// Inserts every row of the database `from` into `to`, a new file of the same schema: tables, their rows, then indexes,
/// views and indexes of text; synced at the end. Nothing is computed and nothing is checked.
///
/// # Errors
/// If `to` exists, or SQLite fails.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let source = Connection::open_with_flags(from, flags)?;
    let target = Connection::open(to)?;
    target.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN",
    )?;
    for (name, sql) in schema(&source, "tables.type = 'table'")? {
        target.execute_batch(&sql)?;
        insert_all(&source, &target, &name)?;
    }
    for (name, sql) in schema(&source, "tables.type = 'virtual'")? {
        target.execute_batch(&sql)?;
        target.execute_batch(&format!("INSERT INTO \"{name}\" (\"{name}\") VALUES ('rebuild')"))?;
    }
    for (_, sql) in schema(&source, "tables.type IS NULL OR tables.type = 'view'")? {
        target.execute_batch(&sql)?;
    }
    target.execute_batch("COMMIT")?;
    drop(target);
    Ok(std::fs::File::open(to)?.sync_all()?)
}

/// Names and definitions of some things in a database; what SQLite makes by itself has no definition, the inside of an
/// index of text is made by that.
fn schema(source: &Connection, which: &str) -> Result<Vec<(String, String)>> {
    let query = format!(
        "SELECT things.name, sql FROM sqlite_schema AS things LEFT JOIN pragma_table_list AS tables \
         ON tables.name = things.name AND tables.schema = 'main' WHERE sql IS NOT NULL AND ({which}) ORDER BY things.rowid"
    );
    let mut statement = source.prepare(&query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn insert_all(source: &Connection, target: &Connection, table: &str) -> Result<()> {
    let mut select = source.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let columns = select.column_count();
    let places = vec!["?"; columns].join(", ");
    let mut insert = target.prepare(&format!("INSERT INTO \"{table}\" VALUES ({places})"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            insert.raw_bind_parameter(column + 1, ToSqlOutput::Borrowed(row.get_ref(column)?))?;
        }
        insert.raw_execute()?;
    }
    Ok(())
}

/// Makes a database with a row for each event line of `ledger`, with a unique id, in the journal mode that
/// [`commits`] needs.
///
/// # Errors
/// If the ledger cannot be read, or SQLite fails.
pub(crate) fn load(ledger: impl BufRead, database: &Path) -> Result<()> {
    let mut target = Connection::open(database)?;
    target.execute_batch(
        "PRAGMA journal_mode = WAL; CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, line TEXT NOT NULL)",
    )?;
    let transaction = target.transaction()?;
    let mut insert = transaction.prepare("INSERT INTO events (id, line) VALUES ('event-' || ?1, ?2)")?;
    let mut number = 0_i64;
    for line in ledger.lines() {
        let line = line?;
        if !line.starts_with(r#"{"checkpoint":"#) {
            number += 1;
            insert.execute((number, line))?;
        }
    }
    drop(insert);
    Ok(transaction.commit()?)
}

/// Inserts each line of `lines` into a database made by [`load`], each in a transaction that is durable before the next.
///
/// # Errors
/// If the lines cannot be read, or SQLite fails.
pub(crate) fn commits(lines: impl BufRead, database: &Path) -> Result<()> {
    let target = Connection::open(database)?;
    target.execute_batch("PRAGMA synchronous = FULL")?;
    let mut number: i64 = target.query_row("SELECT max(seq) FROM events", [], |row| row.get(0))?;
    let mut insert = target.prepare("INSERT INTO events (id, line) VALUES ('event-' || ?1, ?2)")?;
    for line in lines.lines() {
        number += 1;
        insert.execute((number, line?))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing::EXAMPLE;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("recount-floor-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn text(database: &Path, query: &str) -> String {
        Connection::open(database).unwrap().query_row(query, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_copy_has_the_rows_and_the_schema() {
        let folder = folder("copy");
        let (from, to) = (folder.join("from"), folder.join("to"));
        Connection::open(&from)
            .unwrap()
            .execute_batch(
                "CREATE TABLE a (x TEXT, y REAL) STRICT; INSERT INTO a VALUES ('one', 1.5), (NULL, 2); \
                 CREATE INDEX i ON a (y); CREATE VIEW v AS SELECT y FROM a; \
                 CREATE VIRTUAL TABLE a_fts USING fts5 (x, content='a'); INSERT INTO a_fts (a_fts) VALUES ('rebuild')",
            )
            .unwrap();
        copy(&from, &to).unwrap();
        let schema = "SELECT group_concat(sql, ';' ORDER BY name) FROM sqlite_schema";
        assert_eq!(text(&from, schema), text(&to, schema));
        assert_eq!(text(&to, "SELECT group_concat(ifnull(x, '-') || y, ' ') FROM a"), "one1.5 -2.0");
        assert_eq!(text(&to, "SELECT group_concat(y, ' ') FROM v"), "1.5 2.0");
        assert_eq!(text(&to, "SELECT x FROM a_fts WHERE a_fts MATCH 'one'"), "one");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn events_are_loaded_and_committed_behind_each_other() {
        let folder = folder("commits");
        let database = folder.join("database");
        load(EXAMPLE.as_bytes(), &database).unwrap();
        commits("x\ny\n".as_bytes(), &database).unwrap();
        assert_eq!(text(&database, "SELECT count(*) || ' ' || max(seq) FROM events"), "7 7");
        assert_eq!(text(&database, "SELECT id || ' ' || line FROM events WHERE seq = 6"), "event-6 x");
        assert_eq!(text(&database, "PRAGMA journal_mode"), "wal");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
