//! Lines of `append events` that are no JSON, no I-JSON, no event, or look like none and are one.

use super::{environment, hold, nothing_else_was_written, refused, stored};
use recount_test_support::TestEnvironment;
use serde_json::json;

/// No numbers of JSON.
const NUMBERS: &[&str] =
    &["NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x10", "1_000", "--1", "1e", "1e+", "- 1"];

/// No values of JSON.
const WORDS: &[&str] =
    &["undefined", "True", "nul", "'a'", "a", "\"a", "\"a\"b\"", "{\"a\" 1}", "{a:1}", "[1,]", "[,1]", "{,}"];

/// No lines of JSON.
const LINES: &[&str] =
    &["{", "}", "\"", "[", ":", ",", "{}{}", "{} x", "// x", "/* x */ {}", "#", "<xml/>", "%00", "null null"];

/// Escapes that JSON has not, or that mean no character.
const ESCAPES: &[&str] = &[
    "\\ud800",
    "\\udfff",
    "\\udc00\\ud800",
    "\\ud800x",
    "\\ud800\\u0041",
    "\\x41",
    "\\u12",
    "\\ ",
    "\\U0041",
];

/// No types of events that can be appended.
const KINDS: &[&str] = &[
    "null",
    "1",
    "[]",
    "{}",
    "\"\"",
    "\"place\"",
    "\"PLACE.ADDED\"",
    "\"place.added \"",
    "\"place.added\\u0000\"",
    "\"place.added\\n\"",
    "\"ledger.created\"",
    "\"ledger.merged\"",
    "\"ledger.upgraded\"",
    "\"event.redacted\"",
    "\"\u{202e}\"",
    "\"../x\"",
    "\"__proto__\"",
];

/// No data of a place.
const DATA: &[&str] = &[
    "null",
    "1",
    "\"x\"",
    "[]",
    "true",
    "{}",
    "{\"id\":\"q\",\"name\":\"x\",\"name\":\"y\"}",
    "{\"id\":\"q\",\"id\":\"q\",\"name\":\"x\"}",
    "{\"id\":\"q\",\"name\":\"x\",\"__proto__\":{}}",
    "{\"id\":\"q\",\"name\":\"x\",\"codes\":{\"a\":\"1\",\"a\":\"2\"}}",
    "{\"id\":\"q\",\"name\":\"x\",\"\":\"y\"}",
    "{\"id\":\"q\",\"name\":\"x\",\"a\\u202eb\":1}",
    "{\"ID\":\"q\",\"name\":\"x\"}",
];

/// No labels.
const LABELS: &[&str] = &["1", "null_", "\"A\"", "\"a b\"", "\"@a\"", "\"\\u0000\"", "\"a/b\"", "[\"a\"]"];

/// No numbers of events of this ledger that can be retracted.
const SEQS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "1e2",
    "1.0",
    "1.5",
    "99",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "18446744073709551616",
    "1e400",
    "-1e400",
    "0.10000000000000000555",
    "\"1\"",
    "\"@x\"",
    "\"@\"",
    "null",
    "true",
    "[1]",
];

/// Bytes that are not UTF-8: stray, overlong, surrogates, beyond Unicode, cut.
const NOT_UTF8: &[&[u8]] = &[
    b"\xff",
    b"\xfe\xff",
    b"\x80",
    b"\xbf",
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xe0\x80\x80",
    b"\xf0\x80\x80\x80",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xe2\x82",
    b"\xc3",
];

/// An input whose event is a place with this JSON for a name.
fn place(name: &str) -> Vec<u8> {
    format!("{{\"type\":\"place.added\",\"data\":{{\"id\":\"q\",\"name\":{name}}}}}\n").into_bytes()
}

/// A place whose name holds these bytes between quotation marks.
fn place_of(bytes: &[u8]) -> Vec<u8> {
    let [start, end] = [&b"{\"type\":\"place.added\",\"data\":{\"id\":\"q\",\"name\":\"a"[..], b"b\"}}\n"];
    [start, bytes, end].concat()
}

