//! Keys into the state's columns, and interning.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};
use serde::de::{Deserializer, Error};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::stored::pieces;

/// A position in a column. Stored plus one, so that `Option<Key>` takes four bytes.
pub trait Key: Copy + Eq + Hash + fmt::Debug {
    /// The key of position `index`, counted from 0.
    fn from_index(index: usize) -> Self;
    /// The position, counted from 0.
    fn index(self) -> usize;
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(NonZeroU32);

        impl Key for $name {
            fn from_index(index: usize) -> Self {
                let stored = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
                $name(stored.expect("a ledger has fewer than 2^32 events, so no column is longer"))
            }

            fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }
    )+};
}

keys! {
    /// A declared source.
    SourceKey,
    /// A declared reporter.
    ReporterKey,
    /// A declared place.
    PlaceKey,
    /// A declared dimension.
    DimensionKey,
    /// A declared indicator, counted or derived.
    IndicatorKey,
    /// A recorded vote.
    VoteKey,
    /// A documented case.
    CaseKey,
    /// A check kept in the ledger.
    CheckKey,
    /// A breakdown in its one spelling, `dim=code;dim=code`.
    BreakdownKey,
    /// An interned date.
    DateKey,
    /// An interned publication date or instant.
    PublishedKey,
    /// A series.
    SeriesKey,
    /// A value that is not one small number.
    AsideKey,
}

/// Distinct values in order of first appearance, each under a key.
#[derive(Clone, Debug)]
pub struct Interned<K, T> {
    table: HashTable<u32>,
    items: Vec<T>,
    hasher: DefaultHashBuilder,
    keys: PhantomData<K>,
}

impl<K, T> Default for Interned<K, T> {
    fn default() -> Self {
        Interned {
            table: HashTable::new(),
            items: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            keys: PhantomData,
        }
    }
}

impl<K: Key, T: Hash + Eq> Interned<K, T> {
    /// The key of `item`, new or known.
    pub fn intern(&mut self, item: T) -> K {
        let hash = self.hasher.hash_one(&item);
        let (items, hasher) = (&self.items, &self.hasher);
        let entry = self.table.entry(
            hash,
            |&at| items[at as usize] == item,
            |&at| hasher.hash_one(&items[at as usize]),
        );
        let at = *entry.or_insert(items.len() as u32).get();
        if at as usize == self.items.len() {
            self.items.push(item);
        }
        K::from_index(at as usize)
    }

    /// The key of a known item.
    pub fn find(&self, item: &T) -> Option<K> {
        let at = self.table.find(self.hasher.hash_one(item), |&at| self.items[at as usize] == *item)?;
        Some(K::from_index(*at as usize))
    }

    /// The keys of known items, of as many as there is room for; they are looked up side by side: where they may be, and then
    /// whether they are there. So several wait for memory at the same time.
    pub fn find_each<'i, const N: usize>(&self, items: impl Iterator<Item = &'i T> + Clone) -> [Option<K>; N]
    where
        T: 'i,
    {
        let (mut hashes, mut places, mut keys) = ([0; N], [None; N], [None; N]);
        for (hash, item) in hashes.iter_mut().zip(items.clone()) {
            *hash = self.hasher.hash_one(item);
        }
        // Where nothing has the few bits of a hash that the table compares first, there is no such item.
        for ((place, hash), _) in places.iter_mut().zip(hashes).zip(items.clone()) {
            *place = self.table.find(hash, |_| true).copied();
        }
        for ((key, place), item) in keys.iter_mut().zip(places).zip(items) {
            *key = match place {
                Some(at) if self.items[at as usize] == *item => Some(K::from_index(at as usize)),
                Some(_) => self.find(item),
                None => None,
            };
        }
        keys
    }

    /// The item under `key`.
    pub fn get(&self, key: K) -> &T {
        &self.items[key.index()]
    }

    /// All items, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.items.iter().enumerate().map(|(index, item)| (K::from_index(index), item))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<K, T: Serialize> Serialize for Interned<K, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.items.serialize(to)
    }
}

impl<'de, K, T: Deserialize<'de> + Hash> Deserialize<'de> for Interned<K, T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let items = Vec::<T>::deserialize(from)?;
        let hasher = DefaultHashBuilder::default();
        let table = table(items.len(), |at| hasher.hash_one(&items[at]));
        Ok(Interned { table, items, hasher, keys: PhantomData })
    }
}

/// The table of so many items that are known to be distinct.
fn table(items: usize, hash: impl Fn(usize) -> u64) -> HashTable<u32> {
    let mut table = HashTable::with_capacity(items);
    for at in 0..items {
        table.insert_unique(hash(at), at as u32, |&at| hash(at as usize));
    }
    table
}

/// Distinct names in order of first appearance, in one allocation.
#[derive(Clone, Debug)]
pub struct Names<K> {
    table: HashTable<u32>,
    text: String,
    ends: Vec<u32>,
    hasher: DefaultHashBuilder,
    keys: PhantomData<K>,
}

impl<K> Default for Names<K> {
    fn default() -> Self {
        Names {
            table: HashTable::new(),
            text: String::new(),
            ends: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            keys: PhantomData,
        }
    }
}

