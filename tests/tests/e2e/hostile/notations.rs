//! Values, dates, expressions, durations, ids, countries and clocks that are spelled to deceive.

use super::{environment, hold, nothing_else_was_written, refused, stored};

const BAD_VALUES: &[&str] = &[
    "",
    " ",
    "1 ",
    " 1",
    "+1",
    "01",
    "1.",
    ".5",
    "1e2",
    "1E400",
    "1e400",
    "NaN",
    "inf",
    "-",
    "--1",
    "1_000",
    "1,850",
    "1 850",
    "1\u{a0}850",
    "0x10",
    "\u{661}\u{662}",
    "\u{ff11}",
    "\u{2212}5",
    "~",
    "~~1",
    ">",
    ">>1",
    "=>1",
    "><1",
    "5..",
    "..5",
    "..",
    "5...7",
    "1..2..3..4",
    ">=5..7",
    "5..<=7",
    ">5..5",
    "7..5",
    ">1..2..3",
    "1\u{200b}",
    "\u{202e}1",
    "1\n",
    "1\u{0}",
    "=1+1",
    "@SUM(1)",
    "99999999999999999999999999999999999",
    "0.00000000000000000000000000000000001",
];

const GOOD_VALUES: &[&str] = &[
    "-0",
    "0",
    "-0.0",
    "1.000",
    "~-5",
    ">-1",
    "<0",
    "-5..-3",
    "5..5",
    "3..2..1",
    ">0..<1",
    "~118..125..140",
    "9007199254740993",
    "18446744073709551616",
    "9999999999999999999999999999999999",
    "0.000000000000000000000000000000001",
    "0.1000000000000000055511151231257",
];

const BAD_DATES: &[&str] = &[
    "",
    " ",
    "2025 ",
    "25",
    "02025",
    "-0001",
    "10000",
    "+2025",
    "Y2025",
    "2025-00",
    "2025-13",
    "2025-02-29",
    "2025-04-31",
    "2025-1",
    "2025/2024",
    "2025/",
    "/2025",
    "../2025",
    "2025..2026",
    "2025XX",
    "202X",
    "2025-W01",
    "2025-365",
    "2025-12-03T",
    "2025-12-03T00:00:00",
    "2025-12-03T24:00:00Z",
    "2025-12-03T23:59:60Z",
    "2025-12-03T00:00:00+00:00",
    "\u{662}\u{660}\u{662}\u{665}",
    "2025\u{202e}",
    "2025~~",
    "~2025",
    "2025-12-03T00:00:00.5Z",
    "now",
    "0",
    "3.12.2025",
    "2025-12-03\u{0}",
];

const BAD_EXPRESSIONS: &[&str] = &[
    "",
    " ",
    "i +",
    "+ i",
    "i+i",
    "i i",
    "i -i",
    "(i",
    "i)",
    "()",
    "i ** i",
    "i % i",
    "i \u{2212} i",
    "i / ",
    "1e2 * i",
    "I",
    "i + \u{202e}i",
    "i; DROP TABLE figures",
    "$(id)",
    "i\n+ i",
    "i\u{a0}+ i",
    "unknown + i",
    "i + 01",
];

fn figure(value: &str, as_of: &str) -> String {
    let data = serde_json::json!({ "indicator": "i", "reporter": "r", "source": "s", "value": value, "as_of": as_of });
    serde_json::json!({ "type": "figure.reported", "data": data }).to_string()
}

#[test]
fn values_that_are_none_are_refused() {
    let at = environment();
    for value in BAD_VALUES {
        let error = refused(&at, figure(value, "2025-12-03").as_bytes());
        assert!(error.contains("stdin:1: value: "), "{value:?}: {error}");
    }
}

#[test]
fn values_come_back_as_they_were_typed() {
    let at = environment();
    for value in GOOD_VALUES {
        assert_eq!(stored(&at, figure(value, "2025-12-03").as_bytes())["value"], *value);
    }
    let csv = hold(&at, ["log", "--type", "figure.reported", "--format", "jsonl"], b"").success().stdout;
    assert!(GOOD_VALUES.iter().all(|value| csv.contains(&format!("\"value\":\"{value}\""))));
    for command in ["figures", "headlines", "check", "vintages i", "why i", "snapshot", "verify"] {
        let answer = hold(&at, command.split(' '), b"");
        assert!(answer.exit <= 1, "{command}: {answer}");
    }
}

#[test]
fn dates_that_are_none_are_refused_by_events_and_clocks() {
    let at = environment();
    for date in BAD_DATES {
        let error = refused(&at, figure("1", date).as_bytes());
        assert!(error.contains("stdin:1: as_of: "), "{date:?}: {error}");
        // A bare number is a point on the recorded clock, and no argument holds a NUL.
        for clock in ["--as-of", "--published-by", "--recorded-by"].iter().filter(|_| !date.contains('\0')) {
            let fits = *clock != "--as-of" && date.ends_with('Z')
                || *clock == "--recorded-by" && date.parse::<u64>().is_ok();
            let answer = hold(&at, ["figures", &format!("{clock}={date}")], b"");
            assert!(answer.exit == 3 || fits && answer.exit == 0, "{clock} {date:?}: {answer}");
        }
    }
    nothing_else_was_written(&at, &["ledger.jsonl"]);
}

#[test]
fn expressions_that_are_none_are_refused() {
    let at = environment();
    let long = ["(".repeat(1_000), "i + ".repeat(300) + "i", "(".repeat(17) + "i" + &")".repeat(17)];
    for text in BAD_EXPRESSIONS.iter().copied().chain(long.iter().map(String::as_str)) {
        let data = serde_json::json!({ "id": "d", "label": "D", "unit": "u", "expression": text });
        let error = refused(
            &at,
            serde_json::json!({ "type": "indicator.derived", "data": data }).to_string().as_bytes(),
        );
        assert!(error.contains("stdin:1: expression"), "{text:?}: {error}");
    }
}

#[test]
fn ids_codes_and_other_words_are_not_widened() {
    let at = environment();
    let mut tried = 0;
    let mut check = |kind: &str, data: serde_json::Value| {
        refused(&at, serde_json::json!({ "type": kind, "data": data }).to_string().as_bytes());
        tried += 1;
    };
    for id in super::names::IDS {
        check("place.added", serde_json::json!({ "id": id, "name": "x" }));
        check("place.added", serde_json::json!({ "id": "q", "name": "x", "codes": { *id: "1" } }));
        check(
            "vote.recorded",
            serde_json::json!({ "id": id, "title": "x", "body": "x", "date": "2025", "source": "s" }),
        );
    }
    for window in
        ["P", "P0D", "PT1H", "P1.5Y", "-P1Y", "P1D1Y", "P99999Y", "p1y", "P1Y ", "6M", "P01M", "P2147483648D"]
    {
        check("policy.set", serde_json::json!({ "indicator": "i", "rule": "latest", "window": window }));
    }
    for country in ["ukr", "UA", "UKRA", "ZZZ", "\u{410}BW", "UKR\u{200b}", ""] {
        check(
            "reporter.added",
            serde_json::json!({ "id": "q", "name": "x", "kind": "ngo", "country": country }),
        );
    }
    for language in ["", "u", "uk_UA", "uk-", "\u{443}\u{43a}", "toolonglanguage"] {
        check("source.added", serde_json::json!({ "id": "q", "title": "x", "language": language }));
    }
    assert!(tried > 60, "{tried}");
    nothing_else_was_written(&at, &["ledger.jsonl"]);
}
