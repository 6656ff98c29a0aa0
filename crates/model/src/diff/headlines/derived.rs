//! Why the value of a derived indicator is another one.

use std::collections::HashMap;

use super::{Headlines, has_value, merged, same_selection};
use crate::answer::Answers;
use crate::diff::between::{Explained, newest};
use crate::headline::{Headline, Subject, derive};
use crate::state::{Definition, IndicatorRow};

impl<'s> Headlines<'_, '_, 's> {
    /// The expression, where the one of before gives another value from the headlines of after; or the unit.
    pub(super) fn expression(&self, subject: Subject, new: Option<&Headline>) -> Option<Explained> {
        let between = self.between;
        let indicators = between.names().indicators();
        let id = indicators.name(subject.indicator);
        let seq = indicators.entry(subject.indicator).seq;
        let reason = if between.is_common(seq) { between.amended(seq)? } else { between.because(seq) };
        let by_definition = Some((reason.cause, vec![reason.seq]));
        let (before, after) = match (declared(between.from, id), declared(between.to, id)) {
            (Some(before), Some(after)) => (before, after),
            // Of inputs that had no value there would have been none before either.
            (None, Some(after)) => {
                let without = self.derived(between.from, &self.old, after, subject)?;
                return if has_value(&without) {
                    by_definition
                } else {
                    self.inputs(subject).or(by_definition)
                };
            }
            _ => return by_definition,
        };
        let otherwise = self.derived(between.to, &self.new, before, subject)?;
        let is_same = new.is_some_and(|new| same_selection(&otherwise.selection, &new.selection));
        if is_same && before.unit == after.unit { None } else { by_definition }
    }

    /// The value another expression gives.
    fn derived(
        &self,
        answers: &Answers<'s>,
        by_subject: &HashMap<Subject, usize>,
        row: &IndicatorRow,
        subject: Subject,
    ) -> Option<Headline> {
        let Definition::Derived(expression) = &row.definition else { return None };
        Some(derive(answers, expression, subject, answers.headlines(), by_subject))
    }

    /// The inputs of a derived value.
    pub(super) fn inputs(&self, subject: Subject) -> Option<Explained> {
        let state = self.between.names();
        let Definition::Derived(expression) = &state.indicators().row(subject.indicator).definition else {
            return None;
        };
        let inputs: Vec<Subject> = expression
            .indicators()
            .filter_map(|id| state.indicators().find(id))
            .map(|indicator| Subject { indicator, ..subject })
            .collect();
        let changed = inputs.iter().filter_map(|input| self.explained.get(input));
        merged(changed).or_else(|| newest(inputs.iter().flat_map(|input| self.definitions(*input)).collect()))
    }
}

/// What an indicator is in a state that declares it.
fn declared<'s>(answers: &Answers<'s>, id: &str) -> Option<&'s IndicatorRow> {
    let indicators = answers.state().indicators();
    indicators.find(id).map(|key| indicators.row(key))
}
