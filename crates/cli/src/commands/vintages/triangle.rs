//! Triangles: a row for each as-of, a column for each publication.

use std::collections::BTreeMap;
use std::io::Write;

use recount_model::date::{Instant, Published};
use recount_model::state::State;
use recount_model::vintages::{AsOfRow, Release, Triangle};

use crate::args::Vintages;
use crate::error::Failure;
use crate::output::Output;
use crate::terminal::{Sheet, Title, cell_text, printable};

/// Columns of one sheet: more do not fit beside each other on paper or screen.
const COLUMNS: usize = 8;

/// A publication as a column: by the moment, then as typed.
type Column = (Instant, String);

fn column(published: &Published) -> Column {
    (published.public_from(), published.to_string())
}

/// The headline's id of the series, and whose it is: `returned@belarus;sex=f by ombudsman`.
pub(super) fn name(state: &State, triangle: &Triangle) -> String {
    let series = state.series(triangle.series);
    let place = series.place.map(|place| format!("@{}", state.places().name(place))).unwrap_or_default();
    let breakdown = series.breakdown.map(|part| format!(";{}", state.breakdown(part))).unwrap_or_default();
    let since = series.start().map(|start| format!(", since {start}")).unwrap_or_default();
    let (indicator, reporter) =
        (state.indicators().name(series.indicator), state.reporters().name(series.reporter));
    format!("{indicator}{place}{breakdown} by {reporter}{since}")
}

/// What was asked for of one row, by publication.
fn cells(row: &AsOfRow, options: &Vintages) -> BTreeMap<Column, String> {
    let mut cells: BTreeMap<Column, String> = BTreeMap::new();
    for (_, release) in row.wanted(options.release.unwrap_or_default()) {
        let cell = cells.entry(column(&release.published)).or_default();
        let separator = if cell.is_empty() { "" } else { " / " };
        cell.push_str(&format!("{separator}{}", said(release)));
    }
    cells
}

fn said(release: &Release) -> String {
    let mark = if release.withdrawn.is_some() { " (withdrawn)" } else { "" };
    format!("{}{mark}", release.value)
}

/// Prints each triangle, a wide one in several sheets; rows without anything in a sheet are left out of it.
pub(super) fn print(
    output: &mut Output,
    state: &State,
    triangles: &[Triangle],
    options: &Vintages,
) -> Result<(), Failure> {
    for triangle in triangles {
        let rows: Vec<_> = triangle.rows.iter().map(|row| (row, cells(row, options))).collect();
        let mut columns: Vec<&Column> = rows.iter().flat_map(|(_, cells)| cells.keys()).collect();
        columns.sort_unstable();
        columns.dedup();
        if columns.is_empty() {
            continue;
        }
        writeln!(output.stdout(), "{}", printable(&name(state, triangle)))?;
        for shown in columns.chunks(COLUMNS) {
            let titles = shown.iter().map(|(_, published)| Title::right(published));
            let titles: Vec<Title<'_>> =
                std::iter::once(Title::dates("as of \\ published")).chain(titles).collect();
            let mut sheet = Sheet::new(output.color, &titles);
            for (row, cells) in &rows {
                let given: Vec<String> =
                    shown.iter().map(|column| cells.get(*column).cloned().unwrap_or_default()).collect();
                if given.iter().any(|cell| !cell.is_empty()) {
                    let as_of = cell_text(&state.date(row.as_of).to_string());
                    sheet.row(std::iter::once(as_of).chain(given), None);
                }
            }
            writeln!(output.stdout(), "{}\n", sheet.text())?;
        }
    }
    Ok(())
}

/// One row per series and as-of, one column per publication of any of them; empty where nothing was released.
pub(super) fn print_csv(
    output: &mut Output,
    state: &State,
    triangles: &[Triangle],
    options: &Vintages,
) -> Result<(), Failure> {
    let mut columns: Vec<Column> = Vec::new();
    for row in triangles.iter().flat_map(|triangle| &triangle.rows) {
        columns.extend(cells(row, options).into_keys());
    }
    columns.sort_unstable();
    columns.dedup();
    let failed = |error: csv::Error| Failure::from(std::io::Error::from(error));
    let mut writer = csv::WriterBuilder::new().from_writer(output.stdout());
    let fixed = ["indicator", "place", "breakdown", "reporter", "since", "as_of", "as_of_min", "as_of_max"];
    let titles = fixed.into_iter().chain(columns.iter().map(|(_, published)| published.as_str()));
    writer.write_record(titles).map_err(failed)?;
    for triangle in triangles {
        let series = state.series(triangle.series);
        let place = series.place.map(|place| state.places().name(place)).unwrap_or_default();
        let breakdown = series.breakdown.map(|part| state.breakdown(part)).unwrap_or_default();
        let since = series.start().unwrap_or_default();
        for row in &triangle.rows {
            let cells = cells(row, options);
            if cells.is_empty() {
                continue;
            }
            let days = [row.span.0.to_string(), row.span.1.to_string()];
            let start = [
                state.indicators().name(series.indicator),
                place,
                breakdown,
                state.reporters().name(series.reporter),
                &since,
                &state.date(row.as_of).to_string(),
                &days[0],
                &days[1],
            ]
            .map(str::to_owned);
            let given = columns.iter().map(|column| cells.get(column).cloned().unwrap_or_default());
            writer.write_record(start.into_iter().chain(given)).map_err(failed)?;
        }
    }
    Ok(writer.flush()?)
}
