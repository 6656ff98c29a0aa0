//! Tables and indexes, made from the one definition of every table.
//!
//! Identifiers come from our own constants only and are quoted; everything else is a bound parameter.

use std::num::NonZeroUsize;

use recount_tables::{Column, Kind, TABLES, Table};
use rusqlite::Connection;

/// `RCNT`: by this number in the header of a file (SQLite file format, section 1.3.15) a former export is known.
pub(crate) const APPLICATION_ID: u32 = u32::from_be_bytes(*b"RCNT");

/// The version of the schema, in `user_version`.
pub(crate) const SCHEMA_VERSION: u32 = 2;

const CREATE_PROVENANCE: &str = r#"CREATE TABLE "recount" (
  "key" TEXT NOT NULL PRIMARY KEY, -- What is said.
  "value" TEXT NOT NULL -- Which ledger, which tool, which clocks, and how much they left out.
) STRICT"#;

/// Takes key and value.
pub(crate) const INSERT_PROVENANCE: &str = r#"INSERT INTO "recount" ("key", "value") VALUES (?, ?)"#;

pub(crate) const DELETE_PROVENANCE: &str = r#"DELETE FROM "recount""#;

/// Settings of a new file. It is thrown away on any failure, so that it needs no journal. Indexes are sorted on all threads.
pub(crate) fn prepare(connection: &Connection, threads: NonZeroUsize) -> rusqlite::Result<()> {
    connection.pragma_update(None, "threads", i64::try_from(threads.get() - 1).unwrap_or(i64::MAX))?;
    connection.pragma_update(None, "page_size", 4096)?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", SCHEMA_VERSION)
}

/// Creates every table.
pub(crate) fn create(connection: &Connection) -> rusqlite::Result<()> {
    for table in TABLES {
        connection.execute_batch(&create_table(table))?;
    }
    connection.execute_batch(CREATE_PROVENANCE)
}

/// Indexes what rows are looked up by: references, and indicator with place.
pub(crate) fn index(connection: &Connection) -> rusqlite::Result<()> {
    for table in TABLES {
        let has_place = table.columns.iter().any(|column| column.name == "place");
        let is_key = |column: &&Column| table.key == [column.name];
        let references = table.columns.iter().filter(|column| column.references.is_some() && !is_key(column));
        for column in references {
            let columns = match column.name {
                "indicator" if has_place => r#""indicator", "place""#.to_owned(),
                name => quoted(name),
            };
            let name = quoted(&format!("{}_{}", table.name, column.name));
            connection
                .execute_batch(&format!("CREATE INDEX {name} ON {} ({columns})", quoted(table.name)))?;
        }
    }
    Ok(())
}

/// Takes one parameter per column.
pub(crate) fn insert(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column.name)).collect();
    let parameters = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {} ({}) VALUES ({parameters})", quoted(table.name), columns.join(", "))
}

/// Takes one parameter per column of the key.
pub(crate) fn delete(table: &Table) -> String {
    let key: Vec<String> = table.key.iter().map(|name| format!("{} = ?", quoted(name))).collect();
    format!("DELETE FROM {} WHERE {}", quoted(table.name), key.join(" AND "))
}

/// The documentation stands in the schema as comments, where every SQLite browser shows it.
fn create_table(table: &Table) -> String {
    let mut sql = format!("CREATE TABLE {} ( -- {}\n", quoted(table.name), table.doc);
    for column in table.columns {
        sql.push_str(&format!("  {}, -- {}\n", define(column), column.doc));
    }
    let key: Vec<String> = table.key.iter().map(|name| quoted(name)).collect();
    sql.push_str(&format!("  PRIMARY KEY ({})\n) STRICT", key.join(", ")));
    sql
}

fn define(column: &Column) -> String {
    let name = quoted(column.name);
    let mut sql = match column.kind {
        Kind::Integer => format!("{name} INTEGER"),
        Kind::Boolean => format!("{name} INTEGER CHECK ({name} IN (0, 1))"),
        Kind::Text | Kind::Decimal | Kind::Date | Kind::Instant => format!("{name} TEXT"),
    };
    if !column.nullable {
        sql.push_str(" NOT NULL");
    }
    if let Some((table, key)) = column.references {
        sql.push_str(&format!(" REFERENCES {} ({})", quoted(table), quoted(key)));
    }
    sql
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_table_carries_its_documentation() {
        insta::assert_snapshot!(create_table(Table::find("positions").unwrap()), @r#"
    CREATE TABLE "positions" ( -- What is said of each state that any account of a roll-call, or a later event, names.
      "vote" TEXT NOT NULL REFERENCES "votes" ("id"), -- The vote.
      "country" TEXT NOT NULL, -- The state, by ISO 3166-1 alpha-3.
      "position" TEXT, -- Its recorded position (yes, no, abstain, absent, not_member), doubted claims aside; all of them, joined by `|`, where sources differ.
      "contested" INTEGER CHECK ("contested" IN (0, 1)) NOT NULL, -- Sources differ, or a complete list does not have it.
      "denied_by" TEXT, -- The sources whose complete list of a position does not have it.
      "intended" TEXT, -- The position it declared afterwards; it does not count in the tally.
      "doubted" TEXT, -- The positions given it by claims the recorder doubts.
      "sources" TEXT NOT NULL, -- The sources that name it.
      PRIMARY KEY ("vote", "country")
    ) STRICT
    "#);
    }

    #[test]
    fn documentation_cannot_break_out_of_its_comment() {
        for table in TABLES {
            assert!(
                table.columns.iter().all(|column| !column.doc.contains('\n')) && !table.doc.contains('\n')
            );
        }
    }
}
