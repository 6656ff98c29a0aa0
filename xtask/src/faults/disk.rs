//! What a power cut may leave of a folder, by a weak model of file systems.
//!
//! What was not synced may be there in part: of a file, the first so many changes and of the last of them a part, with holes,
//! or only its length; of a folder, any choice of the new, renamed and removed names, unless the folder was synced. A rename
//! is atomic. Syncing a file does not make its name durable.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::trace::Call;

/// The unit in which a disk writes whole or not at all.
const SECTOR: u64 = 512;
/// So many choices of names are all tried; of more, some.
const MOST_CHOICES: usize = 4;

/// A folder while a process changes it.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    nodes: Vec<Node>,
    open: BTreeMap<i64, Open>,
    /// What was printed to standard output.
    pub(crate) printed: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Open {
    node: usize,
    offset: u64,
}

#[derive(Clone, Debug)]
enum Node {
    File { durable: Vec<u8>, pending: Vec<Change> },
    Folder { durable: Names, pending: Vec<Move> },
}

type Names = BTreeMap<String, usize>;

#[derive(Clone, Debug)]
enum Change {
    Write { offset: u64, bytes: Vec<u8> },
    Truncate(u64),
}

#[derive(Clone, Debug)]
enum Move {
    Link { name: String, node: usize },
    Unlink { name: String },
    Rename { from: String, to: String, node: usize },
    Exchange { names: [String; 2], nodes: [usize; 2] },
}

/// Files by their path in the folder; folders have no bytes.
pub(crate) type State = BTreeMap<PathBuf, Option<Vec<u8>>>;

