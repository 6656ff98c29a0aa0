//! Which events bear on a question: as much of a ledger as an answer needs to be that of the whole.
//!
//! A state to which only these events are applied ([`State::excerpt`]) has the same figures, headlines and explanations of
//! what was asked as the state of all events, without the as-of and published clocks. So whoever keeps these lists
//! answers without a replay. What is listed is more than what decides: also what is only shown, and what the others
//! name.

use std::collections::HashMap;
use std::ops::Range;

use crate::answer::in_order;
use crate::clock::Clocks;
use crate::event::{Kind, Seq};
use crate::headline::Subject;
use crate::resolve::Resolver;
use crate::state::State;
use crate::state::key::{IndicatorKey, SeriesKey, SourceKey};

/// Finds the events that bear on what a state says.
pub struct Bearing<'s> {
    resolver: Resolver<'s>,
    series: Vec<SeriesKey>,
    /// Withdrawals and disputes by the record they name, retracted ones included.
    about: HashMap<Seq, Vec<Seq>>,
}

/// The events that bear on a subject, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Borne {
    /// What was said of it: figures, disputes and withdrawals, with what became of them.
    pub said: Vec<Seq>,
    /// The declarations of the sources that these name, with what became of those.
    pub sources: Vec<Seq>,
}

impl Borne {
    fn sorted(mut self) -> Borne {
        for list in [&mut self.said, &mut self.sources] {
            list.sort_unstable();
            list.dedup();
        }
        self
    }
}

impl<'s> Bearing<'s> {
    /// Of a state that is no excerpt and knows the figures.
    pub fn new(state: &'s State) -> Self {
        let mut about: HashMap<Seq, Vec<Seq>> = HashMap::new();
        for entry in state.withdrawals().all() {
            about.entry(entry.row.target).or_default().push(entry.seq);
        }
        for entry in state.disputes().all() {
            about.entry(entry.row.target).or_default().push(entry.seq);
        }
        Bearing { resolver: Resolver::new(state, &Clocks::default()), series: in_order(state), about }
    }

