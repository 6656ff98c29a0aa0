//! The rules of one figure and many records, each by the smallest ledger that shows it.

use proptest::prelude::*;

use super::{Figure, Grouped, Scratch, sizes};
use crate::answer::in_order;
use crate::event::Seq;
use crate::state::key::Key;
use crate::testing::{Book, any_line};

fn check(lines: &str, clocks: &str, expected: &str) {
    assert_eq!(Book::new(lines).figures(clocks), expected.replace("\n        ", "\n").trim());
}

#[test]
fn the_greatest_order_key_is_current() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-02-01 source=s2",
        "",
        "back a: 10 [18] before 19
        back a: 12 [19] current",
    );
}

#[test]
fn the_moment_of_recording_is_no_day() {
    check(
        "figure back 12 as_of=2025-02-01 source=s2
         figure back 10 as_of=2025-01-01 source=s1",
        "",
        "back a: 10 [19] before 18
        back a: 12 [18] current",
    );
}

#[test]
fn an_undated_figure_counts_by_its_publication_and_one_without_any_date_sorts_first() {
    check(
        "figure back 10 as_of=2025-01-15 source=s3
         figure back 11 source=s2
         figure back 99",
        "",
        "back a: 99 [20] before 18
        back a: 10 [18] before 19
        back a: 11 [19] current",
    );
}

#[test]
fn within_one_last_day_the_later_first_day_wins() {
    check(
        "figure back 10 as_of=2025-01-31 source=s2
         figure back 11 as_of=2025-01 source=s2",
        "",
        "back a: 11 [19] before 18
        back a: 10 [18] current",
    );
}

#[test]
fn a_later_published_value_for_the_same_as_of_is_a_revision() {
    check(
        "figure back 12 as_of=2025-01-01 source=s2
         figure back 10 as_of=2025-01-01 source=s1",
        "",
        "back a: 10 [19] revised by 18
        back a: 12 [18] current",
    );
}

#[test]
fn an_equal_value_is_a_further_source() {
    check(
        "figure back 12.50 as_of=2025-01-01 source=s1
         figure back 12.5 as_of=2025-01-01 source=s2",
        "",
        "back a: 12.50 [18 19] current",
    );
}

#[test]
fn a_value_said_again_after_a_revision_is_a_figure_of_its_own() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-01-01 source=s2
         figure back 10 as_of=2025-01-01 source=s3
         figure back 10 as_of=2025-01-01 source=s3 relayed_by=b",
        "",
        "back a: 10 [18] revised by 19
        back a: 12 [19] revised by 20
        back a: 10 [20 21] current",
    );
}

#[test]
fn a_bound_around_the_exact_value_restates_it() {
    check(
        "figure back >=9 as_of=2025-01-01 source=s2
         figure back 10 as_of=2025-01-01 source=s1
         figure back >10 as_of=2025-01-01 source=s3",
        "",
        "back a: 10 [19 18] revised by 20
        back a: >10 [20] current",
    );
}

#[test]
fn different_values_of_one_day_stand_side_by_side_the_narrower_first() {
    check(
        "figure back >1200 as_of=2025-01-01 source=s1
         figure back 1247 as_of=2025-01-01 source=s1
         figure taken >19540 as_of=2025-01-01 source=s1
         figure taken 19540 as_of=2025-01-01 source=s1",
        "",
        "back a: >1200 [18] parallel to 19
        back a: 1247 [19] current
        taken a: >19540 [20] current
        taken a: 19540 [21] parallel to 20",
    );
}

#[test]
fn a_record_of_unknown_publication_revises_nothing() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-01-01
         figure back 10 as_of=2025-01-01",
        "",
        "back a: 12 [19] parallel to 18
        back a: 10 [18 20] current",
    );
}

#[test]
fn an_undated_record_joins_the_latest_equal_dated_figure() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-02-01 source=s2
         figure back 12 source=s3
         figure back 12
         figure back 10 source=s3",
        "",
        "back a: 10 [18 22] before 19
        back a: 12 [19 20 21] current",
    );
}

