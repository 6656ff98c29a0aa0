//! What the state keeps of each declared or logged thing.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::Span;
use super::key::{
    BreakdownKey, CaseKey, IndicatorKey, Key, PlaceKey, PublishedKey, ReporterKey, SourceKey, VoteKey,
};
use crate::date::{Edtf, Window};
use crate::event::{Measure, Position, ReporterKind, Rule, Seq, Stated, Tally};
use crate::value::{Decimal, Expression, Value};

/// A declared source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SourceRow {
    /// When it was published.
    pub published: Option<PublishedKey>,
}

/// A declared reporter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReporterRow {
    /// What sort of body it is; `None` where that was erased.
    pub kind: Option<ReporterKind>,
    /// The reporter it is counted as one body with.
    pub speaks_for: Option<ReporterKey>,
}

/// A declared place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlaceRow {
    /// The place it is part of.
    pub parent: Option<PlaceKey>,
}

/// A declared dimension.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DimensionRow {
    /// The codes a breakdown may use.
    pub codes: Vec<String>,
}

/// A declared indicator.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IndicatorRow {
    /// Unit of its values.
    pub unit: String,
    /// Counted or derived.
    pub definition: Definition,
}

/// Where an indicator's values come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Definition {
    /// Reported figures.
    Counted {
        /// How it counts over time.
        measure: Measure,
        /// Start of a cumulative count, by its days.
        since: Option<Span>,
        /// Least value it can have.
        minimum: Option<Decimal>,
    },
    /// The headlines of other indicators.
    Derived(Box<Expression>),
}

impl IndicatorRow {
    /// Least value the indicator can have; derived ones have none.
    pub fn minimum(&self) -> Option<Decimal> {
        match self.definition {
            Definition::Counted { minimum, .. } => minimum,
            Definition::Derived(_) => None,
        }
    }
}

/// A policy for an indicator's headline.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PolicyRow {
    /// The indicator.
    pub indicator: IndicatorKey,
    /// How the headline is selected.
    pub rule: Rule<ReporterKey>,
    /// How old a figure may be against the latest one.
    pub window: Option<Window>,
}

/// All figures that share indicator, place, breakdown and reporter; for a count with another start that start, and
/// for measure `period` the period, are part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// What is counted.
    pub indicator: IndicatorKey,
    /// Where.
    pub place: Option<PlaceKey>,
    /// Which part.
    pub breakdown: Option<BreakdownKey>,
    /// Who says so.
    pub reporter: ReporterKey,
    /// The start of the count, where it is not the indicator's.
    pub since: Option<Span>,
    /// The period, for measure `period`.
    pub period: Option<Span>,
}

/// In few words: the series of every claim is looked up.
impl Hash for Series {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let number = |key: Option<usize>| key.map_or(0, |key| key as u64 + 1);
        let word = |high: Option<usize>, low: Option<usize>| number(high) << 32 | number(low);
        state.write_u64(word(Some(self.indicator.index()), Some(self.reporter.index())));
        state.write_u64(word(self.place.map(Key::index), self.breakdown.map(Key::index)));
        for days in [self.since, self.period].into_iter().flatten() {
            days.hash(state);
        }
    }
}

impl Series {
    /// The start of the count, where it is not the indicator's: its day, or first and last day of a month or year.
    pub fn start(&self) -> Option<String> {
        let (first, last) = self.since?;
        Some(if first == last { first.to_string() } else { format!("{first}/{last}") })
    }
}

/// The reporter took a figure back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Withdrawal {
    /// A record of the figure.
    pub target: Seq,
    /// Where it was published.
    pub source: Option<SourceKey>,
    /// When, where not with its source.
    pub published: Option<PublishedKey>,
}

/// Another reporter contests a figure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dispute {
    /// A record of the figure.
    pub target: Seq,
    /// Who contests it.
    pub by_reporter: ReporterKey,
    /// Where it was published.
    pub source: Option<SourceKey>,
    /// When, where not with its source.
    pub published: Option<PublishedKey>,
    /// The value the contester gives.
    pub value: Option<Value>,
}

/// A recorded vote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VoteRow {
    /// When it was taken.
    pub date: Edtf,
    /// How many states could vote.
    pub members: Option<u32>,
    /// Where it is documented.
    pub source: SourceKey,
}

/// One source's account of a roll-call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountRow {
    /// The vote.
    pub vote: VoteKey,
    /// Where it was published.
    pub source: SourceKey,
    /// Whose account it is.
    pub reporter: Option<ReporterKey>,
    /// The account of the body that voted.
    pub official: bool,
    /// Its totals.
    pub tally: Tally,
    /// The states it names.
    pub positions: Vec<(Position, Stated)>,
    /// When it was published, where not with its source.
    pub published: Option<PublishedKey>,
    /// Who passed it on.
    pub relayed_by: Option<ReporterKey>,
    /// The recorder doubts its tally.
    pub doubted: bool,
}

/// One later fact on a state's position.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PositionRow {
    /// The vote.
    pub vote: VoteKey,
    /// The state.
    pub stated: Stated,
    /// Its position.
    pub position: Position,
    /// Where it was published.
    pub source: SourceKey,
    /// When, where not with its source.
    pub published: Option<PublishedKey>,
}

/// The names a record of which all else is text uses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Refs {
    /// Speaker, citing reporter or documenting reporter.
    pub reporter: Option<ReporterKey>,
    /// Where it was published.
    pub source: Option<SourceKey>,
    /// When it was said, for statements.
    pub date: Option<Edtf>,
    /// Origin and destination, for cases.
    pub places: [Option<PlaceKey>; 2],
}

/// A later fact about a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseUpdateRow {
    /// The case.
    pub case: CaseKey,
    /// Who says so and where.
    pub refs: Refs,
}
