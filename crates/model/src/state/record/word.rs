//! Values as single words, to be compared fast.

use super::{ABOUT, FORM, Marks, Record, Records, SCALE, TEXT};
use crate::state::key::{AsideKey, Key, Names};

/// A value in one word: two words from the same [`Words`] are equal exactly where their values say the same.
///
/// The digits of a small number fill the low half, its marks stand above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Word(u64);

const DIGITS: u32 = 32;
/// It is the number of a value that is not one small number.
const ASIDE: u64 = 1 << 63;
/// Of such a value: it is a bare number.
const BARE: u64 = 1 << 62;

/// The values that are not small numbers, each in its one spelling.
#[derive(Default)]
pub(crate) struct Words(Names<AsideKey>);

/// So many values are kept from series to series, as others may say the same.
const KEPT: usize = 1 << 10;

impl Word {
    fn small(marks: Marks, mut digits: i32) -> Word {
        let mut form = marks.0 & (SCALE | FORM | ABOUT);
        // No zeros at the end of the decimals: they are no other value. The scale stands lowest in the marks.
        while form & SCALE > 0 && digits % 10 == 0 {
            (form, digits) = (form - 1, digits / 10);
        }
        Word(u64::from(form) << DIGITS | u64::from(digits as u32))
    }

    /// Whether it is a bare number.
    pub(crate) fn is_exact(self) -> bool {
        if self.0 & ASIDE == 0 { self.0 >> DIGITS & u64::from(FORM | ABOUT) == 0 } else { self.0 & BARE != 0 }
    }
}

impl Words {
    /// The value of a record.
    pub(crate) fn of(&mut self, records: &Records, record: &Record) -> Word {
        if !record.marks.has(TEXT) {
            return Word::small(record.marks, record.number);
        }
        let text = records.text(record);
        if is_spelt_once(text) {
            return self.aside(text, text.bytes().all(|byte| byte.is_ascii_digit()));
        }
        let value = records.value(record).normal();
        match Marks::of(&value) {
            Some((marks, digits)) => Word::small(marks, digits),
            None => self.aside(&value.to_string(), value.is_exact()),
        }
    }

    /// The value with this one spelling, which is not one small number.
    fn aside(&mut self, text: &str, is_exact: bool) -> Word {
        let bare = if is_exact { BARE } else { 0 };
        Word(ASIDE | bare | self.0.intern(text).index() as u64)
    }

    /// Begins another series: words from here on have nothing to do with those before.
    pub(crate) fn begin(&mut self) {
        if self.0.len() > KEPT {
            self.0 = Names::default();
        }
    }
}

/// Whether no other text says the same as this value: only signs and decimals can be spelt in several ways.
fn is_spelt_once(text: &str) -> bool {
    let is_decimal = |part: &[u8]| part[1] == b'.' && part[0] != b'.' && part[2] != b'.';
    !text.bytes().any(|byte| byte == b'-') && !text.as_bytes().windows(3).any(is_decimal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::super::NewRecord;
    use super::*;
    use crate::event::Seq;
    use crate::state::key::{Key, SeriesKey};
    use crate::value::Value;

    const SPELLINGS: [&str; 28] = [
        "0",
        "-0",
        "-0.0",
        "0.000",
        "0.0000",
        "12.5",
        "12.50",
        "12.5000",
        "-12.5",
        "125",
        "1250",
        "~125",
        ">125",
        ">=125",
        "<125",
        "<=125",
        "~>125",
        "120..125",
        "120.0..125",
        "120..124..125",
        "4000000000",
        "4000000000.0",
        "-4000000000",
        ">4000000000",
        "120..<125",
        "120..<125.00",
        "-5..0",
        "-5..-0",
    ];

    fn record(version: Seq, value: &str) -> NewRecord {
        NewRecord {
            version,
            original: version,
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

    proptest! {
        #[test]
        fn words_are_equal_exactly_for_values_that_say_the_same(
            a in proptest::sample::select(&SPELLINGS[..]),
            b in proptest::sample::select(&SPELLINGS[..]),
        ) {
            let mut records = Records::default();
            records.push(Some(SeriesKey::from_index(0)), &record(1, a));
            records.push(Some(SeriesKey::from_index(0)), &record(2, b));
            let mut words = Words::default();
            let mut read = |version| {
                let record = records.record(version);
                (records.value(&record), words.of(&records, &record))
            };
            let ((a, first), (b, second)) = (read(1), read(2));
            prop_assert_eq!(first == second, a.same_as(&b));
            prop_assert_eq!((first.is_exact(), second.is_exact()), (a.is_exact(), b.is_exact()));
        }
    }
}