impl Disk {
    /// A folder that is durable as it is in `content`; calls speak of it as `root`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn load(content: &Path, root: &Path) -> io::Result<Disk> {
        let mut disk =
            Disk { root: root.to_owned(), nodes: Vec::new(), open: BTreeMap::new(), printed: Vec::new() };
        disk.load_folder(content)?;
        Ok(disk)
    }

    fn load_folder(&mut self, folder: &Path) -> io::Result<usize> {
        let place = self.add(Node::Folder { durable: Names::new(), pending: Vec::new() });
        let mut names = Names::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let node = match entry.file_type()?.is_dir() {
                true => self.load_folder(&entry.path())?,
                false => self.add(Node::File { durable: fs::read(entry.path())?, pending: Vec::new() }),
            };
            names.insert(entry.file_name().to_string_lossy().into_owned(), node);
        }
        self.nodes[place] = Node::Folder { durable: names, pending: Vec::new() };
        Ok(place)
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Does what a call did; whether it changed anything that a power cut can show.
    pub(crate) fn apply(&mut self, call: &Call) -> bool {
        let Some(returned) = call.returned else { return false };
        match call.name.as_str() {
            "openat" => return self.apply_open(call, returned).unwrap_or(false),
            "close" => {
                call.number(0).map(|fd| self.open.remove(&fd));
            }
            "lseek" | "read" => self.seek(call, returned),
            "write" | "pwrite64" => return self.apply_write(call, returned as u64).unwrap_or(false),
            "ftruncate" => {
                return self.change(call.number(0), Change::Truncate(call.number(1).unwrap_or(0) as u64));
            }
            "fsync" | "fdatasync" => return self.sync(call.number(0)).is_some(),
            "mkdir" => return self.make_folder(call).is_some(),
            "rename" => return self.rename(call, [0, 1]).is_some(),
            "renameat" | "renameat2" => return self.rename(call, [1, 3]).is_some(),
            "link" => return self.link(call, [0, 1]).is_some(),
            "linkat" => return self.link(call, [1, 3]).is_some(),
            "unlink" | "rmdir" => return self.unlink(call, 0).is_some(),
            "unlinkat" => return self.unlink(call, 1).is_some(),
            _ => {}
        }
        false
    }

    fn seek(&mut self, call: &Call, returned: i64) {
        let Some(open) = call.number(0).and_then(|fd| self.open.get_mut(&fd)) else { return };
        open.offset = if call.name == "lseek" { returned as u64 } else { open.offset + returned as u64 };
    }

    fn apply_open(&mut self, call: &Call, returned: i64) -> Option<bool> {
        let (folder, name) = self.locate(call, 1)?;
        let existing = if name.is_empty() { Some(folder) } else { self.names(folder).get(&name).copied() };
        let node = match existing {
            Some(node) => node,
            None => {
                let node = self.add(Node::File { durable: Vec::new(), pending: Vec::new() });
                self.moved(folder, Move::Link { name, node });
                node
            }
        };
        self.open.insert(returned, Open { node, offset: 0 });
        let cut = call.says("O_TRUNC") && self.change(Some(returned), Change::Truncate(0));
        Some(existing.is_none() || cut)
    }

    fn apply_write(&mut self, call: &Call, length: u64) -> Option<bool> {
        let fd = call.number(0)?;
        let mut bytes = call.bytes(1)?;
        bytes.truncate(length as usize);
        if fd == 1 {
            self.printed.extend(bytes);
            return Some(true);
        }
        let open = self.open.get_mut(&fd)?;
        let offset = if call.name == "pwrite64" { call.number(3)? as u64 } else { open.offset };
        open.offset = offset + length;
        Some(self.change(Some(fd), Change::Write { offset, bytes }))
    }

    fn change(&mut self, fd: Option<i64>, change: Change) -> bool {
        let open = fd.and_then(|fd| self.open.get(&fd));
        match open.and_then(|open| self.nodes.get_mut(open.node)) {
            Some(Node::File { pending, .. }) => {
                pending.push(change);
                true
            }
            _ => false,
        }
    }

    fn sync(&mut self, fd: Option<i64>) -> Option<()> {
        let node = self.open.get(&fd?)?.node;
        let synced = match &self.nodes[node] {
            Node::File { durable, pending } => {
                Node::File { durable: changed(durable, pending), pending: Vec::new() }
            }
            Node::Folder { durable, pending } => {
                Node::Folder { durable: moved(durable, pending.iter()), pending: Vec::new() }
            }
        };
        self.nodes[node] = synced;
        Some(())
    }

    fn make_folder(&mut self, call: &Call) -> Option<()> {
        let (folder, name) = self.locate(call, 0)?;
        let node = self.add(Node::Folder { durable: Names::new(), pending: Vec::new() });
        self.moved(folder, Move::Link { name, node });
        Some(())
    }

    fn rename(&mut self, call: &Call, places: [usize; 2]) -> Option<()> {
        let (folder, from) = self.locate(call, places[0])?;
        let (_, to) = self.locate(call, places[1])?;
        let names = self.names(folder);
        let node = *names.get(&from)?;
        let change = match call.says("RENAME_EXCHANGE") {
            true => Move::Exchange { nodes: [node, *names.get(&to)?], names: [from, to] },
            false => Move::Rename { from, to, node },
        };
        self.moved(folder, change);
        Some(())
    }

    fn link(&mut self, call: &Call, places: [usize; 2]) -> Option<()> {
        let (folder, from) = self.locate(call, places[0])?;
        let node = *self.names(folder).get(&from)?;
        let (folder, name) = self.locate(call, places[1])?;
        self.moved(folder, Move::Link { name, node });
        Some(())
    }

    fn unlink(&mut self, call: &Call, place: usize) -> Option<()> {
        let (folder, name) = self.locate(call, place)?;
        self.moved(folder, Move::Unlink { name });
        Some(())
    }

    fn moved(&mut self, folder: usize, change: Move) {
        if let Node::Folder { pending, .. } = &mut self.nodes[folder] {
            pending.push(change);
        }
    }

    /// The folder and the name in it that an argument speaks of; the name of the root is empty.
    fn locate(&self, call: &Call, place: usize) -> Option<(usize, String)> {
        let path = call.path(place)?;
        let (mut folder, rest) = match path.strip_prefix(&self.root) {
            Ok(rest) => (0, rest),
            // Relative to an open folder.
            Err(_) if path.is_relative() => {
                (self.open.get(&call.number(place.checked_sub(1)?)?)?.node, &*path)
            }
            Err(_) => return None,
        };
        let mut names: Vec<&OsStr> = rest
            .components()
            .filter_map(|part| if let Component::Normal(name) = part { Some(name) } else { None })
            .collect();
        let last = names.pop().unwrap_or_default().to_string_lossy().into_owned();
        for name in names {
            folder = *self.names(folder).get(&*name.to_string_lossy())?;
        }
        Some((folder, last))
    }

    /// The names in a folder as the running system sees them.
    fn names(&self, folder: usize) -> Names {
        match &self.nodes[folder] {
            Node::Folder { durable, pending } => moved(durable, pending.iter()),
            Node::File { .. } => Names::new(),
        }
    }

    /// Whether a power cut now can show this file of the root, or its name, as it was before.
    pub(crate) fn is_pending(&self, name: &str) -> bool {
        let is_unsynced = self.names(0).get(name).is_some_and(|node| match &self.nodes[*node] {
            Node::File { pending, .. } => !pending.is_empty(),
            Node::Folder { pending, .. } => !pending.is_empty(),
        });
        let Node::Folder { pending, .. } = &self.nodes[0] else { return is_unsynced };
        let speaks_of = |change: &Move| match change {
            Move::Link { name: other, .. } | Move::Unlink { name: other } => other == name,
            Move::Rename { from, to, .. } => from == name || to == name,
            Move::Exchange { names, .. } => names.iter().any(|other| other == name),
        };
        is_unsynced || pending.iter().any(speaks_of)
    }

    /// The names in the root that begin like this.
    pub(crate) fn beginning(&self, with: &str) -> Vec<String> {
        self.names(0).into_keys().filter(|name| name.starts_with(with)).collect()
    }

    /// Everything that a power cut now may leave.
    pub(crate) fn variants(&self) -> Variants {
        let nodes = self.nodes.iter().map(|node| match node {
            Node::File { durable, pending } => {
                let with_hash = |content: Vec<u8>| (hash(&content), content);
                Ways::File(contents(durable, pending).into_iter().map(with_hash).collect())
            }
            Node::Folder { durable, pending } => Ways::Folder(folders(durable, pending)),
        });
        Variants(nodes.collect())
    }
}

