//! Rows in order of their keys, in bounded memory, from rows in any order: they are distributed by ranges of keys to a file
//! without a name, and then read and sorted one range at a time.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use recount_tables::{Kind, Table};
use rusqlite::types::ValueRef;

use crate::{ExportError, packed};

/// Keys of one range. Rows of figures take some hundred bytes each, so a range takes a few megabytes.
const RANGE: usize = 1 << 13;

/// So many bytes of a range are kept in memory.
const KEPT: usize = 1 << 14;

/// The place of the key among the columns of a table, if it is a whole number, which SQLite keeps rows by, and the rows come
/// in another order.
pub(crate) fn key(table: &Table) -> Option<usize> {
    let &[key] = table.key else { return None };
    let at = table.columns.iter().position(|column| column.name == key && column.kind == Kind::Integer)?;
    (table.order != format!("by {key}")).then_some(at)
}

/// Packed rows to be sorted.
pub(crate) struct Sorted {
    /// The place of the key among the cells of a row, and how many of them there are.
    key: usize,
    columns: usize,
    folder: PathBuf,
    /// Once the rows of some range do not fit into memory.
    file: Option<File>,
    end: u64,
    ranges: Vec<Rows>,
}

/// The rows of one range of keys.
#[derive(Default)]
struct Rows {
    kept: Vec<u8>,
    written: Vec<Range<u64>>,
}

impl Sorted {
    /// No rows of a table yet; what does not fit into memory goes to a file in `folder`.
    pub(crate) fn new(table: &Table, key: usize, folder: &Path) -> Sorted {
        let columns = table.columns.len();
        Sorted { key, columns, folder: folder.to_owned(), file: None, end: 0, ranges: Vec::new() }
    }

    /// Takes packed rows.
    pub(crate) fn add(&mut self, mut rows: &[u8]) -> Result<(), ExportError> {
        while !rows.is_empty() {
            let (key, row) = self.first(&mut rows);
            let at = key / RANGE;
            if at >= self.ranges.len() {
                self.ranges.resize_with(at + 1, Rows::default);
            }
            self.ranges[at].kept.extend_from_slice(row);
            if self.ranges[at].kept.len() >= KEPT {
                self.write(at).map_err(|source| self.failed(source))?;
            }
        }
        Ok(())
    }

    /// Gives each row to `take`, in order.
    pub(crate) fn each(
        mut self,
        mut take: impl FnMut(&[u8]) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        for range in std::mem::take(&mut self.ranges) {
            let all = self.read(range).map_err(|source| self.failed(source))?;
            let (mut rest, mut rows) = (&*all, Vec::new());
            while !rest.is_empty() {
                rows.push(self.first(&mut rest));
            }
            rows.sort_unstable_by_key(|(key, _)| *key);
            rows.into_iter().try_for_each(|(_, row)| take(row))?;
        }
        Ok(())
    }

    /// Takes the first of some rows, with its key.
    fn first<'r>(&self, rows: &mut &'r [u8]) -> (usize, &'r [u8]) {
        let (mut rest, mut key) = (*rows, 0);
        for column in 0..self.columns {
            let cell = packed::next(&mut rest).expect("packed rows have a cell for each column");
            if let (true, ValueRef::Integer(number)) = (column == self.key, cell) {
                key = usize::try_from(number).expect("a key is the number of an event");
            }
        }
        let (row, rest) = rows.split_at(rows.len() - rest.len());
        *rows = rest;
        (key, row)
    }

    /// Writes to the file what is kept of a range.
    fn write(&mut self, at: usize) -> io::Result<()> {
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile_in(&self.folder)?),
        };
        let Rows { kept, written } = &mut self.ranges[at];
        file.write_all_at(kept, self.end)?;
        let start = self.end;
        self.end += kept.len() as u64;
        written.push(start..self.end);
        kept.clear();
        Ok(())
    }

    /// All rows of a range.
    fn read(&self, range: Rows) -> io::Result<Vec<u8>> {
        let mut all = range.kept;
        for part in range.written {
            let start = all.len();
            all.resize(start + (part.end - part.start) as usize, 0);
            if let Some(file) = &self.file {
                file.read_exact_at(&mut all[start..], part.start)?;
            }
        }
        Ok(all)
    }

    fn failed(&self, source: io::Error) -> ExportError {
        ExportError::Io { path: self.folder.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use recount_tables::Cell;

    use super::*;

    /// Whatever the order and number of rows, they come back by their keys, and nothing stays behind.
    #[test]
    fn rows_come_in_order_of_their_keys() {
        let table = Table::find("figure_history").unwrap();
        let (at, folder) = (key(table).unwrap(), tempfile::tempdir().unwrap());
        let text = "a text that takes some room ".repeat(20);
        for count in [0_usize, 1, 1000, 40_001] {
            let mut sorted = Sorted::new(table, at, folder.path());
            let mut cells = vec![Cell::Missing; table.columns.len()];
            cells[0] = Cell::from(&*text);
            for number in 0..count {
                cells[at] = Cell::from(number * 7919 % count);
                let mut row = Vec::new();
                packed::pack(&cells, &mut row);
                sorted.add(&row).unwrap();
            }
            assert_eq!(sorted.file.is_some(), count >= 1000);
            let mut keys = 0..;
            let check = |row: &[u8]| {
                let mut expected = Vec::new();
                cells[at] = Cell::from(keys.next().unwrap());
                packed::pack(&cells, &mut expected);
                assert_eq!(row, expected);
                Ok(())
            };
            sorted.each(check).unwrap();
            assert_eq!(keys.next(), Some(count));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn tables_with_the_order_of_their_keys_need_no_sorting() {
        let sorted: Vec<&str> = recount_tables::TABLES
            .iter()
            .filter(|table| key(table).is_some())
            .map(|table| table.name)
            .collect();
        assert_eq!(sorted, ["figures", "figure_history", "tallies"]);
    }
}
