//! Tests of the snapshot and of what exports say about themselves.

use std::convert::Infallible;
use std::io::{self, ErrorKind};

use super::provenance;
use crate::testing::{FIGURES, Fixture};
use crate::{CaseDetail, Context, RowError, TABLES, Table, snapshot};

fn check(lines: &str, clocks: &str) -> String {
    let fixture = Fixture::new(lines);
    let answers = fixture.answers(clocks);
    let context =
        Context { answers: &answers, texts: &fixture, case_detail: CaseDetail::Coarse, indicators: None };
    let mut out = Vec::new();
    snapshot(&context, &provenance(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_snapshot_is_json_with_one_row_per_line() {
    let text = check(FIGURES, "published_by=2025-02-01");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["figures"][0]["value"], "1850");
    assert_eq!(json.as_object().unwrap().len(), TABLES.len() - 2);
    let figures = text.split("],").next().unwrap();
    insta::assert_snapshot!(figures, @r#"
    {"recount":{"format":1,"origin":"example.org/t","title":"Test","tool_version":"0.1.0","size":32,"clocks":{"published_by":"2025-02-01"},"left_out":{"later_as_of":0,"undated":0,"later_published":3,"unpublished":1,"later_recorded":0},"case_detail":"coarse"},
    "figures":[
    {"indicator":"back","reporter":"a","as_of":"2025-01-31","as_of_min":"2025-01-31","as_of_max":"2025-01-31","value":"1850","qualifier":"exact","low":"1850","low_open":false,"high":"1850","high_open":false,"approximate":false,"unit":"children","published":"2025-02-01","source":"s2","status":"current","seq":21,"recorded_at":"2026-01-01T00:21:00Z","version":21,"records":1,"disputed":false,"undated":false,"doubted":false},
    {"indicator":"taken","reporter":"a","as_of":"2024-12~","as_of_min":"2024-12-01","as_of_max":"2024-12-31","value":">20000","qualifier":"more_than","low":"20000","low_open":true,"high_open":false,"approximate":false,"unit":"children","wording":"=more than 20,000","published":"2025-01-01","source":"s1","status":"current","seq":18,"recorded_at":"2026-01-01T00:18:00Z","version":18,"records":1,"disputed":false,"undated":false,"doubted":false},
    {"indicator":"taken","reporter":"b","as_of":"2024-12-31","as_of_min":"2024-12-31","as_of_max":"2024-12-31","value":"19600","qualifier":"exact","low":"19600","low_open":false,"high":"19600","high_open":false,"approximate":false,"unit":"children","published":"2025-02-01","source":"s2","status":"current","seq":20,"recorded_at":"2026-01-01T00:20:00Z","version":20,"records":1,"disputed":false,"undated":false,"doubted":false},
    {"indicator":"taken","reporter":"press","value":"~700000","qualifier":"about","low_open":false,"high_open":false,"best":"700000","approximate":true,"unit":"children","published":"2025-02-01","source":"s2","status":"current","seq":29,"recorded_at":"2026-01-01T00:29:00Z","version":29,"records":1,"disputed":false,"undated":true,"doubted":true}
    "#);
}

#[test]
fn an_event_that_changes_no_row_changes_no_line() {
    let more = format!(
        "{FIGURES}check.added {{\"id\":\"k\",\"rule\":{{\"monotone\":{{\"indicator\":\"taken\"}}}}}}\n"
    );
    assert_eq!(check(FIGURES, ""), check(&more, ""));
}

#[test]
fn entries_are_flat() {
    let fixture = Fixture::new("");
    let answers = fixture.answers("as_of=2025");
    let wanted = [fixture.state.indicators().find("taken").unwrap()];
    let indicators = Some(&wanted[..]);
    let context = Context { answers: &answers, texts: &fixture, case_detail: CaseDetail::Full, indicators };
    let entries = provenance().entries(&context);
    let text: Vec<String> = entries.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    insta::assert_snapshot!(text.join("\n"), @r#"
    case_detail: full
    clocks.as_of: 2025
    format: 1
    indicators: ["taken"]
    left_out.later_as_of: 0
    left_out.later_published: 0
    left_out.later_recorded: 0
    left_out.undated: 0
    left_out.unpublished: 0
    origin: example.org/t
    size: 32
    title: Test
    tool_version: 0.1.0
    "#);
}

#[test]
fn a_filter_keeps_other_indicators_out() {
    let fixture = Fixture::new(FIGURES);
    let answers = fixture.answers("");
    let wanted = [fixture.state.indicators().find("taken").unwrap()];
    let indicators = Some(&wanted[..]);
    let context = Context { answers: &answers, texts: &fixture, case_detail: CaseDetail::Full, indicators };
    let count =
        |name| Table::find(name).unwrap().each_row(&context, &mut |_| Ok::<(), Infallible>(())).unwrap();
    assert_eq!((count("figures"), count("figure_history"), count("headlines")), (3, 5, 1));
}

#[test]
fn a_full_disk_is_the_sinks_own_error() {
    let fixture = Fixture::new(FIGURES);
    let answers = fixture.answers("");
    let context =
        Context { answers: &answers, texts: &fixture, case_detail: CaseDetail::Coarse, indicators: None };
    let full = &mut |_: &[crate::Cell<'_>]| Err(io::Error::from(ErrorKind::StorageFull));
    let error = Table::find("figures").unwrap().each_row(&context, full).unwrap_err();
    assert!(matches!(error, RowError::Sink(error) if error.kind() == ErrorKind::StorageFull));
}
