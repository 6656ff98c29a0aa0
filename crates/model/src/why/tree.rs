//! The tree of an explanation: plain data for whoever shows it.

/// One thing that bears on a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// What is known of it, by name; nothing is there twice.
    pub facts: Vec<(&'static str, Fact)>,
    /// What it rests on, in the order to be read.
    pub children: Vec<Node>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The value of an indicator, selected or derived.
    Headline,
    /// The rule that selected it.
    Policy,
    /// How a derived value was computed.
    Arithmetic,
    /// A figure that was not selected, with the reason.
    PassedOver,
    /// All figures of one reporter for one subject.
    Series,
    /// One figure.
    Figure,
    /// A record of a figure: one source that gives it.
    Record,
    /// A published document.
    Source,
    /// The recorder mended a record.
    Correction,
    /// A member that a correction changed.
    Change,
    /// The recorder took a record back, or undid a correction.
    Retraction,
    /// The reporter took the figure back.
    Withdrawal,
    /// Another reporter contests the figure.
    Dispute,
}

/// One fact of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A text, a date or a value in the ledger's notation.
    Text(String),
    /// A sequence number or a count.
    Number(u32),
    /// It is so; the fact is absent where it is not.
    True,
    /// Several texts, in order.
    List(Vec<String>),
}

impl Kind {
    /// The word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Headline => "headline",
            Kind::Policy => "policy",
            Kind::Arithmetic => "arithmetic",
            Kind::PassedOver => "passed_over",
            Kind::Series => "series",
            Kind::Figure => "figure",
            Kind::Record => "record",
            Kind::Source => "source",
            Kind::Correction => "correction",
            Kind::Change => "change",
            Kind::Retraction => "retraction",
            Kind::Withdrawal => "withdrawal",
            Kind::Dispute => "dispute",
        }
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Fact {
        Fact::Text(text.to_owned())
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Fact {
        Fact::Text(text)
    }
}

impl From<u32> for Fact {
    fn from(number: u32) -> Fact {
        Fact::Number(number)
    }
}

impl From<Vec<String>> for Fact {
    fn from(texts: Vec<String>) -> Fact {
        Fact::List(texts)
    }
}

impl Node {
    pub(super) fn new(kind: Kind) -> Node {
        Node { kind, facts: Vec::new(), children: Vec::new() }
    }

    /// Adds a fact that is known.
    pub(super) fn fact(mut self, name: &'static str, known: Option<impl Into<Fact>>) -> Node {
        self.facts.extend(known.map(|fact| (name, fact.into())));
        self
    }

    /// Adds a fact that is so.
    pub(super) fn flag(mut self, name: &'static str, is_so: bool) -> Node {
        if is_so {
            self.facts.push((name, Fact::True));
        }
        self
    }

    /// The fact with this name.
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|(known, _)| *known == name).map(|(_, fact)| fact)
    }

    /// The text of a fact, a number in digits; `None` for others.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Fact::Text(text) => Some(text.clone()),
            Fact::Number(number) => Some(number.to_string()),
            Fact::True | Fact::List(_) => None,
        }
    }

    /// Whether something is so.
    pub fn is(&self, name: &str) -> bool {
        self.get(name) == Some(&Fact::True)
    }

    /// The texts of a list; none where there is no such fact.
    pub fn list(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(Fact::List(texts)) => texts,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_found_by_name_and_sort() {
        let node = Node {
            facts: vec![
                ("open", Fact::True),
                ("steps", Fact::List(vec!["one".to_owned(), "two".to_owned()])),
                ("value", Fact::Text("5".to_owned())),
                ("seq", Fact::Number(7)),
            ],
            ..Node::new(Kind::Figure)
        };
        assert_eq!(node.list("steps"), ["one", "two"]);
        assert_eq!((node.list("value").len(), node.list("none").len()), (0, 0));
        assert_eq!([node.is("open"), node.is("value"), node.is("none")], [true, false, false]);
        assert_eq!(
            ["value", "seq"].map(|name| node.text(name)),
            ["5", "7"].map(|text| Some(text.to_owned()))
        );
        assert_eq!(["open", "steps", "none"].map(|name| node.text(name)), [None, None, None]);
    }
}
