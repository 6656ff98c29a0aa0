//! One line of input for an append: an event that has no place in a ledger yet.

use recount_model::event::Kind;
use recount_model::problem::{Code, Problem, nearest};

use super::canonical::arrange;
use super::diagnose::{Diagnosis, Ledger};
use super::{KindOf, SeqOf};
use crate::codec::schema::{Field, Layout, Shape};
use crate::codec::tree::{Members, Tree, member};

/// The longest line of input, in bytes: as long as a line of the ledger.
const MAX_LINE: usize = 1 << 20;

/// An event that is fit to be appended, as far as it can be told without the ledger's dictionaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its type.
    pub kind: Kind,
    /// The name by which later lines of the batch can mean it.
    pub label: Option<String>,
    /// Its data in the writer's spelling, labels resolved.
    pub data: String,
}

/// A line of input; its data belongs to its type and is looked at apart.
const LINE: &Layout = &Layout {
    fields: &[
        Field { name: "type", shape: Shape::Text, required: true, doc: "The event's type" },
        Field { name: "data", shape: Shape::Data, required: true, doc: "Its data" },
        Field {
            name: "label",
            shape: Shape::Text,
            required: false,
            doc: "A name for later lines of the batch",
        },
    ],
    needs: &[],
};

/// Reads `{"type":…,"data":…,"label":…}`.
///
/// A member that holds a sequence number may hold `"@x"` instead: `resolve` gives the number of the earlier line
/// with the label `x`. `kind_of` must know the events of the batch too. `salt` gives 128 random bits as 32 lower-case
/// hexadecimal digits, for a case without salt.
///
/// # Errors
///
/// Every problem of the line. The path of a member of the data starts inside the data.
pub fn read_input(
    line: &str,
    resolve: SeqOf<'_>,
    kind_of: KindOf<'_>,
    salt: &dyn Fn() -> String,
) -> Result<Input, Vec<Problem>> {
    let ledger = Ledger { kind_of, labelled: Some(resolve) };
    let mut members = read_object(line).map_err(|problem| vec![problem])?;
    let mut problems = Diagnosis::of_object(LINE, &members, ledger);
    let kind = text(&members, "type")
        .and_then(|name| appendable(name).map_err(|problem| problems.push(problem)).ok());
    let label = text(&members, "label").map(str::to_owned);
    problems.extend(label.as_deref().and_then(label_problem));
    let data = members
        .iter_mut()
        .find(|(name, _)| name == "data")
        .map(|(_, data)| std::mem::replace(data, Tree::Null));
    if let (Some(kind), Some(Tree::Object(mut data))) = (kind, data) {
        if kind == Kind::CaseDocumented && member(&data, "salt").is_none() {
            data.retain(|(name, _)| name != "salt");
            data.push(("salt".to_owned(), Tree::Text(salt())));
        }
        let data = Tree::Object(data);
        problems.extend(Diagnosis::of(kind, &data, ledger));
        if problems.is_empty() {
            return Ok(Input { kind, label, data: arrange(kind, data, ledger).write() });
        }
    }
    Err(problems)
}

fn read_object(line: &str) -> Result<Members, Problem> {
    if line.len() > MAX_LINE {
        let expected = format!("column {}: expected at most {MAX_LINE} bytes in a line", MAX_LINE + 1);
        return Err(Problem::new(Code::TOO_LARGE, "", format!("{} bytes", line.len()), expected));
    }
    match Tree::read(line)? {
        Tree::Object(members) => Ok(members),
        other => {
            Err(Problem::new(Code::SYNTAX, "", other.write(), "expected an object with type, data, label"))
        }
    }
}

fn text<'m>(members: &'m Members, name: &str) -> Option<&'m str> {
    match member(members, name) {
        Some(Tree::Text(text)) => Some(text),
        _ => None,
    }
}

/// The type with this name, if it is one that people append.
fn appendable(name: &str) -> Result<Kind, Problem> {
    let Some(kind) = Kind::parse(name) else {
        let near = nearest(name, Kind::ALL.iter().map(|kind| kind.as_str()));
        let problem = Problem::new(Code::UNKNOWN_TYPE, "type", name, "expected an event type of format 1");
        return Err(problem.meant(near));
    };
    let command = match kind {
        Kind::LedgerCreated => "recount init",
        Kind::LedgerMerged => "recount merge",
        Kind::LedgerUpgraded => "recount upgrade",
        Kind::EventRedacted => "recount redact",
        _ => return Ok(kind),
    };
    let expected = format!("expected an event that can be appended; this one is written by `{command}`");
    Err(Problem::new(Code::UNKNOWN_TYPE, "type", name, expected))
}

fn label_problem(label: &str) -> Option<Problem> {
    let fits = label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
    (!fits)
        .then(|| Problem::new(Code::BAD_LABEL, "label", label, "expected a label of a-z, 0-9, `.`, `_`, `-`"))
}
