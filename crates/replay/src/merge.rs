//! Merging: what another ledger says and this one does not, appended as one batch.
//!
//! 1. [`Other`] is the other ledger, replayed and its root recomputed.
//! 2. `pairs` finds which events of the two are the same, one to one.
//! 3. `plan` looks at what can say only one thing at a time (an event with its corrections, a policy, a source's last
//!    word on a case) and was changed on both sides.
//! 4. `stage` stages what is new, in the other's order, with its references translated.
//!
//! What cannot both hold is a [`Conflict`]; all are listed, and [`Rules`] settle them.

mod conflict;
mod other;
mod pairs;
mod plan;
mod settle;
mod stage;

use recount_ledger::reader::Ledger;
use recount_ledger::storage::Storage;
use recount_model::event::{Kind, Seq};

use crate::{Refusal, ReplayError, Session, Stamp};

pub use conflict::{Clash, Conflict, Difference};
pub use other::Other;
pub use settle::{About, BadRule, Choice, Rules, Side};

/// What a merge staged and what it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Events staged with their origin.
    pub new: usize,
    /// Corrections staged because a rule prefers what the other side declares.
    pub corrected: usize,
    /// Events that are here already.
    pub present: usize,
    /// Those of them that have another number here.
    pub renumbered: usize,
    /// Events an earlier merge has left out.
    pub left_out_before: usize,
    /// Events whose content was erased there, and that were never here.
    pub withheld: usize,
    /// Events of ours whose content was erased there, and is still here.
    pub erased_there: Vec<Seq>,
    /// Conflicts that the rules settled.
    pub settled: usize,
    /// What the rules are about that settled nothing.
    pub unused: Vec<About>,
    /// Events left out by this merge, in the other's order.
    pub left_out: Vec<LeftOut>,
}

impl Merged {
    /// Whether there is nothing to append: neither an event, nor a decision to remember.
    pub fn is_nothing(&self) -> bool {
        self.new + self.corrected + self.settled == 0
    }
}

/// An event of the other ledger that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number there.
    pub seq: Seq,
    /// Its type.
    pub kind: Kind,
    /// Why.
    pub why: Why,
}

/// Why an event is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A rule prefers ours.
    Settled,
    /// It refers to this event there, which is left out.
    Names(Seq),
    /// The other side changed its mind again, to what is here already.
    Superseded,
}

/// Why nothing was merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Conflicts that no rule settles, in the other's order.
    #[error("{} conflicts are not settled", .0.len())]
    Unsettled(Vec<Conflict>),
    /// One of the two ledgers could not be read.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

impl Session<'_> {
    /// Checks that the two ledgers may be merged at all.
    ///
    /// # Errors
    ///
    /// [`Refusal::SameLedger`]; [`Refusal::OtherOrigin`] unless `any_origin`.
    pub fn admit_other(&self, storage: &dyn Storage, other: &Other, any_origin: bool) -> Result<(), Refusal> {
        let identity = |ledger: &Ledger| storage.identity_at(ledger.path()).ok();
        if identity(self.ledger()).is_some_and(|ours| Some(ours) == identity(other.ledger())) {
            return Err(Refusal::SameLedger);
        }
        let ours = other::origin(self.ledger());
        if ours == other.origin() || any_origin {
            return Ok(());
        }
        Err(Refusal::OtherOrigin { ours, theirs: other.origin().to_owned() })
    }

    /// Stages what `other` says and this ledger does not, and a `ledger.merged` behind it; nothing where that
    /// [is nothing](Merged::is_nothing).
    ///
    /// # Errors
    ///
    /// [`MergeError`]; the session is then of no further use.
    pub fn merge(&mut self, other: &Other, rules: &Rules, stamp: Stamp) -> Result<Merged, MergeError> {
        let pairs = pairs::pair(self, other, rules)?;
        let plan = plan::plan(self, other, &pairs, rules);
        stage::stage(self, other, rules, stamp, pairs, plan)
    }
}

#[cfg(test)]
mod tests;
