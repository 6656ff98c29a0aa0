//! A ledger open for appending, with the state it describes.

mod outcome;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use recount_ledger::aside::SetAside;
use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::blocks::Division;
use recount_ledger::codec::{self, Dictionary, Input, KindOf, Named, Unescaped, What};
use recount_ledger::line::{Clock, LineError, Origin};
use recount_ledger::reader::Ledger;
use recount_ledger::storage::Storage;
use recount_ledger::writer::{Options, Receipt, Writer};
use recount_model::date::Instant;
use recount_model::event::{Event, Fact, Kind, Seq};
use recount_model::problem::{Code, MOST_PROBLEMS, Problem, nearest};
use recount_model::state::State;
use recount_model::texts::Texts;
use recount_model::value::Value;

use crate::contents::{Digest, content, digest_of, digest_of_written};
use crate::opening::{Known, Opening, kept};
use crate::{LedgerTexts, ReplayError};

pub use outcome::{Duplicate, Fate, Refusal, Staged};

/// One writer's view of a ledger: what is there, and what is about to be added.
pub struct Session<'s> {
    pub(crate) writer: Writer<'s>,
    pub(crate) state: State,
    pub(crate) known: Known,
    /// How much of the ledger is in what was kept of it.
    kept: u64,
    batch: Batch,
    labels: HashMap<String, Seq>,
    pub(crate) options: SessionOptions,
}

/// How a session appends.
pub struct SessionOptions {
    /// Who records.
    pub by: String,
    /// Append what is recorded already instead of pointing to it.
    pub allow_duplicate: bool,
    /// Gives 128 random bits as 32 hexadecimal digits, for cases without salt.
    pub salt: Box<dyn Fn() -> String>,
    /// How the reading of the ledger is divided. Nothing depends on it.
    pub division: Division,
    /// What [`Session::keep`] wrote. Nothing depends on it.
    pub kept: Option<File>,
}

/// The moment of an append.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// What the clock shows.
    pub now: Instant,
    /// The clock was set for a rebuild or a test (`RECOUNT_CLOCK`).
    pub set: bool,
    /// Append although the clock is more than a day behind the ledger's last event.
    pub accept_behind: bool,
}

/// One input line that was read before its turn, without the ledger, on any thread. Whether its data are right is told when it is staged.
#[derive(Clone, Debug)]
pub struct Ready {
    input: Input,
    digest: Digest,
}

impl Ready {
    /// Reads `{"type":…,"data":…,"label":…}` as far as that takes no ledger; nothing where it takes more than another order of
    /// members.
    pub fn read(line: &str) -> Option<Ready> {
        let input = codec::rearranged_input(line, &|_| None)?;
        let digest = digest_of_written(input.kind, &input.data, &|_| None);
        Some(Ready { input, digest })
    }
}

/// What an event is to say.
struct Said<'d> {
    kind: Kind,
    data: &'d str,
    digest: Digest,
    fact: Fact<'d>,
    /// The data are in the writer's own spelling.
    is_written: bool,
}

impl<'d> Said<'d> {
    fn read(
        kind: Kind,
        data: &'d str,
        digest: Digest,
        unescaped: &'d Unescaped,
        kind_of: KindOf<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let written = codec::written(kind, data, kind_of);
        let is_written = written.is_some();
        let fact = written.map_or_else(|| codec::parse(kind, data, unescaped, kind_of), Ok);
        let fact = fact.map_err(|problem| vec![problem])?;
        Ok(Said { kind, data, digest, fact, is_written })
    }
}

const DAY: i64 = 86_400;

/// The problem with something named that is not there; names of checks may be those of built-in ones and are not
/// looked up.
fn missing(state: &State, named: &Named) -> Option<Problem> {
    let (dictionary, id) = match &named.what {
        What::Id(dictionary, id) => (*dictionary, id),
        What::Event(seq) => {
            let expected = format!("an earlier event: 1 to {}", state.size());
            let problem = Problem::new(Code::NO_SUCH_EVENT, &*named.member, seq.to_string(), expected);
            return state.kind(*seq).is_none().then_some(problem);
        }
    };
    let look_up = |known: bool, near: Option<&str>| {
        let expected = format!("the id of a declared {}", dictionary.noun());
        let problem = Problem::new(Code::UNDECLARED, &*named.member, &**id, expected);
        (!known).then(|| problem.meant(near))
    };
    macro_rules! in_dictionary {
        ($entries:expr) => {
            look_up($entries.find(id).is_some(), nearest(id, $entries.ids()))
        };
    }
    match dictionary {
        Dictionary::Source => in_dictionary!(state.sources()),
        Dictionary::Reporter => in_dictionary!(state.reporters()),
        Dictionary::Place => in_dictionary!(state.places()),
        Dictionary::Dimension => in_dictionary!(state.dimensions()),
        Dictionary::Indicator => in_dictionary!(state.indicators()),
        Dictionary::Vote => in_dictionary!(state.votes()),
        Dictionary::Case => in_dictionary!(state.cases()),
        Dictionary::Check => None,
    }
}