    fn state(&self) -> &'s State {
        self.resolver.state()
    }

    /// What bears on every answer: declarations of reporters, places, dimensions and indicators, with what became of them;
    /// erased events and why they were.
    pub fn common(&self) -> Vec<Seq> {
        let state = self.state();
        let declared = (state.reporters().entries().map(|entry| entry.seq))
            .chain(state.places().entries().map(|entry| entry.seq))
            .chain(state.dimensions().entries().map(|entry| entry.seq))
            .chain(state.indicators().entries().map(|entry| entry.seq));
        let mut events = Vec::new();
        for seq in declared.chain(state.withheld()) {
            self.add_amended(seq, &mut events);
            events.extend(state.redaction_of(seq));
        }
        events.sort_unstable();
        events.dedup();
        events
    }

    /// The policies of an indicator, with what became of them.
    pub fn policies(&self, indicator: IndicatorKey) -> Vec<Seq> {
        let mut events = Vec::new();
        for entry in self.state().policies().all().filter(|entry| entry.row.indicator == indicator) {
            self.add_amended(entry.seq, &mut events);
        }
        events.sort_unstable();
        events
    }

    /// A source with what became of its declaration.
    pub fn source(&self, key: SourceKey) -> Vec<Seq> {
        let mut events = Vec::new();
        self.add_amended(self.state().sources().entry(key).seq, &mut events);
        events
    }

    /// Everything that figures are about, in the order of [`Answers::figures`](crate::answer::Answers::figures), with its
    /// series, for [`Bearing::current`] and [`Bearing::all`].
    pub fn subjects(&self) -> impl Iterator<Item = (Subject, Range<usize>)> {
        let mut start = 0;
        self.series.chunk_by(|a, b| self.subject(*a) == self.subject(*b)).map(move |series| {
            let range = start..start + series.len();
            start = range.end;
            (self.subject(series[0]), range)
        })
    }

    fn subject(&self, series: SeriesKey) -> Subject {
        let series = self.state().series(series);
        Subject { indicator: series.indicator, place: series.place, breakdown: series.breakdown }
    }

    /// What bears on the current figures of these series.
    pub fn current(&self, series: Range<usize>) -> Borne {
        let mut borne = Borne::default();
        for &series in &self.series[series] {
            let resolved = self.resolver.resolve(series);
            for version in resolved.current.into_iter().flat_map(|at| resolved.records_of(at)) {
                let original = self.original(version);
                self.add_claim(original, &mut borne);
                for &dispute in self.about(original).filter(|seq| self.is(**seq, Kind::FigureDisputed)) {
                    self.add_dispute(dispute, &mut borne);
                }
            }
        }
        borne.sorted()
    }

    /// What bears on all figures of these series, whatever became of them.
    pub fn all(&self, series: Range<usize>) -> Borne {
        let mut borne = Borne::default();
        for &series in &self.series[series] {
            for &version in self.resolver.versions(series) {
                let original = self.original(version);
                self.add_claim(original, &mut borne);
                for &about in self.about(original) {
                    match self.is(about, Kind::FigureDisputed) {
                        true => self.add_dispute(about, &mut borne),
                        false => self.add_withdrawal(about, &mut borne),
                    }
                }
            }
        }
        borne.sorted()
    }

    fn original(&self, version: Seq) -> Seq {
        self.state().records().record(version).original
    }

    fn about(&self, original: Seq) -> impl Iterator<Item = &Seq> {
        self.about.get(&original).into_iter().flatten()
    }

    fn is(&self, seq: Seq, kind: Kind) -> bool {
        self.state().kind(seq) == Some(kind)
    }

    fn add_claim(&self, original: Seq, borne: &mut Borne) {
        let records = self.state().records();
        self.add_amended(original, &mut borne.said);
        for version in std::iter::once(original).chain(self.state().corrections_of(original)) {
            self.add_source(records.find(version).and_then(|record| record.source), borne);
        }
    }

    fn add_dispute(&self, seq: Seq, borne: &mut Borne) {
        self.add_amended(seq, &mut borne.said);
        let entry = self.state().disputes().find(seq);
        for row in entry.into_iter().flat_map(|entry| entry.contents()) {
            self.add_source(row.source, borne);
        }
    }

    fn add_withdrawal(&self, seq: Seq, borne: &mut Borne) {
        self.add_amended(seq, &mut borne.said);
        let entry = self.state().withdrawals().find(seq);
        for row in entry.into_iter().flat_map(|entry| entry.contents()) {
            self.add_source(row.source, borne);
        }
    }

    fn add_source(&self, source: Option<SourceKey>, borne: &mut Borne) {
        let Some(key) = source else { return };
        self.add_amended(self.state().sources().entry(key).seq, &mut borne.sources);
    }

    /// An event with its corrections, its retraction, and those of its corrections.
    fn add_amended(&self, seq: Seq, events: &mut Vec<Seq>) {
        let state = self.state();
        events.push(seq);
        events.extend(state.retraction_of(seq));
        for correction in state.corrections_of(seq) {
            events.push(correction);
            events.extend(state.retraction_of(correction));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{Book, any_line};

    /// The lines of a shown answer that are of one indicator.
    fn of(shown: &str, indicator: &str) -> Vec<String> {
        let of_it = shown.lines().filter(|line| line.split(' ').next() == Some(indicator));
        of_it.map(str::to_owned).collect()
    }

    /// The events that bear on the figures of an indicator: of all of them, or only the current ones.
    fn events(bearing: &Bearing<'_>, indicator: IndicatorKey, current: bool) -> Vec<Seq> {
        let mut events = [bearing.common(), bearing.policies(indicator)].concat();
        for (_, series) in bearing.subjects().filter(|(subject, _)| subject.indicator == indicator) {
            let Borne { said, sources } = if current { bearing.current(series) } else { bearing.all(series) };
            events.extend(said.into_iter().chain(sources));
        }
        events
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn what_bears_on_figures_suffices(lines in prop::collection::vec(any_line(), 1..24)) {
            let mut book = Book::new("");
            let mut admitted = Vec::new();
            for line in lines {
                if book.admits(&line) {
                    book.append(&line);
                    admitted.push(line);
                }
            }
            let bearing = Bearing::new(&book.state);
            for indicator in book.state.indicators().live_keys() {
                let id = book.state.indicators().name(indicator);
                let all = Book::excerpt(&admitted, &events(&bearing, indicator, false));
                prop_assert_eq!(of(&all.figures(""), id), of(&book.figures(""), id));
                let current = Book::excerpt(&admitted, &events(&bearing, indicator, true));
                let only_current = |book: &Book| {
                    let answers = book.answers("");
                    let key = book.state.indicators().find(id);
                    let figures = answers.figures();
                    let of_it = figures.filter(|figure| Some(book.state.series(figure.series).indicator) == key);
                    of_it.map(|current| shown(book, &current)).collect::<Vec<_>>()
                };
                prop_assert_eq!(only_current(&current), only_current(&book));
                if matches!(book.state.indicators().row(indicator).definition, crate::state::Definition::Counted { .. }) {
                    prop_assert_eq!(of(&current.headlines(""), id), of(&book.headlines(""), id));
                }
            }
        }
    }

    /// Everything of a current figure that is shown.
    fn shown(book: &Book, current: &crate::answer::CurrentFigure<'_>) -> String {
        let (figure, state) = (&current.figure, &book.state);
        let first = current.first;
        format!(
            "{} {} {} as of {:?} published {:?} seq {} version {} records {} disputes {:?} doubted {} weak {} source {:?}",
            state.indicators().name(state.series(current.series).indicator),
            state.reporters().name(state.series(current.series).reporter),
            figure.value,
            figure.as_of.map(|key| state.date(key).to_string()),
            figure.published.map(|date| date.to_string()),
            figure.seq,
            first.version,
            current.records,
            current.disputes,
            figure.doubted,
            figure.weak,
            first.source.map(|key| state.sources().name(key)),
        )
    }
}
