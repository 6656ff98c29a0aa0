//! Triangles of small ledgers.

use super::*;
use crate::testing::Book;

/// Every release of every triangle, what stands apart, and the statistics.
fn check(ledger: &str, clocks: &str, wanted: Wanted) -> String {
    let book = Book::new(ledger);
    let answers = book.answers(clocks);
    let mut lines = Vec::new();
    let date = |key: DateKey| book.state.date(key).to_string();
    for triangle in triangles(answers.resolver(), |_| true) {
        let series = book.state.series(triangle.series);
        let names =
            (book.state.indicators().name(series.indicator), book.state.reporters().name(series.reporter));
        lines.push(format!("{} {}", names.0, names.1));
        for row in &triangle.rows {
            lines.extend(row.wanted(wanted).map(|(number, release)| {
                format!("  {} #{number} {}", date(row.as_of), release_line(release))
            }));
        }
        for figure in &triangle.apart {
            lines.push(format!("  apart: {} ({})", figure.value, figure.why.as_str()));
        }
        let mut summary = Summary::default();
        summary.add(&triangle);
        lines.push(format!(
            "  {} as-ofs, {} revised ({}), mean {}, {} overlapping",
            summary.as_ofs,
            summary.revised,
            summary.share_revised().unwrap_or_default(),
            summary.mean_absolute_revision().unwrap_or_default(),
            summary.overlapping
        ));
    }
    lines.join("\n")
}

fn release_line(release: &Release) -> String {
    let revision = release.revision.as_ref().map(|revision| {
        let size = revision.size.as_ref().map_or_else(ToString::to_string, Interval::notation);
        let direction = revision.direction.map_or("no direction", Direction::as_str);
        format!(", {direction} {size} after {} days", revision.days)
    });
    let parallel = if release.parallel { ", parallel" } else { "" };
    let relayed = if release.relayed { ", relayed" } else { "" };
    let withdrawn = release.withdrawn.map(|by| format!(", withdrawn by {by}")).unwrap_or_default();
    let (published, lag) = (release.published, release.lag_days);
    format!(
        "{published} {} lag {lag}{}{parallel}{relayed}{withdrawn}",
        release.value,
        revision.unwrap_or_default()
    )
}

