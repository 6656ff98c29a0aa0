//! Options of every command.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The ledger
    #[arg(
        short,
        long,
        global = true,
        env = "RECOUNT_FILE",
        value_name = "LEDGER",
        default_value = "ledger.jsonl"
    )]
    pub(crate) file: PathBuf,
    /// How results and errors are written
    #[arg(long, global = true, value_enum, default_value = "table")]
    pub(crate) format: Format,
    /// Colour in the terminal
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub(crate) color: Color,
    /// No messages and no progress; errors are still written
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Never ask (recount never does; for scripts that say so)
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Answer from the ledger alone: nothing is read from or kept in the cache folder
    #[arg(long, global = true)]
    pub(crate) no_cache: bool,
    /// How many threads read the ledger, at most; answers do not depend on it [default: as many as there are processors]
    #[arg(long, global = true, env = "RECOUNT_THREADS", value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Global {
    /// How many threads read the ledger.
    pub(crate) fn threads(&self) -> NonZeroUsize {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(processors)
    }
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    Table,
    /// One JSON array
    Json,
    /// One JSON object a line
    Jsonl,
    /// CSV (RFC 4180)
    Csv,
}

/// When the terminal gets colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
