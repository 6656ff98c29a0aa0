//! Files that are no ledger, no longer one, or one that no writer wrote: every command that reads ends, tells, and leaves
//! the file as it is.

use std::time::Duration;

use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::checkpoint::Checkpoint;
use recount_ledger::merkle::Hash;
use recount_ledger::storage::{Fitness, RealStorage};
use recount_ledger::writer::{Options, Writer};
use recount_model::date::Instant;
use recount_test_support::TestEnvironment;

use super::{environment, hold, stored};
use crate::outsider::tamper::resum;

const READING: &[&str] = &[
    "verify",
    "figures",
    "headlines",
    "votes",
    "why 6",
    "log",
    "log --format csv",
    "show 1",
    "show 6 --format json",
    "check",
    "snapshot",
    "vintages i",
    "diff --from 1 --to 5",
    "export csv out",
    "export sqlite out.sqlite",
    "figures --recorded-by 2026",
    "snapshot --check ledger.jsonl",
];

/// A sound ledger to begin with.
fn sound() -> Vec<u8> {
    let at = environment();
    for value in ["120", ">130"] {
        let figure = format!(
            r#"{{"type":"figure.reported","data":{{"indicator":"i","reporter":"r","source":"s","value":"{value}","wording":"a\u202eb"}}}}"#
        );
        stored(&at, figure.as_bytes());
    }
    at.read("ledger.jsonl")
}

/// What may lie where a ledger is expected.
fn files() -> Vec<Vec<u8>> {
    let sound = sound();
    let lines: Vec<&[u8]> = sound.split_inclusive(|byte| *byte == b'\n').collect();
    let mut files: Vec<Vec<u8>> = vec![
        Vec::new(), b"\n".to_vec(), b"\n".repeat(100_000), vec![0; 70_000], b"{}\n".to_vec(), b"[".repeat(1_000_000), vec![0xff; 3_000_000],
        b"\xef\xbb\xbf".iter().chain(&sound).copied().collect(), sound.iter().flat_map(|byte| [*byte, 0]).collect(), b"\x1f\x8b\x08\0".to_vec(), b"SQLite format 3\0".to_vec(),
        b"\x7fELF".to_vec(), b"PK\x03\x04".to_vec(), b"{\"checkpoint\":".to_vec(), b"{\"checkpoint\":\n".repeat(1_000),
        br#"{"checkpoint":{"size":18446744073709551615,"root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","crc32c":"00000000"}}"#.to_vec(),
        String::from_utf8(sound.clone()).unwrap().replace('\n', "\r\n").into_bytes(),
        [&sound[..], &vec![b'x'; 3_000_000]].concat(), [&sound[..], &vec![0; 5_000]].concat(), [&sound[..], b"{\"seq\":8,\"at\":\""].concat(),
        sound.repeat(2), sound.iter().rev().copied().collect(),
    ];
    for at in (0..lines.len()).step_by(2) {
        let mut fewer = lines.clone();
        fewer.remove(at);
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        let mut other = lines.clone();
        other.swap(at, (at + 1) % lines.len());
        files.extend([fewer.concat(), more.concat(), other.concat()]);
    }
    for part in 1..12 {
        files.push(sound[..sound.len() * part / 12].to_vec());
        let mut flipped = sound.clone();
        flipped[sound.len() * part / 12] ^= 0x20;
        files.push(flipped);
    }
    files.sort();
    files.dedup();
    files
}

