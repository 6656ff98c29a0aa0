//! Every limit of docs/ledger-format.md, section 22, just below, at, and just above it. (Of the number of events only
//! the type is tested: no test writes 2^32 of them.)

use super::{environment, hold, refused, stored};
use recount_test_support::TestEnvironment;
use serde_json::{Value, json};

fn place(id: &str, name: &str) -> String {
    json!({ "type": "place.added", "data": { "id": id, "name": name } }).to_string()
}

/// Appends the events at and below a limit, and has the one above it refused.
fn check(at: &TestEnvironment, limit: usize, event: impl Fn(usize) -> String) -> String {
    for size in [limit - 1, limit] {
        stored(at, event(size).as_bytes());
    }
    refused(at, event(limit + 1).as_bytes())
}

#[test]
fn lines_of_the_input_and_of_the_ledger() {
    let at = environment();
    let padded = |size: usize| {
        let event = place(&format!("p{size}"), "x");
        format!("{event}{}", " ".repeat(size - event.len()))
    };
    let error = check(&at, 1 << 20, padded);
    assert!(error.contains("error[E0108]: stdin:1: column 1048577: "), "{error}");
    for end in ["", "\n", "\n\n"] {
        let line = padded((1 << 20) + 1) + end;
        assert!(refused(&at, line.as_bytes()).contains("stdin:1: column 1048577: "), "{end:?}");
    }

    let named = |size: usize| place("q", &"x".repeat(size));
    stored(&at, named(1).as_bytes());
    let ledger = at.read("ledger.jsonl");
    let line = ledger.split(|byte| *byte == b'\n').rev().nth(2).unwrap();
    at.recount(["retract", "8", "--reason", "x"]).success();
    // What stands around a name of one letter, and one more digit in the number of the event.
    let around = line.len() - 1 + 1;
    for (size, fits) in [((1 << 20) - 1, true), (1 << 20, true), ((1 << 20) + 1, false)] {
        let answer = hold(&at, ["append", "events", "-"], named(size - around).as_bytes());
        assert_eq!(answer.exit, if fits { 0 } else { 3 }, "{size}: {answer:.500}");
        assert!(fits || answer.stderr.contains("error[E0108]: stdin:1: "), "{answer:.500}");
        if fits {
            let ledger = at.read("ledger.jsonl");
            let longest = ledger.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
            assert_eq!(longest, Some(size));
            let seq = answer.stdout.split_whitespace().nth(1).unwrap();
            at.recount(["retract", seq, "--reason", "x"]).success();
        }
    }
}

#[test]
fn nesting() {
    let at = environment();
    // The line's own object and its data are two.
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 2), "]".repeat(depth - 2));
        format!(
            "{{\"type\":\"place.added\",\"data\":{{\"id\":\"q\",\"name\":\"x\",\"more\":{open}{close}}}}}"
        )
    };
    for (depth, code) in [(15, "E0102"), (16, "E0102"), (17, "E0108")] {
        let error = refused(&at, nested(depth).as_bytes());
        assert!(error.contains(&format!("error[{code}]")), "{depth}: {error}");
    }
}

#[test]
fn digits_ids_and_symbols() {
    let at = environment();
    let figure = |value: &str| {
        let data = json!({ "indicator": "i", "reporter": "r", "source": "s", "value": value });
        json!({ "type": "figure.reported", "data": data }).to_string()
    };
    check(&at, 34, |size| figure(&"9".repeat(size)));
    check(&at, 34, |size| figure(&format!("-0.{}", "1".repeat(size - 1))));
    check(&at, 128, |size| place(&"a".repeat(size), "x"));
    let code = |size: usize| {
        let codes = json!({ "0".repeat(size): "x" });
        json!({ "type": "place.added", "data": { "id": format!("c{size}"), "name": "x", "codes": codes } })
            .to_string()
    };
    check(&at, 128, code);
    let vote = |size: usize| {
        let data =
            json!({ "id": "A".repeat(size), "title": "x", "body": "x", "date": "2025", "source": "s" });
        json!({ "type": "vote.recorded", "data": data }).to_string()
    };
    check(&at, 64, vote);
}

fn derived(id: usize, expression: &str) -> String {
    let data = json!({ "id": format!("d{id}"), "label": "D", "unit": "u", "expression": expression });
    json!({ "type": "indicator.derived", "data": data }).to_string()
}

#[test]
fn expressions_and_years() {
    let at = environment();
    check(&at, 1_000, |size| derived(size, &format!("i{}", " ".repeat(size - 1))));
    check(&at, 16, |depth| derived(depth, &format!("{}i{}", "(".repeat(depth), ")".repeat(depth))));
    let dated = |year: &str| {
        let data = json!({ "indicator": "i", "reporter": "r", "source": "s", "value": "1", "as_of": year });
        json!({ "type": "figure.reported", "data": data }).to_string()
    };
    for year in ["0000", "0001", "9998", "9999", "9999-12-31"] {
        stored(&at, dated(year).as_bytes());
    }
    for year in ["-0001", "10000", "9999-12-32", "10000-01-01"] {
        refused(&at, dated(year).as_bytes());
    }
    for command in [
        "figures",
        "headlines --as-of 9999-12-31",
        "figures --published-by 9999",
        "log --recorded-by year:0000",
        "check",
    ] {
        assert!(hold(&at, command.split(' '), b"").exit <= 1, "{command}");
    }
}

#[test]
fn results_of_arithmetic() {
    let at = environment();
    // 2^112, the greatest power of two of 34 digits.
    let power = json!({ "indicator": "i", "reporter": "r", "source": "s", "value": "5192296858534827628530496329220096" });
    stored(&at, json!({ "type": "figure.reported", "data": power }).to_string().as_bytes());
    let product = ["i"; 36].join(" * ");
    // 2^4032 by it, and 2^62 to 2^64: numbers of 4,095 to 4,097 bits.
    for (bits, factor) in
        [(4_095, "4611686018427387904"), (4_096, "9223372036854775808"), (4_097, "18446744073709551616")]
    {
        stored(&at, derived(bits, &format!("{product} * {factor}")).as_bytes());
    }
    let answer = hold(&at, ["headlines", "--format", "json"], b"").success().stdout;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let value = |id: &str| {
        let rows = answer["headlines"].as_array().unwrap();
        rows.iter().find(|row| row["indicator"] == id).unwrap()["value"].clone()
    };
    let digits = |id: &str| value(id).as_str().map(str::len);
    assert_eq!((digits("d4095"), digits("d4096"), digits("d4097")), (Some(1_233), Some(1_233), None));
}
