//! `recount correct`, `retract`, `withdraw`, `dispute`: the causes of change.

use recount_ledger::codec::{Shape, fields};
use recount_model::event::Kind;
use recount_model::problem::{Code, Problem};
use recount_replay::Session;
use serde_json::{Map, Value};

use crate::append::append_one;
use crate::append_options::json_of;
use crate::args::{Correct, Dispute, Global, Retract, Withdraw};
use crate::error::{BAD_INPUT, Failure, Trouble};
use crate::output::Output;

/// Appends a correction: the event's data with some members set.
pub(crate) fn correct(global: &Global, output: &mut Output, correct: &Correct) -> Result<(), Failure> {
    append_one(global, output, &correct.appending, Kind::RecordCorrected, |session| {
        let replacement = replacement(session, correct)?;
        let mut data = object([("target", Some(Value::from(correct.seq)))]);
        data.insert("data".to_owned(), Value::Object(replacement));
        data.insert("reason".to_owned(), Value::from(correct.reason.clone()));
        Ok(Value::Object(data))
    })
}

fn replacement(session: &Session<'_>, correct: &Correct) -> Result<Map<String, Value>, Failure> {
    let refused = |problem: Problem| Failure::one(BAD_INPUT, Trouble::of_problem(problem, "SEQ".to_owned()));
    let (kind, data) = session.data_in_force(correct.seq).map_err(refused)?;
    let Ok(Value::Object(mut data)) = serde_json::from_str(&data) else {
        let found = correct.seq.to_string();
        return Err(refused(Problem::new(Code::CORRUPT, "", found, "an event with data")));
    };
    let mut settings: Vec<(String, Vec<&str>)> = Vec::new();
    for setting in &correct.set {
        let (member, value) = setting.split_once('=').unwrap_or((setting, ""));
        let name = member.replace('-', "_");
        match settings.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => settings.push((name, vec![value])),
        }
    }
    for (name, values) in settings {
        // A member that the type does not have is set all the same: the format's own diagnosis names it.
        let shape =
            fields(kind).iter().find(|field| field.name == name).map_or(Shape::Text, |field| field.shape);
        if values == [""] {
            data.remove(&name);
        } else {
            data.insert(name, json_of(shape, &values));
        }
    }
    Ok(data)
}

/// Appends a retraction.
pub(crate) fn retract(global: &Global, output: &mut Output, retract: &Retract) -> Result<(), Failure> {
    append_one(global, output, &retract.appending, Kind::RecordRetracted, |_| {
        let reason = Some(Value::from(retract.reason.clone()));
        Ok(Value::Object(object([("target", Some(Value::from(retract.seq))), ("reason", reason)])))
    })
}

/// Appends a withdrawal.
pub(crate) fn withdraw(global: &Global, output: &mut Output, withdraw: &Withdraw) -> Result<(), Failure> {
    append_one(global, output, &withdraw.appending, Kind::FigureWithdrawn, |_| {
        Ok(Value::Object(object([
            ("target", Some(Value::from(withdraw.seq))),
            ("reason", Some(Value::from(withdraw.reason.clone()))),
            ("source", withdraw.source.clone().map(Value::from)),
            ("published", withdraw.published.clone().map(Value::from)),
        ])))
    })
}

/// Appends a dispute.
pub(crate) fn dispute(global: &Global, output: &mut Output, dispute: &Dispute) -> Result<(), Failure> {
    append_one(global, output, &dispute.appending, Kind::FigureDisputed, |_| {
        Ok(Value::Object(object([
            ("target", Some(Value::from(dispute.seq))),
            ("by_reporter", Some(Value::from(dispute.by_reporter.clone()))),
            ("source", dispute.source.clone().map(Value::from)),
            ("published", dispute.published.clone().map(Value::from)),
            ("value", dispute.value.clone().map(Value::from)),
            ("note", dispute.note.clone().map(Value::from)),
        ])))
    })
}

fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    present.collect()
}
