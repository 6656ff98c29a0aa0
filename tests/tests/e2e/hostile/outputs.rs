//! What reaches a reader: a terminal gets no character that plays tricks, CSV and JSON keep every one of them, SQL takes
//! them for data.

use std::collections::BTreeSet;

use recount_test_support::TestEnvironment;
use serde_json::{Value, json};

use super::{hold, is_trick, nothing_else_was_written};
use crate::CLOCK;

/// Texts that an event may hold, and that would do something where they are taken for more than texts.
pub(super) const TEXTS: &[&str] = &[
    // Read in another order than they stand.
    "\u{202a}a",
    "\u{202b}a",
    "\u{202d}a",
    "\u{202e}a\u{202c}",
    "\u{2066}a\u{2069}",
    "\u{2067}a",
    "\u{2068}a",
    "\u{200e}a",
    "\u{200f}a",
    "\u{61c}a",
    // Not seen.
    "a\u{200b}b",
    "a\u{200c}b",
    "a\u{200d}b",
    "a\u{2060}b",
    "\u{feff}a",
    "a\u{ad}b",
    "a\u{180e}b",
    "a\u{fe0f}",
    "a\u{e0041}\u{e007f}",
    "\u{2028}a\u{2029}b",
    "a\u{fffb}b",
    "a\u{2063}b",
    // Formulas of spreadsheets.
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "=HYPERLINK(\"http://x\")",
    "\u{ff1d}1",
    "|x",
    "%0a=1",
    "'=1",
    "\"=1\"",
    "a,b",
    "a\"b",
    "a;b",
    ";",
    "\\",
    "\\n",
    // Markup, statements, commands, formats.
    "<script>alert(1)</script>",
    "</script>",
    "]]>",
    "<!--",
    "javascript:x",
    "&amp;",
    "'; DROP TABLE figures; --",
    "\" OR \"\"=\"",
    "$(id)",
    "`id`",
    "%s%n",
    "{{7*7}}",
    "${x}",
    "../../x",
    "NULL",
    "null",
    "true",
    "1e3",
    "0x10",
    "007",
    "error[E9999]: x",
    "\\u{1b}[31m",
    "\\u001b",
    // Like others, and unlike themselves.
    "\u{0430}dmin",
    "\u{212a}",
    "e\u{301}",
    "\u{e9}",
    "\u{1f468}\u{200d}\u{1f469}",
    "\u{5d0}\u{5d1}",
    "Z\u{351}\u{352}\u{353}",
    "\u{fdfd}",
    "\u{10ffff}",
    "\u{fffd}",
    "  a  ",
    "\u{3000}a",
];

