//! Everything the writer refuses, by the problem it reports.

use crate::testing::Book;

fn check(lines: &str, refused: &str, expected: &str) {
    assert_eq!(Book::new(lines).refuse(refused), expected.replace("\n        ", "\n"));
}

#[test]
fn all_problems_of_a_figure_at_once_each_with_a_hint_where_there_is_one() {
    check(
        "",
        "figure bakc 5 by=presss source=s9 place=nort breakdown=sex:x,age:1 relayed_by=zz revises=99",
        "E0301 indicator \"bakc\": expected the id of a declared indicator (did you mean back?)
        E0301 place \"nort\": expected the id of a declared place (did you mean north?)
        E0301 reporter \"presss\": expected the id of a declared reporter (did you mean press?)
        E0301 relayed_by \"zz\": expected the id of a declared reporter
        E0301 source \"s9\": expected the id of a declared source
        E0301 breakdown.sex \"x\": expected a code of sex: f, m
        E0301 breakdown \"age\": expected the id of a declared dimension
        E0302 revises \"99\": expected an earlier event: 1 to 17",
    );
}

#[test]
fn as_of_fits_the_measure() {
    check(
        "",
        "figure flow 5 as_of=2024",
        "E0401 as_of \"2024\": expected a closed interval such as 2024-01-01/2024-12-31, for measure period",
    );
    check(
        "",
        "figure back 5 as_of=2024-01/2024-02",
        "E0401 as_of \"2024-01/2024-02\": expected one day, month or year, for measure cumulative or point",
    );
    check(
        "",
        "figure missing 5",
        "E0403 indicator \"missing\": expected an indicator that is counted; this one is derived from others",
    );
}

#[test]
fn declarations_are_made_once_and_never_in_a_circle() {
    check(
        "",
        "source s1",
        "E0304 id \"s1\": expected an id no other source has; this one was declared at seq 2 (to change it: recount correct 2 --set …)",
    );
    check(
        "",
        "correct 7 reporter b speaks_for=c",
        "E0407 speaks_for \"c\": expected a chain that does not lead back to b",
    );
    check(
        "",
        "correct 2 source s4",
        "E0405 id \"s4\": expected the id it was declared with: a correction keeps it",
    );
}

#[test]
fn what_many_are_computed_from_is_looked_at_once() {
    // Each from the two before it: more ways lead to the first than anybody could go.
    let mut lines = String::new();
    let mut before = ("back".to_owned(), "back".to_owned());
    for number in 0..90 {
        lines += &format!("derived d{number} {}_-_{}\n", before.0, before.1);
        before = (before.1, format!("d{number}"));
    }
    check(
        &lines,
        "correct 18 derived d0 d89_+_back",
        "E0407 expression \"d89\": expected indicators declared before; an indicator cannot be computed from itself",
    );
}

#[test]
fn revises_stays_within_the_series() {
    check(
        "figure back 5 by=a",
        "figure back 6 by=b revises=18",
        "E0402 revises \"18\": expected a figure of the same series: indicator, place, breakdown, reporter and start",
    );
    check("figure back 5 by=a", "figure back 6 by=a revises=18", "");
}

#[test]
fn causes_of_change_name_live_events_of_the_right_type() {
    let lines = "figure back 5
         correct 18 figure back 6
         figure back 7
         retract 20";
    check(lines, "withdraw 2", "E0303 target \"2\": expected a figure.reported event; seq 2 is source.added");
    check(
        lines,
        "withdraw 20",
        "E0305 target \"20\": expected an event in force; this one was retracted at seq 21",
    );
    check(
        lines,
        "retract 20",
        "E0305 target \"20\": expected an event in force; this one was retracted at seq 21",
    );
    check(
        lines,
        "retract 21",
        "E0303 target \"21\": expected an event that can be retracted; seq 21 is record.retracted",
    );
    check(
        lines,
        "correct 19 figure back 6",
        "E0303 target \"19\": expected the original event, not an earlier correction of it (the original is seq 18)",
    );
    check(
        lines,
        "correct 20 figure back 6",
        "E0305 target \"20\": expected an event in force; this one was retracted at seq 21",
    );
    check(
        lines,
        "dispute 18 by=a",
        "E0408 by_reporter \"a\": expected another reporter; the figure's own reporter takes it back with figure.withdrawn",
    );
    check(lines, "retract 19", "");
}

#[test]
fn a_declaration_that_is_named_stays() {
    let hint = "(retract or correct what names it first)";
    let lines = "figure back 5 place=north breakdown=sex:f source=s1
         policy back latest";
    for (target, by) in [(2, 18), (6, 18), (7, 8), (10, 18), (12, 18), (14, 18), (13, 16)] {
        check(
            lines,
            &format!("retract {target}"),
            &format!(
                "E0307 target \"{target}\": expected a declaration that nothing names; seq {by} names this one {hint}"
            ),
        );
    }
    check(lines, "retract 3", "");
}

