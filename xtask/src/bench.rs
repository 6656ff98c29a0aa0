//! `cargo xtask bench`: wall time and peak memory of whole `recount` processes on a generated ledger.
//!
//! Options: `--events N` is the size of the ledger (one million); `--only NAME…` measures these commands and the
//! baseline; `--write` puts the result of all commands into docs/benchmarks.md. The commands are run in turn, three rounds (A B C A B C
//! A B C), so that a machine that grows slow or busy does so for all of them; medians are reported.

mod commands;
mod measure;
mod report;

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::generate::{self, Plan};
use crate::workspace::{self, Build};
use commands::{BASELINE, COMMANDS, Measured};
use measure::Sample;
use report::{Report, Row};

const USAGE: &str = "usage: cargo xtask bench [--events N] [--only NAME… | --write]";
/// Odd, so that a median is one of the measurements.
const ROUNDS: usize = 3;
const PAGE: &str = "docs/benchmarks.md";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    plan: Plan,
    /// Names of commands; all where empty.
    only: Vec<String>,
    write: bool,
}

/// Runs the task with the arguments after its name.
///
/// # Errors
/// If the arguments are not of the task, `recount` does not build, a command fails, or the page has no place for the
/// result.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let options = parse(arguments)?;
    let bench = Bench::prepare(options.plan)?;
    let chosen = |command: &&Measured| {
        options.only.is_empty()
            || command.name == BASELINE
            || options.only.iter().any(|name| name == command.name)
    };
    let commands: Vec<&Measured> = COMMANDS.iter().filter(chosen).collect();
    let rows = bench.rounds(&commands)?;
    let report = Report::new(options.plan, fs::metadata(&bench.ledger)?.len(), rows)?;
    println!("{report}");
    if options.write {
        let page = workspace::root().join(PAGE);
        let text = fs::read_to_string(&page)?;
        fs::write(&page, report.put_into(&text)?)?;
    }
    Ok(())
}

fn parse(mut arguments: &[&str]) -> Result<Options> {
    let mut options = Options { plan: Plan { events: 1_000_000, seed: 1, plain: false }, only: Vec::new(), write: false };
    loop {
        arguments = match arguments {
            [] if options.write && !options.only.is_empty() => {
                return Err("--write is for all commands: a table of some would replace that of all".into());
            }
            [] => return Ok(options),
            ["--events", number, rest @ ..] => {
                options.plan.events = number.parse()?;
                rest
            }
            ["--write", rest @ ..] => {
                options.write = true;
                rest
            }
            ["--only", rest @ ..] => {
                let names = rest.iter().take_while(|name| !name.starts_with("--")).count();
                let unknown = |name: &&&str| COMMANDS.iter().all(|command| command.name != **name);
                if let Some(name) = rest[..names].iter().find(unknown) {
                    let known: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
                    return Err(format!("{name}: expected one of {}", known.join(", ")).into());
                }
                options.only.extend(rest[..names].iter().map(|name| (*name).to_owned()));
                &rest[names..]
            }
            _ => return Err(USAGE.into()),
        }
    }
}

/// What is measured, and where.
struct Bench {
    recount: PathBuf,
    ledger: PathBuf,
    events: u64,
    /// Removed and made anew for every measurement.
    scratch: PathBuf,
}

impl Bench {
    /// Builds the binary and the ledger; the ledger is kept for the next time.
    fn prepare(plan: Plan) -> Result<Bench> {
        let release = workspace::build(Build { release: true, features: &[] })?;
        let folder = workspace::output()?.join("bench");
        fs::create_dir_all(&folder)?;
        // A copy: a build that somebody starts meanwhile does not change what is measured.
        let recount = folder.join("recount");
        fs::copy(release, &recount)?;
        let ledger = folder.join(format!("{}-{}.jsonl", plan.events, plan.seed));
        if !ledger.exists() {
            eprintln!("bench: generating {} events", plan.events);
            generate::build(&recount, plan, &ledger)?;
        }
        Ok(Bench { recount, ledger, events: plan.events, scratch: folder.join("scratch") })
    }

    fn rounds(&self, commands: &[&Measured]) -> Result<Vec<Row>> {
        let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); commands.len()];
        for round in 1..=ROUNDS {
            for (command, samples) in commands.iter().zip(&mut samples) {
                let sample = self.measure(command)?;
                eprintln!("bench: round {round} of {ROUNDS}: {}: {:.2} s", command.name, sample.seconds);
                samples.push(sample);
            }
        }
        let rows = commands.iter().zip(samples);
        Ok(rows
            .map(|(command, samples)| Row { shown: command.shown(), median: measure::median(samples) })
            .collect())
    }

    fn measure(&self, command: &Measured) -> Result<Sample> {
        empty(&self.scratch)?;
        let ledger = if command.appends { self.copy()? } else { self.ledger.clone() };
        let input = self.scratch.join("input");
        fs::write(&input, command.input())?;
        let sample = measure::run(&measure::Process {
            program: &self.recount,
            arguments: command.arguments(&ledger, &self.scratch, self.events),
            input: &input,
            notes: &self.scratch.join("time"),
            passes: command.passes,
        })?;
        fs::remove_dir_all(&self.scratch)?;
        Ok(sample)
    }

    /// A copy of the ledger to append to, on the device before it is used: its own writing is not to be measured.
    fn copy(&self) -> Result<PathBuf> {
        let copy = self.scratch.join("ledger.jsonl");
        fs::copy(&self.ledger, &copy)?;
        fs::File::open(&copy)?.sync_all()?;
        Ok(copy)
    }
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir(folder)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn options_are_read() {
        let check = |arguments: &[&str], events: u64, only: &[&str], write: bool| {
            let options = parse(arguments).unwrap();
            assert_eq!(options.plan.events, events);
            assert_eq!(
                (options.only.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), options.write),
                (only, write)
            );
        };
        check(&[], 1_000_000, &[], false);
        check(&["--events", "5000", "--write"], 5_000, &[], true);
        check(&["--only", "verify", "check", "--events", "5000"], 5_000, &["verify", "check"], false);
    }

    #[test]
    fn unknown_options_and_commands_are_refused() {
        assert_eq!(parse(&["--fast"]).unwrap_err().to_string(), USAGE);
        assert!(parse(&["--only", "verify", "--write"]).is_err());
        let problem = parse(&["--only", "verfy"]).unwrap_err().to_string();
        assert!(problem.starts_with("verfy: expected one of figures, headlines"), "{problem}");
    }
}
