//! Domain events: what each event of a ledger says, as far as it decides an answer.
//!
//! Texts that are only ever shown (titles, wordings, reasons, notes) are not here: they stay in the file and are
//! fetched through [`Texts`](crate::texts::Texts). The wire form of each event, with every member, belongs to the
//! `ledger` crate, one module per format version.

mod kind;
mod words;

use serde::{Deserialize, Serialize};

use crate::date::{Edtf, Instant, Published, Window};
use crate::id::Country;
use crate::value::{Decimal, Expression, Value};

pub use kind::Kind;
pub use words::{CheckKind, Measure, Position, PositionKind, ReporterKind};

/// 1-based position of an event in its ledger.
///
/// 32 bits: a ledger of four thousand million events is beyond one text file; the reader refuses larger ones.
pub type Seq = u32;

/// One event with what the writer added to it.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Its position, from 1.
    pub seq: Seq,
    /// When it was recorded (UTC, never earlier than the event before it).
    pub at: Instant,
    /// Where its line starts in the file, in bytes.
    pub offset: u64,
    /// What it says.
    pub fact: Fact<'a>,
}

/// What an event says, with everything that decides an answer and every name it uses.
#[derive(Clone, Debug)]
pub enum Fact<'a> {
    /// `ledger.created`
    LedgerCreated {
        /// Version of the file format; 1.
        format: u64,
    },
    /// `source.added`
    SourceAdded(Source<'a>),
    /// `reporter.added`
    ReporterAdded(Reporter<'a>),
    /// `place.added`
    PlaceAdded {
        /// The place's id.
        id: &'a str,
        /// The place it is part of.
        parent: Option<&'a str>,
    },
    /// `dimension.added`
    DimensionAdded {
        /// The dimension's id.
        id: &'a str,
        /// The codes a breakdown may use.
        codes: Vec<&'a str>,
    },
    /// `indicator.defined`
    IndicatorDefined(Indicator<'a>),
    /// `indicator.derived`
    IndicatorDerived {
        /// The indicator's id.
        id: &'a str,
        /// Unit of the result.
        unit: &'a str,
        /// How it is computed from headlines.
        expression: Box<Expression>,
    },
    /// `policy.set`
    PolicySet(Policy<'a>),
    /// `figure.reported`
    FigureReported(Claim<'a>),
    /// `figure.withdrawn`
    FigureWithdrawn {
        /// Any record of the figure.
        target: Seq,
        /// Where the withdrawal was published.
        source: Option<&'a str>,
        /// When it was published, where not with its source.
        published: Option<Published>,
    },
    /// `figure.disputed`
    FigureDisputed {
        /// Any record of the figure.
        target: Seq,
        /// Who contests it.
        by_reporter: &'a str,
        /// Where the dispute was published.
        source: Option<&'a str>,
        /// When it was published, where not with its source.
        published: Option<Published>,
        /// The value the contester gives, if any.
        value: Option<Value>,
    },
    /// `record.corrected`
    RecordCorrected {
        /// The original event.
        target: Seq,
        /// What it should have said, whole.
        fact: Box<Fact<'a>>,
    },
    /// `record.retracted`
    RecordRetracted {
        /// The event taken out.
        target: Seq,
    },
    /// `vote.recorded`
    VoteRecorded {
        /// The UN symbol.
        id: &'a str,
        /// When the vote was taken.
        date: Edtf,
        /// How many states could vote.
        members: Option<u32>,
        /// Where it is documented.
        source: &'a str,
    },
    /// `vote.reported`; boxed, since every fact is as large as the largest.
    VoteReported(Box<Account<'a>>),
    /// `vote.position`
    VotePosition {
        /// The UN symbol of the vote.
        vote: &'a str,
        /// The state and what is said of it.
        stated: Stated,
        /// Its position.
        position: Position,
        /// Where it was published.
        source: &'a str,
        /// When it was published, where not with its source.
        published: Option<Published>,
    },
    /// `statement.recorded`
    StatementRecorded {
        /// Who spoke.
        speaker: &'a str,
        /// Where it is documented.
        source: &'a str,
        /// When it was said.
        date: Option<Edtf>,
    },
    /// `norm.cited`
    NormCited {
        /// Who cites it; absent only where `source` is.
        cited_by: Option<&'a str>,
        /// Where it is cited.
        source: Option<&'a str>,
    },
    /// `case.documented`
    CaseDocumented {
        /// The case's id.
        id: &'a str,
        /// Who documented it.
        reporter: Option<&'a str>,
        /// Where.
        source: &'a str,
        /// From where to where.
        route: Route<'a>,
    },
    /// `case.updated`
    CaseUpdated {
        /// The case.
        case: &'a str,
        /// Who says so.
        reporter: Option<&'a str>,
        /// Where.
        source: &'a str,
        /// From where to where.
        route: Route<'a>,
    },
    /// `check.added`
    CheckAdded {
        /// The check's id.
        id: &'a str,
        /// What is checked.
        rule: CheckRule<'a>,
    },
    /// `finding.acknowledged`
    FindingAcknowledged {
        /// The check whose finding it is; a declared one or one that is built in.
        check: &'a str,
        /// The figures involved.
        figures: Vec<Seq>,
    },
    /// `import.recorded`
    ImportRecorded,
    /// `ledger.merged`
    LedgerMerged,
    /// `ledger.upgraded`
    LedgerUpgraded {
        /// The format of later lines.
        format: u64,
    },
    /// `event.redacted`
    EventRedacted {
        /// The event whose content was erased.
        target: Seq,
        /// The stub that stands in its place.
        stub: &'a str,
    },
    /// What is left of an event whose content was erased.
    Withheld(Withheld<'a>),
}

/// What the stub of a redacted event still says.
#[derive(Clone, Debug, PartialEq)]
pub struct Withheld<'a> {
    /// The event's type; its content can be erased ([`Kind::is_redactable`]).
    pub kind: Kind,
    /// The id it declared, if its type declares one.
    pub id: Option<&'a str>,
    /// The event it corrected, if it is a correction.
    pub target: Option<Seq>,
    /// The stub as it stands in the file; `event.redacted` repeats it.
    pub stub: &'a str,
}

impl Fact<'_> {
    /// The type of event that says this.
    pub fn kind(&self) -> Kind {
        match self {
            Fact::LedgerCreated { .. } => Kind::LedgerCreated,
            Fact::SourceAdded(_) => Kind::SourceAdded,
            Fact::ReporterAdded(_) => Kind::ReporterAdded,
            Fact::PlaceAdded { .. } => Kind::PlaceAdded,
            Fact::DimensionAdded { .. } => Kind::DimensionAdded,
            Fact::IndicatorDefined(_) => Kind::IndicatorDefined,
            Fact::IndicatorDerived { .. } => Kind::IndicatorDerived,
            Fact::PolicySet(_) => Kind::PolicySet,
            Fact::FigureReported(_) => Kind::FigureReported,
            Fact::FigureWithdrawn { .. } => Kind::FigureWithdrawn,
            Fact::FigureDisputed { .. } => Kind::FigureDisputed,
            Fact::RecordCorrected { .. } => Kind::RecordCorrected,
            Fact::RecordRetracted { .. } => Kind::RecordRetracted,
            Fact::VoteRecorded { .. } => Kind::VoteRecorded,
            Fact::VoteReported(_) => Kind::VoteReported,
            Fact::VotePosition { .. } => Kind::VotePosition,
            Fact::StatementRecorded { .. } => Kind::StatementRecorded,
            Fact::NormCited { .. } => Kind::NormCited,
            Fact::CaseDocumented { .. } => Kind::CaseDocumented,
            Fact::CaseUpdated { .. } => Kind::CaseUpdated,
            Fact::CheckAdded { .. } => Kind::CheckAdded,
            Fact::FindingAcknowledged { .. } => Kind::FindingAcknowledged,
            Fact::ImportRecorded => Kind::ImportRecorded,
            Fact::LedgerMerged => Kind::LedgerMerged,
            Fact::LedgerUpgraded { .. } => Kind::LedgerUpgraded,
            Fact::EventRedacted { .. } => Kind::EventRedacted,
            Fact::Withheld(withheld) => withheld.kind,
        }
    }
}

/// A published document.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it was published.
    pub published: Option<Published>,
}

/// A person or body figures are attributed to.
#[derive(Clone, Debug)]
pub struct Reporter<'a> {
    /// Its id.
    pub id: &'a str,
    /// What sort of body it is.
    pub kind: ReporterKind,
    /// The reporter it is counted as one body with.
    pub speaks_for: Option<&'a str>,
}

/// What is counted.
#[derive(Clone, Debug)]
pub struct Indicator<'a> {
    /// Its id.
    pub id: &'a str,
    /// Unit of its values, such as `children`.
    pub unit: &'a str,
    /// How it counts over time.
    pub measure: Measure,
    /// Start of a cumulative count.
    pub since: Option<Edtf>,
    /// Least value it can have; `None` for `"none"`. The default is 0.
    pub minimum: Option<Decimal>,
}

/// The rule that selects an indicator's headline.
#[derive(Clone, Debug)]
pub struct Policy<'a> {
    /// The indicator it is for.
    pub indicator: &'a str,
    /// How the headline is selected.
    pub rule: Rule<&'a str>,
    /// How old a figure may be against the latest one.
    pub window: Option<Window>,
}

