//! Declarations that nothing uses, in one pass over everything that can name one.

use crate::event::{CheckKind, Rule, Seq};
use crate::state::check::{CheckRow, Over};
use crate::state::key::{DimensionKey, IndicatorKey, Key, PlaceKey, ReporterKey, SourceKey};
use crate::state::record::Record;
use crate::state::versioned::Dictionary;
use crate::state::{Definition, Refs, State};

use super::{Finding, Review, Severity};

/// How many ids a sentence lists before it stops.
const LISTED: usize = 5;

impl Review<'_> {
    /// One finding for each sort of thing, with the declarations of all that nothing in force uses on any clock but the
    /// recorded one. An indicator is used by figures, or by being derived; to be named by a policy is no use of it.
    pub(super) fn unused(&self) -> Vec<Finding> {
        let state = self.state();
        let used = Used::in_state(state);
        let findings = [
            unused_of("reporter", state.reporters(), &used.reporters),
            unused_of("place", state.places(), &used.places),
            unused_of("dimension", state.dimensions(), &used.dimensions),
            unused_of("indicator", state.indicators(), &used.indicators),
            unused_of("source", state.sources(), &used.sources),
        ];
        findings.into_iter().flatten().collect()
    }
}

fn unused_of<K: Key, T>(what: &str, all: &Dictionary<K, T>, used: &[bool]) -> Option<Finding> {
    let idle: Vec<K> = all.live_sorted().into_iter().filter(|key| !used[key.index()]).collect();
    if idle.is_empty() {
        return None;
    }
    let mut ids: Vec<&str> = idle.iter().take(LISTED).map(|key| all.name(*key)).collect();
    if idle.len() > LISTED {
        ids.push("…");
    }
    let (plural, verb) = if idle.len() == 1 { ("", "is") } else { ("s", "are") };
    let message = format!("{} {what}{plural} {verb} declared and never used: {}", idle.len(), ids.join(", "));
    let declared: Vec<Seq> = idle.iter().map(|key| all.entry(*key).seq).collect();
    Some(Finding::new(CheckKind::Unused, Severity::Note, declared, message))
}

/// Which declarations something in force names, by key.
struct Used {
    reporters: Vec<bool>,
    places: Vec<bool>,
    dimensions: Vec<bool>,
    indicators: Vec<bool>,
    sources: Vec<bool>,
}

impl Used {
    fn in_state(state: &State) -> Used {
        let none = |count: usize| vec![false; count];
        let mut used = Used {
            reporters: none(state.reporters().entries().count()),
            places: none(state.places().entries().count()),
            dimensions: none(state.dimensions().entries().count()),
            indicators: none(state.indicators().entries().count()),
            sources: none(state.sources().entries().count()),
        };
        used.by_figures(state);
        used.by_causes(state);
        used.by_votes(state);
        used.by_texts(state);
        used.by_declarations(state);
        used
    }

    fn by_figures(&mut self, state: &State) {
        let mut series_used = vec![false; state.series_count()];
        for record in state.records().iter().filter(Record::is_in_force) {
            series_used[record.series.index()] = true;
            self.source(record.source);
            self.reporter(record.relayed_by);
        }
        for (_, series) in state.series.iter().filter(|(key, _)| series_used[key.index()]) {
            self.reporter(Some(series.reporter));
            self.place(series.place);
            self.indicator(series.indicator);
            let parts = series.breakdown.map(|key| state.breakdown(key)).unwrap_or_default();
            for (dimension, _) in parts.split(';').filter_map(|part| part.split_once('=')) {
                self.dimension(state.dimensions().find(dimension));
            }
        }
    }

    fn by_causes(&mut self, state: &State) {
        for entry in state.withdrawals().live() {
            self.source(entry.row.source);
        }
        for entry in state.disputes().live() {
            self.source(entry.row.source);
            self.reporter(Some(entry.row.by_reporter));
        }
        for entry in state.policies().live() {
            if let Rule::Prefer(reporters) = &entry.row.rule {
                reporters.iter().for_each(|reporter| self.reporter(Some(*reporter)));
            }
        }
    }

    fn by_votes(&mut self, state: &State) {
        for entry in state.accounts().live() {
            self.source(Some(entry.row.source));
            self.reporter(entry.row.reporter);
            self.reporter(entry.row.relayed_by);
        }
        for entry in state.positions().live() {
            self.source(Some(entry.row.source));
        }
        for entry in state.votes().entries().filter(|entry| entry.is_live()) {
            self.source(Some(entry.row.source));
        }
    }

    fn by_texts(&mut self, state: &State) {
        let logs = state.statements().live().chain(state.norms().live()).map(|entry| &entry.row);
        let updates = state.case_updates().live().map(|entry| &entry.row.refs);
        let cases = state.cases().entries().filter(|entry| entry.is_live()).map(|entry| &entry.row);
        for Refs { reporter, source, places, .. } in logs.chain(updates).chain(cases) {
            self.reporter(*reporter);
            self.source(*source);
            places.iter().for_each(|place| self.place(*place));
        }
    }

    fn by_declarations(&mut self, state: &State) {
        for entry in state.reporters().entries().filter(|entry| entry.is_live()) {
            self.reporter(entry.row.speaks_for);
        }
        for entry in state.places().entries().filter(|entry| entry.is_live()) {
            self.place(entry.row.parent);
        }
        for key in state.indicators().live_keys() {
            if matches!(state.indicators().row(key).definition, Definition::Derived(_)) {
                self.indicator(key);
            }
        }
        for key in state.checks().live_keys() {
            match state.checks().row(key) {
                CheckRow::Fresh { reporter, .. } => self.reporter(Some(*reporter)),
                CheckRow::Sum { over: Over::Places(places), .. } => {
                    places.iter().for_each(|place| self.place(Some(*place)));
                }
                CheckRow::Sum { over: Over::Codes { dimension, .. }, .. } => self.dimension(Some(*dimension)),
                CheckRow::Total { .. } | CheckRow::Monotone { .. } => {}
            }
        }
    }

    fn reporter(&mut self, key: Option<ReporterKey>) {
        mark(&mut self.reporters, key);
    }

    fn place(&mut self, key: Option<PlaceKey>) {
        mark(&mut self.places, key);
    }

    fn dimension(&mut self, key: Option<DimensionKey>) {
        mark(&mut self.dimensions, key);
    }

    fn indicator(&mut self, key: IndicatorKey) {
        mark(&mut self.indicators, Some(key));
    }

    fn source(&mut self, key: Option<SourceKey>) {
        mark(&mut self.sources, key);
    }
}

fn mark<K: Key>(used: &mut [bool], key: Option<K>) {
    if let Some(key) = key {
        used[key.index()] = true;
    }
}
