//! What leaves a ledger so that others can check it without it: signed checkpoints and proofs, in the text formats that
//! transparency logs share ([C2SP](https://c2sp.org)).
//!
//! * [`note`]: a text and signatures over it; [`key`]: the keys.
//! * [`checkpoint`]: the note that names the origin, size and root of a ledger.
//! * [`proof`]: files that show one event in a checkpoint, or that one checkpoint continues another.
//! * [`prove`]: makes them from a ledger, in one pass.
//!
//! Everything here is text that someone else may have written: it is taken in one spelling only, or refused.

pub mod checkpoint;
pub mod key;
pub mod note;
pub mod proof;
pub mod prove;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::merkle::Hash;

/// A text is not of the form it must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}")]
pub struct FormError {
    /// Line in the file, counted from 1.
    pub line: usize,
    /// What the form asks for there.
    pub expected: &'static str,
}

impl FormError {
    /// The same error in a file in which the text begins behind `before` lines.
    fn behind(self, before: usize) -> Self {
        Self { line: self.line + before, ..self }
    }
}

/// Bytes from standard base64 with padding, in the one spelling they have.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A number in the one spelling it has: digits without leading zero.
fn from_decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// One hash from each line; `before` lines stand before them in the file.
fn hashes(lines: &[&str], before: usize) -> Result<Vec<Hash>, FormError> {
    let hash = |(at, text): (usize, &&str)| {
        text.parse().map_err(|_| FormError { line: before + at + 1, expected: "a SHA-256 hash in base64" })
    };
    lines.iter().enumerate().map(hash).collect()
}
