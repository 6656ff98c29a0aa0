//! `recount init`

use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::codec;
use recount_ledger::line::Clock;
use recount_ledger::writer::Writer;
use recount_model::event::Kind;
use recount_model::problem::{Code, Problem};
use serde_json::{Map, Value};

use crate::append::{print_receipt, report_dry_run, writer_options};
use crate::append_options::option_name;
use crate::args::{Global, Init};
use crate::clock;
use crate::error::{BAD_INPUT, Failure, Trouble};
use crate::output::Output;
use crate::storage::storage;

/// Creates a ledger whose first event says what it is.
pub(crate) fn run(global: &Global, output: &mut Output, init: &Init) -> Result<(), Failure> {
    let stamp = clock::stamp(init.appending.accept_clock)?;
    let by = clock::recorder(init.appending.by.as_deref())?;
    let data = data(global, init)?;
    let clock = stamp.set.then_some(Clock::Set);
    let mut batch = Batch::new(1);
    let event = NewEvent {
        at: stamp.now,
        by: &by,
        clock,
        from: None,
        kind: Kind::LedgerCreated.as_str(),
        data: &data,
    };
    batch.push(event).map_err(|error| {
        let trouble = Trouble::new(Code::TOO_LARGE, format!("{} in the event's line", error.expected))
            .value(error.found);
        Failure::one(BAD_INPUT, trouble)
    })?;
    if init.appending.dry_run {
        return report_dry_run(output, 1, &format!("{} would be created", global.file.display()));
    }
    let options = writer_options(&init.appending, stamp);
    let (_writer, receipt) = Writer::create(storage(), &global.file, &batch, &options)?;
    output.note(&format!("created {}", global.file.display()));
    print_receipt(output, &receipt)
}

fn data(global: &Global, init: &Init) -> Result<String, Failure> {
    let stem = || global.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let origin = init.origin.clone().or_else(stem).unwrap_or_default();
    let mut data = Map::new();
    data.insert("format".to_owned(), Value::from(1));
    data.insert("origin".to_owned(), Value::from(origin));
    data.insert("title".to_owned(), Value::from(init.title.clone()));
    let optional = [("description", &init.description), ("licence", &init.licence)];
    for (name, value) in optional {
        if let Some(value) = value {
            data.insert(name.to_owned(), Value::from(value.clone()));
        }
    }
    let json = Value::Object(data).to_string();
    let problems = codec::diagnose(Kind::LedgerCreated, &json, &|_| None);
    if !problems.is_empty() {
        let trouble = |problem: Problem| {
            let place = option_name(&problem.member);
            Trouble::of_problem(problem, place)
        };
        return Err(Failure::new(BAD_INPUT, problems.into_iter().map(trouble).collect()));
    }
    codec::canonical(Kind::LedgerCreated, &json, &|_| None)
        .map_err(|problem| Failure::one(BAD_INPUT, Trouble::of_problem(problem, String::new())))
}
