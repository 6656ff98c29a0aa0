//! Each cause by the smallest ledger that shows it.

mod properties;

use super::*;
use crate::testing::Book;

/// What changed, a line each: cause, what, old and new, and the events.
fn shown(from: &Answers<'_>, to: &Answers<'_>) -> String {
    let state = Between::new(from, to).names();
    let said = |said: &Option<Said>| {
        let Some(said) = said else { return "none".to_owned() };
        let as_of = said.as_of.map(|day| format!(" ({day})")).unwrap_or_default();
        let disputed = if said.disputes > 0 { " disputed" } else { "" };
        let doubted = if said.doubted { " doubted" } else { "" };
        format!("{}{as_of}{disputed}{doubted}", said.value)
    };
    let what = |change: &Change| {
        let (kind, ids, _) = place(state, &change.changed);
        let ids: Vec<&str> = ids.into_iter().filter(|id| !id.is_empty()).collect();
        let countries: Vec<&str> = match &change.changed {
            Changed::Positions { countries, .. } => countries.iter().map(Country::as_str).collect(),
            _ => Vec::new(),
        };
        let kind = ["figure", "headline", "tally", "positions"][usize::from(kind)];
        [&[kind][..], &ids, &countries].concat().join(" ")
    };
    let line = |change: &Change| {
        let cause = change.cause.as_str();
        format!(
            "{cause}: {}: {} -> {} {:?}",
            what(change),
            said(&change.old),
            said(&change.new),
            change.events
        )
    };
    diff(from, to).iter().map(line).collect::<Vec<_>>().join("\n")
}

fn tidy(expected: &str) -> String {
    expected.replace("\n        ", "\n").trim().to_owned()
}

/// From the ledger with `before` to the ledger with `after` too.
fn check(before: &str, after: &str, expected: &str) {
    let (old, new) = (Book::new(before), Book::new(&format!("{before}\n{after}")));
    assert_eq!(shown(&old.answers(""), &new.answers("")), tidy(expected));
}

/// On one ledger, from one set of clocks to another.
fn check_clocks(lines: &str, from: &str, to: &str, expected: &str) {
    let book = Book::new(lines);
    assert_eq!(shown(&book.answers(from), &book.answers(to)), tidy(expected));
}

/// From the ledger with `after` back to the one without.
fn check_back(before: &str, after: &str, expected: &str) {
    let (old, new) = (Book::new(before), Book::new(&format!("{before}\n{after}")));
    assert_eq!(shown(&new.answers(""), &old.answers("")), tidy(expected));
}

const TEN: &str = "figure back 10 as_of=2025-01-01 source=s1";

#[test]
fn nothing_else_counts_as_a_change() {
    check(TEN, "", "");
    check(TEN, "figure back 10 as_of=2025-01-01 source=s2", "");
    check(TEN, "figure back 7 as_of=2024-12-01 source=s2", "");
    check(TEN, "figure back 8..12 as_of=2025-01-01 source=s2", "");
    check(TEN, "correct 18 figure back 10.0 as_of=2025-01-01 source=s1", "");
    check(TEN, "figure back 11 as_of=2025-02-01 by=b source=s2 doubt=x\nretract 19", "");
    check(TEN, "source s9\nreporter d\npolicy back latest", "");
}

#[test]
fn a_report_is_new_newer_or_a_revision() {
    check(
        "",
        TEN,
        "reported: figure back a: none -> 10 (2025-01-01) [18]
        reported: headline back: none -> 10 (2025-01-01) [18]",
    );
    check(
        TEN,
        "figure back 12 as_of=2025-02-01 source=s2\nfigure back 13 as_of=2025-03-01 source=s3",
        "newer: figure back a: 10 (2025-01-01) -> 13 (2025-03-01) [20]
        newer: headline back: 10 (2025-01-01) -> 13 (2025-03-01) [20]",
    );
    check(
        TEN,
        "figure back 12 as_of=2025-01-01 source=s2\nfigure back 13 as_of=2025-01-01 source=s3",
        "revised: figure back a: 10 (2025-01-01) -> 13 (2025-01-01) [20]
        revised: headline back: 10 (2025-01-01) -> 13 (2025-01-01) [20]",
    );
    check(
        TEN,
        "figure back 9 as_of=2024-12-01 source=s2 revises=18",
        "revised: figure back a: 10 (2025-01-01) -> 9 (2024-12-01) [19]
        revised: headline back: 10 (2025-01-01) -> 9 (2024-12-01) [19]",
    );
}

