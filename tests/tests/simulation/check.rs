//! What must hold after every step, for readers and for whoever verifies.

use std::convert::Infallible;
use std::num::NonZeroUsize;

use recount_ledger::reader::Ledger;
use recount_ledger::storage::Storage;
use recount_ledger::verify::{Report, verify};
use recount_model::answer::Answers;
use recount_model::clock::Clocks;
use recount_model::state::State;
use recount_replay::{LedgerTexts, Replay, ReplayError, Verified, check_line};
use recount_tables::{CaseDetail, Cell, Context, RowError, TABLES};
use recount_test_support::faulty::FaultyStorage;

use crate::run::{Simulation, Verdict, ensure, path};
use crate::world::World;

/// So that the calls of a seed come in one order.
pub(crate) const ONE_THREAD: NonZeroUsize = NonZeroUsize::MIN;

impl Simulation {
    /// The ledger's bytes, as a process would read them.
    pub(crate) fn raw(&self) -> Option<Vec<u8>> {
        self.machine.files().remove(path())
    }

    /// What follows the bytes that are acknowledged, or that the last process wrote whole.
    pub(crate) fn tail(&self) -> Vec<u8> {
        let raw = self.raw().unwrap_or_default();
        if self.is_whole(&raw) {
            return Vec::new();
        }
        raw.strip_prefix(&self.world.file[..]).unwrap_or_default().to_vec()
    }

    /// Whether what was not acknowledged is there all the same.
    fn is_whole(&self, raw: &[u8]) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.file == raw)
    }

    /// What of the last batch may be there unfinished.
    fn pending_tail(&self) -> &[u8] {
        let bytes = self.pending.as_ref().and_then(|pending| pending.file.strip_prefix(&self.world.file[..]));
        bytes.unwrap_or_default()
    }

    /// Whether a writer may ask for `recover`: after a power cut or a failed sync, or where a line lacks nothing but its
    /// LF, which looks like damage.
    pub(crate) fn may_be_damaged(&self) -> bool {
        let tail = self.tail();
        let cut =
            self.pending_tail().starts_with(&tail) && self.pending_tail().get(tail.len()) == Some(&b'\n');
        self.murky || cut
    }

    /// Reading shows what was acknowledged, and perhaps all of what was not; nothing was lost, nothing is in the way.
    pub(crate) fn check(&self) -> Verdict {
        for (path, bytes) in &self.asides {
            ensure!(self.machine.files().get(path) == Some(bytes), "{} is gone", path.display());
        }
        let Some(raw) = self.raw() else {
            ensure!(self.world.size() == 0, "the acknowledged ledger is gone");
            return Ok(());
        };
        let whole = self.is_whole(&raw);
        ensure!(whole || raw.starts_with(&self.world.file), "acknowledged bytes are gone");
        ensure!(whole || self.world.size() > 0, "a ledger without its first batch");
        self.check_tail()?;
        let expected = self.expected(&raw);
        let ledger = Ledger::open(&self.machine, path()).map_err(|error| format!("reading: {error}"))?;
        let head = ledger.head();
        ensure!(
            (head.size as usize, head.end_offset as usize) == (expected.size(), expected.file.len()),
            "a reader finds {} events where {} are",
            head.size,
            expected.size()
        );
        let damaged = ledger.tail().is_some_and(|tail| tail.damage.is_some());
        ensure!(!damaged || self.may_be_damaged(), "a damaged tail without reason");
        let replay = Replay::of(&ledger, None, ONE_THREAD, &mut |_| {})
            .map_err(|error| format!("replaying: {error}"))?;
        ensure!(replay.state.size() as usize == expected.size(), "not all events are replayed");
        check_figures(&replay.state, expected)
    }

    fn expected(&self, raw: &[u8]) -> &World {
        self.pending.as_ref().filter(|_| self.is_whole(raw)).unwrap_or(&self.world)
    }

    fn check_tail(&self) -> Verdict {
        let tail = self.tail();
        ensure!(
            self.leftover.is_empty() || tail == self.leftover || !self.asides_of(&self.leftover).is_empty(),
            "an unfinished tail is gone"
        );
        let known = tail.is_empty() || tail == self.leftover || self.pending_tail().starts_with(&tail);
        ensure!(known || self.murky, "bytes that nobody wrote: {:?}", String::from_utf8_lossy(&tail));
        Ok(())
    }

    /// Verifies; nothing if reading failed for a reason.
    pub(crate) fn verify(&self) -> Verdict<Option<Report>> {
        let mut state = State::new();
        let receipt = (self.world.size() > 0).then(|| (self.world.size() as u64, self.world.root()));
        let report = verify(&*self.storage, path(), receipt, &mut |line, event| {
            check_line(&mut state, line.offset, event).map_err(|problems| format!("{problems:?}"))
        });
        let report = match report {
            Err(error) => return self.excuse(&error).map(|()| None),
            Ok(report) => report,
        };
        let raw = self.raw().unwrap_or_default();
        let faults = usize::from(!self.tail().is_empty());
        ensure!(report.faults.len() == faults, "{faults} faults expected, found {:?}", report.faults);
        ensure!(report.receipt.is_none(), "a receipt does not hold: {:?}", report.receipt);
        ensure!(report.root == self.expected(&raw).root(), "another root");
        check_figures(&state, self.expected(&raw))?;
        match recount_replay::verify(&*self.storage, path(), receipt, ONE_THREAD) {
            Err(error) => return self.excuse(&error).map(|()| None),
            Ok(Verified { report: found, .. }) => ensure!(found == report, "{found:?} where {report:?}"),
        }
        Ok(Some(report))
    }

    /// Every row of every table is that of a ledger on a machine where nothing ever went wrong.
    pub(crate) fn export(&self) -> Verdict {
        let raw = self.raw().unwrap_or_default();
        let clean = FaultyStorage::new();
        let file = clean.create_new(path(), None).map_err(|error| error.to_string())?;
        file.write_at(&self.expected(&raw).file, 0).map_err(|error| error.to_string())?;
        let expected = rows(&clean).map_err(|error| format!("{error:?}"))?;
        match rows(&*self.storage) {
            Ok(rows) => ensure!(rows == expected, "{rows:#?} where {expected:#?} is expected"),
            Err(NoRows::Replay(ReplayError::Ledger(error))) => self.excuse(&error)?,
            Err(NoRows::Text) if !self.machine.happened().is_empty() => {}
            Err(error) => return Err(format!("no rows: {error:?}")),
        }
        Ok(())
    }
}

