//! Appending and replaying, on ledgers in a folder of their own.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;
use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::checkpoint::Checkpoint;
use recount_ledger::merkle::{Hash, leaf_hash};
use recount_ledger::reader::Ledger;
use recount_ledger::storage::{Fitness, RealStorage};
use recount_ledger::writer::{Options, Writer};
use recount_model::answer::Answers;
use recount_model::clock::{Clocks, RecordedBy};
use recount_model::date::Instant;
use recount_model::event::Seq;
use recount_model::problem::Code;
use recount_model::texts::Texts;
use tempfile::TempDir;

use crate::*;

mod blocks;
mod kept;
mod ready;

/// More than one, so that the threads have to agree.
pub(crate) const THREADS: NonZeroUsize = NonZeroUsize::new(2).unwrap();

pub(crate) struct Desk {
    folder: TempDir,
}

pub(crate) fn stamp(second: i64) -> Stamp {
    Stamp { now: Instant::from_seconds(1_700_000_000 + second).unwrap(), set: false, accept_behind: false }
}

fn options() -> Options {
    Options { wait: Duration::from_secs(5), fitness: Fitness::Strict, now: stamp(0).now }
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
    pub(crate) fn new() -> Desk {
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

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("test.jsonl")
    }

    pub(crate) fn session(&self, allow_duplicate: bool) -> Session<'static> {
        Session::open(&RealStorage, &self.path(), &self::options(), self.options(allow_duplicate)).unwrap()
    }

    fn options(&self, allow_duplicate: bool) -> SessionOptions {
        SessionOptions {
            by: "t".to_owned(),
            allow_duplicate,
            salt: Box::new(|| "0".repeat(32)),
            division: THREADS.into(),
            kept: None,
        }
    }

    /// Appends lines as one batch; all of them are taken.
    pub(crate) fn append(&self, lines: &[&str]) -> Vec<Staged> {
        let mut session = self.session(false);
        let staged = lines.iter().map(|line| session.stage(line, stamp(1)).unwrap()).collect();
        if session.staged() > 0 {
            let _ = session.commit().unwrap();
        }
        staged
    }

    pub(crate) fn ledger(&self) -> Ledger {
        Ledger::open(&RealStorage, &self.path()).unwrap()
    }

    fn figures(&self, until: Option<RecordedBy>) -> Vec<String> {
        figures_of(&Replay::of(&self.ledger(), until, THREADS, &mut |_| {}).unwrap())
    }
}

fn figures_of(replay: &Replay) -> Vec<String> {
    let answers = Answers::new(&replay.state, &Clocks::default(), 0);
    let line = |figure: recount_model::answer::CurrentFigure<'_>| {
        format!("{} {} ({})", figure.figure.seq, figure.figure.value, figure.records)
    };
    answers.figures().map(line).collect()
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
fn what_cannot_be_read_is_not_taken_for_new() {
    let desk = Desk::new();
    desk.append(&[&figure("10", "2025-01-01", "s1")]);
    let mut session = desk.session(false);
    std::fs::OpenOptions::new().write(true).open(desk.path()).unwrap().set_len(10).unwrap();
    let problems = session.stage(&figure("10", "2025-01-01", "s1"), stamp(2)).unwrap_err();
    assert_eq!(problems[0].code, recount_model::problem::Code::IO);
    assert!(matches!(session.stage(&figure("11", "2025-01-01", "s1"), stamp(2)), Ok(Staged::New(8))));
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
    let replay = Replay::of(&desk.ledger(), None, THREADS, &mut |_| {}).unwrap();
    assert_eq!(replay.state.recorded_at(7), Some(stamp(1).now));
}