/// A ledger in which every text of every type of event holds all of [`TEXTS`], and names that look like paths.
fn filled() -> TestEnvironment {
    let at = TestEnvironment::new().with_recount().with_clock(CLOCK);
    let all = TEXTS.concat();
    let t = all.as_str();
    at.recount(["init", "--title", t, "--origin", t, "--description", t, "--licence", t]).success();
    let figure = |value: &str, more: Value| {
        let mut data = json!({ "indicator": "i", "reporter": "r", "source": "s", "value": value, "wording": t, "locator": t, "note": t });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("figure.reported", data)
    };
    let state = json!({ "country": "UKR", "as_printed": t, "doubt": t });
    let events = [
        (
            "source.added",
            json!({ "id": "s", "title": t, "publisher": t, "url": t, "published": "2026-03-01", "archived": { "url": t }, "note": t }),
        ),
        ("reporter.added", json!({ "id": "r", "name": t, "kind": "ngo" })),
        ("reporter.added", json!({ "id": "q", "name": t, "kind": "media" })),
        ("place.added", json!({ "id": "p", "name": t, "kind": t, "codes": { "iso": t } })),
        ("dimension.added", json!({ "id": "sex", "label": t, "codes": { "f": t } })),
        (
            "indicator.defined",
            json!({ "id": "i", "label": t, "unit": t, "measure": "cumulative", "definition": t }),
        ),
        ("indicator.derived", json!({ "id": "d", "label": t, "unit": t, "expression": "2 * i" })),
        ("policy.set", json!({ "indicator": "i", "rule": "latest", "reason": t })),
        figure("100", json!({ "as_of": "2026-01" })),
        figure("-5", json!({ "as_of": "2026-02", "doubt": t, "place": "p", "breakdown": { "sex": "f" } })),
        figure(">=90", json!({ "as_of": "2026-02", "reporter": "q", "relayed_by": "r" })),
        figure("80", json!({ "as_of": "2026-03" })),
        ("figure.withdrawn", json!({ "target": 10, "reason": t })),
        ("figure.disputed", json!({ "target": 13, "by_reporter": "q", "value": "<5", "note": t })),
        (
            "record.corrected",
            json!({ "target": 4, "data": { "id": "q", "name": t, "kind": "court" }, "reason": t }),
        ),
        ("norm.cited", json!({ "instrument": t, "article": t, "gist": t, "unsourced": true })),
        ("record.retracted", json!({ "target": 17, "reason": t })),
        ("norm.cited", json!({ "instrument": t, "article": t, "unsourced": true })),
        (
            "vote.recorded",
            json!({ "id": "A/../../../x", "title": t, "body": t, "date": "2026-03-02", "members": 9, "aliases": [t], "source": "s" }),
        ),
        (
            "vote.reported",
            json!({ "vote": "A/../../../x", "source": "s", "tally": { "yes": "1", "no": "2", "abstain": "3" }, "positions": { "yes": [state], "no": ["UKR"] }, "wording": t, "doubt": t, "note": t }),
        ),
        (
            "vote.position",
            json!({ "vote": "A/../../../x", "country": "POL", "position": "no", "source": "s", "doubt": t, "note": t }),
        ),
        (
            "statement.recorded",
            json!({ "speaker": "r", "gist": t, "role": t, "venue": t, "topics": [t], "source": "s", "locator": t }),
        ),
        ("case.documented", json!({ "id": "c", "age": "9", "origin": "p", "source": "s" })),
        ("check.added", json!({ "id": "k", "rule": { "monotone": { "indicator": "i" } }, "reason": t })),
        ("finding.acknowledged", json!({ "check": "falling", "figures": [10, 13], "reason": t })),
        ("import.recorded", json!({ "file": t, "sha256": "0".repeat(64), "rules_sha256": "0".repeat(64) })),
    ];
    let lines: Vec<String> =
        events.map(|(kind, data)| json!({ "type": kind, "data": data }).to_string()).into();
    let answer = hold(&at, ["append", "events", "-"], lines.join("\n").as_bytes());
    assert_eq!((answer.exit, &*answer.stderr), (0, ""), "{answer:.3000}");
    at
}

const QUESTIONS: &[&str] = &[
    "figures",
    "headlines",
    "votes",
    "votes A/../../../x",
    "log",
    "check",
    "vintages i",
    "vintages i --long",
    "why i",
    "why d",
    "why 10",
    "diff --from 5 --to 27",
    "verify",
    "snapshot",
    "figures --as-of 2026-02",
    "recover",
];

/// Errors that repeat what they were given.
const REPEATING: &[&str] = &[
    "figures",
    "votes",
    "why",
    "vintages",
    "log --type",
    "append place --name x --id",
    "append events",
    "verify --head",
    "-f",
];

