//! The sequence of events: what comes next, and what must be remembered so that it is admitted.

use std::collections::{HashSet, VecDeque};

use serde::Serialize;

use super::Plan;
use super::date::{DAYS, Day};
use super::figures::{Latest, Live};
use super::random::Random;

/// Figures that come before anything else is made of them.
const FIRST_FIGURES: usize = 200;
/// Sources that are still quoted.
const QUOTED: usize = 64;

/// Adds one event or more, or none where the ledger has nothing to make it of.
type Make = fn(&mut Events);

/// What is made, and how often in 100,000 times; what something is made of comes before it.
const MIX: [(u64, Make); 15] = [
    (88_225, Events::figure),
    (4_000, Events::source),
    (3_000, Events::correction),
    (1_000, Events::statement),
    (500, Events::revision),
    (500, Events::retraction),
    (500, Events::withdrawal),
    (500, Events::dispute),
    (500, Events::case),
    (400, Events::case_update),
    (600, Events::norm),
    (100, Events::acknowledgement),
    (5, Events::roll_call),
    (100, Events::position),
    (70, Events::policy),
];

/// A page that figures are taken from.
#[derive(Clone)]
pub(crate) struct Source {
    /// Its id.
    pub(crate) id: String,
    /// When it was published.
    pub(crate) day: Day,
    /// It says so.
    pub(crate) is_dated: bool,
}

/// An input line of `recount append events`.
#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: &'a T,
}

impl Source {
    /// The day of its publication, where it is known.
    pub(crate) fn published(&self) -> Option<Day> {
        self.is_dated.then_some(self.day)
    }
}

/// The events of a ledger after `ledger.created`, as input lines of `recount append events`, without end.
pub(crate) struct Events {
    pub(crate) random: Random,
    /// How many events the ledger is to have: time passes accordingly.
    planned: u64,
    /// Only what a simple rule answers, see [`Plan`].
    pub(crate) plain: bool,
    /// Number of the last event made.
    seq: u64,
    /// Times something was made.
    made: usize,
    lines: VecDeque<String>,
    sources: VecDeque<Source>,
    /// What was last said in each series.
    pub(crate) series: Vec<Option<Latest>>,
    /// Of a plain ledger, hashes of series and the moments that something was said about.
    pub(crate) moments: HashSet<u64>,
    /// Some figures in force: what corrections, disputes and the like are about.
    pub(crate) live: Vec<Live>,
    /// Cases that may still be updated.
    pub(crate) cases: Vec<String>,
    /// Ids of the roll-calls.
    pub(crate) votes: Vec<String>,
}

impl Events {
    /// The events of the ledger of `plan`; the same plan gives the same events.
    pub(crate) fn new(plan: Plan) -> Events {
        let series = (plan.events / 20).max(1) as usize;
        Events {
            random: Random::new(plan.seed),
            planned: plan.events,
            plain: plan.plain,
            seq: 1,
            made: 0,
            lines: VecDeque::new(),
            sources: VecDeque::new(),
            series: vec![None; series],
            moments: HashSet::new(),
            live: Vec::new(),
            cases: Vec::new(),
            votes: Vec::new(),
        }
    }

    /// The number that the next event will have.
    pub(crate) fn next_seq(&self) -> u64 {
        self.seq + 1
    }

    /// The day on which the next event is published.
    pub(crate) fn today(&self) -> Day {
        Day((self.seq * DAYS / self.planned).min(DAYS - 1))
    }

    /// Adds an event and gives its number.
    pub(crate) fn emit(&mut self, kind: &'static str, data: &impl Serialize) -> u64 {
        let line = serde_json::to_string(&Line { kind, data });
        self.lines.push_back(line.expect("names of members are text, and nothing else can fail"));
        self.seq += 1;
        self.seq
    }

    /// Lets `source` be quoted, in place of the oldest.
    pub(crate) fn add_source(&mut self, source: Source) {
        if self.sources.len() == QUOTED {
            self.sources.pop_front();
        }
        self.sources.push_back(source);
    }

    /// One of the sources that are still quoted.
    pub(crate) fn quoted(&mut self) -> Source {
        let chosen = self.random.index(self.sources.len());
        self.sources[chosen].clone()
    }

    /// The newest source.
    pub(crate) fn newest(&self) -> Source {
        self.sources.back().expect("sources are declared before anything quotes one").clone()
    }

