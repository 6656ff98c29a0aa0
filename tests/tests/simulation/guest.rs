//! Another process in the middle of one: it reads, or tries to write.

use std::sync::{Arc, Mutex};

use recount_ledger::error::LedgerError;
use recount_ledger::reader::Ledger;
use recount_ledger::storage::Storage;
use recount_ledger::writer::Receipt;
use recount_model::date::Instant;
use recount_replay::{Replay, ReplayError};
use recount_test_support::faulty::FaultyStorage;

use crate::check::ONE_THREAD;
use crate::inputs::figure_input;
use crate::plan::{Figure, Visit};
use crate::run::{Simulation, Verdict, path};
use crate::world::Input;

/// What the other process saw and did, once it was there.
#[derive(Default)]
pub(crate) struct Guest {
    read: Arc<Mutex<Option<Result<usize, ReplayError>>>>,
    written: Arc<Mutex<Option<Written>>>,
}

/// What a guest that writes did.
pub(crate) struct Written {
    pub(crate) input: Input,
    pub(crate) outcome: Result<Visited, ReplayError>,
}

/// What a guest found when it could write, and its receipt.
pub(crate) struct Visited {
    pub(crate) size: usize,
    pub(crate) raw: Vec<u8>,
    pub(crate) receipt: Option<Receipt>,
}

impl Guest {
    /// Lets the machine call the guest in.
    pub(crate) fn invited(simulation: &Simulation, visit: Option<Visit>, now: Instant) -> Guest {
        let guest = Guest::default();
        let Some(Visit { call, nth, writes }) = visit else { return guest };
        let storage = simulation.storage.clone();
        let number = simulation.number;
        if writes {
            let written = guest.written.clone();
            let step = move |machine: &FaultyStorage| {
                *written.lock().unwrap() = Some(write(machine, &*storage, number, now));
            };
            simulation.machine.set_meanwhile(call, nth, Box::new(step));
        } else {
            let seen = guest.read.clone();
            let step = move || *seen.lock().unwrap() = Some(read(&*storage));
            simulation.machine.set_meanwhile(call, nth, Box::new(move |_| step()));
        }
        guest
    }

    pub(crate) fn take_written(&self) -> Option<Written> {
        self.written.lock().unwrap().take()
    }

    /// A reader found whole batches.
    pub(crate) fn check_sizes(&self, sizes: &[usize]) -> Verdict {
        match self.read.lock().unwrap().take() {
            None => Ok(()),
            Some(Ok(size)) if sizes.contains(&size) => Ok(()),
            Some(Err(ReplayError::Ledger(LedgerError::NotFound { .. }))) if sizes.contains(&0) => Ok(()),
            Some(found) => Err(format!("a reader meanwhile found {found:?} where {sizes:?} are")),
        }
    }
}

fn read(storage: &dyn Storage) -> Result<usize, ReplayError> {
    let ledger = Ledger::open(storage, path())?;
    Ok(Replay::of(&ledger, None, ONE_THREAD, &mut |_| {})?.state.size() as usize)
}

fn write(machine: &FaultyStorage, storage: &dyn Storage, number: u64, now: Instant) -> Written {
    let figure = Figure { indicator: 1, reporter: 1, value: 3, as_of: 1, published: 2, long: false };
    let input = figure_input(figure, number);
    let outcome = Simulation::session(storage, now).and_then(|mut session| {
        let size = session.state().size() as usize;
        let raw = machine.files().remove(path()).unwrap_or_default();
        // Without its declarations a figure is not admitted.
        let staged = session.stage(&input.line(), Simulation::stamp(now));
        let receipt = staged.is_ok().then(|| session.commit()).transpose()?;
        Ok(Visited { size, raw, receipt })
    });
    Written { input, outcome }
}
