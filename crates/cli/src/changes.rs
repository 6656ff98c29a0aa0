//! Changes between two points as they are printed: grouped by cause for people, one row each for machines.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::Write;

use recount_model::diff::{Change, Changed, Said};
use recount_model::event::{Kind, Seq};
use recount_model::headline::Subject;
use recount_model::state::State;
use recount_model::texts::Texts;
use recount_replay::LedgerTexts;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::output::Output;
use crate::terminal::{Sheet, Title, cell_text};

/// The columns of CSV: what changed, what was said before and is said now (`old_value`, `new_value`, …), and the events.
const WHAT: [&str; 8] = ["cause", "what", "indicator", "place", "breakdown", "reporter", "vote", "states"];
const SAID: [&str; 8] = ["value", "unit", "as_of", "published", "reporter", "figure", "disputes", "doubted"];
const EVENTS: [&str; 4] = ["events", "recorded_at", "by", "reasons"];

/// Changes with the names and texts they need.
pub(crate) struct Changes<'c> {
    state: &'c State,
    changes: &'c [Change],
    events: BTreeMap<Seq, EventLine>,
}

/// What is told of an event that caused a change.
struct EventLine {
    seq: Seq,
    kind: &'static str,
    at: String,
    by: String,
    reason: Option<String>,
}

impl<'c> Changes<'c> {
    /// Fetches the text of every event once. `state` knows all of them.
    pub(crate) fn new(
        state: &'c State,
        texts: &LedgerTexts<'_>,
        changes: &'c [Change],
    ) -> Result<Self, Failure> {
        let mut events = BTreeMap::new();
        for &seq in changes.iter().flat_map(|change| &change.events) {
            if let Entry::Vacant(entry) = events.entry(seq) {
                entry.insert(EventLine::of(state, texts, seq)?);
            }
        }
        Ok(Changes { state, changes, events })
    }

    /// For people: a table for each cause.
    pub(crate) fn print_table(&self, output: &mut Output) -> Result<(), Failure> {
        for group in self.changes.chunk_by(|a, b| a.cause == b.cause) {
            let titles = ["what", "by", "before", "after", "because"];
            let whole = |text| Title { whole: text != "because", ..Title::left(text) };
            let mut sheet = Sheet::new(output.color, &titles.map(whole));
            for change in group {
                sheet.row(self.cells(change), Some(3));
            }
            // chunk_by gives no empty groups.
            let title = group[0].cause.title();
            writeln!(output.stdout(), "{title} ({})\n{}\n", group.len(), sheet.text())?;
        }
        Ok(())
    }

    /// One JSON object for each change.
    pub(crate) fn json(&self) -> impl Iterator<Item = Value> {
        self.changes.iter().map(|change| self.object(change))
    }

    /// CSV with a head.
    pub(crate) fn print_csv(&self, output: &mut Output) -> Result<(), Failure> {
        let mut writer = csv::WriterBuilder::new().from_writer(output.stdout());
        let failed = |error: csv::Error| Failure::from(std::io::Error::from(error));
        let said = ["old", "new"].into_iter().flat_map(|side| SAID.map(|name| format!("{side}_{name}")));
        let head = WHAT.map(str::to_owned).into_iter().chain(said).chain(EVENTS.map(str::to_owned));
        writer.write_record(head).map_err(failed)?;
        for change in self.changes {
            let sides = [&change.old, &change.new].into_iter().flat_map(|said| self.said(said.as_ref()));
            let row = self.what(change).into_iter().chain(sides).chain(self.of_events(change));
            writer.write_record(row).map_err(failed)?;
        }
        Ok(writer.flush()?)
    }

    /// The cells under [`WHAT`].
    fn what(&self, change: &Change) -> [String; 8] {
        let state = self.state;
        let row = |what: &str, subject: [String; 3], reporter: &str, vote: &str, states: String| {
            let [indicator, place, breakdown] = subject;
            let cause = change.cause.as_str().to_owned();
            [
                cause,
                what.to_owned(),
                indicator,
                place,
                breakdown,
                reporter.to_owned(),
                vote.to_owned(),
                states,
            ]
        };
        let none = || [const { String::new() }; 3];
        match &change.changed {
            Changed::Figure(key) => {
                let series = state.series(*key);
                let subject =
                    Subject { indicator: series.indicator, place: series.place, breakdown: series.breakdown };
                row(
                    "figure",
                    self.subject(&subject),
                    state.reporters().name(series.reporter),
                    "",
                    String::new(),
                )
            }
            Changed::Headline(subject) => row("headline", self.subject(subject), "", "", String::new()),
            Changed::Tally(vote) => row("tally", none(), "", state.votes().name(*vote), String::new()),
            Changed::Positions { vote, countries } => {
                let states: Vec<&str> = countries.iter().map(|country| country.as_str()).collect();
                row("positions", none(), "", state.votes().name(*vote), states.join(";"))
            }
        }
    }

    fn subject(&self, subject: &Subject) -> [String; 3] {
        let state = self.state;
        let place = subject.place.map(|place| state.places().name(place));
        let breakdown = subject.breakdown.map(|breakdown| state.breakdown(breakdown));
        [Some(state.indicators().name(subject.indicator)), place, breakdown]
            .map(|part| part.unwrap_or_default().to_owned())
    }

    /// The cells under [`SAID`]; all empty where there was no value.
    fn said(&self, said: Option<&Said>) -> [String; 8] {
        let Some(said) = said else { return [const { String::new() }; 8] };
        let reporter = said.reporter.map(|key| self.state.reporters().name(key).to_owned());
        // A tally and a position are no figures, so nothing can dispute or doubt them.
        let of_figure = |text: String| said.figure.map(|_| text);
        [
            Some(said.value.clone()),
            said.unit.clone(),
            said.as_of.map(|day| day.to_string()),
            said.published.map(|day| day.to_string()),
            reporter,
            said.figure.map(|seq| seq.to_string()),
            of_figure(said.disputes.to_string()),
            of_figure(said.doubted.to_string()),
        ]
        .map(Option::unwrap_or_default)
    }

