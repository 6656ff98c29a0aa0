//! Appending and replaying, on ledgers in a folder of their own.

use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;
use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::reader::Ledger;
use recount_ledger::storage::{Fitness, RealStorage};
use recount_ledger::writer::{Options, Writer};
use recount_model::answer::Answers;
use recount_model::clock::{Clocks, RecordedBy};
use recount_model::date::Instant;
use recount_model::event::Seq;
use recount_model::texts::Texts;
use tempfile::TempDir;

use crate::*;

struct Desk {
    folder: TempDir,
}

fn stamp(second: i64) -> Stamp {
    Stamp { now: Instant::from_seconds(1_700_000_000 + second).unwrap(), set: false, accept_behind: false }
}

fn options() -> Options {
    Options { wait: Duration::ZERO, fitness: Fitness::Strict, now: stamp(0).now }
}

const DECLARATIONS: &[&str] = &[
    r#"{"type":"source.added","data":{"id":"s1","title":"A page","published":"2025-01-01"}}"#,
    r#"{"type":"source.added","data":{"id":"s2","title":"Another","published":"2025-02-01"}}"#,
    r#"{"type":"reporter.added","data":{"id":"a","name":"A","kind":"government"}}"#,
    r#"{"type":"reporter.added","data":{"id":"b","name":"B","kind":"ngo"}}"#,
    r#"{"type":"indicator.defined","data":{"id":"back","label":"Back","unit":"children","measure":"cumulative"}}"#,
];

impl Desk {
    /// A ledger with six events: its creation and the declarations.
    fn new() -> Desk {
        let desk = Desk { folder: TempDir::new().unwrap() };
        let mut batch = Batch::new(1);
        let data = r#"{"format":1,"origin":"test","title":"Test"}"#;
        let event =
            NewEvent { at: stamp(0).now, by: "t", clock: None, from: None, kind: "ledger.created", data };
        batch.push(event).unwrap();
        let _ = Writer::create(&RealStorage, &desk.path(), &batch, &options()).unwrap();
        desk.append(DECLARATIONS);
        desk
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("test.jsonl")
    }

    fn session(&self, allow_duplicate: bool) -> Session<'static> {
        let options =
            SessionOptions { by: "t".to_owned(), allow_duplicate, salt: Box::new(|| "0".repeat(32)) };
        Session::open(&RealStorage, &self.path(), &self::options(), options).unwrap()
    }

    /// Appends lines as one batch; all of them are taken.
    fn append(&self, lines: &[&str]) -> Vec<Staged> {
        let mut session = self.session(false);
        let staged = lines.iter().map(|line| session.stage(line, stamp(1)).unwrap()).collect();
        if session.staged() > 0 {
            let _ = session.commit().unwrap();
        }
        staged
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(&RealStorage, &self.path()).unwrap()
    }

    fn figures(&self, until: Option<RecordedBy>) -> Vec<String> {
        let replay = Replay::of(&self.ledger(), until, &mut |_| {}).unwrap();
        let answers = Answers::new(&replay.state, &Clocks::default(), 0);
        let line = |figure: &recount_model::answer::CurrentFigure| {
            format!("{} {} ({})", figure.figure.seq, figure.figure.value, figure.records)
        };
        answers.figures().iter().map(line).collect()
    }
}

fn figure(value: &str, as_of: &str, source: &str) -> String {
    format!(
        r#"{{"type":"figure.reported","data":{{"indicator":"back","value":"{value}","reporter":"a","source":"{source}","as_of":"{as_of}"}}}}"#
    )
}

#[test]
fn a_figure_appended_is_found_again() {
    let desk = Desk::new();
    desk.append(&[&figure("10", "2025-01-01", "s1"), &figure(">=12", "2025-02-01", "s2")]);
    assert_eq!(desk.figures(None), ["8 >=12 (1)"]);
    assert_eq!(desk.figures(Some(RecordedBy::Seq(7))), ["7 10 (1)"]);
}

