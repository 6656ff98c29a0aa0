//! Keys, checkpoint notes and proofs as files: small, read whole, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use recount_ledger::tlog::FormError;
use recount_ledger::tlog::checkpoint::CheckpointNote;
use recount_ledger::tlog::key::{KeyError, SigningKey, VerifierKey};
use recount_ledger::tlog::proof::{MAX_FILE, Proof};
use recount_model::problem::Code;
use zeroize::Zeroizing;

use crate::error::{BAD_INPUT, Failure, IO, REFUSED, Trouble};
use crate::output::Output;
use crate::replace::replace;

/// The private keys in these files; says which of them others can read.
pub(crate) fn signing_keys(files: &[PathBuf], output: &Output) -> Result<Vec<SigningKey>, Failure> {
    let read = |file: &PathBuf| {
        let text = Zeroizing::new(read_file(file, "--key")?);
        let text = std::str::from_utf8(&text).unwrap_or_default();
        let key = SigningKey::parse(text.strip_suffix('\n').unwrap_or(text));
        let key = key.map_err(|error| bad_key(error).at(file.display().to_string()))?;
        let mode = fs::metadata(file).map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o077 != 0 {
            output
                .note(&format!("warning: others can read the private key in {}: chmod 600", file.display()));
        }
        Ok(key)
    };
    all(files.iter().map(read))
}

/// The public keys, each given by its text or by a file that holds it.
pub(crate) fn verifier_keys(keys: &[String]) -> Result<Vec<VerifierKey>, Failure> {
    all(keys.iter().map(|text| match text.parse() {
        Ok(key) => Ok(key),
        // Not shown: whoever sees the error must not see the key.
        Err(error @ KeyError::IsPrivate) => Err(bad_key(error).at("--key").into()),
        // No name of a file that is there, and much like a key.
        Err(error) if text.contains('+') && !Path::new(text).exists() => {
            Err(bad_key(error).at("--key").value(text).into())
        }
        Err(_) => {
            let bytes = Zeroizing::new(read_file(Path::new(text), "--key")?);
            let line = std::str::from_utf8(&bytes).unwrap_or_default();
            let key = line.strip_suffix('\n').unwrap_or(line).parse();
            key.map_err(|error| bad_key(error).at(text.clone()).into())
        }
    }))
}

/// The values, or everything that is wrong with any of them.
fn all<T>(results: impl Iterator<Item = Result<T, Failure>>) -> Result<Vec<T>, Failure> {
    let (mut values, mut failure) = (Vec::new(), None::<Failure>);
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(next) => failure = Some(failure.map_or(next.clone(), |before| before.and(next))),
        }
    }
    failure.map_or(Ok(values), Err)
}

fn bad_key(error: KeyError) -> Trouble {
    let next = match error {
        KeyError::IsPrivate => "give the file that keygen wrote beside it, with .pub at its end",
        _ => "recount keygen makes keys",
    };
    Trouble::new(Code::BAD_FORM, error.to_string()).next(Some(next.to_owned()))
}

/// The checkpoint note in a file.
pub(crate) fn read_note(file: &Path) -> Result<CheckpointNote, Failure> {
    let bytes = read_file(file, "--note")?;
    let note = std::str::from_utf8(&bytes).map_err(|_| FormError { line: 1, expected: "UTF-8" });
    let note = note.and_then(CheckpointNote::parse);
    note.map_err(|error| bad_form(file, "a checkpoint note", error))
}

/// The proof in a file, or on standard input.
pub(crate) fn read_proof(file: &Path) -> Result<Proof, Failure> {
    let bytes = read_file(file, "--proof")?;
    Proof::parse(&bytes).map_err(|error| bad_form(file, "a proof", error))
}

fn bad_form(file: &Path, what: &str, FormError { line, expected }: FormError) -> Failure {
    let message = format!("is not of the form of {what}: expected {expected}");
    Trouble::new(Code::BAD_FORM, message).at(format!("{}:{line}", file.display())).into()
}

/// A file that is read whole; one that no proof can be is not.
fn read_file(file: &Path, option: &str) -> Result<Vec<u8>, Failure> {
    if SigningKey::is_spelt_by(file.as_os_str().as_encoded_bytes()) {
        // Not shown: whoever sees the error must not see the key.
        let trouble =
            Trouble::new(Code::BAD_FORM, "expected the name of a file, found a private key").at(option);
        let next = "give the file that holds it; whoever saw this command may have seen the key";
        return Err(trouble.next(Some(next.to_owned())).into());
    }
    let limit = MAX_FILE as u64 + 1;
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    match read {
        Err(error) => Err(of_file(file, &error)),
        Ok(length) if length > MAX_FILE => {
            let message = format!("{option}: expected a file of at most {MAX_FILE} bytes");
            Err(Trouble::new(Code::BAD_FORM, message).at(file.display().to_string()).into())
        }
        Ok(_) => Ok(bytes),
    }
}

/// A file could not be read or written.
pub(crate) fn of_file(file: &Path, error: &io::Error) -> Failure {
    Failure::one(IO, Trouble::new(Code::IO, error.to_string()).at(file.display().to_string()))
}

/// Writes a note or proof to stdout, or to a file that is new, empty or a former one.
pub(crate) fn write(output: &mut Output, file: Option<&Path>, text: &str) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(output.stdout().write_all(text.as_bytes())?) };
    if !is_free(file).map_err(|error| of_file(file, &error))? {
        let message =
            "is no checkpoint note and no proof; expected a file that is new, empty or one of these";
        let trouble = Trouble::new(Code::TARGET_IN_USE, message).at(file.display().to_string());
        let next = "name another file, or remove what is there".to_owned();
        return Err(Failure::one(REFUSED, trouble.next(Some(next))));
    }
    replace(file, text.as_bytes()).map_err(|error| of_file(file, &error))?;
    output.note(&format!("wrote {}", file.display()));
    Ok(())
}

/// Whether nothing is lost with what is there. Of what is no plain file nothing is read: it cannot be replaced anyway.
fn is_free(file: &Path) -> io::Result<bool> {
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(metadata) if !metadata.is_file() => Ok(true),
        Ok(metadata) if metadata.len() > MAX_FILE as u64 => Ok(false),
        Ok(_) => {
            let bytes = fs::read(file)?;
            let is_note =
                || std::str::from_utf8(&bytes).is_ok_and(|text| CheckpointNote::parse(text).is_ok());
            Ok(bytes.is_empty() || Proof::parse(&bytes).is_ok() || is_note())
        }
    }
}

impl From<Trouble> for Failure {
    /// Input that is not of the form it must have.
    fn from(trouble: Trouble) -> Failure {
        Failure::one(BAD_INPUT, trouble)
    }
}
