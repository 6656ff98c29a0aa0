//! The index of a large ledger: every answer is that of a replay, and no answer depends on what is in the cache folder.

use std::fmt::Write;

use recount_test_support::TestEnvironment;

use crate::{CLOCK, recount};

/// Events of the ledger but the first.
const FIGURES: usize = 900;

pub(crate) const DECLARED: [&str; 8] = [
    r#"{"type":"source.added","data":{"id":"s","title":"A page","published":"2025-03-01"}}"#,
    r#"{"type":"source.added","data":{"id":"later","title":"A later page","published":"2025-06-01"}}"#,
    r#"{"type":"reporter.added","data":{"id":"a","name":"A","kind":"government"}}"#,
    r#"{"type":"reporter.added","data":{"id":"b","name":"B","kind":"ngo"}}"#,
    r#"{"type":"indicator.defined","data":{"id":"back","label":"Back","unit":"children","measure":"cumulative"}}"#,
    r#"{"type":"indicator.defined","data":{"id":"taken","label":"Taken","unit":"children","measure":"cumulative"}}"#,
    r#"{"type":"indicator.derived","data":{"id":"missing","label":"Missing","unit":"children","expression":"taken - back"}}"#,
    r#"{"type":"policy.set","data":{"indicator":"taken","rule":"range","reason":"both are said"}}"#,
];

const QUESTIONS: [&str; 6] = [
    "figures back taken --format json",
    "headlines missing --format json",
    "why 800",
    "figures back",
    "headlines back",
    "why missing --format json",
];

/// Those that are answered in no time.
const QUICK: &[&str] = QUESTIONS.first_chunk::<3>().expect("there are more").as_slice();

/// A ledger of more than a megabyte.
pub(crate) fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T").success();
    let mut lines = DECLARED.join("\n") + "\n";
    for at in 0..FIGURES {
        let (indicator, reporter) = (["back", "taken"][at % 2], ["a", "b"][at / 2 % 2]);
        let (day, wording) =
            (at / 4 % 28 + 1, "some words as they were said in the place where they were said ".repeat(16));
        writeln!(
            lines,
            r#"{{"type":"figure.reported","data":{{"indicator":"{indicator}","value":"{at}","wording":"{wording}","reporter":"{reporter}","source":"s","as_of":"2024-01-{day:02}"}}}}"#
        )
        .expect("texts take anything");
    }
    environment.write("figures.jsonl", lines);
    environment.shell("recount append events figures.jsonl -q").success();
    environment
}

/// Each question has the same answer with the cache and without.
fn agree(environment: &TestEnvironment, questions: &[&str]) {
    for question in questions {
        // What waits for ever is to fail.
        let answered = environment.shell(&format!("timeout 60 recount {question}")).to_string();
        assert_eq!(answered, environment.shell(&format!("recount --no-cache {question}")).to_string());
    }
}

fn indexes(environment: &TestEnvironment) -> String {
    environment.shell("ls $HOME/.cache/recount/indexes 2>/dev/null | wc -l").stdout.trim().to_owned()
}

#[test]
fn answers_are_those_of_a_replay_and_read_only_what_bears_on_them() {
    let environment = environment();
    for question in QUICK {
        environment.shell(&format!("recount --no-cache {question}")).success();
    }
    assert_eq!(indexes(&environment), "0", "--no-cache keeps nothing");
    agree(&environment, &QUESTIONS);
    assert_eq!(indexes(&environment), "1");
    for append in [
        "append figure --indicator back --value 5000 --reporter a --source later --as-of 2025-05-01",
        "append source --id new --title New --published 2025-07-01",
        "append figure --indicator taken --value '>6000' --reporter b --source new",
        "correct 800 --set value=4001 --reason 'a digit'",
        "retract 801 --reason 'not theirs'",
        "withdraw 802 --reason 'they say so' --source new",
        "dispute 808 --by-reporter a --source new",
    ] {
        environment.shell(&format!("recount {append}")).success();
        agree(&environment, QUICK);
    }
    agree(&environment, &QUESTIONS);

    // A line that bears on another question is damaged: whoever reads all finds it, whoever need not read it does not.
    let damage = |from: &str, to: &str| {
        environment
            .shell(&format!("sed 's/{from}/{to}/' ledger.jsonl > other && cat other > ledger.jsonl"))
            .success();
    };
    damage("\"value\":\"101\"", "\"value\":\"191\"");
    environment.shell("recount --no-cache figures back").exits(4);
    environment.shell("recount figures back").success();
    damage("\"value\":\"5000\"", "\"value\":\"5009\"");
    environment.shell("recount figures back").exits(4);
}

#[test]
fn an_index_that_is_damaged_or_gone_is_made_again() {
    let environment = environment();
    agree(&environment, QUICK);
    for spoil in [
        "head -c 2000 \"$f\" > cut; cat cut > \"$f\"",
        "rm \"$f\"",
        ": > \"$f\"",
        "rm \"$f\"; mkfifo \"$f\"",
        "rm $HOME/.cache/recount/heads/*; mkfifo \"${f%indexes*}heads/${f##*/}\"",
        "rm \"$f\"; mkdir \"$f\"",
    ] {
        let script = format!("for f in $HOME/.cache/recount/indexes/*; do {spoil}; done");
        environment.shell(&script).success();
        agree(&environment, QUICK);
        assert_eq!(indexes(&environment), "1", "{spoil}");
    }
}

#[test]
fn a_redaction_deletes_the_index() {
    let environment = environment();
    environment.shell("recount figures back").success();
    assert_eq!(indexes(&environment), "1");
    environment
        .shell("recount retract 300 --reason 'a mistake' && recount redact 300 --reason asked")
        .success();
    assert_eq!(indexes(&environment), "0");
    agree(&environment, QUICK);
}

#[test]
fn small_ledgers_have_none() {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    recount(&environment, "init --title T").success();
    environment.write("declared.jsonl", DECLARED.join("\n") + "\n");
    environment.shell("recount append events declared.jsonl && recount why back").success();
    assert_eq!(indexes(&environment), "0");
}
