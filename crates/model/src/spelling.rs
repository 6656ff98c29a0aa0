//! How values and dates are written, in their one spelling.

use std::fmt::{Error, Formatter, Result, Write};

/// What has one spelling, which `Display` prints as well.
///
/// A large export writes tens of millions of numbers and dates. The machinery of [`std::fmt`], which could pad and align each
/// of them, would cost several times what its few bytes do; this writes them straight to where they go.
pub trait Spelled {
    /// Writes the spelling.
    ///
    /// # Errors
    ///
    /// Where `to` takes no more.
    fn spell(&self, to: &mut impl Sink) -> Result;
}

/// Where spellings are written to.
pub trait Sink: Write {
    /// Writes characters of ASCII. To have them looked at first costs more than to write them, where text is kept as bytes.
    ///
    /// # Errors
    ///
    /// Where there is no room for more.
    fn write_ascii(&mut self, text: &[u8]) -> Result {
        self.write_str(str::from_utf8(text).map_err(|_| Error)?)
    }
}

impl Sink for String {}
impl Sink for Formatter<'_> {}

impl<T: Spelled> Spelled for &T {
    fn spell(&self, to: &mut impl Sink) -> Result {
        (*self).spell(to)
    }
}

impl Spelled for &str {
    fn spell(&self, to: &mut impl Sink) -> Result {
        to.write_str(self)
    }
}

macro_rules! whole_numbers {
    ($($number:ty),+) => {$(
        impl Spelled for $number {
            fn spell(&self, to: &mut impl Sink) -> Result {
                to.write_str(itoa::Buffer::new().format(*self))
            }
        }
    )+};
}

whole_numbers!(u32, u64, u128, i64);

/// Prints what has a spelling.
macro_rules! displayed {
    ($($spelled:ty),+ $(,)?) => {$(
        impl std::fmt::Display for $spelled {
            /// Exactly as typed.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::spelling::Spelled::spell(self, f)
            }
        }
    )+};
}
pub(crate) use displayed;
