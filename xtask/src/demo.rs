//! The main job on the real ledger: exports CSV and SQLite and prints the headlines.

use std::process::Command;

use crate::Result;

const LEDGER: &str = "data/ukraine-children.jsonl";

/// Builds `recount` and runs the main job; results go to `out/`.
pub(crate) fn run() -> Result<()> {
    let root =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("xtask lies in the workspace")?;
    let recount = |arguments: &[&str]| -> Result<()> {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(root).args([
            "run",
            "--release",
            "--locked",
            "--quiet",
            "--package",
            "recount-cli",
            "--",
        ]);
        let status = command.args(["--file", LEDGER]).args(arguments).status()?;
        if status.success() { Ok(()) } else { Err(format!("recount {} failed", arguments.join(" ")).into()) }
    };
    std::fs::create_dir_all(root.join("out"))?;
    eprintln!("building recount (about a minute the first time)");
    recount(&["export", "csv", "out/csv"])?;
    recount(&["export", "sqlite", "out/ukraine-children.sqlite"])?;
    recount(&["headlines"])
}
