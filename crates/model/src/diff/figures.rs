//! Changes of the current figures of series.

mod series;

use std::collections::HashMap;

use super::between::{Between, Explained};
use super::{Change, Changed, Said};
use crate::answer::{Answers, CurrentFigure};
use crate::date::Published;
use crate::event::Seq;
use crate::state::key::{Key, SeriesKey};
use series::Series;

/// What happened to the current figures.
#[derive(Default)]
pub(super) struct Figures {
    /// The changes, in order of series keys.
    pub(super) changes: Vec<Change>,
    /// Why each series that has another value has it.
    pub(super) values: HashMap<SeriesKey, Explained>,
    /// Why a series has another place in the order of figures, though the same value.
    pub(super) moved: HashMap<SeriesKey, Explained>,
}

/// Compares the current figures of all series.
pub(super) fn compare(between: &Between<'_, '_>) -> Figures {
    let count = between.names().series_count();
    let (from, to) = (by_series(between.from, count), by_series(between.to, count));
    let mut figures = Figures::default();
    for (at, (old, new)) in from.into_iter().zip(to).enumerate() {
        let pair = (old.map(|at| between.from.figure(at)), new.map(|at| between.to.figure(at)));
        figures.compare(between, SeriesKey::from_index(at), pair);
    }
    figures
}

/// The current figures of a series at both points.
type Pair<'b> = (Option<CurrentFigure<'b>>, Option<CurrentFigure<'b>>);

impl Figures {
    fn compare(&mut self, between: &Between<'_, '_>, key: SeriesKey, (old, new): Pair<'_>) {
        let (is_same, is_moved) = match (old, new) {
            (None, None) => return,
            (Some(old), Some(new)) => (same(between, &old, &new), old.figure.key() != new.figure.key()),
            _ => (false, false),
        };
        if is_same && !is_moved && disputes(old) == disputes(new) {
            return;
        }
        let series = Series::new(between, key, (old, new));
        let of_value = (!is_same).then(|| series.of_value());
        if is_moved && is_same {
            self.moved.insert(key, series.of_order());
        }
        self.values.extend(of_value.clone().map(|explained| (key, explained)));
        for (cause, events) in of_value.into_iter().chain(series.of_disputes(is_same)) {
            let said =
                |answers, figure: Option<CurrentFigure<'_>>| figure.map(|figure| said(answers, &figure));
            let (old, new) = (said(between.from, old), said(between.to, new));
            self.changes.push(Change { cause, changed: Changed::Figure(key), old, new, events });
        }
    }
}

/// The place of the current figure of each series, by the number of its key.
fn by_series(answers: &Answers<'_>, count: usize) -> Vec<Option<usize>> {
    let mut all = vec![None; count];
    for (at, series) in answers.series().enumerate() {
        all[series.index()] = Some(at);
    }
    all
}

fn disputes(figure: Option<CurrentFigure<'_>>) -> &[Seq] {
    figure.map_or(&[], |figure| figure.disputes)
}

/// Equal values for the same as-of; of figures without one, public at the same time; both doubted or neither.
pub(super) fn same(between: &Between<'_, '_>, old: &CurrentFigure<'_>, new: &CurrentFigure<'_>) -> bool {
    let (old, new) = (&old.figure, &new.figure);
    let public = |published: Option<Published>| published.map(Published::public_from);
    let same_day = match (old.as_of, new.as_of) {
        (None, None) => public(old.published) == public(new.published),
        (Some(a), Some(b)) => {
            let state = between.names();
            state.date(a).same_days(state.date(b))
        }
        _ => false,
    };
    same_day && old.value.same_as(&new.value) && old.doubted == new.doubted
}

/// A figure as it is shown.
pub(super) fn said(answers: &Answers<'_>, current: &CurrentFigure<'_>) -> Said {
    let state = answers.state();
    let series = state.series(current.series);
    Said {
        value: current.figure.value.to_string(),
        unit: Some(state.indicators().row(series.indicator).unit.clone()),
        as_of: current.figure.as_of.map(|key| *state.date(key)),
        published: current.figure.published,
        figure: Some(current.figure.seq),
        reporter: Some(series.reporter),
        disputes: current.disputes.len(),
        doubted: current.figure.doubted,
    }
}
