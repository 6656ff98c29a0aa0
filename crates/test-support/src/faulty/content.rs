//! The bytes of one file twice: on the device, and in the page cache, where processes see them.

use std::collections::BTreeSet;
use std::ops::Range;

use super::chance::Chance;

/// What the page cache keeps, writes back and forgets at once.
const PAGE: usize = 4096;

/// What a device writes whole or not at all.
const SECTOR: usize = 512;

/// One file's content and length.
///
/// Between two syncs the device may take any sector as it was at any moment since the first of them, and any length
/// the file had: that one rule covers writes that are lost, torn, reordered, or leave zeros behind.
#[derive(Debug, Default)]
pub(super) struct Content {
    device: Vec<u8>,
    /// What the file was after each change since the last sync, oldest first.
    unsynced: Vec<Vec<u8>>,
    /// Pages that differ from the device and that the cache still means to write back.
    dirty: BTreeSet<usize>,
    seen: Vec<u8>,
}

impl Content {
    /// What processes read.
    pub(super) fn seen(&self) -> &[u8] {
        &self.seen
    }

    /// Whether a power cut could take something.
    pub(super) fn is_unsynced(&self) -> bool {
        !self.unsynced.is_empty()
    }

    pub(super) fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        let from = offset.min(self.seen.len());
        if self.seen.len() < end {
            self.seen.resize(end, 0);
        }
        self.seen[offset..end].copy_from_slice(bytes);
        self.changed(from..end);
    }

    pub(super) fn truncate(&mut self, length: usize) {
        let from = length.min(self.seen.len());
        self.seen.resize(length, 0);
        self.changed(from..length.max(from + 1));
    }

    fn changed(&mut self, bytes: Range<usize>) {
        self.dirty.extend(bytes.start / PAGE..bytes.end.div_ceil(PAGE));
        self.unsynced.push(self.seen.clone());
    }

    /// Everything the cache means to write is on the device.
    pub(super) fn sync(&mut self) {
        let shortest = self.unsynced.iter().map(Vec::len).min().unwrap_or(usize::MAX);
        self.device.truncate(shortest);
        self.device.resize(self.seen.len(), 0);
        for page in &self.dirty {
            let bytes = part(*page, PAGE, self.seen.len());
            self.device[bytes.clone()].copy_from_slice(&self.seen[bytes]);
        }
        self.forget_changes();
    }

    /// The device refuses to take what the cache means to write: some of it may be there, and the cache, which goes on
    /// showing all of it, means to write none of it any more. The next sync finds nothing to do and succeeds.
    pub(super) fn fail_sync(&mut self, chance: &mut Chance) {
        self.device = self.survivor(chance);
        self.forget_changes();
    }

    /// The power goes: processes see what the device has.
    pub(super) fn cut_power(&mut self, chance: &mut Chance) {
        self.device = self.survivor(chance);
        self.seen.clone_from(&self.device);
        self.forget_changes();
    }

    /// The cache forgets the clean pages from the one with this byte on, and so shows what the device has.
    pub(super) fn drop_cache(&mut self, from: usize) {
        for page in from / PAGE..self.seen.len().div_ceil(PAGE) {
            if self.dirty.contains(&page) {
                continue;
            }
            for at in part(page, PAGE, self.seen.len()) {
                self.seen[at] = self.device.get(at).copied().unwrap_or(0);
            }
        }
    }

    fn forget_changes(&mut self) {
        self.unsynced.clear();
        self.dirty.clear();
    }

    /// What the device may hold at this moment.
    fn survivor(&self, chance: &mut Chance) -> Vec<u8> {
        let states: Vec<&Vec<u8>> = std::iter::once(&self.device).chain(&self.unsynced).collect();
        // All lost and all kept are likelier than chance would have them.
        match chance.below(6) {
            0 => return self.device.clone(),
            1 => return states[states.len() - 1].clone(),
            _ => {}
        }
        let mut survivor = self.device.clone();
        survivor.resize(states[chance.below(states.len())].len(), 0);
        for sector in self.dirty.iter().flat_map(|page| page * (PAGE / SECTOR)..(page + 1) * (PAGE / SECTOR))
        {
            let state = states[chance.below(states.len())];
            for at in part(sector, SECTOR, survivor.len()) {
                survivor[at] = state.get(at).copied().unwrap_or(0);
            }
        }
        survivor
    }
}

