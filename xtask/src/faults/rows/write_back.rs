//! F8: a write-back fails, the writer is started again on the same mount, and then the file system is mounted anew.
//! nbdkit's error filter is the disk.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::conversation::{Conversation, FIRST, Promised, Shape};
use crate::faults::device::mount::{Kind, Mount};
use crate::faults::device::server::{FuseFile, Nbdkit};
use crate::faults::runner::{Receipt, Runner};
use crate::faults::trials::{Broken, Trials, Verdict, ensure};
use crate::generate::Random;

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F8",
    title: "a write-back fails, then a restart on the same mount, then a new mount",
    needs: &[
        Need::Root,
        Need::Namespaces,
        Need::Device("fuse"),
        Need::Device("loop-control"),
        Need::Tool("nbdkit"),
        Need::Tool("nbdfuse"),
        Need::Tool("mkfs.ext4"),
        Need::Tool("e2fsck"),
    ],
    in_ci: true,
    controls: &[Control::Bug("fsync-retried"), Control::Bug("tail-from-cache")],
    probe,
};

/// Something of a trial, unless it is over.
type Tried<T> = std::result::Result<T, Broken>;

/// In MiB.
const SIZE: u64 = 24;
/// So many of a hundred writes fail. A journal that fails makes the file system read-only, which is no test of what comes
/// after: the fewer fail, the more often it is the ledger that fails.
const PERCENT: u64 = 15;
/// Over two pages: an append that goes on from what is only in the cache does not write all of them again.
const PADDING: usize = 9_000;
/// Batches said while the disk fails: enough that one of them fails.
const WHILE_FAILING: u64 = 40;
/// Batches said after it.
const AFTER: u64 = 6;

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let (runner, mut random) = (trials.runner(), trials.random());
    let memory = Mount::memory(512, &trials.folder("F8")?)?;
    let (failed, resumed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // Not every trial finds what a control has, and at times many in a row do not, since the file system refuses before the ledger
    // is asked; the first that does is the last.
    let (count, most) = if trials.control().is_some() { (120, 120) } else { (30, 8) };
    let seeds: Vec<u64> = (0..count).map(|_| random.below(u64::MAX)).collect();
    trials.each_in_turn(&seeds, most, |folder, seed| {
        let world = memory.at().join(seed.to_string());
        fs::create_dir(&world)?;
        let verdict = fail(&runner, *seed, &world, folder).and_then(|outcome| {
            failed.fetch_add(usize::from(outcome.failed), Ordering::Relaxed);
            resumed.fetch_add(usize::from(outcome.resumed), Ordering::Relaxed);
            outcome.verdict
        });
        fs::remove_dir_all(&world)?;
        verdict
    })?;
    trials.notes.push(format!(
        "a write-back failed in {} of {} trials; in {} of them the restarted writer went on, in the others it refused",
        failed.into_inner(),
        trials.run,
        resumed.into_inner()
    ));
    Ok(memory.end()?)
}

/// What one trial says, and when.
struct Plan {
    shape: Shape,
    /// Batches before the disk fails.
    good: Range<u64>,
    /// Batches while it fails.
    bad: Range<u64>,
    /// Batches of the writer that is started again.
    later: Range<u64>,
}

impl Plan {
    fn of(seed: u64) -> Plan {
        let mut random = Random::new(seed);
        let shape = Shape { batch: 1 + random.below(2), padding: PADDING + random.index(5_000) };
        let good = FIRST..FIRST + 1 + random.below(4);
        let bad = good.end..good.end + WHILE_FAILING;
        let later = bad.end..bad.end + AFTER;
        Plan { shape, good, bad, later }
    }
}

struct Outcome {
    /// A write-back failed.
    failed: bool,
    /// The writer that was started after it acknowledged something.
    resumed: bool,
    verdict: Verdict,
}

/// Appends to a disk that fails and is well again, mounts it anew, and judges what it holds.
fn fail(runner: &Runner, seed: u64, world: &Path, folder: &Path) -> Tried<Outcome> {
    let (image, socket, inject) = (world.join("image"), world.join("socket"), world.join("inject"));
    let plan = Plan::of(seed);
    Kind::Ext4.make(&image, SIZE)?;
    let settings = [
        "error=EIO".to_owned(),
        format!("error-pwrite-rate={PERCENT}%"),
        format!("error-file={}", inject.display()),
    ];
    let disk = Nbdkit::serve(&image, &socket, "error", &settings)?;
    let file = FuseFile::show(&socket, &world.join("disk"))?;
    let mount = Mount::served(Kind::Ext4, &file, &world.join("mounted"))?;
    let ledger = mount.at().join("l.jsonl");
    runner.base(&ledger, &folder.join("notes"))?;
    let (mut promised, failed) = append_until_it_fails(runner, &ledger, &plan, &inject, folder)?;
    let mut more = restart(runner, &ledger, &plan, folder)?;
    let resumed = failed && !more.is_empty();
    // Not the bytes as well: those of before are the ones to find.
    promised.receipts.append(&mut more);
    // A file system that met an error cannot always be unmounted in order; the disk itself is well again.
    drop((mount, file, disk));
    Kind::Ext4.mend(&image)?;
    let mount = Mount::image(Kind::Ext4, &image, &world.join("after"))?;
    let ledger = mount.at().join("l.jsonl");
    let verdict = promised.judge(runner, &ledger, plan.shape.batch, plan.later.end, &folder.join("notes"));
    mount.end()?;
    Ok(Outcome { failed, resumed, verdict })
}

/// Gives what was acknowledged, and whether the append failed.
fn append_until_it_fails(
    runner: &Runner,
    ledger: &Path,
    plan: &Plan,
    inject: &Path,
    folder: &Path,
) -> Tried<(Promised, bool)> {
    let mut append = Conversation::start(runner, ledger, plan.shape, &folder.join("complaints"))?;
    append.exchange(plan.good.clone());
    fs::write(inject, "")?;
    let failed = append.exchange(plan.bad.clone()) < WHILE_FAILING;
    let receipts = append.heard();
    let code = append.end()?;
    fs::remove_file(inject)?;
    ensure(code == Some(if failed { 6 } else { 0 }), || format!("it ended with {code:?}"))?;
    Ok((Promised::by(receipts, ledger)?, failed))
}

/// Starts the writer again, a second time behind `recover` if it asks for that; gives what it acknowledges.
fn restart(runner: &Runner, ledger: &Path, plan: &Plan, folder: &Path) -> Tried<Vec<Receipt>> {
    let resume = || -> Tried<Vec<Receipt>> {
        let mut append = Conversation::start(runner, ledger, plan.shape, &folder.join("complaints-later"))?;
        append.exchange(plan.later.clone());
        let receipts = append.heard();
        let code = append.end()?;
        // Refused: damage behind the head, or a file system that takes no more.
        ensure(matches!(code, Some(0 | 4 | 6)), || format!("the restarted writer ended with {code:?}"))?;
        Ok(receipts)
    };
    let receipts = resume()?;
    if !receipts.is_empty() {
        return Ok(receipts);
    }
    // On a file system that is read-only by now it fails as well.
    runner.run(ledger, &["recover"], &folder.join("notes"))?;
    resume()
}
