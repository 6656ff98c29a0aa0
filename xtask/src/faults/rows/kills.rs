//! F1: SIGKILL before every call to the system.

use std::fmt;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::trace;
use crate::faults::trials::{Broken, Trials, Verdict};
use crate::faults::workload::{Prepared, each};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F1",
    title: "killed before each call of init, append, recover, redact and both exports",
    needs: &[Need::Tool("strace")],
    in_ci: true,
    controls: &[Control::Bug("no-truncate")],
    probe,
};

/// Of a sample, from each operation.
const MOST: usize = 40;

/// The call of this name before which the process is killed, counted from 1.
pub(crate) struct Point<'a> {
    workload: &'a str,
    call: &'a str,
    number: usize,
}

impl fmt::Debug for Point<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: killed before {} {}", self.workload, self.call, self.number)
    }
}

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    each(trials, |trials, prepared| {
        trials.each(&points(prepared), MOST, |folder, point| kill(prepared, folder, point))
    })
}

/// Every call that can matter.
pub(crate) fn points(prepared: &Prepared) -> Vec<Point<'_>> {
    let workload = prepared.workload.name;
    let numbered = prepared.numbered().into_iter();
    numbered.map(|(number, call)| Point { workload, call: &call.name, number }).collect()
}

fn kill(prepared: &Prepared, folder: &std::path::Path, point: &Point<'_>) -> Verdict {
    let (work, notes) = prepared.copy(folder)?;
    let Point { call, number, .. } = point;
    let strace = trace::killing(call, *number);
    let killed = prepared.run(&strace.each_ref().map(String::as_str), &work, &notes)?;
    if !killed.was_killed() {
        return Err(Broken::Harness(format!("not killed: {}", killed.told())));
    }
    prepared.judge(&work, &notes, &killed.stdout, false)
}