#[test]
fn a_revision_that_is_followed_by_a_newer_figure_is_a_newer_figure() {
    check(
        TEN,
        "figure back 12 as_of=2025-01-01 source=s2\nfigure back 13 as_of=2025-03-01 source=s3",
        "newer: figure back a: 10 (2025-01-01) -> 13 (2025-03-01) [20]
        newer: headline back: 10 (2025-01-01) -> 13 (2025-03-01) [20]",
    );
}

#[test]
fn a_preferred_report_beside_the_old_one_is_newly_reported() {
    check(
        "figure back 8..12 as_of=2025-01-01 source=s1",
        "figure back 10 as_of=2025-01-01 source=s1",
        "reported: figure back a: 8..12 (2025-01-01) -> 10 (2025-01-01) [19]
        reported: headline back: 8..12 (2025-01-01) -> 10 (2025-01-01) [19]",
    );
    check(
        "figure back 12 as_of=2025-01-01 source=s1 relayed_by=press",
        "figure back 10 as_of=2024-01-01 source=s1",
        "reported: figure back a: 12 (2025-01-01) -> 10 (2024-01-01) [19]
        reported: headline back: 12 (2025-01-01) -> 10 (2024-01-01) [19]",
    );
}

#[test]
fn what_became_of_the_old_figure_comes_first() {
    check(
        TEN,
        "withdraw 18 source=s2",
        "withdrawn: figure back a: 10 (2025-01-01) -> none [19]
        withdrawn: headline back: 10 (2025-01-01) -> none [19]",
    );
    check(
        TEN,
        "withdraw 18 source=s2\nfigure back 12 as_of=2025-02-01 source=s3",
        "withdrawn: figure back a: 10 (2025-01-01) -> 12 (2025-02-01) [19, 20]
        withdrawn: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [19, 20]",
    );
    check(
        TEN,
        "correct 18 figure back 100 as_of=2025-01-01 source=s1",
        "corrected: figure back a: 10 (2025-01-01) -> 100 (2025-01-01) [19]
        corrected: headline back: 10 (2025-01-01) -> 100 (2025-01-01) [19]",
    );
    check(
        &format!("figure back 7 as_of=2024-12-01 source=s1\n{TEN}"),
        "retract 19",
        "retracted: figure back a: 10 (2025-01-01) -> 7 (2024-12-01) [20]
        retracted: headline back: 10 (2025-01-01) -> 7 (2024-12-01) [20]",
    );
}

#[test]
fn a_figure_of_two_records_is_gone_with_the_last() {
    let twice = format!("{TEN}\nfigure back 10 as_of=2025-01-01 source=s2");
    check(&twice, "retract 18", "");
    check(
        &twice,
        "retract 18\nwithdraw 19 source=s2",
        "withdrawn: figure back a: 10 (2025-01-01) -> none [20, 21]
        withdrawn: headline back: 10 (2025-01-01) -> none [20, 21]",
    );
}

#[test]
fn what_is_reported_and_corrected_since_is_newly_reported() {
    check(
        "",
        &format!("{TEN}\ncorrect 18 figure back 11 as_of=2025-01-01 source=s1"),
        "reported: figure back a: none -> 11 (2025-01-01) [18, 19]
        reported: headline back: none -> 11 (2025-01-01) [18, 19]",
    );
}

