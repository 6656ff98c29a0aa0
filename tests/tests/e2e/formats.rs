//! What commands print: the format asked for, receipts, and tables on narrow terminals.

use recount_test_support::TestEnvironment;
use serde_json::{Value, json};

use crate::{CLOCK, environment_with_data, recount};

const DATA: &str = "-f data/ukraine-children.jsonl";

fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T").success();
    recount(&environment, "append place --id a --name a").success();
    environment
}

#[test]
fn rules_are_appended_without_json() {
    let at = environment();
    at.shell(
        "recount append reporter --id r --name R --kind ngo
         for id in x a b; do recount append indicator --id $id --label L --unit U --measure cumulative; done
         recount append policy --indicator x --rule prefer=r
         recount append check --id falls --rule monotone.indicator=x
         recount append check --id sums --rule total.indicator=x --rule total.parts=a,b
         recount append check --id recent --rule fresh.reporter=r --rule fresh.days=30",
    )
    .success();
    let rules = at.shell("tail -8 ledger.jsonl | grep -o '\"rule\":.*'").success();
    insta::assert_snapshot!(rules, @r#"
    "rule":{"prefer":["r"]}}}
    "rule":{"monotone":{"indicator":"x"}}}}
    "rule":{"total":{"indicator":"x","parts":["a","b"]}}}}
    "rule":{"fresh":{"reporter":"r","days":30}}}}
    "#);
}

#[test]
fn one_event_has_no_rows_but_one_line() {
    let environment = environment_with_data();
    let show =
        |format: &str| recount(&environment, &format!("{DATA} --format {format} show 300 --as-of 2023"));
    let line = show("jsonl").success().stdout;
    assert_eq!(line.lines().count(), 1, "{line}");
    let story: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(story["clocks"]["as_of"], "2023");
    let refused = show("csv").exits(2).stderr;
    assert_eq!(
        refused,
        "error[E0801]: --format: \"csv\": expected table, json or jsonl: what bears on an event has no rows\n"
    );
}

#[test]
fn every_vote_is_printed_as_by_itself() {
    let environment = environment();
    environment
        .shell(
            r#"recount append events - <<'END'
            {"type":"source.added","data":{"id":"s","title":"T","publisher":"P","url":"https://example.org/"}}
            {"type":"source.added","data":{"id":"t","title":"T","publisher":"P","url":"https://example.org/t"}}
            {"type":"vote.recorded","data":{"id":"B/2","title":"Second","body":"GA","date":"2025-01-02","source":"s"}}
            {"type":"vote.recorded","data":{"id":"A/1","title":"First","body":"GA","date":"2025-01-01","source":"s"}}
            {"type":"vote.recorded","data":{"id":"C/3","title":"Third","body":"GA","date":"2025-01-03","source":"s"}}
            {"type":"vote.reported","data":{"vote":"C/3","source":"s","tally":{"yes":"9"},"positions":{"yes":["UKR"]}}}
            {"type":"vote.reported","data":{"vote":"A/1","source":"s","tally":{"yes":"7"},"positions":{"yes":["CRI"]}}}
            {"type":"vote.reported","data":{"vote":"C/3","source":"t","tally":{"yes":"8"},"positions":{"no":["UKR"]}}}
END"#,
        )
        .success();
    let votes = |arguments: &str| recount(&environment, &format!("votes {arguments}")).success().stdout;
    let (all, rows) = (votes(""), votes("--format csv"));
    let ids: Vec<&str> = rows.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    assert_eq!(ids, ["A/1", "B/2", "C/3"]);
    assert!(all.contains("contested: UKR no|yes") || all.contains("contested: UKR yes|no"), "{all}");
    for id in ids {
        let alone = votes(id);
        let (tallies, states) = alone.split_once("\nStates\n").unwrap();
        assert!(all.contains(tallies), "{id}");
        for line in states.lines().filter(|line| line.starts_with("contested:")) {
            assert!(all.contains(line), "{id}: {line}");
        }
    }
}

#[test]
fn one_vote_as_rows_is_its_positions() {
    let environment = environment_with_data();
    let rows =
        recount(&environment, &format!("{DATA} --format csv votes A/ES-11/L.16/Rev.1")).success().stdout;
    assert!(rows.starts_with("vote,country,position,"), "{rows:.100}");
    assert!(rows.lines().skip(1).all(|row| row.starts_with("A/ES-11/L.16/Rev.1,")), "{rows:.300}");
    assert!(rows.lines().count() > 20);
}

#[test]
fn answers_name_their_clocks() {
    let environment = environment_with_data();
    let log = recount(&environment, &format!("{DATA} log --recorded-by 3")).success().stdout;
    assert!(log.contains("\nclocks: recorded by 3\nleft out: "), "{log}");
    let show = recount(&environment, &format!("{DATA} show 300 --recorded-by year:2026")).success().stdout;
    assert!(show.contains("\nclocks: recorded by year 2026\n"), "{show}");
    let json =
        recount(&environment, &format!("{DATA} figures --format json --recorded-by year:2026")).success();
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["clocks"]["recorded_by"], "year:2026");
}

