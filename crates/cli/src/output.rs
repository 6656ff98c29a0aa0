//! Where results and messages go: results to stdout, everything else to stderr.

use std::io::{BufWriter, Stdout, Write};

use crate::args::{Format, Global};
use crate::error::Failure;
use crate::terminal::{printable, wants_color};

/// Stdout and stderr as the global options want them.
pub(crate) struct Output {
    stdout: BufWriter<Stdout>,
    pub(crate) format: Format,
    pub(crate) color: bool,
    pub(crate) quiet: bool,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        Output {
            stdout: BufWriter::with_capacity(1 << 16, std::io::stdout()),
            format: global.format,
            color: wants_color(global.color),
            quiet: global.quiet,
        }
    }

    /// For results.
    pub(crate) fn stdout(&mut self) -> &mut impl Write {
        &mut self.stdout
    }

    /// Hands the last results on.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        Ok(self.stdout.flush()?)
    }

    /// Whether results are JSON of either kind.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::Jsonl)
    }

    /// A message for people, unless `--quiet`.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            // Messages are best effort: there is nobody to tell when stderr is gone.
            let _ = writeln!(std::io::stderr(), "{}", printable(message));
        }
    }
}
