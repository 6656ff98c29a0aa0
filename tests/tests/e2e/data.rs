//! The first ledger, data/ukraine-children.jsonl: what it says does not change without anybody noticing.

use std::collections::BTreeMap;
use std::path::Path;

use recount_test_support::{Outcome, TestEnvironment, repository};
use rusqlite::types::ValueRef;

use crate::{environment_with_data, recount};

const LEDGER: &str = "data/ukraine-children.jsonl";

fn ask(environment: &TestEnvironment, line: &str) -> Outcome {
    recount(environment, &format!("-f {LEDGER} {line}"))
}

/// Compares with tests/snapshots/NAME.snap.
fn check_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(repository().join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The CSV files of an export, by name.
fn tables(environment: &TestEnvironment, folder: &str) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(environment.folder().join(folder)).unwrap();
    let paths =
        files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "csv"));
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.map(|path| (name(&path), std::fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn it_verifies() {
    let environment = environment_with_data();
    let answer = ask(&environment, "verify").success();
    assert!(answer.stdout.starts_with("intact: "), "{answer}");
    let root = answer.stdout.trim_end().rsplit(' ').next().unwrap();
    let size = answer.stdout.split(' ').nth(1).unwrap();
    ask(&environment, &format!("verify --head {size}:{root}")).success();
    ask(&environment, &format!("verify --head 12:{root}")).exits(4);
}

#[test]
fn its_tables_stay() {
    let environment = environment_with_data();
    ask(&environment, "export csv out").success();
    let tables = tables(&environment, "out");
    assert!(tables.len() >= 14, "{:?}", tables.keys());
    for (name, text) in tables {
        check_snapshot(&format!("table-{name}"), &text);
    }
}

#[test]
fn its_answers_stay() {
    let environment = environment_with_data();
    for (name, line) in [
        ("figures", "figures"),
        ("headlines", "headlines"),
        ("headlines-day-after-the-vote", "headlines --published-by 2025-12-04"),
        ("headlines-end-of-2023", "headlines --published-by 2023-12-31"),
        ("headlines-as-of-2023-12-18", "headlines --as-of 2023-12-18"),
        ("votes", "votes"),
        ("vote", "votes A/ES-11/L.16/Rev.1"),
    ] {
        check_snapshot(name, &ask(&environment, line).success().to_string());
    }
}

#[test]
fn exports_are_the_same_bytes_each_time() {
    let environment = environment_with_data();
    for folder in ["one", "two"] {
        ask(&environment, &format!("export csv {folder}")).success();
        ask(&environment, &format!("export sqlite {folder}.sqlite")).success();
    }
    assert_eq!(environment.shell("diff -r one two && cmp one.sqlite two.sqlite").to_string(), "");
}

#[test]
fn sqlite_holds_what_csv_holds() {
    let environment = environment_with_data();
    ask(&environment, "export csv out").success();
    ask(&environment, "export sqlite out.sqlite").success();
    let sqlite = rusqlite::Connection::open(environment.folder().join("out.sqlite")).unwrap();
    for (name, text) in tables(&environment, "out") {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns =
            reader.headers().unwrap().iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let mut from_csv: Vec<Vec<String>> = Vec::new();
        for record in reader.records() {
            from_csv.push(record.unwrap().iter().map(boolean_as_number).collect());
        }
        let mut statement = sqlite.prepare(&format!("SELECT {columns} FROM \"{name}\"")).unwrap();
        let width = statement.column_count();
        let rows = statement.query_map([], |row| (0..width).map(|at| Ok(cell(row.get_ref(at)?))).collect());
        let mut from_sqlite: Vec<Vec<String>> = rows.unwrap().map(Result::unwrap).collect();
        from_csv.sort();
        from_sqlite.sort();
        assert!(!from_csv.is_empty(), "{name} has no rows");
        assert_eq!(from_sqlite, from_csv, "{name}");
    }
}

/// A cell of CSV as SQLite has it.
fn boolean_as_number(cell: &str) -> String {
    match cell {
        "true" => "1".to_owned(),
        "false" => "0".to_owned(),
        other => other.to_owned(),
    }
}

fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        other => panic!("no column holds {:?}", other.data_type()),
    }
}

#[test]
fn any_changed_byte_is_found() {
    let environment = environment_with_data();
    let bytes = environment.read(LEDGER);
    // A prime stride meets line ends, quotes, letters and digits of events and checkpoints alike.
    for at in (0..bytes.len()).step_by(bytes.len() / 53).chain([bytes.len() - 1]) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        environment.write("changed.jsonl", changed);
        let answer = recount(&environment, "-f changed.jsonl verify");
        assert_eq!(answer.exit, 4, "byte {at}: {answer}");
    }
}

#[test]
fn a_lost_or_doubled_line_is_found() {
    let environment = environment_with_data();
    let text = String::from_utf8(environment.read(LEDGER)).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in [0, 1, lines.len() / 2, lines.len() - 2] {
        let lost = [&lines[..at], &lines[at + 1..]].concat().concat();
        let doubled = [&lines[..=at], &lines[at..]].concat().concat();
        for changed in [lost, doubled] {
            environment.write("changed.jsonl", changed);
            let answer = recount(&environment, "-f changed.jsonl verify");
            assert_eq!(answer.exit, 4, "line {at}: {answer}");
        }
    }
}

#[test]
fn the_past_is_what_was_there_then() {
    let environment = environment_with_data();
    let text = String::from_utf8(environment.read(LEDGER)).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let checkpoints = (0..lines.len()).filter(|at| lines[*at].starts_with("{\"checkpoint\""));
    let mut events = 0;
    for (batch, checkpoint) in checkpoints.enumerate() {
        events = checkpoint - batch;
        environment.write("past.jsonl", lines[..=checkpoint].concat());
        for command in ["figures", "headlines", "votes"] {
            let now =
                ask(&environment, &format!("--format csv {command} --recorded-by {events}")).success().stdout;
            let then =
                recount(&environment, &format!("-f past.jsonl --format csv {command}")).success().stdout;
            assert_eq!(now, then, "{command} at {events}");
        }
        ask(&environment, &format!("export csv now --recorded-by {events}")).success();
        recount(&environment, "-f past.jsonl export csv then").success();
        assert_eq!(tables(&environment, "now"), tables(&environment, "then"), "at {events}");
    }
    assert!(events > 600, "{events} events were covered");
}
