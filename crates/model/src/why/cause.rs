//! Records, sources and causes of change, each with its texts and times.

use super::Why;
use super::tree::{Kind, Node};
use crate::date::Published;
use crate::event::Seq;
use crate::state::key::SourceKey;
use crate::state::record::Record;
use crate::texts::{Members, TextError};
use crate::value::Value;

impl Why<'_> {
    /// One record with its source, corrections and retraction. Its value is shown where it is not the figure's own.
    pub(super) fn record(&self, record: &Record, figure: Option<&Value>) -> Result<Node, TextError> {
        let state = self.state();
        let members = self.texts.members(record.version)?;
        let said = state.records().value(record);
        let value = figure.is_none_or(|figure| !figure.same_as(&said)).then(|| said.to_string());
        let relayed_by = record.relayed_by.map(|key| state.reporters().name(key));
        let member = |name: &str| members.get(name).map(str::to_owned);
        let published = state.published(record.published, record.source).map(Published::to_string);
        let mut node = Node::new(Kind::Record)
            .fact("value", value)
            .fact("wording", member("wording"))
            .fact("as_of", record.as_of.map(|date| state.date(date).to_string()))
            .fact("published", published)
            .fact("locator", member("locator"))
            .fact("relayed_by", relayed_by)
            .fact("revises", record.revises)
            .flag("unsourced", record.source.is_none())
            .fact("doubt", member("doubt"))
            .fact("note", member("note"));
        if figure.is_none() {
            node = self.series_facts(node, state.series(record.series));
        }
        if let Some(source) = record.source {
            node.children.push(self.source(source)?);
        }
        self.amended(node, record.original)
    }

    /// A source with its corrections.
    pub(super) fn source(&self, key: SourceKey) -> Result<Node, TextError> {
        let entry = self.state().sources().entry(key);
        let members = self.texts.members(entry.version)?;
        let member = |name: &str| members.get(name).map(str::to_owned);
        let node = Node::new(Kind::Source)
            .fact("id", Some(self.state().sources().name(key)))
            .fact("title", member("title"))
            .fact("publisher", member("publisher"))
            .fact("published", self.state().published(None, Some(key)).map(Published::to_string))
            .fact("language", member("language"))
            .fact("url", member("url"))
            .fact("archived", member("archived"));
        self.amended(node, entry.seq)
    }

    /// The reporter took the figure back.
    pub(super) fn withdrawal(&self, seq: Seq) -> Result<Option<Node>, TextError> {
        let Some(entry) = self.state().withdrawals().find(seq) else { return Ok(None) };
        let published = self.state().published(entry.row.published, entry.row.source);
        let node = Node::new(Kind::Withdrawal)
            .fact("published", published.map(Published::to_string))
            .fact("reason", self.texts.members(entry.version)?.get("reason").map(str::to_owned));
        self.with_source(node, entry.row.source, seq).map(Some)
    }

    /// Another reporter contests the figure.
    pub(super) fn dispute(&self, seq: Seq) -> Result<Option<Node>, TextError> {
        let Some(entry) = self.state().disputes().find(seq) else { return Ok(None) };
        let published = self.state().published(entry.row.published, entry.row.source);
        let node = Node::new(Kind::Dispute)
            .fact("by_reporter", Some(self.state().reporters().name(entry.row.by_reporter)))
            .fact("value", entry.row.value.map(|value| value.to_string()))
            .fact("published", published.map(Published::to_string))
            .fact("note", self.texts.members(entry.version)?.get("note").map(str::to_owned));
        self.with_source(node, entry.row.source, seq).map(Some)
    }

    fn with_source(&self, mut node: Node, source: Option<SourceKey>, seq: Seq) -> Result<Node, TextError> {
        if let Some(source) = source {
            node.children.push(self.source(source)?);
        }
        self.amended(node, seq)
    }

    /// Adds when and by whom event `seq` was recorded, and how it was corrected or retracted since.
    pub(super) fn amended(&self, node: Node, seq: Seq) -> Result<Node, TextError> {
        let mut node = self.recorded(node, seq)?;
        let corrections: Vec<Seq> = self.state().corrections_of(seq).collect();
        for (at, &by) in corrections.iter().enumerate() {
            // What was in force when it was made: the newest version that had not been undone by then.
            let was_undone = |version: Seq| self.state().retraction_of(version).is_some_and(|undo| undo < by);
            let before = corrections[..at].iter().rev().copied().find(|version| !was_undone(*version));
            let before = self.texts.members(before.unwrap_or(seq))?;
            let mut correction =
                self.recorded(Node::new(Kind::Correction), by)?.fact("reason", self.texts.reason(by)?);
            correction.children = changes(&before, &self.texts.members(by)?);
            correction.children.extend(self.retraction(by)?);
            node.children.push(correction);
        }
        node.children.extend(self.retraction(seq)?);
        Ok(node)
    }

    fn retraction(&self, target: Seq) -> Result<Option<Node>, TextError> {
        let Some(by) = self.state().retraction_of(target) else { return Ok(None) };
        let node = self.recorded(Node::new(Kind::Retraction), by)?;
        Ok(Some(node.fact("reason", self.texts.reason(by)?)))
    }

    fn recorded(&self, node: Node, seq: Seq) -> Result<Node, TextError> {
        Ok(node
            .fact("seq", Some(seq))
            .fact("recorded", self.state().recorded_at(seq).map(|at| at.to_string()))
            .fact("by", Some(self.texts.recorder(seq)?)))
    }
}

/// The members that differ, each with what it was and what it became.
fn changes(before: &Members, after: &Members) -> Vec<Node> {
    let names: std::collections::BTreeSet<&String> = before.0.keys().chain(after.0.keys()).collect();
    let differing = names.into_iter().filter(|name| before.get(name) != after.get(name));
    let change = |name: &String| {
        Node::new(Kind::Change)
            .fact("member", Some(name.as_str()))
            .fact("before", before.get(name).map(str::to_owned))
            .fact("after", after.get(name).map(str::to_owned))
    };
    differing.map(change).collect()
}
