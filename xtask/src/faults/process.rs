//! Processes that may be killed, hang, or fail: each under a time limit, with what it printed.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// After so long a process counts as hanging.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// How a process ended, and what it had printed by then.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Nothing if it ran into the time limit.
    pub(crate) status: Option<ExitStatus>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// The exit code of a process that ended by itself.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// Whether it ended by itself, and well.
    pub(crate) fn succeeded(&self) -> bool {
        self.code() == Some(0)
    }

    /// Whether a signal ended it, as a tracer ends itself by the one that ended what it traced.
    pub(crate) fn was_killed(&self) -> bool {
        self.status.is_some_and(|status| status.signal().is_some())
    }

    /// The end in a few words, for messages.
    pub(crate) fn told(&self) -> String {
        let end = match self.status {
            Some(status) => status.to_string(),
            None => "no end within the time limit".to_owned(),
        };
        format!("{end}; stdout {:?}; stderr {:?}", self.stdout.trim_end(), self.stderr.trim_end())
    }
}

/// A process in a group of its own, with what it prints in files: nobody needs to read along.
pub(crate) struct Running {
    child: Child,
    folder: std::path::PathBuf,
    started: Instant,
}

/// Starts a process; `notes` is a folder for what it prints.
///
/// # Errors
/// If it cannot be started.
pub(crate) fn start(command: &mut Command, notes: &Path) -> io::Result<Running> {
    fs::create_dir_all(notes)?;
    command.stdout(File::create(notes.join("stdout"))?).stderr(File::create(notes.join("stderr"))?);
    let child = command.process_group(0).spawn()?;
    Ok(Running { child, folder: notes.to_owned(), started: Instant::now() })
}

/// Runs a process to its end, at most for [`LIMIT`]. Its standard input is empty unless it was set.
///
/// # Errors
/// If it cannot be started or what it printed cannot be read.
pub(crate) fn run(command: &mut Command, notes: &Path) -> io::Result<Finished> {
    start(command, notes)?.finish(LIMIT)
}

impl Running {
    /// Waits for the end, at most for `limit` from the start; then ends the whole group.
    ///
    /// # Errors
    /// If what it printed cannot be read.
    pub(crate) fn finish(mut self, limit: Duration) -> io::Result<Finished> {
        let mut pause = Duration::from_micros(100);
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break Some(status);
            }
            if self.started.elapsed() >= limit {
                self.kill()?;
                self.child.wait()?;
                break None;
            }
            sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(3));
        };
        let text = |name: &str| -> io::Result<String> {
            Ok(String::from_utf8_lossy(&fs::read(self.folder.join(name))?).into_owned())
        };
        Ok(Finished { status, stdout: text("stdout")?, stderr: text("stderr")? })
    }

    /// Ends the process and all it has started, by SIGKILL.
    ///
    /// # Errors
    /// If `kill` is not there.
    pub(crate) fn kill(&self) -> io::Result<()> {
        let group = format!("-{}", self.child.id());
        Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().map(drop)
    }

    /// Whether it has ended.
    ///
    /// # Errors
    /// If the system does not say.
    pub(crate) fn is_over(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// What it has printed so far.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn printed(&self) -> io::Result<String> {
        fs::read_to_string(self.folder.join("stdout"))
    }
}

/// Gives a command these bytes as standard input, by way of a file in `notes`.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn feed(command: &mut Command, notes: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(notes)?;
    let path = notes.join("stdin");
    fs::write(&path, bytes)?;
    command.stdin(File::open(path)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shell(script: &str, limit: Duration) -> Finished {
        let notes = std::env::temp_dir().join(format!(
            "recount-xtask-process-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        let running = start(Command::new("sh").args(["-c", script]), &notes).unwrap();
        let finished = running.finish(limit).unwrap();
        fs::remove_dir_all(notes).unwrap();
        finished
    }

    #[test]
    fn ends_are_told_apart() {
        let failed = shell("echo a; echo b >&2; exit 3", LIMIT);
        assert_eq!((failed.code(), failed.stdout.as_str(), failed.stderr.as_str()), (Some(3), "a\n", "b\n"));
        assert!(shell("kill -KILL $$", LIMIT).told().starts_with("signal: 9"));
        let hung = shell("echo a; sleep 30", Duration::from_millis(100));
        assert_eq!((hung.code(), hung.stdout.as_str()), (None, "a\n"));
        assert!(hung.told().starts_with("no end within"), "{}", hung.told());
    }
}
