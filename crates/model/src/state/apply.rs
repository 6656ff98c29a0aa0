//! Applying one event to the state.

use super::check::AcknowledgementRow;
use super::key::BreakdownKey;
use super::record::NewRecord;
use super::rows::{counted, declared, declared_if, derived, span};
use super::versioned::Amend;
use super::{Definition, DimensionRow, Series, State};
use crate::event::{Claim, Event, Fact, Kind, Measure, Seq};
use crate::problem::{Code, Problem};

/// Claims of events that were applied, of which the series is still to be looked up.
///
/// Where a ledger is large, to look a series up is to wait for memory. Several that do not depend on each other are looked up in
/// the time of one, if nothing else stands between them.
#[derive(Debug, Default)]
pub struct Pending(Vec<(Seq, Series)>);

impl Pending {
    const MOST: usize = 64;
}

impl State {
    /// Adds one event. Events are applied in order of their sequence numbers, but for excerpts without gaps.
    ///
    /// # Errors
    ///
    /// When the event names something that no earlier event declares, or targets an event it cannot target. The
    /// state is then to be thrown away: in a ledger this is corruption, since the writer admits no such event.
    pub fn apply(&mut self, event: &Event<'_>) -> Result<(), Problem> {
        self.note(event);
        match &event.fact {
            Fact::RecordCorrected { target, fact } => self.correct(event.seq, *target, fact),
            Fact::RecordRetracted { target } => self.retract(event.seq, *target),
            Fact::EventRedacted { target, stub } => self.redact(event.seq, *target, stub),
            Fact::Withheld(withheld) => self.withhold(event.seq, withheld),
            fact => self.record(event.seq, fact),
        }
    }

    /// Adds one event as [`apply`](State::apply) does, but for the series of what it claims: that may be left to `pending`, and is
    /// told before it is needed for another event, or by [`settle`](State::settle).
    ///
    /// # Errors
    ///
    /// As [`apply`](State::apply).
    pub fn apply_later(&mut self, event: &Event<'_>, pending: &mut Pending) -> Result<(), Problem> {
        match &event.fact {
            Fact::FigureReported(claim) if self.claims.is_none() => {
                self.note(event);
                let (series, new) = self.new_record(event.seq, event.seq, claim)?;
                self.records.push(None, &new);
                pending.0.push((event.seq, series));
                if pending.0.len() == Pending::MOST {
                    self.settle(pending);
                }
                Ok(())
            }
            // These change claims that are there.
            Fact::RecordCorrected { .. }
            | Fact::RecordRetracted { .. }
            | Fact::EventRedacted { .. }
            | Fact::Withheld(_) => {
                self.settle(pending);
                self.apply(event)
            }
            _ => self.apply(event),
        }
    }

    /// Tells the series of the claims that are pending.
    pub fn settle(&mut self, pending: &mut Pending) {
        let Pending(claims) = pending;
        let known: [_; Pending::MOST] = self.series.find_each(claims.iter().map(|(_, series)| series));
        for (known, (version, series)) in known.into_iter().zip(claims.drain(..)) {
            self.records.belongs(version, known.unwrap_or_else(|| self.series.intern(series)));
        }
    }

    fn note(&mut self, event: &Event<'_>) {
        if self.claims.is_some() {
            self.events.forget_moments();
        } else {
            self.events.stands_at(event.seq, event.offset);
        }
        self.events.push(event.seq, event.fact.kind(), event.at);
    }

