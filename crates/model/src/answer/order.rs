//! The order of rows.

use std::cmp::Ordering;

use crate::state::State;
use crate::state::key::{Key, SeriesKey};

/// All series in the order of rows: by the ids they name, in byte order.
pub fn in_order(state: &State) -> Vec<SeriesKey> {
    let indicators = state.indicators().ranks();
    let places = state.places().ranks();
    // Indicator and place tell most series apart: to sort by them together needs no look at the series.
    let subject = |key: SeriesKey| {
        let series = state.series(key);
        let place = series.place.map_or(0, |place| u64::from(places[place.index()]) + 1);
        u64::from(indicators[series.indicator.index()]) << 32 | place
    };
    let mut all: Vec<(u64, SeriesKey)> =
        (0..state.series_count()).map(SeriesKey::from_index).map(|key| (subject(key), key)).collect();
    let within = within_subject(state);
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| within(a.1, b.1)));
    all.into_iter().map(|(_, key)| key).collect()
}

/// The order of series of one indicator and place. No two series are the same in all of this.
fn within_subject(state: &State) -> impl Fn(SeriesKey, SeriesKey) -> Ordering {
    let breakdowns = state.breakdowns.ranks();
    let reporters = state.reporters().ranks();
    move |a, b| {
        let key = |key| {
            let series = state.series(key);
            let breakdown = series.breakdown.map(|breakdown| breakdowns[breakdown.index()]);
            (breakdown, reporters[series.reporter.index()], series.since, series.period)
        };
        key(a).cmp(&key(b))
    }
}
