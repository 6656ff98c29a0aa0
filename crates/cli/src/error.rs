//! Errors as people and machines read them, and the exit code each one leads to.

use std::io::Write;
use std::path::Path;

use recount_ledger::error::LedgerError;
use recount_model::problem::{Code, Problem};
use recount_replay::{Refusal, ReplayError};
use recount_tables::RowError;
use serde_json::json;

use crate::args::Format;
use crate::terminal::{cell_text, json_safe, printable};

/// One thing that went wrong, with where and what to do.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    code: Code,
    /// File and line, option, or nothing.
    place: String,
    value: Option<String>,
    message: String,
    next: Option<String>,
}

/// Everything that went wrong in one run; all of one exit code.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    troubles: Vec<Trouble>,
    exit: u8,
}

/// Exit codes of the contract.
pub(crate) const FINDINGS: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const BAD_INPUT: u8 = 3;
pub(crate) const INTEGRITY: u8 = 4;
pub(crate) const REFUSED: u8 = 5;
pub(crate) const IO: u8 = 6;

impl Trouble {
    /// Trouble with a message that says it all.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Trouble { code, place: String::new(), value: None, message: message.into(), next: None }
    }

    /// Where it is: a file and line, or an option.
    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }

    /// The value that caused it.
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// What to do next.
    pub(crate) fn next(mut self, next: Option<String>) -> Self {
        self.next = next;
        self
    }

    /// A problem of an event, placed by the input it came from.
    pub(crate) fn of_problem(problem: Problem, place: String) -> Self {
        let expected = problem.expected;
        let message = if expected.contains("expected") { expected } else { format!("expected {expected}") };
        Trouble {
            code: problem.code,
            place: shortened(place),
            value: (!problem.value.is_empty()).then(|| shortened(problem.value)),
            message,
            next: problem.hint,
        }
    }

    fn text(&self) -> String {
        let place =
            if self.place.is_empty() { String::new() } else { format!("{}: ", cell_text(&self.place)) };
        // Of a wrong type the value is JSON, whose own quotation marks tell a text from a number.
        let quoted = |value: &String| match self.code {
            Code::WRONG_TYPE => format!("{value}: "),
            _ => format!("{value:?}: "),
        };
        let value = self.value.as_ref().map(quoted).unwrap_or_default();
        let next = self.next.as_ref().map(|next| format!("\n  {next}")).unwrap_or_default();
        printable(&format!("error[{}]: {place}{value}{}{next}", self.code, self.message))
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "code": self.code.to_string(),
            "place": self.place,
            "value": self.value,
            "message": self.message,
            "next": self.next,
        })
    }
}

/// A text from data, cut where nobody reads on: an error repeats what was given so that it is found, not all of it.
fn shortened(mut text: String) -> String {
    const MOST: usize = 500;
    if let Some((at, _)) = text.char_indices().nth(MOST) {
        let cut = text[at..].chars().count();
        text.truncate(at);
        text.push_str(&format!("… ({cut} more characters)"));
    }
    text
}

impl Failure {
    /// Several troubles of one exit code. A read that failed says nothing about the input that it was to check.
    pub(crate) fn new(exit: u8, troubles: Vec<Trouble>) -> Self {
        let is_io = troubles.iter().any(|trouble| trouble.code == Code::IO);
        Failure { troubles, exit: if is_io { IO } else { exit } }
    }

    /// One trouble.
    pub(crate) fn one(exit: u8, trouble: Trouble) -> Self {
        Failure::new(exit, vec![trouble])
    }

    /// Both, with the exit code that is the graver one.
    pub(crate) fn and(mut self, other: Failure) -> Self {
        self.troubles.extend(other.troubles);
        Failure { troubles: self.troubles, exit: self.exit.max(other.exit) }
    }

    /// The process's exit code.
    pub(crate) fn exit(&self) -> u8 {
        self.exit
    }

