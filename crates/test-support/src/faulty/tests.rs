//! The machine as a whole: who is killed, who holds a lock, what a script does to which call.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::*;

const PATH: &str = "/l.jsonl";

/// A machine with one synced file, and that file open.
fn with_file(bytes: &[u8]) -> (FaultyStorage, Box<dyn StoredFile>) {
    let storage = FaultyStorage::new();
    let file = storage.create_new(Path::new(PATH), None).unwrap();
    assert_eq!(file.write_at(bytes, 0).unwrap(), bytes.len());
    file.sync_data().unwrap();
    storage.sync_folder_of(Path::new(PATH)).unwrap();
    (storage, file)
}

fn open(storage: &FaultyStorage) -> Box<dyn StoredFile> {
    storage.open(Path::new(PATH), Access::Read).unwrap()
}

fn bytes(storage: &FaultyStorage) -> Vec<u8> {
    storage.files().remove(Path::new(PATH)).unwrap()
}

fn script(storage: &FaultyStorage, call: Call, nth: u64, trouble: Trouble) {
    storage.set_script(vec![Fault { call, nth, trouble }]);
}

#[test]
fn a_kill_keeps_what_was_written_and_ends_locks() {
    let (storage, file) = with_file(b"one");
    assert!(file.lock(Duration::ZERO).unwrap());
    file.write_at(b"two", 3).unwrap();
    storage.kill();
    assert!(file.length().is_err() && storage.identity_at(Path::new(PATH)).is_err());
    assert_eq!(storage.restart(), Some(Outage::Kill));
    assert_eq!(storage.restart(), None);
    assert_eq!(bytes(&storage), b"onetwo");
    assert!(storage.is_unsynced(Path::new(PATH)));
    assert!(file.length().is_err(), "a file of a process that has ended");
    assert!(open(&storage).lock(Duration::ZERO).unwrap());
}

#[test]
fn a_power_cut_takes_what_was_not_synced() {
    let lost = (0..20).filter(|seed| {
        let (storage, file) = with_file(b"one");
        file.write_at(b"two", 3).unwrap();
        storage.cut_power(*seed);
        assert_eq!(storage.restart(), Some(Outage::PowerCut));
        assert!(bytes(&storage).starts_with(b"one"));
        bytes(&storage) == b"one"
    });
    assert!((1..20).contains(&lost.count()));
}

#[test]
fn locks_belong_to_the_open_file() {
    let (storage, first) = with_file(b"");
    let second = open(&storage);
    let lock = |file: &dyn StoredFile| file.lock(Duration::ZERO).unwrap();
    assert!(lock(&*first) && lock(&*first) && !lock(&*second));
    assert!(!second.try_lock_shared().unwrap());
    drop(first);
    assert!(second.try_lock_shared().unwrap());
    let third = open(&storage);
    assert!(third.try_lock_shared().unwrap() && !lock(&*third));
    second.unlock().unwrap();
    assert!(lock(&*third));
}

#[test]
fn a_script_names_its_call() {
    let (storage, file) = with_file(b"");
    script(&storage, Call::Write, 1, Trouble::Fail { error: Why::Full, forever: false, part: 102 });
    file.write_at(b"one", 0).unwrap();
    assert_eq!(file.write_at(b"12345", 3).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(bytes(&storage), b"one12");
    file.write_at(b"6", 5).unwrap();
    assert_eq!(storage.happened().len(), 1);

    script(&storage, Call::Length, 0, Trouble::Fail { error: Why::Device, forever: true, part: 0 });
    assert!(file.length().is_err() && file.length().is_err());
    storage.set_script(Vec::new());
    assert_eq!(file.length().unwrap(), 6);
}

#[test]
fn short_and_interrupted_calls() {
    let (storage, file) = with_file(b"abcd");
    let mut buffer = [0; 4];
    script(&storage, Call::Read, 0, Trouble::Short { part: 128 });
    assert_eq!(file.read_at(&mut buffer, 0).unwrap(), 2);
    script(&storage, Call::Write, 0, Trouble::Short { part: 0 });
    assert_eq!(file.write_at(b"xy", 4).unwrap(), 1);
    script(&storage, Call::Read, 0, Trouble::Interrupted);
    assert_eq!(file.read_at(&mut buffer, 0).unwrap_err().kind(), io::ErrorKind::Interrupted);
    script(&storage, Call::Sync, 0, Trouble::Interrupted);
    file.sync_data().unwrap();
    assert_eq!((bytes(&storage), storage.happened()), (b"abcdx".to_vec(), vec![]));
}

#[test]
fn a_process_can_end_before_or_after_a_call_takes_effect() {
    for (part, length) in [(0, 3), (255, 0)] {
        let (storage, file) = with_file(b"one");
        script(&storage, Call::Truncate, 0, Trouble::Kill { part });
        assert!(file.truncate(0).is_err());
        assert!(file.length().is_err());
        storage.restart();
        assert_eq!(bytes(&storage).len(), length);
    }
}

#[test]
fn another_process_can_come_in_between() {
    let (storage, file) = with_file(b"one");
    script(&storage, Call::Write, 0, Trouble::Interrupted);
    let step = |storage: &FaultyStorage| assert_eq!(open(storage).write_at(b"X", 0).unwrap(), 1);
    storage.set_meanwhile(Call::Write, 0, Box::new(step));
    assert!(file.write_at(b"Y", 1).is_err(), "the script is about the process itself");
    assert_eq!(bytes(&storage), b"Xne");
    assert_eq!(file.write_at(b"Y", 1).unwrap(), 1);
    assert_eq!(bytes(&storage), b"XYe");
}
