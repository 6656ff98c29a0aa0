//! `cargo xtask bench`: time and memory of whole processes, ours and others, on generated ledgers.
//!
//! Options: names of suites, all but `growth` without any; `--events N` is the size of the ledgers (one million);
//! `--rounds N`; `--write` puts the results into docs/benchmarks.md. What is compared is run in turn (A B C A B C), so that
//! a machine that grows slow or busy does so for all of it; medians are reported, also of ratios. Times never fail the
//! task; an answer that differs from that of `recount` does.

mod compare;
mod contest;
mod ground;
mod limit;
mod measure;
mod report;
mod suites;

use std::fs;

use crate::Result;
use crate::generate::Plan;
use crate::workspace;
use ground::Ground;
use report::Report;
use suites::{SUITES, Suite};

const USAGE: &str = "usage: cargo xtask bench [SUITE…] [--events N] [--rounds N] [--write]";
const PAGE: &str = "docs/benchmarks.md";

/// What is asked for.
struct Options {
    plan: Plan,
    /// How often everything is measured.
    rounds: usize,
    suites: Vec<&'static Suite>,
    write: bool,
}

/// Runs the task with the arguments after its name.
///
/// # Errors
/// If the arguments are not of the task, something does not build or cannot be prepared, an answer differs, or the page
/// has no place for the result.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let options = parse(arguments)?;
    let ground = Ground::prepare(options.plan)?;
    let mut differences = Vec::new();
    for suite in &options.suites {
        let report = measure(&ground, suite, options.rounds)?;
        println!("## {}\n\n{report}", suite.name);
        differences.extend(report.differences());
        if options.write {
            let page = workspace::root().join(PAGE);
            fs::write(&page, report.put_into(&fs::read_to_string(&page)?)?)?;
        }
    }
    if differences.is_empty() {
        Ok(())
    } else {
        Err(format!("other answers: {}", differences.join("; ")).into())
    }
}

fn measure(ground: &Ground, suite: &Suite, rounds: usize) -> Result<Report> {
    let contest = (suite.contest)(ground)?;
    let outcomes = contest.run(rounds)?;
    let Plan { events, seed, .. } = ground.plan;
    let facts =
        format!("{events} events, seed {seed}; medians of {rounds} rounds; {}", report::circumstances()?);
    Ok(Report { place: format!("{} {events}", suite.name), facts, outcomes, limits: contest.limits })
}

fn parse(mut arguments: &[&str]) -> Result<Options> {
    let plan = Plan { events: 1_000_000, seed: 1, plain: false };
    let mut options = Options { plan, rounds: 3, suites: Vec::new(), write: false };
    loop {
        arguments = match arguments {
            [] => break,
            ["--events", number, rest @ ..] => {
                options.plan.events = number.parse()?;
                rest
            }
            ["--rounds", number, rest @ ..] => {
                options.rounds = number.parse()?;
                rest
            }
            ["--write", rest @ ..] => {
                options.write = true;
                rest
            }
            [name, rest @ ..] if !name.starts_with('-') => {
                options.suites.push(named(name)?);
                rest
            }
            _ => return Err(USAGE.into()),
        }
    }
    if options.suites.is_empty() {
        options.suites.extend(SUITES.iter().filter(|suite| !suite.only_if_named));
    }
    Ok(options)
}

fn named(name: &str) -> Result<&'static Suite> {
    let known = || SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
    let found = SUITES.iter().find(|suite| suite.name == name);
    found.ok_or_else(|| format!("{name}: expected one of {}", known()).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn options_are_read() {
        let check = |arguments: &[&str], suites: &str, events: u64, rounds: usize, write: bool| {
            let options = parse(arguments).unwrap();
            let names: Vec<&str> = options.suites.iter().map(|suite| suite.name).collect();
            assert_eq!(
                (names.join(" ").as_str(), options.plan.events, options.rounds, options.write),
                (suites, events, rounds, write)
            );
        };
        check(&[], "peers commands verify exports appends warm start", 1_000_000, 3, false);
        check(&["--events", "5000", "growth", "--write"], "growth", 5_000, 3, true);
        check(&["verify", "peers", "--rounds", "5"], "verify peers", 1_000_000, 5, false);
    }

    #[test]
    fn unknown_options_and_suites_are_refused() {
        let problem = |arguments: &[&str]| parse(arguments).err().unwrap().to_string();
        assert_eq!(problem(&["--fast"]), USAGE);
        assert!(problem(&["verfy"]).starts_with("verfy: expected one of peers, commands"));
    }
}