#[test]
fn an_undated_record_public_before_the_day_is_no_source_of_it() {
    check(
        "figure back 12 as_of=2025-02-15 source=s3
         figure back 12 source=s2",
        "",
        "back a: 12 [19] before 18
        back a: 12 [18] current",
    );
}

#[test]
fn relayed_and_doubted_figures_are_current_only_where_there_is_no_other() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 99 as_of=2025-02-01 source=s2 relayed_by=b
         figure back 98 as_of=2025-03-01 source=s3 doubt=yes
         figure taken 7 as_of=2025-01-01 source=s1 doubt=yes
         figure taken 8 as_of=2025-02-01 source=s2 relayed_by=b",
        "",
        "back a: 10 [18] current
        back a: 99 [19] parallel to 18
        back a: 98 [20] parallel to 18
        taken a: 7 [21] before 22
        taken a: 8 [22] current",
    );
}

#[test]
fn revises_supersedes_whatever_the_as_ofs() {
    check(
        "figure back 12 as_of=2025-02-01 source=s2
         figure back 11 as_of=2025-01-01 source=s3 revises=18",
        "",
        "back a: 11 [19] current
        back a: 12 [18] revised by 19",
    );
}

#[test]
fn a_ring_of_revisions_leaves_what_was_said_last() {
    check(
        "figure back 1 as_of=2025-01-01 source=s1
         figure back 2 as_of=2025-01-01 source=s2
         figure back 3 as_of=2025-01-01 source=s3 revises=19
         figure back 1 as_of=2025-01-01 source=s3 relayed_by=b revises=20",
        "",
        "back a: 1 [18 21] current
        back a: 2 [19] revised by 20
        back a: 3 [20] revised by 18",
    );
}

#[test]
fn a_withdrawal_takes_back_the_records_published_no_later() {
    let lines = "figure back 10 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-02-01 published=2025-02-02 source=s2
         figure back 12 as_of=2025-02-01 published=2025-02-03 source=s2
         withdraw 20 published=2025-02-10
         figure back 12 as_of=2025-02-01 source=s3";
    check(
        lines,
        "",
        "back a: 10 [18] before 22
        back a: 12 [19 20] withdrawn by 21
        back a: 12 [22] current",
    );
    check(
        lines,
        "published_by=2025-02-09",
        "back a: 10 [18] before 19
        back a: 12 [19 20] current
        left out: 0 later, 0 undated, 1 published later, 0 unpublished",
    );
}

#[test]
fn a_withdrawal_leaves_what_was_published_later_whenever_it_was_recorded() {
    check(
        "figure back 12 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-01-01 source=s3
         withdraw 18 source=s2",
        "",
        "back a: 12 [18] withdrawn by 20
        back a: 12 [19] current",
    );
}

#[test]
fn what_is_said_again_at_the_moment_of_its_revision_is_a_figure_of_its_own() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-01-01 source=s2
         figure back 10 as_of=2025-01-01 source=s2",
        "",
        "back a: 10 [18] revised by 19
        back a: 12 [19] current
        back a: 10 [20] parallel to 19",
    );
}

#[test]
fn an_undated_record_that_is_relayed_or_of_unknown_publication_joins_its_equal() {
    check(
        "figure back 10 source=s1
         figure back 12 source=s2
         figure back 10 source=s3 relayed_by=b
         figure back 10",
        "",
        "back a: 10 [18 21 20] before 19
        back a: 12 [19] current",
    );
}

#[test]
fn a_withdrawn_figure_keeps_its_as_of_whatever_record_of_it_came_first() {
    check(
        "figure back 12 source=s3
         figure back 12 as_of=2025-01-01 source=s2
         withdraw 18",
        "as_of=2025-01-15",
        "back a: 12 [19 18] withdrawn by 20",
    );
}

#[test]
fn corrections_keep_the_place_and_retractions_take_out_one_record() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 10 as_of=2025-01-01 source=s2
         retract 18
         figure taken 20 as_of=2025-01-01 source=s1
         correct 21 figure taken 21 as_of=2025-01-01 source=s1
         correct 21 figure taken 22 as_of=2025-01-01 source=s1
         retract 23",
        "",
        "back a: 10 [19] current
        taken a: 21 [21] current",
    );
}

