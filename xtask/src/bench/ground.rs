//! Programs, ledgers and what is made of them, each made once and kept for the next time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::measure::Process;
use crate::Result;
use crate::generate::Plan;
use crate::workspace::{self, Build};

/// Where everything is.
pub(crate) struct Ground {
    recount: PathBuf,
    floor: PathBuf,
    /// Build output of benchmarks.
    pub(crate) folder: PathBuf,
    /// How large the ledgers are.
    pub(crate) plan: Plan,
}

impl Ground {
    /// Builds the programs as they are shipped.
    ///
    /// # Errors
    /// If one does not build.
    pub(crate) fn prepare(plan: Plan) -> Result<Ground> {
        let folder = workspace::output()?.join("bench");
        fs::create_dir_all(&folder)?;
        let release = Build { release: true, features: &[] };
        // Copies: a build that somebody starts meanwhile does not change what is measured.
        let keep = |built: PathBuf, name: &str| -> Result<PathBuf> {
            let kept = folder.join(name);
            fs::copy(built, &kept)?;
            Ok(kept)
        };
        let recount = keep(workspace::build(release)?, "recount")?;
        let floor = keep(workspace::build_program("recount-floor", "floor", release)?, "floor")?;
        Ok(Ground { recount, floor, folder, plan })
    }

    /// The same for another size.
    pub(crate) fn sized(&self, events: u64) -> Ground {
        let Ground { recount, floor, folder, plan } = self;
        let plan = Plan { events, ..*plan };
        Ground { recount: recount.clone(), floor: floor.clone(), folder: folder.clone(), plan }
    }

    /// The folder for what a measured process writes; empty before each.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// A path in [`Ground::scratch`], as an argument.
    pub(crate) fn out(&self, name: &str) -> String {
        self.scratch().join(name).display().to_string()
    }

    /// Empties the scratch folder.
    ///
    /// # Errors
    /// If it cannot be.
    pub(crate) fn clear(&self) -> Result<()> {
        let scratch = self.scratch();
        if scratch.exists() {
            fs::remove_dir_all(&scratch)?;
        }
        Ok(fs::create_dir(scratch)?)
    }

    /// Forgets what was cached of any ledger.
    ///
    /// # Errors
    /// If it cannot be.
    pub(crate) fn clear_cache(&self) -> Result<()> {
        let cache = self.cache();
        if cache.exists() { Ok(fs::remove_dir_all(cache)?) } else { Ok(()) }
    }

    fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    /// `recount` on a ledger, with its caches in a folder of ours.
    pub(crate) fn recount(&self, ledger: &Path, arguments: &[&str]) -> Process {
        let everywhere =
            ["--quiet", "--file"].map(str::to_owned).into_iter().chain([ledger.display().to_string()]);
        let arguments = everywhere.chain(arguments.iter().map(|argument| (*argument).to_owned()));
        let cache = self.cache().display().to_string();
        Process::new(&self.recount, arguments).with("RECOUNT_BY", "bench").with("XDG_CACHE_HOME", cache)
    }

    /// The same without caches: what is measured is the work.
    pub(crate) fn cold(&self, ledger: &Path, arguments: &[&str]) -> Process {
        let mut process = self.recount(ledger, arguments);
        process.arguments.insert(0, "--no-cache".to_owned());
        process
    }

    /// The least work of a task.
    pub(crate) fn floor(&self, arguments: &[&str]) -> Process {
        Process::new(&self.floor, arguments.iter().copied())
    }

    /// The generated ledger.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn ledger(&self) -> Result<PathBuf> {
        self.generated(Plan { plain: false, ..self.plan })
    }

    /// The ledger of the same size that simple rules answer for.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn plain(&self) -> Result<PathBuf> {
        self.generated(Plan { plain: true, ..self.plan })
    }

    /// In a process of its own, so that this one stays small (see [`super::measure::Sample`]).
    fn generated(&self, plan: Plan) -> Result<PathBuf> {
        let Plan { events, seed, plain } = plan;
        self.made(if plain { "plain.jsonl" } else { "jsonl" }, |out| {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["generate", "--events", &events.to_string(), "--seed", &seed.to_string(), "--out"]);
            let status = command.arg(out).args(plain.then_some("--plain")).status()?;
            if status.success() { Ok(()) } else { Err(format!("generate: {status}").into()) }
        })
    }

    /// What is made of the ledgers of this size and seed, a file or folder with this end of its name; made if it is not
    /// there yet, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn made(&self, end: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let Plan { events, seed, .. } = self.plan;
        let path = self.folder.join(format!("{events}-{seed}.{end}"));
        if !path.exists() {
            eprintln!("bench: making {events}-{seed}.{end}");
            let unfinished = self.folder.join("unfinished");
            remove(&unfinished)?;
            make(&unfinished)?;
            fs::rename(unfinished, &path)?;
        }
        Ok(path)
    }
}

