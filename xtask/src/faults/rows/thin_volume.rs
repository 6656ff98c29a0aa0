//! F9: a thin volume is full: a write succeeds, and its write-back fails. ext4 on an image in memory that is smaller
//! than the image says.

use std::path::Path;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::conversation::{Conversation, FIRST, Promised, Shape};
use crate::faults::device::mount::{Kind, Mount};
use crate::faults::runner::Runner;
use crate::faults::trials::{Broken, Trials, Verdict, ensure};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F9",
    title: "a thin volume is full, is given space, and is checked",
    needs: &[
        Need::Root,
        Need::Namespaces,
        Need::Device("loop-control"),
        Need::Tool("mkfs.ext4"),
        Need::Tool("e2fsck"),
    ],
    in_ci: true,
    controls: &[Control::Bug("fsync-retried"), Control::Bug("no-fsync")],
    probe,
};

/// What there is of a volume, in MiB.
const VOLUMES: [u64; 3] = [6, 8, 10];
/// What the image says, in MiB.
const SIZE: u64 = 64;
/// What it is given in the end.
const ENOUGH: u64 = 80;
const SHAPE: Shape = Shape { batch: 1, padding: 60_000 };

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let runner = trials.runner();
    trials.each_in_turn(&VOLUMES, 2, |folder, mebibytes| fill(&runner, *mebibytes, folder))
}

fn fill(runner: &Runner, mebibytes: u64, folder: &Path) -> Verdict {
    let notes = folder.join("notes");
    let volume = Mount::memory(mebibytes, &folder.join("volume"))?;
    let image = volume.at().join("image");
    Kind::Ext4.make(&image, SIZE)?;
    let mount = Mount::image(Kind::Ext4, &image, &folder.join("mounted"))?;
    let ledger = mount.at().join("l.jsonl");
    runner.base(&ledger, &notes)?;
    let batches = FIRST..FIRST + mebibytes * (1 << 20) / SHAPE.padding as u64;
    let mut append = Conversation::start(runner, &ledger, SHAPE, &folder.join("complaints"))?;
    let acknowledged = append.exchange(batches.clone());
    let receipts = append.heard();
    let code = append.end()?;
    let promised = Promised::by(receipts, &ledger)?;
    ensure(matches!(code, Some(0 | 6)), || format!("it ended with {code:?} when the volume was full"))?;

    // What could not be written back is lost with the mount.
    mount.end()?;
    volume.resize(ENOUGH)?;
    Kind::Ext4.mend(&image)?;
    let mount = Mount::image(Kind::Ext4, &image, &folder.join("after"))?;
    let ledger = mount.at().join("l.jsonl");
    let verdict = promised.judge(runner, &ledger, SHAPE.batch, batches.end, &notes);
    mount.end()?;
    volume.end()?;
    match code {
        Some(0) if verdict.is_ok() => {
            Err(Broken::Harness(format!("the volume took all {acknowledged} batches, and kept them")))
        }
        _ => verdict,
    }
}
