//! votes.csv: the roll-call, and one `vote.reported` per page with its totals and positions exactly as given.

use serde_json::{Map, Value, json};

use super::decisions::Decisions;
use super::dossier::{Dossier, Vote};
use super::event::Event;
use super::table::Row;
use super::{Result, unused};

/// The members of the General Assembly on the day of the vote.
const MEMBERS: u32 = 193;

/// The roll-call and every account of it, in the order in which the dossier first names each page.
///
/// # Errors
/// If the rows are of more than one vote, a row is of no known form, or a decision is about no row.
pub(crate) fn votes(dossier: &Dossier, decisions: &Decisions) -> Result<Vec<Event>> {
    let (symbol, title) = the_vote(&dossier.votes)?;
    let mut accounts: Vec<(&str, Vec<&Row<Vote>>)> = Vec::new();
    for row in &dossier.votes {
        let source = dossier.source(&row.data.source_url)?.id.as_str();
        match accounts.iter_mut().find(|(id, _)| *id == source) {
            Some((_, rows)) => rows.push(row),
            None => accounts.push((source, vec![row])),
        }
    }
    unused("decisions/positions.csv", decisions.positions.keys(), dossier.votes.iter().map(|row| &row.line))?;
    let sources: Vec<String> = accounts.iter().map(|(id, _)| (*id).to_owned()).collect();
    unused("decisions/accounts.csv", decisions.accounts.keys(), sources.iter())?;

    let mut events = vec![recorded(symbol, title, &sources, dossier, decisions)?];
    for (source, rows) in accounts {
        events.push(account(symbol, source, &rows, decisions)?);
    }
    Ok(events)
}

/// Symbol and title of the one vote of the file.
fn the_vote(rows: &[Row<Vote>]) -> Result<(&str, &str)> {
    let first = &rows.first().ok_or("votes.csv is empty")?.data;
    let other =
        rows.iter().find(|row| row.data.resolution != first.resolution || row.data.date != first.date);
    if let Some(row) = other {
        return Err(format!("votes.csv, line {}: another vote", row.line).into());
    }
    first
        .resolution
        .split_once(' ')
        .ok_or_else(|| "votes.csv: a resolution is its symbol and its title".into())
}

fn recorded(
    symbol: &str,
    title: &str,
    sources: &[String],
    dossier: &Dossier,
    decisions: &Decisions,
) -> Result<Event> {
    let is_official = |id: &&String| decisions.accounts.get(*id).is_some_and(|a| a.official == Some(true));
    let official = sources.iter().find(is_official).ok_or("decisions/accounts.csv: no official account")?;
    let first = &dossier.votes[0].data;
    Ok(Event::new("vote.recorded")
        .with("id", symbol)
        .with("title", title)
        .with("body", first.body.as_str())
        .with("date", first.date.as_str())
        .with("members", MEMBERS)
        .with("source", decisions.source_id(official)))
}

fn account(symbol: &str, source: &str, rows: &[&Row<Vote>], decisions: &Decisions) -> Result<Event> {
    let mut tally = Map::new();
    let mut positions: Map<String, Value> = Map::new();
    for row in rows {
        let vote = &row.data;
        match (vote.country_name.strip_prefix("TOTAL "), &vote.country_iso3) {
            (Some(count), None) => {
                if tally.insert(vote.position.clone(), json!(count)).is_some() {
                    return Err(format!("votes.csv, line {}: a second total", row.line).into());
                }
            }
            (None, Some(country)) => {
                let list = positions.entry(vote.position.clone()).or_insert_with(|| json!([]));
                let list = list.as_array_mut().ok_or("positions are lists")?;
                list.push(position(row.line, source, country, decisions)?);
            }
            _ => return Err(format!("votes.csv, line {}: neither a total nor a state", row.line).into()),
        }
    }
    let decided = decisions.accounts.get(source);
    if let Some(sponsors) = decided.and_then(|d| d.sponsors.as_ref()) {
        tally.insert("sponsors".to_owned(), json!(sponsors));
    }
    let mut event = Event::new("vote.reported")
        .with("vote", symbol)
        .with("source", decisions.source_id(source))
        .with("tally", tally);
    if !positions.is_empty() {
        event = event.with("positions", positions);
    }
    let Some(decided) = decided else { return Ok(event) };
    if decided.official == Some(true) {
        event = event.with("official", true);
    }
    Ok(event
        .maybe("reporter", &decided.reporter)
        .maybe("relayed_by", &decided.relayed_by)
        .maybe("doubt", &decided.doubt)
        .maybe("note", &decided.note))
}

/// A state: its code, with what was decided about the row, if anything.
fn position(line: u64, source: &str, country: &str, decisions: &Decisions) -> Result<Value> {
    let Some(decided) = decisions.positions.get(&line) else {
        return Ok(json!(country));
    };
    if decided.country != country || decided.source != source {
        let (c, s) = (&decided.country, &decided.source);
        return Err(
            format!("votes.csv, line {line}: decided for {c} in {s}, found {country} in {source}").into()
        );
    }
    let mut stated = Map::from_iter([("country".to_owned(), json!(country))]);
    let members = [("as_printed", &decided.as_printed), ("kind", &decided.kind), ("doubt", &decided.doubt)];
    for (member, value) in members {
        if let Some(value) = value {
            stated.insert(member.to_owned(), json!(value));
        }
    }
    Ok(Value::Object(stated))
}
