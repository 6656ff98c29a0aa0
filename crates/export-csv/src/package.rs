//! `datapackage.json`: the description of an export, and the mark by which a former one is known.
//!
//! Frictionless Data Package 1.0 with Tabular Data Resources (<https://specs.frictionlessdata.io/>).

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use recount_tables::{Column, Kind, Table};
use serde::Serialize;
use serde_json::value::RawValue;

/// Its name.
pub(crate) const FILE: &str = "datapackage.json";

#[derive(Serialize)]
struct Package<'a> {
    profile: &'static str,
    resources: Vec<Resource>,
    recount: &'a RawValue,
}

#[derive(Serialize)]
struct Resource {
    profile: &'static str,
    name: &'static str,
    path: String,
    description: String,
    format: &'static str,
    mediatype: &'static str,
    encoding: &'static str,
    dialect: Dialect,
    schema: Schema,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dialect {
    delimiter: &'static str,
    line_terminator: &'static str,
    quote_char: &'static str,
    double_quote: bool,
    header: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    fields: Vec<Field>,
    missing_values: [&'static str; 1],
    primary_key: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    foreign_keys: Vec<ForeignKey>,
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraints: Option<Constraints>,
}

#[derive(Serialize)]
struct Constraints {
    required: bool,
}

#[derive(Serialize)]
struct ForeignKey {
    fields: &'static str,
    reference: Reference,
}

#[derive(Serialize)]
struct Reference {
    /// Empty for the table itself.
    resource: &'static str,
    fields: &'static str,
}

/// The file of a table.
pub(crate) fn file_name(table: &Table) -> String {
    format!("{}.csv", table.name)
}

/// Writes the description of an export of `tables`; `recount` is the JSON object of its provenance.
pub(crate) fn write(tables: &[&Table], recount: &str, out: &mut dyn Write) -> io::Result<()> {
    let package = Package {
        profile: "tabular-data-package",
        resources: tables.iter().map(|table| resource(table, tables)).collect(),
        recount: serde_json::from_str(recount)?,
    };
    serde_json::to_writer_pretty(&mut *out, &package)?;
    out.write_all(b"\n")
}

/// The files that the description in `dir` names, itself included; `None` where there is none of ours.
pub(crate) fn files_of_export(dir: &Path) -> io::Result<Option<Vec<String>>> {
    let text = match fs::read_to_string(dir.join(FILE)) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let Ok(package) = serde_json::from_str::<serde_json::Value>(&text) else {
        return Ok(None);
    };
    if !package["recount"].is_object() {
        return Ok(None);
    }
    let resources = package["resources"].as_array().into_iter().flatten();
    let paths = resources.filter_map(|resource| resource["path"].as_str()).map(str::to_owned);
    Ok(Some(paths.chain([FILE.to_owned()]).collect()))
}

fn resource(table: &Table, exported: &[&Table]) -> Resource {
    Resource {
        profile: "tabular-data-resource",
        name: table.name,
        path: file_name(table),
        description: format!("{} Rows are ordered {}.", table.doc, table.order),
        format: "csv",
        mediatype: "text/csv",
        encoding: "utf-8",
        dialect: Dialect {
            delimiter: ",",
            line_terminator: "\n",
            quote_char: "\"",
            double_quote: true,
            header: true,
        },
        schema: Schema {
            fields: table.columns.iter().map(field).collect(),
            missing_values: [""],
            primary_key: table.key,
            foreign_keys: foreign_keys(table, exported),
        },
    }
}

fn field(column: &Column) -> Field {
    Field {
        name: column.name,
        kind: match column.kind {
            Kind::Text => "string",
            Kind::Integer => "integer",
            Kind::Boolean => "boolean",
            Kind::Decimal => "number",
            Kind::Date => "date",
            Kind::Instant => "datetime",
        },
        description: column.doc,
        constraints: (!column.nullable).then_some(Constraints { required: true }),
    }
}

/// References to tables that are exported as well; a reference to any other would dangle.
fn foreign_keys(table: &Table, exported: &[&Table]) -> Vec<ForeignKey> {
    let of_column = |column: &Column| {
        let (target, key) = column.references?;
        let resource = if target == table.name { "" } else { target };
        let reference = Reference { resource, fields: key };
        exported
            .iter()
            .any(|other| other.name == target)
            .then_some(ForeignKey { fields: column.name, reference })
    };
    table.columns.iter().filter_map(of_column).collect()
}
