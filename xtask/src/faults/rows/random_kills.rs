//! F12: SIGKILL at random times, then on with the same ledger.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use super::{Control, Row};
use crate::Result;
use crate::faults::process::LIMIT;
use crate::faults::runner::{BASE, Known, figures, receipts};
use crate::faults::trials::Trials;
use crate::generate::Random;

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F12",
    title: "killed at a random time, restarted on the same ledger, killed again",
    needs: &[],
    in_ci: true,
    controls: &[Control::Bug("write-behind")],
    probe,
};

/// So often is one ledger killed.
const KILLS: u64 = 10;
/// Events of an append: more than it manages before it is killed.
const EVENTS: u64 = 3_000;
const BATCH: u64 = 7;
/// In microseconds: longer than a start takes, shorter than an append does.
const LONGEST: u64 = 60_000;

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let runner = trials.runner();
    let mut random = trials.random();
    let seeds: Vec<u64> = (0..30).map(|_| random.below(u64::MAX)).collect();
    trials.each(&seeds, 10, |folder, seed| {
        let (ledger, input, notes) = (folder.join("l.jsonl"), folder.join("input"), folder.join("notes"));
        let mut random = Random::new(*seed);
        runner.base(&ledger, &notes)?;
        let mut size = BASE[1];
        for kill in 0..KILLS {
            fs::write(&input, figures(kill * EVENTS, EVENTS, 40))?;
            let append = runner.start_append(&[], &ledger, &input, BATCH, &notes)?;
            sleep(Duration::from_micros(random.below(LONGEST)));
            append.kill()?;
            let stdout = append.finish(LIMIT)?.stdout;
            let batches = EVENTS.div_ceil(BATCH);
            let sizes = (0..=batches).map(|batch| size + (batch * BATCH).min(EVENTS)).collect();
            let known = Known { sizes, receipts: receipts(&stdout), ..Known::default() };
            size = runner.settle(&ledger, &known, false, &notes)?;
        }
        Ok(())
    })
}
