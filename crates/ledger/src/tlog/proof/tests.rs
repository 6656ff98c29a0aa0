//! Proof files: their form, byte by byte, and what each step finds.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::reader::Ledger;
use crate::storage::RealStorage;
use crate::testing::{Folder, ledger, ledger_and_frontier};
use crate::tlog::key::SigningKey;
use crate::tlog::prove;

const BATCHES: [u64; 3] = [2, 1, 3];

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("example.org/test", &[seed; 32]).unwrap()
}

fn checkpoint(batches: &[u64]) -> CheckpointNote {
    let (_, frontier) = ledger_and_frontier(batches);
    let mut note = CheckpointNote::unsigned("example.org/test", frontier.size(), frontier.root()).unwrap();
    note.sign(&key(1));
    note
}

/// Event 5 of 6, and that 6 continue 3.
fn proofs() -> [Proof; 2] {
    let folder = Folder::with(&ledger(&BATCHES));
    let ledger = Ledger::open(&RealStorage, &folder.path()).unwrap();
    let note = checkpoint(&BATCHES);
    [
        Proof::Inclusion(prove::inclusion(&ledger, 5, note.clone()).unwrap()),
        Proof::Consistency(prove::consistency(&ledger, 3, note).unwrap()),
    ]
}

fn failures(proof: &Proof, keys: &[VerifierKey]) -> String {
    proof.failures(None, keys).iter().map(|failure| format!("{failure}\n")).collect()
}

