//! The state a replay builds: every fact that decides an answer, as compact columns.
//!
//! A state holds one prefix of a ledger, so the recorded clock is a matter of how far the replay went. The other two
//! clocks, and all rules of which figure is current, are applied when a question is asked
//! ([`Resolver`](crate::resolve::Resolver)). A figure costs tens of bytes; its texts stay in the file.

mod admit;
mod apply;
pub mod check;
mod claims;
mod events;
pub mod key;
mod numbers;
mod offsets;
mod packed;
pub mod record;
mod row;
pub(crate) mod rows;
pub mod versioned;
mod withheld;

pub use apply::Pending;
pub use claims::Named;
pub use offsets::{Offsets, Place};
pub use row::{
    AccountRow, CaseUpdateRow, Definition, DimensionRow, Dispute, IndicatorRow, PlaceRow, PolicyRow,
    PositionRow, Refs, ReporterRow, Series, SourceRow, VoteRow, Withdrawal,
};

use crate::date::{Day, Edtf, Instant, Published};
use crate::event::{Kind, Seq};
use crate::stored::in_order;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use check::{AcknowledgementRow, CheckRow};
use claims::Claims;
use events::Events;
use key::{
    BreakdownKey, CaseKey, CheckKey, DateKey, DimensionKey, IndicatorKey, Interned, Names, PlaceKey,
    PublishedKey, ReporterKey, SeriesKey, SourceKey, VoteKey,
};
use record::Records;
use versioned::{Dictionary, Log};
use withheld::Stubs;

/// First and last day of a date, for comparing dates by the days they cover.
pub type Span = (Day, Day);

/// Everything a prefix of a ledger says, as far as it decides answers. Only a state for admission can be stored: of figures others
/// know more than is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    pub(crate) events: Events,
    pub(crate) sources: Dictionary<SourceKey, SourceRow>,
    pub(crate) reporters: Dictionary<ReporterKey, ReporterRow>,
    pub(crate) places: Dictionary<PlaceKey, PlaceRow>,
    pub(crate) dimensions: Dictionary<DimensionKey, DimensionRow>,
    pub(crate) indicators: Dictionary<IndicatorKey, IndicatorRow>,
    pub(crate) votes: Dictionary<VoteKey, VoteRow>,
    pub(crate) cases: Dictionary<CaseKey, Refs>,
    pub(crate) checks: Dictionary<CheckKey, CheckRow>,
    pub(crate) breakdowns: Names<BreakdownKey>,
    pub(crate) dates: Interned<DateKey, Edtf>,
    pub(crate) publications: Interned<PublishedKey, Published>,
    pub(crate) series: Interned<SeriesKey, Series>,
    #[serde(skip)]
    pub(crate) records: Records,
    /// In the place of the records, where only admission asks.
    pub(crate) claims: Option<Claims>,
    pub(crate) withdrawals: Log<Withdrawal>,
    pub(crate) disputes: Log<Dispute>,
    pub(crate) policies: Log<PolicyRow>,
    pub(crate) accounts: Log<AccountRow>,
    pub(crate) positions: Log<PositionRow>,
    pub(crate) statements: Log<Refs>,
    pub(crate) norms: Log<Refs>,
    pub(crate) case_updates: Log<CaseUpdateRow>,
    pub(crate) acknowledgements: Log<AcknowledgementRow>,
    /// Corrections in order: (correction, original).
    pub(crate) corrections: Vec<(Seq, Seq)>,
    /// Retractions in order: (retraction, target).
    pub(crate) retractions: Vec<(Seq, Seq)>,
    /// The same by original: (original, correction).
    pub(crate) corrected: BTreeSet<(Seq, Seq)>,
    /// The retraction of each retracted event.
    #[serde(serialize_with = "in_order")]
    pub(crate) retracted: HashMap<Seq, Seq>,
    /// The events whose content was erased.
    pub(crate) stubs: Stubs,
}

impl State {
    /// The state of a ledger of which nothing was read yet.
    pub fn new() -> State {
        State::default()
    }

