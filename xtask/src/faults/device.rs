//! Disks that fail: file systems on images, mounted by way of loop devices and of block servers in FUSE files.
//!
//! Everything mounted or started here ends with its guard. The whole run is contained as well (see [`super::contained`]):
//! what a guard cannot end because the run was interrupted ends with the namespaces of the run.

pub(crate) mod log;
pub(crate) mod mount;
pub(crate) mod nbd;
pub(crate) mod server;

use std::io;
use std::process::{Command, Stdio};

/// Runs a tool to its end.
///
/// # Errors
/// If it cannot be started, or fails: with what it said.
pub(crate) fn tool(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{}: {}: {}", told(command), output.status, said.trim_end())))
}

fn told(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_tool_that_fails_is_quoted() {
        let error = tool(Command::new("sh").args(["-c", "echo no >&2; exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "sh -c echo no >&2; exit 3: exit status: 3: no");
        assert!(tool(&mut Command::new("true")).is_ok());
    }
}