/// Inputs that are refused for their bytes or their JSON, in line 1, with the column.
fn broken() -> Vec<Vec<u8>> {
    let mut inputs: Vec<Vec<u8>> = Vec::new();
    for open in ["[", "{\"a\":", "[{\"a\":", "{\"type\":"] {
        for depth in [17, 1_000, 100_000] {
            inputs.push(open.repeat(depth).into_bytes());
        }
    }
    inputs.push("[".repeat(1_000_000).into_bytes());
    inputs.push([vec![b'['; 500_000], vec![b']'; 500_000]].concat());
    for number in NUMBERS {
        inputs.push(place(number));
    }
    for word in WORDS {
        inputs.push(place(word));
    }
    for line in LINES {
        inputs.push(line.as_bytes().to_vec());
    }
    // Control characters as they are, and escapes that mean no character of Unicode or NUL.
    inputs.extend((0..0x20_u8).filter(|byte| *byte != b'\n').map(|byte| place_of(&[byte])));
    for escape in ESCAPES {
        inputs.push(place_of(escape.as_bytes()));
    }
    inputs.extend(NOT_UTF8.iter().map(|bytes| place_of(bytes)));
    inputs.push([&b"\xef\xbb\xbf"[..], &place("\"x\"")].concat());
    inputs.push("\u{feff}".as_bytes().to_vec());
    inputs.push([place("\"x\"").trim_ascii_end(), b"\r", place("\"y\"").as_slice()].concat());
    inputs.extend([1, 2, 4_096, 1_000_000].map(|count| vec![0; count]));
    inputs
        .extend(["é", "\u{2028}", "\u{a0}{}", "\u{3000}", "{\u{2028}}"].map(|text| text.as_bytes().to_vec()));
    inputs
}

/// Inputs that are JSON and no event.
fn no_events() -> Vec<String> {
    let line = |members: &str| format!("{{{members}}}");
    let mut inputs: Vec<String> =
        ["[]", "\"x\"", "1", "-0", "1e400", "null", "true", "{}", "[{}]"].map(str::to_owned).into();
    for kind in KINDS {
        inputs.push(line(&format!("\"type\":{kind},\"data\":{{\"id\":\"q\",\"name\":\"x\"}}")));
    }
    for data in DATA {
        inputs.push(line(&format!("\"type\":\"place.added\",\"data\":{data}")));
    }
    inputs.push(line(
        "\"type\":\"place.added\",\"type\":\"place.added\",\"data\":{\"id\":\"q\",\"name\":\"x\"}",
    ));
    inputs.push(line("\"type\":\"place.added\",\"data\":{\"id\":\"q\",\"name\":\"x\"},\"data\":{}"));
    inputs.push(line("\"type\":\"place.added\",\"data\":{\"id\":\"q\",\"name\":\"x\"},\"seq\":1"));
    for label in LABELS {
        inputs.push(line(&format!(
            "\"type\":\"place.added\",\"data\":{{\"id\":\"q\",\"name\":\"x\"}},\"label\":{label}"
        )));
    }
    // Numbers where an event's number is asked for.
    for seq in SEQS {
        inputs.push(line(&format!(
            "\"type\":\"record.retracted\",\"data\":{{\"target\":{seq},\"reason\":\"x\"}}"
        )));
    }
    // Control characters by escapes, and blanks: no text has them.
    for unit in (0..0x20).chain(0x7f..0xa0) {
        inputs.push(line(&format!(
            "\"type\":\"place.added\",\"data\":{{\"id\":\"q\",\"name\":\"a\\u{unit:04x}b\"}}"
        )));
    }
    for blank in ["", " ", "\u{a0}", "\u{3000}", "\u{2003} "] {
        inputs
            .push(line(&format!("\"type\":\"place.added\",\"data\":{{\"id\":\"q\",\"name\":\"{blank}\"}}")));
    }
    inputs
}

