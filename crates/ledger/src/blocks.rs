//! One pass over a ledger on several threads.
//!
//! The file is cut into blocks of whole lines. Each thread takes the next block that nobody has, reads it from the file, sums
//! it up, and makes of its lines what can be made without knowing what stands before them. Then it waits for its turn: what
//! depends on what stands before is done block by block in the order of the file, so that nothing depends on the number of
//! threads. Every thread holds one block, so memory is bounded.
//!
//! This pass knows only "all is well" and "something is not": what is wrong, and where, is for
//! [`Ledger::read`](crate::reader::Ledger::read) to say, which reads line by line from the start.

mod sums;

use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;

use crate::checkpoint::Checkpoint;
use crate::line::{Line, MAX_LINE};
use crate::merkle::Frontier;
use crate::merkle::run::Run;
use crate::reader::Ledger;
use crate::storage::{StoredFile, read_exact_at};
use crate::stub;
use sums::{OpenBatch, Sums};

/// Bytes of a block: few enough to stay in a cache while they are read several times.
const BLOCK: NonZeroU64 = NonZeroU64::new(1 << 18).expect("it is not 0");

/// Bytes of a large block.
const LARGE: NonZeroU64 = NonZeroU64::new(1 << 20).expect("it is not 0");

/// Bytes read at once behind a block whose last line is not at its end.
const MORE: u64 = 1 << 14;

/// How a pass is divided. No result depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Division {
    /// How many threads there are, at most.
    pub threads: NonZeroUsize,
    /// The lines that begin in so many bytes are one block.
    pub block: NonZeroU64,
}

impl Division {
    /// Large blocks on so many threads, for passes that do much of their work in turn: threads wait for each other less often, and
    /// each takes some megabytes more.
    #[must_use]
    pub fn in_large_blocks(threads: NonZeroUsize) -> Self {
        Self { threads, block: LARGE }
    }
}

impl From<NonZeroUsize> for Division {
    /// Blocks of the usual size on so many threads.
    fn from(threads: NonZeroUsize) -> Self {
        Self { threads, block: BLOCK }
    }
}

/// Whole lines that follow each other in the file.
#[derive(Debug)]
pub struct Block<'b> {
    text: &'b str,
    /// Offset in the file of its first byte.
    offset: u64,
    sums: Sums,
}

impl<'b> Block<'b> {
    fn new(bytes: &'b [u8], offset: u64) -> Option<Self> {
        let text = simdutf8::basic::from_utf8(bytes).ok()?;
        Some(Self { text, offset, sums: Sums::of(bytes)? })
    }

    /// The event lines, without their LF, each with its offset in the file.
    pub fn events(&self) -> impl ExactSizeIterator<Item = (u64, &'b str)> {
        let (text, offset) = (self.text, self.offset);
        self.sums.events.iter().map(move |line| (offset + line.start as u64, &text[line.clone()]))
    }

    /// The checkpoints that end in it; true once the block had its [`Turn`], but for their roots.
    #[must_use]
    pub fn checkpoints(&self) -> &[Checkpoint] {
        &self.sums.checkpoints
    }

    /// The leaves of its events, where they say that they stand; nothing where the first one says nothing.
    #[must_use]
    pub fn leaves(&self) -> Option<Run> {
        let mut lines = self.events().map(|(_, line)| line.as_bytes()).peekable();
        let first = match lines.peek() {
            Some(line) => Line::parse(line).ok()?.seq().checked_sub(1)?,
            None => 0,
        };
        Some(Run::new(first, lines.map(stub::leaf).collect()))
    }

    /// Whether each checkpoint states the root of the events before it. `tree` is the tree before the block, `leaves` are the
    /// block's own, and the block had its turn.
    #[must_use]
    pub fn roots_hold(&self, mut tree: Frontier, leaves: &Run) -> bool {
        let holds =
            |stated: &Checkpoint| tree.extend_to(stated.size, leaves).is_some() && tree.root() == stated.root;
        self.checkpoints().iter().all(holds)
    }
}

/// The right to go on, block by block, in the order of the file. Whoever lets it go unused ends the pass.
pub struct Turn<'p, S> {
    pass: &'p Pass<S>,
    block: usize,
    taken: bool,
}

impl<S> Turn<'_, S> {
    /// Waits until all blocks before were taken, checks the checksums of the batches that end in this one, and lets `take`
    /// work on what is common to all. Nothing where anything is wrong, here or in an earlier block.
    pub fn take<T>(mut self, block: &Block<'_>, take: impl FnOnce(&mut S) -> Option<T>) -> Option<T> {
        let order = self.pass.order.lock().ok()?;
        let waits = |order: &mut Order<S>| order.next < self.block && !order.failed;
        let mut order = self.pass.moved.wait_while(order, waits).ok()?;
        if order.failed || !block.sums.close_batch(&mut order.open, block.text.as_bytes()) {
            return None;
        }
        let taken = take(&mut order.common)?;
        order.next += 1;
        self.taken = true;
        self.pass.moved.notify_all();
        Some(taken)
    }
}

