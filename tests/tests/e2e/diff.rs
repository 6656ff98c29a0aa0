//! `diff` and `snapshot --check`: what changed, and why.

use insta::assert_snapshot;
use recount_test_support::TestEnvironment;
use serde_json::Value;

use crate::{CLOCK, environment_with_data, recount};

/// What the first snapshot is of: 10 events with the ledger's own.
const BEFORE: &str = r#"
{"type":"source.added","data":{"id":"jan","title":"January","published":"2026-01-31"}}
{"type":"source.added","data":{"id":"feb","title":"February","published":"2026-02-28"}}
{"type":"reporter.added","data":{"id":"city","name":"City council","kind":"government"}}
{"type":"reporter.added","data":{"id":"clinic","name":"The clinic","kind":"other"}}
{"type":"indicator.defined","data":{"id":"ill","label":"Ill","unit":"persons","measure":"point"}}
{"type":"vote.recorded","data":{"id":"A/1","title":"Care","body":"Council","date":"2026-01-15","source":"jan"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"96","reporter":"city","source":"jan","as_of":"2026-01-30"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"50","reporter":"clinic","source":"jan","as_of":"2026-01-20"}}
{"type":"vote.reported","data":{"vote":"A/1","source":"jan","tally":{"yes":"2","no":"1","abstain":"0"},"positions":{"no":["POL"]}}}
"#;

/// A correction, a newer figure, a dispute, a policy, a position and a mended title.
const AFTER: &str = r#"
{"type":"record.corrected","data":{"target":8,"data":{"indicator":"ill","value":"69","reporter":"city","source":"jan","as_of":"2026-01-30"},"reason":"digits swapped"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"55","reporter":"clinic","source":"feb","as_of":"2026-02-20"}}
{"type":"figure.disputed","data":{"target":8,"by_reporter":"clinic","source":"feb"}}
{"type":"policy.set","data":{"indicator":"ill","rule":{"prefer":["city"]},"reason":"the city counts"}}
{"type":"vote.position","data":{"vote":"A/1","country":"FRA","position":"yes","source":"feb"}}
{"type":"record.corrected","data":{"target":2,"data":{"id":"jan","title":"January bulletin","published":"2026-01-31"},"reason":"the whole title"}}
"#;

fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T --origin example.org/t").success();
    environment.recount_with(["append", "events", "-"], BEFORE).success();
    environment
}

fn later() -> TestEnvironment {
    let environment = environment();
    recount(&environment, "snapshot --accept state.json").success();
    environment.recount_with(["append", "events", "-"], AFTER).success();
    environment
}

fn answer(environment: &TestEnvironment, command: &str) -> String {
    environment.shell(&format!("recount {command}")).to_string()
}

#[test]
fn changes_are_grouped_by_cause() {
    assert_snapshot!(answer(&later(), "diff --from 10"), @"");
}

#[test]
fn the_published_clock_is_compared_in_one_replay() {
    let line = "diff --from published:2026-02-01 --to published:2026-02-28 --format csv";
    assert_snapshot!(answer(&later(), line), @"");
}

#[test]
fn back_in_time_things_are_no_longer_visible() {
    let environment = later();
    let answer = recount(&environment, "diff --from now --to 10 --format json").success();
    let json: Value = serde_json::from_str(&answer.stdout).unwrap();
    let changes = json["changes"].as_array().unwrap();
    assert!(changes.len() > 4 && changes.iter().all(|change| change["cause"] == "no_longer_visible"));
    assert_eq!((&json["from"]["size"], &json["to"]["size"]), (&16.into(), &10.into()));
    let lines = recount(&environment, "diff --from now --to 10 --format jsonl").success().stdout;
    let objects: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&objects, changes);
}

#[test]
fn an_empty_answer_says_on_which_clocks() {
    let environment = later();
    assert_snapshot!(answer(&environment, "diff --from 15 --to now"), @"");
    assert_snapshot!(answer(&environment, "diff --from as-of:2026-03 --format jsonl"), @"");
    assert_snapshot!(answer(&environment, "diff --from start --to 1"), @"");
}

#[test]
fn points_that_are_none() {
    let environment = later();
    assert_snapshot!(answer(&environment, "diff --from publised:2026 --to 17"), @"");
    assert_snapshot!(answer(&environment, "diff --from published:2026-13"), @"");
    assert_snapshot!(answer(&environment, "diff --from 17,recorded:18 --to 99999999999"), @"");
    recount(&environment, "diff").exits(2);
}

#[test]
fn a_snapshot_is_accepted_and_compared() {
    let environment = later();
    assert_snapshot!(answer(&environment, "snapshot --check state.json"), @"");
    let check = recount(&environment, "snapshot --check state.json --format json").exits(1);
    let json: Value = serde_json::from_str(&check.stdout).unwrap();
    assert_eq!((&json["equal"], json["rows"].as_array().unwrap().len()), (&false.into(), 3));
    recount(&environment, "snapshot --accept state.json").success();
    assert_snapshot!(answer(&environment, "snapshot --check state.json"), @"");
    assert_eq!(environment.shell("recount snapshot | cmp - state.json; ls").to_string(), "ledger.jsonl\nstate.json\n");
}

#[test]
fn clocks_of_a_snapshot_are_compared_too() {
    let environment = later();
    recount(&environment, "snapshot --accept state.json --published-by 2026-02-01").success();
    recount(&environment, "snapshot --check state.json --published-by 2026-02-01").success();
    recount(&environment, "snapshot --check state.json --published-by 2026-02").exits(1);
    recount(&environment, "snapshot --check state.json").exits(1);
}

#[test]
fn a_snapshot_of_another_ledger_is_compared_by_rows() {
    let environment = later();
    let forked = "sed 's/\"size\":10/\"size\":9/' state.json >forked.json; recount snapshot --check forked.json";
    assert_snapshot!(environment.shell(forked).to_string(), @"");
    let other = "sed 's/example.org.t/example.org\\/u/' state.json >other.json; recount snapshot --check other.json -q | tail -1";
    assert_snapshot!(environment.shell(other).to_string(), @"");
}

#[test]
fn files_that_are_no_snapshots() {
    let environment = later();
    assert_snapshot!(answer(&environment, "snapshot --check absent.json"), @"");
    assert_snapshot!(answer(&environment, "snapshot --check ledger.jsonl"), @"");
    assert_snapshot!(answer(&environment, "snapshot --accept ledger.jsonl"), @"");
    recount(&environment, "snapshot --accept absent/state.json").exits(6);
    recount(&environment, "snapshot --accept state.json --check state.json").exits(2);
    recount(&environment, "verify").success();
}

#[test]
fn our_own_data_are_what_was_accepted() {
    let environment = environment_with_data();
    let line = "-f data/ukraine-children.jsonl snapshot --check data/ukraine-children.snapshot.json";
    let answer = recount(&environment, line);
    assert_eq!(answer.exit, 0, "`recount -f data/ukraine-children.jsonl snapshot --accept data/…`, if meant: {answer}");
}

#[test]
fn page() {
    recount_test_support::console::check(
        &recount_test_support::repository().join("docs/data-testing.md"),
        &environment_with_data(),
    );
}
