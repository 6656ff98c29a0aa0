//! An evaluation written out, so that a reader can follow it by hand.

use std::fmt;

use super::{Expression, Node, Operator};
use crate::value::{Interval, NoValue};

/// One operation of an evaluation; printed as `>20000 - 2016 = >17984`.
#[derive(Debug)]
pub struct Step<'a> {
    pub(super) left: &'a Interval,
    pub(super) operator: Operator,
    pub(super) right: &'a Interval,
    pub(super) result: &'a Result<Interval, NoValue>,
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (left, right) = (operand(self.left), operand(self.right));
        write!(f, "{left} {} {right}", self.operator.as_str())?;
        match self.result {
            Ok(result) => write!(f, " = {}", result.notation()),
            Err(why) => write!(f, ": {why}"),
        }
    }
}

/// An expression worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Working {
    /// The expression with values in the place of indicators, as far as they have one: `100 * 2016 / >20000`.
    pub filled_in: String,
    /// Each operation in the order of evaluation, printed as [`Step`] is.
    pub steps: Vec<String>,
}

impl Expression {
    /// Writes out what [`Expression::evaluate`] does; `lookup` gives an indicator's value.
    pub fn work_out(&self, lookup: &dyn Fn(&str) -> Result<Interval, NoValue>) -> Working {
        let mut steps = Vec::new();
        // Where there is no value, the last step or the missing input says why.
        let _ = self.root.evaluate(&mut |id| lookup(id), &mut |step| steps.push(step.to_string()));
        Working { filled_in: self.root.filled_in(lookup).to_string(), steps }
    }
}

impl Node {
    /// The same with the notation of values in the place of ids; only for printing.
    fn filled_in(&self, lookup: &dyn Fn(&str) -> Result<Interval, NoValue>) -> Node {
        match self {
            Node::Number(number) => Node::Number(*number),
            Node::Indicator(id) => {
                Node::Indicator(lookup(id).map_or_else(|_| id.clone(), |value| operand(&value).into()))
            }
            Node::Chain { rank, first, rest } => Node::Chain {
                rank: *rank,
                first: Box::new(first.filled_in(lookup)),
                rest: rest.iter().map(|(operator, node)| (*operator, node.filled_in(lookup))).collect(),
            },
        }
    }
}

/// A value beside an operator; what would be read apart from its neighbours is kept together.
fn operand(value: &Interval) -> String {
    let notation = value.notation();
    if notation.contains(' ') || notation.contains("..") { format!("({notation})") } else { notation }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::value::Value;

    fn check(text: &str) -> String {
        let working = Expression::parse(text).unwrap().work_out(&|id| match id {
            "taken" => Value::parse(">20000").unwrap().interval(None),
            "back" => Value::parse("2016").unwrap().interval(None),
            "guess" => Value::parse("~5").unwrap().interval(None),
            _ => Err(NoValue::Missing { indicator: id.to_owned() }),
        });
        [vec![working.filled_in], working.steps].concat().join("\n")
    }

    #[test]
    fn every_operation_is_written_out_with_its_bounds() {
        insta::assert_snapshot!(check("taken - back"), @"
        >20000 - 2016
        >20000 - 2016 = >17984
        ");
        insta::assert_snapshot!(check("100 * back / taken"), @"
        100 * 2016 / >20000
        100 * 2016 = 201600
        201600 / >20000 = >0..<10.08
        ");
        insta::assert_snapshot!(check("back * (guess + 1)"), @"
        2016 * ((about 5) + 1)
        (about 5) + 1 = about 6
        2016 * (about 6) = about 12096
        ");
    }

    #[test]
    fn what_has_no_value_is_named_where_it_stands() {
        insta::assert_snapshot!(check("1 / (back - back)"), @"
        1 / (2016 - 2016)
        2016 - 2016 = 0
        1 / 0: the divisor, 0, may be 0
        ");
        insta::assert_snapshot!(check("back + 1 - unknown"), @"
        2016 + 1 - unknown
        2016 + 1 = 2017
        ");
    }
}
