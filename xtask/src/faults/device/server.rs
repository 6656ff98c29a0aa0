//! Block servers, and the files in which FUSE shows what they serve, for loop devices to use.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::tool;

/// So long may a server take to be there.
const PATIENCE: Duration = Duration::from_secs(10);

/// `nbdkit` with a filter before an image.
#[derive(Debug)]
pub(crate) struct Nbdkit(Child);

impl Nbdkit {
    /// Serves an image at a socket. What the filter keeps is beside the socket.
    ///
    /// # Errors
    /// If it cannot be started or does not listen.
    pub(crate) fn serve(
        image: &Path,
        socket: &Path,
        filter: &str,
        settings: &[String],
    ) -> io::Result<Nbdkit> {
        let mut command = Command::new("nbdkit");
        command.args(["--foreground", "--exit-with-parent", "--unix"]).arg(socket);
        command.arg(format!("--filter={filter}")).arg("file").arg(image).args(settings);
        if let Some(folder) = socket.parent() {
            command.env("TMPDIR", folder);
        }
        let server = Nbdkit(silent(&mut command).spawn()?);
        wait_until("nbdkit", || socket.exists())?;
        Ok(server)
    }
}

impl Drop for Nbdkit {
    /// By SIGKILL: what it holds in memory and not in the image is lost, as in a disk without power.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The file in which `nbdfuse` shows what is served at a socket.
#[derive(Debug)]
pub(crate) struct FuseFile {
    path: PathBuf,
    nbdfuse: Child,
}

impl FuseFile {
    /// Makes the file.
    ///
    /// # Errors
    /// If `nbdfuse` cannot be started or does not get at the server.
    pub(crate) fn show(socket: &Path, path: &Path) -> io::Result<FuseFile> {
        File::create(path)?;
        let mut command = Command::new("nbdfuse");
        let nbdfuse = silent(command.arg(path).arg("--unix").arg(socket)).spawn()?;
        let file = FuseFile { path: path.to_owned(), nbdfuse };
        wait_until("nbdfuse", || path.metadata().is_ok_and(|metadata| metadata.len() > 0))?;
        Ok(file)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for FuseFile {
    fn drop(&mut self) {
        // Without its server the kernel answers every request with an error, so that nothing waits for ever.
        let _ = self.nbdfuse.kill();
        let _ = self.nbdfuse.wait();
        let _ = tool(Command::new("umount").arg("--lazy").arg(&self.path));
    }
}

fn silent(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn wait_until(who: &str, mut is_there: impl FnMut() -> bool) -> io::Result<()> {
    let started = Instant::now();
    while !is_there() {
        if started.elapsed() > PATIENCE {
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("{who} does not come up")));
        }
        sleep(Duration::from_millis(2));
    }
    Ok(())
}
