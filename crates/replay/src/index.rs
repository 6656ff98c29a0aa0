//! An index of a ledger: which events bear on which question, so that a few of them answer it without a replay.
//!
//! An index holds no answer. It lists, for every indicator and every subject, the events that bear on it
//! ([`Bearing`](recount_model::bearing::Bearing)), each with its place in the file and a checksum of its line. A question is
//! answered by replaying those, and what was appended since, by the same code that replays all. So an index need not be
//! trusted with what anything means, and one that no longer fits, or does not reach, costs a replay and never an answer:
//! whatever is unexpected, [`Index::answer`] gives nothing.
//!
//! An index is bound to a checkpoint: size, root and place in the file. It is valid for every ledger in which that
//! checkpoint stands at that place, thus for the ledger as it was and for what was appended to it. That the old lines are
//! the ones that were indexed is told by their checksums, as far as they are read.
//!
//! The file is a sequence of frames, each with its own checksum, so that an answer reads and checks only what it needs:
//! `build` writes it, `frames` knows what a frame is, `excerpt` answers, `tail` says what later events bear on, `change` tells
//! the ledger as it was from the ledger as it is.

mod build;
mod change;
mod excerpt;
mod frames;
mod tail;

use std::io::{Read, Seek};

use recount_ledger::merkle::Hash;
use recount_ledger::seen::Seen;
use recount_model::event::Seq;
use serde::{Deserialize, Serialize};

pub use build::build;
pub use change::Change;
use frames::{Frame, Frames};

/// What is asked, as far as it decides which events are needed.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// These indicators: their current figures and headlines, and those they are derived from.
    pub indicators: Vec<String>,
    /// Of these subjects everything ever said.
    pub explained: Vec<Explained>,
    /// Everything ever said of the subjects of these events.
    pub events: Vec<Seq>,
}

/// Subjects of an indicator and of those it is derived from.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The indicator.
    pub indicator: String,
    /// At this place only.
    pub place: Option<String>,
    /// Of this breakdown only, in its one spelling.
    pub breakdown: Option<String>,
}

/// An index that is open for answering.
#[derive(Debug)]
pub struct Index<F> {
    frames: Frames<F>,
    contents: Contents,
}

impl<F: Read + Seek> Index<F> {
    /// Opens an index. Nothing if it is none, cannot be read, or is that of another version of this program.
    pub fn open(file: F) -> Option<Self> {
        let (frames, contents) = Frames::open(file)?;
        Some(Index { frames, contents })
    }

    /// The checkpoint it is bound to.
    pub fn seen(&self) -> Seen {
        let Bound { size, root, end_offset } = self.contents.bound;
        Seen { size, root: Hash(root), end_offset }
    }
}

/// The checkpoint that an index is bound to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Bound {
    size: u64,
    root: [u8; 32],
    end_offset: u64,
}

/// An event where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Item {
    seq: Seq,
    offset: u64,
    /// CRC-32C of the line without its LF.
    sum: u32,
}

/// What an index begins with.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    bound: Bound,
    /// What bears on every answer.
    common: Vec<Item>,
    /// In order of id.
    indicators: Vec<Indicator>,
    /// Pages of sources, each with the least digest of an id in it, in order.
    sources: Vec<(u64, Frame)>,
    /// For every [`EVENTS_OF_PAGE`] events what they are about.
    about: Vec<Frame>,
}

/// An indicator that had not been retracted.
#[derive(Debug, Serialize, Deserialize)]
struct Indicator {
    id: String,
    /// The indicators it is computed from, if it is.
    inputs: Vec<String>,
    /// The number of its first subject; subjects are numbered through all indicators.
    first_subject: u32,
    /// An [`OfIndicator`].
    frame: Frame,
}

/// What bears on an indicator.
#[derive(Debug, Serialize, Deserialize)]
struct OfIndicator {
    policies: Vec<Item>,
    subjects: Vec<Subject>,
}

/// What bears on a subject.
#[derive(Debug, Serialize, Deserialize)]
struct Subject {
    place: Option<String>,
    breakdown: Option<String>,
    /// On its current figures.
    current: Vec<Item>,
    /// On everything said of it: a list of items.
    all: Frame,
}

/// The declaration of a source with what became of it, by the digest of its id.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Source {
    digest: u64,
    events: Vec<Item>,
}

/// What an event is about, for those who follow what refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// Nothing that figures depend on.
    Else,
    /// More than one subject.
    Several,
    /// The subject with this number.
    Subject(u32),
}

impl About {
    fn stored(self) -> u32 {
        match self {
            About::Else => 0,
            About::Several => 1,
            About::Subject(number) => number + 2,
        }
    }

    fn read(stored: u32) -> About {
        match stored {
            0 => About::Else,
            1 => About::Several,
            subject => About::Subject(subject - 2),
        }
    }
}

/// Events whose [`About`] is in one frame.
const EVENTS_OF_PAGE: usize = 4096;

/// Sources in one frame.
const SOURCES_OF_PAGE: usize = 256;

/// The digest by which a source is found. Two sources with the same one are found together, and both are replayed.
fn digest(id: &str) -> u64 {
    let hash = recount_ledger::merkle::leaf_hash(id.as_bytes());
    u64::from_le_bytes(hash.0[..8].try_into().expect("a hash has more than eight bytes"))
}

#[cfg(test)]
mod tests;
