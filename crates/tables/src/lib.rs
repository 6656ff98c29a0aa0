//! The state as relational tables: the one definition of every table, column, type, key and order of rows.
//!
//! Every export takes its names, types, keys and documentation from [`TABLES`] and its rows from
//! [`Table::each_row`], or the same in batches that several threads make, [`Table::each_batch`]: so no two exports can
//! differ, and no table is ever held whole.
//! This crate knows the state and its answers, and neither files nor where a state came from.
//!
//! Lists of ids and codes within one cell are separated by `;`; lists of free text are JSON, as in the ledger.

mod cases;
mod causes;
mod cell;
mod changes;
mod context;
mod dictionaries;
mod dimensions;
mod disputes;
mod events;
mod figures;
mod headlines;
mod history;
mod parts;
mod policies;
mod positions;
mod provenance;
mod said;
mod snapshot;
mod table;
mod tallies;
#[cfg(test)]
mod testing;
mod texts;
mod turns;
mod value;
mod vintages;
mod votes;

pub use cell::{Cell, CellText};
pub use changes::Changes;
pub use context::{CaseDetail, Context};
pub use provenance::Provenance;
pub use recount_model::texts::TextError;
pub use snapshot::{NoSnapshot, RowDifference, SnapshotFile, snapshot};
pub use table::{Column, Kind, RowError, Summary, Table};
pub use vintages::VINTAGES;

/// Every table, in the order they are exported: first what is claimed, then what it names.
pub const TABLES: &[Table] = &[
    figures::FIGURES,
    history::FIGURE_HISTORY,
    causes::CAUSES,
    headlines::HEADLINES,
    votes::VOTES,
    tallies::TALLIES,
    positions::POSITIONS,
    texts::STATEMENTS,
    texts::NORMS,
    cases::CASES,
    dictionaries::SOURCES,
    dictionaries::REPORTERS,
    dictionaries::PLACES,
    dictionaries::INDICATORS,
    dimensions::DIMENSIONS,
    policies::POLICIES,
    events::EVENTS,
];

#[cfg(test)]
mod tests;
