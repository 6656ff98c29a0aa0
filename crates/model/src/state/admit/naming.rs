//! What still names a declaration, so that it cannot be retracted.

use super::Admission;
use crate::event::{Kind, Rule, Seq};
use crate::state::key::{CaseKey, DimensionKey, IndicatorKey, PlaceKey, ReporterKey, SourceKey, VoteKey};
use crate::state::versioned::{Dictionary, Log};
use crate::state::{Definition, Refs, Series, key::Key};

impl Admission<'_> {
    /// The first live event that names what event `target` declared, if it declared anything.
    pub(super) fn named_by(&self, kind: Kind, target: Seq) -> Option<Seq> {
        let state = self.state;
        match kind {
            Kind::SourceAdded => self.source_named_by(state.sources.by_seq(target)?),
            Kind::ReporterAdded => self.reporter_named_by(state.reporters.by_seq(target)?),
            Kind::PlaceAdded => self.place_named_by(state.places.by_seq(target)?),
            Kind::DimensionAdded => self.dimension_named_by(state.dimensions.by_seq(target)?),
            Kind::IndicatorDefined | Kind::IndicatorDerived => {
                self.indicator_named_by(state.indicators.by_seq(target)?)
            }
            Kind::VoteRecorded => self.vote_named_by(state.votes.by_seq(target)?),
            Kind::CaseDocumented => self.case_named_by(state.cases.by_seq(target)?),
            _ => None,
        }
    }

    fn source_named_by(&self, source: SourceKey) -> Option<Seq> {
        let state = self.state;
        let named = Some(source);
        state
            .first_claim(|claim| claim.source == named)
            .or_else(|| in_log(&state.withdrawals, |row| row.source == named))
            .or_else(|| in_log(&state.disputes, |row| row.source == named))
            .or_else(|| in_log(&state.accounts, |row| row.source == source))
            .or_else(|| in_log(&state.positions, |row| row.source == source))
            .or_else(|| self.in_refs(|refs| refs.source == named))
            .or_else(|| in_dictionary(&state.votes, |row| row.source == source))
    }

    fn reporter_named_by(&self, reporter: ReporterKey) -> Option<Seq> {
        let state = self.state;
        let named = Some(reporter);
        state
            .first_claim(|claim| {
                claim.relayed_by == named || state.series.get(claim.series).reporter == reporter
            })
            .or_else(|| in_log(&state.disputes, |row| row.by_reporter == reporter))
            .or_else(|| in_log(&state.accounts, |row| row.reporter == named || row.relayed_by == named))
            .or_else(|| self.in_refs(|refs| refs.reporter == named))
            .or_else(|| in_dictionary(&state.reporters, |row| row.speaks_for == named))
            .or_else(|| {
                in_log(
                    &state.policies,
                    |row| matches!(&row.rule, Rule::Prefer(list) if list.contains(&reporter)),
                )
            })
            .or_else(|| in_dictionary(&state.checks, |row| row.names_reporter(reporter)))
    }

    fn place_named_by(&self, place: PlaceKey) -> Option<Seq> {
        self.series_named_by(|series| series.place == Some(place))
            .or_else(|| in_dictionary(&self.state.places, |row| row.parent == Some(place)))
            .or_else(|| self.in_refs(|refs| refs.places.contains(&Some(place))))
            .or_else(|| in_dictionary(&self.state.checks, |row| row.names_place(place)))
    }

    fn dimension_named_by(&self, dimension: DimensionKey) -> Option<Seq> {
        let prefix = format!("{}=", self.state.dimensions.name(dimension));
        self.series_named_by(|series| {
            series
                .breakdown
                .is_some_and(|key| self.state.breakdown(key).split(';').any(|part| part.starts_with(&prefix)))
        })
        .or_else(|| in_dictionary(&self.state.checks, |row| row.names_dimension(dimension)))
    }

    fn indicator_named_by(&self, indicator: IndicatorKey) -> Option<Seq> {
        let state = self.state;
        let id = state.indicators.name(indicator);
        self.series_named_by(|series| series.indicator == indicator)
            .or_else(|| in_log(&state.policies, |row| row.indicator == indicator))
            .or_else(|| {
                in_dictionary(&state.indicators, |row| match &row.definition {
                    Definition::Derived(expression) => expression.indicators().any(|input| input == id),
                    Definition::Counted { .. } => false,
                })
            })
            .or_else(|| in_dictionary(&state.checks, |row| row.names_indicator(indicator)))
    }

    fn vote_named_by(&self, vote: VoteKey) -> Option<Seq> {
        in_log(&self.state.accounts, |row| row.vote == vote)
            .or_else(|| in_log(&self.state.positions, |row| row.vote == vote))
    }

    fn case_named_by(&self, case: CaseKey) -> Option<Seq> {
        in_log(&self.state.case_updates, |row| row.case == case)
    }

    fn series_named_by(&self, names: impl Fn(&Series) -> bool) -> Option<Seq> {
        self.state.first_claim(|claim| names(self.state.series.get(claim.series)))
    }

    fn in_refs(&self, names: impl Fn(&Refs) -> bool) -> Option<Seq> {
        let state = self.state;
        in_log(&state.statements, &names)
            .or_else(|| in_log(&state.norms, &names))
            .or_else(|| in_log(&state.case_updates, |row| names(&row.refs)))
            .or_else(|| in_dictionary(&state.cases, &names))
    }
}

fn in_log<T>(log: &Log<T>, names: impl Fn(&T) -> bool) -> Option<Seq> {
    log.live().find(|entry| names(&entry.row)).map(|entry| entry.seq)
}

fn in_dictionary<K: Key, T>(dictionary: &Dictionary<K, T>, names: impl Fn(&T) -> bool) -> Option<Seq> {
    dictionary.entries().find(|entry| entry.is_live() && names(&entry.row)).map(|entry| entry.seq)
}
