//! Expressions of derived indicators, such as `children.deported - children.returned`.

mod working;

use std::fmt;

use super::decimal::Decimal;
use super::interval::{Interval, NoValue};
pub use working::{Step, Working};

/// Longest expression, in bytes.
const MAX_LENGTH: usize = 1000;

/// How deep parentheses may nest: bounds every recursion over an expression.
const MAX_DEPTH: usize = 16;

/// A derived indicator's expression.
///
/// Indicator ids, numbers, `+ - * /` between spaces and parentheses; `*` and `/` bind tighter, equal
/// operators from left to right. A hyphen without spaces is part of an id.
///
/// ```
/// use recount_model::value::{Expression, Value};
///
/// let share = Expression::parse("children.returned / children.deported")?;
/// let derived = share.evaluate(&mut |id| {
///     let said = if id == "children.returned" { "1850" } else { ">20000" };
///     Value::parse(said).expect("the notation").interval(None)
/// });
/// assert_eq!(derived.expect("no zero").notation(), ">0..<0.0925");
/// # Ok::<(), recount_model::value::ExpressionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    root: Node,
}

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {expected}")]
pub struct ExpressionError {
    /// Where, counted in characters from 1.
    pub column: usize,
    /// What should stand there.
    pub expected: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Number(Decimal),
    Indicator(Box<str>),
    /// Operands joined by operators of one rank, from left to right.
    Chain {
        rank: Rank,
        first: Box<Node>,
        rest: Vec<(Operator, Node)>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Expression {
    /// Reads an expression of at most 1,000 bytes with parentheses at most 16 deep.
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the first place that is wrong and what was expected there.
    pub fn parse(text: &str) -> Result<Expression, ExpressionError> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        if text.len() > MAX_LENGTH {
            return Err(parser.expected("expected an expression of at most 1,000 bytes"));
        }
        let root = parser.chain(Rank::Sum)?;
        match parser.peek() {
            "" => Ok(Expression { root }),
            ")" => Err(parser.expected("this `)` closes nothing")),
            _ => Err(parser.expected("expected + - * or / between spaces")),
        }
    }

    /// The ids of its indicators, each once, in order of first appearance.
    pub fn indicators(&self) -> impl Iterator<Item = &str> {
        let mut ids = Vec::new();
        self.root.collect(&mut ids);
        ids.into_iter()
    }

    /// Computes it by interval arithmetic; `lookup` gives an indicator's value and is asked once for
    /// each appearance of an id.
    ///
    /// # Errors
    ///
    /// The first [`NoValue`] of `lookup` or of an operation.
    pub fn evaluate(
        &self,
        lookup: &mut dyn FnMut(&str) -> Result<Interval, NoValue>,
    ) -> Result<Interval, NoValue> {
        self.root.evaluate(lookup, &mut |_| {})
    }
}

impl Node {
    fn collect<'a>(&'a self, ids: &mut Vec<&'a str>) {
        match self {
            Node::Number(_) => {}
            Node::Indicator(id) if ids.contains(&&**id) => {}
            Node::Indicator(id) => ids.push(id),
            Node::Chain { first, rest, .. } => {
                first.collect(ids);
                rest.iter().for_each(|(_, node)| node.collect(ids));
            }
        }
    }

    fn evaluate(
        &self,
        lookup: &mut dyn FnMut(&str) -> Result<Interval, NoValue>,
        on_step: &mut dyn FnMut(&Step<'_>),
    ) -> Result<Interval, NoValue> {
        match self {
            Node::Number(number) => Ok(Interval::from(*number)),
            Node::Indicator(id) => lookup(id),
            Node::Chain { first, rest, .. } => {
                let mut value = first.evaluate(lookup, on_step)?;
                for (operator, node) in rest {
                    let operand = node.evaluate(lookup, on_step)?;
                    let result = operator.apply(&value, &operand);
                    on_step(&Step { left: &value, operator: *operator, right: &operand, result: &result });
                    value = result?;
                }
                Ok(value)
            }
        }
    }

    /// Prints an operand of a chain of rank `around`, in parentheses where the ranks ask for them.
    fn fmt_operand(&self, f: &mut fmt::Formatter<'_>, around: Rank) -> fmt::Result {
        match self {
            Node::Chain { rank, .. } if *rank <= around => write!(f, "({self})"),
            _ => write!(f, "{self}"),
        }
    }
}

impl Operator {
    fn parse(word: &str) -> Option<Operator> {
        match word {
            "+" => Some(Operator::Add),
            "-" => Some(Operator::Subtract),
            "*" => Some(Operator::Multiply),
            "/" => Some(Operator::Divide),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
        }
    }