#[test]
fn taking_back_a_correction_or_a_withdrawal_is_a_retraction() {
    check(
        &format!("{TEN}\ncorrect 18 figure back 100 as_of=2025-01-01 source=s1"),
        "retract 19",
        "retracted: figure back a: 100 (2025-01-01) -> 10 (2025-01-01) [20]
        retracted: headline back: 100 (2025-01-01) -> 10 (2025-01-01) [20]",
    );
    check(
        &format!("{TEN}\nwithdraw 18 source=s2"),
        "retract 19",
        "retracted: figure back a: none -> 10 (2025-01-01) [20]
        retracted: headline back: none -> 10 (2025-01-01) [20]",
    );
}

#[test]
fn a_correction_may_move_a_figure_to_another_series() {
    check(
        TEN,
        "correct 18 figure taken 10 as_of=2025-01-01 source=s1",
        "corrected: figure back a: 10 (2025-01-01) -> none [19]
        corrected: figure taken a: none -> 10 (2025-01-01) [19]
        corrected: headline back: 10 (2025-01-01) -> none [19]
        corrected: headline taken: none -> 10 (2025-01-01) [19]",
    );
}

#[test]
fn a_corrected_source_changes_the_order_of_its_figures() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1\nfigure back 12 as_of=2025-01-01 source=s2",
        "correct 3 source s2 published=2024-12-01",
        "corrected: figure back a: 12 (2025-01-01) -> 10 (2025-01-01) [20]
        corrected: headline back: 12 (2025-01-01) -> 10 (2025-01-01) [20]",
    );
}

#[test]
fn doubt_changes_the_figure_and_the_headline() {
    check(
        TEN,
        "correct 18 figure back 10 as_of=2025-01-01 source=s1 doubt=x",
        "corrected: figure back a: 10 (2025-01-01) -> 10 (2025-01-01) doubted [19]
        corrected: headline back: 10 (2025-01-01) -> none [19]",
    );
}

#[test]
fn disputes_come_and_go() {
    check(
        TEN,
        "dispute 18 by=b",
        "disputed: figure back a: 10 (2025-01-01) -> 10 (2025-01-01) disputed [19]",
    );
    check(
        &format!("{TEN}\ndispute 18 by=b"),
        "retract 19",
        "undisputed: figure back a: 10 (2025-01-01) disputed -> 10 (2025-01-01) [20]",
    );
    check(
        TEN,
        "figure back 12 as_of=2025-02-01 source=s2\ndispute 19 by=b",
        "newer: figure back a: 10 (2025-01-01) -> 12 (2025-02-01) disputed [19]
        newer: headline back: 10 (2025-01-01) -> 12 (2025-02-01) disputed [19]
        disputed: figure back a: 10 (2025-01-01) -> 12 (2025-02-01) disputed [20]",
    );
}

const TWO: &str = "figure back 10 as_of=2025-01-01 source=s1\nfigure back 12 as_of=2025-02-01 by=b source=s2";

#[test]
fn a_policy_is_the_cause_only_where_it_selects_otherwise() {
    check(
        TWO,
        "policy back prefer prefer=a",
        "policy_changed: headline back: 12 (2025-02-01) -> 10 (2025-01-01) [20]",
    );
    check(TWO, "policy back prefer prefer=b", "");
    check(TWO, "policy back range", "policy_changed: headline back: 12 (2025-02-01) -> 10..12 [20]");
    check(
        &format!("{TWO}\npolicy back prefer prefer=a"),
        "retract 20",
        "policy_changed: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [21]",
    );
    check(
        TWO,
        "policy back prefer prefer=a\nfigure back 11 as_of=2025-03-01 source=s3\nfigure back 14 as_of=2025-04-01 by=b",
        "newer: figure back a: 10 (2025-01-01) -> 11 (2025-03-01) [21]
        newer: figure back b: 12 (2025-02-01) -> 14 (2025-04-01) [22]
        policy_changed: headline back: 12 (2025-02-01) -> 11 (2025-03-01) [20, 21]",
    );
    check(
        "figure back 10 as_of=2025-01-01 source=s1",
        "policy back prefer prefer=a\nfigure back 11 as_of=2025-03-01 source=s3\nfigure back 14 as_of=2025-04-01 by=b",
        "reported: figure back b: none -> 14 (2025-04-01) [21]
        newer: figure back a: 10 (2025-01-01) -> 11 (2025-03-01) [20]
        newer: headline back: 10 (2025-01-01) -> 11 (2025-03-01) [20]",
    );
    check(
        TWO,
        "policy back prefer prefer=b\nfigure back 13 as_of=2025-03-01 by=b source=s3",
        "newer: figure back b: 12 (2025-02-01) -> 13 (2025-03-01) [21]
        newer: headline back: 12 (2025-02-01) -> 13 (2025-03-01) [21]",
    );
}

