//! What is recorded already: events by their content, so that a repeated append is found.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use recount_ledger::codec;
use recount_model::event::{Kind, Seq};

/// Sequence numbers by a digest of type and content: 12 bytes an event and the table's slack.
///
/// A digest may be shared by chance, so a hit is compared with the event itself before anything is said of it.
#[derive(Debug, Default)]
pub(crate) struct Contents(HashMap<u64, Seq>);

impl Contents {
    /// Notes what event `seq` says. A later equal event, which only `--allow-duplicate` or a withdrawal lets in,
    /// takes the place of the earlier one.
    pub(crate) fn note(&mut self, seq: Seq, kind: Kind, content: &str) {
        self.0.insert(digest(kind, content), seq);
    }

    /// The newest event that may say the same.
    pub(crate) fn find(&self, kind: Kind, content: &str) -> Option<Seq> {
        self.0.get(&digest(kind, content)).copied()
    }
}

fn digest(kind: Kind, content: &str) -> u64 {
    // DefaultHasher::new has fixed keys; the table lives no longer than the process.
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    content.hash(&mut hasher);
    hasher.finish()
}

/// The content by which an event of this type is found again; `None` for types that may repeat.
pub(crate) fn content(kind_of: &dyn Fn(Seq) -> Option<Kind>, kind: Kind, data: &str) -> Option<String> {
    let repeats_freely = matches!(
        kind,
        Kind::LedgerCreated
            | Kind::RecordRetracted
            | Kind::ImportRecorded
            | Kind::LedgerMerged
            | Kind::LedgerUpgraded
            | Kind::EventRedacted
    );
    if repeats_freely {
        return None;
    }
    codec::content(kind, data, kind_of).ok()
}
