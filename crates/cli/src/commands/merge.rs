//! `recount merge OTHER`: appends what another ledger says and this one does not.

use std::io::Write;
use std::path::Path;

use recount_ledger::writer::Receipt;
use recount_model::event::Seq;
use recount_replay::merge::{About, Clash, Conflict, LeftOut, MergeError, Merged, Other, Rules, Why};
use serde_json::{Value, json};

use crate::append::{Append, note_set_aside, print_receipt};
use crate::args::{Global, Merge};
use crate::error::{Failure, REFUSED, Trouble};
use crate::output::Output;
use crate::storage::storage;
use crate::terminal::counted;
use crate::view::note_tail;

/// Merges, or lists every conflict that no rule settles.
pub(crate) fn run(global: &Global, output: &mut Output, merge: &Merge) -> Result<(), Failure> {
    output.refuse_csv("what a merge did has no rows")?;
    let mut append = Append::open(global, output, &merge.appending)?;
    let other = Other::open(storage(), &merge.other)?;
    note_tail(other.ledger(), output);
    append.session.admit_other(storage(), &other, merge.any_origin)?;
    let rules = Rules { prefer: merge.prefer.map(Into::into), settle: merge.settle.clone() };
    let merged = append.session.merge(&other, &rules, append.stamp).map_err(|error| match error {
        MergeError::Unsettled(conflicts) => unsettled(output, &merge.other, &conflicts),
        MergeError::Replay(error) => error.into(),
    })?;
    let receipt = match append.dry_run || merged.is_nothing() {
        true => None,
        false => Some(append.session.commit()?),
    };
    append.remember(global);
    note_set_aside(output, &append.session);
    if output.is_json() {
        let json = in_json(&other, &merged, receipt.as_ref(), append.dry_run);
        return Ok(writeln!(output.stdout(), "{json}")?);
    }
    for line in in_words(&merge.other, &merged) {
        output.note(&line);
    }
    match (receipt, append.dry_run) {
        (Some(receipt), _) => print_receipt(output, &receipt)?,
        (None, true) => output.note("dry run: nothing was appended"),
        (None, false) => output.note("nothing to merge"),
    }
    Ok(())
}

/// What was done, for people.
fn in_words(file: &Path, merged: &Merged) -> Vec<String> {
    let mut counts = vec![format!("{} new", merged.new), format!("{} here already", merged.present)];
    let mut count = |number: usize, what: &str| {
        if number > 0 {
            counts.push(format!("{number} {what}"));
        }
    };
    count(merged.renumbered, "of them under another number");
    count(merged.corrected, "recorded as corrections of ours");
    count(merged.left_out.len(), "left out");
    count(merged.left_out_before, "left out by an earlier merge");
    count(merged.withheld, "withheld there");
    let head = format!("{}: {}", file.display(), counts.join(", "));
    let left_out = |left: &LeftOut| {
        format!("left out: seq {} there ({}), {}", left.seq, left.kind.as_str(), why(left.why))
    };
    let erased = |seq: &Seq| {
        format!(
            "the content of seq {seq} was erased there and is still here: recount redact {seq} erases it here too"
        )
    };
    let unused = |about: &About| format!("--settle {about}: no conflict is about it, so it settled nothing");
    let left_out = merged.left_out.iter().map(left_out);
    let told = std::iter::once(head).chain(left_out).chain(merged.erased_there.iter().map(erased));
    told.chain(merged.unused.iter().map(unused)).collect()
}

fn why(why: Why) -> String {
    match why {
        Why::Settled => "settled for ours".to_owned(),
        Why::Names(seq) => format!("which refers to seq {seq}"),
        Why::Superseded => "superseded there by what is here already".to_owned(),
    }
}

fn in_json(other: &Other, merged: &Merged, receipt: Option<&Receipt>, dry_run: bool) -> Value {
    let head = other.ledger().head();
    let left_out: Vec<Value> = merged
        .left_out
        .iter()
        .map(|left| json!({ "seq": left.seq, "type": left.kind.as_str(), "why": why(left.why) }))
        .collect();
    json!({
        "dry_run": dry_run,
        "receipt": receipt.map(|Receipt { seq, size, root }| {
            json!({ "seq": seq, "size": size, "root": root.to_string() })
        }),
        "other": { "origin": other.origin(), "size": head.size, "root": head.root.to_string() },
        "new": merged.new,
        "present": merged.present,
        "renumbered": merged.renumbered,
        "corrected": merged.corrected,
        "settled": merged.settled,
        "unused": merged.unused.iter().map(About::to_string).collect::<Vec<_>>(),
        "left_out": left_out,
        "left_out_before": merged.left_out_before,
        "withheld": merged.withheld,
        "erased_there": merged.erased_there,
    })
}

/// Every conflict as an error of its own.
fn unsettled(output: &Output, file: &Path, conflicts: &[Conflict]) -> Failure {
    output.note(&format!("nothing was appended: {} to be settled", counted(conflicts.len(), "conflict")));
    Failure::new(REFUSED, conflicts.iter().map(|conflict| trouble(file, conflict)).collect())
}

fn trouble(file: &Path, conflict: &Conflict) -> Trouble {
    let Conflict { clash, theirs, kind, ours, id, differences, problems, choices } = conflict;
    let kind = kind.as_str();
    let against = ours.map(|ours| format!(" against seq {ours} here")).unwrap_or_default();
    let what = match clash {
        Clash::Declared => format!("{kind}{against}: the same id is declared differently"),
        Clash::Changed => format!("{kind}{against}: both sides changed the same thing"),
        Clash::Unfit => format!("{kind}: this ledger does not admit it"),
    };
    let reasons = problems.iter().map(|problem| {
        let member = if problem.member.is_empty() { String::new() } else { format!("{} ", problem.member) };
        let expected = problem.expected.trim_start_matches("expected ");
        format!("{member}{:?}: expected {expected}", problem.value)
    });
    let details: Vec<String> = differences.iter().map(ToString::to_string).chain(reasons).collect();
    let about = id.clone().unwrap_or_else(|| theirs.to_string());
    let settle: Vec<String> = choices.iter().map(|choice| format!("--settle {about}={choice}")).collect();
    let trouble = Trouble::new(clash.code(), format!("{what}; {}", details.join("; ")));
    let trouble = trouble.at(format!("{}:seq {theirs}", file.display()));
    let trouble = if let Some(id) = id { trouble.value(id) } else { trouble };
    trouble.next(Some(format!("settle it: {}", settle.join(", or "))))
}
