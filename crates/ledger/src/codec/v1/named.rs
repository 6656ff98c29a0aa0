//! The ids an event names, by the layout of its type: for telling undeclared ones beside problems of form.

use recount_model::event::{Kind, Seq};
use recount_model::id::{is_slug, is_un_symbol};

use super::diagnose::Ledger;
use super::{KindOf, SeqOf, layout};
use crate::codec::schema::{Dictionary, Layout, Shape};
use crate::codec::tree::{Members, Tree, member};

/// What an event names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Where: the member's path inside the data.
    pub member: String,
    /// What is named there.
    pub what: What,
}

/// Something an event can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// An id, spelled as ids are, and the dictionary it must be declared in.
    Id(Dictionary, String),
    /// An earlier event.
    Event(Seq),
}

/// The ids and events that a line of input names, as far as the line can be read. Ids that are not spelled as ids are left out:
/// that is a problem of form, which [`read_input`](super::read_input) reports.
pub fn named(line: &str, resolve: SeqOf<'_>, kind_of: KindOf<'_>) -> Vec<Named> {
    let Ok(Tree::Object(input)) = Tree::read(line) else { return Vec::new() };
    let (Some(Tree::Text(name)), Some(Tree::Object(data))) = (member(&input, "type"), member(&input, "data"))
    else {
        return Vec::new();
    };
    let Some(kind) = Kind::parse(name) else { return Vec::new() };
    let ledger = Ledger { kind_of, labelled: Some(resolve) };
    let mut search = Search { ledger, found: Vec::new() };
    search.object("", layout(kind), data);
    if kind == Kind::RecordCorrected
        && let Some(replaced) = ledger.replaced(data)
        && let Some(Tree::Object(replacement)) = member(data, "data")
    {
        search.object("data.", layout(replaced), replacement);
    }
    search.found
}

struct Search<'l> {
    ledger: Ledger<'l>,
    found: Vec<Named>,
}

impl Search<'_> {
    fn object(&mut self, path: &str, layout: &Layout, members: &Members) {
        for field in layout.fields {
            if let Some(tree) = member(members, field.name) {
                self.member(&format!("{path}{}", field.name), &field.shape, tree);
            }
        }
    }

    fn member(&mut self, path: &str, shape: &Shape, tree: &Tree) {
        match (shape, tree) {
            (Shape::Ref(dictionary), Tree::Text(id)) => {
                let spelled = if *dictionary == Dictionary::Vote { is_un_symbol(id) } else { is_slug(id) };
                if spelled {
                    self.note(path, What::Id(*dictionary, id.clone()));
                }
            }
            (Shape::Seq, tree) => {
                if let Some(seq) = self.ledger.seq(tree) {
                    self.note(path, What::Event(seq));
                }
            }
            (Shape::List(item), Tree::List(items)) => {
                items.iter().for_each(|tree| self.member(path, item, tree));
            }
            (Shape::Object(layout) | Shape::Either(_, layout), Tree::Object(members)) => {
                self.object(&format!("{path}."), layout, members);
            }
            (Shape::Map(name, item), Tree::Object(members)) => {
                for (key, tree) in members {
                    self.member(path, name, &Tree::Text(key.clone()));
                    self.member(&format!("{path}.{key}"), item, tree);
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, path: &str, what: What) {
        self.found.push(Named { member: path.to_owned(), what });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(line: &str) -> String {
        let named = named(line, &|_| None, &|_| Some(Kind::FigureReported));
        let text = |Named { member, what }| match what {
            What::Id(dictionary, id) => format!("{member} {} {id}", dictionary.noun()),
            What::Event(seq) => format!("{member} {seq}"),
        };
        named.into_iter().map(text).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn ids_are_found_beside_what_cannot_be_read() {
        assert_eq!(
            check(
                r#"{"type":"figure.reported","data":{"indicator":"i","value":"2,040","reporter":"No","breakdown":{"sex":"f"}}}"#
            ),
            "indicator indicator i, breakdown dimension sex"
        );
        assert_eq!(
            check(
                r#"{"type":"policy.set","data":{"indicator":"i","rule":{"prefer":["a","b"]},"window":"x"}}"#
            ),
            "indicator indicator i, rule.prefer reporter a, rule.prefer reporter b"
        );
        assert_eq!(
            check(r#"{"type":"record.corrected","data":{"target":3,"data":{"source":"s","value":"x"}}}"#),
            "target 3, data.source source s"
        );
        assert_eq!(check("no line"), "");
    }
}
