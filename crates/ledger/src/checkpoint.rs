//! The checkpoint line: it closes a batch and has exactly one spelling.

use std::fmt::Write as _;

use crate::merkle::Hash;

/// What every checkpoint line begins with, and no event line does.
pub(crate) const MARK: &[u8] = b"{\"checkpoint\":";
const SIZE: &str = "{\"checkpoint\":{\"size\":";
const ROOT: &str = ",\"root\":\"";
const QUOTE: &str = "\"";
const CRC: &str = ",\"crc32c\"";
const CRC_VALUE: &str = ":\"";
const END: &str = "\"}}";

/// Bytes of the line after the part the CRC covers: `:"`, eight digits, `"}}`.
const UNCOVERED: usize = CRC_VALUE.len() + 8 + END.len();

/// The size and root of a ledger after a batch, and the checksum of that batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number of events so far.
    pub size: u64,
    /// RFC 6962 root over the event lines so far.
    pub root: Hash,
    /// CRC-32C of every byte after the previous checkpoint line, up to and including `,"crc32c"` of this one.
    pub crc32c: u32,
}

impl Checkpoint {
    /// Reads a line (without its LF) in the one spelling a checkpoint has; any other is none.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let (size, rest) = text.strip_prefix(SIZE)?.split_once(ROOT)?;
        let (root, rest) = rest.split_once(QUOTE)?;
        let crc = rest.strip_prefix(CRC)?.strip_prefix(CRC_VALUE)?.strip_suffix(END)?;
        let checkpoint = Self {
            size: size.parse().ok()?,
            root: root.parse().ok()?,
            crc32c: u32::from_str_radix(crc, 16).ok()?,
        };
        // Number parsers take signs, leading zeros and upper case: the exact spelling is checked by writing it.
        (checkpoint.encode() == text).then_some(checkpoint)
    }

    /// The line without its LF.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut line = Self::covered(self.size, &self.root);
        write!(line, "{CRC_VALUE}{:08x}{END}", self.crc32c).expect("writing to a String succeeds");
        line
    }

    /// The checkpoint that closes a batch whose event lines have the checksum `crc`.
    pub(crate) fn closing(size: u64, root: Hash, crc: u32) -> Self {
        Self { size, root, crc32c: crc32c::crc32c_append(crc, Self::covered(size, &root).as_bytes()) }
    }

    /// The checksum the line should carry, if the event lines of its batch have the checksum `crc`.
    pub(crate) fn expected_crc(line: &[u8], crc: u32) -> u32 {
        crc32c::crc32c_append(crc, &line[..Self::covered_length(line)])
    }

    /// How many bytes of the line its own checksum covers.
    pub(crate) fn covered_length(line: &[u8]) -> usize {
        line.len().saturating_sub(UNCOVERED)
    }

    /// Whether the bytes are the beginning, and not the whole, of a checkpoint line for `size` events.
    pub(crate) fn is_begun_by(bytes: &[u8], size: u64) -> bool {
        let filler = Self { size, root: Hash([0; 32]), crc32c: 0 }.encode().into_bytes();
        let Some(missing) = filler.get(bytes.len()..).filter(|missing| !missing.is_empty()) else {
            return false;
        };
        Self::parse(&[bytes, missing].concat()).is_some_and(|completed| completed.size == size)
    }

    /// The part of the line that its own CRC covers.
    fn covered(size: u64, root: &Hash) -> String {
        format!("{SIZE}{size}{ROOT}{root}{QUOTE}{CRC}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::merkle::Frontier;

    const LINE: &str = r#"{"checkpoint":{"size":2,"root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","crc32c":"0c291ca3"}}"#;

    #[test]
    fn known_checksum() {
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn one_spelling() {
        let checkpoint = Checkpoint { size: 2, root: Frontier::default().root(), crc32c: 0x0c29_1ca3 };
        assert_eq!(checkpoint.encode(), LINE);
        assert_eq!(Checkpoint::parse(LINE.as_bytes()), Some(checkpoint));
        assert!(LINE.as_bytes().starts_with(MARK));
        for (from, to) in [
            (":2", ":02"),
            (":2", ":+2"),
            ("0c29", "0C29"),
            ("0c29", "+c29"),
            (",", ", "),
            ("U=", "V="),
            ("}}", "}} "),
        ] {
            let other = LINE.replacen(from, to, 1);
            assert_ne!(other, LINE);
            assert_eq!(Checkpoint::parse(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn checksum_covers_the_line_up_to_its_name() {
        let events = b"{}\n";
        let closing = Checkpoint::closing(1, Hash([7; 32]), crc32c::crc32c(events));
        let line = closing.encode();
        let covered = &line[..line.find(",\"crc32c\"").unwrap() + ",\"crc32c\"".len()];
        assert_eq!(closing.crc32c, crc32c::crc32c(&[events, covered.as_bytes()].concat()));
        assert_eq!(closing.crc32c, Checkpoint::expected_crc(line.as_bytes(), crc32c::crc32c(events)));
    }

    #[test]
    fn beginnings() {
        for end in 0..LINE.len() {
            assert!(Checkpoint::is_begun_by(&LINE.as_bytes()[..end], 2), "{end}");
        }
        assert!(!Checkpoint::is_begun_by(LINE.as_bytes(), 2));
        assert!(!Checkpoint::is_begun_by(&LINE.as_bytes()[..30], 3));
        assert!(!Checkpoint::is_begun_by(b"{\"checkpoint\":{\"sise", 2));
        assert!(!Checkpoint::is_begun_by(&[LINE.as_bytes(), b"x"].concat(), 2));
    }
}
