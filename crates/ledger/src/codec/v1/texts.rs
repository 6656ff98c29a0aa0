//! Wire structs of what is recorded in words and codes: statements, norms, cases.

use recount_model::date::Edtf;
use recount_model::event::{Fact, Route};
use recount_model::value::Value;

use super::notation::{Cases, Id, Language, Places, Ref, Reporters, Salt, Shown, ShownCode, Sources};
use super::wire::{Read, True, meaning, record, sourced, text};

record! {
    /// `statement.recorded`
    StatementRecorded<'a> {
        /// Who spoke
        speaker: Ref<'a, Reporters>,
        /// What was said, in the recorder's own words
        gist: Shown,
        /// In which role
        role: Option<Shown>,
        /// Where
        venue: Option<Shown>,
        /// When
        date: Option<Read<Edtf>>,
        /// What it is about
        topics: Option<Vec<Shown>>,
        /// In which language
        language: Option<Language>,
        /// Where it is documented
        source: Ref<'a, Sources>,
        /// Where in the source it stands
        locator: Option<Shown>,
    }
}

impl<'a> StatementRecorded<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::StatementRecorded {
            speaker: self.speaker.text(),
            source: self.source.text(),
            date: meaning(self.date),
        })
    }
}

record! {
    /// `norm.cited`
    NormCited<'a> {
        /// The convention, statute or resolution
        instrument: Shown,
        /// The article
        article: Option<Shown>,
        /// What it says, in the recorder's own words
        gist: Option<Shown>,
        /// Who cites it
        cited_by: Option<Ref<'a, Reporters>>,
        /// Where it is cited
        source: Option<Ref<'a, Sources>>,
        /// It is explicitly without a source
        unsourced: Option<True>,
    }
    One("source", "unsourced")
    Any("cited_by", "unsourced")
}

impl<'a> NormCited<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        let cited_by = text(self.cited_by);
        let source = sourced(self.source, self.unsourced)?;
        (cited_by.is_some() || source.is_none()).then_some(Fact::NormCited { cited_by, source })
    }
}

record! {
    /// `case.documented`: no names and no free text about the person, so attributes are codes.
    CaseDocumented<'a> {
        /// The case's id
        id: Id<'a, Cases>,
        /// Age in years
        age: Option<Read<Value>>,
        /// Sex, as a code
        sex: Option<ShownCode>,
        /// The place the person was taken from
        origin: Option<Ref<'a, Places>>,
        /// The place the person was taken to
        destination: Option<Ref<'a, Places>>,
        /// Distance in kilometres
        distance: Option<Read<Value>>,
        /// What became of the person, as a code
        status: Option<ShownCode>,
        /// Who documented it
        reporter: Option<Ref<'a, Reporters>>,
        /// Where
        source: Ref<'a, Sources>,
        /// 128 random bits, so that a redacted case cannot be guessed
        salt: Salt,
    }
}

impl<'a> CaseDocumented<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::CaseDocumented {
            id: self.id.text(),
            reporter: text(self.reporter),
            source: self.source.text(),
            route: Route { origin: text(self.origin), destination: text(self.destination) },
        })
    }
}

record! {
    /// `case.updated`
    CaseUpdated<'a> {
        /// The case
        case: Ref<'a, Cases>,
        /// Age in years
        age: Option<Read<Value>>,
        /// Sex, as a code
        sex: Option<ShownCode>,
        /// The place the person was taken from
        origin: Option<Ref<'a, Places>>,
        /// The place the person was taken to
        destination: Option<Ref<'a, Places>>,
        /// Distance in kilometres
        distance: Option<Read<Value>>,
        /// What became of the person, as a code
        status: Option<ShownCode>,
        /// When that was so
        date: Option<Read<Edtf>>,
        /// Who says so
        reporter: Option<Ref<'a, Reporters>>,
        /// Where
        source: Ref<'a, Sources>,
    }
}

impl<'a> CaseUpdated<'a> {
    pub(super) fn fact(self) -> Option<Fact<'a>> {
        Some(Fact::CaseUpdated {
            case: self.case.text(),
            reporter: text(self.reporter),
            source: self.source.text(),
            route: Route { origin: text(self.origin), destination: text(self.destination) },
        })
    }
}
