//! Option values as JSON: words, `a,b`, `key=value` and JSON itself, read by the shape of the member they are for.
//!
//! The JSON is a text and not a tree, so that a member given twice stands in it twice: the format's own diagnosis
//! refuses that, together with everything else that is wrong.

use std::collections::BTreeMap;
use std::fmt;

use recount_ledger::codec::Shape;
use serde_json::{Map, Value};

/// The members of an object, each with the JSON of every value given for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(BTreeMap<String, Vec<String>>);

impl Members {
    /// The members of an object that is JSON already.
    pub(crate) fn of(object: &Map<String, Value>) -> Members {
        Members(object.iter().map(|(name, value)| (name.clone(), vec![value.to_string()])).collect())
    }

    /// Sets a member to what was given for it. What cannot be read as its shape stays a text, so that the format's own
    /// diagnosis says what is wrong with it.
    pub(crate) fn set(&mut self, name: &str, shape: Shape, given: &[&str]) {
        self.0.insert(name.to_owned(), read(shape, given));
    }

    /// Takes a member away.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    fn pieces(&self) -> impl Iterator<Item = String> {
        let piece = |name: &String, json: &String| format!("{}:{json}", quoted(name));
        self.0.iter().flat_map(move |(name, texts)| texts.iter().map(move |json| piece(name, json)))
    }
}

/// The members as one JSON object.
impl fmt::Display for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.pieces().collect::<Vec<_>>().join(","))
    }
}

/// One JSON text for all values where the shape gathers them, else one for each.
fn read(shape: Shape, given: &[&str]) -> Vec<String> {
    match shape {
        Shape::List(item) => vec![list(*item, given)],
        Shape::Map(_, item) => vec![object(given, &|_| Some(*item))],
        Shape::Object(layout) => vec![object(given, &|name| layout.field(name).map(|field| field.shape))],
        Shape::Either(short, layout) => {
            let is_part = |text: &&str| text.contains('=') || inside(text, '{', '}').is_some();
            let (parts, words): (Vec<&str>, Vec<&str>) = given.iter().copied().partition(is_part);
            let full = if parts.is_empty() { Vec::new() } else { read(Shape::Object(layout), &parts) };
            read(*short, &words).into_iter().chain(full).collect()
        }
        _ => given.iter().map(|text| scalar(shape, text)).collect(),
    }
}

