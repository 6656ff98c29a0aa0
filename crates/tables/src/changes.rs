//! How the rows of a table differ between two states of a ledger.

use std::collections::BTreeMap;
use std::convert::Infallible;

use recount_model::texts::TextError;

use crate::{Cell, Context, RowError, Table};

/// A row, or the key of one.
type Cells = Vec<Cell<'static>>;

/// What is to be done to the rows of one state to have those of another. A row that changed is removed and added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The keys of the rows that are to go, in order.
    pub removed: Vec<Cells>,
    /// The rows that are to come, in order of their keys.
    pub added: Vec<Cells>,
}

impl Table {
    /// How the rows of `after` differ from those of `before`. The rows of `before` are held while it is computed, so this is for
    /// excerpts.
    ///
    /// # Errors
    ///
    /// When a text of either cannot be read.
    pub fn changes(&self, before: &Context<'_>, after: &Context<'_>) -> Result<Changes, TextError> {
        let mut former = BTreeMap::new();
        self.each_keyed(before, &mut |key, cells| drop(former.insert(key, owned(cells))))?;
        let mut added = BTreeMap::new();
        self.each_keyed(after, &mut |key, cells| {
            if former.get(&key).is_some_and(|row| row == cells) {
                former.remove(&key);
            } else {
                added.insert(key, owned(cells));
            }
        })?;
        Ok(Changes { removed: former.into_keys().collect(), added: added.into_values().collect() })
    }

    fn each_keyed(
        &self,
        context: &Context<'_>,
        take: &mut dyn FnMut(Cells, &[Cell<'_>]),
    ) -> Result<(), TextError> {
        let column = |name: &&str| self.columns.iter().position(|column| column.name == *name);
        let key: Vec<usize> = self.key.iter().filter_map(column).collect();
        let rows = self.each_row::<Infallible>(context, &mut |cells| {
            take(key.iter().map(|at| cells[*at].clone().into_owned()).collect(), cells);
            Ok(())
        });
        match rows {
            Ok(_) => Ok(()),
            Err(RowError::Text(error)) => Err(error),
            Err(RowError::Sink(never)) => match never {},
        }
    }
}

fn owned(cells: &[Cell<'_>]) -> Cells {
    cells.iter().map(|cell| cell.clone().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CaseDetail;
    use crate::testing::{FIGURES, Fixture};

    /// How a table changes by more lines: keys removed, and rows added by the cells of some columns.
    fn check(table: &str, more: &str, shown: &[&str]) -> String {
        let table = Table::find(table).unwrap();
        let (before, after) = (Fixture::new(FIGURES), Fixture::new(&[FIGURES, more].concat()));
        let (of_before, of_after) = (before.answers(""), after.answers(""));
        let [before, after] = [(&of_before, &before), (&of_after, &after)].map(|(answers, texts)| Context {
            answers,
            texts,
            case_detail: CaseDetail::Coarse,
            indicators: None,
        });
        let Changes { removed, added } = table.changes(&before, &after).unwrap();
        let at = |name: &&str| table.columns.iter().position(|column| column.name == *name).unwrap();
        let said = |cells: Vec<&Cell<'static>>| {
            let said = cells.into_iter().map(|cell| match cell {
                Cell::Missing => "-".to_owned(),
                Cell::Text(text) => text.to_string(),
                Cell::Integer(number) => number.to_string(),
                Cell::Boolean(flag) => flag.to_string(),
            });
            said.collect::<Vec<_>>().join(" ")
        };
        let gone = removed.iter().map(|key| format!("- {}", said(key.iter().collect())));
        let come =
            added.iter().map(|row| format!("+ {}", said(shown.iter().map(|name| &row[at(name)]).collect())));
        gone.chain(come).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn only_rows_that_differ_are_told() {
        let newer = "figure.reported {\"indicator\":\"back\",\"value\":\"1900\",\"reporter\":\"a\",\"source\":\"s1\",\"as_of\":\"2025-03-31\"}\n";
        insta::assert_snapshot!(check("figures", newer, &["seq", "value"]), @"
        - 23
        + 33 1900
        ");
        insta::assert_snapshot!(check("headlines", newer, &["id", "value"]), @"
        - back
        - missing
        + back 1900
        + missing 17700
        ");
        insta::assert_snapshot!(check("figure_history", newer, &["seq", "value", "status", "replaced_by"]), @"
        - 21
        - 24
        + 21 1850 superseded 23
        + 24 1859 superseded 33
        + 33 1900 current -
        ");
        insta::assert_snapshot!(check("sources", newer, &["id"]), @"");
        assert_eq!(check("events", "", &["seq"]), "");
    }
}
