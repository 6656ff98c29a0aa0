//! F11: reads and writes that do less than asked, fail at random, or are interrupted again and again.

use std::path::Path;

use super::{Control, Need, Row};
use crate::Result;
use crate::faults::trials::{Trials, Verdict, ensure};
use crate::faults::workload::{Prepared, each};

/// The row.
pub(crate) const ROW: Row = Row {
    id: "F11",
    title: "short reads and writes, random errors, storms of EINTR",
    needs: &[Need::Tool("strace"), Need::Tool("fiu-run")],
    in_ci: true,
    controls: &[Control::Bug("short-write-ignored")],
    probe,
};

/// How calls misbehave.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// They do a part of what is asked.
    Short,
    /// One in twenty fails.
    Random,
    /// Every second one is interrupted.
    Interrupted,
}

/// Of each fault, so many times; the library draws its own numbers.
const TIMES: usize = 8;
const MOST: usize = 12;
const INTERRUPTED: [&str; 6] = ["read", "pread64", "write", "pwrite64", "fsync", "fdatasync"];

fn probe(trials: &mut Trials<'_>) -> Result<()> {
    each(trials, |trials, prepared| {
        let name = prepared.workload.name;
        let faults = [Fault::Short, Fault::Random, Fault::Interrupted];
        let points: Vec<(&str, Fault)> = faults.iter().flat_map(|fault| [(name, *fault); TIMES]).collect();
        trials.each(&points, MOST, |folder, (_, fault)| run(prepared, folder, *fault))
    })
}

fn run(prepared: &Prepared, folder: &Path, fault: Fault) -> Verdict {
    let (work, notes) = prepared.copy(folder)?;
    let reduce = |call| format!("enable_random name=posix/io/rw/{call}/reduce,probability=0.7");
    let fail = |group| format!("enable_random name=posix/io/{group},probability=0.05");
    let (control, expected): (Vec<String>, &[i32]) = match fault {
        Fault::Short => (["read", "write", "pread", "pwrite"].map(reduce).to_vec(), &[0]),
        Fault::Random => {
            let groups = ["rw/read", "rw/write", "rw/pread", "rw/pwrite", "sync/fsync", "sync/fdatasync"];
            (groups.map(fail).to_vec(), &[0, 2, 3, 4, 5, 6])
        }
        Fault::Interrupted => (Vec::new(), &[0]),
    };
    let mut program = vec!["fiu-run", "-x"];
    control.iter().for_each(|line| program.extend(["-c", line]));
    let storm = storm(prepared);
    if let Fault::Interrupted = fault {
        program = vec!["strace", "-f", "-o", "/dev/null"];
        storm.iter().for_each(|inject| program.extend(["-e", inject]));
    }
    let finished = prepared.run(&program, &work, &notes)?;
    ensure(finished.code().is_some_and(|code| expected.contains(&code)), || {
        format!("expected one of {expected:?}: {}", finished.told())
    })?;
    prepared.judge(&work, &notes, &finished.stdout, false)
}

/// Every second call is interrupted, from the first on that is not of the loader of programs.
fn storm(prepared: &Prepared) -> Vec<String> {
    let numbered = prepared.numbered();
    let first = |name: &str| {
        let (number, _) = numbered.iter().find(|(_, call)| call.name == name)?;
        Some(format!("inject={name}:error=EINTR:when={number}+2"))
    };
    INTERRUPTED.into_iter().filter_map(first).collect()
}
