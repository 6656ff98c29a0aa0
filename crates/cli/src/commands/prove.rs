//! `recount prove`: one file that shows an event, or an older head, to be in the ledger.

use std::collections::BTreeMap;

use recount_ledger::reader::Ledger;
use recount_ledger::tlog::proof::Proof;
use recount_ledger::tlog::prove::{ProveError, consistency, inclusion};
use recount_model::answer::Answers;
use recount_model::event::Seq;
use recount_model::headline::Selection;
use recount_model::problem::Code;

use crate::args::{ClockOptions, Global, Prove};
use crate::commands::checkpoint::{not_proved, start};
use crate::error::{BAD_INPUT, Failure, Trouble};
use crate::notes;
use crate::output::Output;
use crate::target::{Among, Target, unknown_names};
use crate::view::{View, open};

/// Writes the proof, its checkpoint signed by every key that is given.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Prove) -> Result<(), Failure> {
    let keys = notes::signing_keys(&options.signing.key, output)?;
    let (ledger, seq) = match &options.target {
        Some(target) => find(global, output, options, target)?,
        None => (open(global, output)?, 0),
    };
    let mut checkpoint = start(&ledger, &options.signing)?;
    keys.iter().for_each(|key| checkpoint.sign(key));
    let proof = match options.from {
        Some(old) => consistency(&ledger, old, checkpoint).map(Proof::Consistency),
        None => inclusion(&ledger, u64::from(seq), checkpoint).map(Proof::Inclusion),
    };
    let proof = proof.map_err(|error| {
        let option = match &error {
            ProveError::NotCovered { .. } => "TARGET",
            ProveError::NotOlder { .. } => "--from",
            ProveError::NoCheckpoint { size, .. } if options.from == Some(*size) => "--from",
            _ => "--note",
        };
        not_proved(error, option)
    })?;
    notes::write(output, options.signing.out.as_deref(), &proof.to_string())
}

/// The ledger, and the event in it that a target names. Only a figure is looked for in a state.
fn find(global: &Global, output: &Output, options: &Prove, target: &str) -> Result<(Ledger, Seq), Failure> {
    let targets = [Target::parse(target)];
    if let [Target::Event(seq)] = targets {
        return Ok((open(global, output)?, seq));
    }
    let clocks = ClockOptions::default();
    let among = Among { reporters: &options.reporter, places: &options.place };
    let view = View::open_for(global, &clocks, output, |state| unknown_names(state, &targets, among))?;
    let found = selected(&view.answers(), &targets[0], among);
    let [(seq, _)] = found.iter().collect::<Vec<_>>()[..] else {
        return Err(not_one(target, &found));
    };
    if let Some(correction) = view.replay.state.correction_in_force(*seq) {
        output.note(&format!(
            "event {seq} was corrected by event {correction}, which says what it says now: prove that too"
        ));
    }
    let seq = *seq;
    Ok((view.ledger, seq))
}

/// The events of the figures that a target selects, with their reporters.
fn selected(answers: &Answers<'_>, target: &Target, among: Among<'_>) -> BTreeMap<Seq, String> {
    let state = answers.state();
    let mut found = BTreeMap::new();
    let mut add = |at: usize| {
        let figure = answers.figure(at);
        let reporter = state.reporters().name(state.series(figure.series).reporter);
        found.insert(figure.first.original, reporter.to_owned());
    };
    if among.reporters.is_empty() {
        let headlines = answers.headlines().iter();
        for headline in headlines.filter(|headline| target.is_of(state, headline.subject, among)) {
            match &headline.selection {
                Selection::Figure { at, .. } => add(*at),
                Selection::Range(_) => headline.eligible.iter().copied().for_each(&mut add),
                Selection::Derived(_) | Selection::Nothing(_) => {}
            }
        }
    } else {
        let series = answers.series().enumerate();
        series
            .filter(|(_, series)| target.is_series_of(state, state.series(*series), among))
            .for_each(|(at, _)| add(at));
    }
    found
}

fn not_one(target: &str, found: &BTreeMap<Seq, String>) -> Failure {
    let message = format!("expected a target that selects one reported figure, found {}", found.len());
    let which: Vec<String> = found.iter().map(|(seq, reporter)| format!("{seq} ({reporter})")).collect();
    let next = match which.is_empty() {
        true => format!("recount why {target} shows what its value was made of; prove the events of that"),
        false => format!("name a place, a reporter, or one of the events: {}", which.join(", ")),
    };
    Failure::one(
        BAD_INPUT,
        Trouble::new(Code::UNKNOWN_NAME, message).at("TARGET").value(target).next(Some(next)),
    )
}
