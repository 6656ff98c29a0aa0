//! The dates of a ledger: a small part of EDTF, in sixteen bytes.

use std::fmt;
use std::hash::{Hash, Hasher};

use edtf_core::{Date, Edtf as Parsed, IntervalEndpoint, Precision, YearKind};

use super::day::packed;
use super::{DateError, Day};
use crate::spelling::{Sink, Spelled, displayed};

/// The longest spelling: two marked days.
const MAX_LENGTH: usize = "2022-02-24~/2025-12-03~".len();

/// A date as typed: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, each with `~`, `?` or `%`, or an interval of two
/// of them whose end may be open (`2022-02-24/..`).
///
/// The grammar is EDTF (ISO 8601-2:2019, Annex A), level 1; the rest of EDTF is refused. `~`
/// (approximate), `?` (uncertain) and `%` (both) are kept but change no bound. `==` compares spellings;
/// [`same_days`](Edtf::same_days) compares the days meant.
///
/// ```
/// use recount_model::date::Edtf;
///
/// let winter = Edtf::parse("2025-12~")?;
/// assert_eq!(winter.first_day().to_string(), "2025-12-01");
/// assert_eq!(winter.last_day().map(|day| day.to_string()), Some("2025-12-31".into()));
/// assert_eq!(winter.to_string(), "2025-12~");
/// # Ok::<(), recount_model::date::DateError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Edtf {
    // What is asked of a date in hot loops is stored; the spelling is derived from it.
    first: Day,
    /// None: an open interval.
    last: Option<Day>,
    start: Shape,
    /// The spelling of the end of a closed interval.
    end: Option<Shape>,
}

const _: () = assert!(size_of::<Edtf>() <= 12);

/// By its days alone: dates that differ in spelling only are rare, and every claim has one that is looked up.
impl Hash for Edtf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(packed(Some(self.first), self.last));
    }
}

/// How one date is spelled: how much of it, and with which mark.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Shape {
    unit: Unit,
    mark: Mark,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Year,
    Month,
    Day,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Mark {
    None,
    Approximate,
    Uncertain,
    Both,
}

impl Edtf {
    /// Reads a date.
    ///
    /// # Errors
    ///
    /// [`DateError::NotEdtf`] where the text is no EDTF, an impossible day or an interval that ends
    /// before it starts; [`DateError::OutsideProfile`] for the parts of EDTF not used here.
    pub fn parse(text: &str) -> Result<Edtf, DateError> {
        // Nearly every date of a ledger is a day, month or year without a mark, or an interval of two, for which the general
        // grammar is ten times the work. A property test holds the two ways together.
        match Edtf::plain(text.as_bytes()) {
            Some(date) => Ok(date),
            None => Edtf::parse_any(text),
        }
    }

    /// The day or month without a mark that these bytes begin with, and how many they are, where `end` stands behind it.
    #[inline]
    pub fn leading(bytes: &[u8], end: u8) -> Option<(Edtf, usize)> {
        let date = |unit, first, last| {
            let start = Shape { unit, mark: Mark::None };
            Edtf { first, last: Some(last), start, end: None }
        };
        let (month, rest) = bytes.split_first_chunk()?;
        match *rest {
            [tens, ones, behind, ..] if behind == end => {
                let day = Day::read_in(*month, tens, ones)?;
                Some((date(Unit::Day, day, day), 10))
            }
            _ if month[7] == end => {
                let [y1, y2, y3, y4, hyphen, m1, m2, _] = *month;
                let first = Day::read_first([y1, y2, y3, y4, hyphen, m1, m2, b'-'])?;
                Some((date(Unit::Month, first, first.last_of_month()), 7))
            }
            _ => None,
        }
    }