/// How a headline is selected; `R` names reporters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule<R> {
    /// The greatest order key; media only where there is no other. The default.
    Latest,
    /// The first listed reporter whose figure lies within the window of the latest, else as `Latest`.
    Prefer(Vec<R>),
    /// No figure: the hull of all reporters' intervals.
    Range,
}

impl<R> Rule<R> {
    /// The rule's name in the file.
    pub fn as_str(&self) -> &'static str {
        match self {
            Rule::Latest => "latest",
            Rule::Prefer(_) => "prefer",
            Rule::Range => "range",
        }
    }
}

/// One claim: reporter R said value V for indicator I (place, breakdown) as of T, in source S.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    /// What is counted.
    pub indicator: &'a str,
    /// Where, if not everywhere.
    pub place: Option<&'a str>,
    /// Which part: dimension and code, sorted by dimension.
    pub breakdown: Vec<(&'a str, &'a str)>,
    /// Who said it.
    pub reporter: &'a str,
    /// Another start of the count than the indicator's.
    pub since: Option<Edtf>,
    /// What was said.
    pub value: Value,
    /// The moment or period the value is about.
    pub as_of: Option<Edtf>,
    /// When it became public, where not with its source.
    pub published: Option<Published>,
    /// Where it was published; `None` where the claim is explicitly unsourced.
    pub source: Option<&'a str>,
    /// Who passed it on.
    pub relayed_by: Option<&'a str>,
    /// A figure of the same series that this one supersedes.
    pub revises: Option<Seq>,
    /// The recorder doubts it (the reason is a text).
    pub doubted: bool,
    /// It has a verbatim wording (the wording is a text).
    pub worded: bool,
}

