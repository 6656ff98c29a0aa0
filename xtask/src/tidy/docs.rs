//! Rules about Markdown files.

use super::tree::{File, Tree};

/// Folders of one machine.
const MACHINE: [&str; 4] = ["/home/", "/root/", "/tmp/", "/work/"];

/// A page is read on other machines than the one it was written on.
pub(crate) fn names_no_machine_path(file: &File, _: &Tree) -> Vec<String> {
    if !file.is_markdown() {
        return Vec::new();
    }
    let numbered = (1..).zip(file.text.lines());
    let found = numbered.filter_map(|(number, line)| {
        let folder = MACHINE.iter().find(|folder| names(line, folder))?;
        Some(format!("{number}: {folder} is a folder of one machine"))
    });
    found.collect()
}

/// Whether a path of `line` begins with `folder`; inside of a longer path, such as an address, it is no folder.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || "`\"'(=:".contains(c))
    })
}

/// A link that leads nowhere is worse than none.
pub(crate) fn links_resolve(file: &File, tree: &Tree) -> Vec<String> {
    if !file.is_markdown() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut in_code = false;
    for (number, line) in (1..).zip(file.text.lines()) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            let gone = targets(line).filter(|target| !tree.has(file, target));
            findings.extend(gone.map(|target| format!("{number}: {target} is linked and not there")));
        }
    }
    findings
}

/// The files of this repository that a line links to: inline links without their anchors.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let links = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    links
        .map(|(target, _)| target.split(['#', ' ']).next().unwrap_or(target))
        .filter(|target| !target.is_empty() && !target.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::*;

    fn check(rule: Rule, path: &str, text: &str, found: &[&str]) {
        let tree = Tree::of(&[(path, text), ("docs/b.md", "")]);
        assert_eq!(rule(&tree.files[0], &tree), found, "{text}");
    }

    #[test]
    fn folders_of_one_machine_are_found() {
        for folder in MACHINE {
            let finding = format!("2: {folder} is a folder of one machine");
            check(names_no_machine_path, "a.md", &format!("a\nsee `{folder}x`\n"), &[&finding]);
            check(names_no_machine_path, "a.md", &format!("see https://example.org{folder}x\n"), &[]);
        }
    }

    #[test]
    fn links_lead_somewhere() {
        check(
            links_resolve,
            "a.md",
            "[b](docs/b.md), [c](docs/b.md#x), [d](#x), [e](https://example.org/e.md)\n",
            &[],
        );
        check(links_resolve, "docs/a.md", "[b](b.md)\n```\n[c](c.md)\n```\n", &[]);
        check(
            links_resolve,
            "a.md",
            "\n[b](b.md) [c](c.md \"title\")\n",
            &["2: b.md is linked and not there", "2: c.md is linked and not there"],
        );
    }
}
