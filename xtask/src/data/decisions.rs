//! The decisions about the dossier, each a row of data (data/dossier/decisions/*.csv).
//!
//! A row that decides about one row of the dossier repeats its line and what stands there, so that a row that moved
//! or changed is noticed. data/README.md gives the reasons.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::Result;
use super::table;

/// All decision files.
pub(crate) struct Decisions {
    /// What sources.csv does not say about a source, by its id there.
    pub(crate) sources: HashMap<String, Source>,
    /// Who can be a reporter.
    pub(crate) reporters: Vec<Reporter>,
    /// Places.
    pub(crate) places: Vec<Place>,
    /// Codes of dimensions.
    pub(crate) dimensions: Vec<DimensionCode>,
    /// What is counted.
    pub(crate) indicators: Vec<Indicator>,
    /// What is computed.
    pub(crate) derived: Vec<Derived>,
    /// How headlines are selected.
    pub(crate) policies: Vec<Policy>,
    /// Who reports, by the name as printed in figures.csv.
    pub(crate) attributions: HashMap<String, Attribution>,
    /// One row per row of figures.csv, by line.
    pub(crate) figures: HashMap<u64, Figure>,
    /// Who contests which figure.
    pub(crate) disputes: Vec<Dispute>,
    /// What is special about one account of the roll-call, by source.
    pub(crate) accounts: HashMap<String, Account>,
    /// What is special about one position, by line of votes.csv.
    pub(crate) positions: HashMap<u64, Position>,
    /// Which reporter speaks, by the name as printed in statements.csv.
    pub(crate) speakers: HashMap<String, String>,
    /// Who cites, by line of legal.csv.
    pub(crate) norms: HashMap<u64, Norm>,
    /// The documented cases.
    pub(crate) cases: Vec<Case>,
    /// Later facts about them.
    pub(crate) case_updates: Vec<CaseUpdate>,
    /// Checks kept in the ledger.
    pub(crate) checks: Vec<Check>,
    /// Findings looked at and accepted.
    pub(crate) acknowledgements: Vec<Acknowledgement>,
}

impl Decisions {
    /// Reads all files from `folder`.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub(crate) fn load(folder: &Path) -> Result<Decisions> {
        Ok(Decisions {
            sources: keyed(table::read_all(folder, "sources.csv")?, |s: &Source| s.source.clone()),
            reporters: table::read_all(folder, "reporters.csv")?,
            places: table::read_all(folder, "places.csv")?,
            dimensions: table::read_all(folder, "dimensions.csv")?,
            indicators: table::read_all(folder, "indicators.csv")?,
            derived: table::read_all(folder, "derived.csv")?,
            policies: table::read_all(folder, "policies.csv")?,
            attributions: keyed(table::read_all(folder, "attributions.csv")?, |a: &Attribution| {
                a.printed.clone()
            }),
            figures: keyed(table::read_all(folder, "figures.csv")?, |f: &Figure| f.line),
            disputes: table::read_all(folder, "disputes.csv")?,
            accounts: keyed(table::read_all(folder, "accounts.csv")?, |a: &Account| a.source.clone()),
            positions: keyed(table::read_all(folder, "positions.csv")?, |p: &Position| p.line),
            speakers: table::read_all(folder, "speakers.csv")?
                .into_iter()
                .map(|s: Speaker| (s.printed, s.reporter))
                .collect(),
            norms: keyed(table::read_all(folder, "norms.csv")?, |n: &Norm| n.line),
            cases: table::read_all(folder, "cases.csv")?,
            case_updates: table::read_all(folder, "case-updates.csv")?,
            checks: table::read_all(folder, "checks.csv")?,
            acknowledgements: table::read_all(folder, "acknowledgements.csv")?,
        })
    }

    /// The ledger's id of a source of the dossier: the same, unless it is no slug.
    pub(crate) fn source_id<'a>(&'a self, id: &'a str) -> &'a str {
        self.sources.get(id).and_then(|source| source.id.as_deref()).unwrap_or(id)
    }
}

