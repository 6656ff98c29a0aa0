//! `recount export csv DIR` and `recount export sqlite FILE`.

mod continued;

use std::io::Write;
use std::path::Path;

use recount_export_sqlite::Former;
use recount_model::problem::{Code, did_you_mean, nearest};
use recount_tables::{CaseDetail, Context, Summary, TABLES, Table};
use serde_json::json;

use crate::args::{CaseDetailOption, ExportOptions, Global};
use crate::error::{BAD_INPUT, Failure, Trouble, USAGE};
use crate::output::Output;
use crate::terminal::cell_text;
use crate::view::{self, View};

/// Writes CSV files and their Data Package into a folder, whole or not at all.
pub(crate) fn csv(
    global: &Global,
    output: &mut Output,
    dir: &Path,
    options: &ExportOptions,
) -> Result<(), Failure> {
    refuse_stream(dir, "DIR", "expected a folder: an export is several files")?;
    let tables = tables(&options.tables)?;
    check_parent(dir)?;
    let view = View::open(global, &options.clocks, output)?;
    let answers = view.answers();
    let texts = view.texts();
    let context =
        Context { answers: &answers, texts: &texts, case_detail: detail(options), indicators: None };
    let summary = recount_export_csv::export(dir, &tables, &context, &view.provenance()?, view.threads)
        .map_err(|error| Failure::of_csv(error, dir))?;
    print(output, dir, &summary)
}

/// Writes one SQLite file, whole or not at all.
pub(crate) fn sqlite(
    global: &Global,
    output: &mut Output,
    path: &Path,
    options: &ExportOptions,
) -> Result<(), Failure> {
    refuse_stream(path, "FILE", "expected a file: an SQLite database cannot be streamed")?;
    if !options.tables.is_empty() {
        let message =
            "expected no choice of tables: keys between the tables of an SQLite export need all of them";
        return Err(Failure::one(USAGE, Trouble::new(Code::USAGE, message).at("--tables")));
    }
    let ledger = view::open(global, output)?;
    let former = Former::find(path).map_err(|error| Failure::of_sqlite(error, path))?;
    if let Some(former) = former
        && let Some(summary) = continued::of(global, &ledger, &former, path, options)?
    {
        return print(output, path, &summary);
    }
    let view = View::of(ledger, global, &options.clocks, output, None, |_| Vec::new())?;
    let answers = view.answers();
    let texts = view.texts();
    let context =
        Context { answers: &answers, texts: &texts, case_detail: detail(options), indicators: None };
    let summary = recount_export_sqlite::export(path, &context, &view.provenance()?, view.threads)
        .map_err(|error| Failure::of_sqlite(error, path))?;
    print(output, path, &summary)?;
    view.keep_index(global);
    Ok(())
}

/// `-` means stdout everywhere else, so it is not to become the name of a folder or file.
fn refuse_stream(target: &Path, place: &str, expected: &str) -> Result<(), Failure> {
    if target != Path::new("-") {
        return Ok(());
    }
    Err(Failure::one(USAGE, Trouble::new(Code::USAGE, expected).at(place).value("-")))
}

/// The folder to write into must be there: a mistyped path is not to become a tree of folders.
fn check_parent(target: &Path) -> Result<(), Failure> {
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    let Some(missing) = parent.filter(|parent| !parent.is_dir()) else { return Ok(()) };
    let trouble = Trouble::new(Code::IO, "expected a folder that is there; create it first");
    Err(Failure::one(crate::error::IO, trouble.value(missing.display().to_string())))
}

fn detail(options: &ExportOptions) -> CaseDetail {
    match options.case_detail {
        CaseDetailOption::Coarse => CaseDetail::Coarse,
        CaseDetailOption::Full => CaseDetail::Full,
    }
}

fn tables(names: &[String]) -> Result<Vec<&'static Table>, Failure> {
    if names.is_empty() {
        return Ok(TABLES.iter().collect());
    }
    let all = || TABLES.iter().map(|table| table.name);
    let unknown = names.iter().filter(|name| Table::find(name).is_none());
    let troubles: Vec<Trouble> = unknown
        .map(|name| {
            let hint = nearest(name, all()).map(did_you_mean);
            let message = format!("expected a table: {}", all().collect::<Vec<_>>().join(", "));
            Trouble::new(Code::UNKNOWN_NAME, message).at("--tables").value(name).next(hint)
        })
        .collect();
    if !troubles.is_empty() {
        return Err(Failure::new(BAD_INPUT, troubles));
    }
    // In the order of the definition, each once, whatever the order asked.
    Ok(TABLES.iter().filter(|table| names.iter().any(|name| name == table.name)).collect())
}

fn print(output: &mut Output, target: &Path, summary: &Summary) -> Result<(), Failure> {
    let json = output.is_json();
    let out = output.stdout();
    if json {
        let rows: serde_json::Map<_, _> =
            summary.rows.iter().map(|(name, rows)| ((*name).to_owned(), json!(rows))).collect();
        writeln!(out, "{}", json!({ "target": target.display().to_string(), "rows": rows }))?;
        return Ok(());
    }
    let counts: Vec<String> = summary.rows.iter().map(|(name, rows)| format!("{name} {rows}")).collect();
    let name = cell_text(&target.display().to_string());
    writeln!(out, "{name}: {}", counts.join(", "))?;
    Ok(())
}
