//! What all commands that append share: open, stage, report every problem, commit, print receipts.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use recount_ledger::storage::{Fitness, RealStorage};
use recount_ledger::writer::{Options, Receipt};
use recount_model::event::Kind;
use recount_model::problem::Problem;
use recount_replay::{Fate, Session, SessionOptions, Staged, Stamp};
use serde_json::{Value, json};

use crate::append_options::option_name;
use crate::args::{Appending, Global};
use crate::clock;
use crate::error::{BAD_INPUT, Failure, Trouble};
use crate::output::Output;

/// A session with the moment of its append.
pub(crate) struct Append {
    pub(crate) session: Session<'static>,
    pub(crate) stamp: Stamp,
    dry_run: bool,
}

/// How the writer is to open the file.
pub(crate) fn writer_options(appending: &Appending, stamp: Stamp) -> Options {
    let fitness = if appending.accept_unfit_file { Fitness::Any } else { Fitness::Strict };
    Options { wait: Duration::from_secs(appending.wait), fitness, now: stamp.now }
}

impl Append {
    /// Locks the ledger, replays it, and refuses what concerns the append as a whole.
    pub(crate) fn open(file: &Path, appending: &Appending) -> Result<Append, Failure> {
        let stamp = clock::stamp(appending.accept_clock)?;
        let options = SessionOptions {
            by: clock::recorder(appending.by.as_deref())?,
            allow_duplicate: appending.allow_duplicate,
            salt: Box::new(clock::salt()?),
        };
        let session = Session::open(&RealStorage, file, &writer_options(appending, stamp), options)?;
        session.admit(appending.expect, stamp)?;
        Ok(Append { session, stamp, dry_run: appending.dry_run })
    }

    /// Commits what is staged and prints the receipt; with `--dry-run` only says what would be appended.
    pub(crate) fn commit(&mut self, output: &mut Output) -> Result<Option<Receipt>, Failure> {
        if self.session.staged() == 0 {
            return Ok(None);
        }
        if self.dry_run {
            output
                .note(&format!("dry run: {} would be appended, nothing was", events(self.session.staged())));
            return Ok(None);
        }
        let receipt = self.session.commit()?;
        if let Some(aside) = self.session.set_aside() {
            output.note(&format!(
                "an unfinished batch ({} events, {} bytes) that was never acknowledged is now in {}",
                aside.events,
                aside.bytes,
                aside.path.display()
            ));
        }
        Ok(Some(receipt))
    }
}

/// `1 event`, `2 events`.
pub(crate) fn events(count: usize) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{count} events") }
}

/// Prints a receipt: what an append made durable.
pub(crate) fn print_receipt(output: &mut Output, receipt: &Receipt) -> Result<(), Failure> {
    let last = receipt.size;
    let seqs =
        if receipt.seq == last { format!("seq {last}") } else { format!("seq {}..{last}", receipt.seq) };
    let line = match output.is_json() {
        true => json!({ "seq": receipt.seq, "size": last, "root": receipt.root.to_string() }).to_string(),
        false => format!("{seqs}  size {last}  root {}", receipt.root),
    };
    let out = output.stdout();
    writeln!(out, "{line}")?;
    // A receipt is a promise: it leaves before the next batch is begun.
    out.flush()?;
    Ok(())
}

/// Appends one event given on the command line.
pub(crate) fn append_one(
    global: &Global,
    output: &mut Output,
    appending: &Appending,
    kind: Kind,
    data: impl FnOnce(&Session<'_>) -> Result<Value, Failure>,
) -> Result<(), Failure> {
    let mut append = Append::open(&global.file, appending)?;
    let data = data(&append.session)?;
    let line = json!({ "type": kind.as_str(), "data": data }).to_string();
    let staged = append.session.stage(&line, append.stamp).map_err(|problems| {
        let place = |problem: &Problem| {
            if problem.member.is_empty() { String::new() } else { option_of(kind, &problem.member) }
        };
        let troubles = problems.into_iter().map(|problem| {
            let place = place(&problem);
            Trouble::of_problem(problem, place)
        });
        Failure::new(BAD_INPUT, troubles.collect())
    })?;
    if let Staged::Already(duplicate) = &staged {
        note_duplicate(output, "", duplicate.seq, duplicate.fate);
        return Ok(());
    }
    if let Some(receipt) = append.commit(output)? {
        print_receipt(output, &receipt)?;
    }
    Ok(())
}

/// The option that holds a member: the targets of corrections and the like are arguments.
fn option_of(kind: Kind, member: &str) -> String {
    match (kind, member.strip_prefix("data.")) {
        (Kind::RecordCorrected, Some(inner)) => format!("--set {inner}"),
        (Kind::RecordCorrected, None) if member != "reason" && member != "target" => {
            format!("--set {member}")
        }
        (Kind::FindingAcknowledged, _) if member == "check" => "CHECK".to_owned(),
        (Kind::FindingAcknowledged, _) if member.starts_with("figures") => "SEQ".to_owned(),
        _ if member == "target" => "SEQ".to_owned(),
        _ => {
            let (first, rest) = member
                .split_once(['.', '['])
                .map_or((member, ""), |(first, _)| (first, &member[first.len()..]));
            format!("{}{rest}", option_name(first))
        }
    }
}

/// Says that an event is recorded already, and what became of it.
pub(crate) fn note_duplicate(output: &Output, place: &str, seq: u32, fate: Fate) {
    let fate = match fate {
        Fate::InForce => "in force".to_owned(),
        Fate::Corrected(by) => format!("corrected by seq {by}"),
        Fate::Retracted(by) => format!("retracted by seq {by}"),
    };
    output
        .note(&format!("{place}already recorded at seq {seq} ({fate}); --allow-duplicate appends it again"));
}
