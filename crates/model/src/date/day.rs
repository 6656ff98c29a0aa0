//! Calendar days and instants, as plain numbers that compare fast.

use std::fmt;
use std::num::NonZeroU32;

use jiff::SignedDuration;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use super::DateError;
use crate::spelling::{Sink, Spelled, displayed};

const EPOCH: Date = date(1970, 1, 1);
const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// Days from 0000-01-01 to 1970-01-01.
const BEFORE_1970: i32 = 719_528;

/// A day of the Gregorian calendar (ISO 8601, extended to the years 0000 to 9999), counted from 1 on 0000-01-01: so an
/// optional one takes no more room than another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Day(NonZeroU32);

const _: () = assert!(size_of::<Option<(Day, Day)>>() == 8);

impl Day {
    /// 0000-01-01.
    pub const MIN: Day = Day::numbered(-BEFORE_1970);
    /// 9999-12-31.
    pub const MAX: Day = Day::numbered(2_932_896);

    /// The day that many days after 1970-01-01, which must be one of those there are.
    const fn numbered(days: i32) -> Day {
        Day(NonZeroU32::new((days + BEFORE_1970 + 1) as u32).expect("no day is before 0000-01-01"))
    }

    /// The day with this date; `None` where the calendar has none or the year is not in 0 to 9999.
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Day> {
        let (year, month, day) = (i32::from(year), i32::from(month), i32::from(day));
        let fits = (0..=9999).contains(&year) && (1..=12).contains(&month);
        (fits && (1..=days_in_month(year, month)).contains(&day))
            .then(|| Day::numbered(number_of(year, month, day)))
    }

    /// The day that many days after 1970-01-01; `None` outside [`MIN`](Day::MIN) to [`MAX`](Day::MAX).
    pub fn from_number(days: i32) -> Option<Day> {
        (Day::MIN.number()..=Day::MAX.number()).contains(&days).then(|| Day::numbered(days))
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0.get() as i32 - 1 - BEFORE_1970
    }

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    ///
    /// [`DateError::Day`] for any other spelling and for days the calendar does not have.
    pub fn parse(text: &str) -> Result<Day, DateError> {
        Day::read(text.as_bytes()).ok_or(DateError::Day)
    }

    /// The last day of its month.
    pub(super) fn last_of_month(self) -> Day {
        let (year, month, day) = civil(self.number());
        Day::numbered(self.number() - day + days_in_month(year, month))
    }

    /// The first second of the day, in UTC.
    pub fn start(self) -> Instant {
        Instant(i64::from(self.number()) * SECONDS_OF_DAY)
    }

    /// The first second after the day, in UTC; after 9999-12-31, which has none, its last second.
    pub fn end(self) -> Instant {
        Day::from_number(self.number() + 1).map_or(Instant::MAX, Day::start)
    }

    /// The day of a civil date; one before the year 0000 becomes its first day.
    pub(super) fn from_date(date: Date) -> Day {
        let days = date.duration_since(EPOCH).as_hours() / 24;
        let days = i32::try_from(days).expect("a civil date is within four million days of 1970");
        Day::numbered(days.max(Day::MIN.number()))
    }

    pub(super) fn date(self) -> Date {
        let since = SignedDuration::from_hours(i64::from(self.number()) * 24);
        EPOCH.checked_add(since).expect("a day is between 0000-01-01 and 9999-12-31")
    }

    pub(super) fn read(text: &[u8]) -> Option<Day> {
        let (month, &[tens, ones]) = text.split_first_chunk()? else { return None };
        Day::read_in(*month, tens, ones)
    }

    /// Reads a day from the `YYYY-MM-` of its month and its two digits.
    pub(super) fn read_in(month: [u8; 8], tens: u8, ones: u8) -> Option<Day> {
        let (year, month) = year_and_month(month)?;
        Day::from_ymd(year, month, two_digits(tens, ones)?)
    }

    /// Reads the first day of a month from its `YYYY-MM-`.
    pub(super) fn read_first(month: [u8; 8]) -> Option<Day> {
        let (year, month) = year_and_month(month)?;
        Day::from_ymd(year, month, 1)
    }
}

impl Day {
    /// `YYYY-MM-DD`.
    pub(super) fn text(self) -> [u8; 10] {
        let (year, month, day) = civil(self.number());
        let [y1, y2] = digits(year as u32 / 100);
        let [y3, y4] = digits(year as u32 % 100);
        let ([m1, m2], [d1, d2]) = (digits(month as u32), digits(day as u32));
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]
    }
}

impl Spelled for Day {
    /// `YYYY-MM-DD`.
    fn spell(&self, to: &mut impl Sink) -> fmt::Result {
        to.write_ascii(&self.text())
    }
}

displayed!(Day, Instant);

