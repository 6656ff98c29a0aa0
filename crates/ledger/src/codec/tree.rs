//! JSON as it is written, for the explanation of errors: order kept, members given twice kept.

use std::fmt;

use recount_model::problem::{Code, Problem};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize, Serializer};
use serde_json::Number;
use serde_json::error::Category;

/// Arrays and objects may nest this deep, the outermost included.
const MAX_DEPTH: usize = 16;

/// The members of an object, in the order in which they are written.
pub(super) type Members = Vec<(String, Tree)>;

/// One JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Tree>),
    Object(Members),
}

impl Tree {
    /// Reads a JSON text (RFC 8259) without lone surrogates (I-JSON, RFC 7493).
    ///
    /// # Errors
    ///
    /// `SYNTAX` with the column, or `TOO_LARGE` where it nests deeper than 16.
    pub(super) fn read(json: &str) -> Result<Tree, Problem> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Node { depth: 0 }
            .deserialize(&mut deserializer)
            .and_then(|tree| deserializer.end().map(|()| tree))
            .map_err(|error| unreadable(&error))
    }

    /// The JSON text without white space. Line separators that other tools may split a line at are escaped.
    pub(super) fn write(&self) -> String {
        serde_json::to_string(self)
            .expect("a tree has only strings as names, so it is JSON")
            // Outside ASCII these occur only inside strings, so they can be escaped without parsing.
            .replace('\u{85}', "\\u0085")
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029")
    }

    /// A text as it is, anything else as JSON.
    pub(super) fn into_text(self) -> String {
        match self {
            Tree::Text(text) => text,
            other => other.write(),
        }
    }
}

/// The member with this name; `null` is no member.
pub(super) fn member<'t>(members: &'t Members, name: &str) -> Option<&'t Tree> {
    let (_, value) = members.iter().find(|(known, _)| known == name)?;
    (*value != Tree::Null).then_some(value)
}

fn unreadable(error: &serde_json::Error) -> Problem {
    // The only error a tree itself has is its depth; all others are those of the syntax.
    let code = if error.classify() == Category::Data { Code::TOO_LARGE } else { Code::SYNTAX };
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    Problem::new(code, "", "", format!("expected JSON; column {}: {what}", error.column()))
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tree::Null => serializer.serialize_unit(),
            Tree::Bool(yes) => serializer.serialize_bool(*yes),
            Tree::Number(number) => number.serialize(serializer),
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::List(items) => serializer.collect_seq(items),
            Tree::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// Reads one value that lies inside `depth` others.
#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn inside<E: serde::de::Error>(self) -> Result<Node, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH}")));
        }
        Ok(Node { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(yes))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree::Number(Number::from_f64(number).expect("JSON has finite numbers only")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let inner = self.inside()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let inner = self.inside::<A::Error>()?;
        let mut members = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            members.push((name, map.next_value_seed(inner)?));
        }
        Ok(Tree::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> String {
        match Tree::read(json) {
            Ok(tree) => tree.write(),
            Err(problem) => format!("{} {}", problem.code, problem.expected),
        }
    }

    #[test]
    fn keeps_order_and_repeated_members() {
        let json = r#"{"b":[1,-2,0.5,true,null],"a":"x","b":{}}"#;
        assert_eq!(check(json), json);
    }

    #[test]
    fn escapes_what_others_split_lines_at() {
        assert_eq!(check("\"a\u{85}b\u{2028}c\u{2029}d\\n\""), r#""a\u0085b\u2028c\u2029d\n""#);
    }

    #[test]
    fn refuses_with_the_column() {
        insta::assert_snapshot!(check(r#"{"a" 1}"#), @"E0101 expected JSON; column 6: expected `:`");
        insta::assert_snapshot!(check(r#"{"a":"\ud800x"}"#), @"E0101 expected JSON; column 13: unexpected end of hex escape");
        insta::assert_snapshot!(check("{} {}"), @"E0101 expected JSON; column 4: trailing characters");
        insta::assert_snapshot!(check(&format!("{}{}", "[".repeat(17), "]".repeat(17))), @"E0108 expected JSON; column 18: nested deeper than 16");
        assert_eq!(check(&format!("{}{}", "[".repeat(16), "]".repeat(16))).len(), 32);
    }
}
