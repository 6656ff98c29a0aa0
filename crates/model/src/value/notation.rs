//! The one notation of values: what was said, never more exact than it was said.

use std::fmt;

use super::decimal::{Decimal, DecimalError};
use super::qualifier::Qualifier;
use crate::spelling::{Sink, Spelled, displayed};

const EXPECTED: &str = "expected a number like 1850, >20000, <=35000, ~9000, 19000..20000 or 118..125..140";

/// A value as it was said; see [`parse`](Value::parse) for the notation.
///
/// `==` compares spellings; [`same_as`](Value::same_as) is the ledger's "equal value".
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value {
    pub(crate) about: bool,
    pub(crate) form: Form,
}

const _: () = assert!(size_of::<Value>() <= 64);

/// The operators of the notation with their numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Exactly(Decimal),
    MoreThan(Decimal),
    AtLeast(Decimal),
    FewerThan(Decimal),
    AtMost(Decimal),
    Between { low: End, high: End },
    Estimate { low: Decimal, best: Decimal, high: Decimal },
}

/// One end of a stated interval.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct End {
    pub(super) at: Decimal,
    pub(super) open: bool,
}

/// Why a text is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// A number is missing or is none.
    #[error("not a value: {}", EXPECTED)]
    NotAValue,
    /// `1,850`, `1 850`, `20.000,5`.
    #[error("digits are not grouped, and decimals follow a point: expected a number like 1850 or 12.5")]
    Grouped,
    /// A number is written with superfluous zeros or too many digits.
    #[error("{0}")]
    Number(DecimalError),
    /// `5..` or `..5`.
    #[error("`..` stands between two numbers: expected >=5 for 5 or more, <=5 for up to 5")]
    MissingEnd,
    /// `>=5..7` or `5..<=7`.
    #[error("ends of `..` are included unless marked `>` (low) or `<` (high): expected 5..7 or >5..<7")]
    ClosedMark,
    /// The low end of a range is above its high end.
    #[error("the low end {low} is above the high end {high}: expected the lower number first")]
    LowAboveHigh {
        /// The low end.
        low: Decimal,
        /// The high end.
        high: Decimal,
    },
    /// `>5..5`: no number is meant.
    #[error("no number lies between {low} and {high} when an end is excluded: expected 5 or 5..5")]
    Empty {
        /// The low end.
        low: Decimal,
        /// The high end, the same number.
        high: Decimal,
    },
}

