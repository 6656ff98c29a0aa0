//! Staging what is new, in the other ledger's order.

use std::collections::{HashMap, HashSet};

use recount_ledger::codec::{self, Untranslated};
use recount_ledger::line::{EventLine, Line, Origin, quoted};
use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, Problem};

use super::conflict::{Clash, Conflict, differences};
use super::other::{Other, each_line};
use super::pairs::{Pair, Pairs, can_rename, declared_at};
use super::plan::{Plan, Verdict};
use super::settle::{Choice, Rules, Settled, Side};
use super::{LeftOut, MergeError, Merged, Why};
use crate::{ReplayError, Session, Stamp};

struct Staging<'m, 's> {
    session: &'m mut Session<'s>,
    other: &'m Other,
    rules: &'m Rules,
    stamp: Stamp,
    pairs: Pairs,
    plan: Plan,
    /// Their new events that are staged, or that an event here stands for.
    taken: HashMap<Seq, Seq>,
    /// Their new events that are not.
    out: HashSet<Seq>,
    settled: Vec<Settled>,
    merged: Merged,
}

/// Stages every new event, and `ledger.merged` behind them.
pub(super) fn stage(
    session: &mut Session<'_>,
    other: &Other,
    rules: &Rules,
    stamp: Stamp,
    pairs: Pairs,
    plan: Plan,
) -> Result<Merged, MergeError> {
    let settled = [&plan.settled[..], &pairs.renamed].concat();
    let merged = Merged::default();
    let (taken, out) = (HashMap::new(), HashSet::new());
    let mut staging = Staging { session, other, rules, stamp, pairs, plan, taken, out, settled, merged };
    each_line(&other.ledger, &mut |_, line| staging.line(line))?;
    if !staging.plan.conflicts.is_empty() {
        staging.plan.conflicts.sort_by_key(|conflict| conflict.theirs);
        return Err(MergeError::Unsettled(staging.plan.conflicts));
    }
    staging.merged.settled = staging.settled.len();
    staging.merged.unused = rules.unused(&staging.settled);
    if !staging.merged.is_nothing() {
        staging.conclude().map_err(|problem| unfit(other, problem))?;
    }
    Ok(staging.merged)
}

/// The merge itself could not be recorded, such as an origin that fills a line.
fn unfit(other: &Other, problem: Problem) -> ReplayError {
    let seq = other.state.size();
    ReplayError::Event { path: other.ledger.path().to_owned(), line: 1, seq, problem: Box::new(problem) }
}

impl Staging<'_, '_> {
    fn line(&mut self, line: &Line<'_>) {
        let seq = line.seq() as Seq;
        match self.pairs.of(seq) {
            Pair::Here(here) => {
                self.merged.present += 1;
                self.merged.renumbered += usize::from(here != seq);
                if matches!(line, Line::Stub(_)) && !self.session.state.is_withheld(here) {
                    self.merged.erased_there.push(here);
                }
            }
            Pair::Aside => {}
            Pair::LeftOutBefore | Pair::Instead(_) => self.merged.left_out_before += 1,
            Pair::Withheld => self.merged.withheld += 1,
            Pair::New => {
                if let (Line::Event(event), Some(kind)) = (line, Kind::parse(line.kind())) {
                    self.new_event(seq, kind, event);
                }
            }
        }
    }

    fn new_event(&mut self, seq: Seq, kind: Kind, event: &EventLine<'_>) {
        match self.plan.verdicts.get(&seq) {
            Some(Verdict::Nothing(here)) => return self.stand_for(seq, *here),
            Some(Verdict::Out(why)) => return self.leave_out(seq, kind, *why),
            Some(Verdict::Pending) | None => {}
        }
        let here = |seq: Seq| self.pairs.here(seq).or_else(|| self.taken.get(&seq).copied());
        let data = match self.other.translated(kind, event.data, &here, &self.pairs.renames) {
            Ok(data) => data,
            Err(Untranslated::Absent(absent)) => return self.absent(seq, kind, &absent),
            Err(Untranslated::Unreadable(problem)) => return self.refused(seq, kind, vec![problem]),
        };
        if let Some(here) = self.corrected_already(kind, &data) {
            return self.stand_for(seq, here);
        }
        let declared = codec::declared(kind, &data);
        let declared = declared
            .and_then(|(of, id)| Some((can_rename(of), declared_at(&self.session.state, of, &id)?, id)));
        match declared {
            Some((renamable, ours, id)) => self.declared(event, kind, &data, ours, &id, renamable),
            None => self.stage(event, kind, &data),
        }
    }

