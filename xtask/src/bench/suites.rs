//! The suites: what is measured together, because it is compared.

mod appends;
mod commands;
mod exports;
mod growth;
mod peers;
mod start;
mod verify;
mod warm;

use super::contest::Contest;
use super::ground::Ground;
use crate::Result;

/// Things that are compared with each other.
pub(crate) struct Suite {
    /// The name it is chosen by.
    pub(crate) name: &'static str,
    /// Run only where it is named: it takes hours.
    pub(crate) only_if_named: bool,
    /// Prepares it.
    pub(crate) contest: for<'a> fn(&'a Ground) -> Result<Contest<'a>>,
}

/// All of them, in the order of the page.
pub(crate) const SUITES: [Suite; 8] = [
    Suite { name: "peers", only_if_named: false, contest: peers::contest },
    Suite { name: "commands", only_if_named: false, contest: commands::contest },
    Suite { name: "verify", only_if_named: false, contest: verify::contest },
    Suite { name: "exports", only_if_named: false, contest: exports::contest },
    Suite { name: "appends", only_if_named: false, contest: appends::contest },
    Suite { name: "warm", only_if_named: false, contest: warm::contest },
    Suite { name: "start", only_if_named: false, contest: start::contest },
    Suite { name: "growth", only_if_named: true, contest: growth::contest },
];
