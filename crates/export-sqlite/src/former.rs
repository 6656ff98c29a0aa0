//! A former export: what it says of itself, and whether it still is as it was written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use recount_tables::{Summary, TABLES};
use rusqlite::{Connection, OpenFlags};

use crate::schema::SCHEMA_VERSION;
use crate::{ExportError, target};

/// The entry that holds the file change counter (SQLite file format, section 1.3.7) as the export left it. Whoever writes to the
/// file counts it up.
pub(crate) const CHANGE_COUNTER: &str = "file_change_counter";

/// What the names of the entries begin with that hold how many rows each table has.
pub(crate) const ROWS: &str = "rows.";

/// Entries that say how far an export reaches, and not what it was asked.
const REACH: [&str; 6] = ["size", "root", "end_offset", "left_out.", ROWS, CHANGE_COUNTER];

/// An export that is there already.
#[derive(Debug)]
pub struct Former {
    pub(crate) file: PathBuf,
    entries: BTreeMap<String, String>,
    is_as_written: bool,
}

impl Former {
    /// The export in `file`. `None` where there is none, or none that can be read. What a killed run was about to change is taken
    /// back first.
    ///
    /// # Errors
    ///
    /// As [`export`](crate::export): [`ExportError::TargetInUse`] and [`ExportError::Io`].
    pub fn find(file: &Path) -> Result<Option<Former>, ExportError> {
        let Some(file) = target::existing(file)? else { return Ok(None) };
        Ok(Former::read(file).ok())
    }

    fn read(file: PathBuf) -> rusqlite::Result<Former> {
        let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let mut select = connection.prepare(r#"SELECT "key", "value" FROM "recount""#)?;
        let entries = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let entries: BTreeMap<String, String> = entries.collect::<rusqlite::Result<_>>()?;
        drop(select);
        let mut former = Former { file, entries, is_as_written: false };
        let is_left =
            |header: Header| header.is_whole && former.change_counter() == Some(header.change_counter);
        former.is_as_written = version == SCHEMA_VERSION && Header::of(&former.file).is_ok_and(is_left);
        Ok(former)
    }

    /// The change counter that the export left.
    pub(crate) fn change_counter(&self) -> Option<u32> {
        self.entries.get(CHANGE_COUNTER)?.parse().ok()
    }

    /// An entry of its table `recount`, such as `origin`.
    pub fn entry(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    /// Whether nobody wrote to it since, and it was asked what an export with `entries` is asked, by the same version. Then it can
    /// be continued.
    pub fn is_alike(&self, entries: &[(String, String)]) -> bool {
        let is_asked = |key: &str| !REACH.iter().any(|reach| key.starts_with(reach));
        let asked = entries.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let was_asked = self.entries.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        self.is_as_written
            && asked.filter(|(key, _)| is_asked(key)).eq(was_asked.filter(|(key, _)| is_asked(key)))
    }

    /// How many rows it has. `None` where it does not say.
    pub fn summary(&self) -> Option<Summary> {
        let rows = |name| self.entries.get(&format!("{ROWS}{name}"))?.parse().ok();
        let counts = TABLES.iter().map(|table| Some((table.name, rows(table.name)?)));
        Some(Summary { rows: counts.collect::<Option<_>>()? })
    }
}

/// What the header of a database says (SQLite file format, section 1.3).
pub(crate) struct Header {
    pub(crate) change_counter: u32,
    /// The file is as long as it says.
    is_whole: bool,
}

impl Header {
    pub(crate) fn of(file: &Path) -> io::Result<Header> {
        let file = File::open(file)?;
        let mut header = [0; 32];
        file.read_exact_at(&mut header, 0)?;
        let number =
            |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        // The greatest page size is written as 1.
        let page = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 1 << 16,
            size => u64::from(size),
        };
        let is_whole = file.metadata()?.len() == page * u64::from(number(28));
        Ok(Header { change_counter: number(24), is_whole })
    }
}
