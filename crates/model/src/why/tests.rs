//! Trees over small ledgers, one line a node.

use std::collections::BTreeMap;

use super::*;
use crate::testing::Book;
use crate::texts::{Members, Recorded};

/// Texts that say which event they are of; `changed` gives other members to some events.
#[derive(Clone)]
struct Said {
    changed: BTreeMap<Seq, Vec<(&'static str, &'static str)>>,
}

impl Texts for Said {
    fn members(&self, seq: Seq) -> Result<Members, TextError> {
        let own = self.changed.get(&seq).into_iter().flatten();
        let own = own.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let all = std::iter::once(("reason".to_owned(), format!("reason {seq}"))).chain(own);
        Ok(Members(all.collect()))
    }

    fn recorded(&self, _seq: Seq) -> Result<Recorded, TextError> {
        Ok(Recorded { by: "ana".to_owned(), first: None })
    }

    fn reason(&self, seq: Seq) -> Result<Option<String>, TextError> {
        Ok(Some(format!("own reason {seq}")))
    }

    fn another(&self) -> Box<dyn Texts + Send + '_> {
        Box::new(self.clone())
    }
}

const PLAIN: &[&str] = &[
    "value",
    "reporter",
    "seq",
    "as_of",
    "standing",
    "standing_by",
    "relayed_by",
    "rule",
    "prefer",
    "reason",
    "note",
    "id",
    "by_reporter",
    "filled_in",
    "steps",
    "member",
    "before",
    "after",
    "this_figure",
    "explained",
    "left_out",
    "other_figures",
    "fell_back",
    "unsourced",
    "default",
];

fn lines(nodes: &[Node], depth: usize, all: &mut Vec<String>) {
    for node in nodes {
        let fact = |name: &&str| match node.get(name)? {
            Fact::True => Some((*name).to_owned()),
            Fact::List(texts) => Some(format!("[{}]", texts.join("; "))),
            Fact::Text(text) => Some(text.clone()),
            Fact::Number(number) => Some(format!("{name} {number}")),
        };
        let facts: Vec<String> = PLAIN.iter().filter_map(fact).collect();
        all.push(format!("{}{}: {}", "  ".repeat(depth), node.kind.as_str(), facts.join(", ")));
        lines(&node.children, depth + 1, all);
    }
}

fn text(nodes: &[Node]) -> String {
    let mut all = Vec::new();
    lines(nodes, 0, &mut all);
    all.join("\n")
}

