//! What a writer keeps of a large ledger: every append is that of a writer who reads all, whatever is in the cache folder.

use recount_test_support::TestEnvironment;

use crate::indexed::environment;

/// A ledger of more than a megabyte, of which a writer has kept something, and `plain.jsonl`, which is the same.
fn kept() -> TestEnvironment {
    let environment = environment();
    environment.shell("cp ledger.jsonl plain.jsonl").success();
    assert_eq!(files(&environment), "1");
    environment
}

fn files(environment: &TestEnvironment) -> String {
    environment.shell("ls $HOME/.cache/recount/writers 2>/dev/null | wc -l").stdout.trim().to_owned()
}

/// Runs a command on both ledgers: it says the same and leaves the same.
fn agree(environment: &TestEnvironment, command: &str) {
    // What waits for ever is to fail. A warning that this machine saw a longer ledger is for whoever remembers.
    let quick = environment.shell(&format!("timeout 60 recount {command} 2> said; grep -v ^warning: said"));
    let plain = environment
        .shell(&format!("recount --no-cache -f plain.jsonl {command} 2> said; sed s/plain/ledger/g said"));
    assert_eq!(quick.stdout, plain.stdout, "{command}");
    environment.shell("cmp ledger.jsonl plain.jsonl").success();
}

/// Appends that a writer judges by all that was recorded before.
fn agree_on_everything(environment: &TestEnvironment, round: usize) {
    environment.write(
        "batch.jsonl",
        format!(
            r#"{{"type":"figure.reported","label":"x","data":{{"indicator":"back","value":"7{round}","reporter":"a","unsourced":true}}}}
{{"type":"record.corrected","data":{{"target":"@x","data":{{"indicator":"back","value":"8{round}","reporter":"b","unsourced":true}},"reason":"r"}}}}
{{"type":"place.added","data":{{"id":"p{round}","name":"P"}}}}
"#
        ),
    );
    let (figure, first) = ("append figure --reporter a --source s --indicator", 20 + round * 10);
    for command in [
        format!("{figure} back --value 5000{round}"),
        format!("{figure} back --value 5000{round}"),
        format!("{figure} back --value 5000{round} --allow-duplicate"),
        format!("{figure} backs --value 5001{round}"),
        format!("{figure} missing --value 5001{round}"),
        format!("{figure} back --value 5001{round} --revises {first}"),
        format!("{figure} back --value 5001{round} --dry-run"),
        format!("append source --id new{round} --title New"),
        format!("append source --id new{round} --title New --url https://example.org"),
        format!("correct {first} --set value=4001 --reason digit"),
        format!("retract {first} --reason theirs"),
        format!("retract {first} --reason theirs"),
        format!("withdraw {} --reason so", first + 1),
        format!("dispute {} --by-reporter a", first + 2),
        "retract 2 --reason named".to_owned(),
        format!("append events batch.jsonl --batch {}", 1 + round % 2),
        "append events batch.jsonl".to_owned(),
        "append events batch.jsonl --expect 7".to_owned(),
    ] {
        agree(environment, &command);
    }
}

#[test]
fn appends_are_those_of_a_writer_who_reads_all() {
    let environment = kept();
    agree_on_everything(&environment, 0);
    environment.shell("recount verify && recount merge plain.jsonl").success();
    environment.shell("rm -r $HOME/.cache").success();
    agree_on_everything(&environment, 1);
    assert_eq!(files(&environment), "1");
}

#[test]
fn whatever_is_in_the_cache_folder_an_append_is_the_same() {
    let environment = kept();
    for (round, spoil) in [
        "head -c 2000 \"$f\" > cut; cat cut > \"$f\"",
        "printf x | dd of=\"$f\" bs=1 seek=5000 conv=notrunc 2>/dev/null",
        "rm \"$f\"",
        ": > \"$f\"",
        "rm \"$f\"; mkfifo \"$f\"",
        "rm \"$f\"; mkdir \"$f\"",
        "rmdir \"$f\"; sed '1s/writer [^ ]*/writer 0.0.1/' was > \"$f\"",
        // That of another ledger.
        "recount init -f other.jsonl --title O && recount append events figures.jsonl -q -f other.jsonl; \
         for o in ${f%/*}/*; do test \"$o\" = \"$f\" || mv \"$o\" \"$f\"; done",
    ]
    .into_iter()
    .enumerate()
    {
        environment
            .shell(&format!(
                "for f in $HOME/.cache/recount/writers/*; do test -f \"$f\" && cp \"$f\" was; {spoil}; done"
            ))
            .success();
        agree(
            &environment,
            &format!("append figure --reporter a --source s --indicator back --value 6000{round}"),
        );
        agree(&environment, "retract 2 --reason named");
    }
    assert_eq!(files(&environment), "1");
}

#[test]
fn a_ledger_that_was_cut_back_or_continued_elsewhere_is_read() {
    let environment = kept();
    environment
        .shell("cp ledger.jsonl shorter.jsonl; tail -n +9 figures.jsonl | recount append events - --allow-duplicate -q")
        .success();
    environment.shell("cat shorter.jsonl > ledger.jsonl").success();
    agree(&environment, "append figure --reporter a --source s --indicator back --value 6000");
    // In turn with a writer who keeps nothing, and one who keeps elsewhere.
    for (round, other) in ["--no-cache", "", "--no-cache"].into_iter().enumerate() {
        for ledger in ["ledger", "plain"] {
            let figure = format!("append figure --reporter b --source s --indicator back --value 800{round}");
            environment
                .shell(&format!("XDG_CACHE_HOME=$PWD/elsewhere recount {other} -f {ledger}.jsonl {figure}"))
                .success();
        }
        agree(
            &environment,
            &format!("append figure --reporter a --source s --indicator back --value 700{round}"),
        );
        agree(
            &environment,
            &format!("append figure --reporter b --source s --indicator back --value 800{round}"),
        );
    }
}

#[test]
fn an_append_looks_at_what_was_added_since_and_verify_at_all() {
    let environment = kept();
    let damage = |from: &str, to: &str| {
        environment
            .shell(&format!("sed 's/{from}/{to}/' ledger.jsonl > other && cat other > ledger.jsonl"))
            .success();
    };
    let append =
        |value: u32| format!("append figure --reporter a --source s --indicator back --value {value}");
    environment.shell(&format!("recount {}", append(6000))).success();
    damage("\"value\":\"101\"", "\"value\":\"1x1\"");
    environment.shell(&format!("recount --no-cache {}", append(6001))).exits(4);
    environment.shell(&format!("recount {}", append(6001))).success();
    environment.shell("recount verify").exits(4);
    environment.shell(&format!("recount {}", append(6002))).success();
    damage("\"value\":\"6001\"", "\"value\":\"6009\"");
    environment.shell(&format!("recount {}", append(6003))).exits(4);
    // What was appended meanwhile is sound once the damage is mended.
    damage("\"value\":\"6009\"", "\"value\":\"6001\"");
    damage("\"value\":\"1x1\"", "\"value\":\"101\"");
    environment.shell("recount verify").success();
}

#[test]
fn a_redaction_deletes_what_is_kept_and_small_ledgers_keep_nothing() {
    let environment = kept();
    environment.shell("recount redact 300 --reason asked").success();
    assert_eq!(files(&environment), "0");
    environment.shell("recount init -f small.jsonl --title S").success();
    environment.shell("recount append reporter --id a --name A --kind ngo -f small.jsonl").success();
    assert_eq!(files(&environment), "0");
}
