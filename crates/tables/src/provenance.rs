//! What every export says about itself.

use recount_model::clock::{Clocks, LeftOut};
use serde::Serialize;

use crate::{CaseDetail, Context};

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
    /// Where the checkpoint with that root ends in the file, in bytes: for [`Provenance::entries`] only, from which an export
    /// is continued.
    pub end_offset: Option<u64>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<Left>,
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
        serde_json::to_string(&self.header_of(context)).expect(IS_JSON)
    }

    /// The same as names and texts, one level deep: `clocks.as_of`, `left_out.undated`; and where the ledger ends. In byte order
    /// of names.
    pub fn entries(&self, context: &Context<'_>) -> Vec<(String, String)> {
        self.flat(&self.header_of(context))
    }

    /// The entries of an export of all tables on these clocks, but for what they leave out: known before the ledger is replayed.
    pub fn entries_foreseen(&self, clocks: &Clocks, case_detail: CaseDetail) -> Vec<(String, String)> {
        self.flat(&self.header(clocks, case_detail))
    }

    fn header_of<'a>(&'a self, context: &Context<'a>) -> Header<'a> {
        let names = context.state().indicators();
        let answers = context.answers;
        Header {
            left_out: Some(answers.left_out().into()),
            indicators: context.indicators.map(|keys| keys.iter().map(|key| names.name(*key)).collect()),
            ..self.header(answers.clocks(), context.case_detail)
        }
    }

    fn header(&self, clocks: &Clocks, case_detail: CaseDetail) -> Header<'_> {
        Header {
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
            left_out: None,
            case_detail: case_detail.as_str(),
            indicators: None,
        }
    }

    fn flat(&self, header: &Header<'_>) -> Vec<(String, String)> {
        let mut entries = Vec::new();
        flatten("", &serde_json::to_value(header).expect(IS_JSON), &mut entries);
        entries.extend(self.end_offset.map(|offset| ("end_offset".to_owned(), offset.to_string())));
        entries.sort();
        entries
    }
}

const IS_JSON: &str = "a struct of texts and numbers is JSON";

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