/// The days of a period in one word, 0 where there is none, and for the end of an open one.
pub(crate) fn packed(first: Option<Day>, last: Option<Day>) -> u64 {
    let number = |day: Option<Day>| day.map_or(0, |Day(number)| u64::from(number.get()));
    number(first) << 32 | number(last)
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({self})")
    }
}

/// A moment in UTC: seconds since 1970-01-01T00:00:00Z, leap seconds not counted, years 0000 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Instant(i64);

impl Instant {
    /// 0000-01-01T00:00:00Z.
    pub const MIN: Instant = Instant(Day::MIN.number() as i64 * SECONDS_OF_DAY);
    /// 9999-12-31T23:59:59Z.
    pub const MAX: Instant = Instant((Day::MAX.number() as i64 + 1) * SECONDS_OF_DAY - 1);

    /// The moment that many seconds after 1970-01-01T00:00:00Z; `None` outside
    /// [`MIN`](Instant::MIN) to [`MAX`](Instant::MAX).
    pub fn from_seconds(seconds: i64) -> Option<Instant> {
        (Instant::MIN..=Instant::MAX).contains(&Instant(seconds)).then_some(Instant(seconds))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Reads an instant of RFC 3339 in its one spelling here: `2026-11-23T18:00:00Z`.
    ///
    /// # Errors
    ///
    /// [`DateError::Instant`] for other offsets than `Z`, for fractions of a second, leap seconds and
    /// whatever else is spelled otherwise.
    pub fn parse(text: &str) -> Result<Instant, DateError> {
        Instant::read(text.as_bytes()).ok_or(DateError::Instant)
    }

    /// The day it falls on in UTC.
    pub fn day(self) -> Day {
        let days = self.0.div_euclid(SECONDS_OF_DAY);
        Day::numbered(i32::try_from(days).expect("an instant is within four million days of 1970"))
    }

    fn read(text: &[u8]) -> Option<Instant> {
        let (day, time) = text.split_at_checked(10)?;
        let &[b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = time else {
            return None;
        };
        let below = |tens, ones, limit| two_digits(tens, ones).filter(|&n| n < limit).map(i64::from);
        let minutes = below(h1, h2, 24)? * 60 + below(m1, m2, 60)?;
        let seconds = minutes * 60 + below(s1, s2, 60)?;
        Some(Instant(Day::read(day)?.start().0 + seconds))
    }
}

impl Spelled for Instant {
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    fn spell(&self, to: &mut impl Sink) -> fmt::Result {
        let second = self.0.rem_euclid(SECONDS_OF_DAY) as u32;
        let mut text = *b"YYYY-MM-DDTHH:MM:SSZ";
        text[..10].copy_from_slice(&self.day().text());
        for (at, number) in [(11, second / 3600), (14, second / 60 % 60), (17, second % 60)] {
            text[at..at + 2].copy_from_slice(&digits(number));
        }
        to.write_ascii(&text)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

/// Days from 1970-01-01 to a day of a year from 0 on, which is cut into spans of 400 years (146,097 days) that begin in March, so
/// that the day that not every year has is the last of its year. Every line of a ledger has dates, and the general
/// arithmetic of a date library is many times the work; a test holds the two together.
fn number_of(year: i32, month: i32, day: i32) -> i32 {
    // One span more, so that no year is below 0: the division of what has no sign is less work.
    let (year, month) = ((year + 400 - i32::from(month <= 2)) as u32, month as u32);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    days as i32 + day - 1 - 719_468 - 146_097
}

/// Year, month and day of the day that many days after 1970-01-01: [`number_of`] undone, by multiplications alone (Neri and
/// Schneider, *Euclidean affine functions and their application to calendar algorithms*, 2022, figure 12).
fn civil(number: i32) -> (i32, i32, i32) {
    let quarters = 4 * (number + 719_468 + 146_097) as u32 + 3;
    let (century, in_century) = (quarters / 146_097, (quarters % 146_097) | 3);
    let years = 2_939_745 * u64::from(in_century);
    let (year, day_of_year) = ((years >> 32) as u32, years as u32 / 2_939_745 / 4);
    let months = 2_141 * day_of_year + 197_913;
    let (month, day) = (months >> 16, (months & 0xffff) / 2_141 + 1);
    // Years begin in March here, and one span of 400 years early.
    let is_next = day_of_year >= 306;
    let year = (100 * century + year + u32::from(is_next)) as i32 - 400;
    (year, (if is_next { month - 12 } else { month }) as i32, day as i32)
}

/// The two digits of a number below 100.
fn digits(number: u32) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| b'0' + digit as u8)
}

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The year and the month, perhaps none of a calendar, of `YYYY-MM-`: all eight bytes are looked at at once.
fn year_and_month(text: [u8; 8]) -> Option<(i16, i8)> {
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
    // Without what all such texts have in common, each byte is a digit, or 0 where a hyphen stood.
    let digits = u64::from_ne_bytes(text) ^ u64::from_ne_bytes(*b"0000-00-");
    // What is to be added to the greatest of them that it stays below 0x80; a carry comes only from what is above.
    let room = u64::from_ne_bytes([0x76, 0x76, 0x76, 0x76, 0x7f, 0x76, 0x76, 0x7f]);
    if (digits.wrapping_add(room) | digits) & HIGHEST != 0 {
        return None;
    }
    let [y1, y2, y3, y4, _, m1, m2, _] = digits.to_ne_bytes();
    let two = |tens, ones| i16::from(tens) * 10 + i16::from(ones);
    Some((two(y1, y2) * 100 + two(y3, y4), two(m1, m2) as i8))
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| (byte - b'0') as i8);
    Some(digit(tens)? * 10 + digit(ones)?)
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    /// Any day there is.
    pub(in crate::date) fn any_day() -> impl Strategy<Value = Day> {
        (Day::MIN.number()..=Day::MAX.number()).prop_map(Day::numbered)
    }

    #[test]
    fn days_are_counted_from_1970() {
        let number = |text| Day::parse(text).unwrap().number();
        assert_eq!(number("1970-01-01"), 0);
        assert_eq!(number("1969-12-31"), -1);
        assert_eq!(number("2000-02-29"), 11_016);
        assert_eq!(number("0000-01-01"), Day::MIN.number());
        assert_eq!(number("9999-12-31"), Day::MAX.number());
        assert_eq!(Day::from_number(Day::MAX.number() + 1), None);
        assert_eq!(Day::from_ymd(-1, 12, 31), None);
    }

    #[test]
    fn other_days_are_refused() {
        for text in [
            "",
            "2025-02-29",
            "1900-02-29",
            "2025-13-01",
            "2025-00-10",
            "2025-1-1",
            "20251203",
            "2025-12-03 ",
        ] {
            assert_eq!(Day::parse(text), Err(DateError::Day), "{text}");
        }
    }

    #[test]
    fn instants_are_counted_in_seconds() {
        let check = |text: &str, seconds| {
            let instant = Instant::parse(text).unwrap();
            assert_eq!((instant.seconds(), instant.to_string()), (seconds, text.to_owned()));
            assert_eq!(instant.day().to_string(), text[..10]);
        };
        check("1970-01-01T00:00:00Z", 0);
        check("1969-12-31T23:59:59Z", -1);
        check("2026-11-23T18:00:00Z", 1_795_456_800);
        check("0000-01-01T00:00:00Z", Instant::MIN.seconds());
        check("9999-12-31T23:59:59Z", Instant::MAX.seconds());
        assert_eq!(Instant::from_seconds(Instant::MIN.seconds() - 1), None);
    }

    #[test]
    fn other_instants_are_refused() {
        let wrong = [
            "2026-11-23",
            "2026-11-23T18:00Z",
            "2026-11-23T18:00:00",
            "2026-11-23T18:00:00+00:00",
            "2026-11-23t18:00:00z",
            "2026-11-23T18:00:00.0Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T18:60:00Z",
            "2016-12-31T23:59:60Z",
            "2026-11-31T18:00:00Z",
            "ééééé",
        ];
        for text in wrong {
            assert_eq!(Instant::parse(text), Err(DateError::Instant), "{text}");
        }
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let day = Day::parse("2025-12-31").unwrap();
        assert_eq!(day.start().to_string(), "2025-12-31T00:00:00Z");
        assert_eq!(day.end().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(Day::MAX.end(), Instant::MAX);
    }

    proptest! {
        /// The calendar is that of a date library.
        #[test]
        fn days_are_those_of_the_calendar(day in any_day(), year in -1_i16..=9999, month in 0_i8..=13, of_month in 0_i8..=32) {
            let date = day.date();
            prop_assert_eq!(day.to_string(), date.to_string());
            prop_assert_eq!(Day::from_ymd(date.year(), date.month(), date.day()), Some(day));
            let known = Date::new(year, month, of_month).ok().filter(|_| year >= 0).map(Day::from_date);
            prop_assert_eq!(Day::from_ymd(year, month, of_month), known);
        }

        #[test]
        fn what_is_printed_is_read(day in any_day(), seconds in Instant::MIN.0..=Instant::MAX.0) {
            prop_assert_eq!(Day::parse(&day.to_string()), Ok(day));
            prop_assert_eq!(Instant::parse(&Instant(seconds).to_string()), Ok(Instant(seconds)));
        }

        #[test]
        fn any_text_is_read_or_refused(
            text in any::<String>(),
            near in "[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z)?",
        ) {
            for text in [text, near] {
                let (day, instant) = (Day::parse(&text), Instant::parse(&text));
                prop_assert!(day.is_err() || day.unwrap().to_string() == text);
                prop_assert!(instant.is_err() || instant.unwrap().to_string() == text);
            }
        }
    }
}
