//! Event lines and checkpoint lines: one spelling by the writer, one meaning for every reader, one diagnosis.

use recount_ledger::checkpoint::Checkpoint;
use recount_ledger::codec;
use recount_ledger::line::{EventLine, Line, MAX_LINE};
use recount_ledger::stub::Stub;
use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, Problem};

/// Lines longer than this are not looked at beginning by beginning: that takes the square of their length.
const SHORT: usize = 400;

/// The types of the events that a correction may name: any, in turn.
pub(crate) fn kind_of(seq: Seq) -> Option<Kind> {
    (1..1_000).contains(&seq).then(|| Kind::ALL[seq as usize % Kind::ALL.len()])
}

/// A line without its LF.
pub(crate) fn line(bytes: &[u8]) {
    let event = match EventLine::parse(bytes) {
        Ok(event) => event,
        Err(error) => {
            assert!((1..=bytes.len() + 1).contains(&error.column), "{error}");
            assert!(!error.expected.is_empty() && !error.found.is_empty(), "{error}");
            return;
        }
    };
    if let Err(error) = serde_json::from_slice::<serde_json::Value>(bytes) {
        // The one thing that is JSON and not for serde_json, which has doubles.
        assert!(error.to_string().contains("number out of range"), "{error}");
    }
    // A cut inside an escape of a member's name is not looked for: the writer escapes none.
    if bytes.len() <= SHORT && !bytes.contains(&b'\\') {
        let whole = bytes.trim_ascii_end().len();
        let begun = |end: &usize| EventLine::parse(&bytes[..*end]).is_err_and(|error| error.is_incomplete());
        assert_eq!((0..whole).find(|end| !begun(end)), None, "every beginning is the beginning of a line");
    }
    let mut written = Vec::new();
    event.encode(&mut written);
    if written.len() <= MAX_LINE {
        let again = EventLine::parse(&written).expect("the writer's spelling is read");
        let mut twice = Vec::new();
        again.encode(&mut twice);
        assert_eq!(twice, written, "the writer has one spelling");
        assert_eq!(
            (again.seq, again.at, &again.by, &again.kind),
            (event.seq, event.at, &event.by, &event.kind)
        );
    }
    if let Some(kind) = Kind::parse(&event.kind) {
        data(kind, event.data);
    }
}

/// The data of an event: read and diagnosed alike, spelt once.
pub(crate) fn data(kind: Kind, data: &str) {
    let problems = codec::diagnose(kind, data, &kind_of);
    assert!(problems.iter().all(is_told), "{problems:?}");
    let canonical = match codec::parse(kind, data, &kind_of) {
        Ok(fact) => {
            assert_eq!(problems, vec![], "what is read has no problem");
            assert_eq!(fact.kind(), kind);
            codec::canonical(kind, data, &kind_of).expect("what is read has a spelling")
        }
        Err(problem) => {
            assert_eq!(problems.first(), Some(&problem), "what is refused is explained");
            assert_eq!(codec::canonical(kind, data, &kind_of), Err(problem));
            return;
        }
    };
    assert_eq!(codec::canonical(kind, &canonical, &kind_of).as_ref(), Ok(&canonical), "one spelling");
    assert_eq!(codec::diagnose(kind, &canonical, &kind_of), vec![]);
    let content = codec::content(kind, data, &kind_of);
    assert_eq!(codec::content(kind, &canonical, &kind_of), content, "one content");
    assert!(codec::members(kind, data).is_ok(), "its texts are there");
    // Objects in it are texts as they are spelt, so only the names are the same.
    let names = |data: &str| codec::own_members(data).map(|own| own.0.into_keys().collect::<Vec<_>>());
    assert_eq!(names(data), names(&canonical), "the same members whatever the spelling");
}

/// Whether a problem says what was expected.
pub(crate) fn is_told(problem: &Problem) -> bool {
    !problem.expected.is_empty() && Code::ALL.contains(&problem.code)
}

/// A line that may be a stub, without its LF.
pub(crate) fn stub(bytes: &[u8]) {
    let Some(stub) = Stub::parse(bytes) else { return };
    assert_eq!(stub.encode().as_bytes(), bytes, "a stub has one spelling");
    assert!(EventLine::parse(bytes).is_err() && Checkpoint::parse(bytes).is_none(), "no line is two things");
    let line = Line::parse(bytes).expect("a stub is a line of a ledger");
    assert_eq!((line.seq(), line.at(), line.by(), line.kind()), (stub.seq, stub.at, &*stub.by, &*stub.kind));
}

/// A checkpoint line without its LF.
pub(crate) fn checkpoint(bytes: &[u8]) {
    if let Some(checkpoint) = Checkpoint::parse(bytes) {
        assert_eq!(checkpoint.encode().as_bytes(), bytes, "a checkpoint has one spelling");
        assert!(EventLine::parse(bytes).is_err(), "no line is both");
    }
}
