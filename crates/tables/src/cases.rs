//! Documented cases, by default no nearer than an age band, a region and a month.

mod coarse;

use std::collections::HashMap;

use recount_model::event::Seq;
use recount_model::state::key::{CaseKey, SourceKey};
use recount_model::state::versioned::Versioned;
use recount_model::state::{CaseUpdateRow, Refs, State};
use recount_model::texts::Members;

use crate::cell::list;
use crate::parts::Parts;
use crate::table::{Sink, Stop, Table, columns};
use crate::{CaseDetail, Context};

/// One row per case.
pub(crate) const CASES: Table = Table {
    name: "cases",
    doc: "Documented cases. Unless full detail was asked for, ages are bands, places regions or countries, dates months, \
          and distances are left out. Later facts of the same source take the place of its earlier ones.",
    columns: &COLUMNS,
    key: &["id"],
    order: "by id, in byte order",
    rows: |_, _| Parts::whole(rows),
};

/// The attributes that sources can differ on.
const ATTRIBUTES: [&str; 6] = ["age", "sex", "origin", "destination", "distance", "status"];

struct Row<'a> {
    state: &'a State,
    id: &'a str,
    entry: &'a Versioned<Refs>,
    shown: HashMap<&'static str, String>,
    contested: Vec<&'static str>,
    updated: Option<String>,
    updates: Vec<Seq>,
}

impl Row<'_> {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.shown.get(name).map(String::as_str)
    }
}

columns! {
    COLUMNS, append(row: Row<'_>) {
        "id" Text required "Its id." = row.id;
        "age" Text optional
            "Age in years in the notation, coarse: 0-4, 5-9, 10-14, 15-17, 18+ or several of these in one. Here and below, \
             what sources say differently is joined by `|`, the first recorded first." = row.attribute("age");
        "sex" Text optional "Sex, as a code." = row.attribute("sex");
        "origin" Text optional
            "The place the person was taken from; coarse: that place or the nearest one it is part of whose kind is admin-1, \
             admin1, oblast, region, province or state, else its country, else missing." = row.attribute("origin");
        "destination" Text optional "The place the person was taken to; coarse as origin." = row.attribute("destination");
        "distance" Text optional "Distance in kilometres in the notation; coarse: missing." = row.attribute("distance");
        "status" Text optional "What became of the person, as a code." = row.attribute("status");
        "updated" Text optional "The date of the newest dated update, as typed (EDTF level 1); coarse: its month."
            = row.updated.as_deref();
        "contested" Text optional "The attributes on which sources differ, also where the coarse ones agree."
            = list(row.contested.iter());
        "reporter" Text optional -> "reporters"."id" "Who documented it."
            = row.entry.row.reporter.map(|key| row.state.reporters().name(key));
        "source" Text optional -> "sources"."id" "Where it was documented."
            = row.entry.row.source.map(|key| row.state.sources().name(key));
        "seq" Integer required -> "events"."seq" "The event that documented it." = row.entry.seq;
        "version" Integer required -> "events"."seq" "The event that gave that its present content."
            = row.entry.version;
        "updates" Text optional "The events of later facts about it." = list(row.updates.iter());
    }
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let state = context.state();
    let is_public = |source| context.answers.resolver().is_public(state.published(None, source));
    let mut updates: HashMap<CaseKey, Vec<&Versioned<CaseUpdateRow>>> = HashMap::new();
    for update in state.case_updates().live().filter(|update| is_public(update.row.refs.source)) {
        updates.entry(update.row.case).or_default().push(update);
    }
    for key in state.cases().live_sorted() {
        let entry = state.cases().entry(key);
        if is_public(entry.row.source) {
            let updates = updates.remove(&key).unwrap_or_default();
            let row = row(context, state.cases().name(key), entry, &updates)?;
            let mut cells = Vec::with_capacity(COLUMNS.len());
            append(&row, &mut cells);
            sink(&cells)?;
        }
    }
    Ok(())
}

fn row<'a>(
    context: &Context<'a>,
    id: &'a str,
    entry: &'a Versioned<Refs>,
    updates: &[&Versioned<CaseUpdateRow>],
) -> Result<Row<'a>, Stop> {
    let mut facts = vec![(entry.row.source, context.members(entry.version)?)];
    for update in updates {
        facts.push((update.row.refs.source, context.members(update.version)?));
    }
    let mut row = Row {
        state: context.state(),
        id,
        entry,
        shown: HashMap::new(),
        contested: Vec::new(),
        updated: facts.iter().rev().find_map(|(_, texts)| texts.get("date")).map(str::to_owned),
        updates: updates.iter().map(|update| update.seq).collect(),
    };
    let is_coarse = context.case_detail == CaseDetail::Coarse;
    if is_coarse {
        row.updated = row.updated.map(|date| coarse::month(&date));
    }
    for name in ATTRIBUTES {
        let said = said(&facts, name);
        let shown = if is_coarse { coarsened(context, name, &said)? } else { said.clone() };
        if said.len() > 1 && !shown.is_empty() {
            row.contested.push(name);
        }
        if !shown.is_empty() {
            row.shown.insert(name, shown.join("|"));
        }
    }
    Ok(row)
}

/// What the sources say last of an attribute, each value once, the first recorded first.
fn said(facts: &[(Option<SourceKey>, Members)], name: &str) -> Vec<String> {
    let mut by_source: Vec<(Option<SourceKey>, &str)> = Vec::new();
    for (source, texts) in facts {
        let Some(value) = texts.get(name) else { continue };
        match by_source.iter_mut().find(|(known, _)| known == source) {
            Some((_, last)) => *last = value,
            None => by_source.push((*source, value)),
        }
    }
    distinct(by_source.into_iter().map(|(_, value)| value.to_owned()))
}

fn coarsened(context: &Context<'_>, name: &str, said: &[String]) -> Result<Vec<String>, Stop> {
    let mut shown = Vec::new();
    for value in said {
        shown.extend(match name {
            "age" => coarse::age_band(value),
            "origin" | "destination" => coarse::region(context, value)?,
            "distance" => None,
            _ => Some(value.clone()),
        });
    }
    Ok(distinct(shown.into_iter()))
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}
