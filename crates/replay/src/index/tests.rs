//! An index answers what a replay answers, or nothing.

#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use proptest::prelude::*;
use recount_model::answer::Answers;
use recount_model::clock::Clocks;
use recount_model::state::State;
use recount_model::why::Why;

use super::*;
use crate::tests::{Desk, THREADS, stamp};
use crate::{LedgerTexts, Replay};

mod change;

/// What is declared besides the declarations of every desk: events 7 to 12.
const MORE: [&str; 6] = [
    r#"{"type":"place.added","data":{"id":"north","name":"North","kind":"region"}}"#,
    r#"{"type":"dimension.added","data":{"id":"sex","label":"Sex","codes":{"f":"female","m":"male"}}}"#,
    r#"{"type":"indicator.defined","data":{"id":"taken","label":"Taken","unit":"children","measure":"cumulative"}}"#,
    r#"{"type":"indicator.derived","data":{"id":"missing","label":"Missing","unit":"children","expression":"taken - back"}}"#,
    r#"{"type":"source.added","data":{"id":"s3","title":"A third","published":"2025-03-01"}}"#,
    r#"{"type":"policy.set","data":{"indicator":"taken","rule":"range","reason":"r"}}"#,
];

const INDICATORS: [&str; 3] = ["back", "missing", "taken"];

fn whole(desk: &Desk) -> Replay {
    Replay::of(&desk.ledger(), None, THREADS, &mut |_| {}).unwrap()
}

fn index_of(desk: &Desk) -> Vec<u8> {
    let (ledger, replay) = (desk.ledger(), whole(desk));
    build(&ledger, &replay.state, THREADS, Cursor::new(Vec::new())).unwrap().unwrap().into_inner()
}

fn answer(index: &[u8], desk: &Desk, asked: &Asked) -> Option<State> {
    let mut index = Index::open(Cursor::new(index))?;
    index.answer(&desk.ledger(), asked).map(|replay| replay.state)
}

/// The current figures and the headlines of an indicator.
fn current(state: &State, desk: &Desk, indicator: &str) -> Vec<String> {
    let answers = Answers::new(state, &Clocks::default(), 0);
    let ledger = desk.ledger();
    let texts = LedgerTexts::new(&ledger, state);
    let why = Why::new(&answers, &texts);
    let key = state.indicators().find(indicator);
    let of_it = answers.figures().filter(|figure| Some(state.series(figure.series).indicator) == key);
    let mut lines: Vec<String> = of_it
        .map(|figure| {
            let first = figure.first;
            let (node, figure) = (why.event(figure.figure.seq).unwrap(), &figure.figure);
            format!("{} {:?} {} {:?}", figure.value, figure.published, first.version, node.unwrap().facts)
        })
        .collect();
    let headlines = answers.headlines().iter().filter(|headline| Some(headline.subject.indicator) == key);
    lines.extend(headlines.map(|headline| {
        format!(
            "{:?} {} {} {}",
            headline.interval(&answers),
            headline.rule,
            headline.bodies,
            headline.disputed
        )
    }));
    lines
}

/// Everything that was ever said of an indicator, as a tree.
fn explained(state: &State, desk: &Desk, indicator: &str) -> String {
    let answers = Answers::new(state, &Clocks::default(), 0);
    let ledger = desk.ledger();
    let texts = LedgerTexts::new(&ledger, state);
    let why = Why::new(&answers, &texts);
    let key = state.indicators().find(indicator);
    let headlines = why.headlines(&|subject| Some(subject.indicator) == key).unwrap();
    let series = why.series(&|series| Some(series.indicator) == key).unwrap();
    format!("{headlines:#?}\n{series:#?}")
}

fn event_explained(state: &State, desk: &Desk, seq: Seq) -> String {
    let answers = Answers::new(state, &Clocks::default(), 0);
    let ledger = desk.ledger();
    let texts = LedgerTexts::new(&ledger, state);
    format!("{:#?}", Why::new(&answers, &texts).event(seq).unwrap())
}

fn asked_current(indicator: &str) -> Asked {
    Asked { indicators: vec![indicator.to_owned()], ..Asked::default() }
}

fn asked_all(indicator: &str) -> Asked {
    let explained = Explained { indicator: indicator.to_owned(), place: None, breakdown: None };
    Asked { explained: vec![explained], ..Asked::default() }
}

fn asked_event(seq: Seq) -> Asked {
    Asked { events: vec![seq], ..Asked::default() }
}

