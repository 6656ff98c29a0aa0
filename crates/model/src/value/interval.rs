//! Intervals with open and closed ends over exact fractions, and how they are printed.

use num_traits::{Signed, Zero};

use super::decimal::Decimal;
use super::fraction::{Fraction, Rounding, print};

/// Why there is no value: a result, not a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoValue {
    /// A triple whose numbers are out of order has no arithmetic.
    #[error("{value} contradicts itself: low, best and high are not in ascending order")]
    Contradiction {
        /// The triple as said.
        value: String,
    },
    /// Nothing lies between the indicator's minimum and what was said.
    #[error("{value} leaves nothing above the indicator's minimum of {minimum}")]
    BelowMinimum {
        /// The value as said.
        value: String,
        /// The indicator's minimum.
        minimum: Decimal,
    },
    /// The divisor may be zero.
    #[error("the divisor, {divisor}, may be 0")]
    DivisorHoldsZero {
        /// The divisor in the notation.
        divisor: String,
    },
    /// An indicator of the expression has no value here.
    #[error("{indicator} has no value here")]
    Missing {
        /// The indicator's id.
        indicator: String,
    },
    /// The exact result is longer than any figure.
    #[error("the exact result has more than 1,200 digits")]
    TooLong,
}

/// One end of an interval. The order is that of low ends: of two at one number the closed one is lower.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bound {
    pub(super) at: Fraction,
    pub(super) open: bool,
}

/// A set of numbers without gaps, never empty; ends may be open, closed or missing.
///
/// A best estimate lies between two closed ends and is kept only where it says more than they do:
/// a point has none of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
    pub(super) best: Option<Fraction>,
    pub(super) approximate: bool,
}

impl From<Decimal> for Interval {
    /// The one exact number.
    fn from(number: Decimal) -> Interval {
        let end = Bound { at: number.into(), open: false };
        Interval { low: Some(end.clone()), high: Some(end), best: None, approximate: false }
    }
}

impl Interval {
    /// From ends that enclose at least one number.
    pub(super) fn new(
        low: Option<Bound>,
        high: Option<Bound>,
        best: Option<Fraction>,
        approximate: bool,
    ) -> Interval {
        let interval = Interval { low, high, best: None, approximate };
        let best = best.filter(|_| !interval.is_point());
        Interval { best, ..interval }
    }

    /// The low end, `None` where there is none.
    pub fn low(&self) -> Option<&Fraction> {
        self.low.as_ref().map(|end| &end.at)
    }

    /// Whether the low end itself is outside; false where there is none.
    pub fn low_open(&self) -> bool {
        self.low.as_ref().is_some_and(|end| end.open)
    }

    /// The high end, `None` where there is none.
    pub fn high(&self) -> Option<&Fraction> {
        self.high.as_ref().map(|end| &end.at)
    }

    /// Whether the high end itself is outside; false where there is none.
    pub fn high_open(&self) -> bool {
        self.high.as_ref().is_some_and(|end| end.open)
    }

    /// The best estimate; `None` for a point, which needs none.
    pub fn best(&self) -> Option<&Fraction> {
        self.best.as_ref()
    }

    /// Whether a number under `~` went into it.
    pub fn is_approximate(&self) -> bool {
        self.approximate
    }

    /// Whether it holds one number only.
    pub fn is_point(&self) -> bool {
        self.low.is_some() && self.low() == self.high()
    }

    /// Whether every number of it is above zero.
    pub fn is_above_zero(&self) -> bool {
        self.low.as_ref().is_some_and(|end| end.at.is_positive() || end.at.is_zero() && end.open)
    }

    /// Whether every number of it is below zero.
    pub fn is_below_zero(&self) -> bool {
        self.high.as_ref().is_some_and(|end| end.at.is_negative() || end.at.is_zero() && end.open)
    }

    /// The smallest interval around all of `intervals`; `None` when there are none.
    ///
    /// It is approximate if any of them is, and has a best estimate only where all give the same one.
    pub fn hull(intervals: &[Interval]) -> Option<Interval> {
        let low = intervals.iter().map(|interval| interval.low.clone()).min()?;
        let mirrored = intervals.iter().map(|interval| negate(interval.high.clone())).min()?;
        let first = intervals.first()?.likeliest();
        let agreed = intervals.iter().all(|interval| interval.likeliest() == first);
        let best = first.filter(|_| agreed).cloned();
        let approximate = intervals.iter().any(Interval::is_approximate);
        Some(Interval::new(low, negate(mirrored), best, approximate))
    }

