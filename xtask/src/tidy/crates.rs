//! Rules about crates: who may know whom, and which foreign crates there are.

use serde::Deserialize;

/// What `cargo metadata` says.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or nothing.
    kind: Option<String>,
}

/// Which crates of ours each crate may use. What is not listed must not know of each other, so that a rule of the domain
/// is in one place and an exporter can be replaced without touching the ledger (ARCHITECTURE.md).
const EDGES: &[(&str, &[&str])] = &[
    ("recount-model", &[]),
    ("recount-ledger", &["recount-model"]),
    ("recount-replay", &["recount-ledger", "recount-model"]),
    ("recount-tables", &["recount-model"]),
    ("recount-export-csv", &["recount-tables"]),
    ("recount-export-sqlite", &["recount-tables"]),
    (
        "recount-cli",
        &[
            "recount-export-csv",
            "recount-export-sqlite",
            "recount-ledger",
            "recount-model",
            "recount-replay",
            "recount-tables",
        ],
    ),
    ("recount-floor", &[]),
    ("recount-properties", &["recount-ledger", "recount-model", "recount-replay", "recount-tables"]),
    ("recount-test-support", &["recount-ledger"]),
    ("recount-tests", &[]),
    ("xtask", &[]),
];

/// Crates that know no other crate of ours even in their tests: what everything stands on, and what stands outside.
const ALONE: &[&str] = &["recount-model", "recount-floor", "xtask"];

/// The edges between our crates are those of [`EDGES`]. Tests may use any crate but the command line, which they run.
pub(crate) fn edges(metadata: &Metadata) -> Vec<String> {
    let ours: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
            findings
                .push(format!("{name}: this crate is not in the table of edges, xtask/src/tidy/crates.rs"));
            continue;
        };
        for used in package.dependencies.iter().filter(|used| ours.contains(&used.name.as_str())) {
            let in_tests = used.kind.as_deref() == Some("dev");
            let fits = match in_tests {
                true => !ALONE.contains(&name) && used.name != "recount-cli",
                false => allowed.contains(&used.name.as_str()),
            };
            if !fits {
                let tests = if in_tests { "the tests of " } else { "" };
                findings.push(format!("{tests}{name} must not depend on {}", used.name));
            }
        }
    }
    findings
}

/// The foreign crates of `[workspace.dependencies]`: the 1-based line, the name, and the text of the line.
fn foreign(manifest: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    (1..)
        .zip(manifest.lines())
        .skip_while(|(_, line)| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|(_, line)| !line.starts_with('['))
        .filter_map(|(number, line)| Some((number, line.split_once(" = ")?.0, line)))
        .filter(|(_, _, line)| !line.contains("path = "))
}

/// Every foreign crate is one more thing to trust: who adds it says in one line what for.
pub(crate) fn dependencies_have_reasons(manifest: &str) -> Vec<String> {
    let reason = |line: &str| line.split_once(" # ").map(|(_, reason)| reason.trim().to_owned());
    let without =
        foreign(manifest).filter(|(_, _, line)| reason(line).is_none_or(|reason| reason.is_empty()));
    without.map(|(number, name, _)| format!("Cargo.toml:{number}: {name} has no `# reason`")).collect()
}

/// A crate that nobody uses is still downloaded and audited.
pub(crate) fn dependencies_are_used(manifest: &str, metadata: &Metadata) -> Vec<String> {
    let used =
        |name: &str| metadata.packages.iter().flat_map(|p| &p.dependencies).any(|used| used.name == name);
    let idle = foreign(manifest).filter(|(_, name, _)| !used(name));
    idle.map(|(number, name, _)| format!("Cargo.toml:{number}: no crate uses {name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Used<'a> = (&'a str, Option<&'a str>);

    fn package(name: &str, used: &[Used<'_>]) -> Package {
        let dependency =
            |(name, kind): &Used<'_>| Dependency { name: (*name).to_owned(), kind: kind.map(str::to_owned) };
        Package { name: name.to_owned(), dependencies: used.iter().map(dependency).collect() }
    }

    fn check_edge(name: &str, used: &str, kind: Option<&str>, found: &[&str]) {
        let packages = vec![package(name, &[(used, kind), ("serde", None)]), package(used, &[])];
        assert_eq!(edges(&Metadata { packages }), found);
    }

    #[test]
    fn only_listed_edges_are_allowed() {
        check_edge("recount-ledger", "recount-model", None, &[]);
        check_edge(
            "recount-model",
            "recount-ledger",
            None,
            &["recount-model must not depend on recount-ledger"],
        );
        check_edge(
            "recount-export-csv",
            "recount-model",
            None,
            &["recount-export-csv must not depend on recount-model"],
        );
        check_edge("recount-ledger", "recount-test-support", Some("dev"), &[]);
        check_edge("recount-tests", "recount-model", Some("dev"), &[]);
        check_edge(
            "recount-cli",
            "recount-test-support",
            None,
            &["recount-cli must not depend on recount-test-support"],
        );
        check_edge(
            "recount-tests",
            "recount-cli",
            Some("dev"),
            &["the tests of recount-tests must not depend on recount-cli"],
        );
        check_edge(
            "xtask",
            "recount-model",
            Some("dev"),
            &["the tests of xtask must not depend on recount-model"],
        );
    }

    #[test]
    fn a_new_crate_must_be_listed() {
        let finding = "recount-new: this crate is not in the table of edges, xtask/src/tidy/crates.rs";
        assert_eq!(edges(&Metadata { packages: vec![package("recount-new", &[])] }), [finding]);
    }

    #[test]
    fn foreign_crates_have_reasons_and_users() {
        let manifest = "[workspace]\nmembers = []\n\n[workspace.dependencies]\n# Ours\na = { path = \"a\" }\n\n\
                        b = \"1\" # bytes\nc = \"1\"\nd = \"1\" #\n\n[profile.release]\nlto = true\n";
        assert_eq!(
            dependencies_have_reasons(manifest),
            ["Cargo.toml:9: c has no `# reason`", "Cargo.toml:10: d has no `# reason`"]
        );
        let metadata = Metadata { packages: vec![package("x", &[("b", None), ("c", Some("dev"))])] };
        assert_eq!(dependencies_are_used(manifest, &metadata), ["Cargo.toml:10: no crate uses d"]);
    }
}
