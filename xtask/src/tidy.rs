//! `cargo xtask tidy`: the rules of the tree that no compiler checks. Each says its reason where it is written.

mod crates;
mod docs;
mod sources;
mod tree;

use crate::workspace::{cargo, root};
use crate::{Result, codegen};
use crates::Metadata;
use tree::{File, Tree};

/// A rule about one file: what is wrong with it, each text beginning with the line where there is one.
type Rule = fn(&File, &Tree) -> Vec<String>;

/// The rules about single files.
const RULES: &[Rule] = &[
    sources::starts_with_a_doc,
    sources::is_short,
    sources::has_no_leftovers,
    sources::is_declared,
    docs::names_no_machine_path,
    docs::links_resolve,
];

/// Checks every rule and shows everything that breaks one.
///
/// # Errors
///
/// When anything does, or the tree cannot be read.
pub(crate) fn run() -> Result<()> {
    let mut findings = findings()?;
    findings.extend(codegen::check().err().map(|problem| problem.to_string()));
    if findings.is_empty() {
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    Err(format!("{} untidy, see above", findings.len()).into())
}

/// What breaks a rule in this repository; that generated pages are current is not looked at.
fn findings() -> Result<Vec<String>> {
    let tree = Tree::read(root())?;
    let output = cargo().args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let manifest = tree.text("Cargo.toml").ok_or("the repository has no Cargo.toml")?;
    let mut findings = of_files(&tree);
    findings.extend(crates::edges(&metadata));
    findings.extend(crates::dependencies_have_reasons(manifest));
    findings.extend(crates::dependencies_are_used(manifest, &metadata));
    Ok(findings)
}

fn of_files(tree: &Tree) -> Vec<String> {
    let of_file = |file: &File| -> Vec<String> {
        let found = RULES.iter().flat_map(|rule| rule(file, tree));
        found.map(|problem| format!("{}:{problem}", file.path)).collect()
    };
    tree.files.iter().flat_map(of_file).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        assert_eq!(findings().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn findings_name_their_file() {
        let tree = Tree::of(&[("crates/a/src/lib.rs", "fn a() {}\n"), ("README.md", "[x](gone.md)\n")]);
        assert_eq!(
            of_files(&tree),
            [
                "crates/a/src/lib.rs:1: a source file starts with a `//!` doc",
                "README.md:1: gone.md is linked and not there",
            ]
        );
    }
}
