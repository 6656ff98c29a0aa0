//! Rows from facts: every name looked up, the first unknown one reported.

use super::apply::no_such;
use super::key::{CaseKey, Key, PlaceKey, PublishedKey, ReporterKey, SourceKey, VoteKey};
use super::versioned::Dictionary;
use super::{
    AccountRow, CaseUpdateRow, Definition, DimensionRow, Dispute, IndicatorRow, PlaceRow, PolicyRow,
    PositionRow, Refs, ReporterRow, SourceRow, Span, State, VoteRow, Withdrawal,
};
use crate::date::{Edtf, Published};
use crate::event::{Account, Fact, Indicator, Kind, Policy, Reporter, Route, Rule, Seq, Source};
use crate::problem::{Code, Problem, nearest};
use crate::value::Expression;

/// First and last day of a closed date.
pub(crate) fn span(date: &Edtf) -> Option<Span> {
    Some((date.first_day(), date.last_day()?))
}

/// Looks up a declared id.
#[inline]
pub(crate) fn declared<K: Key, T>(
    dictionary: &Dictionary<K, T>,
    what: &str,
    member: &str,
    id: &str,
) -> Result<K, Problem> {
    match dictionary.find(id) {
        Some(key) => Ok(key),
        None => Err(undeclared(dictionary, what, member, id)),
    }
}

#[cold]
fn undeclared<K: Key, T>(dictionary: &Dictionary<K, T>, what: &str, member: &str, id: &str) -> Problem {
    Problem::new(Code::UNDECLARED, member, id, format!("the id of a declared {what}"))
        .meant(nearest(id, dictionary.ids()))
}

pub(super) fn declared_if<K: Key, T>(
    dictionary: &Dictionary<K, T>,
    what: &str,
    member: &str,
    id: Option<&str>,
) -> Result<Option<K>, Problem> {
    id.map(|id| declared(dictionary, what, member, id)).transpose()
}

impl State {
    pub(crate) fn source(&self, id: &str) -> Result<SourceKey, Problem> {
        declared(&self.sources, "source", "source", id)
    }

    pub(super) fn source_if(&self, id: Option<&str>) -> Result<Option<SourceKey>, Problem> {
        declared_if(&self.sources, "source", "source", id)
    }

    pub(super) fn place(&self, id: Option<&str>, member: &str) -> Result<Option<PlaceKey>, Problem> {
        declared_if(&self.places, "place", member, id)
    }

    pub(super) fn vote(&self, id: &str) -> Result<VoteKey, Problem> {
        declared(&self.votes, "vote", "vote", id)
    }

    pub(super) fn case(&self, id: &str) -> Result<CaseKey, Problem> {
        declared(&self.cases, "case", "case", id)
    }

    pub(super) fn reporter_if(&self, id: Option<&str>, member: &str) -> Result<Option<ReporterKey>, Problem> {
        declared_if(&self.reporters, "reporter", member, id)
    }

    pub(super) fn publication(&mut self, published: Option<Published>) -> Option<PublishedKey> {
        published.map(|published| self.publications.intern(published))
    }

    pub(super) fn source_row(&mut self, source: &Source<'_>) -> SourceRow {
        SourceRow { published: self.publication(source.published) }
    }

    pub(super) fn place_row(&self, parent: Option<&str>) -> Result<PlaceRow, Problem> {
        Ok(PlaceRow { parent: self.place(parent, "parent")? })
    }

    pub(super) fn vote_row(
        &self,
        date: Edtf,
        members: Option<u32>,
        source: &str,
    ) -> Result<VoteRow, Problem> {
        Ok(VoteRow { date, members, source: self.source(source)? })
    }

    pub(super) fn reporter_row(&self, reporter: &Reporter<'_>) -> Result<ReporterRow, Problem> {
        let speaks_for = self.reporter_if(reporter.speaks_for, "speaks_for")?;
        Ok(ReporterRow { kind: Some(reporter.kind), speaks_for })
    }

