//! Derived expressions: one normal spelling, and a result whatever the indicators hold.

use std::hash::{DefaultHasher, Hash, Hasher};

use recount_model::id::is_slug;
use recount_model::value::{Decimal, Expression, Interval, NoValue, Value};

use crate::value::in_order;

/// What indicators may hold, by a hash of their id.
const VALUES: &[&str] =
    &["0", "-3", ">20000", "<400", "~9000", "0..1", ">0..<1", "118..125..140", "3..2..1", "12.50"];

/// An expression.
pub(crate) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => {
            let characters = text.chars().count();
            assert!((1..=characters + 1).contains(&error.column), "{text}: {error}");
            return;
        }
    };
    let normal = expression.to_string();
    assert_eq!(Expression::parse(&normal).as_ref(), Ok(&expression), "{text} is normally {normal}");
    let indicators: Vec<&str> = expression.indicators().collect();
    assert!(indicators.iter().all(|id| is_slug(id) && text.contains(id)));

    let mut asked = Vec::new();
    let result = expression.evaluate(&mut |id| {
        asked.push(id.to_owned());
        value_of(id)
    });
    assert!(asked.iter().all(|id| indicators.contains(&id.as_str())), "only its indicators are asked for");
    let working = expression.work_out(&value_of);
    assert!(!working.filled_in.is_empty());
    match result {
        Ok(interval) => {
            in_order(&interval);
            let notation = interval.notation();
            assert!(working.steps.last().is_none_or(|step| step.ends_with(&notation)), "{text}");
        }
        Err(why) => assert!(!why.to_string().is_empty()),
    }
}

fn value_of(id: &str) -> Result<Interval, NoValue> {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let chosen = VALUES[(hasher.finish() % VALUES.len() as u64) as usize];
    let value = Value::parse(chosen).expect("the list holds values in the ledger's notation");
    value.interval(Some(Decimal::ZERO))
}
