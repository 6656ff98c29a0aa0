//! Whole files: opened, verified, asked every question, appended to and recovered, without a crash and without a lie.

use std::convert::Infallible;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use recount_ledger::aside::recover;
use recount_ledger::checkpoint::Checkpoint;
use recount_ledger::error::LedgerError;
use recount_ledger::merkle::{Frontier, leaf_hash};
use recount_ledger::reader::Ledger;
use recount_ledger::storage::{Fitness, RealStorage};
use recount_ledger::stub::Stub;
use recount_ledger::verify::{Report, verify};
use recount_ledger::writer::Options;
use recount_model::answer::Answers;
use recount_model::check::check;
use recount_model::clock::{AsOf, Clocks, PublishedBy};
use recount_model::date::{Day, Instant};
use recount_model::diff::diff;
use recount_model::state::State;
use recount_model::vintages::triangles;
use recount_model::why::Why;
use recount_replay::{LedgerTexts, Replay, Session, SessionOptions, Staged, Stamp, Verified, check_line};
use recount_tables::{CaseDetail, Context, RowError, TABLES, TextError, VINTAGES};

const ONE_THREAD: NonZeroUsize = NonZeroUsize::MIN;

/// What every checkpoint line begins with, by the specification of the format.
const MARK: &[u8] = b"{\"checkpoint\":";

const OPTIONS: Options = Options { wait: Duration::ZERO, fitness: Fitness::Any, now: Instant::MAX };

/// A file of any bytes.
pub(crate) fn bytes(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("l.jsonl");
    if fs::write(&path, bytes).is_err() {
        return;
    }
    let found = verified(&path).ok();
    let report = found.as_ref().map(|found| &found.report);
    let again = verified(&path).ok();
    assert_eq!(report, again.as_ref().map(|found| &found.report), "verifying twice finds the same");
    read(&path, bytes.len() as u64, found.as_ref());
    append(&path, report);
    recovered(&path);
}

/// A file whose lines are any bytes, but whose checkpoints fit: what a fuzzer cannot guess is computed for it, so that it
/// reaches what comes behind the sums.
pub(crate) fn sealed(text: &[u8]) {
    let mut file: Vec<u8> = Vec::new();
    let (mut frontier, mut batch) = (Frontier::default(), 0);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if !line.starts_with(MARK) {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            frontier.push(Stub::parse(text).map_or_else(|| leaf_hash(text), |stub| stub.redacted));
            file.extend_from_slice(line);
            continue;
        }
        let mut checkpoint = Checkpoint { size: frontier.size(), root: frontier.root(), crc32c: 0 };
        let unsummed = checkpoint.encode();
        let covered = unsummed.len() - ":\"00000000\"}}".len();
        checkpoint.crc32c =
            crc32c::crc32c_append(crc32c::crc32c(&file[batch..]), &unsummed.as_bytes()[..covered]);
        file.extend_from_slice(checkpoint.encode().as_bytes());
        file.push(b'\n');
        batch = file.len();
    }
    bytes(&file);
}

/// What verifying says; line by line it finds all to be well exactly where blocks do.
fn verified(path: &Path) -> Result<Verified, LedgerError> {
    let verified = recount_replay::verify(&RealStorage, path, None, ONE_THREAD)?;
    let mut state = State::default();
    let lines = verify(&RealStorage, path, None, &mut |line, event| {
        check_line(&mut state, line.offset, event).map_err(|problems| {
            let first = problems.into_iter().next().expect("an event is refused for a reason");
            first.expected
        })
    })?;
    let Verified { report, newer, unexplained } = verified;
    let is_well = |report: &Report| report.faults.is_empty();
    assert_eq!(is_well(&report) && newer.is_none(), is_well(&lines), "blocks and lines agree");
    assert_eq!((report.size, report.root, report.checkpoints), (lines.size, lines.root, lines.checkpoints));
    Ok(Verified { report: lines, newer, unexplained })
}

