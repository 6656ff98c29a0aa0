//! Tests of a whole export: what SQLite reads from it, its bytes, and what becomes of its target.

use std::fs;

use recount_model::answer::Answers;
use recount_tables::CaseDetail;
use rusqlite::types::ValueRef;

use super::*;
use crate::testing::{CASE, FIGURES, Fixture, VOTE};

fn provenance() -> Provenance {
    Provenance {
        tool_version: "0.1.0".to_owned(),
        format: 1,
        origin: "example.org/t".to_owned(),
        title: "Test".to_owned(),
        size: 32,
        root: Some("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=".to_owned()),
        end_offset: None,
    }
}

fn context<'a>(answers: &'a Answers<'a>, fixture: &'a Fixture) -> Context<'a> {
    Context { answers, texts: fixture, case_detail: CaseDetail::Coarse, indicators: None }
}

fn export_of(file: &Path, lines: &str) -> Result<Summary, ExportError> {
    let fixture = Fixture::new(lines);
    export(file, &context(&fixture.answers(""), &fixture), &provenance(), NonZeroUsize::new(2).unwrap())
}

fn spelt(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

fn query(file: &Path, sql: &str) -> String {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let count = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let cells: Vec<String> = (0..count).map(|at| spelt(row.get_ref(at).unwrap())).collect();
        lines.push(cells.join("|"));
    }
    lines.join("\n")
}

/// The answer to a query over an export of figures, a roll-call and a case.
fn check(sql: &str) -> String {
    check_of(&[FIGURES, VOTE, CASE].concat(), sql)
}

fn check_of(lines: &str, sql: &str) -> String {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("out.db");
    export_of(&file, lines).unwrap();
    query(&file, sql)
}

#[test]
fn the_file_is_sound_and_says_what_it_is() {
    assert_eq!(check("PRAGMA integrity_check"), "ok");
    assert_eq!(check("PRAGMA foreign_key_check"), "");
    assert_eq!(check("PRAGMA application_id"), "1380142676");
    assert_eq!(check("PRAGMA user_version"), "2");
    assert_eq!(check("SELECT count(*) FROM pragma_table_list WHERE strict"), (TABLES.len() + 1).to_string());
    insta::assert_snapshot!(check("SELECT * FROM recount"), @"
    case_detail|coarse
    file_change_counter|3
    format|1
    left_out.later_as_of|0
    left_out.later_published|0
    left_out.later_recorded|0
    left_out.undated|0
    left_out.unpublished|0
    origin|example.org/t
    root|47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
    rows.cases|1
    rows.causes|4
    rows.dimensions|2
    rows.events|41
    rows.figure_history|12
    rows.figures|5
    rows.headlines|4
    rows.indicators|3
    rows.norms|0
    rows.places|3
    rows.policies|1
    rows.positions|7
    rows.reporters|4
    rows.sources|4
    rows.statements|0
    rows.tallies|2
    rows.votes|1
    size|32
    title|Test
    tool_version|0.1.0
    ");
}

#[test]
fn all_tables_are_there_with_all_rows() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("out.db");
    let summary = export_of(&file, FIGURES).unwrap();
    assert_eq!(summary.rows.len(), TABLES.len());
    for (table, rows) in summary.rows {
        assert_eq!(query(&file, &format!("SELECT count(*) FROM {table}")), rows.to_string(), "{table}");
    }
}

