//! Event lines and checkpoint lines: one spelling by the writer, one meaning for every reader, one diagnosis.

use recount_ledger::checkpoint::Checkpoint;
use recount_ledger::codec::{self, Unescaped};
use recount_ledger::line::{Envelope, EventLine, Line, MAX_LINE};
use recount_ledger::stub::Stub;
use recount_model::date::Instant;
use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, Problem};

/// Lines longer than this are not looked at beginning by beginning: that takes the square of their length.
const SHORT: usize = 400;

/// The types of the events that a correction may name: any, in turn.
pub(crate) fn kind_of(seq: Seq) -> Option<Kind> {
    (1..1_000).contains(&seq).then(|| Kind::ALL[seq as usize % Kind::ALL.len()])
}

/// What is read of a line is what a reader of JSON knows of it, whichever way it is read.
fn envelope(bytes: &[u8]) {
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    let event = EventLine::parse(bytes).ok();
    if let Some(event) = &event
        && let Ok(json) = serde_json::from_str::<serde_json::Value>(line)
    {
        assert_eq!((&json["seq"], &json["by"]), (&event.seq.into(), &(*event.by).into()), "{line}");
        assert_eq!(json["type"], *event.kind, "{line}");
        assert_eq!(json["at"].as_str().and_then(|at| Instant::parse(at).ok()), Some(event.at), "{line}");
        assert_eq!(serde_json::from_str(event.data).ok().as_ref(), Some(&json["data"]), "{line}");
    }
    let Some(Envelope { seq, at, by, clock, kind, data }) = Envelope::of(line) else { return };
    if let Some(event) = &event
        && serde_json::from_str::<serde_json::Value>(data).is_ok_and(|data| data.is_object())
    {
        let read = (event.seq, event.at, &*event.by, event.clock, &*event.kind, event.data);
        assert_eq!((seq, at, by, clock, kind, data.trim_ascii()), read, "{line}");
        assert_eq!(event.from, None, "{line}");
    }
    let unescaped = Unescaped::default();
    let read = Kind::parse(kind).and_then(|kind| codec::read(kind, data, &unescaped, &kind_of));
    assert!(read.is_none() || event.is_some(), "{line}: an envelope with data that hold is an event");
}

/// A line without its LF.
pub(crate) fn line(bytes: &[u8]) {
    // No line holds one; in JSON it would be white space.
    if bytes.contains(&b'\n') {
        return;
    }
    envelope(bytes);
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
    let unescaped = Unescaped::default();
    let canonical = match codec::parse(kind, data, &unescaped, &kind_of) {
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
    let is_written = !data.contains('\\')
        && data.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029") == canonical;
    assert_eq!(
        codec::written(kind, data, &kind_of).is_some(),
        is_written,
        "{data}: the writer's own spelling"
    );
    let same = [data, &canonical]
        .map(|data| codec::read(kind, data, &unescaped, &kind_of).map(|(fact, _)| format!("{fact:?}")));
    assert_eq!(same[0], same[1], "{data}: one meaning in any spelling");
    assert_eq!(codec::canonical(kind, &canonical, &kind_of).as_ref(), Ok(&canonical), "one spelling");
    assert_eq!(codec::diagnose(kind, &canonical, &kind_of), vec![]);
    let content = codec::content(kind, data, &kind_of);
    assert_eq!(codec::content(kind, &canonical, &kind_of), content, "one content");
    assert!(codec::members(kind, data).is_ok(), "its texts are there");
    let own = codec::own_members(data).expect("what is read has members");
    let read = codec::each_own_text(data, |name, text| {
        assert!(text.is_none_or(|text| own.get(name) == Some(text)), "{data}: {name:?} taken out alone");
        Some(())
    });
    assert!(read.is_none() || codec::members(kind, data).is_ok(), "texts are of data that have members");
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
