//! Why a number is what it is: a tree from a headline, a series or an event down to the sources.
//!
//! The tree says which policy chose a figure and whom it passed over, how a derived value was computed, what the
//! reporter revised or withdrew, what the recorder corrected or retracted, who disputes it, and where each record of it
//! was published. A node is of one [`Kind`], with named facts and with children in the order to be read; whoever shows
//! it chooses the words.

mod cause;
mod history;
mod tree;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::answer::{Answers, CurrentFigure};
use crate::event::{Kind as EventKind, ReporterKind, Rule, Seq};
use crate::headline::{Headline, Selection, Subject, passed_over, ranges, subject};
use crate::resolve::Figure;
use crate::state::key::SeriesKey;
use crate::state::{Definition, Series, State};
use crate::texts::{TextError, Texts};
use crate::value::NoValue;
use history::History;

pub use tree::{Fact, Kind, Node};

/// How deep derived values are followed; deeper ones are named and not explained. Bounds the recursion.
const MAX_DEPTH: usize = 32;

/// Explains answers.
pub struct Why<'a> {
    answers: &'a Answers<'a>,
    texts: &'a dyn Texts,
    /// The positions of a subject's figures in [`Answers::figures`], where they stand together.
    figures: HashMap<Subject, Range<usize>>,
    /// The position of a subject's headline in [`Answers::headlines`].
    headlines: HashMap<Subject, usize>,
}

/// The derived values that are explained already: each is explained once in a tree, however often it is used.
#[derive(Default)]
struct Explained {
    subjects: HashSet<Subject>,
    depth: usize,
}

impl<'a> Why<'a> {
    /// An explainer of `answers`, with `texts` for what is only shown.
    pub fn new(answers: &'a Answers<'a>, texts: &'a dyn Texts) -> Self {
        let subjects = answers.headlines().iter().map(|headline| headline.subject).enumerate();
        let headlines = subjects.map(|(at, subject)| (subject, at)).collect();
        Why { answers, texts, figures: ranges(answers).collect(), headlines }
    }

