//! One series for an explanation: its figures with what they replaced, their records and causes of change.
//!
//! A figure that was revised, or that stands beside a preferred one, is shown under the figure that took its place in
//! the end, all of them in one list: a long chain of revisions is a long list, never a deep tree.

use std::cmp::Reverse;

use super::Why;
use super::tree::{Fact, Kind, Node};
use crate::event::Seq;
use crate::resolve::{Cause, Resolved, Standing};
use crate::state::key::SeriesKey;
use crate::texts::TextError;

/// The figures of one series.
pub(super) struct History<'w> {
    why: &'w Why<'w>,
    series: SeriesKey,
    resolved: Resolved,
    /// The records of each figure, in order of events.
    versions: Vec<Vec<Seq>>,
    /// The figures shown under each figure, newest first; empty for those shown under another.
    below: Vec<Vec<usize>>,
    /// The figures shown under no other, the newest first.
    heads: Vec<usize>,
}

impl<'w> History<'w> {
    pub(super) fn new(why: &'w Why<'w>, series: SeriesKey) -> Self {
        let resolved = why.answers.resolver().resolve(series);
        let mut versions = vec![Vec::new(); resolved.figures.len()];
        for placed in &resolved.records {
            versions[placed.figure as usize].push(placed.version);
        }
        let records = why.state().records();
        for of_figure in &mut versions {
            of_figure.sort_unstable_by_key(|version| records.record(*version).original);
        }
        let head_of = heads(&resolved);
        let mut order: Vec<usize> = (0..resolved.figures.len()).collect();
        order.sort_unstable_by_key(|&at| Reverse((resolved.current == Some(at), resolved.figures[at].key())));
        let mut below = vec![Vec::new(); order.len()];
        for &at in order.iter().filter(|&&at| head_of[at] != at) {
            below[head_of[at]].push(at);
        }
        let heads = order.into_iter().filter(|&at| head_of[at] == at).collect();
        History { why, series, resolved, versions, below, heads }
    }

    /// Whether no record of the series is visible.
    pub(super) fn is_empty(&self) -> bool {
        self.resolved.figures.is_empty()
    }

    /// The figure that has the record of event `original`.
    pub(super) fn figure_with(&self, original: Seq) -> Option<usize> {
        let records = self.why.state().records();
        let placed = self.resolved.records.iter();
        placed
            .clone()
            .find(|placed| records.record(placed.version).original == original)
            .map(|placed| placed.figure as usize)
    }

    /// Whether this is the current figure.
    pub(super) fn is_current(&self, at: usize) -> bool {
        self.resolved.current == Some(at)
    }

    /// Every figure, the current one first.
    pub(super) fn figures(&self) -> Result<Vec<Node>, TextError> {
        self.heads.iter().map(|&at| self.figure(at)).collect()
    }

    /// The current figure, and what was taken back in this series: it would stand there otherwise.
    pub(super) fn chosen(&self) -> Result<Vec<Node>, TextError> {
        let is_withdrawn =
            |at: &&usize| matches!(self.resolved.figures[**at].standing, Standing::Withdrawn { .. });
        let taken_back = self.heads.iter().filter(is_withdrawn);
        let shown = self.resolved.current.iter().chain(taken_back);
        let mut nodes = shown.map(|&at| self.named(at)).collect::<Result<Vec<_>, _>>()?;
        let others = self.heads.len() - nodes.len();
        if let Some(current) = nodes.first_mut().filter(|_| others > 0) {
            current.facts.push(("other_figures", Fact::Number(others as u32)));
        }
        nodes.extend(self.retracted()?);
        Ok(nodes)
    }

    /// As [`History::figure`], with the name of the reporter beside its id.
    pub(super) fn named(&self, at: usize) -> Result<Node, TextError> {
        let name = self.why.reporter_name(self.why.state().series(self.series))?;
        Ok(self.figure(at)?.fact("reporter_name", name))
    }

    /// One figure with its records, its causes of change and what it replaced.
    pub(super) fn figure(&self, at: usize) -> Result<Node, TextError> {
        let mut node = self.alone(at)?;
        for &other in &self.below[at] {
            node.children.push(self.alone(other)?);
        }
        Ok(node)
    }

    /// The records of the series that were retracted.
    pub(super) fn retracted(&self) -> Result<Vec<Node>, TextError> {
        let state = self.why.state();
        let resolver = self.why.answers.resolver();
        let records = resolver.versions(self.series).iter().map(|version| state.records().record(*version));
        let of_events = records.filter(|record| {
            record.version == record.original
                && state.retraction_of(record.original).is_some()
                && resolver.is_public(state.published(record.published, record.source))
        });
        of_events.map(|record| self.why.record(&record, None)).collect()
    }

    fn alone(&self, at: usize) -> Result<Node, TextError> {
        let figure = &self.resolved.figures[at];
        let state = self.why.state();
        let (standing, by) = self.standing(at);
        let mut node = self
            .why
            .figure_facts(Node::new(Kind::Figure), self.series, figure)
            .flag("only_relayed", figure.weak && !figure.doubted)
            .fact("standing", Some(standing))
            .fact("standing_by", by);
        for &version in &self.versions[at] {
            let record = state.records().record(version);
            node.children.push(self.why.record(&record, Some(&figure.value))?);
        }
        if let Standing::Withdrawn { by } = figure.standing {
            node.children.extend(self.why.withdrawal(by)?);
        }
        for by in self.why.answers.resolver().disputes(self.versions[at].iter().copied()) {
            node.children.extend(self.why.dispute(by)?);
        }
        Ok(node)
    }

    /// What became of a figure, and the event it is due to.
    fn standing(&self, at: usize) -> (&'static str, Option<Seq>) {
        let seq = |at: usize| Some(self.resolved.figures[at].seq);
        match self.resolved.figures[at].standing {
            Standing::Current => ("current", None),
            Standing::Superseded { by, cause: Cause::Newer } => ("superseded", seq(by)),
            Standing::Superseded { by, cause: Cause::Revised } => ("revised", seq(by)),
            Standing::Parallel { beside } => ("parallel", seq(beside)),
            Standing::Withdrawn { by } => ("withdrawn", Some(by)),
            Standing::LeftOut => ("left_out", None),
        }
    }
}

/// For each figure the one it is shown under: what revised it or stands before it, and so on to the end; itself where
/// nothing does.
fn heads(resolved: &Resolved) -> Vec<usize> {
    let before = |at: usize| match resolved.figures[at].standing {
        Standing::Superseded { by, cause: Cause::Revised } => Some(by),
        Standing::Parallel { beside } => Some(beside),
        _ => None,
    };
    let mut head_of: Vec<Option<usize>> = vec![None; resolved.figures.len()];
    let mut walked_from = vec![usize::MAX; resolved.figures.len()];
    for start in 0..head_of.len() {
        let (mut path, mut at) = (Vec::new(), start);
        let head = loop {
            if let Some(known) = head_of[at] {
                break known;
            }
            // Figures that revise each other in a ring have no last one; one of them stands for all.
            if walked_from[at] == start {
                break at;
            }
            walked_from[at] = start;
            path.push(at);
            match before(at) {
                Some(next) => at = next,
                None => break at,
            }
        };
        for at in path {
            head_of[at] = Some(head);
        }
    }
    head_of.into_iter().map(|head| head.expect("the walk from every figure ends at a head")).collect()
}
