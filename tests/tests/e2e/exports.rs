//! Exporting again onto a former SQLite export: it then has the content of a fresh one, and only its own ledger may do so.

use std::path::Path;

use recount_test_support::TestEnvironment;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::indexed::{DECLARED, environment};
use crate::{CLOCK, recount};

/// Every row of every table, but for the change counter of the file.
fn content(file: &Path) -> Vec<String> {
    let connection = Connection::open(file).expect("it is a database");
    let rows = |sql: &str| -> Vec<Vec<Value>> {
        let mut select = connection.prepare(sql).expect("it can be asked");
        let count = select.column_count();
        let rows = select.query_map([], |row| (0..count).map(|at| row.get(at)).collect());
        rows.and_then(Iterator::collect).expect("it answers")
    };
    let names =
        rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%_fts%' ORDER BY name");
    let mut all = Vec::new();
    for name in names.iter().flatten() {
        let Value::Text(name) = name else { continue };
        let mut lines: Vec<String> =
            rows(&format!("SELECT * FROM \"{name}\"")).iter().map(|row| format!("{name}: {row:?}")).collect();
        lines.retain(|line| !line.contains("file_change_counter"));
        lines.sort();
        all.extend(lines);
    }
    all.extend(
        rows("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2").iter().map(|row| format!("{row:?}")),
    );
    all.extend(rows("PRAGMA foreign_key_check").iter().map(|row| format!("{row:?}")));
    all
}

/// Exports again; tells whether the file was changed in place.
fn again(environment: &TestEnvironment, options: &str) -> bool {
    let script = format!(
        "ls -i out.db > before; recount export sqlite out.db {options} > counts && ls -i out.db | cmp -s - before"
    );
    environment.shell(&script).exit == 0
}

/// The file is what a fresh one is.
fn agree(environment: &TestEnvironment, options: &str) {
    let script = format!("rm -f fresh.db && recount --no-cache export sqlite fresh.db {options}");
    let counts = environment.shell(&script).success().stdout;
    let folder = environment.folder();
    assert_eq!(String::from_utf8_lossy(&environment.read("counts")).replace("out.db", "fresh.db"), counts);
    assert_eq!(content(&folder.join("out.db")), content(&folder.join("fresh.db")));
}

#[test]
fn only_what_changed_is_written() {
    let environment = environment();
    let append = |line: &str| drop(environment.shell(&format!("recount {line}")).success());
    environment.shell("recount export sqlite out.db").success();
    assert!(again(&environment, ""), "nothing happened");
    for line in [
        "append figure --indicator back --value 5000 --reporter a --source later --as-of 2025-05-01 --wording 'five thousand'",
        "append source --id new --title New --published 2025-07-01",
        "correct 802 --set indicator=taken --reason 'the other one'",
        "retract 801 --reason 'not theirs'",
        "dispute 808 --by-reporter a --source new",
        "append policy --indicator back --rule range --reason 'as the other'",
        "append statement --speaker a --gist 'They were taken.' --source new",
    ] {
        append(line);
        assert!(again(&environment, ""), "{line}");
    }
    agree(&environment, "");
    // More than the rows that an event names.
    append("correct 2 --set title='Another title' --reason 'as printed'");
    assert!(!again(&environment, ""));
    append("retract 803 --reason 'not theirs'");
    assert!(again(&environment, ""), "the index was made again");
    agree(&environment, "");
}

#[test]
fn another_question_is_another_export() {
    let environment = environment();
    environment.shell("recount export sqlite out.db").success();
    for options in ["--case-detail full", "--as-of 2024-01-10", "--recorded-by 500", ""] {
        assert!(!again(&environment, options), "{options}");
        agree(&environment, options);
    }
    environment
        .shell("recount retract 804 --reason 'a mistake' && recount redact 804 --reason asked")
        .success();
    assert!(!again(&environment, ""), "what was erased is nowhere");
    agree(&environment, "");
}

#[test]
fn what_was_changed_by_hand_is_exported_anew() {
    let environment = environment();
    environment.shell("recount export sqlite out.db").success();
    let edit = "UPDATE figures SET value = '1'";
    Connection::open(environment.folder().join("out.db"))
        .and_then(|file| file.execute_batch(edit))
        .expect("it can be written");
    assert!(!again(&environment, ""));
    agree(&environment, "");
}

#[test]
fn the_export_of_another_ledger_is_refused() {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T --origin example.org/one").success();
    environment.write("declared.jsonl", DECLARED.join("\n") + "\n");
    environment.shell("cp ledger.jsonl short.jsonl && recount append events declared.jsonl -q").success();
    environment.shell("recount export sqlite out.db").success();
    environment.shell("cp out.db kept.db").success();
    let refused = |script: &str| {
        let outcome = environment.shell(script);
        environment.shell("cmp out.db kept.db").success();
        outcome.to_string()
    };
    insta::assert_snapshot!(refused("recount -f short.jsonl export sqlite out.db"), @"
    [stderr]
    error[E0602]: out.db: is an export of this ledger with 9 events; this copy of it has 1
      name another folder or file, or remove what is there
    [exit 5]
    ");
    environment.shell("recount -f short.jsonl append place --id a --name A --kind city").success();
    environment.shell("recount -f short.jsonl append events declared.jsonl -q").success();
    insta::assert_snapshot!(refused("recount -f short.jsonl --no-cache export sqlite out.db"), @"
    [stderr]
    error[E0602]: out.db: is an export of a copy of this ledger that went another way: this one has no checkpoint 9:x4YCYte4rdnuCOR1267aHRGMOYr4YYdfR8qgLJnQpAA=
      name another folder or file, or remove what is there
    [exit 5]
    ");
    environment.shell("recount -f other.jsonl init --title T --origin example.org/two").success();
    insta::assert_snapshot!(refused("recount -f other.jsonl export sqlite out.db"), @"
    [stderr]
    error[E0602]: out.db: is an export of another ledger, example.org/one; this one is example.org/two
      name another folder or file, or remove what is there
    [exit 5]
    ");
    environment.shell("recount -f short.jsonl export sqlite short.db").success();
}
