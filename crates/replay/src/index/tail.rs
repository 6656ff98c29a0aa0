//! What was appended since an index was made, and what it bears on.

use std::collections::HashMap;
use std::ops::ControlFlow;

use recount_ledger::codec;
use recount_ledger::line::Line;
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
        let text = String::from_utf8(line.bytes.to_vec());
        let (Ok(line_of), Ok(seq)) = (text, Line::parse(line.bytes).map(|line| line.seq())) else {
            return ControlFlow::Break(());
        };
        let seq = Seq::try_from(seq).unwrap_or(Seq::MAX);
        self.events.push(Appended { seq, offset: line.offset, line: line_of, bears: Bears::Nothing });
        ControlFlow::Continue(())
    }
}

impl Tail {
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
            let (kind, bears) = match read_independent(&event.line) {
                Some(read) => (read.fact.kind(), of_fact(&read.fact, &mut of_target)?),
                None => (Kind::RecordCorrected, of_correction(&event.line, &known, &mut of_target)?),
            };
            event.bears = bears.clone();
            known.insert(event.seq, (kind, bears));
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
    let parsed = codec::parse(Kind::RecordCorrected, event.data, &kind_of);
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
