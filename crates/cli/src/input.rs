//! Files that are named on the command line to be read, other than the ledger.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

/// Opens a plain file, a pipe or a terminal. Any other device is refused: some never end.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if is_device(&file)? && !file.is_terminal() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "expected a file, a pipe or a terminal, found a device",
        ));
    }
    Ok(file)
}

/// The text of a whole file, opened as [`open`] does.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(unix)]
fn is_device(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::FileTypeExt;
    let kind = file.metadata()?.file_type();
    Ok(kind.is_char_device() || kind.is_block_device())
}

#[cfg(not(unix))]
fn is_device(_: &File) -> io::Result<bool> {
    Ok(false)
}
