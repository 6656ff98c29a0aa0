//! What each check finds, and what it leaves alone.

#![allow(clippy::unwrap_used)]

use std::num::NonZeroUsize;

use proptest::prelude::*;

use super::*;
use crate::testing::Book;

fn report(book: &Book, clocks: &str) -> Report {
    let answers = book.answers(clocks);
    let today = Day::parse("2025-12-31").unwrap();
    check(&book.state, answers.clocks(), 0, today, NonZeroUsize::MIN).1
}

/// The findings of these checks, one a line.
fn found(lines: &str, clocks: &str, names: &[&str]) -> String {
    let mut report = report(&Book::new(lines), clocks);
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    report.keep(&names);
    let line = |finding: &Finding| {
        let figures: Vec<String> = finding.figures.iter().map(ToString::to_string).collect();
        let difference = finding.difference.as_ref().map(|by| format!(" off by {by}"));
        let accepted = finding.acknowledged.map(|by| format!(" (acknowledged at {by})"));
        format!(
            "{} {} [{}]{}{}: {}",
            finding.severity.as_str(),
            finding.check,
            figures.join(" "),
            difference.unwrap_or_default(),
            accepted.unwrap_or_default(),
            finding.message
        )
    };
    report.findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn check_all(lines: &str, names: &[&str], expected: &str) {
    assert_eq!(found(lines, "", names), expected.replace("\n        ", "\n"));
}

#[test]
fn a_series_that_falls_is_an_error_once_and_a_recorded_cause_explains_it() {
    let fall = "figure back 500 as_of=2025-01-01 source=s1
         figure back 100 as_of=2025-02-01 source=s2
         figure back 110 as_of=2025-03-01 source=s3";
    check_all(
        fall,
        &["falling"],
        "error falling [18 19] off by 400: back falls from 500 (a, 2025-01-01) to 100 (a, 2025-02-01), and nothing recorded says why",
    );
    for cause in ["withdraw 18", "retract 18", "correct 18 figure back 50 as_of=2025-01-01 source=s1"] {
        check_all(&format!("{fall}\n{cause}"), &["falling"], "");
    }
    check_all(
        "figure back 500 as_of=2025-01-01 source=s1
         figure back 100 as_of=2025-02-01 source=s2 revises=18",
        &["falling"],
        "",
    );
}

#[test]
fn bounds_fall_only_where_no_number_is_left() {
    check_all(
        "figure back >500 as_of=2025-01-01 source=s1
         figure back >400 as_of=2025-02-01 source=s2
         figure back <=501 as_of=2025-03-01 source=s3
         figure back ~<500 as_of=2025-04-01 source=s3",
        &["falling"],
        "warning falling [18 21] off by about >0: back falls from >500 (a, 2025-01-01) to ~<500 (a, 2025-04-01), and nothing recorded says why",
    );
}

#[test]
fn a_count_without_as_of_may_be_an_older_one_and_a_doubted_or_relayed_one_proves_nothing() {
    check_all(
        "figure back 500 as_of=2025-01-01 source=s1
         figure back 100 source=s2
         figure back 90 as_of=2025-03-01 source=s3 doubt=yes
         figure back 80 as_of=2025-03-02 source=s3 relayed_by=b",
        &["falling"],
        "warning falling [18 19] off by 400: back falls from 500 (a, 2025-01-01) to 100 (a, published 2025-02-01), and nothing recorded says why",
    );
}

#[test]
fn a_monotone_rule_names_the_finding_and_reporters_among_themselves_are_a_note() {
    let lines = "check steady back
         figure back 500 as_of=2025-01-01 source=s1
         figure back 400 as_of=2025-02-01 source=s2
         figure back 300 as_of=2025-03-01 source=s3 by=b";
    let own = "error steady [19 20] off by 100: back falls from 500 (a, 2025-01-01) to 400 (a, 2025-02-01), and nothing recorded says why";
    check_all(lines, &["steady"], own);
    let between = "note falling [20 21] off by 100: back of one reporter lies below that of another for an earlier day: 400 (a, 2025-02-01), then 300 (b, 2025-03-01)";
    check_all(lines, &["falling"], &format!("{own}\n{between}"));
}

#[test]
fn disjoint_values_for_one_moment_fall_into_groups() {
    check_all(
        "reporter d
         figure back >=3 as_of=2025-01-01 source=s1 by=press
         figure back 4 as_of=2025-01-01 source=s1
         figure back 6 as_of=2025-01-01 source=s1 by=b
         figure back 9..12 as_of=2025-01-01 source=s1 by=d
         figure back 99 as_of=2025-01-02 source=s1 by=d",
        &["disjoint"],
        "note disjoint [20 21 22] off by 5..8: reporters disagree on back for one moment: 4 (a, 2025-01-01) against 6 (b, 2025-01-01) against 9..12 (d, 2025-01-01)",
    );
}

#[test]
fn one_body_that_says_two_things_is_a_warning_and_a_doubt_says_nothing() {
    check_all(
        "figure back 200 as_of=2025-01-01 published=2025-01-02 by=b
         figure back >200 as_of=2025-01-01 published=2025-01-02 by=c
         figure back 900 as_of=2025-01-01 published=2025-01-02 doubt=yes",
        &["disjoint"],
        "warning disjoint [18 19] off by >0: b says two things on back for one moment: 200 (b, 2025-01-01) against >200 (c, 2025-01-01)",
    );
}

#[test]
fn a_body_whose_values_agree_says_one_thing_though_others_stand_between() {
    check_all(
        "figure back >=3 as_of=2025-01-01 source=s1 by=b
         figure back 4 as_of=2025-01-01 source=s1
         figure back 6 as_of=2025-01-01 source=s1 by=c",
        &["disjoint"],
        "note disjoint [19 20] off by 2: reporters disagree on back for one moment: 4 (a, 2025-01-01) against 6 (c, 2025-01-01)",
    );
}

#[test]
fn parts_above_the_whole_are_found_and_missing_parts_are_not() {
    check_all(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 7 as_of=2025-01-01 source=s1 breakdown=sex:f
         figure back >=20 as_of=2025-01-01 source=s1 place=north
         figure taken 10 as_of=2025-01-01 source=s1
         figure taken 3 as_of=2025-01-01 source=s1 breakdown=sex:f
         figure taken <6 as_of=2025-01-01 source=s1 breakdown=sex:m",
        &["sum-of-parts"],
        "warning sum-of-parts [18 20] off by >=10: back cannot be made up of its parts: 10 (a, 2025-01-01) against >=20 for >=20
        warning sum-of-parts [21 22 23] off by -7..<-1: taken cannot be made up of its parts: 10 (a, 2025-01-01) against 3..<9 for 3 + <6",
    );
}

#[test]
fn rules_on_totals_compare_headlines_and_say_where_they_cannot() {
    check_all(
        "check whole total taken parts=back
         check north-south sum back place parts=north,south
         check sexes sum back sex parts=f,m
         figure taken 10 as_of=2025-01-01 source=s1
         figure back >10 as_of=2025-01-01 source=s1
         figure back 3 as_of=2025-01-01 source=s1 place=north
         figure back 9 as_of=2025-01-01 source=s1 place=south",
        &["control-total"],
        "error whole [21 22] off by >0: taken is 10, but its parts make >10: >10
        note sexes [20]: not checked: back has no headline here",
    );
}

#[test]
fn freshness_is_judged_on_today_or_on_the_day_asked() {
    let lines = "check alive fresh b 30
         check never fresh press 30
         figure back 10 as_of=2025-03-01 source=s3 by=c";
    let never = "error never [19]: press has no dated figure at all";
    let stale =
        "error alive [20]: the newest figure of b is of 2025-03-01: 305 days on 2025-12-31, 30 allowed";
    assert_eq!(found(lines, "", &["stale"]), format!("{stale}\n{never}"));
    assert_eq!(found(lines, "as_of=2025-03-31", &["stale"]), never);
}

#[test]
fn figures_without_source_date_or_direct_witness_are_named() {
    check_all(
        "figure back 10 source=none
         figure back 11 source=s1 as_of=2025-01-01 relayed_by=b by=c
         figure back 11 source=s2 as_of=2025-01-01 relayed_by=b by=c
         norm",
        &["undated", "unsourced", "echo"],
        "warning undated [18]: the current figure of its reporter on back has no date of any kind: 10 (a, undated)
        warning unsourced [18]: back has no source: 10 (a, undated)
        warning unsourced [21]: a norm is cited without any source
        note echo [19]: back is known only through b: 11 (c, 2025-01-01)",
    );
}

#[test]
fn digits_changed_round_and_lost_thousands_are_found_among_reporters() {
    check_all(
        "indicator stock measure=point
         figure stock 2201 as_of=2025-01-01
         figure stock 2021 as_of=2025-03-01 by=b doubt=yes
         figure taken 738000 as_of=2025-02-01
         figure taken 738 source=s2 by=press
         figure back 693 as_of=2025-01-01
         figure back 639 by=b",
        &["transposed", "scale"],
        "warning scale [21 22]: taken is 738 (press, published 2025-02-01) beside 738000 (a, 2025-02-01), 1000 times too small: it would fit as 738000
        warning transposed [23 24]: back is 639 (b, undated) beside 693 (a, 2025-01-01), with two digits changed round
        note transposed [19 20]: stock is 2021 (b, 2025-03-01) beside 2201 (a, 2025-01-01), with two digits changed round; the recorder doubts one of them already",
    );
}

#[test]
fn a_number_is_held_against_both_neighbours_of_its_series() {
    check_all(
        "figure back 1000 as_of=2025-01-01
         figure back 2100 as_of=2025-02-01
         figure back 1300 as_of=2025-03-01
         figure taken 1850 as_of=2025-01-01
         figure taken 18600 as_of=2025-02-01
         figure taken 1870 as_of=2025-03-01",
        &["transposed", "scale"],
        "warning scale [21 22]: taken is 18600 (a, 2025-02-01) beside 1850 (a, 2025-01-01), 10 times too great: it would fit as 1860
        warning transposed [18 19]: back is 2100 (a, 2025-02-01) beside 1000 (a, 2025-01-01), with two digits changed round it would fit, as 1200",
    );
}

#[test]
fn growth_is_no_slip() {
    check_all(
        "figure back 1247 as_of=2025-03-27
         figure back 1274 as_of=2025-05-21 by=press
         figure taken 100 as_of=2025-01-01
         figure taken 1000 as_of=2025-02-01
         figure taken 9000 as_of=2025-03-01",
        &["transposed", "scale"],
        "",
    );
}

#[test]
fn what_a_running_total_explains_nothing_explains_in_other_counts() {
    let lines = |indicator: &str| {
        format!(
            "indicator stock measure=point
             figure {indicator} 2021 as_of=2025-01-01
             figure {indicator} 2201 as_of=2025-02-01 by=b"
        )
    };
    check_all(&lines("back"), &["transposed", "scale", "falling"], "");
    check_all(
        &lines("stock"),
        &["transposed", "scale", "falling"],
        "warning transposed [19 20]: stock is 2201 (b, 2025-02-01) beside 2021 (a, 2025-01-01), with two digits changed round",
    );
    check_all(
        "indicator stock measure=point
         figure stock 500 as_of=2025-01-01
         figure stock 100 as_of=2025-02-01",
        &["falling"],
        "",
    );
}

#[test]
fn a_number_between_its_neighbours_or_equal_to_one_is_in_line() {
    check_all(
        "indicator stock measure=point
         figure stock 2021 as_of=2025-01-01
         figure stock 2021 as_of=2025-02-01
         figure stock 2201 as_of=2025-03-01
         figure stock 2201 as_of=2025-04-01",
        &["transposed", "scale"],
        "",
    );
}

#[test]
fn numbers_of_different_reporters_are_no_line() {
    check_all(
        "figure taken 1000 as_of=2025-01-01
         figure taken 10000 as_of=2025-02-01 by=b",
        &["transposed", "scale"],
        "",
    );
}

#[test]
fn a_doubted_or_parallel_part_is_none() {
    check_all(
        "figure back 10 as_of=2025-01-01 source=s1
         figure back 70 as_of=2025-01-01 source=s1 breakdown=sex:f doubt=yes
         figure back 8 as_of=2025-01-01 source=s1 breakdown=sex:m
         figure back 60..80 as_of=2025-01-01 source=s1 breakdown=sex:m",
        &["sum-of-parts"],
        "",
    );
}

#[test]
fn only_a_doubt_of_the_position_excuses_an_account() {
    check_all(
        "account yes=1 no=1 source=s1 no_list=RUS,BLR?
         account yes=1 no=1 source=s2 yes_list=FRA? no_list=RUS,BLR",
        &["roll-call"],
        "error roll-call [18] off by -1: A/1: the sources together name 2 states against, but s1 counts 1
        error roll-call [19] off by -1: A/1: s2 names 2 states against, but counts 1
        note roll-call [18] off by -1: A/1: s1 names 2 states against, but counts 1",
    );
}

#[test]
fn a_decimal_point_that_was_a_thousands_mark_is_a_slip_of_scale() {
    check_all(
        "figure back 19546 as_of=2025-01-01
         figure back 19.546 as_of=2025-02-01",
        &["scale"],
        "warning scale [18 19]: back is 19.546 (a, 2025-02-01) beside 19546 (a, 2025-01-01), 1000 times too small: it would fit as 19546",
    );
}

#[test]
fn an_account_is_held_against_itself_the_members_and_the_others() {
    check_all(
        "account yes=91 no=2 abstain=57 official=yes no_list=RUS,BLR
         account yes=92 no=2 abstain=57 source=s1 yes_list=CRI+
         account yes=91 no=1 abstain=57 absent=29 source=s2 no_list=RUS,NER
         account no=53 source=s3 doubt=yes no_list=NGA? abstain_list=NGA
         account yes=100 no=53 abstain=57 source=s1",
        &["roll-call"],
        "error roll-call [18] off by -1: A/1: the sources together name 3 states against, but undated counts 2
        error roll-call [20] off by -1: A/1: s2 names 2 states against, but counts 1
        error roll-call [22] off by -17: A/1: the tally of s1 adds up to 210, above the 193 members
        warning roll-call [18 20] off by -1: A/1: s2 counts 1 against, where undated counts 2
        warning roll-call [18 21] off by 51: A/1: s3 and 1 other count 53 against, where undated counts 2
        warning roll-call [18 22] off by 9: A/1: s1 counts 100 in favour, where undated counts 91
        warning roll-call [20] off by 15: A/1: the tally of s2, absent members included, adds up to 178 and leaves 15 of 193 members
        note roll-call [18 19] off by 1: A/1: s1 counts 92 in favour, where undated counts 91; 1 declared afterwards explains it
        note roll-call [18 20]: A/1: sources differ on NER: s2 has it against, undated leaves it out of all it counts against
        note roll-call [21]: A/1: s3 has NGA against and abstaining; all but one are doubted",
    );
}

#[test]
fn what_nothing_uses_is_listed_by_sort() {
    check_all(
        "figure back 10 source=s1 place=north breakdown=sex:f by=c
         figure flow 1 as_of=2025-01-01/2025-02-01 source=s2 relayed_by=press
         retract 19",
        &["unused"],
        "note unused [3 4 5]: 3 sources are declared and never used: s2, s3, undated
        note unused [6 9]: 2 reporters are declared and never used: a, press
        note unused [11]: 1 place is declared and never used: south
        note unused [13 15]: 2 indicators are declared and never used: flow, taken",
    );
}

#[test]
fn an_acknowledged_finding_is_listed_and_no_longer_counts() {
    let lines = "figure back 500 as_of=2025-01-01 source=s1
         figure back 100 as_of=2025-02-01 source=s2
         acknowledge falling 19 18
         acknowledge falling 18
         acknowledge unused 11 10";
    check_all(
        lines,
        &["falling"],
        "error falling [18 19] off by 400 (acknowledged at 20): back falls from 500 (a, 2025-01-01) to 100 (a, 2025-02-01), and nothing recorded says why",
    );
    let whole = report(&Book::new(lines), "");
    assert!(!whole.findings.iter().any(Finding::is_open_error));
    assert!(whole.findings.last().unwrap().acknowledged.is_some());
    assert_eq!(whole.idle, [21]);
    let withdrawn = report(&Book::new(&format!("{lines}\nretract 20")), "");
    assert!(withdrawn.findings.iter().any(Finding::is_open_error));
}

#[test]
fn kinds_that_only_keep_rules_say_that_there_are_none() {
    assert_eq!(without_rules(&Book::new("").state), [CheckKind::ControlTotal, CheckKind::Stale]);
    assert_eq!(without_rules(&Book::new("check c fresh a 9").state), [CheckKind::ControlTotal]);
}

proptest! {
    /// Whatever is reported: a series that never falls is no finding, and every finding names events there are.
    #[test]
    fn rising_series_do_not_fall(steps in proptest::collection::vec(0u32..50, 1..20)) {
        let mut total = 1;
        let mut lines = String::new();
        for (at, step) in steps.iter().enumerate() {
            total += step;
            lines += &format!("figure back {total} as_of=2025-01-{:02} source=s1\n", at + 1);
        }
        let book = Book::new(&lines);
        let report = report(&book, "");
        prop_assert!(!report.findings.iter().any(|finding| finding.is_of("falling")));
        let known = |finding: &Finding| finding.figures.iter().all(|seq| *seq <= book.state.size());
        prop_assert!(report.findings.iter().all(|finding| !finding.figures.is_empty() && known(finding)));
    }

    #[test]
    fn a_pair_is_found_disjoint_exactly_when_its_values_are(a in 0u32..60, b in 0u32..60, bound in 0usize..3) {
        let form = [">", "<=", ""][bound];
        let lines = format!(
            "figure back {form}{a} as_of=2025-01-01 source=s1\nfigure back {b} as_of=2025-01-01 source=s1 by=b"
        );
        let value = |text: String| crate::value::Value::parse(&text).unwrap();
        let minimum = Some(crate::value::Decimal::ZERO);
        let disjoint = value(format!("{form}{a}")).disjoint_from(&value(b.to_string()), minimum);
        prop_assert_eq!(!found(&lines, "", &["disjoint"]).is_empty(), disjoint);
    }
}
