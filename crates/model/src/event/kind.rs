//! The types of events.

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

    /// Whether the content of an event of this type can be erased; that of a correction is with what it corrects.
    ///
    /// Not of those that decide how other events are read (definitions, policies, roll-calls, checks, causes of change)
    /// and not of the ledger's own bookkeeping: without them the others would say something else.
    pub fn is_redactable(self) -> bool {
        use Kind::{
            CaseDocumented, CaseUpdated, FigureReported, NormCited, PlaceAdded, ReporterAdded, SourceAdded,
            StatementRecorded, VotePosition, VoteReported,
        };
        matches!(
            self,
            SourceAdded
                | ReporterAdded
                | PlaceAdded
                | FigureReported
                | VoteReported
                | VotePosition
                | StatementRecorded
                | NormCited
                | CaseDocumented
                | CaseUpdated
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
