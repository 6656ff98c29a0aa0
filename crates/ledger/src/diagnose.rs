//! From "this batch does not hold" to the line and byte where the damage breaks a line's own form.

use std::path::Path;

use crate::batch_sum::{BatchSum, Mismatch};
use crate::checkpoint::MARK;
use crate::error::{Fault, IoContext, LedgerError, Place, Span};
use crate::line::LineError;
use crate::lines::{Lines, RawLine};
use crate::sequence::Sequence;
use crate::storage::StoredFile;

/// What to do about damage that no tool can mend.
const RESTORE: &str = "restore the file from a copy (version control, backup) and run `recount verify` on it";

/// Reads a batch that does not hold once more and says where. `last` is its last line.
///
/// # Errors
/// [`LedgerError::Io`].
pub(crate) fn diagnose(
    file: &dyn StoredFile,
    path: &Path,
    batch: &BatchSum,
    last: &RawLine<'_>,
    mismatch: Mismatch,
) -> Result<Fault, LedgerError> {
    let span = batch.span(last);
    let mut lines = Lines::new(file, span.first_byte..span.last_byte + 1, span.first_line);
    let mut sequence = Sequence::after(batch.size_before());
    let mut broken = None;
    while broken.is_none()
        && let Some(line) = lines.next().context(path, "reading")?
        && !line.text().starts_with(MARK)
    {
        broken = sequence.accept(line.text()).err().map(|error| BrokenLine::new(&line, &error));
    }
    Ok(batch_fault(path, batch, last, broken, mismatch))
}

/// A line whose own form does not hold.
#[derive(Debug)]
pub(crate) struct BrokenLine {
    place: Place,
    mismatch: Mismatch,
}

impl BrokenLine {
    /// A line that breaks the form of event lines.
    pub(crate) fn new(line: &RawLine<'_>, error: &LineError) -> Self {
        let mismatch = Mismatch::new(error.expected, error.found.clone());
        Self::at(line, error.column, mismatch)
    }

    /// A line that is not what it should be at a 1-based column.
    pub(crate) fn at(line: &RawLine<'_>, column: usize, mismatch: Mismatch) -> Self {
        Self { place: Place { line: line.number, byte: line.offset + column as u64 - 1 }, mismatch }
    }

    /// The same, if the numbering of lines began `lines` lines into the file.
    pub(crate) fn behind_lines(mut self, lines: u64) -> Self {
        self.place.line += lines;
        self
    }

    /// The fault that this line is.
    pub(crate) fn fault(self, file: &Path, span: Span, next: &'static str) -> Fault {
        let Mismatch { expected, found, .. } = self.mismatch;
        Fault { file: file.to_owned(), span: Some(span), place: Some(self.place), expected, found, next }
    }
}

/// The fault of a batch that ends with `last`: its broken line if there is one, else what its checkpoint disagrees
/// with.
pub(crate) fn batch_fault(
    file: &Path,
    batch: &BatchSum,
    last: &RawLine<'_>,
    broken: Option<BrokenLine>,
    mismatch: Mismatch,
) -> Fault {
    let span = batch.span(last);
    let broken = match (broken, mismatch.column) {
        (Some(broken), _) => broken,
        (None, Some(column)) => BrokenLine::at(last, column, mismatch),
        (None, None) => {
            let Mismatch { expected, found, .. } = mismatch;
            return Fault {
                file: file.to_owned(),
                span: Some(span),
                place: None,
                expected,
                found,
                next: RESTORE,
            };
        }
    };
    broken.fault(file, span, RESTORE)
}
