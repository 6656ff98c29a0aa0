//! What is recorded already: events by their content, so that a repeated append is found.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};

use recount_ledger::codec;
use recount_model::event::{Kind, Seq};

/// So many late contents are put among the sorted ones at once.
const LATE: usize = 1 << 16;

/// Bytes that are read at once.
const PIECE: u64 = 1 << 16;

/// Sequence numbers by a digest of type and content: eight bytes an event.
///
/// A digest may be shared by chance, so a hit is compared with the event itself before anything is said of it.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Half of the digest and the event, sorted once the ledger is read.
    sorted: Vec<(u32, Seq)>,
    /// Where among them those begin that begin with the same bits, about eight of them: looking one up is looking there and there,
    /// and not at twenty places of the memory.
    starts: Vec<u32>,
    /// By whole digests: what came since, which may be in no file yet to be compared with.
    late: HashMap<u64, Seq, BuildHasherDefault<Hashed>>,
    /// All of them are in the file.
    is_late_in_file: bool,
}

/// Digests are hashes already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only digests are looked up")
    }
}

impl Contents {
    /// For a ledger of about so many events.
    pub(crate) fn with_capacity(events: u64) -> Contents {
        let events = usize::try_from(events).unwrap_or(0);
        Contents { sorted: Vec::with_capacity(events), ..Contents::default() }
    }

    /// Notes the digest of what event `seq` of the ledger says, while it is read.
    pub(crate) fn read(&mut self, seq: Seq, digest: u64) {
        self.sorted.push((half(digest), seq));
    }

    /// The ledger is read: events can be found.
    pub(crate) fn sort(&mut self) {
        self.sorted.sort_unstable();
        self.index();
    }

    fn index(&mut self) {
        let bits = (self.sorted.len() / 8).max(1).ilog2();
        self.starts.clear();
        self.starts.reserve_exact((1 << bits) + 1);
        let mut start = 0;
        for first in 0..=1 << bits {
            let before = |(half_of, _): &&(u32, Seq)| u64::from(*half_of) << bits >> 32 < first;
            start += self.sorted[start..].iter().take_while(before).count();
            self.starts.push(start as u32);
        }
    }

    /// Those that begin with the same bits as a digest.
    fn near(&self, digest: u64) -> &[(u32, Seq)] {
        let Some(bits) = self.starts.len().checked_sub(1).map(usize::ilog2) else { return &[] };
        let first = (u64::from(half(digest)) << bits >> 32) as usize;
        &self.sorted[self.starts[first] as usize..self.starts[first + 1] as usize]
    }

    /// Reads what [`Contents::store`] wrote, which is all there is.
    ///
    /// # Errors
    ///
    /// What reading says.
    pub(crate) fn stored(mut from: impl Read) -> io::Result<Contents> {
        let (mut bytes, mut sorted) = (Vec::new(), Vec::new());
        while from.by_ref().take(PIECE).read_to_end(&mut bytes)? > 0 {
            let pairs = bytes.as_chunks().0.iter().map(|pair| u64::from_le_bytes(*pair));
            sorted.extend(pairs.map(|pair| ((pair >> 32) as u32, pair as u32)));
            bytes.clear();
        }
        let mut contents = Contents { sorted, ..Contents::default() };
        contents.index();
        Ok(contents)
    }

    /// Writes all that is noted, each with the half of its digest.
    ///
    /// # Errors
    ///
    /// What writing says.
    pub(crate) fn store(&mut self, to: &mut impl Write) -> io::Result<()> {
        self.settle();
        for (half_of, seq) in &self.sorted {
            to.write_all(&(u64::from(*half_of) << 32 | u64::from(*seq)).to_le_bytes())?;
        }
        Ok(())
    }

    /// Puts the late ones among the sorted ones.
    fn settle(&mut self) {
        self.sorted.extend(self.late.drain().map(|(digest, seq)| (half(digest), seq)));
        // The stable sort takes what is sorted already as it is.
        self.sorted.sort();
        self.index();
    }

    /// Notes the digest of what event `seq` says, which is newer than all that were read.
    pub(crate) fn note(&mut self, seq: Seq, digest: u64) {
        if self.is_late_in_file && self.late.len() > LATE {
            self.settle();
        }
        self.is_late_in_file = false;
        self.late.insert(digest, seq);
    }

