//! Where figures come from: without a source, without a date, known only through others.

use crate::event::CheckKind;

use super::point::{Heard, Point};
use super::{Finding, Review, Severity};

impl Review<'_> {
    /// Figures without a source, without a date, or known only through relays.
    pub(super) fn provenance(&self, points: &[Point]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for point in points {
            findings.extend(self.unsourced(point));
            findings.extend(self.undated(point));
            findings.extend(self.echo(point));
        }
        findings
    }

    /// Norms without a source.
    pub(super) fn unsourced_norms(&self) -> Vec<Finding> {
        let state = self.state();
        // Of what was erased nobody knows whether it had one.
        let bare = state
            .norms()
            .live()
            .filter(|entry| entry.row.source.is_none() && !state.is_withheld(entry.version));
        let finding = |seq| {
            let message = "a norm is cited without any source".to_owned();
            Finding::new(CheckKind::Unsourced, Severity::Warning, [seq], message)
        };
        bare.map(|entry| finding(entry.seq)).collect()
    }

    fn unsourced(&self, point: &Point) -> Option<Finding> {
        let message = || format!("{} has no source: {}", self.named(self.subject(point)), self.told(point));
        let found = !point.sourced;
        found.then(|| Finding::new(CheckKind::Unsourced, Severity::Warning, [point.seq], message()))
    }

    /// A figure that nobody can place in time is only a note where another one is current.
    fn undated(&self, point: &Point) -> Option<Finding> {
        if point.key.effective.is_some() {
            return None;
        }
        let (severity, standing) = match (point.doubted, point.current) {
            (true, _) => (Severity::Note, "a doubted figure"),
            (false, true) => (Severity::Warning, "the current figure of its reporter"),
            (false, false) => (Severity::Note, "a figure that is not current"),
        };
        let subject = self.named(self.subject(point));
        let message = format!("{standing} on {subject} has no date of any kind: {}", self.told(point));
        Some(Finding::new(CheckKind::Undated, severity, [point.seq], message))
    }

    fn echo(&self, point: &Point) -> Option<Finding> {
        let through = match point.heard {
            Heard::Directly => return None,
            Heard::Through(relay) => self.state().reporters().name(relay),
            Heard::ThroughSeveral => "several relays",
        };
        let subject = self.named(self.subject(point));
        let message = format!("{subject} is known only through {through}: {}", self.told(point));
        Some(Finding::new(CheckKind::Echo, Severity::Note, [point.seq], message))
    }
}
