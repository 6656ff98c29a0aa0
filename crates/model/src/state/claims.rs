//! Figure records as far as admission needs them: what each names, in six bytes an event.
//!
//! A writer and a verifier ask of an old record only whether it is in force, in which series it is and what it names. So
//! they keep this in the place of [`Records`](super::record::Records), which costs eight times as much.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::State;
use super::key::{Key, ReporterKey, SeriesKey, SourceKey};
use super::packed::Packed;
use super::record::{NewRecord, Record};
use crate::event::{Kind, Seq};
use crate::stored::in_order;

/// What a version of a claim names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its series.
    pub series: SeriesKey,
    /// Where it was published.
    pub source: Option<SourceKey>,
    /// Who passed it on.
    pub relayed_by: Option<ReporterKey>,
}

impl From<&Record> for Named {
    fn from(record: &Record) -> Named {
        Named { series: record.series, source: record.source, relayed_by: record.relayed_by }
    }
}

/// What the versions of claims name, by the events that made them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The series of event `n` at `n`, counted from 1; 0 for what is no version of a claim.
    series: Packed,
    /// The same of its source, 0 for none.
    sources: Packed,
    #[serde(serialize_with = "in_order")]
    relayed_by: HashMap<Seq, ReporterKey>,
    /// (version, the record it supersedes), in order.
    revises: Vec<(Seq, Seq)>,
}

impl Claims {
    pub(super) fn with_capacity(events: usize) -> Claims {
        let column = || Packed::with_capacity(events);
        Claims { series: column(), sources: column(), ..Claims::default() }
    }

    pub(super) fn push(&mut self, series: SeriesKey, new: &NewRecord) {
        for _ in self.series.len()..new.version as usize {
            self.series.push(0);
            self.sources.push(0);
        }
        self.series.push(from_1(Some(series)));
        self.sources.push(from_1(new.source));
        self.relayed_by.extend(new.relayed_by.map(|by| (new.version, by)));
        self.revises.extend(new.revises.map(|target| (new.version, target)));
    }

    fn find(&self, version: Seq) -> Option<Named> {
        let at = version as usize;
        Some(Named {
            series: key(self.series.get(at))?,
            source: key(self.sources.get(at)),
            relayed_by: self.relayed_by.get(&version).copied(),
        })
    }
}

fn from_1<K: Key>(key: Option<K>) -> u32 {
    key.map_or(0, |key| key.index() as u32 + 1)
}

fn key<K: Key>(from_1: u32) -> Option<K> {
    from_1.checked_sub(1).map(|index| K::from_index(index as usize))
}

impl State {
    /// What the claim of event `original` names as it is in force; `None` for one that is retracted, erased or no claim.
    pub fn claim_in_force(&self, original: Seq) -> Option<Named> {
        if self.kind(original) != Some(Kind::FigureReported) {
            return None;
        }
        let Some(claims) = &self.claims else {
            return self.records.in_force(original).as_ref().map(Named::from);
        };
        if self.retraction_of(original).is_some() {
            return None;
        }
        claims.find(self.correction_in_force(original).unwrap_or(original))
    }

    /// The series that the record of event `seq` was reported in, whatever corrections of it say.
    pub fn series_as_reported(&self, seq: Seq) -> Option<SeriesKey> {
        match &self.claims {
            Some(claims) => claims.find(seq).map(|named| named.series),
            None => self.records.find(seq).map(|record| record.series),
        }
    }

    /// The first claim in force of which this is true.
    pub(super) fn first_claim(&self, is: impl Fn(&Named) -> bool) -> Option<Seq> {
        match &self.claims {
            Some(_) => {
                (1..=self.size()).find(|seq| self.claim_in_force(*seq).is_some_and(|named| is(&named)))
            }
            None => {
                let mut in_force = self.records.iter().filter(Record::is_in_force);
                in_force.find(|record| is(&Named::from(record))).map(|record| record.original)
            }
        }
    }

    /// The versions in force that say they supersede one of these records, whatever their as-of dates.
    pub fn revising<'a>(&'a self, records: &'a [Seq]) -> Box<dyn Iterator<Item = Seq> + 'a> {
        let revises = |target: &Seq| records.contains(target);
        match &self.claims {
            None => Box::new(
                self.records
                    .iter()
                    .filter(move |record| {
                        record.is_in_force() && record.revises.as_ref().is_some_and(revises)
                    })
                    .map(|record| record.version),
            ),
            Some(claims) => Box::new(
                claims
                    .revises
                    .iter()
                    .filter(move |(version, target)| revises(target) && self.is_version_in_force(*version))
                    .map(|(version, _)| *version),
            ),
        }
    }

    fn is_version_in_force(&self, version: Seq) -> bool {
        let original = self.target(version).unwrap_or(version);
        self.retraction_of(original).is_none()
            && self.correction_in_force(original).unwrap_or(original) == version
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Book;

    /// Every claim in force, as both ways of keeping claims have it.
    fn check(lines: &str) {
        let (full, lean) = (Book::new(lines).state, Book::lean(lines).state);
        assert!(lean.records.iter().next().is_none());
        for seq in 0..=full.size() + 1 {
            assert_eq!(full.claim_in_force(seq), lean.claim_in_force(seq), "{seq}");
            assert_eq!(full.series_as_reported(seq), lean.series_as_reported(seq), "{seq}");
            let revising = |state: &State| state.revising(&[seq]).collect::<Vec<_>>();
            assert_eq!(revising(&full), revising(&lean), "{seq}");
        }
        for at in 0..full.series_count() {
            let in_series = |named: &Named| named.series == SeriesKey::from_index(at);
            assert_eq!(full.first_claim(in_series), lean.first_claim(in_series));
        }
    }

    #[test]
    fn both_ways_of_keeping_claims_agree() {
        check("figure back 10 by=a source=s1 as_of=2025-01-01");
        check(
            "figure back 10 by=a source=s1 as_of=2025-01-01
             figure back 11 by=b source=s2 relayed_by=press
             figure back 12 by=a source=s2 revises=18
             correct 18 figure taken 12 by=b source=s3
             correct 18 figure back 13 by=a
             retract 22
             retract 19",
        );
    }
}
