//! Files in memory that fail as real ones may: [`FaultyStorage`].

mod chance;
mod content;
mod file;
mod names;
mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use recount_ledger::storage::{Access, Identity, OpenError, Storage, StoredFile};

use chance::Chance;
use content::Content;
use file::FaultyFile;
use names::{Inode, Names};
use script::Script;
pub use script::{Call, Fault, Trouble, Why};

/// A small machine: one process at a time, a page cache, a device. Clones are the same machine.
///
/// * A process sees the cache. A **kill** ends the process and its locks; the cache stays.
/// * A **power cut** leaves the device. Of each file that was not synced since it changed, every sector of 512 bytes is
///   as it was at some moment since the last sync, independently of the others, and so is the length; names are as
///   they were before or after each change since the last sync of their folder. What was synced stays for ever.
/// * A **failed sync** is reported once. The device then has any of that; the cache shows everything and means to write
///   nothing of it any more, so that the next sync succeeds without doing anything, until `drop_cache` makes it read
///   the device.
/// * Any call can fail, once or from then on, or be the last one of the process; reads and writes can be short or
///   interrupted: see [`FaultyStorage::set_script`].
/// * Locks are those of `flock`: they belong to the open file, and nobody waits for one here.
///
/// Not modelled: links, kinds of files, devices that lie about what they have written or damage what is next to it.
#[derive(Debug, Clone, Default)]
pub struct FaultyStorage {
    machine: Arc<Mutex<Machine>>,
}

/// What a step of another process is told: the machine, in the middle of a call.
pub type Meanwhile = Box<dyn FnOnce(&FaultyStorage) + Send>;

#[derive(Default)]
struct Machine {
    names: Names,
    files: BTreeMap<Inode, Open>,
    next_number: u64,
    script: Script,
    meanwhile: Option<(Call, u64, Meanwhile)>,
    /// Another process is in between: the script is not about it.
    in_between: bool,
    /// Counts processes; files opened by an earlier one are closed.
    life: u64,
    down: Option<Down>,
    calls: u64,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("names", &self.names)
            .field("down", &self.down)
            .finish_non_exhaustive()
    }
}

/// A file and who has locked it, by number of handle.
#[derive(Debug, Default)]
struct Open {
    content: Content,
    exclusive: Option<u64>,
    shared: BTreeSet<u64>,
}

/// Why nothing works any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Down {
    Killed,
    PowerCut(u64),
}

/// What ended a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// It was killed; what it had written is in the cache.
    Kill,
    /// The power went.
    PowerCut,
}

/// How much of a call is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// The call is cut short: of 255.
    Part(u8),
    /// The call fails: of 255.
    Failed(u8),
}

impl Extent {
    /// Whether a call that cannot be done in part takes effect.
    fn happens(self) -> bool {
        match self {
            Extent::Whole => true,
            Extent::Part(part) => part >= 128,
            Extent::Failed(_) => false,
        }
    }

    /// So many of `length` bytes.
    fn of(self, length: usize) -> usize {
        match self {
            Extent::Whole => length,
            Extent::Part(part) | Extent::Failed(part) => length * usize::from(part) / 255,
        }
    }
}

impl FaultyStorage {
    /// A machine without any file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what goes wrong from here on; calls are counted from here. What was said before is forgotten.
    pub fn set_script(&self, faults: Vec<Fault>) {
        let mut machine = self.machine();
        machine.script = Script::new(faults);
        machine.meanwhile = None;
    }

    /// Lets another process do something just before the `nth` call of a kind, counted as the script counts.
    pub fn set_meanwhile(&self, call: Call, nth: u64, step: Meanwhile) {
        self.machine().meanwhile = Some((call, nth, step));
    }

    /// The faults that happened since the script was set.
    #[must_use]
    pub fn happened(&self) -> Vec<Fault> {
        self.machine().script.happened.clone()
    }

