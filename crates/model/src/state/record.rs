//! Figure records: the columns that grow with a ledger.
//!
//! Nearly all events of a large ledger are figures, so a version costs 16 bytes and has no sequence number: its place is
//! that of the event that made it, which an event of another type leaves empty. What few versions have, and what does not fit,
//! is kept aside and marked.

mod word;

use std::collections::BTreeSet;
use std::ops::Range;

use super::key::{DateKey, Key, PublishedKey, ReporterKey, SeriesKey, SourceKey};
use super::numbers::Numbers;
use crate::event::Seq;
use crate::spelling::Spelled;
use crate::value::{Decimal, Form, Value};

pub(crate) use word::{Word, Words};

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
    /// The record it supersedes whatever their as-of dates.
    pub revises: Option<Seq>,
    number: i32,
    marks: Marks,
}

impl Record {
    /// The recorder doubts it.
    pub fn is_doubted(&self) -> bool {
        self.marks.has(DOUBTED)
    }

    /// It is doubted or relayed: a figure of such records is current only where the series has no other.
    pub(crate) fn is_weak(&self) -> bool {
        self.marks.has(DOUBTED | RELAYED)
    }

    /// A verbatim wording was recorded.
    pub fn is_worded(&self) -> bool {
        self.marks.has(WORDED)
    }

    /// The claim was retracted, or this correction of it undone.
    pub fn is_retracted(&self) -> bool {
        self.marks.has(RETRACTED | UNDONE)
    }

    /// A newer correction replaced this version.
    pub fn is_replaced(&self) -> bool {
        self.marks.has(REPLACED)
    }

    /// This is what the claim says now, and it was not retracted.
    pub fn is_in_force(&self) -> bool {
        self.marks.is_in_force()
    }
}

/// What a version is, what it has aside, and how its number is to be read.
#[derive(Clone, Copy, Debug, Default)]
struct Marks(u16);

/// The decimals of the number: three at most.
const SCALE: u16 = 0b11;
/// The form of the value, by its place in [`Marks::form`].
const FORM: u16 = 0b111 << FORM_SHIFT;
const FORM_SHIFT: u32 = 2;
const ABOUT: u16 = 1 << 5;
const DOUBTED: u16 = 1 << 6;
const WORDED: u16 = 1 << 7;
const RETRACTED: u16 = 1 << 8;
const UNDONE: u16 = 1 << 9;
const REPLACED: u16 = 1 << 10;
/// It is a correction.
const CORRECTION: u16 = 1 << 11;
const PUBLISHED: u16 = 1 << 12;
const RELAYED: u16 = 1 << 13;
const REVISES: u16 = 1 << 14;
/// The value is not one small number but a text among those kept aside.
const TEXT: u16 = 1 << 15;

impl Marks {
    fn has(self, any: u16) -> bool {
        self.0 & any != 0
    }

    fn is_in_force(self) -> bool {
        !self.has(RETRACTED | UNDONE | REPLACED)
    }

    fn set(&mut self, mark: u16, on: bool) {
        self.0 = if on { self.0 | mark } else { self.0 & !mark };
    }

    /// The value with this number as its digits.
    fn value(self, digits: i32) -> Value {
        let decimal =
            Decimal::from_parts(digits < 0, u128::from(digits.unsigned_abs()), (self.0 & SCALE) as u8);
        let form = match (self.0 & FORM) >> FORM_SHIFT {
            0 => Form::Exactly(decimal),
            1 => Form::MoreThan(decimal),
            2 => Form::AtLeast(decimal),
            3 => Form::FewerThan(decimal),
            _ => Form::AtMost(decimal),
        };
        Value { about: self.has(ABOUT), form }
    }

    /// The marks and digits of a value that is one small number.
    fn of(value: &Value) -> Option<(Marks, i32)> {
        let (form, decimal) = match value.form {
            Form::Exactly(decimal) => (0, decimal),
            Form::MoreThan(decimal) => (1, decimal),
            Form::AtLeast(decimal) => (2, decimal),
            Form::FewerThan(decimal) => (3, decimal),
            Form::AtMost(decimal) => (4, decimal),
            Form::Between { .. } | Form::Estimate { .. } => return None,
        };
        let size = i32::try_from(decimal.digits()).ok()?;
        let scale = u16::try_from(decimal.scale()).ok().filter(|scale| *scale <= SCALE)?;
        if size == 0 && decimal.is_negative() {
            return None;
        }
        let mut marks = Marks(scale | form << FORM_SHIFT);
        marks.set(ABOUT, value.about);
        Some((marks, if decimal.is_negative() { -size } else { size }))
    }
}

