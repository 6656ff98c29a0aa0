//! `recount append`

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use recount_model::problem::{Code, MOST_PROBLEMS, Problem};
use recount_replay::Staged;

use crate::append::{Append, append_one, report_duplicate};
use crate::append_options::AppendCommand;
use crate::args::{AppendEvents, Global};
use crate::error::{BAD_INPUT, Failure, IO, Trouble};
use crate::input;
use crate::output::Output;
use crate::terminal::counted;

/// A line longer than this is refused without being read into memory.
const MAX_LINE: u64 = 1 << 20;

/// A line longer than this ends the reading: what never ends a line, such as `/dev/zero`, never ends at all.
const MAX_SKIPPED: u64 = 1 << 30;

/// Appends one event from options, or many from a file.
pub(crate) fn run(global: &Global, output: &mut Output, command: &AppendCommand) -> Result<(), Failure> {
    match command {
        AppendCommand::One { kind, data, appending } => {
            append_one(global, output, appending, *kind, |_| Ok(data.clone()))
        }
        AppendCommand::Events(many) => run_events(global, output, many),
    }
}

fn run_events(global: &Global, output: &mut Output, many: &AppendEvents) -> Result<(), Failure> {
    let name =
        if many.input == Path::new("-") { "stdin".to_owned() } else { many.input.display().to_string() };
    let mut lines = Lines::open(&many.input, &name)?;
    let mut append = Append::open(global, output, &many.appending)?;
    let mut troubles: Vec<Trouble> = Vec::new();
    let (mut seen, mut already) = (0_usize, 0_usize);
    while let Some((number, line)) = lines.next()? {
        let place = format!("{name}:{number}");
        match line.and_then(|line| append.session.stage(line, append.stamp)) {
            Ok(Staged::New(_)) => seen += 1,
            Ok(Staged::Already(duplicate)) => {
                already += 1;
                report_duplicate(output, &place, duplicate.seq, duplicate.fate)?;
            }
            Err(problems) => {
                let placed = |problem: Problem| {
                    let inside = if problem.member.is_empty() {
                        String::new()
                    } else {
                        format!(": {}", problem.member)
                    };
                    Trouble::of_problem(problem, format!("{place}{inside}"))
                };
                troubles.extend(problems.into_iter().map(placed));
            }
        }
        if troubles.len() >= MOST_PROBLEMS {
            troubles.truncate(MOST_PROBLEMS);
            troubles
                .push(Trouble::new(Code::USAGE, "more problems follow; mend these first").at(name.clone()));
            break;
        }
        let full = many.batch.is_some_and(|size| append.session.staged() as u64 >= size);
        // Of a dry run all batches are one: nothing is committed that the next could follow.
        if full && troubles.is_empty() && !many.appending.dry_run {
            append.commit(output)?;
        }
    }
    if !troubles.is_empty() {
        output.note(&format!("nothing of this batch was appended: {}", counted(troubles.len(), "problem")));
        return Err(Failure::new(BAD_INPUT, troubles));
    }
    append.commit(output)?;
    append.remember(global);
    if already > 0 && !many.appending.dry_run {
        output.note(&format!("{} appended, {already} recorded already", counted(seen, "event")));
    }
    Ok(())
}

/// The lines of the input, each at most 1 MiB; a longer one is a problem of its own and is skipped over.
struct Lines {
    input: Box<dyn BufRead>,
    name: String,
    buffer: Vec<u8>,
    number: u64,
    /// A line went on for so long that nothing behind it is read.
    given_up: bool,
}

/// A line of the input with its number, or what keeps it from being one.
type Numbered<'l> = (u64, Result<&'l str, Vec<Problem>>);

impl Lines {
    fn open(path: &Path, name: &str) -> Result<Lines, Failure> {
        let input: Box<dyn BufRead> = if path == Path::new("-") {
            Box::new(BufReader::with_capacity(1 << 16, std::io::stdin()))
        } else {
            let failed = |error| Failure::one(IO, Trouble::new(Code::IO, format!("{name}: {error}")));
            Box::new(BufReader::with_capacity(1 << 16, input::open(path).map_err(failed)?))
        };
        Ok(Lines { input, name: name.to_owned(), buffer: Vec::new(), number: 0, given_up: false })
    }

    /// The next line with its number and without its LF; blank lines are passed over.
    fn next(&mut self) -> Result<Option<Numbered<'_>>, Failure> {
        loop {
            if self.given_up {
                return Ok(None);
            }
            self.number += 1;
            self.buffer.clear();
            let read = self.input.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut self.buffer);
            let failed = |error| Failure::one(IO, Trouble::new(Code::IO, format!("{}: {error}", self.name)));
            if read.map_err(failed)? == 0 {
                return Ok(None);
            }
            if self.buffer.len() as u64 > MAX_LINE && self.buffer.last() != Some(&b'\n') {
                self.skip_rest()?;
                let rest =
                    if self.given_up { "; it goes on for over 1 GiB, so reading ends here" } else { "" };
                let expected = format!("column {}: expected at most 1 MiB in a line{rest}", MAX_LINE + 1);
                let problem = Problem::new(Code::TOO_LARGE, "", "", expected);
                return Ok(Some((self.number, Err(vec![problem]))));
            }
            if !self.buffer.trim_ascii().is_empty() {
                break;
            }
        }
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let text = std::str::from_utf8(line).map_err(|error| {
            let expected = format!("UTF-8; column {} is none", error.valid_up_to() + 1);
            vec![Problem::new(Code::SYNTAX, "", "", expected)]
        });
        Ok(Some((self.number, text)))
    }

    fn skip_rest(&mut self) -> Result<(), Failure> {
        for _ in 0..MAX_SKIPPED / MAX_LINE {
            self.buffer.clear();
            let read = self.input.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.buffer)?;
            if read == 0 || self.buffer.last() == Some(&b'\n') {
                return Ok(());
            }
        }
        self.given_up = true;
        Ok(())
    }
}