/// What readers see: nothing but whole batches, and of a ledger without fault all of it.
fn read(path: &Path, length: u64, found: Option<&Verified>) {
    let intact = found.is_some_and(|found| found.report.faults.is_empty() && found.unexplained.is_none());
    let report = found.map(|found| &found.report);
    let ledger = match Ledger::open(&RealStorage, path) {
        Ok(ledger) => ledger,
        Err(error) => {
            assert!(!intact && !error.to_string().is_empty(), "a ledger without fault opens: {error}");
            return;
        }
    };
    let head = *ledger.head();
    let behind = ledger.tail().map(|tail| tail.bytes.clone());
    assert_eq!(
        behind,
        (head.end_offset < length).then_some(head.end_offset..length),
        "all bytes are told of"
    );
    let replay = match Replay::of(&ledger, None, ONE_THREAD, &mut |_| {}) {
        Ok(replay) => replay,
        Err(error) => {
            assert!(!intact && !error.to_string().is_empty(), "a ledger without fault is read: {error}");
            return;
        }
    };
    assert_eq!(u64::from(replay.state.size()), head.size, "every event is read");
    if let Some(report) = report.filter(|report| report.faults.is_empty()) {
        assert_eq!((report.size, report.root), (head.size, head.root));
        assert_eq!(ledger.tail(), None);
    }
    questions(&ledger, &replay.state);
}

/// Every question that can be asked of a state is answered, on several clocks.
fn questions(ledger: &Ledger, state: &State) {
    let day = "2025-12-03";
    let clocks = Clocks {
        as_of: AsOf::parse(day).ok(),
        published_by: PublishedBy::parse(day).ok(),
        recorded_by: None,
    };
    let texts = LedgerTexts::new(ledger, state);
    let now = Answers::new(state, &Clocks::default(), 0);
    let then = Answers::new(state, &clocks, 0);
    assert!(diff(&now, &now).is_empty(), "nothing differs from itself");
    diff(&then, &now);
    for answers in [&now, &then] {
        for case_detail in [CaseDetail::Coarse, CaseDetail::Full] {
            let context = Context { answers, texts: &texts, case_detail, indicators: None };
            for table in TABLES.iter().chain([&VINTAGES]) {
                let rows = table.each_row(&context, &mut |_| Ok::<(), Infallible>(()));
                assert!(matches!(rows, Ok(_) | Err(RowError::Text(TextError { .. }))));
            }
        }
        triangles(answers.resolver(), |_| true).for_each(drop);
        let why = Why::new(answers, &texts);
        assert!(why.headlines(&|_| true).is_ok() && why.series(&|_| true).is_ok());
        for seq in 1..=state.size() {
            assert!(why.event(seq).is_ok(), "event {seq}");
        }
    }
    let (_, found) = check(state, &clocks, 0, Day::MAX, NonZeroUsize::MIN);
    assert!(found.findings.iter().all(|finding| finding.is_of(finding.kind.as_str())));
}

/// What is appended is there, and a ledger is no worse for it.
fn append(path: &Path, before: Option<&Report>) {
    let options = SessionOptions {
        by: "ana".to_owned(),
        allow_duplicate: true,
        salt: Box::new(String::new),
        division: ONE_THREAD.into(),
        kept: None,
    };
    let Ok(mut session) = Session::open(&RealStorage, path, &OPTIONS, options) else { return };
    let before = before.expect("a ledger that can be appended to can be verified");
    let stamp = Stamp { now: Instant::MAX, set: true, accept_behind: true };
    let line = r#"{"type":"place.added","data":{"id":"appended.by.a.property","name":"x"}}"#;
    let Ok(Staged::New(seq)) = session.stage(line, stamp) else { return };
    let receipt = session.commit().expect("a session that staged an event commits it");
    drop(session);
    assert_eq!((receipt.seq, receipt.size), (u64::from(seq), before.size + 1));
    let after = verified(path).expect("what was appended to can be verified").report;
    assert_eq!((after.size, after.root), (receipt.size, receipt.root));
    assert!(after.faults.len() <= before.faults.len(), "{:?} after {:?}", after.faults, before.faults);
}

/// Recovering keeps every byte: those before the head in the ledger, the others beside it.
fn recovered(path: &Path) {
    let whole = fs::read(path).unwrap_or_default();
    let Ok(done) = recover(&RealStorage, path, &OPTIONS) else {
        assert_eq!(fs::read(path).unwrap_or_default(), whole, "who recovers nothing changes nothing");
        return;
    };
    let mut together = fs::read(path).unwrap_or_default();
    if let Some(done) = done {
        let aside: PathBuf = done.set_aside.path;
        together.extend(fs::read(aside).unwrap_or_default());
    }
    assert_eq!(together, whole, "recovering keeps every byte");
    let ledger = Ledger::open(&RealStorage, path).expect("what was recovered opens");
    assert_eq!(ledger.tail(), None);
}
