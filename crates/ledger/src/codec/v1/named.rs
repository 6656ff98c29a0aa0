//! The ids an event names, by the layout of its type: for telling undeclared ones beside problems of form.

use recount_model::event::{Kind, Seq};
use recount_model::id::{is_slug, is_un_symbol};

use super::diagnose::Ledger;
use super::references::{Reference, visit};
use super::{KindOf, SeqOf};
use crate::codec::schema::Dictionary;
use crate::codec::tree::{Tree, member};

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
    let mut data = data.clone();
    let mut found = Vec::new();
    visit(kind, &mut data, ledger, &mut |path, reference| {
        let what = match reference {
            Reference::Event(tree) => ledger.seq(tree).map(What::Event),
            Reference::Named(Dictionary::Vote, id) if !is_un_symbol(id) => None,
            Reference::Named(dictionary, id) if dictionary != Dictionary::Vote && !is_slug(id) => None,
            Reference::Named(dictionary, id) => Some(What::Id(dictionary, id.clone())),
            Reference::Declared(..) | Reference::Expression(_) => None,
        };
        found.extend(what.map(|what| Named { member: path.to_owned(), what }));
    });
    found
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
