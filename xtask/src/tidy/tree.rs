//! The files of the repository, read once for all rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::Result;

/// The files whose text the rules look at, and the paths of all others.
pub(crate) struct Tree {
    /// Rust, Markdown and TOML files, in the order of their paths.
    pub(crate) files: Vec<File>,
    /// Every file and folder, as paths from the root with `/`.
    paths: BTreeSet<String>,
}

/// A text file.
pub(crate) struct File {
    /// Its path from the root, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl Tree {
    /// Reads the tree under `root`; build output and hidden folders are passed over, except those of the project.
    ///
    /// # Errors
    ///
    /// When a folder or file cannot be read.
    pub(crate) fn read(root: &Path) -> Result<Tree> {
        let mut tree = Tree { files: Vec::new(), paths: BTreeSet::new() };
        tree.add(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn add(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let is_hidden = name.starts_with('.') && !matches!(name.as_str(), ".cargo" | ".ci" | ".config");
            if is_hidden || matches!(path.as_str(), "target" | "out" | "fuzz/target" | "fuzz/artifacts") {
                continue;
            }
            self.paths.insert(path.clone());
            if entry.file_type()?.is_dir() {
                self.add(&entry.path(), &format!("{path}/"))?;
            } else if [".rs", ".md", ".toml"].iter().any(|extension| path.ends_with(extension)) {
                let text = fs::read_to_string(entry.path()).map_err(|e| format!("{path}: {e}"))?;
                self.files.push(File { path, text });
            }
        }
        Ok(())
    }

    /// The text of the file at `path`.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// Whether there is a file or folder at `path`, which is relative to the folder of `file` and may have `..`.
    pub(crate) fn has(&self, file: &File, path: &str) -> bool {
        let mut parts: Vec<&str> = file.path.split('/').collect();
        parts.pop();
        for part in path.trim_end_matches('/').split('/') {
            match part {
                "." => {}
                ".." => {
                    if parts.pop().is_none() {
                        return false;
                    }
                }
                part => parts.push(part),
            }
        }
        parts.is_empty() || self.paths.contains(&parts.join("/"))
    }

    /// A tree of these files.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        let paths = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        Tree { files: files.iter().map(file).collect(), paths }
    }
}

impl File {
    /// Whether it is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it is Markdown.
    pub(crate) fn is_markdown(&self) -> bool {
        self.path.ends_with(".md")
    }

    /// Its name without folders and `.rs`.
    pub(crate) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.strip_suffix(".rs").unwrap_or(name)
    }

    /// Whether it holds nothing but tests and what only they use.
    pub(crate) fn is_test(&self) -> bool {
        matches!(self.stem(), "tests" | "testing")
            || self.path.contains("/tests/")
            || self.path.starts_with("tests/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_from_the_folder_of_the_file() {
        let tree = Tree::of(&[("docs/a.md", ""), ("docs/b.md", ""), ("README.md", "")]);
        let check = |path: &str, there: bool| assert_eq!(tree.has(&tree.files[0], path), there, "{path}");
        check("b.md", true);
        check("./b.md", true);
        check("../README.md", true);
        check("..", true);
        check("../../README.md", false);
        check("README.md", false);
    }

    #[test]
    fn files_of_tests_are_known() {
        let tree = Tree::of(&[
            ("crates/a/src/tests.rs", ""),
            ("crates/a/src/b/tests/c.rs", ""),
            ("crates/a/src/testing.rs", ""),
            ("tests/tests/e2e/main.rs", ""),
            ("crates/test-support/src/lib.rs", ""),
            ("crates/a/src/contests.rs", ""),
        ]);
        let tests: Vec<bool> = tree.files.iter().map(File::is_test).collect();
        assert_eq!(tests, [true, true, true, true, false, false]);
    }
}