    fn plain(text: &[u8]) -> Option<Edtf> {
        if let Some((start, first, last)) = Shape::plain(text) {
            return Some(Edtf { first, last: Some(last), start, end: None });
        }
        let slash = text.iter().position(|byte| *byte == b'/')?;
        let (start, first, _) = Shape::plain(&text[..slash])?;
        let (end, from, last) = Shape::plain(&text[slash + 1..])?;
        (first <= from).then_some(Edtf { first, last: Some(last), start, end: Some(end) })
    }

    fn parse_any(text: &str) -> Result<Edtf, DateError> {
        if text.len() > MAX_LENGTH {
            return Err(DateError::OutsideProfile);
        }
        let parsed = Parsed::parse(text)
            .map_err(|error| DateError::NotEdtf { reason: error.message, column: error.offset + 1 })?;
        Edtf::reduce(&parsed)
            // Marks inside a date, or before it, would be moved: then the spelling differs.
            .filter(|date| date.to_string() == text)
            .ok_or(DateError::OutsideProfile)
    }

    /// The first day meant.
    pub fn first_day(self) -> Day {
        self.first
    }

    /// The last day meant; `None` for an open interval.
    pub fn last_day(self) -> Option<Day> {
        self.last
    }

    /// Whether it was typed as an interval.
    pub fn is_interval(self) -> bool {
        self.end.is_some() || self.is_open()
    }

    /// Whether it is an interval without end.
    pub fn is_open(self) -> bool {
        self.last.is_none()
    }

    /// Whether both mean the same first and last day, however typed.
    pub fn same_days(self, other: &Edtf) -> bool {
        self.first == other.first && self.last == other.last
    }

    fn reduce(parsed: &Parsed) -> Option<Edtf> {
        match parsed {
            Parsed::Date(date) => {
                let (start, first, last) = Shape::read(date)?;
                Some(Edtf { first, last: Some(last), start, end: None })
            }
            Parsed::Interval(interval) => {
                let IntervalEndpoint::Date(from) = &interval.start else {
                    return None;
                };
                let (start, first, _) = Shape::read(from)?;
                match &interval.end {
                    IntervalEndpoint::Open => Some(Edtf { first, last: None, start, end: None }),
                    IntervalEndpoint::Date(to) => {
                        let (end, _, last) = Shape::read(to)?;
                        Some(Edtf { first, last: Some(last), start, end: Some(end) })
                    }
                    _ => None,
                }
            }
            Parsed::DateTime(_) | Parsed::Set(_) => None,
        }
    }
}

impl Shape {
    /// The spelling of a day, month or year without a mark, with its first and last day.
    fn plain(text: &[u8]) -> Option<(Shape, Day, Day)> {
        let shape = |unit| Shape { unit, mark: Mark::None };
        match *text {
            [y1, y2, y3, y4] => {
                let month = |tens, ones| Day::read_first([y1, y2, y3, y4, b'-', tens, ones, b'-']);
                Some((shape(Unit::Year), month(b'0', b'1')?, month(b'1', b'2')?.last_of_month()))
            }
            [y1, y2, y3, y4, hyphen, m1, m2] => {
                let first = Day::read_first([y1, y2, y3, y4, hyphen, m1, m2, b'-'])?;
                Some((shape(Unit::Month), first, first.last_of_month()))
            }
            _ => Day::read(text).map(|day| (shape(Unit::Day), day, day)),
        }
    }

