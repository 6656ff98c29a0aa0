//! Interval arithmetic with open and closed ends (ledger format 1, "Arithmetic").
//!
//! The result of an operation is the smallest interval that holds `x op y` for every x of the one
//! operand and every y of the other. Only low ends are ever computed: a high end is the low end of the
//! mirrored problem, negated, so that there is one rule for both.

use num_traits::{Signed, Zero};

use super::fraction::{Fraction, sum};
use super::interval::{Bound, Interval, NoValue, negate};

/// Longest numerator or denominator of a result, in bits (about 1,200 digits).
///
/// Figures stay far below it; indicators derived from each other could otherwise double the length at
/// every step.
const MAX_BITS: u64 = 4096;

impl Interval {
    /// Every sum of the two.
    ///
    /// # Errors
    ///
    /// [`NoValue::TooLong`].
    pub fn add(&self, other: &Interval) -> Result<Interval, NoValue> {
        let (low, mirrored) = (self.lowest_sum(other), self.negated().lowest_sum(&other.negated()));
        self.combined(other, low, negate(mirrored), sum)
    }

    /// Every difference of the two.
    ///
    /// # Errors
    ///
    /// [`NoValue::TooLong`].
    pub fn sub(&self, other: &Interval) -> Result<Interval, NoValue> {
        self.add(&other.negated())
    }

    /// Every product of the two.
    ///
    /// # Errors
    ///
    /// [`NoValue::TooLong`].
    pub fn mul(&self, other: &Interval) -> Result<Interval, NoValue> {
        let (low, mirrored) = (self.lowest_product(other), self.negated().lowest_product(other));
        self.combined(other, low, negate(mirrored), |a, b| a * b)
    }

    /// Every quotient of the two.
    ///
    /// # Errors
    ///
    /// [`NoValue::DivisorHoldsZero`] where `other` holds 0 (an open end at 0 does not), else
    /// [`NoValue::TooLong`].
    pub fn div(&self, other: &Interval) -> Result<Interval, NoValue> {
        if other.holds_zero() {
            return Err(NoValue::DivisorHoldsZero { divisor: other.notation() });
        }
        self.mul(&other.reciprocal())
    }

    fn combined(
        &self,
        other: &Interval,
        low: Option<Bound>,
        high: Option<Bound>,
        operation: impl FnOnce(&Fraction, &Fraction) -> Fraction,
    ) -> Result<Interval, NoValue> {
        let best = self.likeliest().zip(other.likeliest()).map(|(a, b)| operation(a, b));
        let ends = [&low, &high].into_iter().flatten().map(|end| &end.at);
        if ends.chain(&best).any(|x| x.numer().bits().max(x.denom().bits()) > MAX_BITS) {
            return Err(NoValue::TooLong);
        }
        Ok(Interval::new(low, high, best, self.approximate || other.approximate))
    }

    fn negated(&self) -> Interval {
        Interval {
            low: negate(self.high.clone()),
            high: negate(self.low.clone()),
            best: self.best.as_ref().map(|best| -best),
            approximate: self.approximate,
        }
    }

    fn lowest_sum(&self, other: &Interval) -> Option<Bound> {
        let (a, b) = self.low.as_ref().zip(other.low.as_ref())?;
        Some(Bound { at: sum(&a.at, &b.at), open: a.open || b.open })
    }

    /// The lowest product, which is one of two ends: a product has no minimum inside the two intervals.
    fn lowest_product(&self, other: &Interval) -> Option<Bound> {
        let corners = self.limits().into_iter().flat_map(|a| other.limits().map(|b| a.times(&b)));
        match corners.min()? {
            Limit::Finite(bound) => Some(bound),
            Limit::MinusInfinity | Limit::PlusInfinity => None,
        }
    }

    fn limits(&self) -> [Limit; 2] {
        let low = self.low.clone().map_or(Limit::MinusInfinity, Limit::Finite);
        [low, self.high.clone().map_or(Limit::PlusInfinity, Limit::Finite)]
    }

    fn holds_zero(&self) -> bool {
        let reaches = |end: &Bound| end.at.is_negative() || end.at.is_zero() && !end.open;
        self.low.as_ref().is_none_or(reaches) && negate(self.high.clone()).as_ref().is_none_or(reaches)
    }

