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
    assert_snapshot!(answer(&later(), "diff --from 10"), @r"
    newly reported (1)
     what         by  before  after  because
    ───────────────────────────────────────────────────────────────
     A/1              –       yes    seq 15, 2026-04-01 by tester
       positions
       FRA

    newer figure of the series (1)
     what  by      before      after       because
    ─────────────────────────────────────────────────────────────────────
     ill   clinic  50 persons  55 persons  seq 12, 2026-04-01 by tester
                   2026-01-20  2026-02-20

    corrected by us (2)
     what        by    before      after                 because
    ───────────────────────────────────────────────────────────────────────────────────────────────────
     ill         city  96 persons  69 persons            seq 11, 2026-04-01 by tester: digits swapped
                       2026-01-30  2026-01-30, disputed
     ill         city  96 persons  69 persons            seq 11, 2026-04-01 by tester: digits swapped
       headline        2026-01-30  2026-01-30, disputed

    disputed (1)
     what  by    before      after                 because
    ─────────────────────────────────────────────────────────────────────────────
     ill   city  96 persons  69 persons            seq 13, 2026-04-01 by tester
                 2026-01-30  2026-01-30, disputed

    5 changes: 1 newly reported, 1 newer figure of the series, 2 corrected by us, 1 disputed
    from recorded by 10; 10 events
    to all (latest as of, published and recorded); 16 events
    ");
}

#[test]
fn the_published_clock_is_compared_in_one_replay() {
    let line = "diff --from published:2026-02-01 --to published:2026-02-28 --format csv";
    assert_snapshot!(answer(&later(), line), @r"
    cause,what,indicator,place,breakdown,reporter,vote,states,old_value,old_unit,old_as_of,old_published,old_reporter,old_figure,old_disputes,old_doubted,new_value,new_unit,new_as_of,new_published,new_reporter,new_figure,new_disputes,new_doubted,events,recorded_at,by,reasons
    reported,positions,,,,,A/1,FRA,,,,,,,,,yes,,,,,,,,15,2026-04-01T12:00:00Z,tester,
    newer,figure,ill,,,clinic,,,50,persons,2026-01-20,2026-01-31,clinic,9,0,false,55,persons,2026-02-20,2026-02-28,clinic,12,0,false,12,2026-04-01T12:00:00Z,tester,
    disputed,figure,ill,,,city,,,69,persons,2026-01-30,2026-01-31,city,8,0,false,69,persons,2026-01-30,2026-01-31,city,8,1,false,13,2026-04-01T12:00:00Z,tester,
    ");
}

#[test]
fn back_in_time_things_are_no_longer_visible() {
    let environment = later();
    let answer = recount(&environment, "diff --from now --to 10 --format json").success();
    let json: Value = serde_json::from_str(&answer.stdout).unwrap();
    let changes = json["changes"].as_array().unwrap();
    assert!(changes.len() == 4 && changes.iter().all(|change| change["cause"] == "no_longer_visible"));
    assert_eq!((&json["from"]["size"], &json["to"]["size"]), (&16.into(), &10.into()));
    let lines = recount(&environment, "diff --from now --to 10 --format jsonl").success().stdout;
    let objects: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&objects, changes);
}

