//! F4: every state that a power cut may leave behind, by a weak model of file systems, from traces of real runs.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::disk::{Disk, write_state};
use crate::faults::trials::{Trials, Verdict};
use crate::faults::workload::{Prepared, each};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F4",
    title: "power cut at each call: every legal state of unsynced data and names",
    needs: &[Need::Tool("strace")],
    in_ci: true,
    controls: &[
        Control::Bug("no-fsync"),
        Control::Bug("ack-before-fsync"),
        Control::Bug("no-directory-fsync"),
        Control::Bug("rename-without-fsync"),
        Control::Setup(UNSYNCED),
    ],
    probe,
};

/// Exports write by themselves, not through the storage that has the bugs: their syncs are taken out of the trace.
const UNSYNCED: &str = "exports-unsynced";

/// Of a sample, from each operation.
const MOST: usize = 120;
/// From one call, as a bound for calls that leave many files unsynced.
const MOST_OF_A_CALL: usize = 300;

/// The state after so many calls in which every file and folder is left in the way that `choice` says.
struct Point {
    workload: &'static str,
    cut: usize,
    choice: Vec<usize>,
    printed: String,
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: power cut after call {}, state {:?}", self.workload, self.cut, self.choice)
    }
}

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    let unsynced = trials.control() == Some(UNSYNCED);
    each(trials, |trials, prepared| {
        if unsynced && !prepared.workload.is_export() {
            return Ok(());
        }
        let disk = Disk::load(&prepared.before, &prepared.traced)?;
        let points = points(prepared, disk.clone(), unsynced);
        trials.each(&points, MOST, |folder, point| cut(prepared, &disk, unsynced, folder, point))
    })
}

/// Whether the call counts: a disk that ignores flushes never hears of a sync.
fn counts(name: &str, unsynced: bool) -> bool {
    !(unsynced && matches!(name, "fsync" | "fdatasync"))
}

fn points(prepared: &Prepared, mut disk: Disk, unsynced: bool) -> Vec<Point> {
    let (mut seen, mut points) = (HashSet::new(), Vec::new());
    for (cut, call) in (1..).zip(&prepared.calls) {
        if !counts(&call.name, unsynced) || !disk.apply(call) {
            continue;
        }
        let variants = disk.variants();
        let choices = variants.counts();
        let all: usize = choices.iter().product();
        // An odd step does not stay with the same choice of the files that are left in two or four ways.
        let step = (all / MOST_OF_A_CALL).max(1) | 1;
        for number in (0..all).step_by(step) {
            let choice = digits(number, &choices);
            let printed = String::from_utf8_lossy(&disk.printed).into_owned();
            if seen.insert((variants.identity(&choice), printed.clone())) {
                points.push(Point { workload: prepared.workload.name, cut, choice, printed });
            }
        }
    }
    points
}

/// A number in the mixed radix of the counts.
fn digits(mut number: usize, counts: &[usize]) -> Vec<usize> {
    let digit = |count: &usize| {
        let digit = number % count;
        number /= count;
        digit
    };
    counts.iter().map(digit).collect()
}

fn cut(prepared: &Prepared, disk: &Disk, unsynced: bool, folder: &Path, point: &Point) -> Verdict {
    let mut disk = disk.clone();
    for call in &prepared.calls[..point.cut] {
        if counts(&call.name, unsynced) {
            disk.apply(call);
        }
    }
    let (work, notes) = (folder.join("work"), folder.join("notes"));
    write_state(&disk.variants().state(&point.choice), &work)?;
    prepared.judge(&work, &notes, &point.printed, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_choices() {
        let all: Vec<Vec<usize>> = (0..6).map(|number| digits(number, &[2, 1, 3])).collect();
        assert_eq!(all[0], [0, 0, 0]);
        assert_eq!(all[5], [1, 0, 2]);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 6);
    }
}
