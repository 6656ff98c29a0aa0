//! F6: the disk loses everything behind the last flush. nbdkit's cache filter is the disk.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::conversation::{Conversation, FIRST, Promised, Shape};
use crate::faults::device::mount::{Kind, Mount};
use crate::faults::device::server::{FuseFile, Nbdkit};
use crate::faults::runner::Runner;
use crate::faults::trials::{Trials, Verdict};
use crate::generate::Random;

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F6",
    title: "the volatile cache of a disk is lost",
    needs: &[
        Need::Root,
        Need::Namespaces,
        Need::Device("fuse"),
        Need::Device("loop-control"),
        Need::Tool("nbdkit"),
        Need::Tool("nbdfuse"),
        Need::Tool("mkfs.ext4"),
    ],
    in_ci: true,
    controls: &[Control::Bug("no-fsync"), Control::Bug("ack-before-fsync"), Control::Setup(UNSAFE)],
    probe,
};

const UNSAFE: &str = "a disk that ignores flushes";
/// In MiB.
const SIZE: u64 = 24;
/// In microseconds: about as long as an append takes here.
const LONGEST: u64 = 4_000;

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let (runner, mut random) = (trials.runner(), trials.random());
    let mode = if trials.control() == Some(UNSAFE) { "cache=unsafe" } else { "cache=writeback" };
    let memory = Mount::memory(512, &trials.folder("F6")?)?;
    let seeds: Vec<u64> = (0..30).map(|_| random.below(u64::MAX)).collect();
    trials.each_in_turn(&seeds, 6, |folder, seed| {
        let world = memory.at().join(seed.to_string());
        fs::create_dir(&world)?;
        let verdict = cut(&runner, mode, *seed, &world, folder);
        fs::remove_dir_all(&world)?;
        verdict
    })?;
    Ok(memory.end()?)
}

/// Appends, cuts the power, and judges what the disk holds.
fn cut(runner: &Runner, mode: &str, seed: u64, world: &Path, folder: &Path) -> Verdict {
    let (image, socket, notes) = (world.join("image"), world.join("socket"), folder.join("notes"));
    let mut random = Random::new(seed);
    let shape = Shape { batch: 1 + random.below(3), padding: random.index(3_000) };
    let batches = FIRST..FIRST + random.below(6);
    Kind::Ext4.make(&image, SIZE)?;
    let promised = {
        let disk = Nbdkit::serve(&image, &socket, "cache", &[mode.to_owned()])?;
        let file = FuseFile::show(&socket, &world.join("disk"))?;
        let mount = Mount::served(Kind::Ext4, &file, &world.join("mounted"))?;
        let ledger = mount.at().join("l.jsonl");
        runner.base(&ledger, &notes)?;
        let mut append = Conversation::start(runner, &ledger, shape, &folder.join("complaints"))?;
        append.exchange(batches.clone());
        let receipts = append.heard();
        let mut promised = Promised::by(receipts, &ledger)?;
        append.say(batches.end);
        sleep(Duration::from_micros(random.below(LONGEST)));
        promised.receipts = append.heard();
        // The power fails here; then everything is put away, beginning with what was started last.
        drop(disk);
        promised
    };
    let mount = Mount::image(Kind::Ext4, &image, &world.join("after"))?;
    let ledger = mount.at().join("l.jsonl");
    let verdict = promised.judge(runner, &ledger, shape.batch, batches.end + 1, &notes);
    mount.end()?;
    verdict
}
