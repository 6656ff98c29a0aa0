//! Grouping the records of one series into figures, and finding the current one.
//!
//! Most moments have one figure with one record, and most series no record that names another one. So what a moment or a
//! series seldom needs (values by their words, dated figures by their values) is gathered when a record asks for it.

use hashbrown::HashMap;

use super::calendar::{Calendar, Rank};
use super::claims::Claimed;
use super::{Cause, Figure, Resolver, Standing};
use crate::event::Seq;
use crate::state::key::{DateKey, PublishedKey};
use crate::state::record::{Records, Word};
use crate::value::Value;

/// A figure while its series is gone through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    pub(super) seq: Seq,
    /// The record that says its value.
    pub(super) version: Seq,
    pub(super) value: Word,
    pub(super) as_of: Option<DateKey>,
    /// The days it is about.
    pub(super) days: Rank,
    pub(super) published: Option<PublishedKey>,
    /// When `published` was surely public.
    pub(super) public: Rank,
    pub(super) doubted: bool,
    pub(super) weak: bool,
    pub(super) standing: Standing,
}

impl Draft {
    /// The figure that says what one record says.
    pub(super) fn new(claim: &Claimed, standing: Standing) -> Draft {
        Draft {
            seq: claim.seq,
            version: claim.version,
            value: claim.value,
            as_of: claim.as_of,
            days: claim.days,
            published: claim.published,
            public: claim.public,
            doubted: claim.doubted,
            weak: claim.is_weak(),
            standing,
        }
    }

    /// The figure as it is told.
    pub(super) fn figure(&self, resolver: &Resolver<'_>) -> Figure {
        Figure {
            seq: self.seq,
            value: said(&resolver.state.records, self.version),
            as_of: self.as_of,
            span: resolver.calendar.span(self.days),
            published: self.published.map(|key| *resolver.state.publications.get(key)),
            doubted: self.doubted,
            weak: self.weak,
            standing: self.standing,
        }
    }

    /// Whether this record, its first, says all that is known of it.
    pub(super) fn says_just(&self, first: &Claimed) -> bool {
        let Draft { seq, version, value, as_of, days, published, public, doubted, weak, .. } =
            Draft::new(first, self.standing);
        (self.seq, self.version, self.value, self.as_of, self.days) == (seq, version, value, as_of, days)
            && (self.published, self.public, self.doubted, self.weak) == (published, public, doubted, weak)
    }

    /// The days it counts for.
    pub(super) fn effective(&self, calendar: &Calendar) -> Rank {
        if self.days.is_some() { self.days } else { calendar.publication(self.published).days }
    }

    /// Its place in its series, as one number in the order of [`Figure::key`].
    fn key(&self, calendar: &Calendar) -> u128 {
        let undated = u128::from(!self.days.is_some());
        self.effective(calendar).number() << 65
            | undated << 64
            | self.public.number() << 32
            | u128::from(self.seq)
    }

    /// The same, but weak figures come before all others.
    fn rank(&self, calendar: &Calendar) -> u128 {
        u128::from(!self.weak) << 127 | self.key(calendar)
    }

    fn is_live(&self) -> bool {
        !matches!(self.standing, Standing::Superseded { .. })
    }

    fn add(&mut self, claim: &Claimed) {
        self.doubted &= claim.doubted;
        self.weak &= claim.is_weak();
        if claim.seq < self.seq {
            self.seq = claim.seq;
            // A bound that restates an exact value, and an undated record, leave the figure as it is.
            if claim.value == self.value {
                self.version = claim.version;
                self.as_of = claim.as_of.or(self.as_of);
            }
        }
        if claim.public.none_last() < self.public.none_last() {
            (self.published, self.public) = (claim.published, claim.public);
        }
    }
}

fn said(records: &Records, version: Seq) -> Value {
    records.value(&records.record(version))
}

