//! One line that says what an event says.

use recount_model::event::{Kind, Seq};
use recount_model::state::State;
use recount_model::texts::Members;

/// What event `seq` says, from its own members, for people.
pub(crate) fn summary(state: &State, seq: Seq, members: &Members) -> String {
    let get = |name: &str| members.get(name).unwrap_or_default();
    let Some(kind) = state.kind(seq) else { return String::new() };
    if state.is_withheld(seq) {
        let by = state.redaction_of(seq).map(|by| format!(" at seq {by}")).unwrap_or_default();
        return format!("withheld: its content was erased{by}");
    }
    match kind {
        Kind::FigureReported => figure(members),
        Kind::RecordCorrected | Kind::RecordRetracted | Kind::FigureWithdrawn | Kind::EventRedacted => {
            format!("seq {}: {}", get("target"), get("reason"))
        }
        Kind::FigureDisputed => {
            let value = members.get("value").map(|value| format!(", says {value}")).unwrap_or_default();
            format!("seq {} by {}{value}", get("target"), get("by_reporter"))
        }
        Kind::VoteReported => format!("{} in {}", get("vote"), get("source")),
        Kind::VotePosition => format!("{}: {} {}", get("vote"), get("country"), get("position")),
        Kind::StatementRecorded => format!("{}: {}", get("speaker"), get("gist")),
        Kind::NormCited => format!("{} {}", get("instrument"), get("article")).trim_end().to_owned(),
        Kind::CaseUpdated => get("case").to_owned(),
        Kind::PolicySet => format!("{}: {}", get("indicator"), get("rule")),
        Kind::FindingAcknowledged => format!("{} {}", get("check"), get("figures")),
        Kind::LedgerCreated => get("title").to_owned(),
        _ => declaration(members),
    }
}

fn figure(members: &Members) -> String {
    let get = |name: &str| members.get(name).unwrap_or_default();
    let part = |name: &str, before: &str| {
        members.get(name).map(|text| format!("{before}{text}")).unwrap_or_default()
    };
    format!(
        "{} {} by {}{}{}{}",
        get("indicator"),
        get("value"),
        get("reporter"),
        part("as_of", ", as of "),
        part("place", ", in "),
        part("relayed_by", ", relayed by ")
    )
}

fn declaration(members: &Members) -> String {
    let name =
        ["title", "name", "label", "url", "expression", "rule"].iter().find_map(|name| members.get(name));
    let id = members.get("id").unwrap_or_default();
    match name {
        Some(name) => format!("{id}: {name}"),
        None => id.to_owned(),
    }
}