    /// The interval of 1/x; only for one that does not hold 0.
    fn reciprocal(&self) -> Interval {
        let inverse = |end: &Bound| Bound { at: end.at.recip(), open: end.open };
        match &self.low {
            Some(low) if !low.at.is_negative() => Interval {
                low: Some(self.high.as_ref().map_or(Bound::zero(true), inverse)),
                high: Some(low).filter(|end| !end.at.is_zero()).map(inverse),
                best: self.best.as_ref().map(Fraction::recip),
                approximate: self.approximate,
            },
            _ => self.negated().reciprocal().negated(),
        }
    }
}

impl Bound {
    fn zero(open: bool) -> Bound {
        Bound { at: Fraction::zero(), open }
    }
}

/// An end on the line with its two infinities; ordered as low ends are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Limit {
    MinusInfinity,
    Finite(Bound),
    PlusInfinity,
}

impl Limit {
    /// The product of two ends.
    ///
    /// A zero that belongs to its interval makes zero with every number of the other one, which is never
    /// empty: so zero belongs to the product even beside an open or an infinite end. A zero that does not
    /// belong is approached beside either.
    fn times(&self, other: &Limit) -> Limit {
        if self.is_closed_zero() || other.is_closed_zero() {
            return Limit::Finite(Bound::zero(false));
        }
        match (self, other) {
            (Limit::Finite(a), Limit::Finite(b)) => {
                Limit::Finite(Bound { at: &a.at * &b.at, open: a.open || b.open })
            }
            _ => match self.sign() * other.sign() {
                0 => Limit::Finite(Bound::zero(true)),
                1 => Limit::PlusInfinity,
                _ => Limit::MinusInfinity,
            },
        }
    }

    fn is_closed_zero(&self) -> bool {
        matches!(self, Limit::Finite(end) if end.at.is_zero() && !end.open)
    }

