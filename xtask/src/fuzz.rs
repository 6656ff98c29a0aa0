//! `cargo xtask fuzz [--seconds N] [--keep] [TARGET…]`: builds the fuzz targets and runs them in turn.
//!
//! The programs are those of cargo-fuzz's layout in `fuzz/`, but nothing but the stable compiler is needed: the coverage
//! counters that libFuzzer follows are an LLVM pass. What a run makes up stays in the build output; with `--keep`, the
//! inputs that reach what none in `fuzz/corpus` reaches are added to it, the shortest first. An input that breaks a promise
//! is left in `fuzz/artifacts`; copied into the corpus, it is a test from then on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::workspace::{cargo, root};
use crate::{Result, workspace};

const USAGE: &str = "usage: cargo xtask fuzz [--seconds N] [--keep] [TARGET…]";

/// What libFuzzer needs to see which way an input goes.
const INSTRUMENTATION: &str = "--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
     -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Inputs kept for a target: each is a test, so there are not to be many.
const MOST_KEPT: usize = 60;

/// Longer inputs than this reach nothing that shorter ones do not, and are slow.
const LONGEST: &str = "-max_len=8192";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    /// For each target.
    seconds: u64,
    keep: bool,
    /// All where empty.
    targets: Vec<String>,
}

/// A target that was run.
pub(crate) struct Outcome {
    target: String,
    /// Inputs that were tried.
    pub(crate) executions: u64,
    seconds: f64,
    /// What went wrong, in libFuzzer's words, and the input it went wrong with.
    pub(crate) find: Option<String>,
}

/// Runs the task with the arguments after its name.
///
/// # Errors
///
/// When the targets do not build or cannot be run, or one has found an input that breaks a promise.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let options = parse(arguments, &targets()?)?;
    let folder = build()?;
    let mut finds = 0;
    for target in &options.targets {
        let outcome = fuzz(&folder, target, Duration::from_secs(options.seconds), &[])?;
        println!("{outcome}");
        finds += usize::from(outcome.find.is_some());
        if options.keep && outcome.find.is_none() {
            println!("fuzz: {target}: {} inputs kept", keep(&folder, target)?);
        }
    }
    if finds == 0 {
        Ok(())
    } else {
        Err(format!("fuzz: {finds} of {} targets failed", options.targets.len()).into())
    }
}

fn parse(mut arguments: &[&str], targets: &[String]) -> Result<Options> {
    let mut options = Options { seconds: 30, keep: false, targets: Vec::new() };
    loop {
        arguments = match arguments {
            [] => break,
            ["--seconds", seconds, rest @ ..] => {
                options.seconds = seconds.parse()?;
                rest
            }
            ["--keep", rest @ ..] => {
                options.keep = true;
                rest
            }
            [name, ..] if name.starts_with('-') => return Err(USAGE.into()),
            [name, rest @ ..] => {
                if !targets.iter().any(|target| target == name) {
                    return Err(format!("{name}: expected one of {}", targets.join(", ")).into());
                }
                options.targets.push((*name).to_owned());
                rest
            }
        }
    }
    if options.targets.is_empty() {
        options.targets = targets.to_vec();
    }
    Ok(options)
}

/// The names of all targets, sorted.
///
/// # Errors
/// If their folder cannot be read.
pub(crate) fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// Builds all targets and gives the folder of their programs.
///
/// # Errors
/// If they do not build.
pub(crate) fn build() -> Result<PathBuf> {
    let output = root().join("target/fuzz");
    let host = workspace::host()?;
    println!("fuzz: building (some minutes the first time)");
    // With a target of its own, build scripts and macros are not instrumented.
    let status = cargo()
        .args(["build", "--quiet", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host])
        .env("RUSTFLAGS", INSTRUMENTATION)
        .env("CARGO_TARGET_DIR", &output)
        .status()?;
    if status.success() {
        Ok(output.join(host).join("release"))
    } else {
        Err("the fuzz targets do not build".into())
    }
}

/// A program with its corpora: what it finds goes into the first.
fn program(folder: &Path, target: &str, corpora: &[PathBuf]) -> Result<Command> {
    let artifacts = root().join("fuzz/artifacts").join(target);
    fs::create_dir_all(&artifacts)?;
    let mut command = Command::new(folder.join(target));
    command.arg(LONGEST).arg(format!("-artifact_prefix={}/", artifacts.display())).args(corpora);
    // Targets that need files make many: in memory, where there is a folder for that.
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        command.env("TMPDIR", memory);
    }
    Ok(command)
}

fn kept(target: &str) -> PathBuf {
    root().join("fuzz/corpus").join(target)
}

