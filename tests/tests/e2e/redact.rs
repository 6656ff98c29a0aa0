//! `redact`: what an event says is erased from the file, and everything else still holds.

use insta::assert_snapshot;
use recount_test_support::TestEnvironment;

use crate::{CLOCK, recount};

const EVENTS: &str = r#"
{"type":"source.added","data":{"id":"page","title":"A page","published":"2026-01-31"}}
{"type":"reporter.added","data":{"id":"city","name":"City council","kind":"government"}}
{"type":"reporter.added","data":{"id":"nurse","name":"A SECRET NAME","kind":"other"}}
{"type":"indicator.defined","data":{"id":"ill","label":"Ill","unit":"persons","measure":"point"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"3","reporter":"city","source":"page","as_of":"2026-01-30","wording":"A SECRET WORDING"}}
{"type":"figure.reported","data":{"indicator":"ill","value":"4","reporter":"nurse","source":"page","as_of":"2026-01-30"}}
{"type":"record.corrected","data":{"target":6,"data":{"indicator":"ill","value":"5","reporter":"city","source":"page","as_of":"2026-01-30","note":"A SECRET NOTE"},"reason":"read again"}}
{"type":"figure.withdrawn","data":{"target":6,"reason":"counted twice"}}
{"type":"case.documented","data":{"id":"one","age":"11","source":"page","salt":"0123456789abcdef0123456789abcdef"}}
{"type":"statement.recorded","data":{"speaker":"nurse","gist":"A SECRET GIST","source":"page"}}
"#;

fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T").success();
    environment.recount_with(["append", "events", "-"], EVENTS).success();
    environment
}

/// A file as text.
fn read(environment: &TestEnvironment, name: &str) -> String {
    String::from_utf8(environment.read(name)).unwrap()
}

fn answer(environment: &TestEnvironment, command: &str) -> String {
    environment.shell(&format!("recount {command}")).to_string()
}

const REDACT: &str = "redact 6 --reason 'a court asked' --legal-basis 'Law 1, article 2'";

/// The same with five events erased.
fn redacted() -> TestEnvironment {
    let environment = environment();
    for target in [6, 4, 11, 10] {
        recount(&environment, &format!("redact {target} --reason asked")).success();
    }
    environment
}

