//! Reading the CSV files of the dossier and of the decisions about it.

use std::fs::File;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::Result;

/// A row and the line of its file that it stands on (the header is line 1).
pub(crate) struct Row<T> {
    /// Line in the file, as an editor counts.
    pub(crate) line: u64,
    /// What the row says; an empty field is `None`.
    pub(crate) data: T,
}

/// All rows of `folder/name`.
///
/// # Errors
/// If the file cannot be read, or a row lacks a column of `T`; the message names the file.
pub(crate) fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Vec<Row<T>>> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().map_err(|e| format!("{}: {e}", path.display()))?.clone();
    let mut rows = Vec::new();
    for record in reader.into_records() {
        let record = record.map_err(|e| format!("{}: {e}", path.display()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let data = record
            .deserialize(Some(&headers))
            .map_err(|e| format!("{}, line {line}: {e}", path.display()))?;
        rows.push(Row { line, data });
    }
    Ok(rows)
}

/// Only the contents of the rows, where lines do not matter.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_all<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Vec<T>> {
    Ok(read(folder, name)?.into_iter().map(|row| row.data).collect())
}
