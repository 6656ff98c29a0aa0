//! Wire structs of what other events name: sources, reporters, places, dimensions, indicators; and of policies.

use recount_model::date::{Edtf, Published, Window};
use recount_model::event::{Fact, Indicator, Measure, Policy, Reporter, ReporterKind, Rule, Source};
use recount_model::id::Country;
use recount_model::value::{Decimal, Expression};

use super::notation::{
    BreakdownCode, Digest, Dimensions, Id, Indicators, Language, Line, Minimum, Notation, Places, Ref,
    Reporters, Shown, Sources,
};
use super::wire::{Either, Map, Read, meaning, record, text, texts};
use crate::codec::schema::Shape;

record! {
    /// `source.added`
    SourceAdded<'a> {
        /// The source's id
        id: Id<'a, Sources>,
        /// Its title, as printed
        title: Option<Shown>,
        /// Who published it
        publisher: Option<Shown>,
        /// Where it can be read
        url: Option<Shown>,
        /// When it was published
        published: Option<Read<Published>>,
        /// Its language
        language: Option<Language>,
        /// The language of the title, where that is another
        title_language: Option<Language>,
        /// A copy that will last
        archived: Option<Archived>,
        /// A remark of the recorder
        note: Option<Shown>,
    }
    Any("title", "url")
}

record! {
    /// A copy of a source.
    Archived {
        /// Where the copy can be read
        url: Shown,
        /// SHA-256 of the copy
        sha256: Option<Digest>,
    }
}

impl<'a> SourceAdded<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        (self.title.is_some() || self.url.is_some())
            .then(|| Fact::SourceAdded(Source { id: self.id.text(), published: meaning(self.published) }))
    }
}

record! {
    /// `reporter.added`
    ReporterAdded<'a> {
        /// The reporter's id
        id: Id<'a, Reporters>,
        /// Its name
        name: Shown,
        /// What sort of person or body it is
        kind: Read<ReporterKind>,
        /// The country it belongs to
        country: Option<Read<Country>>,
        /// The reporter it is counted as one body with
        speaks_for: Option<Ref<'a, Reporters>>,
    }
}

impl<'a> ReporterAdded<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::ReporterAdded(Reporter {
            id: self.id.text(),
            kind: self.kind.0,
            speaks_for: text(self.speaks_for),
        }))
    }
}

record! {
    /// `place.added`
    PlaceAdded<'a> {
        /// The place's id
        id: Id<'a, Places>,
        /// Its name
        name: Shown,
        /// What sort of place it is, such as `country` or `oblast`
        kind: Option<Shown>,
        /// The place it is part of
        parent: Option<Ref<'a, Places>>,
        /// Its codes in other systems, such as `iso3166` or `pcode`
        codes: Option<Map<BreakdownCode<'a>, Shown>>,
    }
}

impl<'a> PlaceAdded<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::PlaceAdded { id: self.id.text(), parent: text(self.parent) })
    }
}

record! {
    /// `dimension.added`
    DimensionAdded<'a> {
        /// The dimension's id
        id: Id<'a, Dimensions>,
        /// What it is called
        label: Shown,
        /// The codes a breakdown may name, each with its label
        codes: Map<BreakdownCode<'a>, Shown>,
    }
}

impl<'a> DimensionAdded<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        let codes = self.codes.0.into_iter().map(|(code, _)| code.text()).collect();
        Some(Fact::DimensionAdded { id: self.id.text(), codes })
    }
}

record! {
    /// `indicator.defined`
    IndicatorDefined<'a> {
        /// The indicator's id
        id: Id<'a, Indicators>,
        /// What it is called
        label: Shown,
        /// The unit of its values, such as `children`
        unit: Line<'a>,
        /// How it counts over time
        measure: Read<Measure>,
        /// The start of a cumulative count
        since: Option<Read<Edtf>>,
        /// The least value it can have: a number (default 0), or `none`
        minimum: Option<Read<Minimum>>,
        /// What exactly is counted
        definition: Option<Shown>,
    }
}

impl<'a> IndicatorDefined<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::IndicatorDefined(Indicator {
            id: self.id.text(),
            unit: self.unit.text(),
            measure: self.measure.0,
            since: meaning(self.since),
            minimum: meaning(self.minimum).map_or(Some(Decimal::ZERO), |Minimum(least)| least),
        }))
    }
}

record! {
    /// `indicator.derived`
    IndicatorDerived<'a> {
        /// The indicator's id
        id: Id<'a, Indicators>,
        /// What it is called
        label: Shown,
        /// The unit of the result
        unit: Line<'a>,
        /// How it is computed from the headlines of other indicators
        expression: Read<Box<Expression>>,
    }
}

impl<'a> IndicatorDerived<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::IndicatorDerived {
            id: self.id.text(),
            unit: self.unit.text(),
            expression: self.expression.0,
        })
    }
}

record! {
    /// `policy.set`
    PolicySet<'a> {
        /// The indicator it is for
        indicator: Ref<'a, Indicators>,
        /// How the headline is selected
        rule: Either<PlainRule, Prefer<'a>>,
        /// How old a figure may be against the latest one
        window: Option<Read<Window>>,
        /// Why
        reason: Option<Shown>,
    }
}

record! {
    /// The rule with a list.
    Prefer<'a> {
        /// Reporters; the first one with a figure within the window counts
        prefer: Vec<Ref<'a, Reporters>>,
    }
}

/// A rule that is one word.
enum PlainRule {
    Latest,
    Range,
}

impl Notation for PlainRule {
    const SHAPE: Shape = Shape::Word(|| vec!["latest", "range"]);

    fn read(text: &str) -> Option<Self> {
        match text {
            "latest" => Some(PlainRule::Latest),
            "range" => Some(PlainRule::Range),
            _ => None,
        }
    }
}

impl<'a> PolicySet<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        let rule = match self.rule {
            Either::Short(PlainRule::Latest) => Rule::Latest,
            Either::Short(PlainRule::Range) => Rule::Range,
            Either::Full(Prefer { prefer }) => Rule::Prefer(texts(prefer)),
        };
        Some(Fact::PolicySet(Policy { indicator: self.indicator.text(), rule, window: meaning(self.window) }))
    }
}
