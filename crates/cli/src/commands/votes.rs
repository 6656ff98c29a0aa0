//! `recount votes`: roll-calls with every tally, the remainder nobody named, and what is contested.

use std::io::Write;

use recount_model::answer::Answers;
use recount_model::problem::{Code, did_you_mean, nearest};
use recount_model::rollcall;
use recount_model::state::State;
use recount_tables::{CaseDetail, Context};

use crate::args::{Format, Global, Votes};
use crate::commands::figures::table;
use crate::error::{Failure, Trouble};
use crate::listing::{Listing, OwnedRow, Row, Shown, collect, json_rows};
use crate::output::Output;
use crate::terminal::{Sheet, Title, cell_text, printable};
use crate::view::{View, clock_lines};

const POSITIONS: [&str; 4] = ["yes", "no", "abstain", "absent"];

/// Prints all roll-calls, or one with every account and every state.
pub(crate) fn run(global: &Global, output: &mut Output, votes: &Votes) -> Result<(), Failure> {
    let view = View::open_for(global, &votes.clocks, output, |state| unknown_id(state, votes.id.as_deref()))?;
    let answers = view.answers();
    let texts = view.texts();
    let context =
        Context { answers: &answers, texts: &texts, case_detail: CaseDetail::Coarse, indicators: None };
    let wanted = |row: &Row<'_>, column: &str| votes.id.as_ref().is_none_or(|id| row.text(column) == *id);
    match output.format {
        Format::Table => {
            let whole = votes.id.is_some();
            let is_told = |row: &Row<'_>| whole || row.is("contested") || !row.text("doubted").is_empty();
            let calls = collect(table("votes"), &context, &|row| wanted(row, "id"))?;
            let accounts = collect(table("tallies"), &context, &|row| wanted(row, "vote"))?;
            let states = collect(table("positions"), &context, &|row| wanted(row, "vote") && is_told(row))?;
            for call in &calls {
                let id = call.text("id");
                print_call(output, call, of_vote(&accounts, &id), of_vote(&states, &id), whole)?;
            }
            if calls.is_empty() {
                output.note("nothing found: no roll-call on these clocks");
            }
            print_clocks(output, &view, &answers)
        }
        Format::Json => {
            let parts = [("votes", "id"), ("tallies", "vote"), ("positions", "vote")];
            let rows = parts.map(|(name, column)| (name, column, table(name)));
            let mut json = json_rows(&view, &answers);
            for (name, column, table) in rows {
                let kept = collect(table, &context, &|row| wanted(row, column))?;
                json.insert(name.to_owned(), kept.iter().map(OwnedRow::json).collect());
            }
            Ok(writeln!(output.stdout(), "{:#}", serde_json::Value::Object(json))?)
        }
        Format::Jsonl | Format::Csv => {
            let (name, column) = if votes.id.is_some() { ("positions", "vote") } else { ("votes", "id") };
            let keep = |row: &Row<'_>| wanted(row, column);
            let listing = Listing {
                table: table(name),
                indicators: None,
                keep: &keep,
                columns: &[],
                asked: name.to_owned(),
            };
            listing.print(output, &view, &answers)
        }
    }
}

fn unknown_id(state: &State, id: Option<&str>) -> Vec<Trouble> {
    let votes = state.votes();
    let Some(id) = id.filter(|id| votes.find(id).is_none()) else { return Vec::new() };
    let hint = nearest(id, votes.ids()).map(did_you_mean);
    let trouble =
        Trouble::new(Code::UNKNOWN_NAME, "expected the UN symbol of a recorded vote").value(id).next(hint);
    vec![trouble]
}

fn print_clocks(output: &mut Output, view: &View, answers: &Answers<'_>) -> Result<(), Failure> {
    let left_out = rollcall::left_out(answers.resolver(), view.replay.beyond);
    for line in clock_lines(&view.clocks, left_out) {
        writeln!(output.stdout(), "{line}")?;
    }
    Ok(())
}

/// Those of the rows of a table, which stand in order of votes, that are of one vote.
fn of_vote<'r>(rows: &'r [OwnedRow], id: &str) -> &'r [OwnedRow] {
    let start = rows.partition_point(|row| row.text("vote").as_str() < id);
    let count = rows[start..].partition_point(|row| row.text("vote") == id);
    &rows[start..start + count]
}