#[test]
fn an_empty_answer_says_on_which_clocks() {
    let environment = later();
    assert_snapshot!(answer(&environment, "diff --from 15 --to now"), @r"
    nothing changed
    from recorded by 15; 15 events
    to all (latest as of, published and recorded); 16 events
    ");
    assert_snapshot!(answer(&environment, "diff --from as-of:2026-03 --format jsonl"), @r"
    [stderr]
    nothing changed: from as of 2026-03; 16 events; to all (latest as of, published and recorded); 16 events
    ");
    assert_snapshot!(answer(&environment, "diff --from start --to 1"), @r"
    nothing changed
    from start, before the first event; 0 events
    to recorded by 1; 1 event
    ");
}

#[test]
fn points_that_are_none() {
    let environment = later();
    assert_snapshot!(answer(&environment, "diff --from publised:2026 --to 17"), @r#"
    [stderr]
    error[E0803]: --from: "publised:2026": expected start, now, a point on the recorded clock, or recorded:, published: or as-of: and a point
      did you mean published?
    [exit 3]
    "#);
    assert_snapshot!(answer(&environment, "diff --from published:2026-13"), @r#"
    [stderr]
    error[E0803]: --from: "published:2026-13": month must be 01-12 or a sub-year code 21-41 (column 6): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    [exit 3]
    "#);
    assert_snapshot!(answer(&environment, "diff --from 17,recorded:18 --to 99999999999"), @r#"
    [stderr]
    error[E0803]: --from: "17,recorded:18": expected one point on each clock, found two on the recorded clock
    error[E0803]: --to: "99999999999": expected a sequence number like 120, a date, a UTC instant or year:2025
    [exit 3]
    "#);
    recount(&environment, "diff").exits(2);
}

#[test]
fn a_snapshot_is_accepted_and_compared() {
    let environment = later();
    assert_snapshot!(answer(&environment, "snapshot --check state.json"), @r#"
    newly reported (1)
     what         by  before  after  because
    ───────────────────────────────────────────────────────────────
     A/1              –       yes    seq 15, 2026-04-01 by tester
       positions
       FRA

    newer figure of the series (1)
     what  by      before      after       because
    ─────────────────────────────────────────────────────────────────────
     ill   clinic  50 persons  55 persons  seq 12, 2026-04-01 by tester
                   2026-01-20  2026-02-20

    corrected by us (2)
     what        by    before      after                 because
    ───────────────────────────────────────────────────────────────────────────────────────────────────
     ill         city  96 persons  69 persons            seq 11, 2026-04-01 by tester: digits swapped
                       2026-01-30  2026-01-30, disputed
     ill         city  96 persons  69 persons            seq 11, 2026-04-01 by tester: digits swapped
       headline        2026-01-30  2026-01-30, disputed

    disputed (1)
     what  by    before      after                 because
    ─────────────────────────────────────────────────────────────────────────────
     ill   city  96 persons  69 persons            seq 13, 2026-04-01 by tester
                 2026-01-30  2026-01-30, disputed

    rows that differ besides
      ~ sources jan: title "January" → "January bulletin", version 2 → 16
      + policies 14

    5 changes: 1 newly reported, 1 newer figure of the series, 2 corrected by us, 1 disputed
    from recorded by 10; 10 events
    to all (latest as of, published and recorded); 16 events
    [stderr]
    state.json differs; `recount snapshot --accept state.json` takes the state as it is now
    [exit 1]
    "#);
    let check = recount(&environment, "snapshot --check state.json --format json").exits(1);
    let json: Value = serde_json::from_str(&check.stdout).unwrap();
    assert_eq!((&json["equal"], json["rows"].as_array().unwrap().len()), (&false.into(), 2));
    recount(&environment, "snapshot --accept state.json").success();
    assert_snapshot!(answer(&environment, "snapshot --check state.json"), @"equal: state.json is the snapshot of this ledger");
    assert_eq!(
        environment.shell("recount snapshot | cmp - state.json; ls").to_string(),
        "ledger.jsonl\nstate.json\n"
    );
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
    let forked =
        "sed 's/\"size\":10/\"size\":9/' state.json >forked.json; recount snapshot --check forked.json";
    assert_snapshot!(environment.shell(forked).to_string(), @r#"
    rows that differ
      ~ figures 8: value "96" → "69", low "96" → "69", high "96" → "69", version 8 → 11, disputed false → true, disputes nothing → "clinic"
      - figures 9
      + figures 12
      ~ headlines ill: value "96" → "69", low "96" → "69", high "96" → "69", rule "latest" → "prefer", policy nothing → 14, spread_least "50" → "55", spread_least_as_of "2026-01-20" → "2026-02-20", spread_least_figure 9 → 12, spread_greatest "96" → "69", disputed false → true, disputes nothing → "clinic"
      ~ votes A/1: yes_named 0 → 1, yes_remainder "2" → "1"
      + positions A/1 FRA
      ~ sources jan: title "January" → "January bulletin", version 2 → 16
      + policies 14

    not explained by cause: this ledger has no checkpoint of size 9 and root Iqlev8v9iouN9c6SV9TlHeX3DLZpKkLOY8pOi4Z1jJc=
    [stderr]
    forked.json differs; `recount snapshot --accept forked.json` takes the state as it is now
    [exit 1]
    "#);
    let other = "sed 's/example.org.t/example.org\\/u/' state.json >other.json; recount snapshot --check other.json -q | tail -1";
    assert_snapshot!(environment.shell(other).to_string(), @r#"not explained by cause: the snapshot is of the ledger "example.org/u", this one is "example.org/t""#);
}

#[test]
fn files_that_are_no_snapshots() {
    let environment = later();
    assert_snapshot!(answer(&environment, "snapshot --check absent.json"), @r"
    [stderr]
    error[E0701]: absent.json: No such file or directory (os error 2)
      `recount snapshot --accept absent.json` writes it
    [exit 6]
    ");
    assert_snapshot!(answer(&environment, "snapshot --check ledger.jsonl"), @r"
    [stderr]
    error[E0101]: ledger.jsonl: expected a snapshot as `recount snapshot` writes it: trailing characters at line 2 column 1
    [exit 3]
    ");
    assert_snapshot!(answer(&environment, "snapshot --accept ledger.jsonl"), @r"
    [stderr]
    error[E0602]: ledger.jsonl: is no snapshot; expected a file that is new, empty or a snapshot
      name another file, or remove what is there
    [exit 5]
    ");
    recount(&environment, "snapshot --accept absent/state.json").exits(6);
    recount(&environment, "snapshot --accept state.json --check state.json").exits(2);
    recount(&environment, "verify").success();
}

#[test]
fn our_own_data_are_what_was_accepted() {
    let environment = environment_with_data();
    let line = "-f data/ukraine-children.jsonl snapshot --check data/ukraine-children.snapshot.json";
    let answer = recount(&environment, line);
    assert_eq!(
        answer.exit, 0,
        "`recount -f data/ukraine-children.jsonl snapshot --accept data/…`, if meant: {answer}"
    );
}
