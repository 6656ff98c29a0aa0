//! The `recount` command: reads arguments, calls the library, writes results. No rule of the domain lives here.

mod append;
mod append_options;
mod args;
mod cache;
mod changes;
mod clock;
mod commands;
mod error;
mod indexed;
mod input;
mod listing;
mod notes;
mod output;
mod remembered;
mod replace;
mod storage;
mod summary;
mod target;
mod terminal;
mod tree;
mod view;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, Export};
use error::Failure;
use output::Output;
use recount_model::problem::Code;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let mut output = Output::new(&cli.global, cli.command.own_form());
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

/// Help and the version go to stdout; anything else is an error like the others, for machines too where they asked.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Nobody is left to be told when stdout is gone.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> =
        std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let json = arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1].starts_with("json"))
        || arguments.iter().any(|argument| argument.starts_with("--format=json"));
    let rendered = error.render().to_string();
    let lines: Vec<&str> = rendered.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let message = lines.join("\n  ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    let failure = Failure::one(error::USAGE, error::Trouble::new(Code::USAGE, message));
    failure.report(if json { args::Format::Json } else { args::Format::Table });
    ExitCode::from(failure.exit())
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
        Command::Redact(options) => commands::redact::run(global, output, options),
        Command::Merge(options) => commands::merge::run(global, output, options),
        Command::Log(options) => commands::log::run(global, output, options),
        Command::Show(options) => commands::show::run(global, output, options),
        Command::Figures(options) => commands::figures::run(global, output, options),
        Command::Headlines(options) => commands::headlines::run(global, output, options),
        Command::Why(options) => commands::why::run(global, output, options),
        Command::Vintages(options) => commands::vintages::run(global, output, options),
        Command::Diff(options) => commands::diff::run(global, output, options),
        Command::Votes(options) => commands::votes::run(global, output, options),
        Command::Check(options) => commands::check::run(global, output, options),
        Command::Acknowledge(options) => commands::check::acknowledge(global, output, options),
        Command::Snapshot(options) => commands::snapshot::run(global, output, options),
        Command::Verify(options) => commands::verify::run(global, output, options),
        Command::Checkpoint(options) => commands::checkpoint::run(global, output, options),
        Command::Prove(options) => commands::prove::run(global, output, options),
        Command::Keygen(options) => commands::keygen::run(output, options),
        Command::Recover => commands::verify::recover(global, output),
        Command::Export { target: Export::Csv { dir, options } } => {
            commands::export::csv(global, output, dir, options)
        }
        Command::Export { target: Export::Sqlite { path, options } } => {
            commands::export::sqlite(global, output, path, options)
        }
    }
}
