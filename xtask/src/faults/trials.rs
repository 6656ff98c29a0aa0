//! The trials of one row against one binary: on two threads, numbered, each in a folder of its own.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::bench::{Bench, Depth, copy_folder};
use super::rows::{Control, Row};
use super::runner::Runner;
use crate::Result;
use crate::generate::Random;

/// The clock of every process unless a trial sets another.
pub(crate) const CLOCK: &str = "2026-01-01T00:00:00Z";

/// So many trials run at once.
const THREADS: usize = 2;

/// Why a trial did not pass.
#[derive(Debug)]
pub(crate) enum Broken {
    /// A promise of the product.
    Promise(String),
    /// The harness itself: says nothing about the product.
    Harness(String),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        Broken::Harness(error.to_string())
    }
}

impl From<Box<dyn std::error::Error>> for Broken {
    fn from(error: Box<dyn std::error::Error>) -> Broken {
        Broken::Harness(error.to_string())
    }
}

/// How a trial went.
pub(crate) type Verdict = std::result::Result<(), Broken>;

/// A promise is broken unless `kept`.
///
/// # Errors
/// [`Broken::Promise`] with the text.
pub(crate) fn ensure(kept: bool, text: impl FnOnce() -> String) -> Verdict {
    if kept { Ok(()) } else { Err(Broken::Promise(text())) }
}

/// A promise that was broken, and how to see it again.
#[derive(Debug)]
pub(crate) struct Violation {
    /// The number of the trial in its row.
    pub(crate) trial: usize,
    /// What was tried.
    pub(crate) label: String,
    /// Which promise, and what was there instead.
    pub(crate) text: String,
    /// A copy of the folder of the trial.
    pub(crate) folder: PathBuf,
    /// The command that repeats it.
    pub(crate) command: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { trial, label, text, folder, command } = self;
        write!(f, "trial {trial} ({label}): {text}\n  folder: {}\n  again: {command}", folder.display())
    }
}

/// The trials of a row against the shipped binary, or against one with a known bug.
pub(crate) struct Trials<'a> {
    bench: &'a Bench,
    row: &'a Row,
    control: Option<Control>,
    /// Trials numbered so far, run or not.
    numbered: usize,
    /// Trials that were run.
    pub(crate) run: usize,
    /// What they broke.
    pub(crate) violations: Vec<Violation>,
    /// What is worth saying under the table: measured numbers, what was left out.
    pub(crate) notes: Vec<String>,
}

