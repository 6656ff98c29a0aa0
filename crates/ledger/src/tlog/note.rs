//! Notes: a text and signatures over it ([C2SP signed-note](https://c2sp.org/signed-note)).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::key::{KeyId, SigningKey, VerifierKey, is_name};
use super::{FormError, from_base64};

/// What a line of signature begins with.
const SIGNATURE: &str = "— ";

/// The most signatures a note may have. Verifying costs time for each of a known key.
pub const MAX_SIGNATURES: usize = 100;

/// A text of whole lines, none of them empty, and the signatures over it, also those of keys that nobody here knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A signature, its algorithm known only to those who know the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The id of the key.
    pub id: KeyId,
    /// What the key's algorithm made of the text.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// Whether it claims to be by this key.
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.id == key.id()
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(SIGNATURE)?.split_once(' ')?;
        let bytes = from_base64(base64)?;
        let (id, bytes) = bytes.split_first_chunk()?;
        let signs = is_name(name) && !bytes.is_empty();
        signs.then(|| Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

/// What a note has of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// A signature that verifies.
    Yes,
    /// None.
    No,
    /// A signature that claims to be the key's, and is not over this text.
    Falsely,
}

impl Note {
    /// A note that nobody has signed yet.
    ///
    /// # Errors
    /// The text is not of whole lines, has an empty line, which would end it, or a control character.
    pub fn unsigned(text: String) -> Result<Self, FormError> {
        let lines = text.strip_suffix('\n').ok_or_else(|| FormError {
            line: text.split('\n').count(),
            expected: "a line feed at the end",
        })?;
        for (line, text) in (1..).zip(lines.split('\n')) {
            if text.is_empty() || text.contains(|c: char| c < ' ') {
                let expected = "a line that is not empty, without control characters";
                return Err(FormError { line, expected });
            }
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note; without signatures it is the text alone, with no empty line behind it.
    ///
    /// # Errors
    /// Those of [`Note::unsigned`]; lines behind the empty line that are not of the form of signatures, or none, or more
    /// than [`MAX_SIGNATURES`].
    pub fn parse(note: &str) -> Result<Self, FormError> {
        let Some((text, signatures)) = note.split_once("\n\n") else {
            return Self::unsigned(note.to_owned());
        };
        let mut note = Self::unsigned(format!("{text}\n"))?;
        let before = note.text.split('\n').count();
        let error = |at, expected| FormError { line: before + at + 1, expected };
        let lines: Vec<&str> = signatures.split('\n').collect();
        let Some((&"", lines)) = lines.split_last() else {
            return Err(error(lines.len() - 1, "a line feed at the end"));
        };
        if lines.is_empty() || lines.len() > MAX_SIGNATURES {
            return Err(error(0, "from 1 to 100 signatures behind an empty line"));
        }
        for (at, line) in lines.iter().enumerate() {
            let signature = Signature::parse(line);
            note.signatures.push(signature.ok_or_else(|| error(at, "a signature: `— NAME BASE64`"))?);
        }
        Ok(note)
    }

    /// What the signatures are over.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in the order of the note.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Signs the text, in the place of what claimed to be a signature by the same key.
    pub fn sign(&mut self, key: &SigningKey) {
        let verifier = key.verifier();
        self.signatures.retain(|signature| !signature.is_by(&verifier));
        let (name, id) = (verifier.name().to_owned(), verifier.id());
        self.signatures.push(Signature { name, id, bytes: key.sign(&self.text) });
    }

    /// Whether a key has signed the text.
    #[must_use]
    pub fn signed_by(&self, key: &VerifierKey) -> Signed {
        let mut own = self.signatures.iter().filter(|signature| signature.is_by(key)).peekable();
        if own.peek().is_none() {
            Signed::No
        } else if own.all(|signature| key.verifies(&self.text, &signature.bytes)) {
            Signed::Yes
        } else {
            Signed::Falsely
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if !self.signatures.is_empty() {
            writeln!(f)?;
        }
        for Signature { name, id, bytes } in &self.signatures {
            writeln!(f, "{SIGNATURE}{name} {}", STANDARD.encode([&id[..], bytes].concat()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The example of the C2SP specification.
    const FOO: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    const FOO_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    /// The example of Go's `sumdb/note`.
    const NEUMANN_PRIVATE: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const NEUMANN_TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";

    fn foo() -> VerifierKey {
        FOO_KEY.parse().unwrap()
    }

    #[test]
    fn known_notes() {
        let note = Note::parse(FOO).unwrap();
        assert_eq!(note.signed_by(&foo()), Signed::Yes);
        assert_eq!(note.to_string(), FOO);
        let mut note = Note::unsigned(NEUMANN_TEXT.to_owned()).unwrap();
        note.sign(&SigningKey::parse(NEUMANN_PRIVATE).unwrap());
        assert_eq!(note.signatures()[0].bytes.len(), 64);
        insta::assert_snapshot!(note, @"
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
        ");
    }

    #[test]
    fn several_signatures_and_unknown_ones() {
        let key = SigningKey::from_seed("example.org/second", &[7; 32]).unwrap();
        let mut note = Note::parse(FOO).unwrap();
        assert_eq!(note.signed_by(&key.verifier()), Signed::No);
        note.sign(&key);
        note.sign(&key);
        let read = Note::parse(&note.to_string()).unwrap();
        assert_eq!((read.signatures().len(), &read), (2, &note));
        assert_eq!([read.signed_by(&foo()), read.signed_by(&key.verifier())], [Signed::Yes, Signed::Yes]);
        // A namesake is another key.
        let namesake = SigningKey::from_seed("example.com/foo", &[7; 32]).unwrap();
        assert_eq!(read.signed_by(&namesake.verifier()), Signed::No);
    }

    #[test]
    fn a_false_signature_is_no_missing_one() {
        let other = Note::parse(&FOO.replace("example message", "exemplary message")).unwrap();
        assert_eq!(other.signed_by(&foo()), Signed::Falsely);
        // Of two by one key both must hold.
        let (_, signature) = FOO.split_once("\n\n").unwrap();
        let twice = Note::parse(&format!("{FOO}{}", signature.replace("Uw2QOkn8", "Uw2QOkn9"))).unwrap();
        assert_eq!(twice.signed_by(&foo()), Signed::Falsely);
        let short = Note::parse("a\n\n— example.com/foo Uw2QOkn8\n").unwrap();
        assert_eq!(short.signed_by(&foo()), Signed::Falsely);
    }

    #[test]
    fn forms() {
        let check = |note: &str| Note::parse(note).unwrap_err().to_string();
        insta::assert_snapshot!(check(""), @"line 1: expected a line feed at the end");
        insta::assert_snapshot!(check("\n"), @"line 1: expected a line that is not empty, without control characters");
        insta::assert_snapshot!(check("a\nb"), @"line 2: expected a line feed at the end");
        insta::assert_snapshot!(check("a\tb\n"), @"line 1: expected a line that is not empty, without control characters");
        insta::assert_snapshot!(check("a\n\n"), @"line 3: expected from 1 to 100 signatures behind an empty line");
        insta::assert_snapshot!(check("a\n\nb\n"), @"line 3: expected a signature: `— NAME BASE64`");
        insta::assert_snapshot!(check("a\n\n— b AAAAAAA=\n— b AAAAAA==\n"), @"line 4: expected a signature: `— NAME BASE64`");
        insta::assert_snapshot!(check("a\n\n— b AAAAAAA="), @"line 3: expected a line feed at the end");
        insta::assert_snapshot!(check("a\n\n— b AAAAAAB=\n"), @"line 3: expected a signature: `— NAME BASE64`");
        insta::assert_snapshot!(check(&format!("a\n\n{}", "— b AAAAAAA=\n".repeat(101))), @"line 3: expected from 1 to 100 signatures behind an empty line");
        assert!(Note::parse(&format!("a\n\n{}", "— b AAAAAAA=\n".repeat(100))).is_ok());
        assert_eq!(Note::parse("a\nb\n").unwrap().to_string(), "a\nb\n");
    }
}
