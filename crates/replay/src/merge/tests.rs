//! Two ledgers that parted, merged either way.

#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;
use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::reader::Ledger;
use recount_ledger::storage::{Fitness, RealStorage};
use recount_ledger::writer::{Options, Writer};
use recount_model::answer::Answers;
use recount_model::clock::Clocks;
use recount_model::date::Instant;
use recount_model::event::Seq;
use recount_model::texts::Texts;
use tempfile::TempDir;

use super::*;
use crate::{LedgerTexts, Replay, SessionOptions};

/// A folder with ledgers that begin as copies of one.
struct Desk(TempDir);

const DECLARATIONS: &[&str] = &[
    r#"{"type":"source.added","data":{"id":"s","title":"A page","published":"2025-01-01"}}"#,
    r#"{"type":"reporter.added","data":{"id":"a","name":"A","kind":"government"}}"#,
    r#"{"type":"reporter.added","data":{"id":"b","name":"B","kind":"ngo"}}"#,
    r#"{"type":"indicator.defined","data":{"id":"i","label":"I","unit":"children","measure":"cumulative"}}"#,
];

fn stamp(second: i64) -> Stamp {
    Stamp { now: Instant::from_seconds(1_700_000_000 + second).unwrap(), set: false, accept_behind: false }
}

fn writer() -> Options {
    // A test that starts a process lends it the lock for a moment.
    Options { wait: Duration::from_secs(5), fitness: Fitness::Strict, now: stamp(0).now }
}

impl Desk {
    /// Copies with these names of a ledger with five events.
    fn new(names: &[&str]) -> Desk {
        let desk = Desk(TempDir::new().unwrap());
        let mut batch = Batch::new(1);
        let data = r#"{"format":1,"origin":"test","title":"Test"}"#;
        let event =
            NewEvent { at: stamp(0).now, by: "t", clock: None, from: None, kind: "ledger.created", data };
        batch.push(event).unwrap();
        let _ = Writer::create(&RealStorage, &desk.path(names[0]), &batch, &writer()).unwrap();
        desk.append(names[0], DECLARATIONS);
        for copy in &names[1..] {
            desk.copy(names[0], copy);
        }
        desk
    }

