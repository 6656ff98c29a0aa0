//! The result as a Markdown table, and its place in docs/benchmarks.md.

use std::fmt;
use std::fs;
use std::process::Command;

use super::measure::Sample;
use super::{PAGE, ROUNDS};
use crate::Result;
use crate::generate::Plan;

const END: &str = "<!-- end -->";

/// One command of the result.
pub(crate) struct Row {
    /// The command as it is shown.
    pub(crate) shown: String,
    /// The medians.
    pub(crate) median: Sample,
}

/// All that is told of a run; the first row is the baseline.
pub(crate) struct Report {
    plan: Plan,
    /// Size of the ledger in bytes.
    bytes: u64,
    /// The day of the run and the machine.
    facts: String,
    rows: Vec<Row>,
}

impl Report {
    /// The report of a run that has just ended on this machine.
    ///
    /// # Errors
    /// If the day is not to be learned.
    pub(crate) fn new(plan: Plan, bytes: u64, rows: Vec<Row>) -> Result<Report> {
        let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output()?;
        let facts = format!("{}, {}", String::from_utf8(date.stdout)?.trim(), machine()?);
        Ok(Report { plan, bytes, facts, rows })
    }

    /// `page` with this report between the markers for its size.
    ///
    /// # Errors
    /// If the page has no such markers.
    pub(crate) fn put_into(&self, page: &str) -> Result<String> {
        let start = format!("<!-- bench {} -->\n", self.plan.events);
        let place =
            page.split_once(&start).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let missing = || format!("{PAGE}: expected {} and {END}, with lines of their own", start.trim());
        let (before, after) = place.ok_or_else(missing)?;
        Ok(format!("{before}{start}\n{self}\n{END}{after}"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { events, seed, .. } = self.plan;
        let megabytes = self.bytes as f64 / 1e6;
        writeln!(
            f,
            "{events} events, {megabytes:.0} MB, seed {seed}; medians of {ROUNDS} rounds; {}.\n",
            self.facts
        )?;
        writeln!(f, "| command | time, s | to baseline | peak, MiB | to baseline |")?;
        writeln!(f, "|---|--:|--:|--:|--:|")?;
        let Some(base) = self.rows.first().map(|row| row.median) else { return Ok(()) };
        for Row { shown, median: Sample { seconds, peak } } in &self.rows {
            let (memory, ratio) = match peak.zip(base.peak) {
                Some((peak, base)) => {
                    (format!("{:.1}", kib(peak) / 1024.0), format!("{:.2}", kib(peak) / kib(base)))
                }
                None => ("n/a".to_owned(), "n/a".to_owned()),
            };
            writeln!(f, "| `{shown}` | {seconds:.2} | {:.2} | {memory} | {ratio} |", seconds / base.seconds)?;
        }
        Ok(())
    }
}

fn kib(peak: u64) -> f64 {
    peak as f64
}

/// Cores, processor, memory and system, as far as the system says.
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

    use super::*;

    fn report(peak: Option<u64>) -> Report {
        let row =
            |shown: &str, seconds, peak| Row { shown: shown.to_owned(), median: Sample { seconds, peak } };
        let rows = vec![row("figures", 2.0, peak), row("verify", 3.0, peak.map(|peak| peak / 2))];
        let plan = Plan { events: 5_000, seed: 1, plain: false };
        Report { plan, bytes: 1_600_000, facts: "2026-01-02, 2 cores".to_owned(), rows }
    }

    #[test]
    fn ratios_are_to_the_first_row() {
        insta::assert_snapshot!(report(Some(2_048)).to_string(), @"
        5000 events, 2 MB, seed 1; medians of 3 rounds; 2026-01-02, 2 cores.

        | command | time, s | to baseline | peak, MiB | to baseline |
        |---|--:|--:|--:|--:|
        | `figures` | 2.00 | 1.00 | 2.0 | 1.00 |
        | `verify` | 3.00 | 1.50 | 1.0 | 0.50 |
        ");
        assert!(report(None).to_string().ends_with("| `verify` | 3.00 | 1.50 | n/a | n/a |\n"));
    }

    #[test]
    fn only_the_place_for_the_size_is_replaced() {
        let place = |events: &str, text: &str| format!("<!-- bench {events} -->\n{text}{END}\n");
        let page = |text: &str| format!("a\n{}b\n{}c\n", place("5000", text), place("500", "old\n"));
        let report = report(None);
        assert_eq!(report.put_into(&page("old\n")).unwrap(), page(&format!("\n{report}\n")));
        assert!(report.put_into("a\n").unwrap_err().to_string().contains("<!-- bench 5000 -->"));
    }

    #[test]
    fn the_machine_is_named_without_paths() {
        assert_eq!(gigabytes("24683656 kB").as_deref(), Some("25 GB of memory"));
        let machine = machine().unwrap();
        assert!(machine.contains(" cores") && !machine.contains('/'), "{machine}");
    }
}