    /// What was noted is in the file now. Few of them stay apart, so that many appends in a row need no more than one; many are
    /// sorted when more is noted, which after a single large batch is never.
    pub(crate) fn committed(&mut self) {
        self.is_late_in_file = true;
    }

    /// The events that may say the same, the newest first.
    pub(crate) fn find(&self, digest: u64) -> impl Iterator<Item = Seq> {
        let same = move |(half_of, seq): &(u32, Seq)| (*half_of == half(digest)).then_some(*seq);
        let late = self.late.get(&digest).copied();
        late.into_iter().chain(self.near(digest).iter().rev().filter_map(same))
    }
}

fn half(digest: u64) -> u32 {
    (digest >> 32) as u32
}

fn digest(kind: Kind, content: &str) -> u64 {
    // DefaultHasher::new has fixed keys. Who keeps the table for longer than the process keeps the probe with it.
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    content.hash(&mut hasher);
    hasher.finish()
}

/// The digest of something fixed: where it is another, all are.
pub(crate) fn probe() -> u64 {
    digest(Kind::LedgerCreated, "probe")
}

/// The digest of what an event says; `None` where it cannot be found by that.
pub(crate) type Digest = Option<u64>;

/// The digest of what the data of an event say.
pub(crate) fn digest_of(kind: Kind, data: &str, kind_of: &dyn Fn(Seq) -> Option<Kind>) -> Digest {
    content(kind_of, kind, data).map(|content| digest(kind, &content))
}

/// The same for data that are known to be in the writer's own spelling.
pub(crate) fn digest_of_written(kind: Kind, data: &str, kind_of: &dyn Fn(Seq) -> Option<Kind>) -> Digest {
    digest_of_read(kind, data, true, kind_of)
}

/// The same for data that were read, which told whether they are in the writer's own spelling.
pub(crate) fn digest_of_read(
    kind: Kind,
    data: &str,
    is_written: bool,
    kind_of: &dyn Fn(Seq) -> Option<Kind>,
) -> Digest {
    if repeats_freely(kind) {
        return None;
    }
    match codec::read_content(kind, data, is_written, kind_of) {
        Some(content) => Some(digest(kind, &content)),
        None => digest_of(kind, data, kind_of),
    }
}

/// The content by which an event of this type is found again; `None` for types that may repeat.
pub(crate) fn content<'d>(
    kind_of: &dyn Fn(Seq) -> Option<Kind>,
    kind: Kind,
    data: &'d str,
) -> Option<Cow<'d, str>> {
    if repeats_freely(kind) { None } else { codec::content(kind, data, kind_of).ok() }
}

fn repeats_freely(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::LedgerCreated
            | Kind::RecordRetracted
            | Kind::ImportRecorded
            | Kind::LedgerMerged
            | Kind::LedgerUpgraded
            | Kind::EventRedacted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_comes_first_whenever_it_was_noted() {
        let kind = Kind::FigureReported;
        let mut contents = Contents::with_capacity(3);
        for (seq, content) in [(1, "a"), (2, "b"), (3, "a")] {
            contents.read(seq, digest(kind, content));
        }
        contents.sort();
        let found =
            |contents: &Contents, content: &str| -> Vec<_> { contents.find(digest(kind, content)).collect() };
        assert_eq!((found(&contents, "a"), found(&contents, "b")), (vec![3, 1], vec![2]));
        assert_eq!((found(&contents, "c"), contents.find(digest(Kind::NormCited, "a")).count()), (vec![], 0));
        contents.note(4, digest(kind, "b"));
        contents.committed();
        assert_eq!(found(&contents, "b"), [4, 2]);
        for seq in 5..6 + LATE as Seq {
            contents.note(seq, digest(kind, &seq.to_string()));
        }
        contents.committed();
        contents.note(5, digest(kind, "b"));
        assert_eq!(contents.late.len(), 1);
        assert!((6..6 + LATE as Seq).all(|seq| found(&contents, &seq.to_string()) == [seq]));
        assert_eq!((found(&contents, "b"), found(&contents, "77")), (vec![5, 4, 2], vec![77]));
    }
}
