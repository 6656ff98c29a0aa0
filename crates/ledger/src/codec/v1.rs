//! The codec of format 1.
//!
//! A record lives in one file per group of types: a wire struct declared with the `record!` macro, which yields the
//! layout as well, and its way to a [`Fact`].

mod bookkeeping;
mod canonical;
mod causes;
mod diagnose;
mod dictionaries;
mod figures;
mod input;
mod named;
mod notation;
mod references;
mod respelt;
mod texts;
mod votes;
mod wire;
mod withheld;
mod written;

use recount_model::event::{Fact, Kind, Seq};
use recount_model::problem::{Code, Problem};

pub use canonical::{canonical, content, members, own_members, written_content};
pub use diagnose::diagnose;
pub use input::{Input, read_input, read_plain_input, rearranged_input};
pub use named::{Named, What, named};
pub use references::{Translation, Untranslated, declared, translate};
pub use withheld::{kept, redacted, withheld};

use crate::codec::schema::{Field, Layout};
use wire::Record;
use written::{Cursor, Written};

macro_rules! records {
    ($($kind:ident in $file:ident,)+) => {
        /// The members of the data of an event of this type, in the writer's order.
        pub fn layout(kind: Kind) -> &'static Layout {
            match kind {
                $(Kind::$kind => $file::$kind::LAYOUT,)+
                Kind::RecordCorrected => causes::RecordCorrected::LAYOUT,
            }
        }

        /// Reads any spelling straight into the wire struct; `None` for anything that does not fit.
        fn read<'a>(kind: Kind, data: &'a str, kind_of: KindOf<'_>) -> Option<Fact<'a>> {
            match kind {
                $(Kind::$kind => wire::object::<$file::$kind>(data)?.fact(),)+
                Kind::RecordCorrected => read_correction(data, kind_of),
            }
        }

        /// Reads the writer's spelling into the same structs.
        fn written_fact<'a>(kind: Kind, from: &mut Cursor<'a>, kind_of: KindOf<'_>) -> Option<Fact<'a>> {
            match kind {
                $(Kind::$kind => $file::$kind::written(from)?.fact(),)+
                Kind::RecordCorrected => written::correction(from, kind_of),
            }
        }
    };
}

records! {
    LedgerCreated in bookkeeping,
    SourceAdded in dictionaries,
    ReporterAdded in dictionaries,
    PlaceAdded in dictionaries,
    DimensionAdded in dictionaries,
    IndicatorDefined in dictionaries,
    IndicatorDerived in dictionaries,
    PolicySet in dictionaries,
    FigureReported in figures,
    FigureWithdrawn in figures,
    FigureDisputed in figures,
    RecordRetracted in causes,
    VoteRecorded in votes,
    VoteReported in votes,
    VotePosition in votes,
    StatementRecorded in texts,
    NormCited in texts,
    CaseDocumented in texts,
    CaseUpdated in texts,
    CheckAdded in bookkeeping,
    FindingAcknowledged in bookkeeping,
    ImportRecorded in bookkeeping,
    LedgerMerged in bookkeeping,
    LedgerUpgraded in bookkeeping,
    EventRedacted in bookkeeping,
}

/// Tells the type of an event by its sequence number, `None` where there is no such event.
///
/// A correction alone does not say of which type its replacement is.
pub type KindOf<'k> = &'k dyn Fn(Seq) -> Option<Kind>;

/// Tells the sequence number of the earlier line of a batch with this label, `None` where no line has it.
pub type SeqOf<'l> = &'l dyn Fn(&str) -> Option<Seq>;

/// The members of the data of an event of this type, in the writer's order.
pub fn fields(kind: Kind) -> &'static [Field] {
    layout(kind).fields
}

/// Reads the data of an event for the replay: typed, borrowed from `data` wherever its spelling has no escapes.
///
/// # Errors
///
/// The first of the problems that [`diagnose`] finds.
pub fn parse<'a>(kind: Kind, data: &'a str, kind_of: KindOf<'_>) -> Result<Fact<'a>, Problem> {
    let fact = written(kind, data, kind_of).or_else(|| read(kind, data, kind_of));
    fact.ok_or_else(|| first_problem(kind, data, kind_of))
}

/// Reads the data of an event where it is in the writer's own spelling, in a fraction of the time; `None` for every other
/// spelling, right or wrong. What this reads [`parse`] reads too, as the same.
pub fn written<'a>(kind: Kind, data: &'a str, kind_of: KindOf<'_>) -> Option<Fact<'a>> {
    let mut from = Cursor::new(data);
    let fact = written_fact(kind, &mut from, kind_of)?;
    from.is_at_end().then_some(fact)
}

#[cold]
fn first_problem(kind: Kind, data: &str, kind_of: KindOf<'_>) -> Problem {
    let unexplained =
        || Problem::new(Code::SYNTAX, "", data, format!("expected the data of {}", kind.as_str()));
    diagnose(kind, data, kind_of).into_iter().next().unwrap_or_else(unexplained)
}

/// Gives the members of data in the writer's own spelling to `each`, as [`members`] would: their names, and their texts
/// where they are strings. It takes a fraction of the time; nothing where `each` gives nothing, and where `members` has to tell.
pub fn written_members<'a>(
    kind: Kind,
    data: &'a str,
    each: impl FnMut(&'a str, Option<&'a str>) -> Option<()>,
) -> Option<()> {
    let mut from = Cursor::new(data);
    if kind == Kind::RecordCorrected && !from.enter_replacement() {
        return None;
    }
    from.members(each)
}

/// The same as [`own_members`] would.
pub fn written_own_members<'a>(
    data: &'a str,
    each: impl FnMut(&'a str, Option<&'a str>) -> Option<()>,
) -> Option<()> {
    let mut from = Cursor::new(data);
    from.members(each).filter(|()| from.is_at_end())
}

fn read_correction<'a>(data: &'a str, kind_of: KindOf<'_>) -> Option<Fact<'a>> {
    let (target, data) = wire::object::<causes::RecordCorrected>(data)?.replacement();
    let kind = kind_of(target).filter(|kind| kind.is_correctable())?;
    let fact = read(kind, data, kind_of)?;
    Some(Fact::RecordCorrected { target, fact: Box::new(fact) })
}

#[cfg(test)]
mod tests;
