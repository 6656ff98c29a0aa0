//! The lines of input, read ahead on a thread of their own.
//!
//! Reading a line needs nothing of the ledger, but for corrections and labels, and costs about what staging it does. What is read
//! ahead is bounded, and a line is handed on as soon as it is there: whoever sends it may wait for its receipt before the next.

use std::io::{BufRead, BufReader, Read};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use recount_model::problem::{Code, Problem};
use recount_replay::Ready;

use crate::error::{Failure, IO, Trouble};
use crate::input;

/// A line longer than this is refused without being read into memory.
const MAX_LINE: u64 = 1 << 20;

/// A line longer than this ends the reading: what never ends a line, such as `/dev/zero`, never ends at all.
const MAX_SKIPPED: u64 = 1 << 30;

/// Bytes read at once; the lines in them are handed on together.
const BLOCK: usize = 1 << 16;

/// So many times these lines may wait to be staged.
const AHEAD: usize = 4;

/// A line of the input.
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    /// What it says, or what keeps it from being a line.
    pub(super) said: Result<Said, Vec<Problem>>,
}

/// What a line says.
pub(super) struct Said {
    pub(super) text: String,
    /// What could be read of it without the ledger.
    pub(super) ready: Option<Ready>,
}

/// The lines of the input, in order.
pub(super) struct Lines {
    from: From,
    /// What was read and not yet handed on.
    block: std::vec::IntoIter<Line>,
}

enum From {
    Here(Box<Reader>),
    /// Blocks of lines as they come; nothing in the last one.
    Thread(Receiver<Result<Vec<Line>, Failure>>),
}

impl Lines {
    /// Opens the input; on more threads than one it is read ahead.
    pub(super) fn open(path: &Path, name: &str, threads: NonZeroUsize) -> Result<Lines, Failure> {
        let input: Box<dyn Read + Send> = if path == Path::new("-") {
            Box::new(std::io::stdin())
        } else {
            let failed = |error| Failure::one(IO, Trouble::new(Code::IO, format!("{name}: {error}")));
            Box::new(input::open(path).map_err(failed)?)
        };
        let reader = Reader {
            input: BufReader::with_capacity(BLOCK, input),
            name: name.to_owned(),
            buffer: Vec::new(),
            number: 0,
            given_up: false,
        };
        let from = if threads.get() > 1 { read_ahead(reader) } else { From::Here(Box::new(reader)) };
        Ok(Lines { from, block: Vec::new().into_iter() })
    }

    /// The next line; blank ones are passed over.
    pub(super) fn next(&mut self) -> Result<Option<Line>, Failure> {
        if let Some(line) = self.block.next() {
            return Ok(Some(line));
        }
        let block = match &mut self.from {
            From::Here(reader) => reader.block()?,
            From::Thread(blocks) => blocks.recv().expect("the thread tells when the input ends")?,
        };
        self.block = block.into_iter();
        Ok(self.block.next())
    }
}

/// Begins reading. The thread ends with the input, or with the process: while it waits for input nothing waits for it.
fn read_ahead(mut reader: Reader) -> From {
    let (sender, receiver) = sync_channel(AHEAD);
    thread::spawn(move || {
        loop {
            let block = reader.block();
            let is_last = block.as_ref().map_or(true, Vec::is_empty);
            if sender.send(block).is_err() || is_last {
                return;
            }
        }
    });
    From::Thread(receiver)
}

/// Reads lines, each at most 1 MiB; a longer one is a problem of its own and is skipped over.
struct Reader {
    input: BufReader<Box<dyn Read + Send>>,
    name: String,
    buffer: Vec<u8>,
    number: u64,
    /// A line went on for so long that nothing behind it is read.
    given_up: bool,
}

impl Reader {
    /// The next lines, one at least, and those that are there without waiting; none at the end.
    fn block(&mut self) -> Result<Vec<Line>, Failure> {
        let mut lines = Vec::new();
        while let Some(line) = self.next()? {
            lines.push(line);
            if !self.input.buffer().contains(&b'\n') {
                break;
            }
        }
        Ok(lines)
    }

    fn next(&mut self) -> Result<Option<Line>, Failure> {
        loop {
            if self.given_up {
                return Ok(None);
            }
            self.number += 1;
            self.buffer.clear();
            let read = self.input.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut self.buffer);
            let failed = |error| Failure::one(IO, Trouble::new(Code::IO, format!("{}: {error}", self.name)));
            if read.map_err(failed)? == 0 {
                return Ok(None);
            }
            if self.buffer.len() as u64 > MAX_LINE && self.buffer.last() != Some(&b'\n') {
                return self.too_long().map(Some);
            }
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(Some(Line { number: self.number, said: self.said() }));
            }
        }
    }

    fn said(&self) -> Result<Said, Vec<Problem>> {
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let text = std::str::from_utf8(line).map_err(|error| {
            let expected = format!("UTF-8; column {} is none", error.valid_up_to() + 1);
            vec![Problem::new(Code::SYNTAX, "", "", expected)]
        })?;
        Ok(Said { text: text.to_owned(), ready: Ready::read(text) })
    }

    fn too_long(&mut self) -> Result<Line, Failure> {
        self.skip_rest()?;
        let rest = if self.given_up { "; it goes on for over 1 GiB, so reading ends here" } else { "" };
        let expected = format!("column {}: expected at most 1 MiB in a line{rest}", MAX_LINE + 1);
        let problem = Problem::new(Code::TOO_LARGE, "", "", expected);
        Ok(Line { number: self.number, said: Err(vec![problem]) })
    }

    fn skip_rest(&mut self) -> Result<(), Failure> {
        for _ in 0..MAX_SKIPPED / MAX_LINE {
            self.buffer.clear();
            let read = self.input.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.buffer)?;
            if read == 0 || self.buffer.last() == Some(&b'\n') {
                return Ok(());
            }
        }
        self.given_up = true;
        Ok(())
    }
}
