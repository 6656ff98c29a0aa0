//! Lines of input for an append: what is taken becomes a line that every reader takes, what is refused is explained.

use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::codec::{self, Input};
use recount_ledger::line::{EventLine, MAX_LINE};
use recount_model::date::Instant;
use recount_model::event::Seq;

use crate::event::{data, is_told, kind_of};

/// The labels of earlier lines: one letter, which stands for its number.
fn resolve(label: &str) -> Option<Seq> {
    match label.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(Seq::from(letter - b'a') + 1),
        _ => None,
    }
}

fn salt() -> String {
    "0123456789abcdef0123456789abcdef".to_owned()
}

fn read(line: &str) -> Result<Input, Vec<recount_model::problem::Problem>> {
    codec::read_input(line, &resolve, &kind_of, &salt)
}

/// A line of input.
pub(crate) fn holds(bytes: &[u8]) {
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    let named = codec::named(line, &resolve, &kind_of);
    let input = match read(line) {
        Ok(input) => input,
        Err(problems) => {
            assert!(!problems.is_empty() && problems.iter().all(is_told), "{line}: {problems:?}");
            return;
        }
    };
    if codec::read_plain_input(line, &kind_of).is_some() {
        let escaped = line.replacen("\"type\"", r#""\u0074ype""#, 1);
        assert!(codec::read_plain_input(&escaped, &kind_of).is_none());
        assert_eq!(read(&escaped).as_ref(), Ok(&input), "{line}: the short way is the long way");
    }
    let Input { kind, data: spelt, .. } = &input;
    assert_eq!(
        codec::canonical(*kind, spelt, &kind_of).as_ref(),
        Ok(spelt),
        "it is in the writer's spelling"
    );
    data(*kind, spelt);
    let again = format!("{{\"type\":\"{}\",\"data\":{spelt}}}", kind.as_str());
    if again.len() <= MAX_LINE {
        let unlabelled = Input { label: None, ..input.clone() };
        assert_eq!(read(&again), Ok(unlabelled), "what was read is read again");
        // The members of a breakdown are sorted where they are spelt, and named in the order in which they stand.
        let sorted = |mut named: Vec<codec::Named>| {
            named.sort_by_key(|named| format!("{named:?}"));
            named
        };
        assert_eq!(sorted(codec::named(&again, &resolve, &kind_of)), sorted(named), "and names the same");
    }
    let mut batch = Batch::new(1);
    let event =
        NewEvent { at: Instant::MIN, by: "ana", clock: None, from: None, kind: kind.as_str(), data: spelt };
    match batch.push(event) {
        Ok(_) => {
            let written = batch.bytes().strip_suffix(b"\n").expect("a line ends with LF");
            assert!(
                EventLine::parse(written).is_ok_and(|event| event.data == spelt),
                "it is stored as it was spelt"
            );
        }
        Err(error) => assert!(spelt.len() + 200 > MAX_LINE, "{error}: only its length keeps a line out"),
    }
}
