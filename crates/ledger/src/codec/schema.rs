//! What the data of an event may hold: the words in which a version of the format describes itself.
//!
//! One description serves the explanation of errors, the options of the command line and the JSON Schema.

use std::fmt;

/// One member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, such as `as_of`.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether it must be there. Members of which one of several must be there are in [`Layout::needs`].
    pub required: bool,
    /// What it means, one sentence.
    pub doc: &'static str,
}

/// All members of an object. A member that is `null` counts as absent.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The members, in the writer's order.
    pub fields: &'static [Field],
    /// What must hold between optional members.
    pub needs: &'static [Need],
}

impl Layout {
    /// The member with this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A demand on the presence of optional members.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// Exactly one of them.
    One(&'static [&'static str]),
    /// One of them or more.
    Any(&'static [&'static str]),
}

impl Need {
    /// The members it is about.
    pub fn names(&self) -> &'static [&'static str] {
        let (Need::One(names) | Need::Any(names)) = self;
        names
    }
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A text that is not blank and has no control characters (Unicode category Cc).
    Text,
    /// An id that this event declares: a lower-case slug, of a vote its UN symbol.
    Id(Dictionary),
    /// An id declared before.
    Ref(Dictionary),
    /// A code of a dimension or a case: lower-case letters, digits, `.`, `_`, `-`.
    Code,
    /// A value in the value notation.
    Value,
    /// A number, or the word `none`.
    Minimum,
    /// A date in the supported profile of EDTF (ISO 8601-2).
    Date,
    /// A closed EDTF date or a UTC instant.
    Published,
    /// A duration (ISO 8601), such as `P90D`.
    Duration,
    /// An expression of a derived indicator.
    Expression,
    /// A country (ISO 3166-1 alpha-3).
    Country,
    /// A language (BCP 47).
    Language,
    /// So many lower-case hexadecimal digits.
    Hex(usize),
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// `true` or `false`.
    Bool,
    /// Nothing but `true`.
    True,
    /// A whole number that is not negative, at most this.
    Count(u64),
    /// The sequence number of an earlier event.
    Seq,
    /// A list of these.
    List(&'static Shape),
    /// An object with free names: the shape of the names, the shape of the members.
    Map(&'static Shape, &'static Shape),
    /// An object with these members.
    Object(&'static Layout),
    /// A string where that says all, else an object.
    Either(&'static Shape, &'static Layout),
    /// The whole data of an event, in the layout of its type, which is said elsewhere.
    Data,
}

impl Shape {
    /// Whether it is written as a JSON string.
    pub fn is_string(&self) -> bool {
        use Shape::{
            Code, Country, Date, Duration, Expression, Hex, Id, Language, Minimum, Published, Ref, Text,
            Value, Word,
        };
        matches!(
            self,
            Text | Id(_)
                | Ref(_)
                | Code
                | Value
                | Minimum
                | Date
                | Published
                | Duration
                | Expression
                | Country
                | Language
                | Hex(_)
                | Word(_)
        )
    }
}

/// The dictionaries an id can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dictionary {
    /// Published documents.
    Source,
    /// Persons and bodies.
    Reporter,
    /// Places.
    Place,
    /// Dimensions of a breakdown.
    Dimension,
    /// Indicators, counted and derived.
    Indicator,
    /// Roll-calls, by UN symbol.
    Vote,
    /// Documented cases.
    Case,
    /// Checks.
    Check,
}

impl Dictionary {
    /// What one entry is called.
    pub fn noun(self) -> &'static str {
        match self {
            Dictionary::Source => "source",
            Dictionary::Reporter => "reporter",
            Dictionary::Place => "place",
            Dictionary::Dimension => "dimension",
            Dictionary::Indicator => "indicator",
            Dictionary::Vote => "vote",
            Dictionary::Case => "case",
            Dictionary::Check => "check",
        }
    }
}

/// What is expected, as it stands in an error: "a date such as `2025-12-03`".
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Shape::Text => "a text that is not empty and has no control characters",
            Shape::Id(Dictionary::Vote) | Shape::Ref(Dictionary::Vote) => {
                "the UN symbol of a vote, such as `A/ES-11/L.16/Rev.1`"
            }
            Shape::Id(of) | Shape::Ref(of) => {
                let noun = of.noun();
                return write!(f, "the id of the {noun}: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`");
            }
            Shape::Code => "a code of a-z, 0-9, `.`, `_`, `-` that starts with a letter or digit",
            Shape::Value => "a value as a string, such as `1850`, `>20000`, `~9000` or `19000..20000`",
            Shape::Minimum => "a number as a string, or `none`",
            Shape::Date => "a date such as `2025-12-03`, `2025-12` or `2022-02-24/2025-12-03`",
            Shape::Published => "a date such as `2025-12-03` or a UTC instant such as `2023-01-13T17:19:11Z`",
            Shape::Duration => "a duration such as `P90D`",
            Shape::Expression => "an expression such as `children.deported - children.returned`",
            Shape::Country => "a country by its ISO 3166-1 alpha-3 code, such as `UKR`",
            Shape::Language => "a language by its BCP 47 tag, such as `uk`",
            Shape::Hex(digits) => return write!(f, "{digits} lower-case hexadecimal digits"),
            Shape::Word(words) => return write!(f, "one of: {}", words().join(", ")),
            Shape::Bool => "true or false",
            Shape::True => "true, or no such member",
            Shape::Count(most) => return write!(f, "a whole number from 0 to {most}"),
            Shape::Seq => "the sequence number of an earlier event",
            Shape::List(item) => return write!(f, "a list; each item: {item}"),
            Shape::Map(_, member) => return write!(f, "an object; each member: {member}"),
            Shape::Object(layout) => return write!(f, "an object with {}", names(layout)),
            Shape::Either(short, layout) => {
                return write!(f, "{short}; or an object with {}", names(layout));
            }
            Shape::Data => "an object: the data of an event",
        })
    }
}

fn names(layout: &Layout) -> String {
    layout.fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_say_what_they_expect() {
        const PAIR: &Layout = &Layout {
            fields: &[
                Field { name: "a", shape: Shape::Value, required: true, doc: "" },
                Field { name: "b", shape: Shape::Value, required: false, doc: "" },
            ],
            needs: &[],
        };
        insta::assert_snapshot!(Shape::List(&Shape::Country), @"a list; each item: a country by its ISO 3166-1 alpha-3 code, such as `UKR`");
        insta::assert_snapshot!(Shape::Either(&Shape::Word(|| vec!["x", "y"]), PAIR), @"one of: x, y; or an object with a, b");
        insta::assert_snapshot!(Shape::Count(9), @"a whole number from 0 to 9");
    }
}
