//! Verifying, beside the hashing that it cannot do without.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::super::contest::{Contest, Entry};
use super::super::ground::Ground;
use super::super::limit::Limit;
use super::super::measure::Process;
use crate::Result;

const HASH: &str = "SHA-256 of the same leaves and nodes, 2 threads";
const REPLAY: &str = "replay that answers next to nothing (`figures indicator-44`)";
const VERIFY: &str = "`verify`";
const SEALED: &str = "`verify`, a checkpoint behind each event";

/// `verify` of the ledger as it is, and with a checkpoint behind each event.
pub(crate) fn contest(ground: &Ground) -> Result<Contest<'_>> {
    let ledger = ground.ledger()?;
    let path = ledger.display().to_string();
    let sealed = ground.made("sealed.jsonl", |out| {
        ground.floor(&["seal", &path, &out.display().to_string()]).run().map(drop)
    })?;
    let hash = |name, threads| {
        let (output, ledger) = (ground.scratch().join("root"), ledger.clone());
        let process = Process { output: Some(output.clone()), ..ground.floor(&["hash", &path, threads]) };
        Entry::new(name, process).before(|| ground.clear()).answer(move || is_root_of(&output, &ledger))
    };
    let replay = ground.cold(&ledger, &["figures", "indicator-44", "--format", "csv"]);
    let entries = vec![
        hash(HASH, "2"),
        hash("the same, 1 thread", "1"),
        Entry::new(REPLAY, replay),
        Entry::new(VERIFY, ground.cold(&ledger, &["verify"])),
        Entry::new("`verify`, 1 thread", ground.cold(&ledger, &["verify"]).with("RECOUNT_THREADS", "1")),
        Entry::new(SEALED, ground.cold(&sealed, &["verify"])),
    ];
    let limits = vec![
        Limit::time("`verify`, of hashing and replay", VERIFY, &[HASH, REPLAY], 1.2),
        Limit::time("a checkpoint behind each event, of hashing and replay", SEALED, &[HASH, REPLAY], 2.4),
    ];
    Ok(Contest { entries, limits })
}

/// The root that was computed is that of the last checkpoint: the same leaves and nodes were hashed.
fn is_root_of(output: &PathBuf, ledger: &Path) -> Result<()> {
    let computed = fs::read_to_string(output)?;
    let mut file = File::open(ledger)?;
    file.seek(SeekFrom::End(-200))?;
    let mut end = String::new();
    file.read_to_string(&mut end)?;
    let root =
        end.rsplit_once(r#""root":""#).and_then(|(_, rest)| rest.split_once('"')).map(|(root, _)| root);
    if root == Some(computed.trim()) {
        return Ok(());
    }
    Err(format!("the root of the ledger is {}, computed was {}", root.unwrap_or("missing"), computed.trim())
        .into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn roots_are_compared() {
        let folder = tempfile::tempdir().unwrap();
        let (output, ledger) = (folder.path().join("output"), folder.path().join("ledger"));
        let line = format!(
            "{}\n{{\"checkpoint\":{{\"size\":1,\"root\":\"AbC=\",\"crc32c\":\"00000000\"}}}}\n",
            " ".repeat(200)
        );
        fs::write(&ledger, line).unwrap();
        fs::write(&output, "AbC=\n").unwrap();
        assert!(is_root_of(&output, &ledger).is_ok());
        fs::write(&output, "AbD=\n").unwrap();
        let problem = is_root_of(&output, &ledger).unwrap_err().to_string();
        assert_eq!(problem, "the root of the ledger is AbC=, computed was AbD=");
    }
}
