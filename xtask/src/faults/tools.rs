//! The programs that rows cannot do without, installed where that is a matter of one command.

use std::process::{Command, Stdio};

use super::rows::{Need, ROWS};

/// Programs that no system has by itself, and the Debian package of each.
const PACKAGES: &[(&str, &str)] = &[
    ("faketime", "faketime"),
    ("fiu-run", "fiu-utils"),
    ("mkfs.xfs", "xfsprogs"),
    ("nbdfuse", "libnbd-bin"),
    ("nbdkit", "nbdkit"),
    ("strace", "strace"),
    ("xfs_io", "xfsprogs"),
];

/// Installs what is missing, on Debian and for the superuser; elsewhere, and where it fails, the rows say what they need.
pub(crate) fn install() {
    let packages = missing();
    let can = Need::Root.missing().is_none() && Need::Tool("apt-get").missing().is_none();
    if packages.is_empty() || !can {
        return;
    }
    eprintln!("faults: installing {}", packages.join(", "));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(["-qq", "-y"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command.stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    // The lists of packages may be missing or old; then they are fetched, once.
    let install: Vec<&str> = ["install", "--no-install-recommends"].into_iter().chain(packages).collect();
    let done = apt(&install) || apt(&["update"]) && apt(&install);
    if !done {
        eprintln!("faults: that failed; rows that need them are skipped");
    }
}

/// The packages of the programs that are not there and that a row needs.
fn missing() -> Vec<&'static str> {
    let needed = |tool: &'static str| {
        let need = Need::Tool(tool);
        ROWS.iter().any(|row| row.needs.contains(&need)) && need.missing().is_some()
    };
    let mut packages: Vec<&str> =
        PACKAGES.iter().filter(|(tool, _)| needed(tool)).map(|(_, package)| *package).collect();
    packages.dedup();
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_serves_a_row() {
        for (tool, _) in PACKAGES {
            assert!(ROWS.iter().any(|row| row.needs.contains(&Need::Tool(tool))), "{tool}");
        }
    }
}
