//! A ledger that says the same in other bytes.

use std::io::{self, BufRead, Write};

use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

use crate::Result;
use crate::tree::{Tree, leaf, shown};

/// How a checkpoint line begins.
pub(crate) const CHECKPOINT: &[u8] = br#"{"checkpoint":"#;

/// What is changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// The spelling of event lines: members by name, spaces, escapes where none are needed.
    Respell,
    /// Where checkpoints are: behind each event.
    Seal,
}

/// Writes `ledger` anew, with checkpoints that fit (docs/ledger-format.md, section 3).
///
/// # Errors
/// If a line is not JSON, or reading or writing fails.
pub(crate) fn rewrite(ledger: impl BufRead, mut output: impl Write, how: Rewrite) -> Result<()> {
    let mut tree = Tree::default();
    let mut batch = Vec::new();
    for line in ledger.split(b'\n') {
        let line = line?;
        let is_checkpoint = line.starts_with(CHECKPOINT);
        if !is_checkpoint {
            let line = if how == Rewrite::Respell { respell(&line)? } else { line };
            tree.push(leaf(&line));
            batch.extend_from_slice(&line);
            batch.push(b'\n');
        }
        if is_checkpoint == (how == Rewrite::Respell) {
            close(&mut batch, &tree);
            output.write_all(&batch)?;
            batch.clear();
        }
    }
    Ok(())
}

/// Adds the checkpoint line to a batch.
fn close(batch: &mut Vec<u8>, tree: &Tree) {
    let root = tree.root().as_ref().map(shown).unwrap_or_default();
    batch.extend_from_slice(
        format!(r#"{{"checkpoint":{{"size":{},"root":"{root}","crc32c""#, tree.size).as_bytes(),
    );
    let sum = crc32c::crc32c(batch);
    batch.extend_from_slice(format!(":\"{sum:08x}\"}}}}\n").as_bytes());
}

fn respell(line: &[u8]) -> Result<Vec<u8>> {
    let event: Value = serde_json::from_slice(line)?;
    let mut respelled = Vec::with_capacity(line.len() * 2);
    serde::Serialize::serialize(&event, &mut Serializer::with_formatter(&mut respelled, Spaced))?;
    Ok(respelled)
}

/// JSON as many tools write it: a space behind commas and colons, ASCII only.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for character in fragment.chars() {
            match character.is_ascii() {
                true => write!(writer, "{character}")?,
                false => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::testing::EXAMPLE;

    fn rewritten(how: Rewrite) -> String {
        let mut output = Vec::new();
        rewrite(EXAMPLE.as_bytes(), &mut output, how).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn sealing_keeps_events_and_the_checkpoints_that_are_there() {
        let sealed = rewritten(Rewrite::Seal);
        let checkpoints =
            |text: &str| text.lines().filter(|line| line.starts_with(r#"{"checkpoint""#)).count();
        assert_eq!((checkpoints(&sealed), sealed.lines().count()), (5, 10));
        let first_and_last = [1, 9].map(|line| sealed.lines().nth(line).unwrap());
        // The batches of events 1 and 5 are the same, with the same bytes before them in the tree.
        assert_eq!(first_and_last, [1, 7].map(|line| EXAMPLE.lines().nth(line).unwrap()));
    }

    #[test]
    fn respelling_changes_bytes_and_nothing_else() {
        let respelled = rewritten(Rewrite::Respell);
        assert_eq!(respelled.lines().count(), EXAMPLE.lines().count());
        let events = |text: &str| -> Vec<Value> {
            let lines = text.lines().filter(|line| !line.starts_with(r#"{"checkpoint""#));
            lines.map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        assert_eq!(events(&respelled), events(EXAMPLE));
        insta::assert_snapshot!(respelled.lines().skip(4).take(2).collect::<Vec<_>>().join("\n"), @r#"
        {"at": "2026-11-23T18:05:00Z", "by": "ana", "clock": "set", "data": {"indicator": "returned", "reporter": "office", "unsourced": true, "value": ">1850", "wording": "\u043f\u043e\u043d\u0430\u0434 1850"}, "seq": 4, "type": "figure.reported"}
        {"checkpoint":{"size":4,"root":"mZn2kCWgAeZxylhoC3JE9lw4RZpz0sD29arZDWKHdVc=","crc32c":"f9408f0e"}}
        "#);
    }

    #[test]
    fn what_is_outside_the_first_plane_becomes_two_escapes() {
        assert_eq!(
            respell(r#"{"b":["😀",1],"a":"\n"}"#.as_bytes()).unwrap(),
            br#"{"a": "\n", "b": ["\ud83d\ude00", 1]}"#
        );
    }
}
