//! `recount append KIND …`: one subcommand for each type of event, one option for each of its members.
//!
//! Options, their help and the JSON they make all come from the format's own description of its members
//! ([`recount_ledger::codec::fields`]), so that a new member needs no line here.

mod members;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, Subcommand};
use recount_ledger::codec::{Field, Shape, fields};
use recount_model::event::Kind;

use crate::args::{AppendEvents, Appending};

pub(crate) use members::Members;

/// What `append` is asked to append.
#[derive(Clone, Debug)]
pub(crate) enum AppendCommand {
    /// Many events from a file.
    Events(AppendEvents),
    /// One event from options.
    One {
        /// Its type.
        kind: Kind,
        /// Its data.
        data: Members,
        /// How to append.
        appending: Appending,
    },
}

/// The subcommands and the types they append.
pub(crate) const NAMES: &[(&str, Kind, &str)] = &[
    ("source", Kind::SourceAdded, "Declare a published document"),
    ("reporter", Kind::ReporterAdded, "Declare a person or body figures are attributed to"),
    ("place", Kind::PlaceAdded, "Declare a place"),
    ("dimension", Kind::DimensionAdded, "Declare a dimension and its codes"),
    ("indicator", Kind::IndicatorDefined, "Define what is counted"),
    ("derived", Kind::IndicatorDerived, "Define an indicator computed from others"),
    ("policy", Kind::PolicySet, "Set the rule that selects an indicator's headline"),
    ("figure", Kind::FigureReported, "Record a reported figure"),
    ("vote", Kind::VoteRecorded, "Record a roll-call"),
    ("vote-report", Kind::VoteReported, "Record one source's account of a roll-call"),
    ("position", Kind::VotePosition, "Record one state's position"),
    ("statement", Kind::StatementRecorded, "Record who said what"),
    ("norm", Kind::NormCited, "Record under which law"),
    ("case", Kind::CaseDocumented, "Record a documented case"),
    ("case-update", Kind::CaseUpdated, "Record a later fact about a case"),
    ("check", Kind::CheckAdded, "Keep a check in the ledger"),
];

impl Subcommand for AppendCommand {
    fn augment_subcommands(command: Command) -> Command {
        // `augment_args` describes the command by the struct it comes from, so each gets its own description last.
        let events = AppendEvents::augment_args(Command::new("events"))
            .about("Append many events as one batch: all or nothing");
        let one = NAMES.iter().map(|(name, kind, about)| {
            let members = fields(*kind).iter().map(option);
            Appending::augment_args(Command::new(*name).args(members)).about(*about)
        });
        command.subcommand(events).subcommands(one).subcommand_required(true).arg_required_else_help(true)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        name == "events" || NAMES.iter().any(|(known, ..)| *known == name)
    }
}

impl FromArgMatches for AppendCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let missing = || Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        if name == "events" {
            return AppendEvents::from_arg_matches(matches).map(AppendCommand::Events);
        }
        let (_, kind, _) = NAMES.iter().find(|(known, ..)| *known == name).ok_or_else(missing)?;
        let mut data = Members::default();
        for field in fields(*kind) {
            let given: Vec<&str> = match field.shape {
                Shape::True => matches.get_flag(field.name).then_some("true").into_iter().collect(),
                _ => {
                    matches.get_many::<String>(field.name).into_iter().flatten().map(String::as_str).collect()
                }
            };
            if !given.is_empty() {
                data.set(field.name, field.shape, &given);
            }
        }
        Ok(AppendCommand::One { kind: *kind, data, appending: Appending::from_arg_matches(matches)? })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The name of the option for a member: `as_of` is `--as-of`.
pub(crate) fn option_name(member: &str) -> String {
    format!("--{}", member.replace('_', "-"))
}

fn option(field: &Field) -> Arg {
    let arg = Arg::new(field.name)
        .long(field.name.replace('_', "-"))
        .help(help(field))
        .help_heading("Members of the event");
    if let Shape::True = field.shape {
        return arg.action(ArgAction::SetTrue);
    }
    let arg = arg.value_name(value_name(field.shape)).allow_hyphen_values(true);
    match field.shape {
        Shape::Bool => arg.num_args(0..=1).default_missing_value("true").require_equals(true),
        Shape::List(_) | Shape::Map(..) | Shape::Object(_) | Shape::Either(..) => {
            arg.action(ArgAction::Append)
        }
        _ => arg,
    }
}

fn help(field: &Field) -> String {
    let required = if field.required { " (required)" } else { "" };
    let forms = members::forms(field.shape, value_name);
    let written = match forms.as_slice() {
        [] => String::new(),
        forms => format!("; written {} (again for each) or as JSON", forms.join(", ")),
    };
    format!("{}{required}{written}", field.doc.trim_end_matches('.'))
}

fn value_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Value => "VALUE",
        Shape::Minimum => "NUMBER|none",
        Shape::Date => "DATE",
        Shape::Published => "DATE|INSTANT",
        Shape::Seq => "SEQ",
        Shape::Id(_) | Shape::Ref(_) => "ID",
        Shape::Country => "COUNTRY",
        Shape::Language => "LANGUAGE",
        Shape::Count(_) => "N",
        Shape::Bool | Shape::True => "BOOL",
        Shape::Duration => "DURATION",
        Shape::Map(..) | Shape::Object(_) => "KEY=VALUE",
        Shape::List(Shape::Text) => "TEXT",
        Shape::List(_) => "ITEM,…",
        Shape::Code => "CODE",
        Shape::Hex(_) => "HEX",
        Shape::Either(..) => "WORD|KEY=VALUE",
        Shape::Word(_) => "WORD",
        _ => "TEXT",
    }
}