/// The figures of a series so far, and the group (one as-of) that is being filled.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) figures: Vec<Draft>,
    days: Rank,
    /// The latest figure with each value of each group, as far as somebody asked.
    latest: HashMap<(Rank, Word), u32>,
    /// The first figure that `latest` does not know yet.
    unknown: usize,
    /// All dated figures by value and day. Only undated records ask for them: they come last, so that all are known then.
    dated: Vec<(Word, Rank, u32)>,
    are_dated_known: bool,
    /// The figures of the group that nothing superseded, with strong records and without.
    live: [Vec<u32>; 2],
    /// The figure of the group that stands, among those with strong records and among those without.
    strong: Option<usize>,
    weak: Option<usize>,
    /// For putting figures in order.
    order: Vec<(u128, u32)>,
}

impl Groups {
    /// Groups records into figures: those for one as-of together, strong records before weak ones, in the order they
    /// became public; what has no date of publication last.
    pub(super) fn fill(&mut self, resolver: &Resolver<'_>, claims: &mut [Claimed]) {
        self.clear();
        claims.sort_unstable_by_key(Claimed::turn);
        for claim in claims {
            claim.figure = self.place(resolver, claim) as u32;
        }
    }

    fn clear(&mut self) {
        self.figures.clear();
        self.begin(Rank::NONE);
        // Only few series need it, and emptying takes as long as the longest of them was.
        if !self.latest.is_empty() {
            self.latest = HashMap::new();
        }
        self.are_dated_known = false;
    }

    /// Begins the group about these days.
    fn begin(&mut self, days: Rank) {
        self.days = days;
        self.unknown = self.figures.len();
        self.live.iter_mut().for_each(Vec::clear);
        (self.strong, self.weak) = (None, None);
    }

    fn place(&mut self, resolver: &Resolver<'_>, claim: &Claimed) -> usize {
        if self.days != claim.days {
            self.begin(claim.days);
        }
        match claim.days.is_some() {
            true => self.place_dated(&resolver.state.records, claim),
            false => self.place_undated(&resolver.calendar, claim),
        }
    }

    fn place_dated(&mut self, records: &Records, claim: &Claimed) -> usize {
        if claim.is_weak()
            && let Some(repeated) = self.repeated_by_weak(claim)
        {
            return self.add(repeated, claim);
        }
        let standing = if claim.is_weak() { self.weak } else { self.strong };
        let Some(current) = standing else {
            return self.stand(claim, self.beside_strong(claim));
        };
        let later = self.is_later(claim, current);
        if let Some(repeated) = self.repeated(records, claim, current, later) {
            self.add(repeated, claim)
        } else if later {
            self.revise(claim)
        } else {
            self.put_beside(records, claim, current)
        }
    }

    /// A relay repeats whatever figure says the same; a doubted record the one that stands and was public before.
    fn repeated_by_weak(&mut self, claim: &Claimed) -> Option<usize> {
        if claim.relayed {
            return self.latest_equal(claim);
        }
        let strong = self.strong?;
        let figure = &self.figures[strong];
        let public_before = !claim.public.is_some() || figure.public <= claim.public;
        (figure.value == claim.value && public_before).then_some(strong)
    }

    /// The figure that a record says again: the one that stands, also as a bound around its exact value; an equal one
    /// beside it that is not older; or, without a date of publication, any equal one.
    fn repeated(&mut self, records: &Records, claim: &Claimed, current: usize, later: bool) -> Option<usize> {
        let standing = &self.figures[current];
        let restates = || {
            let exact = said(records, standing.version).low();
            exact.is_some_and(|exact| said(records, claim.version).contains(&exact))
        };
        let may_restate = later && standing.value.is_exact() && !claim.value.is_exact();
        if standing.value == claim.value || may_restate && restates() {
            return Some(current);
        }
        if later {
            None
        } else {
            self.latest_equal(claim).filter(|at| !claim.public.is_some() || self.figures[*at].is_live())
        }
    }

