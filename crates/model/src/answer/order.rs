//! The order of rows.

use crate::state::State;
use crate::state::key::{Key, SeriesKey};

/// All series in the order of rows: by the ids they name, in byte order.
pub fn in_order(state: &State) -> Vec<SeriesKey> {
    let indicators = state.indicators().ranks();
    let places = state.places().ranks();
    let breakdowns = state.breakdowns.ranks();
    let reporters = state.reporters().ranks();
    let rank = |ranks: &[u32], at: usize| u128::from(ranks[at]);
    // The ids as one number each: most series are told apart by them, without another look at the series.
    let ids = |key: SeriesKey| {
        let series = state.series(key);
        let place = series.place.map_or(0, |place| rank(&places, place.index()) + 1);
        let breakdown = series.breakdown.map_or(0, |breakdown| rank(&breakdowns, breakdown.index()) + 1);
        let subject = rank(&indicators, series.indicator.index()) << 32 | place;
        (subject << 32 | breakdown) << 32 | rank(&reporters, series.reporter.index())
    };
    let mut all: Vec<(u128, SeriesKey)> =
        (0..state.series_count()).map(SeriesKey::from_index).map(|key| (ids(key), key)).collect();
    let start_and_period = |key: SeriesKey| (state.series(key).since, state.series(key).period);
    // No two series are the same in all of this.
    let order = |a: SeriesKey, b: SeriesKey| start_and_period(a).cmp(&start_and_period(b));
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| order(a.1, b.1)));
    all.into_iter().map(|(_, key)| key).collect()
}
