//! A pass in blocks finds what a pass line by line does, or nothing.

use recount_ledger::blocks::Division;
use recount_ledger::merkle::Frontier;
use recount_ledger::verify::Verification;

use super::*;
use crate::opening::{Known, Opening};

/// One change to the text of a ledger: another spelling of the same, or something that no writer admits.
fn change() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("{\"seq\":8,", "{ \"seq\" : 8 ,"),
        ("{\"seq\":9,\"at\":\"2023-11-14T22:13:21Z\",", "{\"at\":\"2023-11-14T22:13:21Z\",\"seq\":9,"),
        ("\"by\":\"t\"", "\"by\":\"\\u0074\""),
        ("\"indicator\":\"back\"", "\"indicator\":\"\\u0062ack\""),
        ("\"reason\":\"r\"", "\"reason\":\"\\n\\u00e9\\\\\""),
        ("\"data\":{\"target\"", "\"data\":{\"source\":null,\"target\""),
        ("\"data\":{\"indicator\"", "\"data\": {\"indicator\""),
        ("\"seq\":8,", "\"seq\":7,"),
        ("22:13:21Z", "22:13:19Z"),
        ("figure.withdrawn", "figure.unknown"),
        ("\"reporter\":\"b\"", "\"reporter\":\"c\""),
        ("\"format\":1", "\"format\":2"),
    ])
}

/// What a replay says of every event, and what it answers.
fn said(replay: &Replay) -> (u64, Vec<String>, Vec<String>) {
    let state = &replay.state;
    let events = (1..=state.size()).map(|seq| {
        let place = (state.kind(seq), state.offsets().around(seq), state.recorded_at(seq), state.target(seq));
        format!("{place:?} {:?} {:?}", state.correction_in_force(seq), state.retraction_of(seq))
    });
    (replay.beyond, events.collect(), figures_of(replay))
}

/// What a writer knows of a ledger after a pass.
fn known(opening: &Opening) -> String {
    let Known { frontier, contents, offsets } = &opening.known;
    format!("{frontier:?} {contents:?} {offsets:?} {:?}", said(&opening.replay))
}

/// A ledger with some of the events, so many to a batch, and some changes to its text.
fn changed(events: &[String], batch: usize, changes: &[(&str, &str)]) -> (Desk, String) {
    let desk = Desk::new();
    for lines in events.chunks(batch) {
        let mut session = desk.session(false);
        for line in lines {
            let _ = session.stage(line, stamp(1));
        }
        if session.staged() > 0 {
            let _ = session.commit().unwrap();
        }
    }
    let text = changes.iter().fold(desk.bytes(), |text, (from, to)| text.replace(from, to));
    (desk, text)
}

/// The same events with checkpoints that state their root.
fn rerooted(text: &str) -> String {
    let mut frontier = Frontier::default();
    let mut out = String::new();
    for line in text.lines() {
        match Checkpoint::parse(line.as_bytes()) {
            None => {
                frontier.push(leaf_hash(line.as_bytes()));
                out.push_str(line);
            }
            Some(checkpoint) => {
                out.push_str(&Checkpoint { root: frontier.root(), ..checkpoint }.encode());
            }
        }
        out.push('\n');
    }
    out
}

fn any_division() -> impl Strategy<Value = Division> {
    (1_usize..4, 1_u64..3_000).prop_map(|(threads, block)| Division {
        threads: threads.try_into().unwrap(),
        block: block.try_into().unwrap(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// On several threads the result is that of one line after the other, and where that is an error, there is nothing.
    #[test]
    fn blocks_are_replayed_as_lines(
        events in prop::collection::vec(event(), 1..16),
        changes in prop::collection::vec(change(), 0..3),
        division in any_division(),
        until in prop::option::of(5_u32..20),
    ) {
        let (desk, text) = changed(&events, 16, &changes);
        std::fs::write(desk.path(), resummed(&text)).unwrap();
        let ledger = desk.ledger();
        let until = until.map(RecordedBy::Seq);
        let lines = Replay::line_by_line(&ledger, until, &mut |_| {});
        let blocks = crate::blocks::replay(&ledger, until, division, &mut |_| {});
        prop_assert_eq!(blocks.as_ref().map(said), lines.as_ref().ok().map(said), "{:?}", lines.as_ref().err());
        let lines = Opening::line_by_line(&ledger);
        let blocks = Opening::in_blocks(&ledger, division);
        prop_assert_eq!(blocks.as_ref().map(known), lines.as_ref().ok().map(known), "{:?}", lines.as_ref().err());
    }

    /// Verifying in blocks finds all to be well exactly where verifying line by line does.
    #[test]
    fn blocks_are_verified_as_lines(
        events in prop::collection::vec(event(), 1..16),
        batch in 1_usize..6,
        changes in prop::collection::vec(change(), 0..2),
        division in any_division(),
        reroot in any::<bool>(),
        receipt in 0_u64..9,
    ) {
        let (desk, text) = changed(&events, batch, &changes);
        let text = if reroot { rerooted(&text) } else { text };
        std::fs::write(desk.path(), resummed(&text)).unwrap();
        let receipt = (receipt > 0).then(|| (receipt, desk.ledger().head().root));
        let open = || Verification::open(&RealStorage, &desk.path(), receipt).unwrap();
        let lines = crate::verify::line_by_line(open()).unwrap();
        let blocks = crate::verify::in_blocks(&open(), division);
        let is_well = lines.report.faults.is_empty() && lines.newer.is_none();
        prop_assert_eq!(blocks.is_some(), is_well, "{:?}", lines);
        if let Some((checked, state)) = blocks {
            prop_assert_eq!(open().intact(&checked), lines.report);
            prop_assert_eq!(state.unexplained_stub(), lines.unexplained);
        }
    }
}
