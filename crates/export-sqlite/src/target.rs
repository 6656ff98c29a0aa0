//! A file that is written beside its target and renamed into place.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempPath;

use crate::ExportError;
use crate::schema::APPLICATION_ID;

/// What a SQLite file starts with, and where its application id stands (SQLite file format, section 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const APPLICATION_ID_AT: usize = 68;

/// Files that stand beside a database while a program writes to it: its newest part, or what it was before.
const WAL: &str = "-wal";
const JOURNAL: &str = "-journal";

/// The file being written. It vanishes unless it is published.
pub(crate) struct Staging {
    file: TempPath,
    parent: PathBuf,
    target: PathBuf,
}

impl Staging {
    /// An empty file beside `target`.
    pub(crate) fn beside(target: &Path) -> Result<Staging, ExportError> {
        let existing = existing(target)?;
        let exists = existing.is_some();
        let target = existing.unwrap_or_else(|| target.to_owned());
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new(".")).to_owned();
        let at_parent = |source| ExportError::Io { path: parent.clone(), source };
        let file = tempfile::Builder::new()
            .prefix(".recount-")
            // As any new file: the umask decides, not the caution that temporary files have.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(&parent)
            .map_err(at_parent)?;
        if exists {
            let permissions = fs::metadata(&target).map_err(at_parent)?.permissions();
            fs::set_permissions(file.path(), permissions).map_err(at_parent)?;
        }
        Ok(Staging { file: file.into_temp_path(), parent, target })
    }

    /// Where to write.
    pub(crate) fn path(&self) -> &Path {
        &self.file
    }

    /// The folder it stands in.
    pub(crate) fn folder(&self) -> &Path {
        &self.parent
    }

    /// Puts the file into the place of its target.
    pub(crate) fn publish(self) -> Result<(), ExportError> {
        let Staging { file, parent, target } = self;
        let outcome = File::open(&file)
            .and_then(|written| written.sync_all())
            .and_then(|()| file.persist(&target).map_err(|error| error.error))
            .and_then(|()| File::open(parent)?.sync_all());
        outcome.map_err(|source| ExportError::Io { path: target, source })
    }
}

/// The file that a target leads to, if it is there and ours to replace.
pub(crate) fn existing(target: &Path) -> Result<Option<PathBuf>, ExportError> {
    match fs::canonicalize(target) {
        Ok(real) => examine(&real).map(|()| Some(real)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ExportError::Io { path: target.to_owned(), source }),
    }
}

/// Refuses what is not ours to replace.
fn examine(file: &Path) -> Result<(), ExportError> {
    let in_use = |reason| Err(ExportError::TargetInUse { path: file.to_owned(), reason });
    let at_file = |source| ExportError::Io { path: file.to_owned(), source };
    let metadata = fs::metadata(file).map_err(at_file)?;
    if !metadata.is_file() {
        return in_use("exists and is no file; expected a file that is new, empty or a former export");
    }
    if metadata.len() > 0 && !is_export(file).map_err(at_file)? {
        return in_use(
            "exists and is no export of recount; expected a file that is new, empty or a former export",
        );
    }
    let is_beside = |ending: &str| {
        let mut name = OsString::from(file);
        name.push(ending);
        Path::new(&name).exists()
    };
    if is_beside(JOURNAL) {
        // If nobody is writing, it is left from a killed run. Whoever begins to write takes back what that had begun; where it had
        // only begun the journal, that goes with the journal of another change, taken back too.
        let _ = Connection::open(file).and_then(|connection| {
            connection.execute_batch("BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK")
        });
    }
    if is_beside(JOURNAL) || is_beside(WAL) {
        in_use("another program is writing to it (there is a -wal or -journal file); close it first")
    } else {
        Ok(())
    }
}

fn is_export(file: &Path) -> io::Result<bool> {
    let mut header = Vec::new();
    let wanted = APPLICATION_ID_AT + size_of_val(&APPLICATION_ID);
    File::open(file)?.take(wanted as u64).read_to_end(&mut header)?;
    Ok(header.starts_with(MAGIC)
        && header[APPLICATION_ID_AT.min(header.len())..] == APPLICATION_ID.to_be_bytes())
}
