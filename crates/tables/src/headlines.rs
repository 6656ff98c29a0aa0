//! The headline of each indicator, place and breakdown, with what stands beside it.

use recount_model::answer::CurrentFigure;
use recount_model::event::Seq;
use recount_model::headline::{Headline, Selection, Subject};
use recount_model::state::State;

use crate::Context;
use crate::cell::{Cell, shown};
use crate::disputes;
use crate::parts::Parts;
use crate::table::{Column, Sink, Stop, Table, columns, join, optional};
use crate::value::{Stated, VALUE, value_cells};

/// One row per indicator, place and breakdown.
pub(crate) const HEADLINES: Table = Table {
    name: "headlines",
    doc: "The one figure that a named rule selects for an indicator, place and breakdown, derived indicators included, \
          with the spread of all that could have been selected.",
    columns: &COLUMNS,
    key: &["id"],
    order: "by indicator, place, breakdown (ids in byte order, missing first)",
    rows: |_, _| Parts::whole(rows),
};

const SUBJECT_AND_VALUE: [Column; SUBJECT.len() + VALUE.len()] = join(SUBJECT, optional(VALUE));
const COLUMNS: [Column; SUBJECT_AND_VALUE.len() + OWN.len()] = join(SUBJECT_AND_VALUE, OWN);

struct Row<'a> {
    state: &'a State,
    headline: &'a Headline,
    id: String,
    value: Stated<'a>,
    policy: Option<Seq>,
    selected: Option<CurrentFigure<'a>>,
    fell_back: bool,
    least: Option<CurrentFigure<'a>>,
    greatest: Option<CurrentFigure<'a>>,
    disputes: Vec<Seq>,
    undated: Option<bool>,
    note: Option<String>,
}

columns! {
    /// What a headline is for.
    SUBJECT, subject_cells(row: Row<'_>) {
        "id" Text required "Indicator, place and breakdown in one: `returned@belarus;sex=f`." = row.id.as_str();
        "indicator" Text required -> "indicators"."id" "What is counted or derived."
            = row.state.indicators().name(row.headline.subject.indicator);
        "place" Text optional -> "places"."id" "Where; missing: everywhere." = place(row.state, row.headline.subject);
        "breakdown" Text optional "Which part, as `dimension=code;dimension=code`; missing: all of it."
            = breakdown(row.state, row.headline.subject);
    }
}

columns! {
    /// How the value was selected, and what stands beside it.
    OWN, own_cells(row: Row<'_>) {
        "unit" Text required "The indicator's unit."
            = row.state.indicators().row(row.headline.subject.indicator).unit.as_str();
        "rule" Text required "The rule: latest, prefer, range (no figure is chosen: the hull of all) or derived."
            = row.headline.rule;
        "policy" Integer optional -> "policies"."seq" "The policy that says so; missing: the default, latest."
            = row.policy;
        "fell_back" Boolean required "No preferred reporter had a figure in the window, so the latest was taken."
            = row.fell_back;
        "figure" Integer optional -> "figures"."seq" "The selected figure." = row.selected.as_ref().map(seq);
        "reporter" Text optional -> "reporters"."id" "Whose figure was selected."
            = row.selected.as_ref().map(|figure| reporter(row.state, figure));
        "as_of" Text optional "The moment or period the selected figure is about, as typed."
            = as_of(row.state, row.selected.as_ref());
        "published" Text optional "When the selected figure became public, as typed."
            = shown(row.selected.and_then(|figure| figure.figure.published));
        "reporters" Integer optional
            "How many bodies have a figure that could have been selected; who speaks for a body counts with it. Missing \
             for a derived value." = bodies(row.headline);
        "spread_least" Text optional "The figure with the least stated number among those, in the notation."
            = shown(row.least.as_ref().map(|figure| figure.figure.value));
        "spread_least_reporter" Text optional -> "reporters"."id" "Whose figure that is."
            = row.least.as_ref().map(|figure| reporter(row.state, figure));
        "spread_least_as_of" Text optional "The moment or period it is about." = as_of(row.state, row.least.as_ref());
        "spread_least_figure" Integer optional -> "figures"."seq" "That figure." = row.least.as_ref().map(seq);
        "spread_greatest" Text optional "The figure with the greatest stated number among those, in the notation."
            = shown(row.greatest.as_ref().map(|figure| figure.figure.value));
        "spread_greatest_reporter" Text optional -> "reporters"."id" "Whose figure that is."
            = row.greatest.as_ref().map(|figure| reporter(row.state, figure));
        "spread_greatest_as_of" Text optional "The moment or period it is about." = as_of(row.state, row.greatest.as_ref());
        "spread_greatest_figure" Integer optional -> "figures"."seq" "That figure." = row.greatest.as_ref().map(seq);
        "stale" Integer required "How many figures the policy's window leaves out as too old." = row.headline.stale;
        "disputed" Boolean required "Some figure that could have been selected, or went into it, is disputed."
            = row.headline.disputed;
        "disputes" Text optional
            "Who contests the selected figure or, of a range, any figure that went into it, as in figures. Missing for a \
             derived value, and where disputed is about another figure." = disputes::list(row.state, &row.disputes);
        "undated" Boolean optional
            "The selected figure, or some figure of a range, has no as_of. Missing for a derived value or none."
            = row.undated;
        "note" Text optional "Why there is no value." = row.note.as_deref();
    }
}