    fn rank(self) -> Rank {
        match self {
            Operator::Add | Operator::Subtract => Rank::Sum,
            Operator::Multiply | Operator::Divide => Rank::Product,
        }
    }

    fn apply(self, a: &Interval, b: &Interval) -> Result<Interval, NoValue> {
        match self {
            Operator::Add => a.add(b),
            Operator::Subtract => a.sub(b),
            Operator::Multiply => a.mul(b),
            Operator::Divide => a.div(b),
        }
    }
}

/// How tight operators bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Sum,
    Product,
}

/// A reader of words: a parenthesis, or a run of anything but parentheses and spaces.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn chain(&mut self, rank: Rank) -> Result<Node, ExpressionError> {
        let first = self.operand(rank)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(rank)? {
            rest.push((operator, self.operand(rank)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        Ok(Node::Chain { rank, first: Box::new(first), rest })
    }

    fn operand(&mut self, rank: Rank) -> Result<Node, ExpressionError> {
        match rank {
            Rank::Sum => self.chain(Rank::Product),
            Rank::Product => self.atom(),
        }
    }

    /// Takes the next word if it is an operator of this rank.
    fn operator(&mut self, rank: Rank) -> Result<Option<Operator>, ExpressionError> {
        let word = self.peek();
        let Some(operator) = Operator::parse(word).filter(|operator| operator.rank() == rank) else {
            return Ok(None);
        };
        let (before, after) = (&self.text[..self.at], &self.text[self.at + word.len()..]);
        if !before.ends_with(' ') || !after.starts_with(' ') {
            return Err(self.expected("expected a space before and after the operator"));
        }
        self.at += word.len();
        Ok(Some(operator))
    }

    fn atom(&mut self) -> Result<Node, ExpressionError> {
        let word = self.peek();
        if word == "(" {
            return self.group();
        }
        let node = if crate::id::is_slug(word) {
            Node::Indicator(word.into())
        } else {
            Node::Number(Decimal::parse(word).map_err(|_| self.expected(expected_instead(word)))?)
        };
        self.at += word.len();
        Ok(node)
    }

    fn group(&mut self) -> Result<Node, ExpressionError> {
        if self.depth == MAX_DEPTH {
            return Err(self.expected("expected parentheses at most 16 deep"));
        }
        self.depth += 1;
        self.at += 1;
        let inner = self.chain(Rank::Sum)?;
        if self.peek() != ")" {
            return Err(self.expected("expected `)`, or + - * or / between spaces"));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(inner)
    }

    /// Skips spaces; the next word, empty at the end.
    fn peek(&mut self) -> &'a str {
        let rest = self.text[self.at..].trim_start_matches(' ');
        self.at = self.text.len() - rest.len();
        let length = match rest.find([' ', '(', ')']) {
            Some(0) => 1,
            Some(length) => length,
            None => rest.len(),
        };
        &rest[..length]
    }

    fn expected(&self, expected: &'static str) -> ExpressionError {
        ExpressionError { column: self.text[..self.at].chars().count() + 1, expected }
    }
}

/// What to say of a word that is neither an indicator nor a number.
fn expected_instead(word: &str) -> &'static str {
    if word.contains(['+', '*', '/']) && word.len() > 1 {
        "expected spaces around + - * and /"
    } else {
        "expected an indicator's id, a number or `(`"
    }
}

