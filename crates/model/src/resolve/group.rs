//! Grouping the records of one series into figures, and finding the current one.

use hashbrown::HashMap;
use std::cmp::Ordering;

use super::{Cause, Claimed, Figure, Placed, Resolved, Standing};
use crate::date::Published;
use crate::event::Seq;
use crate::state::Span;
use crate::value::Value;

/// Groups records into figures: those for one as-of together, strong records before weak ones, in the order they
/// became public; what has no date of publication last.
pub(super) fn figures(mut claims: Vec<Claimed>) -> Resolved {
    claims.sort_unstable_by(in_order_of_placing);
    let mut groups = Groups::default();
    for claim in &claims {
        groups.place(claim);
    }
    groups.apply_explicit_revisions(&claims);
    groups.resolved
}

/// The figure that says what one record says.
pub(super) fn figure(claim: &Claimed, standing: Standing) -> Figure {
    Figure {
        seq: claim.seq,
        value: claim.value,
        as_of: claim.as_of,
        span: claim.span,
        published: claim.published,
        doubted: claim.doubted,
        weak: claim.is_weak(),
        standing,
    }
}

/// Adds the records a withdrawal took back as one withdrawn figure.
pub(super) fn append_withdrawn(resolved: &mut Resolved, claims: &[Claimed], by: Seq) {
    let mut withdrawn = Groups::default();
    // A dated record says what the figure was about; an undated one only repeats it.
    let (dated, undated): (Vec<&Claimed>, Vec<&Claimed>) =
        claims.iter().partition(|claim| claim.span.is_some());
    for claim in dated.into_iter().chain(undated) {
        if withdrawn.resolved.figures.is_empty() {
            withdrawn.new_figure(claim, Standing::Withdrawn { by });
        } else {
            withdrawn.add(0, claim);
        }
    }
    let offset = resolved.figures.len() as u32;
    resolved.figures.append(&mut withdrawn.resolved.figures);
    let placed = withdrawn.resolved.records.iter();
    resolved.records.extend(placed.map(|placed| Placed { figure: placed.figure + offset, ..*placed }));
}

/// Finds the current figure, and says of every other open one which figure came after it.
pub(super) fn settle(resolved: &mut Resolved) {
    let mut open: Vec<usize> = (0..resolved.figures.len())
        .filter(|&at| resolved.figures[at].standing == Standing::Current)
        .collect();
    open.sort_unstable_by_key(|&at| {
        let figure = &resolved.figures[at];
        (!figure.weak, figure.key())
    });
    let Some(&current) = open.last() else { return };
    for pair in open.windows(2) {
        let weaker = resolved.figures[pair[0]].weak && !resolved.figures[current].weak;
        resolved.figures[pair[0]].standing = if weaker {
            Standing::Parallel { beside: current }
        } else {
            Standing::Superseded { by: pair[1], cause: Cause::Newer }
        };
    }
    resolved.current = Some(current);
}

/// Dated before undated, by as-of; then strong before weak; then by publication, unknown last; then as recorded.
fn in_order_of_placing(a: &Claimed, b: &Claimed) -> Ordering {
    let key = |claim: &Claimed| {
        let published = claim.public_from();
        (claim.span.is_none(), claim.span, claim.is_weak(), published.is_none(), published, claim.seq)
    };
    key(a).cmp(&key(b))
}

fn dated(figures: &[Figure]) -> HashMap<Value, Vec<usize>> {
    let mut dated: HashMap<Value, Vec<usize>> = HashMap::new();
    for (at, figure) in figures.iter().enumerate().filter(|(_, figure)| figure.span.is_some()) {
        dated.entry(figure.value.normal()).or_default().push(at);
    }
    dated
}

/// The figures so far, and the group (one as-of) that is being filled.
#[derive(Default)]
struct Groups {
    resolved: Resolved,
    span: Option<Span>,
    /// The latest figure of the group with each value, as far as somebody asked: most groups are one figure.
    in_group: HashMap<Value, usize>,
    /// The first figure that `in_group` does not know yet.
    unknown: usize,
    /// All dated figures by value. Only undated records ask for them: they come last, so that all are known then.
    dated: Option<HashMap<Value, Vec<usize>>>,
    /// The figures of the group that nothing superseded, with strong records and without.
    live: [Vec<usize>; 2],
    /// The figure of the group that stands, among those with strong records and among those without.
    strong: Option<usize>,
    weak: Option<usize>,
}

