//! `merge`: two people recorded apart, and one ledger takes what the other says.

use insta::assert_snapshot;
use recount_test_support::TestEnvironment;

use crate::{CLOCK, recount};

const EVENTS: &str = r#"
{"type":"source.added","data":{"id":"page","title":"A page","published":"2026-01-31"}}
{"type":"reporter.added","data":{"id":"city","name":"City council","kind":"government"}}
{"type":"indicator.defined","data":{"id":"ill","label":"Ill","unit":"persons","measure":"point"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"3","reporter":"city","source":"page","as_of":"2026-01-30"}}
"#;

const ANA: &str = r#"
{"type":"figure.reported","data":{"indicator":"ill","value":"4","reporter":"city","source":"page","as_of":"2026-01-31"}}
{"type":"reporter.added","data":{"id":"clinic","name":"The clinic","kind":"other"}}
"#;

const BEN: &str = r#"
{"type":"reporter.added","data":{"id":"nurse","name":"A nurse","kind":"other"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"4","reporter":"city","source":"page","as_of":"2026-01-31"}}
{"type":"figure.disputed","label":"d","data":{"target":7,"by_reporter":"nurse","value":">9"}}
{"type":"finding.acknowledged","data":{"check":"disjoint","figures":[5,7,"@d"],"reason":"seen"}}
"#;

const CONFLICTS: [(&str, &str); 2] = [
    (
        "ledger.jsonl",
        r#"
{"type":"source.added","data":{"id":"late","title":"Late"}}
{"type":"record.corrected","data":{"target":5,"data":{"indicator":"ill","value":"33","reporter":"city","source":"page","as_of":"2026-01-30"},"reason":"a digit"}}
{"type":"policy.set","data":{"indicator":"ill","rule":"latest"}}
{"type":"record.retracted","data":{"target":7,"reason":"not ours"}}
"#,
    ),
    (
        "ben.jsonl",
        r#"
{"type":"source.added","data":{"id":"late","title":"Latest"}}
{"type":"record.corrected","data":{"target":5,"data":{"indicator":"ill","value":"30","reporter":"city","source":"page","as_of":"2026-01-30"},"reason":"a zero"}}
{"type":"policy.set","data":{"indicator":"ill","rule":"range"}}
{"type":"statement.recorded","data":{"speaker":"clinic","gist":"All is well","source":"late"}}
"#,
    ),
];

fn append(environment: &TestEnvironment, file: &str, by: &str, events: &str) {
    environment.recount_with(["-f", file, "append", "events", "-", "--by", by], events).success();
}

/// `ledger.jsonl` of ana and `ben.jsonl`, from one beginning.
fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T --origin o").success();
    append(&environment, "ledger.jsonl", "ana", EVENTS);
    environment.write("ben.jsonl", environment.read("ledger.jsonl"));
    append(&environment, "ledger.jsonl", "ana", ANA);
    append(&environment, "ben.jsonl", "ben", BEN);
    environment
}

fn answer(environment: &TestEnvironment, command: &str) -> String {
    environment.shell(&format!("recount {command}")).to_string()
}

const TOMORROW: &str = "RECOUNT_CLOCK=2026-04-02T12:00:00Z";

fn tomorrow(environment: &TestEnvironment, command: &str) -> String {
    environment.shell(&format!("{TOMORROW} recount {command}")).to_string()
}

