//! The ids and sequence numbers inside the data of an event, found by the layout of its type: the one walk over them.

use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, Problem};

use super::canonical::arrange;
use super::diagnose::Ledger;
use super::{KindOf, layout};
use crate::codec::schema::{Dictionary, Layout, Shape};
use crate::codec::tree::{Members, Tree, member};

/// One place in the data of an event that means another event or a declared thing.
pub(super) enum Reference<'t> {
    /// A sequence number, or a label in its place.
    Event(&'t mut Tree),
    /// The id of something declared elsewhere.
    Named(Dictionary, &'t mut String),
    /// The id that this event declares.
    Declared(Dictionary, &'t mut String),
    /// An expression, which names indicators.
    Expression(&'t mut String),
}

/// Shows every reference of the data of an event to `visit`, with the member's path inside the data; of a correction
/// those of its replacement too.
pub(super) fn visit(
    kind: Kind,
    data: &mut Members,
    ledger: Ledger<'_>,
    visit: &mut dyn FnMut(&str, Reference<'_>),
) {
    // The target tells the replacement's type, so it is read before a visitor changes it.
    let replaced = if kind == Kind::RecordCorrected { ledger.replaced(data) } else { None };
    object("", layout(kind), data, visit);
    let replacement = data.iter_mut().find(|(name, _)| name == "data");
    if let (Some(kind), Some((_, Tree::Object(replacement)))) = (replaced, replacement) {
        object("data.", layout(kind), replacement, visit);
    }
}

fn object(path: &str, layout: &Layout, members: &mut Members, visit: &mut dyn FnMut(&str, Reference<'_>)) {
    for field in layout.fields {
        if let Some((_, tree)) = members.iter_mut().find(|(name, _)| name == field.name) {
            one(&format!("{path}{}", field.name), &field.shape, tree, visit);
        }
    }
}

fn one(path: &str, shape: &Shape, tree: &mut Tree, visit: &mut dyn FnMut(&str, Reference<'_>)) {
    match (shape, tree) {
        (Shape::Ref(dictionary), Tree::Text(id)) => visit(path, Reference::Named(*dictionary, id)),
        (Shape::Id(dictionary), Tree::Text(id)) => visit(path, Reference::Declared(*dictionary, id)),
        (Shape::Expression, Tree::Text(text)) => visit(path, Reference::Expression(text)),
        (Shape::Seq, tree) if *tree != Tree::Null => visit(path, Reference::Event(tree)),
        (Shape::List(item), Tree::List(items)) => {
            items.iter_mut().for_each(|tree| one(path, item, tree, visit));
        }
        (Shape::Object(layout) | Shape::Either(_, layout), Tree::Object(members)) => {
            object(&format!("{path}."), layout, members, visit);
        }
        (Shape::Map(Shape::Ref(dictionary), item), Tree::Object(members)) => {
            for (key, tree) in members {
                let place = format!("{path}.{key}");
                visit(path, Reference::Named(*dictionary, key));
                one(&place, item, tree, visit);
            }
        }
        _ => {}
    }
}

/// How the references of an event read in another ledger.
pub struct Translation<'t> {
    /// The types of the events of the ledger that is translated from.
    pub kind_of: KindOf<'t>,
    /// The number of an event there to its number here; `None` for one that is not here.
    pub seq: &'t dyn Fn(Seq) -> Option<Seq>,
    /// The id of a thing there to its id here; `None` where it is the same.
    pub id: &'t dyn Fn(Dictionary, &str) -> Option<String>,
}

/// Why an event cannot be said in another ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untranslated {
    /// It refers to these events, which are not there.
    Absent(Vec<Seq>),
    /// Its data cannot be read.
    Unreadable(Problem),
}

/// The data of an event, in the writer's spelling, with every sequence number and id as another ledger has them.
///
/// # Errors
///
/// [`Untranslated`], with all events that are missing.
pub fn translate(kind: Kind, data: &str, into: &Translation<'_>) -> Result<String, Untranslated> {
    let ledger = Ledger { kind_of: into.kind_of, labelled: None };
    let mut members = match Tree::read(data).map_err(Untranslated::Unreadable)? {
        Tree::Object(members) => members,
        other => {
            let problem = Problem::new(Code::WRONG_TYPE, "", other.write(), "expected an object");
            return Err(Untranslated::Unreadable(problem));
        }
    };
    // Arranged while the numbers are still those that `kind_of` knows.
    if let Tree::Object(arranged) = arrange(kind, Tree::Object(std::mem::take(&mut members)), ledger) {
        members = arranged;
    }
    let mut absent = Vec::new();
    visit(kind, &mut members, ledger, &mut |_, reference| match reference {
        Reference::Event(tree) => match ledger.seq(tree).map(|seq| (seq, (into.seq)(seq))) {
            Some((_, Some(here))) => *tree = Tree::Number(here.into()),
            Some((seq, None)) => absent.push(seq),
            None => {}
        },
        Reference::Named(dictionary, id) | Reference::Declared(dictionary, id) => {
            if let Some(here) = (into.id)(dictionary, id) {
                *id = here;
            }
        }
        Reference::Expression(text) => *text = in_expression(text, into),
    });
    absent.is_empty().then(|| Tree::Object(members).write()).ok_or(Untranslated::Absent(absent))
}

/// Operators and parentheses never stand inside an id, so ids are what is left between them.
fn in_expression(text: &str, into: &Translation<'_>) -> String {
    let parts = text.split_inclusive([' ', '(', ')']).map(|part| {
        let id = part.trim_end_matches([' ', '(', ')']);
        match (into.id)(Dictionary::Indicator, id) {
            Some(here) => format!("{here}{}", &part[id.len()..]),
            None => part.to_owned(),
        }
    });
    parts.collect()
}

/// The id that data declare, and the dictionary it is declared in.
pub fn declared(kind: Kind, data: &str) -> Option<(Dictionary, String)> {
    let field = layout(kind).field("id")?;
    let (Shape::Id(dictionary), Ok(Tree::Object(members))) = (field.shape, Tree::read(data)) else {
        return None;
    };
    match member(&members, "id") {
        Some(Tree::Text(id)) => Some((dictionary, id.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(kind: Kind, data: &str) -> String {
        let into = Translation {
            kind_of: &|seq| (seq < 90).then_some(Kind::FigureReported),
            seq: &|seq| (seq < 50).then_some(seq + 100),
            id: &|dictionary, id| (id == "old").then(|| format!("new-{}", dictionary.noun())),
        };
        match translate(kind, data, &into) {
            Ok(data) => data,
            Err(untranslated) => format!("{untranslated:?}"),
        }
    }

    #[test]
    fn every_seq_and_id_is_translated_also_inside_a_correction() {
        insta::assert_snapshot!(check(Kind::RecordCorrected, r#"{"reason":"old","target":3,"data":{"value":"1","reporter":"old","source":"s","revises":4,"breakdown":{"old":"old"},"indicator":"old"}}"#), @r#"{"target":103,"data":{"indicator":"new-indicator","value":"1","reporter":"new-reporter","source":"s","breakdown":{"new-dimension":"old"},"revises":104},"reason":"old"}"#);
        insta::assert_snapshot!(check(Kind::FindingAcknowledged, r#"{"check":"old","figures":[1,2],"reason":"r"}"#), @r#"{"check":"new-check","figures":[101,102],"reason":"r"}"#);
        insta::assert_snapshot!(check(Kind::IndicatorDerived, r#"{"id":"old","label":"old","unit":"u","expression":"(old - older) * old / 2"}"#), @r#"{"id":"new-indicator","label":"old","unit":"u","expression":"(new-indicator - older) * new-indicator / 2"}"#);
        insta::assert_snapshot!(check(Kind::PolicySet, r#"{"indicator":"i","rule":{"prefer":["a","old"]}}"#), @r#"{"indicator":"i","rule":{"prefer":["a","new-reporter"]}}"#);
    }

    #[test]
    fn all_that_is_absent_is_named() {
        insta::assert_snapshot!(check(Kind::FindingAcknowledged, r#"{"check":"c","figures":[60,2,61],"reason":"r"}"#), @"Absent([60, 61])");
        insta::assert_snapshot!(check(Kind::RecordCorrected, r#"{"target":95,"data":{},"reason":"r"}"#), @"Absent([95])");
    }

    #[test]
    fn a_declaration_tells_its_id() {
        assert_eq!(
            declared(Kind::VoteRecorded, r#"{"id":"A/RES/1"}"#),
            Some((Dictionary::Vote, "A/RES/1".to_owned()))
        );
        assert_eq!(declared(Kind::PolicySet, r#"{"id":"x"}"#), None);
    }
}