#[test]
fn what_was_erased_is_gone_and_what_is_not_reached_is_named() {
    let environment = environment();
    environment.write("ledger.jsonl.tail-20260101T000000Z", "x");
    assert_snapshot!(answer(&environment, REDACT), @"
    seq 12..13  size 13  root fzEuQz0PeWI8bOTSGwKjQWBPNeo8rb2S89NuEXnR9kg=
    [stderr]
    the content of 2 events (seq 6, 8) is gone from ledger.jsonl
    what names it says less now: 1 event (seq 9)
    the hash of the line stays, and no random salt was in it: who can guess the whole line can find the guess confirmed
    what was set aside may hold it too: ledger.jsonl.tail-20260101T000000Z
    not reached: exports, backups and copies made before, the history of version control, and what the device keeps of deleted files
    ");
    assert_snapshot!(answer(&environment, "redact 4 --reason 'she asked'"), @"
    seq 14  size 14  root zjX/6FU3ZdE90wrnkJFxW/athMeiMtGJlAt3sa+cnj0=
    [stderr]
    the content of 1 event (seq 4) is gone from ledger.jsonl
    the hash of the line stays, and no random salt was in it: who can guess the whole line can find the guess confirmed
    what was set aside may hold it too: ledger.jsonl.tail-20260101T000000Z
    not reached: exports, backups and copies made before, the history of version control, and what the device keeps of deleted files
    ");
    assert_snapshot!(answer(&environment, "redact 11 --reason 'she asked' -q"), @"seq 15  size 15  root KeIkBVTgWnuqy6c2TVMbsnbQOSIWn3xETKhr9CNQO7Q=");
    assert_snapshot!(answer(&environment, "redact 10 --reason 'they asked'"), @"
    seq 16  size 16  root JtntgVaia54PUu6nugGz0uhxCFz2sNKTEatPw9zo2SU=
    [stderr]
    the content of 1 event (seq 10) is gone from ledger.jsonl
    what was set aside may hold it too: ledger.jsonl.tail-20260101T000000Z
    not reached: exports, backups and copies made before, the history of version control, and what the device keeps of deleted files
    ");
    let ledger = read(&environment, "ledger.jsonl");
    assert!(!ledger.contains("SECRET") && !ledger.contains("0123456789abcdef"), "{ledger}");
}

#[test]
fn the_gap_is_shown() {
    let environment = redacted();
    assert_snapshot!(answer(&environment, "verify"), @"intact: 16 events, 6 checkpoints, root eQ9x5sWMTI0IIxH2Y0IdY2mYuzSv3Pb2v0QozrlzteE=");
    assert_snapshot!(answer(&environment, "figures"), @"
     indicator  reporter  as of       value  unit     published   seq
    ───────────────────────────────────────────────────────────────────
     ill        nurse     2026-01-30      4  persons  2026-01-31    7
    clocks: all (latest as of, published and recorded)
    left out: 5 withheld (events whose content was erased)
    ");
    assert_snapshot!(answer(&environment, "log --type figure.reported"), @"
     seq  recorded              by      type             what
    ─────────────────────────────────────────────────────────────────────────────────────────────────
       6  2026-04-01T12:00:00Z  tester  figure.reported  withheld: its content was erased at seq 12
       7  2026-04-01T12:00:00Z  tester  figure.reported  ill 4 by nurse, as of 2026-01-30
    clocks: all (latest as of, published and recorded)
    ");
    assert_snapshot!(answer(&environment, "show 6"), @"
    seq 6  figure.reported  recorded 2026-04-01T12:00:00Z by tester

      withheld: its content was erased at seq 12

    corrected by:
      seq 8  withheld: its content was erased at seq 13

    redacted by:
      seq 12  seq 6: asked
    clocks: all (latest as of, published and recorded)
    left out: 5 withheld (events whose content was erased)
    ");
    assert_snapshot!(answer(&environment, "show 8 --format jsonl"), @r#"{"clocks":{"as_of":null,"published_by":null,"recorded_by":null},"corrections":[],"event":{"at":"2026-04-01T12:00:00Z","by":"tester","redacted":"yuXwxP3y6ctfWrQWBlrYJleAABFoIMo2u1mnF/g9hMo=","seq":8,"target":6,"type":"record.corrected"},"left_out":{"later_as_of":0,"later_published":0,"later_recorded":0,"undated":0,"unpublished":0,"withheld":5},"redaction":{"at":"2026-04-01T12:00:00Z","by":"tester","clock":"set","data":{"reason":"asked","stub":"{\"seq\":8,\"at\":\"2026-04-01T12:00:00Z\",\"by\":\"tester\",\"type\":\"record.corrected\",\"target\":6,\"redacted\":\"yuXwxP3y6ctfWrQWBlrYJleAABFoIMo2u1mnF/g9hMo=\"}","target":8},"seq":13,"type":"event.redacted"},"retraction":null}"#);
}

#[test]
fn exports_say_withheld() {
    let environment = redacted();
    recount(&environment, "export csv out").success();
    recount(&environment, "export sqlite out.sqlite").success();
    for file in ["figure_history", "events", "causes", "reporters", "statements", "figures", "cases"] {
        let csv = read(&environment, &format!("out/{file}.csv"));
        assert!(!csv.contains("SECRET"), "{csv}");
    }
    assert_snapshot!(environment.shell("head -3 out/figure_history.csv").to_string(), @"
    indicator,place,breakdown,reporter,as_of,as_of_min,as_of_max,value,qualifier,low,low_open,high,high_open,best,approximate,unit,wording,published,source,status,seq,figure,cause,replaced_by,reason,beside,repeats,revises,since,relayed_by,locator,disputed,disputes,undated,doubted,doubt,withheld,note,published_from,published_to,recorded_from,recorded_to
    ,,,,,,,,,,,,,,,,,,,withheld,6,6,redacted,12,asked,,,,,,,,,,,,true,,,,2026-04-01T12:00:00Z,2026-04-01T12:00:00Z
    ,,,,,,,,,,,,,,,,,,,withheld,8,6,redacted,13,asked,,,,,,,,,,,,true,,,,2026-04-01T12:00:00Z,2026-04-01T12:00:00Z
    ");
    assert_snapshot!(environment.shell("cut -d, -f1-3 out/reporters.csv").to_string(), @"
    id,name,kind
    city,City council,government
    nurse,,
    ");
    assert_snapshot!(environment.shell("cut -d, -f1-3,5,8 out/causes.csv").to_string(), @"
    seq,version,type,figure,reason
    8,8,record.corrected,,
    9,9,figure.withdrawn,,counted twice
    12,12,event.redacted,,asked
    13,13,event.redacted,,asked
    14,14,event.redacted,,asked
    15,15,event.redacted,,asked
    16,16,event.redacted,,asked
    ");
    assert_snapshot!(environment.shell("grep -c SECRET out.sqlite || true").to_string(), @"0");
}

#[test]
fn receipts_from_before_still_hold() {
    let environment = environment();
    let verified = answer(&environment, "verify");
    let root = verified.split("root ").nth(1).unwrap().lines().next().unwrap().to_owned();
    answer(&environment, REDACT);
    assert_snapshot!(answer(&environment, &format!("verify --head 11:{root} -q")).replace(&root, "ROOT"), @"intact: 13 events, 3 checkpoints, root fzEuQz0PeWI8bOTSGwKjQWBPNeo8rb2S89NuEXnR9kg=");
}

#[test]
fn what_cannot_be_erased_is_refused_and_nothing_changes() {
    let environment = environment();
    let before = read(&environment, "ledger.jsonl");
    assert_snapshot!(answer(&environment, "redact 1 --reason r"), @r#"
    [stderr]
    error[E0303]: SEQ: "1": expected an event that others can be read without; this one is ledger.created
    [exit 3]
    "#);
    assert_snapshot!(answer(&environment, "redact 5 --reason r"), @r#"
    [stderr]
    error[E0303]: SEQ: "5": expected an event that others can be read without; this one is indicator.defined
    [exit 3]
    "#);
    assert_snapshot!(answer(&environment, "redact 8 --reason r"), @r#"
    [stderr]
    error[E0303]: SEQ: "8": expected the original event, whose corrections are erased with it
      the original is seq 6
    [exit 3]
    "#);
    assert_snapshot!(answer(&environment, "redact 99 --reason r"), @r#"
    [stderr]
    error[E0302]: SEQ: "99": expected an earlier event: 1 to 11
    [exit 3]
    "#);
    assert_snapshot!(answer(&environment, "redact 6 --reason ''"), @"
    [stderr]
    error[E0209]: --reason: expected a text that is not empty and has no control characters
    [exit 3]
    ");
    assert_snapshot!(answer(&environment, "redact 6 --reason r --expect 3"), @"
    [stderr]
    error[E0601]: expected the ledger to end at seq 3, found 11; read what was added and try again
    [exit 5]
    ");
    assert_snapshot!(answer(&environment, "redact 6 --reason r --dry-run"), @"
    [stderr]
    dry run: the content of 2 events (seq 6, 8) would be erased, nothing was
    ");
    assert_eq!(read(&environment, "ledger.jsonl"), before);
    answer(&environment, REDACT);
    assert_snapshot!(answer(&environment, REDACT), @r#"
    [stderr]
    error[E0305]: SEQ: "6": expected an event whose content is there; that of this one was erased at seq 12
    [exit 5]
    "#);
    assert_snapshot!(answer(&environment, "retract 6 --reason r"), @r#"
    [stderr]
    error[E0305]: SEQ: "6": expected an event in force; the content of this one was erased at seq 12
    [exit 3]
    "#);
    assert_snapshot!(answer(&environment, "correct 6 --set value=3 --reason r"), @r#"
    [stderr]
    error[E0305]: SEQ: "6": expected an event in force; the content of this one was erased
    [exit 3]
    "#);
}

/// Of an erased norm nobody knows whether it had a source.
#[test]
fn nothing_is_found_about_what_was_erased() {
    let at = environment();
    let norms = concat!(
        r#"{"type":"norm.cited","data":{"instrument":"I","cited_by":"city","source":"page"}}"#,
        "\n",
        r#"{"type":"norm.cited","data":{"instrument":"J","cited_by":"city","unsourced":true}}"#
    );
    at.recount_with(["append", "events", "-"], norms).success();
    recount(&at, "redact 12 --reason asked").success();
    assert_snapshot!(recount(&at, "check unsourced --format csv"), @"
    check,kind,severity,figures,difference,message,more,acknowledged,reason
    unsourced,unsourced,warning,13,,a norm is cited without any source,recount show 13,,
    ");
}

/// The past is told without what was erased as well: so no change is known, and yet the accepted snapshot differs.
#[test]
fn what_was_erased_since_is_told() {
    let at = environment();
    recount(&at, "snapshot --accept accepted.json").success();
    recount(&at, "redact 7 --reason asked").success();
    assert_snapshot!(recount(&at, "snapshot --check accepted.json"), @"
    rows that differ
      - figures 7
      - headlines ill

    erased since, and with it what depended on it: seq 7 (by seq 12)
    from recorded by 11 (left out: 1 withheld (events whose content was erased)); 11 events
    to all (latest as of, published and recorded) (left out: 1 withheld (events whose content was erased)); 12 events
    [stderr]
    accepted.json differs; `recount snapshot --accept accepted.json` takes the state as it is now
    [exit 1]
    ");
    assert_snapshot!(recount(&at, "diff --from 11"), @"
    erased since, and with it what depended on it: seq 7 (by seq 12)
    from recorded by 11 (left out: 1 withheld (events whose content was erased)); 11 events
    to all (latest as of, published and recorded) (left out: 1 withheld (events whose content was erased)); 12 events
    ");
    for command in ["diff --from 11 --format json", "snapshot --check accepted.json --format json"] {
        let json: serde_json::Value = serde_json::from_str(&recount(&at, command).stdout).unwrap();
        assert_eq!(json["erased"], serde_json::json!([{ "seq": 7, "by": 12 }]), "{command}");
    }
    assert_snapshot!(recount(&at, "diff --from now"), @"
    nothing changed
    from all (latest as of, published and recorded) (left out: 1 withheld (events whose content was erased)); 12 events
    to all (latest as of, published and recorded) (left out: 1 withheld (events whose content was erased)); 12 events
    ");
}
