//! The manners of the command line: help, exit statuses, pipes, errors for machines.

use recount_test_support::TestEnvironment;
use serde_json::Value;

use crate::{environment_with_data, recount};

#[test]
fn help_is_no_error() {
    let environment = TestEnvironment::new();
    for line in ["--help", "-h", "help", "help append", "append --help", "append figure --help", "--version"]
    {
        let answer = recount(&environment, line).success();
        assert!(answer.stdout.contains("recount") && answer.stderr.is_empty(), "{line}: {answer}");
    }
}

#[test]
fn what_there_is_not_is_a_usage_error() {
    let environment = TestEnvironment::new();
    for line in ["", "remember", "figures --colour always", "append", "append figures", "show one", "init"] {
        let answer = recount(&environment, line).exits(2);
        assert!(answer.stdout.is_empty(), "{line}: {answer}");
    }
}

#[test]
fn a_missing_ledger_is_named() {
    let environment = TestEnvironment::new();
    for command in ["figures", "headlines", "votes", "log", "show 1", "verify", "snapshot", "export csv out"]
    {
        let answer = recount(&environment, &format!("-f nowhere.jsonl {command}")).exits(6);
        assert!(answer.stderr.starts_with("error[E0701]: nowhere.jsonl: "), "{command}: {answer}");
    }
    assert!(recount(&environment, "figures").exits(6).stderr.contains("ledger.jsonl"));
    assert_eq!(environment.shell("ls").stdout, "", "nothing is created by asking");
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let environment = environment_with_data();
    for command in ["log", "figures", "snapshot", "log --format jsonl", "figures --format csv", "votes"] {
        let script =
            format!("set -o pipefail; recount -f data/ukraine-children.jsonl {command} | head -1 >first");
        let answer = environment.shell(&script).success();
        assert_eq!(answer.stderr, "", "{command}");
        assert_eq!(environment.read("first").iter().filter(|byte| **byte == b'\n').count(), 1, "{command}");
    }
}

#[test]
fn results_are_json_when_asked() {
    let environment = environment_with_data();
    for command in ["figures", "headlines", "votes", "log", "show 300", "verify", "snapshot"] {
        let line = format!("-f data/ukraine-children.jsonl --format json {command}");
        let answer = recount(&environment, &line).success();
        assert!(serde_json::from_str::<Value>(&answer.stdout).is_ok(), "{command}: {:.300}", answer.stdout);
    }
    for command in ["figures", "headlines", "log"] {
        let line = format!("-f data/ukraine-children.jsonl --format jsonl {command}");
        let answer = recount(&environment, &line).success();
        assert!(answer.stdout.lines().count() > 10, "{command}");
        for line in answer.stdout.lines() {
            assert!(
                serde_json::from_str::<Value>(line).is_ok_and(|value| value.is_object()),
                "{command}: {line}"
            );
        }
    }
}

#[test]
fn errors_are_json_when_asked() {
    let environment = TestEnvironment::new();
    let check = |line: &str, exit: i32, codes: &[&str]| {
        let answer = recount(&environment, &format!("--format json {line}")).exits(exit);
        let errors: Value =
            serde_json::from_str(&answer.stderr).unwrap_or_else(|e| panic!("{line}: {e}: {answer}"));
        let found: Vec<_> = errors["errors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
        assert_eq!(found, codes, "{line}");
        assert_eq!(errors["exit"], exit, "{line}");
    };
    check("figures", 6, &["E0701"]);
    recount(&environment, "init --title T").success();
    check("figures --as-of yesterday --published-by 2025-13", 3, &["E0803", "E0803"]);
    check("figures nothing", 3, &["E0802"]);
    check("append place --id Big", 3, &["E0203", "E0103"]);
    check("append place --id a --name a --expect 7", 5, &["E0601"]);
    check("init --title T", 5, &["E0602"]);
    check("remember", 2, &["E0801"]);
}

#[test]
fn quiet_leaves_results_and_errors() {
    let environment = TestEnvironment::new();
    assert_eq!(recount(&environment, "init --title T -q").success().stderr, "");
    assert_ne!(recount(&environment, "append place --id a -q").exits(3).stderr, "");
    assert_ne!(recount(&environment, "append place --id a --name a -q").success().stdout, "");
}

#[test]
fn a_dry_run_changes_nothing() {
    let environment = TestEnvironment::new();
    recount(&environment, "init --title T -n").success();
    assert_eq!(environment.shell("ls").stdout, "");
    recount(&environment, "init --title T").success();
    let before = environment.read("ledger.jsonl");
    recount(&environment, "append place --id a --name a -n").success();
    recount(&environment, "append place --id A --name a -n").exits(3);
    assert_eq!(environment.read("ledger.jsonl"), before);
}
