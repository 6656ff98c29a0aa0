//! docs/errors.md explains every error code, and no other, each with an example that is run (by the tests of `docs`).

use recount_model::problem::Code;
use recount_test_support::{console, repository};

/// What an entry says that has no example.
const NOT_FROM_HERE: &str = "Not triggered from the command line: ";

/// The entries of the page: the code, and the text under its heading.
fn entries(page: &str) -> Vec<(String, String)> {
    let sections = page.split("\n## E").skip(1);
    sections.map(|section| (format!("E{}", &section[..4]), section.to_owned())).collect()
}

/// Whether a `console` block of `entry` that is run shows `code`.
fn shows(entry: &str, code: &str) -> bool {
    let blocks = console::blocks(entry).unwrap();
    let steps = blocks.iter().filter(|block| block.run).flat_map(|block| &block.steps);
    steps.flat_map(|step| &step.output).any(|line| line.contains(&format!("error[{code}]")))
}

#[test]
fn every_code_has_an_entry_in_order_and_no_other_has() {
    let page = std::fs::read_to_string(repository().join("docs/errors.md")).unwrap();
    let explained: Vec<String> = entries(&page).into_iter().map(|(code, _)| code).collect();
    let codes: Vec<String> = Code::ALL.iter().map(Code::to_string).collect();
    assert_eq!(explained, codes);
}

#[test]
fn every_entry_has_an_example_that_shows_its_code() {
    let page = std::fs::read_to_string(repository().join("docs/errors.md")).unwrap();
    for (code, entry) in entries(&page) {
        assert!(shows(&entry, &code) || entry.contains(NOT_FROM_HERE), "{code} has no example that shows it");
    }
}

#[test]
fn an_example_must_be_run_and_show_the_code() {
    let check =
        |entry: &str, found: bool| assert_eq!(shows(&entry.replace("'''", "```"), "E0101"), found, "{entry}");
    check("'''console\n$ a\nerror[E0101]: b\n'''", true);
    check("'''console\n$ a\nerror[E0102]: b\n'''", false);
    check("'''console no-run\n$ a\nerror[E0101]: b\n'''", false);
    check("error[E0101]: b", false);
}
