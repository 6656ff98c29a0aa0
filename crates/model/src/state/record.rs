//! Figure records: the one column that grows with a ledger.

use std::collections::HashMap;

use super::key::{DateKey, PublishedKey, ReporterKey, SeriesKey, SourceKey};
use crate::event::Seq;
use crate::value::{Decimal, Form, Value};

/// One version of one claim: what `figure.reported` said, or what a correction of it says.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// The event that made this version.
    pub version: Seq,
    /// The claim's own event; equal to `version` unless this is a correction.
    pub original: Seq,
    /// The series it belongs to.
    pub series: SeriesKey,
    /// The moment or period it is about.
    pub as_of: Option<DateKey>,
    /// When it was published, where not with its source.
    pub published: Option<PublishedKey>,
    /// Where it was published.
    pub source: Option<SourceKey>,
    /// Who passed it on.
    pub relayed_by: Option<ReporterKey>,
    /// The record it supersedes; 0 for none.
    pub(crate) revises: Seq,
    /// The digits with their sign, or a position among the values kept aside.
    digits: i64,
    scale: u8,
    form: u8,
    flags: u8,
}

// "Tens of bytes per figure" is a promise of the design: a wider record must be a decision, not an accident.
const _: () = assert!(size_of::<Record>() <= 48);

const DOUBTED: u8 = 1;
const WORDED: u8 = 2;
const RETRACTED: u8 = 4;
const UNDONE: u8 = 8;
const REPLACED: u8 = 16;

impl Record {
    /// The recorder doubts it.
    pub fn is_doubted(&self) -> bool {
        self.flags & DOUBTED != 0
    }

    /// A verbatim wording was recorded.
    pub fn is_worded(&self) -> bool {
        self.flags & WORDED != 0
    }

    /// The claim was retracted, or this correction of it undone.
    pub fn is_retracted(&self) -> bool {
        self.flags & (RETRACTED | UNDONE) != 0
    }

    /// A newer correction replaced this version.
    pub fn is_replaced(&self) -> bool {
        self.flags & REPLACED != 0
    }

    /// This is what the claim says now, and it was not retracted.
    pub fn is_in_force(&self) -> bool {
        self.flags & (RETRACTED | UNDONE | REPLACED) == 0
    }

    /// The record this one supersedes whatever their as-of dates.
    pub fn revises(&self) -> Option<Seq> {
        (self.revises != 0).then_some(self.revises)
    }
}

/// A value of one decimal takes 10 bytes of the record; any other is kept aside.
const ASIDE: u8 = u8::MAX;
const ABOUT: u8 = 0x80;

/// All figure records in order of the events that made them.
#[derive(Clone, Debug, Default)]
pub struct Records {
    rows: Vec<Record>,
    aside: Vec<Value>,
    /// For each corrected claim, the positions of its corrections.
    corrected: HashMap<Seq, Vec<u32>>,
}

/// The fields of a new record; see [`Record`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewRecord {
    pub(crate) version: Seq,
    pub(crate) original: Seq,
    pub(crate) series: SeriesKey,
    pub(crate) as_of: Option<DateKey>,
    pub(crate) published: Option<PublishedKey>,
    pub(crate) source: Option<SourceKey>,
    pub(crate) relayed_by: Option<ReporterKey>,
    pub(crate) revises: Option<Seq>,
    pub(crate) value: Value,
    pub(crate) doubted: bool,
    pub(crate) worded: bool,
}

impl Records {
    /// Every version of every claim, in order of the events that made them.
    pub fn rows(&self) -> &[Record] {
        &self.rows
    }

    /// The value of a record.
    pub fn value(&self, record: &Record) -> Value {
        let Record { digits, scale, form, .. } = *record;
        if form == ASIDE {
            return self.aside[digits as usize];
        }
        let decimal = Decimal::from_parts(digits < 0, u128::from(digits.unsigned_abs()), scale);
        let form_of = match form & !ABOUT {
            0 => Form::Exactly(decimal),
            1 => Form::MoreThan(decimal),
            2 => Form::AtLeast(decimal),
            3 => Form::FewerThan(decimal),
            _ => Form::AtMost(decimal),
        };
        Value { about: form & ABOUT != 0, form: form_of }
    }

    /// The record made by event `version`.
    pub fn find(&self, version: Seq) -> Option<&Record> {
        self.position(version).map(|at| &self.rows[at])
    }

    /// What the claim of event `original` says now.
    pub fn in_force(&self, original: Seq) -> Option<&Record> {
        let first = self.position(original)?;
        let later = self.corrected.get(&original).into_iter().flatten().map(|at| *at as usize);
        std::iter::once(first).chain(later).map(|at| &self.rows[at]).find(|row| row.is_in_force())
    }

