//! Events as `recount append events` reads them, and the batches they are appended in.

use serde::Serialize;
use serde_json::{Map, Value};

/// One input line of `recount append events`: `{"type":…,"label":…,"data":{…}}`.
#[derive(Debug, Serialize)]
pub(crate) struct Event {
    /// Type of the event, such as `figure.reported`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Name by which a later line of the same batch refers to this event; not stored in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// The members of the event.
    pub(crate) data: Map<String, Value>,
}

impl Event {
    /// An event of this type without members.
    pub(crate) fn new(kind: &'static str) -> Event {
        Event { kind, label: None, data: Map::new() }
    }

    /// The event with a label.
    pub(crate) fn labelled(mut self, label: String) -> Event {
        self.label = Some(label);
        self
    }

    /// The event with one member more.
    pub(crate) fn with(mut self, member: &str, value: impl Into<Value>) -> Event {
        self.data.insert(member.to_owned(), value.into());
        self
    }

    /// The event with one member more where there is a value: a member is absent, never empty.
    pub(crate) fn maybe(self, member: &str, value: &Option<String>) -> Event {
        match value {
            Some(value) => self.with(member, value.as_str()),
            None => self,
        }
    }
}

/// Events that are appended together, on one theme and at one instant.
pub(crate) struct Batch {
    /// What the batch is about, for messages.
    pub(crate) theme: &'static str,
    /// The events, in order.
    pub(crate) events: Vec<Event>,
}

impl Batch {
    /// The batch as JSON Lines.
    ///
    /// # Errors
    /// Never in practice: maps with text keys always have a JSON form.
    pub(crate) fn json_lines(&self) -> serde_json::Result<String> {
        let mut lines = String::new();
        for event in &self.events {
            lines.push_str(&serde_json::to_string(event)?);
            lines.push('\n');
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn absent_members_are_left_out() {
        let event = Event::new("source.added")
            .labelled("x".to_owned())
            .with("id", "a")
            .maybe("title", &None)
            .maybe("url", &Some("u".to_owned()));
        let batch = Batch { theme: "sources", events: vec![event] };
        assert_eq!(
            batch.json_lines().unwrap(),
            "{\"type\":\"source.added\",\"label\":\"x\",\"data\":{\"id\":\"a\",\"url\":\"u\"}}\n"
        );
    }
}
