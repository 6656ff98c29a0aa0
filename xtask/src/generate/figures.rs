//! Figures and what becomes of them.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use serde_json::json;

use super::date::Day;
use super::declarations::{BREAKDOWNS, COUNTED, PLACES, REPORTERS, breakdown, indicator, is_period, place};
use super::events::{Events, Source};
use super::random::scatter;
use super::value::{Stated, numbered, stated};

/// Reporters that speak about the same indicator, place and breakdown.
const VOICES: u64 = 4;
/// The series there can be.
pub(crate) const MOST_SERIES: u64 = COUNTED * VOICES * (PLACES + 1) * BREAKDOWNS;
/// In a plain ledger figures about one moment end in different digits, so that none says what another says, not even
/// after corrections.
const TURNS: u64 = 10;
const NOTE: &str = "preliminary; the reporter announces a final count for the end of the year";
/// Figures remembered as targets.
const REMEMBERED: usize = 512;

/// What was last said in a series.
#[derive(Clone)]
pub(crate) struct Latest {
    as_of: Option<String>,
    value: String,
    published: Option<Day>,
    turn: u64,
}

/// A figure in force.
pub(crate) struct Live {
    seq: u64,
    series: u64,
    turn: u64,
    /// What the event, or the newest correction of it, says.
    figure: Figure,
}

/// The data of a figure. Nine of ten events are figures, so theirs is no JSON tree, which takes thrice as long to make.
#[derive(Clone, Serialize)]
struct Figure {
    indicator: String,
    reporter: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    breakdown: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    wording: Option<String>,
    source: String,
    locator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    relayed_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revises: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

/// What a figure says beside what every figure does.
#[derive(Default)]
struct Said {
    as_of: Option<String>,
    /// Said before; otherwise what is stated today.
    value: Option<String>,
    revises: Option<u64>,
    turn: u64,
}

/// A series by its number: neighbours are the voices of one indicator and place, and the whole comes before its parts.
struct Series {
    indicator: u64,
    reporter: usize,
    /// 0 for the whole, else a place plus one.
    place: u64,
    breakdown: u64,
}

impl Series {
    fn of(number: u64) -> Series {
        let (voice, cell) = (number % VOICES, number / VOICES);
        let (indicator, area) = (cell % COUNTED, cell / COUNTED);
        let reporters = REPORTERS.len() as u64;
        // Voices are so far apart that no two of them are the same reporter.
        let reporter = (cell + voice * (reporters / VOICES)) % reporters;
        let (place, breakdown) = (area % (PLACES + 1), area / (PLACES + 1));
        Series { indicator, reporter: reporter as usize, place, breakdown }
    }
}

/// What there is to be counted on a day: it grows, and each voice counts a little more or less of it.
fn truth(series: u64, day: Day) -> u64 {
    let scale = 10_u64.pow(2 + (scatter(series / VOICES) % 4) as u32);
    scale * (400 + day.0) * (95 + series % VOICES * 3) / 100_000
}

impl Events {
    /// A figure of some series, the low numbers more often: a new one, a revision, or what was said before again.
    pub(crate) fn figure(&mut self) {
        let count = self.series.len();
        let number = self.random.index(count).min(self.random.index(count));
        let series = Series::of(number as u64);
        let latest = self.series[number].clone().filter(|latest| latest.as_of.is_some());
        let (said, source) = match (self.random.below(100), latest) {
            (0..8, Some(latest)) if !self.plain || self.may_revise(&latest) => {
                (Said { as_of: latest.as_of, turn: latest.turn + 1, ..Said::default() }, self.newest())
            }
            (8..13, Some(Latest { as_of, value, .. })) if !self.plain => {
                (Said { as_of, value: Some(value), ..Said::default() }, self.newest())
            }
            _ => {
                let source = self.quoted();
                let days = self.random.below(60);
                let as_of = self.as_of(source.day.before(days), series.indicator);
                if self.plain && !self.is_new(number, as_of.as_deref()) {
                    return;
                }
                (Said { as_of, ..Said::default() }, source)
            }
        };
        self.report(number as u64, said, &source);
    }

    /// Of a plain ledger: a revision is published on a later day than what it revises, and both days are known.
    fn may_revise(&self, latest: &Latest) -> bool {
        let (before, after) = (latest.published, self.newest().published());
        latest.turn + 1 < TURNS && before.zip(after).is_some_and(|(before, after)| before < after)
    }

    /// Of a plain ledger: whether nothing was said yet about this moment in this series. Hashes are kept, as they are
    /// small; one that two moments share costs a figure.
    fn is_new(&mut self, series: usize, as_of: Option<&str>) -> bool {
        let mut hasher = DefaultHasher::new();
        (series, as_of).hash(&mut hasher);
        self.moments.insert(hasher.finish())
    }

    /// What the reporter of a series says today; in a plain ledger something that no other turn says.
    fn stated(&mut self, series: u64, turn: u64) -> Stated {
        let truth = truth(series, self.today());
        match (self.plain, turn) {
            (false, _) => stated(&mut self.random, truth),
            (true, 0) => stated(&mut self.random, truth / TURNS * TURNS),
            (true, _) => numbered(truth / TURNS * TURNS + turn),
        }
    }

