//! The command line, as `docs/cli-reference.md` describes it.

mod checks;
mod exports;
mod global;
mod merge;
mod proofs;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::append_options::AppendCommand;

pub(crate) use checks::{Acknowledge, Check};
pub(crate) use exports::{CaseDetailOption, Export, ExportOptions};
pub(crate) use global::{Color, Format, Global};
pub(crate) use merge::Merge;
pub(crate) use proofs::{Checkpoint, Keygen, Prove, Signing, Verify};

/// An append-only ledger of reported figures: who reported which number, about what, as of when, published where.
#[derive(Debug, Parser)]
#[command(name = "recount", version, propagate_version = true, max_term_width = 110)]
#[command(
    after_help = "The ledger is -f FILE, else $RECOUNT_FILE, else ledger.jsonl in the current folder.\n\
Exit: 0 fine, 1 findings, 2 usage, 3 bad input data, 4 ledger integrity, 5 refused, 6 I/O or lock."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a ledger; an existing file is never touched
    Init(Init),
    /// Append an event, or many
    Append {
        #[command(subcommand)]
        kind: AppendCommand,
    },
    /// Mend what we recorded wrongly: set members of an event
    Correct(Correct),
    /// Take back what we should not have recorded
    Retract(Retract),
    /// Record that the reporter took a figure back
    Withdraw(Withdraw),
    /// Record that another reporter contests a figure
    Dispute(Dispute),
    /// Erase what an event says from the file; roots and proofs still hold
    Redact(Redact),
    /// Append what another ledger of the same origin says and this one does not
    Merge(Merge),
    /// The events, filtered
    Log(Log),
    /// One event with its corrections, withdrawals, disputes and sources
    Show(Show),
    /// The current figure of each series
    Figures(Query),
    /// The selected figure of each indicator, with what stands beside it
    Headlines(Query),
    /// From a number down to its sources: policy, arithmetic, causes of change, records
    Why(Why),
    /// How reporters revised their figures, release by release
    Vintages(Vintages),
    /// What changed between two points on any clock, by cause
    Diff(Diff),
    /// Roll-calls: tally, named states, remainder, contested positions
    Votes(Votes),
    /// What cannot be right or deserves a look: all findings of all checks
    Check(Check),
    /// Accept a finding with a reason: it is still listed, and no longer counts
    Acknowledge(Acknowledge),
    /// The state as canonical JSON; compare it with a committed one, by cause, or accept it
    Snapshot(Snapshot),
    /// Check every byte, root, sequence number and reference; or a proof, without the ledger
    Verify(Verify),
    /// The head as a note that others can keep, sign and check
    Checkpoint(Checkpoint),
    /// One file that shows an event, or an older head, to be in the ledger
    Prove(Prove),
    /// Make a key pair to sign checkpoints with
    Keygen(Keygen),
    /// Set a damaged tail aside and list the events in it
    Recover,
    /// The tables as files
    Export {
        #[command(subcommand)]
        target: Export,
    },
}

impl Command {
    /// What the result is whatever `--format` says, if it is not as that says.
    pub(crate) fn own_form(&self) -> Option<OwnForm> {
        match self {
            Command::Recover | Command::Snapshot(Snapshot { check: None, accept: None, .. }) => {
                Some(OwnForm::Json)
            }
            Command::Checkpoint(_) | Command::Prove(_) => Some(OwnForm::Text),
            _ => None,
        }
    }
}

/// The form of results that have only one; where no terminal reads them their bytes are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnForm {
    Json,
    Text,
}

/// Options of every command that appends.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Appending")]
pub(crate) struct Appending {
    /// Who records [default: git's user.name]
    #[arg(long, env = "RECOUNT_BY", value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Refuse unless the ledger ends at this sequence number
    #[arg(long, value_name = "SEQ")]
    pub(crate) expect: Option<u32>,
    /// Append even what is recorded already
    #[arg(long)]
    pub(crate) allow_duplicate: bool,
    /// Check everything, append nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Append although the clock is more than a day behind the last event
    #[arg(long)]
    pub(crate) accept_clock: bool,
    /// Append through links and on file systems where locks or syncs may not hold
    #[arg(long)]
    pub(crate) accept_unfit_file: bool,
    /// How many seconds to wait for another writer
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) wait: u64,
}

/// `init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// What the ledger is about
    #[arg(long)]
    pub(crate) title: String,
    /// A name no other ledger has, such as example.org/my-ledger [default: the file's name]
    #[arg(long)]
    pub(crate) origin: Option<String>,
    /// A longer description
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// The licence of the data
    #[arg(long)]
    pub(crate) licence: Option<String>,
    #[command(flatten)]
    pub(crate) appending: Appending,
}

