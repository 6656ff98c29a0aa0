//! `recount vintages`: how reporters revised their figures, as a triangle or one row per release.

mod triangle;

use std::io::Write;

use recount_model::answer::Answers;
use recount_model::problem::Code;
use recount_model::state::key::IndicatorKey;
use recount_model::state::{Series, State};
use recount_model::vintages::{Apart, Summary, Triangle, triangles};
use recount_tables::{CaseDetail, Context, VINTAGES};
use serde_json::{Value, json};

use crate::args::{ClockOptions, Format, Global, Query, Release, Vintages};
use crate::commands::figures::{asked, indicators, interval, keeps, subject, unknown_names};
use crate::error::{Failure, Trouble, USAGE};
use crate::listing::{Listing, OwnedRow, Row, Shown, collect, json_rows};
use crate::output::Output;
use crate::terminal::{counted, printable};
use crate::view::{View, clock_lines};

const COLUMNS: &[Shown] = &[
    Shown::left("indicator", subject).whole(),
    Shown::left("reporter", |row| row.text("reporter")).whole(),
    Shown::dates("as of", |row| interval(&row.text("as_of"))).whole(),
    Shown::right("no.", |row| row.text("release")),
    Shown::dates("published", |row| row.text("published")).whole(),
    Shown::right("value", |row| row.text("value")).strong().whole(),
    Shown::right("revision", revision).whole(),
    Shown::right("lag", |row| row.text("lag_days")),
    Shown::right("after", |row| row.text("days_since_previous")),
    Shown::right("seq", |row| row.text("seq")),
    Shown::left("remarks", remarks),
];

/// How far the value moved, and which way.
fn revision(row: &Row<'_>) -> String {
    format!("{} {}", row.text("revision"), row.text("direction")).trim().to_owned()
}

fn remarks(row: &Row<'_>) -> String {
    let flags = ["parallel", "relayed"].into_iter().filter(|flag| row.is(flag)).map(str::to_owned);
    let withdrawn = Some(row.text("withdrawn_by")).filter(|by| !by.is_empty());
    let withdrawn = withdrawn.map(|by| format!("withdrawn (seq {by})"));
    let since =
        Some(row.text("since")).filter(|since| !since.is_empty()).map(|since| format!("since {since}"));
    flags.chain(withdrawn).chain(since).collect::<Vec<_>>().join(", ")
}

/// Prints the releases that were asked for, and statistics over all releases of their series.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Vintages) -> Result<(), Failure> {
    if options.wide && output.is_json() {
        let trouble =
            Trouble::new(Code::USAGE, "expected --format table or csv: JSON has one object per release");
        return Err(Failure::one(USAGE, trouble.at("--wide")));
    }
    let query = Query {
        indicators: options.indicators.clone(),
        reporter: options.reporter.clone(),
        place: options.place.clone(),
        clocks: ClockOptions::default(),
    };
    let view = View::open_for(global, &options.clocks, output, |state| unknown_names(state, &query))?;
    let asked = asked("releases", &query);
    let answers = view.answers();
    let keep = |row: &Row<'_>| keeps(row, &query) && is_wanted(row, options.release.unwrap_or_default());
    let indicators = indicators(answers.state(), &query);
    let indicators = indicators.as_deref();
    let listing =
        Listing { table: &VINTAGES, indicators, keep: &keep, columns: COLUMNS, asked: asked.clone() };
    let long = options.long || output.is_json() || (output.format == Format::Csv && !options.wide);
    let found = Found::new(&answers, &query);
    match (output.format, long) {
        (Format::Json, _) => return print_json(output, &view, &answers, indicators, &keep, &found),
        (Format::Table, false) => triangle::print(output, answers.state(), &found.triangles, options)?,
        (Format::Csv, false) => triangle::print_csv(output, answers.state(), &found.triangles, options)?,
        _ => listing.print(output, &view, &answers)?,
    }
    let nothing = found.triangles.iter().all(|triangle| triangle.rows.is_empty());
    if nothing && !long {
        let clocks = clock_lines(&view.clocks, answers.left_out()).join("; ");
        output.note(&format!("nothing found: {asked}; {clocks}"));
    }
    if output.format == Format::Table {
        if long && !nothing {
            writeln!(
                output.stdout(),
                "(lag: days from the end of the as-of; after: days from the release it revises)"
            )?;
        }
        if !long {
            for line in clock_lines(&view.clocks, answers.left_out()) {
                writeln!(output.stdout(), "{line}")?;
            }
        }
        print_statistics(output, answers.state(), &found)?;
    } else if let Some(counts) = apart_counts(&found.together) {
        output.note(&format!("apart, in no row: {counts}; --format json lists them"));
    }
    Ok(())
}

fn is_wanted(row: &Row<'_>, release: Release) -> bool {
    match release {
        Release::All => true,
        Release::Nth(number) => row.text("release") == number.to_string(),
        Release::Latest => row.is("latest"),
    }
}

/// The triangles that were asked for, with their statistics.
struct Found {
    triangles: Vec<Triangle>,
    summaries: Vec<Summary>,
    together: Summary,
}

