//! figures.csv: one `figure.reported` per row, and the disputes about them.

use std::collections::HashMap;

use serde_json::json;

use super::decisions::{self, Decisions, Dispute, Indicator};
use super::dossier::{self, Dossier};
use super::event::Event;
use super::table::Row;
use super::{Result, unused};

/// The figures whose indicator passes `theme`, each followed by its disputes.
///
/// Disputes name their target by a label, which holds within one batch only; so they stand with their figure.
///
/// # Errors
/// If a row has no decision, or the decision is about another row than the one on its line.
pub(crate) fn figures(
    dossier: &Dossier,
    decisions: &Decisions,
    theme: impl Fn(&str) -> bool,
) -> Result<Vec<Event>> {
    let indicators: HashMap<&str, &Indicator> =
        decisions.indicators.iter().map(|i| (i.id.as_str(), i)).collect();
    unused("decisions/figures.csv", decisions.figures.keys(), dossier.figures.iter().map(|row| &row.line))?;
    unused(
        "decisions/attributions.csv",
        decisions.attributions.keys(),
        dossier.figures.iter().map(|row| &row.data.reported_by),
    )?;
    unused("decisions/disputes.csv", decisions.disputes.iter().map(|d| &d.line), decisions.figures.keys())?;
    let mut events = Vec::new();
    for row in &dossier.figures {
        let at = |problem: &str| format!("figures.csv, line {}: {problem}", row.line);
        let decided = decisions.figures.get(&row.line).ok_or_else(|| at("no decision"))?;
        if !theme(&decided.indicator) {
            continue;
        }
        let indicator = indicators.get(decided.indicator.as_str()).ok_or_else(|| at("unknown indicator"))?;
        let disputes: Vec<&Dispute> = decisions.disputes.iter().filter(|d| d.line == row.line).collect();
        let figure = figure(row, decided, indicator, dossier, decisions).map_err(|e| at(&e.to_string()))?;
        events.push(if disputes.is_empty() { figure } else { figure.labelled(label(row.line)) });
        for dispute in disputes {
            events.push(disputed(dispute, decided, decisions)?);
        }
    }
    Ok(events)
}

fn label(line: u64) -> String {
    format!("line-{line}")
}

fn figure(
    row: &Row<dossier::Figure>,
    decided: &decisions::Figure,
    indicator: &Indicator,
    dossier: &Dossier,
    decisions: &Decisions,
) -> Result<Event> {
    let said = &row.data;
    let claim = notation(said)?;
    let source = dossier.source(&said.url)?;
    if claim != decided.claim || source.id != decided.source {
        return Err(format!(
            "decided for {} in {}, found {claim} in {}",
            decided.claim, decided.source, source.id
        )
        .into());
    }
    let attribution = decisions
        .attributions
        .get(&said.reported_by)
        .ok_or_else(|| format!("decisions/attributions.csv has no {}", said.reported_by))?;
    let as_of = decided.as_of.clone().or_else(|| said.as_of.clone());
    start_is_told(said, decided, indicator, as_of.as_deref())?;
    let published = said.published.clone().filter(|day| source.published.as_ref() != Some(day));
    let relayed_by = decided.relayed_by.clone().or_else(|| attribution.relayed_by.clone());
    let event = Event::new("figure.reported")
        .with("indicator", decided.indicator.as_str())
        .with("value", claim)
        .with("reporter", attribution.reporter.as_str())
        .with("source", decisions.source_id(&source.id))
        .maybe("as_of", &as_of)
        .maybe("published", &published)
        .maybe("place", &decided.place)
        .maybe("since", &decided.since)
        .maybe("wording", &decided.wording)
        .maybe("relayed_by", &relayed_by)
        .maybe("doubt", &decided.doubt)
        .maybe("note", &note(said, decided, attribution));
    match decided.breakdown.as_deref().map(|part| part.split_once('=')) {
        None => Ok(event),
        Some(Some((dimension, code))) => Ok(event.with("breakdown", json!({ dimension: code }))),
        Some(None) => Err("a breakdown is dimension=code".into()),
    }
}

/// The value in the ledger's notation.
fn notation(said: &dossier::Figure) -> Result<String> {
    if let ("between", Some(low), Some(high)) = (said.qualifier.as_str(), &said.low, &said.high) {
        return Ok(format!("{low}..{high}"));
    }
    let sign = match said.qualifier.as_str() {
        "exact" => "",
        "more_than" => ">",
        "at_least" => ">=",
        "less_than" => "<",
        "at_most" => "<=",
        "nearly" => "~<",
        "about" => "~",
        other => return Err(format!("unknown qualifier {other}").into()),
    };
    let value = said.value.as_deref().ok_or("no value")?;
    Ok(format!("{sign}{value}"))
}

