//! Bad input: every problem is reported at once, with exit status 3, and the ledger stays as it is, to the byte.

use insta::assert_snapshot;
use recount_test_support::TestEnvironment;

use crate::CLOCK;

/// A small ledger: what the events of the tests name, and one of each thing that can be targeted.
const EVENTS: &str = r#"
{"type":"source.added","data":{"id":"page","title":"A page","published":"2026-03-01"}}
{"type":"reporter.added","data":{"id":"city","name":"City council","kind":"government"}}
{"type":"reporter.added","data":{"id":"hospital","name":"The hospital","kind":"other"}}
{"type":"place.added","data":{"id":"north","name":"North district"}}
{"type":"dimension.added","data":{"id":"age","label":"Age","codes":{"young":"Under 18","old":"18 and over"}}}
{"type":"indicator.defined","data":{"id":"patients","label":"Patients","unit":"persons","measure":"point"}}
{"type":"figure.reported","data":{"indicator":"patients","value":">120","reporter":"hospital","source":"page"}}
{"type":"vote.recorded","data":{"id":"C/7","title":"A ward","body":"City council","date":"2026-03-02","source":"page"}}
{"type":"case.documented","data":{"id":"case-1","age":"9","source":"page"}}
"#;

fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new().with_recount().with_clock(CLOCK);
    environment.recount(["init", "--title", "A small ledger"]).success();
    environment.recount_with(["append", "events", "-"], EVENTS).success();
    environment
}

/// What `recount` says to a command, in the words of a shell, that it must refuse.
fn refused(environment: &TestEnvironment, command: &str) -> String {
    let before = environment.read("ledger.jsonl");
    let answer = environment.shell(&format!("recount {command}")).exits(3);
    assert_eq!(answer.stdout, "", "{command}");
    assert_eq!(environment.read("ledger.jsonl"), before, "{command}");
    answer.stderr
}

