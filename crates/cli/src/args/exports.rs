//! Arguments of `export`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ClockOptions;

/// `export`
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// CSV files and a Data Package in a folder
    Csv {
        /// Absent, empty, or a former export
        dir: PathBuf,
        #[command(flatten)]
        options: ExportOptions,
    },
    /// One SQLite file
    Sqlite {
        /// Absent, or a former export of this ledger: of it only what changed is written
        path: PathBuf,
        #[command(flatten)]
        options: ExportOptions,
    },
}

/// Options of both exports.
#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    /// Only these tables [default: all]
    #[arg(long, value_delimiter = ',', value_name = "TABLE")]
    pub(crate) tables: Vec<String>,
    /// How much of a documented case is exported
    #[arg(long, value_enum, default_value = "coarse")]
    pub(crate) case_detail: CaseDetailOption,
    #[command(flatten)]
    pub(crate) clocks: ClockOptions,
}

/// How much of a documented case is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CaseDetailOption {
    /// Age band, admin-1 place, month
    Coarse,
    /// Every attribute
    Full,
}
