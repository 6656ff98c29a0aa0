//! The current figure of each series.

use std::ops::Range;

use recount_model::answer::CurrentFigure;
use recount_model::event::Seq;
use recount_model::state::Series;
use recount_model::texts::Picked;

use crate::Context;
use crate::cell::shown;
use crate::disputes;
use crate::parts::Parts;
use crate::said::{SAID, Said, said_cells};
use crate::table::{Column, Sink, Stop, Table, columns, join};
use crate::value::Stated;

/// One row per series: its current figure.
pub(crate) const FIGURES: Table = Table {
    name: "figures",
    doc: "The current figure of each series (indicator, place, breakdown, reporter; for a count with another start that \
          start, for measure period the period).",
    columns: &COLUMNS,
    key: &["seq"],
    order: "by indicator, place, breakdown, reporter (ids in byte order, missing first), since, period",
    rows: |context, _| Parts::of(context.answers.figures().len(), 512, rows),
};

const COLUMNS: [Column; SAID.len() + OWN.len()] = join(SAID, OWN);

struct Row<'a> {
    said: Said<'a>,
    current: CurrentFigure<'a>,
    since: Option<String>,
}

impl Row<'_> {
    fn seq(&self) -> Seq {
        self.current.figure.seq
    }
}

columns! {
    /// What is known of a current figure beyond what was said.
    OWN, own_cells(row: Row<'_>) {
        "status" Text required "`current`: other versions are in figure_history." = "current";
        "seq" Integer required -> "events"."seq" "The event of its first record; it names the figure." = row.seq();
        "recorded_at" Instant required "When its first record was recorded."
            = shown(row.said.state.recorded_at(row.seq()));
        "version" Integer required -> "figure_history"."seq"
            "The event that gave its first record its present content: seq, or a correction." = row.current.first.version;
        "since" Text optional "The start of the count, where it is not the indicator's; part of the series."
            = row.since.as_deref();
        "records" Integer required "How many records say so: its sources, relays included." = row.current.records;
        "relayed_by" Text optional -> "reporters"."id" "Who passed on its first record."
            = row.current.first.relayed_by.map(|key| row.said.state.reporters().name(key));
        "disputed" Boolean required "Another reporter contests it." = !row.current.disputes.is_empty();
        "disputes" Text optional
            "Who contests it, each with the value given against it, where there is one: `reporter: value; reporter`. What \
             they say in words is in causes." = disputes::list(row.said.state, row.current.disputes);
        "undated" Boolean required "It has no as_of; where known, the day of its publication counts."
            = row.said.as_of.is_none();
        "doubted" Boolean required "The recorder doubts every record of it, so it enters no headline."
            = row.current.figure.doubted;
    }
}

/// So many figures are looked up before their rows are made: what a row is made from lies all over a large state, and several
/// that do not depend on each other are found in the time of one.
const AHEAD: usize = 32;

fn rows(context: &Context<'_>, figures: Range<usize>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let state = context.state();
    let mut texts = Picked::new(["wording"]);
    let mut ahead = Vec::with_capacity(AHEAD);
    for start in figures.clone().step_by(AHEAD) {
        ahead.clear();
        ahead.extend((start..figures.end.min(start + AHEAD)).map(|at| {
            let current = context.answers.figure(at);
            (current, state.series(current.series), current.first.source.map(|key| state.sources().name(key)))
        }));
        for (current, series, source) in ahead.drain(..) {
            if context.wants(series.indicator) {
                push_row(context, current, series, source, &mut texts, sink)?;
            }
        }
    }
    Ok(())
}

fn push_row(
    context: &Context<'_>,
    current: CurrentFigure<'_>,
    series: &Series,
    source: Option<&str>,
    texts: &mut Picked,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let state = context.state();
    // The line is read only where the state knows that it has words.
    texts.clear();
    if current.first.is_worded() {
        context.texts.pick(current.first.version, texts)?;
    }
    let said = Said {
        state,
        series,
        as_of: current.figure.as_of.map(|date| state.date(date)),
        value: Stated::Said(current.figure.value),
        wording: texts.get("wording"),
        published: current.figure.published,
        source,
    };
    let row = Row { said, current, since: series.start() };
    let mut cells = Vec::with_capacity(COLUMNS.len());
    said_cells(&row.said, &mut cells);
    own_cells(&row, &mut cells);
    sink(&cells)
}