    fn make(&mut self) {
        let turn = self.made;
        self.made += 1;
        match turn {
            0 => {
                self.declarations();
                self.import();
            }
            1..=FIRST_FIGURES => self.figure(),
            // Once each, so that also a small ledger has events of every type.
            _ => match MIX.get(turn - FIRST_FIGURES - 1) {
                Some((_, make)) => make(self),
                None => self.any(),
            },
        }
    }

    fn any(&mut self) {
        let mut left = self.random.below(MIX.iter().map(|(weight, _)| weight).sum());
        for (weight, make) in MIX {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return make(self),
            }
        }
    }
}

impl Iterator for Events {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        while self.lines.is_empty() {
            self.make();
        }
        self.lines.pop_front()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;

    /// A thousand is the least that `cargo xtask generate` makes.
    fn lines(events: u64, seed: u64) -> Vec<String> {
        plan(Plan { events, seed, plain: false })
    }

    fn plan(plan: Plan) -> Vec<String> {
        Events::new(plan).take(plan.events as usize - 1).collect()
    }

    fn count(lines: &[String]) -> BTreeMap<String, usize> {
        lines.iter().fold(BTreeMap::new(), |mut counts, line| {
            let event: Value = serde_json::from_str(line).unwrap();
            *counts.entry(event["type"].as_str().unwrap().to_owned()).or_default() += 1;
            counts
        })
    }

    #[test]
    fn the_same_numbers_give_the_same_events() {
        assert_eq!(lines(2_000, 7), lines(2_000, 7));
        assert_ne!(lines(2_000, 7), lines(2_000, 8));
    }

    #[test]
    fn every_type_occurs_in_the_smallest_ledger() {
        let kinds: Vec<String> = count(&lines(1_000, 1)).into_keys().collect();
        assert_eq!(
            kinds,
            [
                "case.documented",
                "case.updated",
                "check.added",
                "dimension.added",
                "figure.disputed",
                "figure.reported",
                "figure.withdrawn",
                "finding.acknowledged",
                "import.recorded",
                "indicator.defined",
                "indicator.derived",
                "norm.cited",
                "place.added",
                "policy.set",
                "record.corrected",
                "record.retracted",
                "reporter.added",
                "source.added",
                "statement.recorded",
                "vote.position",
                "vote.recorded",
                "vote.reported",
            ]
        );
    }

    #[test]
    fn shares_are_as_announced() {
        let counts = count(&lines(10_000, 1));
        let check = |kind: &str, least: usize, most: usize| {
            assert!((least..=most).contains(&counts[kind]), "{kind}: {}", counts[kind]);
        };
        check("figure.reported", 8_300, 9_000);
        check("record.corrected", 240, 350);
        check("record.retracted", 25, 80);
        check("figure.withdrawn", 25, 80);
        check("figure.disputed", 25, 80);
    }

    #[test]
    fn plain_figures_are_dated_and_say_different_things_about_a_moment() {
        let mut said = BTreeSet::new();
        let (mut figures, mut revisions) = (0, BTreeSet::new());
        for line in plan(Plan { events: 10_000, seed: 1, plain: true }) {
            let event: Value = serde_json::from_str(&line).unwrap();
            let data = &event["data"];
            assert!(data["relayed_by"].is_null() && data["revises"].is_null(), "{line}");
            if event["type"] == "figure.reported" {
                let moment = ["indicator", "place", "breakdown", "reporter", "as_of"]
                    .map(|member| data[member].to_string());
                assert!(data["as_of"].is_string(), "{line}");
                assert!(said.insert((moment.clone(), data["value"].to_string())), "{line}");
                figures += 1;
                revisions.insert(moment);
            }
        }
        let revised = figures - revisions.len();
        assert!(figures > 8_000 && revised > 100, "{figures} figures, {revised} of them revisions");
    }

    #[test]
    fn no_event_says_what_another_says() {
        let lines = lines(10_000, 1);
        let different: BTreeSet<&String> = lines.iter().collect();
        assert_eq!(different.len(), lines.len());
    }

    #[test]
    fn causes_name_figures_that_are_not_retracted() {
        let mut figures = BTreeSet::new();
        for (seq, line) in (2_u64..).zip(lines(10_000, 1)) {
            let event: Value = serde_json::from_str(&line).unwrap();
            let data = &event["data"];
            for target in [&data["target"], &data["revises"], &data["figures"][0]] {
                assert!(target.as_u64().is_none_or(|target| figures.contains(&target)), "{line}");
            }
            match event["type"].as_str().unwrap() {
                "figure.reported" => drop(figures.insert(seq)),
                "record.retracted" => drop(figures.remove(&data["target"].as_u64().unwrap())),
                _ => {}
            }
        }
    }
}
