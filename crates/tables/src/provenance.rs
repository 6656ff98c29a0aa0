//! What every export says about itself.

use recount_model::clock::LeftOut;
use serde::Serialize;

use crate::Context;

/// Which ledger an export is of, and what wrote it. Given by the caller: tables know no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The version of the tool.
    pub tool_version: String,
    /// The version of the ledger's format.
    pub format: u64,
    /// The ledger's origin, its name for others.
    pub origin: String,
    /// The ledger's title.
    pub title: String,
    /// How many events the ledger has.
    pub size: u64,
    /// The Merkle root over them, base64 (RFC 6962); `None` leaves it out.
    pub root: Option<String>,
}

#[derive(Serialize)]
struct Header<'a> {
    format: u64,
    origin: &'a str,
    title: &'a str,
    tool_version: &'a str,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<&'a str>,
    clocks: AskedClocks,
    left_out: Left,
    case_detail: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    indicators: Option<Vec<&'a str>>,
}

/// Absent: as far as the ledger goes.
#[derive(Serialize)]
struct AskedClocks {
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_by: Option<String>,
}

/// How many figure records the clocks left out, how many events the recorded clock, and how many events were erased.
#[derive(Serialize)]
struct Left {
    later_as_of: u64,
    undated: u64,
    later_published: u64,
    unpublished: u64,
    later_recorded: u64,
    #[serde(skip_serializing_if = "is_zero")]
    withheld: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl From<LeftOut> for Left {
    fn from(left: LeftOut) -> Left {
        let LeftOut { later_as_of, undated, later_published, unpublished, later_recorded, withheld } = left;
        Left { later_as_of, undated, later_published, unpublished, later_recorded, withheld }
    }
}

impl Provenance {
    /// What an export of this context says about itself, as one JSON object: ledger, clocks, what they left out.
    pub fn to_json(&self, context: &Context<'_>) -> String {
        let clocks = context.answers.clocks();
        let names = context.state().indicators();
        let header = Header {
            format: self.format,
            origin: &self.origin,
            title: &self.title,
            tool_version: &self.tool_version,
            size: self.size,
            root: self.root.as_deref(),
            clocks: AskedClocks {
                as_of: clocks.as_of.map(|asked| asked.to_string()),
                published_by: clocks.published_by.map(|asked| asked.to_string()),
                recorded_by: clocks.recorded_by.map(|asked| asked.to_string()),
            },
            left_out: context.answers.left_out().into(),
            case_detail: context.case_detail.as_str(),
            indicators: context.indicators.map(|keys| keys.iter().map(|key| names.name(*key)).collect()),
        };
        serde_json::to_string(&header).expect("a struct of texts and numbers is JSON")
    }

    /// The same as names and texts, one level deep: `clocks.as_of`, `left_out.undated`. In byte order of names.
    pub fn entries(&self, context: &Context<'_>) -> Vec<(String, String)> {
        let header: serde_json::Value =
            serde_json::from_str(&self.to_json(context)).expect("what to_json wrote is JSON");
        let mut entries = Vec::new();
        flatten("", &header, &mut entries);
        entries.sort();
        entries
    }
}

fn flatten(name: &str, value: &serde_json::Value, entries: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::Object(members) => {
            for (member, value) in members {
                let dot = if name.is_empty() { "" } else { "." };
                flatten(&format!("{name}{dot}{member}"), value, entries);
            }
        }
        serde_json::Value::String(text) => entries.push((name.to_owned(), text.clone())),
        other => entries.push((name.to_owned(), other.to_string())),
    }
}
