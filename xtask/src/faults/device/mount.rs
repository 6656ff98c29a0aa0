//! File systems: made on images, mounted, shut down as if the power failed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::server::FuseFile;
use super::tool;

/// What is on an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ext4 as Debian makes it, but for `noauto_da_alloc`: its help for programs that do not sync is turned off.
    Ext4,
    /// XFS.
    Xfs,
}

impl Kind {
    /// Makes a file system on a new sparse image of `mebibytes`.
    ///
    /// # Errors
    /// If the image or the file system cannot be made.
    pub(crate) fn make(self, image: &Path, mebibytes: u64) -> io::Result<()> {
        File::create(image)?.set_len(mebibytes << 20)?;
        let (program, arguments): (_, &[&str]) = match self {
            Kind::Ext4 => ("mkfs.ext4", &["-q", "-F"]),
            Kind::Xfs => ("mkfs.xfs", &["-q", "-f"]),
        };
        tool(Command::new(program).args(arguments).arg(image))
    }

    /// Checks an image that met errors, and mends what they left, as is due before it is mounted again.
    ///
    /// # Errors
    /// If it is not ext4, or cannot be mended.
    pub(crate) fn mend(self, image: &Path) -> io::Result<()> {
        // 1: something was mended.
        tool(Command::new("sh").args(["-c", "e2fsck -fy \"$0\" || test $? -eq 1"]).arg(image))
    }

    /// The options it is mounted with: `noinit_itable` keeps the kernel from writing of its own accord.
    fn options(self) -> &'static str {
        match self {
            Kind::Ext4 => "loop,noauto_da_alloc,noinit_itable",
            Kind::Xfs => "loop",
        }
    }
}

/// A file system that is mounted until this is dropped.
#[derive(Debug)]
pub(crate) struct Mount {
    at: PathBuf,
    mounted: bool,
}

impl Mount {
    /// Mounts an image at a folder, which is made.
    ///
    /// # Errors
    /// If `mount` fails.
    pub(crate) fn image(kind: Kind, image: &Path, at: &Path) -> io::Result<Mount> {
        let mut mount = Command::new("mount");
        Mount::by(mount.args(["-o", kind.options()]).arg(image).arg(at), at)
    }

    /// Mounts what a server shows in a file, at a folder, which is made.
    ///
    /// # Errors
    /// If `mount` fails, or the loop device does not take direct input and output. Without it the kernel sends one
    /// request in pieces, and the loop device takes a request for written of which only the first piece was.
    pub(crate) fn served(kind: Kind, file: &FuseFile, at: &Path) -> io::Result<Mount> {
        let mount = Mount::image(kind, file.path(), at)?;
        let script = "losetup --direct-io=on \"$(findmnt --noheadings --output SOURCE --mountpoint \"$0\")\"";
        tool(Command::new("sh").args(["-c", script]).arg(at))?;
        Ok(mount)
    }

    /// Mounts `mebibytes` of memory at a folder, which is made.
    ///
    /// # Errors
    /// If `mount` fails.
    pub(crate) fn memory(mebibytes: u64, at: &Path) -> io::Result<Mount> {
        let size = format!("size={mebibytes}m");
        let mut mount = Command::new("mount");
        Mount::by(mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at), at)
    }

    fn by(command: &mut Command, at: &Path) -> io::Result<Mount> {
        fs::create_dir_all(at)?;
        tool(command)?;
        Ok(Mount { at: at.to_owned(), mounted: true })
    }

    /// Gives memory another size.
    ///
    /// # Errors
    /// If `mount` fails.
    pub(crate) fn resize(&self, mebibytes: u64) -> io::Result<()> {
        tool(Command::new("mount").args(["-o", &format!("remount,size={mebibytes}m")]).arg(&self.at))
    }

    /// Where it is.
    pub(crate) fn at(&self) -> &Path {
        &self.at
    }

    /// Writes back what can be written, and unmounts.
    ///
    /// # Errors
    /// If something holds it for longer than a moment.
    pub(crate) fn end(mut self) -> io::Result<()> {
        let mut pause = Duration::from_millis(5);
        loop {
            match tool(Command::new("umount").arg(&self.at)) {
                Ok(()) => break,
                Err(error) if pause > Duration::from_secs(1) => return Err(error),
                Err(_) => sleep(pause),
            }
            pause *= 2;
        }
        self.mounted = false;
        Ok(())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        if self.mounted {
            // Lazily: whatever still holds it, nobody finds it any more, and it goes with the last that does.
            let _ = tool(Command::new("umount").arg("--lazy").arg(&self.at));
        }
    }
}

/// A program that waits at a file system, ready to shut it down at once: `FS_IOC_SHUTDOWN` without flushing the log.
#[derive(Debug)]
pub(crate) struct Switch(Child);

impl Switch {
    /// Starts it.
    ///
    /// # Errors
    /// If `xfs_io` cannot be started.
    pub(crate) fn at(mount: &Mount) -> io::Result<Switch> {
        let mut command = Command::new("xfs_io");
        command.arg("-x").arg(mount.at()).stdin(Stdio::piped());
        Ok(Switch(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?))
    }

    /// Shuts the file system down: nothing reaches the device any more, not even what is on its way.
    ///
    /// # Errors
    /// If `xfs_io` says that it failed.
    pub(crate) fn cut(mut self) -> io::Result<()> {
        let mut input = self.0.stdin.take().ok_or_else(|| io::Error::other("xfs_io has no input"))?;
        input.write_all(b"shutdown\n")?;
        drop(input);
        let status = self.0.wait()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("xfs_io shutdown: {status}"))) }
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        // It may have ended before: both are then no trouble.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
