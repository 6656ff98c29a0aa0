//! What a writer knew of a ledger, kept in a file: who appends again reads what was added since, and nothing before it.
//!
//! It is bound to a checkpoint, and holds for every ledger in which that checkpoint stands at its place: for the ledger as it
//! was, and for what was appended to it. The lines behind it are read and checked as in any opening, and hashed into the tree
//! that was kept, which then must have the root of the head. The lines before it are not read: that they are still what they were
//! is for [`verify`](crate::verify()) to say.
//!
//! The file begins with the version that wrote it and ends with a checksum of everything before. Nothing is made of it before
//! that holds. Whatever is unexpected, nothing comes of it, and the ledger is read from its start.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;

use recount_ledger::codec::Unescaped;
use recount_ledger::merkle::{Frontier, Hash};
use recount_ledger::reader::Ledger;
use recount_ledger::seen::Seen;
use recount_ledger::{LineRef, Visitor};
use recount_model::state::{Offsets, State};
use serde::{Deserialize, Serialize};

use super::{Known, Opening};
use crate::Replay;
use crate::blocks::Early;
use crate::contents::{self, Contents};

/// What the file begins with. The last number tells layouts of one version apart.
const MARK: &[u8] = concat!("recount writer ", env!("CARGO_PKG_VERSION"), " 2\n").as_bytes();

/// Bytes of the checksum at its end.
const SUM: u64 = 4;

/// Bytes read at once.
const BUFFER: usize = 1 << 18;

/// No text in a state is longer than the line it stood in.
const LONGEST: usize = recount_ledger::line::MAX_LINE;

/// The checkpoint that it is bound to, and the tree there.
#[derive(Serialize, Deserialize)]
struct Bound {
    size: u64,
    root: [u8; 32],
    end_offset: u64,
    peaks: Vec<[u8; 32]>,
    /// Tells builds apart whose standard libraries make other digests.
    probe: u64,
}

impl Opening {
    /// The opening of a ledger of which some was kept, and how far that goes. Nothing where it does not hold for this ledger, or
    /// anything is not as it should be.
    pub(crate) fn of_kept(file: &File, ledger: &Ledger) -> Option<(Self, u64)> {
        if !is_whole(file).ok()? {
            return None;
        }
        let (seen, opening) = read(file)?;
        // A ledger that is twice as long by now is read faster from its start, on all threads.
        if ledger.head().end_offset / 2 > seen.end_offset {
            return None;
        }
        let mut since = Since { opening: Some(opening) };
        let stands = ledger.read_since(&seen, &mut since).ok()?;
        let mut opening = since.opening.filter(|_| stands)?;
        ledger.check_frontier(&opening.known.frontier).ok()?;
        opening.known.contents.committed();
        opening.replay.state.unexplained_stub().is_none().then_some((opening, seen.end_offset))
    }
}

/// Writes what is known of a ledger at its head.
///
/// # Errors
///
/// What writing says.
pub(crate) fn write(ledger: &Ledger, state: &State, known: &mut Known, to: impl Write) -> io::Result<()> {
    let mut to = BufWriter::with_capacity(BUFFER, Summed { to, sum: 0 });
    let head = ledger.head();
    let peaks = known.frontier.peaks().iter().map(|peak| peak.0).collect();
    let bound = Bound {
        size: head.size,
        root: head.root.0,
        end_offset: head.end_offset,
        peaks,
        probe: contents::probe(),
    };
    to.write_all(MARK)?;
    postcard::to_io(&(bound, &known.offsets, state), &mut to).map_err(io::Error::other)?;
    known.contents.store(&mut to)?;
    let Summed { mut to, sum } = to.into_inner().map_err(io::IntoInnerError::into_error)?;
    to.write_all(&sum.to_le_bytes())
}

/// How many bytes the checksum is of.
fn covered(file: &File) -> io::Result<u64> {
    Ok(file.metadata()?.len().saturating_sub(SUM))
}

/// Whether it was written by this version, and the checksum holds.
fn is_whole(mut file: &File) -> io::Result<bool> {
    file.rewind()?;
    let mut mark = [0; MARK.len()];
    file.read_exact(&mut mark)?;
    if mark != MARK {
        return Ok(false);
    }
    let (mut left, mut sum) = (covered(file)?.saturating_sub(MARK.len() as u64), crc32c::crc32c(MARK));
    let mut buffer = vec![0; BUFFER];
    while left > 0 {
        let part = &mut buffer[..usize::try_from(left).unwrap_or(BUFFER).min(BUFFER)];
        file.read_exact(part)?;
        sum = crc32c::crc32c_append(sum, part);
        left -= part.len() as u64;
    }
    let mut stated = [0; SUM as usize];
    file.read_exact(&mut stated)?;
    Ok(stated == sum.to_le_bytes())
}

/// Reads what [`write`] wrote, of a file that is whole.
fn read(mut file: &File) -> Option<(Seen, Opening)> {
    let begin = file.seek(SeekFrom::Start(MARK.len() as u64)).ok()?;
    let covered = file.take(covered(file).ok()?.checked_sub(begin)?);
    let from = Bytewise(BufReader::with_capacity(BUFFER, covered));
    let mut texts = vec![0; LONGEST];
    type Stored = (Bound, Offsets, State);
    let ((bound, offsets, state), (from, _)) = postcard::from_io::<Stored, _>((from, &mut texts)).ok()?;
    let contents = Contents::stored(from).ok()?;
    let Bound { size, root, end_offset, peaks, probe } = bound;
    (probe == contents::probe()).then_some(())?;
    let frontier = Frontier::of_peaks(size, peaks.into_iter().map(Hash).collect())?;
    let known = Known { frontier, contents, offsets };
    let opening = Opening { replay: Replay { state, beyond: 0 }, known };
    Some((Seen { size, root: Hash(root), end_offset }, opening))
}

/// Takes the lines that were appended since; nothing is left of the opening where one is not as it should be.
struct Since {
    opening: Option<Opening>,
}

impl Visitor for Since {
    fn event(&mut self, line: LineRef<'_>) -> ControlFlow<()> {
        let taken = self.opening.take().and_then(|mut opening| {
            opening.known.frontier.push(line.leaf_hash());
            let unescaped = Unescaped::default();
            let early = Early::of(line.offset, std::str::from_utf8(line.bytes).ok()?, &unescaped);
            let digest = early.digest();
            let digest = opening.apply(&early, &unescaped, digest)?;
            opening.known.note_later(opening.replay.state.size(), line.offset, digest);
            Some(opening)
        });
        self.opening = taken;
        if self.opening.is_some() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// Reads single bytes, as nearly all numbers are, without a call for each.
struct Bytewise<R>(BufReader<R>);

impl<R: Read> Read for Bytewise<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.read(to)
    }

    #[inline]
    fn read_exact(&mut self, to: &mut [u8]) -> io::Result<()> {
        match (to, self.0.buffer()) {
            ([to], [byte, ..]) => {
                *to = *byte;
                self.0.consume(1);
                Ok(())
            }
            (to, _) => self.0.read_exact(to),
        }
    }
}

/// Sums up what is written.
struct Summed<W> {
    to: W,
    sum: u32,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sum = crc32c::crc32c_append(self.sum, &bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
