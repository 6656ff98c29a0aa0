//! A folder that is written beside its target and put into place in one step.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use tempfile::TempDir;

use crate::{At, ExportError, kept, package};

/// The folder being written. It vanishes unless it is published.
pub(crate) struct Staging {
    folder: TempDir,
    parent: PathBuf,
    target: PathBuf,
    /// The target holds a former export.
    replaces: bool,
}

impl Staging {
    /// An empty folder beside `target`.
    pub(crate) fn beside(target: &Path) -> Result<Staging, ExportError> {
        let (target, former) = match fs::canonicalize(target) {
            Ok(real) => {
                let former = examine(&real)?;
                (real, Some(former))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (target.to_owned(), None),
            Err(source) => return Err(ExportError::Io { path: target.to_owned(), source }),
        };
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new(".")).to_owned();
        let folder = tempfile::Builder::new()
            .prefix(".recount-")
            // As mkdir would: the umask decides, not the caution that temporary folders have.
            .permissions(Permissions::from_mode(0o777))
            .tempdir_in(&parent)
            .at(&parent)?;
        if former.is_some() {
            let permissions = fs::metadata(&target).at(&target)?.permissions();
            fs::set_permissions(folder.path(), permissions).at(folder.path())?;
        }
        Ok(Staging { folder, parent, target, replaces: former == Some(Former::Export) })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file to be written, of this name.
    pub(crate) fn file(&self, name: &str) -> Staged {
        let former = self.replaces.then(|| self.target.join(name));
        Staged { path: self.path().join(name), former }
    }

    /// Puts the folder into the place of its target; what was there is deleted with the temporary folder.
    pub(crate) fn publish(self) -> Result<(), ExportError> {
        sync(self.path())?;
        if self.replaces {
            exchange(self.path(), &self.target).at(&self.target)?;
        } else {
            // An empty folder gives way to a rename, any other one does not.
            fs::rename(self.path(), &self.target).at(&self.target)?;
        }
        sync(&self.parent)
    }
}

/// One file of the folder.
pub(crate) struct Staged {
    /// Where to write it.
    pub(crate) path: PathBuf,
    /// Its place in the former export; perhaps there is none.
    former: Option<PathBuf>,
}

impl Staged {
    /// Whether what was written is what the former export has, which then is kept.
    pub(crate) fn is_kept(&self) -> bool {
        self.former.as_ref().is_some_and(|former| kept::keep(former, &self.path))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Former {
    Empty,
    Export,
}

/// What an existing target is; refuses all that is not ours to replace.
fn examine(dir: &Path) -> Result<Former, ExportError> {
    let in_use = |path: PathBuf, reason| Err(ExportError::TargetInUse { path, reason });
    if !fs::metadata(dir).at(dir)?.is_dir() {
        return in_use(
            dir.to_owned(),
            "exists and is no folder; expected a folder that is new, empty or a former export",
        );
    }
    let mut names = Vec::new();
    for entry in entries(dir).at(dir)? {
        names.push(entry.at(dir)?.file_name());
    }
    if names.is_empty() {
        return Ok(Former::Empty);
    }
    let Some(ours) = package::files_of_export(dir).at(dir)? else {
        return in_use(
            dir.to_owned(),
            "is not empty and no former export; expected a folder that is new, empty or a former export",
        );
    };
    match names.into_iter().find(|name| !ours.iter().any(|file| name == file.as_str())) {
        Some(other) => {
            in_use(dir.join(other), "was put into a former export by someone else; move it elsewhere first")
        }
        None => Ok(Former::Export),
    }
}

/// What is in a folder. Files are opened again where a signal interrupts that; the standard library leaves folders out.
fn entries(dir: &Path) -> io::Result<fs::ReadDir> {
    loop {
        match fs::read_dir(dir) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            opened => return opened,
        }
    }
}

/// Exchanges two folders: in one step where the file system can, else in two.
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => exchange_in_two_steps(new, old),
        outcome => Ok(outcome?),
    }
}

/// Between the steps `old` is absent; if the second fails it is put back.
fn exchange_in_two_steps(new: &Path, old: &Path) -> io::Result<()> {
    let mut aside = new.as_os_str().to_owned();
    aside.push(".old");
    let aside = Path::new(&aside);
    fs::rename(old, aside)?;
    if let Err(error) = fs::rename(new, old) {
        fs::rename(aside, old)?;
        return Err(error);
    }
    fs::rename(aside, new)
}

fn sync(folder: &Path) -> Result<(), ExportError> {
    File::open(folder).and_then(|folder| folder.sync_all()).at(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Exchange = fn(&Path, &Path) -> io::Result<()>;

    fn check(exchange: Exchange) {
        let parent = tempfile::tempdir().unwrap();
        let (new, old) = (parent.path().join("new"), parent.path().join("old"));
        for (folder, text) in [(&new, "new"), (&old, "old")] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("f"), text).unwrap();
        }
        exchange(&new, &old).unwrap();
        assert_eq!(fs::read_to_string(old.join("f")).unwrap(), "new");
        assert_eq!(fs::read_to_string(new.join("f")).unwrap(), "old");
        fs::remove_dir_all(&new).unwrap();
        assert!(exchange(&new, &old).is_err());
        assert_eq!(fs::read_to_string(old.join("f")).unwrap(), "new", "put back");
    }

    #[test]
    fn folders_change_places() {
        check(exchange);
        check(exchange_in_two_steps);
    }
}
