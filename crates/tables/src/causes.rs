//! The causes of change: corrections, retractions, redactions, withdrawals and disputes, each with its reason.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::thread;

use recount_model::date::Published;
use recount_model::event::{Kind, Seq};
use recount_model::resolve::{Resolver, Standing};
use recount_model::state::State;
use recount_model::state::key::{PublishedKey, ReporterKey, SeriesKey, SourceKey};
use recount_model::state::versioned::Versioned;
use recount_model::value::Value;

use crate::Context;
use crate::cell::shown;
use crate::parts::Parts;
use crate::table::{Stop, Table, columns};
use crate::turns::Turns;

/// One row per cause.
pub(crate) const CAUSES: Table = Table {
    name: "causes",
    doc: "Why the ledger reads as it does: every correction, retraction and redaction by the recorder, every withdrawal by a \
          reporter, every dispute, each as it reads now. Withdrawals and disputes that were not public on the clock \
          asked have no row; those undone since have one.",
    columns: &COLUMNS,
    key: &["seq"],
    order: "by seq",
    rows,
};

struct Row<'a> {
    state: &'a State,
    seq: Seq,
    cause: Cause,
    figure: Option<Seq>,
    reason: Option<String>,
    note: Option<String>,
}

columns! {
    COLUMNS, append(row: Row<'_>) {
        "seq" Integer required -> "events"."seq" "The event." = row.seq;
        "version" Integer required -> "events"."seq"
            "The event that gave it its present content; for what the recorder did seq, as that is never corrected."
            = row.cause.version;
        "type" Text required "record.corrected, record.retracted, event.redacted, figure.withdrawn or figure.disputed."
            = row.state.kind(row.seq).map(Kind::as_str);
        "target" Integer required -> "events"."seq" "The event it names." = row.state.target(row.seq);
        "figure" Integer optional -> "events"."seq"
            "The figure it acts on, directly or through a cause it names, by the figure's first event, as in figures and \
             headlines; for a retracted record that record's own event. Missing: it is about no figure, or about one \
             the clocks leave out." = row.figure;
        "by_reporter" Text optional -> "reporters"."id" "Who disputes the figure."
            = row.cause.by_reporter.map(|key| row.state.reporters().name(key));
        "value" Text optional "The value given against the disputed figure, in the notation." = shown(row.cause.value);
        "reason" Text optional "Why; missing for a dispute." = row.reason.as_deref();
        "note" Text optional "A remark of the recorder on a dispute."
            = row.note.as_deref();
        "source" Text optional -> "sources"."id" "Where a withdrawal or dispute was published."
            = row.cause.source.map(|source| row.state.sources().name(source));
        "published" Text optional
            "When a withdrawal or dispute became public, as typed (EDTF level 1 or a UTC instant): its own date, else its \
             source's. Corrections and retractions are not public." = shown(row.cause.published);
        "recorded_at" Instant required "When it was recorded." = shown(row.state.recorded_at(row.seq));
        "retracted_by" Integer optional -> "events"."seq"
            "The retraction that undid it: it changes nothing any more." = row.state.retraction_of(row.seq);
    }
}

/// What a cause says, in its present version.
#[derive(Default)]
struct Cause {
    version: Seq,
    by_reporter: Option<ReporterKey>,
    value: Option<Value>,
    source: Option<SourceKey>,
    published: Option<Published>,
}

impl Cause {
    /// The cause that event `seq` is; `None` for an event of another type, and for what was not public.
    fn find(context: &Context<'_>, seq: Seq) -> Option<Cause> {
        let state = context.state();
        let cause = match state.kind(seq)? {
            Kind::RecordCorrected | Kind::RecordRetracted | Kind::EventRedacted => {
                return Some(Cause { version: seq, ..Cause::default() });
            }
            Kind::FigureWithdrawn => {
                let Versioned { version, row, .. } = state.withdrawals().find(seq)?;
                Cause { version: *version, ..Cause::said_in(state, row.source, row.published) }
            }
            Kind::FigureDisputed => {
                let Versioned { version, row, .. } = state.disputes().find(seq)?;
                Cause {
                    version: *version,
                    by_reporter: Some(row.by_reporter),
                    value: row.value,
                    ..Cause::said_in(state, row.source, row.published)
                }
            }
            _ => return None,
        };
        context.answers.resolver().is_public(cause.published.as_ref()).then_some(cause)
    }

