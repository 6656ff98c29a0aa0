//! Rows of a table as a command prints them: JSON, JSON Lines and CSV as in the exports, or a table for people.

use std::io::Write;

use recount_model::answer::Answers;
use recount_model::clock::{Clocks, LeftOut};
use recount_model::state::key::IndicatorKey;
use recount_tables::{CaseDetail, Cell, Context, RowError, Table};
use serde_json::{Map, Value, json};

use crate::args::Format;
use crate::error::Failure;
use crate::output::Output;
use crate::terminal::{Align, Sheet, Title};
use crate::view::{View, clock_lines};

/// One row, with cells by the names of their columns.
pub(crate) struct Row<'r> {
    table: &'static Table,
    cells: &'r [Cell<'r>],
}

impl Row<'_> {
    /// The text of a cell, empty where it is missing.
    pub(crate) fn text(&self, column: &str) -> String {
        let at = self.table.columns.iter().position(|known| known.name == column);
        let at = at.expect("commands name columns that the tables have: every command is tested");
        text(&self.cells[at])
    }

    /// Whether a boolean cell is true.
    pub(crate) fn is(&self, column: &str) -> bool {
        self.text(column) == "true"
    }

    fn json(&self) -> Value {
        let members = self.table.columns.iter().zip(self.cells);
        Value::Object(
            members.map(|(column, cell)| (column.name.to_owned(), json_cell(cell))).collect::<Map<_, _>>(),
        )
    }
}

fn text(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::Integer(number) => number.to_string(),
        Cell::Boolean(flag) => flag.to_string(),
    }
}

fn json_cell(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::Missing => Value::Null,
        Cell::Text(text) => Value::from(&**text),
        Cell::Integer(number) => Value::from(*number),
        Cell::Boolean(flag) => Value::from(*flag),
    }
}

/// A row that is kept: for answers that need several tables at once and are small.
pub(crate) struct OwnedRow {
    table: &'static Table,
    cells: Vec<Cell<'static>>,
}

impl OwnedRow {
    /// The row, for reading.
    pub(crate) fn as_row(&self) -> Row<'_> {
        Row { table: self.table, cells: &self.cells }
    }

    /// The text of a cell, empty where it is missing.
    pub(crate) fn text(&self, column: &str) -> String {
        self.as_row().text(column)
    }

    /// The row as a JSON object.
    pub(crate) fn json(&self) -> Value {
        self.as_row().json()
    }
}

/// The rows of a table that are to be kept.
pub(crate) fn collect(
    table: &'static Table,
    context: &Context<'_>,
    keep: &dyn Fn(&Row<'_>) -> bool,
) -> Result<Vec<OwnedRow>, Failure> {
    let mut rows = Vec::new();
    let listing = Listing { table, indicators: None, keep, columns: &[], asked: String::new() };
    listing.each(context, |row| {
        let cells = row.cells.iter().map(owned).collect();
        rows.push(OwnedRow { table, cells });
        Ok(())
    })?;
    Ok(rows)
}

fn owned(cell: &Cell<'_>) -> Cell<'static> {
    match cell {
        Cell::Missing => Cell::Missing,
        Cell::Text(text) => Cell::Text(text.clone().into_owned()),
        Cell::Integer(number) => Cell::Integer(*number),
        Cell::Boolean(flag) => Cell::Boolean(*flag),
    }
}

/// The beginning of a JSON answer: its clocks and what they left out.
pub(crate) fn json_rows(view: &View, answers: &Answers<'_>) -> Map<String, Value> {
    let (clocks, left_out) = clocks_json(&view.clocks, answers.left_out());
    Map::from_iter([("clocks".to_owned(), clocks), ("left_out".to_owned(), left_out)])
}

/// A listing: a table, the rows to keep, and the columns people see.
pub(crate) struct Listing<'l> {
    pub(crate) table: &'static Table,
    /// The indicators it is about, where not all: for others no rows are made.
    pub(crate) indicators: Option<&'l [IndicatorKey]>,
    pub(crate) keep: &'l dyn Fn(&Row<'_>) -> bool,
    pub(crate) columns: &'l [Shown],
    /// What was asked for, for an answer that is empty.
    pub(crate) asked: String,
}

/// A column for people, made from a row.
pub(crate) struct Shown {
    pub(crate) title: &'static str,
    pub(crate) align: Align,
    /// It stands out.
    pub(crate) strong: bool,
    /// Its cells are ids, which are not broken where the terminal is wide enough.
    pub(crate) whole: bool,
    /// Its cells are numbers or dates, which are never broken.
    pub(crate) fixed: bool,
    pub(crate) text: fn(&Row<'_>) -> String,
}

impl Shown {
    pub(crate) const fn left(title: &'static str, text: fn(&Row<'_>) -> String) -> Shown {
        Shown { title, align: Align::Left, strong: false, whole: false, fixed: false, text }
    }