    /// The spelling of a date of our profile, with its first and last day.
    fn read(date: &Date) -> Option<(Shape, Day, Day)> {
        let YearKind::Standard { negative: false, .. } = date.year.kind else {
            return None;
        };
        let year = i16::try_from(date.year.value()?).ok()?;
        let number = |value: Option<u8>| i8::try_from(value?).ok();
        let (unit, qualifier, first, last) = match (date.precision(), &date.month, &date.day) {
            (Precision::Year, ..) => {
                let (first, last) = (Day::from_ymd(year, 1, 1)?, Day::from_ymd(year, 12, 31)?);
                (Unit::Year, date.year.qualifier, first, last)
            }
            (Precision::Month, Some(month), _) => {
                let first = Day::from_ymd(year, number(month.value())?, 1)?;
                let last = first.last_of_month();
                (Unit::Month, month.qualifier, first, last)
            }
            (Precision::Day, Some(month), Some(day)) => {
                let only = Day::from_ymd(year, number(month.value())?, number(day.value())?)?;
                (Unit::Day, day.qualifier, only, only)
            }
            _ => return None,
        };
        let mark = match (qualifier.approximate, qualifier.uncertain) {
            (false, false) => Mark::None,
            (true, false) => Mark::Approximate,
            (false, true) => Mark::Uncertain,
            (true, true) => Mark::Both,
        };
        Some((Shape { unit, mark }, first, last))
    }

    /// Spells a day so far as this shape goes.
    fn spell(self, day: Day, to: &mut impl Sink) -> fmt::Result {
        let length = match self.unit {
            Unit::Year => 4,
            Unit::Month => 7,
            Unit::Day => 10,
        };
        to.write_ascii(&day.text()[..length])?;
        to.write_str(match self.mark {
            Mark::None => "",
            Mark::Approximate => "~",
            Mark::Uncertain => "?",
            Mark::Both => "%",
        })
    }
}

impl Spelled for Edtf {
    fn spell(&self, to: &mut impl Sink) -> fmt::Result {
        self.start.spell(self.first, to)?;
        match (self.last, self.end) {
            (None, _) => to.write_str("/.."),
            (Some(_), None) => Ok(()),
            (Some(last), Some(end)) => {
                to.write_char('/')?;
                end.spell(last, to)
            }
        }
    }
}

displayed!(Edtf);