fn scalar(shape: Shape, text: &str) -> String {
    let json = match shape {
        Shape::Bool | Shape::True => text.parse().ok().map(Value::Bool),
        Shape::Count(_) | Shape::Seq => text.parse::<u64>().ok().map(Value::from),
        _ => None,
    };
    json.map_or_else(|| quoted(text), |json| json.to_string())
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// What stands between the brackets, if the text is JSON in such brackets.
fn inside(text: &str, open: char, close: char) -> Option<&str> {
    let between = text.trim().strip_prefix(open)?.strip_suffix(close)?;
    serde_json::from_str::<Value>(text).is_ok().then_some(between.trim())
}

/// `a,b`, repeated; texts are not divided at commas.
fn list(item: Shape, given: &[&str]) -> String {
    let mut items: Vec<String> = Vec::new();
    for part in given {
        match inside(part, '[', ']') {
            Some("") => {}
            Some(between) => items.push(between.to_owned()),
            None if !item.is_string() && inside(part, '{', '}').is_some() => items.push((*part).to_owned()),
            None if matches!(item, Shape::Text) => items.push(quoted(part)),
            None => items.extend(part.split(',').flat_map(|part| read(item, &[part]))),
        }
    }
    format!("[{}]", items.join(","))
}

/// `key=value`, repeated; `key.inner=value` reaches into the object under `key`.
fn object(given: &[&str], shape_of: &dyn Fn(&str) -> Option<Shape>) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for part in given {
        if let Some(between) = inside(part, '{', '}') {
            pieces.extend((!between.is_empty()).then(|| between.to_owned()));
            continue;
        }
        let (path, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = match path.split_once('.') {
            Some((key, _)) if shape_of(key).is_some_and(has_parts) => (key, &part[key.len() + 1..]),
            _ => (path, value),
        };
        parts.entry(key).or_default().push(value);
    }
    let mut members = Members::default();
    for (key, values) in parts {
        members.set(key, shape_of(key).unwrap_or(Shape::Text), &values);
    }
    pieces.extend(members.pieces());
    format!("{{{}}}", pieces.join(","))
}

/// Whether a dot can lead into it.
fn has_parts(shape: Shape) -> bool {
    matches!(shape, Shape::Map(..) | Shape::Object(_) | Shape::Either(..))
}

/// How a member of several parts is written: `yes=VALUE`, `total.parts=ID,…`; nothing for a plain one.
pub(super) fn forms(shape: Shape, value_name: fn(Shape) -> &'static str) -> Vec<String> {
    match shape {
        Shape::List(_) => vec![form(shape, value_name)],
        Shape::Map(_, item) => vec![format!("KEY={}", form(*item, value_name))],
        Shape::Object(layout) => {
            layout.fields.iter().flat_map(|field| under(field.name, field.shape, value_name)).collect()
        }
        Shape::Either(short, layout) => std::iter::once(form(*short, value_name))
            .chain(forms(Shape::Object(layout), value_name))
            .collect(),
        _ => Vec::new(),
    }
}

fn under(name: &str, shape: Shape, value_name: fn(Shape) -> &'static str) -> Vec<String> {
    if has_parts(shape) {
        return forms(shape, value_name).iter().map(|form| format!("{name}.{form}")).collect();
    }
    vec![format!("{name}={}", form(shape, value_name))]
}

/// One value in words.
fn form(shape: Shape, value_name: fn(Shape) -> &'static str) -> String {
    match shape {
        Shape::List(Shape::Text) => value_name(Shape::Text).to_owned(),
        Shape::List(item) => format!("{},…", form(*item, value_name)),
        Shape::Either(short, _) => form(*short, value_name),
        Shape::Word(words) => words().join("|"),
        shape => value_name(shape).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use recount_ledger::codec::fields;
    use recount_model::event::Kind;

    use super::*;

    /// What options `given` for a member make of it, as members of the data.
    fn check(kind: Kind, name: &str, given: &[&str]) -> String {
        let field = fields(kind).iter().find(|field| field.name == name).expect("the tests name members");
        let mut members = Members::default();
        members.set(name, field.shape, given);
        members.to_string()
    }

    #[test]
    fn a_member_given_twice_stands_twice_and_lists_merge() {
        let figure = |name: &str, given: &[&str]| check(Kind::FigureReported, name, given);
        assert_eq!(figure("breakdown", &["sex=f", "sex=m"]), r#"{"breakdown":{"sex":"f","sex":"m"}}"#);
        assert_eq!(figure("value", &["11", "12"]), r#"{"value":"11","value":"12"}"#);
        let account = |name: &str, given: &[&str]| check(Kind::VoteReported, name, given);
        assert_eq!(account("tally", &["yes=1", "yes=>2"]), r#"{"tally":{"yes":"1","yes":">2"}}"#);
        assert_eq!(
            account("positions", &["no=BLR,RUS", r#"no={"country":"PRK","doubt":"a, b"}"#, "yes=UKR"]),
            r#"{"positions":{"no":["BLR","RUS",{"country":"PRK","doubt":"a, b"}],"yes":["UKR"]}}"#
        );
        let source = |given: &[&str]| check(Kind::SourceAdded, "archived", given);
        assert_eq!(source(&["url=a", r#"{"url":"b"}"#]), r#"{"archived":{"url":"b","url":"a"}}"#);
        let codes = check(Kind::PlaceAdded, "codes", &["f=A", "f=B"]);
        assert_eq!(codes, r#"{"codes":{"f":"A","f":"B"}}"#);
    }

    #[test]
    fn rules_are_written_without_json() {
        let policy = |given: &[&str]| check(Kind::PolicySet, "rule", given);
        assert_eq!(policy(&["latest"]), r#"{"rule":"latest"}"#);
        assert_eq!(policy(&["prefer=ua-mfa,ua-nib"]), r#"{"rule":{"prefer":["ua-mfa","ua-nib"]}}"#);
        assert_eq!(policy(&[r#"{"prefer":["a"]}"#]), r#"{"rule":{"prefer":["a"]}}"#);
        assert_eq!(policy(&["latest", "prefer=a"]), r#"{"rule":"latest","rule":{"prefer":["a"]}}"#);
        let rule = |given: &[&str]| check(Kind::CheckAdded, "rule", given);
        assert_eq!(rule(&["monotone.indicator=a.b"]), r#"{"rule":{"monotone":{"indicator":"a.b"}}}"#);
        assert_eq!(
            rule(&["total.indicator=x", "total.parts=a,b"]),
            r#"{"rule":{"total":{"indicator":"x","parts":["a","b"]}}}"#
        );
        assert_eq!(
            rule(&["fresh.reporter=r", "fresh.days=30"]),
            r#"{"rule":{"fresh":{"days":30,"reporter":"r"}}}"#
        );
        assert_eq!(rule(&["fresh.days=soon"]), r#"{"rule":{"fresh":{"days":"soon"}}}"#);
        assert_eq!(rule(&["fresh.weeks=1"]), r#"{"rule":{"fresh":{"weeks":"1"}}}"#);
        assert_eq!(
            rule(&[r#"total={"indicator":"x"}"#, "total.parts=a"]),
            r#"{"rule":{"total":{"indicator":"x","parts":["a"]}}}"#
        );
    }

    #[test]
    fn free_names_may_have_dots_and_texts_commas() {
        assert_eq!(check(Kind::PlaceAdded, "codes", &["a.b=c=d"]), r#"{"codes":{"a.b":"c=d"}}"#);
        let topics = |given: &[&str]| check(Kind::StatementRecorded, "topics", given);
        assert_eq!(topics(&["one, two", "[sic]"]), r#"{"topics":["one, two","[sic]"]}"#);
        assert_eq!(topics(&[r#"["a","b"]"#, "c", "[]"]), r#"{"topics":["a","b","c"]}"#);
    }
}
