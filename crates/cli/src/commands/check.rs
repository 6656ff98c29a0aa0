//! `recount check`: all findings of all checks; `recount acknowledge`: one of them accepted with a reason.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use recount_model::answer::Answers;
use recount_model::check::{Finding, More, Report, Severity, check, without_rules};
use recount_model::event::{CheckKind, Kind, Seq};
use recount_model::problem::{Code, did_you_mean, nearest};
use recount_model::state::State;
use recount_model::texts::Texts;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::append::append_one;
use crate::args::{Acknowledge, Check, Format, Global};
use crate::clock;
use crate::error::{BAD_INPUT, FINDINGS, Failure, Trouble};
use crate::listing::clocks_json;
use crate::output::Output;
use crate::terminal::{Sheet, Title, cell_text};
use crate::view::{View, clock_lines};

/// What `check --help` says of the checks.
pub(crate) fn help() -> String {
    let lines = CheckKind::ALL.iter().map(|kind| format!("  {:<14} {}", kind.as_str(), looks_for(*kind)));
    let lines: Vec<String> = lines.collect();
    format!(
        "Checks:\n{}\n\n\
        control-total and stale only look at checks kept in the ledger (recount append check --rule total.indicator=…, \
        sum.indicator=…, fresh.reporter=…); a monotone one makes falling watch an indicator of any measure, under its own id. What breaks a rule \
        or cannot be right is an error, a probable mistake a warning, disagreement and doubt a note. Freshness is judged \
        on today, or on the earliest day that a clock asks about.\n\n\
        Exit: 0 without errors or with all of them acknowledged, 1 otherwise.",
        lines.join("\n")
    )
}

fn looks_for(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::ControlTotal => "a headline that cannot be the sum of its parts",
        CheckKind::Disjoint => "values for one moment that no number satisfies together",
        CheckKind::Echo => "figures known only from those who passed them on",
        CheckKind::Falling => "running totals that fall, and nothing recorded says why",
        CheckKind::RollCall => "votes that do not add up, states on two sides, tallies that differ",
        CheckKind::Scale => "numbers ten or a thousand times off their neighbours",
        CheckKind::Stale => "reporters without a recent figure",
        CheckKind::SumOfParts => "parts that cannot make up the whole of the same reporter and moment",
        CheckKind::Transposed => "numbers that are a neighbour's with two digits changed round",
        CheckKind::Undated => "figures with neither an as-of nor a date of publication",
        CheckKind::Unsourced => "figures and norms without any source",
        CheckKind::Unused => "declarations that nothing uses",
    }
}

