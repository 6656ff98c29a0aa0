//! Writing a file whole or not at all: beside its place, synced, renamed.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Puts `bytes` into the place of `target`, which may exist; a link keeps leading to its file.
///
/// # Errors
///
/// What the system says; `target` is then as it was.
pub(crate) fn replace(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let (target, permissions) = match fs::canonicalize(target) {
        Ok(real) => {
            let metadata = fs::metadata(&real)?;
            // A rename would put a file into the place of a device, for everybody.
            if !metadata.is_file() {
                let found = "expected a plain file or none, found a folder, a device, a pipe or a socket";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, found));
            }
            (real, Some(metadata.permissions()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (target.to_owned(), None),
        Err(error) => return Err(error),
    };
    let folder = folder_of(&target);
    // As any new file: the umask decides, not the caution that temporary files have.
    let as_any = Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().prefix(".recount-").permissions(as_any).tempfile_in(&folder)?;
    if let Some(permissions) = permissions {
        fs::set_permissions(file.path(), permissions)?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

fn folder_of(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("s.json");
        replace(&target, b"one").unwrap();
        fs::set_permissions(&target, Permissions::from_mode(0o640)).unwrap();
        replace(&target, b"two").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"two");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_plain_files_are_replaced() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        symlink(&socket, folder.path().join("link")).unwrap();
        for target in ["socket", "link"] {
            let error = replace(&folder.path().join(target), b"x").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert!(fs::metadata(&socket).unwrap().file_type().is_socket(), "{target}");
        }
    }

    #[test]
    fn what_cannot_be_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("s.json")).unwrap();
        assert!(replace(&folder.path().join("s.json"), b"x").is_err());
        assert!(replace(&folder.path().join("absent/s.json"), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
