//! Tests of figures, their history, and headlines.

use super::{Asked, check};
use crate::testing::FIGURES;

#[test]
fn each_series_has_its_current_figure() {
    insta::assert_snapshot!(check("figures", "*", FIGURES), @"
    indicator,place,breakdown,reporter,as_of,as_of_min,as_of_max,value,qualifier,low,low_open,high,high_open,best,approximate,unit,wording,published,source,status,seq,recorded_at,version,since,records,relayed_by,disputed,disputes,undated,doubted
    back,,,a,2025-02-28,2025-02-28,2025-02-28,1859,exact,1859,false,1859,false,,false,children,,2025-03-01T12:00:00Z,s3,current,23,2026-01-01T00:23:00Z,24,,1,,false,,false,false
    back,north,sex=f,b,,,,118..125..140,estimate,118,false,140,false,125,false,children,,,,current,25,2026-01-01T00:25:00Z,25,,1,,false,,true,false
    taken,,,a,2024-12~,2024-12-01,2024-12-31,>20000,more_than,20000,true,,false,,false,children,=more than 20,000,2025-01-01,s1,current,18,2026-01-01T00:18:00Z,18,,1,,true,press: 339,false,false
    taken,,,b,2024-12-31,2024-12-31,2024-12-31,19600,exact,19600,false,19600,false,,false,children,,2025-02-01,s2,current,20,2026-01-01T00:20:00Z,20,,1,,false,,false,false
    taken,,,press,,,,~700000,about,,false,,false,700000,true,children,,2025-02-01,s2,current,29,2026-01-01T00:29:00Z,29,,1,,false,,true,true
    ");
}

#[test]
fn every_version_has_one_fate() {
    let columns = "seq figure value status cause replaced_by reason beside repeats disputed disputes doubted undated locator doubt note";
    insta::assert_snapshot!(check("figure_history", columns, FIGURES), @"
    seq,figure,value,status,cause,replaced_by,reason,beside,repeats,disputed,disputes,doubted,undated,locator,doubt,note
    21,21,1850,superseded,newer,23,,,,false,,false,false,,,
    22,22,1850,superseded,newer,23,,,21,false,,false,false,,,
    23,23,1895,corrected,corrected,24,digits swapped,,,false,,false,false,,,
    24,23,1859,current,,,,,,false,,false,false,,,
    30,30,1800,parallel,,,,21,,false,,false,false,,,same page
    31,31,-5,retracted,retracted,32,another subject,,,false,,false,true,,,
    25,25,118..125..140,current,,,,,,false,,false,true,,,
    18,18,>20000,current,,,,,,true,press: 339,false,false,p. 3,,
    19,19,19546,superseded,revised,20,,,,false,,false,false,,,
    20,20,19600,current,,,,,,false,,false,false,,,
    26,26,19700,withdrawn,withdrawn,27,counted twice,,,false,,false,false,,,
    29,29,~700000,current,,,,,,false,,true,true,,no such statement,
    ");
}

#[test]
fn versions_hold_from_and_to_on_two_clocks() {
    let columns = "seq value status published_from published_to recorded_from recorded_to";
    insta::assert_snapshot!(check("figure_history", columns, FIGURES), @"
    seq,value,status,published_from,published_to,recorded_from,recorded_to
    21,1850,superseded,2025-02-02T00:00:00Z,2025-03-01T12:00:00Z,2026-01-01T00:21:00Z,2026-01-01T00:23:00Z
    22,1850,superseded,2025-03-01T12:00:00Z,2025-03-01T12:00:00Z,2026-01-01T00:22:00Z,2026-01-01T00:23:00Z
    23,1895,corrected,2025-03-01T12:00:00Z,,2026-01-01T00:23:00Z,2026-01-01T00:24:00Z
    24,1859,current,2025-03-01T12:00:00Z,,2026-01-01T00:24:00Z,
    30,1800,parallel,2025-02-02T00:00:00Z,,2026-01-01T00:30:00Z,
    31,-5,retracted,,,2026-01-01T00:31:00Z,2026-01-01T00:32:00Z
    25,118..125..140,current,,,2026-01-01T00:25:00Z,
    18,>20000,current,2025-01-02T00:00:00Z,,2026-01-01T00:18:00Z,
    19,19546,superseded,2025-01-02T00:00:00Z,2025-02-02T00:00:00Z,2026-01-01T00:19:00Z,2026-01-01T00:20:00Z
    20,19600,current,2025-02-02T00:00:00Z,,2026-01-01T00:20:00Z,
    26,19700,withdrawn,2025-03-01T12:00:00Z,2025-03-11T00:00:00Z,2026-01-01T00:26:00Z,2026-01-01T00:27:00Z
    29,~700000,current,2025-02-02T00:00:00Z,,2026-01-01T00:29:00Z,
    ");
}

#[test]
fn a_version_that_came_too_late_never_held() {
    let lines = r#"
figure.reported {"indicator":"taken","value":"3","reporter":"a","source":"s3","as_of":"2025-02-28"}
figure.reported {"indicator":"taken","value":"1","reporter":"a","source":"s1","as_of":"2024-12-31"}
figure.reported {"indicator":"taken","value":"2","reporter":"a","published":"2025-12-31","source":"s2","as_of":"2025-01-31"}
"#;
    let columns = "seq value status replaced_by published_from published_to recorded_from recorded_to";
    insta::assert_snapshot!(check("figure_history", columns, lines), @"
    seq,value,status,replaced_by,published_from,published_to,recorded_from,recorded_to
    18,3,current,,2025-03-01T12:00:00Z,,2026-01-01T00:18:00Z,
    19,1,superseded,20,2025-01-02T00:00:00Z,2025-03-01T12:00:00Z,2026-01-01T00:19:00Z,2026-01-01T00:19:00Z
    20,2,superseded,18,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,2026-01-01T00:20:00Z,2026-01-01T00:20:00Z
    ");
}

#[test]
fn undone_corrections_and_retracted_claims_keep_their_versions() {
    let lines = r#"
figure.reported {"indicator":"taken","value":"1","reporter":"a","source":"s1","as_of":"2024-12-31"}
record.corrected {"target":18,"data":{"indicator":"taken","value":"2","reporter":"a","source":"s1","as_of":"2024-12-31"},"reason":"another edition"}
record.retracted {"target":19,"reason":"it was right"}
record.corrected {"target":18,"data":{"indicator":"back","value":"3","reporter":"a","source":"s1","as_of":"2024-12-31"},"reason":"another column"}
record.retracted {"target":18,"reason":"none of it"}
"#;
    let columns = "indicator seq figure value status cause replaced_by reason recorded_from recorded_to";
    insta::assert_snapshot!(check("figure_history", columns, lines), @"
    indicator,seq,figure,value,status,cause,replaced_by,reason,recorded_from,recorded_to
    back,21,18,3,retracted,retracted,22,none of it,2026-01-01T00:21:00Z,2026-01-01T00:22:00Z
    taken,18,18,1,corrected,corrected,21,another column,2026-01-01T00:18:00Z,2026-01-01T00:21:00Z
    taken,19,18,2,retracted,retracted,20,it was right,2026-01-01T00:19:00Z,2026-01-01T00:20:00Z
    ");
}

#[test]
fn versions_outside_the_clocks_have_no_row() {
    let asked =
        |clocks| Asked { clocks, ..Asked::new("figure_history", "seq value status replaced_by beside") };
    insta::assert_snapshot!(asked("published_by=2025-02-15").of(FIGURES), @"
    seq,value,status,replaced_by,beside
    21,1850,current,,
    30,1800,parallel,,21
    18,>20000,current,,
    19,19546,superseded,20,
    20,19600,current,,
    29,~700000,current,,
    ");
    insta::assert_snapshot!(asked("as_of=2025-01-31").of(FIGURES), @"
    seq,value,status,replaced_by,beside
    21,1850,current,,
    22,1850,current,,
    30,1800,parallel,,21
    18,>20000,current,,
    19,19546,superseded,20,
    20,19600,current,,
    ");
}

#[test]
fn headlines_show_what_stands_beside_them() {
    insta::assert_snapshot!(check("headlines", "*", FIGURES), @"
    id,indicator,place,breakdown,value,qualifier,low,low_open,high,high_open,best,approximate,unit,rule,policy,fell_back,figure,reporter,as_of,published,reporters,spread_least,spread_least_reporter,spread_least_as_of,spread_least_figure,spread_greatest,spread_greatest_reporter,spread_greatest_as_of,spread_greatest_figure,stale,disputed,disputes,undated,note
    back,back,,,1859,exact,1859,false,1859,false,,false,children,latest,,false,23,a,2025-02-28,2025-03-01T12:00:00Z,1,1859,a,2025-02-28,23,1859,a,2025-02-28,23,0,false,,false,
    back@north;sex=f,back,north,sex=f,118..125..140,estimate,118,false,140,false,125,false,children,latest,,false,25,b,,,1,118..125..140,b,,25,118..125..140,b,,25,0,false,,true,
    missing,missing,,,17741,,17741,false,17741,false,,false,children,derived,,false,,,,,,,,,,,,,,0,true,,,
    taken,taken,,,19600,exact,19600,false,19600,false,,false,children,prefer,17,false,20,b,2024-12-31,2025-02-01,2,19600,b,2024-12-31,20,>20000,a,2024-12~,18,0,true,,false,
    ");
}

#[test]
fn a_range_has_the_hull_and_a_missing_input_a_reason() {
    let lines = r#"
policy.set {"indicator":"taken","rule":"range"}
figure.reported {"indicator":"taken","value":"<400","reporter":"a","source":"s1","as_of":"2024-12-31"}
figure.reported {"indicator":"taken","value":"~300..500","reporter":"b","source":"s1"}
"#;
    let columns = "id value qualifier low low_open high high_open approximate rule policy figure reporters undated note";
    insta::assert_snapshot!(check("headlines", columns, lines), @"
    id,value,qualifier,low,low_open,high,high_open,approximate,rule,policy,figure,reporters,undated,note
    missing,,,,,,,,derived,,,,,back has no value here
    taken,about 0..500,,0,false,500,false,true,range,18,,2,true,
    ");
}

#[test]
fn disputes_are_shown_with_their_values_and_not_twice() {
    let lines = r#"
policy.set {"indicator":"taken","rule":"range"}
figure.reported {"indicator":"taken","value":"3","reporter":"a","source":"s1","as_of":"2024-12-31"}
figure.reported {"indicator":"taken","value":"3","reporter":"a","source":"s2","as_of":"2024-12-31"}
figure.reported {"indicator":"taken","value":"5","reporter":"b","source":"s1","as_of":"2024-12-31"}
figure.disputed {"target":21,"by_reporter":"a","source":"s1"}
figure.disputed {"target":20,"by_reporter":"press","source":"s1","value":">1"}
figure.disputed {"target":19,"by_reporter":"c","source":"s2"}
figure.disputed {"target":19,"by_reporter":"c","source":"s2","note":"again"}
"#;
    insta::assert_snapshot!(check("figures", "seq disputes", lines), @"
    seq,disputes
    19,press: >1; c
    21,a
    ");
    insta::assert_snapshot!(check("figure_history", "seq repeats disputes", lines), @"
    seq,repeats,disputes
    19,,press: >1; c
    20,19,press: >1; c
    21,,a
    ");
    insta::assert_snapshot!(check("headlines", "id value disputes", lines), @"
    id,value,disputes
    missing,,
    taken,3..5,a; press: >1; c
    ");
    let early = Asked { clocks: "published_by=2025-01-15", ..Asked::new("headlines", "id value disputes") };
    insta::assert_snapshot!(early.of(lines), @"
    id,value,disputes
    missing,,
    taken,3..5,a
    ");
}
