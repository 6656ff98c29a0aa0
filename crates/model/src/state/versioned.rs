//! Rows of which corrections make newer versions.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::key::{Key, Names};
use crate::event::Seq;

/// One recorded thing with its corrections.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// The event that recorded it.
    pub seq: Seq,
    retracted: Option<NonZeroU32>,
    /// The event that gave it its present content: `seq`, or a correction.
    pub version: Seq,
    /// Its present content.
    pub row: T,
    /// Earlier contents with their events, oldest first. Nearly nothing has any, so the list itself lies elsewhere.
    #[expect(clippy::box_collection, reason = "8 bytes in every entry instead of 24")]
    older: Option<Box<Vec<(Seq, T)>>>,
}

impl<T> Versioned<T> {
    /// A thing as first recorded.
    pub fn new(seq: Seq, row: T) -> Self {
        Versioned { seq, retracted: None, version: seq, row, older: None }
    }

    /// The event that retracted it, if any.
    pub fn retracted_by(&self) -> Option<Seq> {
        self.retracted.map(NonZeroU32::get)
    }

    /// Whether it was not retracted.
    pub fn is_live(&self) -> bool {
        self.retracted.is_none()
    }

    /// Its contents, the present one first.
    pub fn contents(&self) -> impl Iterator<Item = &T> {
        let older = self.older.iter().flat_map(|older| older.iter().map(|(_, row)| row));
        std::iter::once(&self.row).chain(older)
    }

    /// Takes the content of the correction `seq`.
    pub fn correct(&mut self, seq: Seq, row: T) {
        let before = std::mem::replace(&mut self.row, row);
        self.older.get_or_insert_default().push((self.version, before));
        self.version = seq;
    }
}

/// What later events do to a recorded thing of whatever type.
pub(crate) trait Amend {
    /// Notes that event `by` retracted it.
    fn retract(&mut self, by: Seq);
    /// Undoes the correction `correction`.
    fn undo(&mut self, correction: Seq);
}

impl<T> Amend for Versioned<T> {
    fn retract(&mut self, by: Seq) {
        self.retracted = NonZeroU32::new(by);
    }

    /// Whether the correction is the newest one or not, what remains is the newest of the others.
    fn undo(&mut self, correction: Seq) {
        let Some(older) = &mut self.older else { return };
        if self.version == correction {
            if let Some((version, row)) = older.pop() {
                self.version = version;
                self.row = row;
            }
        } else {
            older.retain(|(version, _)| *version != correction);
        }
    }
}

/// Things of one type, in the order they were recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Log<T>(Vec<Versioned<T>>);

impl<T> Default for Log<T> {
    fn default() -> Self {
        Log(Vec::new())
    }
}

impl<T> Log<T> {
    /// Adds what event `seq` recorded.
    pub fn push(&mut self, seq: Seq, row: T) {
        self.0.push(Versioned::new(seq, row));
    }

    /// What event `seq` recorded.
    pub fn find(&self, seq: Seq) -> Option<&Versioned<T>> {
        let at = self.0.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.0.get(at)
    }

    /// What event `seq` recorded, to change it.
    pub fn find_mut(&mut self, seq: Seq) -> Option<&mut Versioned<T>> {
        let at = self.0.binary_search_by_key(&seq, |entry| entry.seq).ok()?;
        self.0.get_mut(at)
    }

    /// Everything recorded, retracted things included.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Versioned<T>> {
        self.0.iter()
    }

    /// What was not retracted.
    pub fn live(&self) -> impl DoubleEndedIterator<Item = &Versioned<T>> {
        self.0.iter().filter(|entry| entry.is_live())
    }
}

/// Declared things of one type, by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dictionary<K, T> {
    names: Names<K>,
    rows: Vec<Versioned<T>>,
}

impl<K, T> Default for Dictionary<K, T> {
    fn default() -> Self {
        Dictionary { names: Names::default(), rows: Vec::new() }
    }
}