fn keyed<K: std::hash::Hash + Eq, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// What sources.csv does not say.
#[derive(Deserialize)]
pub(crate) struct Source {
    /// Id in sources.csv.
    pub(crate) source: String,
    /// Id in the ledger, where that one is no slug.
    pub(crate) id: Option<String>,
    /// Language of the title, where it is not that of the text.
    pub(crate) title_language: Option<String>,
    /// What a reader must know before relying on the page.
    pub(crate) note: Option<String>,
}

/// A person or body.
#[derive(Deserialize)]
pub(crate) struct Reporter {
    /// Slug.
    pub(crate) id: String,
    /// The one spelling used.
    pub(crate) name: String,
    /// One of the ledger's kinds.
    pub(crate) kind: String,
    /// ISO 3166-1 alpha-3.
    pub(crate) country: Option<String>,
    /// The reporter it counts as one body with.
    pub(crate) speaks_for: Option<String>,
}

/// A place.
#[derive(Deserialize)]
pub(crate) struct Place {
    /// Slug.
    pub(crate) id: String,
    /// Name in UN usage.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: String,
    /// The place it is part of.
    pub(crate) parent: Option<String>,
    /// ISO 3166-1 alpha-3, of a country.
    pub(crate) iso3166: Option<String>,
    /// OCHA place code, of a first-level division.
    pub(crate) pcode: Option<String>,
}

/// One code of a dimension.
#[derive(Deserialize)]
pub(crate) struct DimensionCode {
    /// The dimension's slug.
    pub(crate) id: String,
    /// The dimension's label.
    pub(crate) label: String,
    /// The code.
    pub(crate) code: String,
    /// What it means.
    pub(crate) code_label: String,
}

/// What is counted.
#[derive(Deserialize)]
pub(crate) struct Indicator {
    /// Slug.
    pub(crate) id: String,
    /// What it is called.
    pub(crate) label: String,
    /// Unit of its values.
    pub(crate) unit: String,
    /// `cumulative`, `point` or `period`.
    pub(crate) measure: String,
    /// Start of a cumulative count.
    pub(crate) since: Option<String>,
    /// What belongs to it and what does not.
    pub(crate) definition: Option<String>,
}

/// What is computed.
#[derive(Deserialize)]
pub(crate) struct Derived {
    /// Slug.
    pub(crate) id: String,
    /// What it is called.
    pub(crate) label: String,
    /// Unit of its values.
    pub(crate) unit: String,
    /// From which headlines, and how.
    pub(crate) expression: String,
}

/// How a headline is selected.
#[derive(Deserialize)]
pub(crate) struct Policy {
    /// The indicator.
    pub(crate) indicator: String,
    /// `latest`, `prefer` or `range`.
    pub(crate) rule: String,
    /// Reporters in order of preference, between spaces.
    pub(crate) prefer: Option<String>,
    /// ISO 8601 duration.
    pub(crate) window: Option<String>,
    /// Why.
    pub(crate) reason: String,
}

/// Who is meant by a name in figures.csv.
#[derive(Deserialize)]
pub(crate) struct Attribution {
    /// The name as printed there.
    pub(crate) printed: String,
    /// The reporter the figure is attributed to.
    pub(crate) reporter: String,
    /// Through whose mouth, for the note.
    pub(crate) said_by: Option<String>,
    /// The reporter that passed it on.
    pub(crate) relayed_by: Option<String>,
}

/// What was decided about one row of figures.csv.
#[derive(Deserialize)]
pub(crate) struct Figure {
    /// Line in figures.csv.
    pub(crate) line: u64,
    /// Its value in the ledger's notation, as a check.
    pub(crate) claim: String,
    /// Its source's id, as a check.
    pub(crate) source: String,
    /// What the number counts.
    pub(crate) indicator: String,
    /// Where.
    pub(crate) place: Option<String>,
    /// Which part, `dimension=code`.
    pub(crate) breakdown: Option<String>,
    /// The reporter that passed this one on.
    pub(crate) relayed_by: Option<String>,
    /// The interval, for a count within a period.
    pub(crate) as_of: Option<String>,
    /// Another start than the indicator's.
    pub(crate) since: Option<String>,
    /// The number as printed.
    pub(crate) wording: Option<String>,
    /// Why it is doubted.
    pub(crate) doubt: Option<String>,
    /// The decision in words.
    pub(crate) note: Option<String>,
}