    /// The event here that says already what a correction would have it say.
    fn corrected_already(&self, kind: Kind, data: &str) -> Option<Seq> {
        if kind != Kind::RecordCorrected {
            return None;
        }
        let members = codec::own_members(data).ok()?;
        let target: Seq = members.get("target")?.parse().ok()?;
        let state = &self.session.state;
        // What was staged by this merge is not read: it is history that is to be kept.
        let (kind, said) = self.session.in_force(target)?;
        let same = differences((kind, &said), (kind, members.get("data")?)).is_empty();
        same.then(|| state.correction_in_force(target).unwrap_or(target))
    }

    fn stage(&mut self, event: &EventLine<'_>, kind: Kind, data: &str) {
        let seq = event.seq as Seq;
        let head = self.other.ledger.head();
        let first =
            Origin { root: head.root, size: head.size, seq: event.seq, at: event.at, by: event.by.clone() };
        // Who recorded it first is not lost on the way through several ledgers.
        let from = event.from.clone().unwrap_or(first);
        match self.session.stage_event(kind, data, Some(from), self.stamp) {
            Ok(here) => {
                self.merged.new += 1;
                self.taken.insert(seq, here);
            }
            Err(problems) => self.refused(seq, kind, problems),
        }
    }

    /// What they declare has an id that is declared here.
    fn declared(
        &mut self,
        event: &EventLine<'_>,
        kind: Kind,
        data: &str,
        ours: Seq,
        id: &str,
        renamable: bool,
    ) {
        let seq = event.seq as Seq;
        let differences = self.differences(seq, kind, data, ours);
        if differences.is_empty() {
            self.amendments(seq, Verdict::Nothing(ours));
            return self.stand_for(seq, ours);
        }
        // An event of ours that is another one of theirs cannot be this one too.
        let another = self.pairs.is_shared(ours);
        let decided_there = self.pairs.was_decided_there(ours).then_some(Choice::Prefer(Side::Theirs));
        let mut problems = Vec::new();
        match self.rules.choice(seq, Some(id)).or(decided_there) {
            Some(Choice::Prefer(Side::Ours)) => {
                self.settled.push((seq, Some(id.to_owned())));
                self.amendments(seq, Verdict::Out(Why::Settled));
                self.leave_out(seq, kind, Why::Settled);
                self.out.remove(&seq);
                self.taken.insert(seq, ours);
                return;
            }
            Some(Choice::Prefer(Side::Theirs)) if !another => match self.correct(event, data, ours) {
                Ok(()) => {
                    self.settled.push((seq, Some(id.to_owned())));
                    self.taken.insert(seq, ours);
                    return;
                }
                Err(refused) => problems = refused,
            },
            Some(Choice::Rename(_)) if renamable && !self.is_own(seq, id) => {
                return self.stage(event, kind, data);
            }
            _ => {}
        }
        let correctable = problems.is_empty() && !another && self.correct(event, data, ours).is_ok();
        let choices = choices(correctable, renamable);
        let (clash, id) = (Clash::Declared, Some(id.to_owned()));
        let conflict =
            Conflict { clash, theirs: seq, kind, ours: Some(ours), id, differences, problems, choices };
        self.plan.conflicts.push(conflict);
        self.amendments(seq, Verdict::Pending);
        self.taken.insert(seq, ours);
    }

    /// Whether their event has this id in their own ledger, so that it was not renamed.
    fn is_own(&self, seq: Seq, id: &str) -> bool {
        let own = self.other.in_force(seq).and_then(|(kind, data)| codec::declared(kind, &data));
        own.is_some_and(|(_, own)| own == id)
    }

    /// What differs between what the two sides say in the end.
    fn differences(&self, seq: Seq, kind: Kind, data: &str, ours: Seq) -> Vec<super::Difference> {
        let here = |seq: Seq| self.pairs.here(seq).or_else(|| self.taken.get(&seq).copied());
        let in_the_end = self
            .other
            .in_force(seq)
            .and_then(|(kind, data)| self.other.translated(kind, &data, &here, &self.pairs.renames).ok());
        let theirs = in_the_end.as_deref().unwrap_or(data);
        match self.session.in_force(ours) {
            Some((our_kind, our_data)) => differences((our_kind, &our_data), (kind, theirs)),
            None => differences((kind, "{}"), (kind, theirs)),
        }
    }