    fn said_in(state: &State, source: Option<SourceKey>, own: Option<PublishedKey>) -> Cause {
        Cause { source, published: state.published(own, source).copied(), ..Cause::default() }
    }
}

fn rows<'a>(context: &Context<'a>, threads: NonZeroUsize) -> Parts<'a> {
    let figures = figures(context, threads);
    Parts::of(context.state().event_count(), 8192, move |context, places, sink| {
        let state = context.state();
        for seq in state.events_at(places) {
            let Some(cause) = Cause::find(context, seq) else { continue };
            let is_dispute = state.kind(seq) == Some(Kind::FigureDisputed);
            let note = if is_dispute { context.texts.member(cause.version, "note")? } else { None };
            let figure = record_of(state, seq).and_then(|record| figures.get(&record).copied());
            let row = Row { state, seq, cause, figure, reason: reason(context, seq)?, note };
            let mut cells = Vec::with_capacity(COLUMNS.len());
            append(&row, &mut cells);
            sink(&cells)?;
        }
        Ok(())
    })
}

/// The reason that a correction, retraction, redaction or withdrawal gives; `None` for any other event.
pub(crate) fn reason(context: &Context<'_>, seq: Seq) -> Result<Option<String>, Stop> {
    let state = context.state();
    match state.kind(seq) {
        Some(Kind::RecordCorrected | Kind::RecordRetracted | Kind::EventRedacted) => {
            Ok(context.texts.reason(seq)?)
        }
        Some(Kind::FigureWithdrawn) => {
            let version = state.withdrawals().find(seq).map_or(seq, |entry| entry.version);
            Ok(context.texts.member(version, "reason")?)
        }
        _ => Ok(None),
    }
}

/// The figure record that a cause acts on, directly or through causes it acts on.
fn record_of(state: &State, cause: Seq) -> Option<Seq> {
    let targets = std::iter::successors(state.target(cause), |target| state.target(*target));
    targets.last().filter(|target| state.kind(*target) == Some(Kind::FigureReported))
}

/// The figure of each record that some cause acts on. A series is resolved once, however many causes act on it.
fn figures(context: &Context<'_>, threads: NonZeroUsize) -> HashMap<Seq, Seq> {
    /// So many series are resolved in one go.
    const SERIES: usize = 64;
    let (state, resolver) = (context.state(), context.answers.resolver());
    let records = state.records();
    let mut in_force: Vec<(SeriesKey, Seq)> = Vec::new();
    let mut figures = HashMap::new();
    for target in state.events().filter_map(|seq| record_of(state, seq)) {
        match (records.in_force(target), records.find(target)) {
            (Some(record), _) => in_force.push((record.series, target)),
            (None, Some(retracted)) if context.covers(&retracted) => drop(figures.insert(target, target)),
            (None, _) => {}
        }
    }
    in_force.sort_unstable();
    let by_series: Vec<&[(SeriesKey, Seq)]> = in_force.chunk_by(|a, b| a.0 == b.0).collect();
    let parts: Vec<_> = by_series.chunks(SERIES).collect();
    let turns = Turns::new(parts.len(), figures);
    let work = || {
        while let Some(turn) = turns.next() {
            let found: Vec<_> =
                parts[turn.part].iter().flat_map(|targets| figures_of(resolver, targets)).collect();
            turn.pass(|figures| figures.extend(found));
        }
    };
    thread::scope(|scope| {
        (1..threads.get().min(parts.len())).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    turns.into_shared()
}

/// The records of one series among these targets, each with its figure.
fn figures_of(resolver: &Resolver<'_>, targets: &[(SeriesKey, Seq)]) -> Vec<(Seq, Seq)> {
    let series = targets[0].0;
    let resolved = resolver.resolve(series);
    let shown = resolved.records.iter().filter_map(|placed| {
        let record = resolver.state().records().record(placed.version).original;
        let figure = &resolved.figures[placed.figure as usize];
        let is_asked =
            figure.standing != Standing::LeftOut && targets.binary_search(&(series, record)).is_ok();
        is_asked.then_some((record, figure.seq))
    });
    shown.collect()
}
