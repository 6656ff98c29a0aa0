//! What outsiders get and give back: proofs, checkpoint notes, keys. Each has one spelling, and says the same twice.

use recount_ledger::tlog::checkpoint::CheckpointNote;
use recount_ledger::tlog::key::{SigningKey, VerifierKey};
use recount_ledger::tlog::note::Signed;
use recount_ledger::tlog::proof::{Proof, Step};

fn key() -> SigningKey {
    SigningKey::from_seed("example.org/a", &[7; 32]).expect("the name is one of a key")
}

/// A proof file.
pub(crate) fn proof(bytes: &[u8]) {
    let proof = match Proof::parse(bytes) {
        Ok(proof) => proof,
        Err(error) => return assert!(error.line > 0 && !error.expected.is_empty()),
    };
    assert_eq!(proof.to_string().as_bytes(), bytes, "a proof has one spelling");
    let failures = proof.failures(None, &[]);
    assert!(failures.iter().all(|failure| !matches!(failure.step, Step::Checkpoint | Step::Signature)));
    let head = (proof.checkpoint().size(), proof.checkpoint().root());
    assert_eq!(proof.failures(Some(head), &[]), failures, "its own head is in it");
    let signed = proof.checkpoint().signed_by(&key().verifier()) == Signed::Yes;
    let with_key = proof.failures(None, &[key().verifier()]);
    assert_eq!(with_key.len(), failures.len() + usize::from(!signed), "a key that has not signed is told");
}

/// A checkpoint note, or a key.
pub(crate) fn note(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text, "a public key has one spelling");
    }
    if let Ok(key) = SigningKey::parse(text) {
        assert_eq!(*key.encode(), text, "a private key has one spelling");
        assert!(!format!("{key:?}").contains(&text[text.len() - 20..]), "and is not shown");
    }
    let mut note = match CheckpointNote::parse(text) {
        Ok(note) => note,
        Err(error) => return assert!(error.line > 0 && !error.expected.is_empty()),
    };
    assert_eq!(note.to_string(), text, "a note has one spelling");
    let (before, verifier) = (note.signatures().len(), key().verifier());
    note.sign(&key());
    assert_eq!(note.signed_by(&verifier), Signed::Yes, "what is signed is signed");
    assert!(note.signatures().len() <= before + 1);
    let again = CheckpointNote::parse(&note.to_string());
    assert!(before >= 100 || again.as_ref() == Ok(&note), "a signed note is read");
    let other = CheckpointNote::unsigned(note.origin(), note.size() ^ 1, note.root());
    assert!(other.is_ok_and(|other| other.signed_by(&verifier) == Signed::No), "nothing else is");
}