impl<'a> Trials<'a> {
    /// None yet.
    pub(crate) fn new(bench: &'a Bench, row: &'a Row, control: Option<Control>) -> Trials<'a> {
        Trials { bench, row, control, numbered: 0, run: 0, violations: Vec::new(), notes: Vec::new() }
    }

    /// The name of the bug or setup when this is a control.
    pub(crate) fn control(&self) -> Option<&'static str> {
        self.control.map(Control::name)
    }

    /// The binary under test, with the environment that every process of it gets.
    pub(crate) fn runner(&self) -> Runner {
        let mut environment = vec![("RECOUNT_CLOCK", CLOCK), ("RECOUNT_BY", "faults"), ("LC_ALL", "C")];
        let binary = match self.control {
            Some(Control::Bug(bug)) => {
                environment.push(("RECOUNT_SEEDED_BUG", bug));
                self.bench.control.clone()
            }
            _ => self.bench.recount.clone(),
        };
        Runner { binary, environment }
    }

    /// Whether a bug is to be found.
    pub(crate) fn is_control(&self) -> bool {
        self.control.is_some()
    }

    /// Whether the bug is found, and nothing more needs to be tried.
    pub(crate) fn is_done(&self) -> bool {
        self.is_control() && !self.violations.is_empty()
    }

    /// Notes that a control is found outside of a numbered trial.
    pub(crate) fn find(&mut self, label: &str, text: String) {
        let (label, folder, command) = (label.to_owned(), PathBuf::new(), String::new());
        self.violations.push(Violation { trial: self.numbered, label, text, folder, command });
    }

    /// Whether everything is tried, or samples.
    pub(crate) fn depth(&self) -> Depth {
        self.bench.depth
    }

    /// Random numbers that are the same for the same seed and row.
    pub(crate) fn random(&self) -> Random {
        let row = self.row.id.bytes().fold(0, |sum: u64, byte| sum * 256 + u64::from(byte));
        Random::new(self.bench.seed ^ row << 32)
    }

    /// A folder that is empty and nobody else's, for what all trials share.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.bench.scratch.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Tries every point, of a sample at most `most`. Points are numbered alike whatever is left out.
    ///
    /// # Errors
    /// When the harness itself fails.
    pub(crate) fn each<P: Sync + fmt::Debug>(
        &mut self,
        points: &[P],
        most: usize,
        trial: impl Fn(&Path, &P) -> Verdict + Sync,
    ) -> Result<()> {
        self.on(THREADS, points, most, &trial)
    }

    /// The same, one after the other: for trials that take the whole machine.
    ///
    /// # Errors
    /// When the harness itself fails.
    pub(crate) fn each_in_turn<P: Sync + fmt::Debug>(
        &mut self,
        points: &[P],
        most: usize,
        trial: impl Fn(&Path, &P) -> Verdict + Sync,
    ) -> Result<()> {
        self.on(1, points, most, &trial)
    }

    fn on<P: Sync + fmt::Debug>(
        &mut self,
        threads: usize,
        points: &[P],
        most: usize,
        trial: &(impl Fn(&Path, &P) -> Verdict + Sync),
    ) -> Result<()> {
        let first = self.numbered;
        self.numbered += points.len();
        let chosen = self.choose(points.len(), most);
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let outcomes = Mutex::new(Vec::new());
        let work = || {
            while !stop.load(Ordering::Relaxed) {
                let Some(&index) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                let outcome = self.try_one(first + index, &points[index], trial);
                // One violation is enough of a control; after trouble of its own the harness says nothing more.
                let enough = match &outcome {
                    Ok(violation) => violation.is_some() && self.control.is_some(),
                    Err(_) => true,
                };
                stop.fetch_or(enough, Ordering::Relaxed);
                outcomes.lock().expect("no trial panics while it reports").push(outcome);
            }
        };
        std::thread::scope(|scope| {
            (0..threads).for_each(|_| {
                scope.spawn(work);
            });
        });
        for outcome in outcomes.into_inner().expect("no trial panics while it reports") {
            self.run += 1;
            self.violations.extend(outcome?);
        }
        self.violations.sort_by_key(|violation| violation.trial);
        Ok(())
    }

    fn choose(&self, count: usize, most: usize) -> Vec<usize> {
        if let Some(trial) = self.bench.trial {
            let first = self.numbered - count;
            return trial.checked_sub(first).filter(|index| *index < count).into_iter().collect();
        }
        let mut all: Vec<usize> = (0..count).collect();
        if self.bench.depth == Depth::Full || count <= most {
            return all;
        }
        let mut random = self.random();
        (0..most).for_each(|place| all.swap(place, place + random.index(count - place)));
        all.truncate(most);
        all.sort_unstable();
        all
    }

    fn try_one<P: fmt::Debug>(
        &self,
        number: usize,
        point: &P,
        trial: &impl Fn(&Path, &P) -> Verdict,
    ) -> std::result::Result<Option<Violation>, String> {
        let label = format!("{point:?}");
        let place = format!("{} trial {number} ({label})", self.row.id);
        let folder = self.bench.scratch.join(format!("{}-{number}", self.row.id));
        let failed = |error: io::Error| format!("{place}: {error}");
        fs::create_dir_all(&folder).map_err(failed)?;
        let violation = match trial(&folder, point) {
            Ok(()) => None,
            Err(Broken::Harness(text)) => return Err(format!("{place}: {text}")),
            Err(Broken::Promise(text)) if self.control.is_some() => {
                // Nobody looks at it again: it is there to be found.
                let (folder, command) = (PathBuf::new(), String::new());
                Some(Violation { trial: number, label, text, folder, command })
            }
            Err(Broken::Promise(text)) => {
                let kept = self.bench.kept.join(format!("{}-{number}", self.row.id));
                copy_folder(&folder, &kept).map_err(failed)?;
                let seed = self.bench.seed;
                let ci = if self.bench.depth == Depth::Sample { " --ci" } else { "" };
                let command =
                    format!("cargo xtask faults {}{ci} --seed {seed} --trial {number}", self.row.id);
                Some(Violation { trial: number, label, text, folder: kept, command })
            }
        };
        fs::remove_dir_all(&folder).map_err(failed)?;
        Ok(violation)
    }
}
