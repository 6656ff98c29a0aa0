//! The writer's one spelling of the data of an event, and the data as texts.

use std::borrow::Cow;

use recount_model::event::Kind;
use recount_model::problem::{Code, Problem};
use recount_model::texts;

use super::diagnose::{Diagnosis, Ledger};
use super::respelt::{Pairs, respelt};
use super::{KindOf, layout, read};
use crate::codec::schema::{Layout, Shape};
use crate::codec::tree::{Members, Tree};
use crate::cursor::Unescaped;

/// The writer's spelling: members in the order of the layout, maps sorted, no `null`, no white space; U+0085, U+2028
/// and U+2029 escaped. Values, dates and numbers stay as typed.
///
/// Two data with the same members have the same spelling, whatever their order.
///
/// # Errors
///
/// The first of the problems that [`diagnose`](super::diagnose) finds.
pub fn canonical(kind: Kind, data: &str, kind_of: KindOf<'_>) -> Result<String, Problem> {
    arranged(kind, data, kind_of).map(|tree| tree.write())
}

/// What makes an event the same as another of its type: its [`canonical`] data, of a case without its random salt.
///
/// # Errors
///
/// As [`canonical`].
pub fn content<'d>(kind: Kind, data: &'d str, kind_of: KindOf<'_>) -> Result<Cow<'d, str>, Problem> {
    let unescaped = Unescaped::default();
    let read = read(kind, data, &unescaped, kind_of);
    if let Some(content) = read.and_then(|(_, is_written)| read_content(kind, data, is_written, kind_of)) {
        return Ok(content);
    }
    let mut tree = arranged(kind, data, kind_of)?;
    if let (Kind::CaseDocumented, Tree::Object(members)) = (kind, &mut tree) {
        members.retain(|(name, _)| name != "salt");
    }
    Ok(Cow::Owned(tree.write()))
}

/// The [`content`] of data that [`read`] reads, and of which it tells whether they are in the writer's own spelling; nothing where
/// `content` has to tell.
pub fn read_content<'d>(
    kind: Kind,
    data: &'d str,
    is_written: bool,
    kind_of: KindOf<'_>,
) -> Option<Cow<'d, str>> {
    match written_content(kind, data).filter(|_| is_written) {
        Some(content) => Some(Cow::Borrowed(content)),
        None if kind == Kind::CaseDocumented => None,
        None => respelt(kind, &Pairs::of(data)?, kind_of).map(Cow::Owned),
    }
}

/// The [`content`] of data that [`written`](super::written) reads, which nearly always is the data themselves; nothing where `content` has to
/// tell.
pub fn written_content(kind: Kind, data: &str) -> Option<&str> {
    // The reader of the writer's spelling takes line separators as they are. In UTF-8 they begin with this byte, and little
    // else does.
    let separator = |rest: &str| rest.starts_with(LINE_BREAKS);
    let is_broken = || memchr::memchr_iter(0xe2, data.as_bytes()).any(|at| separator(&data[at..]));
    (kind != Kind::CaseDocumented && !is_broken()).then_some(data)
}

/// What the writer escapes although JSON need not. U+0085 is no character of a text.
const LINE_BREAKS: [char; 2] = ['\u{2028}', '\u{2029}'];

fn arranged(kind: Kind, data: &str, kind_of: KindOf<'_>) -> Result<Tree, Problem> {
    let ledger = Ledger { kind_of, labelled: None };
    let tree = Tree::read(data)?;
    match Diagnosis::of(kind, &tree, ledger).into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(arrange(kind, tree, ledger)),
    }
}

/// Brings data without problems into the writer's order and puts sequence numbers in the place of labels.
pub(super) fn arrange(kind: Kind, data: Tree, ledger: Ledger<'_>) -> Tree {
    let Tree::Object(mut members) = data else {
        return data;
    };
    let replaced = if kind == Kind::RecordCorrected { ledger.replaced(&members) } else { None };
    if let Some(kind) = replaced {
        for (_, replacement) in members.iter_mut().filter(|(name, _)| name == "data") {
            *replacement = arrange(kind, std::mem::replace(replacement, Tree::Null), ledger);
        }
    }
    object(layout(kind), members, ledger)
}

fn object(layout: &Layout, members: Members, ledger: Ledger<'_>) -> Tree {
    let place = |name: &str| layout.fields.iter().position(|field| field.name == name);
    let mut members: Members = members.into_iter().filter(|(_, value)| *value != Tree::Null).collect();
    members.sort_by_key(|(name, _)| place(name));
    let arranged = members.into_iter().map(|(name, value)| {
        let value = match layout.field(&name) {
            Some(field) => self::value(&field.shape, value, ledger),
            None => value,
        };
        (name, value)
    });
    Tree::Object(arranged.collect())
}

fn value(shape: &Shape, value: Tree, ledger: Ledger<'_>) -> Tree {
    match (shape, value) {
        (Shape::Object(layout) | Shape::Either(_, layout), Tree::Object(members)) => {
            object(layout, members, ledger)
        }
        (Shape::List(item), Tree::List(items)) => {
            Tree::List(items.into_iter().map(|one| self::value(item, one, ledger)).collect())
        }
        (Shape::Map(..), Tree::Object(mut members)) => {
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Tree::Object(members)
        }
        (Shape::Seq, label) => ledger.seq(&label).map_or(label, |seq| Tree::Number(seq.into())),
        (_, as_it_is) => as_it_is,
    }
}

/// The members that an event's data say as texts: of a correction, those of its replacement.
///
/// # Errors
///
/// `SYNTAX` or `TOO_LARGE` where `data` cannot be read as JSON, `WRONG_TYPE` where it is no object.
pub fn members(kind: Kind, data: &str) -> Result<texts::Members, Problem> {
    let own = own_members(data)?;
    match own.get("data") {
        Some(replacement) if kind == Kind::RecordCorrected => own_members(replacement),
        _ => Ok(own),
    }
}

/// The members of an event's own data as texts: of a correction its target, its reason and its replacement.
///
/// # Errors
///
/// As [`members`].
pub fn own_members(data: &str) -> Result<texts::Members, Problem> {
    let Tree::Object(members) = Tree::read(data)? else {
        return Err(Problem::new(Code::WRONG_TYPE, "", data, "expected an object"));
    };
    let present = members.into_iter().filter(|(_, value)| *value != Tree::Null);
    Ok(texts::Members(present.map(|(name, value)| (name, value.into_text())).collect()))
}