#[test]
fn decimals_stay_as_typed_and_views_give_numbers() {
    let sql = "SELECT value, typeof(low), low, best, low_num, high_num, best_num, value_num, reporter_name, source_title
               FROM current_figures ORDER BY seq";
    insta::assert_snapshot!(check(sql), @r#"
    >20000|text|20000||20000.0||||Bureau A|First "report", 2025
    19600|text|19600||19600.0|19600.0||19600.0|Office B|Second
    1859|text|1859||1859.0|1859.0||1859.0|Bureau A|Третє, повідомлення
    118..125..140|text|118|125|118.0|140.0|125.0|125.0|Office B|
    ~700000|null||700000|||700000.0|700000.0|The Press|Second
    "#);
}

#[test]
fn disagreements_and_revisions() {
    insta::assert_snapshot!(check("SELECT * FROM disagreements"), @"taken|Taken|||||children|2|2|19600.0|20000.0|a: >20000; b: 19600");
    insta::assert_snapshot!(check("SELECT * FROM revisions"), @"taken|||b|2024-12-31|children|19|20|2025-01-01|2025-02-01|19546|19600|54.0");
    let agreed = r#"
figure.reported {"indicator":"taken","value":"12.5","reporter":"a","source":"s1","as_of":"2024-12-31"}
figure.reported {"indicator":"taken","value":"12.50","reporter":"b","source":"s1"}
"#;
    assert_eq!(check_of(agreed, "SELECT * FROM disagreements"), "");
}

#[test]
fn titles_wordings_and_reasons_can_be_searched() {
    let sql = "SELECT id FROM sources WHERE rowid IN (SELECT rowid FROM sources_fts WHERE sources_fts MATCH 'третє')";
    assert_eq!(check(sql), "s3");
    let sql = "SELECT c.target FROM causes_fts JOIN causes c ON c.seq = causes_fts.rowid WHERE causes_fts MATCH 'swapped'";
    assert_eq!(check(sql), "23");
    let sql = "SELECT rowid FROM figures_fts WHERE figures_fts MATCH 'more'";
    assert_eq!(check(sql), "18");
}

#[test]
fn references_and_subjects_are_indexed() {
    let plan = |sql: &str| check(&format!("EXPLAIN QUERY PLAN {sql}"));
    insta::assert_snapshot!(plan("SELECT * FROM figure_history WHERE indicator = 'taken' AND place IS NULL"), @"3|0|61|SEARCH figure_history USING INDEX figure_history_indicator (indicator=? AND place=?)");
    insta::assert_snapshot!(plan("SELECT * FROM figures WHERE source = 's1'"), @"3|0|61|SEARCH figures USING INDEX figures_source (source=?)");
    insta::assert_snapshot!(plan("SELECT * FROM causes WHERE figure = 18"), @"3|0|61|SEARCH causes USING INDEX causes_figure (figure=?)");
}

#[test]
fn two_exports_are_the_same_bytes() {
    let parent = tempfile::tempdir().unwrap();
    let (first, second) = (parent.path().join("first.db"), parent.path().join("second.db"));
    export_of(&first, FIGURES).unwrap();
    export_of(&second, FIGURES).unwrap();
    assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());
    // The replaced file has no influence on the new one.
    export_of(&second, "").unwrap();
    export_of(&second, FIGURES).unwrap();
    assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap());
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 2);
}

#[test]
fn what_is_no_export_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let refused = |name: &str| match export_of(&parent.path().join(name), "") {
        Err(ExportError::TargetInUse { reason, .. }) => reason,
        other => panic!("not refused: {other:?}"),
    };
    fs::write(parent.path().join("thesis.db"), "mine").unwrap();
    insta::assert_snapshot!(refused("thesis.db"), @"exists and is no export of recount; expected a file that is new, empty or a former export");
    assert_eq!(fs::read_to_string(parent.path().join("thesis.db")).unwrap(), "mine");
    let other = parent.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert_eq!(refused("other.db"), refused("thesis.db"));
    insta::assert_snapshot!(refused("."), @"exists and is no file; expected a file that is new, empty or a former export");
    let open = parent.path().join("open.db");
    export_of(&open, "").unwrap();
    fs::write(parent.path().join("open.db-wal"), "").unwrap();
    insta::assert_snapshot!(refused("open.db"), @"another program is writing to it (there is a -wal or -journal file); close it first");
}

#[test]
fn an_empty_file_gives_way() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("new.db");
    fs::write(&file, "").unwrap();
    export_of(&file, "").unwrap();
    assert_eq!(query(&file, "SELECT count(*) FROM events"), "17");
}

mod updates;