    fn revise(&mut self, claim: &Claimed) -> usize {
        let by = self.figures.len();
        for at in self.live[usize::from(claim.is_weak())].drain(..) {
            self.figures[at as usize].standing = Standing::Superseded { by, cause: Cause::Revised };
        }
        self.stand(claim, self.beside_strong(claim))
    }

    /// The narrower of the two is preferred, else the one recorded first.
    fn put_beside(&mut self, records: &Records, claim: &Claimed, current: usize) -> usize {
        let standing = &self.figures[current];
        if said(records, claim.version).is_inside(&said(records, standing.version)) {
            let new = self.stand(claim, standing.standing);
            self.figures[current].standing = Standing::Parallel { beside: new };
            new
        } else {
            self.new_figure(claim, Standing::Parallel { beside: current })
        }
    }

    /// An undated record says again the latest figure of equal value that was not about a later day than the record's
    /// publication; else the latest undated one; else it is a figure of its own. It revises nothing: nobody knows
    /// which moment it is about.
    fn place_undated(&mut self, calendar: &Calendar, claim: &Claimed) -> usize {
        let newest = self.latest_dated(calendar, claim);
        let standing = if claim.is_weak() { self.weak.or(self.strong) } else { self.strong };
        let undated = if claim.relayed || !claim.public.is_some() {
            self.latest_equal(claim)
        } else {
            standing.filter(|&at| self.figures[at].value == claim.value)
        };
        match newest.or(undated) {
            Some(at) => self.add(at, claim),
            None => self.stand(claim, Standing::Current),
        }
    }

    /// The latest dated figure of equal value that is not about a later day than the record's publication.
    fn latest_dated(&mut self, calendar: &Calendar, claim: &Claimed) -> Option<usize> {
        if !self.are_dated_known {
            let figures = (0..).zip(&self.figures).filter(|(_, figure)| figure.days.is_some());
            self.dated.clear();
            self.dated.extend(figures.map(|(at, figure)| (figure.value, figure.days, at)));
            self.dated.sort_unstable();
            self.are_dated_known = true;
        }
        let published = calendar.last_day(calendar.publication(claim.published).days);
        let is_before = |days: Rank| published.is_none_or(|day| calendar.last_day(days) <= Some(day));
        let behind = self.dated.partition_point(|(value, days, _)| {
            *value < claim.value || *value == claim.value && is_before(*days)
        });
        let &(_, latest, _) = self.dated[..behind].last().filter(|(value, ..)| *value == claim.value)?;
        // More than one where a reporter came back to a value.
        let equal = self.dated[..behind].iter().rev();
        let equal = equal.take_while(|(value, days, _)| (*value, *days) == (claim.value, latest));
        equal.map(|(.., at)| *at as usize).max_by_key(|at| self.figures[*at].key(calendar))
    }

    /// Both dates of publication are known, and the record's is the later one.
    fn is_later(&self, claim: &Claimed, figure: usize) -> bool {
        let standing = self.figures[figure].public;
        standing.is_some() && claim.public > standing
    }

    /// The latest figure of the group with an equal value.
    fn latest_equal(&mut self, claim: &Claimed) -> Option<usize> {
        for (at, figure) in (0..).zip(&self.figures).skip(self.unknown) {
            self.latest.insert((self.days, figure.value), at);
        }
        self.unknown = self.figures.len();
        self.latest.get(&(self.days, claim.value)).map(|at| *at as usize)
    }

    /// A figure without a strong record stands beside the strong one of its group, if there is one.
    fn beside_strong(&self, claim: &Claimed) -> Standing {
        match self.strong {
            Some(beside) if claim.is_weak() => Standing::Parallel { beside },
            _ => Standing::Current,
        }
    }

