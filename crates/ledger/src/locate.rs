//! Finding the head: the last checkpoint that fits its batch, searched from the end of the file.

use std::io;
use std::ops::Range;

use crate::batch_sum::BatchSum;
use crate::checkpoint::{Checkpoint, MARK};
use crate::lines::Lines;
use crate::merkle::{Frontier, Hash};
use crate::storage::{StoredFile, read_exact_at};

/// Bytes searched at once, backwards.
const BLOCK: u64 = 1 << 16;

/// The state of a ledger after its last valid checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of events.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Hash,
    /// Checksum of the last batch.
    pub crc32c: u32,
    /// Offset of the byte after the checkpoint line.
    pub end_offset: u64,
}

impl Head {
    /// How many events to make room for: what the head states is not checked yet, and a file can claim more than it holds.
    #[must_use]
    pub fn most_events(&self) -> u64 {
        /// No line of an event is shorter.
        const LINE: u64 = 50;
        self.size.min(self.end_offset / LINE)
    }

    /// The head of a ledger without any event.
    pub(crate) fn empty() -> Self {
        Self { size: 0, root: Frontier::default().root(), crc32c: 0, end_offset: 0 }
    }

    /// The head after a checkpoint line that ends at `end_offset`.
    pub(crate) fn at(checkpoint: &Checkpoint, end_offset: u64) -> Self {
        let Checkpoint { size, root, crc32c } = *checkpoint;
        Self { size, root, crc32c, end_offset }
    }
}

/// What the end of the file shows.
#[derive(Debug)]
pub(crate) enum Located {
    /// The head, and where its batch begins.
    Head { head: Head, batch_start: u64 },
    /// Neither the last checkpoint nor the one before it fits: a crash spoils one batch at most, so this is
    /// corruption.
    Corrupt,
    /// There is no checkpoint line.
    NoCheckpoint,
}

/// Finds the head in the first `length` bytes. If the last checkpoint does not fit, it belongs to a damaged tail and
/// the one before it is the head.
///
/// # Errors
/// What reading says.
pub(crate) fn locate(file: &dyn StoredFile, length: u64) -> io::Result<Located> {
    let Some(last) = checkpoint_before(file, length)? else { return Ok(Located::NoCheckpoint) };
    let before = checkpoint_before(file, last.start)?;
    if let Some(found) = fitting(file, &last, before.as_ref())? {
        return Ok(found);
    }
    let Some(before) = before else { return Ok(Located::Corrupt) };
    let earlier = checkpoint_before(file, before.start)?;
    Ok(fitting(file, &before, earlier.as_ref())?.unwrap_or(Located::Corrupt))
}

/// The head that a checkpoint line makes, if it fits the lines between the checkpoint line before and itself.
fn fitting(
    file: &dyn StoredFile,
    line: &Range<u64>,
    before: Option<&Range<u64>>,
) -> io::Result<Option<Located>> {
    let (batch_start, size_before) = match before {
        None => (0, 0),
        Some(before) => {
            let mut lines = Lines::new(file, before.clone(), 1);
            let line = lines.next()?;
            let Some(checkpoint) = line.and_then(|line| Checkpoint::parse(line.text())) else {
                return Ok(None);
            };
            (before.end, checkpoint.size)
        }
    };
    let mut batch = BatchSum::begin(1, batch_start, size_before);
    let mut lines = Lines::new(file, batch_start..line.end, 1);
    while let Some(found) = lines.next()? {
        if found.offset == line.start {
            let head = batch.close(&found).ok().map(|checkpoint| Head::at(&checkpoint, line.end));
            return Ok(head.map(|head| Located::Head { head, batch_start }));
        }
        batch.event(&found);
    }
    Ok(None)
}

/// The last whole line in the first `end` bytes that begins like a checkpoint, its LF included.
fn checkpoint_before(file: &dyn StoredFile, end: u64) -> io::Result<Option<Range<u64>>> {
    // `line_end` is the end of the line under search: just behind the nearest LF on the right.
    let (mut high, mut line_end) = (end, None);
    while high > 0 {
        let low = high.saturating_sub(BLOCK);
        // A line that begins in the block is recognised by bytes that may lie behind it.
        let mut bytes = vec![0; in_block((high + MARK.len() as u64).min(end) - low)];
        read_exact_at(file, &mut bytes, low)?;
        for at in memchr::memrchr_iter(b'\n', &bytes[..in_block(high - low)]) {
            let start = low + at as u64 + 1;
            if let Some(line_end) = line_end
                && bytes[at + 1..].starts_with(MARK)
            {
                return Ok(Some(start..line_end));
            }
            line_end = Some(start);
        }
        high = low;
        if low == 0
            && let Some(line_end) = line_end
            && bytes.starts_with(MARK)
        {
            return Ok(Some(0..line_end));
        }
    }
    Ok(None)
}

/// A length of about a block, as an index.
fn in_block(length: u64) -> usize {
    usize::try_from(length).expect("a block fits into memory")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;

    /// The checkpoint-like line found before the end of the content.
    fn check(content: &[u8]) -> Option<Range<u64>> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        checkpoint_before(&file, content.len() as u64).unwrap()
    }

    #[test]
    fn the_last_whole_line_with_the_mark() {
        assert_eq!(check(b""), None);
        assert_eq!(check(b"a\nb\n"), None);
        assert_eq!(check(b"{\"checkpoint\":"), None);
        assert_eq!(check(b"{\"checkpoint\":1\n"), Some(0..16));
        assert_eq!(check(b"a\n{\"checkpoint\":1\n{\"checkpoint\":2"), Some(2..18));
        assert_eq!(check(b"a{\"checkpoint\":1\n"), None);
    }

    #[test]
    fn lines_across_blocks() {
        let line = b"{\"checkpoint\":1\n";
        let block = in_block(BLOCK);
        for behind in block - 20..block + 4 {
            let mut behind = vec![b'x'; behind];
            *behind.last_mut().unwrap() = b'\n';
            assert_eq!(check(&[&line[..], &behind].concat()), Some(0..16));
            assert_eq!(check(&[b"a\n", &line[..], &behind].concat()), Some(2..18));
        }
    }
}
