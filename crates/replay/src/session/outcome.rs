//! What becomes of what is to be appended.

use recount_model::date::Instant;
use recount_model::event::Seq;

/// What became of one input line.
#[derive(Clone, Debug)]
pub enum Staged {
    /// It will be this event.
    New(Seq),
    /// It is recorded already.
    Already(Duplicate),
}

impl Staged {
    /// The event that says what the line says.
    pub fn seq(&self) -> Seq {
        match self {
            Staged::New(seq) => *seq,
            Staged::Already(duplicate) => duplicate.seq,
        }
    }
}

/// An event that says the same already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The event.
    pub seq: Seq,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in force.
    InForce,
    /// It was corrected by this event.
    Corrected(Seq),
    /// It was retracted by this event.
    Retracted(Seq),
}

/// Why a whole append is refused, whatever it says.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refusal {
    /// `--expect`: someone else appended meanwhile.
    #[error("expected the ledger to end at seq {expected}, found {found}; read what was added and try again")]
    HeadMoved {
        /// The sequence number that was expected.
        expected: Seq,
        /// The one that is there.
        found: Seq,
    },
    /// The clock is more than a day behind.
    #[error(
        "the clock says {now}, more than a day before the ledger's last event of {last}; set the clock, or say --accept-clock to append with the time of that event"
    )]
    ClockBehind {
        /// What the clock says.
        now: Instant,
        /// When the last event was recorded.
        last: Instant,
    },
    /// Ledgers of two origins are about different things, and their numbers are not to be mixed by mistake.
    #[error(
        "expected a ledger of the origin {ours:?}, found one of {theirs:?}; --any-origin merges it all the same"
    )]
    OtherOrigin {
        /// The origin of the ledger that is appended to.
        ours: String,
        /// That of the one to be merged.
        theirs: String,
    },
    /// A ledger cannot be merged into itself.
    #[error("expected another ledger than the one that is appended to, found the same file")]
    SameLedger,
}
