//! An open file of a [`FaultyStorage`].

use std::io;
use std::time::Duration;

use recount_ledger::storage::{Identity, StoredFile};

use super::chance::Chance;
use super::names::Inode;
use super::{Call, Extent, FaultyStorage, Machine, identity};

/// An open file; its locks end with it.
#[derive(Debug)]
pub(super) struct FaultyFile {
    pub(super) storage: FaultyStorage,
    pub(super) handle: u64,
    pub(super) inode: Inode,
    /// The process that opened it.
    pub(super) life: u64,
}

impl FaultyFile {
    fn call<T>(&self, call: Call, act: impl FnOnce(&mut Machine, Extent) -> io::Result<T>) -> io::Result<T> {
        self.storage.call(Some(self.life), call, act)
    }

    fn ask<T>(&self, call: Call, answer: impl FnOnce(&mut Machine) -> io::Result<T>) -> io::Result<T> {
        self.storage.ask(Some(self.life), call, answer)
    }
}

impl Drop for FaultyFile {
    fn drop(&mut self) {
        let mut machine = self.storage.machine();
        if machine.life == self.life
            && let Some(file) = machine.files.get_mut(&self.inode)
        {
            file.unlock(self.handle);
        }
    }
}

impl StoredFile for FaultyFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.call(Call::Read, |machine, extent| {
            let seen = machine.open(self.inode).content.seen();
            let rest = seen.get(position(offset)..).unwrap_or_default();
            let count = at_least_one(extent, rest.len().min(buffer.len()));
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        })
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.call(Call::Write, |machine, extent| {
            let count = at_least_one(extent, bytes.len());
            if count > 0 {
                machine.open(self.inode).content.write(&bytes[..count], position(offset));
            }
            Ok(count)
        })
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.call(Call::Truncate, |machine, extent| {
            if extent.happens() {
                machine.open(self.inode).content.truncate(position(length));
            }
            Ok(())
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.call(Call::Sync, |machine, extent| {
            let content = &mut machine.open(self.inode).content;
            match extent {
                Extent::Failed(part) => content.fail_sync(&mut Chance::new(part.into())),
                _ if extent.happens() => content.sync(),
                _ => {}
            }
            Ok(())
        })
    }

    fn drop_cache(&self, from: u64) -> io::Result<()> {
        self.call(Call::DropCache, |machine, extent| {
            if extent.happens() {
                machine.open(self.inode).content.drop_cache(position(from));
            }
            Ok(())
        })
    }

    fn length(&self) -> io::Result<u64> {
        self.ask(Call::Length, |machine| Ok(machine.open(self.inode).content.seen().len() as u64))
    }

    fn identity(&self) -> io::Result<Identity> {
        self.ask(Call::Identity, |_| Ok(identity(self.inode)))
    }

    fn lock(&self, _: Duration) -> io::Result<bool> {
        self.ask(Call::Lock, |machine| Ok(machine.open(self.inode).lock(self.handle)))
    }

    fn try_lock_shared(&self) -> io::Result<bool> {
        self.ask(Call::LockShared, |machine| Ok(machine.open(self.inode).lock_shared(self.handle)))
    }

    fn unlock(&self) -> io::Result<()> {
        self.ask(Call::Unlock, |machine| {
            machine.open(self.inode).unlock(self.handle);
            Ok(())
        })
    }
}

impl super::Open {
    /// Takes the lock for one alone, if nobody else has any.
    fn lock(&mut self, handle: u64) -> bool {
        let free = self.exclusive.is_none_or(|holder| holder == handle)
            && self.shared.iter().all(|holder| *holder == handle);
        if free {
            self.shared.clear();
            self.exclusive = Some(handle);
        }
        free
    }

    fn lock_shared(&mut self, handle: u64) -> bool {
        let free = self.exclusive.is_none_or(|holder| holder == handle);
        if free {
            self.exclusive = None;
            self.shared.insert(handle);
        }
        free
    }

    fn unlock(&mut self, handle: u64) {
        self.exclusive.take_if(|holder| *holder == handle);
        self.shared.remove(&handle);
    }
}

/// How many of `length` bytes are read or written: a call that is merely short does something.
fn at_least_one(extent: Extent, length: usize) -> usize {
    match extent {
        Extent::Failed(_) => extent.of(length),
        _ => extent.of(length).max(length.min(1)),
    }
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).expect("what is kept in memory has offsets that fit")
}
