//! `recount why`: from a headline, a derived value, a series or an event down to the sources.

mod label;

use std::io::Write;

use recount_model::answer::Answers;
use recount_model::event::{Kind as EventKind, Seq};
use recount_model::problem::Code;
use recount_model::state::State;
use recount_model::why::{Fact, Node, Why};
use recount_replay::index::{Asked, Explained};
use serde_json::{Map, Value, json};

use crate::args::{Format, Global, Why as Options};
use crate::error::{Failure, Trouble};
use crate::listing::json_rows;
use crate::output::Output;
use crate::target::{Among, Target, unknown_names};
use crate::tree::Branch;
use crate::view::{View, clock_lines};

/// Prints the tree of every target.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Options) -> Result<(), Failure> {
    output.refuse_csv("a tree has no rows")?;
    let targets: Vec<Target> = options.targets.iter().map(|text| Target::parse(text)).collect();
    let view = View::open_asked(global, &options.clocks, output, Some(bearing_on(&targets)), |state| {
        unknown(state, options, &targets)
    })?;
    let answers = view.answers();
    let texts = view.texts();
    let why = Why::new(&answers, &texts);
    let mut trees = Vec::new();
    for (target, asked) in targets.iter().zip(&options.targets) {
        let found = explain(target, &why, answers.state(), options)?;
        if found.is_empty() {
            let clocks = clock_lines(&view.clocks, answers.left_out()).join("; ");
            output.note(&format!("nothing found: {}; {clocks}", asked_for(asked, options)));
        }
        trees.extend(found);
    }
    print(output, &view, &answers, &trees)?;
    output.finish()?;
    view.keep_index(global);
    Ok(())
}

/// What bears on the explanations: everything ever said of what is explained.
fn bearing_on(targets: &[Target]) -> Asked {
    let mut asked = Asked::default();
    for target in targets {
        match target {
            Target::Event(seq) => asked.events.push(*seq),
            Target::Subject { indicator, place, breakdown } => asked.explained.push(Explained {
                indicator: indicator.clone(),
                place: place.clone(),
                breakdown: breakdown.clone(),
            }),
        }
    }
    asked
}

fn asked_for(target: &str, options: &Options) -> String {
    let by = options.reporter.join(", ");
    let what = if by.is_empty() { "no headline".to_owned() } else { format!("no figure by {by}") };
    let places = options.place.join(", ");
    let places = if places.is_empty() { places } else { format!(" in {places}") };
    format!("{what} of {target}{places}")
}

fn print(output: &mut Output, view: &View, answers: &Answers<'_>, trees: &[Node]) -> Result<(), Failure> {
    match output.format {
        Format::Json => {
            let mut whole = json_rows(view, answers);
            whole.insert("why".to_owned(), trees.iter().map(node_json).collect());
            writeln!(output.stdout(), "{:#}", Value::Object(whole))?;
        }
        Format::Jsonl => {
            for tree in trees {
                writeln!(output.stdout(), "{}", node_json(tree))?;
            }
        }
        Format::Table | Format::Csv => {
            for tree in trees {
                writeln!(output.stdout(), "{}", branch(tree).text())?;
            }
            for line in clock_lines(&view.clocks, answers.left_out()) {
                writeln!(output.stdout(), "{line}")?;
            }
        }
    }
    Ok(())
}

fn branch(node: &Node) -> Branch {
    Branch { lines: label::lines(node), children: node.children.iter().map(branch).collect() }
}

fn node_json(node: &Node) -> Value {
    let fact = |fact: &Fact| match fact {
        Fact::Text(text) => json!(text),
        Fact::Number(number) => json!(number),
        Fact::True => json!(true),
        Fact::List(texts) => json!(texts),
    };
    let mut json = Map::from_iter([("kind".to_owned(), json!(node.kind.as_str()))]);
    json.extend(node.facts.iter().map(|(name, value)| ((*name).to_owned(), fact(value))));
    if !node.children.is_empty() {
        json.insert("children".to_owned(), node.children.iter().map(node_json).collect());
    }
    Value::Object(json)
}

/// The trees of one target.
fn explain(target: &Target, why: &Why<'_>, state: &State, options: &Options) -> Result<Vec<Node>, Failure> {
    let among = among(options);
    let found = match target {
        Target::Event(seq) => why.event(*seq)?.into_iter().collect(),
        Target::Subject { .. } if options.reporter.is_empty() => {
            why.headlines(&|subject| target.is_of(state, subject, among))?
        }
        Target::Subject { .. } => why.series(&|series| target.is_series_of(state, series, among))?,
    };
    Ok(found)
}

fn among(options: &Options) -> Among<'_> {
    Among { reporters: &options.reporter, places: &options.place }
}

/// Names that are not declared, and numbers of events that do not bear on a figure.
fn unknown(state: &State, options: &Options, targets: &[Target]) -> Vec<Trouble> {
    let wrong = targets.iter().filter_map(|target| match target {
        Target::Event(seq) => wrong_event(state, *seq),
        Target::Subject { .. } => None,
    });
    wrong.chain(unknown_names(state, targets, among(options))).collect()
}

fn wrong_event(state: &State, seq: Seq) -> Option<Trouble> {
    let size = state.size();
    let Some(kind) = state.kind(seq) else {
        let trouble =
            Trouble::new(Code::NO_SUCH_EVENT, format!("expected an event on these clocks: 1 to {size}"));
        return Some(trouble.at("TARGET").value(seq.to_string()));
    };
    let mut at = seq;
    while let Some(target) = state.target(at) {
        at = target;
    }
    if state.kind(at) == Some(EventKind::FigureReported) {
        return None;
    }
    let message =
        format!("expected an event that reports a figure or changes one; this is {}", kind.as_str());
    let next =
        format!("recount show {seq} prints any event; recount log --type figure.reported lists the figures");
    Some(Trouble::new(Code::WRONG_EVENT, message).at("TARGET").value(seq.to_string()).next(Some(next)))
}