/// Prints every finding; fails without a message where an error is not acknowledged.
pub(crate) fn run(global: &Global, output: &mut Output, options: &Check) -> Result<(), Failure> {
    let view = View::open(global, &options.clocks, output)?;
    let state = &view.replay.state;
    check_names(state, &options.names)?;
    let today = clock::stamp(false)?.now.day();
    let (answers, mut report) = check(state, &view.clocks, view.replay.beyond, today, view.threads);
    if !options.names.is_empty() {
        report.keep(&options.names);
    }
    let reasons = reasons(&view, &report)?;
    let findings: Vec<Shown<'_>> =
        report.findings.iter().zip(&reasons).map(|(finding, reason)| Shown { finding, reason }).collect();
    match output.format {
        Format::Table => print_table(output, &findings)?,
        Format::Json => {
            let (clocks, left_out) = clocks_json(&view.clocks, answers.left_out());
            let findings = Findings(&findings);
            let whole = Whole { clocks, findings, idle_acknowledgements: &report.idle, left_out };
            // It is written in very small pieces.
            let mut out = BufWriter::new(output.stdout());
            serde_json::to_writer_pretty(&mut out, &whole).map_err(io::Error::from)?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Jsonl => {
            let mut out = BufWriter::new(output.stdout());
            for finding in &findings {
                serde_json::to_writer(&mut out, &finding.json()).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            out.flush()?;
        }
        Format::Csv => print_csv(output, &findings)?,
    }
    conclude(output, &view, &answers, &report, &options.names)?;
    let open = report.findings.iter().any(Finding::is_open_error);
    if open { Err(Failure::new(FINDINGS, Vec::new())) } else { Ok(()) }
}

/// Appends the acknowledgement of a finding.
pub(crate) fn acknowledge(
    global: &Global,
    output: &mut Output,
    options: &Acknowledge,
) -> Result<(), Failure> {
    // A finding is named by a set of events: one spelling of it, so that a repeated acknowledgement is recognised.
    let figures: BTreeSet<Seq> = options.seqs.iter().copied().collect();
    append_one(global, output, &options.appending, Kind::FindingAcknowledged, |_| {
        Ok(json!({ "check": options.check, "figures": figures, "reason": options.reason }))
    })
}

fn check_names(state: &State, names: &[String]) -> Result<(), Failure> {
    let known: Vec<&str> =
        CheckKind::ALL.iter().map(|kind| kind.as_str()).chain(state.checks().ids()).collect();
    let unknown = names.iter().filter(|name| !known.contains(&name.as_str()));
    let troubles = unknown.map(|name| {
        let hint = nearest(name, known.iter().copied()).map(did_you_mean);
        let expected = format!("expected a built-in check or one of the ledger: {}", known.join(", "));
        Trouble::new(Code::UNKNOWN_NAME, expected).at("NAME").value(name).next(hint)
    });
    let troubles: Vec<Trouble> = troubles.collect();
    if troubles.is_empty() { Ok(()) } else { Err(Failure::new(BAD_INPUT, troubles)) }
}

/// The reason of each finding's acknowledgement; empty where there is none.
fn reasons(view: &View, report: &Report) -> Result<Vec<String>, Failure> {
    let texts = view.texts();
    let reason = |finding: &Finding| match finding.acknowledged {
        Some(by) => Ok(texts.members(by)?.get("reason").unwrap_or_default().to_owned()),
        None => Ok(String::new()),
    };
    report.findings.iter().map(reason).collect()
}

/// The whole answer as JSON. There may be very many findings, so they are written one by one, with no tree of all of them.
#[derive(Serialize)]
struct Whole<'f> {
    clocks: Value,
    findings: Findings<'f>,
    idle_acknowledgements: &'f [Seq],
    left_out: Value,
}

struct Findings<'f>(&'f [Shown<'f>]);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Shown::json))
    }
}

/// A finding as JSON, its members in order of their names.
#[derive(Serialize)]
struct Told<'f> {
    acknowledged: Option<Seq>,
    check: &'f str,
    difference: Option<&'f str>,
    figures: &'f [Seq],
    kind: &'static str,
    message: &'f str,
    more: String,
    reason: Option<&'f str>,
    severity: &'static str,
}

/// A finding as it is printed.
struct Shown<'f> {
    finding: &'f Finding,
    reason: &'f str,
}

impl Shown<'_> {
    fn json(&self) -> Told<'_> {
        let finding = self.finding;
        Told {
            acknowledged: finding.acknowledged,
            check: &finding.check,
            difference: finding.difference.as_deref(),
            figures: &finding.figures,
            kind: finding.kind.as_str(),
            message: &finding.message,
            more: self.more(),
            reason: finding.acknowledged.map(|_| self.reason),
            severity: finding.severity.as_str(),
        }
    }

    fn more(&self) -> String {
        match &self.finding.more {
            More::Event(seq) => format!("recount show {seq}"),
            More::Indicator(id) => format!("recount why {id}"),
            More::Vote(id) => format!("recount votes {id}"),
        }
    }

    fn difference(&self) -> &str {
        self.finding.difference.as_deref().unwrap_or_default()
    }

    /// What people read: the sentence, where to look, and why it was accepted.
    fn sentence(&self) -> String {
        let mut text = cell_text(&self.finding.message);
        let difference = self.difference();
        if !difference.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, " (off by {})", cell_text(difference));
        }
        if let Some(by) = self.finding.acknowledged {
            let _ = write!(text, "\nacknowledged (seq {by}): {}", cell_text(self.reason));
        }
        let _ = write!(text, "\n{}", cell_text(&self.more()));
        text
    }
}

/// More events than this are listed by `--format json` only.
const LISTED: usize = 6;

fn listed(figures: &[Seq]) -> String {
    let mut seqs: Vec<String> = figures.iter().take(LISTED).map(ToString::to_string).collect();
    if figures.len() > LISTED {
        seqs.push(format!("… {} in all", figures.len()));
    }
    seqs.join(" ")
}

