//! The words for each node of an explanation.

use recount_model::why::{Kind, Node};

/// What a node is on the first line, details on the others.
pub(super) fn lines(node: &Node) -> Vec<String> {
    let label = match node.kind {
        Kind::Headline => headline(node),
        Kind::Policy => policy(node),
        Kind::Arithmetic => with(node, "computed: ", "expression", ""),
        Kind::PassedOver => format!("passed over: {}: {}", said(node), fact(node, "in_words")),
        Kind::Series => {
            let name = with(node, " (", "reporter_name", ")");
            format!("{}, all figures by {}{name}{}", fact(node, "id"), fact(node, "reporter"), start(node))
        }
        Kind::Figure => figure(node),
        Kind::Record => record(node),
        Kind::Source => source(node),
        Kind::Correction => format!("corrected by us, {}", recorded(node)),
        Kind::Change => change(node),
        Kind::Retraction => format!("taken back by us, {}", recorded(node)),
        Kind::Withdrawal => format!("withdrawn by its reporter{}, {}", published(node), recorded(node)),
        Kind::Dispute => dispute(node),
    };
    std::iter::once(label).chain(details(node)).collect()
}

fn details(node: &Node) -> Vec<String> {
    let quoted = |name: &str, before: &str, after: &str| {
        node.text(name).map(|_| with(node, before, name, after)).into_iter()
    };
    match node.kind {
        Kind::Figure if node.text("other_figures").is_some() => {
            let (id, reporter) = (fact(node, "id"), fact(node, "reporter"));
            let id = if id.contains(';') { format!("'{id}'") } else { id };
            vec![format!("all of them: recount why {id} --reporter {reporter}")]
        }
        Kind::Arithmetic => {
            let steps = node.list("steps");
            let filled_in = (steps.len() != 1).then(|| fact(node, "filled_in"));
            filled_in.into_iter().chain(steps.iter().cloned()).collect()
        }
        Kind::Record => quoted("doubt", "doubted: ", "")
            .chain(quoted("note", "note: ", ""))
            .chain(node.text("relayed_by").map(|_| "a relay is no corroboration".to_owned()))
            .collect(),
        Kind::Source => quoted("url", "", "").chain(quoted("archived", "archived: ", "")).collect(),
        Kind::Dispute => quoted("note", "", "").collect(),
        Kind::Policy | Kind::Correction | Kind::Retraction | Kind::Withdrawal => {
            quoted("reason", "reason: ", "").collect()
        }
        _ => Vec::new(),
    }
}

fn headline(node: &Node) -> String {
    let value = match (node.text("value"), node.text("note")) {
        (Some(value), _) => format!("{value} {}", fact(node, "unit")),
        (None, note) => format!("no value ({})", note.unwrap_or_default()),
    };
    let by = node.text("reporter").map(|_| format!(", as {} says{}", fact(node, "reporter"), dates(node)));
    let by = by.unwrap_or_else(|| match node.text("rule").as_deref() {
        Some("range") => ", all figures enclosed".to_owned(),
        Some("derived") => ", derived".to_owned(),
        _ => String::new(),
    });
    let bodies = node.text("bodies").filter(|count| !matches!(count.as_str(), "0" | "1"));
    let bodies = bodies.map(|count| format!(", {count} bodies")).unwrap_or_default();
    let disputed = if node.is("disputed") { ", disputed" } else { "" };
    let elsewhere = if node.text("explained").is_some() { " (explained elsewhere in this tree)" } else { "" };
    let this = node.text("this_figure").map(|this| format!("; this figure: {this}")).unwrap_or_default();
    let kind = if this.is_empty() { "" } else { "headline " };
    format!("{kind}{}: {value}{by}{bodies}{disputed}{elsewhere}{this}", fact(node, "id"))
}