    /// A column of dates.
    pub(crate) const fn dates(title: &'static str, text: fn(&Row<'_>) -> String) -> Shown {
        Shown { fixed: true, ..Shown::left(title, text) }
    }

    /// A column of numbers.
    pub(crate) const fn right(title: &'static str, text: fn(&Row<'_>) -> String) -> Shown {
        Shown { align: Align::Right, fixed: true, ..Shown::left(title, text) }
    }

    pub(crate) fn as_title(&self) -> Title<'static> {
        Title { text: self.title, align: self.align, whole: self.whole, fixed: self.fixed }
    }

    pub(crate) const fn whole(self) -> Shown {
        Shown { whole: true, ..self }
    }

    pub(crate) const fn strong(self) -> Shown {
        Shown { strong: true, ..self }
    }
}

impl Listing<'_> {
    /// Prints the listing in the format asked.
    pub(crate) fn print(
        &self,
        output: &mut Output,
        view: &View,
        answers: &Answers<'_>,
    ) -> Result<(), Failure> {
        let texts = view.texts();
        let context =
            Context { answers, texts: &texts, case_detail: CaseDetail::Coarse, indicators: self.indicators };
        let clocks = clock_lines(&view.clocks, answers.left_out());
        let shown = match output.format {
            Format::Table => self.print_table(output, &context, &clocks)?,
            Format::Json => self.print_json(output, &context, view)?,
            Format::Jsonl => self.each(&context, |row| Ok(writeln!(output.stdout(), "{}", row.json())?))?,
            Format::Csv => self.print_csv(output, &context)?,
        };
        if shown == 0 {
            output.note(&format!("nothing found: {}; {}", self.asked, clocks.join("; ")));
        }
        Ok(())
    }

    /// Gives every row that is kept to `sink`; returns how many.
    fn each(
        &self,
        context: &Context<'_>,
        mut sink: impl FnMut(&Row<'_>) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut kept = 0;
        let all = self.table.each_row(context, &mut |cells| {
            let row = Row { table: self.table, cells };
            if (self.keep)(&row) {
                kept += 1;
                sink(&row)?;
            }
            Ok(())
        });
        match all {
            Ok(_) => Ok(kept),
            Err(RowError::Sink(failure)) => Err(failure),
            Err(RowError::Text(error)) => Err(error.into()),
        }
    }

    fn print_table(
        &self,
        output: &mut Output,
        context: &Context<'_>,
        clocks: &[String],
    ) -> Result<u64, Failure> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let kept = self.each(context, |row| {
            rows.push(self.columns.iter().map(|column| (column.text)(row)).collect());
            Ok(())
        })?;
        // A column in which no row has anything says nothing.
        let used: Vec<usize> =
            (0..self.columns.len()).filter(|&at| rows.iter().any(|row| !row[at].is_empty())).collect();
        let titles: Vec<Title<'_>> = used.iter().map(|&at| self.columns[at].as_title()).collect();
        let strong = used.iter().position(|&at| self.columns[at].strong);
        let mut sheet = Sheet::new(output.color, &titles);
        let any = !rows.is_empty();
        for mut row in rows {
            // Its line feeds are ours.
            sheet.row(used.iter().map(|&at| std::mem::take(&mut row[at])), strong);
        }
        let out = output.stdout();
        if any {
            writeln!(out, "{}", sheet.text())?;
        }
        for line in clocks {
            writeln!(out, "{line}")?;
        }
        Ok(kept)
    }

    fn print_json(&self, output: &mut Output, context: &Context<'_>, view: &View) -> Result<u64, Failure> {
        let clocks = clocks_json(&view.clocks, context.answers.left_out());
        write!(
            output.stdout(),
            "{{\"clocks\":{},\"left_out\":{},\"{}\":[",
            clocks.0,
            clocks.1,
            self.table.name
        )?;
        let mut separator = "\n";
        let kept = self.each(context, |row| {
            write!(output.stdout(), "{separator}{}", row.json())?;
            separator = ",\n";
            Ok(())
        })?;
        writeln!(output.stdout(), "\n]}}")?;
        Ok(kept)
    }

    fn print_csv(&self, output: &mut Output, context: &Context<'_>) -> Result<u64, Failure> {
        let mut writer = csv::WriterBuilder::new().from_writer(output.stdout());
        let failed = |error: csv::Error| Failure::from(std::io::Error::from(error));
        writer.write_record(self.table.columns.iter().map(|column| column.name)).map_err(failed)?;
        let kept =
            self.each(context, |row| writer.write_record(row.cells.iter().map(text)).map_err(failed))?;
        writer.flush()?;
        Ok(kept)
    }
}

/// The clocks asked and what they left out, for machines.
pub(crate) fn clocks_json(clocks: &Clocks, left_out: LeftOut) -> (Value, Value) {
    let clocks = json!({
        "as_of": clocks.as_of.map(|day| day.to_string()),
        "published_by": clocks.published_by.map(|day| day.to_string()),
        "recorded_by": clocks.recorded_by.map(|point| point.to_string()),
    });
    let mut counts = json!({
        "later_as_of": left_out.later_as_of,
        "undated": left_out.undated,
        "later_published": left_out.later_published,
        "unpublished": left_out.unpublished,
        "later_recorded": left_out.later_recorded,
    });
    if left_out.withheld > 0 {
        counts["withheld"] = json!(left_out.withheld);
    }
    (clocks, counts)
}
