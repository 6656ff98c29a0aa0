//! The names in a folder twice: on the device, and as processes see them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::chance::Chance;

/// Number of a file, whatever its names.
pub(super) type Inode = u64;

/// Which name leads to which file.
#[derive(Debug, Default)]
pub(super) struct Names {
    device: BTreeMap<PathBuf, Inode>,
    /// Changes since the last sync of their folder, oldest first.
    unsynced: Vec<Change>,
    seen: BTreeMap<PathBuf, Inode>,
}

/// One change: atomic, like the calls that make it. What was taken away and what was put there.
#[derive(Debug, Clone)]
struct Change {
    taken: Option<PathBuf>,
    put: Option<(PathBuf, Inode)>,
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Inode>) {
        if let Some(path) = &self.taken {
            names.remove(path);
        }
        if let Some((path, inode)) = &self.put {
            names.insert(path.clone(), *inode);
        }
    }

    fn is_in(&self, folder: Option<&Path>) -> bool {
        let path = self.taken.as_ref().or(self.put.as_ref().map(|(path, _)| path));
        path.and_then(|path| path.parent()) == folder
    }
}

impl Names {
    pub(super) fn find(&self, path: &Path) -> io::Result<Inode> {
        self.seen.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&Path, Inode)> {
        self.seen.iter().map(|(path, inode)| (path.as_path(), *inode))
    }

    pub(super) fn create(&mut self, path: &Path, inode: Inode) -> io::Result<()> {
        self.expect_free(path)?;
        self.change(Change { taken: None, put: Some((path.to_owned(), inode)) });
        Ok(())
    }

    pub(super) fn rename_new(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.expect_free(to)?;
        self.replace(from, to)
    }

    pub(super) fn replace(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let inode = self.find(from)?;
        self.change(Change { taken: Some(from.to_owned()), put: Some((to.to_owned(), inode)) });
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.find(path)?;
        self.change(Change { taken: Some(path.to_owned()), put: None });
        Ok(())
    }

    fn expect_free(&self, path: &Path) -> io::Result<()> {
        if self.seen.contains_key(path) { Err(io::ErrorKind::AlreadyExists.into()) } else { Ok(()) }
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.seen);
        self.unsynced.push(change);
    }

    /// Makes the names in the folder of `path` durable.
    pub(super) fn sync_folder_of(&mut self, path: &Path) {
        let folder = path.parent();
        self.unsynced.retain(|change| {
            let is_synced = change.is_in(folder);
            if is_synced {
                change.apply(&mut self.device);
            }
            !is_synced
        });
    }

    /// The power goes: each change that was not synced lasts or not, whatever became of those before it.
    pub(super) fn cut_power(&mut self, chance: &mut Chance) {
        for change in std::mem::take(&mut self.unsynced) {
            if chance.coin() {
                change.apply(&mut self.device);
            }
        }
        self.seen.clone_from(&self.device);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use super::*;

    fn listed(names: &Names) -> String {
        names.all().map(|(path, inode)| format!("{}={inode} ", path.display())).collect()
    }

    fn after_power_cut(make: impl Fn(&mut Names)) -> BTreeSet<String> {
        let outcome = |seed| {
            let mut names = Names::default();
            make(&mut names);
            names.cut_power(&mut Chance::new(seed));
            listed(&names)
        };
        (0..50).map(outcome).collect()
    }

    #[test]
    fn names_last_once_their_folder_is_synced() {
        let created = |names: &mut Names| names.create(Path::new("/f/a"), 1).unwrap();
        assert_eq!(after_power_cut(created), BTreeSet::from([String::new(), "/f/a=1 ".to_owned()]));
        let synced = |names: &mut Names| {
            created(names);
            names.create(Path::new("/g/b"), 2).unwrap();
            names.sync_folder_of(Path::new("/f/x"));
        };
        let expected = ["/f/a=1 ", "/f/a=1 /g/b=2 "].map(str::to_owned);
        assert_eq!(after_power_cut(synced), BTreeSet::from(expected));
    }

    #[test]
    fn a_rename_is_whole_or_absent() {
        let renamed = |names: &mut Names| {
            names.create(Path::new("/f/a"), 1).unwrap();
            names.sync_folder_of(Path::new("/f/a"));
            names.rename_new(Path::new("/f/a"), Path::new("/f/b")).unwrap();
        };
        assert_eq!(after_power_cut(renamed), BTreeSet::from(["/f/a=1 ", "/f/b=1 "].map(str::to_owned)));
    }

    #[test]
    fn nothing_is_replaced_and_nothing_comes_from_nowhere() {
        let mut names = Names::default();
        names.create(Path::new("a"), 1).unwrap();
        names.create(Path::new("b"), 2).unwrap();
        let kind = |outcome: io::Result<()>| outcome.unwrap_err().kind();
        assert_eq!(kind(names.create(Path::new("a"), 3)), io::ErrorKind::AlreadyExists);
        assert_eq!(kind(names.rename_new(Path::new("a"), Path::new("b"))), io::ErrorKind::AlreadyExists);
        assert_eq!(kind(names.rename_new(Path::new("c"), Path::new("d"))), io::ErrorKind::NotFound);
        assert_eq!(kind(names.remove(Path::new("c"))), io::ErrorKind::NotFound);
        names.remove(Path::new("a")).unwrap();
        assert_eq!(listed(&names), "b=2 ");
    }
}
