//! Whether two programs gave one answer, row by row.

use std::fs::File;
use std::path::Path;

use csv::{Reader, StringRecord};

use crate::Result;

/// The columns that every peer answers with, in their order.
pub(crate) const COLUMNS: [&str; 9] =
    ["indicator", "place", "breakdown", "reporter", "as_of", "value", "published", "source", "seq"];

/// Both CSV files have the same rows in the same order, as far as [`COLUMNS`] go. One row of each is in memory at a time.
///
/// # Errors
/// If they have not, or a file cannot be read or lacks a column; the first row that differs is told.
pub(crate) fn same_rows(ours: &Path, theirs: &Path) -> Result<()> {
    let (mut ours, mut theirs) = (Rows::open(ours)?, Rows::open(theirs)?);
    for row in 1_u64.. {
        match (ours.next()?, theirs.next()?) {
            (None, None) => break,
            (ours, theirs) if ours == theirs => {}
            (ours, theirs) => {
                return Err(format!("row {row}: recount {}, this one {}", shown(ours), shown(theirs)).into());
            }
        }
    }
    Ok(())
}

fn shown(row: Option<Vec<String>>) -> String {
    row.map_or_else(|| "has none".to_owned(), |cells| format!("has {}", cells.join(",")))
}

struct Rows {
    reader: Reader<File>,
    /// Where each of [`COLUMNS`] is.
    places: Vec<usize>,
    record: StringRecord,
}

impl Rows {
    fn open(path: &Path) -> Result<Rows> {
        let mut reader = Reader::from_path(path)?;
        let headers = reader.headers()?.clone();
        let place = |name: &&str| {
            let found = headers.iter().position(|header| header == *name);
            found.ok_or_else(|| {
                format!("no column {name} in {}", headers.iter().collect::<Vec<_>>().join(","))
            })
        };
        let places = COLUMNS.iter().map(place).collect::<std::result::Result<_, _>>()?;
        Ok(Rows { reader, places, record: StringRecord::new() })
    }

    fn next(&mut self) -> Result<Option<Vec<String>>> {
        let is_there = self.reader.read_record(&mut self.record)?;
        Ok(is_there.then(|| self.places.iter().map(|place| self.record[*place].to_owned()).collect()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HEADER: &str = "indicator,place,breakdown,reporter,as_of,value,published,source,seq\n";

    fn compare(ours: &str, theirs: &str) -> std::result::Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["ours", "theirs"].map(|name| folder.path().join(name));
        std::fs::write(&paths[0], ours).unwrap();
        std::fs::write(&paths[1], theirs).unwrap();
        same_rows(&paths[0], &paths[1]).map_err(|difference| difference.to_string())
    }

    #[test]
    fn quotes_and_columns_of_no_concern_make_no_difference() {
        let ours = "seq,unit,indicator,place,breakdown,reporter,as_of,value,published,source\n7,persons,a,,sex=f,r,2025,1,2025,s\n";
        let theirs = format!("{HEADER}\"a\",\"\",\"sex=f\",\"r\",\"2025\",\"1\",\"2025\",\"s\",7\n");
        assert_eq!(compare(ours, &theirs), Ok(()));
    }

    #[test]
    fn a_different_missing_or_additional_row_is_told() {
        let rows = |rows: &[&str]| rows.iter().fold(HEADER.to_owned(), |text, row| format!("{text}{row}\n"));
        let (one, two, other) = ("a,,,r,2025,1,,s,7", "b,,,r,2025,1,,s,8", "b,,,r,2025,2,,s,8");
        let check = |theirs: &[&str], difference: &str| {
            assert_eq!(compare(&rows(&[one, two]), &rows(theirs)), Err(difference.to_owned()));
        };
        check(&[one, other], &format!("row 2: recount has {two}, this one has {other}"));
        check(&[one], &format!("row 2: recount has {two}, this one has none"));
        check(&[one, two, two], &format!("row 3: recount has none, this one has {two}"));
        check(&[two, one], &format!("row 1: recount has {one}, this one has {two}"));
    }

    #[test]
    fn a_missing_column_is_told() {
        assert_eq!(compare(HEADER, "a,b\n"), Err("no column indicator in a,b".to_owned()));
    }
}
