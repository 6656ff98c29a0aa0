//! `recount log`: the events, filtered, one line each.

use std::io::Write;

use recount_model::clock::LeftOut;
use recount_model::date::{Edtf, Instant};
use recount_model::event::{Kind, Seq};
use recount_model::problem::{Code, did_you_mean, nearest};
use recount_model::state::State;
use recount_model::texts::{First, Recorded, Texts};

use crate::args::{ClockOptions, Format, Global, Log};
use crate::error::{Failure, Trouble};
use crate::output::Output;
use crate::summary::summary;
use crate::terminal::{Sheet, Title, cell_text};
use crate::view::{View, clock_lines, known};

/// Prints the events that pass every filter.
pub(crate) fn run(global: &Global, output: &mut Output, log: &Log) -> Result<(), Failure> {
    let clocks = ClockOptions { recorded_by: log.recorded_by.clone(), ..ClockOptions::default() };
    let (filter, mut troubles) = Filter::new(log);
    let view = View::open_for(global, &clocks, output, |state| {
        troubles.splice(0..0, unknown_names(state, log));
        troubles
    })?;
    let mut selected = Vec::new();
    for seq in 1..=view.replay.state.size() {
        if filter.keeps(&view, seq)? {
            selected.push(seq);
        }
    }
    if selected.is_empty() {
        output.note("no event passes these filters");
    }
    print(output, &view, &selected)
}

fn unknown_names(state: &State, log: &Log) -> Vec<Trouble> {
    let indicators: Vec<&str> = state.indicators().ids().collect();
    let reporters: Vec<&str> = state.reporters().ids().collect();
    let sources: Vec<&str> = state.sources().ids().collect();
    let mut troubles = known("indicator", &log.indicator, indicators.into_iter());
    troubles.extend(known("reporter", &log.reporter, reporters.into_iter()));
    troubles.extend(known("source", &log.source, sources.into_iter()));
    troubles
}

/// What `log` was asked to show.
struct Filter<'a> {
    log: &'a Log,
    kinds: Vec<Kind>,
    since: Option<Instant>,
}

impl<'a> Filter<'a> {
    /// The filter, and what cannot be read of it.
    fn new(log: &'a Log) -> (Self, Vec<Trouble>) {
        let mut troubles = Vec::new();
        let mut kinds = Vec::new();
        for name in &log.kinds {
            match Kind::parse(name) {
                Some(kind) => kinds.push(kind),
                None => {
                    let hint = nearest(name, Kind::ALL.iter().map(|kind| kind.as_str()));
                    let hint = hint.map(did_you_mean);
                    let trouble = Trouble::new(Code::UNKNOWN_TYPE, "expected an event type of format 1");
                    troubles.push(trouble.at("--type").value(name).next(hint));
                }
            }
        }
        let since = log.since.as_deref().map(|text| {
            Edtf::parse(text)
                .map(|date| date.first_day().start())
                .map_err(|error| Trouble::new(Code::BAD_POINT, error.to_string()).at("--since").value(text))
        });
        let since = since.transpose().map_err(|trouble| troubles.push(trouble)).ok().flatten();
        (Filter { log, kinds, since }, troubles)
    }

    fn keeps(&self, view: &View, seq: Seq) -> Result<bool, Failure> {
        let state = &view.replay.state;
        let kind = state.kind(seq);
        if !self.kinds.is_empty() && !kind.is_some_and(|kind| self.kinds.contains(&kind)) {
            return Ok(false);
        }
        if self.since.is_some_and(|since| state.recorded_at(seq) < Some(since)) {
            return Ok(false);
        }
        let named = [
            (&self.log.indicator, &["indicator"][..]),
            (&self.log.reporter, &["reporter", "by_reporter", "relayed_by", "speaker", "cited_by"]),
            (&self.log.source, &["source"]),
        ];
        if named.iter().all(|(wanted, _)| wanted.is_empty()) {
            return Ok(true);
        }
        let members = view.texts().members(seq)?;
        let own_id = |id: &String| members.get("id") == Some(id);
        let names = |(wanted, fields): &(&Vec<String>, &[&str])| {
            wanted.is_empty()
                || fields
                    .iter()
                    .any(|field| members.get(field).is_some_and(|id| wanted.iter().any(|known| known == id)))
                || wanted.iter().any(own_id)
        };
        Ok(named.iter().all(names))
    }
}

