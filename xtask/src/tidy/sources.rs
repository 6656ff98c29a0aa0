//! Rules about Rust files.

use super::tree::{File, Tree};

/// Lines a file may have without its tests.
const MOST_LINES: usize = 500;

/// What is meant to be gone before a change is done. In halves, so that this file does not break its own rule.
const LEFTOVERS: [&str; 5] = [
    concat!("to", "do!"),
    concat!("db", "g!"),
    concat!("unimple", "mented!"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
];

/// Who opens a file must learn from its first line what it is for.
pub(crate) fn starts_with_a_doc(file: &File, _: &Tree) -> Vec<String> {
    let fits = !file.is_rust() || file.text.starts_with("//!");
    if fits { Vec::new() } else { vec!["1: a source file starts with a `//!` doc".to_owned()] }
}

/// A file is read as a whole: one that does not fit into a head is two files.
pub(crate) fn is_short(file: &File, _: &Tree) -> Vec<String> {
    if !file.is_rust() || file.is_test() {
        return Vec::new();
    }
    let code = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().count();
    if lines <= MOST_LINES {
        return Vec::new();
    }
    vec![format!("{lines}: a source file has at most {MOST_LINES} lines without its tests")]
}

/// What is left to be done is done, or written down where it is looked for.
pub(crate) fn has_no_leftovers(file: &File, _: &Tree) -> Vec<String> {
    if !file.is_rust() {
        return Vec::new();
    }
    let numbered = (1..).zip(file.text.lines());
    let found = numbered.filter_map(|(number, line)| {
        let word = LEFTOVERS.iter().find(|word| line.contains(**word))?;
        Some(format!("{number}: {word} is left over"))
    });
    found.collect()
}

/// A file that no module declares is not compiled: nobody notices when it is wrong.
pub(crate) fn is_declared(file: &File, tree: &Tree) -> Vec<String> {
    let Some((folder, name)) = file.path.rsplit_once('/').filter(|_| file.is_rust()) else {
        return Vec::new();
    };
    // The fuzz targets are programs, which their manifest declares: a test of theirs sees to that.
    let is_root = matches!(name, "main.rs" | "lib.rs") || folder == "fuzz/fuzz_targets";
    let parents = [format!("{folder}/lib.rs"), format!("{folder}/main.rs"), format!("{folder}.rs")];
    let declares = |parent: &String| tree.text(parent).is_some_and(|text| declares(text, file.stem()));
    if is_root || parents.iter().any(declares) {
        return Vec::new();
    }
    vec![format!("1: no `mod {};` declares this file", file.stem())]
}

fn declares(text: &str, module: &str) -> bool {
    let declaration = format!("mod {module};");
    let before = |line: &str| line.trim().strip_suffix(&declaration).map(|rest| rest.trim_end().to_owned());
    text.lines()
        .filter_map(before)
        .any(|visibility| matches!(visibility.as_str(), "" | "#[cfg(test)]") || visibility.starts_with("pub"))
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::*;

    fn check(rule: Rule, path: &str, text: &str, found: &[&str]) {
        let tree = Tree::of(&[
            (path, text),
            ("crates/a/src/lib.rs", "mod b;\npub(crate) mod c;\n#[cfg(test)]\nmod d;\n// mod e;\n"),
        ]);
        assert_eq!(rule(&tree.files[0], &tree), found, "{path}: {text:.80}");
    }

    #[test]
    fn docs_come_first() {
        check(starts_with_a_doc, "a.rs", "//! Doc.\n", &[]);
        check(starts_with_a_doc, "a.md", "text\n", &[]);
        check(starts_with_a_doc, "a.rs", "\n//! Doc.\n", &["1: a source file starts with a `//!` doc"]);
    }

    #[test]
    fn tests_do_not_count_as_length() {
        let long = "x\n".repeat(MOST_LINES);
        let tests = "#[cfg(test)]\nmod tests {\n}\n";
        let finding = "501: a source file has at most 500 lines without its tests";
        check(is_short, "a.rs", &format!("{long}{tests}"), &[]);
        check(is_short, "a.rs", &format!("{long}x\n{tests}"), &[finding]);
        check(is_short, "a/tests.rs", &format!("{long}x\n"), &[]);
        check(is_short, "a.md", &format!("{long}x\n"), &[]);
    }

    #[test]
    fn leftovers_are_found() {
        for word in LEFTOVERS {
            check(
                has_no_leftovers,
                "a.rs",
                &format!("a\n  {word}(1)\n"),
                &[&format!("2: {word} is left over")],
            );
            check(has_no_leftovers, "a.md", word, &[]);
        }
        check(has_no_leftovers, "a.rs", "let done = 1;\n", &[]);
    }

    #[test]
    fn files_are_declared() {
        for declared in ["b", "c", "d"] {
            check(is_declared, &format!("crates/a/src/{declared}.rs"), "", &[]);
        }
        check(is_declared, "crates/a/src/e.rs", "", &["1: no `mod e;` declares this file"]);
        check(is_declared, "crates/a/src/b/f.rs", "", &["1: no `mod f;` declares this file"]);
        check(is_declared, "crates/b/src/main.rs", "", &[]);
        check(is_declared, "fuzz/fuzz_targets/b.rs", "", &[]);
    }
}
