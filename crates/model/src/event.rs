//! Domain events: what each event of a ledger says, as far as it decides an answer.
//!
//! Texts that are only ever shown (titles, wordings, reasons, notes) are not here: they stay in the file and are
//! fetched through [`Texts`](crate::texts::Texts). The wire form of each event, with every member, belongs to the
//! `ledger` crate, one module per format version.

use std::borrow::Cow;

use crate::date::{Edtf, Instant, Published, Window};
use crate::id::Country;
use crate::value::{Decimal, Expression, Value};

/// 1-based position of an event in its ledger.
///
/// 32 bits: a ledger of four thousand million events is beyond one text file; the reader refuses larger ones.
pub type Seq = u32;

/// Text borrowed from the line wherever the line's spelling allows it.
pub type Text<'a> = Cow<'a, str>;

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

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $wire:literal,)+) => {
        /// The type of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* $name,)+ }

        impl Kind {
            /// Every type of format 1, in the order of the format's table.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),+];

            /// The name in the file, such as `figure.reported`.
            pub fn as_str(self) -> &'static str {
                match self { $(Kind::$name => $wire,)+ }
            }

            /// The type with this name in the file.
            pub fn parse(name: &str) -> Option<Kind> {
                match name { $($wire => Some(Kind::$name),)+ _ => None }
            }
        }
    };
}

kinds! {
    /// The ledger's first event.
    LedgerCreated "ledger.created",
    /// A published document.
    SourceAdded "source.added",
    /// A person or body figures are attributed to.
    ReporterAdded "reporter.added",
    /// A place.
    PlaceAdded "place.added",
    /// A dimension a breakdown may name.
    DimensionAdded "dimension.added",
    /// What is counted.
    IndicatorDefined "indicator.defined",
    /// What is computed from other indicators' headlines.
    IndicatorDerived "indicator.derived",
    /// The rule that selects an indicator's headline.
    PolicySet "policy.set",
    /// One claim.
    FigureReported "figure.reported",
    /// The reporter takes a figure back.
    FigureWithdrawn "figure.withdrawn",
    /// Another reporter contests a figure.
    FigureDisputed "figure.disputed",
    /// We recorded it wrongly.
    RecordCorrected "record.corrected",
    /// We should not have recorded it.
    RecordRetracted "record.retracted",
    /// A roll-call.
    VoteRecorded "vote.recorded",
    /// One source's account of a roll-call.
    VoteReported "vote.reported",
    /// One state's position.
    VotePosition "vote.position",
    /// Who said what.
    StatementRecorded "statement.recorded",
    /// Under which law.
    NormCited "norm.cited",
    /// A documented case.
    CaseDocumented "case.documented",
    /// A later fact about a case.
    CaseUpdated "case.updated",
    /// A check kept in the ledger.
    CheckAdded "check.added",
    /// A finding looked at and accepted.
    FindingAcknowledged "finding.acknowledged",
    /// A file was imported.
    ImportRecorded "import.recorded",
    /// Another ledger was merged.
    LedgerMerged "ledger.merged",
    /// Later lines are of another format.
    LedgerUpgraded "ledger.upgraded",
    /// An event's content was erased.
    EventRedacted "event.redacted",
}

impl Kind {
    /// Whether events of this type declare an id that others name.
    pub fn declares(self) -> bool {
        use Kind::{
            CaseDocumented, CheckAdded, DimensionAdded, IndicatorDefined, IndicatorDerived, PlaceAdded,
            ReporterAdded, SourceAdded, VoteRecorded,
        };
        matches!(
            self,
            SourceAdded
                | ReporterAdded
                | PlaceAdded
                | DimensionAdded
                | IndicatorDefined
                | IndicatorDerived
                | VoteRecorded
                | CaseDocumented
                | CheckAdded
        )
    }

