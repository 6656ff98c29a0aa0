//! Tests that rows do not depend on who makes them.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::num::NonZeroUsize;

use crate::testing::{FIGURES, Fixture};
use crate::{CaseDetail, Cell, Context, RowError, TABLES, Table};

/// The rows of a table as text, made on so many threads in batches of so many rows.
fn batches(context: &Context<'_>, table: &Table, threads: usize, rows: usize) -> String {
    let mut text = String::new();
    let add = |batch: &mut Vec<String>, cells: &[Cell<'_>]| {
        batch.push(format!("{cells:?}\n"));
        batch.len() >= rows
    };
    let take = |batch: &mut Vec<String>| -> Result<(), Infallible> {
        text.extend(batch.drain(..));
        Ok(())
    };
    let threads = NonZeroUsize::new(threads).unwrap();
    let count = table.each_batch(context, threads, add, take).unwrap();
    assert_eq!(count, text.lines().count() as u64);
    text
}

#[test]
fn rows_are_the_same_on_any_number_of_threads() {
    let source = |number| format!("source.added {{\"id\":\"n-{number}\",\"title\":\"{number}\"}}\n");
    let lines: String = std::iter::once(FIGURES.to_owned()).chain((0..600).map(source)).collect();
    let fixture = Fixture::new(&lines);
    let answers = fixture.answers("");
    let context =
        Context { answers: &answers, texts: &fixture, case_detail: CaseDetail::Coarse, indicators: None };
    for table in TABLES {
        let mut expected = String::new();
        let push = &mut |cells: &[Cell<'_>]| {
            expected.push_str(&format!("{cells:?}\n"));
            Ok::<(), Infallible>(())
        };
        table.each_row(&context, push).unwrap();
        for (threads, rows) in [(1, 1), (1, 100), (2, 1), (3, 7), (4, 1000)] {
            assert_eq!(batches(&context, table, threads, rows), expected, "{}", table.name);
        }
    }
}

#[test]
fn the_first_batch_that_is_refused_ends_the_others() {
    let fixture = Fixture::new(FIGURES);
    let answers = fixture.answers("");
    let context =
        Context { answers: &answers, texts: &fixture, case_detail: CaseDetail::Coarse, indicators: None };
    for threads in 1..4 {
        let full = |_: &mut ()| Err(io::Error::from(ErrorKind::StorageFull));
        let threads = NonZeroUsize::new(threads).unwrap();
        let error =
            Table::find("sources").unwrap().each_batch(&context, threads, |(), _| true, full).unwrap_err();
        assert!(matches!(error, RowError::Sink(error) if error.kind() == ErrorKind::StorageFull));
    }
}