    /// Records what they declare as a correction of what is declared here, unless it says so already.
    fn correct(&mut self, event: &EventLine<'_>, data: &str, ours: Seq) -> Result<(), Vec<Problem>> {
        if let Some((kind, said)) = self.session.in_force(ours)
            && differences((kind, &said), (kind, data)).is_empty()
        {
            return Ok(());
        }
        let reason = format!(
            "merged from {}, size {}: what seq {} there says (recorded {} by {}) is preferred",
            self.other.origin(),
            self.other.ledger.head().size,
            event.seq,
            event.at,
            event.by
        );
        let data = format!(r#"{{"target":{ours},"data":{data},"reason":{}}}"#, quoted(&reason));
        self.session.stage_event(Kind::RecordCorrected, &data, None, self.stamp)?;
        self.merged.corrected += 1;
        Ok(())
    }

    /// The verdict on every correction and retraction of their event.
    fn amendments(&mut self, target: Seq, verdict: Verdict) {
        let state = &self.other.state;
        let corrections = state.corrections_of(target);
        let all = corrections.flat_map(|by| [Some(by), state.retraction_of(by)]);
        let all = all.chain([state.retraction_of(target)]).flatten();
        self.plan.verdicts.extend(all.map(|seq| (seq, verdict)));
    }

    /// Our event says what theirs does.
    fn stand_for(&mut self, seq: Seq, here: Seq) {
        self.merged.present += 1;
        self.merged.renumbered += usize::from(here != seq);
        self.taken.insert(seq, here);
    }

    fn leave_out(&mut self, seq: Seq, kind: Kind, why: Why) {
        self.out.insert(seq);
        self.merged.left_out.push(LeftOut { seq, kind, why });
    }

    /// It refers to events that are not here.
    fn absent(&mut self, seq: Seq, kind: Kind, absent: &[Seq]) {
        if let Some(named) = absent.iter().find(|seq| self.out.contains(seq)) {
            return self.leave_out(seq, kind, Why::Names(*named));
        }
        let problem = |seq: &Seq| {
            let expected = match self.pairs.of(*seq) {
                Pair::Withheld => "an event whose content was not erased there",
                _ => "an event that an earlier merge did not leave out",
            };
            Problem::new(Code::NO_SUCH_EVENT, "", seq.to_string(), expected)
        };
        self.refused(seq, kind, absent.iter().map(problem).collect());
    }

    /// It cannot be recorded here.
    fn refused(&mut self, seq: Seq, kind: Kind, problems: Vec<Problem>) {
        if self.plan.verdicts.get(&seq) == Some(&Verdict::Pending) {
            self.out.insert(seq);
            return;
        }
        if self.rules.choice(seq, None) == Some(Choice::Prefer(Side::Ours)) {
            self.settled.push((seq, None));
            return self.leave_out(seq, kind, Why::Settled);
        }
        self.out.insert(seq);
        let (clash, differences, choices) = (Clash::Unfit, Vec::new(), choices(false, false));
        let conflict =
            Conflict { clash, theirs: seq, kind, ours: None, id: None, differences, problems, choices };
        self.plan.conflicts.push(conflict);
    }

    /// Records the merge itself, behind what it took.
    fn conclude(&mut self) -> Result<(), Problem> {
        let head = self.other.ledger.head();
        let data = format!(
            r#"{{"origin":{},"size":{},"root":"{}","events":{}}}"#,
            quoted(self.other.origin()),
            head.size,
            head.root,
            self.merged.new
        );
        let staged = self.session.stage_event(Kind::LedgerMerged, &data, None, self.stamp);
        staged.map(|_| ()).map_err(|mut problems| problems.remove(0))
    }
}

fn choices(theirs: bool, rename: bool) -> &'static [&'static str] {
    match (theirs, rename) {
        (true, true) => &["ours", "theirs", "rename:NEWID"],
        (true, false) => &["ours", "theirs"],
        (false, true) => &["ours", "rename:NEWID"],
        (false, false) => &["ours"],
    }
}
