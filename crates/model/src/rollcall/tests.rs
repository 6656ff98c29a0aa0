//! Tallies, remainders and what is contested.

use super::*;
use crate::testing::Book;

fn check(lines: &str, expected: &str) {
    let book = Book::new(lines);
    let answers = book.answers("");
    let vote = book.state.votes().find("A/1").unwrap();
    let call = RollCall::new(answers.resolver(), vote);
    let shown = |result: Result<Interval, NoValue>| {
        result.map_or_else(|why| why.to_string(), |number| number.notation())
    };
    let mut lines = vec![format!("leading {:?}", call.leading.map(|at| call.accounts[at].seq))];
    for position in [Position::Yes, Position::No] {
        lines.push(format!(
            "{}: named {}, intended {}, remainder {}",
            position.as_str(),
            call.named(position),
            call.intended(position),
            shown(call.remainder(position))
        ));
    }
    for view in &call.accounts {
        let against = shown(view.against_members(193));
        let intended = if view.counts_intended { ", counts intended" } else { "" };
        lines.push(format!("{}: of 193 left {against}{intended}", view.seq));
    }
    let contested: Vec<&str> = call
        .states
        .iter()
        .filter(|(_, view)| view.is_contested())
        .map(|(country, _)| country.as_str())
        .collect();
    lines.push(format!("contested {contested:?}"));
    assert_eq!(lines.join("\n"), expected.replace("\n        ", "\n"));
}

#[test]
fn the_official_account_leads_and_a_declared_vote_explains_the_other() {
    check(
        "account yes=92 no=2 abstain=57 yes_list=CRI+
         account yes=91 no=2 abstain=57 absent=>30 official=yes no_list=RUS,BLR",
        "leading Some(19)
        yes: named 0, intended 1, remainder 91
        no: named 2, intended 0, remainder 0
        18: of 193 left 42, counts intended
        19: of 193 left <13
        contested []",
    );
}

#[test]
fn without_an_official_account_the_most_frequent_tally_leads() {
    check(
        "account yes=91 no=53 abstain=57
         account yes=91 no=12 abstain=57
         account yes=91 no=12 abstain=57 absent=33",
        "leading Some(18)
        yes: named 0, intended 0, remainder 91
        no: named 0, intended 0, remainder 53
        18: of 193 left -8
        19: of 193 left 33
        20: of 193 left 0
        contested []",
    );
}

#[test]
fn an_account_without_totals_gives_no_tally() {
    check(
        "account yes_list=FRA official=yes
         account yes_list=DEU
         account yes=3 no=2 abstain=1",
        "leading Some(20)
        yes: named 2, intended 0, remainder 1
        no: named 0, intended 0, remainder 2
        18: of 193 left the total of yes has no value here
        19: of 193 left the total of yes has no value here
        20: of 193 left 187
        contested []",
    );
}

#[test]
fn a_complete_list_denies_a_position_to_every_other_state_and_doubts_contest_nothing() {
    check(
        "account yes=1 no=2 abstain=1 official=yes no_list=RUS,PRK
         account yes=1 no=2 abstain=1 no_list=RUS,COD?
         account yes=1 no=2 abstain=1 no_list=NGA? abstain_list=NGA
         position COG abstain
         account no=3 no_list=COG",
        "leading Some(18)
        yes: named 0, intended 0, remainder 1
        no: named 3, intended 0, remainder -1
        18: of 193 left 189
        19: of 193 left 189
        20: of 193 left 189
        22: of 193 left the total of yes has no value here
        contested [\"COG\", \"PRK\"]",
    );
}

#[test]
fn a_tally_that_is_no_exact_number_counts_no_declared_vote() {
    for tally in ["92", "~92", ">91", "92..93"] {
        let book = Book::new(&format!(
            "account yes={tally} no=2 yes_list=CRI+
             account yes=91 no=2 official=yes"
        ));
        let vote = book.state.votes().find("A/1").unwrap();
        let call = RollCall::new(book.answers("").resolver(), vote);
        assert_eq!(call.accounts[0].counts_intended, tally == "92", "{tally}");
    }
}

#[test]
fn what_was_erased_is_left_out() {
    let mut book = Book::new("");
    assert_eq!(left_out(book.answers("").resolver(), 3), LeftOut { later_recorded: 3, ..LeftOut::default() });
    book.erase("source.added", Some("s9"), None);
    assert_eq!(left_out(book.answers("").resolver(), 0), LeftOut { withheld: 1, ..LeftOut::default() });
}