#[test]
fn a_dispute_marks_the_figure_and_enters_no_series() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         dispute 18 by=b value=5 published=2025-02-01",
        "",
        "back a: 10 [18] current disputed",
    );
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         dispute 18 by=b value=5 published=2025-02-01",
        "published_by=2025-01-31",
        "back a: 10 [18] current",
    );
}

#[test]
fn the_as_of_clock_keeps_what_is_about_the_day_or_was_public_by_it() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-02-01 source=s2
         figure back 13 source=s3
         figure back 14",
        "as_of=2025-01-31",
        "back a: 14 [21] left out
        back a: 10 [18] current
        back a: 12 [19] left out
        back a: 13 [20] left out
        left out: 2 later, 1 undated, 0 published later, 0 unpublished",
    );
}

#[test]
fn the_published_clock_forgets_later_revisions() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 12 as_of=2025-01-01 source=s2
         figure back 14",
        "published_by=2025-01-15",
        "back a: 10 [18] current
        left out: 0 later, 0 undated, 1 published later, 1 unpublished",
    );
}

#[test]
fn another_start_and_another_period_are_other_series() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 90 as_of=2025-01-01 source=s1 since=2014
         figure back 11 as_of=2025-02-01 source=s2 since=2022-02-24
         figure flow 4 as_of=2024-01-01/2024-12-31 source=s1
         figure flow 1 as_of=2024-12-01/2024-12-31 source=s1",
        "",
        "back a: 10 [18] before 20
        back a: 11 [20] current
        back a: 90 [19] current
        flow a: 4 [21] current
        flow a: 1 [22] current",
    );
}

/// What is dated to one day, to others and not at all, so that the latest days are one time all that matters and another
/// time are not.
fn any_claim() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec!["10", "10.0", "11", "12", "8..12", "~10", "4000000000"]);
    let as_of = prop::sample::select(vec![
        "",
        "as_of=2025-01-01",
        "as_of=2025-01",
        "as_of=2025-01-31",
        "as_of=2025-02-01",
        "as_of=2025-01-01/..",
    ]);
    let published =
        prop::sample::select(vec!["", "source=s1", "source=s2", "published=2025-01", "published=2025-02-01"]);
    let more = prop::sample::select(vec!["", "", "", "", "doubt=x", "relayed_by=press"]);
    (value, as_of, published, more)
        .prop_map(|(value, as_of, published, more)| format!("figure back {value} {as_of} {published} {more}"))
}

proptest! {
    #[test]
    fn the_current_figure_alone_is_that_of_all_figures(
        lines in prop::collection::vec(prop_oneof![4 => any_claim(), 1 => any_line()], 1..24),
    ) {
        let mut book = Book::new("");
        for line in lines {
            if book.admits(&line) {
                book.append(&line);
            }
        }
        let mut scratch = Scratch::default();
        for clocks in ["", "published_by=2025-01-31", "as_of=2025-01-31"] {
            let answers = book.answers(clocks);
            let resolver = answers.resolver();
            let grouped = Grouped::part(&book.state, 0..book.state.series_count(), &sizes(&book.state));
            for series in in_order(&book.state) {
                let resolved = resolver.resolve(series);
                let mut versions = Vec::new();
                book.state.records.gather(grouped.of(series.index()), &mut versions);
                let (latest, left_out) = resolver.latest(series, &versions, &mut scratch);
                prop_assert_eq!(left_out, resolved.left_out);
                prop_assert_eq!(latest.is_some(), resolved.current.is_some());
                let Some((latest, at)) = latest.zip(resolved.current) else { continue };
                let records: Vec<Seq> = resolved.records_of(at).collect();
                let record = |version: &Seq| book.state.records.record(*version);
                let first = records.iter().min_by_key(|version| record(version).original).unwrap();
                let figure: Figure = latest.figure.unwrap_or_else(|| resolver.alone(&record(first)));
                prop_assert_eq!(figure, resolved.figures[at]);
                prop_assert_eq!((latest.first, latest.records as usize), (*first, records.len()));
                prop_assert_eq!(latest.disputes, resolver.disputes(records.into_iter()));
            }
        }
    }
}
