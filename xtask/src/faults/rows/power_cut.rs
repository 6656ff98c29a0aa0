//! F5: the power fails under a real file system, which is then mounted again and replays its journal. The cut is
//! `FS_IOC_SHUTDOWN` without flushing the log.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::bench::copy_folder;
use crate::faults::conversation::{Conversation, FIRST, Promised, Shape};
use crate::faults::device::mount::{Kind, Mount, Switch};
use crate::faults::device::tool;
use crate::faults::process::LIMIT;
use crate::faults::runner::Runner;
use crate::faults::trials::{Trials, Verdict};
use crate::faults::workload::{self, Prepared};
use crate::generate::Random;

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F5",
    title: "the power fails under ext4 and XFS",
    needs: &[
        Need::Root,
        Need::Namespaces,
        Need::Device("loop-control"),
        Need::Tool("mkfs.ext4"),
        Need::Tool("mkfs.xfs"),
        Need::Tool("xfs_io"),
        Need::Tool("strace"),
    ],
    in_ci: true,
    controls: &[
        Control::Bug("no-fsync"),
        Control::Bug("ack-before-fsync"),
        Control::Bug("no-directory-fsync"),
        Control::Bug("rename-without-fsync"),
    ],
    probe,
};

/// File systems with the smallest image they take, in MiB, and how many appends are cut on each.
const DISKS: [(Kind, u64, usize); 2] = [(Kind::Ext4, 24, 40), (Kind::Xfs, 300, 30)];
/// In microseconds: somewhat longer than an append takes here.
const LONGEST: u64 = 3_000;
/// The same of every other operation, which is a process of its own.
const LONGEST_PROCESS: u64 = 60_000;

/// A cut.
#[derive(Clone, Copy, Debug)]
struct Point {
    kind: Kind,
    mebibytes: u64,
    seed: u64,
}

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let (runner, mut random) = (trials.runner(), trials.random());
    let memory = Mount::memory(512, &trials.folder("F5")?)?;
    let mut points = |kind, mebibytes, count| -> Vec<Point> {
        (0..count).map(|_| Point { kind, mebibytes, seed: random.below(u64::MAX) }).collect()
    };
    for (kind, mebibytes, count) in DISKS {
        let points = points(kind, mebibytes, count);
        trials.each_in_turn(&points, 4, |folder, point| cut_append(&runner, *point, memory.at(), folder))?;
    }
    workload::each(trials, |trials, prepared| {
        for (kind, mebibytes, _) in DISKS {
            let points = points(kind, mebibytes, 6);
            trials
                .each_in_turn(&points, 2, |folder, point| cut_other(prepared, *point, memory.at(), folder))?;
        }
        Ok(())
    })?;
    Ok(memory.end()?)
}

/// Cuts the power while a batch is appended.
fn cut_append(runner: &Runner, point: Point, memory: &Path, folder: &Path) -> Verdict {
    let mut random = Random::new(point.seed);
    let shape = Shape { batch: 1 + random.below(3), padding: random.index(3_000) };
    let batches = FIRST..FIRST + random.below(6);
    let (image, notes) = (memory.join("image"), folder.join("notes"));
    point.kind.make(&image, point.mebibytes)?;
    let mount = Mount::image(point.kind, &image, &folder.join("mounted"))?;
    let ledger = mount.at().join("l.jsonl");
    runner.base(&ledger, &notes)?;
    let switch = Switch::at(&mount)?;
    let mut append = Conversation::start(runner, &ledger, shape, &folder.join("complaints"))?;
    append.exchange(batches.clone());
    let mut promised = Promised::by(append.heard(), &ledger)?;
    append.say(batches.end);
    sleep(Duration::from_micros(random.below(LONGEST)));
    promised.receipts = append.heard();
    switch.cut()?;
    drop(append);
    mount.end()?;
    let mount = Mount::image(point.kind, &image, &folder.join("after"))?;
    let ledger = mount.at().join("l.jsonl");
    let verdict = promised.judge(runner, &ledger, shape.batch, batches.end + 1, &notes);
    mount.end()?;
    verdict
}

/// Cuts the power during any other operation, or as soon as it says that it is done.
fn cut_other(prepared: &Prepared, point: Point, memory: &Path, folder: &Path) -> Verdict {
    let mut random = Random::new(point.seed);
    let (image, notes) = (memory.join("image"), folder.join("notes"));
    point.kind.make(&image, point.mebibytes)?;
    let mount = Mount::image(point.kind, &image, &folder.join("mounted"))?;
    let work = mount.at().join("work");
    copy_folder(&prepared.before, &work)?;
    tool(Command::new("sync").arg("--file-system").arg(&work))?;
    let switch = Switch::at(&mount)?;
    let mut running = prepared.start(&work, &notes)?;
    let cut_at = Duration::from_micros(random.below(LONGEST_PROCESS));
    let at_its_end = random.percent(50);
    let started = Instant::now();
    while !running.is_over()? && (at_its_end || started.elapsed() < cut_at) {
        sleep(Duration::from_micros(50));
    }
    let printed = running.printed()?;
    switch.cut()?;
    running.kill()?;
    running.finish(LIMIT)?;
    mount.end()?;
    let mount = Mount::image(point.kind, &image, &folder.join("after"))?;
    let verdict = prepared.judge(&mount.at().join("work"), &notes, &printed, true);
    mount.end()?;
    verdict
}
