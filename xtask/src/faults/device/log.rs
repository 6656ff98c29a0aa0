//! A disk that keeps a log of what is written to it, and what it may hold after a power cut at any point of the log.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::{Mutex, MutexGuard};

use crate::generate::Random;

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Something that happened to a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Bytes were written.
    Write {
        /// Where.
        offset: u64,
        /// What.
        bytes: Vec<u8>,
        /// They survive a power cut without a flush.
        durable: bool,
    },
    /// Everything written before survives a power cut.
    Flush,
}

/// A disk in memory with its log.
#[derive(Debug)]
pub(crate) struct Disk(Mutex<Contents>);

#[derive(Debug)]
struct Contents {
    image: Vec<u8>,
    log: Vec<Entry>,
}

impl Disk {
    /// A disk that holds this, with an empty log.
    pub(crate) fn new(image: Vec<u8>) -> Disk {
        Disk(Mutex::new(Contents { image, log: Vec::new() }))
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().expect("nothing panics while it holds the disk")
    }

    /// Its size in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.contents().image.len() as u64
    }

    /// What is written there; nothing if the disk ends before.
    pub(crate) fn read(&self, offset: u64, length: u32) -> Option<Vec<u8>> {
        let contents = self.contents();
        place(&contents.image, offset, length as usize).map(|place| contents.image[place].to_vec())
    }

    /// Writes; nothing happens if the disk ends before.
    pub(crate) fn write(&self, offset: u64, bytes: Vec<u8>, durable: bool) -> Option<()> {
        let mut contents = self.contents();
        let place = place(&contents.image, offset, bytes.len())?;
        contents.image[place].copy_from_slice(&bytes);
        contents.log.push(Entry::Write { offset, bytes, durable });
        Some(())
    }

    /// Notes that the client asked for a flush.
    pub(crate) fn flush(&self) {
        self.contents().log.push(Entry::Flush);
    }

    /// How much has happened so far.
    pub(crate) fn position(&self) -> usize {
        self.contents().log.len()
    }

    /// Begins the log anew; gives what the disk holds then.
    pub(crate) fn begin_log(&self) -> Vec<u8> {
        let mut contents = self.contents();
        contents.log.clear();
        contents.image.clone()
    }

    /// The log so far; a new one is begun.
    pub(crate) fn take_log(&self) -> Vec<Entry> {
        take(&mut self.contents().log)
    }
}

fn place(image: &[u8], offset: u64, length: usize) -> Option<std::ops::Range<usize>> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(length)?;
    (end <= image.len()).then_some(start..end)
}

/// A power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// So many entries of the log had happened.
    pub(crate) position: usize,
    /// What is left of the writes behind the last flush: all of them, or what chance leaves of them, sector by sector.
    pub(crate) chance: Option<u64>,
}

/// Every state that is tried: at every position, all writes, and `chances` times what chance leaves of them.
pub(crate) fn cuts(log: &[Entry], chances: u64, random: &mut Random) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for position in 1..=log.len() {
        if log[position - 1] == Entry::Flush {
            // As one entry earlier with all writes.
            continue;
        }
        cuts.push(Cut { position, chance: None });
        for _ in 0..chances {
            cuts.push(Cut { position, chance: Some(random.below(u64::MAX)) });
        }
    }
    cuts
}

/// What the disk holds after a cut: what was durable, and of the rest what the cut leaves.
pub(crate) fn after(image: &[u8], log: &[Entry], cut: Cut) -> Vec<u8> {
    let mut image = image.to_vec();
    let log = &log[..cut.position];
    let flushed = log.iter().rposition(|entry| *entry == Entry::Flush).unwrap_or(0);
    let mut random = Random::new(cut.chance.unwrap_or(0));
    for (position, entry) in log.iter().enumerate() {
        let Entry::Write { offset, bytes, durable } = entry else { continue };
        let whole = position < flushed || *durable || cut.chance.is_none();
        let kept = if whole { Kept::All } else { Kept::by_chance(bytes.len(), &mut random) };
        let start = *offset as usize;
        for (number, sector) in bytes.chunks(SECTOR).enumerate().filter(|(number, _)| kept.has(*number)) {
            let start = start + number * SECTOR;
            image[start..start + sector.len()].copy_from_slice(sector);
        }
    }
    image
}

