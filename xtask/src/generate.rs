//! `cargo xtask generate`: a ledger of any size that looks like a real one, the same bytes for the same numbers.
//!
//! The events are made up but keep every rule of the writer, and go through the same door as everybody's input:
//! `recount append events`.

mod date;
mod declarations;
mod events;
mod figures;
mod random;
mod texts;
mod value;
mod votes;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;
use crate::workspace::{self, Build};
use events::Events;
pub(crate) use random::Random;

const USAGE: &str = "usage: cargo xtask generate --events N --out FILE [--seed S] [--plain]";
/// Below, declarations would outnumber figures.
const LEAST: u64 = 1_000;
/// Above, there would not be a series for every twenty events.
const MOST: u64 = 20_000_000;
const _: () = assert!(MOST / 20 <= figures::MOST_SERIES);
/// When the ledger counts as recorded: after the last day of its events.
const CLOCK: &str = "2026-01-01T00:00:00Z";

/// How large a ledger is, and which of the many of this size it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Its events, `ledger.created` included.
    pub(crate) events: u64,
    /// The seed of everything random in it.
    pub(crate) seed: u64,
    /// It has only figures that a simple rule answers for as all rules do: dated, not relayed, a moment named again only
    /// by a later publication with another number.
    pub(crate) plain: bool,
}

/// Runs the task with the arguments after its name.
///
/// # Errors
/// If the arguments are not of the task, the file exists, `recount` does not build or refuses an event.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let (plan, out) = parse(arguments)?;
    build(&workspace::build(Build { release: true, features: &[] })?, plan, &out)
}

fn parse(mut arguments: &[&str]) -> Result<(Plan, PathBuf)> {
    let (mut plan, mut out) = (Plan { events: 0, seed: 1, plain: false }, None);
    loop {
        arguments = match arguments {
            [] => break,
            ["--plain", rest @ ..] => {
                plan.plain = true;
                rest
            }
            ["--events", number, rest @ ..] => {
                plan.events = number.parse()?;
                rest
            }
            ["--seed", number, rest @ ..] => {
                plan.seed = number.parse()?;
                rest
            }
            ["--out", file, rest @ ..] => {
                out = Some(PathBuf::from(file));
                rest
            }
            _ => return Err(USAGE.into()),
        }
    }
    let out = out.filter(|_| plan.events > 0).ok_or(USAGE)?;
    Ok((plan, out))
}

/// Has `recount` build the ledger of `plan` as the new file `out`, whole or not at all.
///
/// # Errors
/// If the plan is too small or too large, `out` exists or cannot be written, or `recount` refuses an event.
pub(crate) fn build(recount: &Path, plan: Plan, out: &Path) -> Result<()> {
    if !(LEAST..=MOST).contains(&plan.events) {
        return Err(format!("{} events: expected {LEAST} to {MOST}", plan.events).into());
    }
    if out.exists() {
        return Err(format!("{} exists", out.display()).into());
    }
    let unfinished = out.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_file(&unfinished)?;
    }
    let command = |arguments: &[&str]| {
        let mut command = Command::new(recount);
        command.arg("--file").arg(&unfinished).args(arguments).stdout(Stdio::null());
        // A ledger that is made anew at the same place is no rollback: nothing is to be remembered of it.
        command.arg("--no-cache").env("RECOUNT_CLOCK", CLOCK).env("RECOUNT_BY", "generator");
        command
    };
    let created =
        command(&["--quiet", "init", "--title", "Generated figures", "--origin", "example.org/generated"])
            .status()?;
    if !created.success() {
        return Err(format!("recount init: {created}").into());
    }
    append(command(&["append", "events", "-", "--batch", "10000"]), plan)?;
    Ok(fs::rename(unfinished, out)?)
}

fn append(mut command: Command, plan: Plan) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).spawn()?;
    let mut input = BufWriter::new(child.stdin.take().ok_or("recount has no standard input")?);
    let mut lines = Events::new(plan).take(plan.events as usize - 1);
    // A refusal closes the pipe early; its reason is on standard error and its status says so below.
    let written = lines.try_for_each(|line| writeln!(input, "{line}")).and_then(|()| input.flush());
    drop(input);
    let status = child.wait()?;
    if !status.success() {
        return Err(format!("recount append events: {status}").into());
    }
    Ok(written?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const PLAN: Plan = Plan { events: 5_000, seed: 1, plain: false };

    #[test]
    fn options_are_read() {
        let (plan, out) = parse(&["--out", "x.jsonl", "--events", "5000"]).unwrap();
        assert_eq!((plan, out), (PLAN, PathBuf::from("x.jsonl")));
        let plan = parse(&["--events", "5000", "--plain", "--out", "x", "--seed", "9"]).unwrap().0;
        assert_eq!(plan, Plan { seed: 9, plain: true, ..PLAN });
        for bad in [&["--events", "5000"][..], &["--plain"], &["--out", "x"], &["--events"], &["--size", "1"]]
        {
            assert_eq!(parse(bad).unwrap_err().to_string(), USAGE);
        }
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        for events in [LEAST - 1, MOST + 1] {
            let problem = build(Path::new("recount"), Plan { events, ..PLAN }, Path::new("x")).unwrap_err();
            assert!(problem.to_string().starts_with(&format!("{events} events: expected")), "{problem}");
        }
    }
}
