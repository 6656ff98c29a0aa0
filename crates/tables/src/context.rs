//! What rows are made from.

use recount_model::answer::Answers;
use recount_model::event::Seq;
use recount_model::state::State;
use recount_model::state::key::IndicatorKey;
use recount_model::state::record::Record;
use recount_model::texts::{Members, Texts};

use crate::table::Stop;

/// Everything the rows of all tables come from.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The answers on the clocks asked.
    pub answers: &'a Answers<'a>,
    /// Where texts are fetched from.
    pub texts: &'a dyn Texts,
    /// How much of each case is shown.
    pub case_detail: CaseDetail,
    /// The indicators whose figures, versions and headlines are shown; all where `None`. Other tables stay whole.
    pub indicators: Option<&'a [IndicatorKey]>,
}

/// How much of each case is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseDetail {
    /// Age band, first-level division or country, month; no distance.
    #[default]
    Coarse,
    /// Every attribute as recorded, but never the salt: it keeps redacted content unguessable.
    Full,
}

impl CaseDetail {
    /// The word for it on the command line and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            CaseDetail::Coarse => "coarse",
            CaseDetail::Full => "full",
        }
    }
}

impl<'a> Context<'a> {
    pub(crate) fn state(&self) -> &'a State {
        self.answers.state()
    }

    pub(crate) fn wants(&self, indicator: IndicatorKey) -> bool {
        self.indicators.is_none_or(|wanted| wanted.contains(&indicator))
    }

    /// Whether what a record said lies within the clocks, by the rules for records in force.
    pub(crate) fn covers(&self, record: &Record) -> bool {
        let state = self.state();
        let published = state.published(record.published, record.source);
        let about = record.as_of.and_then(|date| state.date(date).last_day());
        let day = about.or(published.map(|published| published.last_day()));
        let asked = self.answers.clocks().as_of;
        self.answers.resolver().is_public(published)
            && asked.is_none_or(|asked| day.is_some_and(|day| day <= asked.last_day()))
    }

    /// The texts of event `seq`.
    pub(crate) fn members(&self, seq: Seq) -> Result<Members, Stop> {
        Ok(self.texts.members(seq)?)
    }
}
