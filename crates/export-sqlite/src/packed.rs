//! Rows as bytes: to be handed from the thread that made them to the one that inserts them, or to be kept in a file.

use recount_tables::Cell;
use rusqlite::types::ValueRef;

/// What the byte before a cell says of it; true and false are whole numbers to SQLite.
const MISSING: u8 = 0;
const TEXT: u8 = 1;
const INTEGER: u8 = 2;

/// Appends the cells of a row.
pub(crate) fn pack(cells: &[Cell<'_>], out: &mut Vec<u8>) {
    for cell in cells {
        match cell {
            Cell::Missing => out.push(MISSING),
            Cell::Text(text) => {
                let text = text.as_bytes();
                out.push(TEXT);
                out.extend_from_slice(&text.len().to_le_bytes());
                out.extend_from_slice(text);
            }
            Cell::Integer(number) => pack_integer(*number, out),
            Cell::Boolean(flag) => pack_integer((*flag).into(), out),
        }
    }
}

fn pack_integer(number: i64, out: &mut Vec<u8>) {
    out.push(INTEGER);
    out.extend_from_slice(&number.to_le_bytes());
}

/// Takes the next cell from the front; `None` where there is none.
pub(crate) fn next<'r>(rows: &mut &'r [u8]) -> Option<ValueRef<'r>> {
    Some(match *rows.split_off_first()? {
        TEXT => {
            let length = usize::from_le_bytes(*rows.split_off(..size_of::<usize>())?.first_chunk()?);
            ValueRef::Text(rows.split_off(..length)?)
        }
        INTEGER => ValueRef::Integer(i64::from_le_bytes(*rows.split_off(..size_of::<i64>())?.first_chunk()?)),
        _ => ValueRef::Null,
    })
}