#[test]
fn a_headline_goes_to_another_reporter_by_what_happened_to_either() {
    check(
        TWO,
        "withdraw 19 source=s3",
        "withdrawn: figure back b: 12 (2025-02-01) -> none [20]
        withdrawn: headline back: 12 (2025-02-01) -> 10 (2025-01-01) [20]",
    );
    check(
        TWO,
        "figure back 14 as_of=2025-03-01 source=s3",
        "newer: figure back a: 10 (2025-01-01) -> 14 (2025-03-01) [20]
        newer: headline back: 12 (2025-02-01) -> 14 (2025-03-01) [20]",
    );
    check(
        TWO,
        "withdraw 19 source=s3\nfigure back 11 as_of=2025-01-15 source=s2",
        "newer: figure back a: 10 (2025-01-01) -> 11 (2025-01-15) [21]
        withdrawn: figure back b: 12 (2025-02-01) -> none [20]
        withdrawn: headline back: 12 (2025-02-01) -> 11 (2025-01-15) [20, 21]",
    );
}

#[test]
fn a_figure_that_no_headline_shows_may_move_one() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1\nfigure back 12 as_of=2025-02-01 by=b source=s2
         policy back prefer prefer=a window=P2M",
        "figure back 13 as_of=2025-04-01 by=b source=s3",
        "newer: figure back b: 12 (2025-02-01) -> 13 (2025-04-01) [21]
        newer: headline back: 10 (2025-01-01) -> 13 (2025-04-01) [21]",
    );
}

#[test]
fn definitions_change_headlines() {
    check(
        "figure back 10 as_of=2025-01-01 source=s1\nfigure back 12 as_of=2025-02-01 by=press source=s2",
        "correct 9 reporter press kind=ngo",
        "definition_changed: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [20]",
    );
    check(
        "figure back 12 as_of=2025-02-01 source=s2\nfigure back 9 as_of=2025-01-01 by=c source=s1
         policy back prefer prefer=b",
        "correct 8 reporter c",
        "definition_changed: headline back: 9 (2025-01-01) -> 12 (2025-02-01) [21]",
    );
    check(
        "figure taken 30 as_of=2025-01-01\nfigure back 10 as_of=2025-01-01",
        "correct 16 derived missing back_/_taken",
        "definition_changed: headline missing: 20 -> 0.333333333333..0.333333333334 [20]",
    );
    check(
        "figure taken 30 as_of=2025-01-01",
        "derived half taken_/_2",
        "definition_changed: headline half: none -> 15 [19]",
    );
}

#[test]
fn where_there_was_nothing_the_first_figures_are_the_cause() {
    check(
        "",
        "policy back prefer prefer=a\nfigure back 10 as_of=2025-01-01\nfigure back 12 as_of=2025-02-01 by=b
         derived half back_/_2",
        "reported: figure back a: none -> 10 (2025-01-01) [19]
        reported: figure back b: none -> 12 (2025-02-01) [20]
        reported: headline back: none -> 10 (2025-01-01) [19]
        reported: headline half: none -> 5 [19]",
    );
}

#[test]
fn a_derived_value_changes_with_its_inputs() {
    check(
        "figure taken 30 as_of=2025-01-01\nfigure back 10 as_of=2025-01-01",
        "figure back 12 as_of=2025-02-01\nretract 18\nfigure taken 31 as_of=2025-01-01",
        "newer: figure back a: 10 (2025-01-01) -> 12 (2025-02-01) [20]
        newer: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [20]
        retracted: figure taken a: 30 (2025-01-01) -> 31 (2025-01-01) [21, 22]
        retracted: headline missing: 20 -> 19 [20, 21, 22]
        retracted: headline taken: 30 (2025-01-01) -> 31 (2025-01-01) [21, 22]",
    );
}

