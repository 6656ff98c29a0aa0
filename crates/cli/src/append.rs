//! What all commands that append share: open, stage, report every problem, commit, print receipts.

use std::fmt;
use std::io::{ErrorKind, Write};
use std::time::Duration;

use recount_ledger::storage::Fitness;
use recount_ledger::writer::{Options, Receipt};
use recount_model::event::Kind;
use recount_model::problem::{Code, Problem};
use recount_replay::{Fate, Session, SessionOptions, Staged, Stamp};
use serde_json::json;

use crate::append_options::option_name;
use crate::args::{Appending, Global};
use crate::cache::{Place, is_behind, is_worth_it};
use crate::clock;
use crate::error::{BAD_INPUT, Failure, IO, Trouble};
use crate::output::Output;
use crate::remembered;
use crate::storage::storage;
use crate::terminal::counted;

/// Where what writers know is kept.
const WRITERS: &str = "writers";

/// A session with the moment of its append.
pub(crate) struct Append {
    pub(crate) session: Session<'static>,
    pub(crate) stamp: Stamp,
    pub(crate) dry_run: bool,
}

/// How the writer is to open the file.
pub(crate) fn writer_options(appending: &Appending, stamp: Stamp) -> Options {
    let fitness = if appending.accept_unfit_file { Fitness::Any } else { Fitness::Strict };
    Options { wait: Duration::from_secs(appending.wait), fitness, now: stamp.now }
}

impl Append {
    /// Locks the ledger, replays it, and refuses what concerns the append as a whole.
    pub(crate) fn open(global: &Global, output: &Output, appending: &Appending) -> Result<Append, Failure> {
        let stamp = clock::stamp(appending.accept_clock)?;
        let options = SessionOptions {
            by: clock::recorder(appending.by.as_deref())?,
            allow_duplicate: appending.allow_duplicate,
            salt: Box::new(clock::salt()?),
            division: global.threads().into(),
            kept: Place::of(global, WRITERS).and_then(|place| place.open()),
        };
        let session = Session::open(storage(), &global.file, &writer_options(appending, stamp), options)?;
        session.admit(appending.expect, stamp)?;
        remembered::check(global, output);
        Ok(Append { session, stamp, dry_run: appending.dry_run })
    }

    /// Stages one event given on the command line.
    pub(crate) fn stage(&mut self, kind: Kind, data: &impl fmt::Display) -> Result<Staged, Failure> {
        let line = format!("{{\"type\":{},\"data\":{data}}}", json!(kind.as_str()));
        self.session.stage(&line, self.stamp).map_err(|problems| {
            let place = |problem: &Problem| {
                if problem.member.is_empty() { String::new() } else { option_of(kind, &problem.member) }
            };
            let troubles = problems.into_iter().map(|problem| {
                let place = place(&problem);
                Trouble::of_problem(problem, place)
            });
            Failure::new(BAD_INPUT, troubles.collect())
        })
    }

    /// Commits the one event that was staged, or says that it is recorded already.
    pub(crate) fn conclude(
        &mut self,
        global: &Global,
        output: &mut Output,
        staged: &Staged,
    ) -> Result<(), Failure> {
        match staged {
            Staged::Already(duplicate) => report_duplicate(output, "", duplicate.seq, duplicate.fate)?,
            Staged::New(_) => self.commit(output)?,
        }
        self.remember(global);
        Ok(())
    }

    /// Remembers the head after the last commit, and where that pays what the next writer needs to know.
    pub(crate) fn remember(&mut self, global: &Global) {
        let head = self.session.ledger().head();
        remembered::update(global, head);
        let pays = is_worth_it(head) && is_behind(self.session.not_kept(), head);
        if let Some(place) = Place::of(global, WRITERS).filter(|_| pays) {
            // A failure is no reason to fail: then the next writer reads the ledger.
            let _ = place.put(|new| self.session.keep(new));
        }
    }

    /// Commits what is staged and prints the receipt; with `--dry-run` only says what would be appended.
    pub(crate) fn commit(&mut self, output: &mut Output) -> Result<(), Failure> {
        if self.dry_run {
            let staged = self.session.staged();
            return report_dry_run(
                output,
                staged,
                &format!("{} would be appended", counted(staged, "event")),
            );
        }
        if self.session.staged() == 0 {
            return Ok(());
        }
        let receipt = self.session.commit()?;
        note_set_aside(output, &self.session);
        print_receipt(output, &receipt)
    }
}

/// Says where an unfinished tail is now that a commit moved aside.
pub(crate) fn note_set_aside(output: &Output, session: &Session<'_>) {
    if let Some(aside) = session.set_aside() {
        output.note(&format!(
            "an unfinished batch ({}, {}) that was never acknowledged is now in {}",
            counted(aside.events, "event"),
            counted(aside.bytes, "byte"),
            aside.path.display()
        ));
    }
}

/// Says what `--dry-run` did not do.
pub(crate) fn report_dry_run(output: &mut Output, events: usize, what: &str) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(writeln!(output.stdout(), "{}", json!({ "dry_run": true, "events": events }))?);
    }
    output.note(&format!("dry run: {what}, nothing was"));
    Ok(())
}

/// Prints a receipt: what an append made durable.
pub(crate) fn print_receipt(output: &mut Output, receipt: &Receipt) -> Result<(), Failure> {
    let Receipt { seq, size, root } = receipt;
    let seqs = if seq == size { format!("seq {size}") } else { format!("seq {seq}..{size}") };
    let line = match output.is_json() {
        true => json!({ "seq": seq, "size": size, "root": root.to_string() }).to_string(),
        false => format!("{seqs}  size {size}  root {root}"),
    };
    let out = output.stdout();
    // A receipt is a promise: it leaves before the next batch is begun.
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => error.into(),
        _ => {
            let message = format!(
                "the events are in the ledger ({seqs}, size {size}, root {root}), but the receipt could not be \
                 written: {error}"
            );
            Failure::one(IO, Trouble::new(Code::IO, message))
        }
    })
}

/// Appends one event given on the command line.
pub(crate) fn append_one<D: fmt::Display>(
    global: &Global,
    output: &mut Output,
    appending: &Appending,
    kind: Kind,
    data: impl FnOnce(&Session<'_>) -> Result<D, Failure>,
) -> Result<(), Failure> {
    let mut append = Append::open(global, output, appending)?;
    let data = data(&append.session)?;
    let staged = append.stage(kind, &data)?;
    append.conclude(global, output, &staged)
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

/// Says that an event is recorded already, and what became of it: for machines where they asked, with the `place` of the
/// input line if there is one.
pub(crate) fn report_duplicate(
    output: &mut Output,
    place: &str,
    seq: u32,
    fate: Fate,
) -> Result<(), Failure> {
    let (fate, by) = match fate {
        Fate::InForce => ("in force", None),
        Fate::Corrected(by) => ("corrected", Some(by)),
        Fate::Retracted(by) => ("retracted", Some(by)),
    };
    if output.is_json() {
        let mut json = json!({ "seq": seq, "already": true, "fate": fate });
        if let Some(by) = by {
            json["by"] = json!(by);
        }
        if !place.is_empty() {
            json["place"] = json!(place);
        }
        return Ok(writeln!(output.stdout(), "{json}")?);
    }
    let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
    let by = by.map(|by| format!(" by seq {by}")).unwrap_or_default();
    output.note(&format!(
        "{place}already recorded at seq {seq} ({fate}{by}); --allow-duplicate appends it again"
    ));
    Ok(())
}
