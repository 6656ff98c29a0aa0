//! Two snapshots compared, row by row.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{TABLES, Table};

/// A snapshot as it was written, by this version or another.
#[derive(Clone, Debug)]
pub struct SnapshotFile {
    /// Its first line: ledger, clocks, what they left out.
    pub header: Map<String, Value>,
    tables: Map<String, Value>,
}

/// A text is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a snapshot as `recount snapshot` writes it: {0}")]
pub struct NoSnapshot(String);

/// One row that differs. At least one side is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDifference {
    /// The table.
    pub table: &'static str,
    /// The row's key, its cells separated by blanks.
    pub key: String,
    /// The row as it was.
    pub old: Option<Map<String, Value>>,
    /// The row as it is.
    pub new: Option<Map<String, Value>>,
}

/// Members of the first line that differ although the ledger says the same: how far it reaches, what wrote it, and how
/// much the clocks left out.
const NO_DIFFERENCE: [&str; 4] = ["size", "root", "tool_version", "left_out"];

impl SnapshotFile {
    /// Reads a snapshot.
    ///
    /// # Errors
    ///
    /// [`NoSnapshot`] when it is no JSON object with the member `recount` and lists of rows.
    pub fn parse(text: &str) -> Result<SnapshotFile, NoSnapshot> {
        let mut tables: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| NoSnapshot(error.to_string()))?;
        match tables.remove("recount") {
            Some(Value::Object(header)) => Ok(SnapshotFile { header, tables }),
            _ => Err(NoSnapshot("it has no member recount".to_owned())),
        }
    }

    /// Whether two texts are snapshots that say the same, told by their lines: what follows the first is equal, and the
    /// first asks the same question. Of others [`SnapshotFile::differences`] knows.
    pub fn same_lines(old: &str, new: &str) -> bool {
        let first = |line: &str| SnapshotFile::parse(&format!("{}}}", line.trim_end_matches(','))).ok();
        match (old.split_once('\n'), new.split_once('\n')) {
            (Some((old, old_rows)), Some((new, new_rows))) if old_rows == new_rows => {
                first(old).zip(first(new)).is_some_and(|(old, new)| old.same_question(&new))
            }
            _ => false,
        }
    }

    /// Whether two snapshots are of one ledger on the same clocks: nothing but size, root, version and what the clocks
    /// left out differs in their first lines.
    pub fn same_question(&self, other: &SnapshotFile) -> bool {
        let asked = |header: &Map<String, Value>| {
            let mut header = header.clone();
            header.retain(|name, _| !NO_DIFFERENCE.contains(&name.as_str()));
            header
        };
        asked(&self.header) == asked(&other.header)
    }

    /// The rows that are other ones in `newer`, in the order of the tables, each by its key.
    ///
    /// Tables and columns that this version does not have are passed over: they are nothing the ledger says.
    pub fn differences(&self, newer: &SnapshotFile) -> Vec<RowDifference> {
        TABLES.iter().flat_map(|table| differences(table, &self.rows(table), &newer.rows(table))).collect()
    }

    fn rows(&self, table: &Table) -> BTreeMap<Vec<Part>, &Map<String, Value>> {
        let rows = self.tables.get(table.name).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(Value::as_object).map(|row| (key(table, row), row)).collect()
    }
}

/// A cell of a key: numbers by size, texts by bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Missing,
    Number(i64),
    Text(String),
}

impl Part {
    fn text(&self) -> String {
        match self {
            Part::Missing => String::new(),
            Part::Number(number) => number.to_string(),
            Part::Text(text) => text.clone(),
        }
    }
}

fn key(table: &Table, row: &Map<String, Value>) -> Vec<Part> {
    let part = |name: &&str| match row.get(*name) {
        None => Part::Missing,
        Some(cell) => match (cell.as_i64(), cell.as_str()) {
            (Some(number), _) => Part::Number(number),
            (None, text) => Part::Text(text.map_or_else(|| cell.to_string(), str::to_owned)),
        },
    };
    table.key.iter().map(part).collect()
}

