//! One sequence against the plain model: every step is a process that opens the ledger, does one thing and ends.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use recount_ledger::aside::{Recovered, recover};
use recount_ledger::batch::{Batch, NewEvent};
use recount_ledger::error::LedgerError;
use recount_ledger::line::Clock;
use recount_ledger::storage::{Fitness, Storage};
use recount_ledger::writer::{Options, Receipt, Writer};
use recount_model::date::Instant;
use recount_replay::{Grounds, RedactError, ReplayError, Session, SessionOptions, Staged, Stamp};
use recount_test_support::faulty::{Call, Fault, FaultyStorage, Outage, Trouble};

use crate::check::ONE_THREAD;
use crate::guest::{Guest, Visited};
use crate::inputs::Inputs;
use crate::plan::{After, Op, Step};
use crate::stats::Stats;
use crate::world::{Input, Said, World};

/// What a step shows to be wrong, in words.
pub(crate) type Verdict<T = ()> = Result<T, String>;

/// The ledger's path on the machine.
pub(crate) fn path() -> &'static Path {
    Path::new("/l.jsonl")
}

macro_rules! ensure {
    ($holds:expr, $($text:tt)*) => {
        if !$holds {
            return Err(format!($($text)*));
        }
    };
}
pub(crate) use ensure;

/// What a process does.
enum Deed {
    Init,
    Append(Inputs),
    Redact(u8),
    Export,
    Recover,
    Verify,
}

/// A machine, and what is known of the ledger on it.
pub(crate) struct Simulation {
    pub(crate) machine: FaultyStorage,
    /// The machine as the program sees it, perhaps with a bug.
    pub(crate) storage: Arc<dyn Storage>,
    /// What was acknowledged.
    pub(crate) world: World,
    /// What the last process tried, if it got no receipt: the next may find it whole or not at all.
    pub(crate) pending: Option<World>,
    /// A power cut or failed sync may have left anything of it.
    pub(crate) murky: bool,
    /// A sync failed: the cache may show what the device has not.
    stale: bool,
    /// The unfinished tail that the last writer found.
    pub(crate) leftover: Vec<u8>,
    /// The files there were before this process.
    before: BTreeSet<PathBuf>,
    /// Tails that were moved aside, for good.
    pub(crate) asides: Vec<(PathBuf, Vec<u8>)>,
    /// What was last appended, for trying again.
    pub(crate) last: Vec<Input>,
    /// Counts texts, so that no two events are equal.
    pub(crate) number: u64,
    clock: i64,
    guest: Guest,
    pub(crate) stats: Stats,
}

impl Simulation {
    /// A machine without ledger; `storage` makes of it what the program sees.
    pub(crate) fn new(storage: impl Fn(FaultyStorage) -> Arc<dyn Storage>) -> Self {
        let machine = FaultyStorage::new();
        Simulation {
            storage: storage(machine.clone()),
            machine,
            world: World::default(),
            pending: None,
            murky: false,
            stale: false,
            leftover: Vec::new(),
            before: BTreeSet::new(),
            asides: Vec::new(),
            last: Vec::new(),
            number: 0,
            clock: 1_800_000_000,
            guest: Guest::default(),
            stats: Stats::default(),
        }
    }

