//! Copies of a ledger that someone, or chance, has tampered with.

use recount_ledger::checkpoint::Checkpoint;
use recount_ledger::merkle::Frontier;
use recount_ledger::stub;

const MARK: &[u8] = b"{\"checkpoint\":";

/// What is put into lines: what JSON allows, what I-JSON and the format do not, and the edges between them.
const PIECES: &[&[u8]] = &[
    b" ", b"\t", b"\r", b"\n", b"\0", b"\x7f", b"\x80", b"\xc3", b"\xef\xbb\xbf", b"\"", b"\\", b"{", b"}", b"[",
    b"]", b",", b":", b"0", b"-", b"1", b".5", b"e3", b"null", b"true", b"NaN", b"\\u0000", b"\\ud800", b"\\udc00",
    b"\\ud83d\\ude00", b"\\u00E9", b"\\u12", b"\\/", b"\\x", "\u{2028}".as_bytes(), "\u{85}".as_bytes(), "é".as_bytes(),
    // In the data of an event as deep as may be, and one deeper.
    b"\"note\":[[[[[[[[[[[[[[0]]]]]]]]]]]]]],", b"\"note\":[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]],",
    b"\"seq\":1,", b"\"note\":\"x\",", b"\"clock\":\"set\",", b"\"clock\":null,", b"\"from\":{},",
    b"\"from\":{\"root\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\",\"size\":3,\"seq\":2,\"at\":\"2024-02-29T00:00:00Z\",\"by\":\"\"},",
    b",\"redacted\":\"", b"99999999999999999999",
];

/// What takes the place of a member's value.
const VALUES: &[&[u8]] =
    &[b"null", b"true", b"0", b"1.0", b"-1", b"[]", b"{}", b"\"\"", b"\"set\"", b"\"2023-02-29T00:00:00Z\""];

/// Random numbers that are the same in every run (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    /// The seed is printed, and taken from `RECOUNT_SEED` where that is set.
    pub(crate) fn printed() -> Self {
        let given = std::env::var("RECOUNT_SEED").ok();
        let seed = given.map_or(20_260_401, |seed| seed.parse().unwrap());
        println!("RECOUNT_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

/// A copy with one change, and perhaps with sums that hide it; and what was done.
pub(crate) fn tampered(bytes: &[u8], random: &mut Random) -> (String, Vec<u8>) {
    let (change, copy) = changed(bytes, random);
    match random.below(10) {
        0..4 => (change.to_owned(), copy),
        4 => (format!("{change}, checksums mended"), resum(&copy)),
        _ => (format!("{change}, checksums and roots mended"), reseal(&copy)),
    }
}

fn changed(bytes: &[u8], random: &mut Random) -> (&'static str, Vec<u8>) {
    let mut copy = bytes.to_vec();
    let at = random.below(bytes.len());
    let next = |from: usize, ends: &[u8]| {
        let ahead = bytes[from..].iter().position(|byte| ends.contains(byte));
        ahead.map_or(bytes.len(), |ahead| from + ahead)
    };
    let change = match random.below(12) {
        0 => {
            copy[at] ^= 1 << random.below(8);
            "a bit flipped"
        }
        1 => {
            copy[at] = random.below(256).to_le_bytes()[0];
            "a byte set"
        }
        2 => {
            copy.truncate(at);
            "cut"
        }
        3 => {
            let end = (at + 1 + random.below(512)).min(copy.len());
            copy[at..end].fill(0);
            "a block zeroed"
        }
        4..7 => {
            let piece = PIECES[random.below(PIECES.len())];
            // Where a member can begin, half of the time: anywhere else few pieces are more than a slip.
            let at = if random.below(2) == 0 { next(at, b"{,") + 1 } else { at }.min(bytes.len());
            copy.splice(at..at, piece.iter().copied());
            "a piece inserted"
        }
        7..9 => {
            let from = (next(at, b":") + 1).min(bytes.len());
            copy.splice(from..next(from, b",}"), VALUES[random.below(VALUES.len())].iter().copied());
            "a value replaced"
        }
        _ => return lines_changed(bytes, random),
    };
    (change, copy)
}

fn lines_changed(bytes: &[u8], random: &mut Random) -> (&'static str, Vec<u8>) {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let (at, other) = (random.below(lines.len()), random.below(lines.len()));
    let change = match random.below(4) {
        0 => {
            lines.swap(at, other);
            "two lines swapped"
        }
        1 => {
            lines.remove(at);
            "a line deleted"
        }
        2 => {
            lines.insert(at, lines[at]);
            "a line doubled"
        }
        _ => {
            lines.insert(at, lines[other]);
            "a line inserted"
        }
    };
    (change, lines.concat())
}

/// The same lines with checksums that fit them.
pub(crate) fn resum(bytes: &[u8]) -> Vec<u8> {
    sealed(bytes, |stated, _| stated)
}

/// The same lines with checkpoints that fit them.
pub(crate) fn reseal(bytes: &[u8]) -> Vec<u8> {
    sealed(bytes, |stated, frontier| Checkpoint { size: frontier.size(), root: frontier.root(), ..stated })
}

fn sealed(bytes: &[u8], state: impl Fn(Checkpoint, &Frontier) -> Checkpoint) -> Vec<u8> {
    let mut frontier = Frontier::default();
    let (mut copy, mut batch) = (Vec::new(), 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        match Checkpoint::parse(text).filter(|_| text.starts_with(MARK)) {
            Some(stated) => {
                let mut checkpoint = state(stated, &frontier);
                let spelled = checkpoint.encode();
                let covered = &spelled[..spelled.rfind(":\"").unwrap()];
                checkpoint.crc32c = crc32c::crc32c(&[&copy[batch..], covered.as_bytes()].concat());
                copy.extend(checkpoint.encode().bytes());
                copy.extend(&line[text.len()..]);
                batch = copy.len();
            }
            None => {
                frontier.push(stub::leaf(text));
                copy.extend(line);
            }
        }
    }
    copy
}
