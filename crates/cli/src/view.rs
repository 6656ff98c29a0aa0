//! A ledger opened for reading, replayed as far as the recorded clock asks.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use recount_ledger::blocks::Division;
use recount_ledger::reader::Ledger;
use recount_model::answer::Answers;
use recount_model::clock::{AsOf, Clocks, LeftOut, PublishedBy, RecordedBy};
use recount_model::date::DateError;
use recount_model::problem::{Code, did_you_mean, nearest};
use recount_model::state::State;
use recount_replay::index::Asked;
use recount_replay::{LedgerTexts, Replay, created};
use recount_tables::Provenance;

use crate::args::{ClockOptions, Global};
use crate::error::{BAD_INPUT, Failure, Trouble};
use crate::indexed;
use crate::output::Output;
use crate::remembered;
use crate::storage::storage;
use crate::terminal::counted;

/// What every command that reads works on.
pub(crate) struct View {
    pub(crate) ledger: Ledger,
    pub(crate) replay: Replay,
    pub(crate) clocks: Clocks,
    /// How many threads may read.
    pub(crate) threads: NonZeroUsize,
    /// The replay is of the events that bear on the question.
    is_excerpt: bool,
}

impl View {
    /// Opens and replays the ledger; says on stderr what follows its last checkpoint.
    pub(crate) fn open(global: &Global, options: &ClockOptions, output: &Output) -> Result<View, Failure> {
        View::open_for(global, options, output, |_| Vec::new())
    }

    /// The same, and refuses in one go the clocks that cannot be read and what `unknown` finds of the query.
    pub(crate) fn open_for(
        global: &Global,
        options: &ClockOptions,
        output: &Output,
        unknown: impl FnOnce(&State) -> Vec<Trouble>,
    ) -> Result<View, Failure> {
        View::open_asked(global, options, output, None, unknown)
    }

    /// The same with no more than what bears on `asked`, if there is an index to tell what that is. Whoever opens it so, calls
    /// [`View::keep_index`] once all is printed.
    pub(crate) fn open_asked(
        global: &Global,
        options: &ClockOptions,
        output: &Output,
        asked: Option<Asked>,
        unknown: impl FnOnce(&State) -> Vec<Trouble>,
    ) -> Result<View, Failure> {
        View::of(open(global, output)?, global, options, output, asked, unknown)
    }

    /// The same of a ledger that is open.
    pub(crate) fn of(
        ledger: Ledger,
        global: &Global,
        options: &ClockOptions,
        output: &Output,
        asked: Option<Asked>,
        unknown: impl FnOnce(&State) -> Vec<Trouble>,
    ) -> Result<View, Failure> {
        let (clocks, mut troubles) = parse_clocks(options);
        // Nothing is known before the first event: what else is wrong is told by the whole ledger.
        let until = clocks.recorded_by.filter(|point| *point != RecordedBy::Seq(0));
        let threads = global.threads();
        let asked = asked.filter(|_| clocks == Clocks::default() && troubles.is_empty());
        let excerpt = asked.and_then(|asked| indexed::answer(global, &ledger, &asked));
        let is_excerpt = excerpt.is_some();
        let replay = match excerpt {
            Some(excerpt) => excerpt,
            None => replay_to(&ledger, until, threads, output)?,
        };
        let view = View { ledger, replay, clocks, threads, is_excerpt };
        troubles.extend(unknown(&view.replay.state));
        troubles.extend(view.check_point());
        if troubles.is_empty() { Ok(view) } else { Err(Failure::new(BAD_INPUT, troubles)) }
    }

    /// Makes the index from which the next question can be answered, if this one was not, and if it is one that could be.
    pub(crate) fn keep_index(&self, global: &Global) {
        if !self.is_excerpt && self.clocks == Clocks::default() {
            indexed::keep(global, &self.ledger, &self.replay.state, self.threads);
        }
    }

    /// The current figures and headlines.
    pub(crate) fn answers(&self) -> Answers<'_> {
        Answers::on_threads(&self.replay.state, &self.clocks, self.replay.beyond, self.threads)
    }

    /// The texts of the events.
    pub(crate) fn texts(&self) -> LedgerTexts<'_> {
        LedgerTexts::new(&self.ledger, &self.replay.state)
    }

    /// Origin and title of the ledger.
    pub(crate) fn name(&self) -> Result<(String, String), Failure> {
        name(&self.ledger)
    }

    /// What an export or snapshot says about where it comes from. The root is that of the whole ledger, so a shorter
    /// prefix has none.
    pub(crate) fn provenance(&self) -> Result<Provenance, Failure> {
        let whole = provenance(&self.ledger)?;
        let size = u64::from(self.replay.state.size());
        Ok(match self.replay.beyond {
            0 => Provenance { size, ..whole },
            _ => Provenance { size, root: None, end_offset: None, ..whole },
        })
    }

    /// A sequence number past the end of the ledger is no point on its clock.
    fn check_point(&self) -> Option<Trouble> {
        let size = self.replay.state.size();
        let Some(RecordedBy::Seq(seq)) = self.clocks.recorded_by else { return None };
        if (1..=size).contains(&seq) {
            return None;
        }
        let trouble = Trouble::new(Code::BAD_POINT, format!("expected a sequence number from 1 to {size}"));
        Some(trouble.at("--recorded-by").value(seq.to_string()))
    }
}

/// Opens a ledger for reading; says what follows its last checkpoint, and if this machine knew it otherwise.
pub(crate) fn open(global: &Global, output: &Output) -> Result<Ledger, Failure> {
    let ledger = Ledger::open(storage(), &global.file)?;
    note_tail(&ledger, output);
    remembered::check(global, output);
    remembered::update(global, ledger.head());
    Ok(ledger)
}