    fn record(&mut self, seq: Seq, fact: &Fact<'_>) -> Result<(), Problem> {
        match fact {
            Fact::FigureReported(claim) => self.claim(seq, seq, claim)?,
            Fact::VoteReported(account) => {
                let row = self.account_row(account)?;
                self.accounts.push(seq, row);
            }
            Fact::PolicySet(policy) => {
                let row = self.policy_row(policy)?;
                self.policies.push(seq, row);
            }
            Fact::FigureWithdrawn { .. }
            | Fact::FigureDisputed { .. }
            | Fact::VotePosition { .. }
            | Fact::StatementRecorded { .. }
            | Fact::NormCited { .. }
            | Fact::CaseUpdated { .. } => self.log(seq, fact)?,
            Fact::FindingAcknowledged { check, figures } => {
                self.acknowledgements.push(seq, AcknowledgementRow::new(check, figures));
            }
            Fact::LedgerCreated { .. }
            | Fact::ImportRecorded
            | Fact::LedgerMerged
            | Fact::LedgerUpgraded { .. }
            | Fact::EventRedacted { .. }
            | Fact::Withheld(_)
            | Fact::RecordCorrected { .. }
            | Fact::RecordRetracted { .. } => {}
            _ => self.declare(seq, fact)?,
        }
        Ok(())
    }

    fn declare(&mut self, seq: Seq, fact: &Fact<'_>) -> Result<(), Problem> {
        match fact {
            Fact::SourceAdded(source) => {
                let row = self.source_row(source);
                self.sources.declare(seq, source.id, row);
            }
            Fact::ReporterAdded(reporter) => {
                let row = self.reporter_row(reporter)?;
                self.reporters.declare(seq, reporter.id, row);
            }
            Fact::PlaceAdded { id, parent } => {
                let row = self.place_row(*parent)?;
                self.places.declare(seq, id, row);
            }
            Fact::DimensionAdded { id, codes } => {
                self.dimensions.declare(seq, id, DimensionRow::new(codes));
            }
            Fact::IndicatorDefined(indicator) => {
                self.indicators.declare(seq, indicator.id, counted(indicator));
            }
            Fact::IndicatorDerived { id, unit, expression } => {
                self.indicators.declare(seq, id, derived(unit, expression));
            }
            Fact::VoteRecorded { id, date, members, source } => {
                let row = self.vote_row(*date, *members, source)?;
                self.votes.declare(seq, id, row);
            }
            Fact::CaseDocumented { id, reporter, source, route } => {
                let refs = self.case_refs(*reporter, source, route)?;
                self.cases.declare(seq, id, refs);
            }
            Fact::CheckAdded { id, rule } => {
                let row = self.check_row(rule)?;
                self.checks.declare(seq, id, row);
            }
            other => unreachable!("{} declares nothing: record() handles it", other.kind().as_str()),
        }
        Ok(())
    }

    fn log(&mut self, seq: Seq, fact: &Fact<'_>) -> Result<(), Problem> {
        match fact {
            Fact::FigureWithdrawn { target, source, published } => {
                let row = self.withdrawal_row(*target, *source, *published)?;
                self.withdrawals.push(seq, row);
            }
            Fact::FigureDisputed { .. } => {
                let row = self.dispute_row(fact)?;
                self.disputes.push(seq, row);
            }
            Fact::VotePosition { .. } => {
                let row = self.position_row(fact)?;
                self.positions.push(seq, row);
            }
            Fact::StatementRecorded { speaker, source, date } => {
                let row = self.refs(Some(speaker), "speaker", Some(source), *date)?;
                self.statements.push(seq, row);
            }
            Fact::NormCited { cited_by, source } => {
                let row = self.refs(*cited_by, "cited_by", *source, None)?;
                self.norms.push(seq, row);
            }
            Fact::CaseUpdated { case, reporter, source, route } => {
                let row = self.case_update_row(case, *reporter, source, route)?;
                self.case_updates.push(seq, row);
            }
            other => unreachable!("{} is no log entry: record() handles it", other.kind().as_str()),
        }
        Ok(())
    }

    fn claim(&mut self, version: Seq, original: Seq, claim: &Claim<'_>) -> Result<(), Problem> {
        let (series, new) = self.new_record(version, original, claim)?;
        let series = self.series.intern(series);
        match &mut self.claims {
            Some(claims) => claims.push(series, &new),
            None => self.records.push(Some(series), &new),
        }
        Ok(())
    }

