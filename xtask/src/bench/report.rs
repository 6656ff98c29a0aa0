//! The result as Markdown, and its place in docs/benchmarks.md.

use std::fmt;
use std::fs;
use std::process::Command;

use super::PAGE;
use super::contest::Outcome;
use super::limit::Limit;
use crate::Result;

const END: &str = "<!-- end -->";

/// What is told of a run of one suite.
pub(crate) struct Report {
    /// The suite and the size of its ledgers: where it stands in the page.
    pub(crate) place: String,
    /// Ledger, day, machine, versions.
    pub(crate) facts: String,
    /// The first row is what ratios are to.
    pub(crate) outcomes: Vec<Outcome>,
    /// What is to hold between them.
    pub(crate) limits: Vec<Limit>,
}

impl Report {
    /// `page` with this report between the markers of its place.
    ///
    /// # Errors
    /// If the page has no such markers.
    pub(crate) fn put_into(&self, page: &str) -> Result<String> {
        let start = format!("<!-- bench {} -->\n", self.place);
        let place =
            page.split_once(&start).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let missing = || format!("{PAGE}: expected {} and {END}, with lines of their own", start.trim());
        let (before, after) = place.ok_or_else(missing)?;
        Ok(format!("{before}{start}\n{self}\n{END}{after}"))
    }

    /// The answers that differ, each with its entry.
    pub(crate) fn differences(&self) -> Vec<String> {
        let difference = |outcome: &Outcome| Some(format!("{}: {}", outcome.name, outcome.differs.as_ref()?));
        self.outcomes.iter().filter_map(difference).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}.\n", self.facts)?;
        writeln!(f, "| what | time, s | to the first | processors, s | peak, MiB |")?;
        writeln!(f, "|---|--:|--:|--:|--:|")?;
        for outcome in &self.outcomes {
            writeln!(f, "| {} | {} |", outcome.name, self.cells(outcome))?;
        }
        for difference in self.differences() {
            writeln!(f, "\n**Another answer:** {difference}")?;
        }
        if !self.limits.is_empty() {
            writeln!(f, "\n| limit | at most | measured | |\n|---|--:|--:|---|")?;
        }
        self.limits.iter().try_for_each(|limit| writeln!(f, "{}", limit.row(&self.outcomes)))
    }
}

impl Report {
    fn cells(&self, outcome: &Outcome) -> String {
        let why = match &outcome.samples {
            Ok(_) => "not measured",
            Err(why) => why,
        };
        let cells = || {
            let seconds = outcome.median(|sample| sample.seconds)?;
            let (cpu, peak) = (outcome.median(|sample| sample.cpu)?, outcome.median(|sample| sample.peak)?);
            let ratio =
                outcome.ratio(self.outcomes.first()?).map_or("n/a".to_owned(), |ratio| format!("{ratio:.2}"));
            // Of what takes milliseconds, tenths of them.
            let digits = if seconds < 0.1 { 4 } else { 2 };
            Some(format!("{seconds:.digits$} | {ratio} | {cpu:.digits$} | {peak:.1}"))
        };
        cells().unwrap_or_else(|| format!("{why} | | |"))
    }
}

/// The day and the machine: cores, processor, memory and system, as far as the system says.
///
/// # Errors
/// If the day is not to be learned.
pub(crate) fn circumstances() -> Result<String> {
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output()?;
    Ok(format!("{}, {}", String::from_utf8(date.stdout)?.trim(), machine()?))
}

fn machine() -> Result<String> {
    let fact = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = format!("{} cores", std::thread::available_parallelism()?);
    let memory = fact("/proc/meminfo", "MemTotal").and_then(|total| gigabytes(&total));
    let facts =
        [Some(cores), fact("/proc/cpuinfo", "model name"), memory, Some(std::env::consts::OS.to_owned())];
    Ok(facts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// `24683656 kB` (of 1024 bytes, proc_meminfo(5)) in words.
fn gigabytes(total: &str) -> Option<String> {
    let kib: u64 = total.strip_suffix(" kB")?.parse().ok()?;
    Some(format!("{:.0} GB of memory", kib as f64 * 1024.0 / 1e9))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::contest::tests::outcome;
    use super::*;

    fn report() -> Report {
        let absent = Outcome { samples: Err("absent: pip cannot install it".into()), ..outcome("chdb", &[]) };
        let wrong = Outcome {
            differs: Some("row 3: recount has a, this one has b".into()),
            ..outcome("jq", &[20.0])
        };
        let outcomes =
            vec![outcome("duckdb", &[2.0, 4.0, 3.0]), outcome("recount", &[1.0, 1.0, 0.075]), wrong, absent];
        let limits = vec![Limit::time("replay", "recount", &["duckdb"], 0.25)];
        Report {
            place: "peers 5000".into(),
            facts: "5000 events, 2026-01-02, 2 cores".into(),
            outcomes,
            limits,
        }
    }

    #[test]
    fn everything_is_told() {
        insta::assert_snapshot!(report().to_string(), @"
        5000 events, 2026-01-02, 2 cores.

        | what | time, s | to the first | processors, s | peak, MiB |
        |---|--:|--:|--:|--:|
        | duckdb | 3.00 | 1.00 | 6.00 | 30.0 |
        | recount | 1.00 | 0.25 | 2.00 | 10.0 |
        | jq | 20.00 | 10.00 | 40.00 | 200.0 |
        | chdb | absent: pip cannot install it | | | |

        **Another answer:** jq: row 3: recount has a, this one has b

        | limit | at most | measured | |
        |---|--:|--:|---|
        | replay | 0.25 × | 0.250 × | holds |
        ");
    }

    #[test]
    fn differences_are_found() {
        assert_eq!(report().differences(), ["jq: row 3: recount has a, this one has b"]);
    }

    #[test]
    fn only_the_place_of_the_suite_and_size_is_replaced() {
        let place = |name: &str, text: &str| format!("<!-- bench {name} -->\n{text}{END}\n");
        let page =
            |text: &str| format!("a\n{}b\n{}c\n", place("peers 5000", text), place("peers 500", "old\n"));
        let report = report();
        assert_eq!(report.put_into(&page("old\n")).unwrap(), page(&format!("\n{report}\n")));
        assert!(report.put_into("a\n").unwrap_err().to_string().contains("<!-- bench peers 5000 -->"));
    }

    #[test]
    fn the_machine_is_named_without_paths() {
        assert_eq!(gigabytes("24683656 kB").as_deref(), Some("25 GB of memory"));
        let machine = machine().unwrap();
        assert!(machine.contains(" cores") && !machine.contains('/'), "{machine}");
    }
}