    /// As said by the reporter: to the day, to the month, or not at all.
    fn as_of(&mut self, day: Day, indicator: u64) -> Option<String> {
        match self.random.below(100) {
            _ if is_period(indicator) => Some(day.quarter()),
            0..5 if !self.plain => None,
            // The last day of a February is also that of the month: which of the two is later is no plain question.
            5..20 if !self.plain || !day.is_in_february() => Some(day.month()),
            _ => Some(day.full()),
        }
    }

    /// Adds the figure, and all that does not depend on why it is reported.
    fn report(&mut self, number: u64, said: Said, source: &Source) {
        let (series, stated) = (Series::of(number), self.stated(number, said.turn));
        // Words go with a new value only, and are not always given.
        let is_worded = said.value.is_none() && self.random.percent(60);
        let figure = Figure {
            indicator: indicator(series.indicator),
            reporter: REPORTERS[series.reporter].0,
            place: series.place.checked_sub(1).map(place),
            breakdown: breakdown(series.breakdown),
            as_of: said.as_of,
            value: said.value.unwrap_or(stated.value),
            wording: is_worded.then_some(stated.wording),
            source: source.id.clone(),
            // A row of its own for each figure: no two events say the same.
            locator: format!("table 2, row {}", self.next_seq()),
            relayed_by: (self.random.percent(3) && !self.plain).then_some("press"),
            revises: said.revises,
            note: self.random.percent(10).then_some(NOTE),
        };
        let seq = self.emit("figure.reported", &figure);
        let (as_of, value, published) = (figure.as_of.clone(), figure.value.clone(), source.published());
        self.series[number as usize] = Some(Latest { as_of, value, published, turn: said.turn });
        self.remember(Live { seq, series: number, turn: said.turn, figure });
    }

    fn remember(&mut self, figure: Live) {
        if self.live.len() < REMEMBERED {
            self.live.push(figure);
        } else {
            let oldest = self.random.index(REMEMBERED);
            self.live[oldest] = figure;
        }
    }

    fn take_live(&mut self) -> Option<Live> {
        let chosen = self.random.index(self.live.len());
        (!self.live.is_empty()).then(|| self.live.swap_remove(chosen))
    }

    /// A figure that names the one it supersedes.
    pub(crate) fn revision(&mut self) {
        if self.plain {
            return;
        }
        let Some(revised) = self.take_live() else { return };
        let said = Said { as_of: revised.figure.as_of, revises: Some(revised.seq), ..Said::default() };
        let source = self.newest();
        self.report(revised.series, said, &source);
    }

    /// We recorded a figure wrongly.
    pub(crate) fn correction(&mut self) {
        let Some(mut live) = self.take_live() else { return };
        live.figure.value = self.stated(live.series, live.turn).value;
        let reason = format!("misread; found in review {}", self.next_seq());
        let data = json!({"target": live.seq, "data": live.figure, "reason": reason});
        self.emit("record.corrected", &data);
        self.remember(live);
    }

    /// We should not have recorded a figure.
    pub(crate) fn retraction(&mut self) {
        let Some(figure) = self.take_live() else { return };
        self.emit(
            "record.retracted",
            &json!({"target": figure.seq, "reason": "the row belongs to another table"}),
        );
    }

    /// The reporter takes a figure back.
    pub(crate) fn withdrawal(&mut self) {
        let Some(figure) = self.take_live() else { return };
        let reason = "the reporter found persons counted twice";
        let source = self.newest();
        let data = json!({"target": figure.seq, "reason": reason, "source": source.id});
        self.emit("figure.withdrawn", &data);
    }

    /// Another reporter contests a figure.
    pub(crate) fn dispute(&mut self) {
        let Some(figure) = self.take_live() else { return };
        let others = 1 + self.random.index(REPORTERS.len() - 1);
        let contester = (Series::of(figure.series).reporter + others) % REPORTERS.len();
        let value = self.stated(figure.series, figure.turn).value;
        let source = self.newest();
        let data = json!({"target": figure.seq, "by_reporter": REPORTERS[contester].0, "value": value,
            "source": source.id, "note": "counted by another definition"});
        self.emit("figure.disputed", &data);
    }

    /// A finding about a figure was looked at; once, so that no acknowledgement repeats another.
    pub(crate) fn acknowledgement(&mut self) {
        let Some(figure) = self.take_live() else { return };
        let data = json!({"check": "falling", "figures": [figure.seq],
            "reason": "the reporter removed persons counted twice"});
        self.emit("finding.acknowledged", &data);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn series_are_all_different() {
        let mut seen = BTreeSet::new();
        for number in (0..5_000).chain(MOST_SERIES - 5_000..MOST_SERIES) {
            let series = Series::of(number);
            assert!(series.breakdown < BREAKDOWNS, "{number}");
            assert!(
                seen.insert((series.indicator, series.reporter, series.place, series.breakdown)),
                "{number}"
            );
        }
    }

    #[test]
    fn counts_grow() {
        for series in 0..50 {
            assert!((0..4_000).is_sorted_by_key(|day| truth(series, Day(day))), "{series}");
        }
    }
}
