//! `recount headlines`: the selected figure of each indicator, place and breakdown, and what stands beside it.

use std::io::Write;

use recount_tables::{CaseDetail, Context};

use crate::args::{Format, Global, Query};
use crate::commands::figures::{
    asked, bearing_on, disputed, indicators, interval, keeps, subject, table, unknown_names,
};
use crate::error::Failure;
use crate::listing::{Listing, Row, Shown, collect};
use crate::output::Output;
use crate::terminal::printable;
use crate::view::View;

const COLUMNS: &[Shown] = &[
    Shown::left("indicator", subject).whole(),
    Shown::right("value", value).strong().whole(),
    Shown::left("by", by).whole(),
    Shown::dates("as of", as_of).whole(),
];

/// The value with its unit, and below it the spread where bodies differ.
fn value(row: &Row<'_>) -> String {
    let value = row.text("value");
    let value =
        if value.is_empty() { "no value".to_owned() } else { format!("{value} {}", row.text("unit")) };
    let (least, greatest) = (row.text("spread_least"), row.text("spread_greatest"));
    if differs(row) { format!("{value}\n{least} … {greatest}") } else { value }
}

/// Whether several bodies give different figures.
fn differs(row: &Row<'_>) -> bool {
    row.text("spread_least_figure") != row.text("spread_greatest_figure")
}

/// Whose figure it is, and below it what a reader must know of it.
fn by(row: &Row<'_>) -> String {
    let rule = Some(row.text("rule")).filter(|rule| rule != "latest" && !row.is("fell_back"));
    let fell_back = row.is("fell_back").then(|| "none preferred: latest".to_owned());
    let bodies = Some(row.text("reporters")).filter(|count| !matches!(count.as_str(), "" | "0" | "1"));
    let bodies = bodies.map(|count| format!("{count} bodies"));
    let disputed = disputed(row);
    let stale = Some(row.text("stale")).filter(|stale| stale != "0").map(|count| format!("{count} stale"));
    let note = Some(row.text("note")).filter(|note| !note.is_empty());
    let parts = rule.into_iter().chain(fell_back).chain(bodies).chain(disputed).chain(stale).chain(note);
    let remarks = parts.collect::<Vec<_>>().join(", ");
    [row.text("reporter"), remarks].into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The day it is about; without one, the day it was published, in brackets.
fn as_of(row: &Row<'_>) -> String {
    let (as_of, published) = (row.text("as_of"), row.text("published"));
    match (row.is("undated"), published.is_empty()) {
        (true, false) if as_of.is_empty() => format!("({published})"),
        (true, true) => "undated".to_owned(),
        _ => interval(&as_of),
    }
}

/// Who stands at the ends of a spread, one line a headline.
fn spread_line(row: &Row<'_>) -> Option<String> {
    let end = |which: &str| {
        let part = |column: &str| row.text(&format!("spread_{which}{column}"));
        let as_of = Some(part("_as_of")).filter(|day| !day.is_empty()).map(|day| format!(", {day}"));
        format!("{} ({}{})", part(""), part("_reporter"), as_of.unwrap_or_default())
    };
    let indicator = subject(row).replace("\n ", "");
    differs(row).then(|| format!("{indicator}: from {} to {}", end("least"), end("greatest")))
}

/// Prints the headlines that were asked for.
pub(crate) fn run(global: &Global, output: &mut Output, query: &Query) -> Result<(), Failure> {
    let view = View::open_asked(global, &query.clocks, output, bearing_on(query), |state| {
        unknown_names(state, query)
    })?;
    if output.format == Format::Table {
        let (origin, title) = view.name()?;
        writeln!(output.stdout(), "{}\n{}", printable(&title), printable(&origin))?;
    }
    let keep = |row: &Row<'_>| keeps(row, query);
    let indicators = indicators(&view.replay.state, query);
    let listing = Listing {
        table: table("headlines"),
        indicators: indicators.as_deref(),
        keep: &keep,
        columns: COLUMNS,
        asked: asked("headlines", query),
    };
    let answers = view.answers();
    listing.print(output, &view, &answers)?;
    if output.format == Format::Table {
        let texts = view.texts();
        let context = Context {
            answers: &answers,
            texts: &texts,
            case_detail: CaseDetail::Coarse,
            indicators: indicators.as_deref(),
        };
        let rows = collect(table("headlines"), &context, &keep)?;
        if rows.iter().any(|row| as_of(&row.as_row()).starts_with('(')) {
            writeln!(output.stdout(), "(in brackets: published; such a figure has no as-of of its own)")?;
        }
        for line in rows.iter().filter_map(|row| spread_line(&row.as_row())) {
            writeln!(output.stdout(), "{}", printable(&line))?;
        }
    }
    output.finish()?;
    if !query.indicators.is_empty() {
        view.keep_index(global);
    }
    Ok(())
}
