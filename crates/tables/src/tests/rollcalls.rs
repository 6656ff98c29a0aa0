//! Tests of votes, tallies and positions.

use super::check;
use crate::testing::VOTE;

#[test]
fn a_vote_shows_its_leading_tally_and_what_nobody_named() {
    insta::assert_snapshot!(check("votes", "*", VOTE), @r#"
    id,title,body,date,members,aliases,source,accounts,leading,leading_source,official,yes,no,abstain,absent,sponsors,yes_named,no_named,abstain_named,absent_named,yes_remainder,no_remainder,abstain_remainder,absent_remainder,yes_intended,no_intended,abstain_intended,absent_intended,contested
    A/1,Return of children,General Assembly,2025-12-03,10,["ES-11/9"],s1,2,19,s1,true,5,2,2,>0,,2,3,1,0,3,-1,1,>0,1,0,0,0,BLR;NER
    "#);
}

#[test]
fn every_account_has_its_own_sums() {
    let columns = "seq vote source reporter published official leading differs counts_intended yes no abstain absent sum \
                   unaccounted yes_named no_named yes_remainder no_remainder absent_remainder note";
    insta::assert_snapshot!(check("tallies", columns, VOTE), @"
    seq,vote,source,reporter,published,official,leading,differs,counts_intended,yes,no,abstain,absent,sum,unaccounted,yes_named,no_named,yes_remainder,no_remainder,absent_remainder,note
    19,A/1,s1,,2025-01-01,true,true,false,false,5,2,2,>0,>9,<1,2,2,3,0,>0,
    20,A/1,s2,press,2025-02-01,false,false,true,true,6,2,2,,10,0,0,0,6,2,,counts one more
    ");
}

#[test]
fn each_state_has_its_position() {
    insta::assert_snapshot!(check("positions", "*", VOTE), @"
    vote,country,position,contested,denied_by,intended,doubted,sources
    A/1,BLR,no|abstain,true,,,,s1;s2
    A/1,CRI,,false,,yes,,s3
    A/1,NER,no,true,s1,,,s3
    A/1,NGA,,false,,,no,s3
    A/1,POL,yes,false,,,,s1
    A/1,RUS,no,false,,,,s1
    A/1,UKR,yes,false,,,,s1
    ");
}
