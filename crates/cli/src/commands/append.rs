//! `recount append`

mod lines;

use std::path::Path;

use recount_model::problem::{Code, MOST_PROBLEMS, Problem};
use recount_replay::Staged;

use crate::append::{Append, append_one, report_duplicate};
use crate::append_options::AppendCommand;
use crate::args::{AppendEvents, Global};
use crate::error::{BAD_INPUT, Failure, Trouble};
use crate::output::Output;
use crate::terminal::counted;
use lines::{Line, Lines, Said};

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
    let mut lines = Lines::open(&many.input, &name, global.threads())?;
    let mut append = Append::open(global, output, &many.appending)?;
    let mut troubles: Vec<Trouble> = Vec::new();
    let (mut seen, mut already) = (0_usize, 0_usize);
    while let Some(Line { number, said }) = lines.next()? {
        let (session, stamp) = (&mut append.session, append.stamp);
        let staged = said.and_then(|Said { text, ready }| match ready {
            Some(ready) => session.stage_ready(&text, ready, stamp),
            None => session.stage(&text, stamp),
        });
        match staged {
            Ok(Staged::New(_)) => seen += 1,
            Ok(Staged::Already(duplicate)) => {
                already += 1;
                report_duplicate(output, &format!("{name}:{number}"), duplicate.seq, duplicate.fate)?;
            }
            Err(problems) => {
                let placed = |problem: Problem| {
                    let place = format!("{name}:{number}");
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
