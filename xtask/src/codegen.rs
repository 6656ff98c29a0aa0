//! `cargo xtask codegen`: docs/cli-reference.md from the help that `recount` prints, so that the page cannot be wrong.

mod help;
mod page;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::workspace::{Build, build, root};
use help::Help;
use page::Described;

/// The generated page, from the root of the repository.
const PAGE: &str = "docs/cli-reference.md";

/// Writes the page.
///
/// # Errors
///
/// When `recount` does not build or the page cannot be written.
pub(crate) fn write() -> Result<()> {
    Ok(fs::write(root().join(PAGE), generate()?)?)
}

/// Compares the page with what [`write()`] would write.
///
/// # Errors
///
/// When they differ, or as [`write()`].
pub(crate) fn check() -> Result<()> {
    let kept = fs::read_to_string(root().join(PAGE)).map_err(|e| format!("{PAGE}: {e}"))?;
    if kept == generate()? {
        return Ok(());
    }
    Err(format!("{PAGE} is not what the help of recount says; run `cargo xtask codegen`").into())
}

fn generate() -> Result<String> {
    let recount = build(Build::default())?;
    let mut commands = Vec::new();
    describe(&recount, "recount".to_owned(), &mut commands)?;
    Ok(page::page(&commands))
}

/// The help of a command and of all under it, in the order in which `recount` names them.
fn describe(recount: &Path, name: String, commands: &mut Vec<Described>) -> Result<()> {
    let path: Vec<&str> = name.split(' ').skip(1).collect();
    // Of the environment nothing may reach the page: help shows the values of variables that options come from.
    let output = Command::new(recount).args(path).arg("--help").env_clear().output()?;
    if !output.status.success() {
        return Err(format!("`{name} --help`: {}", output.status).into());
    }
    let help = Help::parse(&String::from_utf8(output.stdout)?);
    let below = help.commands();
    commands.push(Described { name: name.clone(), help });
    for command in below {
        describe(recount, format!("{name} {command}"), commands)?;
    }
    Ok(())
}