impl<S> Drop for Turn<'_, S> {
    fn drop(&mut self) {
        if !self.taken {
            self.pass.fail();
        }
    }
}

/// What the threads of a pass share.
struct Pass<S> {
    /// The first block that no thread has.
    free: AtomicUsize,
    order: Mutex<Order<S>>,
    /// A block was taken, or the pass has failed.
    moved: Condvar,
}

impl<S> Pass<S> {
    /// Ends the pass without a result.
    fn fail(&self) {
        // A poisoned lock ends it as well.
        if let Ok(mut order) = self.order.lock() {
            order.failed = true;
        }
        self.moved.notify_all();
    }
}

struct Order<S> {
    /// The next block to be taken.
    next: usize,
    failed: bool,
    /// The batch that goes on in the next block.
    open: OpenBatch,
    common: S,
}

impl Ledger {
    /// Hands every block up to the head to `work`, with its turn. `work` is to read the block, to take its
    /// turn, and then to do what is left to do; wherever it gives nothing, the pass has failed. Gives `common` back as the last turn left it.
    ///
    /// Nothing where a checksum does not hold, the file cannot be read, or `work` gave nothing: the reason is to be had from
    /// [`Ledger::read`].
    pub fn read_blocks<S: Send>(
        &self,
        division: Division,
        common: S,
        work: impl Fn(&Block<'_>, Turn<'_, S>) -> Option<()> + Sync,
    ) -> Option<S> {
        let order = Order { next: 0, failed: false, open: OpenBatch::default(), common };
        let pass = Pass { free: AtomicUsize::new(0), order: Mutex::new(order), moved: Condvar::new() };
        let blocks = usize::try_from(self.head.end_offset.div_ceil(division.block.get())).ok()?;
        let run = || {
            let mut buffer = Buffer::default();
            loop {
                let block = pass.free.fetch_add(1, Ordering::Relaxed);
                if block >= blocks {
                    return Some(());
                }
                let turn = Turn { pass: &pass, block, taken: false };
                let (size, end) = (division.block.get(), self.head.end_offset);
                let (offset, lines) = read_lines(&*self.file, block as u64 * size..end, size, &mut buffer)?;
                let block = Block::new(lines, offset)?;
                if work(&block, turn).is_none() {
                    pass.fail();
                    return None;
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..division.threads.get().min(blocks) {
                scope.spawn(run);
            }
            run();
        });
        let order = pass.order.into_inner().ok()?;
        (!order.failed && order.next == blocks && order.open.is_empty()).then_some(order.common)
    }
}

/// The lines that begin in the first `size` bytes of `part`, and the offset of the first one; no lines where none does. Nothing where
/// the file cannot be read, or a line ends neither within `part` nor within bounds.
fn read_lines<'b>(
    file: &dyn StoredFile,
    part: Range<u64>,
    size: u64,
    buffer: &'b mut Buffer,
) -> Option<(u64, &'b [u8])> {
    // Whether a line begins at the start of the part is told by the byte before it.
    let base = part.start.saturating_sub(1);
    let behind = part.end.min(part.start.saturating_add(size));
    buffer.filled = 0;
    buffer.read(file, base..behind)?;
    let first = match memchr::memchr(b'\n', buffer.bytes()) {
        _ if part.start == 0 => 0,
        Some(before) => before + 1,
        None => return Some((behind, &[])),
    };
    let mut searched = buffer.filled - 1;
    while first <= searched {
        if let Some(found) = memchr::memchr(b'\n', &buffer.bytes()[searched..]) {
            searched += found;
            break;
        }
        searched = buffer.filled;
        let read = base + searched as u64;
        if read == part.end || read - behind > MAX_LINE as u64 {
            return None;
        }
        buffer.read(file, read..part.end.min(read + MORE))?;
    }
    Some((base + first as u64, &buffer.bytes()[first..=searched]))
}

/// Memory that is used again for every block: what was read stands at its beginning.
#[derive(Default)]
struct Buffer {
    memory: Vec<u8>,
    filled: usize,
}

impl Buffer {
    /// Reads a part of a file behind what was read before.
    fn read(&mut self, file: &dyn StoredFile, part: Range<u64>) -> Option<()> {
        let end = self.filled + usize::try_from(part.end - part.start).ok()?;
        if self.memory.len() < end {
            self.memory.resize(end, 0);
        }
        read_exact_at(file, &mut self.memory[self.filled..end], part.start).ok()?;
        self.filled = end;
        Some(())
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[..self.filled]
    }
}

#[cfg(test)]
mod tests;
