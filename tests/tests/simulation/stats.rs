//! How much was simulated.

use std::fmt;
use std::ops::AddAssign;

/// Counts over many sequences.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stats {
    pub(crate) sequences: u64,
    pub(crate) operations: u64,
    pub(crate) receipts: u64,
    pub(crate) kills: u64,
    pub(crate) power_cuts: u64,
    pub(crate) faults: u64,
    pub(crate) calls: u64,
}

impl AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        self.sequences += other.sequences;
        self.operations += other.operations;
        self.receipts += other.receipts;
        self.kills += other.kills;
        self.power_cuts += other.power_cuts;
        self.faults += other.faults;
        self.calls += other.calls;
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats { sequences, operations, receipts, kills, power_cuts, faults, calls } = self;
        write!(
            f,
            "{sequences} sequences, {operations} operations, {receipts} receipts, {power_cuts} power cuts, {kills} kills, {faults} faults, {calls} calls"
        )
    }
}
