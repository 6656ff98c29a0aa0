//! An outsider's verifier, written in Python from docs/ledger-format.md alone, says the same as ours: of real ledgers, of
//! others, and of thousands of copies that were tampered with.

mod python;
pub(crate) mod tamper;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use recount_ledger::storage::RealStorage;
use recount_ledger::tlog::key::VerifierKey;
use recount_ledger::tlog::proof::Proof;
use recount_ledger::verify::verify;
use recount_model::state::State;
use recount_replay::check_line;
use recount_test_support::{TestEnvironment, repository};

use crate::{CLOCK, recount};
use python::Python;
use tamper::{Random, reseal, tampered};

/// How many copies are made of each kind of ledger; with those of the real one 6,000.
const COPIES: usize = 1_400;
const COPIES_OF_REAL: usize = 400;

/// Steps of the outsider, by what it refuses with; left out are those without which it could not go on, or
/// for which another one makes up.
const STEPS: &[&str] = &[
    "no LF at the end, or nothing",
    "a size that does not fit",
    "a checksum that does not fit",
    "a root that does not hold",
    "not the next number",
    "an earlier moment",
    "ledger.created where it is not, or not",
    "events behind the last checkpoint",
    "a member twice",
    "nested deeper than 16",
    "NUL or half a surrogate pair",
    "more behind the object",
    "a wrong type",
    "no clock",
];

/// What our verifier says of a file.
struct Ours {
    /// Its bytes are those of a ledger.
    form: bool,
    /// Its events are such as the format allows.
    content: bool,
}

fn ours(path: &Path, bytes: &[u8]) -> Ours {
    fs::write(path, bytes).unwrap();
    let mut state = State::new();
    let mut content = true;
    let report = verify(&RealStorage, path, None, &mut |line, event| {
        // What comes behind an event that cannot be taken is not judged.
        content = content && check_line(&mut state, line.offset, event).is_ok();
        Ok(())
    });
    let form = report.is_ok_and(|report| report.faults.is_empty());
    Ours { form, content: content && state.unexplained_stub().is_none() }
}

/// A ledger with texts of every kind, in batches of three events.
fn mixed() -> (TestEnvironment, Vec<u8>) {
    let environment = TestEnvironment::new().with_clock(CLOCK);
    recount(&environment, "init --title Mixed --origin example.org/mixed").success();
    let events = r#"
{"type":"source.added","data":{"id":"page","title":"Сторінка \"одна\" \\ 😀 \u2028","published":"2026-03-01"}}
{"type":"reporter.added","data":{"id":"city","name":"Місто","kind":"government"}}
{"type":"place.added","data":{"id":"north","name":"Nörd"}}
{"type":"dimension.added","data":{"id":"age","label":"Age","codes":{"young":"Under 18","old":"18 and over"}}}
{"type":"indicator.defined","data":{"id":"patients","label":"Patients","unit":"persons","measure":"point"}}
{"type":"figure.reported","data":{"indicator":"patients","value":">120","reporter":"city","source":"page","note":"first"}}
{"type":"figure.reported","data":{"indicator":"patients","value":"130","reporter":"city","place":"north","as_of":"2026-02","source":"page"}}
{"type":"figure.reported","data":{"indicator":"patients","value":"~140","reporter":"city","breakdown":{"age":"old"},"source":"page"}}
{"type":"vote.recorded","data":{"id":"C/7","title":"A ward","body":"City council","date":"2026-03-02","source":"page"}}
{"type":"case.documented","data":{"id":"case-1","age":"9","source":"page"}}
"#;
    environment.recount_with(["append", "events", "-", "--batch", "3"], events).success();
    let bytes = environment.read("ledger.jsonl");
    (environment, bytes)
}

/// The same after two redactions.
fn redacted() -> Vec<u8> {
    let (environment, _) = mixed();
    environment.recount(["correct", "7", "--set", "value=125", "--reason", "misread"]).success();
    environment.recount(["redact", "7", "--reason", "asked for"]).success();
    environment.recount(["redact", "11", "--reason", "asked for"]).success();
    environment.read("ledger.jsonl")
}

/// The same events as another writer might spell them.
fn foreign(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let spell = |line: &str| match line.strip_prefix("{\"seq\":") {
        Some(rest) => {
            let (seq, rest) = rest.split_once(',').unwrap();
            let rest = rest.strip_suffix('}').unwrap().replace("\"by\":", "\t\"b\\u0079\" : ");
            format!(" {{{rest} ,\"seq\": {seq}\r}}\r\n")
        }
        None => format!("{line}\n"),
    };
    reseal(text.lines().map(spell).collect::<String>().as_bytes())
}

fn example() -> Vec<u8> {
    crate::proofs::block("jsonl\n{\"seq\":1,").into_bytes()
}