/// What is read of every version whenever its series is.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// The digits of its value with their sign, or where the text of its value begins.
    number: i32,
    source: Option<SourceKey>,
    /// The number of its date from 1 on, 0 for none, [`LATE_DATE`] for one that is kept aside.
    as_of: u16,
    marks: Marks,
}

/// So many dates are known already that the number of another one does not fit.
const LATE_DATE: u16 = u16::MAX;

// "Tens of bytes per figure" is a promise of the design: a wider record must be a decision, not an accident.
const _: () = assert!(size_of::<Option<SeriesKey>>() + size_of::<Row>() == 16);

/// A version as it is kept beside others of its series, which are read one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Version {
    seq: Seq,
    row: Row,
}

/// What few versions have, by the events that made them.
#[derive(Clone, Debug)]
struct Rare<T>(Vec<(Seq, T)>);

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Rare(Vec::new())
    }
}

impl<T: Copy> Rare<T> {
    /// Keeps what a version newer than all before has; whether it has it.
    fn push(&mut self, version: Seq, has: Option<T>) -> bool {
        self.0.extend(has.map(|has| (version, has)));
        has.is_some()
    }

    fn get(&self, version: Seq) -> Option<T> {
        let at = self.0.binary_search_by_key(&version, |(known, _)| *known).ok()?;
        Some(self.0[at].1)
    }
}

/// All figure records, by the events that made them.
#[derive(Clone, Debug, Default)]
pub struct Records {
    numbers: Numbers,
    /// None where an event made no version; of an excerpt only events that made one have a place.
    series: Vec<Option<SeriesKey>>,
    rows: Vec<Row>,
    late_dates: Rare<DateKey>,
    published: Rare<PublishedKey>,
    relayed_by: Rare<ReporterKey>,
    revises: Rare<Seq>,
    /// Of corrections.
    originals: Rare<Seq>,
    /// The same by original: (original, correction).
    corrected: BTreeSet<(Seq, Seq)>,
    /// Values that are not one small number, each in the ledger's notation and ended by LF.
    texts: String,
}

