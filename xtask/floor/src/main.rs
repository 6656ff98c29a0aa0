//! The least that must be done for a task, by itself: hashing, copying, inserting. `cargo xtask bench` holds `recount`
//! against these, and has ledgers rewritten by them. Nothing of ours is used, so that a root computed here is also a
//! second opinion.

mod hash;
mod rewrite;
mod sqlite;
#[cfg(test)]
mod testing;
mod tree;

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use rewrite::Rewrite;

/// What a task gives back: nothing, or what went wrong.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "usage: floor TASK
  read FILE               reads a file
  hash LEDGER THREADS     leaves and nodes of the tree by SHA-256; prints the root
  respell LEDGER OUT      every line in another spelling, the checkpoints where they were
  seal LEDGER OUT         every line as it is, a checkpoint behind each
  copy FOLDER OUT         writes the files of a folder once more
  sqlite FROM TO          inserts the rows of a database into a new one of the same schema
  load LEDGER DB          a database with a row for each event
  commits DB              inserts each line of standard input in a durable transaction of its own";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match *arguments {
        ["read", file] => drop(fs::read(file)?),
        ["hash", ledger, threads] => println!("{}", hash::root(&fs::read(ledger)?, threads.parse()?)),
        ["respell", ledger, out] => rewrite(ledger, out, Rewrite::Respell)?,
        ["seal", ledger, out] => rewrite(ledger, out, Rewrite::Seal)?,
        ["copy", folder, out] => copy(Path::new(folder), Path::new(out))?,
        ["sqlite", from, to] => sqlite::copy(Path::new(from), Path::new(to))?,
        ["load", ledger, database] => sqlite::load(BufReader::new(File::open(ledger)?), Path::new(database))?,
        ["commits", database] => sqlite::commits(io::stdin().lock(), Path::new(database))?,
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn rewrite(ledger: &str, out: &str, how: Rewrite) -> Result<()> {
    let mut output = BufWriter::new(File::create(out)?);
    rewrite::rewrite(BufReader::new(File::open(ledger)?), &mut output, how)?;
    Ok(output.flush()?)
}

fn copy(folder: &Path, out: &Path) -> Result<()> {
    fs::create_dir(out)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let mut file = File::create(out.join(entry.file_name()))?;
        file.write_all(&fs::read(entry.path())?)?;
        file.sync_all()?;
    }
    Ok(())
}
