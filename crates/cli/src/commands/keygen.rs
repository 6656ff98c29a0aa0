//! `recount keygen FILE --name NAME`: a key pair to sign checkpoints with.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use recount_ledger::tlog::key::{HexId, SigningKey};
use recount_model::problem::Code;
use serde_json::json;

use crate::args::Keygen;
use crate::clock;
use crate::error::{BAD_INPUT, Failure, REFUSED, Trouble};
use crate::notes::of_file;
use crate::output::Output;
use crate::terminal::printable;

/// Writes both files and prints the public key.
pub(crate) fn run(output: &mut Output, options: &Keygen) -> Result<(), Failure> {
    output.refuse_csv("a key has no rows")?;
    let key = SigningKey::from_seed(&options.name, &*clock::seed()?).map_err(|error| {
        let trouble = Trouble::new(Code::BAD_FORM, error.to_string()).at("--name").value(&options.name);
        Failure::one(BAD_INPUT, trouble)
    })?;
    let public_file = beside(&options.file);
    let public = key.verifier();
    create(&options.file, 0o600, &key.encode())?;
    create(&public_file, 0o666, &public.to_string()).inspect_err(|_| {
        // Half a pair is of no use. The error is the one to report.
        let _ = fs::remove_file(&options.file);
    })?;
    output.note(&format!(
        "the private key is in {}, the public one in {}",
        options.file.display(),
        public_file.display()
    ));
    let line = match output.is_json() {
        true => json!({
            "name": public.name(), "id": HexId(public.id()).to_string(), "public_key": public.to_string(),
            "private_file": options.file.display().to_string(), "public_file": public_file.display().to_string(),
        })
        .to_string(),
        false => printable(&public.to_string()),
    };
    Ok(writeln!(output.stdout(), "{line}")?)
}

/// The file of the public key: that of the private one with `.pub` at its end.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// Creates a file with one line. A file that is there, or a link, is not touched.
fn create(path: &Path, mode: u32, line: &str) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            let trouble =
                Trouble::new(Code::TARGET_IN_USE, "expected no file, found one, and it was not touched");
            let next = "choose another name: a key that is gone signs nothing any more".to_owned();
            Failure::one(REFUSED, trouble.at(path.display().to_string()).next(Some(next)))
        }
        _ => of_file(path, &error),
    })?;
    let written = file.write_all(line.as_bytes()).and_then(|()| file.write_all(b"\n"));
    written.and_then(|()| file.sync_all()).map_err(|error| {
        let _ = fs::remove_file(path);
        of_file(path, &error)
    })
}