impl Value {
    /// Reads a value in the ledger's notation (format 1, "Values").
    ///
    /// | written | means |
    /// |---|---|
    /// | `1850` | exactly |
    /// | `>20000`, `>=20000`, `<400`, `<=35000` | more than, at least, fewer than, at most |
    /// | `19000..20000` | between, ends included; `>` before the low or `<` before the high one excludes it |
    /// | `118..125..140` | low, best, high |
    /// | `~` before any of these | about |
    ///
    /// `5..5` is kept as said. A triple may be out of order: see
    /// [`contradicts_itself`](Value::contradicts_itself).
    ///
    /// # Errors
    ///
    /// [`ValueError`] when `text` is spelled otherwise, when the low end of a range is above its high
    /// end, or when a range excludes every number.
    ///
    /// ```
    /// use recount_model::value::Value;
    ///
    /// let said = Value::parse(">20000")?;
    /// assert_eq!(said.qualifier().as_str(), "more_than");
    /// assert_eq!(said.to_string(), ">20000");
    /// assert!(Value::parse("20,000").is_err());
    /// # Ok::<(), recount_model::value::ValueError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Value, ValueError> {
        let (about, text) = match text.strip_prefix('~') {
            Some(text) => (true, text),
            None => (false, text),
        };
        Ok(Value { about, form: Form::parse(text)? })
    }

    /// The bare number that these bytes begin with, and how many they are, where that is seen at once: as it is of nearly all.
    #[inline]
    pub fn leading(bytes: &[u8]) -> Option<(Value, usize)> {
        let (number, length) = Decimal::leading(bytes)?;
        Some((Value { about: false, form: Form::Exactly(number) }, length))
    }

    /// How the value is qualified.
    pub fn qualifier(&self) -> Qualifier {
        match self.form {
            Form::Exactly(_) if self.about => Qualifier::About,
            Form::Exactly(_) => Qualifier::Exact,
            Form::MoreThan(_) | Form::AtLeast(_) if self.about => Qualifier::JustOver,
            Form::MoreThan(_) => Qualifier::MoreThan,
            Form::AtLeast(_) => Qualifier::AtLeast,
            Form::FewerThan(_) | Form::AtMost(_) if self.about => Qualifier::Nearly,
            Form::FewerThan(_) => Qualifier::LessThan,
            Form::AtMost(_) => Qualifier::AtMost,
            Form::Between { .. } => Qualifier::Between,
            Form::Estimate { .. } => Qualifier::Estimate,
        }
    }

    /// The low end as said: of `1850` the number itself, of `~9000` none.
    pub fn low(&self) -> Option<Decimal> {
        self.stated_low().map(|end| end.at)
    }

    /// Whether the low end itself is excluded; false where there is none.
    pub fn low_open(&self) -> bool {
        self.stated_low().is_some_and(|end| end.open)
    }

    /// The high end as said: of `1850` the number itself, of `~9000` none.
    pub fn high(&self) -> Option<Decimal> {
        self.stated_high().map(|end| end.at)
    }

    /// Whether the high end itself is excluded; false where there is none.
    pub fn high_open(&self) -> bool {
        self.stated_high().is_some_and(|end| end.open)
    }

    /// The best estimate of a triple, and the number of `~9000`, which is neither a low nor a high end.
    pub fn best(&self) -> Option<Decimal> {
        match self.form {
            Form::Estimate { best, .. } => Some(best),
            Form::Exactly(number) if self.about => Some(number),
            _ => None,
        }
    }

    /// Whether it was said under `~`.
    pub fn is_approximate(&self) -> bool {
        self.about
    }

    /// Whether it is a bare number.
    pub fn is_exact(&self) -> bool {
        !self.about && matches!(self.form, Form::Exactly(_))
    }

    /// Whether it is a triple whose low is above its best, or whose best is above its high.
    ///
    /// Such a value is kept as said; it has no arithmetic and holds no number.
    pub fn contradicts_itself(&self) -> bool {
        match self.form {
            Form::Estimate { low, best, high } => {
                low.cmp_numeric(&best).is_gt() || best.cmp_numeric(&high).is_gt()
            }
            _ => false,
        }
    }

    fn stated_low(&self) -> Option<End> {
        self.ends().0.filter(|_| self.qualifier() != Qualifier::About)
    }

    fn stated_high(&self) -> Option<End> {
        self.ends().1.filter(|_| self.qualifier() != Qualifier::About)
    }
}

impl Form {
    fn parse(text: &str) -> Result<Form, ValueError> {
        // Nearly every value is one whole number.
        if let Some(number) = Decimal::short(text.as_bytes()) {
            return Ok(Form::Exactly(number));
        }
        if let Some((low, rest)) = split_range(text) {
            return match split_range(rest) {
                None => Form::between(low, rest),
                Some((best, high)) => {
                    let (low, best, high) = (number(low)?, number(best)?, number(high)?);
                    Ok(Form::Estimate { low, best, high })
                }
            };
        }
        match text.as_bytes() {
            [b'>', b'=', ..] => number(&text[2..]).map(Form::AtLeast),
            [b'<', b'=', ..] => number(&text[2..]).map(Form::AtMost),
            [b'>', ..] => number(&text[1..]).map(Form::MoreThan),
            [b'<', ..] => number(&text[1..]).map(Form::FewerThan),
            _ => number(text).map(Form::Exactly),
        }
    }

    fn between(low: &str, high: &str) -> Result<Form, ValueError> {
        let (low, high) = (End::parse(low, '>')?, End::parse(high, '<')?);
        let order = low.at.cmp_numeric(&high.at);
        if order.is_gt() {
            return Err(ValueError::LowAboveHigh { low: low.at, high: high.at });
        }
        if order.is_eq() && (low.open || high.open) {
            return Err(ValueError::Empty { low: low.at, high: high.at });
        }
        Ok(Form::Between { low, high })
    }
}

impl End {
    /// Reads an end of `..`, which `mark` makes an open one.
    fn parse(text: &str, mark: char) -> Result<End, ValueError> {
        let (text, open) = match text.strip_prefix(mark) {
            Some(text) => (text, true),
            None => (text, false),
        };
        match text.as_bytes() {
            [] => Err(ValueError::MissingEnd),
            [b'=', ..] if open => Err(ValueError::ClosedMark),
            _ => Ok(End { at: number(text)?, open }),
        }
    }
}

/// What stands before and behind the first `..`. Values are short: to prepare a search costs more than to look.
fn split_range(text: &str) -> Option<(&str, &str)> {
    let at = text.as_bytes().windows(2).position(|pair| pair == b"..")?;
    Some((&text[..at], &text[at + 2..]))
}