#[test]
fn files() {
    let [inclusion, consistency] = proofs();
    insta::assert_snapshot!(inclusion, @"
    c2sp.org/tlog-proof@v1
    extra eyJzZXEiOjUsImF0IjoiMjAyNy0wMS0xNVQwODowMDowNVoiLCJieSI6ImFuYSIsInR5cGUiOiJjYXNlLnVwZGF0ZWQiLCJkYXRhIjp7Im4iOiLDqTUifX0=
    index 4
    GNlWPEuHDrt7RKv28dtwTQ37XydNzzB66OYxmfvS5Uc=
    tDTlYzz77yG6qiulfJSexl86YtS75NDWBORYBvhTDNI=

    example.org/test
    6
    1XyeISP5pFQhopAKwkgULuWijMRxNpLltgsnRgUIIA8=

    — example.org/test GDD6EMwbAd6PEV4ZPRmqWGwnsfvOZCxqxMRCUTEDtY5ZiodlqSnu6qHwKsHtBe79w4S4bLiAMI+IWMl7GZc9JMUxXAY=
    ");
    insta::assert_snapshot!(consistency, @"
    recount/consistency-proof@v1
    old 3 jh5fn+4qBjJc8Yv3SzIQz/oIor99840fOQ3X5mk8KXk=
    3c9M0gEg8thrwvG3WlHKDnyOHmmSVYV5WFQlhDaQATk=
    mHKbU/+xuPSb8LLP7ZP2mLBjdh2H9xGkwwc82mVHs5Q=
    eoWCq/vtYFHasBBa+nGDTSrTvSfCfsQekSaUof8wnL8=
    m1s3y7XRDf6ouXi6VF+sDwXMmIHqYUMznpzEixI00mg=

    example.org/test
    6
    1XyeISP5pFQhopAKwkgULuWijMRxNpLltgsnRgUIIA8=

    — example.org/test GDD6EMwbAd6PEV4ZPRmqWGwnsfvOZCxqxMRCUTEDtY5ZiodlqSnu6qHwKsHtBe79w4S4bLiAMI+IWMl7GZc9JMUxXAY=
    ");
}

#[test]
fn forms() {
    let [inclusion, consistency] = proofs().map(|proof| proof.to_string());
    let check = |file: &str| Proof::parse(file.as_bytes()).unwrap_err().to_string();
    let changed = |file: &str, from: &str, to: &str| {
        assert!(file.contains(from), "{from}");
        check(&file.replacen(from, to, 1))
    };
    insta::assert_snapshot!(check(""), @"line 1: expected an empty line and a checkpoint behind it");
    insta::assert_snapshot!(check("a\n\nb\n"), @"line 1: expected `c2sp.org/tlog-proof@v1` or `recount/consistency-proof@v1`");
    insta::assert_snapshot!(changed(&inclusion, "extra ", "extras "), @"line 2: expected `extra ` and the event's line, in base64");
    insta::assert_snapshot!(changed(&inclusion, "index 4", "index 04"), @"line 3: expected `index ` and a number");
    insta::assert_snapshot!(changed(&inclusion, "index 4\n", "index 4\n=\n"), @"line 4: expected a SHA-256 hash in base64");
    insta::assert_snapshot!(changed(&inclusion, "\n6\n", "\n06\n"), @"line 8: expected the number of events, in digits without leading zero");
    insta::assert_snapshot!(changed(&inclusion, "@v1", "@v2"), @"line 1: expected `c2sp.org/tlog-proof@v1` or `recount/consistency-proof@v1`");
    insta::assert_snapshot!(changed(&consistency, "old 3", "old three"), @"line 2: expected `old `, a size and its root");
    insta::assert_snapshot!(changed(&consistency, "\n\n", "\n"), @"line 12: expected the number of events, in digits without leading zero");
    insta::assert_snapshot!(Proof::parse(b"c2sp.org/tlog-proof@v1\nextra \xff\n").unwrap_err(), @"line 2: expected UTF-8");
    assert!(Proof::parse(inclusion.replace('\n', "\r\n").as_bytes()).is_err());
}

#[test]
fn each_step_is_named() {
    let [inclusion, consistency] = proofs();
    let known = key(1).verifier();
    assert_eq!(failures(&inclusion, &[]), "");
    assert_eq!(failures(&inclusion, std::slice::from_ref(&known)), "");
    assert_eq!(failures(&consistency, std::slice::from_ref(&known)), "");
    let Proof::Inclusion(good) = inclusion.clone() else { panic!() };
    let check = |change: &dyn Fn(&mut InclusionProof)| {
        let mut bad = good.clone();
        change(&mut bad);
        failures(&Proof::Inclusion(bad), &[])
    };
    insta::assert_snapshot!(check(&|bad| bad.line.truncate(9)), @"the step leaf fails: expected a member name in double quotes, found the end of the line");
    insta::assert_snapshot!(check(&|bad| bad.index = u64::MAX), @"the step leaf fails: expected event 18446744073709551615, found event 5");
    insta::assert_snapshot!(check(&|bad| bad.line = String::from_utf8(bad.line.clone()).unwrap().replace(":5,", ":0,").into()), @"the step leaf fails: expected event 5, found event 0");
    insta::assert_snapshot!(check(&|bad| bad.index = 3), @"the step leaf fails: expected event 4, found event 5");
    insta::assert_snapshot!(check(&|bad| { let at = bad.line.len() - 4; bad.line[at] ^= 1; }), @"the step inclusion fails: expected a path to the root 1XyeISP5pFQhopAKwkgULuWijMRxNpLltgsnRgUIIA8=, found one to zhnScqk5yQ/8plmycVl//BGvzGUgg1RyxuyeR8vTvBA=");
    insta::assert_snapshot!(check(&|bad| { bad.path.pop(); }), @"the step inclusion fails: expected the path of an event among 6, found 1 hashes for event 5");
    insta::assert_snapshot!(check(&|bad| bad.checkpoint = checkpoint(&BATCHES[..2])), @"the step inclusion fails: expected the path of an event among 3, found 2 hashes for event 5");
    insta::assert_snapshot!(failures(&inclusion, &[key(2).verifier()]), @"the step signature fails: expected a signature by example.org/test (key d061a1ad), found none by this key");
    let other = inclusion.to_string().replace("\n6\n", "\n7\n");
    insta::assert_snapshot!(failures(&Proof::parse(other.as_bytes()).unwrap(), &[known]), @"
    the step inclusion fails: expected the path of an event among 7, found 2 hashes for event 5
    the step signature fails: expected a signature by example.org/test (key 1830fa10), found one that is not over this checkpoint
    ");
    let receipt = Some((3, checkpoint(&BATCHES[..2]).root()));
    insta::assert_snapshot!(inclusion.failures(receipt, &[])[0], @"the step checkpoint fails: expected size 3 with the root jh5fn+4qBjJc8Yv3SzIQz/oIor99840fOQ3X5mk8KXk=, found size 6 with the root 1XyeISP5pFQhopAKwkgULuWijMRxNpLltgsnRgUIIA8=");
    assert_eq!(consistency.failures(receipt, &[]), []);
    let Proof::Consistency(mut bad) = consistency else { panic!() };
    bad.old.0 = 2;
    insta::assert_snapshot!(failures(&Proof::Consistency(bad.clone()), &[]), @"the step consistency fails: expected the path from a ledger to 6 events, found 4 hashes from 2 events");
    bad.old.0 = 7;
    insta::assert_snapshot!(failures(&Proof::Consistency(bad), &[]), @"the step consistency fails: expected the path from a ledger to 6 events, found 4 hashes from 7 events");
}

/// A stub in the place of the event is proved by the hash that it names: older proofs and newer ones have one leaf.
#[test]
fn a_stub_is_proved_by_the_hash_it_names() {
    let [Proof::Inclusion(mut proof), _] = proofs() else { panic!() };
    let line = proof.line.clone();
    let event = crate::line::EventLine::parse(&line).unwrap();
    proof.line = stub::Stub::of(&line, &event, stub::Kept::Nothing).encode().into_bytes();
    assert_eq!(failures(&Proof::Inclusion(proof), &[]), "");
}

/// Whether a file proves what it says, and its key confirms it.
fn holds(file: &[u8]) -> bool {
    // The cheap steps first: signatures take time.
    Proof::parse(file).is_ok_and(|proof| {
        proof.failures(None, &[]).is_empty() && proof.failures(None, &[key(1).verifier()]).is_empty()
    })
}

proptest! {
    /// Whatever byte of a signed proof is changed: it is no proof any more, or not one that its key confirms.
    #[test]
    fn every_byte_counts(which in 0..2_usize, at: prop::sample::Index, byte: u8) {
        let proof = &proofs()[which];
        let mut file = proof.to_string().into_bytes();
        let at = at.index(file.len());
        prop_assume!(file[at] != byte);
        file[at] = byte;
        prop_assert!(!holds(&file), "byte {} as {}", at, byte);
    }
}

/// Every bit of both files, and every cut.
#[test]
fn every_bit_counts() {
    for file in proofs().map(|proof| proof.to_string().into_bytes()) {
        assert!(holds(&file));
        for at in 0..file.len() {
            assert!(!holds(&file[..at]), "cut at {at}");
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                assert!(!holds(&changed), "byte {at}, bit {bit}");
            }
        }
    }
}