/// In which ways a power cut may leave each file and folder, one independent of the other.
pub(crate) struct Variants(Vec<Ways>);

enum Ways {
    /// Contents, each with its hash.
    File(Vec<(u64, Vec<u8>)>),
    Folder(Vec<Names>),
}

impl Variants {
    /// How many ways there are for each.
    pub(crate) fn counts(&self) -> Vec<usize> {
        let count = |ways: &Ways| match ways {
            Ways::File(contents) => contents.len(),
            Ways::Folder(folders) => folders.len(),
        };
        self.0.iter().map(count).collect()
    }

    /// What is left when each is left in the way that `choice` says.
    pub(crate) fn state(&self, choice: &[usize]) -> State {
        let mut state = State::new();
        self.walk(0, choice, Path::new(""), &mut |path, file| {
            state.insert(path.to_owned(), file.map(|(_, content)| content.clone()));
        });
        state
    }

    /// The same for the same states, and hardly for others.
    pub(crate) fn identity(&self, choice: &[usize]) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.walk(0, choice, Path::new(""), &mut |path, file| {
            (path, file.map(|(hash, _)| hash)).hash(&mut hasher);
        });
        hasher.finish()
    }

    fn walk(
        &self,
        node: usize,
        choice: &[usize],
        path: &Path,
        visit: &mut impl FnMut(&Path, Option<&(u64, Vec<u8>)>),
    ) {
        match &self.0[node] {
            Ways::File(contents) => visit(path, Some(&contents[choice[node]])),
            Ways::Folder(folders) => {
                visit(path, None);
                for (name, inner) in &folders[choice[node]] {
                    self.walk(*inner, choice, &path.join(name), visit);
                }
            }
        }
    }
}

fn hash(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

/// Makes a state real.
///
/// # Errors
/// What the system says.
pub(crate) fn write_state(state: &State, folder: &Path) -> io::Result<()> {
    for (path, bytes) in state {
        match bytes {
            None => fs::create_dir_all(folder.join(path))?,
            Some(bytes) => fs::write(folder.join(path), bytes)?,
        }
    }
    Ok(())
}

fn changed(durable: &[u8], pending: &[Change]) -> Vec<u8> {
    let mut bytes = durable.to_vec();
    for change in pending {
        match change {
            Change::Write { offset, bytes: written } => {
                let end = *offset as usize + written.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*offset as usize..end].copy_from_slice(written);
            }
            Change::Truncate(length) => bytes.resize(*length as usize, 0),
        }
    }
    bytes
}

/// What may be left of a file.
fn contents(durable: &[u8], pending: &[Change]) -> Vec<Vec<u8>> {
    let mut contents = vec![durable.to_vec()];
    // Of many changes those at both ends and in the middle.
    let prefixes = (1..=pending.len()).filter(|count| {
        pending.len() <= 6 || *count == 1 || *count == pending.len() / 2 || *count >= pending.len() - 1
    });
    contents.extend(prefixes.map(|count| changed(durable, &pending[..count])));
    if let Some((Change::Write { offset, bytes }, before)) = pending.split_last() {
        contents.extend(torn(&changed(durable, before), *offset, bytes));
        // The last write alone: the ones before it are lost.
        contents.push(changed(durable, &pending[pending.len() - 1..]));
    }
    contents
}

