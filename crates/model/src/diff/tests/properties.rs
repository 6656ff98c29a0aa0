//! What holds for any ledger.

use proptest::prelude::*;

use super::shown;
use crate::answer::Answers;
use crate::diff::{Cause, diff};
use crate::testing::{Book, any_line};

/// The states of a ledger after each of its events, from the last of the prelude on.
fn prefixes(lines: &[String]) -> Vec<Book> {
    let mut books = vec![Book::new("")];
    for line in lines {
        let last = &books[books.len() - 1];
        if last.admits(line) {
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