    /// Plays all steps; then the power goes, and the ledger must be usable again.
    pub(crate) fn play(&mut self, steps: &[Step]) -> Verdict {
        self.stats.sequences += 1;
        for (number, step) in steps.iter().enumerate() {
            self.step(step).map_err(|problem| format!("step {number} ({:?}): {problem}", step.op))?;
        }
        self.finish(steps.len() as u64).map_err(|problem| format!("at the end: {problem}"))?;
        self.stats.calls += self.machine.calls();
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Verdict {
        self.clock += 60;
        self.stats.operations += 1;
        let now = self.now(if step.behind { 3600 } else { 0 });
        let known = self.sizes();
        self.before = self.machine.files().into_keys().collect();
        let deed = self.deed(&step.op);
        self.machine.set_script(step.faults.clone());
        self.number += 1;
        // Where nothing is written, what a guest writes could come before or after what is read.
        let reads = matches!(deed, Deed::Export | Deed::Verify);
        self.guest = Guest::invited(self, step.guest.filter(|visit| !(visit.writes && reads)), now);
        let outcome = self.perform(deed, now);
        self.receive_guest(now)?;
        let happened = self.note_faults();
        self.end_process();
        outcome?;
        let guest = std::mem::take(&mut self.guest);
        guest.check_sizes(&[known, self.sizes()].concat())?;
        self.check().map_err(|problem| format!("{problem}; faults {happened:?}"))?;
        if let After::PowerCut(seed) = step.after {
            self.cut_power(seed);
            self.check().map_err(|problem| format!("after a power cut: {problem}"))?;
        }
        Ok(())
    }

    /// What the clock shows, so many seconds behind.
    fn now(&self, behind: i64) -> Instant {
        Instant::from_seconds(self.clock - behind).expect("the clock stands in this century")
    }

    /// The sizes a reader may find.
    fn sizes(&self) -> Vec<usize> {
        [Some(self.world.size()), self.pending.as_ref().map(World::size)].into_iter().flatten().collect()
    }

    fn end_process(&mut self) {
        let unsynced = self.machine.is_unsynced(path());
        match self.machine.restart() {
            Some(Outage::PowerCut) => {
                self.stats.power_cuts += 1;
                self.murky |= unsynced;
                self.stale = false;
            }
            Some(Outage::Kill) => self.stats.kills += 1,
            None => {}
        }
    }

    fn cut_power(&mut self, seed: u64) {
        self.machine.cut_power(seed);
        self.end_process();
    }

    fn finish(&mut self, seed: u64) -> Verdict {
        self.cut_power(seed);
        self.check()?;
        self.clock += 60;
        let now = self.now(0);
        if self.raw().is_some() {
            self.recover(now)?;
            ensure!(self.tail().is_empty(), "a tail is left behind recover");
        }
        while self.world.size() < 7 {
            let (before, inputs) = (self.world.size(), self.first_inputs());
            if self.raw().is_none() {
                self.init(now)?
            } else {
                self.append(&inputs, |_| true, now)?
            }
            ensure!(self.world.size() > before, "nothing goes wrong, and nothing is appended");
        }
        self.check()?;
        let report = self.verify()?;
        ensure!(
            report.is_some_and(|report| report.faults.is_empty()),
            "a ledger that recovered does not verify"
        );
        Ok(())
    }

    /// What a process does for `op`, given what is there.
    fn deed(&mut self, op: &Op) -> Deed {
        if self.raw().is_none() {
            return Deed::Init;
        }
        if let Some(inputs) = self.inputs(op) {
            return Deed::Append(inputs);
        }
        match op {
            Op::Redact(target) => Deed::Redact(*target),
            Op::Export => Deed::Export,
            Op::Recover => Deed::Recover,
            _ => Deed::Verify,
        }
    }

    fn perform(&mut self, deed: Deed, now: Instant) -> Verdict {
        match deed {
            Deed::Init => self.init(now),
            Deed::Append((inputs, allowed)) => self.append(&inputs, allowed, now),
            Deed::Redact(target) => self.redact(target, now),
            Deed::Export => self.export(),
            Deed::Recover => self.recover(now).map(drop),
            Deed::Verify => self.verify().map(drop),
        }
    }

    pub(crate) fn options(now: Instant) -> Options {
        Options { wait: Duration::ZERO, fitness: Fitness::Strict, now }
    }

    pub(crate) fn session<'s>(storage: &'s dyn Storage, now: Instant) -> Result<Session<'s>, ReplayError> {
        let options = SessionOptions {
            by: "ana".to_owned(),
            allow_duplicate: false,
            salt: Box::new(|| "0".repeat(32)),
            division: ONE_THREAD.into(),
            kept: None,
        };
        Session::open(storage, path(), &Self::options(now), options)
    }

    pub(crate) fn stamp(now: Instant) -> Stamp {
        Stamp { now, set: true, accept_behind: false }
    }

    fn init(&mut self, now: Instant) -> Verdict {
        ensure!(self.world.size() == 0, "the ledger is gone");
        self.pending = None;
        let data = r#"{"format":1,"origin":"example.org/s","title":"S"}"#;
        let mut batch = Batch::new(1);
        let kind = "ledger.created";
        let event = NewEvent { at: now, by: "ana", clock: Some(Clock::Set), from: None, kind, data };
        batch.push(event).map_err(|error| format!("{error}"))?;
        let input = Input { kind, data: data.to_owned(), said: Said::Other };
        let new = self.world.with(&[input], &now.to_string());
        let storage = self.storage.clone();
        let created = Writer::create(&*storage, path(), &batch, &Self::options(now));
        self.receive_guest(now)?;
        match created {
            Ok((_writer, receipt)) => self.acknowledge(new, &receipt),
            Err(error) => {
                self.pending = Some(new);
                self.excuse(&error)
            }
        }
    }

    /// Appends events as one batch. Whether they are to be admitted is known once it is known what is there.
    fn append(&mut self, inputs: &[Input], allowed: impl Fn(&World) -> bool, now: Instant) -> Verdict {
        let storage = self.storage.clone();
        let Some(mut session) = self.open(&*storage, now)? else { return Ok(()) };
        let mut new = Vec::new();
        for input in inputs {
            match session.stage(&input.line(), Self::stamp(now)) {
                Ok(Staged::New(_)) => {
                    ensure!(allowed(&self.world), "{} was admitted", input.line());
                    ensure!(self.world.holds(input) != Some(true), "{} is recorded twice", input.line());
                    new.push(input.clone());
                }
                Ok(Staged::Already(_)) => {
                    ensure!(self.world.holds(input) != Some(false), "{} is not there", input.line())
                }
                Err(_) if self.is_in_trouble() => return Ok(()),
                Err(problems) => {
                    ensure!(!allowed(&self.world), "{} was refused: {problems:?}", input.line());
                    return Ok(());
                }
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        // Causes of change are no repetition once they have acted.
        let is_repeatable = |input: &Input| matches!(input.said, Said::Figure(_) | Said::Other);
        self.last = inputs.iter().filter(|input| is_repeatable(input)).cloned().collect();
        let longer = self.world.with(&new, &now.to_string());
        match session.commit() {
            Ok(receipt) => self.acknowledge(longer, &receipt),
            Err(error) => {
                self.pending = Some(longer.clone());
                self.excuse_replay(&error)?;
                self.commit_again(&mut session, longer)
            }
        }
    }

    /// The faults are over, and yet a session whose write failed is to write no more.
    fn commit_again(&mut self, session: &mut Session<'_>, longer: World) -> Verdict {
        use Call::{Create, Sync, SyncFolder, Truncate, Write};
        if self.machine.is_down() {
            return Ok(());
        }
        let happened = self.note_faults();
        self.machine.set_script(Vec::new());
        let failed = |fault: &Fault| {
            let writes = [Create, Sync, SyncFolder, Truncate, Write].contains(&fault.call);
            writes && !fault.trouble.is_harmless()
        };
        match session.commit() {
            Err(_) => Ok(()),
            Ok(_) if happened.iter().any(failed) => Err("a session went on after a failed write".to_owned()),
            Ok(receipt) => self.acknowledge(longer, &receipt),
        }
    }

    fn redact(&mut self, target: u8, now: Instant) -> Verdict {
        let storage = self.storage.clone();
        let Some(session) = self.open(&*storage, now)? else { return Ok(()) };
        let figures = self.world.find(|said| matches!(said, Said::Figure(_)));
        let Some(target) = figures.get(usize::from(target) % figures.len().max(1)).copied() else {
            return Ok(());
        };
        self.last.clear();
        let redacted = self.world.redacted(target, &now.to_string());
        let grounds = Grounds { reason: "asked to", legal_basis: None };
        match session.redact(target as u32, grounds, Self::stamp(now)) {
            Ok(_) if self.world.is_erased(target) => Err("a second redaction was admitted".to_owned()),
            Ok(receipt) => self.acknowledge(redacted, &receipt),
            Err(RedactError::Replay(error)) => {
                self.pending = Some(redacted);
                self.excuse_replay(&error)
            }
            Err(RedactError::Problem(_)) if self.is_in_trouble() || self.world.is_erased(target) => Ok(()),
            Err(error) => Err(format!("refused: {error}")),
        }
    }

    pub(crate) fn recover(&mut self, now: Instant) -> Verdict<Option<Recovered>> {
        let before = self.tail();
        match recover(&*self.storage, path(), &Self::options(now)) {
            Err(error) => self.excuse(&error).map(|()| None),
            Ok(recovered) => {
                self.receive_guest(now)?;
                self.settle_by_bytes()?;
                ensure!(self.tail().is_empty(), "a tail is left behind recover");
                if let Some(recovered) = &recovered {
                    let aside = self.machine.files().remove(&recovered.set_aside.path).unwrap_or_default();
                    ensure!(self.stale || aside == before, "what is aside is not what was there");
                    for event in &recovered.events {
                        let line = event.as_bytes();
                        let is_there = aside.split(|byte| *byte == b'\n').any(|found| found == line);
                        ensure!(is_there, "an event that was not in the tail: {event}");
                    }
                    self.asides.push((recovered.set_aside.path.clone(), aside));
                }
                self.leftover.clear();
                self.stale = false;
                Ok(recovered)
            }
        }
    }

    /// Opens a session; what the process before it tried is then there or not, for good.
    fn open<'s>(&mut self, storage: &'s dyn Storage, now: Instant) -> Verdict<Option<Session<'s>>> {
        match Self::session(storage, now) {
            Err(error) => {
                self.receive_guest(now)?;
                self.excuse_replay(&error).map(|()| None)
            }
            Ok(session) => {
                self.receive_guest(now)?;
                let raw = self.raw().unwrap_or_default();
                self.settle(session.state().size() as usize, &raw)?;
                session.admit(None, Self::stamp(now)).map_err(|refusal| refusal.to_string())?;
                Ok(Some(session))
            }
        }
    }

    /// Takes the word of another process that came in between.
    fn receive_guest(&mut self, now: Instant) -> Verdict {
        let Some(written) = self.guest.take_written() else { return Ok(()) };
        match written.outcome {
            Err(error) => self.excuse_guest(&error),
            Ok(Visited { size, raw, receipt }) => {
                self.settle(size, &raw)?;
                let Some(receipt) = receipt else { return Ok(()) };
                let longer = self.world.with(&[written.input], &now.to_string());
                self.acknowledge(longer, &receipt)
            }
        }
    }

    /// A writer has found so many events in these bytes, and will find them from now on.
    fn settle(&mut self, size: usize, raw: &[u8]) -> Verdict {
        match self.pending.take() {
            Some(pending) if pending.size() == size => self.world = pending,
            _ => {
                let known = self.world.size();
                ensure!(known == size, "a writer found {size} events where {known} were acknowledged");
            }
        }
        self.murky = false;
        self.stale = false;
        let tail = raw.strip_prefix(&self.world.file[..]).ok_or("acknowledged bytes are gone")?;
        self.leftover = tail.to_vec();
        Ok(())
    }

    fn settle_by_bytes(&mut self) -> Verdict {
        let raw = self.raw().unwrap_or_default();
        if let Some(pending) = self.pending.take().filter(|pending| pending.file == raw) {
            self.world = pending;
        }
        ensure!(raw == self.world.file, "other bytes than those acknowledged");
        self.murky = false;
        Ok(())
    }

    fn acknowledge(&mut self, world: World, receipt: &Receipt) -> Verdict {
        let (seq, size) = (self.world.size() as u64 + 1, world.size() as u64);
        ensure!((receipt.seq, receipt.size) == (seq, size), "{receipt:?} for {seq} to {size}");
        ensure!(receipt.root == world.root(), "another root than that of the events");
        if !self.leftover.is_empty() {
            // A copy that an earlier process began may be whole by chance, and is not durable.
            let new = self.asides_of(&self.leftover).into_iter().find(|path| !self.before.contains(path));
            let aside = new.ok_or("an unfinished tail is gone")?;
            self.asides.push((aside, std::mem::take(&mut self.leftover)));
        }
        self.world = world;
        self.pending = None;
        self.stats.receipts += 1;
        Ok(())
    }

    /// The files beside the ledger that hold a tail.
    pub(crate) fn asides_of(&self, tail: &[u8]) -> Vec<PathBuf> {
        let is_aside = |path: &Path| path.to_string_lossy().contains(".jsonl.tail-");
        let mut files = self.machine.files();
        files.retain(|path, bytes| is_aside(path) && bytes == tail);
        files.into_keys().collect()
    }

    /// Takes note of what went wrong since the script was set.
    fn note_faults(&mut self) -> Vec<Fault> {
        let happened = self.machine.happened();
        let failed =
            |fault: &Fault| fault.call == Call::Sync && matches!(fault.trouble, Trouble::Fail { .. });
        self.stale |= happened.iter().any(failed);
        self.murky |= self.stale;
        self.stats.faults += happened.len() as u64;
        happened
    }

    /// Whether something happened that a program notices.
    fn is_in_trouble(&self) -> bool {
        self.machine.happened().iter().any(|fault| !fault.trouble.is_harmless())
    }

    fn excuse_replay(&self, error: &ReplayError) -> Verdict {
        match error {
            ReplayError::Ledger(error) => self.excuse(error),
            other => Err(format!("refused: {other}")),
        }
    }

    /// Whether there is a reason for an error. Nothing may pass for corruption.
    pub(crate) fn excuse(&self, error: &LedgerError) -> Verdict {
        let excused = match error {
            LedgerError::Io { .. } | LedgerError::Stale { .. } => self.is_in_trouble(),
            LedgerError::DamagedTail(_) => self.may_be_damaged(),
            _ => false,
        };
        if excused { Ok(()) } else { Err(format!("refused: {error}")) }
    }

    fn excuse_guest(&self, error: &ReplayError) -> Verdict {
        match error {
            ReplayError::Ledger(LedgerError::Locked { .. }) => Ok(()),
            ReplayError::Ledger(LedgerError::NotFound { .. }) if self.world.size() == 0 => Ok(()),
            error => self.excuse_replay(error),
        }
    }
}
