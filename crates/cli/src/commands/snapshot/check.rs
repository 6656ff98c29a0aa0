//! `recount snapshot --check FILE`: what differs from a committed snapshot, by cause where it was made from this ledger.

use std::collections::HashSet;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use recount_ledger::checkpoint::Checkpoint;
use recount_ledger::{LineRef, Visitor};
use recount_model::answer::Answers;
use recount_model::clock::{AsOf, Clocks, PublishedBy, RecordedBy};
use recount_model::diff::{Change, Changed, diff};
use recount_model::problem::Code;
use recount_model::state::State;
use recount_replay::{LedgerTexts, Replay};
use recount_tables::{RowDifference, SnapshotFile};
use serde_json::{Value, json};

use crate::args::Format;
use crate::changes::Changes;
use crate::commands::diff::{end_json, end_lines, erased_json, longer, summary};
use crate::error::{BAD_INPUT, FINDINGS, Failure, Trouble};
use crate::input;
use crate::output::Output;
use crate::terminal::{cell_text, printable};
use crate::view::{View, replay_to};

/// Compares; fails without a message where something differs.
pub(crate) fn run(output: &mut Output, view: &View, file: &Path) -> Result<(), Failure> {
    let committed = input::read(file).map_err(|error| super::of_file(file, &error))?;
    let current = super::text(view)?;
    if SnapshotFile::same_lines(&committed, &current) {
        return equal(output, file);
    }
    let parse = |text: &str| {
        let place = file.display().to_string();
        SnapshotFile::parse(text)
            .map_err(|error| Failure::one(BAD_INPUT, Trouble::new(Code::SYNTAX, error.to_string()).at(place)))
    };
    let (committed, current) = (parse(&committed)?, parse(&current)?);
    let rows = committed.differences(&current);
    if rows.is_empty() && committed.same_question(&current) {
        return equal(output, file);
    }
    report(output, view, file, &committed, &rows)?;
    Err(Failure::new(FINDINGS, Vec::new()))
}

fn equal(output: &mut Output, file: &Path) -> Result<(), Failure> {
    let (json, name) = (output.is_json(), file.display().to_string());
    let out = output.stdout();
    if json {
        writeln!(out, "{}", json!({ "file": name, "equal": true }))?;
    } else {
        writeln!(out, "equal: {} is the snapshot of this ledger", cell_text(&name))?;
    }
    Ok(())
}

/// Everything that differs: by cause, if the file was made from this ledger, and row by row.
fn report(
    output: &mut Output,
    view: &View,
    file: &Path,
    committed: &SnapshotFile,
    rows: &[RowDifference],
) -> Result<(), Failure> {
    let made = match made_of(view, committed)? {
        Ok(clocks) => clocks,
        Err(why) => return print(output, file, &Explained { why: Some(why), ..Explained::default() }, rows),
    };
    let size = view.replay.state.size();
    let replayed = match made.recorded_by {
        Some(RecordedBy::Seq(seq)) if seq != size => {
            Some(replay_to(&view.ledger, made.recorded_by, view.threads, output)?)
        }
        _ => None,
    };
    let before: &Replay = replayed.as_ref().unwrap_or(&view.replay);
    let (old, new) = (Answers::new(&before.state, &made, before.beyond), view.answers());
    let state = longer(&old, &new);
    let found = diff(&old, &new);
    let texts = LedgerTexts::new(&view.ledger, state);
    let changes = Changes::new(state, &texts, &found)?;
    let explained = Explained { ends: Some((&old, &new)), found: &found, changes: Some(&changes), why: None };
    let by_cause: HashSet<Vec<&str>> = found.iter().map(|change| of_change(state, change)).collect();
    let rest: Vec<RowDifference> =
        rows.iter().filter(|row| !by_cause.contains(&about(row))).cloned().collect();
    print(output, file, &explained, &rest)
}

/// The changes by cause, or why there are none.
#[derive(Default)]
struct Explained<'e> {
    ends: Option<(&'e Answers<'e>, &'e Answers<'e>)>,
    found: &'e [Change],
    changes: Option<&'e Changes<'e>>,
    why: Option<String>,
}

fn print(
    output: &mut Output,
    file: &Path,
    explained: &Explained<'_>,
    rows: &[RowDifference],
) -> Result<(), Failure> {
    let changes = || explained.changes.into_iter().flat_map(Changes::json);
    match output.format {
        Format::Table => print_table(output, explained, rows)?,
        Format::Json => {
            let mut json = json!({ "file": file.display().to_string(), "equal": false });
            if let Some((old, new)) = explained.ends {
                json["from"] = end_json(old);
                json["to"] = end_json(new);
                json["erased"] = erased_json(old, new);
            }
            json["not_explained"] = explained.why.clone().into();
            json["changes"] = changes().collect();
            json["rows"] = rows.iter().map(row_json).collect();
            writeln!(output.stdout(), "{json:#}")?;
        }
        Format::Jsonl => {
            for line in changes().chain(rows.iter().map(row_json)) {
                writeln!(output.stdout(), "{line}")?;
            }
        }
        Format::Csv => {
            if let Some(changes) = explained.changes {
                changes.print_csv(output)?;
            }
        }
    }
    if output.format == Format::Csv && !rows.is_empty() {
        output.note(&format!("{} other rows differ; --format jsonl lists them", rows.len()));
    }
    output.note(&format!(
        "{} differs; `recount snapshot --accept {}` takes the state as it is now",
        file.display(),
        file.display()
    ));
    Ok(())
}

