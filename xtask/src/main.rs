//! The project's own tasks: `cargo xtask TASK`.

mod bench;
mod ci;
mod codegen;
mod data;
mod demo;
mod faults;
mod fuzz;
mod generate;
mod simulation;
mod tidy;
mod workspace;

use std::process::ExitCode;

/// What a task gives back: nothing, or what went wrong.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "usage: cargo xtask TASK
  bench [SUITE…] [--events N] [--rounds N] [--write]
                          time and memory, ours and others', on generated ledgers
  ci                      everything that must hold before a change is taken
  codegen [--check]       docs/cli-reference.md from the help of recount
  data [--print|--check]  data/ukraine-children.jsonl from the dossier
  demo                    the main job on the real ledger
  faults [ROW…] [--ci | --minutes N] [--seed S] [--trial K] [--write]
                          the fault matrix of docs/reliability.md
  fuzz [--seconds N] [--keep] [TARGET…]
                          the fuzz targets in turn, 30 seconds each
  generate --events N --out FILE [--seed S] [--plain]
                          a ledger of any size, the same for the same numbers
  soak [--minutes N]      random sequences of operations on a storage that fails
  tidy                    the rules of the tree that no compiler checks";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.split_first() {
        Some((&"bench", rest)) => bench::run(rest),
        Some((&"ci", [])) => ci::run(),
        Some((&"codegen", [])) => codegen::write(),
        Some((&"codegen", ["--check"])) => codegen::check(),
        Some((&"data", rest)) => data::run(rest),
        Some((&"demo", [])) => demo::run(),
        Some((&"faults", rest)) => faults::run(rest),
        Some((&"fuzz", rest)) => fuzz::run(rest),
        Some((&"generate", rest)) => generate::run(rest),
        Some((&"soak", rest)) => simulation::soak(rest),
        Some((&"tidy", [])) => tidy::run(),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
