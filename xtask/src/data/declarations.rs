//! What everything else names: sources, reporters, places, dimensions, indicators, policies.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::decisions::{Decisions, Policy};
use super::dossier::Dossier;
use super::event::Event;
use super::{Result, unused};

/// Every source of the dossier, those that no other file names included.
///
/// # Errors
/// If a decision is about a source the dossier does not have.
pub(crate) fn sources(dossier: &Dossier, decisions: &Decisions) -> Result<Vec<Event>> {
    unused("decisions/sources.csv", decisions.sources.keys(), dossier.sources.iter().map(|s| &s.id))?;
    let event = |source: &super::dossier::Source| {
        let decided = decisions.sources.get(&source.id);
        Event::new("source.added")
            .with("id", decisions.source_id(&source.id))
            .with("url", source.url.as_str())
            .maybe("title", &source.title)
            .maybe("publisher", &source.outlet)
            .maybe("published", &source.published)
            .maybe("language", &source.lang)
            .maybe("title_language", &decided.and_then(|d| d.title_language.clone()))
            .maybe("note", &decided.and_then(|d| d.note.clone()))
    };
    Ok(dossier.sources.iter().map(event).collect())
}

/// Reporters, places and dimensions.
pub(crate) fn names(decisions: &Decisions) -> Vec<Event> {
    let reporters = decisions.reporters.iter().map(|reporter| {
        Event::new("reporter.added")
            .with("id", reporter.id.as_str())
            .with("name", reporter.name.as_str())
            .with("kind", reporter.kind.as_str())
            .maybe("country", &reporter.country)
            .maybe("speaks_for", &reporter.speaks_for)
    });
    let places = decisions.places.iter().map(|place| {
        let codes: Map<String, Value> = [("iso3166", &place.iso3166), ("pcode", &place.pcode)]
            .into_iter()
            .filter_map(|(scheme, code)| Some((scheme.to_owned(), json!(code.as_ref()?))))
            .collect();
        let event = Event::new("place.added")
            .with("id", place.id.as_str())
            .with("name", place.name.as_str())
            .with("kind", place.kind.as_str())
            .maybe("parent", &place.parent);
        if codes.is_empty() { event } else { event.with("codes", codes) }
    });
    reporters.chain(places).chain(dimensions(decisions)).collect()
}

fn dimensions(decisions: &Decisions) -> Vec<Event> {
    let mut dimensions: BTreeMap<&str, (&str, Map<String, Value>)> = BTreeMap::new();
    for row in &decisions.dimensions {
        let (_, codes) = dimensions.entry(&row.id).or_insert_with(|| (&row.label, Map::new()));
        codes.insert(row.code.clone(), json!(row.code_label));
    }
    dimensions
        .into_iter()
        .map(|(id, (label, codes))| {
            Event::new("dimension.added").with("id", id).with("label", label).with("codes", codes)
        })
        .collect()
}

/// Indicators, derived indicators and policies.
///
/// # Errors
/// If a policy has an unknown rule.
pub(crate) fn indicators(decisions: &Decisions) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for indicator in &decisions.indicators {
        let event = Event::new("indicator.defined")
            .with("id", indicator.id.as_str())
            .with("label", indicator.label.as_str())
            .with("unit", indicator.unit.as_str())
            .with("measure", indicator.measure.as_str())
            .maybe("since", &indicator.since)
            .maybe("definition", &indicator.definition);
        events.push(event);
    }
    for derived in &decisions.derived {
        let event = Event::new("indicator.derived")
            .with("id", derived.id.as_str())
            .with("label", derived.label.as_str())
            .with("unit", derived.unit.as_str())
            .with("expression", derived.expression.as_str());
        events.push(event);
    }
    for policy in &decisions.policies {
        let event = Event::new("policy.set")
            .with("indicator", policy.indicator.as_str())
            .with("rule", rule(policy)?)
            .maybe("window", &policy.window)
            .with("reason", policy.reason.as_str());
        events.push(event);
    }
    Ok(events)
}

fn rule(policy: &Policy) -> Result<Value> {
    match (policy.rule.as_str(), &policy.prefer) {
        (rule @ ("latest" | "range"), None) => Ok(json!(rule)),
        ("prefer", Some(reporters)) => Ok(json!({"prefer": reporters.split(' ').collect::<Vec<_>>()})),
        _ => Err(format!("decisions/policies.csv, {}: no such rule", policy.indicator).into()),
    }
}