fn place(state: &State, subject: Subject) -> Option<&str> {
    subject.place.map(|place| state.places().name(place))
}

fn breakdown(state: &State, subject: Subject) -> Option<&str> {
    subject.breakdown.map(|breakdown| state.breakdown(breakdown))
}

fn seq(figure: &CurrentFigure<'_>) -> Seq {
    figure.figure.seq
}

fn reporter<'a>(state: &'a State, figure: &CurrentFigure<'_>) -> &'a str {
    state.reporters().name(state.series(figure.series).reporter)
}

fn as_of(state: &State, figure: Option<&CurrentFigure<'_>>) -> Cell<'static> {
    shown(figure.and_then(|figure| figure.figure.as_of).map(|date| state.date(date)))
}

fn bodies(headline: &Headline) -> Option<usize> {
    (headline.rule != "derived").then_some(headline.bodies)
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let state = context.state();
    let subject = |headline: &Headline| headline.subject;
    let mut headlines: Vec<&Headline> = context.answers.headlines().iter().collect();
    headlines.retain(|headline| context.wants(headline.subject.indicator));
    headlines.sort_by_key(|headline| {
        let subject = subject(headline);
        (state.indicators().name(subject.indicator), place(state, subject), breakdown(state, subject))
    });
    for headline in headlines {
        let row = Row::new(context, headline);
        let mut cells = Vec::with_capacity(COLUMNS.len());
        subject_cells(&row, &mut cells);
        value_cells(&row.value, &mut cells);
        own_cells(&row, &mut cells);
        sink(&cells)?;
    }
    Ok(())
}

impl<'a> Row<'a> {
    fn new(context: &Context<'a>, headline: &'a Headline) -> Self {
        let state = context.state();
        let figure = |at: usize| context.answers.figure(at);
        let is_undated = |at: &usize| figure(*at).figure.as_of.is_none();
        let mut row = Row {
            state,
            headline,
            id: id(state, headline.subject),
            value: Stated::default(),
            policy: headline.policy.and_then(|version| policy(state, version)),
            selected: None,
            fell_back: false,
            least: None,
            greatest: None,
            disputes: Vec::new(),
            undated: None,
            note: None,
        };
        if let Some((least, greatest)) = headline.spread(context.answers) {
            (row.least, row.greatest) = (Some(figure(least)), Some(figure(greatest)));
        }
        match &headline.selection {
            Selection::Figure { at, fell_back } => {
                let selected = figure(*at);
                row.value = Stated::Said(selected.figure.value);
                (row.selected, row.fell_back) = (Some(selected), *fell_back);
                row.disputes = selected.disputes.to_vec();
                row.undated = Some(is_undated(at));
            }
            Selection::Range(interval) => {
                row.value = Stated::Computed(interval);
                row.disputes =
                    headline.eligible.iter().flat_map(|at| figure(*at).disputes).copied().collect();
                row.disputes.sort_unstable();
                row.undated = Some(headline.eligible.iter().any(is_undated));
            }
            Selection::Derived(interval) => row.value = Stated::Computed(interval),
            Selection::Nothing(why) => row.note = Some(why.to_string()),
        }
        row
    }
}

/// Ids hold neither `@` nor `;`, so no two subjects have one spelling.
fn id(state: &State, subject: Subject) -> String {
    let mut id = state.indicators().name(subject.indicator).to_owned();
    for (mark, part) in [('@', place(state, subject)), (';', breakdown(state, subject))] {
        if let Some(part) = part {
            id.push(mark);
            id.push_str(part);
        }
    }
    id
}

/// The event of the policy that has this version.
fn policy(state: &State, version: Seq) -> Option<Seq> {
    state.policies().live().find(|entry| entry.version == version).map(|entry| entry.seq)
}
