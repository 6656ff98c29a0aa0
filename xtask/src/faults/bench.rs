//! What all rows stand on: the binaries, the folders, the seed.

use std::fs;
use std::path::{Path, PathBuf};

use super::contained;
use crate::Result;
use crate::workspace::{self, Build};

/// How much of the matrix is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Samples of long lists: minutes.
    Sample,
    /// Everything.
    Full,
}

/// Binaries and folders of one run.
pub(crate) struct Bench {
    /// `recount` as it is shipped.
    pub(crate) recount: PathBuf,
    /// `recount` with the bugs that `RECOUNT_SEEDED_BUG` names.
    pub(crate) control: PathBuf,
    /// Where trials have their folders. Removed at the end.
    pub(crate) scratch: PathBuf,
    /// Where the folders of broken trials are kept.
    pub(crate) kept: PathBuf,
    /// Of everything random.
    pub(crate) seed: u64,
    /// How much is tried.
    pub(crate) depth: Depth,
    /// The one trial to repeat.
    pub(crate) trial: Option<usize>,
}

impl Bench {
    /// Builds both binaries: those of the tests for a sample (they are there already), as released for everything.
    ///
    /// # Errors
    /// If they do not build or a folder cannot be made.
    pub(crate) fn prepare(depth: Depth, seed: u64, trial: Option<usize>) -> Result<Bench> {
        let folder = workspace::output()?.join("faults");
        let kept = folder.join("kept");
        if kept.exists() {
            fs::remove_dir_all(&kept)?;
        }
        fs::create_dir_all(&folder)?;
        let build = |features: &'static [&'static str], name: &str| -> Result<PathBuf> {
            // A copy: the next build has the same name.
            let copy = folder.join(name);
            fs::copy(workspace::build(Build { release: depth == Depth::Full, features })?, &copy)?;
            Ok(copy)
        };
        let control = build(&["seeded-bugs"], "recount-with-bugs")?;
        let recount = build(&[], "recount")?;
        let scratch = scratch().join(format!("recount-faults-{}", contained::id()));
        fs::create_dir_all(&scratch)?;
        Ok(Bench { recount, control, scratch, kept, seed, depth, trial })
    }
}

/// In memory where there is such a place: faults are injected, so that no trial has to wait for a real disk.
fn scratch() -> PathBuf {
    let memory = Path::new(contained::MEMORY);
    match std::env::var_os("TMPDIR") {
        None if memory.is_dir() => memory.to_owned(),
        _ => std::env::temp_dir(),
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What cannot be removed is in nobody's way.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// Copies a folder with everything in it that is a plain file, a folder or a symbolic link.
///
/// # Errors
/// What the system says.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