    fn lines(&self, change: &Change) -> impl DoubleEndedIterator<Item = &EventLine> {
        change.events.iter().filter_map(|seq| self.events.get(seq))
    }

    /// The cells under [`EVENTS`]: all events, when and by whom the newest was recorded, every reason.
    fn of_events(&self, change: &Change) -> [String; 4] {
        let seqs: Vec<String> = change.events.iter().map(ToString::to_string).collect();
        let reasons: Vec<&str> = self.lines(change).filter_map(|line| line.reason.as_deref()).collect();
        let newest = self.lines(change).next_back();
        let (at, by) = newest.map(|line| (line.at.clone(), line.by.clone())).unwrap_or_default();
        [seqs.join(";"), at, by, reasons.join("; ")]
    }

    fn object(&self, change: &Change) -> Value {
        let mut object = serde_json::Map::new();
        for (name, cell) in WHAT.into_iter().zip(self.what(change)).filter(|(_, cell)| !cell.is_empty()) {
            let list = || cell.split(';').map(Value::from).collect();
            object
                .insert(name.to_owned(), if name == "states" { list() } else { Value::from(cell.as_str()) });
        }
        for (name, said) in [("old", &change.old), ("new", &change.new)] {
            object.insert(name.to_owned(), said.as_ref().map_or(Value::Null, |said| self.said_json(said)));
        }
        let events = self.lines(change).map(|line| {
            json!({ "seq": line.seq, "type": line.kind, "at": line.at, "by": line.by, "reason": line.reason })
        });
        object.insert("events".to_owned(), events.collect());
        Value::Object(object)
    }

    fn said_json(&self, said: &Said) -> Value {
        json!({
            "value": said.value,
            "unit": said.unit,
            "as_of": said.as_of.map(|day| day.to_string()),
            "published": said.published.map(|day| day.to_string()),
            "reporter": said.reporter.map(|key| self.state.reporters().name(key)),
            "figure": said.figure,
            "disputes": said.figure.map(|_| said.disputes),
            "doubted": said.figure.map(|_| said.doubted),
        })
    }

    /// The cells for people.
    fn cells(&self, change: &Change) -> [String; 5] {
        let [_, what, indicator, place, breakdown, reporter, vote, states] = self.what(change);
        let subject = if vote.is_empty() { indicator } else { vote };
        let kind = if what == "figure" { String::new() } else { what.clone() };
        let below = [place, breakdown.replace(';', ", "), kind, states.replace(';', ", ")];
        let below =
            below.iter().filter(|part| !part.is_empty()).map(|part| format!("\n  {}", cell_text(part)));
        let subject = std::iter::once(cell_text(&subject)).chain(below).collect();
        let selected = |said: &Option<Said>| said.as_ref().and_then(|said| said.reporter);
        let name = |key| self.state.reporters().name(key);
        let by = match (selected(&change.old), selected(&change.new)) {
            _ if what == "figure" => reporter,
            (Some(old), Some(new)) if old != new => format!("{}\n→ {}", name(old), name(new)),
            (old, new) => new.or(old).map(name).unwrap_or_default().to_owned(),
        };
        let because: Vec<String> = self.lines(change).map(EventLine::text).collect();
        [subject, by, shown(change.old.as_ref()), shown(change.new.as_ref()), because.join("\n")]
    }
}

/// The value, and below it the moment it is about, or the publication of one that says none, and its marks.
fn shown(said: Option<&Said>) -> String {
    let Some(said) = said else { return "–".to_owned() };
    let published = || said.published.map(|day| format!("({day})"));
    let day = said.as_of.map(|day| day.to_string()).or_else(published);
    let disputed = match said.disputes {
        0 => None,
        1 => Some("disputed".to_owned()),
        times => Some(format!("{times} disputes")),
    };
    let doubted = said.doubted.then(|| "doubted".to_owned());
    let below: Vec<String> = [day, disputed, doubted].into_iter().flatten().collect();
    let unit = said.unit.as_ref().map(|unit| format!(" {}", cell_text(unit))).unwrap_or_default();
    let value = format!("{}{unit}", cell_text(&said.value));
    if below.is_empty() { value } else { format!("{value}\n{}", below.join(", ")) }
}

/// How many changes there are, and how many each cause made.
pub(crate) fn counts(changes: &[Change]) -> String {
    let groups = changes.chunk_by(|a, b| a.cause == b.cause);
    let counted: Vec<String> =
        groups.map(|group| format!("{} {}", group.len(), group[0].cause.title())).collect();
    let noun = if changes.len() == 1 { "change" } else { "changes" };
    format!("{} {noun}: {}", changes.len(), counted.join(", "))
}

impl EventLine {
    fn of(state: &State, texts: &LedgerTexts<'_>, seq: Seq) -> Result<EventLine, Failure> {
        Ok(EventLine {
            seq,
            kind: state.kind(seq).map(Kind::as_str).unwrap_or_default(),
            at: state.recorded_at(seq).map(|at| at.to_string()).unwrap_or_default(),
            by: texts.recorder(seq)?,
            reason: texts.reason(seq)?,
        })
    }

    fn text(&self) -> String {
        let reason =
            self.reason.as_ref().map(|reason| format!(": {}", cell_text(reason))).unwrap_or_default();
        let day = self.at.split('T').next().unwrap_or_default();
        format!("seq {}, {day} by {}{reason}", self.seq, cell_text(&self.by))
    }
}
