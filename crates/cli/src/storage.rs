//! Where ledgers are: the one place that says so.

#[cfg(not(feature = "seeded-bugs"))]
use recount_ledger::storage::RealStorage;
use recount_ledger::storage::Storage;

/// The files of the operating system.
#[cfg(not(feature = "seeded-bugs"))]
pub(crate) fn storage() -> &'static dyn Storage {
    &RealStorage
}

/// The files of the operating system, with the bug that `RECOUNT_SEEDED_BUG` names: what the fault matrix must find.
#[cfg(feature = "seeded-bugs")]
pub(crate) fn storage() -> &'static dyn Storage {
    use std::sync::LazyLock;

    use recount_ledger::storage::{Bug, RealStorage, SeededStorage};

    static SEEDED: LazyLock<Option<SeededStorage<RealStorage>>> = LazyLock::new(|| {
        let bug = Bug::parse(&std::env::var("RECOUNT_SEEDED_BUG").ok()?)?;
        Some(SeededStorage::new(RealStorage, bug))
    });
    match &*SEEDED {
        Some(seeded) => seeded,
        None => &RealStorage,
    }
}