    /// The record that a claim makes, and the series it is of.
    fn new_record(
        &mut self,
        version: Seq,
        original: Seq,
        claim: &Claim<'_>,
    ) -> Result<(Series, NewRecord), Problem> {
        let source = self.source_if(claim.source)?;
        let relayed_by = declared_if(&self.reporters, "reporter", "relayed_by", claim.relayed_by)?;
        let breakdown = claim.breakdown_text().map(|text| self.breakdowns.intern(&text));
        let series = self.series_of(claim, breakdown)?;
        // Admission asks for no date of a claim.
        let is_dated = self.claims.is_none();
        let new = NewRecord {
            version,
            original,
            as_of: claim.as_of.filter(|_| is_dated).map(|date| self.dates.intern(date)),
            published: self.publication(claim.published.filter(|_| is_dated)),
            source,
            relayed_by,
            revises: claim.revises,
            value: claim.value,
            doubted: claim.doubted,
            worded: claim.worded,
        };
        Ok((series, new))
    }

    /// The series a claim belongs to; `None` when no record has its breakdown yet, so that there is no such series.
    pub(crate) fn find_series(&self, claim: &Claim<'_>) -> Result<Option<Series>, Problem> {
        let Some(breakdown) = claim.breakdown_text() else {
            return self.series_of(claim, None).map(Some);
        };
        let known = self.breakdowns.find(&breakdown);
        let series = self.series_of(claim, known)?;
        Ok(known.map(|_| series))
    }

    fn series_of(&self, claim: &Claim<'_>, breakdown: Option<BreakdownKey>) -> Result<Series, Problem> {
        let indicator = declared(&self.indicators, "indicator", "indicator", claim.indicator)?;
        let place = self.place(claim.place, "place")?;
        let reporter = declared(&self.reporters, "reporter", "reporter", claim.reporter)?;
        let (measure, start) = match &self.indicators.row(indicator).definition {
            Definition::Counted { measure, since, .. } => (*measure, *since),
            Definition::Derived(_) => {
                let expected = "an indicator that is counted; this one is derived from others";
                return Err(Problem::new(Code::DERIVED_INDICATOR, "indicator", claim.indicator, expected));
            }
        };
        Ok(Series {
            indicator,
            place,
            breakdown,
            reporter,
            since: claim.since.as_ref().and_then(span).filter(|since| Some(*since) != start),
            period: claim.as_of.as_ref().and_then(span).filter(|_| measure == Measure::Period),
        })
    }

    fn correct(&mut self, seq: Seq, target: Seq, fact: &Fact<'_>) -> Result<(), Problem> {
        macro_rules! correct {
            ($column:ident, $row:expr) => {{
                let row = $row;
                if let Some(entry) = self.$column.find_mut(target) {
                    entry.correct(seq, row);
                }
            }};
        }
        self.corrections.push((seq, target));
        self.corrected.insert((target, seq));
        if target >= seq || self.kind(target) != Some(fact.kind()) {
            return Err(no_such(target, "an earlier event of the replacement's type"));
        }
        match fact {
            Fact::FigureReported(claim) => self.claim(seq, target, claim)?,
            Fact::SourceAdded(source) => correct!(sources, self.source_row(source)),
            Fact::ReporterAdded(reporter) => correct!(reporters, self.reporter_row(reporter)?),
            Fact::PlaceAdded { parent, .. } => correct!(places, self.place_row(*parent)?),
            Fact::DimensionAdded { codes, .. } => correct!(dimensions, DimensionRow::new(codes)),
            Fact::IndicatorDefined(indicator) => correct!(indicators, counted(indicator)),
            Fact::IndicatorDerived { unit, expression, .. } => {
                correct!(indicators, derived(unit, expression))
            }
            Fact::VoteRecorded { date, members, source, .. } => {
                correct!(votes, self.vote_row(*date, *members, source)?);
            }
            Fact::CaseDocumented { reporter, source, route, .. } => {
                correct!(cases, self.case_refs(*reporter, source, route)?);
            }
            Fact::CheckAdded { rule, .. } => correct!(checks, self.check_row(rule)?),
            Fact::PolicySet(policy) => correct!(policies, self.policy_row(policy)?),
            Fact::FigureWithdrawn { target: figure, source, published } => {
                correct!(withdrawals, self.withdrawal_row(*figure, *source, *published)?);
            }
            Fact::FigureDisputed { .. } => correct!(disputes, self.dispute_row(fact)?),
            Fact::VoteReported(account) => correct!(accounts, self.account_row(account)?),
            Fact::VotePosition { .. } => correct!(positions, self.position_row(fact)?),
            Fact::StatementRecorded { speaker, source, date } => {
                correct!(statements, self.refs(Some(speaker), "speaker", Some(source), *date)?);
            }
            Fact::NormCited { cited_by, source } => {
                correct!(norms, self.refs(*cited_by, "cited_by", *source, None)?);
            }
            Fact::CaseUpdated { case, reporter, source, route } => {
                correct!(case_updates, self.case_update_row(case, *reporter, source, route)?);
            }
            Fact::FindingAcknowledged { check, figures } => {
                correct!(acknowledgements, AcknowledgementRow::new(check, figures));
            }
            other => {
                return Err(no_such(target, &format!("not a {}: it stays as it is", other.kind().as_str())));
            }
        }
        Ok(())
    }

