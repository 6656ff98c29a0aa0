//! Random lines of the language for tests.

use proptest::prelude::*;

/// Lines that may follow each other in any order; those that cannot be admitted are passed over.
pub(crate) fn any_line() -> impl Strategy<Value = String> {
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
