//! [`Storage`] on the files of the operating system.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};

use super::{Access, Fitness, Identity, OpenError, Storage, StoredFile};

/// How often a lock that another writer holds is asked for again.
const LOCK_INTERVAL: Duration = Duration::from_millis(10);

/// The files of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealStorage;

impl Storage for RealStorage {
    fn open(&self, path: &Path, access: Access) -> Result<Box<dyn StoredFile>, OpenError> {
        // NONBLOCK: opening a FIFO must not wait for its other end. It means nothing for plain files.
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let strict = access == Access::Write(Fitness::Strict);
        if strict {
            flags |= OFlags::NOFOLLOW;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(access != Access::Read).custom_flags(flags.bits().cast_signed());
        let file = options.open(path).map_err(|error| match error.kind() {
            _ if strict && is_symlink(path) => OpenError::Unfit("a symbolic link; name the file it leads to"),
            io::ErrorKind::IsADirectory => OpenError::Unfit("a folder"),
            _ => OpenError::Io(error),
        })?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(OpenError::Unfit("a folder, a device, a pipe or a socket"));
        }
        if strict {
            if metadata.nlink() > 1 {
                return Err(OpenError::Unfit(
                    "a file with several names (hard links); copy it to one of its own",
                ));
            }
            check_file_system(&file)?;
        }
        Ok(Box::new(file))
    }

    fn create_new(&self, path: &Path, like: Option<&Path>) -> io::Result<Box<dyn StoredFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        let Some(like) = like else { return Ok(Box::new(options.open(path)?)) };
        let metadata = fs::metadata(like)?;
        // Nobody else may open it before it is as narrow as the other.
        let file = options.mode(0o600).open(path)?;
        if (metadata.uid(), metadata.gid()) != owner(&file.metadata()?) {
            // Only the superuser can give a file away; what others write stays theirs.
            let _ = std::os::unix::fs::fchown(&file, Some(metadata.uid()), Some(metadata.gid()));
        }
        file.set_permissions(metadata.permissions())?;
        Ok(Box::new(file))
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn identity_at(&self, path: &Path) -> io::Result<Identity> {
        fs::metadata(path).map(|metadata| identity(&metadata))
    }
}

