//! Streaming the lines of a part of a file in bounded memory. Any part that begins at the start of a line will
//! do, so parts can be read on several threads.

use std::io::{self, BufRead};
use std::ops::Range;

use crate::line::MAX_LINE;
use crate::storage::{StoredFile, read_exact_at};

/// Bytes read at once.
const BLOCK: usize = 1 << 18;

/// A line, borrowed from the read buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawLine<'b> {
    /// Counted from the number the reading began with.
    pub(crate) number: u64,
    /// Offset of the first byte in the file.
    pub(crate) offset: u64,
    /// Offset of the byte behind it and its LF.
    pub(crate) end: u64,
    /// The bytes with their LF, if the line has one; of a line over [`MAX_LINE`] a beginning that is longer
    /// than that.
    pub(crate) bytes: &'b [u8],
}

impl<'b> RawLine<'b> {
    /// The bytes without the LF.
    pub(crate) fn text(&self) -> &'b [u8] {
        self.bytes.strip_suffix(b"\n").unwrap_or(self.bytes)
    }

    /// Whether the line ends with an LF.
    pub(crate) fn is_ended(&self) -> bool {
        self.bytes.ends_with(b"\n")
    }
}

/// The lines of a part of a file.
pub(crate) struct Lines<'f> {
    file: &'f dyn StoredFile,
    /// The part of the file not yet read into the buffer.
    unread: Range<u64>,
    buffer: Vec<u8>,
    /// The part of the buffer not yet handed out.
    pending: Range<usize>,
    number: u64,
    /// The beginning of a line over [`MAX_LINE`].
    long: Vec<u8>,
}

impl<'f> Lines<'f> {
    /// Begins at the start of the line with the given number.
    pub(crate) fn new(file: &'f dyn StoredFile, part: Range<u64>, first_line: u64) -> Self {
        Self { file, unread: part, buffer: Vec::new(), pending: 0..0, number: first_line, long: Vec::new() }
    }

    /// The next line, the last one perhaps without an LF.
    ///
    /// # Errors
    /// What reading says; `UnexpectedEof` if the file has become shorter.
    pub(crate) fn next(&mut self) -> io::Result<Option<RawLine<'_>>> {
        let (offset, number) = (self.position(), self.number);
        self.number += 1;
        let mut searched = 0;
        loop {
            let pending = &self.buffer[self.pending.clone()];
            let found = line_length(&pending[searched..]).map(|length| searched + length);
            searched = pending.len();
            if found.is_none() && searched > MAX_LINE {
                self.long = pending[..=MAX_LINE].to_vec();
                self.skip_line()?;
                return Ok(Some(RawLine { number, offset, end: self.position(), bytes: &self.long }));
            }
            if found.is_some() || !self.fill()? {
                let length = found.unwrap_or(searched);
                let start = self.pending.start;
                self.pending.start += length;
                let line = RawLine {
                    number,
                    offset,
                    end: self.position(),
                    bytes: &self.buffer[start..start + length],
                };
                return Ok((length > 0).then_some(line));
            }
        }
    }

    /// The offset in the file of the next line.
    fn position(&self) -> u64 {
        self.unread.start - self.pending.len() as u64
    }

    /// Steps behind the next LF, or to the end of the part.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let length = line_length(&self.buffer[self.pending.clone()]);
            self.pending.start += length.unwrap_or(self.pending.len());
            if length.is_some() || !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Reads one block behind the pending bytes; false at the end of the part.
    fn fill(&mut self) -> io::Result<bool> {
        let count = BLOCK.min(usize::try_from(self.unread.end - self.unread.start).unwrap_or(BLOCK));
        self.buffer.copy_within(self.pending.clone(), 0);
        self.pending = 0..self.pending.len();
        let end = self.pending.end + count;
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        read_exact_at(self.file, &mut self.buffer[self.pending.end..end], self.unread.start)?;
        self.pending.end = end;
        self.unread.start += count as u64;
        Ok(count > 0)
    }
}

/// The length of the first line, its LF included. The standard library's own search is many times faster than a
/// loop over bytes.
fn line_length(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let length = rest.skip_until(b'\n').expect("reading from memory succeeds");
    bytes[..length].ends_with(b"\n").then_some(length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;

    /// Number, offset, length and last byte of each line.
    fn check(content: &[u8], part: Range<u64>) -> Vec<(u64, u64, usize, bool)> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        let mut lines = Lines::new(&file, part, 1);
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let start = usize::try_from(line.offset).unwrap();
            assert_eq!(line.bytes, &content[start..start + line.bytes.len()]);
            found.push((line.number, line.offset, line.text().len(), line.is_ended()));
        }
        found
    }

    #[test]
    fn splits_on_lf_only() {
        let content = b"ab\r\n\nc\xe2\x80\xa8d\ne";
        assert_eq!(
            check(content, 0..12),
            [(1, 0, 3, true), (2, 4, 0, true), (3, 5, 5, true), (4, 11, 1, false)]
        );
        assert_eq!(check(content, 4..5), [(1, 4, 0, true)]);
        assert_eq!(check(b"", 0..0), []);
    }

    #[test]
    fn lines_across_blocks_and_over_the_limit() {
        let mut content = vec![b'x'; BLOCK - 1];
        content.extend(b"yy\n");
        content.extend(vec![b'z'; MAX_LINE]);
        content.extend(b"\n");
        content.extend(vec![b'w'; MAX_LINE + BLOCK]);
        content.extend(b"\nend\n");
        let length = content.len() as u64;
        let found = check(&content, 0..length);
        assert_eq!(found[..2], [(1, 0, BLOCK + 1, true), (2, BLOCK as u64 + 2, MAX_LINE, true)]);
        assert!(found[2].2 > MAX_LINE && !found[2].3);
        assert_eq!(found[3..], [(4, length - 4, 3, true)]);
    }

    #[test]
    fn the_limit_is_exact_where_lines_and_blocks_end_together() {
        for length in [MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, MAX_LINE + BLOCK - 1, MAX_LINE + BLOCK] {
            let mut content = vec![b'x'; length];
            content.push(b'\n');
            let found = check(&content, 0..content.len() as u64);
            assert_eq!((found[0].2 <= MAX_LINE, found.len()), (length <= MAX_LINE, 1), "{length}");
        }
        let longest = vec![b'x'; MAX_LINE];
        assert_eq!(check(&longest, 0..MAX_LINE as u64), [(1, 0, MAX_LINE, false)]);
    }

    #[test]
    fn a_file_that_became_shorter_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        let error = Lines::new(&file, 0..1, 1).next().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
