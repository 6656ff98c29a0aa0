//! Questions and exports where only one event was added since the last time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::contest::{Contest, Entry};
use super::super::ground::{Ground, remove};
use super::super::limit::Limit;
use super::super::measure::Process;
use super::appends::figure;
use crate::Result;

const COLD: &str = "`--no-cache figures --format csv`";
const SQLITE: &str = "`export sqlite`, fresh";
/// The last one explains one headline, as people ask: that of all is as long as the ledger is wide.
const QUESTIONS: [&str; 3] =
    ["figures indicator-44", "headlines indicator-44", "why indicator-44@region-001"];
const EXPORTS: [&str; 2] = ["export sqlite", "export csv"];
/// Of the cold time, at most.
const FIFTIETH: f64 = 0.02;

/// A ledger that grows by an event before each measurement.
struct Growing<'a> {
    ground: &'a Ground,
    ledger: PathBuf,
}

impl Growing<'_> {
    fn append(&self) -> Result<()> {
        // A number that no event before has, in this run or an earlier one.
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
        let input = self.ground.folder.join("one.jsonl");
        fs::write(&input, figure(now as u64))?;
        let process = self.ground.recount(&self.ledger, &["append", "events", "-"]);
        Process { input: Some(input), ..process }.run().map(drop)
    }

    fn run(&self, command: &str, target: Option<&Path>) -> Process {
        let target = target.map(|target| target.display().to_string());
        let words: Vec<&str> = command.split(' ').chain(target.as_deref()).collect();
        self.ground.recount(&self.ledger, &words)
    }
}

/// Questions with a cache, exports onto the export before.
pub(crate) fn contest(ground: &Ground) -> Result<Contest<'_>> {
    let original = ground.ledger()?;
    let ledger = ground.made("growing.jsonl", |out| Ok(fs::copy(&original, out).map(drop)?))?;
    let cold = ground.cold(&ledger, &["figures", "--format", "csv"]);
    let fresh = ground.cold(&ledger, &["export", "sqlite", &ground.out("export")]);
    let mut entries = vec![Entry::new(COLD, cold), Entry::new(SQLITE, fresh).before(|| ground.clear())];
    for question in QUESTIONS {
        let growing = Growing { ground, ledger: ledger.clone() };
        growing.run(question, None).run()?;
        let process = growing.run(question, None);
        entries.push(Entry::new(shown(question), process).before(move || growing.append()));
    }
    for export in EXPORTS {
        let growing = Growing { ground, ledger: ledger.clone() };
        let target = ground.folder.join(export.replace(' ', "-"));
        remove(&target)?;
        growing.run(export, Some(&target)).run()?;
        let process = growing.run(export, Some(&target));
        entries.push(Entry::new(shown(export), process).before(move || growing.append()));
    }
    let mut limits: Vec<Limit> = QUESTIONS
        .iter()
        .map(|question| {
            Limit::time(
                format!("{}, of the cold replay", shown(question)),
                &shown(question),
                &[COLD],
                FIFTIETH,
            )
        })
        .collect();
    let export = shown(EXPORTS[0]);
    limits.push(Limit::time(format!("{export}, of the fresh one"), &export, &[SQLITE], FIFTIETH));
    Ok(Contest { entries, limits })
}

fn shown(command: &str) -> String {
    format!("`{command}` after one append")
}