fn number(text: &str) -> Result<Decimal, ValueError> {
    Decimal::parse(text).map_err(|error| match error {
        DecimalError::NotANumber if is_grouped(text) => ValueError::Grouped,
        DecimalError::NotANumber => ValueError::NotAValue,
        error => ValueError::Number(error),
    })
}

/// Whether the text is digits with any of the world's separators between them.
fn is_grouped(text: &str) -> bool {
    // No-break, narrow no-break and thin space; both apostrophes are Swiss.
    const SEPARATORS: &str = ",. _'\u{2019}\u{a0}\u{202f}\u{2009}";
    let digits = text.trim_start_matches('-');
    let outer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    !digits.contains("..")
        && outer(digits.chars().next())
        && outer(digits.chars().next_back())
        && digits.chars().all(|c| c.is_ascii_digit() || SEPARATORS.contains(c))
}

impl Spelled for Value {
    fn spell(&self, to: &mut impl Sink) -> fmt::Result {
        if self.about {
            to.write_char('~')?;
        }
        let (mark, number) = match &self.form {
            Form::Exactly(number) => ("", number),
            Form::MoreThan(number) => (">", number),
            Form::AtLeast(number) => (">=", number),
            Form::FewerThan(number) => ("<", number),
            Form::AtMost(number) => ("<=", number),
            Form::Between { low, high } => {
                low.spell('>', to)?;
                to.write_str("..")?;
                return high.spell('<', to);
            }
            Form::Estimate { low, best, high } => {
                low.spell(to)?;
                to.write_str("..")?;
                best.spell(to)?;
                ("..", high)
            }
        };
        to.write_str(mark)?;
        number.spell(to)
    }
}

impl End {
    /// Writes an end of `..` with the mark of an open one.
    fn spell(&self, mark: char, to: &mut impl Sink) -> fmt::Result {
        if self.open {
            to.write_char(mark)?;
        }
        self.at.spell(to)
    }
}

