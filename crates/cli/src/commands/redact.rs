//! `recount redact SEQ`: erases what an event says, and tells what cannot be reached.

use std::fs;
use std::path::Path;

use recount_ledger::reader::Ledger;
use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, Problem};
use recount_replay::{Grounds, RedactError};

use crate::append::{Append, print_receipt, report_dry_run};
use crate::args::{Global, Redact};
use crate::cache;
use crate::error::{BAD_INPUT, Failure, REFUSED, Trouble};
use crate::output::Output;
use crate::remembered;
use crate::storage::storage;
use crate::terminal::counted;

/// Puts stubs into the place of the event and its corrections, and prints the receipt of the events that say why.
pub(crate) fn run(global: &Global, output: &mut Output, redact: &Redact) -> Result<(), Failure> {
    let append = Append::open(global, output, &redact.appending)?;
    let erased = append.session.redactable(redact.seq).map_err(refused)?;
    let salted = append.session.state().kind(redact.seq) == Some(Kind::CaseDocumented);
    let naming = append.session.naming(&erased);
    if append.dry_run {
        let what = format!("the content of {} would be erased", events(&erased));
        return report_dry_run(output, erased.len(), &what);
    }
    let grounds = Grounds { reason: &redact.reason, legal_basis: redact.legal_basis.as_deref() };
    let receipt = append.session.redact(redact.seq, grounds, append.stamp).map_err(|error| match error {
        RedactError::Problem(problem) => refused(*problem),
        RedactError::Replay(error) => error.into(),
    })?;
    print_receipt(output, &receipt)?;
    cache::forget(&global.file);
    // The content is gone: that the head cannot be remembered is no failure.
    if let Ok(ledger) = Ledger::open(storage(), &global.file) {
        remembered::update(global, ledger.head());
    }
    for note in notes(&global.file, &erased, &naming, salted) {
        output.note(&note);
    }
    Ok(())
}

fn refused(problem: Problem) -> Failure {
    let exit = if problem.code == Code::NOT_LIVE { REFUSED } else { BAD_INPUT };
    let place = match problem.member.as_str() {
        "reason" => "--reason",
        "legal_basis" => "--legal-basis",
        _ => "SEQ",
    };
    Failure::one(exit, Trouble::of_problem(problem, place.to_owned()))
}

/// What was done, what the rest of the ledger loses by it, and where the content may still be.
fn notes(file: &Path, erased: &[Seq], naming: &[Seq], salted: bool) -> Vec<String> {
    let mut notes = vec![format!("the content of {} is gone from {}", events(erased), file.display())];
    if !naming.is_empty() {
        notes.push(format!("what names it says less now: {}", events(naming)));
    }
    if !salted {
        notes.push(
            "the hash of the line stays, and no random salt was in it: who can guess the whole line can find the guess \
             confirmed"
                .to_owned(),
        );
    }
    let beside = beside(file);
    if !beside.is_empty() {
        notes.push(format!("what was set aside may hold it too: {}", beside.join(", ")));
    }
    notes.push(
        "not reached: exports, backups and copies made before, the history of version control, and what the device keeps of \
         deleted files"
            .to_owned(),
    );
    notes
}

fn events(seqs: &[Seq]) -> String {
    let list: Vec<String> = seqs.iter().map(ToString::to_string).collect();
    format!("{} (seq {})", counted(seqs.len(), "event"), list.join(", "))
}

/// The tails and unfinished files beside a ledger.
fn beside(file: &Path) -> Vec<String> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = file.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return Vec::new();
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let is_beside = |other: &String| {
        other.strip_prefix(&name).is_some_and(|rest| rest.starts_with(".tail-") || rest.starts_with(".new-"))
    };
    let mut found: Vec<String> = names.filter(is_beside).collect();
    found.sort();
    found
}