impl Groups {
    fn place(&mut self, claim: &Claimed) {
        if self.span != claim.span {
            self.span = claim.span;
            self.in_group.clear();
            self.unknown = self.resolved.figures.len();
            self.live = Default::default();
            (self.strong, self.weak) = (None, None);
        }
        match claim.span {
            Some(_) => self.place_dated(claim),
            None => self.place_undated(claim),
        }
    }

    fn place_dated(&mut self, claim: &Claimed) {
        if claim.is_weak()
            && let Some(repeated) = self.repeated_by_weak(claim)
        {
            return self.add(repeated, claim);
        }
        let standing = if claim.is_weak() { self.weak } else { self.strong };
        let Some(current) = standing else {
            let first = self.new_figure(claim, self.beside_strong(claim));
            return self.stand(claim, first);
        };
        let later = self.is_later(claim, current);
        if let Some(repeated) = self.repeated(claim, current, later) {
            self.add(repeated, claim);
        } else if later {
            self.revise(claim);
        } else {
            self.put_beside(claim, current);
        }
    }

    /// A relay repeats whatever figure says the same; a doubted record the one that stands and was public before.
    fn repeated_by_weak(&mut self, claim: &Claimed) -> Option<usize> {
        if claim.relayed {
            return self.latest_equal(claim);
        }
        let strong = self.strong?;
        let figure = &self.resolved.figures[strong];
        let known = figure.published.map(|published| published.public_from());
        let public_before = claim.published.is_none() || known <= claim.public_from();
        (figure.value.same_as(&claim.value) && public_before).then_some(strong)
    }

    /// The figure that a record says again: the one that stands, also as a bound around its exact value; an equal one
    /// beside it that is not older; or, without a date of publication, any equal one.
    fn repeated(&mut self, claim: &Claimed, current: usize, later: bool) -> Option<usize> {
        let standing = &self.resolved.figures[current];
        let restates = later
            && standing.value.is_exact()
            && !claim.value.is_exact()
            && standing.value.low().is_some_and(|exact| claim.value.contains(&exact));
        if restates || standing.value.same_as(&claim.value) {
            return Some(current);
        }
        if later {
            None
        } else {
            self.latest_equal(claim).filter(|at| claim.published.is_none() || self.is_live(*at))
        }
    }

    fn revise(&mut self, claim: &Claimed) {
        let before = std::mem::take(&mut self.live[usize::from(claim.is_weak())]);
        let new = self.new_figure(claim, self.beside_strong(claim));
        for at in before {
            self.resolved.figures[at].standing = Standing::Superseded { by: new, cause: Cause::Revised };
        }
        self.stand(claim, new);
    }

    /// The narrower of the two is preferred, else the one recorded first.
    fn put_beside(&mut self, claim: &Claimed, current: usize) {
        let standing = &self.resolved.figures[current];
        if claim.value.is_inside(&standing.value) {
            let new = self.new_figure(claim, standing.standing);
            self.resolved.figures[current].standing = Standing::Parallel { beside: new };
            self.stand(claim, new);
        } else {
            self.new_figure(claim, Standing::Parallel { beside: current });
        }
    }

    /// An undated record says again the latest figure of equal value that was not about a later day than the record's
    /// publication; else the latest undated one; else it is a figure of its own. It revises nothing: nobody knows
    /// which moment it is about.
    fn place_undated(&mut self, claim: &Claimed) {
        let published = claim.published.map(|published| published.last_day());
        let about = |at: &&usize| self.resolved.figures[**at].span.map(|(_, last)| last);
        let figures = &self.resolved.figures;
        let all_dated = self.dated.get_or_insert_with(|| dated(figures));
        let equal = all_dated.get(&claim.value.normal()).into_iter().flatten();
        let dated = equal.filter(|at| published.is_none_or(|day| about(at) <= Some(day)));
        let newest = dated.max_by_key(|at| self.resolved.figures[**at].key()).copied();
        let standing = if claim.is_weak() { self.weak.or(self.strong) } else { self.strong };
        let undated = if claim.relayed || claim.published.is_none() {
            self.latest_equal(claim)
        } else {
            standing.filter(|&at| self.resolved.figures[at].value.same_as(&claim.value))
        };
        match newest.or(undated) {
            Some(at) => self.add(at, claim),
            None => {
                let new = self.new_figure(claim, Standing::Current);
                self.stand(claim, new);
            }
        }
    }

