//! One record of a file: cells with commas between them, in quotes where they must be (RFC 4180).

use recount_tables::{Cell, Column};

/// Appends the names of the columns.
pub(crate) fn write_header(columns: &[Column], out: &mut Vec<u8>) {
    write_fields(columns, |column, out| write_text(column.name.as_bytes(), out), out);
}

/// Appends a row.
pub(crate) fn write(cells: &[Cell<'_>], out: &mut Vec<u8>) {
    write_fields(cells, write_cell, out);
}

fn write_fields<T>(fields: &[T], write_field: impl Fn(&T, &mut Vec<u8>), out: &mut Vec<u8>) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_field(field, out);
    }
    out.push(b'\n');
}

fn write_cell(cell: &Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Missing => {}
        Cell::Text(text) => write_text(text.as_bytes(), out),
        Cell::Integer(number) => out.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes()),
        Cell::Boolean(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
    }
}

fn write_text(text: &[u8], out: &mut Vec<u8>) {
    if !needs_quotes(text) {
        return out.extend_from_slice(text);
    }
    out.push(b'"');
    for piece in text.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(piece);
        if piece.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
}

/// Whether a text has a comma, quotation mark or line end. This is asked of every text of an export, and most are ids, numbers,
/// dates and words, without a byte as low as those: eight bytes at once are seen to have none.
#[inline]
fn needs_quotes(text: &[u8]) -> bool {
    let may_need = match (text.last_chunk::<8>(), text) {
        // The last eight bytes and those before them, in part again.
        (Some(last), _) => has_low(*last) || text.as_chunks().0.iter().any(|word| has_low(*word)),
        (None, short) => {
            let mut word = [b'0'; 8];
            word[..short.len()].copy_from_slice(short);
            has_low(word)
        }
    };
    may_need && text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

/// Whether one of eight bytes is not above the comma, which is the highest that needs quotation marks.
#[inline]
fn has_low(word: [u8; 8]) -> bool {
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
    let word = u64::from_ne_bytes(word);
    // Without its highest bit no byte carries into the next one.
    let above = ((word & !HIGHEST) + u64::from_ne_bytes([0x80 - (b',' + 1); 8])) | word;
    above & HIGHEST != HIGHEST
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quotes_are_set_where_they_must_be(text in "[a-z ,\"\n\ré+-]{0,20}", one in 0..20_usize, byte in 0..0x80_u8) {
            let mut text = text.into_bytes();
            if let Some(at) = text.get_mut(one) {
                *at = byte;
            }
            prop_assert_eq!(needs_quotes(&text), text.iter().any(|byte| b",\"\n\r".contains(byte)));
        }

        /// Other readers get the cells as they were.
        #[test]
        fn what_is_written_is_read(cells in prop::collection::vec("[a,\"\r\n é=]{0,20}", 2..5), number: i64) {
            let mut row: Vec<Cell<'_>> = cells.iter().map(|text| Cell::from(&**text)).collect();
            row.extend([Cell::Integer(number), Cell::Boolean(true)]);
            let mut out = Vec::new();
            write(&row, &mut out);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*out);
            let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let expected = cells.iter().cloned().chain([number.to_string(), "true".to_owned()]);
            prop_assert_eq!(read, [expected.collect::<csv::StringRecord>()]);
        }
    }
}
