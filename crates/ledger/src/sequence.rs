//! What every event line must be beyond its own form: the next in sequence, no older than the one before.

use recount_model::date::Instant;

use crate::line::{EventLine, FIRST_TYPE, Line, LineError};

/// The place in the sequence of events that the next line must take.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    next: u64,
    last_at: Option<Instant>,
}

impl Sequence {
    /// After `size` events.
    pub(crate) fn after(size: u64) -> Self {
        Self { next: size + 1, last_at: None }
    }

    /// The sequence number of the next event.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Reads the next line (without its LF), an event or a stub. The number counts on whether or not the line holds,
    /// so that one bad line is one error.
    ///
    /// # Errors
    /// The line's own form, a `seq` that is not the next, an `at` before the last one, a first event that is
    /// not `ledger.created` or a later one that is.
    pub(crate) fn accept<'a>(&mut self, line: &'a [u8]) -> Result<Line<'a>, LineError> {
        let seq = self.next;
        self.next += 1;
        let line = Line::parse(line)?;
        if line.seq() != seq {
            let found = format!("{} where {seq} follows", line.seq());
            return Err(LineError::new(0, "the next sequence number", found));
        }
        let last_at = self.last_at.replace(line.at());
        if let Some(last_at) = last_at.filter(|last_at| *last_at > line.at()) {
            let found = format!("{} after {last_at}", line.at());
            return Err(LineError::new(0, "a moment no earlier than the event before", found));
        }
        if (line.kind() == FIRST_TYPE) != (seq == 1) {
            let found = format!("{} as event {seq}", line.kind());
            return Err(LineError::new(0, "ledger.created as first event and nowhere else", found));
        }
        Ok(line)
    }

    /// Reads the next line (without its LF) where nothing was ever redacted: behind the head.
    ///
    /// # Errors
    /// Those of [`Sequence::accept`]; a stub.
    pub(crate) fn accept_event<'a>(&mut self, line: &'a [u8]) -> Result<EventLine<'a>, LineError> {
        match self.accept(line)? {
            Line::Event(event) => Ok(event),
            Line::Stub(_) => Err(LineError::new(0, "an event with its data", "a stub".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::batch;

    /// What each line's place in the sequence is said to be, the ledger being empty before.
    fn check(lines: &[u8]) -> Vec<String> {
        let mut sequence = Sequence::after(0);
        let accept = |line| match sequence.accept(line) {
            Ok(line) => line.seq().to_string(),
            Err(error) => error.to_string(),
        };
        lines.strip_suffix(b"\n").unwrap_or(lines).split(|byte| *byte == b'\n').map(accept).collect()
    }

    #[test]
    fn one_bad_line_is_one_error() {
        let mut lines = batch(1, 4).bytes().to_vec();
        lines[100] = 0;
        let found = check(&lines);
        assert_eq!((&*found[0], &*found[2], &*found[3]), ("1", "3", "4"));
        assert!(found[1].starts_with("column "), "{}", found[1]);
    }

    #[test]
    fn events_in_order() {
        assert_eq!(
            check(batch(2, 1).bytes()),
            ["column 1: expected the next sequence number, found 2 where 1 follows"]
        );
        let created_twice = batch(1, 1).bytes().to_vec();
        let again = String::from_utf8_lossy(&created_twice).replace("\"seq\":1", "\"seq\":2");
        let found = check(&[&created_twice, again.as_bytes()].concat());
        assert_eq!(
            found[1],
            "column 1: expected ledger.created as first event and nowhere else, found ledger.created as event 2"
        );
    }
}
