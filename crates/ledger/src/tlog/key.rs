//! Keys of notes: Ed25519, with the name and the number that stand beside each signature.
//!
//! Public keys have the text form of [C2SP signed-note](https://c2sp.org/signed-note), `name+id+base64`. For private keys
//! that specification has none; theirs is that of the first implementation, Go's `sumdb/note`:
//! `PRIVATE+KEY+name+id+base64`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The number of the algorithm in key ids and key texts: Ed25519.
const ED25519: u8 = 1;
const PRIVATE: &str = "PRIVATE+KEY+";

/// The first four bytes of a hash over name, algorithm and key: with the name it tells keys apart, and proves nothing.
pub type KeyId = [u8; 4];

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No name that a key can have.
    #[error("expected a key name: not empty, without spaces, control characters and `+`")]
    Name,
    /// Not the text of a public key.
    #[error("expected a public key (NAME+ID+KEY, with an Ed25519 key)")]
    Public,
    /// A private key where a public one was expected.
    #[error("expected a public key, found a private one, which is for its owner alone")]
    IsPrivate,
    /// Not the text of a private key.
    #[error("expected a private key (PRIVATE+KEY+NAME+ID+KEY, with an Ed25519 key)")]
    Private,
}

/// Whether a key can have this name. It stands in a line of its own between spaces, so it has none.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A public key: it checks signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// The key's name, by convention that of the ledger it signs for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `SHA-256(name || 0x0A || 0x01 || key)[..4]`
    #[must_use]
    pub fn id(&self) -> KeyId {
        let hasher = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]);
        let [a, b, c, d, ..]: [u8; 32] = hasher.chain_update(self.key.as_bytes()).finalize().into();
        [a, b, c, d]
    }

    /// Whether `signature` is one by this key over `text`. Beyond RFC 8032, keys and points of small order, with which one
    /// signature fits several texts, are refused.
    #[must_use]
    pub fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ED25519][..], self.key.as_bytes()].concat());
        write!(f, "{}+{}+{key}", self.name, HexId(self.id()))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if SigningKey::is_spelt_by(text.as_bytes()) {
            return Err(KeyError::IsPrivate);
        }
        let (name, id, bytes) = parts(text).ok_or(KeyError::Public)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Public)?;
        let key = Self { name: name.to_owned(), key };
        if id == HexId(key.id()).to_string() { Ok(key) } else { Err(KeyError::Public) }
    }
}

/// A private key: it signs. It is wiped from memory when it is dropped, and never shown but by [`SigningKey::encode`].
pub struct SigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// Whether bytes begin as the text of a private key does: then they are not for anybody's eyes.
    #[must_use]
    pub fn is_spelt_by(bytes: &[u8]) -> bool {
        bytes.starts_with(PRIVATE.as_bytes())
    }

    /// The key that 32 random bytes make. This library never draws them itself.
    ///
    /// # Errors
    /// [`KeyError::Name`]
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        Ok(Self { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(seed) })
    }

    /// Reads what [`SigningKey::encode`] wrote. What is wrong is not shown: it may be most of a key.
    ///
    /// # Errors
    /// [`KeyError::Private`]
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PRIVATE).ok_or(KeyError::Private)?;
        let (name, id, seed) = parts(rest).ok_or(KeyError::Private)?;
        let key = Self::from_seed(name, &seed).map_err(|_| KeyError::Private)?;
        if id == HexId(key.verifier().id()).to_string() { Ok(key) } else { Err(KeyError::Private) }
    }

    /// The text of the private key.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([ED25519; 33]);
        bytes[1..].copy_from_slice(self.key.as_bytes());
        let key = Zeroizing::new(STANDARD.encode(*bytes));
        Zeroizing::new(format!("{PRIVATE}{}+{}+{}", self.name, HexId(self.verifier().id()), *key))
    }

    /// The public key that belongs to it.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        self.key.sign(text.as_bytes()).to_bytes().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, secret)", self.name)
    }
}

/// Name, id and the 32 bytes of an Ed25519 key.
fn parts(text: &str) -> Option<(&str, &str, Zeroizing<[u8; 32]>)> {
    let (name, rest) = text.split_once('+')?;
    let (id, key) = rest.split_once('+')?;
    let bytes = Zeroizing::new(super::from_base64(key)?);
    let (algorithm, key) = bytes.split_first()?;
    let key = key.try_into().ok()?;
    (is_name(name) && *algorithm == ED25519).then_some((name, id, Zeroizing::new(key)))
}

/// An id as key texts have it.
#[derive(Debug, Clone, Copy)]
pub struct HexId(pub KeyId);

impl fmt::Display for HexId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The example of the C2SP specification.
    const FOO: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    /// The example of Go's `sumdb/note`.
    const NEUMANN: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NEUMANN_PRIVATE: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    #[test]
    fn known_keys() {
        for text in [FOO, NEUMANN] {
            assert_eq!(text.parse::<VerifierKey>().unwrap().to_string(), text);
        }
        let key = SigningKey::parse(NEUMANN_PRIVATE).unwrap();
        assert_eq!(key.verifier().to_string(), NEUMANN);
        assert_eq!(*key.encode(), NEUMANN_PRIVATE);
        assert_eq!(format!("{key:?}"), "SigningKey(PeterNeumann, secret)");
    }

    #[test]
    fn one_spelling() {
        let check = |text: &str, error| assert_eq!(text.parse::<VerifierKey>(), Err(error), "{text}");
        check("", KeyError::Public);
        check(&FOO.replace("foo", "fop"), KeyError::Public);
        check(&FOO.replace("530d903a", "530D903A"), KeyError::Public);
        check(&FOO.replace("530d903a", "530d903b"), KeyError::Public);
        check(&FOO.replace("U2k", "U2l"), KeyError::Public);
        check(&format!("{FOO}\n"), KeyError::Public);
        check(&FOO.replace("+Aek", "+Bek"), KeyError::Public);
        check(&FOO.replace("example.com/foo", "a b"), KeyError::Public);
        check(NEUMANN_PRIVATE, KeyError::IsPrivate);
        for text in [NEUMANN, "PRIVATE+KEY+", &NEUMANN_PRIVATE.replace("c74f20a3", "c74f20a4")] {
            assert_eq!(SigningKey::parse(text).unwrap_err(), KeyError::Private);
        }
    }

    #[test]
    fn names() {
        for name in ["", "a b", "a+b", "a\u{2003}b", "a\nb", "a\u{7f}"] {
            assert_eq!(SigningKey::from_seed(name, &[1; 32]).unwrap_err(), KeyError::Name, "{name:?}");
        }
        assert!(SigningKey::from_seed("діти.example/облік", &[1; 32]).is_ok());
    }

    /// A point of small order: with it as a key, one signature fits every text.
    #[test]
    fn keys_of_small_order_sign_nothing() {
        let identity = {
            let mut bytes = [0; 32];
            bytes[0] = 1;
            bytes
        };
        let key = ed25519_dalek::VerifyingKey::from_bytes(&identity).unwrap();
        let key = VerifierKey { name: "weak".to_owned(), key };
        let signature = [&identity[..], &[0; 32]].concat();
        assert!(!key.verifies("any text", &signature));
    }
}
