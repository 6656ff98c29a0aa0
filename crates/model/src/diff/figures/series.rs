//! Why the current figure of one series is another one.

use std::collections::{HashMap, HashSet};

use super::{Pair, disputes};
use crate::answer::Answers;
use crate::diff::Cause;
use crate::diff::between::{Between, Explained, Publication, Reason, events, newest};
use crate::event::Seq;
use crate::resolve::{self, Resolved, Standing};
use crate::state::key::{Key, SeriesKey};
use crate::state::record::Record;

/// One changed series at both points.
pub(super) struct Series<'b, 'a, 's> {
    between: &'b Between<'a, 's>,
    pair: Pair<'b>,
    from: Side<'b, 's>,
    to: Side<'b, 's>,
    /// All records of the series that either state knows.
    versions: &'b [Seq],
}

/// How a record is looked for: as one of a figure that stands, of any that is seen, or of any that is known.
type Look<'b, 's> = fn(&Side<'b, 's>, Seq) -> Result<usize, Absence>;

/// A series at one point.
struct Side<'b, 's> {
    answers: &'b Answers<'s>,
    resolved: Resolved,
    /// The figure of each visible record.
    figures: HashMap<Seq, usize>,
}

/// Why a record is no record of a figure that stands.
enum Absence {
    /// It is recorded later.
    NotRecorded,
    /// A correction, retraction or withdrawal took it out.
    TakenOut(Seq),
    /// It is public or about a moment later than the clocks ask for, or cannot be placed on them.
    Clocks,
}

impl<'b, 's> Side<'b, 's> {
    fn new(answers: &'b Answers<'s>, key: SeriesKey) -> Self {
        let known = key.index() < answers.state().series_count();
        let resolved = if known { answers.resolver().resolve(key) } else { Resolved::default() };
        let figures =
            resolved.records.iter().map(|placed| (placed.version, placed.figure as usize)).collect();
        Side { answers, resolved, figures }
    }

    /// The records of the current figure.
    fn current(&self) -> Vec<Seq> {
        self.resolved.current.map(|at| self.resolved.records_of(at).collect()).unwrap_or_default()
    }

    /// The figure that has this record and stands, or why there is none.
    fn place(&self, version: Seq) -> Result<usize, Absence> {
        let at = self.seen(version)?;
        if self.resolved.figures[at].standing == Standing::LeftOut { Err(Absence::Clocks) } else { Ok(at) }
    }

    /// The same, whatever moment the figure is about: one beyond the as-of clock can still revise another.
    fn seen(&self, version: Seq) -> Result<usize, Absence> {
        let at = self.known(version)?;
        match self.resolved.figures[at].standing {
            Standing::Withdrawn { by } => Err(Absence::TakenOut(by)),
            _ => Ok(at),
        }
    }

    /// The same, withdrawn or not: a withdrawal takes the records of one figure, and which these are depends on others.
    fn known(&self, version: Seq) -> Result<usize, Absence> {
        let state = self.answers.state();
        let Some(record) = state.records().find(version) else {
            return Err(Absence::NotRecorded);
        };
        if let Some(&at) = self.figures.get(&version) {
            return Ok(at);
        }
        if record.is_in_force() {
            return Err(Absence::Clocks);
        }
        let retracted = state.retraction_of(record.original).max(state.retraction_of(record.version));
        let by = retracted.max(state.correction_in_force(record.original));
        Err(by.map_or(Absence::Clocks, Absence::TakenOut))
    }

    fn stands(&self, version: Seq) -> bool {
        self.place(version).is_ok()
    }
}

impl<'b, 'a, 's> Series<'b, 'a, 's> {
    pub(super) fn new(between: &'b Between<'a, 's>, key: SeriesKey, pair: Pair<'b>) -> Self {
        let (from, to) = (Side::new(between.from, key), Side::new(between.to, key));
        let longer =
            if std::ptr::eq(between.names(), between.from.state()) { between.from } else { between.to };
        Series { between, pair, from, to, versions: longer.resolver().versions(key) }
    }

    /// Why the figure has another place in the order.
    pub(super) fn of_order(&self) -> Explained {
        self.elsewhere(&[self.from.current(), self.to.current()].concat())
    }

    /// Why the value is another one.
    pub(super) fn of_value(&self) -> Explained {
        let (old, new) = (self.from.current(), self.to.current());
        let old_stands = old.iter().any(|version| self.to.stands(*version));
        let new_stood = new.iter().any(|version| self.from.stands(*version));
        let arrivals = if new_stood { Vec::new() } else { self.arrivals(&new, Side::place) };
        let departures = if old_stands { Vec::new() } else { self.departures(&old, Side::place) };
        if let Some(last) = departures.iter().max() {
            return (last.cause, events(departures.iter().chain(arrivals.iter().min()).copied()));
        }
        if let Some(first) = arrivals.iter().min() {
            let cause = match first.cause {
                Cause::Reported => self.reported(&old),
                other => other,
            };
            // What was reported and corrected since then stands there by both events.
            let same_record =
                arrivals.iter().filter(|reason| **reason == *first || self.corrects(reason, first));
            return (cause, events(same_record.copied()));
        }
        self.elsewhere(&[old, new].concat())
    }

    fn corrects(&self, reason: &Reason, reported: &Reason) -> bool {
        self.between.names().target(reason.seq) == Some(reported.seq)
    }