    /// The same with room for the records of so many events. What is not used costs no memory; columns that grow are copied, and
    /// leave holes behind.
    pub fn with_room(events: u64) -> State {
        let events = usize::try_from(events).unwrap_or(0);
        let mut state = State { events: Events::with_capacity(events), ..State::default() };
        state.records.reserve(events);
        state
    }

    /// The same for a writer or a verifier: it knows what [`State::admit`] and [`State::apply`] need, and has no figures.
    /// It costs about seven bytes an event and what it declares; there will be about `events` of them.
    pub fn for_admission(events: u64) -> State {
        let events = usize::try_from(events).unwrap_or(0);
        State {
            events: Events::with_capacity(events),
            claims: Some(Claims::with_capacity(events)),
            ..State::default()
        }
    }

    /// The state of some of the events of a ledger: those that bear on a question
    /// ([`Bearing`](crate::bearing::Bearing)). Events are applied to it in order, with gaps. It answers as the state of all
    /// events does what they bear on, and knows of no other event.
    pub fn excerpt() -> State {
        State { events: Events::of_an_excerpt(), records: Records::of_an_excerpt(), ..State::default() }
    }

    /// The sequence number of the last event that was applied; but for excerpts also how many there are.
    pub fn size(&self) -> Seq {
        self.events.last()
    }

    /// How many events were applied: of an excerpt fewer than the newest one's number.
    pub fn event_count(&self) -> usize {
        self.events.count()
    }

    /// The events that were applied, in order.
    pub fn events(&self) -> impl Iterator<Item = Seq> {
        self.events_at(0..self.event_count())
    }

    /// Those of [`State::events`] at these places, counted from 0.
    pub fn events_at(&self, places: Range<usize>) -> impl Iterator<Item = Seq> {
        places.map(|place| self.events.at(place))
    }

    /// When the last event was recorded.
    pub fn last_recorded(&self) -> Option<Instant> {
        self.events.last_recorded()
    }

    /// The type of event `seq`.
    pub fn kind(&self, seq: Seq) -> Option<Kind> {
        self.events.kind(seq)
    }

    /// Where events stand in the file; unknown to a state for admission.
    pub fn offsets(&self) -> &Offsets {
        self.events.offsets()
    }

    /// When event `seq` was recorded; a state for admission knows that of the last one only.
    pub fn recorded_at(&self, seq: Seq) -> Option<Instant> {
        self.events.recorded_at(seq)
    }

    /// The event that event `seq` corrects, retracts, withdraws, disputes or redacts.
    pub fn target(&self, seq: Seq) -> Option<Seq> {
        let pair = |list: &[(Seq, Seq)]| {
            let at = list.binary_search_by_key(&seq, |(cause, _)| *cause).ok()?;
            Some(list[at].1)
        };
        match self.kind(seq)? {
            Kind::RecordCorrected => pair(&self.corrections),
            Kind::RecordRetracted => pair(&self.retractions),
            Kind::FigureWithdrawn => self.withdrawals.find(seq).map(|entry| entry.row.target),
            Kind::FigureDisputed => self.disputes.find(seq).map(|entry| entry.row.target),
            Kind::EventRedacted => self.stubs.target(seq),
            _ => None,
        }
    }

    /// The corrections of event `seq`, oldest first, undone ones included.
    pub fn corrections_of(&self, seq: Seq) -> impl DoubleEndedIterator<Item = Seq> {
        self.corrected.range((seq, 0)..=(seq, Seq::MAX)).map(|(_, correction)| *correction)
    }

    /// The event that retracted event `seq`.
    pub fn retraction_of(&self, seq: Seq) -> Option<Seq> {
        self.retracted.get(&seq).copied()
    }

    /// The correction of event `seq` that is in force, if there is one.
    pub fn correction_in_force(&self, seq: Seq) -> Option<Seq> {
        self.corrections_of(seq).rfind(|by| self.retraction_of(*by).is_none())
    }

