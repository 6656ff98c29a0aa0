//! What `why` and `prove` are asked about: an event, or the figures of an indicator.

use recount_model::event::Seq;
use recount_model::headline::Subject;
use recount_model::state::{Series, State};

use crate::error::Trouble;
use crate::view::known;

/// A target as it was typed.
pub(crate) enum Target {
    /// `SEQ`
    Event(Seq),
    /// `INDICATOR`, `INDICATOR@PLACE` or `INDICATOR@PLACE;BREAKDOWN`: the headlines or series of an indicator, at this place
    /// and of this breakdown where they are given.
    Subject { indicator: String, place: Option<String>, breakdown: Option<String> },
}

/// The options that narrow targets; an empty one narrows nothing.
#[derive(Clone, Copy)]
pub(crate) struct Among<'o> {
    pub(crate) reporters: &'o [String],
    pub(crate) places: &'o [String],
}

impl Target {
    /// Whatever is no number is a subject; whether there is one is another question.
    pub(crate) fn parse(text: &str) -> Target {
        if let Ok(seq) = text.parse() {
            return Target::Event(seq);
        }
        let (rest, breakdown) = match text.split_once(';') {
            Some((rest, breakdown)) => (rest, Some(breakdown.to_owned())),
            None => (text, None),
        };
        let (indicator, place) = match rest.split_once('@') {
            Some((indicator, place)) => (indicator, Some(place.to_owned())),
            None => (rest, None),
        };
        Target::Subject { indicator: indicator.to_owned(), place, breakdown }
    }

    /// Whether it means a headline.
    pub(crate) fn is_of(&self, state: &State, subject: Subject, among: Among<'_>) -> bool {
        let Target::Subject { indicator, place, breakdown } = self else { return false };
        let at = subject.place.map(|place| state.places().name(place));
        let part = subject.breakdown.map(|breakdown| state.breakdown(breakdown));
        state.indicators().name(subject.indicator) == indicator
            && (place.is_none() || place.as_deref() == at)
            && (breakdown.is_none() || breakdown.as_deref() == part)
            && (among.places.is_empty() || at.is_some_and(|at| among.places.iter().any(|id| id == at)))
    }

    /// Whether it means a series of one of the reporters.
    pub(crate) fn is_series_of(&self, state: &State, series: &Series, among: Among<'_>) -> bool {
        let Series { indicator, place, breakdown, reporter, .. } = *series;
        let names_reporter = among.reporters.iter().any(|id| id == state.reporters().name(reporter));
        names_reporter && self.is_of(state, Subject { indicator, place, breakdown }, among)
    }
}

/// Names in targets and options that are not declared.
pub(crate) fn unknown_names(state: &State, targets: &[Target], among: Among<'_>) -> Vec<Trouble> {
    let (mut indicators, mut places) = (Vec::new(), among.places.to_vec());
    for target in targets {
        if let Target::Subject { indicator, place, .. } = target {
            indicators.push(indicator.clone());
            places.extend(place.clone());
        }
    }
    let mut troubles = Vec::new();
    troubles.extend(known(
        "indicator",
        &indicators,
        state.indicators().ids().collect::<Vec<_>>().into_iter(),
    ));
    troubles.extend(known(
        "reporter",
        among.reporters,
        state.reporters().ids().collect::<Vec<_>>().into_iter(),
    ));
    troubles.extend(known("place", &places, state.places().ids().collect::<Vec<_>>().into_iter()));
    troubles
}
