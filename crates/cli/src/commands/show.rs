//! `recount show SEQ`: one event, what became of it, and the figure it is a record of.

use std::io::Write;

use recount_ledger::codec::fields;
use recount_model::answer::Answers;
use recount_model::event::{Kind, Seq};
use recount_model::problem::Code;
use recount_model::resolve::{Cause, Resolved, Standing};
use recount_model::state::State;
use recount_model::texts::{First, Members, Recorded, Texts};
use serde_json::{Value, json};

use crate::args::{Format, Global, Show};
use crate::error::{Failure, Trouble};
use crate::listing::clocks_json;
use crate::output::Output;
use crate::summary::summary;
use crate::terminal::printable;
use crate::view::{View, clock_lines};

/// Prints an event with its corrections, retraction, withdrawals, disputes and further sources.
pub(crate) fn run(global: &Global, output: &mut Output, show: &Show) -> Result<(), Failure> {
    output.refuse_csv("what bears on an event has no rows")?;
    let view = View::open_for(global, &show.clocks, output, |state| unknown_event(state, show.seq))?;
    let answers = view.answers();
    let story = Story::of(&answers, show.seq);
    match output.format {
        Format::Json => writeln!(output.stdout(), "{:#}", story.json(&view, &answers)?)?,
        Format::Jsonl => writeln!(output.stdout(), "{}", story.json(&view, &answers)?)?,
        Format::Table | Format::Csv => {
            let text = story.text(&view, &answers)?;
            output.stdout().write_all(text.as_bytes())?;
        }
    }
    Ok(())
}

fn unknown_event(state: &State, seq: Seq) -> Vec<Trouble> {
    if state.kind(seq).is_some() {
        return Vec::new();
    }
    let message = format!("expected an event of this ledger: 1 to {}", state.size());
    vec![Trouble::new(Code::NO_SUCH_EVENT, message).at("SEQ").value(seq.to_string())]
}

/// Everything in the ledger that bears on one event.
struct Story {
    seq: Seq,
    corrections: Vec<Seq>,
    retraction: Option<Seq>,
    figure: Option<FigureStory>,
}

/// The figure an event is a record of.
struct FigureStory {
    seq: Seq,
    records: Vec<Seq>,
    standing: String,
    withdrawals: Vec<Seq>,
    disputes: Vec<Seq>,
}

impl Story {
    fn of(answers: &Answers<'_>, seq: Seq) -> Story {
        let state = answers.state();
        Story {
            seq,
            corrections: state.corrections_of(seq).collect(),
            retraction: state.retraction_of(seq),
            figure: FigureStory::of(answers, seq),
        }
    }

    fn text(&self, view: &View, answers: &Answers<'_>) -> Result<String, Failure> {
        let state = &view.replay.state;
        let kind = state.kind(self.seq).map(Kind::as_str).unwrap_or_default();
        let at = state.recorded_at(self.seq).map(|at| at.to_string()).unwrap_or_default();
        let Recorded { by, first } = view.texts().recorded(self.seq)?;
        let mut lines = vec![format!("seq {}  {kind}  recorded {at} by {by}", self.seq)];
        lines.extend(first.map(|First { seq, at, by }| {
            format!("merged from another ledger, where it was recorded {at} by {by} as seq {seq}")
        }));
        lines.push(String::new());
        let members = view.texts().own_members(self.seq)?;
        for field in state.kind(self.seq).map(fields).unwrap_or_default() {
            lines.extend(members.get(field.name).map(|value| format!("  {:<12} {value}", field.name)));
        }
        if state.is_withheld(self.seq) {
            lines.push(format!("  {}", summary(state, self.seq, &members)));
        }
        let mut section = |title: &str, seqs: &[Seq]| -> Result<(), Failure> {
            if !seqs.is_empty() {
                lines.push(String::new());
                lines.push(format!("{title}:"));
            }
            for &seq in seqs {
                lines.push(format!("  {}", line(view, seq)?));
            }
            Ok(())
        };
        section("corrected by", &self.corrections)?;
        section("retracted by", self.retraction.as_slice())?;
        section("redacted by", state.redaction_of(self.seq).as_slice())?;
        if let Some(figure) = &self.figure {
            section("withdrawn by", &figure.withdrawals)?;
            section("disputed by", &figure.disputes)?;
            section("records of the same figure", &figure.records)?;
            lines.push(String::new());
            lines.push(format!("the figure (seq {}) is {}", figure.seq, figure.standing));
        }
        lines.extend(clock_lines(&view.clocks, answers.left_out()));
        let safe: Vec<String> = lines.iter().map(|line| printable(line).replace('\n', "\\n")).collect();
        Ok(safe.join("\n") + "\n")
    }