fn with<T>(ledger: &str, clocks: &str, ask: impl FnOnce(&Why<'_>, &Book) -> T) -> T {
    let book = Book::new(ledger);
    let answers = book.answers(clocks);
    let texts = Said { changed: BTreeMap::from([(18, vec![("value", "10")]), (19, vec![("value", "11")])]) };
    ask(&Why::new(&answers, &texts), &book)
}

/// The tree of an indicator's headlines.
fn check(indicator: &str, ledger: &str, clocks: &str) -> String {
    with(ledger, clocks, |why, book| {
        let key = book.state.indicators().find(indicator).unwrap();
        text(&why.headlines(&|subject| subject.indicator == key).unwrap())
    })
}

fn check_event(seq: Seq, ledger: &str, clocks: &str) -> Option<String> {
    with(ledger, clocks, |why, _| why.event(seq).unwrap().map(|node| text(&[node])))
}

#[test]
fn a_headline_leads_to_policy_figure_causes_and_sources() {
    insta::assert_snapshot!(check("back", "
        figure back 10 as_of=2025-01-01 source=s1
        correct 18 figure back 11 as_of=2025-01-01 source=s1
        figure back 12 as_of=2025-01-01 source=s2
        figure back 12 as_of=2025-01-01 source=s3 relayed_by=press
        figure back 9 as_of=2024-01-01 source=s1
        figure back 99 as_of=2025-02-01 source=s3
        withdraw 23 source=s3
        dispute 20 by=b value=3
        figure back 5 as_of=2024-12-31 source=s1 by=b
        policy back prefer prefer=a
    ", ""), @"
    headline: 12, a, seq 20, 2025-01-01, prefer, back
      policy: seq 27, prefer, [a], reason 27
      figure: 12, a, seq 20, 2025-01-01, current, back, other_figures 1
        record: seq 20, 2025-01-01
          source: seq 3, s2
        record: seq 21, 2025-01-01, press
          source: seq 4, s3
        dispute: 3, seq 25, b
          source: seq 5, undated
        figure: 11, a, seq 18, 2025-01-01, revised, standing_by 20, back
          record: seq 18, 2025-01-01
            source: seq 2, s1
            correction: seq 19, own reason 19
              change: reason, reason 18, reason 19
              change: value, 10, 11
      figure: 99, a, seq 23, 2025-02-01, withdrawn, standing_by 24, back
        record: seq 23, 2025-02-01
          source: seq 4, s3
        withdrawal: seq 24, reason 24
          source: seq 4, s3
      passed_over: 5, b, seq 26, 2024-12-31, not_listed, back
    ");
}

#[test]
fn a_derived_value_is_worked_out_from_its_inputs() {
    insta::assert_snapshot!(check("missing", "
        figure taken >20000 as_of=2025-01-01 source=s1
        figure back 2016 as_of=2025-01-01 source=s1
    ", ""), @"
    headline: >17984, derived, missing
      arithmetic: >20000 - 2016, [>20000 - 2016 = >17984]
      headline: >20000, a, seq 18, 2025-01-01, latest, taken
        policy: latest, default
        figure: >20000, a, seq 18, 2025-01-01, current, taken
          record: seq 18, 2025-01-01
            source: seq 2, s1
      headline: 2016, a, seq 19, 2025-01-01, latest, back
        policy: latest, default
        figure: 2016, a, seq 19, 2025-01-01, current, back
          record: seq 19, 2025-01-01
            source: seq 2, s1
    ");
}

#[test]
fn a_missing_input_and_a_derived_input_used_twice_are_said() {
    insta::assert_snapshot!(check("twice", "
        derived half missing_/_2
        derived twice missing_+_half
        figure taken 5 source=none
    ", ""), @"
    headline: derived, back has no value here, twice
      arithmetic: missing + half, []
      headline: derived, back has no value here, missing
        arithmetic: 5 - back, []
        headline: 5, a, seq 20, latest, taken
          policy: latest, default
          figure: 5, a, seq 20, current, taken
            record: seq 20, unsourced
        headline: back has no value here, back
      headline: derived, back has no value here, half
        arithmetic: missing / 2, []
        headline: derived, back has no value here, missing, elsewhere
    ");
}

#[test]
fn a_range_shows_every_figure_it_encloses() {
    insta::assert_snapshot!(check("back", "
        policy back range
        figure back <400 as_of=2025-01-01 source=none
        figure back 300..500 as_of=2025-01-01 source=none by=b
    ", ""), @"
    headline: 0..500, range, back
      policy: seq 18, range, reason 18
      figure: <400, a, seq 19, 2025-01-01, current, back
        record: seq 19, 2025-01-01, unsourced
      figure: 300..500, b, seq 20, 2025-01-01, current, back
        record: seq 20, 2025-01-01, unsourced
    ");
}

#[test]
fn an_event_leads_to_its_figure_and_to_what_the_headline_makes_of_it() {
    let ledger = "
        figure back 10 as_of=2025-01-01 source=none
        correct 18 figure back 11 as_of=2025-01-01 source=none
        figure back 12 as_of=2025-02-01 source=s2 by=b
        retract 20
        figure back 13 as_of=2024-02-01 source=s2 by=b
    ";
    insta::assert_snapshot!(check_event(19, ledger, "").unwrap(), @"
    figure: 11, a, seq 18, 2025-01-01, current, back
      record: seq 18, 2025-01-01, unsourced
        correction: seq 19, own reason 19
          change: reason, reason 18, reason 19
          change: value, 10, 11
      headline: 11, a, seq 18, 2025-01-01, latest, back, selected
    ");
    insta::assert_snapshot!(check_event(21, ledger, "").unwrap(), @"
    record: 12, b, seq 20, 2025-02-01, back
      source: seq 3, s2
      retraction: seq 21, own reason 21
    ");
    assert!(check_event(22, ledger, "").unwrap().ends_with("latest, back, passed over: older"));
    let left_out = check_event(18, ledger, "published_by=2025-01-15").unwrap();
    assert!(
        left_out.starts_with("record: 11, a, seq 18, 2025-01-01, back, by the published clock"),
        "{left_out}"
    );
    assert_eq!(check_event(2, ledger, ""), None);
    assert_eq!(check_event(23, ledger, ""), None);
}

#[test]
fn long_chains_and_rings_of_revisions_are_flat() {
    let line = |seq| format!("figure back {seq} as_of=2025-01-01 published={:04}-01-01\n", seq - 17);
    let below = with(&(18..3018).map(line).collect::<String>(), "", |why, _| {
        let nodes = why.series(&|_| true).unwrap();
        assert_eq!(nodes[0].children.len(), 1);
        nodes[0].children[0].children.len()
    });
    assert_eq!(below, 1 + 2999);
    let ring = "
        figure back 1 as_of=2025-01-01 source=s1
        figure back 2 as_of=2025-01-01 source=s2
        figure back 3 as_of=2025-01-01 source=s3 revises=19
        figure back 1 as_of=2025-01-01 source=s1 revises=20 relayed_by=press
    ";
    with(ring, "", |why, _| {
        let all = text(&why.series(&|_| true).unwrap());
        assert!(
            ["1, a, seq 18", "2, a, seq 19", "3, a, seq 20"].iter().all(|figure| all.contains(figure)),
            "{all}"
        );
    });
}

/// What was in force when a correction was made, not what was said before it.
#[test]
fn a_correction_is_told_against_what_was_in_force() {
    insta::assert_snapshot!(check_event(18, "
        figure back 10 as_of=2025-01-01 source=none
        correct 18 figure back 11 as_of=2025-01-01 source=none
        retract 19
        correct 18 figure back 12 as_of=2025-01-01 source=none
        correct 18 figure back 13 as_of=2025-01-01 source=none
    ", "").unwrap(), @"
    figure: 13, a, seq 18, 2025-01-01, current, back
      record: seq 18, 2025-01-01, unsourced
        correction: seq 19, own reason 19
          change: reason, reason 18, reason 19
          change: value, 10, 11
          retraction: seq 20, own reason 20
        correction: seq 21, own reason 21
          change: reason, reason 18, reason 21
          change: value, 10
        correction: seq 22, own reason 22
          change: reason, reason 21, reason 22
      headline: 13, a, seq 18, 2025-01-01, latest, back, selected
    ");
}

#[test]
fn what_was_retracted_stays_to_be_seen_where_it_was_public() {
    let ledger = "
        figure back 10 as_of=2025-01-01 source=s1
        figure back 12 as_of=2025-02-01 source=s2
        figure back 13 as_of=2025-03-01 source=s3
        retract 19
        retract 20
    ";
    insta::assert_snapshot!(check("back", ledger, "published_by=2025-02-15"), @"
    headline: 10, a, seq 18, 2025-01-01, latest, back
      policy: latest, default
      figure: 10, a, seq 18, 2025-01-01, current, back
        record: seq 18, 2025-01-01
          source: seq 2, s1
      record: 12, a, seq 19, 2025-02-01, back
        source: seq 3, s2
        retraction: seq 21, own reason 21
    ");
}
