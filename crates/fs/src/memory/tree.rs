//! The names of a file system in memory.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::file::MemoryFile;
use crate::{CreateMode, FileKind, FileStatus, FsError, Operation, Path, Recursive};

/// All entries by their path inside the file system. The root is not among them: it always exists.
///
/// Invariant: the parent of every entry is the root or a directory of the map.
#[derive(Default)]
pub(super) struct Tree {
    entries: BTreeMap<String, Entry>,
    changes: i64,
}

#[derive(Clone)]
struct Entry {
    node: Node,
    modified: i64,
}

#[derive(Clone)]
enum Node {
    Directory,
    File(MemoryFile),
}

impl Tree {
    pub(super) fn status(&self, operation: Operation, path: &Path) -> Result<FileStatus, FsError> {
        if path.is_root() {
            return Ok(status_of(path.clone(), &Entry { node: Node::Directory, modified: 0 }));
        }
        self.require_parent(operation, path)?;
        match self.entries.get(path.path()) {
            Some(entry) => Ok(status_of(path.clone(), entry)),
            None => Err(FsError::NotFound { operation, path: path.clone() }),
        }
    }

    pub(super) fn list(&self, directory: &Path) -> Result<Vec<FileStatus>, FsError> {
        let operation = Operation::List;
        if self.status(operation, directory)?.is_file() {
            return Err(FsError::NotADirectory { operation, path: directory.clone() });
        }
        let prefix = prefix_of(directory);
        let child = |(key, entry): (&String, &Entry)| {
            let name = key.strip_prefix(&prefix).filter(|name| !name.contains('/'))?;
            Some(status_of(directory.join(name), entry))
        };
        Ok(self.below(&prefix).filter_map(child).collect())
    }

    pub(super) fn content(&self, path: &Path) -> Result<Bytes, FsError> {
        let operation = Operation::Open;
        self.status(operation, path)?;
        match self.node(path) {
            Some(Node::File(file)) => Ok(file.content()),
            _ => Err(FsError::IsADirectory { operation, path: path.clone() }),
        }
    }

    pub(super) fn create(&mut self, path: &Path, mode: CreateMode) -> Result<MemoryFile, FsError> {
        let (operation, path) = (Operation::Create, path.clone());
        self.require_parent(operation, &path)?;
        match (self.node(&path), mode) {
            (Some(_), CreateMode::New) => Err(FsError::AlreadyExists { operation, path }),
            (Some(Node::Directory), CreateMode::Overwrite) => Err(FsError::IsADirectory { operation, path }),
            (None | Some(Node::File(_)), _) => {
                let file = MemoryFile::default();
                self.insert(path.path(), Node::File(file.clone()));
                Ok(file)
            }
        }
    }

    pub(super) fn rename(&mut self, source: &Path, destination: &Path) -> Result<(), FsError> {
        let operation = Operation::Rename;
        let status = self.status(operation, source)?;
        self.require_parent(operation, destination)?;
        if self.node(destination).is_some() {
            return Err(FsError::AlreadyExists { operation, path: destination.clone() });
        }
        if status.is_directory() && destination.path().starts_with(&prefix_of(source)) {
            let reason = "a directory cannot be moved into itself: choose a destination outside of it";
            return Err(FsError::InvalidPath { text: destination.to_string(), reason });
        }
        self.move_entries(source, destination);
        Ok(())
    }

    fn move_entries(&mut self, source: &Path, destination: &Path) {
        let below = self.keys_below(source);
        for key in below.into_iter().chain([source.path().to_owned()]) {
            let rest = key.strip_prefix(source.path()).unwrap_or_default();
            let moved = format!("{}{rest}", destination.path());
            if let Some(entry) = self.entries.remove(&key) {
                self.entries.insert(moved, entry);
            }
        }
    }

    pub(super) fn delete(&mut self, path: &Path, recursive: Recursive) -> Result<bool, FsError> {
        let (operation, path) = (Operation::Delete, path.clone());
        match self.status(operation, &path) {
            Err(FsError::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error),
            Ok(_) if path.is_root() => {
                let reason = "it is the root of the file system: name a directory below it";
                return Err(FsError::Unsupported { operation, path, reason });
            }
            Ok(_) => {}
        }
        let below = self.keys_below(&path);
        if recursive == Recursive::No && !below.is_empty() {
            return Err(FsError::DirectoryNotEmpty { operation, path });
        }
        for key in below {
            self.entries.remove(&key);
        }
        Ok(self.entries.remove(path.path()).is_some())
    }

    pub(super) fn mkdirs(&mut self, path: &Path) -> Result<(), FsError> {
        let operation = Operation::Mkdirs;
        if let Some(parent) = path.parent() {
            self.mkdirs(&parent)?;
        }
        match self.node(path) {
            Some(Node::File(_)) => return Err(FsError::NotADirectory { operation, path: path.clone() }),
            Some(Node::Directory) => {}
            None => self.insert(path.path(), Node::Directory),
        }
        Ok(())
    }

    /// Takes `file` away if `path` still names it.
    pub(super) fn discard(&mut self, path: &Path, file: &MemoryFile) {
        if matches!(self.node(path), Some(Node::File(found)) if found.is(file)) {
            self.entries.remove(path.path());
        }
    }

    /// Fails unless the directory of `path` exists.
    fn require_parent(&self, operation: Operation, path: &Path) -> Result<(), FsError> {
        let Some(parent) = path.parent() else { return Ok(()) };
        match self.node(&parent) {
            Some(Node::Directory) => Ok(()),
            Some(Node::File(_)) => Err(FsError::NotADirectory { operation, path: path.clone() }),
            None => {
                self.require_parent(operation, &parent)?;
                Err(FsError::NotFound { operation, path: path.clone() })
            }
        }
    }

    fn node(&self, path: &Path) -> Option<&Node> {
        match path.is_root() {
            true => Some(&Node::Directory),
            false => self.entries.get(path.path()).map(|entry| &entry.node),
        }
    }

    fn insert(&mut self, key: &str, node: Node) {
        self.changes += 1;
        self.entries.insert(key.to_owned(), Entry { node, modified: self.changes });
    }

    fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a Entry)> {
        self.entries.range(prefix.to_owned()..).take_while(move |(key, _)| key.starts_with(prefix))
    }

    fn keys_below(&self, path: &Path) -> Vec<String> {
        self.below(&prefix_of(path)).map(|(key, _)| key.clone()).collect()
    }
}

/// What the keys of all entries below a directory begin with.
fn prefix_of(directory: &Path) -> String {
    format!("{}/", directory.path().trim_end_matches('/'))
}

fn status_of(path: Path, entry: &Entry) -> FileStatus {
    let (kind, length) = match &entry.node {
        Node::Directory => (FileKind::Directory, 0),
        Node::File(file) => (FileKind::File, file.content().len() as u64),
    };
    FileStatus { path, length, kind, modified_ms: entry.modified, replication: None }
}
