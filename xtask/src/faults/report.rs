//! The table of a run, on the terminal and in docs/reliability.md.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::bench::{Bench, Depth};
use super::rows::{Control, Row};
use super::trials::{Trials, Violation};
use crate::Result;

const BEGIN: &str = "<!-- faults -->\n";
const END: &str = "<!-- /faults -->\n";

/// What came of one row.
pub(crate) struct Tried {
    id: &'static str,
    title: &'static str,
    time: Duration,
    notes: Vec<String>,
    result: Outcome,
}

enum Outcome {
    /// Something is missing.
    Skipped(String),
    /// The harness failed.
    Failed(String),
    Done {
        trials: usize,
        violations: Vec<Violation>,
        /// Controls that were tried.
        controls: usize,
        /// Names of those whose bug was not found.
        missed: Vec<&'static str>,
    },
}

impl Tried {
    /// Tries a row: against the shipped binary, then against every control.
    pub(crate) fn of(row: &'static Row, bench: &Bench) -> Tried {
        let started = Instant::now();
        let missing: Vec<String> = row.needs.iter().filter_map(|need| need.missing()).collect();
        let mut notes = Vec::new();
        let result = match missing.is_empty() {
            false => Outcome::Skipped(missing.join(", ")),
            true => {
                eprintln!("faults: {}: {}", row.id, row.title);
                try_row(row, bench, &mut notes).unwrap_or_else(|error| Outcome::Failed(error.to_string()))
            }
        };
        let tried = Tried { id: row.id, title: row.title, time: started.elapsed(), notes, result };
        eprintln!("faults: {tried}");
        tried
    }
}

fn try_row(row: &'static Row, bench: &Bench, notes: &mut Vec<String>) -> Result<Outcome> {
    let mut trials = Trials::new(bench, row, None);
    (row.probe)(&mut trials)?;
    notes.append(&mut trials.notes);
    let mut missed = Vec::new();
    // A trial that is repeated is repeated alone.
    let controls: &[Control] = if bench.trial.is_some() { &[] } else { row.controls };
    for control in controls {
        let mut bad = Trials::new(bench, row, Some(*control));
        (row.probe)(&mut bad).map_err(|error| format!("control {}: {error}", control.name()))?;
        match bad.violations.first() {
            Some(found) => {
                eprintln!(
                    "faults: {}: control {} is found: {}: {:.200}",
                    row.id,
                    control.name(),
                    found.label,
                    found.text
                );
            }
            None => missed.push(control.name()),
        }
    }
    Ok(Outcome::Done { trials: trials.run, violations: trials.violations, controls: controls.len(), missed })
}

impl fmt::Display for Tried {
    /// One row of the table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tried { id, title, time, result, .. } = self;
        let seconds = time.as_secs_f64();
        match result {
            Outcome::Skipped(needs) => write!(f, "| {id} | {title} | skipped: needs {needs} | | | |"),
            Outcome::Failed(_) => write!(f, "| {id} | {title} | **the harness failed** | | | {seconds:.1} |"),
            Outcome::Done { trials, violations, controls, missed } => {
                let found = controls - missed.len();
                let missed = missed.iter().map(|name| format!(", missed {name}")).collect::<String>();
                let violations = violations.len();
                write!(
                    f,
                    "| {id} | {title} | {trials} | {violations} | {found}/{controls}{missed} | {seconds:.1} |"
                )
            }
        }
    }
}

/// What came of every row.
pub(crate) struct Report {
    heading: String,
    rows: Vec<Tried>,
}

impl Report {
    /// No row yet.
    ///
    /// # Errors
    /// If the system does not say what it is.
    pub(crate) fn new(seed: u64, depth: Depth) -> Result<Report> {
        let depth = match depth {
            Depth::Sample => "samples (`--ci`)",
            Depth::Full => "everything",
        };
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let kernel = match kernel.trim() {
            "" => std::env::consts::OS.to_owned(),
            release => format!("{} {release}", std::env::consts::OS),
        };
        let cores = std::thread::available_parallelism()?;
        Ok(Report { heading: format!("Seed {seed}; {depth}; {cores} cores, {kernel}."), rows: Vec::new() })
    }

    /// Adds what came of a row; of a row tried before, to what came of it then.
    pub(crate) fn add(&mut self, tried: Tried) {
        let Some(before) = self.rows.iter_mut().find(|row| row.id == tried.id) else {
            self.rows.push(tried);
            return;
        };
        before.time += tried.time;
        match (&mut before.result, tried.result) {
            (
                Outcome::Done { trials, violations, missed, .. },
                Outcome::Done { trials: more, violations: found, missed: overlooked, .. },
            ) => {
                *trials += more;
                violations.extend(found);
                missed.extend(overlooked);
                missed.sort_unstable();
                missed.dedup();
            }
            (Outcome::Done { .. }, result) => before.result = result,
            (Outcome::Skipped(_) | Outcome::Failed(_), _) => {}
        }
    }

