//! The head that a machine remembers: a ledger cut back or forked at the end of a batch is noticed.

use insta::assert_snapshot;
use recount_test_support::TestEnvironment;

use crate::{CLOCK, recount};

/// A ledger of three batches.
fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T").success();
    for id in ["a", "b"] {
        recount(&environment, &format!("append reporter --id {id} --name N --kind ngo")).success();
    }
    environment
}

/// What a command answers, without the name of the file that remembers.
fn answer(environment: &TestEnvironment, command: &str) -> String {
    let script = format!("recount {command} 2>&1 | sed 's|delete .*/heads/[0-9a-f]*|delete FILE|'");
    environment.shell(&script).to_string()
}

/// The ledger without its last lines.
fn cut(environment: &TestEnvironment, lines: usize) {
    environment.shell(&format!("head -n -{lines} ledger.jsonl > cut && cat cut > ledger.jsonl")).success();
}

#[test]
fn a_ledger_cut_at_the_end_of_a_batch_is_noticed_by_whoever_saw_it() {
    let environment = environment();
    cut(&environment, 2);
    assert_snapshot!(answer(&environment, "verify"), @"
    warning: ledger.jsonl had 3 events with the root FxaM0nX0etS1k3swJazGdjChRrKtyRPOlY9d+iLdXu0= when this machine last read it, and has no such checkpoint any more: it was cut back, forked or rewritten. If that is right, delete FILE
    intact: 2 events, 2 checkpoints, root C/x2CxB6xXBIljPS5jUHvcatazoNM46mhsOsl6OEOMI=
    ");
    assert_snapshot!(answer(&environment, "log --type reporter.added"), @"
    warning: ledger.jsonl had 3 events with the root FxaM0nX0etS1k3swJazGdjChRrKtyRPOlY9d+iLdXu0= when this machine last read it, and has no such checkpoint any more: it was cut back, forked or rewritten. If that is right, delete FILE
     seq  recorded              by      type            what
    ──────────────────────────────────────────────────────────
       2  2026-04-01T12:00:00Z  tester  reporter.added  a: N
    clocks: all (latest as of, published and recorded)
    ");
    // It is said again until somebody says that it is right, also after an append.
    assert_snapshot!(answer(&environment, "append reporter --id c --name N --kind ngo"), @"
    warning: ledger.jsonl had 3 events with the root FxaM0nX0etS1k3swJazGdjChRrKtyRPOlY9d+iLdXu0= when this machine last read it, and has no such checkpoint any more: it was cut back, forked or rewritten. If that is right, delete FILE
    seq 3  size 3  root cFkvG1QBkd+pCH5o9chTZTpei9FKVVQU5QpMzBZ1eWw=
    ");
    assert_snapshot!(answer(&environment, "verify -q"), @"intact: 3 events, 3 checkpoints, root cFkvG1QBkd+pCH5o9chTZTpei9FKVVQU5QpMzBZ1eWw=");
    assert_snapshot!(answer(&environment, "verify --no-cache"), @"intact: 3 events, 3 checkpoints, root cFkvG1QBkd+pCH5o9chTZTpei9FKVVQU5QpMzBZ1eWw=");
    environment.shell("rm -r $HOME/.cache/recount").success();
    assert_snapshot!(answer(&environment, "verify"), @"intact: 3 events, 3 checkpoints, root cFkvG1QBkd+pCH5o9chTZTpei9FKVVQU5QpMzBZ1eWw=");
}

#[test]
fn a_ledger_that_went_on_elsewhere_or_was_redacted_is_the_same() {
    let environment = environment();
    environment.shell("HOME=/nowhere recount append reporter --id c --name N --kind ngo").success();
    environment.shell("HOME=/nowhere recount redact 2 --reason asked").success();
    for command in ["verify", "log --type source.added", "append reporter --id d --name N --kind ngo"] {
        assert!(!answer(&environment, command).contains("warning"), "{command}");
    }
    cut(&environment, 2);
    assert!(answer(&environment, "verify").contains("warning"));
}

#[test]
fn without_a_place_to_remember_everything_works() {
    let environment = environment();
    environment.shell("touch file; XDG_CACHE_HOME=$PWD/file recount verify").success();
    environment.shell("env -u HOME recount log").success();
}
