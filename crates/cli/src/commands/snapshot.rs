//! `recount snapshot`: the state as canonical JSON, one figure a line, so that git diffs read well; compared with a
//! committed one, by cause; accepted.

mod check;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use recount_model::problem::Code;
use recount_tables::{CaseDetail, Context, SnapshotFile, snapshot};
use serde_json::json;

use crate::args::{Global, Snapshot};
use crate::error::{Failure, IO, REFUSED, Trouble};
use crate::output::Output;
use crate::replace::replace;
use crate::terminal::cell_text;
use crate::view::View;

/// Prints, checks or accepts the snapshot.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Snapshot) -> Result<(), Failure> {
    let view = View::open(global, &options.clocks, output)?;
    match (&options.check, &options.accept) {
        (Some(file), _) => check::run(output, &view, file),
        (None, Some(file)) => accept(output, &view, file),
        (None, None) => write(&view, output.stdout()),
    }
}

fn write(view: &View, out: &mut dyn Write) -> Result<(), Failure> {
    let answers = view.answers();
    let texts = view.texts();
    let context =
        Context { answers: &answers, texts: &texts, case_detail: CaseDetail::Coarse, indicators: None };
    Ok(snapshot(&context, &view.provenance()?, out)?)
}

/// The snapshot as text.
fn text(view: &View) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    write(view, &mut bytes)?;
    Ok(String::from_utf8(bytes).expect("JSON of strings is UTF-8"))
}

/// Writes the snapshot to a file that is absent, empty or a snapshot.
fn accept(output: &mut Output, view: &View, file: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| of_file(file, &error);
    let in_use = |message: &str| {
        let trouble = Trouble::new(Code::TARGET_IN_USE, message).at(file.display().to_string());
        let next = "name another file, or remove what is there".to_owned();
        Failure::one(REFUSED, trouble.next(Some(next)))
    };
    // A pipe or a device may never come to an end.
    if fs::metadata(file).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(in_use("exists and is no file; expected a file that is new, empty or a snapshot"));
    }
    match fs::read_to_string(file) {
        Ok(before) if !before.is_empty() && SnapshotFile::parse(&before).is_err() => {
            return Err(in_use("is no snapshot; expected a file that is new, empty or a snapshot"));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => replace(file, text(view)?.as_bytes()).map_err(failed)?,
    }
    let size = view.replay.state.size();
    let json = output.is_json();
    let out = output.stdout();
    if json {
        writeln!(out, "{}", json!({ "accepted": file.display().to_string(), "size": size }))?;
    } else {
        writeln!(out, "accepted: {} is the snapshot at seq {size}", cell_text(&file.display().to_string()))?;
    }
    Ok(())
}

/// A snapshot's file could not be read or written.
fn of_file(file: &Path, error: &io::Error) -> Failure {
    let missing = (error.kind() == io::ErrorKind::NotFound)
        .then(|| format!("`recount snapshot --accept {}` writes it", file.display()));
    Failure::one(IO, Trouble::new(Code::IO, error.to_string()).at(file.display().to_string()).next(missing))
}