#[test]
fn a_range_changes_with_any_of_its_figures() {
    check(
        &format!("{TWO}\npolicy back range"),
        "figure back 9 as_of=2025-01-15 source=s2",
        "newer: figure back a: 10 (2025-01-01) -> 9 (2025-01-15) [21]
        newer: headline back: 10..12 -> 9..12 [21]",
    );
}

#[test]
fn later_clocks_show_what_was_reported_and_withdrawn() {
    let lines = "figure back 10 as_of=2025-01-01 source=s1\nfigure back 12 as_of=2025-02-01 source=s2
         withdraw 19 source=s3";
    check_clocks(
        lines,
        "published_by=2025-01-15",
        "published_by=2025-02-15",
        "newer: figure back a: 10 (2025-01-01) -> 12 (2025-02-01) [19]
        newer: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [19]",
    );
    check_clocks(
        lines,
        "published_by=2025-02-15",
        "published_by=2025-03-15",
        "withdrawn: figure back a: 12 (2025-02-01) -> 10 (2025-01-01) [20]
        withdrawn: headline back: 12 (2025-02-01) -> 10 (2025-01-01) [20]",
    );
    check_clocks(
        TWO,
        "as_of=2025-01-15",
        "",
        "reported: figure back b: none -> 12 (2025-02-01) [19]
        reported: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [19]",
    );
}

#[test]
fn earlier_points_show_less() {
    check_clocks(
        TWO,
        "",
        "as_of=2025-01-15",
        "no_longer_visible: figure back b: 12 (2025-02-01) -> none [19]
        no_longer_visible: headline back: 12 (2025-02-01) -> 10 (2025-01-01) [19]",
    );
    check_back(
        TEN,
        "withdraw 18 source=s2",
        "no_longer_visible: figure back a: none -> 10 (2025-01-01) [19]
        no_longer_visible: headline back: none -> 10 (2025-01-01) [19]",
    );
    check_back(
        TWO,
        "policy back prefer prefer=a",
        "no_longer_visible: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [20]",
    );
    check_back(
        "",
        TEN,
        "no_longer_visible: figure back a: 10 (2025-01-01) -> none [18]
        no_longer_visible: headline back: 10 (2025-01-01) -> none [18]",
    );
}

#[test]
fn roll_calls_change_by_state_and_tally() {
    check(
        "",
        "account yes=91 no=2 abstain=57 official=yes yes_list=UKR,POL no_list=RUS,BLR",
        "reported: tally A/1: none -> 91 yes, 2 no, 57 abstain [18]
        reported: positions A/1 BLR RUS: none -> no [18]
        reported: positions A/1 POL UKR: none -> yes [18]",
    );
    check(
        "account yes=91 no=2 abstain=57 official=yes no_list=RUS,BLR",
        "position CRI yes source=s1\nposition BLR abstain source=s1\nposition CRI+ yes source=s2
         account yes=92 no=2 abstain=57",
        "reported: positions A/1 BLR: no -> no or abstain [20]
        reported: positions A/1 CRI: none -> yes, yes declared later [19, 21]",
    );
    check(
        "account yes=91 no=2 abstain=57 no_list=RUS,BLR",
        "correct 18 account yes=90 no=2 abstain=57 no_list=RUS,PRK",
        "corrected: tally A/1: 91 yes, 2 no, 57 abstain -> 90 yes, 2 no, 57 abstain [19]
        corrected: positions A/1 BLR: no -> none [19]
        corrected: positions A/1 PRK: none -> no [19]",
    );
    check(
        "",
        "position CRI yes source=s1\nposition CRI yes source=s2\nposition BLR no source=s2",
        "reported: positions A/1 BLR: none -> no [20]
        reported: positions A/1 CRI: none -> yes [18]",
    );
    check(
        "position CRI yes source=s1\nposition CRI yes source=s2",
        "retract 18\nretract 19",
        "retracted: positions A/1 CRI: yes -> none [20, 21]",
    );
    check(
        "account yes=91 no=2 abstain=57 no_list=RUS,BLR",
        "retract 18",
        "retracted: tally A/1: 91 yes, 2 no, 57 abstain -> none [19]
        retracted: positions A/1 BLR RUS: no -> none [19]",
    );
    check_clocks(
        "account yes=91 no=2 abstain=57 source=s1\nposition CRI yes source=s2",
        "published_by=2025-02-15",
        "published_by=2025-01-15",
        "no_longer_visible: positions A/1 CRI: yes -> none [19]",
    );
}