/// Each kind of ledger, with the number of copies to be made of it.
fn ledgers() -> Vec<(&'static str, Vec<u8>, usize)> {
    let (_, mixed) = mixed();
    let real = fs::read(repository().join("data/ukraine-children.jsonl")).unwrap();
    vec![
        ("example", example(), COPIES),
        ("foreign", foreign(&mixed), COPIES),
        ("mixed", mixed, COPIES),
        ("redacted", redacted(), COPIES),
        ("real", real, COPIES_OF_REAL),
    ]
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.jsonl");
    (folder, path)
}

/// Shows every ledger as it is and every copy, with what our verifier says of it, until `see` has seen enough.
fn each_copy(mut see: impl FnMut(&str, &[u8], &Ours) -> ControlFlow<()>) {
    let (_folder, path) = scratch();
    let mut random = Random::printed();
    for (name, ledger, copies) in ledgers() {
        assert!(ours(&path, &ledger).form, "{name}");
        for copy in 0..copies {
            let (how, bytes) = tampered(&ledger, &mut random);
            if see(&format!("{name}, copy {copy}, {how}"), &bytes, &ours(&path, &bytes)).is_break() {
                return;
            }
        }
    }
}

#[test]
fn both_say_the_same_of_whole_ledgers_and_tampered_ones() {
    let Some(mut python) = Python::start(&[]) else { return };
    for (name, ledger, _) in ledgers() {
        let answer = python.asks("ledger", &ledger);
        assert!(answer.starts_with("ok "), "{name}: {answer}");
    }
    let (mut whole, mut broken, mut undecided) = (0, 0, 0);
    each_copy(|copy, bytes, ours| {
        let answer = python.asks("ledger", bytes);
        let holds = answer.starts_with("ok ");
        // What the events mean, and so which of them may be redacted, is not the outsider's to judge.
        if ours.form && !ours.content && copy.starts_with("redacted") {
            undecided += 1;
            return ControlFlow::Continue(());
        }
        if holds != ours.form {
            let kept = std::env::temp_dir().join("outsider-disagrees.jsonl");
            fs::write(&kept, bytes).unwrap();
            panic!("{copy}: ours {}, theirs {answer}: {}", ours.form, kept.display());
        }
        *(if holds { &mut whole } else { &mut broken }) += 1;
        ControlFlow::Continue(())
    });
    println!("both took {whole} copies, both refused {broken}, {undecided} not compared");
    assert_eq!(whole + broken + undecided, 6_000);
    assert!(whole > 350 && broken > 4_000 && undecided < 300, "the copies are not of every kind");
}

/// The copies are such that a verifier which leaves a step out is found: else they would not show that ours has it.
#[test]
fn a_verifier_that_leaves_a_step_out_is_found() {
    let mut careless = Vec::new();
    for step in STEPS {
        let folder = tempfile::tempdir().unwrap();
        let Some(python) = Python::without(step, folder.path()) else { return };
        careless.push((step, python, folder));
    }
    each_copy(|copy, bytes, ours| {
        careless.retain_mut(|(step, python, _)| {
            let found = !ours.form && python.asks("ledger", bytes).starts_with("ok ");
            if found {
                println!("without {step:?}: {copy}");
            }
            !found
        });
        if careless.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let missed: Vec<_> = careless.iter().map(|(step, ..)| step).collect();
    assert!(missed.is_empty(), "no copy shows that these are left out: {missed:?}");
}

/// A stub that nothing explains, and an explanation without its stub.
#[test]
fn both_ask_for_the_reason_of_a_stub() {
    let Some(mut python) = Python::start(&[]) else { return };
    let (_folder, path) = scratch();
    let ledger = String::from_utf8(redacted()).unwrap();
    let mut check = |bytes: &[u8]| {
        let ours = ours(&path, bytes);
        assert!(ours.form && !ours.content);
        python.asks("ledger", bytes)
    };
    let stub = ledger.lines().find(|line| line.contains(",\"redacted\":\"")).unwrap();
    let renamed = stub.replace("tester", "taster");
    assert_eq!(check(&reseal(ledger.replace(stub, &renamed).as_bytes())), "bad explains another stub");
    let reason = ledger.lines().position(|line| line.contains("event.redacted")).unwrap();
    let cut: String = ledger.lines().take(reason).map(|line| format!("{line}\n")).collect();
    assert_eq!(check(cut.as_bytes()), "bad a stub without its event.redacted");
}

#[test]
fn both_say_the_same_of_proofs() {
    let key = crate::proofs::EXAMPLE_KEY;
    let Some(mut python) = Python::start(&["--key", key]) else { return };
    let mut random = Random::printed();
    let keys: [VerifierKey; 1] = [key.parse().unwrap()];
    for proof in crate::proofs::examples() {
        assert!(python.asks("proof", proof.as_bytes()).starts_with("ok "));
        for _ in 0..500 {
            let (how, bytes) = tampered(proof.as_bytes(), &mut random);
            let ours = Proof::parse(&bytes).is_ok_and(|proof| proof.failures(None, &keys).is_empty());
            let answer = python.asks("proof", &bytes);
            assert_eq!(
                answer.starts_with("ok "),
                ours,
                "{how}: {answer}: {:?}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}
