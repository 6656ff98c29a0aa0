//! `recount correct`, `retract`, `withdraw`, `dispute`: the causes of change.

use std::collections::BTreeMap;

use recount_ledger::codec::{self, Shape, fields};
use recount_model::event::Kind;
use recount_model::problem::{Code, Problem};
use recount_replay::Staged;
use serde_json::{Map, Value};

use crate::append::{Append, append_one};
use crate::append_options::Members;
use crate::args::{Correct, Dispute, Global, Retract, Withdraw};
use crate::error::{BAD_INPUT, Failure, Trouble};
use crate::output::Output;

/// Appends a correction: the event's data with some members set.
pub(crate) fn correct(global: &Global, output: &mut Output, correct: &Correct) -> Result<(), Failure> {
    let mut append = Append::open(global, output, &correct.appending)?;
    let refused = |problem: Problem| Failure::one(BAD_INPUT, Trouble::of_problem(problem, "SEQ".to_owned()));
    let (kind, before) = append.session.data_in_force(correct.seq).map_err(refused)?;
    let Ok(Value::Object(members)) = serde_json::from_str(&before) else {
        let found = correct.seq.to_string();
        return Err(refused(Problem::new(Code::CORRUPT, "", found, "an event with data")));
    };
    let after = replacement(kind, &members, correct);
    let reason = Value::from(correct.reason.as_str());
    let data = format!(r#"{{"target":{},"data":{after},"reason":{reason}}}"#, correct.seq);
    let staged = append.stage(Kind::RecordCorrected, &data)?;
    // A correction that is recorded already changes nothing either, and is no mistake.
    if matches!(staged, Staged::New(_)) && same(kind, &before, &after.to_string()) {
        let message = format!("expected a replacement that differs from what seq {} says now", correct.seq);
        return Err(Failure::one(BAD_INPUT, Trouble::new(Code::MEMBERS_CONFLICT, message).at("--set")));
    }
    append.conclude(global, output, &staged)
}

fn replacement(kind: Kind, before: &Map<String, Value>, correct: &Correct) -> Members {
    let mut settings: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (member, value) in &correct.set {
        settings.entry(member.replace('-', "_")).or_default().push(value);
    }
    let mut after = Members::of(before);
    for (name, values) in settings {
        // A member that the type does not have is set all the same: the format's own diagnosis names it.
        let shape =
            fields(kind).iter().find(|field| field.name == name).map_or(Shape::Text, |field| field.shape);
        if values == [""] {
            after.remove(&name);
        } else {
            after.set(&name, shape, &values);
        }
    }
    after
}

/// Whether two texts are the same data, in whatever spelling.
fn same(kind: Kind, before: &str, after: &str) -> bool {
    let canonical = |data: &str| codec::canonical(kind, data, &|_| None).ok();
    canonical(before) == canonical(after)
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
