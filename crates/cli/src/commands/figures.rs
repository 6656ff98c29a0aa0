//! `recount figures`: the current figure of each series.

use recount_model::state::State;
use recount_model::state::key::IndicatorKey;
use recount_replay::index::Asked;
use recount_tables::Table;

use crate::args::{Global, Query};
use crate::error::{Failure, Trouble};
use crate::listing::{Listing, Row, Shown};
use crate::output::Output;
use crate::view::{View, known};

const COLUMNS: &[Shown] = &[
    Shown::left("indicator", subject).whole(),
    Shown::left("reporter", |row| row.text("reporter")).whole(),
    Shown::dates("as of", |row| interval(&row.text("as_of"))),
    Shown::right("value", |row| row.text("value")).strong().whole(),
    Shown::left("unit", |row| row.text("unit")),
    Shown::dates("published", |row| row.text("published")),
    Shown::right("seq", |row| row.text("seq")),
    Shown::left("remarks", marks),
];

/// The indicator, with place and breakdown below it.
pub(crate) fn subject(row: &Row<'_>) -> String {
    let below = [row.text("place"), row.text("breakdown").replace(';', ", ")];
    let below = below.iter().filter(|part| !part.is_empty()).map(|part| format!("\n  {part}"));
    std::iter::once(row.text("indicator")).chain(below).collect()
}

/// A date; the end of an interval stands below its beginning, so that both stay whole in a narrow column.
pub(crate) fn interval(date: &str) -> String {
    date.replace('/', "\n/")
}

fn marks(row: &Row<'_>) -> String {
    let flags = ["undated", "doubted"].iter().filter(|flag| row.is(flag)).map(ToString::to_string);
    let since = Some(row.text("since"))
        .filter(|since| !since.is_empty())
        .map(|since| format!("since {}", interval(&since)));
    let relayed =
        Some(row.text("relayed_by")).filter(|by| !by.is_empty()).map(|by| format!("relayed by {by}"));
    let records = row.text("records").parse::<u32>().ok().filter(|count| *count > 1);
    let records = records.map(|count| format!("{count} sources"));
    disputed(row)
        .into_iter()
        .chain(flags)
        .chain(since)
        .chain(relayed)
        .chain(records)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Who contests it, with the value each gives.
pub(crate) fn disputed(row: &Row<'_>) -> Option<String> {
    let by = row.text("disputes");
    let by = if by.is_empty() { String::new() } else { format!(" ({by})") };
    row.is("disputed").then(|| format!("disputed{by}"))
}

/// Prints the current figures that were asked for.
pub(crate) fn run(global: &Global, output: &mut Output, query: &Query) -> Result<(), Failure> {
    let view = View::open_asked(global, &query.clocks, output, bearing_on(query), |state| {
        unknown_names(state, query)
    })?;
    let keep = |row: &Row<'_>| keeps(row, query);
    let indicators = indicators(&view.replay.state, query);
    let listing = Listing {
        table: table("figures"),
        indicators: indicators.as_deref(),
        keep: &keep,
        columns: COLUMNS,
        asked: asked("figures", query),
    };
    listing.print(output, &view, &view.answers())?;
    output.finish()?;
    if !query.indicators.is_empty() {
        view.keep_index(global);
    }
    Ok(())
}

/// What bears on the answer, if that is less than everything.
pub(crate) fn bearing_on(query: &Query) -> Option<Asked> {
    let indicators = query.indicators.clone();
    (!indicators.is_empty()).then(|| Asked { indicators, ..Asked::default() })
}

/// The table with this name.
pub(crate) fn table(name: &str) -> &'static Table {
    Table::find(name).expect("commands name tables that there are: every command is tested")
}

/// Whether a row of figures or headlines is one that was asked for.
pub(crate) fn keeps(row: &Row<'_>, query: &Query) -> bool {
    let wanted = |asked: &[String], column: &str| asked.is_empty() || asked.contains(&row.text(column));
    wanted(&query.indicators, "indicator")
        && wanted(&query.reporter, "reporter")
        && wanted(&query.place, "place")
}

/// The indicators that were asked for, where not all are.
pub(crate) fn indicators(state: &State, query: &Query) -> Option<Vec<IndicatorKey>> {
    let asked = query.indicators.iter().filter_map(|id| state.indicators().find(id));
    (!query.indicators.is_empty()).then(|| asked.collect())
}

/// The ids that were asked for and that the ledger does not declare.
pub(crate) fn unknown_names(state: &State, query: &Query) -> Vec<Trouble> {
    let mut troubles =
        known("indicator", &query.indicators, state.indicators().ids().collect::<Vec<_>>().into_iter());
    troubles.extend(known(
        "reporter",
        &query.reporter,
        state.reporters().ids().collect::<Vec<_>>().into_iter(),
    ));
    troubles.extend(known("place", &query.place, state.places().ids().collect::<Vec<_>>().into_iter()));
    troubles
}

/// What was asked for, in words.
pub(crate) fn asked(what: &str, query: &Query) -> String {
    let mut parts = vec![what.to_owned()];
    let lists = [("of", &query.indicators), ("by", &query.reporter), ("in", &query.place)];
    parts.extend(
        lists
            .iter()
            .filter(|(_, ids)| !ids.is_empty())
            .map(|(word, ids)| format!("{word} {}", ids.join(", "))),
    );
    parts.join(" ")
}
