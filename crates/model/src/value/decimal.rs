//! Exact decimal numbers, kept as typed.

use std::cmp::Ordering;
use std::fmt;

use crate::scan;
use crate::spelling::{Sink, Spelled, displayed};

/// Most digits a number may have, those before and after the point counted together.
pub const MAX_DIGITS: usize = 34;

/// So many digits fit into 64 bits.
const GROUP: u32 = 18;

/// The digits fill the low bits, the scale those above them, the sign the highest one.
const SCALE_SHIFT: u32 = 113;
const SIGN: u128 = 1 << 127;
const DIGITS: u128 = (1 << SCALE_SHIFT) - 1;

const _: () = assert!(10_u128.pow(MAX_DIGITS as u32) <= DIGITS);
const _: () = assert!(size_of::<Decimal>() == 16);

/// An exact decimal number as it was typed: `12.50` keeps its last zero and `-0` its sign.
///
/// Grammar (ledger format 1): `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, at most [`MAX_DIGITS`] digits in all.
/// Two decimals are `==` when they are typed alike; [`cmp_numeric`](Decimal::cmp_numeric) compares
/// the numbers.
///
/// ```
/// use recount_model::value::Decimal;
///
/// let rate = Decimal::parse("12.50")?;
/// assert_eq!(rate.to_string(), "12.50");
/// assert_ne!(rate, Decimal::parse("12.5")?);
/// assert!(rate.cmp_numeric(&Decimal::parse("12.5")?).is_eq());
/// # Ok::<(), recount_model::value::DecimalError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    // Two words, not one u128: an alignment of 8 keeps a value with three numbers within 64 bytes.
    high: u64,
    low: u64,
}

/// Why a text is no decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Anything but digits, one leading `-` and one point between digits.
    #[error("not a number: expected digits with an optional point, like 1850 or 12.5")]
    NotANumber,
    /// A zero before the first digit that counts, as in `007`.
    #[error("a number does not start with superfluous zeros: expected one like 7 or 0.7")]
    LeadingZero,
    /// More than [`MAX_DIGITS`] digits.
    #[error("a number has at most {MAX_DIGITS} digits")]
    TooManyDigits,
}

impl Decimal {
    /// The number zero, typed `0`.
    pub const ZERO: Decimal = Decimal { high: 0, low: 0 };

    /// Reads a number.
    ///
    /// # Errors
    ///
    /// [`DecimalError`] when `text` is not of the grammar above or has too many digits.
    pub fn parse(text: &str) -> Result<Decimal, DecimalError> {
        match Decimal::short(text.as_bytes()) {
            Some(number) => Ok(number),
            None => Decimal::parse_any(text),
        }
    }