/// Adds an event to a batch.
pub(crate) fn push(batch: &mut Batch, event: NewEvent<'_>) -> Result<u64, Problem> {
    batch.push(event).map_err(too_large)
}

/// Why a batch does not take the line of an event.
fn too_large(error: LineError) -> Problem {
    let expected = format!("{} in the event's line", error.expected);
    Problem::new(Code::TOO_LARGE, "", error.found, expected)
}

impl<'s> Session<'s> {
    /// Locks a ledger and replays it, from where [`SessionOptions::kept`] ends if it fits.
    ///
    /// # Errors
    ///
    /// [`ReplayError`]: the ledger cannot be locked, read or understood.
    pub fn open(
        storage: &'s dyn Storage,
        path: &Path,
        writer: &Options,
        options: SessionOptions,
    ) -> Result<Self, ReplayError> {
        let writer = Writer::open(storage, path, writer)?;
        let kept = options.kept.as_ref().and_then(|file| Opening::of_kept(file, writer.ledger()));
        let cold = || Opening::of(writer.ledger(), options.division).map(|opening| (opening, 0));
        let (Opening { replay, known }, kept) = kept.map_or_else(cold, Ok)?;
        let batch = Batch::new(u64::from(replay.state.size()) + 1).on_threads(options.division.threads);
        Ok(Session { writer, state: replay.state, known, kept, batch, labels: HashMap::new(), options })
    }

    /// The state with everything staged so far.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The ledger as it was when the session began.
    pub fn ledger(&self) -> &Ledger {
        self.writer.ledger()
    }

    /// An unfinished tail that a commit moved aside.
    pub fn set_aside(&self) -> Option<&SetAside> {
        self.writer.set_aside()
    }

