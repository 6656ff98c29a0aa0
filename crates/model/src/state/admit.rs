//! What the writer admits: every rule an event must keep before it is appended, all problems at once.

mod causes;
mod naming;

use super::key::{IndicatorKey, Key};
use super::rows::declared;
use super::versioned::Dictionary;
use super::{Definition, State};
use crate::event::{
    Account, CheckKind, CheckRule, Claim, Fact, Kind, Measure, Policy, Position, Route, Rule, Seq, Withheld,
};
use crate::problem::{Code, MOST_PROBLEMS, Problem, nearest};

impl State {
    /// Every reason why `fact` cannot be the next event; none means [`State::apply`] will take it.
    pub fn admit(&self, fact: &Fact<'_>) -> Vec<Problem> {
        let mut admission = Admission { state: self, problems: Vec::new(), replaces: None };
        admission.fact(fact);
        admission.problems
    }
}

/// One fact being looked at.
struct Admission<'s> {
    state: &'s State,
    problems: Vec<Problem>,
    /// The event whose content this fact replaces, for corrections.
    replaces: Option<Seq>,
}

impl Admission<'_> {
    fn fact(&mut self, fact: &Fact<'_>) {
        match fact {
            Fact::FigureReported(claim) => self.claim(claim),
            Fact::FigureWithdrawn { .. }
            | Fact::FigureDisputed { .. }
            | Fact::RecordCorrected { .. }
            | Fact::RecordRetracted { .. } => self.cause(fact),
            Fact::VoteReported(account) => self.account(account),
            Fact::PolicySet(policy) => self.policy(policy),
            Fact::EventRedacted { target, stub } => {
                self.problems.extend(self.state.stub_to_explain(*target, stub).err());
            }
            Fact::Withheld(withheld) => self.withheld(withheld),
            Fact::CheckAdded { id, rule } => {
                self.new_id(&self.state.checks, "check", id);
                if CheckKind::parse(id).is_some() {
                    let expected = "an id that no built-in check has";
                    self.problems.push(Problem::new(Code::ALREADY_DECLARED, "id", *id, expected));
                }
                self.check_rule(rule);
            }
            Fact::FindingAcknowledged { check, figures } => self.acknowledgement(check, figures),
            _ => self.declaration_or_log(fact),
        }
    }

    /// What a stub keeps must fit what is there, as what it stands for did.
    fn withheld(&mut self, withheld: &Withheld<'_>) {
        let state = self.state;
        match (withheld.kind, &withheld.id, withheld.target) {
            (Kind::SourceAdded, Some(id), None) => self.new_id(&state.sources, "source", id),
            (Kind::ReporterAdded, Some(id), None) => self.new_id(&state.reporters, "reporter", id),
            (Kind::PlaceAdded, Some(id), None) => self.new_id(&state.places, "place", id),
            (Kind::CaseDocumented, Some(id), None) => self.new_id(&state.cases, "case", id),
            (_, None, Some(target)) if !state.is_withheld(target) => {
                let expected = "a stub, as its correction is one";
                self.problems.push(Problem::new(Code::WRONG_EVENT, "target", target.to_string(), expected));
            }
            _ => {}
        }
    }

    fn declaration_or_log(&mut self, fact: &Fact<'_>) {
        let state = self.state;
        match fact {
            Fact::SourceAdded(source) => self.new_id(&state.sources, "source", source.id),
            Fact::ReporterAdded(reporter) => {
                self.new_id(&state.reporters, "reporter", reporter.id);
                self.reporter(reporter.speaks_for, "speaks_for");
                self.no_cycle(&state.reporters, "speaks_for", reporter.id, reporter.speaks_for, |row| {
                    row.speaks_for
                });
            }
            Fact::PlaceAdded { id, parent } => {
                self.new_id(&state.places, "place", id);
                self.named(&state.places, "place", "parent", *parent);
                self.no_cycle(&state.places, "parent", id, *parent, |row| row.parent);
            }
            Fact::DimensionAdded { id, codes } => {
                self.new_id(&state.dimensions, "dimension", id);
                self.once("codes", codes.iter().map(AsRef::as_ref));
            }
            Fact::IndicatorDefined(indicator) => self.new_id(&state.indicators, "indicator", indicator.id),
            Fact::IndicatorDerived { id, expression, .. } => {
                self.new_id(&state.indicators, "indicator", id);
                for input in expression.indicators() {
                    self.named(&state.indicators, "indicator", "expression", Some(input));
                    if input == *id || state.is_computed_from(input, id) {
                        let expected =
                            "indicators declared before; an indicator cannot be computed from itself";
                        self.problems.push(Problem::new(Code::CYCLE, "expression", input, expected));
                    }
                }
            }
            Fact::VoteRecorded { id, source, .. } => {
                self.new_id(&state.votes, "vote", id);
                self.source(Some(source));
            }
            Fact::CaseDocumented { id, reporter, source, route } => {
                self.route(route);
                self.new_id(&state.cases, "case", id);
                self.reporter(*reporter, "reporter");
                self.source(Some(source));
            }
            _ => self.log(fact),
        }
    }

    fn log(&mut self, fact: &Fact<'_>) {
        let state = self.state;
        match fact {
            Fact::VotePosition { vote, source, .. } => {
                self.named(&state.votes, "vote", "vote", Some(vote));
                self.source(Some(source));
            }
            Fact::StatementRecorded { speaker, source, .. } => {
                self.reporter(Some(speaker), "speaker");
                self.source(Some(source));
            }
            Fact::NormCited { cited_by, source } => {
                self.reporter(*cited_by, "cited_by");
                self.source(*source);
            }
            Fact::CaseUpdated { case, reporter, source, route } => {
                self.route(route);
                self.named(&state.cases, "case", "case", Some(case));
                self.reporter(*reporter, "reporter");
                self.source(Some(source));
            }
            _ => {}
        }
    }

    fn route(&mut self, route: &Route<'_>) {
        self.named(&self.state.places, "place", "origin", route.origin);
        self.named(&self.state.places, "place", "destination", route.destination);
    }

    fn claim(&mut self, claim: &Claim<'_>) {
        let state = self.state;
        self.named(&state.indicators, "indicator", "indicator", Some(claim.indicator));
        self.named(&state.places, "place", "place", claim.place);
        self.reporter(Some(claim.reporter), "reporter");
        self.reporter(claim.relayed_by, "relayed_by");
        self.source(claim.source);
        self.breakdown(claim);
        if let Some(indicator) = state.indicators.find(claim.indicator) {
            self.as_of_fits(indicator, claim);
        }
        if let Some(target) = claim.revises {
            self.revision(target, claim);
        }
    }

    fn breakdown(&mut self, claim: &Claim<'_>) {
        self.once("breakdown", claim.breakdown.iter().map(|(dimension, _)| dimension.as_ref()));
        for (dimension, code) in &claim.breakdown {
            self.named(&self.state.dimensions, "dimension", "breakdown", Some(dimension));
            let Some(key) = self.state.dimensions.find(dimension) else {
                continue;
            };
            let codes = &self.state.dimensions.row(key).codes;
            if !codes.iter().any(|known| known == code) {
                let expected = format!("a code of {dimension}: {}", codes.join(", "));
                let member = format!("breakdown.{dimension}");
                self.problems.push(Problem::new(Code::UNDECLARED, member, *code, expected));
            }
        }
    }

    fn as_of_fits(&mut self, indicator: IndicatorKey, claim: &Claim<'_>) {
        let measure = match &self.state.indicators.row(indicator).definition {
            Definition::Counted { measure, .. } => *measure,
            Definition::Derived(_) => {
                let expected = "an indicator that is counted; this one is derived from others";
                let problem = Problem::new(Code::DERIVED_INDICATOR, "indicator", claim.indicator, expected);
                return self.problems.push(problem);
            }
        };
        let expected = match (measure, &claim.as_of) {
            (Measure::Period, Some(date)) if date.is_interval() && !date.is_open() => return,
            (Measure::Period, _) => "a closed interval such as 2024-01-01/2024-12-31, for measure period",
            (_, Some(date)) if date.is_interval() => {
                "one day, month or year, for measure cumulative or point"
            }
            _ => return,
        };
        let given = claim.as_of.map(|date| date.to_string()).unwrap_or_default();
        self.problems.push(Problem::new(Code::AS_OF_UNFIT, "as_of", given, expected));
    }

    fn account(&mut self, account: &Account<'_>) {
        self.named(&self.state.votes, "vote", "vote", Some(account.vote));
        self.source(Some(account.source));
        self.reporter(account.reporter, "reporter");
        self.reporter(account.relayed_by, "relayed_by");
        for position in Position::ALL {
            let listed = account.positions.iter().filter(|(said, _)| said == position);
            let countries: Vec<String> = listed.map(|(_, stated)| stated.country.to_string()).collect();
            let member = format!("positions.{}", position.as_str());
            self.once(&member, countries.iter().map(String::as_str));
        }
    }

    fn policy(&mut self, policy: &Policy<'_>) {
        self.counted_indicator("indicator", policy.indicator);
        let Rule::Prefer(reporters) = &policy.rule else {
            return;
        };
        self.once("rule.prefer", reporters.iter().map(AsRef::as_ref));
        for reporter in reporters {
            self.reporter(Some(reporter), "rule.prefer");
        }
    }

    fn check_rule(&mut self, rule: &CheckRule<'_>) {
        match rule {
            CheckRule::Total { indicator, parts } => {
                self.named(&self.state.indicators, "indicator", "rule.total.indicator", Some(indicator));
                self.once("rule.total.parts", parts.iter().map(AsRef::as_ref));
                for part in parts {
                    self.named(&self.state.indicators, "indicator", "rule.total.parts", Some(part));
                }
            }
            CheckRule::Sum { indicator, over, parts } => {
                self.counted_indicator("rule.sum.indicator", indicator);
                self.once("rule.sum.parts", parts.iter().map(AsRef::as_ref));
                self.sum_parts(over, parts.iter().map(AsRef::as_ref));
            }
            CheckRule::Fresh { reporter, .. } => self.reporter(Some(reporter), "rule.fresh.reporter"),
            CheckRule::Monotone { indicator } => self.counted_indicator("rule.monotone.indicator", indicator),
        }
    }

    fn sum_parts<'a>(&mut self, over: &str, parts: impl Iterator<Item = &'a str>) {
        if over == "place" {
            for part in parts {
                self.named(&self.state.places, "place", "rule.sum.parts", Some(part));
            }
            return;
        }
        self.named(&self.state.dimensions, "dimension", "rule.sum.over", Some(over));
        let Some(key) = self.state.dimensions.find(over) else {
            return;
        };
        let codes = &self.state.dimensions.row(key).codes;
        for part in parts.filter(|part| !codes.iter().any(|code| code == part)) {
            let expected = format!("a code of {over}: {}", codes.join(", "));
            self.problems.push(Problem::new(Code::UNDECLARED, "rule.sum.parts", part, expected));
        }
    }

    /// Findings about roll-calls and declarations name other events than figures, so any event in force will do.
    fn acknowledgement(&mut self, check: &str, figures: &[Seq]) {
        let built_in = CheckKind::ALL.iter().map(|kind| kind.as_str());
        if CheckKind::parse(check).is_none() && self.state.checks.find(check).is_none() {
            let near = nearest(check, built_in.chain(self.state.checks.ids()));
            let expected = "a check of the ledger, or one that is built in";
            let problem = Problem::new(Code::UNDECLARED, "check", check, expected);
            self.problems.push(problem.meant(near));
        }
        for figure in figures {
            self.in_force(*figure, "figures");
        }
    }

    fn counted_indicator(&mut self, member: &str, id: &str) {
        self.named(&self.state.indicators, "indicator", member, Some(id));
        let Some(key) = self.state.indicators.find(id) else {
            return;
        };
        if matches!(self.state.indicators.row(key).definition, Definition::Derived(_)) {
            let expected = "an indicator that is counted; this one is derived from others";
            self.problems.push(Problem::new(Code::DERIVED_INDICATOR, member, id, expected));
        }
    }

    fn reporter(&mut self, id: Option<&str>, member: &str) {
        self.named(&self.state.reporters, "reporter", member, id);
    }

    fn source(&mut self, id: Option<&str>) {
        self.named(&self.state.sources, "source", "source", id);
    }

    fn named<K: Key, T>(
        &mut self,
        dictionary: &Dictionary<K, T>,
        what: &str,
        member: &str,
        id: Option<&str>,
    ) {
        if let Some(id) = id.filter(|_| self.problems.len() < MOST_PROBLEMS) {
            self.problems.extend(declared(dictionary, what, member, id).err());
        }
    }

    /// The id of a declaration is new; that of a correction is the one it had.
    fn new_id<K: Key, T>(&mut self, dictionary: &Dictionary<K, T>, what: &str, id: &str) {
        let known = dictionary.find(id).map(|key| dictionary.entry(key).seq);
        match (self.replaces, known) {
            (None, Some(seq)) => {
                let expected = format!("an id no other {what} has; this one was declared at seq {seq}");
                let hint = format!("to change it: recount correct {seq} --set …");
                let problem = Problem::new(Code::ALREADY_DECLARED, "id", id, expected);
                self.problems.push(problem.hint(Some(hint)));
            }
            (Some(original), known) if known != Some(original) => {
                let expected = "the id it was declared with: a correction keeps it";
                self.problems.push(Problem::new(Code::FIXED_MEMBER, "id", id, expected));
            }
            _ => {}
        }
    }

    /// Following `next` from `start` does not lead back to `id`.
    fn no_cycle<K: Key, T>(
        &mut self,
        dictionary: &Dictionary<K, T>,
        member: &str,
        id: &str,
        start: Option<&str>,
        next: impl Fn(&T) -> Option<K>,
    ) {
        // To what was never declared nothing leads.
        let (Some(start), Some(own)) = (start.and_then(|start| dictionary.find(start)), dictionary.find(id))
        else {
            return;
        };
        if dictionary.chain(start, next).any(|key| key == own) {
            let expected = format!("a chain that does not lead back to {id}");
            self.problems.push(Problem::new(Code::CYCLE, member, dictionary.name(start), expected));
        }
    }

    fn once<'a>(&mut self, member: &str, items: impl Iterator<Item = &'a str>) {
        let mut sorted: Vec<&str> = items.collect();
        sorted.sort_unstable();
        for pair in sorted.windows(2).filter(|pair| pair[0] == pair[1]) {
            self.problems.push(Problem::new(Code::NAMED_TWICE, member, pair[0], "each one named once"));
        }
    }
}

#[cfg(test)]
mod tests;