fn print(output: &mut Output, view: &View, selected: &[Seq]) -> Result<(), Failure> {
    match output.format {
        Format::Table => print_table(output, view, selected),
        Format::Csv => print_csv(output, view, selected),
        Format::Json | Format::Jsonl => print_lines(output, view, selected),
    }
}

fn print_table(output: &mut Output, view: &View, selected: &[Seq]) -> Result<(), Failure> {
    let rows = selected.iter().map(|seq| row(view, *seq)).collect::<Result<Vec<_>, _>>()?;
    let titles = [
        Title::right("seq"),
        Title::dates("recorded"),
        Title::left("by"),
        Title::dates("first recorded"),
        Title::left("by"),
        Title { whole: true, ..Title::left("type") },
        Title::left("what"),
    ];
    // Where nothing was merged, every event was recorded here first.
    let merged = rows.iter().any(|row| row.first.is_some());
    let titles = titles.into_iter().enumerate().filter(|(at, _)| merged || !FIRST.contains(at));
    let mut sheet = Sheet::new(output.color, &titles.map(|(_, title)| title).collect::<Vec<_>>());
    for row in &rows {
        let cells = row.cells().into_iter().enumerate().filter(|(at, _)| merged || !FIRST.contains(at));
        sheet.row(cells.map(|(_, text)| cell_text(&text)), None);
    }
    if !selected.is_empty() {
        writeln!(output.stdout(), "{}", sheet.text())?;
    }
    let left_out = LeftOut { later_recorded: view.replay.beyond, ..LeftOut::default() };
    for line in clock_lines(&view.clocks, left_out) {
        writeln!(output.stdout(), "{line}")?;
    }
    Ok(())
}

/// The columns of the table that say where an event was recorded first.
const FIRST: std::ops::Range<usize> = 3..5;

/// One event in a line.
struct Row {
    seq: Seq,
    at: String,
    by: String,
    kind: &'static str,
    what: String,
    first: Option<First>,
}

impl Row {
    /// In the order of the table.
    fn cells(&self) -> [String; 7] {
        let first = self.first.as_ref();
        let first = first.map(|first| (first.at.to_string(), first.by.clone())).unwrap_or_default();
        let text = |text: &str| text.to_owned();
        [
            self.seq.to_string(),
            text(&self.at),
            text(&self.by),
            first.0,
            first.1,
            text(self.kind),
            text(&self.what),
        ]
    }
}

fn row(view: &View, seq: Seq) -> Result<Row, Failure> {
    let state = &view.replay.state;
    let Recorded { by, first } = view.texts().recorded(seq)?;
    let kind = state.kind(seq).map(Kind::as_str).unwrap_or_default();
    let at = state.recorded_at(seq).map(|at| at.to_string()).unwrap_or_default();
    let what = summary(state, seq, &view.texts().own_members(seq)?);
    Ok(Row { seq, at, by, kind, what, first })
}

fn print_csv(output: &mut Output, view: &View, selected: &[Seq]) -> Result<(), Failure> {
    let mut writer = csv::WriterBuilder::new().from_writer(output.stdout());
    let failed = |error: csv::Error| Failure::from(std::io::Error::from(error));
    writer.write_record(["seq", "at", "by", "type", "what", "first_at", "first_by"]).map_err(failed)?;
    for &seq in selected {
        let [seq, at, by, first_at, first_by, kind, what] = row(view, seq)?.cells();
        writer.write_record([seq, at, by, kind, what, first_at, first_by]).map_err(failed)?;
    }
    Ok(writer.flush()?)
}

/// The lines of the ledger as they stand there: they are JSON already.
fn print_lines(output: &mut Output, view: &View, selected: &[Seq]) -> Result<(), Failure> {
    let array = output.format == Format::Json;
    let out = output.stdout();
    let mut separator = if array { "[\n" } else { "" };
    for &seq in selected {
        let line = view.texts().line(seq)?;
        out.write_all(separator.as_bytes())?;
        out.write_all(&line)?;
        separator = if array { ",\n" } else { "\n" };
    }
    let end = match (array, selected.is_empty()) {
        (true, true) => "[]\n",
        (true, false) => "\n]\n",
        (false, true) => "",
        (false, false) => "\n",
    };
    Ok(out.write_all(end.as_bytes())?)
}