#[test]
fn appends_answer_machines() {
    let at = environment();
    let json = |line: &str| -> Value {
        let answer = recount(&at, &format!("--format json {line}")).success();
        assert_eq!(answer.stderr, "", "{line}");
        serde_json::from_str(&answer.stdout).unwrap_or_else(|error| panic!("{line}: {error}: {answer}"))
    };
    assert_eq!(json("append place --id b --name b -n"), json!({ "dry_run": true, "events": 1 }));
    let again = json!({ "seq": 2, "already": true, "fate": "in force" });
    assert_eq!(json("append place --id a --name a"), again);
    recount(&at, "correct 2 --set name=A --reason typo").success();
    let corrected = json!({ "seq": 2, "already": true, "fate": "corrected", "by": 3 });
    assert_eq!(json("append place --id a --name a"), corrected);
    assert_eq!(
        recount(&at, "append place --id b --name b -n").success().stderr,
        "dry run: 1 event would be appended, nothing was\n"
    );
}

#[test]
fn a_dry_run_of_batches_is_one() {
    let at = environment();
    let place =
        |id: &str| format!("{{\"type\":\"place.added\",\"data\":{{\"id\":\"{id}\",\"name\":\"x\"}}}}\n");
    let input = ["b", "c", "d"].map(place).concat();
    let answer = at.recount_with(["append", "events", "-", "--batch", "1", "-n"], &input).success();
    assert_eq!(answer.stderr, "dry run: 3 events would be appended, nothing was\n");
}

#[test]
fn a_receipt_that_is_lost_says_what_it_said() {
    let at = environment();
    let answer = at.shell("recount append place --id b --name b >/dev/full").exits(6);
    let start = "error[E0701]: the events are in the ledger (seq 3, size 3, root ";
    assert!(answer.stderr.starts_with(start), "{answer}");
    assert!(answer.stderr.contains("but the receipt could not be written: "), "{answer}");
    assert!(recount(&at, "verify").success().stdout.starts_with("intact: 3 events, 3 checkpoints, "));
}

#[test]
fn one_is_singular() {
    let at = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&at, "init --title T").success();
    assert!(recount(&at, "verify").success().stdout.starts_with("intact: 1 event, 1 checkpoint, "));
}

#[test]
fn json_hides_no_characters() {
    let at = environment();
    at.shell(r#"recount append place --id c --name $'a\u202eb\u200bc'"#).success();
    for command in ["log --format jsonl", "show 3 --format json"] {
        let answer = recount(&at, command).success().stdout;
        assert!(answer.contains(r"a\u202eb\u200bc") && !answer.contains('\u{202e}'), "{command}: {answer}");
    }
    let error = at.shell(r#"recount --format json figures $'x\u202e'"#).exits(3).stderr;
    assert!(error.contains(r"x\u202e") && !error.contains('\u{202e}'), "{error}");
    let usage = at.shell(r#"recount $'x\u202e'; recount figures $'y\u202e'"#).exits(3).stderr;
    assert!(!usage.contains('\u{202e}') && usage.contains(r"x\u{202e}"), "{usage}");
    assert!(at.shell(r"recount $'\xff'").exits(2).stderr.starts_with("error[E0801]"));
}

#[test]
fn exports_are_no_streams() {
    let at = environment();
    for (command, place) in [("export csv -", "DIR"), ("export sqlite -", "FILE")] {
        let answer = recount(&at, command).exits(2);
        assert!(
            answer.stderr.starts_with(&format!("error[E0801]: {place}: \"-\": expected a f")),
            "{answer}"
        );
    }
    assert_eq!(at.shell("ls").stdout, "ledger.jsonl\n");
}

#[test]
fn numbers_and_dates_are_whole_on_narrow_terminals() {
    let environment = environment_with_data();
    let answer = |columns: u16, command: &str| {
        environment.shell(&format!("COLUMNS={columns} recount {DATA} {command}")).success().stdout
    };
    for command in ["figures", "headlines", "log", "votes", "vintages children.returned --long"] {
        let whole: std::collections::BTreeSet<String> = numbers(&answer(1000, command));
        for columns in [40, 80] {
            let found = numbers(&answer(columns, command));
            let broken: Vec<_> = whole.difference(&found).collect();
            assert!(broken.is_empty(), "{command} at {columns}: {broken:?}");
        }
    }
}

/// The values, dates and instants of a text.
fn numbers(text: &str) -> std::collections::BTreeSet<String> {
    let is_number = |word: &&str| {
        word.contains(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || "-.:/<>=~TZ".contains(c))
    };
    text.split_whitespace().filter(is_number).map(str::to_owned).collect()
}
