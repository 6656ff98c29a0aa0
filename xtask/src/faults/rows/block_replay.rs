//! F7: every prefix of what is written to a disk, and what chance leaves of the writes behind the last flush, down to
//! single sectors. A server of our own is the disk and keeps the log; ext4 mounts every state and replays its journal.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::bench::copy_folder;
use crate::faults::device::log::{Cut, Disk, Entry, after, cuts};
use crate::faults::device::mount::{Kind, Mount};
use crate::faults::device::server::FuseFile;
use crate::faults::device::{nbd, tool};
use crate::faults::process::LIMIT;
use crate::faults::trials::{Broken, Trials, Verdict};
use crate::faults::workload::{self, Prepared};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F7",
    title: "every prefix of the writes to a disk, and what chance leaves of those not flushed",
    needs: &[
        Need::Root,
        Need::Namespaces,
        Need::Device("fuse"),
        Need::Device("loop-control"),
        Need::Tool("nbdfuse"),
        Need::Tool("mkfs.ext4"),
        Need::Tool("e2fsck"),
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

/// In MiB: small, but with a second superblock.
const SIZE: u64 = 12;
/// States that chance makes at every position.
const CHANCES: u64 = 3;
/// Between two looks at what was printed: shorter than a write takes on its way to the disk.
const GLANCE: Duration = Duration::from_micros(20);

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let mut random = trials.random();
    let memory = Mount::memory(512, &trials.folder("F7")?)?;
    workload::each(trials, |trials, prepared| {
        let recorded = record(prepared, memory.at(), &trials.folder("recording")?)?;
        let cuts = cuts(&recorded.log, CHANCES, &mut random);
        trials.each(&cuts, 24, |folder, cut| replay(prepared, &recorded, *cut, memory.at(), folder))
    })?;
    Ok(memory.end()?)
}

/// What happened to a disk while an operation ran.
struct Recorded {
    /// The disk before.
    image: Vec<u8>,
    log: Vec<Entry>,
    /// What was printed when the log was so long.
    printed: Vec<(usize, String)>,
}

impl Recorded {
    /// What was printed before a cut.
    fn printed_before(&self, cut: Cut) -> &str {
        let before = self.printed.iter().rfind(|(position, _)| *position <= cut.position);
        before.map_or("", |(_, printed)| printed)
    }
}

/// Runs an operation on a disk that keeps a log.
fn record(prepared: &Prepared, memory: &Path, notes: &Path) -> Result<Recorded> {
    let (path, socket, at) = (memory.join("image"), notes.join("socket"), notes.join("mounted"));
    Kind::Ext4.make(&path, SIZE)?;
    let mount = Mount::image(Kind::Ext4, &path, &at)?;
    copy_folder(&prepared.before, &mount.at().join("work"))?;
    mount.end()?;

    let disk = Arc::new(Disk::new(fs::read(&path)?));
    nbd::listen(&socket, Arc::clone(&disk))?;
    let file = FuseFile::show(&socket, &memory.join("disk"))?;
    let mount = Mount::served(Kind::Ext4, &file, &at)?;
    settle(&mount)?;
    let image = disk.begin_log();
    let mut running = prepared.start(&mount.at().join("work"), notes)?;
    let (started, mut printed) = (Instant::now(), Vec::new());
    loop {
        // In this order: what is printed between the two counts from later on.
        let is_over = running.is_over()?;
        let now = running.printed()?;
        if printed.last().is_none_or(|(_, before)| *before != now) {
            printed.push((disk.position(), now));
        }
        if is_over || started.elapsed() > LIMIT {
            break;
        }
        sleep(GLANCE);
    }
    let finished = running.finish(LIMIT)?;
    if !finished.succeeded() {
        return Err(format!("{}: {}", prepared.workload.name, finished.told()).into());
    }
    // The last states are those without a cut.
    settle(&mount)?;
    let log = disk.take_log();
    mount.end()?;
    Ok(Recorded { image, log, printed })
}

/// Has everything written back.
fn settle(mount: &Mount) -> io::Result<()> {
    tool(Command::new("sync").arg("--file-system").arg(mount.at()))
}

/// Mounts what a cut leaves, and judges it.
fn replay(prepared: &Prepared, recorded: &Recorded, cut: Cut, memory: &Path, folder: &Path) -> Verdict {
    let state = after(&recorded.image, &recorded.log, cut);
    let image = memory.join(folder.file_name().unwrap_or_default());
    fs::write(&image, &state)?;
    let at = folder.join("mounted");
    let mount = Mount::image(Kind::Ext4, &image, &at).or_else(|_| {
        // ext4 does not claim that it survives half a superblock without help.
        Kind::Ext4.mend(&image)?;
        Mount::image(Kind::Ext4, &image, &at)
    })?;
    let printed = recorded.printed_before(cut);
    let work = mount.at().join("work");
    let verdict = prepared.judge(&work, &folder.join("notes"), printed, true);
    mount.end()?;
    fs::remove_file(&image)?;
    if matches!(verdict, Err(Broken::Promise(_))) {
        fs::write(folder.join("image"), &state)?;
    }
    verdict
}