    /// All calls made so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.machine().calls
    }

    /// Ends the process from outside, between two calls.
    pub fn kill(&self) {
        self.machine().down = Some(Down::Killed);
    }

    /// Cuts the power between two calls; the seed chooses what survives.
    pub fn cut_power(&self, seed: u64) {
        self.machine().down = Some(Down::PowerCut(seed));
    }

    /// Starts the next process, after whatever ended the last; its files are closed. Nothing goes wrong from here on.
    pub fn restart(&self) -> Option<Outage> {
        self.set_script(Vec::new());
        let mut machine = self.machine();
        let outage = match machine.down.take()? {
            Down::Killed => Outage::Kill,
            Down::PowerCut(seed) => {
                let chance = &mut Chance::new(seed);
                machine.names.cut_power(chance);
                machine.files.values_mut().for_each(|file| file.content.cut_power(chance));
                Outage::PowerCut
            }
        };
        machine.life += 1;
        for file in machine.files.values_mut() {
            file.exclusive = None;
            file.shared.clear();
        }
        Some(outage)
    }

    /// Whether the process has ended, and no other was started.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.machine().down.is_some()
    }

    /// Whether a power cut could take something from the file at a path.
    #[must_use]
    pub fn is_unsynced(&self, path: &Path) -> bool {
        let machine = self.machine();
        machine.names.find(path).is_ok_and(|inode| machine.files[&inode].content.is_unsynced())
    }

    /// Every file and what a process would read in it. This is no call.
    #[must_use]
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let machine = self.machine();
        let read =
            |(path, inode): (&Path, Inode)| (path.to_owned(), machine.files[&inode].content.seen().to_vec());
        machine.names.all().map(read).collect()
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        // A test that fails with the lock in hand is to show its own failure.
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one call: whatever the script says happens to it.
    fn call<T>(
        &self,
        life: Option<u64>,
        call: Call,
        act: impl FnOnce(&mut Machine, Extent) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut machine = self.machine();
        machine.calls += 1;
        let nth = if machine.in_between { 0 } else { machine.script.count(call) };
        if machine.down.is_none()
            && let Some((_, _, step)) = machine.meanwhile.take_if(|(kind, at, _)| (*kind, *at) == (call, nth))
        {
            machine.in_between = true;
            drop(machine);
            step(self);
            machine = self.machine();
            machine.in_between = false;
        }
        if machine.down.is_some() || life.is_some_and(|life| life != machine.life) {
            return Err(io::Error::other("the process has ended"));
        }
        let trouble = if machine.in_between { None } else { machine.script.trouble(call, nth) };
        let ended = |text: &str| Some(io::Error::other(text));
        let (extent, error) = match trouble {
            None => (Extent::Whole, None),
            Some(Trouble::Interrupted) => return Err(io::ErrorKind::Interrupted.into()),
            Some(Trouble::Short { part }) => (Extent::Part(part.max(1)), None),
            Some(Trouble::Fail { error, part, .. }) => (Extent::Failed(part), Some(error.into())),
            Some(Trouble::Kill { part }) => (Extent::Part(part), ended("the process was killed")),
            Some(Trouble::PowerCut { part, .. }) => (Extent::Part(part), ended("the power went")),
        };
        let done = act(&mut machine, extent);
        machine.down = match trouble {
            Some(Trouble::Kill { .. }) => Some(Down::Killed),
            Some(Trouble::PowerCut { seed, .. }) => Some(Down::PowerCut(seed)),
            _ => None,
        };
        // A file that was opened in vain is closed below, which takes the machine.
        drop(machine);
        error.map_or(done, Err)
    }

    /// Makes a call that has no effect of its own.
    fn ask<T>(
        &self,
        life: Option<u64>,
        call: Call,
        answer: impl FnOnce(&mut Machine) -> io::Result<T>,
    ) -> io::Result<T> {
        self.call(life, call, |machine, _| answer(machine))
    }

    /// Makes a call that takes effect or not.
    fn change(&self, call: Call, act: impl FnOnce(&mut Machine) -> io::Result<()>) -> io::Result<()> {
        self.call(None, call, |machine, extent| if extent.happens() { act(machine) } else { Ok(()) })
    }

    fn file(&self, machine: &mut Machine, inode: Inode) -> Box<dyn StoredFile> {
        let (handle, life) = (machine.number(), machine.life);
        Box::new(FaultyFile { storage: self.clone(), handle, inode, life })
    }
}

impl Machine {
    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn open(&mut self, inode: Inode) -> &mut Open {
        self.files.get_mut(&inode).expect("files stay when their last name is gone")
    }
}

impl Storage for FaultyStorage {
    fn open(&self, path: &Path, _: Access) -> Result<Box<dyn StoredFile>, OpenError> {
        let opened = self.ask(None, Call::Open, |machine| {
            let inode = machine.names.find(path)?;
            Ok(self.file(machine, inode))
        });
        Ok(opened?)
    }

    fn create_new(&self, path: &Path, _: Option<&Path>) -> io::Result<Box<dyn StoredFile>> {
        self.call(None, Call::Create, |machine, extent| {
            let inode = machine.number();
            if extent.happens() {
                machine.names.create(path, inode)?;
                machine.files.insert(inode, Open::default());
            }
            Ok(self.file(machine, inode))
        })
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(Call::Rename, |machine| machine.names.rename_new(from, to))
    }

    fn replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(Call::Rename, |machine| machine.names.replace(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change(Call::Remove, |machine| machine.names.remove(path))
    }

    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        self.change(Call::SyncFolder, |machine| {
            machine.names.sync_folder_of(path);
            Ok(())
        })
    }

    fn identity_at(&self, path: &Path) -> io::Result<Identity> {
        self.ask(None, Call::IdentityAt, |machine| Ok(identity(machine.names.find(path)?)))
    }
}

fn identity(inode: Inode) -> Identity {
    Identity { device: 1, inode }
}

#[cfg(test)]
mod tests;