displayed!(Value);

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({self})")
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    /// Values of every form with small numbers, some written with decimals.
    pub(in crate::value) fn any_value() -> impl Strategy<Value = Value> {
        let number = "-?(0|[1-9])(\\.[05])?";
        let bound = (prop_oneof!["", ">", ">=", "<", "<="], number).prop_map(|(op, n)| op + &n);
        let between = (">?", number, "<?", number).prop_map(|(a, m, b, n)| format!("{a}{m}..{b}{n}"));
        let triple = (number, number, number).prop_map(|(a, b, c)| format!("{a}..{b}..{c}"));
        ("~?", prop_oneof![bound, between, triple]).prop_map(|(about, form)| about + &form).prop_filter_map(
            "an empty range",
            |text| {
                let value = Value::parse(&text).ok()?;
                assert_eq!(value.to_string(), text);
                Some(value)
            },
        )
    }

    fn check(text: &str) -> String {
        let value = match Value::parse(text) {
            Ok(value) => value,
            Err(error) => return error.to_string(),
        };
        assert_eq!(value.to_string(), text);
        let end = |number: Option<Decimal>, open| match (number, open) {
            (Some(number), true) => format!("{number} open"),
            (Some(number), false) => number.to_string(),
            (None, open) => {
                assert!(!open, "no end, yet open");
                "none".to_owned()
            }
        };
        let (low, high) = (end(value.low(), value.low_open()), end(value.high(), value.high_open()));
        let best = end(value.best(), false);
        let about = if value.is_approximate() { ", approximate" } else { "" };
        format!("{}: low {low}, high {high}, best {best}{about}", value.qualifier().as_str())
    }

    #[test]
    fn each_form_has_its_columns() {
        let said = [
            "1850",
            "-0.50",
            ">20000",
            ">=20000",
            "<400",
            "<=35000",
            "~9000",
            "~<9000",
            "~<=9000",
            "~>19500",
            "~>=19500",
            "19000..20000",
            ">0..<0.0925",
            "0..<5",
            "5..5",
            "~19000..>20000",
            "~19000..20000",
            "118..125..140",
            "~118..125..140",
            "-5..-3",
        ];
        let table = said.map(|text| format!("{text} {}", check(text))).join("\n");
        insta::assert_snapshot!(table, @"
        1850 exact: low 1850, high 1850, best none
        -0.50 exact: low -0.50, high -0.50, best none
        >20000 more_than: low 20000 open, high none, best none
        >=20000 at_least: low 20000, high none, best none
        <400 less_than: low none, high 400 open, best none
        <=35000 at_most: low none, high 35000, best none
        ~9000 about: low none, high none, best 9000, approximate
        ~<9000 nearly: low none, high 9000 open, best none, approximate
        ~<=9000 nearly: low none, high 9000, best none, approximate
        ~>19500 just_over: low 19500 open, high none, best none, approximate
        ~>=19500 just_over: low 19500, high none, best none, approximate
        19000..20000 between: low 19000, high 20000, best none
        >0..<0.0925 between: low 0 open, high 0.0925 open, best none
        0..<5 between: low 0, high 5 open, best none
        5..5 between: low 5, high 5, best none
        ~19000..>20000 not a value: expected a number like 1850, >20000, <=35000, ~9000, 19000..20000 or 118..125..140
        ~19000..20000 between: low 19000, high 20000, best none, approximate
        118..125..140 estimate: low 118, high 140, best 125
        ~118..125..140 estimate: low 118, high 140, best 125, approximate
        -5..-3 between: low -5, high -3, best none
        ");
    }

    #[test]
    fn refusals_say_what_is_expected() {
        let wrong = [
            "",
            "~",
            ">",
            "~~5",
            "=5",
            "=>5",
            "5%",
            "1..2..3..4",
            "1...2",
            ">1..2..3",
            "9000-10000",
            "007",
            "1,850",
            ">1 850",
            "20.000,5",
            "1.850.000",
            "1\u{202f}850",
            "5..",
            "..5",
            ">=5..7",
            "5..<=7",
            "5..3",
            ">5..5",
            "5..<5.0",
        ];
        let table = wrong.map(|text| format!("{text:?} {}", check(text))).join("\n");
        let table = table.replace(EXPECTED, "EXPECTED");
        insta::assert_snapshot!(table, @r#"
        "" not a value: EXPECTED
        "~" not a value: EXPECTED
        ">" not a value: EXPECTED
        "~~5" not a value: EXPECTED
        "=5" not a value: EXPECTED
        "=>5" not a value: EXPECTED
        "5%" not a value: EXPECTED
        "1..2..3..4" not a value: EXPECTED
        "1...2" not a value: EXPECTED
        ">1..2..3" not a value: EXPECTED
        "9000-10000" not a value: EXPECTED
        "007" a number does not start with superfluous zeros: expected one like 7 or 0.7
        "1,850" digits are not grouped, and decimals follow a point: expected a number like 1850 or 12.5
        ">1 850" digits are not grouped, and decimals follow a point: expected a number like 1850 or 12.5
        "20.000,5" digits are not grouped, and decimals follow a point: expected a number like 1850 or 12.5
        "1.850.000" digits are not grouped, and decimals follow a point: expected a number like 1850 or 12.5
        "1\u{202f}850" digits are not grouped, and decimals follow a point: expected a number like 1850 or 12.5
        "5.." `..` stands between two numbers: expected >=5 for 5 or more, <=5 for up to 5
        "..5" `..` stands between two numbers: expected >=5 for 5 or more, <=5 for up to 5
        ">=5..7" ends of `..` are included unless marked `>` (low) or `<` (high): expected 5..7 or >5..<7
        "5..<=7" ends of `..` are included unless marked `>` (low) or `<` (high): expected 5..7 or >5..<7
        "5..3" the low end 5 is above the high end 3: expected the lower number first
        ">5..5" no number lies between 5 and 5 when an end is excluded: expected 5 or 5..5
        "5..<5.0" no number lies between 5 and 5.0 when an end is excluded: expected 5 or 5..5
        "#);
    }

    #[test]
    fn only_triples_contradict_themselves() {
        let contradicts = |text: &str| Value::parse(text).unwrap().contradicts_itself();
        assert!(contradicts("118..150..140") && contradicts("126..125..140") && contradicts("9..9..8"));
        assert!(!contradicts("118..125..140") && !contradicts("5..5.0..5") && !contradicts("5..6"));
    }

    proptest! {
        #[test]
        fn what_is_read_is_printed(value in any_value()) {
            prop_assert_eq!(Value::parse(&value.to_string()), Ok(value));
        }

        #[test]
        fn a_number_that_leads_is_the_one_that_is_read(number in "0|0?[1-9][0-9]{0,6}", rest in "[\",.~>]{8}") {
            let led = Value::leading(format!("{number}{rest}").as_bytes());
            let is_seen = number.len() < 8 && (number == "0" || !number.starts_with('0'));
            prop_assert_eq!(led, is_seen.then(|| (Value::parse(&number).unwrap(), number.len())));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), near in "[~<>=.0-9 ,-]{0,12}") {
            for text in [text, near] {
                if let Ok(value) = Value::parse(&text) {
                    prop_assert_eq!(value.to_string(), text);
                }
            }
        }
    }
}
