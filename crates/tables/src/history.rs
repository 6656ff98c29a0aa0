//! Every version of every figure record, with what became of it.

mod fate;

use std::borrow::Cow;
use std::num::NonZeroUsize;

use recount_model::event::{Kind, Seq};
use recount_model::resolve::{Resolved, Scratch};
use recount_model::state::key::SeriesKey;
use recount_model::state::record::Record;
use recount_model::texts::Picked;

use crate::Context;
use crate::cell::{Cell, shown};
use crate::parts::Parts;
use crate::said::{SAID, Said, said_cells};
use crate::table::{Column, Sink, Stop, Table, columns, join, optional};
use crate::value::Stated;
use crate::{causes, disputes};
use fate::{Ends, Fate};

/// One row per version of a record.
pub(crate) const FIGURE_HISTORY: Table = Table {
    name: "figure_history",
    doc: "Every version of every figure record: what figure.reported said, and what each correction of it says, with \
          what became of it as the ledger reads now. Versions outside the clocks asked have no row; what was later \
          corrected, retracted or withdrawn ends no other figure's time.",
    columns: &COLUMNS,
    key: &["seq"],
    order: "by indicator, place, breakdown, reporter (ids in byte order, missing first), since, period, seq",
    rows,
};

/// What was erased has a row too, in which nothing is said.
const COLUMNS: [Column; SAID.len() + OWN.len()] = join(optional(SAID), OWN);

struct Row<'a> {
    said: Said<'a>,
    record: Record,
    texts: &'a Picked,
    since: Option<String>,
    fate: Fate,
    repeats: Option<Seq>,
    disputes: Cow<'a, [Seq]>,
    reason: Option<String>,
}

columns! {
    /// What is known of a version beyond what was said.
    OWN, own_cells(row: Row<'_>) {
        "status" Text required
            "current; superseded by a newer figure or a revision; parallel: stands beside one preferred for the same \
             as_of, or is relayed or doubted beside one that is neither; corrected, retracted: by the recorder; withdrawn: \
             by its reporter; withheld: its content was erased. Of a record that repeats a figure, the figure's." = row.fate.status;
        "seq" Integer required -> "events"."seq"
            "The event that made this version: figure.reported or record.corrected." = row.record.version;
        "figure" Integer required -> "events"."seq" "The record's own event: seq, unless this is a correction of it."
            = row.record.original;
        "cause" Text optional
            "Why it is not current: newer (a figure about a later moment), revised (the reporter's later value for the \
             same as_of, or one that names it), corrected, retracted, withdrawn, redacted." = row.fate.cause;
        "replaced_by" Integer optional -> "events"."seq"
            "What took its place: the figure's first event, the correction, the retraction, the withdrawal. Missing for \
             what is current or parallel." = row.fate.by;
        "reason" Text optional
            "Why replaced_by ended it: the reason of the correction, retraction or withdrawal. The reason of the \
             correction that made it is in causes." = row.reason.as_deref();
        "beside" Integer optional -> "events"."seq"
            "The figure that a parallel one stands beside, by its first event; both are live."
            = row.fate.beside;
        "repeats" Integer optional -> "events"."seq"
            "The figure this is a further record of, by its first event; missing for that first record."
            = row.repeats;
        "revises" Integer optional -> "events"."seq" "The record it says it supersedes." = row.record.revises;
        "since" Text optional "The start of the count, where it is not the indicator's; part of the series."
            = row.since.as_deref();
        "relayed_by" Text optional -> "reporters"."id" "Who passed it on."
            = row.record.relayed_by.map(|key| row.said.state.reporters().name(key));
        "locator" Text optional "Where in the source it stands." = row.texts.get("locator");
        "disputed" Boolean optional "Another reporter contests the figure, or this record of it; missing: withheld." = !row.disputes.is_empty();
        "disputes" Text optional "As in figures." = disputes::list(row.said.state, &row.disputes);
        "undated" Boolean optional "It has no as_of; missing: withheld." = row.said.as_of.is_none();
        "doubted" Boolean optional "The recorder doubts it; missing: withheld." = row.record.is_doubted();
        "doubt" Text optional "Why the recorder doubts it." = row.texts.get("doubt");
        "withheld" Boolean required "Its content was erased from the ledger." = false;
        "note" Text optional "A remark of the recorder." = row.texts.get("note");
        "published_from" Instant optional
            "From when it was public; a date counts from its end in UTC. Missing: no date of publication is known."
            = shown(row.said.published.map(|published| published.public_from()));
        "published_to" Instant optional
            "When what ended it was public: it was the word of its series from published_from until just before. Equal \
             to published_from: it never was. Missing: nothing public ended it; corrections and retractions are not \
             public." = shown(row.fate.published_to);
        "recorded_from" Instant required "When the ledger learned it."
            = shown(row.said.state.recorded_at(row.record.version));
        "recorded_to" Instant optional
            "When the ledger learned what ended it; equal to recorded_from where it knew that before. Missing: it did \
             not end." = shown(row.fate.recorded_to);
    }
}