    fn json(&self, view: &View, answers: &Answers<'_>) -> Result<Value, Failure> {
        let event = |seq: &Seq| raw(view, *seq);
        let events = |seqs: &[Seq]| seqs.iter().map(event).collect::<Result<Vec<_>, _>>();
        let (clocks, left_out) = clocks_json(&view.clocks, answers.left_out());
        let mut json = json!({
            "clocks": clocks,
            "left_out": left_out,
            "event": raw(view, self.seq)?,
            "corrections": events(&self.corrections)?,
            "retraction": self.retraction.as_ref().map(event).transpose()?,
        });
        if let Some(by) = view.replay.state.redaction_of(self.seq) {
            json["redaction"] = raw(view, by)?;
        }
        if let Some(figure) = &self.figure {
            json["figure"] = json!({
                "seq": figure.seq,
                "standing": figure.standing,
                "records": events(&figure.records)?,
                "withdrawals": events(&figure.withdrawals)?,
                "disputes": events(&figure.disputes)?,
            });
        }
        Ok(json)
    }
}

impl FigureStory {
    fn of(answers: &Answers<'_>, seq: Seq) -> Option<FigureStory> {
        let state = answers.state();
        let record = state.records().in_force(seq)?;
        let resolved = answers.resolver().resolve(record.series);
        let records = state.records();
        let placed = resolved.records.iter().find(|placed| records.record(placed.version).original == seq)?;
        let at = placed.figure as usize;
        let originals = resolved.records_of(at).map(|version| records.record(version).original);
        let mut records: Vec<Seq> = originals.collect();
        records.sort_unstable();
        let withdrawals = state.withdrawals().live().filter(|entry| records.contains(&entry.row.target));
        Some(FigureStory {
            seq: resolved.figures[at].seq,
            standing: standing(&resolved, at),
            withdrawals: withdrawals.map(|entry| entry.seq).collect(),
            disputes: answers.resolver().disputes(resolved.records_of(at)),
            records,
        })
    }
}

fn standing(resolved: &Resolved, at: usize) -> String {
    let seq = |at: usize| resolved.figures[at].seq;
    match resolved.figures[at].standing {
        Standing::Current => "the current one of its series".to_owned(),
        Standing::Superseded { by, cause: Cause::Newer } => {
            format!("followed by a newer one (seq {})", seq(by))
        }
        Standing::Superseded { by, cause: Cause::Revised } => {
            format!("revised by its reporter (seq {})", seq(by))
        }
        Standing::Parallel { beside } => format!("parallel to seq {}", seq(beside)),
        Standing::Withdrawn { by } => format!("withdrawn by its reporter (seq {by})"),
        Standing::LeftOut => "left out by the clocks".to_owned(),
    }
}

/// One event in a line; a corrected one as it is in force, a correction with what it changed.
fn line(view: &View, seq: Seq) -> Result<String, Failure> {
    let (state, texts) = (&view.replay.state, view.texts());
    if state.kind(seq) == Some(Kind::RecordCorrected) && !state.is_withheld(seq) {
        let reason = texts.own_members(seq)?.get("reason").unwrap_or_default().to_owned();
        return Ok(format!("seq {seq}  {}: {reason}", changes(view, seq)?));
    }
    let members = match state.correction_in_force(seq) {
        Some(correction) => texts.members(correction)?,
        None => texts.own_members(seq)?,
    };
    let source = members.get("source").map(|id| format!("  [{id}]")).unwrap_or_default();
    Ok(format!("seq {seq}  {}{source}", summary(state, seq, &members)))
}

/// What a correction changed against the version before it: `value 2040 → 2041`.
fn changes(view: &View, correction: Seq) -> Result<String, Failure> {
    let (state, texts) = (&view.replay.state, view.texts());
    let Some(original) = state.target(correction) else { return Ok(String::new()) };
    let before =
        state.corrections_of(original).take_while(|seq| *seq < correction).last().unwrap_or(original);
    let (old, new) = (texts.members(before)?, texts.members(correction)?);
    let said = |members: &Members, name: &str| members.get(name).unwrap_or("nothing").to_owned();
    let changed = state.kind(original).map(fields).unwrap_or_default().iter().filter_map(|field| {
        let (old, new) = (said(&old, field.name), said(&new, field.name));
        (old != new).then(|| format!("{} {old} → {new}", field.name))
    });
    Ok(changed.collect::<Vec<_>>().join(", "))
}

fn raw(view: &View, seq: Seq) -> Result<Value, Failure> {
    let line = view.texts().line(seq)?;
    let broken = |error| {
        Failure::one(crate::error::INTEGRITY, Trouble::new(Code::CORRUPT, format!("event {seq}: {error}")))
    };
    serde_json::from_slice(&line).map_err(broken)
}
