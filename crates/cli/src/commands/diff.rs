//! `recount diff`: what changed between two points on any clock, by cause.

use std::io::Write;
use std::num::NonZeroUsize;

use recount_ledger::reader::Ledger;
use recount_model::answer::Answers;
use recount_model::clock::{Clocks, LeftOut, RecordedBy};
use recount_model::diff::{Change, Point, PointError, diff};
use recount_model::event::Seq;
use recount_model::problem::Code;
use recount_model::state::State;
use recount_replay::{LedgerTexts, Replay};
use serde_json::{Value, json};

use crate::args::{Diff, Format, Global};
use crate::changes::{Changes, counts};
use crate::error::{BAD_INPUT, Failure, Trouble};
use crate::listing::clocks_json;
use crate::output::Output;
use crate::view::{clock_lines, open, replay_to};

/// Prints the changes. Two points on one recorded prefix need one replay.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Diff) -> Result<(), Failure> {
    let (from, to) = points(options)?;
    let ledger = open(global, output)?;
    check_ends(&ledger, options, (&from, &to))?;
    let later = replay_to(&ledger, to.recorded_by, global.threads(), output)?;
    let earlier = match from.recorded_by == to.recorded_by {
        true => None,
        false => Some(replay_to(&ledger, from.recorded_by, global.threads(), output)?),
    };
    let earlier = earlier.as_ref().unwrap_or(&later);
    let threads = global.threads();
    let (old, new) = (answers(earlier, &from, threads), answers(&later, &to, threads));
    print(output, &ledger, &old, &new)
}

fn answers<'r>(replay: &'r Replay, clocks: &Clocks, threads: NonZeroUsize) -> Answers<'r> {
    Answers::on_threads(&replay.state, clocks, replay.beyond, threads)
}

fn points(options: &Diff) -> Result<(Clocks, Clocks), Failure> {
    let mut troubles = Vec::new();
    let mut parse = |option: &str, text: &str| {
        let point = Point::parse(text).map_err(|error| troubles.push(trouble(&error).at(option).value(text)));
        point.map(|point| point.clocks).unwrap_or_default()
    };
    let ends = (parse("--from", &options.from), parse("--to", &options.to));
    if troubles.is_empty() { Ok(ends) } else { Err(Failure::new(BAD_INPUT, troubles)) }
}

fn trouble(error: &PointError) -> Trouble {
    let hint = match error {
        PointError::Clock { hint } => hint.map(|near| format!("did you mean {near}?")),
        _ => None,
    };
    Trouble::new(Code::BAD_POINT, error.to_string()).next(hint)
}

/// A sequence number past the end of the ledger is no point; 0 is `start`.
fn check_ends(ledger: &Ledger, options: &Diff, (from, to): (&Clocks, &Clocks)) -> Result<(), Failure> {
    let size = ledger.head().size;
    let ends = [("--from", &options.from, from), ("--to", &options.to, to)];
    let beyond = ends.into_iter().filter(
        |(_, _, clocks)| matches!(clocks.recorded_by, Some(RecordedBy::Seq(seq)) if u64::from(seq) > size),
    );
    let troubles: Vec<Trouble> = beyond
        .map(|(option, text, _)| {
            let expected = format!("expected a sequence number from 0 to {size}, the end of the ledger");
            Trouble::new(Code::BAD_POINT, expected).at(option).value(text)
        })
        .collect();
    if troubles.is_empty() { Ok(()) } else { Err(Failure::new(BAD_INPUT, troubles)) }
}

fn print(output: &mut Output, ledger: &Ledger, old: &Answers<'_>, new: &Answers<'_>) -> Result<(), Failure> {
    let state = longer(old, new);
    let texts = LedgerTexts::new(ledger, state);
    let found = diff(old, new);
    let changes = Changes::new(state, &texts, &found)?;
    match output.format {
        Format::Table => {
            changes.print_table(output)?;
            let ends = end_lines(old, new);
            let summary = summary(&found, "nothing changed", old, new);
            writeln!(output.stdout(), "{summary}\n{}", ends.join("\n"))?;
        }
        Format::Json => {
            let end = |answers: &Answers<'_>| end_json(answers);
            let json = json!({
                "from": end(old),
                "to": end(new),
                "erased": erased_json(old, new),
                "changes": changes.json().collect::<Vec<_>>()
            });
            writeln!(output.stdout(), "{json:#}")?;
        }
        Format::Jsonl => {
            for change in changes.json() {
                writeln!(output.stdout(), "{change}")?;
            }
        }
        Format::Csv => changes.print_csv(output)?,
    }
    if found.is_empty() && output.format != Format::Table {
        let summary = summary(&found, "nothing changed", old, new);
        output.note(&format!("{summary}: {}", end_lines(old, new).join("; ")));
    }
    Ok(())
}

/// The state that knows the events of both.
pub(crate) fn longer<'s>(old: &Answers<'s>, new: &Answers<'s>) -> &'s State {
    if old.state().size() > new.state().size() { old.state() } else { new.state() }
}

/// How many changes there are, `none` where there is none, and what was erased between the points: that is not known at
/// the earlier one either, so that nothing of it is a change.
pub(crate) fn summary(found: &[Change], none: &str, old: &Answers<'_>, new: &Answers<'_>) -> String {
    let erased: Vec<String> =
        erased_between(old, new).map(|(seq, by)| format!("seq {seq} (by seq {by})")).collect();
    let mut lines = Vec::new();
    if !found.is_empty() {
        lines.push(counts(found));
    } else if erased.is_empty() {
        lines.push(none.to_owned());
    }
    if !erased.is_empty() {
        lines.push(format!("erased since, and with it what depended on it: {}", erased.join(", ")));
    }
    lines.join("\n")
}

/// The same erased events for machines.
pub(crate) fn erased_json(old: &Answers<'_>, new: &Answers<'_>) -> Value {
    erased_between(old, new).map(|(seq, by)| json!({ "seq": seq, "by": by })).collect()
}

fn erased_between<'s>(old: &Answers<'s>, new: &Answers<'s>) -> impl Iterator<Item = (Seq, Seq)> + 's {
    longer(old, new).erased_after(old.state().size().min(new.state().size()))
}

/// The two points and what each left out, as lines for people.
pub(crate) fn end_lines(old: &Answers<'_>, new: &Answers<'_>) -> [String; 2] {
    [("from", old), ("to", new)].map(|(word, answers)| {
        let lines = clock_lines(answers.clocks(), left_out(answers));
        let line = lines.join(" (") + if lines.len() > 1 { ")" } else { "" };
        let asked = line.strip_prefix("clocks: ").unwrap_or(&line);
        let asked = asked.replace("recorded by 0", "start, before the first event");
        let size = answers.state().size();
        format!("{word} {asked}; {size} event{}", if size == 1 { "" } else { "s" })
    })
}

/// At the start nothing is left out: there is nothing yet.
fn left_out(answers: &Answers<'_>) -> LeftOut {
    LeftOut { later_recorded: 0, ..answers.left_out() }
}

/// A point for machines: clocks, what they left out, how many events it covers.
pub(crate) fn end_json(answers: &Answers<'_>) -> Value {
    let (clocks, left_out) = clocks_json(answers.clocks(), answers.left_out());
    json!({ "clocks": clocks, "left_out": left_out, "size": answers.state().size() })
}
