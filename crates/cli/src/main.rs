//! The `recount` command: reads arguments, calls the library, writes results. No rule of the domain lives here.

mod append;
mod append_options;
mod args;
mod clock;
mod commands;
mod error;
mod listing;
mod output;
mod summary;
mod terminal;
mod view;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, Export};
use error::Failure;
use output::Output;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut output = Output::new(&cli.global);
    let done = run(&cli, &mut output).and_then(|()| output.finish());
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // What was answered before the failure is part of the answer.
            let _ = output.finish();
            failure.report(cli.global.format);
            ExitCode::from(failure.exit())
        }
    }
}

fn run(cli: &Cli, output: &mut Output) -> Result<(), Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Init(options) => commands::init::run(global, output, options),
        Command::Append { kind } => commands::append::run(global, output, kind),
        Command::Correct(options) => commands::causes::correct(global, output, options),
        Command::Retract(options) => commands::causes::retract(global, output, options),
        Command::Withdraw(options) => commands::causes::withdraw(global, output, options),
        Command::Dispute(options) => commands::causes::dispute(global, output, options),
        Command::Log(options) => commands::log::run(global, output, options),
        Command::Show(options) => commands::show::run(global, output, options),
        Command::Figures(options) => commands::figures::run(global, output, options),
        Command::Headlines(options) => commands::headlines::run(global, output, options),
        Command::Votes(options) => commands::votes::run(global, output, options),
        Command::Snapshot(options) => commands::snapshot::run(global, output, options),
        Command::Verify(options) => commands::verify::run(global, output, options),
        Command::Recover => commands::verify::recover(global, output),
        Command::Export { target: Export::Csv { dir, options } } => {
            commands::export::csv(global, output, dir, options)
        }
        Command::Export { target: Export::Sqlite { path, options } } => {
            commands::export::sqlite(global, output, path, options)
        }
    }
}