#[test]
fn releases_are_numbered_and_compared_and_further_sources_are_none() {
    insta::assert_snapshot!(check("
        figure back 10 as_of=2024-12-31 source=s1
        figure back 10 as_of=2024-12-31 source=s2
        figure back 14 as_of=2024-12-31 source=s3
        figure back 11 as_of=2025-01-31 source=s2
        figure back 13 as_of=2025-01-31 source=s3
        figure back 9 as_of=2024-06 source=s1
    ", "", Wanted::All), @"
    back a
      2024-06 #1 2025-01-01 9 lag 185
      2024-12-31 #1 2025-01-01 10 lag 1
      2024-12-31 #2 2025-03-01 14 lag 60, up 4 after 59 days
      2025-01-31 #1 2025-02-01 11 lag 1
      2025-01-31 #2 2025-03-01 13 lag 29, up 2 after 28 days
      3 as-ofs, 2 revised (0.666666666667), mean 3, 0 overlapping
    ");
}

#[test]
fn bounds_have_a_direction_only_where_nothing_fits_both() {
    insta::assert_snapshot!(check("
        figure back >20000 as_of=2024-12-31 published=2025-01-01
        figure back 19546 as_of=2024-12-31 published=2025-01-02
        figure back 19000..20000 as_of=2024-12-31 published=2025-01-03 revises=19
        figure back ~19700 as_of=2024-12-31 published=2025-01-04
        figure back <30000 as_of=2024-12-31 published=2025-01-05 revises=21
        figure back 9..2..3 as_of=2024-12-31 published=2025-01-06
    ", "", Wanted::All), @"
    back a
      2024-12-31 #1 2025-01-01 >20000 lag 1
      2024-12-31 #2 2025-01-02 19546 lag 2, down <-454 after 1 days
      2024-12-31 #3 2025-01-04 ~19700 lag 4, up about 154 after 2 days
      2024-12-31 #4 2025-01-05 <30000 lag 5, overlapping about -19700..<10300 after 1 days
      2024-12-31 #5 2025-01-06 9..2..3 lag 6, no direction 9..2..3 contradicts itself: low, best and high are not in ascending order after 1 days
      1 as-ofs, 1 revised (1), mean , 1 overlapping
    ");
}

#[test]
fn an_open_end_that_touches_is_disjoint_and_equal_intervals_are_the_same() {
    let direction = |before: &str, after: &str| {
        let interval = |text: &str| Value::parse(text).unwrap().interval(Some(Decimal::ZERO)).unwrap();
        let (before, after) = (interval(before), interval(after));
        Direction::of(&before, &after, &after.sub(&before).unwrap()).as_str()
    };
    assert_eq!(direction("20000", ">20000"), "up");
    assert_eq!(direction("20000", ">=20000"), "overlapping");
    assert_eq!(direction("<5", "5"), "up");
    assert_eq!(direction("5", "<5"), "down");
    assert_eq!(direction("5..5", "5"), "same");
    assert_eq!(direction(">=0", "<7"), "overlapping");
}

#[test]
fn first_nth_and_latest_and_what_was_withdrawn() {
    let ledger = "
        figure back 10 as_of=2024-12-31 source=s1
        figure back 14 as_of=2024-12-31 source=s2
        figure back 15 as_of=2024-12-31 source=s3
        withdraw 20 source=s3
        figure back 7 as_of=2024-11-30 source=s1
        withdraw 22 source=s1
    ";
    insta::assert_snapshot!(check(ledger, "", Wanted::Latest), @"
    back a
      2024-11-30 #1 2025-01-01 7 lag 32, withdrawn by 23
      2024-12-31 #2 2025-02-01 14 lag 32, up 4 after 31 days
      2 as-ofs, 1 revised (0.5), mean 2.5, 0 overlapping
    ");
    insta::assert_snapshot!(check(ledger, "", Wanted::Nth(3)), @"
    back a
      2024-12-31 #3 2025-03-01 15 lag 60, up 1 after 28 days, withdrawn by 21
      2 as-ofs, 1 revised (0.5), mean 2.5, 0 overlapping
    ");
}

#[test]
fn what_has_no_date_or_is_doubted_stands_apart_and_a_relay_is_a_release() {
    insta::assert_snapshot!(check("
        figure back 10 source=s1
        figure back 11 as_of=2024-12-31
        figure back 12 as_of=2024-12-30 source=s1 doubt=yes
        figure back 13 as_of=2024-12-29 source=s1 relayed_by=press
    ", "", Wanted::All), @"
    back a
      2024-12-29 #1 2025-01-01 13 lag 3, relayed
      apart: 10 (undated)
      apart: 11 (unpublished)
      apart: 12 (doubted)
      1 as-ofs, 0 revised (0), mean , 0 overlapping
    ");
}

#[test]
fn parallel_figures_revise_nothing_also_after_a_revision_of_both() {
    let ledger = "
        figure back 10 as_of=2024-12-31 source=s1
        figure back 14 as_of=2024-12-31 source=s1
        figure back 20..30 as_of=2024-11-30 source=s1
        figure back 25 as_of=2024-11-30 source=s1
    ";
    insta::assert_snapshot!(check(ledger, "", Wanted::All), @"
    back a
      2024-11-30 #1 2025-01-01 25 lag 32
      2024-11-30 #2 2025-01-01 20..30 lag 32, parallel
      2024-12-31 #1 2025-01-01 10 lag 1
      2024-12-31 #2 2025-01-01 14 lag 1, parallel
      2 as-ofs, 0 revised (0), mean , 0 overlapping
    ");
    let revised = check(&format!("{ledger}\nfigure back 15 as_of=2024-12-31 source=s2"), "", Wanted::All);
    assert!(revised.contains("#2 2025-01-01 14 lag 1, parallel"), "{revised}");
    assert!(revised.contains("#3 2025-02-01 15 lag 32, up 5 after 31 days"), "{revised}");
}

#[test]
fn periods_are_one_triangle_and_clocks_leave_out_later_releases() {
    let ledger = "
        figure flow 10 as_of=2023-01-01/2023-12-31 source=s1
        figure flow 12 as_of=2023-01-01/2023-12-31 source=s2
        figure flow 20 as_of=2024-01-01/2024-12-31 source=s2
    ";
    insta::assert_snapshot!(check(ledger, "published_by=2025-01-15", Wanted::All), @"
    flow a
      2023-01-01/2023-12-31 #1 2025-01-01 10 lag 367
      1 as-ofs, 0 revised (0), mean , 0 overlapping
    ");
    insta::assert_snapshot!(check(ledger, "as_of=2023", Wanted::All), @"
    flow a
      2023-01-01/2023-12-31 #1 2025-01-01 10 lag 367
      2023-01-01/2023-12-31 #2 2025-02-01 12 lag 398, up 2 after 31 days
      1 as-ofs, 1 revised (1), mean 2, 0 overlapping
    ");
}

/// Every number of the statistics, over two triangles.
#[test]
fn statistics_count_each_sort_of_release() {
    let book = Book::new(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 14 as_of=2025-01-01 source=s2
         figure back 12 as_of=2025-01-01 source=s3
         figure back 20 as_of=2025-01-02 published=2025-01-03
         figure back 21..25 as_of=2025-01-02 published=2025-01-04
         figure back 20..24 as_of=2025-01-02 published=2025-01-05
         figure back 7 as_of=2025-01-03 source=s1
         figure back 8 as_of=2025-01-03 source=s1
         figure taken 5 as_of=2025-01-01 source=s1
         figure taken 9 as_of=2025-01-01 source=s2
         withdraw 27 source=s3
         figure taken 5 as_of=2025-01-04
         figure taken 6 as_of=2025-01-04
         figure taken 3 source=s1
         figure taken 5 as_of=2025-01-05 source=s1 doubt=yes
         figure taken 6 as_of=2025-01-06 source=s1 doubt=yes
         figure taken 7 as_of=2025-01-07 source=s1 doubt=yes",
    );
    let answers = book.answers("");
    let mut both = Summary::default();
    triangles(answers.resolver(), |_| true).for_each(|triangle| both.add(&triangle));
    let Summary { as_ofs, revised, releases, parallel, withdrawn, exact, up, down, .. } = both;
    insta::assert_snapshot!(
        format!(
            "{as_ofs} as-ofs, {revised} revised, {releases} releases, {parallel} parallel, {withdrawn} withdrawn; \
             {exact} exact, {up} up, {down} down, {} overlapping; {} undated, {} unpublished, {} doubted; {:?}, {:?}",
            both.overlapping,
            both.undated,
            both.unpublished,
            both.doubted,
            both.share_revised(),
            both.mean_absolute_revision(),
        ),
        @r#"4 as-ofs, 3 revised, 10 releases, 1 parallel, 1 withdrawn; 3 exact, 3 up, 1 down, 1 overlapping; 1 undated, 2 unpublished, 3 doubted; Some("0.75"), Some("3.33333333333")"#
    );
    let none = Summary::default();
    assert_eq!((none.share_revised(), none.mean_absolute_revision()), (None, None));
}
