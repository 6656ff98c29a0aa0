//! Processes that are run in turn, so that a machine that grows slow or busy does so for all of them.

use super::limit::Limit;
use super::measure::{Process, Sample, median};
use crate::Result;

/// Something to do before or after each run, outside the measurement.
type Step<'a> = Box<dyn Fn() -> Result<()> + 'a>;

/// One of several that are measured.
pub(crate) struct Entry<'a> {
    /// What is shown, and what limits name it by.
    pub(crate) name: String,
    /// What is run, or why it cannot be.
    work: std::result::Result<Process, String>,
    before: Option<Step<'a>>,
    /// Whether the answer is right, asked after the first run.
    answer: Option<Step<'a>>,
    /// So slow that it is run in the first round only.
    once: bool,
}

impl<'a> Entry<'a> {
    /// A process to measure in every round.
    pub(crate) fn new(name: impl Into<String>, process: Process) -> Entry<'a> {
        Entry { name: name.into(), work: Ok(process), before: None, answer: None, once: false }
    }

    /// One that is named, and said to be absent.
    pub(crate) fn absent(name: impl Into<String>, why: impl Into<String>) -> Entry<'a> {
        Entry { name: name.into(), work: Err(why.into()), before: None, answer: None, once: false }
    }

    /// Prepares each run.
    pub(crate) fn before(mut self, step: impl Fn() -> Result<()> + 'a) -> Entry<'a> {
        self.before = Some(Box::new(step));
        self
    }

    /// Checks what the first run has answered; an error says how the answer differs.
    pub(crate) fn answer(mut self, check: impl Fn() -> Result<()> + 'a) -> Entry<'a> {
        self.answer = Some(Box::new(check));
        self
    }

    /// Leaves out all rounds but the first.
    pub(crate) fn once(mut self) -> Entry<'a> {
        self.once = true;
        self
    }
}

/// What became of an entry.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Its name.
    pub(crate) name: String,
    /// What was measured in each round; or why nothing was.
    pub(crate) samples: std::result::Result<Vec<Sample>, String>,
    /// How its answer differs from that of `recount`; `None` if it does not, or was not looked at.
    pub(crate) differs: Option<String>,
}

impl Outcome {
    /// What was measured; nothing of an absent one.
    pub(crate) fn measured(&self) -> &[Sample] {
        self.samples.as_deref().unwrap_or_default()
    }

    /// The median of something measured.
    pub(crate) fn median(&self, of: impl Fn(&Sample) -> f64) -> Option<f64> {
        let samples = self.measured();
        (!samples.is_empty()).then(|| median(samples.iter().map(of)))
    }

    /// The median over the rounds of the ratio to another one's time.
    pub(crate) fn ratio(&self, first: &Outcome) -> Option<f64> {
        let rounds = || self.measured().iter().zip(first.measured());
        (rounds().len() > 0).then(|| median(rounds().map(|(own, other)| own.seconds / other.seconds)))
    }
}

/// Entries that are measured in turn, and what is to hold between them.
pub(crate) struct Contest<'a> {
    /// The entries; ratios are to the first.
    pub(crate) entries: Vec<Entry<'a>>,
    /// What is to hold.
    pub(crate) limits: Vec<Limit>,
}

impl Contest<'_> {
    /// Runs all entries in turn, so many times. An entry that fails is told as such and not run again.
    ///
    /// # Errors
    /// If a run cannot be prepared.
    pub(crate) fn run(&self, rounds: usize) -> Result<Vec<Outcome>> {
        let outcome = |entry: &Entry<'_>| Outcome {
            name: entry.name.clone(),
            samples: entry.work.as_ref().map(|_| Vec::new()).map_err(Clone::clone),
            differs: None,
        };
        let mut outcomes: Vec<Outcome> = self.entries.iter().map(outcome).collect();
        for round in 1..=rounds {
            for (entry, outcome) in self.entries.iter().zip(&mut outcomes) {
                if round == 1 || !entry.once {
                    turn(entry, outcome)?;
                }
            }
            eprintln!("bench: round {round} of {rounds} done");
        }
        Ok(outcomes)
    }
}

fn turn(entry: &Entry<'_>, outcome: &mut Outcome) -> Result<()> {
    let (Ok(process), Ok(samples)) = (&entry.work, &mut outcome.samples) else { return Ok(()) };
    if let Some(before) = &entry.before {
        before()?;
    }
    match process.run() {
        Ok(sample) => {
            eprintln!("bench: {}: {:.3} s, {:.0} MiB", entry.name, sample.seconds, sample.peak);
            samples.push(sample);
        }
        Err(problem) => {
            eprintln!("bench: {}: {problem}", entry.name);
            outcome.samples = Err(problem.to_string());
            return Ok(());
        }
    }
    if let (Some(answer), 1) = (&entry.answer, samples.len()) {
        outcome.differs = answer().err().map(|difference| difference.to_string());
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]

    use std::cell::RefCell;

    use super::*;

    /// An outcome with these times, and a peak of ten times as many MiB.
    pub(crate) fn outcome(name: &str, seconds: &[f64]) -> Outcome {
        let sample = |seconds: &f64| Sample { seconds: *seconds, cpu: seconds * 2.0, peak: seconds * 10.0 };
        Outcome { name: name.to_owned(), samples: Ok(seconds.iter().map(sample).collect()), differs: None }
    }

    fn shell(command: &str) -> Process {
        Process::new("/bin/sh", ["-c", command])
    }

    #[test]
    fn entries_take_turns_and_the_slow_ones_one() {
        let order = RefCell::new(String::new());
        let entry = |name: &'static str| {
            let order = &order;
            Entry::new(name, shell("true")).before(move || {
                order.borrow_mut().push_str(name);
                Ok(())
            })
        };
        let entries = vec![entry("a"), Entry::absent("x", "not installed"), entry("b").once(), entry("c")];
        let outcomes = Contest { entries, limits: Vec::new() }.run(2).unwrap();
        assert_eq!(order.borrow().as_str(), "abcac");
        let counts: Vec<usize> = outcomes.iter().map(|outcome| outcome.measured().len()).collect();
        assert_eq!(counts, [2, 0, 1, 2]);
        assert_eq!(outcomes[1].samples.as_ref().unwrap_err(), "not installed");
    }

    #[test]
    fn failures_and_wrong_answers_are_told_and_end_nothing() {
        let asked = RefCell::new(0);
        let wrong = Entry::new("wrong", shell("true")).answer(|| {
            *asked.borrow_mut() += 1;
            Err("row 3".into())
        });
        let entries = vec![Entry::new("broken", shell("echo no such command >&2; exit 2")), wrong];
        let outcomes = Contest { entries, limits: Vec::new() }.run(3).unwrap();
        assert_eq!(outcomes[0].samples.as_ref().unwrap_err(), "exit status: 2: no such command");
        assert_eq!((outcomes[1].differs.as_deref(), outcomes[1].measured().len()), (Some("row 3"), 3));
        assert_eq!(*asked.borrow(), 1);
    }

    #[test]
    fn ratios_are_medians_of_rounds_and_not_ratios_of_medians() {
        let (first, own) = (outcome("first", &[1.0, 10.0, 2.0]), outcome("own", &[3.0, 10.0, 1.0]));
        assert_eq!(own.ratio(&first), Some(1.0));
        assert_eq!((own.median(|s| s.seconds), first.median(|s| s.seconds)), (Some(3.0), Some(2.0)));
        assert_eq!(outcome("none", &[]).ratio(&first), None);
    }
}