    /// Checks what concerns the append as a whole.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub fn admit(&self, expect: Option<Seq>, stamp: Stamp) -> Result<(), Refusal> {
        let found = self.writer.ledger().head().size as Seq;
        if let Some(expected) = expect.filter(|expected| *expected != found) {
            return Err(Refusal::HeadMoved { expected, found });
        }
        match self.state.last_recorded() {
            Some(last) if stamp.now.seconds() + DAY < last.seconds() && !stamp.accept_behind => {
                Err(Refusal::ClockBehind { now: stamp.now, last })
            }
            _ => Ok(()),
        }
    }

    /// Stages one line of `{"type":…,"data":…,"label":…}`: it is part of the batch, and the state knows it.
    ///
    /// # Errors
    ///
    /// Every problem of the line; nothing of it is staged.
    pub fn stage(&mut self, line: &str, stamp: Stamp) -> Result<Staged, Vec<Problem>> {
        let state = &self.state;
        let kind_of = |seq: Seq| state.kind(seq);
        let resolve = |label: &str| self.labels.get(label).copied();
        let input =
            codec::read_input(line, &resolve, &kind_of, &self.options.salt).map_err(|mut problems| {
                // What a broken line names can be looked up all the same, so that one run tells everything.
                for named in codec::named(line, &resolve, &kind_of) {
                    if problems.len() >= MOST_PROBLEMS {
                        break;
                    }
                    let told = problems.iter().any(|problem| problem.member == named.member);
                    problems.extend(missing(state, &named).filter(|_| !told));
                }
                problems
            })?;
        let digest = digest_of_written(input.kind, &input.data, &kind_of);
        let unescaped = Unescaped::default();
        let said = Said::read(input.kind, &input.data, digest, &unescaped, &kind_of)?;
        self.stage_labelled(input.label, said, stamp)
    }

    /// Stages a line that was read before its turn.
    ///
    /// # Errors
    ///
    /// As [`Session::stage`].
    pub fn stage_ready(&mut self, line: &str, ready: Ready, stamp: Stamp) -> Result<Staged, Vec<Problem>> {
        let Ready { input: Input { kind, label, data }, digest } = ready;
        match codec::written(kind, &data, &|seq| self.state.kind(seq)) {
            Some(fact) => {
                let said = Said { kind, data: &data, digest, fact, is_written: true };
                self.stage_labelled(label, said, stamp)
            }
            None => self.stage(line, stamp),
        }
    }

    fn stage_labelled(
        &mut self,
        label: Option<String>,
        said: Said<'_>,
        stamp: Stamp,
    ) -> Result<Staged, Vec<Problem>> {
        if let Some(label) = label.as_deref().filter(|label| self.labels.contains_key(*label)) {
            let expected = "a label that no earlier line of this batch has";
            return Err(vec![Problem::new(Code::BAD_LABEL, "label", label, expected)]);
        }
        let already = if self.options.allow_duplicate { Ok(None) } else { self.already(&said) };
        let staged = match already.map_err(|problem| vec![problem])? {
            Some(duplicate) => Staged::Already(duplicate),
            None => Staged::New(self.stage_said(said, None, stamp)?),
        };
        if let Some(label) = label {
            self.labels.insert(label, staged.seq());
        }
        Ok(staged)
    }

    /// Stages an event whose data are in the writer's spelling, with the place it comes from.
    pub(crate) fn stage_event(
        &mut self,
        kind: Kind,
        data: &str,
        from: Option<Origin<'_>>,
        stamp: Stamp,
    ) -> Result<Seq, Vec<Problem>> {
        let kind_of = |seq: Seq| self.state.kind(seq);
        let unescaped = Unescaped::default();
        let said = Said::read(kind, data, digest_of(kind, data, &kind_of), &unescaped, &kind_of)?;
        self.stage_said(said, from, stamp)
    }

    fn stage_said(
        &mut self,
        said: Said<'_>,
        from: Option<Origin<'_>>,
        stamp: Stamp,
    ) -> Result<Seq, Vec<Problem>> {
        let Said { kind, data, digest, fact, is_written } = said;
        let problems = self.state.admit(&fact);
        if !problems.is_empty() {
            return Err(problems);
        }
        let (at, clock) = self.moment(stamp);
        let event = NewEvent { at, by: &self.options.by, clock, from, kind: kind.as_str(), data };
        let pushed = if is_written { self.batch.push_written(event) } else { self.batch.push(event) };
        pushed.map_err(|error| vec![too_large(error)])?;
        let seq = self.state.size() + 1;
        // The offset of a staged event is never asked for: its texts are in the file only after the commit.
        let event = Event { seq, at, offset: u64::MAX, fact };
        self.state.apply(&event).map_err(|problem| vec![problem])?;
        if let Some(digest) = digest {
            self.known.contents.note(seq, digest);
        }
        Ok(seq)
    }

    /// When the next event is recorded, and how that came about.
    pub(crate) fn moment(&self, stamp: Stamp) -> (Instant, Option<Clock>) {
        let at = self.state.last_recorded().map_or(stamp.now, |last| last.max(stamp.now));
        let clock = match stamp.set {
            true => Some(Clock::Set),
            false => (at > stamp.now).then_some(Clock::Behind),
        };
        (at, clock)
    }

    /// The event that says the same, if appending it again would add nothing. What cannot be read is no sign that nothing
    /// is there: it would be appended twice.
    fn already(&self, said: &Said<'_>) -> Result<Option<Duplicate>, Problem> {
        let Some(digest) = said.digest else { return Ok(None) };
        let mut known = None;
        for seq in self.known.contents.find(digest) {
            if self.says(seq, said)? {
                known = Some(seq);
                break;
            }
        }
        let Some(seq) = known.filter(|seq| self.stands(*seq, said.kind)) else { return Ok(None) };
        let fate = match (self.state.retraction_of(seq), self.state.correction_in_force(seq)) {
            (Some(by), _) => Fate::Retracted(by),
            (None, Some(by)) => Fate::Corrected(by),
            (None, None) => Fate::InForce,
        };
        Ok(Some(Duplicate { seq, fate }))
    }

    /// Compares with the event itself where it is in the file; what was staged in this run is known by its digest.
    fn says(&self, seq: Seq, wanted: &Said<'_>) -> Result<bool, Problem> {
        if u64::from(seq) >= self.batch.first_seq() {
            return Ok(true);
        }
        let unreadable = |reason| Problem::new(Code::IO, "", format!("event {seq}"), reason);
        let data = self.texts().data(seq).map_err(|error| unreadable(error.reason))?;
        let kind_of = |seq: Seq| self.state.kind(seq);
        let content = |data| content(&kind_of, wanted.kind, data);
        Ok(data.as_deref().and_then(content) == content(wanted.data))
    }

    /// Whether an equal earlier event makes this one superfluous: anything once recorded does, unless its reporter
    /// withdrew it; of policies, updates and causes of change only the one now in force.
    fn stands(&self, seq: Seq, kind: Kind) -> bool {
        let state = &self.state;
        match kind {
            Kind::FigureReported => !self.is_withdrawn(seq),
            Kind::PolicySet => state.policies().all().any(|entry| {
                entry.seq == seq
                    && state.policy(entry.row.indicator).is_some_and(|(version, _)| version == seq)
            }),
            Kind::CaseUpdated => state.is_latest_case_update(seq),
            Kind::RecordCorrected => {
                state.target(seq).is_some_and(|original| state.correction_in_force(original) == Some(seq))
            }
            Kind::FigureWithdrawn | Kind::FigureDisputed | Kind::FindingAcknowledged => {
                state.retraction_of(seq).is_none()
            }
            _ => true,
        }
    }

    /// Whether a live withdrawal names the record of event `seq`, or another that says the same for the same as-of.
    fn is_withdrawn(&self, seq: Seq) -> bool {
        let state = &self.state;
        let series = state.series_as_reported(seq);
        let in_series = |target: &Seq| state.series_as_reported(*target) == series;
        let mut targets =
            state.withdrawals().live().map(|entry| entry.row.target).filter(in_series).peekable();
        if targets.peek().is_none() {
            return false;
        }
        // Withdrawn figures are few: what they say is read again rather than kept.
        let said = |seq| {
            let members = self.texts().own_members(seq).ok()?;
            let value = Value::parse(members.get("value")?).ok()?;
            Some((members.get("as_of").map(str::to_owned), value))
        };
        let Some((as_of, value)) = said(seq) else { return false };
        targets.filter_map(said).any(|(other, said)| other == as_of && said.same_as(&value))
    }

    /// The texts of what is in the file.
    pub(crate) fn texts(&self) -> LedgerTexts<'_> {
        LedgerTexts::by_offsets(self.writer.ledger(), &self.known.offsets)
    }

    /// How many events are staged and not committed.
    pub fn staged(&self) -> usize {
        self.batch.len()
    }

    /// Makes the staged events durable, behind one checkpoint.
    ///
    /// # Errors
    ///
    /// [`ReplayError::Ledger`] when writing fails; the session is then of no further use.
    pub fn commit(&mut self) -> Result<Receipt, ReplayError> {
        let before = self.writer.ledger().head().end_offset;
        let receipt = self.writer.commit(&mut self.known.frontier, &self.batch)?;
        // An unfinished tail was cut off first, so the batch begins where the head ended.
        for (seq, start) in (receipt.seq as Seq..).zip(self.batch.starts()) {
            self.known.offsets.note(seq, before + start as u64);
        }
        self.known.contents.committed();
        self.batch.begin_next();
        Ok(receipt)
    }

    /// How many bytes of the ledger, as it is now, were not in what was kept of it.
    pub fn not_kept(&self) -> u64 {
        self.writer.ledger().head().end_offset - self.kept
    }

    /// Writes what the next session on this ledger needs to know of it. False, and nothing written, while events are staged.
    ///
    /// # Errors
    ///
    /// What writing says.
    pub fn keep(&mut self, to: impl Write) -> io::Result<bool> {
        if !self.batch.is_empty() {
            return Ok(false);
        }
        kept::write(self.writer.ledger(), &self.state, &mut self.known, to)?;
        Ok(true)
    }

    /// The data of event `seq` as it is in force: of a corrected event, what the newest correction says.
    ///
    /// # Errors
    ///
    /// A problem with the member `target` when there is no such event or its content was erased.
    pub fn data_in_force(&self, seq: Seq) -> Result<(Kind, String), Problem> {
        let unknown = || {
            let expected = format!("an earlier event: 1 to {}", self.state.size());
            Problem::new(Code::NO_SUCH_EVENT, "target", seq.to_string(), expected)
        };
        let kind = self.state.kind(seq).ok_or_else(unknown)?;
        let texts = self.texts();
        let data = match self.state.correction_in_force(seq) {
            Some(by) => texts.own_members(by).map(|members| members.get("data").map(str::to_owned)),
            None => texts.data(seq),
        };
        let data = data.map_err(|error| Problem::new(Code::IO, "target", seq.to_string(), error.reason))?;
        let erased = || {
            let expected = "an event in force; the content of this one was erased";
            Problem::new(Code::NOT_LIVE, "target", seq.to_string(), expected)
        };
        Ok((kind, data.ok_or_else(erased)?))
    }

    /// Who recorded event `seq`, for messages.
    pub fn recorder(&self, seq: Seq) -> Option<String> {
        self.texts().recorder(seq).ok()
    }
}