fn check_figures(state: &State, world: &World) -> Verdict {
    let answers = Answers::new(state, &Clocks::default(), 0);
    let found: Vec<_> = answers
        .figures()
        .map(|current| {
            let series = state.series(current.series);
            let indicator = state.indicators().name(series.indicator).to_owned();
            let reporter = state.reporters().name(series.reporter).to_owned();
            (indicator, reporter, current.figure.value.to_string(), current.figure.seq, current.records)
        })
        .collect();
    let expected = world.figures();
    ensure!(found == expected, "the figures are {found:?} where {expected:?} are expected");
    Ok(())
}

/// Why there are no rows.
#[derive(Debug)]
enum NoRows {
    Replay(ReplayError),
    Text,
}

fn rows(storage: &dyn Storage) -> Result<Vec<String>, NoRows> {
    let ledger = Ledger::open(storage, path()).map_err(|error| NoRows::Replay(error.into()))?;
    let replay = Replay::of(&ledger, None, ONE_THREAD, &mut |_| {}).map_err(NoRows::Replay)?;
    let answers = Answers::new(&replay.state, &Clocks::default(), 0);
    let texts = LedgerTexts::new(&ledger, &replay.state);
    let context =
        Context { answers: &answers, texts: &texts, case_detail: CaseDetail::Full, indicators: None };
    let mut rows = Vec::new();
    for table in TABLES {
        let push = &mut |cells: &[Cell<'_>]| -> Result<(), Infallible> {
            rows.push(format!("{}: {cells:?}", table.name));
            Ok(())
        };
        table.each_row(&context, push).map_err(|error| match error {
            RowError::Text(_) => NoRows::Text,
            RowError::Sink(never) => match never {},
        })?;
    }
    Ok(rows)
}