#[test]
fn what_is_no_json_is_refused_with_line_and_column() {
    let at = environment();
    let inputs = broken();
    for input in &inputs {
        let error = refused(&at, input);
        let shown = String::from_utf8_lossy(&input[..input.len().min(100)]).into_owned();
        assert!(error.contains("]: stdin:1: ") && error.contains("column "), "{shown}: {error}");
    }
    assert!(inputs.len() > 100, "{}", inputs.len());
    nothing_else_was_written(&at, &["ledger.jsonl"]);
}

#[test]
fn what_is_no_event_is_refused_with_its_line() {
    let at = environment();
    let inputs = no_events();
    for input in &inputs {
        let error = refused(&at, format!("\n{input}\n").as_bytes());
        assert!(error.contains("]: stdin:2"), "{input}: {error}");
    }
    assert!(inputs.len() > 100, "{}", inputs.len());
    nothing_else_was_written(&at, &["ledger.jsonl"]);
}

#[test]
fn texts_come_back_as_they_were_given() {
    let at = environment();
    let texts = super::outputs::TEXTS.iter().map(|text| (*text).to_owned());
    let long = ["x".repeat(1_000_000), "\u{1d11e}".repeat(100_000), "a\u{2028}".repeat(50_000)];
    for (number, text) in texts.chain(long).enumerate() {
        let event = json!({ "type": "place.added", "data": { "id": format!("t{number}"), "name": text } });
        assert_eq!(stored(&at, event.to_string().as_bytes())["name"], text, "{text:.100}");
    }
    assert!(hold(&at, ["verify"], b"").success().stdout.starts_with("intact: "));
}

#[test]
fn long_mistakes_are_told_shortly_and_at_once() {
    let at = environment();
    let long = "x".repeat(1_000_000);
    let many = |item: &str| vec![item; 1_000_000 / (item.len() + 1)].join(",");
    let numbered = |count: usize, value: &str| {
        (0..count).map(|number| format!("\"c{number}\":{value}")).collect::<Vec<_>>().join(",")
    };
    let event = |kind: &str, data: String| format!("{{\"type\":\"{kind}\",\"data\":{{{data}}}}}");
    for input in [
        event(&long, String::new()),
        event("place.added", format!("\"id\":\"q\",\"name\":\"x\",\"{long}\":1")),
        event("place.added", format!("\"id\":\"{long}\",\"name\":\"x\"")),
        event("place.added", format!("\"id\":\"q\",\"name\":\"x\",{}", numbered(60_000, "1"))),
        event(
            "place.added",
            format!("\"id\":\"q\",\"name\":\"x\",\"codes\":{{{}}}", numbered(60_000, "\"\"")),
        ),
        event(
            "reporter.added",
            format!("\"id\":\"q\",\"name\":\"x\",\"kind\":\"{0}\",\"country\":\"{0}\"", &long[..500_000]),
        ),
        event(
            "vote.reported",
            format!("\"vote\":\"A\",\"source\":\"s\",\"positions\":{{\"yes\":[{}]}}", many("\"ZZZ\"")),
        ),
        event(
            "vote.reported",
            format!("\"vote\":\"A\",\"source\":\"s\",\"positions\":{{\"yes\":[{}]}}", many("\"UKR\"")),
        ),
        event("policy.set", format!("\"indicator\":\"i\",\"rule\":{{\"prefer\":[{}]}}", many("\"rr\""))),
        event("policy.set", format!("\"indicator\":\"i\",\"rule\":{{\"prefer\":[{}]}}", many("\"r\""))),
        event(
            "finding.acknowledged",
            format!("\"check\":\"falling\",\"reason\":\"x\",\"figures\":[{}]", many("99")),
        ),
        event(
            "check.added",
            format!(
                "\"id\":\"q\",\"rule\":{{\"sum\":{{\"indicator\":\"i\",\"over\":\"place\",\"parts\":[{}]}}}}",
                many("\"x\"")
            ),
        ),
    ] {
        let error = refused(&at, input.as_bytes());
        assert!(
            error.lines().count() <= 2_010 && error.len() < 400_000,
            "{} bytes: {error:.500}",
            error.len()
        );
        assert!(error.lines().all(|line| line.len() < 3_000), "{error:.500}");
    }
}

