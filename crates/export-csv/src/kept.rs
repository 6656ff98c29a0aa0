//! Files of the former export that are still right.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// Puts the file `former` into the place of `written` if they are the same; whether that was done. It is then the same file as
/// before, with its time, and nothing needs to reach the device. Where anything is in the way, `written` stays.
pub(crate) fn keep(former: &Path, written: &Path) -> bool {
    let link = written.with_extension("former");
    let kept = || {
        if !are_same(former, written)? {
            return Ok(false);
        }
        fs::hard_link(former, &link)?;
        fs::rename(&link, written)?;
        io::Result::Ok(true)
    };
    kept().unwrap_or_else(|_| {
        let _ = fs::remove_file(&link);
        false
    })
}

/// Whether both are files of the same bytes.
fn are_same(one: &Path, other: &Path) -> io::Result<bool> {
    let [one_is, other_is] = [fs::symlink_metadata(one)?, fs::symlink_metadata(other)?];
    if !one_is.is_file() || one_is.len() != other_is.len() {
        return Ok(false);
    }
    let buffered = |path| Ok::<_, io::Error>(BufReader::with_capacity(1 << 16, File::open(path)?));
    let (mut one, mut other) = (buffered(one)?, buffered(other)?);
    loop {
        let (these, those) = (one.fill_buf()?, other.fill_buf()?);
        let length = these.len().min(those.len());
        if length == 0 {
            return Ok(these.len() == those.len());
        }
        if these[..length] != those[..length] {
            return Ok(false);
        }
        one.consume(length);
        other.consume(length);
    }
}
