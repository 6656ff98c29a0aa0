//! The last head of each ledger that this machine saw, so that one cut back or forked since is noticed.
//!
//! Nothing inside a ledger can show that it was cut at the end of a batch. Whoever keeps a receipt can find it; this keeps
//! one in the platform's cache folder without being asked. It is no more than that: safe to delete, and known to whoever
//! can write there.

use std::fs;
use std::io;
use std::path::Path;

use recount_ledger::Head;
use recount_ledger::seen::Seen;

use crate::args::Global;
use crate::cache::Place;
use crate::output::Output;
use crate::replace::replace;
use crate::storage::storage;

/// What is remembered of a ledger: `SIZE:ROOT END`, and for people its path.
fn parse(text: &str) -> Option<Seen> {
    let (head, end) = text.lines().next()?.split_once(' ')?;
    let (size, root) = head.split_once(':')?;
    Some(Seen { size: size.parse().ok()?, root: root.parse().ok()?, end_offset: end.parse().ok()? })
}

fn write(seen: &Seen, ledger: &Path) -> String {
    format!("{}:{} {}\n{}\n", seen.size, seen.root, seen.end_offset, ledger.display())
}

fn read(memory: &Place) -> Option<Seen> {
    parse(&io::read_to_string(memory.open()?).ok()?)
}

/// Warns if the ledger is not the one this machine saw, or a longer one.
pub(crate) fn check(global: &Global, output: &Output) {
    let Some(memory) = Place::of(global, "heads") else { return };
    let Some(known) = read(&memory) else { return };
    if known.is_in(storage(), &memory.ledger).is_ok_and(|there| !there) {
        output.note(&format!(
            "warning: {} had {} events with the root {} when this machine last read it, and has no such checkpoint any \
             more: it was cut back, forked or rewritten. If that is right, delete {}",
            global.file.display(),
            known.size,
            known.root,
            memory.file.display()
        ));
    }
}

/// Remembers the head, unless the ledger lacks one that was seen before: then the warning stays.
pub(crate) fn update(global: &Global, head: &Head) {
    let Some(memory) = Place::of(global, "heads") else { return };
    let new = Seen { size: head.size, root: head.root, end_offset: head.end_offset };
    let stays =
        |known: Seen| known == new || known.is_in(storage(), &memory.ledger).is_ok_and(|there| !there);
    if read(&memory).is_some_and(stays) {
        return;
    }
    // A memory that cannot be kept is no reason to fail.
    let _ = memory.file.parent().map(fs::create_dir_all);
    let _ = replace(&memory.file, write(&new, &memory.ledger).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use recount_ledger::merkle::Hash;

    #[test]
    fn what_is_written_is_read_again_and_anything_else_is_nothing() {
        let known = Seen { size: 7, root: Hash([9; 32]), end_offset: 1234 };
        let text = write(&known, Path::new("/a b/l.jsonl"));
        assert_eq!(parse(&text), Some(known));
        for other in ["", "7", "7:x 1", &text[1..], "\n"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