/// What may be left of one write to a file: its beginning, all but one sector of it, or only the length it gives the file.
fn torn(before: &[u8], offset: u64, bytes: &[u8]) -> Vec<Vec<u8>> {
    let end = offset + bytes.len() as u64;
    let mut states = Vec::new();
    let write = |part: &[(u64, u64)], length: u64| {
        let mut state = before.to_vec();
        state.resize(state.len().max(length as usize), 0);
        for (from, to) in part {
            let source = &bytes[(from - offset) as usize..(to - offset) as usize];
            state[*from as usize..*to as usize].copy_from_slice(source);
        }
        state
    };
    let boundaries: Vec<u64> =
        (offset / SECTOR + 1..=(end - 1) / SECTOR).map(|sector| sector * SECTOR).collect();
    let some = boundaries.iter().enumerate().filter(|(place, _)| {
        boundaries.len() <= 4 || [0, boundaries.len() / 2, boundaries.len() - 1].contains(place)
    });
    for (_, boundary) in some {
        states.push(write(&[(offset, *boundary)], *boundary));
        states.push(write(&[(offset, *boundary)], end));
        states.push(write(&[(*boundary, end)], end));
        let next = (boundary + SECTOR).min(end);
        states.push(write(&[(offset, *boundary), (next, end)], end));
    }
    // Disks write whole sectors, file systems set the length to any byte.
    let middle = offset + bytes.len() as u64 / 2;
    states.push(write(&[(offset, middle)], middle));
    states.push(write(&[], end));
    states
}

fn moved<'m>(durable: &Names, pending: impl Iterator<Item = &'m Move>) -> Names {
    let mut names = durable.clone();
    for change in pending {
        match change {
            Move::Link { name, node } => {
                names.insert(name.clone(), *node);
            }
            Move::Unlink { name } => {
                names.remove(name);
            }
            Move::Rename { from, to, node } => {
                if names.get(from) == Some(node) {
                    names.remove(from);
                }
                names.insert(to.clone(), *node);
            }
            Move::Exchange { names: [a, b], nodes: [first, second] } => {
                names.insert(a.clone(), *second);
                names.insert(b.clone(), *first);
            }
        }
    }
    names
}