fn print_call(
    output: &mut Output,
    call: &OwnedRow,
    accounts: &[OwnedRow],
    states: &[OwnedRow],
    whole: bool,
) -> Result<(), Failure> {
    let mut text = head(call);
    text.push_str(&tallies(output.color, accounts));
    text.push_str(&remainders(output.color, call, accounts));
    if whole {
        text.push_str(&named_states(output.color, states));
    }
    text.push_str(&disagreements(states));
    output.stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn head(call: &OwnedRow) -> String {
    let official = if call.text("official") == "true" { "official" } else { "most frequent" };
    let absent = Some(call.text("absent")).filter(|absent| !absent.is_empty());
    let absent = absent.map(|absent| format!(", {absent} absent")).unwrap_or_default();
    let intended: Vec<String> = POSITIONS
        .iter()
        .map(|position| (position, call.text(&format!("{position}_intended"))))
        .filter(|(_, count)| count != "0")
        .map(|(position, count)| format!("{count} declared {position} afterwards"))
        .collect();
    let intended = if intended.is_empty() { String::new() } else { format!("; {}", intended.join(", ")) };
    printable(&format!(
        "{}  {}\n{}, {}\n{} yes, {} no, {} abstain{absent} ({official}: {}){intended}\n",
        call.text("id"),
        call.text("title"),
        call.text("body"),
        call.text("date"),
        call.text("yes"),
        call.text("no"),
        call.text("abstain"),
        call.text("leading_source"),
    ))
}

/// Every tally there is, with the sources that give it.
fn tallies(color: bool, accounts: &[OwnedRow]) -> String {
    let mut groups: Vec<([String; 5], Vec<&OwnedRow>)> = Vec::new();
    for account in accounts {
        let tally = ["yes", "no", "abstain", "absent", "sponsors"].map(|name| account.text(name));
        match groups.iter_mut().find(|(known, _)| *known == tally) {
            Some((_, members)) => members.push(account),
            None => groups.push((tally, vec![account])),
        }
    }
    groups.sort_by_key(|(_, members)| {
        (!members.iter().any(|row| row.text("leading") == "true"), std::cmp::Reverse(members.len()))
    });
    let mut titles =
        ["yes", "no", "abstain", "absent", "sponsors", "left of members"].map(Title::right).to_vec();
    titles.push(Title::left("sources"));
    let mut sheet = Sheet::new(color, &titles);
    for (tally, members) in &groups {
        let sources: Vec<String> =
            members.iter().map(|row| format!("{}{}", row.text("source"), account_marks(row))).collect();
        let sources = format!("{}: {}", members.len(), sources.join(", "));
        let cells = tally.iter().cloned().chain([members[0].text("unaccounted"), sources]);
        sheet.row(cells.map(|text| cell_text(&text)), None);
    }
    format!("\nTallies as the sources give them\n{}\n", sheet.text())
}

fn account_marks(account: &OwnedRow) -> String {
    let mut marks: Vec<String> = Vec::new();
    if account.text("official") == "true" {
        marks.push("official".to_owned());
    }
    if account.text("counts_intended") == "true" {
        marks.push("counts a declared vote".to_owned());
    }
    if account.text("doubted") == "true" {
        marks.push("doubted".to_owned());
    }
    if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) }
}

/// Named states and the remainder: of all sources together, and of each that names any.
fn remainders(color: bool, call: &OwnedRow, accounts: &[OwnedRow]) -> String {
    let mut titles = vec![Title::left("named / not named")];
    titles.extend(POSITIONS.map(Title::right));
    let mut sheet = Sheet::new(color, &titles);
    let cell = |row: &OwnedRow, position: &str| {
        let (named, rest) =
            (row.text(&format!("{position}_named")), row.text(&format!("{position}_remainder")));
        if rest.is_empty() { named } else { format!("{named} / {rest}") }
    };
    let row = |label: String, row: &OwnedRow| {
        std::iter::once(label).chain(POSITIONS.map(|position| cell(row, position)))
    };
    sheet.row(row("all sources together".to_owned(), call), Some(0));
    let names_any = |account: &&OwnedRow| {
        POSITIONS.iter().any(|position| account.text(&format!("{position}_named")) != "0")
    };
    for account in accounts.iter().filter(names_any) {
        sheet.row(row(cell_text(&account.text("source")), account), None);
    }
    format!("\nStates named, and the part of the tally that nobody names\n{}\n", sheet.text())
}

const STATES: &[Shown] = &[
    Shown::left("state", |row| row.text("country")),
    Shown::left("position", |row| row.text("position")),
    Shown::left("declared later", |row| row.text("intended")),
    Shown::left("doubted", |row| row.text("doubted")),
    Shown::left("contested", |row| if row.is("contested") { "contested".to_owned() } else { String::new() }),
    Shown::left("sources", |row| row.text("sources").replace(';', ", ")),
];

fn named_states(color: bool, states: &[OwnedRow]) -> String {
    let titles: Vec<Title<'_>> = STATES.iter().map(Shown::as_title).collect();
    let mut sheet = Sheet::new(color, &titles);
    for state in states {
        sheet.row(STATES.iter().map(|column| cell_text(&(column.text)(&state.as_row()))), None);
    }
    format!("\nStates\n{}\n", sheet.text())
}

/// The states that sources disagree on, and those that a doubted claim names.
fn disagreements(states: &[OwnedRow]) -> String {
    let mut text = String::new();
    for state in states.iter().filter(|state| state.text("contested") == "true") {
        let denied = Some(state.text("denied_by")).filter(|sources| !sources.is_empty());
        let denied =
            denied.map(|sources| format!("; not in the complete list of {}", sources.replace(';', ", ")));
        let line = format!(
            "contested: {} {}{}\n",
            state.text("country"),
            state.text("position"),
            denied.unwrap_or_default()
        );
        text.push_str(&printable(&line));
    }
    for state in states.iter().filter(|state| !state.text("doubted").is_empty()) {
        let line = format!("doubted: {} {}\n", state.text("country"), state.text("doubted"));
        text.push_str(&printable(&line));
    }
    text
}
