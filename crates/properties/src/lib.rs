//! What holds of every parser for any input whatsoever. Never shipped.
//!
//! Each function takes bytes that may be anything and panics where a promise does not hold: nothing crashes, what is
//! read is printed as it was typed, two ways of reading agree. The targets in `fuzz/` call them with inputs that a fuzzer
//! makes up; `cargo test` calls them with every input that is kept in `fuzz/corpus`, so that none of them rots.

mod date;
mod event;
mod expression;
mod input;
mod ledger;
#[cfg(test)]
mod tests;
mod tlog;
mod value;

/// A parser and what holds of it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of the fuzz target and of the folder of its corpus.
    pub name: &'static str,
    /// Panics where a promise does not hold of these bytes.
    pub holds: fn(&[u8]),
}

/// Every parser. `fuzz/fuzz_targets` has one file for each.
pub const TARGETS: &[Target] = &[
    Target { name: "checkpoint", holds: event::checkpoint },
    Target { name: "date", holds: date::holds },
    Target { name: "event_line", holds: event::line },
    Target { name: "expression", holds: expression::holds },
    Target { name: "input_line", holds: input::holds },
    Target { name: "ledger_bytes", holds: ledger::bytes },
    Target { name: "ledger_sealed", holds: ledger::sealed },
    Target { name: "note", holds: tlog::note },
    Target { name: "proof", holds: tlog::proof },
    Target { name: "stub", holds: event::stub },
    Target { name: "value", holds: value::holds },
];

/// Panics where a promise of the parser named `name` does not hold of `bytes`.
///
/// # Panics
///
/// Then, and when there is no such parser.
pub fn hold(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a fuzz target is named like its parser").holds)(bytes);
}