impl<K: Key, T> Dictionary<K, T> {
    /// What `start` leads to by a reference of each entry to another, from itself on. References that go in circles, as only
    /// a ledger can have that no writer admitted, are followed once around at most.
    pub fn chain(&self, start: K, next: impl Fn(&T) -> Option<K>) -> impl Iterator<Item = K> {
        std::iter::successors(Some(start), move |key| next(self.row(*key))).take(self.rows.len())
    }

    /// Declares `id`; an id declared again after a retraction takes the new content.
    pub fn declare(&mut self, seq: Seq, id: &str, row: T) -> K {
        let key = self.names.intern(id);
        let entry = Versioned::new(seq, row);
        match self.rows.get_mut(key.index()) {
            Some(before) => *before = entry,
            None => self.rows.push(entry),
        }
        key
    }

    /// The key of a declared and not retracted id.
    pub fn find(&self, id: &str) -> Option<K> {
        self.names.find(id).filter(|key| self.rows[key.index()].is_live())
    }

    /// The id under `key`.
    pub fn name(&self, key: K) -> &str {
        self.names.name(key)
    }

    /// The declaration under `key`.
    pub fn entry(&self, key: K) -> &Versioned<T> {
        &self.rows[key.index()]
    }

    /// The content under `key`.
    pub fn row(&self, key: K) -> &T {
        &self.rows[key.index()].row
    }

    /// All declarations, retracted ones included, in key order.
    pub fn entries(&self) -> impl Iterator<Item = &Versioned<T>> {
        self.rows.iter()
    }

    /// The keys of all declarations, retracted ones included.
    pub fn keys(&self) -> impl Iterator<Item = K> + use<K, T> {
        (0..self.rows.len()).map(K::from_index)
    }

    /// The key of what event `seq` declared.
    pub fn by_seq(&self, seq: Seq) -> Option<K> {
        self.rows.iter().position(|entry| entry.seq == seq).map(K::from_index)
    }

    /// What event `seq` declared, to change it.
    pub fn find_mut(&mut self, seq: Seq) -> Option<&mut Versioned<T>> {
        self.rows.iter_mut().find(|entry| entry.seq == seq)
    }

    /// Declared and not retracted things, in key order.
    pub fn live_keys(&self) -> impl Iterator<Item = K> {
        (0..self.rows.len()).filter(|&at| self.rows[at].is_live()).map(K::from_index)
    }

    /// Declared and not retracted things, in order of id.
    pub fn live_sorted(&self) -> Vec<K> {
        let mut keys: Vec<K> = self.live_keys().collect();
        keys.sort_unstable_by_key(|key| self.names.name(*key));
        keys
    }

    /// The ids that are declared and not retracted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.names.iter().zip(&self.rows).filter(|(_, entry)| entry.is_live()).map(|(id, _)| id)
    }

    /// For each key, its place among all ids in byte order.
    pub fn ranks(&self) -> Vec<u32> {
        self.names.ranks()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::state::key::SourceKey;

    #[test]
    fn the_newest_correction_wins_and_undoing_one_restores_what_was_before() {
        let mut entry = Versioned::new(1, "first");
        entry.correct(5, "second");
        entry.correct(7, "third");
        assert_eq!(entry.row, "third");
        entry.undo(5);
        assert_eq!(entry.row, "third");
        entry.undo(7);
        assert_eq!((entry.version, entry.row), (1, "first"));
    }

    #[test]
    fn a_retracted_declaration_is_not_found_and_can_be_made_again() {
        let mut sources: Dictionary<SourceKey, u8> = Dictionary::default();
        let key = sources.declare(2, "x", 1);
        sources.find_mut(2).unwrap().retract(3);
        assert_eq!(sources.find("x"), None);
        assert_eq!(sources.declare(4, "x", 2), key);
        assert_eq!(sources.row(key), &2);
    }
}