    pub(crate) fn push(&mut self, new: NewRecord) {
        let flags = u8::from(new.doubted) * DOUBTED + u8::from(new.worded) * WORDED;
        let (digits, scale, form) = self.pack(new.value);
        if new.original != new.version {
            self.supersede_versions(new.original);
            self.corrected.entry(new.original).or_default().push(self.rows.len() as u32);
        }
        self.rows.push(Record {
            version: new.version,
            original: new.original,
            series: new.series,
            as_of: new.as_of,
            published: new.published,
            source: new.source,
            relayed_by: new.relayed_by,
            revises: new.revises.unwrap_or(0),
            digits,
            scale,
            form,
            flags,
        });
    }

    /// Takes out the claim of event `original` with all its corrections.
    pub(crate) fn retract(&mut self, original: Seq) {
        for at in self.versions(original) {
            self.rows[at].flags |= RETRACTED;
        }
    }

    /// Undoes the correction made by event `version`; what was said before is in force again.
    pub(crate) fn undo(&mut self, version: Seq) {
        let Some(at) = self.position(version) else { return };
        self.rows[at].flags |= UNDONE;
        let versions = self.versions(self.rows[at].original);
        if let Some(newest) = versions.into_iter().rev().find(|at| self.rows[*at].flags & UNDONE == 0) {
            self.rows[newest].flags &= !REPLACED;
        }
    }

    fn supersede_versions(&mut self, original: Seq) {
        for at in self.versions(original) {
            self.rows[at].flags |= REPLACED;
        }
    }

    fn versions(&self, original: Seq) -> Vec<usize> {
        let later = self.corrected.get(&original).into_iter().flatten().map(|at| *at as usize);
        self.position(original).into_iter().chain(later).collect()
    }

    fn position(&self, version: Seq) -> Option<usize> {
        self.rows.binary_search_by_key(&version, |row| row.version).ok()
    }

    fn pack(&mut self, value: Value) -> (i64, u8, u8) {
        let single = match value.form {
            Form::Exactly(decimal) => Some((0, decimal)),
            Form::MoreThan(decimal) => Some((1, decimal)),
            Form::AtLeast(decimal) => Some((2, decimal)),
            Form::FewerThan(decimal) => Some((3, decimal)),
            Form::AtMost(decimal) => Some((4, decimal)),
            Form::Between { .. } | Form::Estimate { .. } => None,
        };
        if let Some((form, decimal)) = single
            && let Ok(size) = i64::try_from(decimal.digits())
            && !(size == 0 && decimal.is_negative())
        {
            let digits = if decimal.is_negative() { -size } else { size };
            let about = if value.about { ABOUT } else { 0 };
            return (digits, decimal.scale() as u8, form | about);
        }
        self.aside.push(value);
        (self.aside.len() as i64 - 1, 0, ASIDE)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::state::key::Key;

    fn record(version: Seq, original: Seq, value: &str) -> NewRecord {
        NewRecord {
            version,
            original,
            series: SeriesKey::from_index(0),
            as_of: None,
            published: None,
            source: None,
            relayed_by: None,
            revises: None,
            value: Value::parse(value).unwrap(),
            doubted: false,
            worded: false,
        }
    }

    #[test]
    fn values_come_back_as_typed() {
        let mut records = Records::default();
        let values = [
            "1850",
            ">20000",
            ">=12.50",
            "<400",
            "~<=9000",
            "-0",
            "-7",
            "19000..20000",
            "118..125..140",
            "1234567890123456789012345678901234",
        ];
        for (at, value) in values.iter().enumerate() {
            records.push(record(at as Seq + 1, at as Seq + 1, value));
        }
        let back: Vec<String> = records.rows().iter().map(|row| records.value(row).to_string()).collect();
        assert_eq!(back, values);
    }

    #[test]
    fn the_newest_correction_that_was_not_undone_is_in_force() {
        let mut records = Records::default();
        records.push(record(1, 1, "10"));
        records.push(record(2, 1, "11"));
        records.push(record(3, 1, "12"));
        let says = |records: &Records| records.in_force(1).map(|row| records.value(row).to_string());
        assert_eq!(says(&records).as_deref(), Some("12"));
        records.undo(3);
        assert_eq!(says(&records).as_deref(), Some("11"));
        records.undo(2);
        assert_eq!(says(&records).as_deref(), Some("10"));
        records.retract(1);
        assert_eq!(says(&records), None);
    }

    #[test]
    fn undoing_an_older_correction_leaves_the_newer_one_in_force() {
        let mut records = Records::default();
        records.push(record(1, 1, "10"));
        records.push(record(2, 1, "11"));
        records.push(record(3, 1, "12"));
        records.undo(2);
        assert_eq!(records.in_force(1).unwrap().version, 3);
        assert_eq!(records.rows().iter().filter(|row| row.is_in_force()).count(), 1);
    }
}
