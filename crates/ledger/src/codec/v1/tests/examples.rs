//! Every type by example, and each sort of problem once.

use super::*;

/// The canonical data, or every problem, one a line.
fn check(kind: Kind, data: &str) -> String {
    let problems = diagnose(kind, data, &kind_of);
    assert_eq!(parse(kind, data, &Unescaped::default(), &kind_of).err().as_ref(), problems.first());
    match canonical(kind, data, &kind_of) {
        Ok(json) => json,
        Err(_) => lines(&problems),
    }
}

fn lines(problems: &[Problem]) -> String {
    let line = |Problem { code, member, value, expected, hint }: &Problem| {
        let hint = hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
        format!("{code} {member} <{}> {expected}{hint}", value.escape_debug())
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn input(line: &str) -> String {
    let resolve = |label: &str| (label == "first").then_some(9);
    match read_input(line, &resolve, &kind_of, &|| "0f".repeat(16)) {
        Ok(Input { kind, label, data }) => format!("{} {label:?} {data}", kind.as_str()),
        Err(problems) => lines(&problems),
    }
}

#[test]
fn dictionaries() {
    insta::assert_snapshot!(check(Kind::SourceAdded, r#"{"archived":{"url":"https://web.archive.org/x"},"title":"Діти","id":"press"}"#), @r#"{"id":"press","title":"Діти","archived":{"url":"https://web.archive.org/x"}}"#);
    insta::assert_snapshot!(check(Kind::PlaceAdded, r#"{"codes":{"pcode":"UA65","iso3166":"UA-65"},"id":"kherson","name":"Kherson","parent":"ukraine"}"#), @r#"{"id":"kherson","name":"Kherson","parent":"ukraine","codes":{"iso3166":"UA-65","pcode":"UA65"}}"#);
    insta::assert_snapshot!(check(Kind::IndicatorDefined, r#"{"id":"a","label":"A","unit":"children","measure":"point","minimum":"none"}"#), @r#"{"id":"a","label":"A","unit":"children","measure":"point","minimum":"none"}"#);
    insta::assert_snapshot!(check(Kind::PolicySet, r#"{"rule":{"prefer":["ua-nib","ua-mfa"]},"window":"P90D","indicator":"a"}"#), @r#"{"indicator":"a","rule":{"prefer":["ua-nib","ua-mfa"]},"window":"P90D"}"#);
    insta::assert_snapshot!(check(Kind::PolicySet, r#"{"rule":"range","indicator":"a"}"#), @r#"{"indicator":"a","rule":"range"}"#);
}

#[test]
fn figures() {
    insta::assert_snapshot!(
        check(Kind::FigureReported, r#"{ "value":">20000", "breakdown":{"sex":"f","age":"0-17"}, "indicator":"children.deported",
            "note":null, "reporter":"ua-mfa", "source":"press", "wording":"more than 20\u002c000", "revises":3 }"#),
        @r#"{"indicator":"children.deported","value":">20000","reporter":"ua-mfa","source":"press","breakdown":{"age":"0-17","sex":"f"},"wording":"more than 20,000","revises":3}"#
    );
    let data = r#"{"indicator":"a","value":"12.50","reporter":"r\u002d","unsourced":true,"doubt":"why"}"#;
    let unescaped = Unescaped::default();
    let Ok(Fact::FigureReported(claim)) = parse(Kind::FigureReported, data, &unescaped, &kind_of) else {
        panic!("it is a figure")
    };
    assert_eq!(
        (claim.value.to_string().as_str(), claim.source, claim.doubted, claim.worded),
        ("12.50", None, true, false)
    );
    assert_eq!((claim.indicator, claim.reporter), ("a", "r-"));
}

#[test]
fn corrections() {
    let data = r#"{"target":9,"reason":"typing error","data":{"value":"125","indicator":"a","reporter":"r","source":"s"}}"#;
    insta::assert_snapshot!(check(Kind::RecordCorrected, data), @r#"{"target":9,"data":{"indicator":"a","value":"125","reporter":"r","source":"s"},"reason":"typing error"}"#);
    let members = members(Kind::RecordCorrected, data).unwrap();
    assert_eq!((members.get("value"), members.get("reason")), (Some("125"), None));
    assert_eq!(own_members(data).unwrap().get("reason"), Some("typing error"));
    insta::assert_snapshot!(check(Kind::RecordCorrected, r#"{"target":99,"reason":"x","data":{}}"#), @"E0302 target <99> expected an earlier event");
    insta::assert_snapshot!(check(Kind::RecordCorrected, r#"{"target":12,"reason":"x","data":{}}"#), @"E0303 target <12> expected an event that can be corrected, found record.corrected");
    insta::assert_snapshot!(check(Kind::RecordCorrected, r#"{"target":8,"reason":"x","data":{"rule":"first"}}"#), @"
        E0208 data.rule <first> expected one of: latest, range; or an object with prefer
        E0103 data.indicator <> missing; expected the id of the indicator: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
        ");
}

#[test]
fn votes() {
    let data = r#"{"vote":"A/ES-11/L.16/Rev.1","source":"ga12738","official":true,"tally":{"no":"12","yes":"91","absent":">30"},
        "positions":{"no":[{"country":"COG","doubt":"or COD","kind":"intended"}],"yes":["UKR","CRI"]}}"#;
    insta::assert_snapshot!(check(Kind::VoteReported, data), @r#"{"vote":"A/ES-11/L.16/Rev.1","source":"ga12738","official":true,"tally":{"yes":"91","no":"12","absent":">30"},"positions":{"yes":["UKR","CRI"],"no":[{"country":"COG","kind":"intended","doubt":"or COD"}]}}"#);
    let unescaped = Unescaped::default();
    let Ok(Fact::VoteReported(account)) = parse(Kind::VoteReported, data, &unescaped, &kind_of) else {
        panic!("it is an account")
    };
    insta::assert_snapshot!(format!("{:?}", account.positions), @"[(Yes, Stated { country: Country(UKR), kind: Recorded, doubted: false }), (Yes, Stated { country: Country(CRI), kind: Recorded, doubted: false }), (No, Stated { country: Country(COG), kind: Intended, doubted: true })]");
    insta::assert_snapshot!(check(Kind::VoteReported, r#"{"vote":"a","source":"s","tally":{"yes":91},"positions":{"yes":["UKE",{"country":"UK"},7]}}"#), @"
    E0203 vote <a> expected the UN symbol of a vote, such as `A/ES-11/L.16/Rev.1`
    E0104 tally.yes <91> expected a value as a string, such as `1850`, `>20000`, `~9000` or `19000..20000`
    E0204 positions.yes[0] <UKE> expected a country by its ISO 3166-1 alpha-3 code, such as `UKR`; or an object with country, as_printed, kind, doubt (did you mean UKR?)
    E0204 positions.yes[1].country <UK> expected a country by its ISO 3166-1 alpha-3 code, such as `UKR` (did you mean UKR?)
    E0104 positions.yes[2] <7> expected a country by its ISO 3166-1 alpha-3 code, such as `UKR`; or an object with country, as_printed, kind, doubt
    ");
}

#[test]
fn checks() {
    for rule in [
        r#"{"total":{"indicator":"a","parts":["b","c"]}}"#,
        r#"{"sum":{"indicator":"a","over":"sex","parts":["f","m"]}}"#,
        r#"{"fresh":{"reporter":"r","days":7}}"#,
        r#"{"monotone":{"indicator":"a"}}"#,
    ] {
        let data = format!(r#"{{"id":"c","rule":{rule}}}"#);
        assert_eq!(check(Kind::CheckAdded, &data), data);
    }
    insta::assert_snapshot!(check(Kind::CheckAdded, r#"{"id":"c","rule":{"monotone":{"indicator":"a"},"fresh":{"reporter":"r"}}}"#), @"
        E0103 rule.fresh.days <> missing; expected a whole number from 0 to 4294967295
        E0107 rule <> expected only one of: fresh, monotone
        ");
}

#[test]
fn all_problems_at_once() {
    insta::assert_snapshot!(
        check(Kind::FigureReported, r#"{"indicator":"A","value":"20,000","reporter":7,"source":"s","unsourced":true,"asof":"2025",
            "as_of":"yesterday","note":"a\u0007b","note":"","breakdown":{"sex":"f","sex":"m"},"revises":0}"#),
        @r"
    E0105 note <> expected each member once
    E0203 indicator <A> expected the id of the indicator: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    E0201 value <20,000> digits are not grouped, and decimals follow a point: expected a number like 1850 or 12.5
    E0104 reporter <7> expected the id of the reporter: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    E0102 asof <2025> unknown member; expected indicator, value, reporter, source, unsourced, as_of, place, breakdown, published, wording, locator, relayed_by, revises, since, doubt, note (did you mean as_of?)
    E0202 as_of <yesterday> year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    E0209 note <a\u{7}b> expected a text that is not empty and has no control characters
    E0209 note <> expected a text that is not empty and has no control characters
    E0105 breakdown.sex <m> expected each member once
    E0104 revises <0> expected the sequence number of an earlier event
    E0107  <> expected only one of: source, unsourced
    "
    );
    insta::assert_snapshot!(check(Kind::NormCited, r#"{"instrument":"Geneva IV","source":"s"}"#), @"E0107  <> expected one of: cited_by, unsourced");
    insta::assert_snapshot!(check(Kind::FigureReported, r#"{"indicator" "a"}"#), @"E0101  <> expected JSON; column 14: expected `:`");
    insta::assert_snapshot!(check(Kind::FigureReported, "[]"), @"E0104  <[]> expected an object with indicator, value, reporter, source, unsourced, as_of, place, breakdown, published, wording, locator, relayed_by, revises, since, doubt, note");
}

/// Spellings that a derived `Deserialize` takes, or would take without the care of `wire`.
#[test]
fn what_serde_alone_would_take() {
    let code = |kind, data: &str| check(kind, data)[..5].to_owned();
    let figure = |rest: &str| {
        let data = format!(r#"{{"indicator":"a","value":"1","reporter":"r",{rest}}}"#);
        code(Kind::FigureReported, &data)
    };
    assert_eq!(figure(r#""unsourced":false"#), "E0104");
    assert_eq!(figure(r#""unsourced":true,"breakdown":{"sex":"f","sex":"f"}"#), "E0105");
    assert_eq!(figure(r#""source":"s","source":"s""#), "E0105");
    assert_eq!(figure(r#""source":null"#), "E0107");
    assert_eq!(figure(r#""source":"s","revises":9.0"#), "E0104");
    assert_eq!(code(Kind::RecordRetracted, r#"[9,"reason"]"#), "E0104");
    assert_eq!(code(Kind::SourceAdded, r#"{"id":"s"}"#), "E0107");
    assert_eq!(code(Kind::SourceAdded, r#"{"id":"s","url":"u","archived":["u",null]}"#), "E0104");
    assert_eq!(code(Kind::PolicySet, r#"{"indicator":"a","rule":{"latest":null}}"#), "E0102");
    assert_eq!(code(Kind::PolicySet, r#"{"indicator":"a","rule":[["r"]]}"#), "E0104");
    assert_eq!(code(Kind::CheckAdded, r#"{"id":"c","rule":{}}"#), "E0107");
}

#[test]
fn lines_of_input() {
    insta::assert_snapshot!(input(r#"{"type":"figure.withdrawn","data":{"reason":"x","target":"@first"},"label":"w.1"}"#), @r#"figure.withdrawn Some("w.1") {"target":9,"reason":"x"}"#);
    insta::assert_snapshot!(input(r#"{"type":"finding.acknowledged","data":{"check":"c","figures":[3,"@first"],"reason":"x"}}"#), @r#"finding.acknowledged None {"check":"c","figures":[3,9],"reason":"x"}"#);
    insta::assert_snapshot!(input(r#"{"type":"record.corrected","data":{"target":"@first","reason":"x","data":{"indicator":"a","value":"1","reporter":"r","source":"s","revises":"@first"}}}"#), @r#"record.corrected None {"target":9,"data":{"indicator":"a","value":"1","reporter":"r","source":"s","revises":9},"reason":"x"}"#);
    insta::assert_snapshot!(input(r#"{"type":"case.documented","data":{"id":"c","source":"s"}}"#), @r#"case.documented None {"id":"c","source":"s","salt":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"}"#);
    insta::assert_snapshot!(input(r#"{"type":"figure.withdrawn","data":{"reason":"x","target":"@second"},"label":"W","extra":1}"#), @"
        E0102 extra <1> unknown member; expected type, data, label
        E0306 label <W> expected a label of a-z, 0-9, `.`, `_`, `-`
        E0306 target <@second> expected the label of an earlier line
        ");
    insta::assert_snapshot!(input(r#"{"type":"figure.withdrawn"}"#), @"E0103 data <> missing; expected an object: the data of an event");
    insta::assert_snapshot!(input(r#"{"type":"figure.reportd","data":{}}"#), @"E0106 type <figure.reportd> expected an event type of format 1 (did you mean figure.reported?)");
    insta::assert_snapshot!(input(r#"{"type":"event.redacted","data":{}}"#), @"E0106 type <event.redacted> expected an event that can be appended; this one is written by `recount redact`");
    insta::assert_snapshot!(input("[1]"), @"E0101  <[1]> expected an object with type, data, label");
    insta::assert_snapshot!(input(&" ".repeat((1 << 20) + 1)), @"E0108  <1048577 bytes> column 1048577: expected at most 1048576 bytes in a line");
}

#[test]
fn labels_are_for_input_only() {
    let data = r#"{"target":"first","reason":"x"}"#;
    insta::assert_snapshot!(input(&format!(r#"{{"type":"record.retracted","data":{data}}}"#)), @r#"E0104 target <\"first\"> expected the sequence number of an earlier event"#);
    insta::assert_snapshot!(check(Kind::RecordRetracted, &data.replace("first", "@first")), @r#"E0104 target <\"@first\"> expected the sequence number of an earlier event"#);
}

#[test]
fn content_of_a_case_leaves_out_the_salt() {
    let case = |salt: &str| format!(r#"{{"salt":"{}","source":"s","id":"c"}}"#, salt.repeat(16));
    let content = |data: &str| content(Kind::CaseDocumented, data, &kind_of).unwrap().into_owned();
    let [first, second] = ["0f", "f0"].map(|salt| content(&case(salt)));
    assert_eq!(first, r#"{"id":"c","source":"s"}"#);
    assert_eq!(first, second);
}
