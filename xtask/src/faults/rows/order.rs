//! F3: the order of writes, syncs and receipts, read from traces.

use std::fmt;
use std::fs;
use std::path::Path;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::disk::Disk;
use crate::faults::trace::{self, Call};
use crate::faults::trials::{Broken, Trials, Verdict, ensure};
use crate::faults::workload::{Prepared, each};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F3",
    title: "order of lock, sync, read back, write, sync, receipt; nothing after a failed sync",
    needs: &[Need::Tool("strace")],
    in_ci: true,
    controls: &[
        Control::Bug("ack-before-fsync"),
        Control::Bug("no-directory-fsync"),
        Control::Bug("fsync-retried"),
        Control::Bug("no-lock"),
        Control::Bug("tail-from-cache"),
    ],
    probe,
};

const LEDGER: &str = "l.jsonl";

/// What a trace is looked at for.
enum Point {
    /// The order of an undisturbed run.
    Order(&'static str),
    /// What follows when this sync fails.
    FailedSync { workload: &'static str, call: String, number: usize },
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Point::Order(workload) => write!(f, "{workload}: order of calls"),
            Point::FailedSync { workload, call, number } => write!(f, "{workload}: EIO from {call} {number}"),
        }
    }
}

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    each(trials, |trials, prepared| {
        let workload = prepared.workload.name;
        let syncs = prepared.numbered().into_iter().filter(|(_, call)| is_sync(call));
        let failed =
            syncs.map(|(number, call)| Point::FailedSync { workload, call: call.name.clone(), number });
        let points: Vec<Point> = std::iter::once(Point::Order(workload)).chain(failed).collect();
        trials.each(&points, usize::MAX, |folder, point| match point {
            Point::Order(_) => order(prepared),
            Point::FailedSync { call, number, .. } => failed_sync(prepared, folder, call, *number),
        })
    })
}

fn is_sync(call: &Call) -> bool {
    matches!(call.name.as_str(), "fsync" | "fdatasync")
}

/// Nothing is printed of a ledger, nor cut off from it, while anything that it stands for is unsynced; and a writer opens
/// by the protocol.
fn order(prepared: &Prepared) -> Verdict {
    let mut disk = Disk::load(&prepared.before, &prepared.traced)?;
    for (number, call) in (1..).zip(&prepared.calls) {
        let place = || format!("call {number}, {}", call.name);
        let inherited = call.name == "openat" && call.is_about(&prepared.traced) && !call.says("O_CLOEXEC");
        ensure(!inherited, || format!("{}: a child would inherit the file", place()))?;
        let tells = call.name == "write" && call.number(0) == Some(1);
        if tells || call.name == "ftruncate" {
            let asides = disk.beginning("l.jsonl.tail-");
            let names = asides.iter().map(String::as_str).chain([LEDGER]);
            let unsynced: Vec<&str> = names.filter(|name| disk.is_pending(name)).collect();
            ensure(unsynced.is_empty(), || format!("{}: not synced: {}", place(), unsynced.join(", ")))?;
        }
        disk.apply(call);
    }
    if prepared.workload.is_export() || !prepared.before.join(LEDGER).exists() {
        return Ok(());
    }
    opening(prepared)
}

/// Locked, synced, forgotten by the cache, read, and only then changed.
fn opening(prepared: &Prepared) -> Verdict {
    let ledger = prepared.traced.join(LEDGER);
    let is_open = |call: &Call| {
        call.name == "openat" && call.path(1).as_deref() == Some(&*ledger) && call.says("O_RDWR")
    };
    let start = prepared.calls.iter().position(is_open);
    let start = start.ok_or_else(|| Broken::Harness("the ledger is not opened".to_owned()))?;
    let fd = prepared.calls[start].returned;
    let on_it = prepared.calls[start + 1..].iter().filter(|call| call.number(0) == fd);
    let names: Vec<&str> = on_it.map(|call| call.name.as_str()).collect();
    let mut rest = names.iter().take_while(|name| !["pwrite64", "ftruncate", "close"].contains(name));
    for wanted in ["flock", "fdatasync", "fadvise64", "pread64"] {
        ensure(rest.any(|name| *name == wanted), || {
            format!("opening: no {wanted} in its place in {}", names.join(" "))
        })?;
    }
    Ok(())
}

/// After a failed sync the file is not touched again, and nothing is acknowledged.
fn failed_sync(prepared: &Prepared, folder: &Path, call: &str, number: usize) -> Verdict {
    let (work, notes) = prepared.copy(folder)?;
    let file = folder.join("trace");
    let inject = format!("inject={call}:error=EIO:when={number}");
    let strace = trace::strace(&file.display().to_string());
    let strace: Vec<&str> = strace.iter().map(String::as_str).chain(["-e", &inject]).collect();
    let finished = prepared.run(&strace, &work, &notes)?;
    let calls = trace::parse(&fs::read_to_string(&file)?)?;
    let failed = calls.iter().position(|call| is_sync(call) && call.returned.is_none());
    let failed = failed.ok_or_else(|| Broken::Harness("no sync has failed".to_owned()))?;
    let fd = calls[failed].number(0);
    let later = calls[failed + 1..].iter().take_while(|call| call.name != "close" || call.number(0) != fd);
    let mut touching = later.filter(|call| {
        let touches = is_sync(call) || ["write", "pwrite64", "ftruncate"].contains(&call.name.as_str());
        touches && call.number(0) == fd
    });
    let touched = touching.next();
    ensure(touched.is_none(), || {
        format!("{} on the file whose sync failed", touched.map_or("", |c| &c.name))
    })?;
    let told = calls[failed + 1..].iter().any(|call| call.name == "write" && call.number(0) == Some(1));
    ensure(!told, || format!("something is acknowledged after a failed sync: {}", finished.told()))?;
    ensure(finished.code() == Some(6), || format!("a failed sync is not told: {}", finished.told()))
}
