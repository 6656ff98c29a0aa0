//! `why` and `vintages`: a number down to its sources, and how it was revised.

use insta::assert_snapshot;
use recount_test_support::TestEnvironment;
use serde_json::Value;

use crate::{CLOCK, environment_with_data, recount};

/// One series with every cause of change, a relay and a source with tricks in its title.
const EVENTS: &str = r#"
{"type":"source.added","data":{"id":"jan","title":"January\u202ebulletin","publisher":"City","url":"https://city.example/1","published":"2026-01-31"}}
{"type":"source.added","data":{"id":"feb","title":"February","published":"2026-02-28"}}
{"type":"source.added","data":{"id":"mar","title":"March","published":"2026-03-15"}}
{"type":"reporter.added","data":{"id":"city","name":"City council","kind":"government"}}
{"type":"reporter.added","data":{"id":"clinic","name":"The clinic","kind":"other"}}
{"type":"indicator.defined","data":{"id":"ill","label":"Ill","unit":"persons","measure":"point"}}
{"type":"indicator.defined","data":{"id":"well","label":"Well again","unit":"persons","measure":"point"}}
{"type":"indicator.derived","data":{"id":"share","label":"Share","unit":"percent","expression":"100 * well / ill"}}
{"type":"figure.reported","data":{"indicator":"ill","value":">100","reporter":"city","source":"jan","as_of":"2026-01-30","locator":"p. 2"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"96","reporter":"city","source":"feb","as_of":"2026-01-30"}}
{"type":"record.corrected","data":{"target":11,"data":{"indicator":"ill","value":"69","reporter":"city","source":"feb","as_of":"2026-01-30"},"reason":"digits swapped"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"120","reporter":"city","source":"mar","as_of":"2026-03-14"}}
{"type":"figure.withdrawn","data":{"target":13,"reason":"counted twice","source":"mar"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"69","reporter":"city","source":"mar","as_of":"2026-01-30","relayed_by":"clinic"}}
{"type":"figure.disputed","data":{"target":11,"by_reporter":"clinic","source":"mar","value":">200"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"50","reporter":"clinic","unsourced":true}}
{"type":"figure.reported","data":{"indicator":"well","value":"<40","reporter":"city","source":"feb","as_of":"2026-02-01"}}
"#;

fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T").success();
    environment.recount_with(["append", "events", "-"], EVENTS).success();
    environment
}

/// What `recount` answers to a command, in the words of a shell.
fn answer(environment: &TestEnvironment, command: &str) -> String {
    environment.shell(&format!("recount {command}")).to_string()
}