impl Claim<'_> {
    /// The breakdown in its one spelling, `dim=code;dim=code`, if it has one.
    pub fn breakdown_text(&self) -> Option<String> {
        let mut parts = self.breakdown.iter();
        let (dimension, code) = parts.next()?;
        let mut text = [dimension, "=", code].concat();
        for (dimension, code) in parts {
            text.extend([";", dimension, "=", code]);
        }
        Some(text)
    }
}

/// One source's account of a roll-call.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// The UN symbol of the vote.
    pub vote: &'a str,
    /// Where it was published.
    pub source: &'a str,
    /// Whose account it is, if not the publisher's own.
    pub reporter: Option<&'a str>,
    /// It is the account of the body that voted.
    pub official: bool,
    /// The totals it gives.
    pub tally: Tally,
    /// The states it names, in its order.
    pub positions: Vec<(Position, Stated)>,
    /// When it was published, where not with its source.
    pub published: Option<Published>,
    /// Who passed it on.
    pub relayed_by: Option<&'a str>,
    /// The recorder doubts its tally; the positions it lists carry doubts of their own.
    pub doubted: bool,
}

/// The totals of one account of a roll-call, each as said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// In favour.
    pub yes: Option<Value>,
    /// Against.
    pub no: Option<Value>,
    /// Abstained.
    pub abstain: Option<Value>,
    /// Cast no vote.
    pub absent: Option<Value>,
    /// Submitted the draft; outside the sum.
    pub sponsors: Option<Value>,
}

impl Tally {
    /// The total for a position; `not_member` has none.
    pub fn of(&self, position: Position) -> Option<Value> {
        match position {
            Position::Yes => self.yes,
            Position::No => self.no,
            Position::Abstain => self.abstain,
            Position::Absent => self.absent,
            Position::NotMember => None,
        }
    }
}

/// The places a case names.
#[derive(Clone, Debug, Default)]
pub struct Route<'a> {
    /// The place the person was taken from.
    pub origin: Option<&'a str>,
    /// The place the person was taken to.
    pub destination: Option<&'a str>,
}

/// A state as an account names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// The state.
    pub country: Country,
    /// Recorded or declared later.
    pub kind: PositionKind,
    /// The recorder doubts that this state was meant.
    pub doubted: bool,
}

/// What a check of the ledger checks.
#[derive(Clone, Debug)]
pub enum CheckRule<'a> {
    /// An indicator's headline equals the sum of the parts' headlines.
    Total {
        /// The whole.
        indicator: &'a str,
        /// The parts.
        parts: Vec<&'a str>,
    },
    /// An indicator's figure equals the sum over a dimension's codes or over places.
    Sum {
        /// The indicator.
        indicator: &'a str,
        /// The dimension, or `place`.
        over: &'a str,
        /// The codes or places.
        parts: Vec<&'a str>,
    },
    /// A reporter has a figure not older than so many days.
    Fresh {
        /// The reporter.
        reporter: &'a str,
        /// Days.
        days: u32,
    },
    /// A cumulative series never falls.
    Monotone {
        /// The indicator.
        indicator: &'a str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_file_lead_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        }
        for kind in ReporterKind::ALL {
            assert_eq!(ReporterKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(Kind::parse("figure.guessed"), None);
    }
}
