//! The rows of the matrix, one file each.

mod block_replay;
mod clocks;
mod continued;
mod crash_states;
mod errors;
mod full_disk;
mod fuzzing;
mod kills;
mod memory;
mod order;
mod power_cut;
mod random_kills;
mod short_calls;
mod tampering;
mod thin_volume;
mod unfit_files;
mod volatile_cache;
mod write_back;
mod writers;

use super::contained;
use super::trials::Trials;
use crate::Result;

/// A fault, and how it is tried.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// `F1` and so on.
    pub(crate) id: &'static str,
    /// The fault, and what is to hold under it.
    pub(crate) title: &'static str,
    /// What the machine must have.
    pub(crate) needs: &'static [Need],
    /// Whether it is quick enough for every change, and does without root.
    pub(crate) in_ci: bool,
    /// The known bugs that the row must find.
    pub(crate) controls: &'static [Control],
    /// Tries the row against the binary that the trials have.
    pub(crate) probe: fn(&mut Trials<'_>) -> Result<()>,
}

/// What a row cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The superuser, for mounts and devices.
    Root,
    /// Namespaces of its own, in which what the row mounts ends with it.
    Namespaces,
    /// A device, by its name in `/dev`.
    Device(&'static str),
    /// A program in PATH.
    Tool(&'static str),
}

/// What a row must find, so that we know that it would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// A bug of the binary with seeded bugs: crates/ledger/src/storage/seeded.rs.
    Bug(&'static str),
    /// A world in which the promise cannot hold, such as a disk that ignores flushes: the row itself knows how.
    Setup(&'static str),
}

impl Control {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Control::Bug(name) | Control::Setup(name) => name,
        }
    }
}

impl Need {
    /// What to say where it is missing; nothing where it is there.
    pub(crate) fn missing(self) -> Option<String> {
        let is_there = match self {
            // Only the superuser owns this.
            Need::Root => std::fs::File::open("/proc/self/pagemap").is_ok() && is_root(),
            Need::Namespaces => contained::is_inside(),
            Need::Device(name) => std::path::Path::new("/dev").join(name).exists(),
            Need::Tool(name) => {
                let path = std::env::var_os("PATH").unwrap_or_default();
                std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
            }
        };
        let name = match self {
            Need::Root => "root",
            Need::Namespaces => "namespaces",
            Need::Device(name) | Need::Tool(name) => name,
        };
        (!is_there).then(|| name.to_owned())
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Every row, in the order in which they are tried and printed.
pub(crate) const ROWS: &[Row] = &[
    kills::ROW,
    errors::ROW,
    order::ROW,
    crash_states::ROW,
    power_cut::ROW,
    volatile_cache::ROW,
    block_replay::ROW,
    write_back::ROW,
    thin_volume::ROW,
    full_disk::ROW,
    short_calls::ROW,
    random_kills::ROW,
    tampering::BITS,
    tampering::CUTS,
    writers::ROW,
    unfit_files::ROW,
    clocks::ROW,
    fuzzing::ROW,
    continued::ROW,
    memory::ROW,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(Need::Tool("sh").missing(), None);
        assert_eq!(Need::Tool("no-such-tool").missing().as_deref(), Some("no-such-tool"));
    }
}
