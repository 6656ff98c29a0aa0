//! From seeds to sequences: each sequence has a seed of its own, and that seed repeats it.

use std::cell::Cell;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::plan::{Step, sequences};
use crate::run::Simulation;
use crate::stats::Stats;

/// What is to be simulated.
pub(crate) struct Task {
    /// The first seed; the next sequences have the next ones.
    pub(crate) first_seed: u64,
    /// How many sequences at most.
    pub(crate) cases: u64,
    /// How long at most.
    pub(crate) time: Option<Duration>,
}

/// Plays one sequence.
///
/// # Errors
///
/// The shortest sequence found that fails, and how.
pub(crate) fn play(seed: u64, shrinks: u32, simulation: impl Fn() -> Simulation) -> Result<Stats, String> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { failure_persistence: None, max_shrink_iters: shrinks, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let tree = sequences().new_tree(&mut runner).map_err(|reason| reason.to_string())?;
    let stats = Cell::new(Stats::default());
    let outcome = runner.run_one(tree, |steps: Vec<Step>| {
        let mut simulation = simulation();
        let outcome = simulation.play(&steps);
        stats.set(simulation.stats);
        outcome.map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(_) => Ok(stats.get()),
        Err(TestError::Fail(reason, steps)) => {
            let steps: Vec<String> = steps.iter().map(|step| format!("  {step:?}\n")).collect();
            Err(format!("{reason}\nthe shortest sequence:\n{}", steps.concat()))
        }
        Err(TestError::Abort(reason)) => Err(reason.to_string()),
    }
}

/// Plays sequences on two threads until one fails.
///
/// # Errors
///
/// The failure, its seed, and the command that repeats it.
pub(crate) fn play_all(task: &Task) -> Result<Stats, String> {
    let started = Instant::now();
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let work = || {
        let mut stats = Stats::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let late = task.time.is_some_and(|time| started.elapsed() >= time);
            if number >= task.cases || late || failed.load(Ordering::Relaxed) {
                return Ok(stats);
            }
            let seed = task.first_seed.wrapping_add(number);
            match play(seed, 2000, || Simulation::new(|machine| Arc::new(machine))) {
                Ok(more) => stats += more,
                Err(problem) => {
                    failed.store(true, Ordering::Relaxed);
                    return Err(format!("seed {seed}: {problem}\nrepeat it: {}", command(seed)));
                }
            }
        }
    };
    let outcomes = thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers.map(|worker| worker.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)))
    });
    let mut stats = Stats::default();
    for outcome in outcomes {
        stats += outcome?;
    }
    Ok(stats)
}

fn command(seed: u64) -> String {
    format!(
        "RECOUNT_SIMULATION_SEED={seed} cargo test --release --package recount-tests --test simulation sequences -- --nocapture"
    )
}