fn policy(node: &Node) -> String {
    if node.is("default") {
        return format!("policy: {}, the default (none is set)", fact(node, "rule"));
    }
    let prefer = node.list("prefer").join(", ");
    let prefer = if prefer.is_empty() { prefer } else { format!(" {prefer}") };
    let fell_back = if node.is("fell_back") { "; none of them has one here, so the latest" } else { "" };
    let window = with(node, ", window ", "window", "");
    format!("policy: {}{prefer}{window}{fell_back} ({})", fact(node, "rule"), recorded(node))
}

fn figure(node: &Node) -> String {
    let by = fact(node, "standing_by");
    let standing = match fact(node, "standing").as_str() {
        "superseded" => format!("followed by seq {by}"),
        "revised" => format!("revised by seq {by}"),
        "parallel" => format!("stands beside seq {by}"),
        "withdrawn" => format!("withdrawn by seq {by}"),
        "left_out" => "left out by the as-of clock".to_owned(),
        other => other.to_owned(),
    };
    let flags = [("doubted", ", doubted"), ("only_relayed", ", only relayed")];
    let flags: String = flags.iter().filter(|(flag, _)| node.is(flag)).map(|(_, words)| *words).collect();
    let others = with(node, "; ", "other_figures", " others in its series");
    format!("figure {}: {standing}{flags}{others}", said(node))
}

fn record(node: &Node) -> String {
    let kind = if node.text("relayed_by").is_some() {
        with(node, "relay by ", "relayed_by", "")
    } else {
        "record".to_owned()
    };
    let whose =
        node.text("reporter").map(|_| format!(" of {} by {}", fact(node, "id"), fact(node, "reporter")));
    let value = with(node, ", ", "value", "");
    let wording = with(node, ", \"", "wording", "\"");
    let locator = with(node, ", at ", "locator", "");
    let unsourced = if node.is("unsourced") { ", without a source" } else { "" };
    let left_out = with(node, ", left out ", "left_out", "");
    let whose = whose.unwrap_or_default();
    format!("{kind}{whose}{value}{wording}{locator}{unsourced}{left_out}, {}", recorded(node))
}

fn source(node: &Node) -> String {
    let title = with(node, ": ", "title", "");
    let publisher = with(node, ", ", "publisher", "");
    let date = node.text("published").map_or(", undated".to_owned(), |date| format!(", {date}"));
    format!("source {}{title}{publisher}{date}", fact(node, "id"))
}

fn change(node: &Node) -> String {
    let side = |name: &str| node.text(name).unwrap_or_else(|| "nothing".to_owned());
    format!("{}: {} → {}", fact(node, "member"), side("before"), side("after"))
}

fn dispute(node: &Node) -> String {
    let value = with(node, ", who says ", "value", "");
    format!("disputed by {}{value}{}, {}", fact(node, "by_reporter"), published(node), recorded(node))
}

/// Who said what, about when.
fn said(node: &Node) -> String {
    let name = with(node, " (", "reporter_name", ")");
    let (value, unit, reporter) = (fact(node, "value"), fact(node, "unit"), fact(node, "reporter"));
    format!("{value} {unit} by {reporter}{name}{}{} (seq {})", dates(node), start(node), fact(node, "seq"))
}

fn dates(node: &Node) -> String {
    let as_of = node.text("as_of").map_or(", undated".to_owned(), |day| format!(", as of {day}"));
    format!("{as_of}{}", published(node))
}

fn published(node: &Node) -> String {
    with(node, ", published ", "published", "")
}

fn start(node: &Node) -> String {
    with(node, ", counted since ", "since", "")
}

fn recorded(node: &Node) -> String {
    format!("seq {}, recorded {} by {}", fact(node, "seq"), fact(node, "recorded"), fact(node, "by"))
}

fn fact(node: &Node, name: &str) -> String {
    node.text(name).unwrap_or_default()
}

/// A fact between words; nothing where it is not known.
fn with(node: &Node, before: &str, name: &str, after: &str) -> String {
    node.text(name).map(|text| format!("{before}{text}{after}")).unwrap_or_default()
}
