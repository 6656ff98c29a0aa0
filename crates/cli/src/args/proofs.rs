//! Arguments of `keygen`, `checkpoint`, `prove` and `verify`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

/// `keygen`
#[derive(Debug, Args)]
#[command(
    after_help = "FILE gets the private key, readable by its owner alone; it is never printed. FILE.pub gets \
the public key, which is printed too: it is what --key of verify takes. Existing files are not touched."
)]
pub(crate) struct Keygen {
    /// The file of the private key
    pub(crate) file: PathBuf,
    /// The name of the key, by convention the origin of the ledger that it signs for
    #[arg(long)]
    pub(crate) name: String,
}

/// What `checkpoint` and `prove` sign with and write to.
#[derive(Debug, Args)]
pub(crate) struct Signing {
    /// A private key to sign the checkpoint with
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<PathBuf>,
    /// A checkpoint note to start from, whose signatures are kept; it must be over a checkpoint of this ledger
    #[arg(long, value_name = "FILE")]
    pub(crate) note: Option<PathBuf>,
    /// Write to a file, whole or not at all, instead of stdout: one that is new, empty, a checkpoint note or a proof
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `checkpoint`
#[derive(Debug, Args)]
#[command(
    after_help = "The result is a note (C2SP tlog-checkpoint), whatever --format says. Nothing is signed before \
every root up to the\ncheckpoint was recomputed. Without --key the note is unsigned."
)]
pub(crate) struct Checkpoint {
    /// An older checkpoint of this many events [default: the last]
    #[arg(long, value_name = "N", conflicts_with = "note")]
    pub(crate) size: Option<u64>,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

/// `prove`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["target", "from"])))]
#[command(after_help = "A target is\n  \
  SEQ               any event\n  \
  INDICATOR         the event of the figure that its headline selects\n  \
  INDICATOR@PLACE   the same at one place; INDICATOR@PLACE;dim=code is one headline, as in the exports\n\
With --reporter an indicator means the current figure of this reporter.\n\n\
The result is a proof (C2SP tlog-proof) that holds for the last checkpoint or for that of --note, whatever --format \
says.\n`recount verify --proof FILE` checks it without the ledger.")]
pub(crate) struct Prove {
    /// A sequence number, INDICATOR or INDICATOR@PLACE
    #[arg(value_name = "TARGET")]
    pub(crate) target: Option<String>,
    /// Prove instead that the ledger continues its own checkpoint of this many events
    #[arg(long, value_name = "SIZE")]
    pub(crate) from: Option<u64>,
    /// The current figure of these reporters instead of headlines
    #[arg(long, value_name = "ID", conflicts_with = "from")]
    pub(crate) reporter: Vec<String>,
    /// Only these places
    #[arg(long, value_name = "ID", conflicts_with = "from")]
    pub(crate) place: Vec<String>,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

/// `verify`
#[derive(Debug, Args)]
#[command(
    after_help = "With --proof no ledger is read. The steps are leaf (the line is the event), inclusion or \
consistency (the hashes\nlead to the root), checkpoint (its root is that of --head), signature (each --key has signed \
it). Without --key and\n--head nobody vouches for the root, which is said."
)]
pub(crate) struct Verify {
    /// A receipt: the ledger must contain it. Nothing inside the file can show that it was cut back
    #[arg(long, value_name = "SIZE:ROOT")]
    pub(crate) head: Option<String>,
    /// Check a proof by itself; - is standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) proof: Option<PathBuf>,
    /// A public key that must have signed the checkpoint of the proof: its text, or a file with it
    #[arg(long, value_name = "KEY", requires = "proof")]
    pub(crate) key: Vec<String>,
}