    fn retract(&mut self, seq: Seq, target: Seq) -> Result<(), Problem> {
        self.retractions.push((seq, target));
        self.retracted.insert(target, seq);
        let undone = match self.kind(target) {
            Some(Kind::RecordCorrected) => self.target(target),
            _ => None,
        };
        let Some(kind) = self.kind(undone.unwrap_or(target)).filter(|_| target < seq) else {
            return Err(no_such(target, "an earlier event"));
        };
        let original = undone.unwrap_or(target);
        // Not everything that was erased has a row; none has content that could be taken back.
        if self.is_withheld(original) && !kind.declares() {
            return Ok(());
        }
        match (kind, undone) {
            (Kind::FigureReported, None) => self.records.retract(target),
            (Kind::FigureReported, Some(_)) => self.records.undo(target),
            (_, None) => self.amendable(kind, target)?.retract(seq),
            (_, Some(original)) => self.amendable(kind, original)?.undo(target),
        }
        Ok(())
    }

    /// What event `seq` of type `kind` recorded, for retracting it or undoing a correction of it.
    fn amendable(&mut self, kind: Kind, seq: Seq) -> Result<&mut dyn Amend, Problem> {
        macro_rules! find {
            ($column:ident) => {
                self.$column.find_mut(seq).map(|entry| entry as &mut dyn Amend)
            };
        }
        let entry = match kind {
            Kind::SourceAdded => find!(sources),
            Kind::ReporterAdded => find!(reporters),
            Kind::PlaceAdded => find!(places),
            Kind::DimensionAdded => find!(dimensions),
            Kind::IndicatorDefined | Kind::IndicatorDerived => find!(indicators),
            Kind::VoteRecorded => find!(votes),
            Kind::CaseDocumented => find!(cases),
            Kind::CheckAdded => find!(checks),
            Kind::PolicySet => find!(policies),
            Kind::FigureWithdrawn => find!(withdrawals),
            Kind::FigureDisputed => find!(disputes),
            Kind::VoteReported => find!(accounts),
            Kind::VotePosition => find!(positions),
            Kind::StatementRecorded => find!(statements),
            Kind::NormCited => find!(norms),
            Kind::CaseUpdated => find!(case_updates),
            Kind::FindingAcknowledged => find!(acknowledgements),
            _ => None,
        };
        entry.ok_or_else(|| no_such(seq, "an event that can be retracted"))
    }
}

pub(crate) fn no_such(target: Seq, expected: &str) -> Problem {
    Problem::new(Code::NO_SUCH_EVENT, "target", target.to_string(), expected)
}
