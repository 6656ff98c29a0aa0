//! A session that goes on from what another kept is the session that reads the whole ledger.

use std::fs::File;
use std::io::Write;

use super::*;

impl Desk {
    fn session_from(&self, kept: Option<File>) -> Session<'static> {
        Session::open(&RealStorage, &self.path(), &options(), SessionOptions { kept, ..self.options(false) })
            .unwrap()
    }

    /// What a session that reads the whole ledger keeps.
    fn kept(&self) -> Vec<u8> {
        kept_by(&mut self.session(false))
    }

    /// How much of the ledger a session finds in what was kept.
    fn found(&self, kept: &[u8]) -> u64 {
        let session = self.session_from(Some(file(kept)));
        session.ledger().head().end_offset - session.not_kept()
    }
}

fn kept_by(session: &mut Session<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert!(session.keep(&mut bytes).unwrap());
    bytes
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// The bytes with a checksum that fits.
fn summed(bytes: &[u8]) -> Vec<u8> {
    let covered = &bytes[..bytes.len() - 4];
    [covered, &crc32c::crc32c(covered).to_le_bytes()].concat()
}

/// One of every type.
const EVERYTHING: &[&str] = &[
    r#"{"type":"place.added","data":{"id":"north","name":"North"}}"#,
    r#"{"type":"place.added","data":{"id":"town","name":"Town","parent":"north"}}"#,
    r#"{"type":"dimension.added","data":{"id":"sex","label":"Sex","codes":{"f":"Girls","m":"Boys"}}}"#,
    r#"{"type":"indicator.defined","data":{"id":"taken","label":"Taken","unit":"children","measure":"period","minimum":"1.50"}}"#,
    r#"{"type":"indicator.derived","data":{"id":"missing","label":"Missing","unit":"children","expression":"taken - back"}}"#,
    r#"{"type":"policy.set","data":{"indicator":"back","rule":{"prefer":["b","a"]},"window":"P6M"}}"#,
    r#"{"type":"figure.reported","data":{"indicator":"back","value":">10","reporter":"a","source":"s1","as_of":"2025-01","place":"town","breakdown":{"sex":"f"},"relayed_by":"b"}}"#,
    r#"{"type":"figure.reported","data":{"indicator":"taken","value":"118..125..140","reporter":"a","unsourced":true,"as_of":"2024-01-01/2024-12-31","published":"2025-02-01T10:00:00Z"}}"#,
    r#"{"type":"figure.disputed","data":{"target":13,"by_reporter":"b","value":"~<9"}}"#,
    r#"{"type":"vote.recorded","data":{"id":"A/RES/1","title":"T","body":"unga","date":"2025-12-03~","members":193,"source":"s1"}}"#,
    r#"{"type":"vote.reported","data":{"vote":"A/RES/1","source":"s2","tally":{"yes":">30"},"positions":{"yes":["UKR",{"country":"NER","doubt":"d"}]}}}"#,
    r#"{"type":"vote.position","data":{"vote":"A/RES/1","country":"NER","position":"no","kind":"intended","source":"s1"}}"#,
    r#"{"type":"statement.recorded","data":{"speaker":"b","gist":"g","date":"2025-01","source":"s1"}}"#,
    r#"{"type":"norm.cited","data":{"instrument":"i","cited_by":"b","source":"s1"}}"#,
    r#"{"type":"case.documented","data":{"id":"c1","source":"s1","origin":"north","salt":"0123456789abcdef0123456789abcdef"}}"#,
    r#"{"type":"case.updated","data":{"case":"c1","status":"returned","source":"s1"}}"#,
    r#"{"type":"check.added","data":{"id":"sum","rule":{"sum":{"indicator":"back","over":"sex","parts":["f","m"]}}}}"#,
    r#"{"type":"finding.acknowledged","data":{"check":"sum","figures":[13],"reason":"r"}}"#,
    r#"{"type":"record.corrected","data":{"target":2,"data":{"id":"s1","title":"A page","published":"2025-01-02"},"reason":"r"}}"#,
    r#"{"type":"record.corrected","data":{"target":13,"data":{"indicator":"back","value":"11","reporter":"b","source":"s2"},"reason":"r"}}"#,
    r#"{"type":"record.retracted","data":{"target":25,"reason":"r"}}"#,
    r#"{"type":"figure.withdrawn","data":{"target":14,"reason":"r","published":"2025-03"}}"#,
];

fn everything() -> Desk {
    let desk = Desk::new();
    for line in EVERYTHING {
        desk.append(&[line]);
    }
    desk
}

#[test]
fn what_is_kept_is_read_as_it_was_written() {
    let desk = everything();
    let kept = desk.kept();
    assert_eq!(desk.found(&kept), desk.ledger().head().end_offset);
    assert_eq!(kept_by(&mut desk.session_from(Some(file(&kept)))), kept);
    desk.redact(18).unwrap();
    let after = desk.kept();
    assert_eq!(kept_by(&mut desk.session_from(Some(file(&after)))), after);
}

/// If this fails, the layout has changed, and the number in `MARK` must change as well; or another standard library makes other
/// digests, which needs nothing.
#[test]
fn the_layout_is_that_of_its_number() {
    let kept = everything().kept();
    let mark = kept.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let layout = &kept[mark..kept.len() - 4];
    let number = String::from_utf8_lossy(&kept[..mark]).split(' ').next_back().unwrap().trim().to_owned();
    insta::assert_snapshot!(format!("{number}: {} bytes, {:08x}", layout.len(), crc32c::crc32c(layout)), @"2: 959 bytes, e9859e33");
}

#[test]
fn nothing_is_kept_while_events_are_staged() {
    let desk = Desk::new();
    let mut session = desk.session(false);
    session.stage(&figure("10", "2025-01-01", "s1"), stamp(1)).unwrap();
    let mut bytes = Vec::new();
    assert!(!session.keep(&mut bytes).unwrap() && bytes.is_empty());
    let _ = session.commit().unwrap();
    let kept = kept_by(&mut session);
    drop(session);
    assert_eq!(kept, desk.kept());
}

#[test]
fn what_is_damaged_or_no_file_of_ours_is_not_used() {
    let desk = everything();
    let kept = desk.kept();
    for at in 0..kept.len() {
        let mut damaged = kept.clone();
        damaged[at] ^= 1 << (at % 8);
        assert_eq!(desk.found(&damaged), 0, "{at}");
        assert_eq!(desk.found(&kept[..at]), 0, "{at}");
    }
    let mut other_version = kept.clone();
    other_version[15] += 1;
    assert_eq!(desk.found(&summed(&other_version)), 0);
    assert_eq!(desk.found(&summed(&kept[..kept.len() / 2])), 0, "cut, with a sum");
}

#[test]
fn what_was_kept_of_another_ledger_or_of_a_longer_one_is_not_used() {
    let desk = everything();
    let (before, kept) = (desk.bytes(), desk.kept());
    let other = Desk::new();
    other.append(&[&figure("10", "2025-01-01", "s1")]);
    assert_eq!((desk.found(&other.kept()), other.found(&kept)), (0, 0));
    desk.append(&[&figure("12", "2025-01-01", "s1")]);
    let longer = desk.kept();
    assert_eq!(desk.found(&kept), before.len() as u64);
    std::fs::write(desk.path(), &before).unwrap();
    assert_eq!((desk.found(&longer), desk.found(&kept)), (0, before.len() as u64));
    // A fork: as long, with another last event.
    desk.append(&[&figure("13", "2025-01-01", "s1")]);
    assert_eq!((desk.found(&longer), desk.found(&kept)), (0, before.len() as u64));
}

#[test]
fn what_was_kept_before_an_erasure_is_not_used() {
    let desk = everything();
    let kept = desk.kept();
    desk.redact(18).unwrap();
    assert_eq!(desk.found(&kept), 0);
}

#[test]
fn lines_behind_what_was_kept_are_checked_as_ever() {
    let desk = everything();
    let kept = desk.kept();
    desk.append(&[&figure("12", "2025-01-01", "s1")]);
    let damaged = desk.bytes().replace("\"value\":\"12\"", "\"value\":\"21\"");
    for text in [&damaged, &resummed(&damaged)] {
        std::fs::write(desk.path(), text).unwrap();
        let open = |kept| {
            let options = SessionOptions { kept, ..desk.options(false) };
            Session::open(&RealStorage, &desk.path(), &super::options(), options).map(drop)
        };
        let cold = open(None).unwrap_err().to_string();
        assert_eq!(open(Some(file(&kept))).unwrap_err().to_string(), cold);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Two sessions in turn, of which only one goes on from what was kept: what they stage, write and keep is the same as without.
    #[test]
    fn a_session_that_goes_on_is_one_that_began_at_the_start(
        events in prop::collection::vec(event(), 1..24),
        batch in 1_usize..5,
        keeps in prop::collection::vec(any::<bool>(), 24),
    ) {
        let (desk, cold) = (everything(), everything());
        let mut kept = desk.kept();
        for (lines, keep) in events.chunks(batch).zip(keeps) {
            let mut session = desk.session_from(Some(file(&kept)));
            prop_assert!(session.not_kept() < session.ledger().head().end_offset);
            let mut other = cold.session(false);
            for line in lines {
                let staged = format!("{:?}", session.stage(line, stamp(1)));
                prop_assert_eq!(staged, format!("{:?}", other.stage(line, stamp(1))));
            }
            if session.staged() > 0 {
                prop_assert_eq!(session.commit().unwrap(), other.commit().unwrap());
            }
            let now = kept_by(&mut session);
            prop_assert_eq!(&now, &kept_by(&mut other));
            if keep {
                kept = now;
            }
        }
        prop_assert_eq!(desk.bytes(), cold.bytes());
    }
}