#[test]
fn declarations() {
    let at = environment();
    assert_snapshot!(refused(&at, "append source --id 'A page' --published 2026-3-1 --language english_uk --archived sha256=1"), @r#"
    error[E0210]: --archived.sha256: "1": expected 64 lower-case hexadecimal digits
    error[E0103]: --archived.url: missing; expected a text that is not empty and has no control characters
    error[E0203]: --id: "A page": expected the id of the source: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0205]: --language: "english_uk": expected a language by its BCP 47 tag, such as `uk`
    error[E0202]: --published: "2026-3-1": month must be two digits (or X) (column 7): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0107]: expected one of: title, url
    "#);
    assert_snapshot!(refused(&at, "append reporter --id City --kind mayor --country XX --speaks-for cty"), @r#"
    error[E0204]: --country: "XX": expected a country by its ISO 3166-1 alpha-3 code, such as `UKR`
    error[E0203]: --id: "City": expected the id of the reporter: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0208]: --kind: "mayor": expected one of: government, official, registry, ombudsman, international, ngo, academic, court, media, other
    error[E0103]: --name: missing; expected a text that is not empty and has no control characters
    error[E0301]: --speaks-for: "cty": expected the id of a declared reporter
      did you mean city?
    "#);
    assert_snapshot!(refused(&at, "append place --id 2nd --name '' --parent nort"), @r#"
    error[E0203]: --id: "2nd": expected the id of the place: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0209]: --name: expected a text that is not empty and has no control characters
    error[E0301]: --parent: "nort": expected the id of a declared place
      did you mean north?
    "#);
    assert_snapshot!(refused(&at, "append dimension --id Sex --codes F=female"), @r#"
    error[E0203]: --codes.F: "F": expected a code of a-z, 0-9, `.`, `_`, `-` that starts with a letter or digit
    error[E0203]: --id: "Sex": expected the id of the dimension: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0103]: --label: missing; expected a text that is not empty and has no control characters
    "#);
    assert_snapshot!(refused(&at, "append indicator --id Beds --label '' --measure sum --minimum few --since soon"), @r#"
    error[E0203]: --id: "Beds": expected the id of the indicator: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0209]: --label: expected a text that is not empty and has no control characters
    error[E0208]: --measure: "sum": expected one of: cumulative, period, point
    error[E0201]: --minimum: "few": not a number: expected digits with an optional point, like 1850 or 12.5
    error[E0202]: --since: "soon": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0103]: --unit: missing; expected a text that is not empty and has no control characters
    "#);
    assert_snapshot!(refused(&at, "append derived --id share --label Share --expression 'patints / 2 +'"), @r#"
    error[E0207]: --expression: "patints / 2 +": column 13: expected a space before and after the operator
    error[E0103]: --unit: missing; expected a text that is not empty and has no control characters
    "#);
    assert_snapshot!(refused(&at, "append derived --id share --label '' --unit persons --expression 'patints / beds'"), @"error[E0209]: --label: expected a text that is not empty and has no control characters");
    assert_snapshot!(refused(&at, "append policy --indicator patints --rule newest --window 90"), @r#"
    error[E0208]: --rule: "newest": expected one of: latest, range; or an object with prefer
    error[E0206]: --window: "90": expected a length of time above zero in years, months, weeks or days, like P6M, P1Y, P2W or P30D
    error[E0301]: --indicator: "patints": expected the id of a declared indicator
      did you mean patients?
    "#);
}

#[test]
fn figures() {
    let at = environment();
    assert_snapshot!(refused(&at, "append figure"), @"
    error[E0103]: --indicator: missing; expected the id of the indicator: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0103]: --value: missing; expected a value as a string, such as `1850`, `>20000`, `~9000` or `19000..20000`
    error[E0103]: --reporter: missing; expected the id of the reporter: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0107]: expected one of: source, unsourced
    ");
    assert_snapshot!(refused(&at, "append figure --indicator patients --value '1,200' --reporter hospital --source page --as-of 2026-02-30 --published soon"), @r#"
    error[E0202]: --as-of: "2026-02-30": day is out of range for the month (column 9): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0202]: --published: "soon": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0201]: --value: "1,200": digits are not grouped, and decimals follow a point: expected a number like 1850 or 12.5
    "#);
    assert_snapshot!(refused(&at, "append figure --indicator patints --value 120 --reporter hospitl --source pag --place nort --relayed-by cty --revises 99"), @r#"
    error[E0301]: --indicator: "patints": expected the id of a declared indicator
      did you mean patients?
    error[E0301]: --place: "nort": expected the id of a declared place
      did you mean north?
    error[E0301]: --reporter: "hospitl": expected the id of a declared reporter
      did you mean hospital?
    error[E0301]: --relayed-by: "cty": expected the id of a declared reporter
      did you mean city?
    error[E0301]: --source: "pag": expected the id of a declared source
      did you mean page?
    error[E0302]: --revises: "99": expected an earlier event: 1 to 10
    "#);
    assert_snapshot!(refused(&at, "append figure --indicator patients --value 120 --reporter hospital --source page --as-of 2026-01/2026-02 --breakdown age=middle --breakdown sex=f"), @r#"
    error[E0301]: --breakdown.age: "middle": expected a code of age: old, young
    error[E0301]: --breakdown: "sex": expected the id of a declared dimension
    error[E0401]: --as-of: "2026-01/2026-02": expected one day, month or year, for measure cumulative or point
    "#);
}

#[test]
fn votes() {
    let at = environment();
    assert_snapshot!(refused(&at, "append vote --id 'a vote' --title T --body '' --date 2026-99 --members -3 --source pag"), @r#"
    error[E0209]: --body: expected a text that is not empty and has no control characters
    error[E0202]: --date: "2026-99": month must be 01-12 or a sub-year code 21-41 (column 6): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0203]: --id: "a vote": expected the UN symbol of a vote, such as `A/ES-11/L.16/Rev.1`
    error[E0104]: --members: "-3": expected a whole number from 0 to 4294967295
    error[E0301]: --source: "pag": expected the id of a declared source
      did you mean page?
    "#);
    assert_snapshot!(refused(&at, "append vote-report --vote C/8 --source pag --tally yes=many --tally maybe=3 --positions yes=UKR,XX,UKR"), @r#"
    error[E0204]: --positions.yes[1]: "XX": expected a country by its ISO 3166-1 alpha-3 code, such as `UKR`; or an object with country, as_printed, kind, doubt
    error[E0102]: --tally.maybe: "3": unknown member; expected yes, no, abstain, absent, sponsors
    error[E0201]: --tally.yes: "many": not a value: expected a number like 1850, >20000, <=35000, ~9000, 19000..20000 or 118..125..140
    error[E0301]: --vote: "C/8": expected the id of a declared vote
      did you mean C/7?
    error[E0301]: --source: "pag": expected the id of a declared source
      did you mean page?
    "#);
    assert_snapshot!(refused(&at, "append position --vote C/8 --country UA --position maybe --kind meant"), @r#"
    error[E0204]: --country: "UA": expected a country by its ISO 3166-1 alpha-3 code, such as `UKR`
    error[E0208]: --kind: "meant": expected one of: recorded, intended
    error[E0208]: --position: "maybe": expected one of: yes, no, abstain, absent, not_member
    error[E0103]: --source: missing; expected the id of the source: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0301]: --vote: "C/8": expected the id of a declared vote
      did you mean C/7?
    "#);
}

#[test]
fn texts_cases_and_checks() {
    let at = environment();
    assert_snapshot!(refused(&at, "append statement --speaker cty --gist '' --date never --language x_y"), @r#"
    error[E0202]: --date: "never": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0209]: --gist: expected a text that is not empty and has no control characters
    error[E0205]: --language: "x_y": expected a language by its BCP 47 tag, such as `uk`
    error[E0103]: --source: missing; expected the id of the source: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0301]: --speaker: "cty": expected the id of a declared reporter
      did you mean city?
    "#);
    assert_snapshot!(refused(&at, "append norm --instrument '' --cited-by cty"), @r#"
    error[E0209]: --instrument: expected a text that is not empty and has no control characters
    error[E0107]: expected one of: source, unsourced
    error[E0301]: --cited-by: "cty": expected the id of a declared reporter
      did you mean city?
    "#);
    assert_snapshot!(refused(&at, "append case --id 'A case' --age nine --origin nort --source pag"), @r#"
    error[E0201]: --age: "nine": not a value: expected a number like 1850, >20000, <=35000, ~9000, 19000..20000 or 118..125..140
    error[E0203]: --id: "A case": expected the id of the case: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0301]: --origin: "nort": expected the id of a declared place
      did you mean north?
    error[E0301]: --source: "pag": expected the id of a declared source
      did you mean page?
    "#);
    assert_snapshot!(refused(&at, "append case-update --case case-2 --age nine --date never"), @r#"
    error[E0201]: --age: "nine": not a value: expected a number like 1850, >20000, <=35000, ~9000, 19000..20000 or 118..125..140
    error[E0202]: --date: "never": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0103]: --source: missing; expected the id of the source: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0301]: --case: "case-2": expected the id of a declared case
      did you mean case-1?
    "#);
    assert_snapshot!(refused(&at, "append check --id Total --rule sum.indicator=patints"), @r#"
    error[E0203]: --id: "Total": expected the id of the check: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0103]: --rule.sum.over: missing; expected the id of the dimension: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0103]: --rule.sum.parts: missing; expected a list; each item: a code of a-z, 0-9, `.`, `_`, `-` that starts with a letter or digit
    error[E0301]: --rule.sum.indicator: "patints": expected the id of a declared indicator
      did you mean patients?
    "#);
}

