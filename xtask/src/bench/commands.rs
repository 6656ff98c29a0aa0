//! What is measured.

use std::path::Path;

use serde_json::json;

/// Replay and output, and nothing else that takes time: what the other commands are compared with.
pub(crate) const BASELINE: &str = "figures";

/// Events appended one by one, each made durable before the next.
const APPENDED: u64 = 100;

/// A command to measure.
pub(crate) struct Measured {
    /// The name it is chosen by.
    pub(crate) name: &'static str,
    /// Its arguments; `SCRATCH` and `FROM` stand for what depends on the run.
    arguments: &'static [&'static str],
    /// Exit statuses that are no failure.
    pub(crate) passes: &'static [i32],
    /// It appends, so it gets a ledger of its own.
    pub(crate) appends: bool,
}

/// A command that only reads.
const fn reads(name: &'static str, arguments: &'static [&'static str]) -> Measured {
    Measured { name, arguments, passes: &[0], appends: false }
}

/// Every command, the baseline first.
pub(crate) const COMMANDS: &[Measured] = &[
    reads(BASELINE, &["figures", "--format", "csv"]),
    reads("headlines", &["headlines", "--format", "csv"]),
    reads("votes", &["votes"]),
    reads("why", &["why", "derived@region-000"]),
    reads("vintages", &["vintages", "indicator-00", "--format", "csv"]),
    reads("diff", &["diff", "--from", "FROM", "--to", "now", "--format", "csv"]),
    // Findings are what a ledger of contradicting reporters has: exit status 1.
    Measured { name: "check", arguments: &["check", "--format", "json"], passes: &[0, 1], appends: false },
    reads("snapshot", &["snapshot"]),
    reads("export-csv", &["export", "csv", "SCRATCH/csv"]),
    reads("export-sqlite", &["export", "sqlite", "SCRATCH/export.sqlite"]),
    reads("verify", &["verify"]),
    Measured {
        name: "append",
        arguments: &["append", "events", "-", "--batch", "1"],
        passes: &[0],
        appends: true,
    },
];

impl Measured {
    /// The command as it stands in the report.
    pub(crate) fn shown(&self) -> String {
        let shown = self.arguments.join(" ").replace("SCRATCH/", "").replace("FROM", "SIZE-1000");
        if self.appends { format!("{shown} ({APPENDED} events)") } else { shown }
    }

    /// The arguments of one run on a ledger of so many events. Caches are left aside: what is measured is the work.
    pub(crate) fn arguments(&self, ledger: &Path, scratch: &Path, events: u64) -> Vec<String> {
        let from = events.saturating_sub(1_000).to_string();
        let given = self.arguments.iter().map(|argument| match *argument {
            "FROM" => from.clone(),
            other => other.replace("SCRATCH", &scratch.display().to_string()),
        });
        let everywhere =
            ["--file".to_owned(), ledger.display().to_string(), "--quiet".into(), "--no-cache".into()];
        everywhere.into_iter().chain(given).collect()
    }

    /// What the command reads from standard input.
    pub(crate) fn input(&self) -> String {
        if !self.appends {
            return String::new();
        }
        let line = |number: u64| {
            let data = json!({"indicator": "indicator-00", "value": format!("{number}"), "reporter": "ministry",
                "unsourced": true, "as_of": "2025-12-28", "locator": format!("appended, row {number}")});
            format!("{}\n", json!({"type": "figure.reported", "data": data}))
        };
        (1..=APPENDED).map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, shown: &str, arguments: &str) {
        let found = COMMANDS.iter().find(|command| command.name == name);
        let Some(command) = found else { panic!("{name}") };
        let given = command.arguments(Path::new("l"), Path::new("s"), 5_000);
        assert_eq!((command.shown().as_str(), given.join(" ").as_str()), (shown, arguments));
    }

    #[test]
    fn commands_are_filled_in() {
        let diff = "diff --from SIZE-1000 --to now --format csv";
        check("diff", diff, "--file l --quiet --no-cache diff --from 4000 --to now --format csv");
        check("export-csv", "export csv csv", "--file l --quiet --no-cache export csv s/csv");
        let append = "append events - --batch 1 (100 events)";
        check("append", append, "--file l --quiet --no-cache append events - --batch 1");
    }

    #[test]
    fn the_baseline_comes_first_and_only_appends_read_input() {
        assert_eq!(COMMANDS[0].name, BASELINE);
        for command in COMMANDS {
            assert_eq!(
                command.input().lines().count(),
                if command.appends { 100 } else { 0 },
                "{}",
                command.name
            );
        }
    }
}
