//! What a sequence is made of, and how proptest draws one.

use proptest::prelude::*;
use recount_test_support::faulty::{Call, Fault, Trouble, Why};

/// One process that does one thing, what goes wrong meanwhile, and how it ends.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) op: Op,
    pub(crate) faults: Vec<Fault>,
    /// Another process in the middle of this one.
    pub(crate) guest: Option<Visit>,
    /// What happens before the next process.
    pub(crate) after: After,
    /// The clock stands an hour behind where it should be.
    pub(crate) behind: bool,
}

/// What a process does. Targets are taken among what there is, so that every number names one.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Append(Vec<Figure>),
    /// Append once more what was last appended, as somebody does who got no receipt.
    Again,
    Correct(u8, Figure),
    Retract(u8),
    Withdraw(u8, u8),
    Redact(u8),
    Export,
    Recover,
    Verify,
}

/// A figure of a small world: everything in it is one of few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) indicator: u8,
    pub(crate) reporter: u8,
    pub(crate) value: u8,
    pub(crate) as_of: u8,
    pub(crate) published: u8,
    /// Fills a page or so.
    pub(crate) long: bool,
}

/// Another process, just before the `nth` call of a kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    pub(crate) call: Call,
    pub(crate) nth: u64,
    /// It appends a figure instead of reading.
    pub(crate) writes: bool,
}

/// Between two processes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum After {
    Nothing,
    PowerCut(u64),
}

/// Sequences of one to twelve steps.
pub(crate) fn sequences() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..=12)
}

fn step() -> impl Strategy<Value = Step> {
    let faults = prop_oneof![
        5 => Just(Vec::new()),
        4 => prop::collection::vec(fault(), 1),
        2 => prop::collection::vec(fault(), 2..=3),
    ];
    let after = prop_oneof![6 => Just(After::Nothing), 1 => any::<u64>().prop_map(After::PowerCut)];
    let guest = prop::option::weighted(0.1, visit());
    let behind = prop::bool::weighted(0.2);
    (op(), faults, guest, after, behind).prop_map(|(op, faults, guest, after, behind)| Step {
        op,
        faults,
        guest,
        after,
        behind,
    })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => prop::collection::vec(figure(), 1..=3).prop_map(Op::Append),
        2 => Just(Op::Again),
        2 => (any::<u8>(), figure()).prop_map(|(target, figure)| Op::Correct(target, figure)),
        2 => any::<u8>().prop_map(Op::Retract),
        1 => (any::<u8>(), 0..3u8).prop_map(|(target, published)| Op::Withdraw(target, published)),
        2 => any::<u8>().prop_map(Op::Redact),
        1 => Just(Op::Export),
        2 => Just(Op::Recover),
        1 => Just(Op::Verify),
    ]
}

fn figure() -> impl Strategy<Value = Figure> {
    let long = prop::bool::weighted(0.15);
    (0..2u8, 0..2u8, 0..4u8, 0..2u8, 0..3u8, long).prop_map(
        |(indicator, reporter, value, as_of, published, long)| Figure {
            indicator,
            reporter,
            value,
            as_of,
            published,
            long,
        },
    )
}

fn visit() -> impl Strategy<Value = Visit> {
    let at = prop_oneof![
        Just((Call::Open, 1)),
        Just((Call::Lock, 1)),
        Just((Call::Read, 20)),
        Just((Call::Write, 2)),
        Just((Call::Sync, 4)),
        Just((Call::Truncate, 2)),
        Just((Call::Rename, 1)),
        Just((Call::SyncFolder, 2)),
    ];
    (at, any::<u64>(), any::<bool>()).prop_map(|((call, among), nth, writes)| Visit {
        call,
        nth: nth % among,
        writes,
    })
}

fn fault() -> impl Strategy<Value = Fault> {
    // How many calls of the kind a process makes, about; what changes something comes up more often.
    let at = prop_oneof![
        6 => Just((Call::Write, 2)),
        6 => Just((Call::Sync, 5)),
        2 => Just((Call::Truncate, 2)),
        2 => Just((Call::SyncFolder, 2)),
        2 => Just((Call::Rename, 1)),
        1 => Just((Call::Create, 1)),
        1 => Just((Call::Remove, 1)),
        1 => Just((Call::DropCache, 2)),
        3 => Just((Call::Read, 30)),
        1 => Just((Call::Open, 1)),
        1 => Just((Call::Lock, 2)),
        1 => Just((Call::LockShared, 1)),
        1 => Just((Call::Length, 4)),
        1 => Just((Call::Identity, 3)),
        1 => Just((Call::IdentityAt, 3)),
    ];
    (at, any::<u64>(), trouble()).prop_map(|((call, among), nth, trouble)| Fault {
        call,
        nth: nth % among,
        trouble,
    })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let error = prop_oneof![Just(Why::Device), Just(Why::Full)];
    let fail = (error, prop::bool::weighted(0.3), any::<u8>())
        .prop_map(|(error, forever, part)| Trouble::Fail { error, forever, part });
    let cut = (any::<u8>(), any::<u64>()).prop_map(|(part, seed)| Trouble::PowerCut { part, seed });
    prop_oneof![
        3 => fail,
        3 => cut,
        2 => any::<u8>().prop_map(|part| Trouble::Kill { part }),
        2 => any::<u8>().prop_map(|part| Trouble::Short { part }),
        1 => Just(Trouble::Interrupted),
    ]
}
