//! Hostile input: whatever is thrown at `recount`, it ends within its time and memory with an exit status of the
//! contract, tells where the input is wrong or stores it to the byte, writes nothing elsewhere, and hands no trick of the
//! data to the reader's terminal.

mod files;
mod limits;
mod lines;
mod names;
mod notations;
mod outputs;

use std::ffi::OsStr;
use std::fs::File;
use std::process::Stdio;

use recount_test_support::{Outcome, TestEnvironment};
use serde_json::Value;

use crate::CLOCK;

/// Seconds, and KiB of address space, that one command gets.
const LIMITS: &str = "ulimit -v 524288; exec timeout 20 \"$0\" \"$@\"";

/// What every hostile event may name.
const DECLARED: &str = r#"{"type":"source.added","data":{"id":"s","title":"S","published":"2026-03-01"}}
{"type":"reporter.added","data":{"id":"r","name":"R","kind":"other"}}
{"type":"place.added","data":{"id":"p","name":"P"}}
{"type":"indicator.defined","data":{"id":"i","label":"I","unit":"u","measure":"cumulative","minimum":"none"}}
"#;

fn environment() -> TestEnvironment {
    let at = TestEnvironment::new().with_recount().with_clock(CLOCK);
    at.recount(["init", "--title", "T"]).success();
    at.recount_with(["append", "events", "-"], DECLARED).success();
    at
}

/// Whether a character may change how the text around it looks; written here apart from the program's own list.
fn is_trick(c: char) -> bool {
    matches!(c, '\0'..='\t' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Runs `recount` within limits and holds its answer to the contract.
fn hold<A: AsRef<OsStr>>(
    at: &TestEnvironment,
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
) -> Outcome {
    let path = at.folder().with_file_name("input");
    std::fs::write(&path, input).unwrap();
    let mut command = at.command("sh");
    command.args(["-c", LIMITS]).arg(recount_test_support::recount()).args(arguments);
    let shown = format!("{:.300?}", command.get_args().skip(3).collect::<Vec<_>>());
    let output = command.stdin(Stdio::from(File::open(&path).unwrap())).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|e| panic!("{shown}: {e}"));
    let answer = Outcome {
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        exit: output.status.code().unwrap_or(-1),
    };
    assert!((0..=6).contains(&answer.exit), "{shown}: {answer:.2000}");
    assert_eq!(answer.stderr.find(is_trick), None, "{shown}: {answer:.2000}");
    let told = [0, 1].contains(&answer.exit)
        || answer.stderr.starts_with("error[E")
        || answer.stderr.contains("\nerror[E")
        || answer.stderr.contains("\"code\":\"E");
    assert!(told, "{shown}: a failure has a code: {answer:.2000}");
    answer
}

/// Appends input that must be refused, as a whole: the ledger stays as it is.
fn refused(at: &TestEnvironment, input: &[u8]) -> String {
    let before = at.read("ledger.jsonl");
    let answer = hold(at, ["append", "events", "-"], input);
    let shown = String::from_utf8_lossy(&input[..input.len().min(200)]).into_owned();
    assert_eq!(answer.exit, 3, "{shown}: {answer:.2000}");
    assert!(answer.stderr.contains("]: stdin:"), "{shown}: the line is told: {answer:.2000}");
    assert_eq!((answer.stdout, at.read("ledger.jsonl") == before), (String::new(), true), "{shown}");
    answer.stderr
}

/// Appends input of one event that must be stored; returns its data as `show` gives it back.
fn stored(at: &TestEnvironment, input: &[u8]) -> Value {
    let answer = hold(at, ["append", "events", "-", "--allow-duplicate"], input);
    let shown = String::from_utf8_lossy(&input[..input.len().min(200)]).into_owned();
    assert_eq!(answer.exit, 0, "{shown}: {answer:.2000}");
    let seq = answer.stdout.split_whitespace().nth(1).unwrap_or_else(|| panic!("{shown}: {answer:.2000}"));
    let line = hold(at, ["log", "--format", "jsonl"], b"").stdout;
    let line = line.lines().last().unwrap();
    let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{shown}: {e}: {line:.2000}"));
    assert_eq!(event["seq"].to_string(), seq, "{shown}");
    event["data"].clone()
}

/// Nothing is in the folder but these files, and nothing beside it that was not there.
fn nothing_else_was_written(at: &TestEnvironment, expected: &[&str]) {
    let names = |folder: &std::path::Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&at.folder()), expected);
    assert_eq!(names(at.folder().parent().unwrap()), ["bin", "home", "input", "work"]);
    let home = names(&at.folder().with_file_name("home"));
    assert!(home.iter().all(|name| name == ".cache"), "remembered heads, and nothing else: {home:?}");
}
