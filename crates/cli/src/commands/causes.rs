//! `recount correct`, `retract`, `withdraw`, `dispute`: the causes of change.

use recount_ledger::codec::{Field, fields};
use recount_model::event::Kind;
use recount_model::problem::{Code, Problem, nearest};
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
    let refused = |problem: Problem, place: &str| {
        Failure::one(BAD_INPUT, Trouble::of_problem(problem, place.to_owned()))
    };
    let (kind, data) = session.data_in_force(correct.seq).map_err(|problem| refused(problem, "SEQ"))?;
    let Ok(Value::Object(mut data)) = serde_json::from_str(&data) else {
        let problem = Problem::new(Code::CORRUPT, "", correct.seq.to_string(), "an event with data");
        return Err(refused(problem, "SEQ"));
    };
    let known = fields(kind);
    let mut settings: Vec<(&Field, Vec<&str>)> = Vec::new();
    let mut unknown = Vec::new();
    for setting in &correct.set {
        let (member, value) = setting.split_once('=').unwrap_or((setting, ""));
        let name = member.replace('-', "_");
        let Some(field) = known.iter().find(|field| field.name == name) else {
            unknown.push(unknown_member(kind, member));
            continue;
        };
        match settings.iter_mut().find(|(other, _)| other.name == field.name) {
            Some((_, values)) => values.push(value),
            None => settings.push((field, vec![value])),
        }
    }
    if !unknown.is_empty() {
        return Err(Failure::new(BAD_INPUT, unknown));
    }
    for (field, values) in settings {
        if values == [""] {
            data.remove(field.name);
        } else {
            data.insert(field.name.to_owned(), json_of(field.shape, &values));
        }
    }
    Ok(data)
}

fn unknown_member(kind: Kind, member: &str) -> Trouble {
    let names: Vec<&str> = fields(kind).iter().map(|field| field.name).collect();
    let expected = format!("a member of {}: {}", kind.as_str(), names.join(", "));
    let hint = nearest(member, names.iter().copied()).map(|near| format!("did you mean {near}?"));
    Trouble::of_problem(
        Problem::new(Code::UNKNOWN_MEMBER, "", member, expected).hint(hint),
        "--set".to_owned(),
    )
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
