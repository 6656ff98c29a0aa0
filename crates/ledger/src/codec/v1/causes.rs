//! Wire structs of our own mistakes: a record corrected, a record taken back.

use recount_model::event::{Fact, Seq};

use super::notation::Shown;
use super::wire::{Data, Target, record};

record! {
    /// `record.corrected`
    RecordCorrected<'a> {
        /// The original event
        target: Target,
        /// What it should have said, whole
        data: Data<'a>,
        /// Why
        reason: Shown,
    }
}

impl<'a> RecordCorrected<'a> {
    /// The original event, and the data it should have had; of which type, only the original knows.
    pub(super) fn replacement(self) -> (Seq, &'a str) {
        (self.target.get(), self.data.0)
    }
}

record! {
    /// `record.retracted`
    RecordRetracted {
        /// The event taken out
        target: Target,
        /// Why
        reason: Shown,
    }
}

impl RecordRetracted {
    pub(super) fn fact(self) -> Option<Fact<'static>> {
        Some(Fact::RecordRetracted { target: self.target.get() })
    }
}
