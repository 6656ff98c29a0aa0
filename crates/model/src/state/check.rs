//! Checks kept in the ledger, their names looked up, and findings that were accepted.

use serde::{Deserialize, Serialize};

use super::State;
use super::key::{CheckKey, DimensionKey, IndicatorKey, Key, PlaceKey, ReporterKey};
use super::rows::declared;
use super::versioned::{Dictionary, Log};
use crate::event::{CheckRule, Seq};
use crate::problem::Problem;

/// What a check kept in the ledger checks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CheckRow {
    /// An indicator's headline equals the sum of the parts' headlines.
    Total {
        /// The whole.
        indicator: IndicatorKey,
        /// The parts.
        parts: Vec<IndicatorKey>,
    },
    /// An indicator's headline equals the sum of its headlines over a dimension's codes or over places.
    Sum {
        /// The indicator.
        indicator: IndicatorKey,
        /// What it is summed over.
        over: Over,
    },
    /// A reporter has a figure not older than so many days.
    Fresh {
        /// The reporter.
        reporter: ReporterKey,
        /// Days.
        days: u32,
    },
    /// No series of an indicator ever falls.
    Monotone {
        /// The indicator.
        indicator: IndicatorKey,
    },
}

/// What a `sum` is over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Over {
    /// These places.
    Places(Vec<PlaceKey>),
    /// These codes of a dimension.
    Codes {
        /// The dimension.
        dimension: DimensionKey,
        /// The codes.
        codes: Vec<String>,
    },
}

/// A finding that was looked at and accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AcknowledgementRow {
    /// The check, declared or built in.
    pub check: String,
    /// The events involved, ascending, each once.
    pub figures: Vec<Seq>,
}

impl AcknowledgementRow {
    pub(super) fn new(check: &str, figures: &[Seq]) -> Self {
        let mut figures = figures.to_vec();
        figures.sort_unstable();
        figures.dedup();
        AcknowledgementRow { check: check.to_owned(), figures }
    }
}

impl CheckRow {
    /// Whether the check names an indicator.
    pub(crate) fn names_indicator(&self, named: IndicatorKey) -> bool {
        match self {
            CheckRow::Total { indicator, parts } => *indicator == named || parts.contains(&named),
            CheckRow::Sum { indicator, .. } | CheckRow::Monotone { indicator } => *indicator == named,
            CheckRow::Fresh { .. } => false,
        }
    }

    /// Whether the check is about a reporter.
    pub(crate) fn names_reporter(&self, named: ReporterKey) -> bool {
        matches!(self, CheckRow::Fresh { reporter, .. } if *reporter == named)
    }

    /// Whether the check sums over a place.
    pub(crate) fn names_place(&self, named: PlaceKey) -> bool {
        matches!(self, CheckRow::Sum { over: Over::Places(places), .. } if places.contains(&named))
    }

    /// Whether the check sums over a dimension.
    pub(crate) fn names_dimension(&self, named: DimensionKey) -> bool {
        matches!(self, CheckRow::Sum { over: Over::Codes { dimension, .. }, .. } if *dimension == named)
    }
}

impl State {
    /// The checks kept in the ledger.
    pub fn checks(&self) -> &Dictionary<CheckKey, CheckRow> {
        &self.checks
    }

    /// The findings that were looked at and accepted, in order of recording.
    pub fn acknowledgements(&self) -> &Log<AcknowledgementRow> {
        &self.acknowledgements
    }

    pub(super) fn check_row(&self, rule: &CheckRule<'_>) -> Result<CheckRow, Problem> {
        let indicator = |member: &str, id: &str| declared(&self.indicators, "indicator", member, id);
        Ok(match rule {
            CheckRule::Total { indicator: whole, parts } => CheckRow::Total {
                indicator: indicator("rule.total.indicator", whole)?,
                parts: keys(&self.indicators, "indicator", "rule.total.parts", parts)?,
            },
            CheckRule::Sum { indicator: whole, over, parts } => CheckRow::Sum {
                indicator: indicator("rule.sum.indicator", whole)?,
                over: self.over(over, parts)?,
            },
            CheckRule::Fresh { reporter, days } => CheckRow::Fresh {
                reporter: declared(&self.reporters, "reporter", "rule.fresh.reporter", reporter)?,
                days: *days,
            },
            CheckRule::Monotone { indicator: id } => {
                CheckRow::Monotone { indicator: indicator("rule.monotone.indicator", id)? }
            }
        })
    }

    fn over(&self, over: &str, parts: &[&str]) -> Result<Over, Problem> {
        if over == "place" {
            return Ok(Over::Places(keys(&self.places, "place", "rule.sum.parts", parts)?));
        }
        let dimension = declared(&self.dimensions, "dimension", "rule.sum.over", over)?;
        Ok(Over::Codes { dimension, codes: parts.iter().map(ToString::to_string).collect() })
    }
}

fn keys<K: Key, T>(
    dictionary: &Dictionary<K, T>,
    what: &str,
    member: &str,
    ids: &[&str],
) -> Result<Vec<K>, Problem> {
    ids.iter().map(|id| declared(dictionary, what, member, id)).collect()
}
