//! What is to hold between measurements. A limit that does not hold is told, and fails nothing: times depend on machines.

use super::contest::Outcome;
use super::measure::{Sample, median};

/// What of a sample a limit is about.
#[derive(Clone, Copy)]
pub(crate) enum Quantity {
    /// Wall time, s.
    Time,
    /// Peak memory, MiB.
    Memory,
}

impl Quantity {
    fn of(self, sample: &Sample) -> f64 {
        match self {
            Quantity::Time => sample.seconds,
            Quantity::Memory => sample.peak,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Quantity::Time => "s",
            Quantity::Memory => "MiB",
        }
    }
}

/// One limit.
pub(crate) struct Limit {
    /// In words, for the report.
    pub(crate) words: String,
    quantity: Quantity,
    /// Name of the entry it is about.
    of: String,
    /// Names of entries that are taken off before.
    less: Vec<String>,
    /// Names of the entries whose sum is 1; without any the limit is in units.
    to: Vec<String>,
    most: f64,
}

impl Limit {
    /// The time of one entry is at most so many times that of others together.
    pub(crate) fn time(words: impl Into<String>, of: &str, to: &[&str], most: f64) -> Limit {
        let to = to.iter().map(|name| (*name).to_owned()).collect();
        Limit { words: words.into(), quantity: Quantity::Time, of: of.into(), less: Vec::new(), to, most }
    }

    /// The same of peak memory; in MiB if there are no others.
    pub(crate) fn memory(words: impl Into<String>, of: &str, to: &[&str], most: f64) -> Limit {
        Limit { quantity: Quantity::Memory, ..Limit::time(words, of, to, most) }
    }

    /// The same after an entry was taken off.
    pub(crate) fn less(mut self, name: &str) -> Limit {
        self.less.push(name.to_owned());
        self
    }

    /// The row of this limit in the report.
    pub(crate) fn row(&self, outcomes: &[Outcome]) -> String {
        let unit = if self.to.is_empty() { self.quantity.unit() } else { "×" };
        let verdict = match self.measured(outcomes) {
            Some(measured) if measured <= self.most => format!("{measured:.3} {unit} | holds"),
            Some(measured) => format!("{measured:.3} {unit} | **does not hold**"),
            None => "n/a | not measured".to_owned(),
        };
        format!("| {} | {} {unit} | {verdict} |", self.words, self.most)
    }

    /// The median over the rounds in which everything it is about was measured; `None` if there is none.
    fn measured(&self, outcomes: &[Outcome]) -> Option<f64> {
        let find = |name: &String| outcomes.iter().find(|outcome| outcome.name == *name);
        let all = |names: &[String]| names.iter().map(find).collect::<Option<Vec<&Outcome>>>();
        let (of, less, to) = (find(&self.of)?, all(&self.less)?, all(&self.to)?);
        let sum = |outcomes: &[&Outcome], round: usize| -> Option<f64> {
            outcomes.iter().map(|outcome| Some(self.quantity.of(outcome.measured().get(round)?))).sum()
        };
        let round = |round: usize| {
            let own = sum(&[of], round)? - sum(&less, round)?;
            Some(if to.is_empty() { own } else { own / sum(&to, round)? })
        };
        let rounds: Vec<f64> = (0..of.measured().len()).map_while(round).collect();
        (!rounds.is_empty()).then(|| median(rounds))
    }
}

#[cfg(test)]
mod tests {
    use super::super::contest::tests::outcome;
    use super::*;

    fn check(limit: &Limit, row: &str) {
        let outcomes = [
            outcome("own", &[4.0, 6.0, 4.0]),
            outcome("a", &[2.0, 2.0, 2.0]),
            outcome("b", &[2.0, 1.0, 1.0]),
        ];
        assert_eq!(limit.row(&outcomes), row);
    }

    #[test]
    fn limits_are_told_with_what_was_measured() {
        check(&Limit::time("own to a", "own", &["a"], 2.0), "| own to a | 2 × | 2.000 × | holds |");
        check(&Limit::time("w", "own", &["a", "b"], 1.2), "| w | 1.2 × | 1.333 × | **does not hold** |");
        check(&Limit::time("w", "own", &["a"], 1.5).less("b"), "| w | 1.5 × | 1.500 × | holds |");
        check(&Limit::time("w", "own", &[], 3.5), "| w | 3.5 s | 4.000 s | **does not hold** |");
        check(&Limit::memory("w", "own", &[], 50.0), "| w | 50 MiB | 40.000 MiB | holds |");
        check(&Limit::memory("w", "own", &["a"], 1.0), "| w | 1 × | 2.000 × | **does not hold** |");
    }

    #[test]
    fn what_was_not_measured_neither_holds_nor_fails() {
        check(&Limit::time("w", "own", &["c"], 1.0), "| w | 1 × | n/a | not measured |");
    }

    #[test]
    fn only_rounds_of_all_count() {
        let outcomes = [outcome("own", &[4.0, 8.0]), outcome("once", &[2.0])];
        let row = Limit::time("w", "own", &["once"], 2.0).row(&outcomes);
        assert_eq!(row, "| w | 2 × | 2.000 × | holds |");
    }
}
