//! Blocks of any size on any number of threads are the lines of the ledger, in order, or nothing.

#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::testing::{Folder, WatchedStorage, ledger};
use crate::{LineRef, Visitor};

type Lines = Vec<(u64, String)>;

#[derive(Default)]
struct Collect(Lines);

impl Visitor for Collect {
    fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()> {
        self.0.push((line.offset, String::from_utf8_lossy(line.bytes).into_owned()));
        ControlFlow::Continue(())
    }
}

fn in_blocks(ledger: &Ledger, threads: usize, block: u64) -> Option<Lines> {
    let division = Division { threads: threads.try_into().unwrap(), block: block.try_into().unwrap() };
    ledger.read_blocks(division, Lines::new(), |block, turn| {
        let lines: Lines = block.events().map(|(offset, line)| (offset, line.to_owned())).collect();
        turn.take(block, |all: &mut Lines| {
            all.extend(lines);
            Some(())
        })
    })
}

fn open(bytes: &[u8]) -> Option<Ledger> {
    let folder = Folder::with(bytes);
    Ledger::open(&WatchedStorage::default(), &folder.path()).ok()
}

#[test]
fn work_that_fails_ends_the_pass() {
    let ledger = open(&ledger(&[5, 5, 5])).unwrap();
    let division = Division { threads: 3.try_into().unwrap(), block: 300.try_into().unwrap() };
    let taken = ledger.read_blocks(division, 0, |block, turn| {
        let fails = block.events().any(|(_, line)| line.contains("\"seq\":7,"));
        turn.take(block, |blocks: &mut u32| {
            *blocks += 1;
            (!fails).then_some(())
        })
    });
    assert_eq!(taken, None);
    let unused = ledger.read_blocks(division, (), |_, turn| {
        drop(turn);
        Some(())
    });
    assert_eq!(unused, None);
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn a_thread_that_panics_leaves_no_other_waiting() {
    let ledger = open(&ledger(&[5, 5, 5])).unwrap();
    let division = Division { threads: 2.try_into().unwrap(), block: 300.try_into().unwrap() };
    let main = thread::current().id();
    ledger.read_blocks(division, (), |block, turn| {
        assert_eq!(thread::current().id(), main);
        // The other thread gets its block meanwhile.
        thread::sleep(std::time::Duration::from_millis(50));
        turn.take(block, |()| Some(()))
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// As line by line, whatever the division; and where that finds damage there is nothing.
    #[test]
    fn blocks_are_the_lines(
        batches in prop::collection::vec(1_u64..6, 1..8),
        threads in 1_usize..5,
        block in 1_u64..2_000,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..2),
    ) {
        let mut bytes = ledger(&batches);
        for (index, byte) in damage {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let Some(opened) = open(&bytes) else { return Ok(()) };
        let mut collect = Collect::default();
        let read = opened.read(&mut collect).is_ok();
        prop_assert_eq!(in_blocks(&opened, threads, block), read.then_some(collect.0));
    }
}