    /// Makes of a record the figure of its group that stands.
    fn stand(&mut self, claim: &Claimed, standing: Standing) -> usize {
        let figure = self.new_figure(claim, standing);
        let stands = if claim.is_weak() { &mut self.weak } else { &mut self.strong };
        *stands = Some(figure);
        figure
    }

    fn new_figure(&mut self, claim: &Claimed, standing: Standing) -> usize {
        let at = self.figures.len();
        self.figures.push(Draft::new(claim, standing));
        self.live[usize::from(claim.is_weak())].push(at as u32);
        at
    }

    fn add(&mut self, at: usize, claim: &Claimed) -> usize {
        self.figures[at].add(claim);
        at
    }

    /// Adds the records that a withdrawal took back, dated ones first, as one withdrawn figure.
    pub(super) fn append_withdrawn(&mut self, claims: &mut [Claimed], by: Seq) {
        let at = self.figures.len();
        for claim in claims {
            match self.figures.get_mut(at) {
                Some(figure) => figure.add(claim),
                None => self.figures.push(Draft::new(claim, Standing::Withdrawn { by })),
            }
            claim.figure = at as u32;
        }
    }

    /// What a record says it supersedes is superseded, whatever their dates.
    pub(super) fn apply_explicit_revisions(&mut self, records: &Records, claims: &[Claimed]) {
        if claims.iter().all(|claim| !claim.revises) {
            return;
        }
        let mut figures: Vec<(Seq, u32)> = claims.iter().map(|claim| (claim.seq, claim.figure)).collect();
        figures.sort_unstable();
        let figure_of = |seq: Seq| {
            let at = figures.binary_search_by_key(&seq, |(known, _)| *known).ok()?;
            Some(figures[at].1 as usize)
        };
        let mut revising: Vec<&Claimed> = claims.iter().filter(|claim| claim.revises).collect();
        revising.sort_unstable_by_key(|claim| claim.seq);
        for claim in revising {
            let (new, old) =
                (claim.figure as usize, records.record(claim.version).revises.and_then(figure_of));
            let Some(old) = old.filter(|old| *old != new) else { continue };
            // What says again what was revised before stands again: without this a ring would leave nothing.
            if self.is_superseded_through(new, old) {
                self.figures[new].standing = Standing::Current;
            }
            self.figures[old].standing = Standing::Superseded { by: new, cause: Cause::Revised };
        }
    }

    /// Whether following what superseded `figure`, and what superseded that, leads to `other`.
    fn is_superseded_through(&self, figure: usize, other: usize) -> bool {
        let next = |at: &usize| match self.figures[*at].standing {
            Standing::Superseded { by, .. } => Some(by),
            _ => None,
        };
        // No chain is longer than there are figures.
        std::iter::successors(next(&figure), next).take(self.figures.len()).any(|at| at == other)
    }

    /// The current figure: of those that are open the last one.
    pub(super) fn current(&self, calendar: &Calendar) -> Option<usize> {
        let open = self.figures.iter().enumerate().filter(|(_, figure)| figure.standing == Standing::Current);
        open.max_by_key(|(_, figure)| figure.rank(calendar)).map(|(at, _)| at)
    }

    /// Finds the current figure, and says of every other open one which figure came after it.
    pub(super) fn settle(&mut self, calendar: &Calendar) -> Option<usize> {
        let Groups { figures, order, .. } = self;
        let open = (0..).zip(&*figures).filter(|(_, figure)| figure.standing == Standing::Current);
        order.clear();
        order.extend(open.map(|(at, figure)| (figure.rank(calendar), at)));
        order.sort_unstable();
        let current = order.last()?.1 as usize;
        for pair in order.windows(2) {
            let (at, by) = (pair[0].1 as usize, pair[1].1 as usize);
            let weaker = figures[at].weak && !figures[current].weak;
            figures[at].standing = if weaker {
                Standing::Parallel { beside: current }
            } else {
                Standing::Superseded { by, cause: Cause::Newer }
            };
        }
        Some(current)
    }
}
