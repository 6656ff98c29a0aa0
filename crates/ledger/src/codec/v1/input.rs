//! One line of input for an append: an event that has no place in a ledger yet.

use recount_model::event::Kind;
use recount_model::problem::{Code, Problem, nearest};

use super::canonical::{arrange, written_content};
use super::diagnose::{Diagnosis, Ledger};
use super::respelt::{Pairs, respelt};
use super::{KindOf, SeqOf, written};
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
    match read_plain_input(line, kind_of) {
        Some(input) => Ok(input),
        None => read_any_input(line, resolve, kind_of, salt),
    }
}

/// Reads a line of input that needs neither labels nor salt, holds no escape and is right, in a fraction of the time; nothing of
/// any other. It reads the same as [`read_input`]; where `kind_of` knows no event, that of any line but a correction.
pub fn read_plain_input(line: &str, kind_of: KindOf<'_>) -> Option<Input> {
    rearranged_input(line, kind_of).filter(|input| written(input.kind, &input.data, kind_of).is_some())
}

/// As [`read_plain_input`] would read a line if its data are right, which [`written`] tells: where it reads the data, what this gives is
/// what is read.
pub fn rearranged_input(line: &str, kind_of: KindOf<'_>) -> Option<Input> {
    let (members, data) = Pairs::of_line(LINE, line).filter(|_| line.len() <= MAX_LINE)?;
    let quoted = |name| members.get(LINE, name)?.strip_prefix('"')?.strip_suffix('"');
    let kind = appendable(quoted("type")?).ok().filter(|kind| *kind != Kind::CaseDocumented)?;
    let label = match members.get(LINE, "label")? {
        "" => None,
        _ => Some(quoted("label").filter(|label| !label.is_empty() && label_problem(label).is_none())?),
    };
    // What takes more than another order may stand in the right one.
    let data = respelt(kind, &data, kind_of).unwrap_or_else(|| data.text.to_owned());
    written_content(kind, &data)?;
    Some(Input { kind, label: label.map(str::to_owned), data })
}

fn read_any_input(
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind_of(seq: u32) -> Option<Kind> {
        let kinds = [Kind::FigureReported, Kind::SourceAdded, Kind::RecordCorrected];
        kinds.get((seq as usize).checked_sub(1)?).copied()
    }

    /// The data as they are read the short way, which is how the long way reads them.
    fn check(line: &str) -> Option<String> {
        let plain = read_plain_input(line, &kind_of)?;
        assert_eq!(read_any_input(line, &|_| None, &kind_of, &String::new).as_ref(), Ok(&plain), "{line}");
        Some(plain.data)
    }

    #[test]
    fn what_only_stands_in_another_order_is_plain() {
        insta::assert_snapshot!(check(r#" { "label" : "x", "data":{"value":"1" , "breakdown":{"b":"2","a":"1"},"unsourced":true,"reporter":"r","indicator":"i"},"type":"figure.reported"}"#).unwrap_or_default(), @r#"{"indicator":"i","value":"1","reporter":"r","unsourced":true,"breakdown":{"a":"1","b":"2"}}"#);
        insta::assert_snapshot!(check(r#"{"type":"record.corrected","data":{"reason":"r","data":{"title":"T","id":"s"},"target":2}}"#).unwrap_or_default(), @r#"{"target":2,"data":{"id":"s","title":"T"},"reason":"r"}"#);
        insta::assert_snapshot!(check(r#"{"type":"check.added","data":{"rule":{"total":{"parts":[ "a","b"],"indicator":"c"}},"id":"x"}}"#).unwrap_or_default(), @r#"{"id":"x","rule":{"total":{"indicator":"c","parts":["a","b"]}}}"#);
    }

    #[test]
    fn what_takes_more_is_not() {
        for line in [
            r#"{"type":"record.retracted","data":{"target":"@x","reason":"r"}}"#,
            r#"{"type":"record.retracted","data":{"target":1,"reason":"r\\n"}}"#,
            "{\"type\":\"record.retracted\",\"data\":{\"target\":1,\"reason\":\"a\u{2028}b\"}}",
            r#"{"type":"record.retracted","data":{"target":1,"reason":"r","target":1}}"#,
            r#"{"type":"record.retracted","data":{"target":1,"reason":"r"},"label":"A"}"#,
            r#"{"type":"record.retracted","data":{"target":1,"reason":"r"},"label":""}"#,
            r#"{"type":"record.retracted","data":{"target":1,"reason":"r"},"label":null}"#,
            r#"{"type":"record.retracted","data":{"target":1,"reason":"r"}} x"#,
            r#"{"type":"record.corrected","data":{"target":3,"data":{},"reason":"r"}}"#,
            r#"{"type":"ledger.merged","data":{}}"#,
            r#"{"type":"record.retracted"}"#,
        ] {
            assert_eq!(check(line), None, "{line}");
        }
    }

    proptest! {
        /// Whatever is changed in a line, what is read the short way is what is read the long way.
        #[test]
        fn both_ways_agree(
            line in prop::sample::select(vec![
                r#"{"type":"figure.reported","data":{"value":"1","breakdown":{"b":"2","a":"1"},"source":"s","reporter":"r","indicator":"i"},"label":"x"}"#,
                r#"{"data":{"target":1,"reason":"r","data":{"source":"s","value":"1","indicator":"i","reporter":"r"}},"type":"record.corrected"}"#,
                r#"{"type":"finding.acknowledged","data":{"check":"c","figures":[3,2],"reason":"r"}}"#,
            ]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b"\"\\{}[],: 01ab"[..])), 0..4),
        ) {
            let mut line = line.to_owned();
            for (index, byte) in changes {
                let at = index.index(line.len());
                line.replace_range(at..=at, &char::from(byte).to_string());
            }
            check(&line);
        }
    }
}
