//! One process, from its start to its end: wall time and peak memory.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Result;

/// GNU time: it asks the kernel for the peak memory of the child it waits for, and is itself too small to count.
const TIME: &str = "/usr/bin/time";

/// What one run took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Wall time in seconds.
    pub(crate) seconds: f64,
    /// Peak of the resident memory in KiB; `None` where GNU time is not installed.
    pub(crate) peak: Option<u64>,
}

/// A process to run.
pub(crate) struct Process<'a> {
    /// The program.
    pub(crate) program: &'a Path,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    /// The file it has as standard input.
    pub(crate) input: &'a Path,
    /// The file for what GNU time says.
    pub(crate) notes: &'a Path,
    /// Exit statuses that are no failure.
    pub(crate) passes: &'a [i32],
}

/// Runs a process; what it prints goes to `/dev/null`.
///
/// # Errors
/// If it cannot be run, fails, or GNU time does not say what is expected.
pub(crate) fn run(process: &Process<'_>) -> Result<Sample> {
    let is_there = Path::new(TIME).exists();
    let mut command = match is_there {
        true => {
            let mut time = Command::new(TIME);
            time.args(["-f", "%M", "-o"]).arg(process.notes).arg(process.program);
            time
        }
        false => Command::new(process.program),
    };
    command.args(&process.arguments).stdin(File::open(process.input)?).stdout(Stdio::null());
    let started = Instant::now();
    let status = command.env("RECOUNT_BY", "bench").status()?;
    let seconds = started.elapsed().as_secs_f64();
    if !status.code().is_some_and(|code| process.passes.contains(&code)) {
        return Err(format!("recount {}: {status}", process.arguments.join(" ")).into());
    }
    let peak = if is_there { Some(parse(&fs::read_to_string(process.notes)?)?) } else { None };
    Ok(Sample { seconds, peak })
}

/// The peak in KiB: the last line; one about the exit status may come before it.
fn parse(notes: &str) -> Result<u64> {
    let number = notes.lines().last().and_then(|line| line.trim().parse().ok());
    number.ok_or_else(|| format!("{TIME}: expected a number of KiB, found {notes:?}").into())
}

/// Of an odd number of samples the middle ones, of time and of memory.
///
/// # Panics
/// If there are none.
pub(crate) fn median(samples: Vec<Sample>) -> Sample {
    let middle = samples.len() / 2;
    let mut seconds: Vec<f64> = samples.iter().map(|sample| sample.seconds).collect();
    let mut peaks: Vec<Option<u64>> = samples.iter().map(|sample| sample.peak).collect();
    seconds.sort_unstable_by(f64::total_cmp);
    peaks.sort_unstable();
    Sample { seconds: seconds[middle], peak: peaks[middle] }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn peaks_are_read() {
        assert_eq!(parse("51200\n").unwrap(), 51_200);
        assert_eq!(parse("Command exited with non-zero status 1\n51200\n").unwrap(), 51_200);
        for bad in ["", "12.5\n", "Command terminated by signal 9\n"] {
            assert!(parse(bad).unwrap_err().to_string().contains("expected a number of KiB"), "{bad}");
        }
    }

    #[test]
    fn medians_of_time_and_memory_are_apart() {
        let samples = [(3.0, 10), (1.0, 30), (2.0, 20)];
        let samples = samples.map(|(seconds, peak)| Sample { seconds, peak: Some(peak) }).to_vec();
        assert_eq!(median(samples), Sample { seconds: 2.0, peak: Some(20) });
        let unknown = vec![Sample { seconds: 1.0, peak: None }];
        assert_eq!(median(unknown.clone()), unknown[0]);
    }

    #[test]
    fn a_process_that_fails_is_no_measurement() {
        let folder = std::env::temp_dir().join(format!("recount-xtask-measure-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (input, notes) = (folder.join("input"), folder.join("notes"));
        fs::write(&input, "exit 1").unwrap();
        let check = |passes: &[i32]| {
            let arguments = vec!["-s".to_owned()];
            run(&Process { program: Path::new("/bin/sh"), arguments, input: &input, notes: &notes, passes })
        };
        assert!(check(&[0, 1]).unwrap().seconds > 0.0);
        assert_eq!(check(&[0]).unwrap_err().to_string(), "recount -s: exit status: 1");
        fs::remove_dir_all(folder).unwrap();
    }
}