#[test]
fn what_the_other_says_is_appended_once_and_keeps_its_origin() {
    let environment = environment();
    let before = environment.read("ledger.jsonl");
    assert_snapshot!(tomorrow(&environment, "merge ben.jsonl --dry-run"), @"
    [stderr]
    ben.jsonl: 3 new, 6 here already, 1 of them under another number
    dry run: nothing was appended
    ");
    assert_eq!(environment.read("ledger.jsonl"), before);
    assert_snapshot!(tomorrow(&environment, "merge ben.jsonl --by ana"), @"
    seq 8..11  size 11  root OOY5K9aviA3QH0F0MAj+2PJuHr15DcxXgS5tCgLeRAc=
    [stderr]
    ben.jsonl: 3 new, 6 here already, 1 of them under another number
    ");
    assert!(environment.read("ledger.jsonl").starts_with(&before));
    assert_snapshot!(answer(&environment, "log --format jsonl | tail -4"), @r#"
    {"seq":8,"at":"2026-04-02T12:00:00Z","by":"ana","clock":"set","from":{"root":"f+/jzdT0OnOKVlzAIHAl+3QK4+wDjVf6f7ZapLIEJSo=","size":9,"seq":6,"at":"2026-04-01T12:00:00Z","by":"ben"},"type":"reporter.added","data":{"id":"nurse","name":"A nurse","kind":"other"}}
    {"seq":9,"at":"2026-04-02T12:00:00Z","by":"ana","clock":"set","from":{"root":"f+/jzdT0OnOKVlzAIHAl+3QK4+wDjVf6f7ZapLIEJSo=","size":9,"seq":8,"at":"2026-04-01T12:00:00Z","by":"ben"},"type":"figure.disputed","data":{"target":6,"by_reporter":"nurse","value":">9"}}
    {"seq":10,"at":"2026-04-02T12:00:00Z","by":"ana","clock":"set","from":{"root":"f+/jzdT0OnOKVlzAIHAl+3QK4+wDjVf6f7ZapLIEJSo=","size":9,"seq":9,"at":"2026-04-01T12:00:00Z","by":"ben"},"type":"finding.acknowledged","data":{"check":"disjoint","figures":[5,6,9],"reason":"seen"}}
    {"seq":11,"at":"2026-04-02T12:00:00Z","by":"ana","clock":"set","type":"ledger.merged","data":{"origin":"o","size":9,"root":"f+/jzdT0OnOKVlzAIHAl+3QK4+wDjVf6f7ZapLIEJSo=","events":3}}
    "#);
    assert_snapshot!(answer(&environment, "log"), @"
     seq  recorded              by      first recorded        by   type                  what
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
       1  2026-04-01T12:00:00Z  tester                             ledger.created        T
       2  2026-04-01T12:00:00Z  ana                                source.added          page: A page
       3  2026-04-01T12:00:00Z  ana                                reporter.added        city: City council
       4  2026-04-01T12:00:00Z  ana                                indicator.defined     ill: Ill
       5  2026-04-01T12:00:00Z  ana                                figure.reported       ill 3 by city, as of
                                                                                         2026-01-30
       6  2026-04-01T12:00:00Z  ana                                figure.reported       ill 4 by city, as of
                                                                                         2026-01-31
       7  2026-04-01T12:00:00Z  ana                                reporter.added        clinic: The clinic
       8  2026-04-02T12:00:00Z  ana     2026-04-01T12:00:00Z  ben  reporter.added        nurse: A nurse
       9  2026-04-02T12:00:00Z  ana     2026-04-01T12:00:00Z  ben  figure.disputed       seq 6 by nurse, says >9
      10  2026-04-02T12:00:00Z  ana     2026-04-01T12:00:00Z  ben  finding.acknowledged  disjoint [5,6,9]
      11  2026-04-02T12:00:00Z  ana                                ledger.merged
    clocks: all (latest as of, published and recorded)
    ");
    assert_snapshot!(answer(&environment, "log --format csv | tail -2"), @r#"
    10,2026-04-02T12:00:00Z,ana,finding.acknowledged,"disjoint [5,6,9]",2026-04-01T12:00:00Z,ben
    11,2026-04-02T12:00:00Z,ana,ledger.merged,,,
    "#);
    assert_snapshot!(answer(&environment, "show 9"), @"
    seq 9  figure.disputed  recorded 2026-04-02T12:00:00Z by ana
    merged from another ledger, where it was recorded 2026-04-01T12:00:00Z by ben as seq 8

      target       6
      by_reporter  nurse
      value        >9
    clocks: all (latest as of, published and recorded)
    ");
    assert_snapshot!(answer(&environment, "merge ben.jsonl --accept-clock"), @"
    [stderr]
    ben.jsonl: 0 new, 9 here already, 4 of them under another number
    nothing to merge
    ");
    assert_snapshot!(tomorrow(&environment, "-f ben.jsonl merge ledger.jsonl --format json"), @r#"{"corrected":0,"dry_run":false,"erased_there":[],"left_out":[],"left_out_before":0,"new":1,"other":{"origin":"o","root":"OOY5K9aviA3QH0F0MAj+2PJuHr15DcxXgS5tCgLeRAc=","size":11},"present":9,"receipt":{"root":"l0KLiTj6uYo6UKgDuMmCSzJsJGhQUbQWUH7IvwJsKa0=","seq":10,"size":11},"renumbered":4,"settled":0,"unused":[],"withheld":0}"#);
    assert_snapshot!(tomorrow(&environment, "merge ben.jsonl --format jsonl"), @r#"{"corrected":0,"dry_run":false,"erased_there":[],"left_out":[],"left_out_before":0,"new":0,"other":{"origin":"o","root":"l0KLiTj6uYo6UKgDuMmCSzJsJGhQUbQWUH7IvwJsKa0=","size":11},"present":10,"receipt":null,"renumbered":5,"settled":0,"unused":[],"withheld":0}"#);
    assert_snapshot!(answer(&environment, "verify; recount -f ben.jsonl verify"), @"
    intact: 11 events, 4 checkpoints, root OOY5K9aviA3QH0F0MAj+2PJuHr15DcxXgS5tCgLeRAc=
    intact: 11 events, 4 checkpoints, root l0KLiTj6uYo6UKgDuMmCSzJsJGhQUbQWUH7IvwJsKa0=
    ");
}

#[test]
fn conflicts_are_listed_and_settled() {
    let environment = environment();
    tomorrow(&environment, "merge ben.jsonl");
    tomorrow(&environment, "-f ben.jsonl merge ledger.jsonl");
    for (file, events) in CONFLICTS {
        environment.write("events", events);
        environment.shell(&format!("{TOMORROW} recount -f {file} append events events"));
    }
    let before = environment.read("ledger.jsonl");
    assert_snapshot!(tomorrow(&environment, "merge ben.jsonl"), @r#"
    [stderr]
    nothing was appended: 4 conflicts to be settled
    error[E0605]: ben.jsonl:seq 12: "late": source.added against seq 12 here: the same id is declared differently; title is "Late" here, "Latest" there
      settle it: --settle late=ours, or --settle late=theirs, or --settle late=rename:NEWID
    error[E0606]: ben.jsonl:seq 13: record.corrected against seq 13 here: both sides changed the same thing; value is "33" here, "30" there
      settle it: --settle 13=ours, or --settle 13=theirs
    error[E0606]: ben.jsonl:seq 14: "ill": policy.set against seq 14 here: both sides changed the same thing; rule is "latest" here, "range" there
      settle it: --settle ill=ours, or --settle ill=theirs
    error[E0607]: ben.jsonl:seq 15: statement.recorded: this ledger does not admit it; speaker "clinic": expected the id of a declared reporter
      settle it: --settle 15=ours
    [exit 5]
    "#);
    assert_snapshot!(tomorrow(&environment, "merge ben.jsonl --prefer theirs --format json"), @r#"
    [stderr]
    nothing was appended: 1 conflict to be settled
    {"errors":[{"code":"E0607","message":"statement.recorded: this ledger does not admit it; speaker \"clinic\": expected the id of a declared reporter","next":"settle it: --settle 15=ours","place":"ben.jsonl:seq 15","value":null}],"exit":5}
    [exit 5]
    "#);
    assert_eq!(environment.read("ledger.jsonl"), before);
    assert_snapshot!(tomorrow(&environment, "merge ben.jsonl --settle late=rename:latest --prefer ours"), @"
    seq 16..17  size 17  root fRhEMC6Y8GfSRGMYMzeTkUEetvTqi1cWYIPhjHhrf4Q=
    [stderr]
    ben.jsonl: 1 new, 10 here already, 5 of them under another number, 3 left out
    left out: seq 13 there (record.corrected), settled for ours
    left out: seq 14 there (policy.set), settled for ours
    left out: seq 15 there (statement.recorded), settled for ours
    ");
    assert_snapshot!(tomorrow(&environment, "merge ben.jsonl"), @"
    [stderr]
    ben.jsonl: 0 new, 11 here already, 6 of them under another number, 3 left out by an earlier merge
    nothing to merge
    ");
    let again = "merge ben.jsonl --settle late=rename:latest --settle 14=ours";
    assert_snapshot!(tomorrow(&environment, again), @"
    [stderr]
    ben.jsonl: 0 new, 11 here already, 6 of them under another number, 3 left out by an earlier merge
    --settle late: no conflict is about it, so it settled nothing
    --settle 14: no conflict is about it, so it settled nothing
    nothing to merge
    ");
    assert_snapshot!(answer(&environment, "verify"), @"intact: 17 events, 6 checkpoints, root fRhEMC6Y8GfSRGMYMzeTkUEetvTqi1cWYIPhjHhrf4Q=");
}

#[test]
fn a_ledger_that_is_not_fit_is_refused() {
    let environment = environment();
    recount(&environment, "-f far.jsonl init --title T --origin far").success();
    environment.write("none.jsonl", "{}\n");
    let ben = environment.read("ben.jsonl");
    let at = ben.windows(5).position(|bytes| bytes == b"nurse").unwrap();
    let mut damaged = ben.clone();
    damaged[at] = b'm';
    environment.write("damaged-tail.jsonl", damaged);
    let mut damaged = ben.clone();
    damaged[9] = b'2';
    environment.write("damaged.jsonl", damaged);
    environment.write("tail.jsonl", [&ben[..], b"{\"seq\":10"].concat());
    assert_snapshot!(answer(&environment, "merge ledger.jsonl"), @"
    [stderr]
    error[E0604]: expected another ledger than the one that is appended to, found the same file
    [exit 5]
    ");
    assert_snapshot!(answer(&environment, "merge far.jsonl"), @r#"
    [stderr]
    error[E0604]: expected a ledger of the origin "o", found one of "far"; --any-origin merges it all the same
    [exit 5]
    "#);
    assert_snapshot!(answer(&environment, "merge far.jsonl --any-origin"), @"
    [stderr]
    far.jsonl: 0 new, 1 here already
    nothing to merge
    ");
    assert_snapshot!(answer(&environment, "merge absent.jsonl"), @"
    [stderr]
    error[E0701]: absent.jsonl: there is no such file; `recount init` creates a ledger
    [exit 6]
    ");
    assert_snapshot!(answer(&environment, "merge none.jsonl"), @"
    [stderr]
    error[E0504]: none.jsonl: expected a ledger (a first event `ledger.created` and a checkpoint), found no such member in line 1, column 3; name another file with --file
    [exit 4]
    ");
    assert_snapshot!(answer(&environment, "merge damaged.jsonl"), @"
    [stderr]
    error[E0501]: damaged.jsonl: lines 1 to 2 (bytes 0 to 234): line 1, byte 9: expected a member name in double quotes, found '2'; restore the file from a copy (version control, backup) and run `recount verify` on it
    [exit 4]
    ");
    assert_snapshot!(answer(&environment, "merge damaged-tail.jsonl"), @"
    [stderr]
    error[E0502]: damaged-tail.jsonl: lines 8 to 12 (bytes 974 to 1694): line 12, byte 1595: expected crc32c 84f0d1bf, found bytes with crc32c 88ffc083; run `recount recover`: it moves the tail aside and lists the events in it
    [exit 4]
    ");
    assert_snapshot!(answer(&environment, "merge ben.jsonl --expect 3"), @"
    [stderr]
    error[E0601]: expected the ledger to end at seq 3, found 7; read what was added and try again
    [exit 5]
    ");
    assert_snapshot!(answer(&environment, "merge ben.jsonl --settle nurse=mine"), @"
    [stderr]
    error[E0801]: invalid value 'nurse=mine' for '--settle <SEQ|ID=CHOICE>': expected SEQ or ID of a conflict, then =ours, =theirs or =rename:NEWID
      For more information, try '--help'.
    [exit 2]
    ");
    assert_snapshot!(answer(&environment, "merge ben.jsonl --format csv"), @r#"
    [stderr]
    error[E0801]: --format: "csv": expected table, json or jsonl: what a merge did has no rows
    [exit 2]
    "#);
    assert_snapshot!(answer(&environment, "merge tail.jsonl"), @"
    seq 8..11  size 11  root VBHQYbsRCgblRf7cEen0Ge4RsgW3SOP3wPIPgnNhc3U=
    [stderr]
    note: 9 bytes behind the last checkpoint are an unfinished batch, which is not read
    tail.jsonl: 3 new, 6 here already, 1 of them under another number
    ");
}

#[test]
fn what_was_erased_here_does_not_come_back_and_what_was_erased_there_is_told() {
    let environment = environment();
    environment.shell("recount merge ben.jsonl; recount redact 8 --reason asked; recount -f ben.jsonl redact 5 --reason asked");
    assert_snapshot!(answer(&environment, "merge ben.jsonl"), @"
    [stderr]
    ben.jsonl: 0 new, 8 here already, 3 of them under another number, 1 left out by an earlier merge
    the content of seq 5 was erased there and is still here: recount redact 5 erases it here too
    nothing to merge
    ");
    assert!(!String::from_utf8_lossy(&environment.read("ledger.jsonl")).contains("A nurse"));
}