    /// Whether the case update of event `seq` is the last one of its case by its source and reporter.
    pub fn is_latest_case_update(&self, seq: Seq) -> bool {
        let Some(entry) = self.case_updates.find(seq) else { return false };
        let (case, refs) = (entry.row.case, &entry.row.refs);
        let same = |row: &CaseUpdateRow| {
            row.case == case && row.refs.source == refs.source && row.refs.reporter == refs.reporter
        };
        self.case_updates.live().rev().find(|other| same(&other.row)).is_some_and(|last| last.seq == seq)
    }

    /// The policy in force for an indicator, with the event that set it; `None` where none was set.
    pub fn policy(&self, indicator: IndicatorKey) -> Option<(Seq, &PolicyRow)> {
        let of_it = |entry: &&versioned::Versioned<PolicyRow>| entry.row.indicator == indicator;
        self.policies.live().rev().find(of_it).map(|entry| (entry.version, &entry.row))
    }

    /// The declared sources.
    pub fn sources(&self) -> &Dictionary<SourceKey, SourceRow> {
        &self.sources
    }

    /// The declared reporters.
    pub fn reporters(&self) -> &Dictionary<ReporterKey, ReporterRow> {
        &self.reporters
    }

    /// The declared places.
    pub fn places(&self) -> &Dictionary<PlaceKey, PlaceRow> {
        &self.places
    }

    /// The declared dimensions.
    pub fn dimensions(&self) -> &Dictionary<DimensionKey, DimensionRow> {
        &self.dimensions
    }

    /// The declared indicators, counted and derived.
    pub fn indicators(&self) -> &Dictionary<IndicatorKey, IndicatorRow> {
        &self.indicators
    }

    /// The recorded votes.
    pub fn votes(&self) -> &Dictionary<VoteKey, VoteRow> {
        &self.votes
    }

    /// The documented cases.
    pub fn cases(&self) -> &Dictionary<CaseKey, Refs> {
        &self.cases
    }

    /// The later facts about cases, in order of recording.
    pub fn case_updates(&self) -> &Log<CaseUpdateRow> {
        &self.case_updates
    }

    /// The recorded statements, in order of recording.
    pub fn statements(&self) -> &Log<Refs> {
        &self.statements
    }

    /// The cited norms, in order of recording.
    pub fn norms(&self) -> &Log<Refs> {
        &self.norms
    }

    /// The policies, in order of recording.
    pub fn policies(&self) -> &Log<PolicyRow> {
        &self.policies
    }

    /// The figure records; none in a state for admission.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The disputes, in order of recording.
    pub fn disputes(&self) -> &Log<Dispute> {
        &self.disputes
    }

    /// The withdrawals, in order of recording.
    pub fn withdrawals(&self) -> &Log<Withdrawal> {
        &self.withdrawals
    }

    /// The series with this key.
    pub fn series(&self, key: SeriesKey) -> &Series {
        self.series.get(key)
    }

    /// How many series there are.
    pub fn series_count(&self) -> usize {
        self.series.len()
    }

    /// The breakdown with this key, as `dim=code;dim=code`.
    pub fn breakdown(&self, key: BreakdownKey) -> &str {
        self.breakdowns.name(key)
    }

    /// The interned date with this key.
    pub fn date(&self, key: DateKey) -> &Edtf {
        self.dates.get(key)
    }

    /// The publication date of a record: its own, else its source's.
    pub fn published(&self, own: Option<PublishedKey>, source: Option<SourceKey>) -> Option<&Published> {
        Some(self.publications.get(self.published_key(own, source)?))
    }

    pub(crate) fn published_key(
        &self,
        own: Option<PublishedKey>,
        source: Option<SourceKey>,
    ) -> Option<PublishedKey> {
        own.or_else(|| self.sources.row(source?).published)
    }

