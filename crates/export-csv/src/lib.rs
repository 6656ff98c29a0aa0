//! Tables to CSV files: a folder with one file per table and a `datapackage.json` that describes them.
//!
//! The files are RFC 4180 in UTF-8 without BOM, lines end with LF, an empty cell is a missing one. The description is
//! a Frictionless Data Package 1.0 with a member `recount`: which ledger, which clocks, what they left out. Nothing
//! depends on the time or the machine: the same ledger, options and version give the same bytes.
//!
//! Cells stand as they are. A value may start with `-`, `>` or `~` and a wording with `=`, `+` or `@`; a spreadsheet
//! that takes such a cell for a formula is to import it as text. A quote set before it would make the value another one
//! for every other reader.

mod folder;
mod kept;
mod package;
mod record;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use recount_tables::{Cell, Context, Provenance, RowError, Summary, Table, TextError};

use folder::{Staged, Staging};

/// An export could not be written; what was there before is still there.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder holds something that is no export of ours.
    #[error("{}: {reason}", path.display())]
    TargetInUse {
        /// The folder, or what is in it.
        path: PathBuf,
        /// What was found, and what to do.
        reason: &'static str,
    },
    /// A text of the ledger could not be read.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Attaches the path to an error of the file system.
trait At<T> {
    fn at(self, path: &Path) -> Result<T, ExportError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T, ExportError> {
        self.map_err(|source| ExportError::Io { path: path.to_owned(), source })
    }
}

/// Writes `tables`, each once, into the folder `dir`, which is absent, empty or a former export. Rows are made on so many
/// threads; the files do not depend on their number.
///
/// The files are written beside `dir`, synced, and exchanged into place in one step: after any interruption `dir` holds
/// the former export or the new one, whole. A file that is as in the former export stays the file it was (a hard link to it),
/// with its time. A killed run may leave a folder `.recount-…` beside it, which nothing reads.
///
/// # Errors
///
/// [`ExportError::TargetInUse`] when `dir` holds anything but a former export, [`ExportError::Text`] when a text of the
/// ledger cannot be read, [`ExportError::Io`] when the file system refuses. `dir` is then as it was.
pub fn export(
    dir: &Path,
    tables: &[&Table],
    context: &Context<'_>,
    provenance: &Provenance,
    threads: NonZeroUsize,
) -> Result<Summary, ExportError> {
    let staging = Staging::beside(dir)?;
    let mut summary = Summary::default();
    for table in tables {
        let file = staging.file(&package::file_name(table));
        summary.rows.push((table.name, write_table(&file, table, context, threads)?));
    }
    let package = staging.file(package::FILE);
    write_synced(&package, |out| package::write(tables, &provenance.to_json(context), out))?;
    staging.publish()?;
    Ok(summary)
}

/// So many bytes of rows a thread keeps before it waits for its turn to write them.
const BATCH: usize = 1 << 18;

fn write_table(
    file: &Staged,
    table: &Table,
    context: &Context<'_>,
    threads: NonZeroUsize,
) -> Result<u64, ExportError> {
    let mut rows = Ok(0);
    write_synced(file, |out| {
        let mut header = Vec::new();
        record::write_header(table.columns, &mut header);
        out.write_all(&header)?;
        let add = |batch: &mut Vec<u8>, cells: &[Cell<'_>]| {
            record::write(cells, batch);
            batch.len() >= BATCH
        };
        rows = table.each_batch(context, threads, add, |batch: &mut Vec<u8>| {
            out.write_all(batch)?;
            batch.clear();
            Ok(())
        });
        Ok(())
    })?;
    rows.map_err(|error| match error {
        RowError::Text(error) => ExportError::Text(error),
        RowError::Sink(source) => ExportError::Io { path: file.path.clone(), source },
    })
}

/// Creates a file, writes it and waits until it is on the device, unless that of the former export is the same.
fn write_synced(
    file: &Staged,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), ExportError> {
    let mut out = BufWriter::new(File::create_new(&file.path).at(&file.path)?);
    write(&mut out)
        .and_then(|()| out.into_inner().map_err(io::IntoInnerError::into_error))
        .and_then(|written| if file.is_kept() { Ok(()) } else { written.sync_all() })
        .at(&file.path)
}

#[cfg(test)]
#[path = "../../tables/src/testing.rs"]
mod testing;
#[cfg(test)]
mod tests;
