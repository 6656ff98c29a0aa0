//! The platform's cache folder: what is kept there can be deleted at any time and costs only the time to make it again.

use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

use recount_ledger::merkle::leaf_hash;

use crate::args::Global;

/// What is kept of a ledger, in a file of its own.
pub(crate) struct Place {
    /// The file.
    pub(crate) file: PathBuf,
    /// The ledger's one path, by which the file is named.
    pub(crate) ledger: PathBuf,
}

impl Place {
    /// Where the `what` of the ledger is kept; nothing where none is wanted, or there is no cache folder.
    pub(crate) fn of(global: &Global, what: &str) -> Option<Place> {
        if global.no_cache { None } else { Place::whatever(&global.file, what) }
    }

    /// What is kept, to be read. Nothing where it is no file: a pipe would keep whoever opens it waiting.
    pub(crate) fn open(&self) -> Option<File> {
        fs::metadata(&self.file).ok().filter(Metadata::is_file)?;
        File::open(&self.file).ok()
    }

    /// The same whether the cache is wanted or not: for deleting.
    pub(crate) fn whatever(ledger: &Path, what: &str) -> Option<Place> {
        let ledger = fs::canonicalize(ledger).ok()?;
        let digest = leaf_hash(ledger.as_os_str().as_encoded_bytes());
        let name: String = digest.0[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Place { file: folder()?.join(what).join(name), ledger })
    }
}

/// That of the XDG base directory specification, on macOS its own.
fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || absolute("HOME");
    let platform = match cfg!(target_os = "macos") {
        true => home().map(|home| home.join("Library/Caches")),
        false => absolute("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache"))),
    };
    Some(platform?.join("recount"))
}
