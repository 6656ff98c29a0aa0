//! A place where commands run alike on every machine: a folder of their own, a cleared environment, a fixed clock.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A temporary folder in which `recount` and shell commands run without anything of the machine they run on: of its
/// environment only `PATH` is kept. Everything is removed when this is dropped.
pub struct TestEnvironment {
    root: TempDir,
    clock: Option<String>,
}

/// What a command answered.
///
/// Its `Display` is the whole answer as one text for snapshots: standard output, then standard error and the exit
/// status where there is something to say, and `$DIR` for the folder it ran in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Standard output; bytes that are no UTF-8 are replaced.
    pub stdout: String,
    /// Standard error, in the same way.
    pub stderr: String,
    /// The exit status; 128 and the signal where one ended it, as shells have it.
    pub exit: i32,
}

impl TestEnvironment {
    /// An empty folder, with the clock of the machine.
    ///
    /// # Panics
    ///
    /// When the folder cannot be made.
    #[expect(clippy::new_without_default, reason = "a folder on disk is no default value")]
    pub fn new() -> Self {
        let root =
            tempfile::Builder::new().prefix("recount-").tempdir().expect("a temporary folder can be made");
        for folder in ["bin", "home", "work"] {
            fs::create_dir(root.path().join(folder)).expect("a new folder is writable");
        }
        TestEnvironment { root, clock: None }
    }

    /// The same with `RECOUNT_CLOCK` fixed at `instant`, such as `2026-04-01T12:00:00Z`.
    #[must_use]
    pub fn with_clock(mut self, instant: &str) -> Self {
        self.clock = Some(instant.to_owned());
        self
    }

    /// The same with `recount` on the `PATH` of shell commands.
    ///
    /// # Panics
    ///
    /// When the binary cannot be built, or linked to.
    #[must_use]
    pub fn with_recount(self) -> Self {
        std::os::unix::fs::symlink(crate::recount(), self.root.path().join("bin/recount"))
            .expect("a new folder takes a link");
        self
    }

    /// The folder in which commands run.
    pub fn folder(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Runs `recount` with these arguments and nothing on its standard input.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub fn recount<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        self.recount_with(arguments, "")
    }

    /// Runs `recount` with these arguments and `input` on its standard input.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub fn recount_with<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: &str,
    ) -> Outcome {
        let mut command = self.command(crate::recount());
        command.args(arguments);
        self.run(command, input)
    }

    /// Runs a script in bash.
    ///
    /// # Panics
    ///
    /// When bash cannot be started.
    pub fn shell(&self, script: &str) -> Outcome {
        let mut command = self.command("bash");
        command.args(["--norc", "-c", script]);
        self.run(command, "")
    }

    /// A command in this environment, not started yet.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let mut path = self.root.path().join("bin").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.root.path().join("home"))
            .env("RECOUNT_BY", "tester")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "110")
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        if let Some(instant) = &self.clock {
            command.env("RECOUNT_CLOCK", instant);
        }
        command
    }

    /// Writes a file into the folder.
    ///
    /// # Panics
    ///
    /// When it cannot be written.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.folder().join(name), contents).unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    /// The bytes of a file in the folder.
    ///
    /// # Panics
    ///
    /// When it cannot be read.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Copies a folder with everything in it to `name` in the folder.
    ///
    /// # Panics
    ///
    /// When something cannot be copied.
    pub fn copy(&self, from: &Path, name: &str) {
        copy(from, &self.folder().join(name)).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
    }

    fn run(&self, mut command: Command, input: &str) -> Outcome {
        let program = command.get_program().to_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}", program.display()));
        let mut stdin = child.stdin.take().expect("standard input is piped");
        // From a thread of its own: a command that answers while it reads must not wait for us. One that refuses early
        // closes the pipe, which is its answer and no failure of ours.
        let output = std::thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(input.as_bytes()));
            child.wait_with_output()
        });
        let output = output.unwrap_or_else(|e| panic!("{}: {e}", program.display()));
        self.outcome(&output)
    }

    fn outcome(&self, output: &Output) -> Outcome {
        use std::os::unix::process::ExitStatusExt;
        let folder = self.folder().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "$DIR");
        Outcome {
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            exit: output.status.code().unwrap_or_else(|| 128 + output.status.signal().unwrap_or_default()),
        }
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

impl Outcome {
    /// This outcome, which must be a success.
    ///
    /// # Panics
    ///
    /// When the exit status is not 0, with the whole answer.
    #[track_caller]
    pub fn success(self) -> Self {
        self.exits(0)
    }

    /// This outcome, whose exit status must be `exit`.
    ///
    /// # Panics
    ///
    /// When it is another one, with the whole answer.
    #[track_caller]
    pub fn exits(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "the exit status is not the one expected of:\n{self}");
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "[stderr]\n{}", self.stderr)?;
        }
        if self.exit != 0 {
            writeln!(f, "[exit {}]", self.exit)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_one_text() {
        let check = |script: &str, text: &str| {
            assert_eq!(TestEnvironment::new().shell(script).to_string(), text, "{script}");
        };
        check("echo fine", "fine\n");
        check("echo out; echo err >&2; exit 3", "out\n[stderr]\nerr\n[exit 3]\n");
        check("kill -9 $$", "[exit 137]\n");
        check("pwd", "$DIR\n");
        check("cat", "");
    }

    #[test]
    fn nothing_of_the_machine_gets_in() {
        let environment = TestEnvironment::new().with_clock("2026-04-01T12:00:00Z");
        // What bash exports of its own accord differs from version to version.
        let names = "compgen -e | grep -vxE 'OLDPWD|PWD|SHLVL|_' | sort | tr '\\n' ' '";
        assert_eq!(
            environment.shell(names).success().stdout,
            "COLUMNS GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM HOME LANG NO_COLOR PATH RECOUNT_BY RECOUNT_CLOCK TZ "
        );
    }

    #[test]
    fn input_larger_than_a_pipe_does_not_block() {
        let environment = TestEnvironment::new();
        let input = "x".repeat(1 << 20);
        assert_eq!(environment.run(environment.command("cat"), &input).stdout.len(), input.len());
        assert_eq!(environment.run(environment.command("true"), &input).exit, 0);
    }

    #[test]
    fn folders_are_copied_whole() {
        let environment = TestEnvironment::new();
        environment.shell("mkdir -p a/b; echo 1 >a/x; echo 2 >a/b/y").success();
        environment.copy(&environment.folder().join("a"), "c");
        assert_eq!(environment.shell("cat c/x c/b/y").success().stdout, "1\n2\n");
    }

    #[test]
    #[should_panic(expected = "err\n[exit 1]")]
    fn a_failure_that_was_not_expected_shows_the_answer() {
        TestEnvironment::new().shell("echo err >&2; exit 1").success();
    }
}
