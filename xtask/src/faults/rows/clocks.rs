//! F17: clocks before 1970, far ahead, and stepping back.

use std::path::Path;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::runner::{BASE, Runner, receipts};
use crate::faults::trials::{Broken, Trials, Verdict, ensure};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F17",
    title: "clocks in 1960, 1969, 2038, 2262, 9999 and stepping back: order kept, never a panic",
    needs: &[Need::Tool("faketime")],
    in_ci: true,
    controls: &[Control::Setup(STANDING)],
    probe,
};

/// A world in which the order of the clocks cannot be kept, as there is only one.
const STANDING: &str = "a clock that stands still";

/// As the environment gives it, and as the system does.
const TIMES: &[(&str, &str)] = &[
    ("1960-01-01T00:00:00Z", "1960-01-01 00:00:00"),
    ("1969-12-31T23:59:59Z", "1969-12-31 23:59:59"),
    ("1970-01-01T00:00:00Z", "1970-01-01 00:00:00"),
    ("2026-01-01T00:00:00Z", "2026-01-01 00:00:00"),
    ("2038-01-19T03:14:08Z", "2038-01-19 03:14:08"),
    ("2262-04-11T23:47:17Z", "2262-04-11 23:47:17"),
    ("9999-12-31T23:59:59Z", "9999-12-31 23:59:59"),
];

/// Which time follows which, and who says so.
#[derive(Debug)]
struct Point {
    first: usize,
    then: usize,
    faked: bool,
}

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let runner = trials.runner();
    let pairs = (0..TIMES.len()).flat_map(|first| (0..TIMES.len()).map(move |then| (first, then)));
    let points: Vec<Point> =
        pairs.flat_map(|(first, then)| [false, true].map(|faked| Point { first, then, faked })).collect();
    let stands = trials.control() == Some(STANDING);
    trials.each(&points, usize::MAX, |folder, point| step(&runner, folder, point, stands))
}

fn step(runner: &Runner, folder: &Path, point: &Point, stands: bool) -> Verdict {
    let (ledger, notes) = (folder.join("l.jsonl"), folder.join("notes"));
    let mut clockless = runner.clone();
    clockless.environment.retain(|(name, _)| *name != "RECOUNT_CLOCK");
    let at = |place: usize, arguments: &[&str]| -> std::io::Result<crate::faults::process::Finished> {
        let (set, faked) = TIMES[if stands { point.first } else { place }];
        if point.faked {
            let faketime = ["faketime", "-f", &format!("@{faked}")];
            return crate::faults::process::run(
                &mut clockless.by_way_of(&faketime, &ledger, arguments),
                &notes,
            );
        }
        let mut command = clockless.command(&ledger, arguments);
        crate::faults::process::run(command.env("RECOUNT_CLOCK", set), &notes)
    };
    let created = at(point.first, crate::faults::runner::INIT)?;
    ensure(created.succeeded(), || format!("init: {}", created.told()))?;
    let append = ["append", "source", "--id", "x", "--title", "X"];
    let refused = at(point.then, &append)?;
    // More than a day: the end of 1969 is a second before 1970.
    let behind = point.then < point.first && (point.then, point.first) != (1, 2);
    ensure(refused.code() == Some(if behind { 5 } else { 0 }), || {
        format!("append, behind: {behind}: {}", refused.told())
    })?;
    if behind {
        let accepted = at(point.then, &[&append[..], &["--accept-clock"]].concat())?;
        ensure(accepted.succeeded(), || format!("append --accept-clock: {}", accepted.told()))?;
    }
    let next =
        runner.run(&ledger, &["append", "source", "--id", "y", "--title", "Y", "--accept-clock"], &notes)?;
    ensure(next.succeeded(), || format!("the next append: {}", next.told()))?;
    let log = at(point.then, &["log", "--format", "jsonl"])?;
    ensure(log.succeeded() && log.stdout.lines().count() as u64 == BASE[0] + 2, || {
        format!("log: {}", log.told())
    })?;
    let text = std::fs::read_to_string(&ledger)?;
    let instants: Vec<&str> =
        text.lines().filter_map(|line| line.split("\"at\":\"").nth(1)?.get(..20)).collect();
    ensure(instants.is_sorted(), || format!("events are out of order: {instants:?}"))?;
    let last = receipts(&next.stdout)
        .pop()
        .ok_or_else(|| Broken::Promise(format!("no receipt: {}", next.told())))?;
    runner.verify(&ledger, &last, &notes)
}
