//! Tests that the definitions of tables are complete and agree with one another.

use std::collections::HashSet;

use crate::{Column, TABLES, Table};

fn columns() -> impl Iterator<Item = (&'static Table, &'static Column)> {
    TABLES.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)))
}

#[test]
fn everything_is_documented() {
    for table in TABLES {
        assert!(table.doc.ends_with('.') && table.order.starts_with("by "), "{}", table.name);
    }
    for (table, column) in columns() {
        assert!(column.doc.ends_with('.') && !column.doc.contains('\n'), "{}.{}", table.name, column.name);
    }
}

#[test]
fn names_are_plain_and_unique() {
    let is_plain =
        |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let mut seen = HashSet::new();
    for (table, column) in columns() {
        assert!(is_plain(table.name) && is_plain(column.name), "{}.{}", table.name, column.name);
        assert!(seen.insert((table.name, column.name)), "{}.{} twice", table.name, column.name);
    }
    assert_eq!(TABLES.iter().map(|table| table.name).collect::<HashSet<_>>().len(), TABLES.len());
}

#[test]
fn keys_are_columns_that_are_never_missing() {
    for table in TABLES {
        for key in table.key {
            let column = table.columns.iter().find(|column| column.name == *key);
            assert!(column.is_some_and(|column| !column.nullable), "{}.{key}", table.name);
        }
    }
}

#[test]
fn references_name_the_whole_key_of_a_table_with_the_same_kind() {
    for (table, column) in columns() {
        let Some((target, key)) = column.references else { continue };
        let target = Table::find(target).unwrap();
        assert_eq!(target.key, [key], "{}.{}", table.name, column.name);
        let named = target.columns.iter().find(|column| column.name == key).unwrap();
        assert_eq!(named.kind, column.kind, "{}.{}", table.name, column.name);
    }
}

#[test]
fn figures_start_with_the_columns_of_the_contract() {
    let figures = Table::find("figures").unwrap();
    let names: Vec<&str> = figures.columns.iter().map(|column| column.name).take(22).collect();
    assert_eq!(
        names.join(", "),
        "indicator, place, breakdown, reporter, as_of, as_of_min, as_of_max, value, qualifier, low, low_open, high, \
         high_open, best, approximate, unit, wording, published, source, status, seq, recorded_at"
    );
}
