//! Everything that is wrong with the data of an event, at once, for the person who wrote it.

use std::collections::HashSet;

use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, MOST_PROBLEMS, Problem, nearest};

use super::{KindOf, SeqOf, layout, notation};
use crate::codec::schema::{Layout, Need, Shape};
use crate::codec::tree::{Members, Tree, member};

/// Finds all problems of the data of an event of type `kind`; none where [`parse`](super::parse) succeeds.
///
/// Whether the ids it names are declared is not looked at; whether the target of a correction exists and can be
/// corrected is.
pub fn diagnose(kind: Kind, data: &str, kind_of: KindOf<'_>) -> Vec<Problem> {
    match Tree::read(data) {
        Ok(tree) => Diagnosis::of(kind, &tree, Ledger { kind_of, labelled: None }),
        Err(problem) => vec![problem],
    }
}

/// What the data of one event must ask about others.
#[derive(Clone, Copy)]
pub(super) struct Ledger<'l> {
    /// The types of earlier events.
    pub(super) kind_of: KindOf<'l>,
    /// The events of the batch by label; `None` outside a batch, where a sequence number is a number.
    pub(super) labelled: Option<SeqOf<'l>>,
}

impl Ledger<'_> {
    /// The sequence number that is written as a number, or as `@label`.
    pub(super) fn seq(&self, tree: &Tree) -> Option<Seq> {
        match tree {
            Tree::Number(number) => Seq::try_from(number.as_u64()?).ok().filter(|seq| *seq > 0),
            Tree::Text(text) => self.labelled?(text.strip_prefix('@')?),
            _ => None,
        }
    }

    /// The type of the event that a correction replaces, if it can be replaced.
    pub(super) fn replaced(&self, correction: &Members) -> Option<Kind> {
        let target = self.seq(member(correction, "target")?)?;
        (self.kind_of)(target).filter(|kind| kind.is_correctable())
    }
}

/// The problems found so far.
pub(super) struct Diagnosis<'l> {
    ledger: Ledger<'l>,
    problems: Vec<Problem>,
}

impl<'l> Diagnosis<'l> {
    /// All problems of `data`.
    pub(super) fn of(kind: Kind, data: &Tree, ledger: Ledger<'l>) -> Vec<Problem> {
        let mut found = Diagnosis { ledger, problems: Vec::new() };
        let Tree::Object(members) = data else {
            found.wrong_type("", data, &Shape::Object(layout(kind)));
            return found.problems;
        };
        found.object("", layout(kind), members);
        if kind == Kind::RecordCorrected {
            found.correction(members);
        }
        found.problems
    }

    /// All problems of an object that is no event's data.
    pub(super) fn of_object(layout: &Layout, members: &Members, ledger: Ledger<'l>) -> Vec<Problem> {
        let mut found = Diagnosis { ledger, problems: Vec::new() };
        found.object("", layout, members);
        found.problems
    }

    fn correction(&mut self, members: &Members) {
        let Some(target) = member(members, "target").and_then(|target| self.ledger.seq(target)) else {
            return;
        };
        match (self.ledger.kind_of)(target) {
            None => self.add(Code::NO_SUCH_EVENT, "target", target, "expected an earlier event"),
            Some(kind) if !kind.is_correctable() => {
                let expected = format!("expected an event that can be corrected, found {}", kind.as_str());
                self.add(Code::WRONG_EVENT, "target", target, expected);
            }
            Some(kind) => {
                if let Some(Tree::Object(replacement)) = member(members, "data") {
                    self.object("data", layout(kind), replacement);
                }
            }
        }
    }

    /// Whether so many problems are found that more would tell nobody anything. Whatever there can be many of stops then.
    fn is_full(&self) -> bool {
        self.problems.len() >= MOST_PROBLEMS
    }

