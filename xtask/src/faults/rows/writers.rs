//! F15: many writers, a writer that is killed, a ledger that is taken away under its writer, readers meanwhile.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::process::{self, LIMIT, Running};
use crate::faults::runner::{BASE, Known, Runner, figures, receipts};
use crate::faults::trials::{Broken, Trials, Verdict, ensure};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F15",
    title: "eight writers at once; the lock's holder killed; the ledger taken away under its writer; readers",
    needs: &[Need::Tool("strace")],
    in_ci: true,
    controls: &[Control::Bug("no-lock")],
    probe,
};

const WRITERS: u64 = 8;
/// Batches of each.
const BATCHES: u64 = 4;
const BATCH: u64 = 3;

/// What happens.
#[derive(Clone, Copy, Debug)]
enum Event {
    Crowd,
    HolderKilled,
    Deleted,
    Moved,
    Replaced,
    Truncated,
    HardLinked,
    Symlinked,
    Read,
}

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    use Event::{Crowd, Deleted, HardLinked, HolderKilled, Moved, Read, Replaced, Symlinked, Truncated};
    let runner = trials.runner();
    let once = [Crowd, HolderKilled, Deleted, Moved, Replaced, Truncated, HardLinked, Symlinked, Read];
    let points: Vec<Event> = once.into_iter().cycle().take(5 * once.len()).collect();
    trials.each(&points, once.len() * 2, |folder, event| {
        let (ledger, notes) = (folder.join("l.jsonl"), folder.join("notes"));
        runner.base(&ledger, &notes)?;
        match event {
            Crowd => crowd(&runner, folder, &ledger),
            HolderKilled => holder_killed(&runner, folder, &ledger),
            Read => read(&runner, folder, &ledger),
            _ => taken_away(&runner, folder, &ledger, *event),
        }
    })
}

/// A writer of many small batches, each sync of which takes 15 ms: there is time to disturb it.
fn slow(
    runner: &Runner,
    folder: &Path,
    ledger: &Path,
    number: u64,
    batches: u64,
) -> std::io::Result<Running> {
    let notes = folder.join(format!("notes-{number}"));
    fs::create_dir_all(&notes)?;
    let input = notes.join("input");
    fs::write(&input, figures(1_000 * (number + 1), BATCH * batches, 40))?;
    let strace = [
        "strace",
        "-f",
        "-o",
        "/dev/null",
        "-e",
        "trace=fdatasync",
        "-e",
        "inject=fdatasync:delay_enter=15000",
    ];
    runner.start_append(&strace, ledger, &input, BATCH, &notes)
}

/// Every writer waits for its turn; no receipt is given twice, and all are true.
fn crowd(runner: &Runner, folder: &Path, ledger: &Path) -> Verdict {
    let writers = (0..WRITERS).map(|number| slow(runner, folder, ledger, number, BATCHES));
    let writers = writers.collect::<std::io::Result<Vec<Running>>>()?;
    let mut all = Vec::new();
    for writer in writers {
        let finished = writer.finish(LIMIT)?;
        ensure(finished.succeeded(), || format!("a writer of eight: {}", finished.told()))?;
        all.extend(receipts(&finished.stdout));
    }
    let expected = (WRITERS * BATCHES) as usize;
    ensure(all.len() == expected, || format!("{} receipts of {expected}", all.len()))?;
    let sizes: BTreeSet<u64> = all.iter().map(|receipt| receipt.size).collect();
    let wanted: BTreeSet<u64> = (1..=WRITERS * BATCHES).map(|batch| BASE[1] + batch * BATCH).collect();
    ensure(sizes == wanted, || format!("sizes {sizes:?}, expected {wanted:?}"))?;
    let notes = folder.join("notes");
    all.iter().try_for_each(|receipt| runner.verify(ledger, receipt, &notes))
}

