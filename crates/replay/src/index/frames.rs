//! Frames: values of any type one after the other in a file, each with a checksum of its own.
//!
//! The file is a header, the frames, and the frame of the contents, whose place the header tells. The header is written
//! last, so a file that was not written to its end has none.

use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Contents;

/// The place of a frame in the file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Frame {
    offset: u64,
    length: u32,
}

/// Bytes of the header, spaces at its end.
const HEADER: usize = 128;

/// What the header begins with. The layout of the frames may differ in every version.
const MARK: &str = concat!("recount index ", env!("CARGO_PKG_VERSION"));

/// Bytes of the checksum behind every frame.
const SUM: usize = 4;

/// Adds frames to a file.
pub(super) struct FrameWriter<W> {
    to: W,
    offset: u64,
}

impl<W: Write + Seek> FrameWriter<W> {
    pub(super) fn new(mut to: W) -> io::Result<Self> {
        to.write_all(&[b' '; HEADER])?;
        Ok(FrameWriter { to, offset: HEADER as u64 })
    }

    pub(super) fn add(&mut self, value: &impl Serialize) -> io::Result<Frame> {
        let bytes = postcard::to_stdvec(value).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.to.write_all(&bytes)?;
        self.to.write_all(&crc32c::crc32c(&bytes).to_le_bytes())?;
        let frame = Frame { offset: self.offset, length };
        self.offset += (bytes.len() + SUM) as u64;
        Ok(frame)
    }

    /// Adds the contents, and the header that makes the file an index.
    pub(super) fn finish(mut self, contents: &Contents) -> io::Result<W> {
        let Frame { offset, length } = self.add(contents)?;
        self.to.flush()?;
        self.to.seek(SeekFrom::Start(0))?;
        self.to.write_all(format!("{MARK} {offset} {length}\n").as_bytes())?;
        self.to.flush()?;
        Ok(self.to)
    }
}

/// Reads the frames of a file.
#[derive(Debug)]
pub(super) struct Frames<F> {
    file: F,
    length: u64,
}

impl<F: Read + Seek> Frames<F> {
    pub(super) fn open(mut file: F) -> Option<(Self, Contents)> {
        let length = file.seek(SeekFrom::End(0)).ok()?;
        let mut header = [0; HEADER];
        file.seek(SeekFrom::Start(0)).ok()?;
        file.read_exact(&mut header).ok()?;
        let mut frames = Frames { file, length };
        let contents = frames.read(contents_of(&header)?)?;
        Some((frames, contents))
    }

    /// The value in a frame; nothing if it cannot be read, or its checksum or its content does not hold.
    pub(super) fn read<T: DeserializeOwned>(&mut self, frame: Frame) -> Option<T> {
        let behind = frame.offset.checked_add(u64::from(frame.length) + SUM as u64)?;
        if behind > self.length {
            return None;
        }
        let mut bytes = vec![0; frame.length as usize + SUM];
        self.file.seek(SeekFrom::Start(frame.offset)).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        let (value, sum) = bytes.split_at(frame.length as usize);
        let holds = crc32c::crc32c(value).to_le_bytes() == sum;
        if holds { postcard::from_bytes(value).ok() } else { None }
    }
}

fn contents_of(header: &[u8; HEADER]) -> Option<Frame> {
    let line = std::str::from_utf8(header).ok()?.lines().next()?;
    let (offset, length) = line.strip_prefix(MARK)?.strip_prefix(' ')?.split_once(' ')?;
    Some(Frame { offset: offset.parse().ok()?, length: length.parse().ok()? })
}