impl Found {
    fn new(answers: &Answers<'_>, query: &Query) -> Found {
        let state = answers.state();
        let names = |asked: &[String], name: Option<&str>| {
            asked.is_empty() || name.is_some_and(|name| asked.iter().any(|id| id == name))
        };
        let wanted = |series: &Series| {
            names(&query.indicators, Some(state.indicators().name(series.indicator)))
                && names(&query.reporter, Some(state.reporters().name(series.reporter)))
                && names(&query.place, series.place.map(|place| state.places().name(place)))
        };
        let triangles: Vec<Triangle> = triangles(answers.resolver(), wanted).collect();
        let mut together = Summary::default();
        let summary = |triangle: &Triangle| {
            let mut own = Summary::default();
            own.add(triangle);
            own
        };
        triangles.iter().for_each(|triangle| together.add(triangle));
        Found { summaries: triangles.iter().map(summary).collect(), triangles, together }
    }
}

fn print_json(
    output: &mut Output,
    view: &View,
    answers: &Answers<'_>,
    indicators: Option<&[IndicatorKey]>,
    keep: &dyn Fn(&Row<'_>) -> bool,
    found: &Found,
) -> Result<(), Failure> {
    let texts = view.texts();
    let context = Context { answers, texts: &texts, case_detail: CaseDetail::Coarse, indicators };
    let rows = collect(&VINTAGES, &context, keep)?;
    let state = answers.state();
    let apart = found
        .triangles
        .iter()
        .flat_map(|triangle| triangle.apart.iter().map(move |figure| (triangle, figure)));
    let apart = apart.map(|(triangle, figure)| apart_json(state, triangle, figure));
    let statistics = found.triangles.iter().zip(&found.summaries);
    let statistics = statistics.map(|(triangle, summary)| {
        let mut json = summary_json(summary);
        json["series"] = json!(triangle::name(state, triangle));
        json
    });
    let mut whole = json_rows(view, answers);
    whole.insert("vintages".to_owned(), rows.iter().map(OwnedRow::json).collect());
    whole.insert("apart".to_owned(), apart.collect());
    whole.insert("statistics".to_owned(), statistics.collect());
    whole.insert("together".to_owned(), summary_json(&found.together));
    Ok(writeln!(output.stdout(), "{:#}", Value::Object(whole))?)
}

fn apart_json(state: &State, triangle: &Triangle, figure: &Apart) -> Value {
    json!({
        "series": triangle::name(state, triangle),
        "value": figure.value.to_string(),
        "as_of": figure.as_of.map(|date| state.date(date).to_string()),
        "published": figure.published.map(|date| date.to_string()),
        "seq": figure.seq,
        "why": figure.why.as_str(),
    })
}

fn summary_json(summary: &Summary) -> Value {
    json!({
        "as_ofs": summary.as_ofs,
        "revised": summary.revised,
        "share_revised": summary.share_revised(),
        "releases": summary.releases,
        "parallel": summary.parallel,
        "withdrawn": summary.withdrawn,
        "up": summary.up,
        "down": summary.down,
        "overlapping": summary.overlapping,
        "exact_revisions": summary.exact,
        "mean_absolute_revision": summary.mean_absolute_revision(),
        "undated": summary.undated,
        "unpublished": summary.unpublished,
        "doubted": summary.doubted,
    })
}

/// One line a triangle, then its figures that are no releases, and one line for all.
fn print_statistics(output: &mut Output, state: &State, found: &Found) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for (triangle, summary) in found.triangles.iter().zip(&found.summaries) {
        let name = triangle::name(state, triangle);
        lines.push(format!("{name}: {}", statistics(summary)));
        lines.extend(triangle.apart.iter().map(|figure| {
            let as_of = figure.as_of.map(|date| format!(", as of {}", state.date(date))).unwrap_or_default();
            let published = figure.published.map(|date| format!(", published {date}")).unwrap_or_default();
            format!(
                "  apart: {}{as_of}{published} (seq {}): {}",
                figure.value,
                figure.seq,
                figure.why.as_str()
            )
        }));
    }
    if found.triangles.len() > 1 {
        let apart =
            apart_counts(&found.together).map(|counts| format!("; apart: {counts}")).unwrap_or_default();
        lines.push(format!("together: {}{apart}", statistics(&found.together)));
    }
    for line in lines {
        writeln!(output.stdout(), "{}", printable(&line))?;
    }
    Ok(())
}

fn statistics(summary: &Summary) -> String {
    let Summary { revised, releases, up, down, overlapping, exact, .. } = summary;
    if *releases == 0 {
        return "no release".to_owned();
    }
    if *revised == 0 {
        return format!("{}, none revised", counts(summary));
    }
    let share = summary.share_revised().map(|share| format!(" (share {share})")).unwrap_or_default();
    let mean = summary.mean_absolute_revision();
    let mean = mean
        .map(|mean| format!(", mean absolute revision {mean} over {}", counted(*exact, "exact revision")))
        .unwrap_or_default();
    format!(
        "{}; {revised} revised{share}: {up} up, {down} down, {overlapping} overlapping{mean}",
        counts(summary)
    )
}

fn counts(summary: &Summary) -> String {
    format!("{}, {}", counted(summary.as_ofs, "as-of"), counted(summary.releases, "release"))
}

/// How many figures are no releases, by reason; `None` where all are.
fn apart_counts(summary: &Summary) -> Option<String> {
    let counts =
        [(summary.undated, "undated"), (summary.unpublished, "unpublished"), (summary.doubted, "doubted")];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}
