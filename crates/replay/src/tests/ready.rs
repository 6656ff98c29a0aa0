//! A line that was read before its turn is staged as one that was not.

use super::*;

/// Another spelling of a line, or something wrong with it.
fn change() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("\"indicator\":\"back\",\"value\":\"1\"", "\"value\":\"1\",\"indicator\":\"back\""),
        ("{\"type\":\"figure.reported\",", "{ \"label\" : \"x\", \"type\":\"figure.reported\" ,"),
        ("\"target\":7", "\"target\":\"@x\""),
        ("\"target\":8", "\"target\" :8"),
        ("\"data\":{\"target\"", "\"data\":{\"source\":null,\"target\""),
        ("\"reporter\":\"a\"", "\"reporter\":\"c\""),
        ("\"reporter\":\"b\"", "\"reporter\":\"\\u0062\""),
        ("\"reason\":\"r\"", "\"reason\":\"\u{2028}\""),
        ("\"reason\":\"r\"", "\"reason\":\"r\",\"reason\":\"r\""),
        ("\"value\":\"2\"", "\"value\":2"),
        ("\"value\"", "\"valeu\""),
        ("}}", "}"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_line_read_before_its_turn_says_the_same(
        events in prop::collection::vec(event(), 1..16),
        changes in prop::collection::vec(change(), 0..4),
    ) {
        let (early, late) = (Desk::new(), Desk::new());
        let (mut ready, mut plain) = (early.session(false), late.session(false));
        for line in events {
            let line = changes.iter().fold(line, |line, (from, to)| line.replacen(from, to, 1));
            let staged = match Ready::read(&line) {
                Some(read) => ready.stage_ready(&line, read, stamp(1)),
                None => ready.stage(&line, stamp(1)),
            };
            prop_assert_eq!(format!("{:?}", staged), format!("{:?}", plain.stage(&line, stamp(1))), "{}", line);
        }
        if ready.staged() > 0 {
            prop_assert_eq!(ready.commit().unwrap(), plain.commit().unwrap());
        }
        prop_assert_eq!(early.bytes(), late.bytes());
    }
}
