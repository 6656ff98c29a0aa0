//! Tests of every table over one small ledger.

#![allow(clippy::unwrap_used)]

mod batches;
mod causes;
mod definitions;
mod figures;
mod others;
mod rollcalls;
mod snapshots;

use crate::testing::Fixture;
use crate::{CaseDetail, Cell, Context, Provenance, Table};

/// How a table is asked for.
struct Asked<'a> {
    table: &'a str,
    /// Names of columns; `*` for all of them.
    columns: &'a str,
    clocks: &'a str,
    case_detail: CaseDetail,
}

impl<'a> Asked<'a> {
    fn new(table: &'a str, columns: &'a str) -> Self {
        Asked { table, columns, clocks: "", case_detail: CaseDetail::Coarse }
    }

    /// The chosen columns of every row after `lines`, as CSV.
    fn of(&self, lines: &str) -> String {
        let fixture = Fixture::new(lines);
        let answers = fixture.answers(self.clocks);
        let context =
            Context { answers: &answers, texts: &fixture, case_detail: self.case_detail, indicators: None };
        let table = Table::find(self.table).unwrap();
        let chosen: Vec<usize> = match self.columns {
            "*" => (0..table.columns.len()).collect(),
            names => names.split_whitespace().map(|name| position(table, name)).collect(),
        };
        let header: Vec<&str> = chosen.iter().map(|at| table.columns[*at].name).collect();
        let mut text = vec![header.join(",")];
        let push = &mut |cells: &[Cell<'_>]| -> Result<(), std::convert::Infallible> {
            let row: Vec<String> = chosen.iter().map(|at| spelt(&cells[*at])).collect();
            text.push(row.join(","));
            Ok(())
        };
        table.each_row(&context, push).unwrap();
        text.join("\n")
    }
}

fn position(table: &Table, name: &str) -> usize {
    table.columns.iter().position(|column| column.name == name).unwrap()
}

fn spelt(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => text.replace('\n', "\\n"),
        Cell::Integer(number) => number.to_string(),
        Cell::Boolean(flag) => flag.to_string(),
    }
}

fn check(table: &str, columns: &str, lines: &str) -> String {
    Asked::new(table, columns).of(lines)
}

fn provenance() -> Provenance {
    Provenance {
        tool_version: "0.1.0".to_owned(),
        format: 1,
        origin: "example.org/t".to_owned(),
        title: "Test".to_owned(),
        size: 32,
        root: None,
        end_offset: None,
    }
}