    fn object(&mut self, path: &str, layout: &Layout, members: &Members) {
        self.repeated(path, members);
        for (name, value) in members {
            if self.is_full() {
                return;
            }
            let path = join(path, name);
            match layout.field(name) {
                Some(_) if *value == Tree::Null => {}
                Some(field) => self.value(&path, &field.shape, value),
                None => self.unknown(path, name, layout, value),
            }
        }
        let absent = |name| member(members, name).is_none();
        for field in layout.fields.iter().filter(|field| field.required && absent(field.name)) {
            let expected = format!("missing; expected {}", field.shape);
            self.add(Code::MISSING_MEMBER, join(path, field.name), "", expected);
        }
        for need in layout.needs {
            self.need(path, need, members);
        }
    }

    fn unknown(&mut self, path: String, name: &str, layout: &Layout, value: &Tree) {
        let known: Vec<_> = layout.fields.iter().map(|field| field.name).collect();
        let near = nearest(name, known.iter().copied());
        let expected = format!("unknown member; expected {}", known.join(", "));
        let value = value.clone().into_text();
        self.problems.push(Problem::new(Code::UNKNOWN_MEMBER, path, value, expected).meant(near));
    }

    fn repeated(&mut self, path: &str, members: &Members) {
        let mut seen = HashSet::new();
        let again = members.iter().filter(|(name, _)| !seen.insert(name.as_str()));
        for (name, value) in again.take(MOST_PROBLEMS) {
            let value = value.clone().into_text();
            self.add(Code::DUPLICATE_MEMBER, join(path, name), value, "expected each member once");
        }
    }

    fn need(&mut self, path: &str, need: &Need, members: &Members) {
        let names = need.names();
        let found: Vec<_> = names.iter().copied().filter(|name| member(members, name).is_some()).collect();
        let expected = match (need, found.len()) {
            (_, 0) => format!("expected one of: {}", names.join(", ")),
            (Need::One(_), 2..) => format!("expected only one of: {}", found.join(", ")),
            _ => return,
        };
        self.add(Code::MEMBERS_CONFLICT, path, "", expected);
    }

    fn value(&mut self, path: &str, shape: &Shape, value: &Tree) {
        match (shape, value) {
            (Shape::Seq, Tree::Text(text)) if self.ledger.labelled.is_some() && text.starts_with('@') => {
                if self.ledger.seq(value).is_none() {
                    self.add(Code::BAD_LABEL, path, text, "expected the label of an earlier line");
                }
            }
            (Shape::Seq, _) if self.ledger.seq(value).is_some() => {}
            (Shape::Count(most), Tree::Number(number)) if number.as_u64().is_some_and(|n| n <= *most) => {}
            (Shape::Bool, Tree::Bool(_))
            | (Shape::True, Tree::Bool(true))
            | (Shape::Data, Tree::Object(_)) => {}
            (Shape::List(item), Tree::List(items)) => {
                for (index, value) in items.iter().enumerate() {
                    if self.is_full() {
                        return;
                    }
                    self.value(&format!("{path}[{index}]"), item, value);
                }
            }
            (Shape::Map(name, item), Tree::Object(members)) => self.map(path, name, item, members),
            (Shape::Object(layout) | Shape::Either(_, layout), Tree::Object(members)) => {
                self.object(path, layout, members);
            }
            (Shape::Either(short, _), Tree::Text(text)) => {
                let problem = notation::problem(short, path, text);
                let expected = format!("expected {shape}");
                self.problems.extend(problem.map(|problem| Problem { expected, ..problem }));
            }
            (shape, Tree::Text(text)) if shape.is_string() => {
                self.problems.extend(notation::problem(shape, path, text))
            }
            _ => self.wrong_type(path, value, shape),
        }
    }

    fn map(&mut self, path: &str, name_shape: &Shape, item: &Shape, members: &Members) {
        self.repeated(path, members);
        for (name, value) in members {
            if self.is_full() {
                return;
            }
            let path = join(path, name);
            self.problems.extend(notation::problem(name_shape, &path, name));
            self.value(&path, item, value);
        }
    }

    fn wrong_type(&mut self, path: &str, value: &Tree, shape: &Shape) {
        self.add(Code::WRONG_TYPE, path, value.write(), format!("expected {shape}"));
    }

    fn add(
        &mut self,
        code: Code,
        path: impl Into<String>,
        value: impl ToString,
        expected: impl Into<String>,
    ) {
        self.problems.push(Problem::new(code, path, value.to_string(), expected));
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