impl fmt::Debug for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Edtf({self})")
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::date::day::tests::any_day;
    use proptest::prelude::*;

    /// Spellings of every kind, intervals in order.
    pub(in crate::date) fn any_date() -> impl Strategy<Value = String> {
        let length = || proptest::sample::select(vec![4, 7, 10]);
        let mark = || proptest::sample::select(vec!["", "~", "?", "%"]);
        let kind = proptest::sample::select(vec!["", "/", "/.."]);
        let spell = |day: Day, length: usize, mark: &str| format!("{}{mark}", &day.to_string()[..length]);
        (any_day(), any_day(), length(), length(), mark(), mark(), kind).prop_map(
            move |(a, b, short, long, mark, other, kind)| {
                let (from, to) = (spell(a.min(b), short, mark), spell(a.max(b), long, other));
                if kind == "/" { format!("{from}/{to}") } else { format!("{from}{kind}") }
            },
        )
    }

    fn check(text: &str) -> String {
        let date = match Edtf::parse(text) {
            Ok(date) => date,
            Err(error) => return error.to_string().replace(crate::date::EXPECTED, "EXPECTED"),
        };
        assert_eq!(date.to_string(), text);
        assert_eq!(date.is_interval(), text.contains('/'));
        assert_eq!(date.is_open(), text.ends_with(".."));
        let last = date.last_day().map_or("open".to_owned(), |day| day.to_string());
        format!("{} to {last}", date.first_day())
    }

    #[test]
    fn dates_mean_their_first_to_last_day() {
        let said = [
            "2025",
            "2024-02",
            "2025-12-03",
            "2025~",
            "2025-12?",
            "2025-12-03%",
            "2022-02-24/2025-12-03",
            "2022/2022-03~",
            "2022-02-24?/..",
            "2022-03/2022",
            "0000",
            "9999-12-31",
        ];
        let table = said.map(|text| format!("{text} {}", check(text))).join("\n");
        insta::assert_snapshot!(table, @"
        2025 2025-01-01 to 2025-12-31
        2024-02 2024-02-01 to 2024-02-29
        2025-12-03 2025-12-03 to 2025-12-03
        2025~ 2025-01-01 to 2025-12-31
        2025-12? 2025-12-01 to 2025-12-31
        2025-12-03% 2025-12-03 to 2025-12-03
        2022-02-24/2025-12-03 2022-02-24 to 2025-12-03
        2022/2022-03~ 2022-01-01 to 2022-03-31
        2022-02-24?/.. 2022-02-24 to open
        2022-03/2022 2022-03-01 to 2022-12-31
        0000 0000-01-01 to 0000-12-31
        9999-12-31 9999-12-31 to 9999-12-31
        ");
    }

    #[test]
    fn the_rest_of_edtf_is_refused() {
        for text in [
            "156X",
            "2025-XX",
            "2025-21",
            "-0005",
            "Y12025",
            "1950S2",
            "2025-12-03T18:00:00Z",
            "{2024,2025}",
            "[2024..2025]",
            "../2025",
            "/2025",
            "2025/",
            "..2024/2025",
            "2024/2025..",
            "2004-06~-11",
            "2004~-06",
            "?2004-06-11",
            "2022-02-24~/2025-12-03~~~~",
        ] {
            assert_eq!(check(text), "EXPECTED", "{text}");
        }
    }

    #[test]
    fn faults_name_their_column() {
        let wrong = ["", "3.12.2025", "2025-2-3", "2025-02-30", "2025-12/2024", "2025-12-03 ", "2025–12"];
        let table = wrong.map(|text| format!("{text:?} {}", check(text))).join("\n");
        insta::assert_snapshot!(table, @r#"
        "" empty input (column 1): EXPECTED
        "3.12.2025" year must have exactly four digits (or X) (column 2): EXPECTED
        "2025-2-3" month must be two digits (or X) (column 7): EXPECTED
        "2025-02-30" day is out of range for the month (column 9): EXPECTED
        "2025-12/2024" interval end precedes interval start (column 9): EXPECTED
        "2025-12-03 " whitespace is not allowed (column 11): EXPECTED
        "2025–12" EDTF permits ASCII characters only (column 5): EXPECTED
        "#);
    }

    #[test]
    fn marks_and_spelling_change_no_day() {
        let same = |a, b| Edtf::parse(a).unwrap().same_days(&Edtf::parse(b).unwrap());
        assert!(same("2025-12-03", "2025-12-03~") && same("2025", "2025-01/2025-12"));
        assert!(!same("2025", "2025-01-01/..") && !same("2025-11", "2025-12"));
    }

    proptest! {
        #[test]
        fn what_is_plain_is_read_alike_by_both_ways(text in any_date(), near in "[0-9]{4}(-[0-9]{2}){0,2}(/[0-9]{4}(-[0-9]{2}){0,2})?") {
            for text in [text, near] {
                prop_assert!(Edtf::plain(text.as_bytes()).is_none_or(|plain| Ok(plain) == Edtf::parse_any(&text)), "{text}");
            }
        }

        #[test]
        fn a_date_that_leads_is_the_one_that_is_read(text in any_date(), near in "[0-9]{4}-[0-1][0-9](-[0-3][0-9])?") {
            for text in [text, near] {
                let (date, read) = (Edtf::leading(format!("{text}\",").as_bytes(), b'"'), Edtf::parse(&text));
                let is_seen = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && text.len() > 4;
                prop_assert_eq!(date, read.ok().filter(|_| is_seen).map(|date| (date, text.len())), "{}", text);
            }
        }

        #[test]
        fn what_is_read_is_printed(text in any_date()) {
            let date = Edtf::parse(&text).unwrap();
            prop_assert!(date.last_day().is_none_or(|last| date.first_day() <= last));
            prop_assert_eq!(date.to_string(), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), near in "[0-9X~?%./,YTES{}-]{0,24}") {
            for text in [text, near] {
                if let Ok(date) = Edtf::parse(&text) {
                    prop_assert_eq!(date.to_string(), text);
                }
            }
        }
    }
}