/// Origin and title of a ledger.
fn name(ledger: &Ledger) -> Result<(String, String), Failure> {
    let members = created(ledger)?;
    let text = |name| members.get(name).unwrap_or_default().to_owned();
    Ok((text("origin"), text("title")))
}

/// What an export of a whole ledger says about where it comes from.
pub(crate) fn provenance(ledger: &Ledger) -> Result<Provenance, Failure> {
    let (origin, title) = name(ledger)?;
    let head = ledger.head();
    Ok(Provenance {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        format: 1,
        origin,
        title,
        size: head.size,
        root: Some(head.root.to_string()),
        end_offset: Some(head.end_offset),
    })
}

/// Replays a ledger as far as the recorded clock asks.
pub(crate) fn replay_to(
    ledger: &Ledger,
    until: Option<RecordedBy>,
    threads: NonZeroUsize,
    output: &Output,
) -> Result<Replay, Failure> {
    let mut progress = Progress::new(ledger.head().end_offset, output);
    let replay =
        Replay::of(ledger, until, Division::in_large_blocks(threads), &mut |offset| progress.at(offset))?;
    progress.done();
    Ok(replay)
}

/// Every id asked for must be one the ledger has.
pub(crate) fn known<'a>(
    what: &str,
    asked: &[String],
    ids: impl Iterator<Item = &'a str> + Clone,
) -> Vec<Trouble> {
    let unknown = asked.iter().filter(|id| !ids.clone().any(|known| known == id.as_str()));
    let trouble = |id: &String| {
        let hint = nearest(id, ids.clone()).map(did_you_mean);
        Trouble::new(Code::UNKNOWN_NAME, format!("expected the id of a declared {what}")).value(id).next(hint)
    };
    unknown.map(trouble).collect()
}

pub(crate) fn parse_clocks(options: &ClockOptions) -> (Clocks, Vec<Trouble>) {
    let mut troubles = Vec::new();
    let mut bad = |option: &str, text: &str, error: DateError| {
        troubles.push(Trouble::new(Code::BAD_POINT, error.to_string()).at(option).value(text));
    };
    let clocks = Clocks {
        as_of: parsed(options.as_of.as_deref(), AsOf::parse, |text, error| bad("--as-of", text, error)),
        published_by: parsed(options.published_by.as_deref(), PublishedBy::parse, |text, error| {
            bad("--published-by", text, error);
        }),
        recorded_by: parsed(options.recorded_by.as_deref(), RecordedBy::parse, |text, error| {
            bad("--recorded-by", text, error);
        }),
    };
    if let (Some(_), None, Some(trouble)) = (&options.recorded_by, &clocks.recorded_by, troubles.last_mut()) {
        let forms =
            "a sequence number (120), a date (2025-12-03), an instant (2025-12-03T12:00:00Z) or year:2025";
        *trouble = trouble.clone().next(Some(format!("--recorded-by takes {forms}")));
    }
    (clocks, troubles)
}

fn parsed<T>(
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<T, DateError>,
    bad: impl FnOnce(&str, DateError),
) -> Option<T> {
    let text = text?;
    parse(text).map_err(|error| bad(text, error)).ok()
}

/// Says what follows the last checkpoint: for readers it does not exist.
pub(crate) fn note_tail(ledger: &Ledger, output: &Output) {
    let Some(tail) = ledger.tail() else { return };
    let bytes = tail.bytes.end - tail.bytes.start;
    let (bytes, are) = (counted(bytes, "byte"), if bytes == 1 { "is" } else { "are" });
    match &tail.damage {
        None => output.note(&format!(
            "note: {bytes} behind the last checkpoint {are} an unfinished batch, which is not read"
        )),
        Some(fault) => output.note(&format!(
            "warning: {bytes} behind the last checkpoint {are} damaged and not read: {fault}"
        )),
    }
}

/// The clocks of an answer and what they left out, as lines for people.
pub(crate) fn clock_lines(clocks: &Clocks, left_out: LeftOut) -> Vec<String> {
    let mut asked = Vec::new();
    asked.extend(clocks.as_of.map(|day| format!("as of {day}")));
    asked.extend(clocks.published_by.map(|day| format!("published by {day}")));
    // As people say it; machines get it as it is typed.
    let recorded = clocks.recorded_by.map(|point| point.to_string().replace("year:", "year "));
    asked.extend(recorded.map(|point| format!("recorded by {point}")));
    if asked.is_empty() {
        asked.push("all (latest as of, published and recorded)".to_owned());
    }
    let mut lines = vec![format!("clocks: {}", asked.join(", "))];
    let parts = [
        (left_out.later_as_of, "about a later day"),
        (left_out.undated, "without any date"),
        (left_out.later_published, "published later"),
        (left_out.unpublished, "without a publication date"),
        (left_out.later_recorded, "recorded later (events)"),
        (left_out.withheld, "withheld (events whose content was erased)"),
    ];
    let counted: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect();
    if !counted.is_empty() {
        lines.push(format!("left out: {}", counted.join(", ")));
    }
    lines
}

/// Progress of a replay that takes longer than a second, on a terminal only.
struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
    total: u64,
    wanted: bool,
}

impl Progress {
    fn new(total: u64, output: &Output) -> Self {
        let wanted = !output.quiet && std::io::stderr().is_terminal();
        Progress { bar: None, started: Instant::now(), total, wanted }
    }

    fn at(&mut self, offset: u64) {
        if !self.wanted || self.started.elapsed() < Duration::from_secs(1) {
            return;
        }
        let total = self.total;
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("replaying {bar:40} {bytes}/{total_bytes} {eta}");
            bar.with_style(style.expect("the template is a constant that tests have seen"))
        });
        bar.set_position(offset);
    }

    fn done(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