    /// Reads a whole number of few digits, as nearly all are.
    pub(super) fn short(text: &[u8]) -> Option<Decimal> {
        let is_short = matches!(text, [b'0'] | [b'1'..=b'9', ..]) && text.len() <= GROUP as usize;
        let digits = text.iter().try_fold(0_u64, |digits, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit < 10).then_some(digits.wrapping_mul(10).wrapping_add(u64::from(digit)))
        })?;
        is_short.then_some(Decimal { high: 0, low: digits })
    }

    /// The whole number that these bytes begin with, and how many they are, where [`scan::leading_number`] sees it.
    #[inline]
    pub(super) fn leading(bytes: &[u8]) -> Option<(Decimal, usize)> {
        let (low, length) = scan::leading_number(bytes)?;
        Some((Decimal { high: 0, low }, length))
    }

    fn parse_any(text: &str) -> Result<Decimal, DecimalError> {
        let (negative, number) = match text.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, text),
        };
        let (whole, decimals) = match number.split_once('.') {
            Some((_, "")) => return Err(DecimalError::NotANumber),
            Some(parts) => parts,
            None => (number, ""),
        };
        let typed = || whole.bytes().chain(decimals.bytes());
        if whole.is_empty() || !typed().all(|byte| byte.is_ascii_digit()) {
            return Err(DecimalError::NotANumber);
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return Err(DecimalError::LeadingZero);
        }
        if whole.len() + decimals.len() > MAX_DIGITS {
            return Err(DecimalError::TooManyDigits);
        }
        let mut digits = 0_u128;
        let (mut group, mut scale) = (0_u64, 1_u64);
        for byte in typed() {
            (group, scale) = (group * 10 + u64::from(byte - b'0'), scale * 10);
            if scale == 10_u64.pow(GROUP) {
                (digits, group, scale) = (digits * u128::from(scale) + u128::from(group), 0, 1);
            }
        }
        let digits =
            if digits == 0 { u128::from(group) } else { digits * u128::from(scale) + u128::from(group) };
        Ok(Decimal::from_parts(negative, digits, decimals.len() as u8))
    }

    /// Which of two numbers is the greater, whatever their spelling; exact.
    pub fn cmp_numeric(&self, other: &Decimal) -> Ordering {
        match self.scale().cmp(&other.scale()) {
            Ordering::Equal => self.signed_digits().cmp(&other.signed_digits()),
            Ordering::Less => self.cmp_finer(other),
            Ordering::Greater => other.cmp_finer(self).reverse(),
        }
    }

    /// Compares with a number that has more decimals.
    fn cmp_finer(&self, finer: &Decimal) -> Ordering {
        let digits = self.signed_digits();
        match digits.checked_mul(10_i128.pow(finer.scale() - self.scale())) {
            Some(aligned) => aligned.cmp(&finer.signed_digits()),
            // Beyond i128 it is also beyond 34 digits, so this number is farther from zero.
            None => digits.cmp(&0),
        }
    }

    /// The one spelling of this number: no zeros at the end of its decimals, and `0` for `-0`.
    ///
    /// Two decimals are numerically equal exactly when their normal forms are `==`.
    pub(crate) fn normal(&self) -> Decimal {
        if self.is_small() {
            return *self;
        }
        let (mut digits, mut scale) = (self.digits(), self.scale() as usize);
        while scale > 0 && digits.is_multiple_of(10) {
            digits /= 10;
            scale -= 1;
        }
        Decimal::from_parts(self.is_negative() && digits != 0, digits, scale as u8)
    }

    /// The digits without sign and point, as a whole number: 1250 for `12.50`.
    pub fn digits(&self) -> u128 {
        self.packed() & DIGITS
    }

    /// How many digits stand after the point.
    pub fn scale(&self) -> u32 {
        ((self.packed() & !SIGN) >> SCALE_SHIFT) as u32
    }

    /// Whether it was typed with `-`; true for `-0` too.
    pub fn is_negative(&self) -> bool {
        self.packed() & SIGN != 0
    }

    /// The nearest binary floating-point number; for charts and views only, never for a decision.
    pub fn to_f64_lossy(&self) -> f64 {
        self.to_string().parse().expect("the grammar of decimals is part of that of floats")
    }

    /// The digits under their sign: the number times ten to the power of its scale.
    pub(crate) fn signed_digits(&self) -> i128 {
        let digits = self.digits() as i128;
        if self.is_negative() { -digits } else { digits }
    }

    /// The number with these parts, as [`digits`](Decimal::digits), [`scale`](Decimal::scale) and
    /// [`is_negative`](Decimal::is_negative) gave them.
    pub(crate) fn from_parts(negative: bool, digits: u128, scale: u8) -> Decimal {
        debug_assert!(digits < 10_u128.pow(MAX_DIGITS as u32) && usize::from(scale) < MAX_DIGITS);
        let sign = if negative { SIGN } else { 0 };
        let packed = sign | u128::from(scale) << SCALE_SHIFT | digits;
        Decimal { high: (packed >> 64) as u64, low: packed as u64 }
    }

    /// Whether it is a whole number from 0 on that 64 bits hold, as nearly all are: then `low` is all there is of it.
    fn is_small(&self) -> bool {
        self.high == 0
    }

    fn packed(&self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Decimal {
        Decimal::from_parts(false, u128::from(number), 0)
    }
}

impl Spelled for Decimal {
    fn spell(&self, to: &mut impl Sink) -> fmt::Result {
        if self.is_small() {
            return self.low.spell(to);
        }
        if self.is_negative() {
            to.write_char('-')?;
        }
        let (digits, scale) = (self.digits(), self.scale());
        let one = 10_u128.pow(scale);
        (digits / one).spell(to)?;
        if scale > 0 {
            to.write_char('.')?;
            let decimals = digits % one;
            let known = decimals.checked_ilog10().map_or(1, |below| below + 1);
            (known..scale).try_for_each(|_| to.write_char('0'))?;
            decimals.spell(to)?;
        }
        Ok(())
    }
}