#[test]
fn causes_of_change() {
    let at = environment();
    assert_snapshot!(refused(&at, "correct 8 --set value=many --set reporter=hospitl --set colour=red --reason why"), @r#"
    error[E0102]: --set colour: "red": unknown member; expected indicator, value, reporter, source, unsourced, as_of, place, breakdown, published, wording, locator, relayed_by, revises, since, doubt, note
    error[E0201]: --set value: "many": not a value: expected a number like 1850, >20000, <=35000, ~9000, 19000..20000 or 118..125..140
    error[E0301]: --set reporter: "hospitl": expected the id of a declared reporter
      did you mean hospital?
    "#);
    assert_snapshot!(refused(&at, "correct 8 --set value=many --set reporter=hospitl --reason ''"), @r#"
    error[E0209]: --reason: expected a text that is not empty and has no control characters
    error[E0201]: --set value: "many": not a value: expected a number like 1850, >20000, <=35000, ~9000, 19000..20000 or 118..125..140
    error[E0301]: --set reporter: "hospitl": expected the id of a declared reporter
      did you mean hospital?
    "#);
    assert_snapshot!(refused(&at, "correct 99 --set value=1 --reason why"), @r#"error[E0302]: SEQ: "99": expected an earlier event: 1 to 10"#);
    assert_snapshot!(refused(&at, "retract 99 --reason ''"), @r#"
    error[E0209]: --reason: expected a text that is not empty and has no control characters
    error[E0302]: SEQ: "99": expected an earlier event: 1 to 10
    "#);
    assert_snapshot!(refused(&at, "withdraw 2 --reason '' --source pag --published soon"), @r#"
    error[E0202]: --published: "soon": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0209]: --reason: expected a text that is not empty and has no control characters
    error[E0301]: --source: "pag": expected the id of a declared source
      did you mean page?
    "#);
    assert_snapshot!(refused(&at, "dispute 8 --by-reporter hospitl --source pag --value many"), @r#"
    error[E0201]: --value: "many": not a value: expected a number like 1850, >20000, <=35000, ~9000, 19000..20000 or 118..125..140
    error[E0301]: --by-reporter: "hospitl": expected the id of a declared reporter
      did you mean hospital?
    error[E0301]: --source: "pag": expected the id of a declared source
      did you mean page?
    "#);
}

#[test]
fn what_is_given_twice_is_refused() {
    let at = environment();
    assert_snapshot!(refused(&at, "append figure --indicator patients --value 9 --reporter hospitl --source page --breakdown age=young --breakdown age=old"), @r#"
    error[E0105]: --breakdown.age: "old": expected each member once
    error[E0301]: --reporter: "hospitl": expected the id of a declared reporter
      did you mean hospital?
    "#);
    assert_snapshot!(refused(&at, "append vote-report --vote C/7 --source page --tally yes=1 --tally yes=2"), @r#"error[E0105]: --tally.yes: "2": expected each member once"#);
    assert_snapshot!(refused(&at, "append source --id b --archived url=x --archived url=y"), @r#"
    error[E0105]: --archived.url: "y": expected each member once
    error[E0107]: expected one of: title, url
    "#);
    assert_snapshot!(refused(&at, "append dimension --id sex --label Sex --codes f=A --codes f=B"), @r#"error[E0105]: --codes.f: "B": expected each member once"#);
    assert_snapshot!(refused(&at, "append policy --indicator patients --rule latest --rule range"), @r#"error[E0105]: --rule: "range": expected each member once"#);
    assert_snapshot!(refused(&at, "correct 8 --set value=11 --set value=12 --reason x"), @r#"error[E0105]: --set value: "12": expected each member once"#);
}

#[test]
fn a_correction_must_change_something() {
    let at = environment();
    assert_snapshot!(refused(&at, "correct 8 --set 'value=>120' --reason x"), @"error[E0107]: --set: expected a replacement that differs from what seq 8 says now");
    assert_snapshot!(refused(&at, "correct 8 --set note= --reason x"), @"error[E0107]: --set: expected a replacement that differs from what seq 8 says now");
    let usage = at.shell("recount correct 8 --set note --reason x").exits(2).stderr;
    assert_snapshot!(usage, @r#"
    error[E0801]: invalid value 'note' for '--set <MEMBER=VALUE>': expected MEMBER=VALUE; MEMBER= takes the member away
      For more information, try '--help'.
    "#);
    at.shell("recount correct 8 --set value=7 --reason x").success();
    let again = at.shell("recount correct 8 --set value=7 --reason x").success();
    assert_snapshot!(again, @r#"
    [stderr]
    already recorded at seq 11 (in force); --allow-duplicate appends it again
    "#);
}

#[test]
fn clocks_that_cannot_be_read() {
    let at = environment();
    assert_snapshot!(refused(&at, "figures patints --as-of soon --recorded-by later"), @r#"
    error[E0803]: --as-of: "soon": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0803]: --recorded-by: "later": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
      --recorded-by takes a sequence number (120), a date (2025-12-03), an instant (2025-12-03T12:00:00Z) or year:2025
    error[E0802]: "patints": expected the id of a declared indicator
      did you mean patients?
    "#);
    assert_snapshot!(refused(&at, "votes C/8 --recorded-by 0"), @r#"
    error[E0802]: "C/8": expected the UN symbol of a recorded vote
      did you mean C/7?
    error[E0803]: --recorded-by: "0": expected a sequence number from 1 to 10
    "#);
    let clock = at.shell("RECOUNT_CLOCK=soon recount append place --id a --name a").exits(2).stderr;
    assert_snapshot!(clock, @r#"error[E0801]: RECOUNT_CLOCK: "soon": expected an instant in UTC with whole seconds, like 2026-11-23T18:00:00Z"#);
    at.shell("recount append figure --unsourced=false").exits(2);
}

#[test]
fn a_batch_with_any_bad_line_is_refused_whole() {
    let at = environment();
    at.write(
        "batch.jsonl",
        r#"
{"type":"place.added","data":{"id":"south","name":"South district"}}
{"type":"place.added","data":{"id":"South","nmae":"South district"}}
not an event
{"type":"place.added","data":{"id":"east","name":"East","name":"Orient"}}
{"type":"place.moved","data":{}}
{"type":"figure.reported","data":{"indicator":"patients","value":120,"reporter":"hospitl","place":"south"}}
{"type":"figure.withdrawn","data":{"target":"@first","reason":""}}
"#,
    );
    assert_snapshot!(refused(&at, "append events batch.jsonl"), @r#"
    nothing of this batch was appended: 11 problems
    error[E0203]: batch.jsonl:3: id: "South": expected the id of the place: a lower-case letter, then a-z, 0-9, `.`, `_`, `-`
    error[E0102]: batch.jsonl:3: nmae: "South district": unknown member; expected id, name, kind, parent, codes
      did you mean name?
    error[E0103]: batch.jsonl:3: name: missing; expected a text that is not empty and has no control characters
    error[E0101]: batch.jsonl:4: expected JSON; column 2: expected ident
    error[E0105]: batch.jsonl:5: name: "Orient": expected each member once
    error[E0106]: batch.jsonl:6: type: "place.moved": expected an event type of format 1
      did you mean place.added?
    error[E0104]: batch.jsonl:7: value: 120: expected a value as a string, such as `1850`, `>20000`, `~9000` or `19000..20000`
    error[E0107]: batch.jsonl:7: expected one of: source, unsourced
    error[E0301]: batch.jsonl:7: reporter: "hospitl": expected the id of a declared reporter
      did you mean hospital?
    error[E0306]: batch.jsonl:8: target: "@first": expected the label of an earlier line
    error[E0209]: batch.jsonl:8: reason: expected a text that is not empty and has no control characters
    "#);
    at.write(
        "batch.jsonl",
        b"{\"type\":\"place.added\",\"data\":{\"id\":\"south\",\"name\":\"S\xffuth\"}}\n",
    );
    assert_snapshot!(refused(&at, "append events batch.jsonl"), @"
    nothing of this batch was appended: 1 problem
    error[E0101]: batch.jsonl:1: expected UTF-8; column 53 is none
    ");
}

#[test]
fn batches_before_a_bad_one_stand() {
    let at = environment();
    at.write(
        "batch.jsonl",
        r#"{"type":"place.added","data":{"id":"south","name":"South"}}
{"type":"place.added","data":{"id":"east","name":"East"}}
{"type":"place.added","data":{"id":"west"}}
"#,
    );
    let answer = at.shell("recount append events --batch 2 batch.jsonl").exits(3);
    assert!(answer.stdout.starts_with("seq 11..12  size 12  root "), "{answer}");
    assert!(at.recount(["verify"]).success().stdout.starts_with("intact: 12 events, 3 checkpoints"));
}

#[test]
fn queries() {
    let at = environment();
    assert_snapshot!(refused(&at, "figures patints nobody --reporter hospitl --place nort"), @r#"
    error[E0802]: "patints": expected the id of a declared indicator
      did you mean patients?
    error[E0802]: "nobody": expected the id of a declared indicator
    error[E0802]: "hospitl": expected the id of a declared reporter
      did you mean hospital?
    error[E0802]: "nort": expected the id of a declared place
      did you mean north?
    "#);
    assert_snapshot!(refused(&at, "headlines --as-of 2026-13 --published-by soon --recorded-by 99"), @r#"
    error[E0803]: --as-of: "2026-13": month must be 01-12 or a sub-year code 21-41 (column 6): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0803]: --published-by: "soon": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    error[E0803]: --recorded-by: "99": expected a sequence number from 1 to 10
    "#);
    assert_snapshot!(refused(&at, "votes C/8"), @r#"
    error[E0802]: "C/8": expected the UN symbol of a recorded vote
      did you mean C/7?
    "#);
    assert_snapshot!(refused(&at, "show 99"), @r#"error[E0302]: SEQ: "99": expected an event of this ledger: 1 to 10"#);
    assert_snapshot!(refused(&at, "log --type figure.reportd --indicator patints --since soon"), @r#"
    error[E0802]: "patints": expected the id of a declared indicator
      did you mean patients?
    error[E0106]: --type: "figure.reportd": expected an event type of format 1
      did you mean figure.reported?
    error[E0803]: --since: "soon": year must have exactly four digits (or X) (column 1): expected a date like 2025, 2025-12 or 2025-12-03, where ~ ? or % may follow, or an interval like 2022-02-24/2025-12-03 or 2022-02-24/..
    "#);
    assert_snapshot!(refused(&at, "export csv out --tables figures,sorces"), @r#"
    error[E0802]: --tables: "sorces": expected a table: figures, figure_history, causes, headlines, votes, tallies, positions, statements, norms, cases, sources, reporters, places, indicators, dimensions, policies, events
      did you mean sources?
    "#);
    assert_snapshot!(refused(&at, "verify --head 3"), @r#"error[E0803]: --head: "3": expected the size and root of a receipt, such as 120:qTZx…="#);
}
