//! Statements, norms, documented cases and the ledger's own checks.

use serde_json::Value;

use super::decisions::Decisions;
use super::dossier::Dossier;
use super::event::Event;
use super::{Result, unused};

/// statements.csv and legal.csv.
///
/// # Errors
/// If a speaker or a norm has no decision, or the decision is about another row.
pub(crate) fn statements_and_norms(dossier: &Dossier, decisions: &Decisions) -> Result<Vec<Event>> {
    unused(
        "decisions/speakers.csv",
        decisions.speakers.keys(),
        dossier.statements.iter().map(|row| &row.data.speaker),
    )?;
    unused("decisions/norms.csv", decisions.norms.keys(), dossier.norms.iter().map(|row| &row.line))?;
    let mut events = Vec::new();
    for row in &dossier.statements {
        let said = &row.data;
        let speaker = decisions
            .speakers
            .get(&said.speaker)
            .ok_or_else(|| format!("statements.csv, line {}: no decision", row.line))?;
        let event = Event::new("statement.recorded")
            .with("speaker", speaker.as_str())
            .with("gist", said.gist.as_str())
            .with("role", format!("{}, {}", said.role, said.organisation))
            .maybe("venue", &said.venue)
            .maybe("date", &said.date)
            .with("topics", vec![said.topic.as_str()])
            .with("source", decisions.source_id(&dossier.source(&said.url)?.id));
        events.push(event);
    }
    for row in &dossier.norms {
        events.push(norm(row.line, &row.data, dossier, decisions)?);
    }
    Ok(events)
}

fn norm(line: u64, norm: &super::dossier::Norm, dossier: &Dossier, decisions: &Decisions) -> Result<Event> {
    let decided =
        decisions.norms.get(&line).filter(|d| d.instrument == norm.instrument && d.article == norm.article);
    let decided =
        decided.ok_or_else(|| format!("legal.csv, line {line}: no decision for {}", norm.instrument))?;
    let event = Event::new("norm.cited")
        .with("instrument", norm.instrument.as_str())
        .maybe("article", &norm.article)
        .with("gist", norm.description.as_str())
        .maybe("cited_by", &decided.cited_by);
    match &norm.url {
        Some(url) => Ok(event.with("source", decisions.source_id(&dossier.source(url)?.id))),
        None => Ok(event.with("unsourced", true)),
    }
}

/// The documented cases and what other sources say of them.
pub(crate) fn cases(decisions: &Decisions) -> Vec<Event> {
    let documented = decisions.cases.iter().map(|case| {
        Event::new("case.documented")
            .with("id", case.id.as_str())
            .with("age", case.age.as_str())
            .with("sex", case.sex.as_str())
            .with("origin", case.origin.as_str())
            .with("destination", case.destination.as_str())
            .with("distance", case.distance.as_str())
            .with("status", case.status.as_str())
            .with("reporter", case.reporter.as_str())
            .with("source", decisions.source_id(&case.source))
            .with("salt", case.salt.as_str())
    });
    let updated = decisions.case_updates.iter().map(|update| {
        Event::new("case.updated")
            .with("case", update.case.as_str())
            .with("sex", update.sex.as_str())
            .with("reporter", update.reporter.as_str())
            .with("source", decisions.source_id(&update.source))
    });
    documented.chain(updated).collect()
}

/// The checks kept in the ledger.
///
/// # Errors
/// If a rule is no JSON.
pub(crate) fn checks(decisions: &Decisions) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for check in &decisions.checks {
        let rule: Value = serde_json::from_str(&check.rule)
            .map_err(|e| format!("decisions/checks.csv, {}: {e}", check.id))?;
        let event = Event::new("check.added")
            .with("id", check.id.as_str())
            .with("rule", rule)
            .with("reason", check.reason.as_str());
        events.push(event);
    }
    Ok(events)
}

/// The findings that were looked at and accepted.
///
/// # Errors
/// If a sequence number is none.
pub(crate) fn acknowledgements(decisions: &Decisions) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for accepted in &decisions.acknowledgements {
        let seqs: Vec<u32> = accepted
            .seqs
            .split(';')
            .map(|seq| seq.parse().map_err(|e| format!("decisions/acknowledgements.csv, {seq:?}: {e}")))
            .collect::<std::result::Result<_, String>>()?;
        let event = Event::new("finding.acknowledged")
            .with("check", accepted.check.as_str())
            .with("figures", seqs)
            .with("reason", accepted.reason.as_str());
        events.push(event);
    }
    Ok(events)
}
