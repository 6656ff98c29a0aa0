//! The `recount` binary under test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate lives two folders below the root of the repository")
}

/// The `recount` binary of this tree, built at most once per test run and in the profile of the tests.
///
/// Only tests of the package that owns a binary are given its path by cargo; all others ask here.
///
/// # Panics
///
/// When it cannot be built.
pub fn recount() -> &'static Path {
    static BINARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    // A build that failed is not tried again by the next test.
    BINARY
        .get_or_init(build)
        .as_deref()
        .expect("the recount binary builds; the compiler says above why it does not")
}

fn build() -> Option<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--quiet", "--package", "recount-cli", "--bin", "recount"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(repository())
        .stderr(Stdio::inherit());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo.output().expect("cargo runs these tests, so it can be started");
    executable(&String::from_utf8_lossy(&output.stdout)).filter(|_| output.status.success())
}

/// The executable in cargo's messages, one JSON object a line.
fn executable(messages: &str) -> Option<PathBuf> {
    let message = |line| serde_json::from_str::<Value>(line).ok();
    messages.lines().filter_map(message).find_map(|m| m["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_read_from_cargos_messages() {
        let check = |messages: &str, path: Option<&str>| {
            assert_eq!(executable(messages), path.map(PathBuf::from), "{messages}");
        };
        check("", None);
        check("{\"reason\":\"build-finished\",\"success\":true}\n", None);
        check(
            "{\"executable\":null}\n{\"executable\":\"target/debug/recount\"}\n",
            Some("target/debug/recount"),
        );
    }

    #[test]
    fn the_repository_holds_the_workspace() {
        assert!(repository().join("Cargo.lock").is_file());
    }
}
