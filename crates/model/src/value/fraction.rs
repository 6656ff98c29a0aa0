//! Exact fractions, and the one place where they are rounded for print.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::decimal::Decimal;

/// An exact fraction of whole numbers of any size.
pub type Fraction = BigRational;

/// Digits that count in a printed fraction that has no shorter exact form.
const SIGNIFICANT: i64 = 12;

/// Which neighbour a number between two printable ones becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// The one towards minus infinity: for low ends.
    Down,
    /// The one towards plus infinity: for high ends.
    Up,
    /// The nearest one, of two equally near ones the even one: for best estimates.
    HalfEven,
}

impl From<Decimal> for Fraction {
    fn from(number: Decimal) -> Fraction {
        match number.scale() {
            0 => Fraction::from_integer(number.signed_digits().into()),
            scale => Fraction::new(number.signed_digits().into(), 10_u128.pow(scale).into()),
        }
    }
}

/// The sum of two fractions. Of whole numbers, as most are, nothing need be reduced, which is nearly all the work of a sum.
pub(crate) fn sum(a: &Fraction, b: &Fraction) -> Fraction {
    if a.is_integer() && b.is_integer() { Fraction::from_integer(a.numer() + b.numer()) } else { a + b }
}

/// Prints a fraction in the grammar of [`Decimal`], though possibly with more digits than that takes.
///
/// Whole numbers are printed in full, and exactly so is every fraction that ends within 12 significant
/// digits. All others are rounded to 12 significant digits, or to whole units where the number has more
/// digits than that before its point: units are never lost. No zeros trail after the point.
pub fn print(number: &Fraction, rounding: Rounding) -> String {
    if number.is_integer() {
        return number.numer().to_string();
    }
    let magnitude = number.abs();
    let decimals = (SIGNIFICANT - whole_digits(&magnitude)).max(0) as u32;
    let scaled = magnitude.numer() * BigInt::from(10).pow(decimals);
    let (mut digits, rest) = (&scaled / magnitude.denom(), scaled % magnitude.denom());
    let away = !rest.is_zero()
        && match rounding {
            Rounding::Down => number.is_negative(),
            Rounding::Up => !number.is_negative(),
            Rounding::HalfEven => {
                let twice: BigInt = rest * 2;
                twice > *magnitude.denom() || twice == *magnitude.denom() && digits.bit(0)
            }
        };
    if away {
        digits += 1;
    }
    let sign = if number.is_negative() { "-" } else { "" };
    format!("{sign}{}", with_point(&digits, decimals as usize))
}

/// Digits before the point of a positive number; for one below 1, minus the zeros that follow the point.
fn whole_digits(magnitude: &Fraction) -> i64 {
    let length = |number: &BigInt| number.to_string().len() as i64;
    // Of two numbers of m and n digits the quotient has m - n or m - n + 1 of them.
    let fewest = length(magnitude.numer()) - length(magnitude.denom());
    let power = BigInt::from(10).pow(fewest.unsigned_abs() as u32);
    let reaches_next = if fewest < 0 {
        magnitude.numer() * power >= *magnitude.denom()
    } else {
        *magnitude.numer() >= magnitude.denom() * power
    };
    fewest + i64::from(reaches_next)
}

/// Sets the point before the last `decimals` digits and drops the zeros that end a fraction.
fn with_point(digits: &BigInt, decimals: usize) -> String {
    let padded = format!("{:0>width$}", digits.to_string(), width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn check(numerator: i128, denominator: i128) -> String {
        let number = Fraction::new(numerator.into(), denominator.into());
        [Rounding::Down, Rounding::HalfEven, Rounding::Up].map(|r| print(&number, r)).join(" ")
    }

    #[test]
    fn exact_where_twelve_digits_do() {
        assert_eq!(check(0, 1), "0 0 0");
        assert_eq!(check(-5, 4), "-1.25 -1.25 -1.25");
        assert_eq!(check(37, 400), "0.0925 0.0925 0.0925");
        assert_eq!(check(-123_456_789_012_345, 1), ["-123456789012345"; 3].join(" "));
    }

    #[test]
    fn rounded_to_twelve_digits_otherwise() {
        assert_eq!(check(1, 3), "0.333333333333 0.333333333333 0.333333333334");
        assert_eq!(check(1, 1 << 20), "0.000000953674316406 0.000000953674316406 0.000000953674316407");
        assert_eq!(check(-1, 3), "-0.333333333334 -0.333333333333 -0.333333333333");
        assert_eq!(check(3, 28), "0.107142857142 0.107142857143 0.107142857143");
        assert_eq!(check(200, 3), "66.6666666666 66.6666666667 66.6666666667");
        assert_eq!(check(299_999_999_999_999, 3 * 10_i128.pow(14)), "0.999999999999 1 1");
    }

    #[test]
    fn ties_go_to_the_even_neighbour() {
        assert_eq!(check(1_000_000_000_005, 10), "100000000000 100000000000 100000000001");
        assert_eq!(check(1_000_000_000_015, 10), "100000000001 100000000002 100000000002");
    }

    #[test]
    fn units_are_never_lost() {
        assert_eq!(check(12_345_678_901_234_567, 10), "1234567890123456 1234567890123457 1234567890123457");
    }

    proptest! {
        #[test]
        fn roundings_enclose_the_number(numerator: i64, denominator in 1..i64::MAX) {
            let number = Fraction::new(numerator.into(), denominator.into());
            let printed = |rounding| Fraction::from(Decimal::parse(&print(&number, rounding)).unwrap());
            let (down, up) = (printed(Rounding::Down), printed(Rounding::Up));
            prop_assert!(down <= number && number <= up);
            let nearest = printed(Rounding::HalfEven);
            prop_assert!(nearest == down || nearest == up);
            // One unit in the twelfth digit, relative to the number, is at most 1e-11 of it.
            prop_assert!((&up - &down) * BigInt::from(100_000_000_000_u64) <= number.abs());
        }
    }
}