/// Who contests a figure.
#[derive(Deserialize)]
pub(crate) struct Dispute {
    /// Line of the contested figure in figures.csv.
    pub(crate) line: u64,
    /// Its value in the ledger's notation, as a check.
    pub(crate) claim: String,
    /// Who contests it.
    pub(crate) by_reporter: String,
    /// Where.
    pub(crate) source: String,
    /// The value given instead.
    pub(crate) value: Option<String>,
    /// In which words.
    pub(crate) note: String,
}

/// What is special about one account of the roll-call.
#[derive(Deserialize)]
pub(crate) struct Account {
    /// The source's id.
    pub(crate) source: String,
    /// Whose account it is, if not the publisher's own.
    pub(crate) reporter: Option<String>,
    /// Who passed it on.
    pub(crate) relayed_by: Option<String>,
    /// `true` for the account of the body that voted.
    pub(crate) official: Option<bool>,
    /// How many sponsors it counts.
    pub(crate) sponsors: Option<String>,
    /// Why it is doubted.
    pub(crate) doubt: Option<String>,
    /// What a reader must know.
    pub(crate) note: Option<String>,
}

/// What is special about one position.
#[derive(Deserialize)]
pub(crate) struct Position {
    /// Line in votes.csv.
    pub(crate) line: u64,
    /// Its source's id, as a check.
    pub(crate) source: String,
    /// Its country, as a check.
    pub(crate) country: String,
    /// Name in the source, where the code does not follow from it.
    pub(crate) as_printed: Option<String>,
    /// `intended` for a vote declared later.
    pub(crate) kind: Option<String>,
    /// Why it is doubted.
    pub(crate) doubt: Option<String>,
}

/// Who is meant by a name in statements.csv.
#[derive(Deserialize)]
struct Speaker {
    printed: String,
    reporter: String,
}

/// Who cites a norm.
#[derive(Deserialize)]
pub(crate) struct Norm {
    /// Line in legal.csv.
    pub(crate) line: u64,
    /// Its instrument, as a check.
    pub(crate) instrument: String,
    /// Its article, as a check.
    pub(crate) article: Option<String>,
    /// The reporter; absent where there is no source.
    pub(crate) cited_by: Option<String>,
}

/// A documented case: nothing that names the person.
#[derive(Deserialize)]
pub(crate) struct Case {
    /// Slug.
    pub(crate) id: String,
    /// Years.
    pub(crate) age: String,
    /// `female` or `male`.
    pub(crate) sex: String,
    /// A place.
    pub(crate) origin: String,
    /// A place.
    pub(crate) destination: String,
    /// Kilometres, in the ledger's notation.
    pub(crate) distance: String,
    /// What is said to have happened.
    pub(crate) status: String,
    /// Who documented it.
    pub(crate) reporter: String,
    /// Where.
    pub(crate) source: String,
    /// 128 bits in hexadecimal, fixed so that every rebuild has the same bytes.
    pub(crate) salt: String,
}

/// A later fact about a case.
#[derive(Deserialize)]
pub(crate) struct CaseUpdate {
    /// The case.
    pub(crate) case: String,
    /// What another source says.
    pub(crate) sex: String,
    /// Who says so.
    pub(crate) reporter: String,
    /// Where.
    pub(crate) source: String,
}

/// A check kept in the ledger.
#[derive(Deserialize)]
pub(crate) struct Check {
    /// Slug.
    pub(crate) id: String,
    /// The rule, JSON as in the event.
    pub(crate) rule: String,
    /// Why.
    pub(crate) reason: String,
}

/// A finding of `recount check` that was looked at and accepted. One that no finding matches any more is reported by
/// `recount check` itself.
#[derive(Deserialize)]
pub(crate) struct Acknowledgement {
    /// The check.
    pub(crate) check: String,
    /// The events involved, by sequence number, separated by `;`.
    pub(crate) seqs: String,
    /// Why it is accepted.
    pub(crate) reason: String,
}
