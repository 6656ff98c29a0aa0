//! What is proved of small ledgers, and what is not.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::storage::RealStorage;
use crate::testing::{Folder, ledger, ledger_and_frontier};
use crate::tlog::proof::Proof;

fn open(bytes: &[u8]) -> (Folder, Ledger) {
    let folder = Folder::with(bytes);
    let ledger = Ledger::open(&RealStorage, &folder.path()).unwrap();
    (folder, ledger)
}

fn note(batches: &[u64]) -> CheckpointNote {
    let (_, frontier) = ledger_and_frontier(batches);
    CheckpointNote::unsigned("example.org/test", frontier.size(), frontier.root()).unwrap()
}

#[test]
fn every_event_is_proved_at_every_checkpoint_behind_it() {
    let batches = [2, 1, 4, 1, 9];
    let (_folder, ledger) = open(&ledger(&batches));
    for end in 1..=batches.len() {
        let note = note(&batches[..end]);
        confirm(&ledger, &note).unwrap();
        for seq in 1..=note.size() {
            let proof = Proof::Inclusion(inclusion(&ledger, seq, note.clone()).unwrap());
            assert_eq!(proof.failures(Some((note.size(), note.root())), &[]), []);
            assert_eq!(Proof::parse(proof.to_string().as_bytes()), Ok(proof));
        }
    }
}

#[test]
fn every_checkpoint_continues_every_older_one() {
    let batches = [2, 1, 4, 1, 9];
    let (_folder, ledger) = open(&ledger(&batches));
    for end in 1..=batches.len() {
        for old_end in 1..=end {
            let old = batches[..old_end].iter().sum();
            let proof = Proof::Consistency(consistency(&ledger, old, note(&batches[..end])).unwrap());
            let receipt = (old, note(&batches[..old_end]).root());
            assert_eq!(proof.failures(Some(receipt), &[]), []);
            assert_eq!(Proof::parse(proof.to_string().as_bytes()), Ok(proof));
        }
    }
}

#[test]
fn only_what_the_ledger_has() {
    let (_folder, ledger) = open(&ledger(&[2, 3, 1]));
    let check = |result: Result<Hash, ProveError>| result.unwrap_err().to_string();
    insta::assert_snapshot!(check(root_at(&ledger, 1)), @"expected the size of a checkpoint, found 1; the first is 2");
    insta::assert_snapshot!(check(root_at(&ledger, 4)), @"expected the size of a checkpoint, found 4; the nearest are 2 and 5");
    insta::assert_snapshot!(check(root_at(&ledger, 7)), @"expected the size of a checkpoint, found 7; the last is 6");
    assert_eq!(root_at(&ledger, 6).unwrap(), ledger.head().root);
    let covered = note(&[2, 3]);
    insta::assert_snapshot!(inclusion(&ledger, 6, covered.clone()).unwrap_err(), @"expected an event from 1 to 5, found 6");
    insta::assert_snapshot!(inclusion(&ledger, 0, covered.clone()).unwrap_err(), @"expected an event from 1 to 5, found 0");
    insta::assert_snapshot!(consistency(&ledger, 6, covered.clone()).unwrap_err(), @"expected a size from 1 to 5, found 6");
    insta::assert_snapshot!(consistency(&ledger, 4, covered).unwrap_err(), @"expected the size of a checkpoint, found 4; the nearest are 2 and 5");
    let other = CheckpointNote::unsigned("o", 5, Hash([0; 32])).unwrap();
    insta::assert_snapshot!(confirm(&ledger, &other).unwrap_err(), @"expected the root kQMIsdzOFCYBjlGl1CwmUp3f38As6WyEm3/NOZ66yHs= at size 5, found AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    insta::assert_snapshot!(inclusion(&ledger, 1, other).unwrap_err(), @"expected the root kQMIsdzOFCYBjlGl1CwmUp3f38As6WyEm3/NOZ66yHs= at size 5, found AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
}

/// Someone changed an event and made every checksum fit: nothing is proved of such a ledger.
#[test]
fn a_root_that_does_not_hold_is_not_proved() {
    let text = String::from_utf8(ledger(&[1])).unwrap();
    let (line, _) = text.split_once('\n').unwrap();
    let line = line.replace("é1", "é2");
    let crc = crc32c::crc32c(format!("{line}\n").as_bytes());
    let closing = Checkpoint::closing(1, ledger_and_frontier(&[1]).1.root(), crc);
    let (folder, ledger) = open(format!("{line}\n{}\n", closing.encode()).as_bytes());
    insta::assert_snapshot!(folder.masked(root_at(&ledger, 1).unwrap_err()), @"/l.jsonl: expected lines with the root vSMJJ1EpPfVdgjH3B8+oHVgOlBd4bfYFntLPZp+XGAQ= at size 1, found others; `recount verify` says more; restore the file from a copy (version control, backup)");
}
