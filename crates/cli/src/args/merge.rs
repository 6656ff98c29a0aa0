//! The options of `merge`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use recount_replay::merge::{About, Choice, Side};

use super::Appending;

/// `merge`
#[derive(Debug, Args)]
#[command(
    after_help = "OTHER is only read. Events that are here already, by origin or by content, are not appended\n\
again; the others keep who recorded them and when (from). The merge is one batch, and ends with a ledger.merged.\n\n\
A conflict is an id declared differently, something changed on both sides to different ends, or an\n\
event that this ledger does not admit. All are listed, and nothing is appended until each is settled.\n\n\
How to settle a conflict:\n  \
ours           what OTHER says of it is left out, and what names it means ours\n  \
theirs         it is recorded here as a correction of ours, or as the later word\n  \
rename:NEWID   both are declared, the one of OTHER as NEWID (not of places and dimensions)\n\
SEQ is a sequence number of OTHER. A --settle goes before --prefer."
)]
pub(crate) struct Merge {
    /// The other ledger
    pub(crate) other: PathBuf,
    /// Settle every conflict for one side
    #[arg(long, value_enum, value_name = "SIDE")]
    pub(crate) prefer: Option<Prefer>,
    /// Settle the conflict about this event of OTHER, or about this id: ours, theirs or rename:NEWID
    #[arg(long, value_name = "SEQ|ID=CHOICE", value_parser = About::rule)]
    pub(crate) settle: Vec<(About, Choice)>,
    /// Merge a ledger of another origin
    #[arg(long)]
    pub(crate) any_origin: bool,
    #[command(flatten)]
    pub(crate) appending: Appending,
}

/// Whose word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Prefer {
    /// What this ledger says
    Ours,
    /// What OTHER says
    Theirs,
}

impl From<Prefer> for Side {
    fn from(prefer: Prefer) -> Side {
        match prefer {
            Prefer::Ours => Side::Ours,
            Prefer::Theirs => Side::Theirs,
        }
    }
}
