//! `recount check` and `recount acknowledge`.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use recount_test_support::TestEnvironment;
use serde_json::Value;

use crate::{CLOCK, environment_with_data, recount};

const LEDGER: &str = "-f data/ukraine-children.jsonl";

/// A running total that falls, and a reporter that should speak every month.
const EVENTS: &str = r#"
{"type":"source.added","data":{"id":"page","title":"A page","published":"2026-01-31"}}
{"type":"reporter.added","data":{"id":"city","name":"City council","kind":"government"}}
{"type":"indicator.defined","data":{"id":"cases","label":"Cases","unit":"persons","measure":"cumulative"}}
{"type":"figure.reported","data":{"indicator":"cases","value":"120","reporter":"city","source":"page","as_of":"2026-01-01"}}
{"type":"figure.reported","data":{"indicator":"cases","value":"<=90","reporter":"city","source":"page","as_of":"2026-01-31"}}
{"type":"check.added","data":{"id":"city-speaks","rule":{"fresh":{"reporter":"city","days":31}},"reason":"It reports monthly."}}
"#;

fn small() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    environment.recount(["init", "--title", "A small ledger"]).success();
    environment.recount_with(["append", "events", "-"], EVENTS).success();
    environment
}

#[test]
fn an_error_fails_until_it_is_acknowledged_or_mended() {
    let at = small();
    assert_snapshot!(at.shell("COLUMNS=100 recount check").exits(1).stdout, @r#"
     severity  check        events  finding
    ────────────────────────────────────────────────────────────────────────────────────────────────────
     error     falling      5 6     cases falls from 120 (city, 2026-01-01) to <=90 (city,
                                    2026-01-31), and nothing recorded says why (off by 30..120)
                                    recount show 6
     error     city-speaks  6       the newest figure of city is of 2026-01-31: 60 days on 2026-04-01,
                                    31 allowed
                                    recount show 6

    2 errors, 0 warnings, 0 notes; 0 acknowledged (all checks)
    nothing to look at: the ledger keeps no rule for control-total
    to accept a finding: recount acknowledge CHECK SEQ… --reason R
    clocks: all (latest as of, published and recorded)
    "#);
    let accept = "recount acknowledge city-speaks 6 --reason 'It was dissolved.'";
    at.shell(accept).success();
    assert!(at.shell(accept).success().stderr.contains("already recorded at seq 8"));
    at.shell("recount check").exits(1);
    at.shell("recount check city-speaks").success();
    at.shell("recount correct 6 --set value=190 --reason 'A digit was lost.'").success();
    assert_snapshot!(at.shell("COLUMNS=100 recount check").success().stdout, @r#"
     severity    check        events  finding
    ──────────────────────────────────────────────────────────────────────────────────────────
     error       city-speaks  6       the newest figure of city is of 2026-01-31: 60 days on
     (accepted)                       2026-04-01, 31 allowed
                                      acknowledged (seq 8): It was dissolved.
                                      recount show 6

    0 errors, 0 warnings, 0 notes; 1 acknowledged (all checks)
    nothing to look at: the ledger keeps no rule for control-total
    clocks: all (latest as of, published and recorded)
    "#);
}

#[test]
fn freshness_is_judged_on_the_clock_that_was_set() {
    let at = small();
    at.shell("RECOUNT_CLOCK=2026-03-03T00:00:00Z recount check stale").success();
    at.shell("RECOUNT_CLOCK=2026-03-04T00:00:00Z recount check stale").exits(1);
    at.shell("recount check stale --as-of 2026-02-01").success();
}

#[test]
fn nothing_found_says_where_it_looked() {
    let at = small();
    assert_snapshot!(at.shell("recount check echo control-total --published-by 2026-02").success().stdout, @r#"
    nothing found by echo, control-total
    nothing to look at: the ledger keeps no rule for control-total
    clocks: published by 2026-02
    "#);
    assert_eq!(at.shell("recount check echo --format jsonl").success().stdout, "");
}

#[test]
fn unknown_names_and_events_are_refused_all_at_once() {
    let at = small();
    assert_snapshot!(at.shell("recount check faling city-speak").exits(3).stderr, @r#"
    error[E0802]: NAME: "faling": expected a built-in check or one of the ledger: control-total, disjoint, echo, falling, roll-call, scale, stale, sum-of-parts, transposed, undated, unsourced, unused, city-speaks
      did you mean falling?
    error[E0802]: NAME: "city-speak": expected a built-in check or one of the ledger: control-total, disjoint, echo, falling, roll-call, scale, stale, sum-of-parts, transposed, undated, unsourced, unused, city-speaks
      did you mean city-speaks?
    "#);
    assert_snapshot!(at.shell("recount acknowledge citi-speaks 99 --reason x").exits(3).stderr, @r#"
    error[E0301]: CHECK: "citi-speaks": expected a check of the ledger, or one that is built in
      did you mean city-speaks?
    error[E0302]: SEQ: "99": expected an earlier event: 1 to 7
    "#);
}

#[test]
fn the_first_ledger_has_no_open_error_and_its_traps_are_found() {
    let environment = environment_with_data();
    let answer = recount(&environment, &format!("{LEDGER} check --format jsonl")).success();
    let found: BTreeSet<(String, String)> = answer
        .stdout
        .lines()
        .map(|line| {
            let finding: Value = serde_json::from_str(line).unwrap();
            (finding["kind"].as_str().unwrap().to_owned(), finding["figures"].to_string())
        })
        .collect();
    for (kind, figures) in [
        ("falling", "[362,365]"),    // 19,514 in March, 19,499 in June 2023
        ("falling", "[481,485]"),    // 738,000 in February, about 700,000 in July 2023
        ("transposed", "[465,466]"), // 2,201 and 2,021
        ("transposed", "[471,472]"), // 693 and 639
        ("scale", "[481,482]"),      // 738,000 and 738
        ("disjoint", "[352,353]"),   // 200,000 and more than 200,000
        ("disjoint", "[498,500]"),   // 33 absent, or 29
        ("roll-call", "[543]"),      // 91, 12, 57 and 29 leave four members
        ("roll-call", "[534]"),      // 53 against makes more than the members
        ("roll-call", "[506,534]"),  // 53 against 12
        ("roll-call", "[506,547]"),  // 92 is 91 and a vote declared later
        ("roll-call", "[518]"),      // Nigeria on two sides
        ("roll-call", "[519]"),
        ("roll-call", "[514,516]"), // North Korea is missing in a complete list
    ] {
        assert!(found.contains(&(kind.to_owned(), figures.to_owned())), "{kind} {figures}: {answer}");
    }
}