    /// Whether an event of this type may be corrected.
    ///
    /// The ledger's own bookkeeping (creation, corrections, retractions, imports, merges, upgrades, redactions)
    /// states what was done and stays as it is.
    pub fn is_correctable(self) -> bool {
        use Kind::{
            EventRedacted, ImportRecorded, LedgerCreated, LedgerMerged, LedgerUpgraded, RecordCorrected,
            RecordRetracted,
        };
        !matches!(
            self,
            LedgerCreated
                | RecordCorrected
                | RecordRetracted
                | ImportRecorded
                | LedgerMerged
                | LedgerUpgraded
                | EventRedacted
        )
    }
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
        id: Text<'a>,
        /// The place it is part of.
        parent: Option<Text<'a>>,
    },
    /// `dimension.added`
    DimensionAdded {
        /// The dimension's id.
        id: Text<'a>,
        /// The codes a breakdown may use.
        codes: Vec<Text<'a>>,
    },
    /// `indicator.defined`
    IndicatorDefined(Indicator<'a>),
    /// `indicator.derived`
    IndicatorDerived {
        /// The indicator's id.
        id: Text<'a>,
        /// Unit of the result.
        unit: Text<'a>,
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
        source: Option<Text<'a>>,
        /// When it was published, where not with its source.
        published: Option<Published>,
    },
    /// `figure.disputed`
    FigureDisputed {
        /// Any record of the figure.
        target: Seq,
        /// Who contests it.
        by_reporter: Text<'a>,
        /// Where the dispute was published.
        source: Option<Text<'a>>,
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
        id: Text<'a>,
        /// When the vote was taken.
        date: Edtf,
        /// How many states could vote.
        members: Option<u32>,
        /// Where it is documented.
        source: Text<'a>,
    },
    /// `vote.reported`
    VoteReported(Account<'a>),
    /// `vote.position`
    VotePosition {
        /// The UN symbol of the vote.
        vote: Text<'a>,
        /// The state and what is said of it.
        stated: Stated,
        /// Its position.
        position: Position,
        /// Where it was published.
        source: Text<'a>,
        /// When it was published, where not with its source.
        published: Option<Published>,
    },
    /// `statement.recorded`
    StatementRecorded {
        /// Who spoke.
        speaker: Text<'a>,
        /// Where it is documented.
        source: Text<'a>,
        /// When it was said.
        date: Option<Edtf>,
    },
    /// `norm.cited`
    NormCited {
        /// Who cites it; absent only where `source` is.
        cited_by: Option<Text<'a>>,
        /// Where it is cited.
        source: Option<Text<'a>>,
    },
    /// `case.documented`
    CaseDocumented {
        /// The case's id.
        id: Text<'a>,
        /// Who documented it.
        reporter: Option<Text<'a>>,
        /// Where.
        source: Text<'a>,
    },
    /// `case.updated`
    CaseUpdated {
        /// The case.
        case: Text<'a>,
        /// Who says so.
        reporter: Option<Text<'a>>,
        /// Where.
        source: Text<'a>,
    },
    /// `check.added`
    CheckAdded {
        /// The check's id.
        id: Text<'a>,
        /// What is checked.
        rule: CheckRule<'a>,
    },
    /// `finding.acknowledged`
    FindingAcknowledged {
        /// The check whose finding it is; a declared one or one that is built in.
        check: Text<'a>,
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
    },
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
        }
    }
}

/// A published document.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// Its id.
    pub id: Text<'a>,
    /// When it was published.
    pub published: Option<Published>,
}

/// A person or body figures are attributed to.
#[derive(Clone, Debug)]
pub struct Reporter<'a> {
    /// Its id.
    pub id: Text<'a>,
    /// What sort of body it is.
    pub kind: ReporterKind,
    /// The reporter it is counted as one body with.
    pub speaks_for: Option<Text<'a>>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every word there is, in the order of the format's table.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word in the file.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// What this word means, `None` for any other word.
            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// What sort of person or body a reporter is.
    ReporterKind {
        /// A government or ministry.
        Government "government",
        /// An official speaking in office.
        Official "official",
        /// A register that counts entries.
        Registry "registry",
        /// An ombudsman or commissioner.
        Ombudsman "ombudsman",
        /// An international body.
        International "international",
        /// A non-governmental organisation.
        Ngo "ngo",
        /// A research institution.
        Academic "academic",
        /// A court or tribunal.
        Court "court",
        /// An outlet that itself asserts a figure; selected as headline only where there is no other.
        Media "media",
        /// Anything else.
        Other "other",
    }
}

