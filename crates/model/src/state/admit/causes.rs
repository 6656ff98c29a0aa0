//! Admission of the causes of change: withdrawal, dispute, correction, retraction, revision.

use super::Admission;
use crate::event::{Claim, Fact, Indicator, Kind, Seq};
use crate::problem::{Code, Problem};
use crate::state::key::IndicatorKey;
use crate::state::rows::span;
use crate::state::{Definition, Named};

impl Admission<'_> {
    pub(super) fn cause(&mut self, fact: &Fact<'_>) {
        match fact {
            Fact::FigureWithdrawn { target, source, .. } => {
                self.figure(*target, "target");
                self.source(*source);
            }
            Fact::FigureDisputed { target, by_reporter, source, .. } => {
                let figure = self.figure(*target, "target");
                self.reporter(Some(by_reporter), "by_reporter");
                self.source(*source);
                if let Some(record) = figure {
                    self.other_reporter(&record, by_reporter);
                }
            }
            Fact::RecordCorrected { target, fact } => self.correction(*target, fact),
            Fact::RecordRetracted { target } => self.retraction(*target),
            _ => {}
        }
    }

    /// What the live figure record of event `seq` names.
    pub(super) fn figure(&mut self, seq: Seq, member: &str) -> Option<Named> {
        let kind = self.existing(seq, member)?;
        if kind != Kind::FigureReported {
            self.wrong_event(seq, member, kind, "a figure.reported event");
            return None;
        }
        let record = self.state.claim_in_force(seq);
        // What was erased later was in force when it was named: the writer admitted it then.
        if record.is_none() && !self.state.is_withheld(seq) {
            self.not_live(seq, member);
        }
        record
    }

    fn other_reporter(&mut self, record: &Named, by_reporter: &str) {
        let own = self.state.reporters.name(self.state.series.get(record.series).reporter);
        if own == by_reporter {
            let expected = "another reporter; the figure's own reporter takes it back with figure.withdrawn";
            self.problems.push(Problem::new(Code::WRONG_REPORTER, "by_reporter", by_reporter, expected));
        }
    }

    pub(super) fn revision(&mut self, target: Seq, claim: &Claim<'_>) {
        let Some(record) = self.figure(target, "revises") else {
            return;
        };
        let revised = self.state.series.get(record.series);
        // Problems with names are reported on their own; without them there is no series to compare.
        if self.state.find_series(claim).is_ok_and(|series| series != Some(*revised)) {
            let expected = "a figure of the same series: indicator, place, breakdown, reporter and start";
            self.problems.push(Problem::new(Code::OTHER_SERIES, "revises", target.to_string(), expected));
        }
    }

    fn correction(&mut self, target: Seq, replacement: &Fact<'_>) {
        let Some(kind) = self.existing(target, "target") else {
            return;
        };
        if kind == Kind::RecordCorrected {
            let original = self.state.target(target).unwrap_or_default();
            let problem = Problem::new(
                Code::WRONG_EVENT,
                "target",
                target.to_string(),
                "the original event, not an earlier correction of it",
            );
            return self.problems.push(problem.hint(Some(format!("the original is seq {original}"))));
        }
        if !kind.is_correctable() {
            return self.wrong_event(target, "target", kind, "an event that can be corrected");
        }
        if self.state.retraction_of(target).is_some() {
            return self.not_live(target, "target");
        }
        if kind != replacement.kind() {
            let expected = format!("a {} event", replacement.kind().as_str());
            return self.wrong_event(target, "target", kind, &expected);
        }
        if let Fact::IndicatorDefined(indicator) = replacement {
            self.unchanged_count(indicator);
        }
        self.replaces = Some(target);
        self.fact(replacement);
    }

    /// Figures keep the meaning they were recorded with: measure and start of a used indicator stay.
    fn unchanged_count(&mut self, indicator: &Indicator<'_>) {
        let Some(key) = self.state.indicators.find(indicator.id) else {
            return;
        };
        let Definition::Counted { measure, since, .. } = &self.state.indicators.row(key).definition else {
            return;
        };
        let same = *measure == indicator.measure && *since == indicator.since.as_ref().and_then(span);
        if !same && self.has_figures(key) {
            let expected = "measure and since as they are: figures were recorded under them";
            let problem = Problem::new(Code::FIXED_MEMBER, "measure", indicator.measure.as_str(), expected);
            let hint = "another definition is another indicator: declare one".to_owned();
            self.problems.push(problem.hint(Some(hint)));
        }
    }

    fn has_figures(&self, indicator: IndicatorKey) -> bool {
        self.state.series.iter().any(|(_, series)| series.indicator == indicator)
    }

    fn retraction(&mut self, target: Seq) {
        let Some(kind) = self.existing(target, "target") else {
            return;
        };
        if kind != Kind::RecordCorrected && !kind.is_correctable() {
            return self.wrong_event(target, "target", kind, "an event that can be retracted");
        }
        if self.state.retraction_of(target).is_some() {
            return self.not_live(target, "target");
        }
        if let Some(named_by) = self.named_by(kind, target) {
            let expected = format!("a declaration that nothing names; seq {named_by} names this one");
            let problem = Problem::new(Code::STILL_NAMED, "target", target.to_string(), expected);
            let hint = "retract or correct what names it first".to_owned();
            self.problems.push(problem.hint(Some(hint)));
        }
    }

    /// An event that was not retracted.
    pub(super) fn in_force(&mut self, seq: Seq, member: &str) {
        if self.existing(seq, member).is_some() && self.state.retraction_of(seq).is_some() {
            self.not_live(seq, member);
        }
    }

    fn existing(&mut self, seq: Seq, member: &str) -> Option<Kind> {
        let kind = self.state.kind(seq);
        if kind.is_none() {
            let expected = format!("an earlier event: 1 to {}", self.state.size());
            self.problems.push(Problem::new(Code::NO_SUCH_EVENT, member, seq.to_string(), expected));
        }
        if let Some(by) = self.state.redaction_of(seq) {
            let expected = format!("an event in force; the content of this one was erased at seq {by}");
            self.problems.push(Problem::new(Code::NOT_LIVE, member, seq.to_string(), expected));
            return None;
        }
        kind
    }

    fn wrong_event(&mut self, seq: Seq, member: &str, found: Kind, expected: &str) {
        let expected = format!("{expected}; seq {seq} is {}", found.as_str());
        self.problems.push(Problem::new(Code::WRONG_EVENT, member, seq.to_string(), expected));
    }

    fn not_live(&mut self, seq: Seq, member: &str) {
        let by = self.state.retraction_of(seq).map(|by| format!(" at seq {by}")).unwrap_or_default();
        let expected = format!("an event in force; this one was retracted{by}");
        self.problems.push(Problem::new(Code::NOT_LIVE, member, seq.to_string(), expected));
    }
}