#[test]
fn texts_are_those_of_the_newest_replacement() {
    let desk = Desk::new();
    desk.append(&[&figure("10", "2025-01-01", "s1").replace("\"as_of\"", "\"note\":\"ten\",\"as_of\"")]);
    desk.append(&[r#"{"type":"record.corrected","data":{"target":7,"data":{"indicator":"back","value":"11","reporter":"a","source":"s1","note":"eleven"},"reason":"why"}}"#]);
    let ledger = desk.ledger();
    let replay = Replay::of(&ledger, None, THREADS, &mut |_| {}).unwrap();
    let texts = LedgerTexts::new(&ledger, &replay.state);
    assert_eq!(texts.members(7).unwrap().get("note"), Some("ten"));
    assert_eq!(texts.members(8).unwrap().get("note"), Some("eleven"));
    for (seq, note) in [(7, "ten"), (8, "eleven")] {
        assert_eq!(texts.member(seq, "note").unwrap().as_deref(), Some(note));
        assert_eq!(
            texts.another().member(seq, "reason").unwrap(),
            None,
            "of the correction, not of the figure"
        );
    }
    assert_eq!((texts.reason(7).unwrap(), texts.reason(8).unwrap().as_deref()), (None, Some("why")));
    assert_eq!(texts.own_members(8).unwrap().get("reason"), Some("why"));
    assert_eq!(texts.recorder(8).unwrap(), "t");
    assert!(texts.members(9).is_err());
}

const GROUNDS: Grounds<'static> = Grounds { reason: "a court asked", legal_basis: Some("Law 1") };

impl Desk {
    fn redact(&self, target: Seq) -> Result<u64, String> {
        let redacted = self.session(false).redact(target, GROUNDS, stamp(3));
        redacted.map(|receipt| receipt.size).map_err(|error| error.to_string())
    }

    pub(crate) fn bytes(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap()
    }

    /// Everything that verifying says of the content.
    fn faults(&self) -> Vec<String> {
        let Verified { report, unexplained, .. } = verify(&RealStorage, &self.path(), None, THREADS).unwrap();
        let stub = unexplained.map(|seq| format!("unexplained stub {seq}"));
        report.faults.iter().map(ToString::to_string).chain(stub).collect()
    }
}

#[test]
fn an_erased_figure_leaves_a_gap_that_is_counted() {
    let desk = Desk::new();
    let secret = figure("10", "2025-01-01", "s1").replace("\"as_of\"", "\"note\":\"a secret\",\"as_of\"");
    desk.append(&[&secret, &figure("12", "2025-02-01", "s2").replace("}}", r#","revises":7}}"#)]);
    desk.append(&[
        r#"{"type":"record.corrected","data":{"target":7,"data":{"indicator":"back","value":"11","reporter":"a","source":"s1","note":"a secret"},"reason":"typo"}}"#,
        r#"{"type":"record.retracted","data":{"target":9,"reason":"no typo"}}"#,
        r#"{"type":"figure.disputed","data":{"target":7,"by_reporter":"b"}}"#,
        r#"{"type":"figure.withdrawn","data":{"target":7,"reason":"counted twice"}}"#,
    ]);
    assert_eq!(desk.redact(7), Ok(14));
    assert!(!desk.bytes().contains("a secret"));
    assert_eq!(desk.faults(), [""; 0]);
    let replay = Replay::of(&desk.ledger(), None, THREADS, &mut |_| {}).unwrap();
    let answers = Answers::new(&replay.state, &Clocks::default(), 0);
    assert_eq!((desk.figures(None), answers.left_out().withheld), (vec!["8 12 (1)".to_owned()], 2));
    assert_eq!(replay.state.withheld().collect::<Vec<_>>(), [7, 9]);
    assert_eq!((replay.state.redaction_of(7), replay.state.redaction_of(9)), (Some(13), Some(14)));
    assert_eq!((replay.state.target(9), replay.state.target(14)), (Some(7), Some(9)));
    // Before it was explained it was withheld as well: the content is gone on every clock.
    let before = Replay::of(&desk.ledger(), Some(RecordedBy::Seq(8)), THREADS, &mut |_| {}).unwrap();
    assert_eq!(before.state.unexplained_stub(), Some(7));
}

#[test]
fn what_was_erased_cannot_be_named_nor_erased_again_and_is_not_recorded_already() {
    let desk = Desk::new();
    let once = figure("10", "2025-01-01", "s1");
    desk.append(&[&once]);
    desk.append(&[r#"{"type":"record.corrected","data":{"target":7,"data":{"indicator":"back","value":"11","reporter":"a","source":"s1"},"reason":"typo"}}"#]);
    assert_eq!(
        desk.redact(8),
        Err("target: expected the original event, whose corrections are erased with it".to_owned())
    );
    assert_eq!(desk.redact(99), Err("target: expected an earlier event: 1 to 8".to_owned()));
    assert_eq!(
        desk.redact(6),
        Err("target: expected an event that others can be read without; this one is indicator.defined"
            .to_owned())
    );
    desk.redact(7).unwrap();
    assert_eq!(
        desk.redact(7),
        Err("target: expected an event whose content is there; that of this one was erased at seq 9"
            .to_owned())
    );
    let refused = |line: &str| {
        let problems = desk.session(false).stage(line, stamp(4)).unwrap_err();
        assert_eq!(
            problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
            [Code::NOT_LIVE],
            "{line}"
        );
    };
    refused(r#"{"type":"figure.withdrawn","data":{"target":7,"reason":"x"}}"#);
    refused(r#"{"type":"record.retracted","data":{"target":7,"reason":"x"}}"#);
    refused(r#"{"type":"record.retracted","data":{"target":8,"reason":"x"}}"#);
    refused(
        r#"{"type":"record.corrected","data":{"target":7,"data":{"indicator":"back","value":"11","reporter":"a","source":"s1"},"reason":"typo"}}"#,
    );
    refused(&figure("12", "2025-02-01", "s1").replace("}}", r#","revises":7}}"#));
    assert!(matches!(desk.session(false).stage(&once, stamp(4)), Ok(Staged::New(11))));
}

#[test]
fn declarations_keep_their_id_and_what_names_them_still_can() {
    let desk = Desk::new();
    desk.append(&[
        r#"{"type":"place.added","data":{"id":"north","name":"A secret"}}"#,
        r#"{"type":"case.documented","data":{"id":"c1","age":"11","source":"s1","reporter":"b","origin":"north"}}"#,
        r#"{"type":"case.updated","data":{"case":"c1","status":"returned","source":"s1"}}"#,
        r#"{"type":"statement.recorded","data":{"speaker":"b","gist":"a secret","source":"s1"}}"#,
        r#"{"type":"norm.cited","data":{"instrument":"A convention","cited_by":"b","source":"s1"}}"#,
        &figure("10", "2025-01-01", "s1"),
    ]);
    desk.append(&[r#"{"type":"record.retracted","data":{"target":10,"reason":"x"}}"#]);
    for target in [2, 4, 7, 8, 9, 10, 11] {
        desk.redact(target).unwrap();
        assert_eq!(desk.faults(), [""; 0], "{target}");
    }
    assert_eq!(desk.figures(None), ["12 10 (1)"]);
    desk.append(&[&figure("11", "2025-02-01", "s1")]);
    assert_eq!(desk.faults(), [""; 0]);
}

#[test]
fn a_stub_without_its_reason_and_a_reason_without_its_stub_are_found() {
    let desk = Desk::new();
    desk.append(&[&figure("10", "2025-01-01", "s1")]);
    let before = desk.bytes();
    desk.redact(7).unwrap();
    let after = desk.bytes();
    let stub = after.lines().find(|line| line.contains("\"redacted\":")).unwrap();
    let line = before.lines().find(|line| line.contains("\"seq\":7,")).unwrap();
    let error = |text: &str| {
        std::fs::write(desk.path(), resummed(text)).unwrap();
        assert_ne!(desk.faults(), [""; 0]);
        Replay::of(&desk.ledger(), None, THREADS, &mut |_| {}).unwrap_err().to_string()
    };
    let unexplained = error(&before.replace(line, stub));
    assert!(unexplained.contains("expected an event.redacted that says why"), "{unexplained}");
    let put_back = error(&after.replacen(stub, line, 1));
    assert!(put_back.contains("target: expected a stub in place"), "{put_back}");
    let other = error(&after.replacen(stub, &stub.replace("\"by\":\"t\"", "\"by\":\"u\""), 1));
    assert!(other.contains("stub: expected the stub as it stands"), "{other}");
}

/// Every batch's checksum made to fit, as someone would who changes a ledger on purpose.
pub(crate) fn resummed(text: &str) -> String {
    let mut out = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        match Checkpoint::parse(line.trim_end().as_bytes()) {
            None => out.push_str(line),
            Some(checkpoint) => {
                let covered = line.find(",\"crc32c\"").unwrap() + ",\"crc32c\"".len();
                let crc32c =
                    crc32c::crc32c(&[&out.as_bytes()[start..], &line.as_bytes()[..covered]].concat());
                out.push_str(&Checkpoint { crc32c, ..checkpoint }.encode());
                out.push('\n');
                start = out.len();
            }
        }
    }
    out
}

/// The hash of an erased case with its salt cannot be found by trying all plausible cases; without the salt it could.
#[test]
fn the_salt_keeps_an_erased_case_from_being_guessed() {
    let desk = Desk::new();
    let mut session = desk.session(false);
    session.stage(r#"{"type":"case.documented","data":{"id":"c1","age":"11","sex":"f","status":"returned","source":"s1","salt":"0123456789abcdef0123456789abcdef"}}"#, stamp(1)).unwrap();
    let _ = session.commit().unwrap();
    drop(session);
    let line = desk.bytes().lines().find(|line| line.contains("case.documented")).unwrap().to_owned();
    desk.redact(7).unwrap();
    let text = desk.bytes();
    assert!(!text.contains("0123456789abcdef0123456789abcdef"), "the salt is erased with the rest");
    let named = |hash: Hash| text.contains(&hash.to_string());
    assert!(named(leaf_hash(line.as_bytes())));
    let mut tried = 0;
    for age in 0..18 {
        for sex in ["f", "m"] {
            for status in ["deported", "returned"] {
                for salt in ["", r#","salt":"00000000000000000000000000000000""#] {
                    let content =
                        format!(r#""age":"{age}","sex":"{sex}","status":"{status}","source":"s1"{salt}"#);
                    let guess = line.split(r#""age""#).next().unwrap().to_owned() + &content + "}}";
                    assert!(!named(leaf_hash(guess.as_bytes())), "{guess}");
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 144);
    // The dictionary does hold the case: with the salt it would have been found.
    let salted = line.split(r#""age""#).next().unwrap().to_owned()
        + r#""age":"11","sex":"f","status":"returned","source":"s1","salt":"0123456789abcdef0123456789abcdef"}}"#;
    assert!(named(leaf_hash(salted.as_bytes())));
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