/// What is left of a write.
enum Kept {
    All,
    Nothing,
    /// These sectors.
    Some(BTreeSet<usize>),
}

impl Kept {
    /// All and nothing are as likely as a torn write.
    fn by_chance(length: usize, random: &mut Random) -> Kept {
        match random.below(3) {
            0 => Kept::All,
            1 => Kept::Nothing,
            _ => Kept::Some((0..length.div_ceil(SECTOR)).filter(|_| random.percent(50)).collect()),
        }
    }

    fn has(&self, sector: usize) -> bool {
        match self {
            Kept::All => true,
            Kept::Nothing => false,
            Kept::Some(sectors) => sectors.contains(&sector),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(sector: u64, value: u8, sectors: usize, durable: bool) -> Entry {
        Entry::Write { offset: sector * SECTOR as u64, bytes: vec![value; sectors * SECTOR], durable }
    }

    fn log() -> Vec<Entry> {
        vec![
            write(0, 1, 4, false),
            Entry::Flush,
            write(1, 2, 1, false),
            write(2, 3, 1, true),
            write(3, 4, 2, false),
        ]
    }

    /// The first byte of each of six sectors.
    fn sectors(cut: Cut) -> Vec<u8> {
        after(&[0; 6 * SECTOR], &log(), cut).chunks(SECTOR).map(|sector| sector[0]).collect()
    }

    #[test]
    fn without_chance_the_prefix_is_there() {
        let at = |position| sectors(Cut { position, chance: None });
        assert_eq!(at(0), [0, 0, 0, 0, 0, 0]);
        assert_eq!(at(1), [1, 1, 1, 1, 0, 0]);
        assert_eq!(at(3), [1, 2, 1, 1, 0, 0]);
        assert_eq!(at(5), [1, 2, 3, 4, 4, 0]);
    }

    #[test]
    fn chance_takes_only_what_was_not_flushed() {
        let mut seen = BTreeSet::new();
        for seed in 0..200 {
            let cut = Cut { position: 5, chance: Some(seed) };
            let left = sectors(cut);
            assert_eq!(left, sectors(cut), "the same for the same seed");
            // Flushed, or written through: there, unless overwritten by what came later.
            assert_eq!((left[0], left[2], left[5]), (1, 3, 0));
            seen.insert((left[1], left[3], left[4]));
        }
        // Each of the two other writes is there, absent or, if longer than a sector, torn.
        assert_eq!(seen.len(), 2 * 4, "{seen:?}");
    }

    #[test]
    fn every_position_but_flushes_is_cut() {
        let cuts = cuts(&log(), 2, &mut Random::new(1));
        let positions: Vec<usize> = cuts.iter().map(|cut| cut.position).collect();
        assert_eq!(positions, [1, 1, 1, 3, 3, 3, 4, 4, 4, 5, 5, 5]);
        assert_eq!(cuts.iter().filter(|cut| cut.chance.is_none()).count(), 4);
    }

    #[test]
    fn a_disk_ends_somewhere() {
        let disk = Disk::new(vec![0; 4]);
        assert_eq!(disk.write(2, vec![1; 3], false), None);
        assert_eq!(disk.write(u64::MAX, vec![1], false), None);
        assert_eq!(disk.read(4, 1), None);
        assert_eq!(disk.write(2, vec![1; 2], false), Some(()));
        assert_eq!(disk.read(1, 3), Some(vec![0, 1, 1]));
        assert_eq!((disk.position(), disk.length()), (1, 4));
    }
}