words! {
    /// How an indicator counts over time.
    Measure {
        /// A running total since a start.
        Cumulative "cumulative",
        /// A count within a closed interval.
        Period "period",
        /// A stock at one moment.
        Point "point",
    }
}

words! {
    /// What a state did in a roll-call.
    Position {
        /// In favour.
        Yes "yes",
        /// Against.
        No "no",
        /// Abstained.
        Abstain "abstain",
        /// A member that cast no vote.
        Absent "absent",
        /// No member, so it could not vote.
        NotMember "not_member",
    }
}

words! {
    /// Whether a position is the recorded vote or was declared later.
    PositionKind {
        /// As recorded by the body that voted.
        Recorded "recorded",
        /// Declared afterwards; does not count in the tally.
        Intended "intended",
    }
}

/// What is counted.
#[derive(Clone, Debug)]
pub struct Indicator<'a> {
    /// Its id.
    pub id: Text<'a>,
    /// Unit of its values, such as `children`.
    pub unit: Text<'a>,
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
    pub indicator: Text<'a>,
    /// How the headline is selected.
    pub rule: Rule<Text<'a>>,
    /// How old a figure may be against the latest one.
    pub window: Option<Window>,
}

/// How a headline is selected; `R` names reporters.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub indicator: Text<'a>,
    /// Where, if not everywhere.
    pub place: Option<Text<'a>>,
    /// Which part: dimension and code, sorted by dimension.
    pub breakdown: Vec<(Text<'a>, Text<'a>)>,
    /// Who said it.
    pub reporter: Text<'a>,
    /// Another start of the count than the indicator's.
    pub since: Option<Edtf>,
    /// What was said.
    pub value: Value,
    /// The moment or period the value is about.
    pub as_of: Option<Edtf>,
    /// When it became public, where not with its source.
    pub published: Option<Published>,
    /// Where it was published; `None` where the claim is explicitly unsourced.
    pub source: Option<Text<'a>>,
    /// Who passed it on.
    pub relayed_by: Option<Text<'a>>,
    /// A figure of the same series that this one supersedes.
    pub revises: Option<Seq>,
    /// The recorder doubts it (the reason is a text).
    pub doubted: bool,
    /// It has a verbatim wording (the wording is a text).
    pub worded: bool,
}

/// One source's account of a roll-call.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// The UN symbol of the vote.
    pub vote: Text<'a>,
    /// Where it was published.
    pub source: Text<'a>,
    /// Whose account it is, if not the publisher's own.
    pub reporter: Option<Text<'a>>,
    /// It is the account of the body that voted.
    pub official: bool,
    /// The totals it gives.
    pub tally: Tally,
    /// The states it names, in its order.
    pub positions: Vec<(Position, Stated)>,
    /// When it was published, where not with its source.
    pub published: Option<Published>,
    /// Who passed it on.
    pub relayed_by: Option<Text<'a>>,
    /// The recorder doubts the whole account.
    pub doubted: bool,
}

/// The totals of one account of a roll-call, each as said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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

/// A state as an account names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        indicator: Text<'a>,
        /// The parts.
        parts: Vec<Text<'a>>,
    },
    /// An indicator's figure equals the sum over a dimension's codes or over places.
    Sum {
        /// The indicator.
        indicator: Text<'a>,
        /// The dimension, or `place`.
        over: Text<'a>,
        /// The codes or places.
        parts: Vec<Text<'a>>,
    },
    /// A reporter has a figure not older than so many days.
    Fresh {
        /// The reporter.
        reporter: Text<'a>,
        /// Days.
        days: u32,
    },
    /// A cumulative series never falls.
    Monotone {
        /// The indicator.
        indicator: Text<'a>,
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
