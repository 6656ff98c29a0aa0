//! F26: memory of `verify` and `append` on a ledger of a gigabyte.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Need, Row};
use crate::faults::process;
use crate::faults::trials::{Trials, ensure};
use crate::generate::{self, Plan};
use crate::{Result, workspace};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F26",
    title: "memory on a ledger of 1 GB: verify 64 MiB, append 64 MiB and 24 bytes an event",
    needs: &[Need::Tool("time")],
    in_ci: false,
    controls: &[],
    probe,
};

/// As many as make a gigabyte.
const PLAN: Plan = Plan { events: 3_100_000, seed: 1, plain: false };
const MIB: u64 = 1 << 20;
const PER_EVENT: u64 = 24;

/// A command on a gigabyte may take so long.
const LONGEST: Duration = Duration::from_secs(600);

/// What is measured: its name, its arguments, and its limit in bytes.
type Measured = (&'static str, &'static [&'static str], u64);

const COMMANDS: &[Measured] = &[
    ("verify", &["verify"], 64 * MIB),
    ("append", &["append", "source", "--id", "faults", "--title", "T"], 64 * MIB + PER_EVENT * PLAN.events),
];

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let folder = workspace::output()?.join("faults/memory");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let outcome = measure_all(trials, &folder);
    fs::remove_dir_all(&folder)?;
    outcome
}

fn measure_all(trials: &mut Trials<'_>, folder: &Path) -> Result<()> {
    let runner = trials.runner();
    let (ledger, notes, peaks) = (folder.join("l.jsonl"), folder.join("notes"), folder.join("peak"));
    generate::build(&runner.binary, PLAN, &ledger)?;
    let mut told = Vec::new();
    for command in COMMANDS {
        let (name, arguments, limit) = *command;
        let started = Instant::now();
        let told_by = peaks.display().to_string();
        let time = ["/usr/bin/time", "-f", "%M", "-o", &told_by];
        let mut run = runner.by_way_of(&time, &ledger, arguments);
        let finished = process::start(&mut run, &notes)?.finish(LONGEST)?;
        if !finished.succeeded() {
            return Err(format!("{name}: {}", finished.told()).into());
        }
        let seconds = started.elapsed().as_secs_f64();
        let peak = fs::read_to_string(&peaks)?.trim().parse::<u64>()? * 1024;
        let megabytes = |bytes: u64| bytes as f64 / MIB as f64;
        let text = format!(
            "{name} at {} bytes: {:.1} MiB of {:.1}, {:.1} s",
            fs::metadata(&ledger)?.len(),
            megabytes(peak),
            megabytes(limit),
            seconds
        );
        told.push(text.clone());
        trials.each_in_turn(&[name], 1, |_, _| ensure(peak <= limit, || text.clone()))?;
    }
    trials.notes.extend(told);
    Ok(())
}
