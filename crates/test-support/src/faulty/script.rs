//! What goes wrong, and at which call.

use std::collections::BTreeMap;
use std::io;

/// A kind of call, as [`Storage`](recount_ledger::storage::Storage) and its files have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the call of its name")]
pub enum Call {
    Open,
    Create,
    Rename,
    Remove,
    SyncFolder,
    IdentityAt,
    Read,
    Write,
    Truncate,
    Sync,
    DropCache,
    Length,
    Identity,
    Lock,
    LockShared,
    Unlock,
}

/// Something that goes wrong at one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The kind of call.
    pub call: Call,
    /// Which call of that kind, counted from 0 since the script was set.
    pub nth: u64,
    /// What happens there.
    pub trouble: Trouble,
}

/// What happens at a call. A `part`, of 255, is how much of the call takes effect all the same: of a write so many of
/// its bytes, of any other call all from 128 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The call fails. A failed sync loses what was to be written: see [`FaultyStorage`](super::FaultyStorage).
    Fail {
        /// Why.
        error: Why,
        /// All later calls of this kind fail as well.
        forever: bool,
        /// Of a write; of a sync the choice of what is lost.
        part: u8,
    },
    /// A read or write does less than asked, and at least one byte.
    Short {
        /// How much of it is done.
        part: u8,
    },
    /// A read or write is interrupted and does nothing.
    Interrupted,
    /// The process is killed in the call. The machine goes on.
    Kill {
        /// How much of the call is done.
        part: u8,
    },
    /// The power goes in the call.
    PowerCut {
        /// How much of the call is done.
        part: u8,
        /// The choice of what of all that is not synced survives.
        seed: u64,
    },
}

/// Why a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The device fails (EIO).
    Device,
    /// The device is full (ENOSPC).
    Full,
}

impl From<Why> for io::Error {
    fn from(why: Why) -> Self {
        // Numbers of errno, the same on all systems we know.
        io::Error::from_raw_os_error(match why {
            Why::Device => 5,
            Why::Full => 28,
        })
    }
}

impl Trouble {
    /// Whether whoever calls correctly never notices.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        matches!(self, Trouble::Short { .. } | Trouble::Interrupted)
    }
}

/// The faults to come, and what has been called so far.
#[derive(Debug, Default)]
pub(super) struct Script {
    faults: Vec<Fault>,
    /// Calls since the script was set.
    calls: BTreeMap<Call, u64>,
    /// Kinds of calls that fail from now on.
    failing: BTreeMap<Call, Trouble>,
    pub(super) happened: Vec<Fault>,
}

impl Script {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self { faults, ..Self::default() }
    }

    /// Counts a call; gives its number among those of its kind.
    pub(super) fn count(&mut self, call: Call) -> u64 {
        let calls = self.calls.entry(call).or_default();
        *calls += 1;
        *calls - 1
    }

    /// What goes wrong at this call. Only reads and writes can be short or interrupted.
    pub(super) fn trouble(&mut self, call: Call, nth: u64) -> Option<Trouble> {
        let planned = self.faults.iter().find(|fault| (fault.call, fault.nth) == (call, nth));
        let trouble = planned.map(|fault| fault.trouble).or_else(|| self.failing.get(&call).copied())?;
        if trouble.is_harmless() && !matches!(call, Call::Read | Call::Write) {
            return None;
        }
        if matches!(trouble, Trouble::Fail { forever: true, .. }) {
            self.failing.insert(call, trouble);
        }
        self.happened.push(Fault { call, nth, trouble });
        Some(trouble)
    }
}
