//! A block server for one client: the NBD protocol (fixed newstyle handshake, simple replies) over a socket, before a
//! disk that keeps a log.
//!
//! <https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md>. Of the commands it has READ, WRITE, FLUSH and
//! FUA; it offers no TRIM and no WRITE_ZEROES, so that all that happens to the disk is a write.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::thread::spawn;

use super::log::Disk;

const MAGIC: &[u8; 8] = b"NBDMAGIC";
const OPTION_MAGIC: &[u8; 8] = b"IHAVEOPT";
const OPTION_REPLY_MAGIC: u64 = 0x0003_e889_0455_65a9;
const REQUEST_MAGIC: u32 = 0x2560_9513;
const REPLY_MAGIC: u32 = 0x6744_6698;

/// Handshake flags: fixed newstyle, no padding behind an export.
const NEWSTYLE: u16 = 0b11;
/// Transmission flags: there are flags, FLUSH and FUA.
const ABILITIES: u16 = 0b1101;

const OPTION_EXPORT_NAME: u32 = 1;
const OPTION_ABORT: u32 = 2;
const OPTION_INFO: u32 = 6;
const OPTION_GO: u32 = 7;
const REPLY_ACK: u32 = 1;
const REPLY_INFO: u32 = 3;
const REPLY_UNSUPPORTED: u32 = (1 << 31) + 1;

const EINVAL: u32 = 22;
/// More than a client may ask for at once.
const LONGEST: u32 = 32 << 20;

/// A command of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Read,
    Write {
        /// It is answered only when it would survive a power cut.
        durable: bool,
    },
    Disconnect,
    Flush,
    /// One that was not offered.
    Unknown,
}

/// A request, without the bytes that follow a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Request {
    command: Command,
    cookie: u64,
    offset: u64,
    length: u32,
}

impl Request {
    const LENGTH: usize = 28;

    fn parse(bytes: &[u8; Self::LENGTH]) -> io::Result<Request> {
        let mut bytes = &bytes[..];
        if read_u32(&mut bytes)? != REQUEST_MAGIC {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no NBD request"));
        }
        let flags = read_u16(&mut bytes)?;
        let command = match read_u16(&mut bytes)? {
            0 => Command::Read,
            1 => Command::Write { durable: flags & 1 == 1 },
            2 => Command::Disconnect,
            3 => Command::Flush,
            _ => Command::Unknown,
        };
        let (cookie, offset) = (read_u64(&mut bytes)?, read_u64(&mut bytes)?);
        let length = read_u32(&mut bytes)?;
        if length > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "an NBD request over 32 MiB"));
        }
        Ok(Request { command, cookie, offset, length })
    }
}

/// Serves one client at a socket, on a thread of its own, until the client leaves.
///
/// # Errors
/// If there can be no socket.
pub(crate) fn listen(socket: &Path, disk: Arc<Disk>) -> io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    spawn(move || {
        // A client that leaves without a word is no trouble: the log has what it did.
        let _ = listener.accept().and_then(|(stream, _)| serve(&stream, &stream, &disk));
    });
    Ok(())
}

/// Serves one client to its end.
fn serve(mut from: impl Read, mut to: impl Write, disk: &Disk) -> io::Result<()> {
    if !shake_hands(&mut from, &mut to, disk.length())? {
        return Ok(());
    }
    loop {
        let mut header = [0; Request::LENGTH];
        from.read_exact(&mut header)?;
        let request = Request::parse(&header)?;
        let mut bytes = Vec::new();
        let done = match request.command {
            Command::Disconnect => return Ok(()),
            Command::Read => disk.read(request.offset, request.length).map(|read| bytes = read),
            Command::Flush => {
                disk.flush();
                Some(())
            }
            Command::Write { durable } => {
                let mut written = vec![0; request.length as usize];
                from.read_exact(&mut written)?;
                disk.write(request.offset, written, durable)
            }
            Command::Unknown => None,
        };
        let error = if done.is_some() { 0 } else { EINVAL };
        let mut reply = [REPLY_MAGIC.to_be_bytes(), error.to_be_bytes()].concat();
        reply.extend(request.cookie.to_be_bytes());
        reply.append(&mut bytes);
        to.write_all(&reply)?;
    }
}

/// Whether the client wants to go on.
fn shake_hands(mut from: impl Read, mut to: impl Write, size: u64) -> io::Result<bool> {
    to.write_all(&[&MAGIC[..], OPTION_MAGIC, &NEWSTYLE.to_be_bytes()].concat())?;
    read_u32(&mut from)?;
    loop {
        let mut magic = [0; 8];
        from.read_exact(&mut magic)?;
        if magic != *OPTION_MAGIC {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no NBD option"));
        }
        let (option, length) = (read_u32(&mut from)?, read_u32(&mut from)?);
        io::copy(&mut from.by_ref().take(u64::from(length)), &mut io::sink())?;
        let mut reply = |kind: u32, data: &[u8]| {
            let mut bytes = OPTION_REPLY_MAGIC.to_be_bytes().to_vec();
            [option, kind, data.len() as u32].iter().for_each(|word| bytes.extend(word.to_be_bytes()));
            bytes.extend_from_slice(data);
            to.write_all(&bytes)
        };
        let export = [&size.to_be_bytes()[..], &ABILITIES.to_be_bytes()].concat();
        match option {
            OPTION_EXPORT_NAME => {
                to.write_all(&export)?;
                return Ok(true);
            }
            OPTION_INFO | OPTION_GO => {
                // Information of type 0: the export.
                reply(REPLY_INFO, &[&[0, 0], &export[..]].concat())?;
                reply(REPLY_ACK, &[])?;
                if option == OPTION_GO {
                    return Ok(true);
                }
            }
            OPTION_ABORT => {
                reply(REPLY_ACK, &[])?;
                return Ok(false);
            }
            _ => reply(REPLY_UNSUPPORTED, &[])?,
        }
    }
}

