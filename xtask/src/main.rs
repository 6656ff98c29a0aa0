//! The project's own tasks: `cargo xtask TASK`.

mod data;
mod demo;

use std::process::ExitCode;

/// What a task gives back: nothing, or what went wrong.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.split_first() {
        Some((&"data", rest)) => data::run(rest),
        Some((&"demo", [])) => demo::run(),
        _ => Err("usage: cargo xtask data".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
