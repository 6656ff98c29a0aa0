//! Rows that mount and serve disks run where nothing of that can stay behind: the whole run is started again in a mount and
//! a process namespace of its own. When it ends, however it ends, the kernel ends every process in it and every mount.

use std::path::Path;
use std::process::{Command, Stdio};

use super::device::tool;
use crate::Result;

/// Where files in memory are, for every process of the machine.
pub(crate) const MEMORY: &str = "/dev/shm";

/// Set in the run inside: the number of the process outside. Inside they are counted from 1 in every run.
const INSIDE: &str = "RECOUNT_FAULTS_CONTAINED";

/// Whether this is the run inside.
pub(crate) fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// What no other run on the machine is called at the same time.
pub(crate) fn id() -> String {
    std::env::var(INSIDE).unwrap_or_else(|_| std::process::id().to_string())
}

/// Gives the run inside memory of its own in the place of everybody's, so that what trials leave there goes too.
///
/// # Errors
/// If it cannot be mounted.
pub(crate) fn begin() -> Result<()> {
    let memory = Path::new(MEMORY);
    if is_inside() && memory.is_dir() {
        tool(Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(memory))?;
    }
    Ok(())
}

/// Whether there can be a run inside: it takes the superuser, and a kernel that lets them.
pub(crate) fn is_possible() -> bool {
    let mut probe = namespaces();
    let status = probe.arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Runs this task with the same arguments inside.
///
/// # Errors
/// If it cannot be started, or fails: it has said why.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let status = namespaces()
        .arg(std::env::current_exe()?)
        .arg("faults")
        .args(arguments)
        .env(INSIDE, id())
        .stdin(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("the contained run: {status}").into()) }
}

/// The inside ends with `unshare`, which ends with this process: an interrupted run leaves nothing.
fn namespaces() -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare"]);
    command.args(["--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]);
    command
}