displayed!(Decimal);

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::value::Fraction;
    use proptest::prelude::*;

    fn check(text: &str) -> String {
        match Decimal::parse(text) {
            Ok(number) => format!("{number}: {} scale {}", number.signed_digits(), number.scale()),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn numbers_are_kept_as_typed() {
        assert_eq!(check("0"), "0: 0 scale 0");
        assert_eq!(check("-0"), "-0: 0 scale 0");
        assert_eq!(check("12.50"), "12.50: 1250 scale 2");
        assert_eq!(check("-0.050"), "-0.050: -50 scale 3");
        assert_eq!(check(&"9".repeat(34)), format!("{0}: {0} scale 0", "9".repeat(34)));
        let finest = format!("0.{}1", "0".repeat(32));
        assert_eq!(check(&finest), format!("{finest}: 1 scale 33"));
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "-", ".", ".5", "5.", "+5", "--5", "1e5", "1.2.3", "٣", " 5", "5 ", "NaN"] {
            assert_eq!(check(text), "NotANumber", "{text}");
        }
        assert_eq!(check("007"), "LeadingZero");
        assert_eq!(check("-00.5"), "LeadingZero");
        assert_eq!(check(&"9".repeat(35)), "TooManyDigits");
        assert_eq!(check(&format!("0.{}", "0".repeat(34))), "TooManyDigits");
    }

    #[test]
    fn comparison_survives_the_widest_scales() {
        let numeric = |a: &str, b: &str| Decimal::parse(a).unwrap().cmp_numeric(&Decimal::parse(b).unwrap());
        let huge = "9".repeat(34);
        let tiny = format!("0.{}1", "0".repeat(32));
        assert!(numeric(&huge, &tiny).is_gt());
        assert!(numeric(&format!("-{huge}"), &tiny).is_lt());
        assert!(numeric(&tiny, &format!("-{huge}")).is_gt());
        assert!(numeric("-0", "0.00").is_eq());
        assert!(numeric("12.5", "12.50").is_eq());
        assert!(numeric("-1.5", "-1.25").is_lt());
    }

    #[test]
    fn floats_are_the_nearest_ones() {
        assert_eq!(Decimal::parse("-0.1").unwrap().to_f64_lossy(), -0.1);
        assert_eq!(Decimal::from(u64::MAX).to_string(), u64::MAX.to_string());
        assert_eq!(Decimal::ZERO, Decimal::from(0));
    }

    proptest! {
        #[test]
        fn normal_forms_are_equal_exactly_for_equal_numbers(a in -50_i64..50, b in -50_i64..50, zeros in 0_usize..4) {
            let decimal = |number: i64, zeros: usize| {
                let sign = if number < 0 { "-" } else { "" };
                let digits = format!("{sign}{}.{}{}", number.abs() / 10, number.abs() % 10, "0".repeat(zeros));
                Decimal::parse(&digits).unwrap()
            };
            let (a, b) = (decimal(a, 0), decimal(b, zeros));
            prop_assert_eq!(a.normal() == b.normal(), a.cmp_numeric(&b).is_eq());
        }

        #[test]
        fn what_is_read_is_printed(text in "-?(0|[1-9][0-9]{0,16})(\\.[0-9]{1,17})?") {
            prop_assert_eq!(Decimal::parse(&text).unwrap().to_string(), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            if let Ok(number) = Decimal::parse(&text) {
                prop_assert_eq!(number.to_string(), text);
            }
        }

        #[test]
        fn order_is_that_of_fractions(
            a in "-?(0|[1-9][0-9]{0,16})(\\.[0-9]{1,17})?",
            b in "-?[0-9](\\.[0-9]{1,3})?",
        ) {
            let (a, b) = (Decimal::parse(&a).unwrap(), Decimal::parse(&b).unwrap());
            prop_assert_eq!(a.cmp_numeric(&b), Fraction::from(a).cmp(&Fraction::from(b)));
        }
    }
}