/// `append events`
#[derive(Clone, Debug, Args)]
pub(crate) struct AppendEvents {
    /// JSON Lines of {"type":…,"data":…}; - is standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) input: PathBuf,
    /// A checkpoint and a receipt after every N events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) batch: Option<u64>,
    #[command(flatten)]
    pub(crate) appending: Appending,
}

/// `correct`
#[derive(Debug, Args)]
pub(crate) struct Correct {
    /// The original event
    pub(crate) seq: u32,
    /// A member and its right value; empty takes the member away
    #[arg(long, value_name = "MEMBER=VALUE", required = true, value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) appending: Appending,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(member, _)| !member.is_empty());
    let (member, value) = parts.ok_or("expected MEMBER=VALUE; MEMBER= takes the member away")?;
    Ok((member.to_owned(), value.to_owned()))
}

/// `retract`
#[derive(Debug, Args)]
pub(crate) struct Retract {
    /// The event, or a correction to undo
    pub(crate) seq: u32,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) appending: Appending,
}

/// `redact`
#[derive(Debug, Args)]
pub(crate) struct Redact {
    /// The event whose content is erased, with every correction of it
    pub(crate) seq: u32,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    /// Under which law
    #[arg(long, value_name = "LAW")]
    pub(crate) legal_basis: Option<String>,
    #[command(flatten)]
    pub(crate) appending: Appending,
}

/// `withdraw`
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// Any record of the figure
    pub(crate) seq: u32,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    /// Where the withdrawal was published
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// When, where not with its source
    #[arg(long)]
    pub(crate) published: Option<String>,
    #[command(flatten)]
    pub(crate) appending: Appending,
}

/// `dispute`
#[derive(Debug, Args)]
pub(crate) struct Dispute {
    /// Any record of the figure
    pub(crate) seq: u32,
    /// Who contests it
    #[arg(long, value_name = "REPORTER")]
    pub(crate) by_reporter: String,
    /// Where the dispute was published
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// When, where not with its source
    #[arg(long)]
    pub(crate) published: Option<String>,
    /// The value the contester gives
    #[arg(long)]
    pub(crate) value: Option<String>,
    /// The recorder's note
    #[arg(long)]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) appending: Appending,
}

/// The clocks a question is asked on.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Clocks")]
pub(crate) struct ClockOptions {
    /// Figures about this day or earlier (EDTF)
    #[arg(long, value_name = "D")]
    pub(crate) as_of: Option<String>,
    /// What was public by this day or instant
    #[arg(long, value_name = "D")]
    pub(crate) published_by: Option<String>,
    /// What this ledger had recorded by this day, instant, sequence number or year:Y
    #[arg(long, value_name = "D|SEQ")]
    pub(crate) recorded_by: Option<String>,
}

/// `figures`, `headlines`
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// Only these indicators
    #[arg(value_name = "INDICATOR")]
    pub(crate) indicators: Vec<String>,
    /// Only these reporters
    #[arg(long, value_name = "ID")]
    pub(crate) reporter: Vec<String>,
    /// Only these places
    #[arg(long, value_name = "ID")]
    pub(crate) place: Vec<String>,
    #[command(flatten)]
    pub(crate) clocks: ClockOptions,
}

/// `why`
#[derive(Debug, Args)]
#[command(after_help = "A target is\n  \
  SEQ               the figure that this event reports, corrects, retracts, withdraws or disputes\n  \
  INDICATOR         its headlines, counted or derived, at every place\n  \
  INDICATOR@PLACE   its headlines there; INDICATOR@PLACE;dim=code is one headline, as in the exports\n\
With --reporter an indicator means the series of these reporters, each with every figure it ever had.\n\
A relay is shown as one: it is no corroboration. Texts with --format table are wrapped to the terminal.")]
pub(crate) struct Why {
    /// A sequence number, INDICATOR or INDICATOR@PLACE
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) targets: Vec<String>,
    /// The series of these reporters instead of headlines
    #[arg(long, value_name = "ID")]
    pub(crate) reporter: Vec<String>,
    /// Only these places
    #[arg(long, value_name = "ID")]
    pub(crate) place: Vec<String>,
    #[command(flatten)]
    pub(crate) clocks: ClockOptions,
}

