//! What was appended since an index was made, and what it bears on.

use std::collections::HashMap;
use std::ops::ControlFlow;

use recount_ledger::codec::{self, Unescaped};
use recount_ledger::line::Line;
use recount_ledger::reader::Ledger;
use recount_ledger::seen::Seen;
use recount_ledger::{LineRef, Visitor};
use recount_model::event::{Claim, Fact, Kind, Seq};
use recount_model::texts::Members;

use super::About;
use crate::blocks::read_independent;

/// Events appended since, as they stand in the file.
#[derive(Default)]
pub(super) struct Tail {
    pub(super) events: Vec<Appended>,
}

/// An event appended since.
pub(super) struct Appended {
    pub(super) seq: Seq,
    pub(super) offset: u64,
    pub(super) line: String,
    pub(super) kind: Kind,
    pub(super) bears: Bears,
}

/// What an event bears on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    /// On no figure.
    Nothing,
    /// On figures of any subject.
    Anything,
    /// On the figures of an indicator, and nothing else.
    Indicator(String),
    /// On figures of these subjects.
    Subjects(Vec<Bearer>),
}

/// How a subject is known of which something was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bearer {
    /// By what an event says of it.
    Named(Named),
    /// By its number in the index.
    Numbered(u32),
}

/// A subject by its ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) indicator: String,
    pub(super) place: Option<String>,
    pub(super) breakdown: Option<String>,
}

impl Named {
    fn of(claim: &Claim<'_>) -> Named {
        Named {
            indicator: claim.indicator.to_string(),
            place: claim.place.as_ref().map(ToString::to_string),
            breakdown: claim.breakdown_text(),
        }
    }
}

impl Appended {
    /// The subjects that it bears on, where it is these.
    pub(super) fn subjects(&self) -> &[Bearer] {
        match &self.bears {
            Bears::Subjects(subjects) => subjects,
            _ => &[],
        }
    }
}

impl Visitor for Tail {
    fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()> {
        let Some((seq, kind, text)) = event(line.bytes) else { return ControlFlow::Break(()) };
        let (line, offset) = (text.to_owned(), line.offset);
        self.events.push(Appended { seq, offset, line, kind, bears: Bears::Nothing });
        ControlFlow::Continue(())
    }
}

/// Number, type and text of an event whose content was not erased.
fn event(line: &[u8]) -> Option<(Seq, Kind, &str)> {
    let Line::Event(event) = Line::parse(line).ok()? else { return None };
    Some((Seq::try_from(event.seq).ok()?, Kind::parse(&event.kind)?, std::str::from_utf8(line).ok()?))
}

impl Tail {
    /// What follows a checkpoint of `ledger`. Nothing where it has no such checkpoint; what is wrong with it, if anything, is for
    /// a replay to say.
    pub(super) fn since(ledger: &Ledger, seen: &Seen) -> Option<Tail> {
        let mut tail = Tail::default();
        let fits = ledger.read_since(seen, &mut tail).ok()?;
        let events = ledger.head().size.checked_sub(seen.size)?;
        (fits && events == tail.events.len() as u64).then_some(tail)
    }

    /// Finds out what each event bears on; `about` tells it of those in the index. Nothing where an event bears on more than can be
    /// told from it.
    pub(super) fn understand(&mut self, about: &mut dyn FnMut(Seq) -> Option<About>) -> Option<()> {
        let mut known: HashMap<Seq, (Kind, Bears)> = HashMap::new();
        for event in &mut self.events {
            let mut of_target = |target: Seq| match known.get(&target) {
                Some((_, bears)) => Some(bears.clone()),
                None => match about(target)? {
                    About::Else => Some(Bears::Nothing),
                    About::Several => None,
                    About::Subject(number) => Some(Bears::Subjects(vec![Bearer::Numbered(number)])),
                },
            };
            let unescaped = Unescaped::default();
            let bears = match read_independent(event.offset, &event.line, &unescaped) {
                Some(read) => of_fact(&read.event.fact, &mut of_target)?,
                None => of_correction(&event.line, &known, &mut of_target)?,
            };
            event.bears = bears.clone();
            known.insert(event.seq, (event.kind, bears));
        }
        Some(())
    }
}

fn of_fact(fact: &Fact<'_>, of_target: &mut dyn FnMut(Seq) -> Option<Bears>) -> Option<Bears> {
    match fact {
        Fact::FigureReported(claim) => Some(Bears::Subjects(vec![Bearer::Named(Named::of(claim))])),
        Fact::FigureWithdrawn { target, .. }
        | Fact::FigureDisputed { target, .. }
        | Fact::RecordRetracted { target } => of_target(*target),
        Fact::PolicySet(policy) => Some(Bears::Indicator(policy.indicator.to_string())),
        Fact::SourceAdded(_)
        | Fact::ReporterAdded(_)
        | Fact::PlaceAdded { .. }
        | Fact::DimensionAdded { .. } => Some(Bears::Anything),
        // What these change is more than a few subjects.
        Fact::IndicatorDefined(_)
        | Fact::IndicatorDerived { .. }
        | Fact::EventRedacted { .. }
        | Fact::Withheld(_)
        | Fact::RecordCorrected { .. } => None,
        _ => Some(Bears::Nothing),
    }
}

/// Of a correction: what the corrected event bears on, and what the replacement does.
fn of_correction(
    line: &str,
    known: &HashMap<Seq, (Kind, Bears)>,
    of_target: &mut dyn FnMut(Seq) -> Option<Bears>,
) -> Option<Bears> {
    let Line::Event(event) = Line::parse(line.as_bytes()).ok()? else { return None };
    if Kind::parse(&event.kind) != Some(Kind::RecordCorrected) {
        return None;
    }
    let target = |members: &Members| members.get("target").map(str::parse::<Seq>)?.ok();
    let bears = of_target(target(&codec::own_members(event.data).ok()?)?)?;
    let Bears::Subjects(mut subjects) = bears else {
        // A policy may be one of another indicator now.
        return Some(bears).filter(|bears| !matches!(bears, Bears::Indicator(_)));
    };
    // Of the types that bear on a subject only a figure says which: as that it is read if it can be.
    let kind_of = |seq: Seq| known.get(&seq).map_or(Some(Kind::FigureReported), |(kind, _)| Some(*kind));
    let unescaped = Unescaped::default();
    let parsed = codec::parse(Kind::RecordCorrected, event.data, &unescaped, &kind_of);
    if let Ok(Fact::RecordCorrected { fact, .. }) = &parsed
        && let Fact::FigureReported(claim) = &**fact
    {
        subjects.push(Bearer::Named(Named::of(claim)));
    } else {
        // A withdrawal or a dispute, which may be of another figure now.
        let replacement = codec::members(Kind::RecordCorrected, event.data).ok()?;
        let Bears::Subjects(others) = of_target(target(&replacement)?)? else { return None };
        subjects.extend(others);
    }
    Some(Bears::Subjects(subjects))
}

/// The source that a line names, of a correction its replacement.
pub(super) fn source_named(line: &str) -> Option<String> {
    let Line::Event(event) = Line::parse(line.as_bytes()).ok()? else { return None };
    let members = codec::members(Kind::parse(&event.kind)?, event.data).ok()?;
    members.get("source").map(str::to_owned)
}