/// What the runs of a target have made up so far.
fn made_up(target: &str) -> Result<PathBuf> {
    let folder = root().join("target/fuzz/corpus").join(target);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Runs a target of the folder of programs for some time, perhaps under more options of libFuzzer.
///
/// # Errors
/// If it cannot be run: what it finds is an outcome.
pub(crate) fn fuzz(folder: &Path, target: &str, time: Duration, options: &[&str]) -> Result<Outcome> {
    let started = Instant::now();
    let mut command = program(folder, target, &[made_up(target)?, kept(target)])?;
    let output = command
        .args(["-print_final_stats=1", &format!("-max_total_time={}", time.as_secs())])
        .args(options)
        .output()?;
    let log = String::from_utf8_lossy(&output.stderr);
    let find = (!output.status.success()).then(|| find(&log));
    Ok(Outcome {
        target: target.to_owned(),
        executions: executions(&log),
        seconds: started.elapsed().as_secs_f64(),
        find,
    })
}

fn executions(log: &str) -> u64 {
    let counted = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    counted.and_then(|number| number.trim().parse().ok()).unwrap_or_default()
}

/// The panic and the place of the input, out of libFuzzer's log.
fn find(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let from =
        lines.iter().position(|line| line.contains("panicked at") || line.contains("ERROR: libFuzzer"));
    let panic = lines.iter().skip(from.unwrap_or(lines.len())).take(3);
    let written = lines.iter().filter(|line| line.contains("Test unit written to"));
    panic.chain(written).copied().collect::<Vec<_>>().join("\n")
}

/// Adds the inputs that reach something new; returns how many are kept now.
fn keep(folder: &Path, target: &str) -> Result<usize> {
    let (kept, merged) = (kept(target), root().join("target/fuzz/merged").join(target));
    if merged.exists() {
        fs::remove_dir_all(&merged)?;
    }
    fs::create_dir_all(&merged)?;
    for input in inputs(&kept)? {
        fs::copy(&input, merged.join(input.file_name().unwrap_or_default()))?;
    }
    let output = program(folder, target, &[merged.clone(), made_up(target)?])?.arg("-merge=1").output()?;
    if !output.status.success() {
        return Err(
            format!("{target}: merging failed: {}", find(&String::from_utf8_lossy(&output.stderr))).into()
        );
    }
    let mut new: Vec<PathBuf> = inputs(&merged)?
        .into_iter()
        .filter(|input| !kept.join(input.file_name().unwrap_or_default()).exists())
        .collect();
    new.sort_by_key(|input| fs::metadata(input).map_or(u64::MAX, |found| found.len()));
    let room = MOST_KEPT.saturating_sub(inputs(&kept)?.len());
    for input in new.iter().take(room) {
        fs::copy(input, kept.join(input.file_name().unwrap_or_default()))?;
    }
    Ok(inputs(&kept)?.len())
}

fn inputs(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries: std::io::Result<Vec<_>> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    Ok(entries?)
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Outcome { target, executions, seconds, find } = self;
        match find {
            None => write!(f, "fuzz: {target}: {executions} executions in {seconds:.0} s, nothing found"),
            Some(find) => write!(f, "fuzz: {target}: FOUND after {seconds:.0} s\n{find}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn options_are_read() {
        let known = ["date", "value"].map(str::to_owned);
        let check = |arguments: &[&str], seconds: u64, keep: bool, targets: &[&str]| {
            let options = parse(arguments, &known).unwrap();
            let targets = targets.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(options, Options { seconds, keep, targets });
        };
        check(&[], 30, false, &["date", "value"]);
        check(&["--keep", "value", "--seconds", "5"], 5, true, &["value"]);
        assert_eq!(parse(&["--fast"], &known).unwrap_err().to_string(), USAGE);
        let problem = parse(&["values"], &known).unwrap_err().to_string();
        assert_eq!(problem, "values: expected one of date, value");
    }

    #[test]
    fn logs_of_libfuzzer_are_read() {
        let log = "INFO: Seed: 1\nthread 'main' panicked at a.rs:3:5:\nleft: 1\nright: 2\nmore\n\
                   artifact_prefix='x/'; Test unit written to x/crash-1\nstat::number_of_executed_units: 17\n";
        assert_eq!(executions(log), 17);
        assert_eq!(
            find(log),
            "thread 'main' panicked at a.rs:3:5:\nleft: 1\nright: 2\nartifact_prefix='x/'; Test unit written to x/crash-1"
        );
        assert_eq!((executions(""), find("")), (0, String::new()));
    }

    #[test]
    fn the_repository_has_targets() {
        assert!(targets().unwrap().contains(&"value".to_owned()));
    }
}