#[test]
fn a_used_indicator_keeps_its_measure_and_start() {
    check(
        "figure back 5",
        "correct 14 indicator back measure=point",
        "E0405 measure \"point\": expected measure and since as they are: figures were recorded under them (another definition is another indicator: declare one)",
    );
    check("", "correct 14 indicator back measure=point", "");
}

#[test]
fn no_state_twice_in_one_list_but_on_two_sides_is_a_finding_for_later() {
    check("", "account no=3 no_list=RUS,NER,RUS", "E0404 positions.no \"RUS\": expected each one named once");
    check("", "account no_list=NGA abstain_list=NGA", "");
}

#[test]
fn whatever_is_admitted_can_be_applied() {
    let mut book = Book::new("figure back 5");
    for line in [
        "retract 18",
        "figure back 6",
        "correct 20 figure taken 7",
        "dispute 20 by=b",
        "withdraw 20",
        "retract 21",
    ] {
        book.append(line);
    }
    assert_eq!(book.state.size(), 24);
}

#[test]
fn an_acknowledgement_names_a_check_and_events_in_force_of_any_type() {
    let lines = "check steady back
         account yes=1
         figure back 5
         retract 20";
    check(lines, "acknowledge roll-call 19", "");
    check(lines, "acknowledge steady 3 19", "");
    check(
        lines,
        "acknowledge faling 20 99",
        "E0301 check \"faling\": expected a check of the ledger, or one that is built in (did you mean falling?)
        E0305 figures \"20\": expected an event in force; this one was retracted at seq 21
        E0302 figures \"99\": expected an earlier event: 1 to 21",
    );
    check(lines, "check falling back", "E0304 id \"falling\": expected an id that no built-in check has");
}

#[test]
fn what_a_check_names_stays() {
    let hint = "(retract or correct what names it first)";
    let lines = "check steady flow
         check alive fresh press 30
         check halves sum taken place parts=north,south
         check sexes sum taken sex parts=f,m";
    for (target, by) in [(15, 18), (9, 19), (10, 20), (12, 21)] {
        check(
            lines,
            &format!("retract {target}"),
            &format!(
                "E0307 target \"{target}\": expected a declaration that nothing names; seq {by} names this one {hint}"
            ),
        );
    }
}

#[test]
fn a_correction_stays_of_its_type() {
    check(
        "figure back 5",
        "correct 18 source s1",
        "E0303 target \"18\": expected a source.added event; seq 18 is figure.reported",
    );
}

/// What anything in force names stays: each way to name each sort of thing, and beside it the same without the name.
#[test]
fn what_is_named_is_not_retracted() {
    let check = |thing: &str, naming: &str, other: &str| {
        let refused = |line: &str| Book::new(&format!("{thing}\n{line}")).refuse("retract 18");
        assert!(refused(naming).contains("19"), "{thing}: {naming}: {}", refused(naming));
        assert_eq!(refused(other), "", "{thing}: {other}");
    };
    for line in [
        "figure back 10 source=@",
        "account yes=1 source=@",
        "position UKR yes source=@",
        "statement a source=@",
        "case c source=@",
        "vote A/2 source=@",
    ] {
        check("source x", &line.replace('@', "x"), &line.replace('@', "s1"));
    }
    for line in [
        "figure back 10 by=@",
        "figure back 10 relayed_by=@",
        "statement @ source=s1",
        "case c by=@",
        "reporter y speaks_for=@",
        "policy back prefer prefer=b,@",
        "check c fresh @ 30",
    ] {
        check("reporter x", &line.replace('@', "x"), &line.replace('@', "a"));
    }
    for line in [
        "figure back 10 place=@",
        "place y parent=@",
        "case c origin=@",
        "case c destination=@",
        "check c sum back place parts=@",
    ] {
        check("place x", &line.replace('@', "x"), &line.replace('@', "north"));
    }
    check("dimension x codes=f", "figure back 10 breakdown=x:f", "figure back 10 breakdown=sex:f");
    check("dimension x codes=f", "check c sum back x parts=f", "check c sum back sex parts=f");
    for line in [
        "figure @ 10",
        "policy @ range",
        "derived y @_+_1",
        "check c @",
        "check c total @ parts=back",
        "check c total taken parts=@",
    ] {
        check("indicator x", &line.replace('@', "x"), &line.replace('@', "back"));
    }
    check("case x", "update x", "case y");
    let about = |line: &str| Book::new(&format!("figure back 10\nsource x\n{line}")).refuse("retract 19");
    for line in ["withdraw 18 source=@", "dispute 18 by=b source=@"] {
        assert!(about(&line.replace('@', "x")).contains("20"), "{line}");
        assert_eq!(about(&line.replace('@', "s1")), "", "{line}");
    }
}
