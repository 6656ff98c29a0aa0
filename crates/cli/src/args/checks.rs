//! Arguments of `check` and `acknowledge`.

use clap::Args;

use super::{Appending, ClockOptions};

/// `check`
#[derive(Debug, Args)]
#[command(after_long_help = crate::commands::check::help())]
pub(crate) struct Check {
    /// Only these: built-in checks, or ids of checks kept in the ledger [default: all]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) clocks: ClockOptions,
}

/// `acknowledge`
#[derive(Debug, Args)]
pub(crate) struct Acknowledge {
    /// The check, as `recount check` names it
    pub(crate) check: String,
    /// Every event of the finding
    #[arg(value_name = "SEQ", required = true)]
    pub(crate) seqs: Vec<u32>,
    /// Why it is accepted
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) appending: Appending,
}