    /// Whether indicator `id` is derived from `input`, directly or through others.
    pub(crate) fn is_computed_from(&self, id: &str, input: &str) -> bool {
        // What was never declared nobody names: of a new indicator nothing need be followed.
        if self.indicators.find(input).is_none() {
            return false;
        }
        let (mut seen, mut open) = (HashSet::new(), vec![id]);
        while let Some(id) = open.pop() {
            let Some(key) = self.indicators.find(id).filter(|key| seen.insert(*key)) else { continue };
            if let Definition::Derived(expression) = &self.indicators.row(key).definition {
                for used in expression.indicators() {
                    if used == input {
                        return true;
                    }
                    open.push(used);
                }
            }
        }
        false
    }

    /// Whether a reporter speaks for another, directly or through others.
    pub fn speaks_for(&self, reporter: ReporterKey, body: ReporterKey) -> bool {
        self.reporters.chain(reporter, |row| row.speaks_for).skip(1).any(|speaker| speaker == body)
    }

    /// The accounts of roll-calls, in order of recording.
    pub fn accounts(&self) -> &Log<AccountRow> {
        &self.accounts
    }

    /// The single positions recorded later, in order of recording.
    pub fn positions(&self) -> &Log<PositionRow> {
        &self.positions
    }

    /// The body a reporter is counted as: the end of its chain of `speaks_for`.
    pub fn body(&self, reporter: ReporterKey) -> ReporterKey {
        self.reporters.chain(reporter, |row| row.speaks_for).last().unwrap_or(reporter)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing::Book;

    #[test]
    fn every_event_has_its_moment_and_no_other_has() {
        let state = Book::new("").state;
        let moment = |seq: i64| Instant::from_seconds(1_700_000_000 + seq);
        assert_eq!((state.recorded_at(0), state.recorded_at(18)), (None, None));
        assert_eq!((state.recorded_at(1), state.recorded_at(17)), (moment(1), moment(17)));
        assert_eq!(state.last_recorded(), moment(17));
        let lean = Book::lean("").state;
        assert_eq!((lean.recorded_at(16), lean.recorded_at(17)), (None, moment(17)));
    }

    #[test]
    fn an_update_of_a_case_is_the_last_of_its_case_source_and_reporter() {
        let book = Book::new(
            "case c1 source=s1 by=a origin=south destination=north
             case c2 source=s1
             update c1 source=s1 by=a
             update c1 source=s2 by=a
             update c1 source=s1 by=b
             update c2 source=s1 by=a
             update c1 source=s1 by=a
             update c1 source=s3 by=a
             retract 25",
        );
        let latest: Vec<Seq> = (1..=26).filter(|seq| book.state.is_latest_case_update(*seq)).collect();
        assert_eq!(latest, [21, 22, 23, 24]);
        let row = book.state.cases().row(book.state.cases().find("c1").unwrap());
        let places = row.places.map(|place| place.map(|place| book.state.places().name(place)));
        assert_eq!(places, [Some("south"), Some("north")]);
    }

    /// What was retracted is gone; a retracted correction brings back what it corrected.
    #[test]
    fn everything_that_is_recorded_can_be_retracted_and_corrected() {
        for (line, correction) in [
            ("source x", "source x published=2025-01-01"),
            ("reporter x", "reporter x kind=ngo"),
            ("place x", "place x parent=north"),
            ("dimension x codes=a", "dimension x codes=a,b"),
            ("indicator x", "indicator x unit=persons"),
            ("derived x taken_+_back", "derived x taken_*_back"),
            ("vote A/2 source=s1", "vote A/2 source=s2"),
            ("case x source=s1", "case x source=s2"),
            ("check x back", "check x taken"),
            ("policy back range", "policy back latest"),
            ("account yes=1", "account yes=2"),
            ("position UKR yes", "position UKR no"),
            ("statement a source=s1", "statement b source=s1"),
            ("norm", "norm"),
            ("acknowledge falling 1", "acknowledge falling 2"),
            ("figure back 10", "figure back 11"),
        ] {
            let mut book = Book::new(line);
            book.append(&format!("correct 18 {correction}"));
            book.append("retract 19");
            book.append("retract 18");
            assert_eq!(book.state.retraction_of(18), Some(21), "{line}");
        }
    }
}