/// A ledger whose sums are right and whose later events no writer of ours would have written.
fn forged(at: &TestEnvironment, by: &str, events: &[(&str, &str)]) {
    let path = at.folder().join("ledger.jsonl");
    let _ = std::fs::remove_file(&path);
    let event = |kind, data| NewEvent { at: Instant::MIN, by, clock: None, from: None, kind, data };
    let mut batch = Batch::new(1);
    batch.push(event("ledger.created", r#"{"format":1,"origin":"o","title":"T"}"#)).unwrap();
    for (kind, data) in events {
        batch.push(event(kind, data)).unwrap();
    }
    let options = Options { wait: Duration::ZERO, fitness: Fitness::Any, now: Instant::MIN };
    drop(Writer::create(&RealStorage, &path, &batch, &options).unwrap());
}

/// Asks the first commands of the ledger in the environment, and of the others one in `few`.
fn ask(at: &TestEnvironment, shown: &str, few: usize) -> Vec<i32> {
    let before = at.read("ledger.jsonl");
    let asked =
        READING.iter().enumerate().filter(|(at, _)| *at < 2 || (at + before.len()).is_multiple_of(few));
    let answers = asked.map(|(_, command)| {
        let answer = hold(at, command.split(' '), b"");
        assert!([0, 1, 3, 4, 6].contains(&answer.exit), "{shown}: {command}: {answer:.2000}");
        assert!(answer.exit > 0 || !answer.stdout.is_empty(), "{shown}: {command}: {answer:.2000}");
        let _ = std::fs::remove_file(at.folder().join("out.sqlite"));
        answer.exit
    });
    let exits = answers.collect();
    assert!(at.read("ledger.jsonl") == before, "{shown}: reading changed the file");
    exits
}

#[test]
fn what_is_no_ledger_any_more_is_told() {
    let at = environment();
    let files = files();
    assert!(files.len() > 50, "{}", files.len());
    for (number, file) in files.iter().enumerate() {
        let shown = format!("file {number}: {:.80}", String::from_utf8_lossy(file).escape_debug());
        at.write("ledger.jsonl", file);
        let exits = ask(&at, &shown, 5);
        let (verified, figures) = (exits[0], exits[1]);
        assert!([0, 4].contains(&verified), "{shown}: {exits:?}");
        assert!(verified == 4 || figures == 0, "{shown}: what is intact is read: {exits:?}");
        // Who appends and who recovers must not lose a byte either: the file begins with what was whole in it.
        for command in ["append place --id z --name z", "recover"] {
            let answer = hold(&at, command.split(' '), b"");
            assert!([0, 3, 4].contains(&answer.exit), "{shown}: {command}: {answer:.2000}");
            assert!(
                answer.exit == 0 || at.read("ledger.jsonl") == *file,
                "{shown}: {command} changed what it refused"
            );
        }
    }
}

/// The last two batches fit each other, and state a size that the file cannot have.
#[test]
fn no_room_is_made_for_what_a_file_only_claims() {
    let at = environment();
    let sound = at.read("ledger.jsonl");
    let first: Vec<&[u8]> = sound.split_inclusive(|byte| *byte == b'\n').take(2).collect();
    for size in [u64::from(u32::MAX), 1 << 50] {
        let claimed = [size - 1, size].map(|size| {
            let root = Hash([0; 32]);
            let event = r#"{"seq":SIZE,"at":"2026-01-01T00:00:00Z","by":"a","type":"place.added","data":{"id":"pSIZE","name":"P"}}"#;
            format!("{}\n{}\n", event.replace("SIZE", &size.to_string()), Checkpoint { size, root, crc32c: 0 }.encode())
        });
        let forged = resum(&[first.concat(), claimed.concat().into_bytes()].concat());
        at.write("ledger.jsonl", &forged);
        assert_eq!(ask(&at, "a large size", 1), [4; READING.len()]);
        at.write("other.jsonl", &sound);
        for command in [
            "append place --id z --name z",
            "redact 2 --reason r",
            "merge other.jsonl",
            "checkpoint",
            "prove 2",
        ] {
            let answer = hold(&at, command.split(' '), b"");
            assert!(answer.exit == 4 && at.read("ledger.jsonl") == forged, "{command}: {answer:.2000}");
        }
    }
}

#[test]
fn forged_events_are_refused_or_shown_without_tricks() {
    let at = environment();
    let place = r#"{"id":"p","name":"P"}"#;
    for by in ["\u{1b}[31m", "\u{202e}x", "\u{7f}", "", "a\nb", "\u{9b}", "=cmd|x"] {
        forged(&at, by, &[("place.added", place)]);
        let exits = ask(&at, by, 1);
        assert!(exits[5] == 0, "{by:?}: a recorder's name is a text like others: {exits:?}");
        let log = hold(&at, ["log"], b"").stdout;
        assert_eq!(log.find(super::is_trick), None, "{log}");
        assert!(log.lines().count() <= 6, "a name is one line: {log}");
    }
    for (kind, data) in [
        ("place.moved", "{}"),
        ("\u{1b}[31m", "{}"),
        ("place.added", "{}"),
        ("place.added", r#"{"id":"p","name":"\u001b[31m\u202e"}"#),
        ("place.added", r#"{"id":"../x","name":"x"}"#),
        ("place.added", r#"{"id":"p","name":"P","parent":"p"}"#),
        ("figure.reported", r#"{"indicator":"none","reporter":"r","unsourced":true,"value":"1"}"#),
        ("record.retracted", r#"{"target":2,"reason":"x"}"#),
        ("record.retracted", r#"{"target":1,"reason":"x"}"#),
        ("record.corrected", r#"{"target":1,"data":{},"reason":"x"}"#),
        ("ledger.created", r#"{"format":1,"origin":"o","title":"T"}"#),
        ("ledger.upgraded", r#"{"format":18446744073709551615}"#),
        ("event.redacted", r#"{"target":1,"stub":"\u001b","reason":"x"}"#),
        ("indicator.derived", r#"{"id":"d","label":"l","unit":"u","expression":"d"}"#),
        ("finding.acknowledged", r#"{"check":"falling","figures":[2],"reason":"x"}"#),
        ("case.updated", r#"{"case":"c","source":"s"}"#),
        ("vote.position", r#"{"vote":"A","country":"UKR","position":"yes","source":"s"}"#),
    ] {
        forged(&at, "ana", &[(kind, data)]);
        let exits = ask(&at, kind, 2);
        assert!([3, 4].contains(&exits[0]), "{kind:?} {data}: {exits:?}");
    }
}

/// What only a ledger can hold that no writer admitted: references that go in circles. Every question ends.
#[test]
fn circles_are_refused_or_followed_once() {
    let at = environment();
    let correct = |target: u32, data: &str| format!(r#"{{"target":{target},"data":{data},"reason":"x"}}"#);
    let reporter =
        |id: &str, other: &str| format!(r#"{{"id":"{id}","name":"x","kind":"ngo","speaks_for":"{other}"}}"#);
    let place = |id: &str, other: &str| format!(r#"{{"id":"{id}","name":"x","parent":"{other}"}}"#);
    let derived = |id: &str, other: &str| {
        format!(r#"{{"id":"{id}","label":"l","unit":"u","expression":"{other} + i"}}"#)
    };
    let events = [
        ("indicator.defined", r#"{"id":"i","label":"l","unit":"u","measure":"cumulative"}"#.to_owned()),
        ("source.added", r#"{"id":"s","title":"t"}"#.to_owned()),
        ("reporter.added", r#"{"id":"a","name":"x","kind":"ngo"}"#.to_owned()),
        ("reporter.added", reporter("b", "a")),
        ("record.corrected", correct(4, &reporter("a", "b"))),
        ("place.added", r#"{"id":"a","name":"x"}"#.to_owned()),
        ("place.added", place("b", "a")),
        ("record.corrected", correct(7, &place("a", "b"))),
        ("indicator.derived", derived("d", "i")),
        ("indicator.derived", derived("e", "d")),
        ("record.corrected", correct(10, &derived("d", "e"))),
        ("policy.set", r#"{"indicator":"i","rule":{"prefer":["b"]}}"#.to_owned()),
        (
            "figure.reported",
            r#"{"indicator":"i","reporter":"a","source":"s","value":"1","place":"b"}"#.to_owned(),
        ),
        ("case.documented", format!(r#"{{"id":"c","origin":"b","source":"s","salt":"{}"}}"#, "0".repeat(32))),
        ("check.added", r#"{"id":"k","rule":{"fresh":{"reporter":"b","days":3}}}"#.to_owned()),
    ];
    let events: Vec<(&str, &str)> = events.iter().map(|(kind, data)| (*kind, data.as_str())).collect();
    forged(&at, "ana", &events);
    let exits = ask(&at, "circles", 1);
    assert_eq!(
        (exits[0], exits[1]),
        (4, 0),
        "a verifier says what no writer admits, a reader goes on: {exits:?}"
    );
    for command in [
        "append reporter --id z --name z --kind ngo --speaks-for b",
        "append place --id z --name z --parent b",
        "append derived --id z --label z --unit z --expression e",
        "why e",
        "why d",
        "why i",
    ] {
        let answer = hold(&at, command.split(' '), b"");
        assert!([0, 3, 4].contains(&answer.exit), "{command}: {answer}");
    }
}

/// Twenty thousand ways lead from the last of these indicators to the first. None of them is gone twice.
#[test]
fn indicators_built_on_one_another_are_no_bomb() {
    let at = environment();
    let mut before = ("i".to_owned(), "i".to_owned());
    let mut input = String::new();
    for number in 0..60 {
        let id = format!("d{number}");
        let data =
            format!(r#"{{"id":"{id}","label":"l","unit":"u","expression":"{} - {}"}}"#, before.0, before.1);
        input += &format!("{{\"type\":\"indicator.derived\",\"data\":{data}}}\n");
        before = (before.1, id);
    }
    input += r#"{"type":"figure.reported","data":{"indicator":"i","reporter":"r","source":"s","value":"1"}}"#;
    assert_eq!(hold(&at, ["append", "events", "-"], input.as_bytes()).exit, 0);
    // The sixth is the first of them.
    let circle = hold(&at, ["correct", "6", "--set", "expression=d59 + i", "--reason", "x"], b"");
    assert!(circle.exit == 3 && circle.stderr.contains("cannot be computed from itself"), "{circle}");
    ask(&at, "a bomb", 1);
    hold(&at, ["why", "d59"], b"").success();
}