#[test]
fn other_spellings_are_taken() {
    let at = environment();
    let name = |at: &TestEnvironment, input: &[u8]| stored(at, input)["name"].clone();
    let line = |id: &str, rest: &str| {
        format!("{{\"type\":\"place.added\",\"data\":{{\"id\":\"{id}\",\"name\":\"x\"}}}}{rest}")
    };
    for (id, end) in [("a", ""), ("b", "\r\n"), ("c", "\n\n\n"), ("d", " \t\r\n")] {
        assert_eq!(name(&at, line(id, end).as_bytes()), "x", "{end:?}");
    }
    let escaped = br#"{"t\u0079pe":"\u0070lace.added","data":{"id":"e","n\u0061me":"\ud834\udd1e\/","kind":null},"label":null}"#;
    assert_eq!(name(&at, escaped), "\u{1d11e}/");
    for (rows, digits) in [("9007199254740993", 16), ("18446744073709551615", 20), ("0", 1)] {
        let data = format!(
            "\"file\":\"f\",\"sha256\":\"{}\",\"rules_sha256\":\"{}\",\"rows\":{rows}",
            "0".repeat(64),
            "a".repeat(64)
        );
        let data = stored(&at, format!("{{\"type\":\"import.recorded\",\"data\":{{{data}}}}}").as_bytes());
        assert_eq!(
            (data["rows"].to_string().as_str(), rows.len()),
            (rows, digits),
            "a number keeps every digit"
        );
    }
    for nothing in ["", "\n", " \n\r\n\t\n"] {
        assert_eq!(
            hold(&at, ["append", "events", "-"], nothing.as_bytes()).success().stdout,
            "",
            "{nothing:?}"
        );
    }
}

#[test]
fn inputs_without_end_come_to_an_end() {
    let at = environment();
    for (command, line) in [
        (
            "append events /dev/zero",
            "error[E0701]: /dev/zero: expected a file, a pipe or a terminal, found a device",
        ),
        (
            "append events /dev/full",
            "error[E0701]: /dev/full: expected a file, a pipe or a terminal, found a device",
        ),
        ("append events .", "error[E0701]: .: "),
        (
            "snapshot --check /dev/zero",
            "error[E0701]: /dev/zero: expected a file, a pipe or a terminal, found a device",
        ),
        ("--file /dev/zero figures", "error[E0703]: /dev/zero: "),
        ("--file /dev/zero append place --id a --name a", "error[E0703]: /dev/zero: "),
        ("--file . verify", "error[E0703]: .: "),
    ] {
        let answer = hold(&at, command.split(' '), b"");
        assert!(answer.exit == 6 && answer.stderr.starts_with(line), "{command}: {answer}");
    }
    assert_eq!(hold(&at, ["snapshot", "--accept", "/dev/zero"], b"").exit, 5);
    let endless = at.shell("ulimit -v 524288; timeout 60 recount append events - </dev/zero").exits(3);
    assert!(
        endless.stderr.contains("stdin:1: column 1048577: ") && endless.stderr.contains("reading ends here"),
        "{endless}"
    );
    let long = at.shell("(head -c 100000000 /dev/zero | tr '\\0' ' '; echo; echo x) | (ulimit -v 524288; recount append events -)");
    assert!(
        long.exit == 3
            && long.stderr.contains("stdin:1: column 1048577")
            && long.stderr.contains("stdin:2: "),
        "{long}"
    );
    let pipe = at.shell(
        "recount append events <(echo '{\"type\":\"place.added\",\"data\":{\"id\":\"z\",\"name\":\"z\"}}')",
    );
    assert!(pipe.exit == 0 && pipe.stdout.starts_with("seq 6 "), "a pipe is a file to read: {pipe}");
}