    fn sign(&self) -> i8 {
        match self {
            Limit::MinusInfinity => -1,
            Limit::PlusInfinity => 1,
            Limit::Finite(end) => end.at.cmp(&Fraction::zero()) as i8,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::value::Value;
    use proptest::prelude::*;

    type Operation = fn(&Interval, &Interval) -> Result<Interval, NoValue>;
    type Exact = fn(&Fraction, &Fraction) -> Fraction;

    const OPERATIONS: [(&str, Operation, Exact); 4] = [
        ("+", Interval::add, |x, y| x + y),
        ("-", Interval::sub, |x, y| x - y),
        ("*", Interval::mul, |x, y| x * y),
        ("/", Interval::div, |x, y| x / y),
    ];

    fn said(text: &str) -> Interval {
        Value::parse(text).unwrap().interval(None).unwrap()
    }

    fn fraction(numerator: i64, denominator: i64) -> Fraction {
        Fraction::new(numerator.into(), denominator.into())
    }

    fn holds(interval: &Interval, x: &Fraction) -> bool {
        let above = |end: &Bound| *x > end.at || *x == end.at && !end.open;
        let below = |end: &Bound| *x < end.at || *x == end.at && !end.open;
        interval.low.as_ref().is_none_or(above) && interval.high.as_ref().is_none_or(below)
    }

    fn check(a: &str, operator: &str, b: &str) -> String {
        let (_, operation, _) = OPERATIONS.iter().find(|(name, ..)| *name == operator).unwrap();
        match operation(&said(a), &said(b)) {
            Ok(interval) => interval.notation(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn bounds_are_respected() {
        assert_eq!(check(">20000", "-", "1850"), ">18150");
        assert_eq!(check("1850", "/", ">20000"), ">0..<0.0925");
        assert_eq!(check("1850", "-", ">20000"), "<-18150");
        assert_eq!(check(">=5", "+", "<=3"), "any");
        assert_eq!(check("1..<2", "+", ">1..2"), ">2..<4");
        assert_eq!(check("5..5", "+", "1"), "6");
    }

    #[test]
    fn zeros_and_missing_ends_multiply() {
        assert_eq!(check("0", "*", ">5"), "0");
        assert_eq!(check("0..1", "*", ">5"), ">=0");
        assert_eq!(check(">0..1", "*", ">5"), ">0");
        assert_eq!(check("-1..1", "*", ">5"), "any");
        assert_eq!(check("0..1", "*", ">2..<3"), "0..<3");
        assert_eq!(check("<=0", "*", "<=0"), ">=0");
    }

    #[test]
    fn a_divisor_that_may_be_zero_gives_no_value() {
        assert_eq!(check("1", "/", "0..5"), "the divisor, 0..5, may be 0");
        assert_eq!(check("1", "/", "<5"), "the divisor, <5, may be 0");
        assert_eq!(check("1", "/", "~0"), "the divisor, about 0, may be 0");
        assert_eq!(check("1", "/", ">0"), ">0");
        assert_eq!(check("6", "/", "-3..<0"), "<=-2");
    }

    #[test]
    fn about_and_best_are_carried() {
        assert_eq!(check("~9000", "+", "10"), "about 9010");
        assert_eq!(check("~>19500", "-", "500"), "about >19000");
        assert_eq!(check("118..125..140", "-", "10..20..30"), "88..105..130");
        assert_eq!(check("118..125..140", "*", "-2"), "-280..-250..-236");
        assert_eq!(check("118..125..140", "+", "~10"), "about 128..135..150");
        assert_eq!(check("118..125..140", "+", "1..2"), "119..142");
        assert_eq!(check("118..125..140", "*", "0"), "0");
    }

    #[test]
    fn endless_growth_is_refused() {
        let mut value = said("0.1234567");
        let grown = (0..20).try_for_each(|_| {
            value = value.mul(&value)?;
            Ok(())
        });
        assert_eq!(grown, Err(NoValue::TooLong));
    }

    /// Intervals with ends at halves from -2 to 2, open, closed or missing.
    pub(in crate::value) fn any_interval() -> impl Strategy<Value = Interval> {
        let end = || proptest::option::weighted(0.8, (-4_i64..=4, any::<bool>()));
        (end(), end()).prop_filter_map("an empty interval", |(low, high)| {
            let bound = |(halves, open)| Bound { at: fraction(halves, 2), open };
            let interval = Interval::new(low.map(bound), high.map(bound), None, false);
            match (low, high) {
                (Some((low, _)), Some((high, _))) if low > high => None,
                (Some((low, low_open)), Some((high, high_open)))
                    if low == high && (low_open || high_open) =>
                {
                    None
                }
                _ => Some(interval),
            }
        })
    }

    /// Numbers of the interval: halves, a millionth inside each end, a million where an end is missing.
    fn samples(interval: &Interval) -> Vec<Fraction> {
        let near = fraction(1, 1_000_000);
        let far = |sign: i64| fraction(sign * 1_000_000, 1);
        let low = interval.low().map_or_else(|| far(-1), |low| low + &near);
        let high = interval.high().map_or_else(|| far(1), |high| high - &near);
        let halves = (-4..=4).map(|halves| fraction(halves, 2));
        halves.chain([low, high]).filter(|x| holds(interval, x)).collect()
    }

    /// Whether results that all lie above a low end come to it, as near as the samples can.
    fn is_tight(end: Option<&Bound>, lowest: &Fraction) -> bool {
        match end {
            None => *lowest < fraction(-1000, 1),
            Some(end) if end.open => *lowest > end.at && lowest - &end.at < fraction(1, 1000),
            Some(end) => *lowest == end.at,
        }
    }

    proptest! {
        #[test]
        fn arithmetic_agrees_with_enumeration(a in any_interval(), b in any_interval()) {
            for (name, operation, exact) in OPERATIONS {
                let Ok(result) = operation(&a, &b) else {
                    prop_assert!(name == "/" && holds(&b, &Fraction::zero()));
                    continue;
                };
                let (xs, ys) = (samples(&a), samples(&b));
                let results: Vec<_> = xs.iter().flat_map(|x| ys.iter().map(move |y| exact(x, y))).collect();
                for z in &results {
                    prop_assert!(holds(&result, z), "{} {name} {}: {z}", a.notation(), b.notation());
                }
                let lowest = results.iter().min().unwrap();
                prop_assert!(is_tight(result.low.as_ref(), lowest), "{} {name} {}", a.notation(), b.notation());
                let mirrored = -results.iter().max().unwrap();
                let high = negate(result.high.clone());
                prop_assert!(is_tight(high.as_ref(), &mirrored), "{} {name} {}", a.notation(), b.notation());
            }
        }
    }
}