    /// Writes every trouble to stderr: as text, or one JSON object where a machine asked.
    pub(crate) fn report(&self, format: Format) {
        if self.troubles.is_empty() {
            return;
        }
        let mut stderr = std::io::stderr().lock();
        // Nothing is left to be done when stderr is gone.
        let _ = match format {
            Format::Json | Format::Jsonl => {
                let errors: Vec<_> = self.troubles.iter().map(Trouble::json).collect();
                let json = json!({ "errors": errors, "exit": self.exit }).to_string();
                writeln!(stderr, "{}", json_safe(&json))
            }
            Format::Table | Format::Csv => {
                let lines: Vec<String> = self.troubles.iter().map(Trouble::text).collect();
                writeln!(stderr, "{}", lines.join("\n"))
            }
        };
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let (exit, code) = match &error {
            LedgerError::NotFound { .. } | LedgerError::Io { .. } | LedgerError::Poisoned { .. } => {
                (IO, Code::IO)
            }
            LedgerError::NotALedger { .. } => (INTEGRITY, Code::NOT_A_LEDGER),
            LedgerError::Exists { .. } => (REFUSED, Code::TARGET_IN_USE),
            LedgerError::Corrupt(_) => (INTEGRITY, Code::CORRUPT),
            LedgerError::DamagedTail(_) => (INTEGRITY, Code::DAMAGED_TAIL),
            LedgerError::Locked { .. } => (IO, Code::LOCKED),
            LedgerError::Unfit { .. } => (IO, Code::UNFIT_FILE),
            LedgerError::Stale { .. } => (IO, Code::IO),
        };
        // The name of a file may have line ends in it, and is not to look like an error of its own.
        Failure::one(exit, Trouble::new(code, cell_text(&error.to_string())))
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Ledger(error) => error.into(),
            ReplayError::Event { .. } | ReplayError::UnexplainedStub { .. } => {
                Failure::one(INTEGRITY, Trouble::new(Code::CORRUPT, error.to_string()))
            }
            ReplayError::NewerFormat { .. } => {
                Failure::one(BAD_INPUT, Trouble::new(Code::NEWER_FORMAT, error.to_string()))
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::HeadMoved { .. } => Code::HEAD_MOVED,
            Refusal::ClockBehind { .. } => Code::CLOCK_BEHIND,
            Refusal::OtherOrigin { .. } | Refusal::SameLedger => Code::NOT_TO_BE_MERGED,
        };
        Failure::one(REFUSED, Trouble::new(code, refusal.to_string()))
    }
}

impl From<recount_model::texts::TextError> for Failure {
    fn from(error: recount_model::texts::TextError) -> Self {
        Failure::one(INTEGRITY, Trouble::new(Code::CORRUPT, error.to_string()))
    }
}

impl From<RowError<std::io::Error>> for Failure {
    fn from(error: RowError<std::io::Error>) -> Self {
        match error {
            RowError::Text(error) => error.into(),
            RowError::Sink(error) => error.into(),
        }
    }
}

impl Failure {
    /// A CSV export into `target`, as the user named it, failed.
    pub(crate) fn of_csv(error: recount_export_csv::ExportError, target: &Path) -> Failure {
        use recount_export_csv::ExportError;
        match error {
            ExportError::TargetInUse { reason, .. } => Failure::target_in_use(target, reason),
            ExportError::Text(error) => error.into(),
            ExportError::Io { .. } => Failure::one(IO, Trouble::new(Code::IO, error.to_string())),
        }
    }

    /// An SQLite export into `target`, as the user named it, failed.
    pub(crate) fn of_sqlite(error: recount_export_sqlite::ExportError, target: &Path) -> Failure {
        use recount_export_sqlite::ExportError;
        match error {
            ExportError::TargetInUse { reason, .. } => Failure::target_in_use(target, reason),
            ExportError::Text(error) => error.into(),
            ExportError::Io { .. } | ExportError::Sqlite(_) | ExportError::Dangling { .. } => {
                Failure::one(IO, Trouble::new(Code::IO, error.to_string()))
            }
        }
    }

    pub(crate) fn target_in_use(target: &Path, reason: &str) -> Failure {
        let trouble = Trouble::new(Code::TARGET_IN_USE, reason).at(target.display().to_string());
        Failure::one(
            REFUSED,
            trouble.next(Some("name another folder or file, or remove what is there".to_owned())),
        )
    }
}

impl From<std::io::Error> for Failure {
    /// Writing results failed; that the reader of a pipe has enough is no error.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Failure::new(0, Vec::new());
        }
        Failure::one(IO, Trouble::new(Code::IO, format!("writing the result failed: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_short_and_one_line() {
        let shown = |value: String, place: &str| {
            Trouble::of_problem(Problem::new(Code::SYNTAX, "", value, "a"), place.to_owned()).text()
        };
        assert_eq!(
            shown("é".repeat(500), "x"),
            format!("error[E0101]: x: \"{}\": expected a", "é".repeat(500))
        );
        let long = shown("é".repeat(502), "x\nerror[E9999]: y");
        assert_eq!(long.lines().count(), 1);
        assert!(long.starts_with("error[E0101]: x\\nerror[E9999]: y: \"éé"), "{long}");
        assert!(long.ends_with("é… (2 more characters)\": expected a"), "{long}");
    }

    #[test]
    fn a_read_that_failed_is_no_bad_input() {
        let trouble = |code| Trouble::new(code, "expected something else");
        assert_eq!(Failure::new(BAD_INPUT, vec![trouble(Code::NO_SUCH_EVENT)]).exit(), BAD_INPUT);
        assert_eq!(Failure::new(BAD_INPUT, vec![trouble(Code::NO_SUCH_EVENT), trouble(Code::IO)]).exit(), IO);
    }
}
