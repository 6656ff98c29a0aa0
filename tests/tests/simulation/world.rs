//! The plain model: what a ledger holds, byte for byte, and what its figures are, written down as simply as can be and
//! from docs/ledger-format.md alone.

use sha2::{Digest, Sha256};

use recount_ledger::checkpoint::Checkpoint;
use recount_ledger::merkle::Hash;

use crate::plan::Figure;

pub(crate) const INDICATORS: [&str; 2] = ["back", "taken"];
pub(crate) const REPORTERS: [&str; 2] = ["office", "press"];
const VALUES: [&str; 4] = ["7", "10", "12", "30"];
const AS_OF: [&str; 2] = ["2025-01-31", "2025-02-28"];
pub(crate) const PUBLISHED: [&str; 3] = ["2025-03-01", "2025-03-02", "2025-03-03"];

/// What an event says, as far as figures depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Figure(Figure),
    Correction { target: usize, figure: Figure },
    Retraction { target: usize },
    Withdrawal { target: usize, published: u8 },
    Redaction { target: usize },
    Other,
}

/// An event before it has a place.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) kind: &'static str,
    pub(crate) data: String,
    pub(crate) said: Said,
}

impl Input {
    /// The line for `append events`.
    pub(crate) fn line(&self) -> String {
        format!(r#"{{"type":"{}","data":{}}}"#, self.kind, self.data)
    }
}

/// The data of a figure; the number makes it another than all others.
pub(crate) fn figure_data(figure: Figure, number: u64) -> String {
    let Figure { indicator, reporter, value, as_of, published, long } = figure;
    let (indicator, reporter) = (INDICATORS[usize::from(indicator)], REPORTERS[usize::from(reporter)]);
    let (value, as_of) = (VALUES[usize::from(value)], AS_OF[usize::from(as_of)]);
    let (published, filler) = (PUBLISHED[usize::from(published)], "…".repeat(if long { 1000 } else { 0 }));
    format!(
        r#"{{"indicator":"{indicator}","value":"{value}","reporter":"{reporter}","unsourced":true,"as_of":"{as_of}","published":"{published}","note":"n{number}{filler}"}}"#
    )
}

#[derive(Debug, Clone)]
struct Event {
    line: String,
    leaf: [u8; 32],
    head: String,
    kind: &'static str,
    said: Said,
    erased: bool,
}

/// A ledger. Events are named by their sequence numbers, from 1.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    events: Vec<Event>,
    /// Of each batch the size it ends with, and the root there.
    batches: Vec<(usize, [u8; 32])>,
    pub(crate) file: Vec<u8>,
    last_at: String,
}