#[test]
fn every_cause_has_its_own_words() {
    let all = [
        Cause::Reported,
        Cause::Newer,
        Cause::Revised,
        Cause::Withdrawn,
        Cause::Corrected,
        Cause::Retracted,
        Cause::Disputed,
        Cause::Undisputed,
        Cause::PolicyChanged,
        Cause::DefinitionChanged,
        Cause::NoLongerVisible,
    ];
    let words = all.map(|cause| format!("{}: {}", cause.as_str(), cause.title()));
    insta::assert_snapshot!(words.join("\n"), @"
    reported: newly reported
    newer: newer figure of the series
    revised: revised by the reporter
    withdrawn: withdrawn by the reporter
    corrected: corrected by us
    retracted: retracted by us
    disputed: disputed
    undisputed: dispute taken back
    policy_changed: policy changed
    definition_changed: definition changed
    no_longer_visible: no longer visible
    ");
}

#[test]
fn another_unit_is_another_headline() {
    let changed = "correct 14 indicator back since=2022-02-24 unit=persons";
    check(TEN, changed, "definition_changed: headline back: 10 (2025-01-01) -> 10 (2025-01-01) [19]");
    check(
        "policy back range\nfigure back 10 as_of=2025-01-01 source=s1",
        changed,
        "definition_changed: headline back: 10 -> 10 [20]",
    );
}

#[test]
fn what_took_the_old_figure_away_is_told_with_what_brought_the_new_one() {
    check(
        TEN,
        "figure back 12 as_of=2025-02-01 by=b source=s2\nretract 18",
        "reported: figure back b: none -> 12 (2025-02-01) [19]
        retracted: figure back a: 10 (2025-01-01) -> none [20]
        retracted: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [19, 20]",
    );
    check(
        TEN,
        "figure back 12 as_of=2025-02-01 by=b source=s2",
        "reported: figure back b: none -> 12 (2025-02-01) [19]
        reported: headline back: 10 (2025-01-01) -> 12 (2025-02-01) [19]",
    );
}

#[test]
fn a_tally_that_more_accounts_give_comes_with_the_last_of_them() {
    check(
        "account yes=91 no=53 abstain=57\naccount yes=91 no=12 abstain=57",
        "account yes=91 no=12 abstain=57",
        "reported: tally A/1: 91 yes, 53 no, 57 abstain -> 91 yes, 12 no, 57 abstain [20]",
    );
}

/// What is done to a record acts as soon as it is recorded, also where the published clock is set.
#[test]
fn corrections_act_whatever_the_published_clock() {
    for (after, expected) in [
        (
            "correct 18 figure back 11 as_of=2025-01-01 source=s1",
            "corrected: figure back a: 10 (2025-01-01) -> 11 (2025-01-01) [19]
        corrected: headline back: 10 (2025-01-01) -> 11 (2025-01-01) [19]",
        ),
        (
            "retract 18",
            "retracted: figure back a: 10 (2025-01-01) -> none [19]
        retracted: headline back: 10 (2025-01-01) -> none [19]",
        ),
        ("withdraw 18 source=undated", ""),
        ("dispute 18 by=b source=undated", ""),
    ] {
        let (old, new) = (Book::new(TEN), Book::new(&format!("{TEN}\n{after}")));
        let clock = "published_by=2025-06-01";
        assert_eq!(shown(&old.answers(clock), &new.answers(clock)), tidy(expected), "{after}");
    }
}
