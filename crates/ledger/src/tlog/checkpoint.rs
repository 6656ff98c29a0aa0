//! The checkpoint for outsiders: origin, size and root of a ledger as a note
//! ([C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint)).

use std::fmt;

use super::key::{SigningKey, VerifierKey};
use super::note::{Note, Signature, Signed};
use super::{FormError, from_decimal};
use crate::merkle::Hash;

/// A note over one head of a ledger, signed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointNote {
    origin: String,
    size: u64,
    root: Hash,
    note: Note,
}

impl CheckpointNote {
    /// A note that nobody has signed yet.
    ///
    /// # Errors
    /// The origin is empty or has control characters, which would make other lines of it.
    pub fn unsigned(origin: &str, size: u64, root: Hash) -> Result<Self, FormError> {
        let note = Self::of(Note::unsigned(format!("{origin}\n{size}\n{root}\n"))?)?;
        let whole = note.origin == origin;
        whole.then_some(note).ok_or(FormError { line: 1, expected: "an origin of one line" })
    }

    /// Reads a checkpoint note. Lines behind the root are extensions, which are kept and not interpreted.
    ///
    /// # Errors
    /// Those of [`Note::parse`]; a text that is not an origin, a size and a root.
    pub fn parse(text: &str) -> Result<Self, FormError> {
        Self::of(Note::parse(text)?)
    }

    fn of(note: Note) -> Result<Self, FormError> {
        let mut lines = note.text().split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let origin = next().to_owned();
        let size = from_decimal(next())
            .ok_or(FormError { line: 2, expected: "the number of events, in digits without leading zero" })?;
        let root = next().parse().map_err(|_| FormError { line: 3, expected: "the root, in base64" })?;
        Ok(Self { origin, size, root, note })
    }

    /// The name of the ledger: the `origin` of its first event.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of events.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over them.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The signatures, also those of unknown keys.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        self.note.signatures()
    }

    /// Signs it, in the place of what claimed to be a signature by the same key.
    pub fn sign(&mut self, key: &SigningKey) {
        self.note.sign(key);
    }

    /// Whether a key has signed it.
    #[must_use]
    pub fn signed_by(&self, key: &VerifierKey) -> Signed {
        self.note.signed_by(key)
    }
}

impl fmt::Display for CheckpointNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The example of the C2SP specification.
    const SOFA: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

    #[test]
    fn known_checkpoint() {
        let note = CheckpointNote::parse(SOFA).unwrap();
        assert_eq!((note.origin(), note.size()), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(note.root().to_string(), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
        assert_eq!((note.signatures().len(), note.to_string()), (1, SOFA.to_owned()));
    }

    #[test]
    fn extension_lines_stay_and_are_signed() {
        let text = "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore 1\nand more\n";
        let mut note = CheckpointNote::parse(text).unwrap();
        let key = SigningKey::from_seed("o", &[3; 32]).unwrap();
        note.sign(&key);
        assert!(note.to_string().starts_with(&format!("{text}\n— o ")));
        let other = note.to_string().replace("more 1", "more 2");
        assert_eq!(CheckpointNote::parse(&other).unwrap().signed_by(&key.verifier()), Signed::Falsely);
    }

    #[test]
    fn forms() {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let check = |text: &str| CheckpointNote::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(check("o\n"), @"line 2: expected the number of events, in digits without leading zero");
        for size in ["01", "+1", "-1", "1 ", "18446744073709551616"] {
            assert_eq!(check(&format!("o\n{size}\n{root}\n")), check("o\n"), "{size}");
        }
        insta::assert_snapshot!(check("o\n1\n"), @"line 3: expected the root, in base64");
        insta::assert_snapshot!(check(&format!("o\n1\n{}\n", root.replace("FU=", "FV="))), @"line 3: expected the root, in base64");
        insta::assert_snapshot!(check(&format!("\n1\n{root}\n")), @"line 1: expected a line that is not empty, without control characters");
        let forged = format!("o\n9\n{root}");
        insta::assert_snapshot!(CheckpointNote::unsigned(&forged, 1, root.parse().unwrap()).unwrap_err(), @"line 1: expected an origin of one line");
    }
}