/// The fields of a new record but for its series; see [`Record`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewRecord {
    pub(crate) version: Seq,
    pub(crate) original: Seq,
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
    pub(super) fn of_an_excerpt() -> Records {
        Records { numbers: Numbers::Some(Vec::new()), ..Records::default() }
    }

    /// Every version of every claim, in order of the events that made them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Record> {
        (0..self.series.len()).filter_map(|place| self.find(self.numbers.event(place)))
    }

    /// The version that event `version` made.
    pub fn find(&self, version: Seq) -> Option<Record> {
        let at = self.numbers.place(version)?;
        let series = (*self.series.get(at)?)?;
        Some(self.read(series, Version { seq: version, row: self.rows[at] }))
    }

    /// Reads a version of this series.
    pub(crate) fn read(&self, series: SeriesKey, version: Version) -> Record {
        let Version { seq: version, row: Row { number, source, as_of, marks } } = version;
        let original = if marks.has(CORRECTION) { self.originals.get(version) } else { None };
        Record {
            version,
            original: original.unwrap_or(version),
            series,
            as_of: match as_of {
                0 => None,
                LATE_DATE => self.late_dates.get(version),
                number => Some(DateKey::from_index(usize::from(number) - 1)),
            },
            published: if marks.has(PUBLISHED) { self.published.get(version) } else { None },
            source,
            relayed_by: if marks.has(RELAYED) { self.relayed_by.get(version) } else { None },
            revises: if marks.has(REVISES) { self.revises.get(version) } else { None },
            number,
            marks,
        }
    }

    /// A version that is known to be one.
    ///
    /// # Panics
    ///
    /// If event `version` made none.
    pub fn record(&self, version: Seq) -> Record {
        self.find(version).expect("whoever knows the number of a version has it from these records")
    }

    /// The events that made versions, in order, each with the series of its version.
    pub(crate) fn series(&self) -> impl Iterator<Item = (Seq, SeriesKey)> {
        let places = self.series.iter().enumerate();
        places.filter_map(|(place, series)| series.map(|series| (self.numbers.event(place), series)))
    }

    /// The events that made versions of the series with these keys, in order, each with its series.
    pub(crate) fn versions_of(&self, keys: Range<usize>) -> impl Iterator<Item = (Seq, SeriesKey)> {
        /// Few of them are seen to have none at once.
        const FEW: usize = 16;

        let (start, count) = (keys.start as u32, keys.len() as u32);
        let is_asked = move |series: &Option<SeriesKey>| {
            series.map_or(u32::MAX, |key| (key.index() as u32).wrapping_sub(start)) < count
        };
        let few = self.series.chunks(FEW).enumerate();
        few.filter(move |(_, few)| few.iter().fold(false, |any, series| any | is_asked(series))).flat_map(
            move |(at, few)| {
                let asked = (at * FEW..).zip(few).filter(move |(_, series)| is_asked(series));
                asked.filter_map(|(place, series)| Some((self.numbers.event(place), (*series)?)))
            },
        )
    }

    /// Appends what is kept of versions that are known to be some.
    pub(crate) fn gather(&self, versions: &[Seq], to: &mut Vec<Version>) {
        to.extend(versions.iter().map(|&seq| {
            let place = self.numbers.place(seq).expect("a version has a place");
            Version { seq, row: self.rows[place] }
        }));
    }

    /// The value of a record.
    pub fn value(&self, record: &Record) -> Value {
        if !record.marks.has(TEXT) {
            return record.marks.value(record.number);
        }
        Value::parse(self.text(record)).expect("the text is the notation of a value")
    }

    /// The text of a value that is not one small number.
    fn text(&self, record: &Record) -> &str {
        self.texts[record.number as u32 as usize..].split('\n').next().unwrap_or_default()
    }

    /// What the claim of event `original` says now.
    pub fn in_force(&self, original: Seq) -> Option<Record> {
        self.versions(original).filter_map(|version| self.find(version)).find(Record::is_in_force)
    }

    /// Makes room for the versions of so many events.
    pub(crate) fn reserve(&mut self, events: usize) {
        self.series.reserve_exact(events);
        self.rows.reserve_exact(events);
    }

    /// Adds a version. Its series may be told later ([`Records::belongs`]), but before anything else is done with it.
    pub(crate) fn push(&mut self, series: Option<SeriesKey>, new: &NewRecord) {
        let &NewRecord { version, original, .. } = new;
        if original != version {
            self.each_version(original, |marks| marks.set(REPLACED, true));
            self.corrected.insert((original, version));
        }
        let (mut marks, number) = Marks::of(&new.value).unwrap_or_else(|| self.keep_text(&new.value));
        let as_of = new.as_of.map_or(0, |key| u16::try_from(key.index() + 1).unwrap_or(LATE_DATE));
        self.late_dates.push(version, new.as_of.filter(|_| as_of == LATE_DATE));
        marks.set(DOUBTED, new.doubted);
        marks.set(WORDED, new.worded);
        marks.set(CORRECTION, self.originals.push(version, (original != version).then_some(original)));
        marks.set(PUBLISHED, self.published.push(version, new.published));
        marks.set(RELAYED, self.relayed_by.push(version, new.relayed_by));
        marks.set(REVISES, self.revises.push(version, new.revises));
        self.numbers.push(version);
        let others = self.numbers.place(version).expect("it was pushed, or all have a place");
        self.series.resize(others, None);
        self.rows.resize(others, Row::default());
        self.series.push(series);
        self.rows.push(Row { number, source: new.source, as_of, marks });
    }

    /// Tells the series of a version that was added without.
    pub(crate) fn belongs(&mut self, version: Seq, series: SeriesKey) {
        let place = self.numbers.place(version).expect("it was added before");
        self.series[place] = Some(series);
    }

    /// Takes out the claim of event `original` with all its corrections.
    pub(crate) fn retract(&mut self, original: Seq) {
        self.each_version(original, |marks| marks.set(RETRACTED, true));
    }

    /// Undoes the correction made by event `version`; what was said before is in force again.
    pub(crate) fn undo(&mut self, version: Seq) {
        let Some(original) = self.originals.get(version) else { return };
        self.marks(version).set(UNDONE, true);
        let is_undone = |version: &Seq| self.find(*version).is_some_and(|record| record.marks.has(UNDONE));
        let newest = self.versions(original).filter(|version| !is_undone(version)).last();
        if let Some(newest) = newest {
            self.marks(newest).set(REPLACED, false);
        }
    }

    fn marks(&mut self, version: Seq) -> &mut Marks {
        let place = self.numbers.place(version).expect("versions are found before they are changed");
        &mut self.rows[place].marks
    }

    fn each_version(&mut self, original: Seq, change: impl Fn(&mut Marks)) {
        let versions: Vec<Seq> = self.versions(original).collect();
        for version in versions {
            change(self.marks(version));
        }
    }

    /// The versions of a claim, oldest first.
    fn versions(&self, original: Seq) -> impl Iterator<Item = Seq> {
        let known = self.find(original).map(|record| record.version);
        let corrections = self.corrected.range((original, 0)..=(original, Seq::MAX));
        known.into_iter().chain(corrections.map(|(_, version)| *version))
    }

    fn keep_text(&mut self, value: &Value) -> (Marks, i32) {
        let start = u32::try_from(self.texts.len());
        let start = start.expect("values are short: those kept aside stay far below 4 GiB");
        value.spell(&mut self.texts).expect("a string takes everything");
        self.texts.push('\n');
        (Marks(TEXT), start as i32)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::state::key::Key;

    fn push(records: &mut Records, new: NewRecord) {
        records.push(Some(SeriesKey::from_index(0)), &new);
    }

    fn record(version: Seq, original: Seq, value: &str) -> NewRecord {
        NewRecord {
            version,
            original,
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
            push(&mut records, record(at as Seq + 1, at as Seq + 1, value));
        }
        let back: Vec<String> = records.iter().map(|row| records.value(&row).to_string()).collect();
        assert_eq!(back, values);
    }

    #[test]
    fn the_newest_correction_that_was_not_undone_is_in_force() {
        let mut records = Records::default();
        push(&mut records, record(1, 1, "10"));
        push(&mut records, record(2, 1, "11"));
        push(&mut records, record(3, 1, "12"));
        let says = |records: &Records| records.in_force(1).map(|row| records.value(&row).to_string());
        assert_eq!(says(&records).as_deref(), Some("12"));
        records.undo(3);
        assert_eq!(says(&records).as_deref(), Some("11"));
        records.undo(2);
        assert_eq!(says(&records).as_deref(), Some("10"));
        records.retract(1);
        assert_eq!(says(&records), None);
    }

    #[test]
    fn every_version_tells_its_own_standing() {
        let mut records = Records::default();
        push(&mut records, NewRecord { doubted: true, ..record(1, 1, "10") });
        push(&mut records, NewRecord { worded: true, revises: Some(1), ..record(2, 2, "10") });
        push(&mut records, record(3, 2, "11"));
        push(&mut records, record(4, 2, "12"));
        records.retract(1);
        records.undo(4);
        let standing = |row: Record| {
            let flags =
                [row.is_doubted(), row.is_worded(), row.is_retracted(), row.is_replaced(), row.is_in_force()];
            (row.version, flags.map(u8::from), row.revises)
        };
        let all: Vec<_> = records.iter().map(standing).collect();
        assert_eq!(
            all,
            [
                (1, [1, 0, 1, 0, 0], None),
                (2, [0, 1, 0, 1, 0], Some(1)),
                (3, [0, 0, 0, 0, 1], None),
                (4, [0, 0, 1, 0, 0], None),
            ]
        );
    }

    #[test]
    fn undoing_an_older_correction_leaves_the_newer_one_in_force() {
        let mut records = Records::default();
        push(&mut records, record(1, 1, "10"));
        push(&mut records, record(2, 1, "11"));
        push(&mut records, record(3, 1, "12"));
        records.undo(2);
        assert_eq!(records.in_force(1).unwrap().version, 3);
        assert_eq!(records.iter().filter(Record::is_in_force).count(), 1);
    }
}
