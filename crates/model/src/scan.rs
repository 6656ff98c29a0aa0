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

#[cfg(test)]
mod tests {
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
        fn ranges_may_begin_and_end_anywhere(byte: u8, least: u8, more: u8) {
            let greatest = least.saturating_add(more);
            let length = length_before(&[byte], |bytes| bytes.within(least, greatest));
            prop_assert_eq!(length == 0, (least..=greatest).contains(&byte));
        }
    }
}