    fn copy(&self, from: &str, to: &str) {
        std::fs::copy(self.path(from), self.path(to)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn session(&self, name: &str) -> Session<'static> {
        let salt = Box::new(|| "0".repeat(32));
        let options = SessionOptions {
            by: name.to_owned(),
            allow_duplicate: true,
            salt,
            division: NonZeroUsize::MIN.into(),
            kept: None,
        };
        Session::open(&RealStorage, &self.path(name), &writer(), options).unwrap()
    }

    fn append<S: AsRef<str>>(&self, name: &str, lines: &[S]) {
        let mut session = self.session(name);
        for line in lines {
            session.stage(line.as_ref(), stamp(1)).unwrap();
        }
        if session.staged() > 0 {
            let _ = session.commit().unwrap();
        }
    }

    fn try_merge(&self, into: &str, other: &str, rules: &Rules) -> Result<Merged, MergeError> {
        let mut session = self.session(into);
        let merged = session.merge(&Other::open(&RealStorage, &self.path(other))?, rules, stamp(2))?;
        if !merged.is_nothing() {
            let _ = session.commit()?;
        }
        Ok(merged)
    }

    /// What a merge without rules did, or its conflicts, in a line each.
    fn merge(&self, into: &str, other: &str) -> String {
        self.merge_by(into, other, &[])
    }

    fn merge_by(&self, into: &str, other: &str, settle: &[&str]) -> String {
        let settle = settle.iter().map(|rule| About::rule(rule).unwrap()).collect();
        match self.try_merge(into, other, &Rules { prefer: None, settle }) {
            Ok(merged) => {
                let Merged {
                    new,
                    corrected,
                    present,
                    renumbered,
                    left_out_before,
                    withheld,
                    erased_there,
                    settled,
                    left_out,
                    unused,
                } = merged;
                assert_eq!(unused, [], "every rule settled something");
                let left_out: Vec<Seq> = left_out.iter().map(|left| left.seq).collect();
                format!(
                    "{new} new, {present} here, {renumbered} renumbered, {corrected} corrected, {settled} settled, \
                     out {left_out:?}, {left_out_before} before, {withheld} withheld, erased there {erased_there:?}"
                )
            }
            Err(MergeError::Unsettled(conflicts)) => {
                let line = |conflict: &Conflict| {
                    let Conflict { clash, theirs, ours, id, differences, problems, choices, .. } = conflict;
                    let said: Vec<String> = differences.iter().map(ToString::to_string).collect();
                    let problems: Vec<&str> = problems.iter().map(|problem| &*problem.expected).collect();
                    format!(
                        "{clash:?} {theirs} {ours:?} {id:?}: {}{} {choices:?}",
                        said.join(", "),
                        problems.join(", ")
                    )
                };
                conflicts.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            Err(MergeError::Replay(error)) => panic!("{error}"),
        }
    }

    fn replay(&self, name: &str) -> (Ledger, Replay) {
        let ledger = Ledger::open(&RealStorage, &self.path(name)).unwrap();
        let replay = Replay::of(&ledger, None, NonZeroUsize::MIN, &mut |_| {}).unwrap();
        (ledger, replay)
    }

    /// What each event says, sorted, with what it refers to in the place of numbers.
    fn contents(&self, name: &str) -> Vec<String> {
        let (ledger, replay) = self.replay(name);
        let texts = LedgerTexts::new(&ledger, &replay.state);
        let mut said: Vec<String> = Vec::new();
        for seq in 1..=replay.state.size() {
            let kind = replay.state.kind(seq).unwrap();
            let mut members = texts.own_members(seq).unwrap();
            for member in ["target", "revises"] {
                if let Some(target) = members.0.get_mut(member) {
                    *target = said[target.parse::<usize>().unwrap() - 1].clone();
                }
            }
            said.push(format!("{} {:?}", kind.as_str(), members.0));
        }
        said.retain(|line| !line.starts_with("ledger."));
        said.sort();
        said
    }

    /// The current figures, without their numbers.
    fn figures(&self, name: &str) -> Vec<String> {
        let (_, replay) = self.replay(name);
        let answers = Answers::new(&replay.state, &Clocks::default(), 0);
        let reporter = |key| replay.state.reporters().name(replay.state.series(key).reporter).to_owned();
        let line = |figure: recount_model::answer::CurrentFigure<'_>| {
            format!("{} {} ({})", reporter(figure.series), figure.figure.value, figure.records)
        };
        let mut figures: Vec<String> = answers.figures().map(line).collect();
        figures.sort();
        figures
    }

    /// The origins of the events of a ledger: `seq: seq there, who`.
    fn origins(&self, name: &str) -> Vec<String> {
        let (ledger, replay) = self.replay(name);
        let texts = LedgerTexts::new(&ledger, &replay.state);
        let first = |seq| {
            texts.recorded(seq).unwrap().first.map(|first| format!("{seq}: {} {}", first.seq, first.by))
        };
        (1..=replay.state.size()).filter_map(first).collect()
    }
}

fn figure(value: u32, day: u32, reporter: &str) -> String {
    let data = format!(
        r#"{{"indicator":"i","value":"{value}","reporter":"{reporter}","source":"s","as_of":"2024-{:02}-{:02}"}}"#,
        day / 28 + 1,
        day % 28 + 1
    );
    format!(r#"{{"type":"figure.reported","data":{data}}}"#)
}

fn correct(target: Seq, value: u32, day: u32, reporter: &str, reason: &str) -> String {
    let data = figure(value, day, reporter);
    let data = data.strip_prefix(r#"{"type":"figure.reported","data":"#).unwrap().strip_suffix('}').unwrap();
    format!(r#"{{"type":"record.corrected","data":{{"target":{target},"data":{data},"reason":"{reason}"}}}}"#)
}

fn retract(target: Seq, reason: &str) -> String {
    format!(r#"{{"type":"record.retracted","data":{{"target":{target},"reason":"{reason}"}}}}"#)
}

fn reporter(id: &str, name: &str) -> String {
    format!(r#"{{"type":"reporter.added","data":{{"id":"{id}","name":"{name}","kind":"ngo"}}}}"#)
}

#[test]
fn what_is_new_is_taken_once_with_its_references_and_its_origin() {
    let desk = Desk::new(&["ana", "ben"]);
    desk.append("ana", &[figure(1, 1, "a"), figure(5, 5, "a")]);
    desk.append(
        "ben",
        &[figure(2, 2, "b"), figure(5, 5, "a"), correct(6, 3, 2, "b", "typo"), retract(8, "no")],
    );
    insta::assert_snapshot!(desk.merge("ana", "ben"), @"3 new, 6 here, 0 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge("ana", "ben"), @"0 new, 9 here, 3 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge("ben", "ana"), @"1 new, 9 here, 3 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge("ana", "ben"), @"0 new, 10 here, 4 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    assert_eq!(desk.contents("ana"), desk.contents("ben"));
    assert_eq!(desk.origins("ana"), ["8: 6 ben", "9: 8 ben", "10: 9 ben"]);
    assert_eq!(desk.origins("ben"), ["10: 6 ana"]);
}

#[test]
fn an_origin_survives_a_third_ledger_and_comes_home_as_no_news() {
    let desk = Desk::new(&["ana", "ben", "eva"]);
    desk.append("ana", &[figure(1, 1, "a")]);
    desk.append("ben", &[figure(2, 2, "b")]);
    desk.merge("ben", "ana");
    insta::assert_snapshot!(desk.merge("eva", "ben"), @"2 new, 5 here, 0 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    assert_eq!(desk.origins("eva"), ["6: 6 ben", "7: 6 ana"]);
    insta::assert_snapshot!(desk.merge("ana", "eva"), @"1 new, 6 here, 1 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge("eva", "ana"), @"0 new, 7 here, 2 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    assert_eq!(desk.contents("ana"), desk.contents("eva"));
}

#[test]
fn what_was_said_again_on_purpose_is_not_swallowed() {
    let desk = Desk::new(&["ana", "ben"]);
    desk.append("ana", &[figure(1, 1, "a")]);
    desk.copy("ana", "ben");
    desk.append("ben", &[retract(6, "not ours"), figure(1, 1, "a")]);
    insta::assert_snapshot!(desk.merge("ana", "ben"), @"2 new, 6 here, 0 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    assert_eq!(desk.figures("ana"), ["a 1 (1)"]);
}

#[test]
fn one_id_declared_differently_is_settled_in_three_ways() {
    let desk = Desk::new(&["ana", "ben"]);
    desk.append("ana", &[reporter("x", "One"), figure(1, 1, "x")]);
    desk.append("ben", &[reporter("x", "Two"), figure(2, 2, "x"), correct(7, 3, 2, "x", "typo")]);
    insta::assert_snapshot!(desk.merge("ana", "ben"), @r#"Declared 6 Some(6) Some("x"): name is "One" here, "Two" there ["ours", "theirs", "rename:NEWID"]"#);
    for name in ["ours", "theirs", "renamed"] {
        desk.copy("ana", name);
    }
    insta::assert_snapshot!(desk.merge_by("ours", "ben", &["x=ours"]), @"2 new, 5 here, 0 renumbered, 0 corrected, 1 settled, out [6], 0 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge_by("theirs", "ben", &["6=theirs"]), @"2 new, 5 here, 0 renumbered, 1 corrected, 1 settled, out [], 0 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge_by("renamed", "ben", &["x=rename:x2"]), @"3 new, 5 here, 0 renumbered, 0 corrected, 1 settled, out [], 0 before, 0 withheld, erased there []");
    assert_eq!(desk.figures("renamed"), ["x 1 (1)", "x2 3 (1)"]);
    let last = |name| {
        desk.contents(name).into_iter().filter(|line| line.contains("merged from")).collect::<Vec<_>>()
    };
    insta::assert_snapshot!(last("theirs").join("\n"), @r#"record.corrected {"data": "{\"id\":\"x\",\"name\":\"Two\",\"kind\":\"ngo\"}", "reason": "merged from test, size 8: what seq 6 there says (recorded 2023-11-14T22:13:21Z by ben) is preferred", "target": "reporter.added {\"id\": \"x\", \"kind\": \"ngo\", \"name\": \"One\"}"}"#);
    // A decision is remembered, and what is new later follows it.
    desk.append("ben", &[figure(4, 4, "x")]);
    insta::assert_snapshot!(desk.merge("ours", "ben"), @"1 new, 7 here, 2 renumbered, 0 corrected, 0 settled, out [], 1 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge("theirs", "ben"), @"1 new, 7 here, 2 renumbered, 0 corrected, 0 settled, out [], 1 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge("renamed", "ben"), @"1 new, 8 here, 3 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    assert_eq!(desk.figures("renamed"), ["x 1 (1)", "x2 4 (1)"]);
    // The other side need not decide again.
    insta::assert_snapshot!(desk.merge("ben", "theirs"), @"1 new, 10 here, 4 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    assert_eq!(desk.figures("ben"), desk.figures("theirs"));
}

#[test]
fn all_conflicts_are_listed_and_nothing_is_appended() {
    let desk = Desk::new(&["ana"]);
    desk.append("ana", &[figure(1, 1, "a"), figure(2, 2, "a"), figure(3, 3, "a"), figure(4, 4, "a")]);
    desk.copy("ana", "ben");
    let policy =
        |rule: &str| format!(r#"{{"type":"policy.set","data":{{"indicator":"i","rule":"{rule}"}}}}"#);
    let dispute = r#"{"type":"figure.disputed","data":{"target":9,"by_reporter":"b"}}"#.to_owned();
    desk.append(
        "ana",
        &[correct(6, 10, 1, "a", "x"), retract(7, "x"), retract(8, "x"), retract(9, "x"), policy("latest")],
    );
    desk.append(
        "ben",
        &[
            correct(6, 11, 1, "a", "y"),
            correct(7, 22, 2, "a", "y"),
            retract(8, "y"),
            dispute,
            policy("range"),
        ],
    );
    let before = std::fs::read(desk.path("ana")).unwrap();
    insta::assert_snapshot!(desk.merge("ana", "ben"), @r#"
    Changed 10 Some(10) None: value is "10" here, "11" there ["ours", "theirs"]
    Changed 11 Some(11) None: the event is "retracted" here, "in force" there ["ours"]
    Unfit 13 None None: an event in force; this one was retracted at seq 13 ["ours"]
    Changed 14 Some(14) Some("i"): rule is "latest" here, "range" there ["ours", "theirs"]
    "#);
    assert_eq!(std::fs::read(desk.path("ana")).unwrap(), before);
    insta::assert_snapshot!(desk.merge_by("ana", "ben", &["10=theirs", "11=ours", "13=ours", "i=theirs"]), @"2 new, 10 here, 0 renumbered, 0 corrected, 4 settled, out [11, 13], 0 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge("ana", "ben"), @"0 new, 11 here, 2 renumbered, 0 corrected, 0 settled, out [], 3 before, 0 withheld, erased there []");
    insta::assert_snapshot!(desk.merge("ben", "ana"), @"2 new, 14 here, 2 renumbered, 0 corrected, 0 settled, out [], 0 before, 0 withheld, erased there []");
    assert_eq!(desk.figures("ana"), ["a 11 (1)"]);
    assert_eq!(desk.figures("ana"), desk.figures("ben"));
}

#[test]
fn a_preference_settles_what_it_can() {
    let desk = Desk::new(&["ana"]);
    desk.append("ana", &[figure(1, 1, "a")]);
    desk.copy("ana", "ben");
    desk.append("ana", &[retract(6, "x")]);
    desk.append("ben", &[correct(6, 11, 1, "a", "y"), reporter("x", "Two")]);
    let prefer = |side| Rules { prefer: Some(side), settle: Vec::new() };
    let refused = desk.try_merge("ana", "ben", &prefer(Side::Theirs));
    assert!(matches!(refused, Err(MergeError::Unsettled(conflicts)) if conflicts.len() == 1));
    let merged = desk.try_merge("ana", "ben", &prefer(Side::Ours)).unwrap();
    assert_eq!((merged.new, merged.settled, merged.left_out.len()), (1, 1, 1));
}

#[test]
fn what_was_erased_never_comes_back() {
    let desk = Desk::new(&["ana", "ben"]);
    desk.append("ana", &[figure(1, 1, "a")]);
    desk.copy("ana", "ben");
    desk.append("ben", &[figure(2, 2, "b"), figure(3, 3, "b")]);
    desk.merge("ana", "ben");
    let grounds = crate::Grounds { reason: "law", legal_basis: None };
    // One of the common beginning, and one that came by the merge.
    for seq in [6, 7] {
        let session = desk.session("ana");
        let _ = session.redact(seq, grounds, stamp(3)).unwrap();
    }
    insta::assert_snapshot!(desk.merge("ana", "ben"), @"0 new, 7 here, 0 renumbered, 0 corrected, 0 settled, out [], 1 before, 0 withheld, erased there []");
    // It is told what was erased there; it is not erased here for that.
    // The other way the stub of the common beginning is the same event; that of the merge was theirs first.
    insta::assert_snapshot!(desk.merge("ben", "ana"), @"0 new, 7 here, 0 renumbered, 0 corrected, 0 settled, out [], 0 before, 1 withheld, erased there [6]");
    // What both recorded on their own is the same event still when one of them has erased it.
    desk.append("ana", &[figure(9, 9, "a")]);
    let size = desk.replay("ana").1.state.size();
    let session = desk.session("ana");
    let _ = session.redact(size, grounds, stamp(3)).unwrap();
    desk.append("ben", &[figure(9, 9, "a")]);
    insta::assert_snapshot!(desk.merge("ana", "ben"), @"0 new, 8 here, 1 renumbered, 0 corrected, 0 settled, out [], 1 before, 0 withheld, erased there []");
    // A third, who never had it, gets nothing of it.
    desk.copy("ben", "eva");
    let session = desk.session("eva");
    let _ = session.redact(8, grounds, stamp(3)).unwrap();
    let fresh = Desk::new(&["eva"]);
    std::fs::copy(desk.path("eva"), fresh.path("ben")).unwrap();
    insta::assert_snapshot!(fresh.merge("eva", "ben"), @"3 new, 5 here, 0 renumbered, 0 corrected, 0 settled, out [], 0 before, 1 withheld, erased there []");
}

#[derive(Clone, Debug)]
enum Step {
    Figure(u32, u32),
    Correct(prop::sample::Index, u32),
    Retract(prop::sample::Index),
    Again(prop::sample::Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<prop::sample::Index>;
    let step = prop_oneof![
        4 => (0..9_u32, 0..40_u32).prop_map(|(value, day)| Step::Figure(value, day)),
        2 => (index(), 0..9_u32).prop_map(|(at, value)| Step::Correct(at, value)),
        1 => index().prop_map(Step::Retract),
        1 => index().prop_map(Step::Again),
    ];
    prop::collection::vec(step, 0..8)
}

/// The steps of one side as lines: about figures of its own reporter, some of them of days of its own.
fn lines(desk: &Desk, name: &str, side: &str, steps: &[Step]) -> Vec<String> {
    let mut seq = desk.replay(name).1.state.size();
    let mut figures: Vec<(Seq, u32, u32, bool)> = Vec::new();
    let mut lines = Vec::new();
    for step in steps {
        let live = |at: &prop::sample::Index, figures: &[(Seq, u32, u32, bool)]| {
            let live: Vec<usize> = (0..figures.len()).filter(|at| figures[*at].3).collect();
            (!live.is_empty()).then(|| live[at.index(live.len())])
        };
        let line = match step {
            Step::Figure(value, day) => {
                figures.push((seq + 1, *value, *day, true));
                figure(*value, *day, side)
            }
            Step::Correct(at, value) => {
                let Some(at) = live(at, &figures) else { continue };
                correct(figures[at].0, *value, figures[at].2, side, side)
            }
            Step::Retract(at) => {
                let Some(at) = live(at, &figures) else { continue };
                figures[at].3 = false;
                retract(figures[at].0, side)
            }
            Step::Again(at) => {
                if figures.is_empty() {
                    continue;
                }
                let (_, value, day, _) = figures[at.index(figures.len())];
                figures.push((seq + 1, value, day, true));
                figure(value, day, side)
            }
        };
        seq += 1;
        lines.push(line);
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Two sides that report, correct, retract and report again what is theirs end at the same, whoever merges first;
    /// merging again is nothing.
    #[test]
    fn both_ways_lead_to_one_end(common in steps(), ours in steps(), theirs in steps()) {
        let desk = Desk::new(&["ana"]);
        let beginning = lines(&desk, "ana", "a", &common);
        desk.append("ana", &beginning);
        desk.copy("ana", "ben");
        let (ours, theirs) = (lines(&desk, "ana", "a", &ours), lines(&desk, "ben", "b", &theirs));
        desk.append("ana", &ours);
        desk.append("ben", &theirs);
        desk.try_merge("ana", "ben", &Rules::default()).unwrap();
        desk.try_merge("ben", "ana", &Rules::default()).unwrap();
        prop_assert_eq!(desk.contents("ana"), desk.contents("ben"));
        prop_assert_eq!(desk.figures("ana"), desk.figures("ben"));
        for (into, other) in [("ana", "ben"), ("ben", "ana")] {
            let before = std::fs::read(desk.path(into)).unwrap();
            prop_assert!(desk.try_merge(into, other, &Rules::default()).unwrap().is_nothing());
            prop_assert_eq!(std::fs::read(desk.path(into)).unwrap(), before);
        }
    }
}