impl World {
    pub(crate) fn size(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn root(&self) -> Hash {
        Hash(self.batches.last().map_or([0; 32], |batch| batch.1))
    }

    /// The world in which these events were appended as one batch at the time `now`.
    pub(crate) fn with(&self, inputs: &[Input], now: &str) -> World {
        let mut world = self.clone();
        world.last_at = world.last_at.max(now.to_owned());
        for input in inputs {
            let (seq, at) = (world.events.len() + 1, &world.last_at);
            let head = format!(r#"{{"seq":{seq},"at":"{at}","by":"ana""#);
            let line = format!(r#"{head},"clock":"set","type":"{}","data":{}}}"#, input.kind, input.data);
            let leaf = hash(&[&[0], line.as_bytes()]);
            world.events.push(Event { line, leaf, head, kind: input.kind, said: input.said, erased: false });
        }
        let leaves: Vec<_> = world.events.iter().map(|event| event.leaf).collect();
        world.batches.push((leaves.len(), root(&leaves)));
        world.write();
        world
    }

    /// The world in which the content of an event and of its corrections was erased.
    pub(crate) fn redacted(&self, target: usize, now: &str) -> World {
        let mut world = self.clone();
        let corrects = |said| matches!(said, Said::Correction { target: original, .. } if original == target);
        let mut inputs = Vec::new();
        for seq in 1..=self.size() {
            let event = &mut world.events[seq - 1];
            if seq != target && !corrects(event.said) {
                continue;
            }
            let kept = if seq == target { String::new() } else { format!(r#","target":{target}"#) };
            let leaf = Hash(event.leaf);
            event.line = format!(r#"{},"type":"{}"{kept},"redacted":"{leaf}"}}"#, event.head, event.kind);
            event.erased = true;
            let stub = serde_json::to_string(&event.line).unwrap();
            let data = format!(r#"{{"target":{seq},"stub":{stub},"reason":"asked to"}}"#);
            inputs.push(Input { kind: "event.redacted", data, said: Said::Redaction { target: seq } });
        }
        world.with(&inputs, now)
    }

    fn write(&mut self) {
        let mut start = 0;
        self.file.clear();
        for (end, root) in &self.batches {
            let from = self.file.len();
            for event in &self.events[start..*end] {
                self.file.extend([event.line.as_bytes(), b"\n"].concat());
            }
            let line = Checkpoint { size: *end as u64, root: Hash(*root), crc32c: 0 }.encode();
            let covered = line.strip_suffix(r#":"00000000"}}"#).unwrap();
            self.file.extend(covered.as_bytes());
            let sum = crc32c::crc32c(&self.file[from..]);
            self.file.extend(format!(":\"{sum:08x}\"}}}}\n").as_bytes());
            start = *end;
        }
    }

    /// Sequence numbers of the events that `wanted` names.
    pub(crate) fn find(&self, wanted: impl Fn(Said) -> bool) -> Vec<usize> {
        (1..=self.size()).filter(|seq| wanted(self.said(*seq))).collect()
    }

    fn said(&self, seq: usize) -> Said {
        self.events[seq - 1].said
    }

    pub(crate) fn is_erased(&self, seq: usize) -> bool {
        self.events[seq - 1].erased
    }

    pub(crate) fn is_retracted(&self, seq: usize) -> bool {
        !self.find(|said| said == Said::Retraction { target: seq }).is_empty()
    }

    /// Whether an event with this content is there to be read, and so is not appended again. Withdrawals make a figure one
    /// that may be reported again, by rules of their own: then nothing is said.
    pub(crate) fn holds(&self, input: &Input) -> Option<bool> {
        let withdrawn = !self.find(|said| matches!(said, Said::Withdrawal { .. })).is_empty();
        (!withdrawn || input.said == Said::Other).then(|| self.is_there(input))
    }

    fn is_there(&self, input: &Input) -> bool {
        let end = format!(r#","data":{}}}"#, input.data);
        self.events.iter().any(|event| event.kind == input.kind && event.line.ends_with(&end))
    }

    /// What the record of this number says, if it is in force.
    fn record(&self, seq: usize) -> Option<Figure> {
        let Said::Figure(own) = self.said(seq) else { return None };
        if self.is_erased(seq) || self.is_retracted(seq) {
            return None;
        }
        let correction = (1..=self.size()).rev().find_map(|by| match self.said(by) {
            Said::Correction { target, figure } if target == seq && !self.is_retracted(by) => Some(figure),
            _ => None,
        });
        Some(correction.unwrap_or(own))
    }

    /// The current figure of each series that has one: indicator, reporter, value, first record, number of records.
    pub(crate) fn figures(&self) -> Vec<(String, String, String, u32, usize)> {
        let mut current = Vec::new();
        for (indicator, reporter) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let mut records: Vec<(usize, Figure)> =
                (1..=self.size()).filter_map(|seq| Some((seq, self.record(seq)?))).collect();
            records.retain(|(_, said)| (said.indicator, said.reporter) == (indicator, reporter));
            self.withdraw(&mut records);
            let last = group(&records).into_iter().filter(|said| said.stands).max_by_key(|said| said.as_of);
            current.extend(last.map(|said| {
                let (i, r) = (usize::from(indicator), usize::from(reporter));
                let first = *said.records.iter().min().unwrap() as u32;
                let value = VALUES[usize::from(said.value)].to_owned();
                (INDICATORS[i].to_owned(), REPORTERS[r].to_owned(), value, first, said.records.len())
            }));
        }
        current
    }

    /// A withdrawal takes back all records of the figure it names that were published no later.
    fn withdraw(&self, records: &mut Vec<(usize, Figure)>) {
        let grouped = group(records);
        for seq in self.find(|said| matches!(said, Said::Withdrawal { .. })) {
            let Said::Withdrawal { target, published } = self.said(seq) else { continue };
            let figure = grouped.iter().find(|figure| figure.records.contains(&target));
            if let Some(figure) = figure.filter(|_| !self.is_retracted(seq)) {
                records.retain(|(seq, said)| !figure.records.contains(seq) || said.published > published);
            }
        }
    }
}

/// What several records of one series say together.
struct Group {
    as_of: u8,
    value: u8,
    published: u8,
    records: Vec<usize>,
    /// It is the one that stands for its as-of.
    stands: bool,
    superseded: bool,
}

/// The rules for bare numbers with as-of and publication, without doubts and relays.
fn group(records: &[(usize, Figure)]) -> Vec<Group> {
    let mut sorted = records.to_vec();
    sorted.sort_by_key(|(seq, said)| (said.as_of, said.published, *seq));
    let mut groups: Vec<Group> = Vec::new();
    for (seq, Figure { as_of, value, published, .. }) in sorted {
        let mut new = Group { as_of, value, published, records: vec![seq], stands: true, superseded: false };
        let standing = groups.iter().position(|group| group.as_of == as_of && group.stands);
        let Some(standing) = standing else {
            groups.push(new);
            continue;
        };
        let later = published > groups[standing].published;
        let equal = groups.iter().rposition(|group| (group.as_of, group.value) == (as_of, value));
        let repeats = match equal {
            Some(equal) if equal == standing => true,
            Some(equal) => !later && !groups[equal].superseded,
            None => false,
        };
        if let Some(equal) = equal.filter(|_| repeats) {
            groups[equal].records.push(seq);
            continue;
        }
        if later {
            for group in groups.iter_mut().filter(|group| group.as_of == as_of) {
                (group.stands, group.superseded) = (false, true);
            }
        } else {
            new.stands = false;
        }
        groups.push(new);
    }
    groups
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut sha = Sha256::new();
    parts.iter().for_each(|part| sha.update(part));
    sha.finalize().into()
}

/// RFC 6962, section 2.1, word for word.
fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => hash(&[]),
        [leaf] => *leaf,
        _ => {
            let left = leaves.len().next_power_of_two() / 2;
            hash(&[&[1], &root(&leaves[..left]), &root(&leaves[left..])])
        }
    }
}