fn read_u16(from: &mut impl Read) -> io::Result<u16> {
    let mut bytes = [0; 2];
    from.read_exact(&mut bytes).map(|()| u16::from_be_bytes(bytes))
}

fn read_u32(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes).map(|()| u32::from_be_bytes(bytes))
}

fn read_u64(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes).map(|()| u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::log::Entry;
    use super::*;

    fn option(number: u32, data: &[u8]) -> Vec<u8> {
        [&OPTION_MAGIC[..], &number.to_be_bytes(), &(data.len() as u32).to_be_bytes(), data].concat()
    }

    fn request(flags: u16, command: u16, offset: u64, length: u32, data: &[u8]) -> Vec<u8> {
        [
            &REQUEST_MAGIC.to_be_bytes()[..],
            &flags.to_be_bytes(),
            &command.to_be_bytes(),
            &7_u64.to_be_bytes(),
            &offset.to_be_bytes(),
            &length.to_be_bytes(),
            data,
        ]
        .concat()
    }

    /// What the server answers behind its greeting.
    fn answers(disk: &Disk, client: &[Vec<u8>]) -> Vec<u8> {
        let sent = [&[0, 0, 0, 3], &client.concat()[..]].concat();
        let mut answers = Vec::new();
        serve(&sent[..], &mut answers, disk).unwrap();
        assert_eq!(answers[..18], *b"NBDMAGICIHAVEOPT\0\x03");
        answers.split_off(18)
    }

    #[test]
    fn a_client_that_knows_all_options_is_told_the_size() {
        let disk = Disk::new(vec![0; 0x1234]);
        let answers = answers(&disk, &[option(8, b""), option(OPTION_GO, b"name"), request(0, 2, 0, 0, b"")]);
        let header = |option: u8, kind: [u8; 4], length: u8| {
            [&OPTION_REPLY_MAGIC.to_be_bytes()[..], &[0, 0, 0, option], &kind, &[0, 0, 0, length]].concat()
        };
        let expected = [
            header(8, [0x80, 0, 0, 1], 0),
            header(7, [0, 0, 0, 3], 12),
            vec![0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0, 0b1101],
            header(7, [0, 0, 0, 1], 0),
        ];
        assert_eq!(answers, expected.concat());
    }

    #[test]
    fn commands_are_done_answered_and_logged() {
        let disk = Disk::new(vec![0; 8]);
        let client = [
            option(OPTION_EXPORT_NAME, b""),
            request(0, 1, 2, 3, b"abc"),
            request(1, 1, 6, 2, b"xy"),
            request(0, 3, 0, 0, b""),
            request(0, 0, 1, 5, b""),
            request(0, 1, 7, 2, b"no"),
            request(0, 4, 0, 0, b""),
            request(0, 2, 0, 0, b""),
        ];
        let answers = answers(&disk, &client);
        let reply = |error: u8, data: &[u8]| {
            [&REPLY_MAGIC.to_be_bytes()[..], &[0, 0, 0, error, 0, 0, 0, 0, 0, 0, 0, 7], data].concat()
        };
        let done = reply(0, b"");
        let refused = reply(22, b"");
        let expected = [
            vec![0, 0, 0, 0, 0, 0, 0, 8, 0, 0b1101],
            done.clone(),
            done.clone(),
            done,
            reply(0, b"\0abc\0"),
            refused.clone(),
            refused,
        ];
        assert_eq!(answers, expected.concat());
        let write = |offset, bytes: &[u8], durable| Entry::Write { offset, bytes: bytes.to_vec(), durable };
        assert_eq!(disk.take_log(), [write(2, b"abc", false), write(6, b"xy", true), Entry::Flush]);
    }

    #[test]
    fn a_client_may_leave_and_must_speak_the_protocol() {
        let disk = Disk::new(vec![0; 8]);
        assert_eq!(answers(&disk, &[option(OPTION_ABORT, b"")]).len(), 20);
        for bad in [&[0; 32][..], &[&[0; 4], &option(1, b"")[..], &[0; 28]].concat()] {
            assert_eq!(serve(bad, Vec::new(), &disk).unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
        let long: [u8; 28] = request(0, 0, 0, LONGEST + 1, b"").try_into().unwrap();
        assert!(Request::parse(&long).is_err());
    }
}
