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
        (place << 32 | breakdown) << 32 | rank(&reporters, series.reporter.index())
    };
    let start_and_period = |key: SeriesKey| (state.series(key).since, state.series(key).period);
    // No two series are the same in all of this.
    let order = |a: SeriesKey, b: SeriesKey| start_and_period(a).cmp(&start_and_period(b));
    let (mut all, ends) = by_indicator(state, &indicators);
    let (mut start, mut with_ids) = (0, Vec::new());
    for end in ends {
        let of_indicator = &mut all[start..end];
        with_ids.clear();
        with_ids.extend(of_indicator.iter().map(|key| (ids(*key), *key)));
        with_ids.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| order(a.1, b.1)));
        of_indicator.iter_mut().zip(&with_ids).for_each(|(key, (_, sorted))| *key = *sorted);
        start = end;
    }
    all
}

/// All series in the order of their indicators, of which the ranks are given, and where those of each end.
fn by_indicator(state: &State, ranks: &[u32]) -> (Vec<SeriesKey>, Vec<usize>) {
    let keys = || (0..state.series_count()).map(SeriesKey::from_index);
    let rank = |key: SeriesKey| ranks[state.series(key).indicator.index()] as usize;
    let mut ends = vec![0; ranks.len()];
    keys().for_each(|key| ends[rank(key)] += 1);
    let mut start = 0;
    for end in &mut ends {
        start += std::mem::replace(end, start);
    }
    let mut sorted = vec![SeriesKey::from_index(0); state.series_count()];
    for key in keys() {
        let next = &mut ends[rank(key)];
        sorted[*next] = key;
        *next += 1;
    }
    (sorted, ends)
}