fn print_table(output: &mut Output, findings: &[Shown<'_>]) -> Result<(), Failure> {
    if findings.is_empty() {
        return Ok(());
    }
    let titles = [
        Title { whole: true, ..Title::left("severity") },
        Title { whole: true, ..Title::left("check") },
        Title::left("events"),
        Title::left("finding"),
    ];
    let mut sheet = Sheet::new(output.color, &titles);
    for shown in findings {
        let finding = shown.finding;
        let severity = finding.severity.as_str().to_owned();
        let accepted = if finding.acknowledged.is_some() { "\n(accepted)" } else { "" };
        let strong = finding.is_open_error().then_some(0);
        let cells = [
            format!("{severity}{accepted}"),
            cell_text(&finding.check),
            listed(&finding.figures),
            shown.sentence(),
        ];
        sheet.row(cells, strong);
    }
    Ok(writeln!(output.stdout(), "{}\n", sheet.text())?)
}

fn print_csv(output: &mut Output, findings: &[Shown<'_>]) -> Result<(), Failure> {
    let mut writer = csv::WriterBuilder::new().from_writer(output.stdout());
    let failed = |error: csv::Error| Failure::from(std::io::Error::from(error));
    let titles =
        ["check", "kind", "severity", "figures", "difference", "message", "more", "acknowledged", "reason"];
    writer.write_record(titles).map_err(failed)?;
    for shown in findings {
        let finding = shown.finding;
        let figures: Vec<String> = finding.figures.iter().map(ToString::to_string).collect();
        let acknowledged = finding.acknowledged.map(|by| by.to_string()).unwrap_or_default();
        let cells = [
            &finding.check,
            finding.kind.as_str(),
            finding.severity.as_str(),
            &figures.join(";"),
            shown.difference(),
            &finding.message,
            &shown.more(),
            &acknowledged,
            shown.reason,
        ];
        writer.write_record(cells).map_err(failed)?;
    }
    Ok(writer.flush()?)
}

/// The summary, with the clocks: part of the answer for people, a message where a machine reads.
fn conclude(
    output: &mut Output,
    view: &View,
    answers: &Answers<'_>,
    report: &Report,
    names: &[String],
) -> Result<(), Failure> {
    let mut lines = vec![summary(report, names)];
    let asked = |kind: &str| names.is_empty() || names.iter().any(|name| name == kind);
    let idle =
        without_rules(&view.replay.state).into_iter().map(CheckKind::as_str).filter(|kind| asked(kind));
    let idle: Vec<&str> = idle.collect();
    if !idle.is_empty() {
        lines.push(format!("nothing to look at: the ledger keeps no rule for {}", idle.join(", ")));
    }
    if !report.idle.is_empty() {
        let seqs: Vec<String> = report.idle.iter().map(ToString::to_string).collect();
        lines.push(format!("acknowledgements that match no finding here: seq {}", seqs.join(", ")));
    }
    if report.findings.iter().any(|finding| finding.acknowledged.is_none()) {
        lines.push("to accept a finding: recount acknowledge CHECK SEQ… --reason R".to_owned());
    }
    lines.extend(clock_lines(&view.clocks, answers.left_out()));
    match output.format {
        Format::Table => Ok(writeln!(output.stdout(), "{}", lines.join("\n"))?),
        _ if report.findings.is_empty() => {
            output.note(&lines.join("; "));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn summary(report: &Report, names: &[String]) -> String {
    let checks = if names.is_empty() { "all checks".to_owned() } else { names.join(", ") };
    if report.findings.is_empty() {
        return format!("nothing found by {checks}");
    }
    let count = |severity: Severity| {
        let open = |finding: &&Finding| finding.severity == severity && finding.acknowledged.is_none();
        let count = report.findings.iter().filter(open).count();
        format!("{count} {}{}", severity.as_str(), if count == 1 { "" } else { "s" })
    };
    let accepted = report.findings.iter().filter(|finding| finding.acknowledged.is_some()).count();
    let open = [Severity::Error, Severity::Warning, Severity::Note].map(count).join(", ");
    format!("{open}; {accepted} acknowledged ({checks})")
}
