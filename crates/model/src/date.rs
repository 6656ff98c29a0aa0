//! Days, instants, the dates of the ledger and windows of time.

pub mod day;
pub mod edtf;
pub mod published;
pub mod window;

pub use day::{Day, Instant};
pub use edtf::Edtf;
pub use published::Published;
pub use window::Window;

/// Why a text is no date, instant or window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// No day of the calendar, or spelled otherwise.
    #[error("expected a day like 2025-12-03")]
    Day,
    /// No instant, or spelled otherwise.
    #[error("expected an instant in UTC with whole seconds, like 2026-11-23T18:00:00Z")]
    Instant,
    /// No date of EDTF (ISO 8601-2, Annex A).
    #[error("{reason} (column {column}): {}", EXPECTED)]
    NotEdtf {
        /// What is wrong there.
        reason: &'static str,
        /// Where, counted in bytes from 1.
        column: usize,
    },
    /// A date of EDTF beyond the part of it that ledgers use.
    #[error("{}", EXPECTED)]
    OutsideProfile,
    /// An interval without end where only a closed one has a meaning.
    #[error("an interval without end: expected one with an end, like 2025-12-03 or 2025-12-01/2025-12-03")]
    Open,
    /// A sequence number beyond any ledger.
    #[error("expected a sequence number like 120, a date, a UTC instant or year:2025")]
    Point,
    /// No window.
    #[error(
        "expected a length of time above zero in years, months, weeks or days, like P6M, P1Y, P2W or P30D"
    )]
    Window,
}

const EXPECTED: &str = "expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval \
     like 2022-02-24/2025-12-03 or 2022-02-24/..";
