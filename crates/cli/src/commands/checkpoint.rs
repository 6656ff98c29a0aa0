//! `recount checkpoint`: the head of the ledger as a note that others can keep, sign and check.

use recount_ledger::reader::Ledger;
use recount_ledger::tlog::checkpoint::CheckpointNote;
use recount_ledger::tlog::prove::{ProveError, confirm, root_at};
use recount_model::problem::Code;
use recount_replay::created;

use crate::args::{Checkpoint, Global, Signing};
use crate::error::{BAD_INPUT, Failure, INTEGRITY, Trouble};
use crate::notes;
use crate::output::Output;
use crate::view::open;

/// Writes the note, signed by every key that is given.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Checkpoint) -> Result<(), Failure> {
    let keys = notes::signing_keys(&options.signing.key, output)?;
    let ledger = open(global, output)?;
    let mut note = match options.size {
        None => start(&ledger, &options.signing)?,
        Some(size) => {
            let root = root_at(&ledger, size).map_err(|error| not_proved(error, "--size"))?;
            CheckpointNote::unsigned(&origin(&ledger)?, size, root).map_err(|error| bad_origin(&error))?
        }
    };
    confirm(&ledger, &note).map_err(|error| not_proved(error, "--note"))?;
    keys.iter().for_each(|key| note.sign(key));
    notes::write(output, options.signing.out.as_deref(), &note.to_string())
}

/// The note that is given, if it is of this ledger's origin, or one over the head. Whether its root holds is not looked at.
pub(crate) fn start(ledger: &Ledger, signing: &Signing) -> Result<CheckpointNote, Failure> {
    let origin = origin(ledger)?;
    let Some(file) = &signing.note else {
        let head = ledger.head();
        return CheckpointNote::unsigned(&origin, head.size, head.root).map_err(|error| bad_origin(&error));
    };
    let note = notes::read_note(file)?;
    if note.origin() == origin {
        return Ok(note);
    }
    let message = format!("expected a checkpoint of {origin:?}, as this ledger calls itself");
    let trouble = Trouble::new(Code::HEAD_NOT_FOUND, message).at("--note").value(note.origin());
    Err(Failure::one(INTEGRITY, trouble.next(Some("name the ledger it is of with --file".to_owned()))))
}

fn origin(ledger: &Ledger) -> Result<String, Failure> {
    Ok(created(ledger)?.get("origin").unwrap_or_default().to_owned())
}

/// The format lets no origin through that is not one line.
fn bad_origin(error: &impl ToString) -> Failure {
    let message = format!("the origin of the ledger: {}", error.to_string());
    Failure::one(INTEGRITY, Trouble::new(Code::CORRUPT, message))
}

/// Why something cannot be proved; `option` is what asked for it.
pub(crate) fn not_proved(error: ProveError, option: &str) -> Failure {
    let message = error.to_string();
    let (exit, code) = match error {
        ProveError::Ledger(error) => return error.into(),
        ProveError::NotCovered { .. } => (BAD_INPUT, Code::NO_SUCH_EVENT),
        // What someone signed is not in the ledger: that is no slip of the pen.
        ProveError::NoCheckpoint { .. } | ProveError::OtherRoot { .. } if option == "--note" => {
            (INTEGRITY, Code::HEAD_NOT_FOUND)
        }
        ProveError::NoCheckpoint { .. } | ProveError::OtherRoot { .. } | ProveError::NotOlder { .. } => {
            (BAD_INPUT, Code::BAD_POINT)
        }
    };
    let next = (code == Code::HEAD_NOT_FOUND)
        .then(|| "the note is of another ledger, or this one was cut back, forked or rewritten".to_owned());
    Failure::one(exit, Trouble::new(code, message).at(option).next(next))
}
