//! The rows in which two excerpts differ are those in which the ledger does.

use std::collections::BTreeMap;

use recount_model::clock::RecordedBy;
use recount_tables::{CaseDetail, Cell, Changes, Context, TABLES};

use super::*;

type Row = Vec<Cell<'static>>;

fn head(desk: &Desk) -> Seen {
    let ledger = desk.ledger();
    let head = ledger.head();
    Seen { size: head.size, root: head.root, end_offset: head.end_offset }
}

fn with_context<T>(state: &State, desk: &Desk, make: impl FnOnce(&Context<'_>) -> T) -> T {
    let answers = Answers::new(state, &Clocks::default(), 0);
    let ledger = desk.ledger();
    let texts = LedgerTexts::new(&ledger, state);
    make(&Context { answers: &answers, texts: &texts, case_detail: CaseDetail::Coarse, indicators: None })
}

/// The rows of every table by their keys, of the ledger as it was after `size` events.
fn rows(desk: &Desk, size: u64) -> Vec<BTreeMap<Row, Row>> {
    let until = RecordedBy::Seq(Seq::try_from(size).unwrap());
    let state = Replay::of(&desk.ledger(), Some(until), THREADS, &mut |_| {}).unwrap().state;
    with_context(&state, desk, |context| {
        with_context(&State::new(), desk, |empty| {
            let changes = |table: &recount_tables::Table| table.changes(empty, context).unwrap();
            TABLES.iter().map(|table| keyed(table, changes(table).added)).collect()
        })
    })
}

fn keyed(table: &recount_tables::Table, rows: Vec<Row>) -> BTreeMap<Row, Row> {
    let at = |name: &&str| table.columns.iter().position(|column| column.name == *name).unwrap();
    let key = |row: &Row| table.key.iter().map(|name| row[at(name)].clone()).collect();
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// Whether the index tells what changed since; if so, that takes the rows of the ledger as it was to those of the ledger as it is.
fn agree_on_change(index: &[u8], desk: &Desk, since: &Seen) -> bool {
    let mut index = Index::open(Cursor::new(index)).unwrap();
    let Some(Change { before, after }) = index.change(&desk.ledger(), since) else { return false };
    let (mut all, expected) = (rows(desk, since.size), rows(desk, head(desk).size));
    with_context(&before, desk, |before| {
        with_context(&after, desk, |after| {
            for (table, rows) in TABLES.iter().zip(&mut all) {
                let Changes { removed, added } = table.changes(before, after).unwrap();
                for key in removed {
                    assert!(rows.remove(&key).is_some(), "{}: {key:?} is not there", table.name);
                }
                for (key, row) in keyed(table, added) {
                    assert_eq!(rows.insert(key, row), None, "{}", table.name);
                }
            }
        });
    });
    assert_eq!(all, expected);
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_changed_is_what_changes_the_rows(
        lines in prop::collection::vec(prop::collection::vec(any_event(), 0..10), 3),
        index_is_older in any::<bool>(),
        batch in 1_usize..4,
    ) {
        let desk = Desk::new();
        desk.append(&MORE);
        append(&desk, &lines[0], batch);
        let (mut index, mut since) = (index_of(&desk), head(&desk));
        append(&desk, &lines[1], batch);
        if index_is_older {
            since = head(&desk);
        } else {
            index = index_of(&desk);
        }
        append(&desk, &lines[2], batch);
        agree_on_change(&index, &desk, &since);
    }
}

#[test]
fn what_is_usually_appended_is_told() {
    let (desk, index) = indexed();
    let since = head(&desk);
    let new = figure("back", "11", r#""reporter":"b","source":"s2","as_of":"2025-01-01","place":"north""#);
    for line in [
        new.as_str(),
        r#"{"type":"figure.disputed","data":{"target":13,"by_reporter":"b","source":"s3"}}"#,
        r#"{"type":"record.retracted","data":{"target":14,"reason":"r"}}"#,
        r#"{"type":"record.corrected","data":{"target":13,"data":{"indicator":"taken","value":"12","reporter":"a","source":"s2"},"reason":"r"}}"#,
        r#"{"type":"record.retracted","data":{"target":18,"reason":"r"}}"#,
        r#"{"type":"policy.set","data":{"indicator":"back","rule":"range","reason":"r"}}"#,
        r#"{"type":"source.added","data":{"id":"s4","title":"A fourth"}}"#,
        r#"{"type":"norm.cited","data":{"instrument":"A treaty","article":"1","cited_by":"b","source":"s4"}}"#,
        r#"{"type":"case.documented","data":{"id":"c1","age":"11","source":"s1","reporter":"b","origin":"north","salt":"0123456789abcdef0123456789abcdef"}}"#,
    ] {
        desk.append(&[line]);
        assert!(agree_on_change(&index, &desk, &since), "after {line}");
    }
    assert!(agree_on_change(&index, &desk, &head(&desk)), "nothing changed");
}

#[test]
fn an_index_may_be_newer_than_what_is_asked() {
    let (desk, _) = indexed();
    let since = head(&desk);
    let said = r#""reporter":"a","source":"s2","as_of":"2025-02-01""#;
    desk.append(&[&figure("back", "11", said), &figure("taken", "91", said)]);
    let index = index_of(&desk);
    assert!(agree_on_change(&index, &desk, &since));
    desk.append(&[r#"{"type":"record.retracted","data":{"target":15,"reason":"r"}}"#]);
    assert!(agree_on_change(&index, &desk, &since));
}

#[test]
fn what_changes_rows_that_it_does_not_name_is_not_told() {
    for line in [
        r#"{"type":"record.corrected","data":{"target":2,"data":{"id":"s1","title":"Another title"},"reason":"r"}}"#,
        r#"{"type":"record.retracted","data":{"target":12,"reason":"r"}}"#,
        r#"{"type":"indicator.derived","data":{"id":"half","label":"Half","unit":"children","expression":"back / 2"}}"#,
        r#"{"type":"vote.recorded","data":{"id":"A/1","title":"A vote","body":"The Assembly","date":"2025-12-03","source":"s1"}}"#,
    ] {
        let (desk, index) = indexed();
        let since = head(&desk);
        desk.append(&[line]);
        assert!(!agree_on_change(&index, &desk, &since), "{line}");
    }
}

#[test]
fn what_did_not_follow_the_checkpoint_is_not_told() {
    let (desk, index) = indexed();
    let foreign = Seen { root: recount_ledger::merkle::Hash([7; 32]), ..head(&desk) };
    assert!(!agree_on_change(&index, &desk, &Seen { size: 4, ..foreign }));
    assert!(!agree_on_change(&index, &Desk::new(), &head(&desk)));
}
