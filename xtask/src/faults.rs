//! `cargo xtask faults`: the fault matrix. Every promise of docs/reliability.md is tried against the real binary under
//! the faults it speaks of, and every row against binaries with a known bug, which it must find.
//!
//! Options: row ids select rows; `--ci` takes samples of long lists and leaves slow rows out; `--seed S` chooses the
//! samples; `--minutes N` repeats the rows with new seeds for so long; `--trial K` repeats one trial of one row; `--write`
//! puts the table into docs/reliability.md.

mod bench;
mod contained;
mod conversation;
mod device;
mod disk;
mod process;
mod report;
mod rows;
mod runner;
mod tools;
mod trace;
mod trials;
mod workload;

use std::time::{Duration, Instant};

use crate::{Result, workspace};
use bench::{Bench, Depth};
use report::{Report, Tried};
use rows::{Need, ROWS, Row};

const USAGE: &str = "usage: cargo xtask faults [ROW…] [--ci | --minutes N] [--seed S] [--trial K] [--write]";
const PAGE: &str = "docs/reliability.md";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    /// Ids of rows; all where empty.
    rows: Vec<String>,
    depth: Depth,
    seed: u64,
    minutes: Option<u64>,
    trial: Option<usize>,
    write: bool,
}

/// What every change has to pass: samples, with the programs that they need installed where that is possible.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_in_ci() -> Result<()> {
    tools::install();
    run(&["--ci"])
}

/// Runs the task with the arguments after its name.
///
/// # Errors
/// If the arguments are not of the task, the binaries do not build, a promise is broken, or a row does not find the bug
/// that its control has.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let options = parse(arguments)?;
    let needs_root = |row: &Row| row.needs.contains(&Need::Root) && Need::Root.missing().is_none();
    if ROWS.iter().any(|row| options.chooses(row) && needs_root(row))
        && !contained::is_inside()
        && contained::is_possible()
    {
        return contained::run(arguments);
    }
    contained::begin()?;
    let mut bench = Bench::prepare(options.depth, options.seed, options.trial)?;
    let mut report = Report::new(options.seed, options.depth)?;
    let until = Instant::now() + Duration::from_secs(60 * options.minutes.unwrap_or(0));
    loop {
        for row in ROWS.iter().filter(|row| options.chooses(row)) {
            report.add(Tried::of(row, &bench));
        }
        if Instant::now() >= until {
            break;
        }
        bench.seed += 1;
    }
    println!("{report}");
    if options.write {
        report.write(&workspace::root().join(PAGE))?;
    }
    report.outcome()
}

impl Options {
    fn chooses(&self, row: &Row) -> bool {
        match self.rows.is_empty() {
            true => self.depth == Depth::Full || row.in_ci,
            false => self.rows.iter().any(|id| id == row.id),
        }
    }
}

fn parse(mut arguments: &[&str]) -> Result<Options> {
    let mut options =
        Options { rows: Vec::new(), depth: Depth::Full, seed: 1, minutes: None, trial: None, write: false };
    loop {
        arguments = match arguments {
            [] if options.trial.is_some() && options.rows.len() != 1 => {
                return Err("--trial is for one row".into());
            }
            [] if options.write && !options.rows.is_empty() => {
                return Err("--write is for all rows: a table of some would replace that of all".into());
            }
            [] => return Ok(options),
            ["--ci", rest @ ..] => {
                options.depth = Depth::Sample;
                rest
            }
            ["--write", rest @ ..] => {
                options.write = true;
                rest
            }
            ["--seed", number, rest @ ..] => {
                options.seed = number.parse()?;
                rest
            }
            ["--minutes", number, rest @ ..] => {
                options.minutes = Some(number.parse()?);
                rest
            }
            ["--trial", number, rest @ ..] => {
                options.trial = Some(number.parse()?);
                rest
            }
            [id, rest @ ..] if ROWS.iter().any(|row| row.id == *id) => {
                options.rows.push((*id).to_owned());
                rest
            }
            [other, ..] => {
                let known: Vec<&str> = ROWS.iter().map(|row| row.id).collect();
                return Err(format!("{other}: no row of {}\n{USAGE}", known.join(", ")).into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn options_are_read() {
        let options = parse(&["F12", "--seed", "7", "--trial", "3"]).unwrap();
        assert_eq!((options.rows.as_slice(), options.seed), (&["F12".to_owned()][..], 7));
        assert_eq!((options.trial, options.depth), (Some(3), Depth::Full));
        assert_eq!(parse(&["--ci", "--minutes", "2"]).unwrap().minutes, Some(2));
        for bad in [&["F99"][..], &["--seed"], &["--trial", "1"], &["F12", "--write"]] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_choice_of_rows_is_stronger_than_the_depth() {
        let slow = Row { in_ci: false, ..ROWS[0] };
        assert!(!parse(&["--ci"]).unwrap().chooses(&slow));
        assert!(parse(&[]).unwrap().chooses(&slow));
        assert!(parse(&["--ci", slow.id]).unwrap().chooses(&slow));
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<&str> = ROWS.iter().map(|row| row.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ROWS.len());
    }
}