    /// The interval in the ledger's notation, `any` without ends, and `about ` before an approximate one.
    ///
    /// A bare number stands for an exact point only. Numbers are rounded outward as [`print`](print()) says, so an
    /// exact point without a short form is printed as the two numbers it lies between; ends keep their
    /// marks. A best estimate, and a point that is approximate anyway, are rounded to the nearest number.
    /// A surviving best estimate gives the form `low..best..high`.
    pub fn notation(&self) -> String {
        let about = if self.approximate { "about " } else { "" };
        let down = |end: &Bound| print(&end.at, Rounding::Down);
        let up = |end: &Bound| print(&end.at, Rounding::Up);
        let stated = match (&self.low, &self.high) {
            (None, None) => "any".to_owned(),
            (Some(low), None) => format!("{}{}", if low.open { ">" } else { ">=" }, down(low)),
            (None, Some(high)) => format!("{}{}", if high.open { "<" } else { "<=" }, up(high)),
            (Some(low), Some(high)) if low.at == high.at => self.point_notation(&low.at),
            (Some(low), Some(high)) => {
                let best = self.best.as_ref().map(|best| print(best, Rounding::HalfEven) + "..");
                let (after, before) = (if low.open { ">" } else { "" }, if high.open { "<" } else { "" });
                format!("{after}{}..{}{before}{}", down(low), best.unwrap_or_default(), up(high))
            }
        };
        format!("{about}{stated}")
    }

    fn point_notation(&self, at: &Fraction) -> String {
        if self.approximate {
            return print(at, Rounding::HalfEven);
        }
        let (down, up) = (print(at, Rounding::Down), print(at, Rounding::Up));
        if down == up { down } else { format!("{down}..{up}") }
    }

    /// The best estimate, or the only number there is.
    pub(super) fn likeliest(&self) -> Option<&Fraction> {
        self.best().or(self.low().filter(|_| self.is_point()))
    }
}

/// A low end as the high end of the mirrored interval, or the reverse.
pub(super) fn negate(end: Option<Bound>) -> Option<Bound> {
    end.map(|end| Bound { at: -end.at, open: end.open })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::value::Value;
    use crate::value::arithmetic::tests::any_interval;
    use proptest::prelude::*;

    fn said(text: &str) -> Interval {
        Value::parse(text).unwrap().interval(None).unwrap()
    }

    fn check(dividend: &str, divisor: &str) -> String {
        said(dividend).div(&said(divisor)).unwrap().notation()
    }

    #[test]
    fn quotients_are_rounded_outward() {
        assert_eq!(check("1", "3"), "0.333333333333..0.333333333334");
        assert_eq!(check("-1", "3"), "-0.333333333334..-0.333333333333");
        assert_eq!(check("1..2", "3"), "0.333333333333..0.666666666667");
        assert_eq!(check(">1", "3"), ">0.333333333333");
        assert_eq!(check("<1", "3"), "<0.333333333334");
        assert_eq!(check("~1", "3"), "about 0.333333333333");
        assert_eq!(check("1..2..3", "3"), "0.333333333333..0.666666666667..1");
    }

    #[test]
    fn ends_are_there_or_not_and_in_or_out() {
        let ends = |text: &str| {
            let interval = said(text);
            [interval.low().is_some(), interval.low_open(), interval.high().is_some(), interval.high_open()]
                .map(u8::from)
        };
        assert_eq!(
            [ends("5"), ends("5..7"), ends(">5"), ends(">=5")],
            [[1, 0, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]
        );
        assert_eq!([ends("<5"), ends("<=5"), ends(">5..<7")], [[0, 0, 1, 1], [0, 0, 1, 0], [1, 1, 1, 1]]);
        let sides = |text: &str| (said(text).is_above_zero(), said(text).is_below_zero());
        for (text, above, below) in [
            ("1", true, false),
            (">0", true, false),
            (">=0", false, false),
            ("0", false, false),
            ("<=0", false, false),
            ("<0", false, true),
            ("-1", false, true),
        ] {
            assert_eq!(sides(text), (above, below), "{text}");
        }
    }

    #[test]
    fn hulls_enclose_all() {
        let hull = |texts: &[&str]| {
            let intervals: Vec<_> = texts.iter().map(|text| said(text)).collect();
            Interval::hull(&intervals).map(|interval| interval.notation())
        };
        assert_eq!(hull(&[]), None);
        assert_eq!(hull(&["5"]).unwrap(), "5");
        assert_eq!(hull(&["118..125..140"]).unwrap(), "118..125..140");
        assert_eq!(hull(&["118..125..140", "150"]).unwrap(), "118..150");
        assert_eq!(hull(&["118..125..140", "125"]).unwrap(), "118..125..140");
        assert_eq!(hull(&[">5..6", "5..<7", "~6"]).unwrap(), "about 5..<7");
        assert_eq!(hull(&["5", ">7"]).unwrap(), ">=5");
        assert_eq!(hull(&["<5", "7"]).unwrap(), "<=7");
        assert_eq!(hull(&["<5", ">7"]).unwrap(), "any");
    }

    proptest! {
        #[test]
        fn notation_encloses_the_interval(a in any_interval(), b in any_interval()) {
            let Ok(quotient) = a.div(&b) else { return Ok(()) };
            let notation = quotient.notation();
            if notation == "any" {
                prop_assert!(quotient.low.is_none() && quotient.high.is_none());
                return Ok(());
            }
            let printed = said(&notation);
            prop_assert!(printed.low.iter().zip(&quotient.low).all(|(printed, exact)| printed <= exact));
            prop_assert_eq!(printed.low.is_some(), quotient.low.is_some());
            let (printed, exact) = (negate(printed.high), negate(quotient.high));
            prop_assert!(printed.iter().zip(&exact).all(|(printed, exact)| printed <= exact));
            prop_assert_eq!(printed.is_some(), exact.is_some());
        }
    }
}
