//! What the documents show is what happens: their `console` blocks are run.

use std::path::Path;

use recount_test_support::{console, repository};

use crate::environment_with_data;

/// Pages with a test of their own.
const ALONE: [&str; 1] = ["errors.md"];

fn check(path: &Path) {
    console::check(path, &environment_with_data());
}

#[test]
fn readme() {
    check(&repository().join("README.md"));
}

#[test]
fn errors() {
    check(&repository().join("docs/errors.md"));
}

#[test]
fn all_other_pages() {
    for entry in std::fs::read_dir(repository().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.ends_with(".md") && !ALONE.contains(&name) {
            check(&path);
        }
    }
}
