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

use recount_model::event::{Fact, Kind, Seq};
use recount_model::problem::{Code, Problem};

pub use canonical::{canonical, content, members, own_members, read_content, written_content};
pub use diagnose::diagnose;
pub use input::{Input, read_input, read_plain_input, rearranged_input};
pub use named::{Named, What, named};
pub use references::{Translation, Untranslated, declared, translate};
pub use withheld::{kept, redacted, withheld};

use crate::codec::schema::{Field, Layout};
use crate::cursor::{Cursor, Unescaped};
use wire::{Record, Wire};

macro_rules! records {
    ($($kind:ident in $file:ident,)+) => {
        /// The members of the data of an event of this type, in the writer's order.
        pub fn layout(kind: Kind) -> &'static Layout {
            match kind {
                $(Kind::$kind => $file::$kind::LAYOUT,)+
                Kind::RecordCorrected => causes::RecordCorrected::LAYOUT,
            }
        }

        /// Reads data straight into their wire struct; `None` for anything that does not fit.
        #[inline(always)]
        fn fact<'a>(kind: Kind, from: &mut Cursor<'a>, kind_of: KindOf<'_>) -> Option<Fact<'a>> {
            match kind {
                $(Kind::$kind => {
                    #[inline(never)]
                    fn fact<'a>(from: &mut Cursor<'a>) -> Option<Fact<'a>> {
                        $file::$kind::read(from)?.fact()
                    }
                    fact(from)
                })+
                Kind::RecordCorrected => correction(from, kind_of),
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

/// Reads the data of an event for the replay: typed, borrowed from `data`, or from `unescaped` where its spelling has escapes.
///
/// # Errors
///
/// The first of the problems that [`diagnose`] finds.
pub fn parse<'a>(
    kind: Kind,
    data: &'a str,
    unescaped: &'a Unescaped,
    kind_of: KindOf<'_>,
) -> Result<Fact<'a>, Problem> {
    match read(kind, data, unescaped, kind_of) {
        Some((fact, _)) => Ok(fact),
        None => Err(first_problem(kind, data, kind_of)),
    }
}

/// Reads what [`parse`] reads, and tells whether it is in the writer's own spelling; `None` where there is a problem.
#[inline(always)]
pub fn read<'a>(
    kind: Kind,
    data: &'a str,
    unescaped: &'a Unescaped,
    kind_of: KindOf<'_>,
) -> Option<(Fact<'a>, bool)> {
    whole(kind, Cursor::keeping(data, unescaped), kind_of)
}

#[inline(always)]
fn whole<'a>(kind: Kind, mut from: Cursor<'a>, kind_of: KindOf<'_>) -> Option<(Fact<'a>, bool)> {
    let fact = fact(kind, &mut from, kind_of)?;
    if from.is_at_end() { Some((fact, from.is_written())) } else { None }
}

/// Reads the data of an event where they are in the writer's own spelling; `None` for every other spelling, right or wrong.
pub fn written<'a>(kind: Kind, data: &'a str, kind_of: KindOf<'_>) -> Option<Fact<'a>> {
    whole(kind, Cursor::new(data), kind_of).and_then(|(fact, is_written)| is_written.then_some(fact))
}

#[cold]
fn first_problem(kind: Kind, data: &str, kind_of: KindOf<'_>) -> Problem {
    let unexplained =
        || Problem::new(Code::SYNTAX, "", data, format!("expected the data of {}", kind.as_str()));
    diagnose(kind, data, kind_of).into_iter().next().unwrap_or_else(unexplained)
}

/// Gives the members of data to `each`, as [`members`] would: their names, and their texts where they are strings. It takes a
/// fraction of the time; nothing where `each` gives nothing, and where `members` has to tell.
pub fn each_text(kind: Kind, data: &str, each: impl FnMut(&str, Option<&str>) -> Option<()>) -> Option<()> {
    match kind {
        Kind::RecordCorrected => {
            let (_, replacement) = causes::RecordCorrected::read(&mut Cursor::new(data))?.replacement();
            each_own_text(replacement, each)
        }
        _ => each_own_text(data, each),
    }
}

/// The same as [`own_members`] would.
pub fn each_own_text(data: &str, each: impl FnMut(&str, Option<&str>) -> Option<()>) -> Option<()> {
    let mut from = Cursor::new(data);
    from.texts(each)?;
    from.is_at_end().then_some(())
}

/// Reads a correction: of which type the replacement is only the corrected event says.
fn correction<'a>(from: &mut Cursor<'a>, kind_of: KindOf<'_>) -> Option<Fact<'a>> {
    let (target, data) = causes::RecordCorrected::read(from)?.replacement();
    let kind = kind_of(target).filter(|kind| kind.is_correctable())?;
    let (fact, is_written) = whole(kind, from.within(data), kind_of)?;
    if !is_written {
        from.note_otherwise();
    }
    Some(Fact::RecordCorrected { target, fact: Box::new(fact) })
}

#[cfg(test)]
mod tests;
