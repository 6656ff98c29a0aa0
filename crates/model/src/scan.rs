//! Texts looked at sixteen bytes at once.
//!
//! Nearly all bytes of a ledger stand in short texts whose end is not known before it is found, so this is where most of the
//! reading is done. A byte at a time would take several times as long.

use std::ops::{BitOr, Not};

use wide::u8x16;

/// Sixteen bytes of a text.
#[derive(Clone, Copy)]
pub struct Bytes(u8x16);

/// Some of sixteen bytes.
#[derive(Clone, Copy)]
pub struct Marks(u8x16);

impl Bytes {
    /// Those from `least` to `greatest`.
    #[inline]
    pub fn within(self, least: u8, greatest: u8) -> Marks {
        let above = self.0 - u8x16::splat(least);
        Marks(above.min(u8x16::splat(greatest - least)).simd_eq(above))
    }

    /// Those that are this one.
    #[inline]
    pub fn equal(self, byte: u8) -> Marks {
        Marks(self.0.simd_eq(u8x16::splat(byte)))
    }
}

impl BitOr for Marks {
    type Output = Marks;

    #[inline]
    fn bitor(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}

impl Not for Marks {
    type Output = Marks;

    #[inline]
    fn not(self) -> Marks {
        Marks(!self.0)
    }
}

/// How many bytes come before the first one that `ends` marks; all, where none is.
#[inline]
pub fn length_before(bytes: &[u8], ends: impl Fn(Bytes) -> Marks) -> usize {
    let first = |bytes: [u8; 16]| ends(Bytes(u8x16::new(bytes))).0.to_bitmask().trailing_zeros() as usize;
    let (whole, rest) = bytes.as_chunks();
    for (at, bytes) in whole.iter().enumerate() {
        let first = first(*bytes);
        if first < 16 {
            return at * 16 + first;
        }
    }
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    whole.len() * 16 + first(last).min(rest.len())
}

/// The whole number that these bytes begin with, and how many they are, if it has at most seven digits, no superfluous zero, and at
/// least eight bytes are there.
///
/// Eight bytes are looked at at once: each digit and the tenfold one before it make pairs, pairs make fours, fours make all.
#[inline]
pub fn leading_number(bytes: &[u8]) -> Option<(u64, usize)> {
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    let digits = u64::from_le_bytes(*bytes.first_chunk()?) ^ u64::from_le_bytes([b'0'; 8]);
    // What is above 9 and below 0x80 reaches 0x80; a carry comes only from what is above that.
    let others = (digits.wrapping_add(u64::from_le_bytes([0x76; 8])) | digits) & HIGHEST;
    let length = others.trailing_zeros() as usize / 8;
    if !(1..8).contains(&length) || bytes[0] == b'0' && length > 1 {
        return None;
    }
    // Zeros before the first digit take the place of what stands behind the last one.
    let digits = digits << (64 - 8 * length);
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    Some((fours.wrapping_mul(10_000 << 32 | 1) >> 32, length))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lengths_are_those_of_byte_for_byte(bytes in prop::collection::vec(prop_oneof![any::<u8>(), b'x'..=b'|'], 0..40)) {
            let ends = |bytes: Bytes| !(bytes.within(b'a', b'y') | bytes.equal(b'{'));
            let is_end = |byte: &u8| !matches!(byte, b'a'..=b'y' | b'{');
            let expected = bytes.iter().position(is_end).unwrap_or(bytes.len());
            prop_assert_eq!(length_before(&bytes, ends), expected);
        }

        #[test]
        fn numbers_are_those_of_the_standard_library(text in "[0-9]{0,8}[ -~]{0,8}") {
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            let is_seen = text.len() >= 8 && (1..8).contains(&length) && (length == 1 || !text.starts_with('0'));
            let expected = is_seen.then(|| (text[..length].parse().unwrap(), length));
            prop_assert_eq!(leading_number(text.as_bytes()), expected, "{}", text);
        }

        #[test]
        fn ranges_may_begin_and_end_anywhere(byte: u8, least: u8, more: u8) {
            let greatest = least.saturating_add(more);
            let length = length_before(&[byte], |bytes| bytes.within(least, greatest));
            prop_assert_eq!(length == 0, (least..=greatest).contains(&byte));
        }
    }
}