/// Refuses to lose the start of a count: it is the indicator's (perhaps told with less precision), decided to be
/// another one, or the first day of the period counted. A stock has none.
fn start_is_told(
    said: &dossier::Figure,
    decided: &decisions::Figure,
    indicator: &Indicator,
    as_of: Option<&str>,
) -> Result<()> {
    let Some(start) = said.period_from.as_deref() else {
        return Ok(());
    };
    let told = match indicator.measure.as_str() {
        "point" => true,
        "period" => as_of.is_some_and(|period| period.starts_with(start)),
        _ => decided
            .since
            .as_deref()
            .or(indicator.since.as_deref())
            .is_some_and(|since| since.starts_with(start)),
    };
    if told { Ok(()) } else { Err(format!("the start {start} is lost").into()) }
}

/// Speaker, the gatherer's remark and the decision, in this order.
fn note(
    said: &dossier::Figure,
    decided: &decisions::Figure,
    attribution: &decisions::Attribution,
) -> Option<String> {
    let speaker = attribution.said_by.as_ref().map(|name| format!("said by {name}"));
    let parts: Vec<&str> =
        [&speaker, &said.note, &decided.note].into_iter().filter_map(|part| part.as_deref()).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn disputed(dispute: &Dispute, target: &decisions::Figure, decisions: &Decisions) -> Result<Event> {
    if dispute.claim != target.claim {
        return Err(format!("decisions/disputes.csv: line {} is {}", dispute.line, target.claim).into());
    }
    Ok(Event::new("figure.disputed")
        .with("target", format!("@{}", label(dispute.line)))
        .with("by_reporter", dispute.by_reporter.as_str())
        .with("source", decisions.source_id(&dispute.source))
        .maybe("value", &dispute.value)
        .with("note", dispute.note.as_str()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn said(qualifier: &str, value: Option<&str>, start: Option<&str>) -> dossier::Figure {
        let text = |text: &str| Some(text.to_owned());
        dossier::Figure {
            qualifier: qualifier.to_owned(),
            value: value.map(str::to_owned),
            low: text("200000"),
            high: text("300000"),
            as_of: None,
            period_from: start.map(str::to_owned),
            reported_by: "R".to_owned(),
            published: None,
            url: "u".to_owned(),
            note: None,
        }
    }

    #[test]
    fn qualifiers_become_notation() {
        let check = |qualifier, want: Option<&str>| {
            assert_eq!(notation(&said(qualifier, Some("8600"), None)).ok().as_deref(), want, "{qualifier}");
        };
        check("exact", Some("8600"));
        check("more_than", Some(">8600"));
        check("at_least", Some(">=8600"));
        check("less_than", Some("<8600"));
        check("at_most", Some("<=8600"));
        check("nearly", Some("~<8600"));
        check("about", Some("~8600"));
        check("between", Some("200000..300000"));
        check("some", None);
        assert!(notation(&said("exact", None, None)).is_err());
    }

    #[test]
    fn a_start_is_never_lost() {
        let check = |measure: &str, start, decided: Option<&str>, as_of, told| {
            let indicator = Indicator {
                id: "i".to_owned(),
                label: "I".to_owned(),
                unit: "children".to_owned(),
                measure: measure.to_owned(),
                since: Some("2022-02-24".to_owned()),
                definition: None,
            };
            let decided = decisions::Figure {
                line: 2,
                claim: "1".to_owned(),
                source: "s".to_owned(),
                indicator: "i".to_owned(),
                place: None,
                breakdown: None,
                relayed_by: None,
                as_of: None,
                since: decided.map(str::to_owned),
                wording: None,
                doubt: None,
                note: None,
            };
            let outcome = start_is_told(&said("exact", Some("1"), start), &decided, &indicator, as_of);
            assert_eq!(outcome.is_ok(), told, "{measure} {start:?} {as_of:?}");
        };
        check("cumulative", Some("2022-02"), None, None, true);
        check("cumulative", Some("2014"), None, None, false);
        check("cumulative", Some("2014"), Some("2014"), None, true);
        check("period", Some("2024-01-01"), None, Some("2024-01-01/2024-12-31"), true);
        check("period", Some("2024-01-01"), None, Some("2024-12"), false);
        check("point", Some("2014"), None, None, true);
    }
}