impl<K: Key> Names<K> {
    /// The key of `name`, new or known.
    pub fn intern(&mut self, name: &str) -> K {
        if let Some(key) = self.find(name) {
            return key;
        }
        let at = self.ends.len();
        self.text.push_str(name);
        let end = u32::try_from(self.text.len());
        self.ends.push(end.expect("names are short: a ledger's distinct ids stay far below 4 GiB"));
        let (text, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        self.table.insert_unique(hash(hasher, name.as_bytes()), at as u32, |&at| {
            hash(hasher, bytes(text, ends, at as usize))
        });
        K::from_index(at)
    }

    /// The key of a known name.
    #[inline]
    pub fn find(&self, name: &str) -> Option<K> {
        let is_it = |&at: &u32| are_same(bytes(&self.text, &self.ends, at as usize), name.as_bytes());
        let at = self.table.find(hash(&self.hasher, name.as_bytes()), is_it)?;
        Some(K::from_index(*at as usize))
    }

    /// The name under `key`.
    pub fn name(&self, key: K) -> &str {
        slice(&self.text, &self.ends, key.index())
    }

    /// All names, in key order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| slice(&self.text, &self.ends, at))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// For each key, its place among all names in byte order: the order of rows in every table.
    pub fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<usize> = (0..self.len()).collect();
        sorted.sort_unstable_by_key(|&at| slice(&self.text, &self.ends, at));
        let mut ranks = vec![0; sorted.len()];
        for (rank, at) in sorted.into_iter().enumerate() {
            ranks[at] = rank as u32;
        }
        ranks
    }
}

/// Names as they are stored.
#[derive(Serialize, Deserialize)]
struct StoredNames<'n> {
    #[serde(with = "pieces")]
    text: Cow<'n, [u8]>,
    ends: Cow<'n, [u32]>,
}

impl<K> Serialize for Names<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        StoredNames { text: self.text.as_bytes().into(), ends: (&self.ends).into() }.serialize(to)
    }
}

impl<'de, K> Deserialize<'de> for Names<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let StoredNames { text, ends } = StoredNames::deserialize(from)?;
        let text = String::from_utf8(text.into_owned()).map_err(D::Error::custom)?;
        let (ends, hasher) = (ends.into_owned(), DefaultHashBuilder::default());
        let table = table(ends.len(), |at| hash(&hasher, bytes(&text, &ends, at)));
        Ok(Names { table, text, ends, hasher, keys: PhantomData })
    }
}

fn slice<'a>(text: &'a str, ends: &[u32], at: usize) -> &'a str {
    &text[range(ends, at)]
}

/// The same, where it need not be shown that it begins and ends between two characters: names are looked up more often than told.
fn bytes<'a>(text: &'a str, ends: &[u32], at: usize) -> &'a [u8] {
    &text.as_bytes()[range(ends, at)]
}

fn range(ends: &[u32], at: usize) -> Range<usize> {
    let start = if at == 0 { 0 } else { ends[at - 1] as usize };
    start..ends[at] as usize
}

/// Whether two names are the same: most have 8 to 16 bytes, which are two words, in part the same; a call would cost more.
#[inline]
fn are_same(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<8>(), a.last_chunk::<8>(), b.first_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(first), Some(last), Some(other_first), Some(other_last)) if a.len() <= 16 => {
            a.len() == b.len() && first == other_first && last == other_last
        }
        _ => a == b,
    }
}

/// The hash of a name: in one piece, without the mark for its end that those of parts need.
fn hash(hasher: &DefaultHashBuilder, name: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(name);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_kept_once_and_ranked_by_bytes() {
        let mut names: Names<SourceKey> = Names::default();
        let keys: Vec<_> = ["b", "a", "c", "a", "b"].map(|name| names.intern(name)).to_vec();
        assert_eq!(names.len(), 3);
        assert_eq!(keys[1], keys[3]);
        assert_eq!(names.name(keys[2]), "c");
        assert_eq!(names.find("d"), None);
        assert_eq!(names.ranks(), [1, 0, 2]);
    }

    proptest! {
        #[test]
        fn names_are_the_same_exactly_if_all_their_bytes_are(a in "[ab]{0,20}", b in "[ab]{0,20}", at in 0..20_usize) {
            let mut other = a.clone().into_bytes();
            if let Some(byte) = other.get_mut(at) {
                *byte = b'c';
            }
            for other in [a.as_bytes(), b.as_bytes(), &other] {
                prop_assert_eq!(are_same(a.as_bytes(), other), a.as_bytes() == other);
            }
        }
    }

    #[test]
    fn items_that_are_looked_up_side_by_side_are_those_found_one_by_one() {
        let mut items: Interned<DateKey, u32> = Interned::default();
        (0..5000).for_each(|item| assert_eq!(items.intern(item * 3), DateKey::from_index(item as usize)));
        for start in (0..20_000_u32).step_by(7) {
            let asked: Vec<u32> = (start..start + start % 9).collect();
            let found: [Option<DateKey>; 8] = items.find_each(asked.iter());
            let one_by_one: Vec<_> = asked.iter().map(|item| items.find(item)).collect();
            assert_eq!(
                (&found[..asked.len()], &found[asked.len()..]),
                (&*one_by_one, &[None; 8][asked.len()..])
            );
        }
    }

    #[test]
    fn an_optional_key_is_four_bytes() {
        assert_eq!(size_of::<Option<SourceKey>>(), 4);
        let mut items: Interned<DateKey, i32> = Interned::default();
        let first = items.intern(7);
        assert_eq!(items.intern(7), first);
        assert_eq!(items.get(first), &7);
    }
}