#[test]
fn a_headline_is_explained_down_to_its_sources() {
    assert_snapshot!(answer(&environment(), "why ill"), @r"
    ill: 69 persons, as city says, as of 2026-01-30, published 2026-02-28, 2 bodies, disputed
    ├─ policy: latest, the default (none is set)
    ├─ figure 69 persons by city (City council), as of 2026-01-30, published 2026-02-28 (seq 11): current
    │  ├─ record, seq 11, recorded 2026-04-01T12:00:00Z by tester
    │  │  ├─ source feb: February, 2026-02-28
    │  │  └─ corrected by us, seq 12, recorded 2026-04-01T12:00:00Z by tester
    │  │     │   reason: digits swapped
    │  │     └─ value: 96 → 69
    │  ├─ relay by clinic, seq 15, recorded 2026-04-01T12:00:00Z by tester
    │  │  │   a relay is no corroboration
    │  │  └─ source mar: March, 2026-03-15
    │  ├─ disputed by clinic, who says >200, published 2026-03-15, seq 16, recorded 2026-04-01T12:00:00Z by
    │  │  │ tester
    │  │  └─ source mar: March, 2026-03-15
    │  └─ figure >100 persons by city, as of 2026-01-30, published 2026-01-31 (seq 10): revised by seq 11
    │     └─ record, at p. 2, seq 10, recorded 2026-04-01T12:00:00Z by tester
    │        └─ source jan: January\u{202e}bulletin, City, 2026-01-31
    │             https://city.example/1
    ├─ figure 120 persons by city (City council), as of 2026-03-14, published 2026-03-15 (seq 13): withdrawn by
    │  │ seq 14
    │  ├─ record, seq 13, recorded 2026-04-01T12:00:00Z by tester
    │  │  └─ source mar: March, 2026-03-15
    │  └─ withdrawn by its reporter, published 2026-03-15, seq 14, recorded 2026-04-01T12:00:00Z by tester
    │     │   reason: counted twice
    │     └─ source mar: March, 2026-03-15
    └─ passed over: 50 persons by clinic, undated (seq 17): it has no date at all

    clocks: all (latest as of, published and recorded)
    ");
}

#[test]
fn a_derived_value_is_written_out() {
    let text = answer(&environment(), "why share --published-by 2026-03-01");
    let arithmetic = text.lines().take_while(|line| !line.contains("well:")).collect::<Vec<_>>().join("\n");
    assert_snapshot!(arithmetic, @"
    share: 0..<57.9710144928 percent, derived
    ├─ computed: 100 * well / ill
    │    100 * (0..<40) / 69
    │    100 * (0..<40) = 0..<4000
    │    (0..<4000) / 69 = 0..<57.9710144928
    ");
    assert!(text.contains("clocks: published by 2026-03-01\nleft out: "), "{text}");
}

#[test]
fn an_event_and_a_series_are_explained() {
    let at = environment();
    assert_snapshot!(answer(&at, "why 17"), @"
    figure 50 persons by clinic (The clinic), undated (seq 17): current
    ├─ record, without a source, seq 17, recorded 2026-04-01T12:00:00Z by tester
    └─ headline ill: 69 persons, as city says, as of 2026-01-30, published 2026-02-28, 2 bodies, disputed; this
       figure: passed over: it has no date at all

    clocks: all (latest as of, published and recorded)
    ");
    let series = answer(&at, "why ill --reporter city");
    assert!(series.contains("(seq 10): revised by seq 11"), "{series}");
    assert_eq!(answer(&at, "why 12"), answer(&at, "why 11"));
}

#[test]
fn trees_are_json_for_machines() {
    let json = answer(&environment(), "why ill share --format json");
    let json: Value = serde_json::from_str(&json).unwrap();
    let kinds = |node: &Value| -> Vec<String> {
        let children = node["children"].as_array().unwrap();
        children.iter().map(|child| child["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&json["why"][0]), ["policy", "figure", "figure", "passed_over"]);
    assert_eq!(kinds(&json["why"][1]), ["arithmetic", "headline", "headline"]);
    assert_eq!(json["why"][1]["children"][0]["steps"][1], "(0..<4000) / 69 = 0..<57.9710144928");
}

#[test]
fn bad_targets_are_all_named() {
    assert_snapshot!(answer(&environment(), "why 2 99 il ill@north"), @r#"
    [stderr]
    error[E0303]: TARGET: "2": expected an event that reports a figure or changes one; this is source.added
      recount show 2 prints any event; recount log --type figure.reported lists the figures
    error[E0302]: TARGET: "99": expected an event on these clocks: 1 to 18
    error[E0802]: "il": expected the id of a declared indicator
      did you mean ill?
    error[E0802]: "north": expected the id of a declared place
    [exit 3]
    "#);
    assert_snapshot!(answer(&environment(), "why ill --format csv"), @r#"
    [stderr]
    error[E0801]: --format: "csv": expected table, json or jsonl: a tree has no rows
    [exit 2]
    "#);
}

#[test]
fn nothing_found_says_where_it_was_looked_for() {
    assert_snapshot!(answer(&environment(), "why well --reporter clinic"), @"
    clocks: all (latest as of, published and recorded)
    [stderr]
    nothing found: no figure by clinic of well; clocks: all (latest as of, published and recorded)
    ");
    assert_snapshot!(answer(&environment(), "vintages well --reporter clinic"), @"
    clocks: all (latest as of, published and recorded)
    [stderr]
    nothing found: releases of well by clinic; clocks: all (latest as of, published and recorded)
    ");
}

#[test]
fn releases_as_a_triangle_as_a_list_and_as_csv() {
    let at = environment();
    assert_snapshot!(answer(&at, "vintages ill"), @r"
    ill by city
     as of \ published  2026-01-31  2026-02-28       2026-03-15
    ─────────────────────────────────────────────────────────────
     2026-01-30               >100          69
     2026-03-14                                 120 (withdrawn)

    clocks: all (latest as of, published and recorded)
    ill by city: 2 as-ofs, 3 releases; 1 revised (share 0.5): 0 up, 1 down, 0 overlapping
    ill by clinic: no release
      apart: 50 (seq 17): undated
    together: 2 as-ofs, 3 releases; 1 revised (share 0.5): 0 up, 1 down, 0 overlapping; apart: 1 undated
    ");
    assert_snapshot!(answer(&at, "vintages ill --long --release latest"), @"
     indicator  reporter  as of       no.  published   value   revision  lag  after  seq  remarks
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────
     ill        city      2026-01-30    2  2026-02-28     69  <-31 down   29     28   11
     ill        city      2026-03-14    1  2026-03-15    120               1          13  withdrawn (seq 14)
    clocks: all (latest as of, published and recorded)
    (lag: days from the end of the as-of; after: days from the release it revises)
    ill by city: 2 as-ofs, 3 releases; 1 revised (share 0.5): 0 up, 1 down, 0 overlapping
    ill by clinic: no release
      apart: 50 (seq 17): undated
    together: 2 as-ofs, 3 releases; 1 revised (share 0.5): 0 up, 1 down, 0 overlapping; apart: 1 undated
    ");
    assert_snapshot!(answer(&at, "vintages ill --format csv"), @"
    indicator,place,breakdown,reporter,since,as_of,as_of_min,as_of_max,release,latest,published,published_on,value,qualifier,low,low_open,high,high_open,best,approximate,unit,seq,revision,revision_low,revision_high,direction,lag_days,days_since_previous,parallel,relayed,withdrawn_by
    ill,,,city,,2026-01-30,2026-01-30,2026-01-30,1,false,2026-01-31,2026-01-31,>100,more_than,100,true,,false,,false,persons,10,,,,,1,,false,false,
    ill,,,city,,2026-01-30,2026-01-30,2026-01-30,2,true,2026-02-28,2026-02-28,69,exact,69,false,69,false,,false,persons,11,<-31,,-31,down,29,28,false,false,
    ill,,,city,,2026-03-14,2026-03-14,2026-03-14,1,true,2026-03-15,2026-03-15,120,exact,120,false,120,false,,false,persons,13,,,,,1,,false,false,14
    [stderr]
    apart, in no row: 1 undated; --format json lists them
    ");
    assert_snapshot!(answer(&at, "vintages ill --format csv --wide"), @"
    indicator,place,breakdown,reporter,since,as_of,as_of_min,as_of_max,2026-01-31,2026-02-28,2026-03-15
    ill,,,city,,2026-01-30,2026-01-30,2026-01-30,>100,69,
    ill,,,city,,2026-03-14,2026-03-14,2026-03-14,,,120 (withdrawn)
    [stderr]
    apart, in no row: 1 undated; --format json lists them
    ");
}

#[test]
fn bad_questions_about_vintages() {
    let at = environment();
    assert_snapshot!(answer(&at, "vintages il --reporter cty"), @r#"
    [stderr]
    error[E0802]: "il": expected the id of a declared indicator
      did you mean ill?
    error[E0802]: "cty": expected the id of a declared reporter
      did you mean city?
    [exit 3]
    "#);
    assert_snapshot!(answer(&at, "vintages ill --wide --format json"), @r#"
    [stderr]
    {"errors":[{"code":"E0801","message":"expected --format table or csv: JSON has one object per release","next":null,"place":"--wide","value":null}],"exit":2}
    [exit 2]
    "#);
    recount(&at, "vintages ill --release 0").exits(2);
    recount(&at, "vintages ill --long --wide").exits(2);
    recount(&at, "vintages").exits(2);
    recount(&at, "vintages ill --published-by soon").exits(3);
}

#[test]
fn the_first_ledger_answers() {
    let environment = environment_with_data();
    let ask = |line: &str| {
        recount(&environment, &format!("-f data/ukraine-children.jsonl {line}")).success().stdout
    };
    let why = ask("why children.not_returned children.returned.share");
    assert!(why.contains(">20000 - 2016 = >17984") && why.contains("201600 / >20000 = >0..<10.08"), "{why}");
    for line in ["vintages children.deported --format json", "why children.deported.estimate --format json"] {
        assert!(serde_json::from_str::<Value>(&ask(line)).is_ok(), "{line}");
    }
}
