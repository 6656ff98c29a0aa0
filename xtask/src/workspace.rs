//! The repository and cargo, as every task sees them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Result;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// The cargo that runs this task, at the root.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// The target triple of this machine.
///
/// # Errors
///
/// When the compiler does not say it.
pub(crate) fn host() -> Result<String> {
    let output =
        Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output()?;
    let said = String::from_utf8(output.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc -vV names no host")?.to_owned())
}

/// How `recount` is built.
#[derive(Clone, Copy, Default)]
pub(crate) struct Build {
    /// As it is shipped, not as tests have it.
    pub(crate) release: bool,
    /// Features that are not shipped.
    pub(crate) features: &'static [&'static str],
}

/// Builds the `recount` binary and gives its path, which the next build uses too.
///
/// # Errors
///
/// When it does not build; the compiler has said why on standard error.
pub(crate) fn build(build: Build) -> Result<PathBuf> {
    build_program("recount-cli", "recount", build)
}

/// The same for another program of the workspace.
///
/// # Errors
///
/// When it does not build; the compiler has said why on standard error.
pub(crate) fn build_program(package: &str, name: &str, build: Build) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--quiet", "--package", package, "--bin", name]);
    command.arg("--message-format=json-render-diagnostics").args(build.release.then_some("--release"));
    if !build.features.is_empty() {
        command.arg("--features").arg(build.features.join(","));
    }
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{name} does not build").into());
    }
    let messages = String::from_utf8(output.stdout)?;
    let executable = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    };
    messages.lines().find_map(executable).ok_or_else(|| "cargo does not name the binary it has built".into())
}

/// The folder of build output, wherever that is: this program is `debug/xtask` in it.
///
/// # Errors
///
/// When this program lies elsewhere.
pub(crate) fn output() -> Result<PathBuf> {
    let xtask = std::env::current_exe()?;
    Ok(xtask.ancestors().nth(2).ok_or("xtask lies in the build output")?.to_owned())
}
