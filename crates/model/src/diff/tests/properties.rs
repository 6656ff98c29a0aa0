//! What holds for any ledger.

use proptest::prelude::*;

use super::shown;
use crate::answer::Answers;
use crate::diff::{Cause, diff};
use crate::event::Kind;
use crate::testing::Book;

/// Lines that may follow each other in any order; those that cannot be admitted are passed over.
fn any_line() -> impl Strategy<Value = String> {
    let figure = (
        prop::sample::select(vec!["back", "taken"]),
        prop::sample::select(vec!["10", "11", "12", ">10", "8..12", "~10"]),
        prop::sample::select(vec!["a", "b", "c", "press"]),
        prop::sample::select(vec!["", "as_of=2025-01-01", "as_of=2025-01", "as_of=2025-02-01"]),
        prop::sample::select(vec!["s1", "s2", "s3", "undated"]),
        prop::sample::select(vec!["", "", "", "doubt=x", "relayed_by=press", "revises=18", "revises=20"]),
    )
        .prop_map(|(indicator, value, by, as_of, source, more)| {
            format!("figure {indicator} {value} by={by} {as_of} source={source} {more}")
        });
    let target = 18u32..34;
    let source = || prop::sample::select(vec!["s1", "s2", "s3"]);
    prop_oneof![
        6 => figure.clone(),
        2 => (target.clone(), figure).prop_map(|(target, figure)| format!("correct {target} {figure}")),
        2 => target.clone().prop_map(|target| format!("retract {target}")),
        2 => (target.clone(), source()).prop_map(|(target, source)| format!("withdraw {target} source={source}")),
        1 => (target, source()).prop_map(|(target, source)| format!("dispute {target} by=b source={source}")),
        2 => prop::sample::select(vec![
            "policy back latest",
            "policy back range",
            "policy back prefer prefer=b,a",
            "policy back prefer prefer=a window=P2W",
            "correct 2 source s1 published=2025-02-15",
            "correct 3 source s2",
            "correct 9 reporter press kind=ngo",
            "correct 8 reporter c",
            "correct 15 indicator flow measure=period",
            "correct 16 derived missing taken_+_back",
            "derived half back_/_2",
            "account yes=91 no=2 abstain=57 source=s2 no_list=RUS,BLR",
            "account yes=90 no=1 abstain=57 source=s1 official=yes no_list=RUS yes_list=CRI+",
            "position BLR abstain source=s3",
        ]).prop_map(str::to_owned),
    ]
}

/// The states of a ledger after each of its events, from the last of the prelude on.
fn prefixes(lines: &[String]) -> Vec<Book> {
    let mut books = vec![Book::new("")];
    for line in lines {
        let last = &books[books.len() - 1];
        // The codec sees to it that a correction is of the type it corrects.
        let corrects_figure = line.strip_prefix("correct ").filter(|rest| rest.contains(" figure "));
        let target = corrects_figure.and_then(|rest| rest.split(' ').next()?.parse().ok());
        let fits = target.is_none_or(|seq| last.state.kind(seq) == Some(Kind::FigureReported));
        if fits && last.refuse(line).is_empty() {
            let mut next = Book { state: last.state.clone() };
            next.append(line);
            books.push(next);
        }
    }
    books
}

const CLOCKS: [&str; 5] = [
    "",
    "published_by=2025-01-15",
    "published_by=2025-02-15",
    "as_of=2025-01-31",
    "as_of=2025-01-01 published_by=2025-03-01",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn one_event_is_the_cause_of_what_it_changes(lines in prop::collection::vec(any_line(), 1..16)) {
        let books = prefixes(&lines);
        for (pair, clocks) in books.windows(2).flat_map(|pair| CLOCKS.map(|clocks| (pair, clocks))) {
            let (old, new) = (pair[0].answers(clocks), pair[1].answers(clocks));
            let event = pair[1].state.size();
            for change in diff(&old, &new) {
                prop_assert_eq!(&change.events, &vec![event], "{}", shown(&old, &new));
                prop_assert_ne!(change.cause, Cause::NoLongerVisible);
            }
            for change in diff(&new, &old) {
                prop_assert_eq!(&change.events, &vec![event], "{}", shown(&new, &old));
                prop_assert_eq!(change.cause, Cause::NoLongerVisible);
            }
        }
    }

    #[test]
    fn events_lie_between_the_points(lines in prop::collection::vec(any_line(), 1..16)) {
        let books = prefixes(&lines);
        let last = &books[books.len() - 1];
        for (book, clocks) in books.iter().flat_map(|book| CLOCKS.map(|clocks| (book, clocks))) {
            let (old, new) = (book.answers(clocks), last.answers(clocks));
            for change in diff(&old, &new) {
                prop_assert!(!change.events.is_empty(), "{}", shown(&old, &new));
                prop_assert!(change.events.iter().all(|seq| *seq > book.state.size()), "{}", shown(&old, &new));
            }
        }
    }

    #[test]
    fn any_two_points_have_causes_and_one_point_has_no_changes(lines in prop::collection::vec(any_line(), 1..16)) {
        let books = prefixes(&lines);
        let ends = [&books[books.len() / 2], &books[books.len() - 1]];
        let points: Vec<Answers<'_>> =
            ends.iter().flat_map(|book| CLOCKS.map(|clocks| book.answers(clocks))).collect();
        for (at, from) in points.iter().enumerate() {
            for (other, to) in points.iter().enumerate() {
                let changes = diff(from, to);
                prop_assert!(at != other || changes.is_empty());
                prop_assert!(changes.iter().all(|change| !change.events.is_empty()), "{}", shown(from, to));
            }
        }
    }
}