fn print_table(
    output: &mut Output,
    explained: &Explained<'_>,
    rows: &[RowDifference],
) -> Result<(), Failure> {
    if let Some(changes) = explained.changes {
        changes.print_table(output)?;
    }
    let out = output.stdout();
    if !rows.is_empty() {
        writeln!(out, "rows that differ{}", if explained.found.is_empty() { "" } else { " besides" })?;
        for row in rows {
            writeln!(out, "{}", printable(&row_text(row)))?;
        }
        writeln!(out)?;
    }
    if let Some(why) = &explained.why {
        writeln!(out, "{}", printable(why))?;
    }
    if let Some((old, new)) = explained.ends {
        let summary = summary(explained.found, "no figure, headline or roll-call changed", old, new);
        writeln!(out, "{summary}\n{}", end_lines(old, new).join("\n"))?;
    }
    Ok(())
}

/// `~ sources un-2025: title "A" → "B"`
fn row_text(row: &RowDifference) -> String {
    let head = |sign: &str| format!("  {sign} {} {}", row.table, row.key);
    match (&row.old, &row.new) {
        (None, _) => head("+"),
        (_, None) => head("-"),
        _ => {
            let cells = row.cells();
            let cells: Vec<String> = cells
                .iter()
                .map(|(name, old, new)| format!("{name} {} → {}", cell(old), cell(new)))
                .collect();
            format!("{}: {}", head("~"), cells.join(", "))
        }
    }
}

fn cell(value: &Value) -> String {
    if value.is_null() { "nothing".to_owned() } else { value.to_string() }
}

fn row_json(row: &RowDifference) -> Value {
    json!({ "table": row.table, "key": row.key, "old": row.old, "new": row.new })
}

/// What a row is about: its table, and the ids that a change of it names.
fn about(row: &RowDifference) -> Vec<&str> {
    match row.table {
        "figures" => {
            ["figures", row.text("indicator"), row.text("place"), row.text("breakdown"), row.text("reporter")]
                .to_vec()
        }
        "headlines" => {
            ["headlines", row.text("indicator"), row.text("place"), row.text("breakdown")].to_vec()
        }
        "votes" => vec!["votes", row.text("id")],
        "tallies" | "positions" => vec!["votes", row.text("vote")],
        other => vec![other],
    }
}

/// What a change is about, in the same form.
fn of_change<'s>(state: &'s State, change: &Change) -> Vec<&'s str> {
    let subject = |key, place: Option<_>, breakdown: Option<_>| {
        let place = place.map_or("", |key| state.places().name(key));
        [state.indicators().name(key), place, breakdown.map_or("", |key| state.breakdown(key))]
    };
    match &change.changed {
        Changed::Figure(key) => {
            let series = state.series(*key);
            let ids = subject(series.indicator, series.place, series.breakdown);
            [&["figures"][..], &ids, &[state.reporters().name(series.reporter)]].concat()
        }
        Changed::Headline(of) => {
            [&["headlines"][..], &subject(of.indicator, of.place, of.breakdown)].concat()
        }
        Changed::Tally(vote) | Changed::Positions { vote, .. } => vec!["votes", state.votes().name(*vote)],
    }
}

/// The clocks a snapshot of this ledger was made on, its size as the recorded one; else why it is none of this ledger.
fn made_of(view: &View, committed: &SnapshotFile) -> Result<Result<Clocks, String>, Failure> {
    let text = |name: &str| committed.header.get(name).and_then(Value::as_str).unwrap_or_default();
    let size = committed.header.get("size").and_then(Value::as_u64).unwrap_or_default();
    let (origin, _) = view.name()?;
    let not_ours = |why: String| Ok(Err(format!("not explained by cause: {why}")));
    if text("origin") != origin {
        return not_ours(format!(
            "the snapshot is of the ledger {:?}, this one is {origin:?}",
            text("origin")
        ));
    }
    if text("root").is_empty() {
        return not_ours("the snapshot is of a part of a ledger and has no root to tell which".to_owned());
    }
    let mut search = Search { size, root: None };
    view.ledger.read(&mut search)?;
    if search.root.as_deref() != Some(text("root")) {
        let root = text("root");
        return not_ours(format!("this ledger has no checkpoint of size {size} and root {root}"));
    }
    let clock = |name: &str| committed.header.get("clocks")?.get(name)?.as_str();
    let recorded_by = u32::try_from(size).ok().map(RecordedBy::Seq);
    Ok(Ok(Clocks {
        as_of: clock("as_of").and_then(|text| AsOf::parse(text).ok()),
        published_by: clock("published_by").and_then(|text| PublishedBy::parse(text).ok()),
        recorded_by,
    }))
}

/// Looks for the checkpoint of a size.
struct Search {
    size: u64,
    root: Option<String>,
}

impl Visitor for Search {
    fn event(&mut self, _: LineRef<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> ControlFlow<()> {
        if checkpoint.size < self.size {
            return ControlFlow::Continue(());
        }
        self.root = (checkpoint.size == self.size).then(|| checkpoint.root.to_string());
        ControlFlow::Break(())
    }
}
