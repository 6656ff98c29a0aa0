//! What each policy selects, and what stands beside it.

use crate::testing::Book;

fn check(lines: &str, clocks: &str, expected: &str) {
    assert_eq!(Book::new(lines).headlines(clocks), expected.replace("\n        ", "\n").trim());
}

const THREE: &str = "
    figure back 10 as_of=2025-01-01 source=s1
    figure back >20 as_of=2025-02-01 source=s2 by=b
    figure back 15 as_of=2024-01-01 source=s1 by=c
    figure back 99 as_of=2025-03-01 source=s3 by=press
";

#[test]
fn the_latest_figure_not_of_media_is_the_default() {
    check(
        THREE,
        "",
        "back latest: >20 by b, bodies 2, 10…>20\n        missing derived: none: taken has no value here, bodies 0",
    );
}

#[test]
fn media_only_where_there_is_no_other() {
    check(
        "figure taken 99 as_of=2025-03-01 source=s3 by=press
         figure flow 1 as_of=2024-01-01/2024-12-31 source=s1
         figure flow 2 as_of=2024-12-01/2024-12-31 source=s1 by=b",
        "",
        "flow latest: 2 by b, bodies 1, 2…2
        taken latest: 99 by press, bodies 1, 99…99
        missing derived: none: back has no value here, bodies 0",
    );
}

#[test]
fn prefer_takes_the_first_listed_within_the_window_else_says_so() {
    let with = |policy: &str| format!("{THREE}\n{policy}");
    let head = |policy: &str| Book::new(&with(policy)).headlines("").lines().next().unwrap().to_owned();
    assert_eq!(head("policy back prefer prefer=a,b"), "back prefer: 10 by a, bodies 2, 10…>20");
    assert_eq!(
        head("policy back prefer prefer=a window=P2W"),
        "back prefer: >20 by b fell back, bodies 1, >20…>20, 2 stale"
    );
    assert_eq!(
        head("policy back prefer prefer=a window=P2M"),
        "back prefer: 10 by a, bodies 2, 10…>20, 1 stale"
    );
}

#[test]
fn a_preferred_body_is_found_through_those_who_speak_for_it() {
    check(
        "policy taken prefer prefer=b
         figure taken 7 as_of=2025-01-01 source=s1 by=c
         figure taken 8 as_of=2025-02-01 source=s2",
        "",
        "taken prefer: 7 by c, bodies 2, 7…8
        missing derived: none: back has no value here, bodies 0",
    );
}

#[test]
fn range_is_the_hull_and_selects_no_figure() {
    check(
        "policy taken range
         figure taken <400 as_of=2025-01-01 source=s1
         figure taken 300..500 as_of=2025-01-01 source=s1 by=b",
        "",
        "taken range: 0..500, bodies 2, 300..500…300..500
        missing derived: none: back has no value here, bodies 0",
    );
}

#[test]
fn a_derived_value_keeps_the_bounds_of_its_inputs() {
    check(
        "figure taken >20000 as_of=2025-01-01 source=s1
         figure back 1850 as_of=2025-01-01 source=s1
         dispute 18 by=b",
        "",
        "back latest: 1850 by a, bodies 1, 1850…1850
        taken latest: >20000 by a, bodies 1, >20000…>20000, disputed
        missing derived: >18150, bodies 0, disputed",
    );
}

#[test]
fn doubted_figures_and_other_starts_are_not_selected() {
    check(
        "figure taken 7 as_of=2025-01-01 source=s1 doubt=yes
         figure back 8 as_of=2025-01-01 source=s1 since=2014",
        "",
        "back latest: none: back has no value here, bodies 0
        taken latest: none: taken has no value here, bodies 0
        missing derived: none: taken has no value here, bodies 0",
    );
}

#[test]
fn a_derived_part_needs_all_its_inputs_and_the_whole_one() {
    for part in ["place=north", "breakdown=sex:f"] {
        check(
            &format!("figure taken 20 as_of=2025-01-01 source=s1 {part}"),
            "",
            "taken latest: 20 by a, bodies 1, 20…20",
        );
    }
}