/// Every answer that the index gives is that of the whole ledger; how many it gave.
fn agree(index: &[u8], desk: &Desk) -> usize {
    let state = whole(desk).state;
    let mut given = 0;
    for indicator in INDICATORS {
        if let Some(excerpt) = answer(index, desk, &asked_current(indicator)) {
            assert_eq!(current(&excerpt, desk, indicator), current(&state, desk, indicator));
            given += 1;
        }
        if let Some(excerpt) = answer(index, desk, &asked_all(indicator)) {
            assert_eq!(explained(&excerpt, desk, indicator), explained(&state, desk, indicator));
            given += 1;
        }
    }
    for seq in 1..=state.size() {
        if let Some(excerpt) = answer(index, desk, &asked_event(seq)) {
            assert_eq!(event_explained(&excerpt, desk, seq), event_explained(&state, desk, seq), "{seq}");
            given += 1;
        }
    }
    given
}

fn figure(indicator: &str, value: &str, more: &str) -> String {
    format!(r#"{{"type":"figure.reported","data":{{"indicator":"{indicator}","value":"{value}",{more}}}}}"#)
}

fn any_figure() -> impl Strategy<Value = String> {
    let pick = |from: &[&'static str]| prop::sample::select(from.to_vec());
    (
        pick(&["back", "taken"]),
        pick(&["1", "2", ">1", "<=9", "1..3", "~2", "5"]),
        pick(&[r#""reporter":"a""#, r#""reporter":"b""#]),
        pick(&[r#","source":"s1""#, r#","source":"s2""#, r#","source":"s3""#, r#","source":"new""#]),
        pick(&["", r#","as_of":"2025-01-01""#, r#","as_of":"2025-01""#, r#","as_of":"2025-02-01""#]),
        pick(&["", "", r#","place":"north""#, r#","breakdown":{"sex":"f"}"#, r#","relayed_by":"b""#]),
    )
        .prop_map(|(indicator, value, by, source, as_of, more)| {
            figure(indicator, value, &format!("{by}{source}{as_of}{more}"))
        })
}

/// One random event; many are refused.
fn any_event() -> impl Strategy<Value = String> {
    let target = || 13_u32..40;
    let correction = |target: u32, figure: String| {
        let data = figure.strip_prefix(r#"{"type":"figure.reported","data":"#).unwrap();
        format!(
            r#"{{"type":"record.corrected","data":{{"target":{target},"data":{},"reason":"r"}}}}"#,
            &data[..data.len() - 1]
        )
    };
    let other = [
        r#"{"type":"source.added","data":{"id":"new","title":"New","published":"2025-01-20"}}"#,
        r#"{"type":"record.corrected","data":{"target":2,"data":{"id":"s1","title":"A page","published":"2025-02-20"},"reason":"r"}}"#,
        r#"{"type":"record.corrected","data":{"target":4,"data":{"id":"a","name":"A","kind":"media"},"reason":"r"}}"#,
        r#"{"type":"policy.set","data":{"indicator":"back","rule":{"prefer":["b","a"]},"reason":"r"}}"#,
        r#"{"type":"policy.set","data":{"indicator":"taken","rule":"latest","reason":"r"}}"#,
        r#"{"type":"norm.cited","data":{"instrument":"A treaty","article":"1","cited_by":"b","source":"s1"}}"#,
        r#"{"type":"record.retracted","data":{"target":12,"reason":"r"}}"#,
        r#"{"type":"statement.recorded","data":{"speaker":"b","gist":"they were taken","source":"s2"}}"#,
        r#"{"type":"reporter.added","data":{"id":"c","name":"C","kind":"official","speaks_for":"b"}}"#,
        r#"{"type":"place.added","data":{"id":"south","name":"South","kind":"region"}}"#,
    ];
    prop_oneof![
        8 => any_figure(),
        2 => (target(), any_figure()).prop_map(move |(target, figure)| correction(target, figure)),
        1 => target().prop_map(|target| format!(r#"{{"type":"record.retracted","data":{{"target":{target},"reason":"r"}}}}"#)),
        1 => target().prop_map(|target| format!(r#"{{"type":"figure.withdrawn","data":{{"target":{target},"reason":"r","source":"s3"}}}}"#)),
        1 => target().prop_map(|target| format!(r#"{{"type":"figure.disputed","data":{{"target":{target},"by_reporter":"b","source":"s2"}}}}"#)),
        1 => (target(), target()).prop_map(|(target, figure)| format!(
            r#"{{"type":"record.corrected","data":{{"target":{target},"data":{{"target":{figure},"by_reporter":"b","source":"s2"}},"reason":"r"}}}}"#
        )),
        1 => target().prop_map(|target| format!(
            r#"{{"type":"record.corrected","data":{{"target":{target},"data":{{"indicator":"back","rule":"range","reason":"r"}},"reason":"r"}}}}"#
        )),
        2 => prop::sample::select(other.to_vec()).prop_map(str::to_owned),
    ]
}

/// Appends what is admitted, in batches of so many lines.
fn append(desk: &Desk, lines: &[String], batch: usize) {
    for lines in lines.chunks(batch) {
        let mut session = desk.session(false);
        for line in lines {
            let _ = session.stage(line, stamp(1));
        }
        if session.staged() > 0 {
            let _ = session.commit().unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn an_index_answers_as_a_replay(
        before in prop::collection::vec(any_event(), 0..16),
        since in prop::collection::vec(any_event(), 0..8),
        batch in 1_usize..4,
    ) {
        let desk = Desk::new();
        desk.append(&MORE);
        append(&desk, &before, batch);
        let index = index_of(&desk);
        let all = 2 * INDICATORS.len();
        prop_assert!(agree(&index, &desk) >= all, "of a ledger as it was indexed every indicator is answered");
        append(&desk, &since, batch);
        agree(&index, &desk);
    }
}

/// A ledger with one figure of each sort, indexed.
fn indexed() -> (Desk, Vec<u8>) {
    let desk = Desk::new();
    desk.append(&MORE);
    let said = r#""reporter":"a","source":"s1","as_of":"2025-01-01""#;
    desk.append(&[&figure("back", "10", said), &figure("taken", "90", said)]);
    let index = index_of(&desk);
    (desk, index)
}

#[test]
fn what_is_usually_appended_needs_no_replay() {
    let (desk, index) = indexed();
    let figure_by_b = figure("back", "11", r#""reporter":"b","source":"s2","as_of":"2025-01-01""#);
    for line in [
        &figure_by_b,
        r#"{"type":"figure.disputed","data":{"target":13,"by_reporter":"b","source":"s3"}}"#,
        r#"{"type":"record.retracted","data":{"target":14,"reason":"r"}}"#,
        r#"{"type":"record.corrected","data":{"target":13,"data":{"indicator":"back","value":"12","reporter":"a","source":"s2"},"reason":"r"}}"#,
        r#"{"type":"policy.set","data":{"indicator":"back","rule":"range","reason":"r"}}"#,
        r#"{"type":"source.added","data":{"id":"s4","title":"A fourth"}}"#,
        &figure("taken", "91", r#""reporter":"a","source":"s4""#),
        r#"{"type":"norm.cited","data":{"instrument":"A treaty","article":"1","cited_by":"b","source":"s1"}}"#,
    ] {
        desk.append(&[line]);
        for indicator in INDICATORS {
            assert!(answer(&index, &desk, &asked_all(indicator)).is_some(), "{indicator} after {line}");
        }
        agree(&index, &desk);
    }
}

#[test]
fn what_changes_everything_needs_a_replay() {
    for line in [
        r#"{"type":"record.corrected","data":{"target":2,"data":{"id":"s1","title":"A page","published":"2025-02-20"},"reason":"r"}}"#,
        r#"{"type":"indicator.derived","data":{"id":"half","label":"Half","unit":"children","expression":"back / 2"}}"#,
    ] {
        let (desk, index) = indexed();
        desk.append(&[line]);
        assert!(answer(&index, &desk, &asked_current("back")).is_none(), "{line}");
    }
}

#[test]
fn an_index_of_another_ledger_is_not_used() {
    let (desk, index) = indexed();
    assert!(answer(&index, &desk, &asked_current("back")).is_some());
    assert!(answer(&index, &Desk::new(), &asked_current("back")).is_none());
    assert!(answer(&index, &desk, &asked_current("unknown")).is_none());
    // A line that was changed, with the checksum of its batch.
    let text = desk.bytes().replace("\"value\":\"10\"", "\"value\":\"20\"");
    std::fs::write(desk.path(), crate::tests::resummed(&text)).unwrap();
    assert!(answer(&index, &desk, &asked_current("back")).is_none());
    assert!(answer(&index, &desk, &asked_current("missing")).is_none());
}

#[test]
fn a_damaged_byte_is_found_or_does_not_matter() {
    let (desk, index) = indexed();
    let state = whole(&desk).state;
    for at in (0..index.len()).step_by(7) {
        let mut damaged = index.clone();
        damaged[at] ^= 1 << (at % 8);
        for indicator in INDICATORS {
            if let Some(excerpt) = answer(&damaged, &desk, &asked_current(indicator)) {
                assert_eq!(current(&excerpt, &desk, indicator), current(&state, &desk, indicator), "{at}");
            }
        }
        for end in [at, index.len()] {
            let _ = Index::open(Cursor::new(&damaged[..end]));
        }
    }
}
