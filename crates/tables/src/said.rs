//! The columns every figure starts with, whether current or a version of the past.

use recount_model::date::{Edtf, Published};
use recount_model::state::{Series, State};

use crate::cell::{Cell, shown};
use crate::table::{Column, columns, join};
use crate::value::{Stated, VALUE, value_cells};

/// Who said what, about what, as of when, published where.
pub(crate) struct Said<'a> {
    pub(crate) state: &'a State,
    pub(crate) series: &'a Series,
    pub(crate) as_of: Option<&'a Edtf>,
    pub(crate) value: Stated<'a>,
    pub(crate) wording: Option<&'a str>,
    pub(crate) published: Option<Published>,
    pub(crate) source: Option<&'a str>,
}

columns! {
    /// What the claim is about.
    SUBJECT, subject_cells(row: Said<'_>) {
        "indicator" Text required -> "indicators"."id" "What is counted."
            = row.state.indicators().name(row.series.indicator);
        "place" Text optional -> "places"."id" "Where; missing: everywhere."
            = row.series.place.map(|place| row.state.places().name(place));
        "breakdown" Text optional "Which part, as `dimension=code;dimension=code`; missing: all of it."
            = row.series.breakdown.map(|breakdown| row.state.breakdown(breakdown));
        "reporter" Text required -> "reporters"."id" "The person or body the figure is attributed to."
            = row.state.reporters().name(row.series.reporter);
        "as_of" Text optional "The moment or period it is about, as typed (EDTF level 1)."
            = shown(row.as_of);
        "as_of_min" Date optional "The first day of as_of." = shown(row.as_of.map(|date| date.first_day()));
        "as_of_max" Date optional "The last day of as_of." = shown(row.as_of.and_then(|date| date.last_day()));
    }
}

columns! {
    /// How and where it was said.
    ORIGIN, origin_cells(row: Said<'_>) {
        "unit" Text required "The indicator's unit."
            = row.state.indicators().row(row.series.indicator).unit.as_str();
        "wording" Text optional "The words it was said in, verbatim." = row.wording;
        "published" Text optional
            "When it became public, as typed (EDTF level 1 or a UTC instant): its own date, else its source's."
            = shown(row.published);
        "source" Text optional -> "sources"."id" "Where it was published; missing: explicitly unsourced."
            = row.source;
    }
}

const SUBJECT_AND_VALUE: [Column; SUBJECT.len() + VALUE.len()] = join(SUBJECT, VALUE);

/// The columns every figure starts with: subject, value, origin.
pub(crate) const SAID: [Column; SUBJECT_AND_VALUE.len() + ORIGIN.len()] = join(SUBJECT_AND_VALUE, ORIGIN);

/// Appends the cells of [`SAID`].
pub(crate) fn said_cells<'a>(said: &'a Said<'_>, cells: &mut Vec<Cell<'a>>) {
    subject_cells(said, cells);
    value_cells(&said.value, cells);
    origin_cells(said, cells);
}
