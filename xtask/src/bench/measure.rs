//! One process, from its start to its end: wall time, processor time, peak memory.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4;

use crate::Result;

/// What one run took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// Wall time in seconds.
    pub(crate) seconds: f64,
    /// Time on processors, user and system, in seconds.
    pub(crate) cpu: f64,
    /// Peak of the resident memory in MiB: the largest of the process and those it waited for. The kernel counts the
    /// memory of whoever starts a process as the process's own, so that nothing here holds much.
    pub(crate) peak: f64,
}

/// A process to run.
#[derive(Clone)]
pub(crate) struct Process {
    /// The program.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    /// Variables of its environment beside those of this process.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// The file it has as standard input; nothing by default.
    pub(crate) input: Option<PathBuf>,
    /// The file for its standard output; nowhere by default.
    pub(crate) output: Option<PathBuf>,
    /// Exit statuses that are no failure.
    pub(crate) passes: &'static [i32],
}

impl Process {
    /// A program with arguments that succeeds with exit status 0.
    pub(crate) fn new<A: Into<String>>(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Process {
        Process {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            variables: Vec::new(),
            input: None,
            output: None,
            passes: &[0],
        }
    }

    /// The same with one more variable.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Process {
        self.variables.push((name, value.into()));
        self
    }

    /// Runs it.
    ///
    /// # Errors
    /// If it cannot be run, or fails; what it says on standard error is part of the error.
    pub(crate) fn run(&self) -> Result<Sample> {
        let errors = tempfile::NamedTempFile::new()?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.variables.iter().cloned()).stderr(errors.reopen()?);
        match &self.input {
            Some(input) => command.stdin(File::open(input)?),
            None => command.stdin(Stdio::null()),
        };
        match &self.output {
            Some(output) => command.stdout(File::create(output)?),
            None => command.stdout(Stdio::null()),
        };
        let started = Instant::now();
        let ended = command.spawn()?.wait4()?;
        let seconds = started.elapsed().as_secs_f64();
        if !ended.status.code().is_some_and(|code| self.passes.contains(&code)) {
            let said = std::fs::read_to_string(errors.path())?;
            return Err(format!("{}: {}", ended.status, said.lines().next_back().unwrap_or_default()).into());
        }
        let cpu = (ended.rusage.utime + ended.rusage.stime).as_secs_f64();
        Ok(Sample { seconds, cpu, peak: ended.rusage.maxrss as f64 / f64::from(1 << 20) })
    }
}

/// The middle one of numbers, or between the two in the middle.
///
/// # Panics
/// If there are none.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_unstable_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len() % 2 == 1 { numbers[middle] } else { f64::midpoint(numbers[middle - 1], numbers[middle]) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn medians_are_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0]), 2.5);
    }

    #[test]
    fn a_process_is_measured() {
        let work = "a=0; while [ $a -lt 20000 ]; do a=$((a + 1)); done; exit 1";
        let sample = Process { passes: &[0, 1], ..Process::new("/bin/sh", ["-c", work]) }.run().unwrap();
        assert!(sample.cpu > 0.0 && sample.seconds > 0.0 && sample.peak > 0.5, "{sample:?}");
    }

    #[test]
    fn a_process_that_fails_is_no_measurement() {
        let problem =
            Process::new("/bin/sh", ["-c", "echo one >&2; echo two >&2; exit 3"]).run().unwrap_err();
        assert_eq!(problem.to_string(), "exit status: 3: two");
    }

    #[test]
    fn streams_and_variables_are_given() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("input"), folder.path().join("output"));
        std::fs::write(&input, "in").unwrap();
        let process = Process::new("/bin/sh", ["-c", "cat; echo $WORD"]).with("WORD", "word");
        Process { input: Some(input), output: Some(output.clone()), ..process }.run().unwrap();
        assert_eq!(std::fs::read_to_string(output).unwrap(), "inword\n");
    }
}
