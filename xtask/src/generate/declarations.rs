//! What the other events name: reporters, places, dimensions, indicators, policies, checks, sources.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::events::{Events, Source};

/// Reporters: id, sort, and the reporter it speaks for.
pub(crate) const REPORTERS: [(&str, &str, Option<&str>); 12] = [
    ("ministry", "government", None),
    ("spokesperson", "official", Some("ministry")),
    ("registry", "registry", None),
    ("registry-office", "registry", Some("registry")),
    ("ombudsman", "ombudsman", None),
    ("un-agency", "international", None),
    ("observers", "ngo", None),
    ("relief", "ngo", None),
    ("institute", "academic", None),
    ("tribunal", "court", None),
    ("press", "media", None),
    ("volunteers", "other", None),
];

/// Indicators that are counted; one more is derived.
pub(crate) const COUNTED: u64 = 49;
/// Of these, the first so many are cumulative, then come points, then periods.
const CUMULATIVE: u64 = 41;
const POINTS: u64 = 4;
/// Regions; a figure is about one of them or about the whole.
pub(crate) const PLACES: u64 = 160;
/// Age bands of the dimension `age`.
const BANDS: u64 = 10;
/// Breakdowns: none or one of two sexes, each with none or one of the age bands.
pub(crate) const BREAKDOWNS: u64 = 3 * (1 + BANDS);

/// The id of a counted indicator.
pub(crate) fn indicator(number: u64) -> String {
    format!("indicator-{number:02}")
}

/// Whether a counted indicator has the measure `period`.
pub(crate) fn is_period(indicator: u64) -> bool {
    indicator >= CUMULATIVE + POINTS
}

/// The id of a place.
pub(crate) fn place(number: u64) -> String {
    format!("region-{number:03}")
}

/// The breakdown with this number, below [`BREAKDOWNS`]; number 0 is none.
pub(crate) fn breakdown(number: u64) -> BTreeMap<&'static str, String> {
    let sex = ["", "f", "m"][(number % 3) as usize].to_owned();
    let age = (number / 3).checked_sub(1).map_or_else(String::new, band);
    [("sex", sex), ("age", age)].into_iter().filter(|(_, code)| !code.is_empty()).collect()
}

fn band(number: u64) -> String {
    format!("{}-{}", number * 10, number * 10 + 9)
}

impl Events {
    /// Everything that is declared before the first figure.
    pub(crate) fn declarations(&mut self) {
        for (id, kind, speaks_for) in REPORTERS {
            let mut data = json!({"id": id, "name": format!("The {id}"), "kind": kind});
            if let Some(body) = speaks_for {
                data["speaks_for"] = json!(body);
            }
            self.emit("reporter.added", &data);
        }
        self.emit("place.added", &json!({"id": "land", "name": "The whole", "kind": "country"}));
        for number in 0..PLACES {
            let codes = json!({"pcode": format!("LA{number:03}")});
            let data = json!({"id": place(number), "name": format!("Region {number}"), "kind": "region",
                "parent": "land", "codes": codes});
            self.emit("place.added", &data);
        }
        let sexes = json!({"f": "female", "m": "male"});
        self.emit("dimension.added", &json!({"id": "sex", "label": "Sex", "codes": sexes}));
        let ages: Map<String, Value> =
            (0..BANDS).map(|n| (band(n), json!(format!("{} years", band(n))))).collect();
        self.emit("dimension.added", &json!({"id": "age", "label": "Age", "codes": ages}));
        self.indicators();
        self.checks();
        for _ in 0..8 {
            self.source();
        }
    }

    fn indicators(&mut self) {
        for number in 0..COUNTED {
            let mut data = json!({"id": indicator(number), "label": format!("Persons, count {number}"),
                "unit": "persons", "measure": "point"});
            if number < CUMULATIVE {
                data["measure"] = json!("cumulative");
                data["since"] = json!("2014-01-01");
            } else if is_period(number) {
                data["measure"] = json!("period");
            }
            self.emit("indicator.defined", &data);
        }
        let expression = format!("{} - {}", indicator(0), indicator(1));
        let data = json!({"id": "derived", "label": "Persons, difference", "unit": "persons",
            "expression": expression});
        self.emit("indicator.derived", &data);
        for _ in 0..12 {
            self.policy();
        }
    }

    fn checks(&mut self) {
        let rules = [
            ("whole", json!({"total": {"indicator": indicator(2), "parts": [indicator(3), indicator(4)]}})),
            ("sexes", json!({"sum": {"indicator": indicator(2), "over": "sex", "parts": ["f", "m"]}})),
            ("rising", json!({"monotone": {"indicator": indicator(5)}})),
            ("current", json!({"fresh": {"reporter": "ministry", "days": 90}})),
        ];
        for (id, rule) in rules {
            self.emit("check.added", &json!({"id": id, "rule": rule, "reason": "agreed with the reporters"}));
        }
    }

    /// A policy for some indicator: in turn the latest figure, a preference, the range of all.
    pub(crate) fn policy(&mut self) {
        let first = self.random.index(REPORTERS.len() - 1);
        let preferred = [REPORTERS[first].0, REPORTERS[first + 1].0];
        let rule = match self.random.below(3) {
            0 => json!("latest"),
            1 => json!({"prefer": preferred}),
            _ => json!("range"),
        };
        let indicator = indicator(self.random.below(COUNTED));
        let reason = format!("minutes of the editorial meeting, item {}", self.next_seq());
        let data = json!({"indicator": indicator, "rule": rule, "window": "P2Y", "reason": reason});
        self.emit("policy.set", &data);
    }

    /// A page published today; one in fifty does not say when.
    pub(crate) fn source(&mut self) {
        let (id, today) = (format!("page-{}", self.next_seq()), self.today());
        let publisher = self.random.pick(&REPORTERS).0;
        let mut data = json!({"id": id, "title": format!("Situation report of {}, {id}", today.full()),
            "publisher": format!("The {publisher}"), "url": format!("https://example.org/{publisher}/{id}"),
            "language": self.random.pick(&["en", "uk", "fr"])});
        let is_dated = !self.random.percent(2);
        if is_dated {
            data["published"] = json!(today.full());
        }
        self.emit("source.added", &data);
        self.add_source(Source { id, day: today, is_dated });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breakdowns_are_all_different() {
        let all: std::collections::BTreeSet<String> =
            (0..BREAKDOWNS).map(|number| json!(breakdown(number)).to_string()).collect();
        assert_eq!(all.len() as u64, BREAKDOWNS);
        assert!(all.contains("{}") && all.contains(r#"{"sex":"f"}"#), "{all:?}");
    }

    #[test]
    fn who_is_spoken_for_is_declared_before() {
        for (number, (id, _, speaks_for)) in REPORTERS.iter().enumerate() {
            let known = |body: &&str| REPORTERS[..number].iter().any(|(id, _, _)| id == body);
            assert!(speaks_for.as_ref().is_none_or(known), "{id}");
        }
    }
}
