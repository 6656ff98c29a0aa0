//! `cargo xtask data`: builds the real ledger, data/ukraine-children.jsonl, from the dossier.
//!
//! The dossier (claims as gathered) and the decisions about it (what counts as what, who speaks for whom, what is
//! doubted) are both data; this task joins them into events and has the `recount` binary append them. It knows no
//! crate of ours: what it writes goes through the same door as everybody's input.
//!
//! Options: none builds the ledger; `--print` writes the events to standard output; `--check` builds it aside and
//! fails where it differs from the one kept.

mod decisions;
mod declarations;
mod dossier;
mod event;
mod figures;
mod ledger;
mod table;
mod texts;
mod votes;

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::Hash;
use std::io::Write;
use std::path::Path;

use decisions::Decisions;
use dossier::Dossier;
use event::Batch;

pub(crate) use crate::Result;

/// Runs the task with the arguments after its name.
///
/// # Errors
/// If the dossier and the decisions do not fit together, `recount` refuses an event, or `--check` finds a difference.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let batches = batches(&folder.join("dossier"))?;
    match arguments {
        [] => ledger::write(&folder, &batches),
        ["--check"] => ledger::check(&folder, &batches),
        ["--print"] => print(&batches),
        _ => Err("usage: cargo xtask data [--print | --check]".into()),
    }
}

fn print(batches: &[Batch]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for batch in batches {
        out.write_all(batch.json_lines()?.as_bytes())?;
    }
    Ok(())
}

/// Everything the ledger says, in the order in which it is recorded.
fn batches(folder: &Path) -> Result<Vec<Batch>> {
    let dossier = Dossier::load(folder)?;
    let decisions = Decisions::load(&folder.join("decisions"))?;
    let is_returned = |indicator: &str| indicator.starts_with("children.returned");
    let is_deported = |indicator: &str| indicator.starts_with("children.deported");
    let is_other = |indicator: &str| !is_returned(indicator) && !is_deported(indicator);
    let themes = [
        ("sources", declarations::sources(&dossier, &decisions)?),
        ("reporters, places, dimensions", declarations::names(&decisions)),
        ("indicators, policies", declarations::indicators(&decisions)?),
        ("figures: deported", figures::figures(&dossier, &decisions, is_deported)?),
        ("figures: returned", figures::figures(&dossier, &decisions, is_returned)?),
        ("figures: all others", figures::figures(&dossier, &decisions, is_other)?),
        ("roll-call", votes::votes(&dossier, &decisions)?),
        ("statements, norms", texts::statements_and_norms(&dossier, &decisions)?),
        ("cases", texts::cases(&decisions)),
        ("checks", texts::checks(&decisions)?),
        ("acknowledgements", texts::acknowledgements(&decisions)?),
    ];
    Ok(themes.into_iter().map(|(theme, events)| Batch { theme, events }).collect())
}

/// Refuses decisions about something that the dossier does not have: a decision that decides nothing is a mistake.
fn unused<'a, T: Hash + Eq + Display + 'a>(
    file: &str,
    decided: impl IntoIterator<Item = &'a T>,
    present: impl IntoIterator<Item = &'a T>,
) -> Result<()> {
    let present: HashSet<&T> = present.into_iter().collect();
    match decided.into_iter().find(|key| !present.contains(key)) {
        None => Ok(()),
        Some(key) => Err(format!("{file}: the dossier has no {key}").into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;
    use crate::data::event::Event;

    fn events() -> Vec<Event> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/dossier");
        batches(&folder).unwrap().into_iter().flat_map(|batch| batch.events).collect()
    }

    fn of<'a>(events: &'a [Event], kind: &str) -> Vec<&'a Event> {
        events.iter().filter(|event| event.kind == kind).collect()
    }

    fn entries(event: &Event, member: &str) -> usize {
        let count = |(name, value): (&String, &Value)| match value {
            Value::Array(states) => states.len(),
            _ => usize::from(name != "sponsors"),
        };
        event.data.get(member).and_then(Value::as_object).map_or(0, |map| map.iter().map(count).sum())
    }

    #[test]
    fn every_row_is_an_event() {
        let events = events();
        let counts: BTreeMap<&str, usize> = events.iter().fold(BTreeMap::new(), |mut counts, event| {
            *counts.entry(event.kind).or_default() += 1;
            counts
        });
        for (kind, rows) in [
            ("source.added", 213),
            ("figure.reported", 150),
            ("vote.recorded", 1),
            ("vote.reported", 45),
            ("statement.recorded", 37),
            ("norm.cited", 19),
            ("case.documented", 2),
        ] {
            assert_eq!(counts[kind], rows, "{kind}");
        }
        let accounts = of(&events, "vote.reported");
        let rows: usize =
            accounts.iter().map(|event| entries(event, "tally") + entries(event, "positions")).sum();
        assert_eq!(rows, 464);
    }

    #[test]
    fn everything_named_is_declared_before() {
        let declared = |kind: &str| match kind {
            "source.added" => "source",
            "reporter.added" => "reporter",
            "place.added" => "place",
            "indicator.defined" | "indicator.derived" => "indicator",
            "case.documented" => "case",
            _ => "",
        };
        let named = [
            ("source", "source"),
            ("reporter", "reporter"),
            ("relayed_by", "reporter"),
            ("speaks_for", "reporter"),
            ("by_reporter", "reporter"),
            ("speaker", "reporter"),
            ("cited_by", "reporter"),
            ("place", "place"),
            ("parent", "place"),
            ("origin", "place"),
            ("destination", "place"),
            ("indicator", "indicator"),
            ("case", "case"),
        ];
        let mut known: BTreeSet<(String, String)> = BTreeSet::new();
        for event in events() {
            for (member, what) in named {
                if let Some(Value::String(id)) = event.data.get(member) {
                    assert!(known.contains(&(what.to_owned(), id.clone())), "{}: {member} {id}", event.kind);
                }
            }
            if let Some(Value::String(id)) = event.data.get("id") {
                assert!(known.insert((declared(event.kind).to_owned(), id.clone())), "{id} twice");
            }
        }
    }

    #[test]
    fn a_figure_without_any_date_stays_without() {
        let events = events();
        let dated: BTreeSet<&str> = of(&events, "source.added")
            .into_iter()
            .filter(|source| source.data.contains_key("published"))
            .filter_map(|source| source.data["id"].as_str())
            .collect();
        let undated = of(&events, "figure.reported").into_iter().filter(|figure| {
            let source = figure.data["source"].as_str().unwrap();
            !figure.data.contains_key("as_of")
                && !figure.data.contains_key("published")
                && !dated.contains(source)
        });
        assert_eq!(undated.count(), 26);
    }

    #[test]
    fn a_decision_about_nothing_is_refused() {
        let check = |decided: &[u64], fits: bool| {
            assert_eq!(unused("f.csv", decided, &[1, 2, 3]).is_ok(), fits, "{decided:?}");
        };
        check(&[], true);
        check(&[3, 1], true);
        check(&[4], false);
    }
}
