//! What changed between two points on any clocks, each change with its cause and the events that caused it.
//!
//! A change is another current figure of a series (value, as-of, doubt or disputes), another headline (value, whose,
//! as-of or unit), another tally shown or another position of a state in a roll-call. Nothing else is: a further source
//! for a figure or a mended title changes no answer.
//!
//! The cause of a change is the event that made it, found by what each record of the series was at the one point and
//! is at the other, never by comparing values:
//!
//! * If the old figure is gone, what became of it is the cause: withdrawn, corrected, retracted, no longer visible.
//! * Else the cause is how the new one came before it: it revises it, it is about a later moment, or it was just
//!   reported and is preferred beside it.
//! * A headline changes with the figure that was or is selected, unless the policy of before would select otherwise
//!   among the figures of after: then the policy changed it. The same holds for the expression of a derived indicator.
//! * What only the clocks hide, and what is recorded after an earlier second point, is no longer visible.

mod between;
mod figures;
mod headlines;
mod point;
mod rollcalls;

use crate::answer::Answers;
use crate::date::{Edtf, Published};
use crate::event::Seq;
use crate::headline::Subject;
use crate::id::Country;
use crate::state::key::{ReporterKey, SeriesKey, VoteKey};
use crate::state::{Series, State};

use between::Between;
pub use point::{Point, PointError};

/// Why an answer changed. In the order in which changes are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A report that was not there or not public before: the first of its series, one preferred beside an equally old
    /// one (narrower, or the reporter's own word instead of a relayed one), or a further account of a roll-call.
    Reported,
    /// The reporter's figure about a later moment.
    Newer,
    /// The reporter's own later value for the same moment.
    Revised,
    /// The reporter took it back.
    Withdrawn,
    /// We had recorded it wrongly.
    Corrected,
    /// We should not have recorded it, or took back a correction or withdrawal.
    Retracted,
    /// Another reporter contests it.
    Disputed,
    /// A dispute of it was taken back.
    Undisputed,
    /// Another policy selects the headline.
    PolicyChanged,
    /// An indicator, an expression, or the kind or body of a reporter is another one.
    DefinitionChanged,
    /// The second point does not reach what the first one did.
    NoLongerVisible,
}

impl Cause {
    /// The word for it in JSON and CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Reported => "reported",
            Cause::Newer => "newer",
            Cause::Revised => "revised",
            Cause::Withdrawn => "withdrawn",
            Cause::Corrected => "corrected",
            Cause::Retracted => "retracted",
            Cause::Disputed => "disputed",
            Cause::Undisputed => "undisputed",
            Cause::PolicyChanged => "policy_changed",
            Cause::DefinitionChanged => "definition_changed",
            Cause::NoLongerVisible => "no_longer_visible",
        }
    }

    /// What it means, for people.
    pub fn title(self) -> &'static str {
        match self {
            Cause::Reported => "newly reported",
            Cause::Newer => "newer figure of the series",
            Cause::Revised => "revised by the reporter",
            Cause::Withdrawn => "withdrawn by the reporter",
            Cause::Corrected => "corrected by us",
            Cause::Retracted => "retracted by us",
            Cause::Disputed => "disputed",
            Cause::Undisputed => "dispute taken back",
            Cause::PolicyChanged => "policy changed",
            Cause::DefinitionChanged => "definition changed",
            Cause::NoLongerVisible => "no longer visible",
        }
    }
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The current figure of a series.
    Figure(SeriesKey),
    /// The headline of an indicator, place and breakdown.
    Headline(Subject),
    /// The tally shown of a roll-call.
    Tally(VoteKey),
    /// The position of states in a roll-call: all that went the same way by the same events.
    Positions {
        /// The roll-call.
        vote: VoteKey,
        /// The states, in order of their codes.
        countries: Vec<Country>,
    },
}

/// What was said at one of the points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// A value in the notation, a tally or a position.
    pub value: String,
    /// The indicator's unit.
    pub unit: Option<String>,
    /// The moment or period the figure is about.
    pub as_of: Option<Edtf>,
    /// When the figure became public.
    pub published: Option<Published>,
    /// The figure; `None` for a range, a derived value and a roll-call.
    pub figure: Option<Seq>,
    /// Whose figure it is.
    pub reporter: Option<ReporterKey>,
    /// How many disputes of the figure are visible.
    pub disputes: usize,
    /// The recorder doubts the figure.
    pub doubted: bool,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its cause; of several the one that decided.
    pub cause: Cause,
    /// What changed.
    pub changed: Changed,
    /// What was said at the first point; `None` where there was no value.
    pub old: Option<Said>,
    /// What is said at the second point; `None` where there is no value.
    pub new: Option<Said>,
    /// The events that caused it, ascending.
    pub events: Vec<Seq>,
}

/// All changes between two points, by cause, then figures, headlines, tallies and positions, each by its ids.
///
/// `from` and `to` are answers on two prefixes of one ledger, or on one prefix and two sets of clocks. Costs a pass over
/// both, and one more look at each series that changed.
pub fn diff(from: &Answers<'_>, to: &Answers<'_>) -> Vec<Change> {
    let between = Between::new(from, to);
    let figures = figures::compare(&between);
    let mut changes = headlines::changes(&between, &figures);
    changes.extend(figures.changes);
    changes.extend(rollcalls::changes(&between));
    let state = between.names();
    changes.sort_by_cached_key(|change| (change.cause, place(state, &change.changed)));
    changes
}

/// The place of what changed in the order of changes: its kind, then the ids it names.
fn place<'s>(state: &'s State, changed: &Changed) -> (u8, [&'s str; 4], Option<Country>) {
    let of = |subject: &Subject| {
        [
            state.indicators().name(subject.indicator),
            subject.place.map_or("", |place| state.places().name(place)),
            subject.breakdown.map_or("", |breakdown| state.breakdown(breakdown)),
        ]
    };
    match changed {
        Changed::Figure(key) => {
            let series = state.series(*key);
            let [indicator, place, breakdown] = of(&subject_of(series));
            (0, [indicator, place, breakdown, state.reporters().name(series.reporter)], None)
        }
        Changed::Headline(subject) => {
            let [indicator, place, breakdown] = of(subject);
            (1, [indicator, place, breakdown, ""], None)
        }
        Changed::Tally(vote) => (2, [state.votes().name(*vote), "", "", ""], None),
        Changed::Positions { vote, countries } => {
            (3, [state.votes().name(*vote), "", "", ""], countries.first().copied())
        }
    }
}

/// What a headline is for that figures of this series can be selected for.
fn subject_of(series: &Series) -> Subject {
    Subject { indicator: series.indicator, place: series.place, breakdown: series.breakdown }
}

#[cfg(test)]
mod tests;