/// The row of a version whose content was erased.
fn withheld_row<'a>(context: &Context<'_>, seq: Seq, figure: Seq) -> Result<Vec<Cell<'a>>, Stop> {
    let state = context.state();
    let by = state.redaction_of(seq);
    let reason = by.map_or(Ok(None), |by| causes::reason(context, by))?;
    let cell = |column: &Column| match column.name {
        "status" => "withheld".into(),
        "cause" => by.map(|_| "redacted").into(),
        "seq" => seq.into(),
        "figure" => figure.into(),
        "replaced_by" => by.into(),
        "reason" => reason.clone().into(),
        "withheld" => true.into(),
        "recorded_from" => shown(state.recorded_at(seq)),
        "recorded_to" => shown(by.and_then(|by| state.recorded_at(by))),
        _ => Cell::Missing,
    };
    Ok(COLUMNS.iter().map(cell).collect())
}

/// Of what was erased nobody knows to which series it belonged: it comes before all of them.
fn withheld(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let state = context.state();
    for seq in state.withheld() {
        let figure = state.target(seq).unwrap_or(seq);
        if state.kind(figure) == Some(Kind::FigureReported) {
            sink(&withheld_row(context, seq, figure)?)?;
        }
    }
    Ok(())
}

/// What was erased is the first thing, the series are the others.
fn rows<'a>(context: &Context<'a>, _: NonZeroUsize) -> Parts<'a> {
    let all = recount_model::answer::in_order(context.state());
    Parts::of(1 + all.len(), 32, move |context, things, sink| {
        if things.start == 0 && context.indicators.is_none() {
            withheld(context, sink)?;
        }
        let mut scratch = Scratch::default();
        for &series in &all[things.start.saturating_sub(1)..things.end - 1] {
            if context.wants(context.state().series(series).indicator) {
                Versions::new(context, series, &mut scratch).push(sink)?;
            }
        }
        Ok(())
    })
}

/// The versions of one series.
struct Versions<'a> {
    context: &'a Context<'a>,
    series: SeriesKey,
    resolved: Resolved,
    ends: Ends,
    /// By figure of `resolved`, in order of events.
    disputes: Vec<Vec<Seq>>,
}

impl<'a> Versions<'a> {
    fn new(context: &'a Context<'a>, series: SeriesKey, scratch: &mut Scratch) -> Self {
        let resolver = context.answers.resolver();
        let mut resolved = resolver.resolve_in(series, scratch);
        let mut disputes = vec![Vec::new(); resolved.figures.len()];
        for placed in &resolved.records {
            disputes[placed.figure as usize].extend(resolver.disputes(std::iter::once(placed.version)));
        }
        disputes.iter_mut().for_each(|of_figure| of_figure.sort_unstable());
        resolved.records.sort_unstable_by_key(|placed| placed.version);
        let ends = Ends::new(context.state(), &resolved);
        Versions { context, series, resolved, ends, disputes }
    }

    fn push(&self, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let mut texts = Picked::new(["wording", "locator", "doubt", "note"]);
        for &version in self.context.answers.resolver().versions(self.series) {
            if let Some(row) = self.row(version, &mut texts)? {
                let mut cells = Vec::with_capacity(COLUMNS.len());
                said_cells(&row.said, &mut cells);
                own_cells(&row, &mut cells);
                sink(&cells)?;
            }
        }
        Ok(())
    }

    /// One version; `None` where the clocks leave it out.
    fn row<'r>(&'r self, version: Seq, texts: &'r mut Picked) -> Result<Option<Row<'r>>, Stop> {
        let state = self.context.state();
        let record = state.records().record(version);
        let placed = self.resolved.records.binary_search_by_key(&version, |placed| placed.version).ok();
        let figure = placed.map(|place| self.resolved.records[place].figure as usize);
        let fate = match figure {
            Some(figure) => self.ends.of_placed(state, &self.resolved, figure, &record),
            None if self.context.covers(&record) => Fate::of_replaced(state, &record),
            None => None,
        };
        let Some(fate) = fate else { return Ok(None) };
        self.context.texts.pick(record.version, texts)?;
        let series = state.series(self.series);
        let said = Said {
            state,
            series,
            as_of: record.as_of.map(|date| state.date(date)),
            value: Stated::Said(state.records().value(&record)),
            wording: texts.get("wording"),
            published: state.published(record.published, record.source).copied(),
            source: record.source.map(|key| state.sources().name(key)),
        };
        let own_disputes = || self.context.answers.resolver().disputes(std::iter::once(version)).into();
        Ok(Some(Row {
            said,
            record,
            texts,
            since: series.start(),
            reason: fate.by.map_or(Ok(None), |by| causes::reason(self.context, by))?,
            fate,
            repeats: figure
                .map(|figure| self.resolved.figures[figure].seq)
                .filter(|seq| *seq != record.original),
            disputes: figure.map_or_else(own_disputes, |figure| (&self.disputes[figure]).into()),
        }))
    }
}
