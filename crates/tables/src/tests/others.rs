//! Tests of statements, norms, cases, dictionaries, policies and events.

use super::{Asked, check};
use crate::CaseDetail;
use crate::testing::{CASE, FIGURES};

const TEXTS: &str = r#"
statement.recorded {"speaker":"a","gist":"They must return","topics":["return","law"],"date":"2025-12-03","source":"s3","locator":"12:30"}
norm.cited {"instrument":"CRC","article":"9","cited_by":"b","source":"s1"}
norm.cited {"instrument":"CRC","article":"35","unsourced":true}
record.corrected {"target":19,"data":{"instrument":"CRC","article":"10","cited_by":"b","source":"s1"},"reason":"misread"}
"#;

#[test]
fn statements_and_norms_follow_the_published_clock() {
    insta::assert_snapshot!(check("statements", "*", TEXTS), @r#"
    seq,version,speaker,role,venue,date,gist,topics,language,source,locator
    18,18,a,,,2025-12-03,They must return,["return","law"],,s3,12:30
    "#);
    insta::assert_snapshot!(check("norms", "*", TEXTS), @"
    seq,version,instrument,article,gist,cited_by,source
    19,21,CRC,10,,b,s1
    20,20,CRC,35,,,
    ");
    let asked = |table| Asked { clocks: "published_by=2025-02-01", ..Asked::new(table, "seq") };
    assert_eq!(asked("statements").of(TEXTS), "seq");
    assert_eq!(asked("norms").of(TEXTS), "seq\n19");
}

#[test]
fn cases_are_coarse_unless_asked_otherwise() {
    insta::assert_snapshot!(check("cases", "*", CASE), @"
    id,age,sex,origin,destination,distance,status,updated,contested,reporter,source,seq,version,updates
    c1,10-14,male|female,north,land,,returned,2025,age;sex,a,s1,18,18,19;20
    ");
    let full = Asked {
        case_detail: CaseDetail::Full,
        ..Asked::new("cases", "age sex origin distance updated contested")
    };
    insta::assert_snapshot!(full.of(CASE), @"
    age,sex,origin,distance,updated,contested
    11|12,male|female,town,700,2025,age;sex
    ");
}

#[test]
fn a_coarse_place_is_the_nearest_division_or_the_country() {
    let lines = r#"
place.added {"id":"oblast","name":"O","kind":"oblast","parent":"land"}
place.added {"id":"district","name":"D","kind":"district","parent":"oblast"}
place.added {"id":"camp","name":"C","kind":"facility","parent":"district"}
place.added {"id":"capital","name":"K","kind":"city","parent":"land"}
place.added {"id":"sea","name":"S"}
case.documented {"id":"c1","origin":"camp","destination":"oblast","source":"s1","salt":"00112233445566778899aabbccddeeff"}
case.documented {"id":"c2","origin":"capital","destination":"sea","source":"s1","salt":"00112233445566778899aabbccddeefe"}
"#;
    insta::assert_snapshot!(check("cases", "id origin destination", lines), @"
    id,origin,destination
    c1,oblast,oblast
    c2,land,
    ");
}

#[test]
fn a_salt_is_never_shown() {
    let full = Asked { case_detail: CaseDetail::Full, ..Asked::new("cases", "*") };
    assert!(!full.of(CASE).contains("00112233"));
}

#[test]
fn dictionaries_keep_what_was_taken_back() {
    let lines = "record.retracted {\"target\":5,\"reason\":\"never used\"}";
    insta::assert_snapshot!(check("sources", "*", lines), @r#"
    id,title,publisher,url,published,language,title_language,archived_url,archived_sha256,note,seq,version,retracted_by
    s1,First "report", 2025,,,2025-01-01,,,https://a.example/1,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,,2,2,
    s2,Second,,,2025-02-01,,,,,,3,3,
    s3,Третє, повідомлення,,,2025-03-01T12:00:00Z,uk,,,,,4,4,
    undated,,,https://u.example/,,,,,,,5,5,18
    "#);
    insta::assert_snapshot!(check("reporters", "*", lines), @"
    id,name,kind,country,speaks_for,body,seq,version,retracted_by
    a,Bureau A,government,UKR,,a,6,6,
    b,Office B,ombudsman,,,b,7,7,
    c,Clerk of B,official,,b,b,8,8,
    press,The Press,media,,,press,9,9,
    ");
    insta::assert_snapshot!(check("places", "*", lines), @r#"
    id,name,kind,parent,codes,seq,version,retracted_by
    land,Land,country,,{"iso3166":"UKR"},10,10,
    north,North,admin-1,land,,11,11,
    town,Town,city,north,,12,12,
    "#);
    insta::assert_snapshot!(check("indicators", "*", lines), @"
    id,name,unit,measure,since,minimum,definition,expression,seq,version,retracted_by
    back,Returned,children,cumulative,2022-02-24,0,Handed over,,15,15,
    missing,Not returned,children,,,,,taken - back,16,16,
    taken,Taken,children,cumulative,2022-02-24,0,,,14,14,
    ");
}

#[test]
fn dimensions_have_a_row_for_each_code() {
    let lines = r#"
dimension.added {"id":"age","label":"Age","codes":{"7-17":"seven and over","0-6":"under seven"}}
record.corrected {"target":13,"data":{"id":"sex","label":"Sex as recorded","codes":{"f":"female","m":"male","x":"not recorded"}},"reason":"a code was missing"}
record.retracted {"target":18,"reason":"never used"}
"#;
    insta::assert_snapshot!(check("dimensions", "*", lines), @"
    dimension,name,code,label,seq,version,retracted_by
    age,Age,0-6,under seven,18,18,20
    age,Age,7-17,seven and over,18,18,20
    sex,Sex as recorded,f,female,13,19,
    sex,Sex as recorded,m,male,13,19,
    sex,Sex as recorded,x,not recorded,13,19,
    ");
}

#[test]
fn the_last_policy_is_in_force() {
    let lines = r#"policy.set {"indicator":"taken","rule":"range"}"#;
    insta::assert_snapshot!(check("policies", "*", lines), @"
    seq,version,indicator,rule,prefer,window,reason,in_force
    17,17,taken,prefer,b;a,P1Y,B counts entries,false
    18,18,taken,range,,,,true
    ");
}

#[test]
fn events_name_their_targets() {
    let events = check("events", "*", FIGURES);
    let acting: Vec<&str> = events.lines().filter(|line| !line.ends_with(",,")).collect();
    insta::assert_snapshot!(acting.join("\n"), @"seq,at,by,type,target,redacted_by,first_seq,first_at,first_by");
    assert_eq!(events.lines().count(), 33);
}
