//! The two answers that are compared, and which events act in the one and not in the other.

use super::Cause;
use crate::answer::Answers;
use crate::event::{Kind, Seq};
use crate::state::State;
use crate::state::key::{PublishedKey, SourceKey};

/// Answers at two points. Both states are prefixes of one ledger, so a key or a row number means the same in both.
pub(super) struct Between<'a, 's> {
    pub(super) from: &'a Answers<'s>,
    pub(super) to: &'a Answers<'s>,
}

/// A date of publication of its own, and the source that has one otherwise.
pub(super) type Publication = (Option<PublishedKey>, Option<SourceKey>);

/// An event that acts at one of the points only, and what kind of change that makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reason {
    pub(super) seq: Seq,
    pub(super) cause: Cause,
}

impl Reason {
    pub(super) fn new(cause: Cause, seq: Seq) -> Reason {
        Reason { seq, cause }
    }
}

/// A cause, and the events that made it.
pub(super) type Explained = (Cause, Vec<Seq>);

/// Several reasons as one cause, the newest event's, and all events in order.
pub(super) fn newest(mut reasons: Vec<Reason>) -> Option<Explained> {
    reasons.sort_unstable();
    let cause = reasons.last()?.cause;
    Some((cause, events(reasons)))
}

/// The events of some reasons, ascending, each once.
pub(super) fn events(reasons: impl IntoIterator<Item = Reason>) -> Vec<Seq> {
    let mut seqs: Vec<Seq> = reasons.into_iter().map(|reason| reason.seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    seqs
}

impl<'a, 's> Between<'a, 's> {
    pub(super) fn new(from: &'a Answers<'s>, to: &'a Answers<'s>) -> Self {
        Between { from, to }
    }

    /// The state that knows everything either of them knows.
    pub(super) fn names(&self) -> &'s State {
        let (from, to) = (self.from.state(), self.to.state());
        if from.size() > to.size() { from } else { to }
    }

    /// The last event that both states know.
    fn common(&self) -> Seq {
        self.from.state().size().min(self.to.state().size())
    }

    /// Whether both states know event `seq`.
    pub(super) fn is_common(&self, seq: Seq) -> bool {
        seq <= self.common()
    }

    /// Whether other figures may be visible although both states know the same.
    pub(super) fn clocks_differ(&self) -> bool {
        let (from, to) = (self.from.clocks(), self.to.clocks());
        from.as_of != to.as_of || from.published_by != to.published_by
    }

    /// Event `seq` as the reason of a change: by its type, or, recorded after the second point, no longer visible.
    pub(super) fn because(&self, seq: Seq) -> Reason {
        let state = self.names();
        let amended = |seq: Seq| state.target(seq).and_then(|target| state.kind(target));
        let cause = match state.kind(seq) {
            _ if seq > self.to.state().size() => Cause::NoLongerVisible,
            Some(Kind::FigureWithdrawn) => Cause::Withdrawn,
            Some(Kind::FigureDisputed) => Cause::Disputed,
            Some(Kind::RecordCorrected) => amendment(amended(seq), Cause::Corrected),
            Some(Kind::RecordRetracted) => match amended(seq) {
                Some(Kind::FigureDisputed) => Cause::Undisputed,
                Some(Kind::RecordCorrected) => {
                    amendment(state.target(seq).and_then(amended), Cause::Retracted)
                }
                kind => amendment(kind, Cause::Retracted),
            },
            kind => amendment(kind, Cause::Reported),
        };
        Reason::new(cause, seq)
    }

    /// The newest correction or retraction of event `seq`, or of a correction of it, that only one of the states knows.
    pub(super) fn amended(&self, seq: Seq) -> Option<Reason> {
        let state = self.names();
        let corrections = state.corrections_of(seq);
        let undone = state.corrections_of(seq).filter_map(|by| state.retraction_of(by));
        let all = corrections.chain(undone).chain(state.retraction_of(seq));
        all.filter(|by| *by > self.common()).max().map(|by| self.because(by))
    }

    /// Why something published there and then has another date: its source was corrected.
    pub(super) fn dated(&self, (own, source): Publication) -> Option<Reason> {
        let source = source.filter(|_| own.is_none())?;
        let entry = self.names().sources().entry(source);
        let at = |answers: &Answers<'s>| answers.state().published(None, Some(source)).copied();
        // Before its source was declared nothing was published there.
        if !self.is_common(entry.seq) || at(self.from) == at(self.to) {
            return None;
        }
        self.amended(entry.seq)
    }

    /// Why event `seq` acts at the second point and did not at the first. `published` is when and where it was
    /// published, if that matters for it.
    ///
    /// `None` where it acted at the first one as well, so that the reason must be another event.
    pub(super) fn begins(&self, seq: Seq, published: Option<Publication>) -> Option<Reason> {
        let shown = || is_hidden(self.from, published).then(|| self.because(seq));
        self.acts(seq, self.from, published).or_else(shown)
    }

    /// Why event `seq` acted at the first point and does not at the second; `None` as for [`Between::begins`].
    pub(super) fn ends(&self, seq: Seq, published: Option<Publication>) -> Option<Reason> {
        let hidden = || is_hidden(self.to, published).then(|| Reason::new(Cause::NoLongerVisible, seq));
        self.acts(seq, self.to, published).or_else(hidden)
    }

    /// Why event `seq` acts at one point and not at `other`, clocks aside.
    fn acts(&self, seq: Seq, other: &Answers<'s>, published: Option<Publication>) -> Option<Reason> {
        if seq > other.state().size() {
            return Some(self.because(seq));
        }
        self.amended(seq).or_else(|| self.dated(published?))
    }
}

fn is_hidden(answers: &Answers<'_>, published: Option<Publication>) -> bool {
    let date = |(own, source)| answers.state().published(own, source);
    published.is_some_and(|published| !answers.resolver().is_public(date(published)))
}

/// Events about policies, indicators and reporters are a cause of their own, whatever was done to them.
fn amendment(kind: Option<Kind>, other: Cause) -> Cause {
    match kind {
        Some(Kind::PolicySet) => Cause::PolicyChanged,
        Some(Kind::IndicatorDefined | Kind::IndicatorDerived | Kind::ReporterAdded) => {
            Cause::DefinitionChanged
        }
        _ => other,
    }
}