    fn state(&self) -> &'a State {
        self.answers.state()
    }

    /// The headlines that `wanted` picks, each with its policy, what it passed over, and its figure or its inputs.
    ///
    /// # Errors
    ///
    /// When a text cannot be read.
    pub fn headlines(&self, wanted: &dyn Fn(Subject) -> bool) -> Result<Vec<Node>, TextError> {
        let headlines = self.answers.headlines().iter().filter(|headline| wanted(headline.subject));
        headlines.map(|headline| self.headline(headline, &mut Explained::default())).collect()
    }

    /// The series that `wanted` picks and that have a visible record, each with every figure, the current one first.
    ///
    /// # Errors
    ///
    /// When a text cannot be read.
    pub fn series(&self, wanted: &dyn Fn(&Series) -> bool) -> Result<Vec<Node>, TextError> {
        let mut nodes = Vec::new();
        for key in crate::answer::in_order(self.state()) {
            let series = self.state().series(key);
            if wanted(series) {
                nodes.extend(self.series_node(key, series)?);
            }
        }
        Ok(nodes)
    }

    /// The figure that event `seq` reports, corrects, retracts, withdraws or disputes; `None` where it does none of
    /// this.
    ///
    /// # Errors
    ///
    /// When a text cannot be read.
    pub fn event(&self, seq: Seq) -> Result<Option<Node>, TextError> {
        let Some(original) = self.reported(seq) else { return Ok(None) };
        let records = self.state().records();
        let Some(record) = records.in_force(original) else {
            let as_reported = records.find(original);
            return as_reported.map(|record| self.record(&record, None)).transpose();
        };
        let history = History::new(self, record.series);
        let Some(at) = history.figure_with(original) else {
            let node = self.record(&record, None)?;
            return Ok(Some(node.fact("left_out", Some("by the published clock"))));
        };
        let mut node = history.named(at)?;
        node.children.extend(self.in_headline(record.series, history.is_current(at)));
        Ok(Some(node))
    }

    /// The figure event behind `seq`: itself, or what it is a cause of change to.
    fn reported(&self, seq: Seq) -> Option<Seq> {
        let mut at = seq;
        // Targets are earlier events, so this ends.
        while self.state().kind(at)? != EventKind::FigureReported {
            at = self.state().target(at)?;
        }
        Some(at)
    }

    fn series_node(&self, key: SeriesKey, series: &Series) -> Result<Option<Node>, TextError> {
        let history = History::new(self, key);
        if history.is_empty() {
            return Ok(None);
        }
        let name = self.reporter_name(series)?;
        let mut node = self.series_facts(Node::new(Kind::Series), series).fact("reporter_name", name);
        node.children = history.figures()?;
        node.children.extend(history.retracted()?);
        Ok(Some(node))
    }

    fn headline(&self, headline: &Headline, explained: &mut Explained) -> Result<Node, TextError> {
        let mut node = self.headline_facts(headline);
        let indicator = headline.subject.indicator;
        if let Definition::Derived(expression) = &self.state().indicators().row(indicator).definition {
            if explained.depth == MAX_DEPTH || !explained.subjects.insert(headline.subject) {
                return Ok(node.fact("explained", Some("elsewhere")));
            }
            explained.depth += 1;
            node.children.push(self.arithmetic(headline.subject, expression));
            for id in expression.indicators() {
                node.children.push(self.input(headline.subject, id, explained)?);
            }
            explained.depth -= 1;
            return Ok(node);
        }
        node.children.push(self.policy(headline)?);
        for at in chosen(headline) {
            let figure = self.answers.figure(at);
            node.children.extend(History::new(self, figure.series).chosen()?);
        }
        let figures = self.figures.get(&headline.subject).cloned().unwrap_or_default();
        for (at, why) in passed_over(self.answers, headline, figures) {
            let figure = self.answers.figure(at);
            let passed = self.figure_facts(Node::new(Kind::PassedOver), figure.series, &figure.figure);
            node.children
                .push(passed.fact("reason", Some(why.as_str())).fact("in_words", Some(why.in_words())));
        }
        Ok(node)
    }

    fn headline_facts(&self, headline: &Headline) -> Node {
        let state = self.state();
        let (value, note) = match &headline.selection {
            Selection::Figure { at, .. } => (Some(self.answers.figure(*at).figure.value.to_string()), None),
            Selection::Range(hull) | Selection::Derived(hull) => (Some(hull.notation()), None),
            Selection::Nothing(why) => (None, Some(why.to_string())),
        };
        let selected: Option<CurrentFigure<'_>> = match headline.selection {
            Selection::Figure { at, .. } => Some(self.answers.figure(at)),
            _ => None,
        };
        let reporter = selected.map(|figure| state.reporters().name(state.series(figure.series).reporter));
        let as_of = selected.and_then(|figure| figure.figure.as_of).map(|date| state.date(date).to_string());
        let published = selected.and_then(|figure| figure.figure.published).map(|date| date.to_string());
        self.subject_facts(Node::new(Kind::Headline), headline.subject)
            .fact("value", value)
            .fact("unit", Some(state.indicators().row(headline.subject.indicator).unit.as_str()))
            .fact("note", note)
            .fact("rule", Some(headline.rule))
            .fact("reporter", reporter)
            .fact("as_of", as_of)
            .fact("published", published)
            .fact("seq", selected.map(|figure| figure.figure.seq))
            .fact("bodies", (headline.rule != "derived").then_some(headline.bodies as u32))
            .fact("stale", (headline.stale > 0).then_some(headline.stale as u32))
            .flag("disputed", headline.disputed)
    }

    fn policy(&self, headline: &Headline) -> Result<Node, TextError> {
        let node = Node::new(Kind::Policy).fact("rule", Some(headline.rule));
        let Some(version) = headline.policy else { return Ok(node.flag("default", true)) };
        let state = self.state();
        let original = state.target(version).unwrap_or(version);
        let row = state.policies().find(original).map(|entry| &entry.row);
        let listed = match row.map(|row| &row.rule) {
            Some(Rule::Prefer(reporters)) => {
                let names = reporters.iter().map(|key| state.reporters().name(*key).to_owned());
                Some(names.collect::<Vec<_>>())
            }
            _ => None,
        };
        let fell_back = matches!(headline.selection, Selection::Figure { fell_back: true, .. });
        let node = node
            .fact("prefer", listed)
            .fact("window", row.and_then(|row| row.window).map(|window| window.to_string()))
            .flag("fell_back", fell_back)
            .fact("reason", self.texts.members(version)?.get("reason").map(str::to_owned));
        self.amended(node, original)
    }

    fn arithmetic(&self, subject: Subject, expression: &crate::value::Expression) -> Node {
        let value = |id: &str| match self.input_headline(subject, id) {
            Some(headline) => headline.interval(self.answers),
            None => Err(NoValue::Missing { indicator: id.to_owned() }),
        };
        let working = expression.work_out(&value);
        Node::new(Kind::Arithmetic)
            .fact("expression", Some(expression.to_string()))
            .fact("filled_in", Some(working.filled_in))
            .fact("steps", Some(working.steps))
    }

    fn input(&self, subject: Subject, id: &str, explained: &mut Explained) -> Result<Node, TextError> {
        match self.input_headline(subject, id) {
            Some(headline) => self.headline(headline, explained),
            None => {
                let missing = NoValue::Missing { indicator: id.to_owned() };
                let node = Node::new(Kind::Headline).fact("id", Some(id)).fact("indicator", Some(id));
                Ok(node.fact("note", Some(missing.to_string())))
            }
        }
    }

    /// The headline of a derived value's input: at the same place and breakdown.
    fn input_headline(&self, subject: Subject, id: &str) -> Option<&'a Headline> {
        let indicator = self.state().indicators().find(id)?;
        let at = self.headlines.get(&Subject { indicator, ..subject })?;
        self.answers.headlines().get(*at)
    }

    /// What the headline of a series' subject makes of it, without explaining that headline.
    fn in_headline(&self, series: SeriesKey, is_current: bool) -> Option<Node> {
        let subject = subject(self.state(), series);
        let headline = &self.answers.headlines()[*self.headlines.get(&subject)?];
        let node = self.headline_facts(headline);
        if !is_current {
            return Some(node.fact("this_figure", Some("not the current one of its series")));
        }
        let figures = self.figures.get(&subject)?.clone();
        let at = figures.clone().find(|at| self.answers.series_of(*at) == series)?;
        let passed = passed_over(self.answers, headline, figures).into_iter().find(|(other, _)| *other == at);
        let said =
            passed.map_or("selected".to_owned(), |(_, why)| format!("passed over: {}", why.in_words()));
        Some(node.fact("this_figure", Some(said)))
    }

    /// Indicator, place and breakdown, also as one id.
    fn subject_facts(&self, node: Node, subject: Subject) -> Node {
        let state = self.state();
        let indicator = state.indicators().name(subject.indicator);
        let place = subject.place.map(|place| state.places().name(place));
        let breakdown = subject.breakdown.map(|breakdown| state.breakdown(breakdown));
        let at = place.map(|place| format!("@{place}")).unwrap_or_default();
        let part = breakdown.map(|breakdown| format!(";{breakdown}")).unwrap_or_default();
        node.fact("id", Some(format!("{indicator}{at}{part}")))
            .fact("indicator", Some(indicator))
            .fact("place", place)
            .fact("breakdown", breakdown)
    }

    fn series_facts(&self, node: Node, series: &Series) -> Node {
        let subject =
            Subject { indicator: series.indicator, place: series.place, breakdown: series.breakdown };
        let state = self.state();
        let reporters = state.reporters();
        let is_media = reporters.row(series.reporter).kind == Some(ReporterKind::Media);
        self.subject_facts(node, subject)
            .fact("unit", Some(state.indicators().row(series.indicator).unit.as_str()))
            .fact("reporter", Some(reporters.name(series.reporter)))
            .flag("media", is_media)
            .fact("since", series.start())
    }

    fn reporter_name(&self, series: &Series) -> Result<Option<String>, TextError> {
        let version = self.state().reporters().entry(series.reporter).version;
        Ok(self.texts.members(version)?.get("name").map(str::to_owned))
    }

    /// Who said which value, about when, published when.
    fn figure_facts(&self, node: Node, series: SeriesKey, figure: &Figure) -> Node {
        let state = self.state();
        self.series_facts(node, state.series(series))
            .fact("seq", Some(figure.seq))
            .fact("value", Some(figure.value.to_string()))
            .fact("as_of", figure.as_of.map(|date| state.date(date).to_string()))
            .fact("published", figure.published.map(|date| date.to_string()))
            .flag("doubted", figure.doubted)
    }
}

/// The figures a headline's value comes from.
fn chosen(headline: &Headline) -> Vec<usize> {
    match &headline.selection {
        Selection::Figure { at, .. } => vec![*at],
        Selection::Range(_) => headline.eligible.clone(),
        Selection::Derived(_) | Selection::Nothing(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