/// `vintages`
#[derive(Debug, Args)]
#[command(
    after_help = "A release is a figure with an as-of and a publication date. A further source that restates a figure is\n\
none. A revision is the later value minus the earlier one, by interval arithmetic; it goes up or down only where\n\
no number fits both values, else they overlap. Undated, unpublished and doubted figures are counted apart.\n\
CSV has one row per release (indicator, place, breakdown, reporter, since, as_of, release, published_on, value,\n\
low, high, revision, direction, lag_days ...); with --wide one row per as-of and one column per publication."
)]
pub(crate) struct Vintages {
    /// The indicators
    #[arg(value_name = "INDICATOR", required = true)]
    pub(crate) indicators: Vec<String>,
    /// Only these reporters
    #[arg(long, value_name = "ID")]
    pub(crate) reporter: Vec<String>,
    /// Only these places
    #[arg(long, value_name = "ID")]
    pub(crate) place: Vec<String>,
    /// Only this release of each as-of: first, latest (neither withdrawn nor parallel) or a number
    #[arg(long, value_name = "first|N|latest", value_parser = release)]
    pub(crate) release: Option<Release>,
    /// One row per release (the default but for tables)
    #[arg(long, conflicts_with = "wide")]
    pub(crate) long: bool,
    /// One row per as-of, one column per publication (the default for tables)
    #[arg(long)]
    pub(crate) wide: bool,
    #[command(flatten)]
    pub(crate) clocks: ClockOptions,
}

/// Which releases are asked for.
pub(crate) type Release = recount_model::vintages::Wanted;

fn release(text: &str) -> Result<Release, String> {
    match text {
        "first" => Ok(Release::Nth(1)),
        "latest" => Ok(Release::Latest),
        number => match number.parse() {
            Ok(number) if number > 0 => Ok(Release::Nth(number)),
            _ => Err("expected first, latest or a number from 1".to_owned()),
        },
    }
}

/// `log`
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// Only events of these types, such as figure.reported
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kinds: Vec<String>,
    /// Only events that name these indicators
    #[arg(long, value_name = "ID")]
    pub(crate) indicator: Vec<String>,
    /// Only events that name these reporters
    #[arg(long, value_name = "ID")]
    pub(crate) reporter: Vec<String>,
    /// Only events that name these sources
    #[arg(long, value_name = "ID")]
    pub(crate) source: Vec<String>,
    /// Only events recorded on this day or later
    #[arg(long, value_name = "D")]
    pub(crate) since: Option<String>,
    /// Only events recorded by this point
    #[arg(long, value_name = "D|SEQ")]
    pub(crate) recorded_by: Option<String>,
}

/// `show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The event
    pub(crate) seq: u32,
    #[command(flatten)]
    pub(crate) clocks: ClockOptions,
}

/// `votes`
#[derive(Debug, Args)]
pub(crate) struct Votes {
    /// One vote, with every account and every state; in CSV and JSON Lines its states (the table positions)
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) clocks: ClockOptions,
}

/// `diff`
#[derive(Debug, Args)]
#[command(after_help = "What a POINT is, a moment on one clock or on several joined by commas:\n  \
2026-04-01, 120, year:2026   what was recorded by then, as --recorded-by takes it\n  \
recorded:120                 the same, by name\n  \
published:2025-12-01         what was public by then, whenever it was recorded\n  \
as-of:2023-12-18             figures about this day or earlier\n  \
published:2025-12-01,as-of:2025-11-30   both at once\n  \
start, now (or head)         before the first event; as far as the ledger goes\n\
A clock that a point does not name is as far as the ledger goes, so the two points may be on different clocks.\n\n\
Causes: reported, newer, revised, withdrawn, corrected, retracted, disputed, undisputed, policy_changed,\n\
definition_changed, no_longer_visible. A change has the cause that decided and every event that had a part in it.\n\
A further source for a figure and a mended title are no changes. Exit 0, also when there are changes.")]
pub(crate) struct Diff {
    /// The first point
    #[arg(long, value_name = "POINT")]
    pub(crate) from: String,
    /// The second point
    #[arg(long, value_name = "POINT", default_value = "now")]
    pub(crate) to: String,
}

/// `snapshot`
#[derive(Debug, Args)]
#[command(
    after_help = "The snapshot is always JSON, whatever --format says; --format is for what --check and --accept print.\n\n\
--check explains differences by cause where FILE was made from this ledger: its first line names a \
size and root\nthat are a checkpoint of the ledger. Size, root and version alone are no difference.\n\
Exit of --check: 0 equal, 1 different."
)]
pub(crate) struct Snapshot {
    /// Compare with a committed snapshot and print what differs, by cause
    #[arg(long, value_name = "FILE", conflicts_with = "accept")]
    pub(crate) check: Option<PathBuf>,
    /// Write the snapshot to a file, whole or not at all: the next --check compares with it
    #[arg(long, value_name = "FILE")]
    pub(crate) accept: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) clocks: ClockOptions,
}