    fn apply_explicit_revisions(&mut self, claims: &[Claimed]) {
        if claims.iter().all(|claim| claim.revises.is_none()) {
            return;
        }
        let by_version: HashMap<Seq, usize> =
            self.resolved.records.iter().map(|placed| (placed.version, placed.figure as usize)).collect();
        let figure_of: HashMap<Seq, usize> =
            claims.iter().filter_map(|claim| Some((claim.seq, *by_version.get(&claim.version)?))).collect();
        let mut revising: Vec<&Claimed> = claims.iter().filter(|claim| claim.revises.is_some()).collect();
        revising.sort_unstable_by_key(|claim| claim.seq);
        for claim in revising {
            let target = claim.revises.and_then(|target| figure_of.get(&target));
            let (Some(&new), Some(&old)) = (figure_of.get(&claim.seq), target) else {
                continue;
            };
            if new == old {
                continue;
            }
            // What says again what was revised before stands again: without this a ring would leave nothing.
            if self.is_superseded_through(new, old) {
                self.resolved.figures[new].standing = Standing::Current;
            }
            self.resolved.figures[old].standing = Standing::Superseded { by: new, cause: Cause::Revised };
        }
    }

    /// Whether following what superseded `figure`, and what superseded that, leads to `other`.
    fn is_superseded_through(&self, figure: usize, other: usize) -> bool {
        let next = |at: &usize| match self.resolved.figures[*at].standing {
            Standing::Superseded { by, .. } => Some(by),
            _ => None,
        };
        // No chain is longer than there are figures.
        std::iter::successors(next(&figure), next).take(self.resolved.figures.len()).any(|at| at == other)
    }

    fn is_live(&self, at: usize) -> bool {
        !matches!(self.resolved.figures[at].standing, Standing::Superseded { .. })
    }

    /// Both dates of publication are known, and the record's is the later one.
    fn is_later(&self, claim: &Claimed, figure: usize) -> bool {
        let standing = self.resolved.figures[figure].published.map(|published| published.public_from());
        standing.is_some() && claim.public_from() > standing
    }

    /// The latest figure of the group with an equal value.
    fn latest_equal(&mut self, claim: &Claimed) -> Option<usize> {
        for (at, figure) in self.resolved.figures.iter().enumerate().skip(self.unknown) {
            self.in_group.insert(figure.value.normal(), at);
        }
        self.unknown = self.resolved.figures.len();
        self.in_group.get(&claim.value.normal()).copied()
    }

    /// A figure without a strong record stands beside the strong one of its group, if there is one.
    fn beside_strong(&self, claim: &Claimed) -> Standing {
        match self.strong {
            Some(beside) if claim.is_weak() => Standing::Parallel { beside },
            _ => Standing::Current,
        }
    }

    fn stand(&mut self, claim: &Claimed, figure: usize) {
        if claim.is_weak() {
            self.weak = Some(figure);
        } else {
            self.strong = Some(figure);
        }
    }

    fn new_figure(&mut self, claim: &Claimed, standing: Standing) -> usize {
        let at = self.resolved.figures.len();
        self.resolved.figures.push(figure(claim, standing));
        self.resolved.records.push(Placed { version: claim.version, figure: at as u32 });
        self.live[usize::from(claim.is_weak())].push(at);
        at
    }

    fn add(&mut self, at: usize, claim: &Claimed) {
        let figure = &mut self.resolved.figures[at];
        figure.doubted &= claim.doubted;
        figure.weak &= claim.is_weak();
        if claim.seq < figure.seq {
            figure.seq = claim.seq;
            // A bound that restates an exact value, and an undated record, leave the figure as it is.
            if claim.value.same_as(&figure.value) {
                (figure.value, figure.as_of) = (claim.value, claim.as_of.or(figure.as_of));
            }
        }
        let earlier = |published: &Published| {
            figure.published.is_none_or(|known| published.public_from() < known.public_from())
        };
        if let Some(published) = claim.published.filter(earlier) {
            figure.published = Some(published);
        }
        self.resolved.records.push(Placed { version: claim.version, figure: at as u32 });
    }
}
