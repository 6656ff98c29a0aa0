//! Values as reporters state them, each with its words.

use super::random::Random;

/// What a reporter says: in the notation of the ledger, and in words.
pub(crate) struct Stated {
    /// Such as `>1800`.
    pub(crate) value: String,
    /// Such as `more than 1800`.
    pub(crate) wording: String,
}

/// `number` as somebody states it: exactly in seven of ten cases, else as a bound, about, or with both ends.
pub(crate) fn stated(random: &mut Random, number: u64) -> Stated {
    let (round, low, high) = (rounded(number), number * 9 / 10, number * 11 / 10 + 1);
    let (value, wording) = match random.below(100) {
        0..70 => return numbered(number),
        70..76 => (format!(">{round}"), format!("more than {round}")),
        76..82 => (format!(">={round}"), format!("at least {round}")),
        82..88 => (format!("~{round}"), format!("близько {round}")),
        88..94 => (format!("{low}..{high}"), format!("between {low} and {high}")),
        _ => {
            let wording = format!("our best estimate is {number}, within a range of {low} to {high}");
            (format!("{low}..{number}..{high}"), wording)
        }
    };
    Stated { value, wording }
}

/// `number` as somebody who has counted states it.
pub(crate) fn numbered(number: u64) -> Stated {
    Stated { value: number.to_string(), wording: format!("{number} осіб") }
}

/// The number with its two leading digits only: what people call round.
fn rounded(number: u64) -> u64 {
    let unit = 10_u64.pow(number.checked_ilog10().unwrap_or(0).saturating_sub(1));
    number / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_keep_two_digits() {
        assert_eq!([0, 7, 42, 987, 19_546].map(rounded), [0, 7, 42, 980, 19_000]);
    }

    #[test]
    fn every_sort_of_value_occurs_and_most_are_exact() {
        let mut random = Random::new(3);
        let values: Vec<String> = (0..1_000).map(|_| stated(&mut random, 1_850).value).collect();
        let count = |value: &str| values.iter().filter(|stated| *stated == value).count();
        for value in [">1800", ">=1800", "~1800", "1665..2036", "1665..1850..2036"] {
            assert!((30..100).contains(&count(value)), "{value}: {}", count(value));
        }
        assert!((650..750).contains(&count("1850")), "{}", count("1850"));
    }
}
