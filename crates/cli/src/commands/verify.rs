//! `recount verify` and `recount recover`

mod proof;

use std::io::Write;

use recount_ledger::aside;
use recount_ledger::error::Fault;
use recount_ledger::line::EventLine;
use recount_ledger::merkle::Hash;
use recount_ledger::storage::Fitness;
use recount_ledger::verify::Report;
use recount_ledger::writer::Options;
use recount_model::problem::Code;
use recount_replay::{Verified, verify};
use serde_json::json;

use crate::args::{Global, Verify};
use crate::clock;
use crate::error::{BAD_INPUT, Failure, INTEGRITY, Trouble};
use crate::output::Output;
use crate::remembered;
use crate::storage::storage;
use crate::terminal::counted;

/// Checks every byte, every root, every line, and that every event is one the writer admits.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Verify) -> Result<(), Failure> {
    let receipt = options.head.as_deref().map(parse_head).transpose()?;
    if let Some(file) = &options.proof {
        return proof::run(output, file, receipt, &options.key);
    }
    let Verified { report, newer, unexplained } = verify(storage(), &global.file, receipt, global.threads())?;
    if let Some(problem) = newer {
        let message =
            format!("the ledger goes on in format {}: use a newer recount to verify it", problem.value);
        return Err(Failure::one(BAD_INPUT, Trouble::new(Code::NEWER_FORMAT, message)));
    }
    let unexplained = unexplained.map(|seq| {
        let message = format!(
            "{}: event {seq}: expected an event.redacted that says why its content was erased, found none; restore the \
             file from a copy (version control, backup), or ask who took the content out",
            global.file.display()
        );
        Trouble::new(Code::CORRUPT, message)
    });
    remembered::check(global, output);
    print(output, &report, unexplained.is_none())?;
    let damage = report.faults.iter().map(|fault| trouble(Code::CORRUPT, fault));
    let lost = report.receipt.iter().map(|fault| trouble(Code::HEAD_NOT_FOUND, fault));
    let troubles: Vec<Trouble> = damage.chain(unexplained).chain(lost).collect();
    if troubles.is_empty() { Ok(()) } else { Err(Failure::new(INTEGRITY, troubles)) }
}

fn trouble(code: Code, fault: &Fault) -> Trouble {
    Trouble::new(code, fault.to_string())
}

fn parse_head(text: &str) -> Result<(u64, Hash), Failure> {
    let parsed = text.split_once(':').and_then(|(size, root)| Some((size.parse().ok()?, root.parse().ok()?)));
    parsed.ok_or_else(|| {
        let expected = "expected the size and root of a receipt, such as 120:qTZx…=";
        Failure::one(BAD_INPUT, Trouble::new(Code::BAD_POINT, expected).at("--head").value(text))
    })
}

fn print(output: &mut Output, report: &Report, explained: bool) -> Result<(), Failure> {
    let good = explained && report.faults.is_empty() && report.receipt.is_none();
    if report.writing {
        output.note("a writer is at work: bytes behind the last checkpoint were not looked at");
    }
    let json = output.is_json();
    let out = output.stdout();
    if json {
        let summary = json!({
            "intact": good, "size": report.size, "root": report.root.to_string(),
            "checkpoints": report.checkpoints, "faults": report.faults.len(),
            "receipt_missing": report.receipt.is_some(),
        });
        writeln!(out, "{summary}")?;
    } else if good {
        writeln!(
            out,
            "intact: {}, {}, root {}",
            counted(report.size, "event"),
            counted(report.checkpoints, "checkpoint"),
            report.root
        )?;
    }
    out.flush()?;
    Ok(())
}

/// Sets a damaged tail aside and prints the events that are intact in it.
pub(crate) fn recover(global: &Global, output: &mut Output) -> Result<(), Failure> {
    let options = Options {
        wait: std::time::Duration::from_secs(10),
        fitness: Fitness::Strict,
        now: clock::stamp(true)?.now,
    };
    let Some(recovered) = aside::recover(storage(), &global.file, &options)? else {
        output.note("nothing to recover: the ledger ends at a checkpoint");
        return Ok(());
    };
    let aside = &recovered.set_aside;
    output.note(&format!(
        "{} behind the last checkpoint: now in {}; the batch may have been acknowledged. What is intact in it follows \
         on stdout ({}), as input for `recount append events -`",
        counted(aside.bytes, "byte"),
        aside.path.display(),
        counted(recovered.events.len(), "event")
    ));
    let out = output.stdout();
    for line in &recovered.events {
        // What the writer adds (number, time, recorder) it adds again when the event is appended again.
        if let Ok(event) = EventLine::parse(line.as_bytes()) {
            writeln!(out, "{{\"type\":{},\"data\":{}}}", json!(event.kind), event.data)?;
        }
    }
    out.flush()?;
    Ok(())
}