    /// How a figure that was just reported came before the old one.
    fn reported(&self, old: &[Seq]) -> Cause {
        let Some(mut at) = old.iter().find_map(|version| self.to.place(*version).ok()) else {
            return Cause::Reported;
        };
        let figures = &self.to.resolved.figures;
        let mut cause = Cause::Reported;
        // Figures that revise each other in a circle would never end; there are no more steps than figures.
        for _ in 0..figures.len() {
            match figures[at].standing {
                Standing::Superseded { cause: resolve::Cause::Newer, .. } => return Cause::Newer,
                Standing::Superseded { by, cause: resolve::Cause::Revised } => {
                    (at, cause) = (by, Cause::Revised)
                }
                _ => break,
            }
        }
        cause
    }

    /// Why something else in the series made the difference: what happened to these records, else to any.
    fn elsewhere(&self, versions: &[Seq]) -> Explained {
        let all = |versions: &[Seq]| {
            let dated = versions.iter().filter_map(|version| self.dated(*version));
            let looks: [Look<'b, 's>; 3] = [Side::place, Side::seen, Side::known];
            let moved = looks.into_iter().flat_map(|look| {
                self.arrivals(versions, look).into_iter().chain(self.departures(versions, look))
            });
            newest(dated.chain(moved).collect())
        };
        match all(versions).or_else(|| all(self.versions)).or_else(|| newest(self.withdrawals())) {
            Some((Cause::Reported, events)) => (self.reported(&self.from.current()), events),
            Some(found) => found,
            // Without any record that came, went or got another date the two series are the same.
            None => (Cause::Reported, Vec::new()),
        }
    }

    /// Why records of `versions` are there at the second point and were not at the first.
    fn arrivals(&self, versions: &[Seq], look: Look<'b, 's>) -> Vec<Reason> {
        let there = versions.iter().filter(|version| look(&self.to, **version).is_ok());
        there
            .filter_map(|version| Some((*version, look(&self.from, *version).err()?)))
            .flat_map(|(version, absence)| self.arrival(version, absence))
            .collect()
    }

    fn arrival(&self, version: Seq, absence: Absence) -> Vec<Reason> {
        let between = self.between;
        let record = self.record(version);
        let reported = Reason::new(Cause::Reported, record.original);
        let by_clocks = |reason| between.clocks_differ().then_some(reason);
        match absence {
            Absence::NotRecorded if record.original == record.version => vec![reported],
            Absence::NotRecorded if !between.is_common(record.original) => {
                vec![reported, between.because(record.version)]
            }
            Absence::NotRecorded => vec![between.because(record.version)],
            Absence::TakenOut(by) => {
                let ended = || between.ends(by, self.published(by));
                let reason = self.dated(version).or_else(ended);
                reason.or(by_clocks(Reason::new(Cause::NoLongerVisible, by))).into_iter().collect()
            }
            Absence::Clocks => self.dated(version).or(by_clocks(reported)).into_iter().collect(),
        }
    }

    /// Why records of `versions` were there at the first point and are not at the second.
    fn departures(&self, versions: &[Seq], look: Look<'b, 's>) -> Vec<Reason> {
        let there = versions.iter().filter(|version| look(&self.from, **version).is_ok());
        there.filter_map(|version| self.departure(*version, look(&self.to, *version).err()?)).collect()
    }

    fn departure(&self, version: Seq, absence: Absence) -> Option<Reason> {
        let between = self.between;
        let hidden = Reason::new(Cause::NoLongerVisible, self.record(version).version);
        let by_clocks = |reason| between.clocks_differ().then_some(reason);
        match absence {
            Absence::NotRecorded => Some(hidden),
            Absence::TakenOut(by) => between.begins(by, self.published(by)).or_else(|| self.dated(version)),
            Absence::Clocks => self.dated(version).or(by_clocks(hidden)),
        }
    }

    fn dated(&self, version: Seq) -> Option<Reason> {
        let record = self.record(version);
        self.between.dated((record.published, record.source))
    }

    fn record(&self, version: Seq) -> Record {
        self.between.names().records().record(version)
    }

    /// Why the disputes are other ones; of a figure that is another one only those that came up meanwhile.
    pub(super) fn of_disputes(&self, is_same: bool) -> Option<Explained> {
        let (old, new) = (disputes(self.pair.0), disputes(self.pair.1));
        let gained = new.iter().filter(|seq| !old.contains(seq));
        let mut reasons: Vec<Reason> =
            gained.filter_map(|seq| self.between.begins(*seq, self.published(*seq))).collect();
        if !is_same {
            reasons.retain(|reason| reason.cause == Cause::Disputed);
            return newest(reasons);
        }
        if old == new {
            return None;
        }
        let lost = old.iter().filter(|seq| !new.contains(seq));
        reasons.extend(lost.filter_map(|seq| self.between.ends(*seq, self.published(*seq))));
        newest(reasons).or_else(|| Some(self.of_order()))
    }

    /// The withdrawals in this series that act at one point only: a figure that the as-of clock leaves out may be
    /// withdrawn as well.
    fn withdrawals(&self) -> Vec<Reason> {
        let originals: HashSet<Seq> =
            self.versions.iter().map(|version| self.record(*version).original).collect();
        let all = self.between.names().withdrawals().all();
        let here = all.filter(|entry| originals.contains(&entry.row.target)).map(|entry| entry.seq);
        here.filter_map(|seq| {
            let published = self.published(seq);
            self.between.begins(seq, published).or_else(|| self.between.ends(seq, published))
        })
        .collect()
    }

    /// When and where event `seq` was published, if it is a withdrawal or dispute; any other acts as soon as it is
    /// recorded.
    fn published(&self, seq: Seq) -> Option<Publication> {
        let state = self.between.names();
        let withdrawal = state.withdrawals().find(seq).map(|entry| (entry.row.published, entry.row.source));
        withdrawal.or_else(|| state.disputes().find(seq).map(|entry| (entry.row.published, entry.row.source)))
    }
}
