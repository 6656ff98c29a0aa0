//! F2: every call to the system fails, once and for ever.

use std::fmt;
use std::path::Path;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::runner::receipts;
use crate::faults::trials::{Trials, Verdict, ensure};
use crate::faults::workload::{Prepared, each};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F2",
    title: "each call fails, once and for ever, with every error that it knows",
    needs: &[Need::Tool("strace")],
    in_ci: true,
    controls: &[Control::Bug("fsync-retried"), Control::Bug("no-truncate")],
    probe,
};

/// Of a sample, from each operation.
const MOST: usize = 60;

/// What each call may answer. EINTR only where the system gives it.
const ERRORS: &[(&[&str], &[&str])] = &[
    (&["openat"], &["EMFILE", "EACCES", "ENOSPC", "EIO", "EINTR"]),
    (&["read", "pread64"], &["EIO", "EINTR"]),
    (&["write", "pwrite64"], &["ENOSPC", "EIO", "EDQUOT", "EINTR"]),
    (&["fsync", "fdatasync"], &["EIO", "ENOSPC", "EDQUOT", "EINTR"]),
    (&["rename", "renameat", "renameat2"], &["EIO", "ENOSPC", "EACCES"]),
    (&["link", "linkat"], &["EIO", "EPERM", "EMLINK"]),
    (&["ftruncate"], &["EIO", "EPERM", "EINTR"]),
    (&["flock"], &["ENOLCK", "ENOSYS", "EOPNOTSUPP"]),
    (&["unlink", "unlinkat", "rmdir"], &["EACCES", "EIO"]),
    (&["mkdir"], &["ENOSPC", "EACCES"]),
    (&["close", "statx", "newfstatat", "fstatfs"], &["EIO"]),
];

/// What fails.
struct Point<'a> {
    workload: &'a str,
    call: &'a str,
    number: usize,
    error: &'static str,
    for_ever: bool,
    /// The call is on a file of the ledger or of the export, not on what is printed.
    is_stored: bool,
}

impl fmt::Debug for Point<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Point { workload, call, number, error, for_ever, .. } = self;
        let how_long = if *for_ever { "on" } else { "alone" };
        write!(f, "{workload}: {error} from {call} {number} {how_long}")
    }
}

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    each(trials, |trials, prepared| {
        trials.each(&points(prepared), MOST, |folder, point| fail(prepared, folder, point))
    })
}

fn points(prepared: &Prepared) -> Vec<Point<'_>> {
    let mut points = Vec::new();
    for (number, call) in prepared.numbered() {
        let errors = ERRORS.iter().find(|(names, _)| names.contains(&call.name.as_str()));
        let errors = errors.map_or(&[][..], |(_, errors)| errors);
        let both = errors.iter().flat_map(|error| [(*error, false), (*error, true)]);
        let (workload, is_stored) = (prepared.workload.name, call.number(0).is_none_or(|fd| fd > 2));
        // The standard library takes an error from closedir for a bug of the program, and no file system gives one for
        // what was only read.
        let is_close = call.name == "close";
        if is_close && !prepared.is_written(call) {
            continue;
        }
        // A call that is interrupted for ever is one that waits for ever.
        let sensible = both.filter(|(error, for_ever)| !(*for_ever && (is_close || *error == "EINTR")));
        points.extend(sensible.map(|(error, for_ever)| Point {
            workload,
            call: &call.name,
            number,
            error,
            for_ever,
            is_stored,
        }));
    }
    points
}

fn fail(prepared: &Prepared, folder: &Path, point: &Point<'_>) -> Verdict {
    let (work, notes) = prepared.copy(folder)?;
    let Point { call, number, error, for_ever, is_stored, .. } = point;
    let trace = format!("trace={call}");
    let on = if *for_ever { "+" } else { "" };
    let inject = format!("inject={call}:error={error}:when={number}{on}");
    let strace = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    let failed = prepared.run(&strace, &work, &notes)?;
    let expected: &[i32] = if *error == "EINTR" { &[0] } else { &[0, 4, 6] };
    ensure(failed.code().is_some_and(|code| expected.contains(&code)), || {
        format!("expected one of {expected:?}: {}", failed.told())
    })?;
    let writes = ["write", "pwrite64", "fsync", "fdatasync"].contains(call);
    if writes && *is_stored && *error != "EINTR" {
        ensure(failed.code() == Some(6), || {
            format!("a write or sync that failed is not told: {}", failed.told())
        })?;
        let (printed, most) = (receipts(&failed.stdout).len(), prepared.workload.promises());
        ensure(printed < most.max(1), || format!("all receipts in spite of it: {}", failed.told()))?;
    }
    prepared.judge(&work, &notes, &failed.stdout, false)
}