/// What may be left of the names in a folder.
fn folders(durable: &Names, pending: &[Move]) -> Vec<Names> {
    let count = pending.len();
    if count <= MOST_CHOICES {
        let chosen = |set: usize| pending.iter().enumerate().filter(move |(place, _)| set >> place & 1 == 1);
        return (0..1 << count).map(|set| moved(durable, chosen(set).map(|(_, change)| change))).collect();
    }
    let mut folders: Vec<Names> =
        [0, count / 2, count].map(|end| moved(durable, pending[..end].iter())).to_vec();
    let without = |left_out: usize| {
        let rest = pending.iter().enumerate().filter(move |(place, _)| *place != left_out);
        moved(durable, rest.map(|(_, change)| change))
    };
    folders.extend([0, 1, count / 2, count - 2, count - 1].map(without));
    folders
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use super::*;
    use crate::faults::trace;

    fn disk(files: &[(&str, &str)]) -> Disk {
        let mut disk =
            Disk { root: "/w".into(), nodes: Vec::new(), open: BTreeMap::new(), printed: Vec::new() };
        disk.add(Node::Folder { durable: Names::new(), pending: Vec::new() });
        let mut names = Names::new();
        for (name, text) in files {
            let node = disk.add(Node::File { durable: text.as_bytes().to_vec(), pending: Vec::new() });
            names.insert((*name).to_owned(), node);
        }
        disk.nodes[0] = Node::Folder { durable: names, pending: Vec::new() };
        disk
    }

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
    }

    fn run(disk: &mut Disk, calls: &[String]) {
        for call in trace::parse(&calls.join("\n")).unwrap() {
            disk.apply(&call);
        }
    }

    /// Every state, as `name=content` in one line.
    fn states(disk: &Disk) -> BTreeSet<String> {
        let mut states = BTreeSet::new();
        let variants = disk.variants();
        let choices = variants.counts();
        for number in 0..choices.iter().product() {
            let mut rest = number;
            let choice: Vec<usize> = choices
                .iter()
                .map(|count| {
                    let this = rest % count;
                    rest /= count;
                    this
                })
                .collect();
            let state = variants.state(&choice);
            let shown = state.iter().filter_map(|(path, bytes)| {
                let text = String::from_utf8_lossy(bytes.as_ref()?).replace('\0', "_");
                Some(format!("{}={text}", path.display()))
            });
            states.insert(shown.collect::<Vec<_>>().join(" "));
        }
        states
    }

    fn open(name: &str, flags: &str) -> String {
        format!("openat(AT_FDCWD, \"{}\", {flags}) = 3", hex(&format!("/w/{name}")))
    }

    fn write(text: &str, offset: u64) -> String {
        format!("pwrite64(3, \"{}\", {}, {offset}) = {}", hex(text), text.len(), text.len())
    }

    fn check(disk: &Disk, expected: &[&str]) {
        assert_eq!(states(disk), expected.iter().map(|state| (*state).to_owned()).collect());
    }

    #[test]
    fn an_unsynced_write_is_lost_torn_or_zeroed() {
        let mut disk = disk(&[("l", "ab")]);
        run(&mut disk, &[open("l", "O_RDWR"), write("cdef", 2)]);
        check(&disk, &["l=ab", "l=abcd", "l=abcdef", "l=ab____"]);
        assert!(disk.is_pending("l"));
        run(&mut disk, &["fdatasync(3) = 0".to_owned()]);
        check(&disk, &["l=abcdef"]);
        assert!(!disk.is_pending("l"));
    }

    #[test]
    fn a_failed_sync_makes_nothing_durable() {
        let mut disk = disk(&[("l", "a")]);
        let failed = "fdatasync(3) = -1 EIO (Input/output error)".to_owned();
        run(&mut disk, &[open("l", "O_RDWR"), "ftruncate(3, 0) = 0".to_owned(), failed]);
        check(&disk, &["l=a", "l="]);
    }

    #[test]
    fn names_need_a_sync_of_their_folder() {
        let mut disk = disk(&[]);
        run(&mut disk, &[open("n", "O_RDWR|O_CREAT"), write("x", 0), "fsync(3) = 0".to_owned()]);
        check(&disk, &["", "n=x"]);
        let rename = format!("rename(\"{}\", \"{}\") = 0", hex("/w/n"), hex("/w/l"));
        run(&mut disk, &[rename]);
        check(&disk, &["", "n=x", "l=x"]);
        assert!(disk.is_pending("l") && disk.beginning("n").is_empty());
        run(&mut disk, &[open("", "O_RDONLY"), "fsync(3) = 0".to_owned()]);
        check(&disk, &["l=x"]);
    }

    #[test]
    fn a_linked_file_is_one_file_of_two_names() {
        let mut disk = disk(&[("l", "a")]);
        let link = format!("linkat(AT_FDCWD, \"{}\", AT_FDCWD, \"{}\", 0) = 0", hex("/w/l"), hex("/w/n"));
        run(&mut disk, &[link]);
        check(&disk, &["l=a", "l=a n=a"]);
        run(&mut disk, &[open("n", "O_RDWR"), write("b", 0)]);
        check(&disk, &["l=a", "l=a n=a", "l=b", "l=b n=b"]);
    }

    #[test]
    fn an_exchange_is_atomic_and_folders_take_their_files_along() {
        let mut disk = disk(&[("l", "1")]);
        let paths = |a: &str, b: &str| format!("\"{}\", AT_FDCWD, \"{}\"", hex(a), hex(b));
        run(&mut disk, &[open("m", "O_RDWR|O_CREAT"), write("2", 0), "fsync(3) = 0".to_owned()]);
        run(&mut disk, &[open("", "O_RDONLY"), "fsync(3) = 0".to_owned()]);
        run(&mut disk, &[format!("renameat2(AT_FDCWD, {}, RENAME_EXCHANGE) = 0", paths("/w/l", "/w/m"))]);
        check(&disk, &["l=1 m=2", "l=2 m=1"]);
    }

    #[test]
    fn holes_lie_on_sectors() {
        let states = torn(&[b'a'; 500], 500, &[b'b'; 600]);
        let hole = states.iter().any(|state| {
            state.len() == 1100
                && state[500..512].iter().all(|byte| *byte == b'b')
                && state[512..1024] == [0; 512]
        });
        assert!(hole && states.iter().all(|state| state[..500] == [b'a'; 500]));
    }
}
