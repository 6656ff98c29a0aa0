//! Wire structs of the ledger's own affairs: its creation, checks, imports, merges, upgrades, redactions.

use recount_model::event::{CheckRule, Fact};

use super::notation::{
    BreakdownCode, Checks, Digest, Dimensions, Id, Indicators, Line, Ref, Reporters, Shown,
};
use super::wire::{Target, record, seqs, texts};

record! {
    /// `ledger.created`
    LedgerCreated {
        /// The version of the file format
        format: u64,
        /// A name for the ledger that no other has, such as `example.org/ukraine-children`
        origin: Shown,
        /// What the ledger is called
        title: Shown,
        /// What it is about
        description: Option<Shown>,
        /// Under which licence it may be used
        licence: Option<Shown>,
    }
}

impl LedgerCreated {
    pub(super) fn fact(self) -> Option<Fact<'static>> {
        Some(Fact::LedgerCreated { format: self.format })
    }
}

record! {
    /// `check.added`
    CheckAdded<'a> {
        /// The check's id
        id: Id<'a, Checks>,
        /// What is checked
        rule: AnyRule<'a>,
        /// Why
        reason: Option<Shown>,
    }
}

record! {
    /// The rule of a check.
    AnyRule<'a> {
        /// An indicator's headline equals the sum of the parts' headlines
        total: Option<Total<'a>>,
        /// An indicator's figure equals the sum over codes or places
        sum: Option<Sum<'a>>,
        /// A reporter has a figure that is not older than so many days
        fresh: Option<Fresh<'a>>,
        /// A cumulative series never falls
        monotone: Option<Monotone<'a>>,
    }
    One("total", "sum", "fresh", "monotone")
}

record! {
    /// The rule `total`.
    Total<'a> {
        /// The whole
        indicator: Ref<'a, Indicators>,
        /// The parts
        parts: Vec<Ref<'a, Indicators>>,
    }
}

record! {
    /// The rule `sum`.
    Sum<'a> {
        /// The indicator
        indicator: Ref<'a, Indicators>,
        /// The dimension, or `place`
        over: Ref<'a, Dimensions>,
        /// The codes or places
        parts: Vec<BreakdownCode<'a>>,
    }
}

record! {
    /// The rule `fresh`.
    Fresh<'a> {
        /// The reporter
        reporter: Ref<'a, Reporters>,
        /// How old its latest figure may be
        days: u32,
    }
}

record! {
    /// The rule `monotone`.
    Monotone<'a> {
        /// The indicator
        indicator: Ref<'a, Indicators>,
    }
}

impl<'a> AnyRule<'a> {
    /// The one rule that is there.
    fn only(self) -> Option<CheckRule<'a>> {
        match (self.total, self.sum, self.fresh, self.monotone) {
            (Some(Total { indicator, parts }), None, None, None) => {
                Some(CheckRule::Total { indicator: indicator.text(), parts: texts(parts) })
            }
            (None, Some(Sum { indicator, over, parts }), None, None) => {
                Some(CheckRule::Sum { indicator: indicator.text(), over: over.text(), parts: texts(parts) })
            }
            (None, None, Some(Fresh { reporter, days }), None) => {
                Some(CheckRule::Fresh { reporter: reporter.text(), days })
            }
            (None, None, None, Some(Monotone { indicator })) => {
                Some(CheckRule::Monotone { indicator: indicator.text() })
            }
            _ => None,
        }
    }
}

impl<'a> CheckAdded<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::CheckAdded { id: self.id.text(), rule: self.rule.only()? })
    }
}

record! {
    /// `finding.acknowledged`
    FindingAcknowledged<'a> {
        /// The check whose finding it is, declared or built in
        check: Ref<'a, Checks>,
        /// The figures involved
        figures: Vec<Target>,
        /// Why it is accepted
        reason: Shown,
    }
}

impl<'a> FindingAcknowledged<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::FindingAcknowledged { check: self.check.text(), figures: seqs(&self.figures) })
    }
}

record! {
    /// `import.recorded`
    ImportRecorded {
        /// The file's name
        file: Shown,
        /// SHA-256 of the file
        sha256: Digest,
        /// SHA-256 of the rules it was read by
        rules_sha256: Digest,
        /// Rows read
        rows: Option<u64>,
        /// Events appended
        added: Option<u64>,
        /// Events that were recorded already
        present: Option<u64>,
        /// Rows refused
        rejected: Option<u64>,
    }
}

impl ImportRecorded {
    pub(super) fn fact(self) -> Option<Fact<'static>> {
        Some(Fact::ImportRecorded)
    }
}

record! {
    /// `ledger.merged`
    LedgerMerged {
        /// The other ledger's origin
        origin: Shown,
        /// Its size, in events
        size: u64,
        /// Its Merkle root, base64
        root: Shown,
        /// Events taken from it
        events: u64,
    }
}

impl LedgerMerged {
    pub(super) fn fact(self) -> Option<Fact<'static>> {
        Some(Fact::LedgerMerged)
    }
}

record! {
    /// `ledger.upgraded`
    LedgerUpgraded {
        /// The format of later lines
        format: u64,
    }
}

impl LedgerUpgraded {
    pub(super) fn fact(self) -> Option<Fact<'static>> {
        Some(Fact::LedgerUpgraded { format: self.format })
    }
}

record! {
    /// `event.redacted`
    EventRedacted<'a> {
        /// The event whose content was erased
        target: Target,
        /// The line that stands in its place, whole
        stub: Line<'a>,
        /// Why
        reason: Shown,
        /// Under which law
        legal_basis: Option<Shown>,
    }
}

impl<'a> EventRedacted<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::EventRedacted { target: self.target.get(), stub: self.stub.text() })
    }
}