/// Removes a file or folder, if there is one.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match path {
        path if path.is_dir() => fs::remove_dir_all(path)?,
        path if path.exists() => fs::remove_file(path)?,
        _ => {}
    }
    Ok(())
}

/// Python with the peers in it, in an environment of its own.
pub(crate) struct Python {
    /// The interpreter; `None` if there is none.
    program: Option<PathBuf>,
}

impl Python {
    /// Makes the environment, if it is not there yet.
    ///
    /// # Errors
    /// If the environment is there and cannot be looked at.
    pub(crate) fn prepare(folder: &Path) -> Result<Python> {
        let venv = folder.join("venv");
        let program = venv.join("bin/python");
        if !program.exists() {
            eprintln!("bench: making the environment of the peers");
            let made = Command::new("python3").args(["-m", "venv"]).arg(&venv).status();
            if !made.is_ok_and(|status| status.success()) {
                return Ok(Python { program: None });
            }
        }
        Ok(Python { program: Some(program) })
    }

    /// The version of a package, installed if it is not there yet; or why it is not to be had.
    pub(crate) fn version(&self, package: &str) -> std::result::Result<String, String> {
        let program = self.program.as_ref().ok_or("no python3 that makes environments")?;
        let ask = || {
            let question = format!("import importlib.metadata as m; print(m.version('{package}'))");
            let answer = Command::new(program).args(["-c", &question]).stderr(Stdio::null()).output().ok()?;
            answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).trim().to_owned())
        };
        if let Some(version) = ask() {
            return Ok(version);
        }
        eprintln!("bench: installing {package}");
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package];
        // Why pip failed stands on standard error; the report says that the peer is absent.
        let _ = Command::new(program).args(install).status();
        ask().ok_or_else(|| "absent: pip cannot install it".to_owned())
    }

    /// A script of `xtask/peers` with arguments.
    pub(crate) fn script(&self, name: &str, arguments: &[&str]) -> Process {
        let script = peers().join(name).display().to_string();
        let given = std::iter::once(script).chain(arguments.iter().map(|argument| (*argument).to_owned()));
        // No compiled scripts in the source tree.
        self.run(["-B".to_owned()].into_iter().chain(given))
    }

    /// The interpreter with these arguments.
    pub(crate) fn run<A: Into<String>>(&self, arguments: impl IntoIterator<Item = A>) -> Process {
        Process::new(self.program.clone().unwrap_or_default(), arguments)
    }
}

/// The folder of the scripts.
pub(crate) fn peers() -> PathBuf {
    workspace::root().join("xtask/peers")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn ground(folder: &Path) -> Ground {
        let plan = Plan { events: 5_000, seed: 1, plain: false };
        Ground { recount: "recount".into(), floor: "floor".into(), folder: folder.to_owned(), plan }
    }

    #[test]
    fn processes_are_put_together() {
        let ground = ground(Path::new("f"));
        let process = ground.cold(Path::new("l"), &["figures", "--format", "csv"]);
        assert_eq!(process.arguments.join(" "), "--no-cache --quiet --file l figures --format csv");
        assert!(
            process.variables.contains(&("XDG_CACHE_HOME", "f/cache".to_owned())),
            "{:?}",
            process.variables
        );
        assert_eq!(ground.recount(Path::new("l"), &["why"]).arguments.join(" "), "--quiet --file l why");
    }

    #[test]
    fn what_is_made_is_made_once_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let ground = ground(folder.path());
        let broken = ground.made("a", |out| {
            fs::create_dir(out)?;
            Err("disk full".into())
        });
        assert!(broken.is_err());
        let made = ground.made("a", |out| Ok(fs::write(out, "whole")?)).unwrap();
        assert_eq!(fs::read_to_string(&made).unwrap(), "whole");
        assert_eq!(ground.made("a", |_| Err("made again".into())).unwrap(), made);
        assert_ne!(ground.sized(6_000).made("a", |out| Ok(fs::write(out, "")?)).unwrap(), made);
    }

    #[test]
    fn without_an_interpreter_peers_are_absent() {
        let python = Python { program: None };
        assert_eq!(python.version("duckdb").unwrap_err(), "no python3 that makes environments");
    }
}
