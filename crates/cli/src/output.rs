//! Where results and messages go: results to stdout, everything else to stderr.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use recount_model::problem::Code;

use crate::args::{Format, Global, OwnForm};
use crate::error::{Failure, Trouble, USAGE};
use crate::terminal::{is_plain, json_safe, printable, wants_color};

/// Stdout and stderr as the global options want them.
pub(crate) struct Output {
    stdout: Screened<BufWriter<Stdout>>,
    pub(crate) format: Format,
    pub(crate) color: bool,
    pub(crate) quiet: bool,
}

impl Output {
    /// A result of its own form keeps its bytes where no terminal reads them.
    pub(crate) fn new(global: &Global, own_form: Option<OwnForm>) -> Self {
        let color = wants_color(global.color);
        let screen = match (own_form, global.format, std::io::stdout().is_terminal()) {
            (Some(_), _, false) => None,
            (Some(OwnForm::Json), _, true) => Some(Screen::Json),
            (Some(OwnForm::Text), _, true) => Some(Screen::Text),
            (None, Format::Json | Format::Jsonl, _) => Some(Screen::Json),
            (None, Format::Csv, terminal) => terminal.then_some(Screen::Text),
            // Tables are made printable cell by cell, for their own colours are control characters too. Without any, what
            // a cell let through is stopped here.
            (None, Format::Table, _) => (!color).then_some(Screen::Text),
        };
        let stdout = BufWriter::with_capacity(1 << 16, std::io::stdout());
        Output {
            stdout: Screened { inner: stdout, screen, cut: Vec::new() },
            format: global.format,
            color,
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

    /// Refuses `--format csv` where a result has no rows.
    pub(crate) fn refuse_csv(&self, why: &str) -> Result<(), Failure> {
        if self.format != Format::Csv {
            return Ok(());
        }
        let trouble = Trouble::new(Code::USAGE, format!("expected table, json or jsonl: {why}"));
        Err(Failure::one(USAGE, trouble.at("--format").value("csv")))
    }

    /// A message for people, unless `--quiet`.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            // Messages are best effort: there is nobody to tell when stderr is gone.
            let _ = writeln!(std::io::stderr(), "{}", printable(message));
        }
    }
}

/// How characters that play tricks on a reader are written.
#[derive(Clone, Copy)]
enum Screen {
    /// As JSON escapes them: nothing is lost.
    Json,
    /// As text shows them.
    Text,
}

/// A writer that lets no tricks through, however a text is cut into writes.
struct Screened<W> {
    inner: W,
    screen: Option<Screen>,
    /// The beginning of a character whose end has not been written yet.
    cut: Vec<u8>,
}

impl<W: Write> Write for Screened<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(screen) = self.screen.filter(|_| !self.cut.is_empty() || !is_plain(bytes)) else {
            return self.inner.write(bytes);
        };
        self.cut.extend_from_slice(bytes);
        let whole = std::mem::take(&mut self.cut);
        let mut chunks = whole.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let safe = match screen {
                Screen::Json => json_safe(chunk.valid()),
                Screen::Text => printable(chunk.valid()),
            };
            self.inner.write_all(safe.as_bytes())?;
            match chunks.peek() {
                Some(_) => self.inner.write_all(chunk.invalid())?,
                None => self.cut = chunk.invalid().to_vec(),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(screen: Option<Screen>, written: &[&[u8]]) -> String {
        let mut screened = Screened { inner: Vec::new(), screen, cut: Vec::new() };
        for bytes in written {
            screened.write_all(bytes).unwrap();
        }
        String::from_utf8(screened.inner).unwrap()
    }

    #[test]
    fn tricks_are_screened_even_where_a_write_cuts_them() {
        let text = "{\"a\":\"Діти \u{202e}\u{7f}\u{e0041}\"}\n";
        let json = "{\"a\":\"Діти \\u202e\\u007f\\udb40\\udc41\"}\n";
        for at in 0..text.len() {
            let (start, end) = text.as_bytes().split_at(at);
            assert_eq!(check(Some(Screen::Json), &[start, end]), json, "cut at {at}");
        }
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(json).unwrap(),
            serde_json::from_str::<serde_json::Value>(text).unwrap(),
            "nothing is lost"
        );
        assert_eq!(check(Some(Screen::Text), &["a,\u{202e}b\n".as_bytes()]), "a,\\u{202e}b\n");
        assert_eq!(check(None, &[text.as_bytes()]), text);
    }
}
