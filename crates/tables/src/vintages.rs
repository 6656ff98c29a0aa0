//! Every release of every moment, for the study of revisions. An answer to a question, no part of the exports.

use recount_model::value::fraction::print;
use recount_model::value::{Interval, Rounding};
use recount_model::vintages::{AsOfRow, Direction, Release, Triangle, triangles};

use crate::Context;
use crate::cell::{Cell, shown};
use crate::parts::Parts;
use crate::table::{Column, Sink, Stop, Table, columns, join};
use crate::value::{Stated, VALUE, value_cells};

/// One row per release: what a reporter had said about a moment by a date, and how far it moved.
pub const VINTAGES: Table = Table {
    name: "vintages",
    doc: "One row per release: a figure with an as_of and a date of publication, in the order its reporter's figures \
          for that as_of became public, with its difference from the release before. Further sources that restate a \
          figure are no releases; undated, unpublished and doubted figures have no row.",
    columns: &COLUMNS,
    key: &["seq"],
    order: "by indicator, place, breakdown, reporter (ids in byte order, missing first), since, as_of_min, as_of_max, release",
    rows: |_, _| Parts::whole(rows),
};

const START_AND_VALUE: [Column; START.len() + VALUE.len()] = join(START, VALUE);
const COLUMNS: [Column; START_AND_VALUE.len() + OWN.len()] = join(START_AND_VALUE, OWN);

struct Row<'a> {
    context: &'a Context<'a>,
    triangle: &'a Triangle,
    as_of: &'a AsOfRow,
    number: u32,
    release: &'a Release,
    since: Option<String>,
}

impl<'a> Row<'a> {
    fn series(&self) -> &'a recount_model::state::Series {
        self.context.state().series(self.triangle.series)
    }

    /// The difference from the release before, where there is one and it has a value.
    fn size(&self) -> Option<&'a Interval> {
        self.release.revision.as_ref()?.size.as_ref().ok()
    }

    fn direction(&self) -> Option<Direction> {
        self.release.revision.as_ref()?.direction
    }
}

columns! {
    /// Which release of which moment.
    START, start_cells(row: Row<'_>) {
        "indicator" Text required -> "indicators"."id" "What is counted."
            = row.context.state().indicators().name(row.series().indicator);
        "place" Text optional -> "places"."id" "Where; missing: everywhere."
            = row.series().place.map(|place| row.context.state().places().name(place));
        "breakdown" Text optional "Which part, as `dimension=code;dimension=code`; missing: all of it."
            = row.series().breakdown.map(|breakdown| row.context.state().breakdown(breakdown));
        "reporter" Text required -> "reporters"."id" "Whose figures they are."
            = row.context.state().reporters().name(row.series().reporter);
        "since" Text optional "The start of the count, where it is not the indicator's." = row.since.as_deref();
        "as_of" Text required "The moment or period it is about, as first typed (EDTF level 1)."
            = shown(Some(row.context.state().date(row.as_of.as_of)));
        "as_of_min" Date required "The first day of as_of." = shown(Some(row.as_of.span.0));
        "as_of_max" Date required "The last day of as_of." = shown(Some(row.as_of.span.1));
        "release" Integer required "The number of the release for this as_of, from 1." = row.number;
        "latest" Boolean required
            "It is the last release for this as_of that is neither withdrawn nor parallel; where there is none, the last."
            = row.as_of.latest() == row.number;
        "published" Text required "When it became public, as typed (EDTF level 1 or a UTC instant)."
            = shown(Some(row.release.published));
        "published_on" Date required "The day of that; of a longer date its last day."
            = shown(Some(row.release.published.last_day()));
    }
}

columns! {
    /// How the release differs from the one before it.
    OWN, own_cells(row: Row<'_>) {
        "unit" Text required "The indicator's unit."
            = row.context.state().indicators().row(row.series().indicator).unit.as_str();
        "seq" Integer required -> "events"."seq" "The event of the figure's first record." = row.release.seq;
        "revision" Text optional
            "This value minus the one of the release before that is not parallel, by interval arithmetic, in the \
             notation; missing for the first release and parallel ones, and where a value contradicts itself."
            = row.size().map(Interval::notation);
        "revision_low" Decimal optional "The low end of that, rounded down to 12 significant digits; missing: none."
            = row.size().and_then(Interval::low).map(|end| print(end, Rounding::Down));
        "revision_high" Decimal optional "The high end of that, rounded up to 12 significant digits; missing: none."
            = row.size().and_then(Interval::high).map(|end| print(end, Rounding::Up));
        "direction" Text optional
            "up or down where no number fits both values, same where both allow the same numbers, else overlapping."
            = row.direction().map(Direction::as_str);
        "lag_days" Integer required
            "Days from the last day of as_of to published_on; below zero for what was announced before."
            = Cell::Integer(row.release.lag_days.into());
        "days_since_previous" Integer optional "Days from the release it revises, by published_on."
            = row.release.revision.as_ref().map(|revision| Cell::Integer(revision.days.into()));
        "parallel" Boolean required
            "It stands beside another release, such as one of the same day, and revises nothing." = row.release.parallel;
        "relayed" Boolean required "Every record of it was passed on by someone else." = row.release.relayed;
        "withdrawn_by" Integer optional -> "events"."seq" "The withdrawal by which its reporter took it back."
            = row.release.withdrawn;
    }
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    for triangle in triangles(context.answers.resolver(), |series| context.wants(series.indicator)) {
        let since = context.state().series(triangle.series).start();
        for as_of in &triangle.rows {
            for (number, release) in as_of.numbered() {
                let row = Row { context, triangle: &triangle, as_of, number, release, since: since.clone() };
                let mut cells = Vec::with_capacity(COLUMNS.len());
                start_cells(&row, &mut cells);
                let value = Stated::Said(release.value);
                value_cells(&value, &mut cells);
                own_cells(&row, &mut cells);
                sink(&cells)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CaseDetail;
    use crate::testing::{FIGURES, Fixture};

    #[test]
    fn each_release_is_a_row_with_its_revision() {
        let fixture = Fixture::new(FIGURES);
        let answers = fixture.answers("");
        let context =
            Context { answers: &answers, texts: &fixture, case_detail: CaseDetail::Coarse, indicators: None };
        let shown = [
            "indicator",
            "reporter",
            "as_of",
            "release",
            "latest",
            "value",
            "revision",
            "direction",
            "lag_days",
            "days_since_previous",
            "withdrawn_by",
        ];
        let at = shown.map(|name| COLUMNS.iter().position(|column| column.name == name).unwrap());
        let mut lines = Vec::new();
        let all = VINTAGES.each_row(&context, &mut |cells| {
            let text = |cell: &Cell<'_>| match cell {
                Cell::Missing => "-".to_owned(),
                Cell::Text(text) => text.to_string(),
                Cell::Integer(number) => number.to_string(),
                Cell::Boolean(flag) => flag.to_string(),
            };
            lines.push(at.map(|at| text(&cells[at])).join(" "));
            Ok::<(), ()>(())
        });
        assert!(all.is_ok());
        insta::assert_snapshot!(lines.join("\n"), @"
        back a 2025-01-31 1 true 1850 - - 1 - -
        back a 2025-01-31 2 false 1800 - - 1 - -
        back a 2025-02-28 1 true 1859 - - 1 - -
        taken a 2024-12~ 1 true >20000 - - 1 - -
        taken b 2024-12-31 1 false 19546 - - 1 - -
        taken b 2024-12-31 2 true 19600 54 up 32 31 -
        taken b 2025-02-28 1 true 19700 - - 1 - 27
        ");
    }
}
