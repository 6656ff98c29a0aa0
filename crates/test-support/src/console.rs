//! Documents whose examples are run: the `console` blocks of a Markdown file.
//!
//! ````markdown
//! ```console
//! $ echo one; echo two >&2; exit 3
//! one
//! two
//! [exit 3]
//! ```
//! ````
//!
//! A line that starts with `$ ` is a command for bash; a `\` at its end continues it on the next line. The lines up to
//! the next command are what it must print, standard output and standard error mixed as on a terminal, and at the end
//! `[exit N]` where its status is not 0. A line `...` stands for any lines, also none. Exported variables and the current
//! folder last to the end of the document, as in a terminal. A block marked `console no-run` is shown, not run.
//!
//! `UPDATE_DOCS=1` writes what was printed into the document, where it differs.

mod compare;
mod document;

use std::fs;
use std::path::Path;

use crate::TestEnvironment;
use compare::{difference, matches};
pub use document::{Block, Step, blocks};

/// What running the examples of a document showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One text per command that printed something else than the document says, with the difference.
    pub failures: Vec<String>,
    /// The document with what was printed.
    pub updated: String,
}

/// Runs the examples of the document at `path`, all of them, and updates it where `UPDATE_DOCS` is set.
///
/// # Panics
///
/// When the document cannot be read, has a block that is none, or a command printed something else than it says.
#[track_caller]
pub fn check(path: &Path, environment: &TestEnvironment) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let report = run(&name, &text, environment).unwrap_or_else(|problem| panic!("{problem}"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        if report.updated != text {
            fs::write(path, report.updated).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        return;
    }
    assert!(
        report.failures.is_empty(),
        "{}\nUPDATE_DOCS=1 writes what was printed into {name}.",
        report.failures.join("\n")
    );
}

/// Runs the examples of a document given as text; `name` is for the report.
///
/// # Errors
///
/// When the document has a block that is none; nothing is run then.
pub fn run(name: &str, text: &str, environment: &TestEnvironment) -> Result<Report, String> {
    let blocks = blocks(text).map_err(|problem| format!("{name}:{problem}"))?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut failures = Vec::new();
    let mut replacements = Vec::new();
    for block in blocks.iter().filter(|block| block.run) {
        for step in &block.steps {
            let printed = Printed::of(step, environment);
            if step.exit == printed.exit && matches(&step.output, &printed.lines) {
                continue;
            }
            let (expected, found) = (said(&step.output, step.exit), said(&printed.lines, printed.exit));
            let difference = difference(&expected, &found);
            failures.push(format!("{name}:{}: $ {}\n{difference}", step.line, step.command));
            let indented = found.iter().map(|line| format!("{}{line}", block.indent).trim_end().to_owned());
            replacements.push((step.said.clone(), indented.collect::<Vec<_>>()));
        }
    }
    // From the end, so that the line numbers before stay what they are.
    for (said, found) in replacements.into_iter().rev() {
        lines.splice(said, found);
    }
    Ok(Report { failures, updated: lines.join("\n") + "\n" })
}

/// What a command printed.
struct Printed {
    lines: Vec<String>,
    exit: i32,
}

impl Printed {
    fn of(step: &Step, environment: &TestEnvironment) -> Printed {
        let script = format!(
            "exec 2>&1\n\
             [ -e ~/.console ] && . ~/.console\n\
             trap '{{ export -p; printf \"cd %q\\n\" \"$PWD\"; }} >~/.console' EXIT\n\
             {}",
            step.command
        );
        let outcome = environment.shell(&script);
        let mut lines: Vec<String> = outcome.stdout.lines().map(|line| line.trim_end().to_owned()).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        Printed { lines, exit: outcome.exit }
    }
}

/// Output and status as a document says them.
fn said(output: &[String], exit: i32) -> Vec<String> {
    let exit = (exit != 0).then(|| format!("[exit {exit}]"));
    output.iter().cloned().chain(exit).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn document(blocks: &str) -> String {
        format!("# Title\n\n{}\n", blocks.replace("'''", "```"))
    }

    fn run_blocks(blocks: &str) -> Report {
        run("doc.md", &document(blocks), &TestEnvironment::new()).unwrap()
    }

    #[test]
    fn right_expectations_hold() {
        let check = |blocks: &str| {
            let report = run_blocks(blocks);
            assert_eq!(report.failures, Vec::<String>::new());
            assert_eq!(report.updated, document(blocks));
        };
        check("'''console\n$ echo one\none\n$ echo two\ntwo\n'''");
        check("'''console\n$ true\n'''");
        check("'''console\n$ echo out; echo err >&2; exit 3\nout\nerr\n[exit 3]\n'''");
        check("'''console\n$ echo a \\\n    b\na b\n'''");
        check("'''console\n$ seq 9\n1\n...\n8\n9\n'''");
        check("'''console\n$ seq 3\n...\n'''");
        check("'''console\n$ echo; echo a; echo\n\na\n'''");
        check("1. Step\n\n   '''console\n   $ echo in a list\n   in a list\n   '''");
    }

    #[test]
    fn folder_and_exported_variables_last() {
        let blocks = "'''console\n$ mkdir sub && cd sub && export NAME='a b'\n'''\ntext\n'''console\n\
                      $ basename \"$PWD\"; echo $NAME\nsub\na b\n$ exit 7\n[exit 7]\n$ basename \"$PWD\"\nsub\n'''";
        assert_eq!(run_blocks(blocks).failures, Vec::<String>::new());
    }

    #[test]
    fn blocks_marked_so_and_other_languages_are_not_run() {
        for info in ["console no-run", "bash", ""] {
            let report = run_blocks(&format!("'''{info}\n$ echo run; exit 9\nnot run\n'''"));
            assert_eq!(report.failures, Vec::<String>::new(), "{info}");
        }
        let nested = "````markdown\n'''console\n$ echo run\nnot run\n'''\n````";
        assert_eq!(run_blocks(nested).failures, Vec::<String>::new());
    }

    #[test]
    fn wrong_expectations_fail_and_can_be_updated() {
        let check = |wrong: &str, right: &str| {
            let report = run_blocks(wrong);
            assert_ne!(report.failures, Vec::<String>::new(), "{wrong}");
            assert_eq!(report.updated, document(right));
            assert_eq!(run_blocks(right).failures, Vec::<String>::new());
        };
        check("'''console\n$ echo one\ntwo\n'''", "'''console\n$ echo one\none\n'''");
        check("'''console\n$ echo one\n'''", "'''console\n$ echo one\none\n'''");
        check("'''console\n$ true\nmore\n'''", "'''console\n$ true\n'''");
        check("'''console\n$ exit 3\n'''", "'''console\n$ exit 3\n[exit 3]\n'''");
        check("'''console\n$ exit 3\n...\n'''", "'''console\n$ exit 3\n[exit 3]\n'''");
        check("'''console\n$ echo a\na\n[exit 3]\n'''", "'''console\n$ echo a\na\n'''");
        check("'''console\n$ seq 3\n...\n4\n'''", "'''console\n$ seq 3\n1\n2\n3\n'''");
        check(
            "'''console\n$ echo a\nx\n$ seq 2\n'''\n\n  '''console\n  $ echo b\n  y\n  '''",
            "'''console\n$ echo a\na\n$ seq 2\n1\n2\n'''\n\n  '''console\n  $ echo b\n  b\n  '''",
        );
    }

    #[test]
    fn a_failure_names_the_line_and_shows_the_difference() {
        let report = run_blocks("'''console\n$ seq 3\n1\nII\n3\n'''");
        insta::assert_snapshot!(report.failures.join("\n"), @r"
        doc.md:4: $ seq 3
          1
        - II
        + 2
          3
        ");
    }
}
