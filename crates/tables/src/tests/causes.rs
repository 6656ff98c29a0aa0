//! Tests of the causes of change.

use super::{Asked, check};
use crate::testing::FIGURES;

/// Causes of causes, causes of what is no figure, and a dispute and a withdrawal that were published later.
const AMENDED: &str = r#"
figure.reported {"indicator":"taken","value":"1","reporter":"a","source":"s1","as_of":"2024-12-31"}
figure.reported {"indicator":"taken","value":"1","reporter":"a","source":"s2","as_of":"2024-12-31"}
figure.reported {"indicator":"taken","value":"2","reporter":"b","source":"s1","as_of":"2024-12-31"}
record.corrected {"target":2,"data":{"id":"s1","title":"First","published":"2025-01-01"},"reason":"the title"}
figure.disputed {"target":19,"by_reporter":"press","source":"s1","value":"~3"}
record.corrected {"target":22,"data":{"target":19,"by_reporter":"press","source":"s2","value":"4","note":"on page 2"},"reason":"misread"}
figure.withdrawn {"target":20,"reason":"in error","source":"s3"}
record.corrected {"target":24,"data":{"target":20,"reason":"in error, they say","source":"s3"},"reason":"their words"}
record.retracted {"target":25,"reason":"not their words"}
record.retracted {"target":24,"reason":"another figure"}
figure.disputed {"target":18,"by_reporter":"c","published":"2025-03-05","note":"no list"}
"#;

#[test]
fn each_cause_names_its_figure_and_says_why() {
    insta::assert_snapshot!(check("causes", "*", FIGURES), @"
    seq,version,type,target,figure,by_reporter,value,reason,note,source,published,recorded_at,retracted_by
    24,24,record.corrected,23,23,,,digits swapped,,,,2026-01-01T00:24:00Z,
    27,27,figure.withdrawn,26,26,,,counted twice,,,2025-03-10,2026-01-01T00:27:00Z,
    28,28,figure.disputed,18,18,press,339,,,s3,2025-03-01T12:00:00Z,2026-01-01T00:28:00Z,
    32,32,record.retracted,31,31,,,another subject,,,,2026-01-01T00:32:00Z,
    ");
    insta::assert_snapshot!(check("causes", "*", AMENDED), @"
    seq,version,type,target,figure,by_reporter,value,reason,note,source,published,recorded_at,retracted_by
    21,21,record.corrected,2,,,,the title,,,,2026-01-01T00:21:00Z,
    22,23,figure.disputed,19,18,press,4,,on page 2,s2,2025-02-01,2026-01-01T00:22:00Z,
    23,23,record.corrected,22,18,,,misread,,,,2026-01-01T00:23:00Z,
    24,24,figure.withdrawn,20,20,,,in error,,s3,2025-03-01T12:00:00Z,2026-01-01T00:24:00Z,27
    25,25,record.corrected,24,20,,,their words,,,,2026-01-01T00:25:00Z,26
    26,26,record.retracted,25,20,,,not their words,,,,2026-01-01T00:26:00Z,
    27,27,record.retracted,24,20,,,another figure,,,,2026-01-01T00:27:00Z,
    28,28,figure.disputed,18,18,c,,,no list,,2025-03-05,2026-01-01T00:28:00Z,
    ");
}

#[test]
fn causes_follow_the_clocks() {
    let asked = |clocks| Asked { clocks, ..Asked::new("causes", "seq target figure") };
    insta::assert_snapshot!(asked("published_by=2025-02-01").of(AMENDED), @"
    seq,target,figure
    21,2,
    22,19,18
    23,22,18
    25,24,20
    26,25,20
    27,24,20
    ");
    insta::assert_snapshot!(asked("published_by=2025-01-15").of(AMENDED), @"
    seq,target,figure
    21,2,
    23,22,
    25,24,20
    26,25,20
    27,24,20
    ");
    insta::assert_snapshot!(asked("as_of=2025-02-01").of(FIGURES), @"
    seq,target,figure
    24,23,
    27,26,
    28,18,18
    32,31,
    ");
}