impl fmt::Display for Expression {
    /// Normalised: one space around operators, no parentheses around one operand or tighter operators.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Number(number) => write!(f, "{number}"),
            Node::Indicator(id) => f.write_str(id),
            Node::Chain { rank, first, rest } => {
                first.fmt_operand(f, *rank)?;
                rest.iter().try_for_each(|(operator, node)| {
                    write!(f, " {} ", operator.as_str())?;
                    node.fmt_operand(f, *rank)
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::value::Value;
    use crate::value::notation::tests::any_value;
    use proptest::prelude::*;

    /// The normalised spelling and the result with a = 6, b = >2, c = 1..2..4.
    fn check(text: &str) -> String {
        let expression = match Expression::parse(text) {
            Ok(expression) => expression,
            Err(error) => return error.to_string(),
        };
        let result = expression.evaluate(&mut |id| match id {
            "a" => Value::parse("6").unwrap().interval(None),
            "b" => Value::parse(">2").unwrap().interval(None),
            "c" => Value::parse("1..2..4").unwrap().interval(None),
            _ => Err(NoValue::Missing { indicator: id.to_owned() }),
        });
        match result {
            Ok(interval) => format!("{expression} = {}", interval.notation()),
            Err(error) => format!("{expression}: {error}"),
        }
    }

    #[test]
    fn expressions_are_read_and_computed() {
        let texts = [
            "a",
            " ( (a) ) ",
            "a - 2 - 1",
            "a - (2 - 1)",
            "2 + a * c",
            "(2 + a) * c",
            "a / (c * 3)",
            "a / c * 3",
            "(a * c) + 1",
            "a / b",
            "100 * a / b",
            "a - -1.5",
            "a / (c - 1)",
            "a - a-b",
            "c + unknown.id_2",
        ];
        let table = texts.map(check).join("\n");
        insta::assert_snapshot!(table, @"
        a = 6
        a = 6
        a - 2 - 1 = 3
        a - (2 - 1) = 5
        2 + a * c = 8..14..26
        (2 + a) * c = 8..16..32
        a / (c * 3) = 0.5..1..2
        a / c * 3 = 4.5..9..18
        a * c + 1 = 7..13..25
        a / b = >0..<3
        100 * a / b = >0..<300
        a - -1.5 = 7.5
        a / (c - 1): the divisor, 0..1..3, may be 0
        a - a-b: a-b has no value here
        c + unknown.id_2: unknown.id_2 has no value here
        ");
    }

    #[test]
    fn refusals_name_the_column() {
        let texts = [
            "",
            "a +",
            "a b",
            "a + + b",
            "(a",
            "a)",
            "()",
            "2*3",
            "a+b",
            "(a)- b",
            "a -(b)",
            "a \u{2212} b",
            "-a",
            "A",
            "007",
            "ä + a",
        ];
        let table = texts.map(|text| format!("{text:?} {}", check(text))).join("\n");
        insta::assert_snapshot!(table, @r#"
        "" column 1: expected an indicator's id, a number or `(`
        "a +" column 3: expected a space before and after the operator
        "a b" column 3: expected + - * or / between spaces
        "a + + b" column 5: expected an indicator's id, a number or `(`
        "(a" column 3: expected `)`, or + - * or / between spaces
        "a)" column 2: this `)` closes nothing
        "()" column 2: expected an indicator's id, a number or `(`
        "2*3" column 1: expected spaces around + - * and /
        "a+b" column 1: expected spaces around + - * and /
        "(a)- b" column 4: expected a space before and after the operator
        "a -(b)" column 3: expected a space before and after the operator
        "a − b" column 3: expected + - * or / between spaces
        "-a" column 1: expected an indicator's id, a number or `(`
        "A" column 1: expected an indicator's id, a number or `(`
        "007" column 1: expected an indicator's id, a number or `(`
        "ä + a" column 1: expected an indicator's id, a number or `(`
        "#);
    }

    #[test]
    fn hostile_sizes_are_refused() {
        let nested = |depth| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(check(&nested(16)), "a = 6");
        assert_eq!(check(&nested(17)), "column 17: expected parentheses at most 16 deep");
        assert_eq!(check(&"(".repeat(900)), "column 17: expected parentheses at most 16 deep");
        let long = "a + ".repeat(250) + "a";
        assert_eq!(check(&long), "column 1: expected an expression of at most 1,000 bytes");
        assert!(check(&long[4..]).ends_with("= 1500"));
    }

    #[test]
    fn indicators_are_listed_once_in_order() {
        let expression = Expression::parse("b / (a + b) - a * c + 1").unwrap();
        assert_eq!(expression.indicators().collect::<Vec<_>>(), ["b", "a", "c"]);
    }

    fn any_expression() -> impl Strategy<Value = String> {
        let atom = prop_oneof!["[a-c]", "-?[0-9](\\.[0-9])?"];
        atom.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                (inner.clone(), "[-+*/]", inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
                inner.prop_map(|a| format!("({a})")),
            ]
        })
    }

    proptest! {
        #[test]
        fn normalising_changes_no_meaning(text in any_expression()) {
            let expression = Expression::parse(&text).unwrap();
            prop_assert_eq!(Expression::parse(&expression.to_string()), Ok(expression));
        }

        #[test]
        fn evaluation_is_total(text in any_expression(), values in [any_value(), any_value(), any_value()]) {
            let result = Expression::parse(&text).unwrap().evaluate(&mut |id| {
                values[usize::from(id.as_bytes()[0] - b'a')].interval(Some(Decimal::ZERO))
            });
            if let Ok(interval) = result {
                prop_assert!(!interval.notation().is_empty());
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), near in "[a-b0-9.()+*/ -]{0,40}") {
            for text in [text, near] {
                if let Ok(expression) = Expression::parse(&text) {
                    prop_assert_eq!(Expression::parse(&expression.to_string()), Ok(expression));
                }
            }
        }
    }
}