#[test]
fn the_same_content_in_any_order_of_members_is_recorded_already() {
    let desk = Desk::new();
    desk.append(&[&figure("10", "2025-01-01", "s1")]);
    let turned = r#"{"data":{"as_of":"2025-01-01","source":"s1","reporter":"a","value":"10","indicator":"back"},"type":"figure.reported"}"#;
    let already = |desk: &Desk, line: &str| match desk.session(false).stage(line, stamp(2)).unwrap() {
        Staged::Already(duplicate) => Some((duplicate.seq, duplicate.fate)),
        Staged::New(_) => None,
    };
    assert_eq!(already(&desk, turned), Some((7, Fate::InForce)));
    desk.append(&[r#"{"type":"record.corrected","data":{"target":7,"data":{"indicator":"back","value":"11","reporter":"a","source":"s1"},"reason":"x"}}"#]);
    assert_eq!(already(&desk, turned), Some((7, Fate::Corrected(8))));
    desk.append(&[r#"{"type":"record.retracted","data":{"target":7,"reason":"x"}}"#]);
    assert_eq!(already(&desk, turned), Some((7, Fate::Retracted(9))));
    assert!(matches!(desk.session(true).stage(turned, stamp(2)), Ok(Staged::New(10))));
}

#[test]
fn a_withdrawn_figure_can_be_reported_again_and_a_policy_set_again_once_another_was() {
    let desk = Desk::new();
    let policy =
        |rule: &str| format!(r#"{{"type":"policy.set","data":{{"indicator":"back","rule":"{rule}"}}}}"#);
    desk.append(&[&figure("10", "2025-01-01", "s1"), &policy("range")]);
    let stages = |line: &str| matches!(desk.session(false).stage(line, stamp(2)), Ok(Staged::New(_)));
    assert!(!stages(&policy("range")));
    desk.append(&[&policy("latest"), r#"{"type":"figure.withdrawn","data":{"target":7,"reason":"x"}}"#]);
    assert!(stages(&policy("range")));
    assert!(stages(&figure("10", "2025-01-01", "s1")));
}

#[test]
fn labels_stand_for_sequence_numbers_and_every_problem_of_a_line_is_told() {
    let desk = Desk::new();
    let mut session = desk.session(false);
    let labelled = figure("10", "2025-01-01", "s1").replace("}}", r#"},"label":"ten"}"#);
    session.stage(&labelled, stamp(1)).unwrap();
    let dispute = r#"{"type":"figure.disputed","data":{"target":"@ten","by_reporter":"b"}}"#;
    assert!(matches!(session.stage(dispute, stamp(1)), Ok(Staged::New(8))));
    let problems = |session: &mut Session<'_>, line: &str| {
        let problems = session.stage(line, stamp(1)).unwrap_err();
        problems.iter().map(|problem| problem.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(problems(&mut session, &labelled), ["E0306"]);
    assert_eq!(
        problems(&mut session, &dispute.replace("ten", "eleven").replace("\"b\"", "\"a b\"")),
        ["E0306", "E0203"]
    );
    let broken = figure("1,0", "2025-13", "s9");
    assert_eq!(problems(&mut session, &broken), ["E0201", "E0202", "E0301"]);
    assert_eq!(session.staged(), 2);
}

#[test]
fn times_never_go_back_and_a_clock_a_day_behind_is_refused() {
    let desk = Desk::new();
    let mut session = desk.session(false);
    assert!(session.admit(Some(6), stamp(0)).is_ok());
    assert!(matches!(session.admit(Some(5), stamp(0)), Err(Refusal::HeadMoved { expected: 5, found: 6 })));
    assert!(matches!(session.admit(None, stamp(-86_401)), Err(Refusal::ClockBehind { .. })));
    assert!(session.admit(None, Stamp { accept_behind: true, ..stamp(-86_401) }).is_ok());
    session.stage(&figure("10", "2025-01-01", "s1"), stamp(-50)).unwrap();
    let _ = session.commit().unwrap();
    let replay = Replay::of(&desk.ledger(), None, &mut |_| {}).unwrap();
    assert_eq!(replay.state.recorded_at(7), Some(stamp(1).now));
}

#[test]
fn texts_are_those_of_the_newest_replacement() {
    let desk = Desk::new();
    desk.append(&[&figure("10", "2025-01-01", "s1").replace("\"as_of\"", "\"note\":\"ten\",\"as_of\"")]);
    desk.append(&[r#"{"type":"record.corrected","data":{"target":7,"data":{"indicator":"back","value":"11","reporter":"a","source":"s1","note":"eleven"},"reason":"why"}}"#]);
    let ledger = desk.ledger();
    let replay = Replay::of(&ledger, None, &mut |_| {}).unwrap();
    let texts = LedgerTexts::new(&ledger, &replay.state);
    assert_eq!(texts.members(7).unwrap().get("note"), Some("ten"));
    assert_eq!(texts.members(8).unwrap().get("note"), Some("eleven"));
    assert_eq!(texts.own_members(8).unwrap().get("reason"), Some("why"));
    assert_eq!(texts.recorder(8).unwrap(), "t");
    assert!(texts.members(9).is_err());
}

/// One random event over a small world; many of them are refused, which is part of the test.
fn event() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec!["1", "2", ">1", "<=9", "1..3", "~2", "5"]);
    let day = prop::sample::select(vec!["2025-01-01", "2025-01", "2025-02-01"]);
    let source = prop::sample::select(vec!["s1", "s2"]);
    let target = 1_u32..24;
    prop_oneof![
        4 => (value, day, source).prop_map(|(value, day, source)| figure(value, day, source)),
        1 => (target.clone(), 1_u32..9).prop_map(|(target, value)| format!(
            r#"{{"type":"record.corrected","data":{{"target":{target},"data":{{"indicator":"back","value":"{value}","reporter":"b","source":"s2"}},"reason":"r"}}}}"#
        )),
        1 => target.clone().prop_map(|target| format!(r#"{{"type":"record.retracted","data":{{"target":{target},"reason":"r"}}}}"#)),
        1 => target.clone().prop_map(|target| format!(r#"{{"type":"figure.withdrawn","data":{{"target":{target},"reason":"r","published":"2025-01-15"}}}}"#)),
        1 => target.prop_map(|target| format!(r#"{{"type":"figure.disputed","data":{{"target":{target},"by_reporter":"b"}}}}"#)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the writer admits can be replayed, and a replay of a prefix is the state as it was then.
    #[test]
    fn a_prefix_is_the_state_as_it_was(events in prop::collection::vec(event(), 1..24), batch in 1_usize..5) {
        let desk = Desk::new();
        let mut seen: Vec<(Seq, Vec<String>)> = Vec::new();
        for lines in events.chunks(batch) {
            let mut session = desk.session(false);
            for line in lines {
                let _ = session.stage(line, stamp(1));
            }
            if session.staged() > 0 {
                let _ = session.commit().unwrap();
            }
            drop(session);
            let size = desk.ledger().head().size as Seq;
            seen.push((size, desk.figures(None)));
        }
        for (size, then) in seen {
            prop_assert_eq!(desk.figures(Some(RecordedBy::Seq(size))), then);
        }
    }
}