    /// Whether all promises held and all controls were found.
    ///
    /// # Errors
    /// If not.
    pub(crate) fn outcome(&self) -> Result<()> {
        let bad = |row: &&Tried| match &row.result {
            Outcome::Skipped(_) => false,
            Outcome::Failed(_) => true,
            Outcome::Done { violations, missed, .. } => !violations.is_empty() || !missed.is_empty(),
        };
        let ids: Vec<&str> = self.rows.iter().filter(bad).map(|row| row.id).collect();
        if ids.is_empty() { Ok(()) } else { Err(format!("faults: see {} above", ids.join(", ")).into()) }
    }

    /// Puts the table into the page, between its markers.
    ///
    /// # Errors
    /// If the page cannot be read or written, or has no place for it.
    pub(crate) fn write(&self, page: &Path) -> Result<()> {
        let text = fs::read_to_string(page)?;
        let placed =
            text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let (before, after) = placed.ok_or_else(|| format!("{} has no {}", page.display(), BEGIN.trim()))?;
        Ok(fs::write(page, format!("{before}{BEGIN}\n{}\n{END}{after}", self.table()))?)
    }

    fn table(&self) -> String {
        let rows: String = self.rows.iter().map(|row| format!("{row}\n")).collect();
        let notes = self.rows.iter().flat_map(|row| row.notes.iter().map(move |note| (row.id, note)));
        let notes: String = notes.map(|(id, note)| format!("\n{id}: {note}\n")).collect();
        let heading = &self.heading;
        format!(
            "{heading}\n\n| row | fault | trials | violations | controls caught | seconds |\n|---|---|--:|--:|--:|--:|\n{rows}{notes}"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            match &row.result {
                Outcome::Skipped(_) => {}
                Outcome::Failed(error) => writeln!(f, "{}: the harness failed: {error}", row.id)?,
                Outcome::Done { violations, .. } => {
                    violations.iter().try_for_each(|violation| writeln!(f, "{}: {violation}", row.id))?;
                }
            }
        }
        write!(f, "{}", self.table())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn tried(id: &'static str, result: Outcome) -> Tried {
        Tried { id, title: "a fault", time: Duration::from_millis(1_500), notes: Vec::new(), result }
    }

    fn done(violations: Vec<Violation>, missed: Vec<&'static str>) -> Outcome {
        Outcome::Done { trials: 10, violations, controls: 2, missed }
    }

    fn violation() -> Violation {
        Violation {
            trial: 3,
            label: "write 2".to_owned(),
            text: "a receipt is lost".to_owned(),
            folder: "target/faults/kept/F1-3".into(),
            command: "cargo xtask faults F1 --seed 1 --trial 3".to_owned(),
        }
    }

    fn report(rows: Vec<Tried>) -> Report {
        Report { heading: "Seed 1.".to_owned(), rows }
    }

    #[test]
    fn violations_and_controls_that_are_missed_fail_the_run() {
        let outcome = |result| report(vec![tried("F1", result)]).outcome().map_err(|error| error.to_string());
        assert_eq!(outcome(done(Vec::new(), Vec::new())), Ok(()));
        assert_eq!(outcome(Outcome::Skipped("root".to_owned())), Ok(()));
        for bad in [
            done(vec![violation()], Vec::new()),
            done(Vec::new(), vec!["no-fsync"]),
            Outcome::Failed("?".to_owned()),
        ] {
            assert_eq!(outcome(bad), Err("faults: see F1 above".to_owned()));
        }
    }

    #[test]
    fn the_table_tells_everything() {
        let mut report = report(vec![
            tried("F1", done(vec![violation()], vec!["no-fsync"])),
            tried("F5", Outcome::Skipped("root".to_owned())),
        ]);
        report.add(tried("F1", done(Vec::new(), Vec::new())));
        insta::assert_snapshot!(report.to_string(), @"
        F1: trial 3 (write 2): a receipt is lost
          folder: target/faults/kept/F1-3
          again: cargo xtask faults F1 --seed 1 --trial 3
        Seed 1.

        | row | fault | trials | violations | controls caught | seconds |
        |---|---|--:|--:|--:|--:|
        | F1 | a fault | 20 | 1 | 1/2, missed no-fsync | 3.0 |
        | F5 | a fault | skipped: needs root | | | |
        ");
    }
}