fn differences(
    table: &'static Table,
    old: &BTreeMap<Vec<Part>, &Map<String, Value>>,
    new: &BTreeMap<Vec<Part>, &Map<String, Value>>,
) -> Vec<RowDifference> {
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let mut keys: Vec<&Vec<Part>> = new.keys().chain(gone).collect();
    keys.sort_unstable();
    keys.into_iter()
        .map(|key| (key, old.get(key), new.get(key)))
        .filter(|(_, old, new)| old != new)
        .map(|(key, old, new)| RowDifference {
            table: table.name,
            key: key.iter().map(Part::text).collect::<Vec<_>>().join(" "),
            old: old.map(|row| (*row).clone()),
            new: new.map(|row| (*row).clone()),
        })
        .collect()
}

impl RowDifference {
    /// The cells that differ, in the order of the columns: name, old and new. A missing cell is `null`.
    pub fn cells(&self) -> Vec<(&'static str, &Value, &Value)> {
        let columns = TABLES.iter().filter(|table| table.name == self.table).flat_map(|table| table.columns);
        columns
            .map(|column| (column.name, side(&self.old, column.name), side(&self.new, column.name)))
            .filter(|(_, old, new)| old != new)
            .collect()
    }

    /// The text of a column, of the row as it is or else as it was; empty where the cell is missing.
    pub fn text(&self, column: &str) -> &str {
        let row = self.new.as_ref().or(self.old.as_ref());
        row.and_then(|row| row.get(column)).and_then(Value::as_str).unwrap_or_default()
    }
}

fn side<'r>(row: &'r Option<Map<String, Value>>, name: &str) -> &'r Value {
    row.as_ref().and_then(|row| row.get(name)).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn snapshot(header: &str, tables: &str) -> SnapshotFile {
        SnapshotFile::parse(&format!("{{\"recount\":{header},{tables}}}\n")).unwrap()
    }

    fn check(old: &str, new: &str) -> String {
        let all = snapshot("{}", old).differences(&snapshot("{}", new));
        let line = |row: &RowDifference| {
            let sign = match (&row.old, &row.new) {
                (None, _) => "+",
                (_, None) => "-",
                _ => "~",
            };
            let cells: Vec<String> =
                row.cells().iter().map(|(name, old, new)| format!("{name} {old} -> {new}")).collect();
            format!("{sign} {} {}: {}", row.table, row.key, cells.join(", "))
        };
        all.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn rows_are_compared_by_key() {
        let old =
            r#""sources":[{"id":"a","title":"A"},{"id":"b","title":"B"}],"figures":[{"seq":9,"value":"1"}]"#;
        let new = r#""figures":[{"seq":10,"value":"1"}],"sources":[{"id":"b","title":"C","url":"u"},{"id":"a","title":"A"}]"#;
        insta::assert_snapshot!(check(old, new), @r#"
        - figures 9: value "1" -> null, seq 9 -> null
        + figures 10: value null -> "1", seq null -> 10
        ~ sources b: title "B" -> "C", url null -> "u"
        "#);
        assert_eq!(check(old, old), "");
        assert_eq!(check("\"other\":[{\"id\":1}]", "\"other\":[]"), "");
    }

    #[test]
    fn size_root_version_and_left_out_are_no_difference() {
        let header = |size: u8, clock: &str| {
            let json = format!(
                r#"{{"origin":"o","size":{size},"root":"{size}","left_out":{{"undated":{size}}},"clocks":{{"as_of":"{clock}"}}}}"#
            );
            snapshot(&json, r#""figures":[]"#)
        };
        assert!(header(1, "2025").same_question(&header(2, "2025")));
        assert!(!header(1, "2025").same_question(&header(1, "2026")));
    }

    #[test]
    fn equal_lines_are_seen_without_reading_them() {
        let text = |size: u8, value: u8| {
            format!("{{\"recount\":{{\"size\":{size}}},\n\"figures\":[\n{{\"value\":\"{value}\"}}\n]}}\n")
        };
        assert!(SnapshotFile::same_lines(&text(1, 7), &text(2, 7)));
        assert!(!SnapshotFile::same_lines(&text(1, 7), &text(1, 8)));
        assert!(!SnapshotFile::same_lines("", ""));
        assert!(!SnapshotFile::same_lines("x\ny", "x\ny"));
    }

    #[test]
    fn what_is_no_snapshot_says_so() {
        let error = |text: &str| SnapshotFile::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("{\"figures\":[]}"), @"expected a snapshot as `recount snapshot` writes it: it has no member recount");
        assert!(error("{").contains("EOF"));
        assert!(error("[]").contains("map"));
    }
}
