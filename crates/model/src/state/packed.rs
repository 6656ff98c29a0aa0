//! A column of numbers that takes as few bytes as its greatest number allows.

use serde::{Deserialize, Serialize};

use crate::stored::pieces;

/// Numbers, each in as many bytes as the greatest of them needs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Packed {
    /// Bytes of each number, 0 to 4.
    width: usize,
    #[serde(with = "pieces")]
    bytes: Vec<u8>,
    len: usize,
}

impl Packed {
    /// No numbers, with room for so many of three bytes.
    pub(super) fn with_capacity(len: usize) -> Packed {
        Packed { bytes: Vec::with_capacity(len * 3), ..Packed::default() }
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The number at a position, 0 behind the last one.
    pub(super) fn get(&self, at: usize) -> u32 {
        read(&self.bytes, at * self.width, self.width)
    }

    /// Adds a number.
    pub(super) fn push(&mut self, number: u32) {
        let needed = (u32::BITS - number.leading_zeros()).div_ceil(8) as usize;
        if needed > self.width {
            self.widen(needed);
        }
        self.bytes.extend_from_slice(&number.to_le_bytes()[..self.width]);
        self.len += 1;
    }

    /// Gives every number more bytes, the last one first: no number is overwritten before it was moved.
    fn widen(&mut self, width: usize) {
        self.bytes.resize(self.len * width, 0);
        for at in (0..self.len).rev() {
            let number = read(&self.bytes, at * self.width, self.width);
            self.bytes[at * width..][..width].copy_from_slice(&number.to_le_bytes()[..width]);
        }
        self.width = width;
    }
}

fn read(bytes: &[u8], from: usize, width: usize) -> u32 {
    let mut number = [0; 4];
    if let Some(found) = bytes.get(from..from + width) {
        number[..width].copy_from_slice(found);
    }
    u32::from_le_bytes(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A number of any width.
    fn any_width() -> impl Strategy<Value = u32> {
        (any::<u32>(), 0_u32..=32).prop_map(|(number, bits)| number.checked_shr(bits).unwrap_or(0))
    }

    #[test]
    fn a_number_takes_the_bytes_that_the_greatest_needs() {
        let mut packed = Packed::default();
        let mut bytes = |number| {
            packed.push(number);
            packed.bytes.len()
        };
        let grown = [0, 0xff, 0x100, 0xffff, 0x1_0000, 7, 0xff_ffff, 0x100_0000].map(&mut bytes);
        assert_eq!(grown, [0, 2, 6, 8, 15, 18, 21, 32]);
    }

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(any_width(), 0..40)) {
            let mut packed = Packed::with_capacity(3);
            numbers.iter().for_each(|number| packed.push(*number));
            let back: Vec<u32> = (0..packed.len()).map(|at| packed.get(at)).collect();
            prop_assert_eq!(&back, &numbers);
            prop_assert_eq!(packed.get(numbers.len()), 0);
        }
    }
}