    pub(super) fn policy_row(&self, policy: &Policy<'_>) -> Result<PolicyRow, Problem> {
        let indicator = declared(&self.indicators, "indicator", "indicator", policy.indicator)?;
        let rule = match &policy.rule {
            Rule::Latest => Rule::Latest,
            Rule::Range => Rule::Range,
            Rule::Prefer(reporters) => {
                let keys =
                    reporters.iter().map(|id| declared(&self.reporters, "reporter", "rule.prefer", id));
                Rule::Prefer(keys.collect::<Result<_, _>>()?)
            }
        };
        Ok(PolicyRow { indicator, rule, window: policy.window })
    }

    pub(super) fn withdrawal_row(
        &mut self,
        target: Seq,
        source: Option<&str>,
        published: Option<Published>,
    ) -> Result<Withdrawal, Problem> {
        self.expect_figure(target)?;
        let source = self.source_if(source)?;
        Ok(Withdrawal { target, source, published: self.publication(published) })
    }

    pub(super) fn dispute_row(&mut self, fact: &Fact<'_>) -> Result<Dispute, Problem> {
        let Fact::FigureDisputed { target, by_reporter, source, published, value } = fact else {
            unreachable!("called for disputes only");
        };
        self.expect_figure(*target)?;
        Ok(Dispute {
            target: *target,
            by_reporter: declared(&self.reporters, "reporter", "by_reporter", by_reporter)?,
            source: self.source_if(*source)?,
            published: self.publication(*published),
            value: *value,
        })
    }

    pub(super) fn expect_figure(&self, target: Seq) -> Result<(), Problem> {
        match self.kind(target) {
            Some(Kind::FigureReported) => Ok(()),
            _ => Err(no_such(target, "a figure.reported event")),
        }
    }

    pub(super) fn account_row(&mut self, account: &Account<'_>) -> Result<AccountRow, Problem> {
        Ok(AccountRow {
            vote: self.vote(account.vote)?,
            source: self.source(account.source)?,
            reporter: self.reporter_if(account.reporter, "reporter")?,
            official: account.official,
            tally: account.tally,
            positions: account.positions.clone(),
            published: self.publication(account.published),
            relayed_by: self.reporter_if(account.relayed_by, "relayed_by")?,
            doubted: account.doubted,
        })
    }

    pub(super) fn position_row(&mut self, fact: &Fact<'_>) -> Result<PositionRow, Problem> {
        let Fact::VotePosition { vote, stated, position, source, published } = fact else {
            unreachable!("called for positions only");
        };
        Ok(PositionRow {
            vote: self.vote(vote)?,
            stated: *stated,
            position: *position,
            source: self.source(source)?,
            published: self.publication(*published),
        })
    }

    pub(super) fn case_update_row(
        &self,
        case: &str,
        reporter: Option<&str>,
        source: &str,
        route: &Route<'_>,
    ) -> Result<CaseUpdateRow, Problem> {
        Ok(CaseUpdateRow { case: self.case(case)?, refs: self.case_refs(reporter, source, route)? })
    }

    pub(super) fn refs(
        &self,
        reporter: Option<&str>,
        member: &str,
        source: Option<&str>,
        date: Option<Edtf>,
    ) -> Result<Refs, Problem> {
        let reporter = self.reporter_if(reporter, member)?;
        Ok(Refs { reporter, source: self.source_if(source)?, date, places: [None; 2] })
    }

    pub(super) fn case_refs(
        &self,
        reporter: Option<&str>,
        source: &str,
        route: &Route<'_>,
    ) -> Result<Refs, Problem> {
        let refs = self.refs(reporter, "reporter", Some(source), None)?;
        let origin = self.place(route.origin, "origin")?;
        let destination = self.place(route.destination, "destination")?;
        Ok(Refs { places: [origin, destination], ..refs })
    }
}

pub(super) fn counted(indicator: &Indicator<'_>) -> IndicatorRow {
    let definition = Definition::Counted {
        measure: indicator.measure,
        since: indicator.since.as_ref().and_then(span),
        minimum: indicator.minimum,
    };
    IndicatorRow { unit: indicator.unit.to_string(), definition }
}

pub(super) fn derived(unit: &str, expression: &Expression) -> IndicatorRow {
    IndicatorRow { unit: unit.to_owned(), definition: Definition::Derived(Box::new(expression.clone())) }
}

impl DimensionRow {
    pub(super) fn new(codes: &[&str]) -> Self {
        DimensionRow { codes: codes.iter().map(ToString::to_string).collect() }
    }
}