/// What a command writes to a terminal, colours of its own taken out.
fn on_terminal(at: &TestEnvironment, command: &str) -> String {
    let quoted = command.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`");
    let answer = at.shell(&format!(
        "unset NO_COLOR; export TERM=xterm; script -qec \"recount {quoted}\" /dev/null </dev/null"
    ));
    assert!((0..=6).contains(&answer.exit), "{command:.200}: {answer:.2000}");
    let mut text = answer.stdout.replace("\r\n", "\n");
    for own in ["\u{1b}[1m", "\u{1b}[0m", "\u{1b}[22m"] {
        text = text.replace(own, "");
    }
    text
}

#[test]
fn a_terminal_gets_no_tricks() {
    let at = filled();
    let shows: Vec<String> = (1..=27).map(|seq| format!("show {seq}")).collect();
    let mut escaped = 0;
    for question in QUESTIONS.iter().copied().chain(shows.iter().map(String::as_str)) {
        for format in ["table", "json", "jsonl", "csv"] {
            // One event has no rows of CSV, and every show is as the others.
            if question.starts_with("show") && format != "table" && question != "show 13" {
                continue;
            }
            let text = on_terminal(&at, &format!("--format {format} {question}"));
            let trick =
                text.find(is_trick).map(|at| text[at..].escape_unicode().take(60).collect::<String>());
            assert_eq!(trick, None, "{format} {question}");
            escaped += usize::from(text.contains("202e"));
            let piped = hold(&at, format!("--format {format} {question}").split(' '), b"").stdout;
            assert!(
                format == "csv" || question == "snapshot" || piped.find(is_trick).is_none(),
                "{format} {question} in a pipe"
            );
        }
    }
    assert!(escaped > 40, "the tricks are there to be seen: {escaped}");
}

#[test]
fn an_error_repeats_no_tricks() {
    let at = filled();
    for text in TEXTS.iter().copied().chain([
        "\u{1b}[31m",
        "\u{1b}]8;;x\u{7}",
        "\u{1b}]52;c;x\u{1b}\\",
        "\u{9b}31m",
        "\u{7f}",
        "\u{85}",
        "\u{8}\u{8}",
        "a\rb",
    ]) {
        for (number, command) in REPEATING.iter().enumerate() {
            // One in a few of all combinations, so that every text and every command has its turn.
            if (text.len() + number) % 7 > 0 && !text.contains('\u{1b}') {
                continue;
            }
            let mut arguments: Vec<&str> = command.split(' ').collect();
            if *command == "-f" {
                arguments.extend([text, "figures"]);
            } else if !text.starts_with('-') {
                arguments.push(text);
            }
            hold(&at, arguments.iter(), b"");
            let json = hold(&at, ["--format", "json"].iter().chain(arguments.iter()), b"");
            let error = json.stderr.lines().last().unwrap_or_default();
            assert!(
                json.exit == 0 || serde_json::from_str::<Value>(error).is_ok(),
                "{command} {text:?}: {json}"
            );
        }
    }
    let text = on_terminal(&at, "figures '\u{202e}\u{1b}]52;c;x\u{7}'");
    assert!(text.contains("\\u{202e}\\u{1b}]52;c;x") && text.find(is_trick).is_none(), "{text}");
}

#[test]
fn exports_keep_every_character_and_take_none_for_more() {
    let at = filled();
    let all = TEXTS.concat();
    assert_eq!(hold(&at, ["export", "csv", "out"], b"").exit, 0);
    let mut rows = csv::Reader::from_path(at.folder().join("out/sources.csv")).unwrap();
    let first = rows.records().next().unwrap().unwrap();
    assert_eq!((&first[0], &first[1]), ("s", all.as_str()));
    let mut figures = csv::Reader::from_path(at.folder().join("out/figures.csv")).unwrap();
    let values: BTreeSet<String> = figures.records().map(|row| row.unwrap()[7].to_owned()).collect();
    assert!(values.contains("-5") && values.contains(">=90"), "values stay as typed: {values:?}");
    let package: Value = serde_json::from_slice(&at.read("out/datapackage.json")).unwrap();
    assert!(package.to_string().contains(&json!(all).to_string()), "the title is whole");

    assert_eq!(hold(&at, ["export", "sqlite", "out.sqlite"], b"").exit, 0);
    let clean = super::environment();
    clean.recount(["export", "sqlite", "out.sqlite"]).success();
    let [hostile, clean] =
        [&at, &clean].map(|at| rusqlite::Connection::open(at.folder().join("out.sqlite")).unwrap());
    let ask = |connection: &rusqlite::Connection, sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(ask(&hostile, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(ask(&hostile, "SELECT \"table\" FROM pragma_foreign_key_check"), Vec::<String>::new());
    assert_eq!(ask(&hostile, "SELECT title FROM sources WHERE id = 's'"), std::slice::from_ref(&all));
    assert_eq!(ask(&hostile, "SELECT CAST(count(*) AS TEXT) FROM events"), ["27"]);
    let schema = "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name";
    assert_eq!(ask(&hostile, schema), ask(&clean, schema), "no data is part of a statement");
    nothing_else_was_written(&at, &["ledger.jsonl", "out", "out.sqlite"]);
}
