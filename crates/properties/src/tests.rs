//! Every input in `fuzz/corpus` is held against the promises of its parser, on every `cargo test`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use crate::{TARGETS, Target};

fn fuzz(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(path)
}

/// The inputs kept for a target, in the order of their names.
fn corpus(target: &Target) -> Vec<PathBuf> {
    let folder = fs::read_dir(fuzz("corpus").join(target.name)).unwrap();
    let mut inputs: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    inputs
}

#[test]
fn promises_hold_of_every_input_that_is_kept() {
    for target in TARGETS {
        for input in corpus(target) {
            eprintln!("{}", input.display());
            (target.holds)(&fs::read(&input).unwrap());
        }
    }
}

#[test]
fn every_target_has_a_corpus_and_a_program_and_no_other_has() {
    let names = |path: &str| -> Vec<String> {
        let entries = fs::read_dir(fuzz(path)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let targets: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("fuzz_targets"), targets);
    let manifest = fs::read_to_string(fuzz("Cargo.toml")).unwrap();
    for target in TARGETS {
        let name = target.name;
        assert!(
            manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
        let program = fs::read_to_string(fuzz(&format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("recount_properties::hold(\"{name}\", bytes)")), "{name}");
        assert!(corpus(target).len() >= 5, "{name}: a corpus of a handful at least");
    }
}
