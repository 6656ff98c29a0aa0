//! Wire structs of figures: reported, withdrawn by their reporter, disputed by another.

use recount_model::date::{Edtf, Published};
use recount_model::event::{Claim, Fact};
use recount_model::value::Value;

use super::notation::{BreakdownCode, Dimensions, Indicators, Places, Ref, Reporters, Shown, Sources};
use super::wire::{Map, Read, Target, True, meaning, record, sourced, text};

record! {
    /// `figure.reported`
    FigureReported<'a> {
        /// What is counted
        indicator: Ref<'a, Indicators>,
        /// What was said
        value: Read<Value>,
        /// Who said it
        reporter: Ref<'a, Reporters>,
        /// Where it was published
        source: Option<Ref<'a, Sources>>,
        /// It is explicitly without a source
        unsourced: Option<True>,
        /// The moment or period the value is about
        as_of: Option<Read<Edtf>>,
        /// Where, if not everywhere
        place: Option<Ref<'a, Places>>,
        /// Which part: dimension and code
        breakdown: Option<Map<Ref<'a, Dimensions>, BreakdownCode<'a>>>,
        /// When it became public, where not with its source
        published: Option<Read<Published>>,
        /// The words it was said in, verbatim and short
        wording: Option<Shown>,
        /// Where in the source it stands
        locator: Option<Shown>,
        /// Who passed it on
        relayed_by: Option<Ref<'a, Reporters>>,
        /// A figure of the same series that this one supersedes
        revises: Option<Target>,
        /// Another start of the count than the indicator's
        since: Option<Read<Edtf>>,
        /// Why the recorder doubts it
        doubt: Option<Shown>,
        /// A remark of the recorder
        note: Option<Shown>,
    }
    One("source", "unsourced")
}

impl<'a> FigureReported<'a> {
    #[inline(always)]
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        let breakdown = self.breakdown.map(|Map(entries)| entries).unwrap_or_default();
        Some(Fact::FigureReported(Claim {
            indicator: self.indicator.text(),
            place: text(self.place),
            breakdown: breakdown
                .into_iter()
                .map(|(dimension, code)| (dimension.text(), code.text()))
                .collect(),
            reporter: self.reporter.text(),
            since: meaning(self.since),
            value: self.value.0,
            as_of: meaning(self.as_of),
            published: meaning(self.published),
            source: sourced(self.source, self.unsourced)?,
            relayed_by: text(self.relayed_by),
            revises: self.revises.map(Target::get),
            doubted: self.doubt.is_some(),
            worded: self.wording.is_some(),
        }))
    }
}

record! {
    /// `figure.withdrawn`
    FigureWithdrawn<'a> {
        /// Any record of the figure
        target: Target,
        /// Why the reporter takes it back
        reason: Shown,
        /// Where the withdrawal was published
        source: Option<Ref<'a, Sources>>,
        /// When it was published, where not with its source
        published: Option<Read<Published>>,
    }
}

impl<'a> FigureWithdrawn<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::FigureWithdrawn {
            target: self.target.get(),
            source: text(self.source),
            published: meaning(self.published),
        })
    }
}

record! {
    /// `figure.disputed`
    FigureDisputed<'a> {
        /// Any record of the figure
        target: Target,
        /// Who contests it
        by_reporter: Ref<'a, Reporters>,
        /// Where the dispute was published
        source: Option<Ref<'a, Sources>>,
        /// When it was published, where not with its source
        published: Option<Read<Published>>,
        /// The value the contester gives
        value: Option<Read<Value>>,
        /// A remark of the recorder
        note: Option<Shown>,
    }
}

impl<'a> FigureDisputed<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::FigureDisputed {
            target: self.target.get(),
            by_reporter: self.by_reporter.text(),
            source: text(self.source),
            published: meaning(self.published),
            value: meaning(self.value),
        })
    }
}