impl StoredFile for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, buffer, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        FileExt::write_at(self, bytes, offset)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }

    fn drop_cache(&self, from: u64) -> io::Result<()> {
        drop_cache(self, from)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn identity(&self) -> io::Result<Identity> {
        Ok(identity(&self.metadata()?))
    }

    fn lock(&self, wait: Duration) -> io::Result<bool> {
        let start = Instant::now();
        loop {
            match self.try_lock() {
                Ok(()) => return Ok(true),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if start.elapsed() >= wait => return Ok(false),
                Err(TryLockError::WouldBlock) => sleep(LOCK_INTERVAL),
            }
        }
    }

    fn try_lock_shared(&self) -> io::Result<bool> {
        match File::try_lock_shared(self) {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn unlock(&self) -> io::Result<()> {
        File::unlock(self)
    }
}

fn identity(metadata: &fs::Metadata) -> Identity {
    Identity { device: metadata.dev(), inode: metadata.ino() }
}

fn owner(metadata: &fs::Metadata) -> (u32, u32) {
    (metadata.uid(), metadata.gid())
}

fn is_symlink(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// The kernel keeps what it caches as one piece if the piece begins before the offset, so the advice must begin where
/// the largest piece can: at a multiple of what one entry of a page's worth of 8-byte entries maps (2 MiB for pages of
/// 4 KiB).
#[cfg(target_os = "linux")]
fn drop_cache(file: &File, from: u64) -> io::Result<()> {
    let page = rustix::param::page_size() as u64;
    let from = from - from % (page * page / 8);
    Ok(rustix::fs::fadvise(file, from, None, rustix::fs::Advice::DontNeed)?)
}

#[cfg(not(target_os = "linux"))]
fn drop_cache(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}

/// Refuses the file systems on which a lock is known not to reach writers on other machines, or to fail. The
/// numbers are those of statfs(2).
#[cfg(target_os = "linux")]
fn check_file_system(file: &File) -> Result<(), OpenError> {
    // All are 32 bits wide, the field is as wide as a word.
    const AFS: u32 = 0x5346_414f;
    const CIFS: u32 = 0xff53_4d42;
    const CODA: u32 = 0x7375_7245;
    const NFS: u32 = 0x6969;
    const PLAN9: u32 = 0x0102_1997;
    const SMB: u32 = 0x517b;
    const SMB2: u32 = 0xfe53_4d42;
    let kind = rustix::fs::fstatfs(file).map_err(io::Error::from)?.f_type as u32;
    if [AFS, CIFS, CODA, NFS, PLAN9, SMB, SMB2].contains(&kind) {
        return Err(OpenError::Unfit(
            "a file on a network file system, where locks and syncs may not hold; move it to a local disk",
        ));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn check_file_system(_: &File) -> Result<(), OpenError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Whether a read of one byte would be answered from the page cache; nothing where the system cannot say.
    #[cfg(target_os = "linux")]
    fn is_cached(file: &File, offset: u64) -> Option<bool> {
        use rustix::io::{Errno, ReadWriteFlags, preadv2};
        let mut byte = [0];
        let buffers = &mut [io::IoSliceMut::new(&mut byte)];
        match preadv2(file, buffers, offset, ReadWriteFlags::NOWAIT) {
            Ok(_) => Some(true),
            Err(Errno::AGAIN) => Some(false),
            Err(_) => None,
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_cache_is_dropped_from_any_offset_on() {
        const TMPFS: u32 = 0x0102_1994;
        let file = tempfile::tempfile().unwrap();
        // What lies in memory only is never dropped.
        if rustix::fs::fstatfs(&file).unwrap().f_type as u32 == TMPFS {
            return;
        }
        for (length, from) in [(10, 5), (20_000, 5_000), (1 << 20, 70_000)] {
            FileExt::write_at(&file, &vec![b'x'; length], 0).unwrap();
            StoredFile::sync_data(&file).unwrap();
            if is_cached(&file, from) != Some(true) {
                return;
            }
            StoredFile::drop_cache(&file, from).unwrap();
            assert_eq!(is_cached(&file, from), Some(false), "{from} of {length}");
        }
    }

    fn open(path: &Path, access: Access) -> String {
        match RealStorage.open(path, access) {
            Ok(_) => "opened".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn unfit_files() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("plain"), "").unwrap();
        fs::write(at("linked"), "").unwrap();
        fs::hard_link(at("linked"), at("second")).unwrap();
        std::os::unix::fs::symlink(at("plain"), at("symlink")).unwrap();
        rustix::fs::mknodat(CWD, at("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let strict = |name| open(&at(name), Access::Write(Fitness::Strict));
        assert_eq!(strict("plain"), "opened");
        insta::assert_snapshot!(strict("symlink"), @"a symbolic link; name the file it leads to");
        insta::assert_snapshot!(strict("second"), @"a file with several names (hard links); copy it to one of its own");
        insta::assert_snapshot!(strict("pipe"), @"a folder, a device, a pipe or a socket");
        insta::assert_snapshot!(strict("."), @"a folder");
        insta::assert_snapshot!(open(Path::new("/dev/null"), Access::Write(Fitness::Strict)), @"a folder, a device, a pipe or a socket");
        for access in [Access::Read, Access::Write(Fitness::Any)] {
            assert_eq!(open(&at("symlink"), access), "opened");
            assert_eq!(open(&at("second"), access), "opened");
            assert_eq!(open(&at("pipe"), access), strict("pipe"));
        }
    }

    #[test]
    fn a_file_like_another_is_its_owners_and_as_narrow() {
        use std::os::unix::fs::{PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&old, "").unwrap();
        let own = owner(&fs::metadata(&old).unwrap());
        for (user, group) in [own, (0, 1), (1, 0), (1, 1)] {
            // Only the superuser can give files away.
            if chown(&old, Some(user), Some(group)).is_err() {
                return;
            }
            for mode in [0o600, 0o644] {
                fs::set_permissions(&old, fs::Permissions::from_mode(mode)).unwrap();
                RealStorage.create_new(&new, Some(&old)).unwrap();
                let metadata = fs::metadata(&new).unwrap();
                assert_eq!((owner(&metadata), metadata.mode() & 0o777), ((user, group), mode));
                assert!(RealStorage.create_new(&new, None).is_err(), "it is there");
                fs::remove_file(&new).unwrap();
            }
        }
    }

    #[test]
    fn rename_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&old, "old").unwrap();
        fs::write(&new, "new").unwrap();
        assert_eq!(RealStorage.rename_new(&old, &new).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&new).unwrap(), "new");
        fs::remove_file(&new).unwrap();
        RealStorage.rename_new(&old, &new).unwrap();
        assert_eq!(fs::read_to_string(&new).unwrap(), "old");
    }
}