/// The lock ends with its holder.
fn holder_killed(runner: &Runner, folder: &Path, ledger: &Path) -> Verdict {
    let writer = slow(runner, folder, ledger, 0, 50)?;
    wait_for_receipts(&writer, 1)?;
    let refused =
        runner.run(ledger, &["append", "source", "--id", "x", "--title", "X", "--wait", "0"], folder)?;
    ensure(refused.code() == Some(6), || format!("a second writer: {}", refused.told()))?;
    writer.kill()?;
    let stdout = writer.finish(LIMIT)?.stdout;
    let started = Instant::now();
    runner.settle(ledger, &Known::appending(BATCH, 50, &stdout), false, &folder.join("notes"))?;
    ensure(started.elapsed() < Duration::from_secs(5), || "the lock outlived its holder".to_owned())
}

fn wait_for_receipts(writer: &Running, count: usize) -> Verdict {
    let started = Instant::now();
    while receipts(&writer.printed()?).len() < count {
        if started.elapsed() > LIMIT {
            return Err(Broken::Harness("the writer gives no receipt".to_owned()));
        }
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// The writer notices before its next batch, and what it acknowledged is in the file it had.
fn taken_away(runner: &Runner, folder: &Path, ledger: &Path, event: Event) -> Verdict {
    let (elsewhere, notes) = (folder.join("elsewhere.jsonl"), folder.join("notes"));
    let writer = slow(runner, folder, ledger, 0, 60)?;
    wait_for_receipts(&writer, 2)?;
    match event {
        Event::Deleted => fs::remove_file(ledger)?,
        Event::Moved => fs::rename(ledger, &elsewhere)?,
        Event::Replaced => {
            fs::copy(ledger, &elsewhere)?;
            fs::rename(&elsewhere, ledger)?;
        }
        Event::Truncated => fs::OpenOptions::new().write(true).open(ledger)?.set_len(100)?,
        Event::HardLinked => fs::hard_link(ledger, &elsewhere)?,
        _ => {
            // At no moment does the path lead nowhere: then the writer would be right to refuse.
            let link = folder.join("link");
            fs::hard_link(ledger, &elsewhere)?;
            symlink(&elsewhere, &link)?;
            fs::rename(&link, ledger)?;
        }
    }
    let before = receipts(&writer.printed()?).len();
    let finished = writer.finish(LIMIT)?;
    let after = receipts(&finished.stdout);
    if let Event::HardLinked | Event::Symlinked = event {
        // The path leads to the same file still: its writer goes on, the next one refuses.
        ensure(finished.succeeded(), || format!("the writer: {}", finished.told()))?;
        let next = runner.run(ledger, &["append", "source", "--id", "x", "--title", "X"], &notes)?;
        ensure(next.code() == Some(6), || format!("the next writer: {}", next.told()))?;
        return after.last().map_or(Ok(()), |last| runner.verify(ledger, last, &notes));
    }
    ensure(finished.code() == Some(6), || format!("the writer: {}", finished.told()))?;
    // The batch that was on its way when it happened.
    ensure(after.len() <= before + 1, || {
        format!("{} receipts after the ledger was gone", after.len() - before)
    })?;
    match event {
        Event::Moved => after.last().map_or(Ok(()), |last| runner.verify(&elsewhere, last, &notes)),
        _ => Ok(()),
    }
}

/// Whoever reads while a writer writes sees whole batches, and no damage.
fn read(runner: &Runner, folder: &Path, ledger: &Path) -> Verdict {
    let writer = slow(runner, folder, ledger, 0, 25)?;
    let notes = folder.join("notes");
    wait_for_receipts(&writer, 1)?;
    for _ in 0..10 {
        let promised = receipts(&writer.printed()?).last().map_or(0, |receipt| receipt.size);
        let log = process::run(&mut runner.command(ledger, &["log", "--format", "jsonl"]), &notes)?;
        let events = log.stdout.lines().count() as u64;
        ensure(log.succeeded() && events >= promised && (events - BASE[1]).is_multiple_of(BATCH), || {
            format!("{events} events after a receipt for {promised}: {:.300}", log.told())
        })?;
        let verified = runner.run(ledger, &["verify"], &notes)?;
        ensure(verified.succeeded(), || format!("verify beside a writer: {}", verified.told()))?;
    }
    let finished = writer.finish(LIMIT)?;
    ensure(finished.succeeded(), || format!("the writer: {}", finished.told()))
}