/// The bytes of part number `index`, where parts have `size` bytes, of a file with `length`.
fn part(index: usize, size: usize, length: usize) -> Range<usize> {
    (index * size).min(length)..((index + 1) * size).min(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A synced file of `length` bytes `a`, then `more` of `b` behind them that are not synced.
    fn appended(length: usize, more: usize) -> Content {
        let mut content = Content::default();
        content.write(&vec![b'a'; length], 0);
        content.sync();
        content.write(&vec![b'b'; more], length);
        content
    }

    fn after_power_cut(mut content: Content, seed: u64) -> Vec<u8> {
        content.cut_power(&mut Chance::new(seed));
        assert!(!content.is_unsynced());
        content.seen().to_vec()
    }

    #[test]
    fn what_is_synced_survives_and_the_rest_may() {
        let outcomes: Vec<_> = (0..200).map(|seed| after_power_cut(appended(1000, 3000), seed)).collect();
        assert!(outcomes.iter().all(|bytes| bytes[..1000] == [b'a'; 1000]));
        let rest = |bytes: &Vec<u8>, byte| bytes[1000..].contains(&byte);
        assert!(outcomes.iter().any(|bytes| bytes.len() == 1000), "all lost");
        assert!(outcomes.iter().any(|bytes| bytes.len() == 4000 && !rest(bytes, 0)), "all kept");
        assert!(outcomes.iter().any(|bytes| rest(bytes, 0) && !rest(bytes, b'b')), "zeroed");
        let reordered = |bytes: &Vec<u8>| {
            let zero = bytes.iter().position(|byte| *byte == 0);
            zero.is_some_and(|zero| bytes[zero..].contains(&b'b'))
        };
        assert!(outcomes.iter().any(reordered), "a later sector without an earlier one");
    }

    #[test]
    fn a_sync_makes_everything_survive() {
        for seed in 0..100 {
            let mut content = appended(1000, 3000);
            content.sync();
            assert_eq!(after_power_cut(content, seed), [vec![b'a'; 1000], vec![b'b'; 3000]].concat());
        }
    }

    #[test]
    fn a_cut_may_be_lost_and_what_grows_in_its_place_is_new() {
        let cut = || {
            let mut content = appended(1000, 0);
            content.truncate(100);
            content
        };
        let lengths: BTreeSet<_> = (0..100).map(|seed| after_power_cut(cut(), seed).len()).collect();
        assert_eq!(lengths, BTreeSet::from([100, 1000]));
        let mut content = cut();
        content.truncate(9000);
        content.sync();
        content.drop_cache(0);
        assert_eq!(content.seen(), [&[b'a'; 100][..], &[0; 8900]].concat());
    }

    #[test]
    fn after_a_failed_sync_the_cache_shows_what_the_device_has_not() {
        let whole = [vec![b'a'; 1000], vec![b'b'; 3000]].concat();
        let mut lost = 0;
        for seed in 0..100 {
            let mut content = appended(1000, 3000);
            content.fail_sync(&mut Chance::new(seed));
            assert_eq!(content.seen(), whole);
            // A second sync claims success and writes nothing.
            content.sync();
            assert_eq!(content.seen(), whole);
            content.drop_cache(0);
            assert_eq!(content.seen()[..1000], whole[..1000]);
            lost += u32::from(content.seen() != whole);
        }
        assert!((50..100).contains(&lost), "{lost}");
    }

    #[test]
    fn dirty_pages_are_not_dropped_and_pages_are_dropped_whole() {
        let mut content = appended(2 * PAGE, 10);
        content.drop_cache(0);
        assert_eq!(content.seen().len(), 2 * PAGE + 10);
        let mut content = appended(0, 2 * PAGE);
        let mut lost = Chance::new(0);
        while lost.clone().below(6) != 0 {
            lost.below(6);
        }
        content.fail_sync(&mut lost);
        content.drop_cache(PAGE + 5);
        assert_eq!(content.seen(), [vec![b'b'; PAGE], vec![0; PAGE]].concat());
    }
}
