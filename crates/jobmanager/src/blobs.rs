//! The JobManager's blobs: programs, submissions, and messages too large for a connection.
//!
//! A blob is a file named by its SHA-256 in one directory. It is written under a name that says so, made durable and renamed, so that a
//! file under a blob's name is always whole; and it is never written again. Two that write the same blob at once write the same file.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use weft_rpc::{BlobHash, BlobRef};

/// Files being written begin with this.
const UNFINISHED: &str = ".new-";
/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// A directory of blobs.
#[derive(Debug)]
pub struct BlobStore {
    directory: PathBuf,
    written: AtomicU64,
}

/// Why a blob is not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The file system refuses.
    #[error("cannot {doing} in the blob directory {directory}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Where.
        directory: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is something else.
    #[error("the bytes that were sent have hash {found}, not {expected}: send them again")]
    OtherContent {
        /// What it should have been.
        expected: BlobHash,
        /// What it is.
        found: BlobHash,
    },
}

impl BlobStore {
    /// Opens a directory, which is made where it is missing; what an earlier process left unfinished in it is removed.
    pub fn open(directory: PathBuf) -> Result<Self, BlobError> {
        let store = BlobStore { directory, written: AtomicU64::new(0) };
        fs::create_dir_all(&store.directory).map_err(|e| store.io("make a directory", e))?;
        for entry in fs::read_dir(&store.directory).map_err(|e| store.io("list files", e))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                // Another process may have done so.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(store)
    }

    /// A name for a file that is to become a blob by [`keep`](Self::keep).
    pub fn new_file(&self) -> PathBuf {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        self.directory.join(format!("{UNFINISHED}{}-{number}", std::process::id()))
    }

    /// Makes a blob, executable by its owner, of a file in the directory that was written completely. Refused, and the file removed, when it is not what was expected.
    pub fn keep(&self, file: &Path, expected: Option<BlobHash>) -> Result<BlobRef, BlobError> {
        let found = self.hash(file)?;
        if let Some(expected) = expected.filter(|expected| *expected != found.hash) {
            let _ = fs::remove_file(file);
            return Err(BlobError::OtherContent { expected, found: found.hash });
        }
        // What is kept so may be a program.
        fs::set_permissions(file, fs::Permissions::from_mode(0o500)).map_err(|e| self.io("make executable", e))?;
        fs::rename(file, self.path(found.hash)).map_err(|e| self.io("rename a finished file", e))?;
        Ok(found)
    }

    /// Makes a blob of bytes.
    pub fn put(&self, bytes: &[u8]) -> Result<BlobRef, BlobError> {
        let blob = BlobRef { hash: BlobHash(Sha256::digest(bytes).into()), length: bytes.len() as u64 };
        if self.get(blob.hash).is_some() {
            return Ok(blob);
        }
        let file = self.new_file();
        let written = File::create_new(&file).and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()));
        written.map_err(|e| self.io("write a file", e))?;
        fs::rename(&file, self.path(blob.hash)).map_err(|e| self.io("rename a finished file", e))?;
        Ok(blob)
    }

    /// The file of a blob, when it is here.
    pub fn get(&self, hash: BlobHash) -> Option<PathBuf> {
        Some(self.path(hash)).filter(|path| path.is_file())
    }

    /// Removes a blob.
    pub fn remove(&self, hash: BlobHash) {
        // It may be gone.
        let _ = fs::remove_file(self.path(hash));
    }

    fn path(&self, hash: BlobHash) -> PathBuf {
        self.directory.join(hash.to_string())
    }

    /// Reads the file, and makes it durable.
    fn hash(&self, file: &Path) -> Result<BlobRef, BlobError> {
        let failed = |e| self.io("read a finished file", e);
        let mut content = File::open(file).map_err(failed)?;
        let (mut hasher, mut length, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
        loop {
            let read = content.read(&mut chunk).map_err(failed)?;
            let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            hasher.update(bytes);
            length += bytes.len() as u64;
        }
        content.sync_all().map_err(failed)?;
        Ok(BlobRef { hash: BlobHash(hasher.finalize().into()), length })
    }

    fn io(&self, doing: &'static str, source: io::Error) -> BlobError {
        BlobError::Io { doing, directory: self.directory.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, BlobStore) {
        let dir = tempfile::tempdir().expect("a directory");
        let store = BlobStore::open(dir.path().join("blobs")).expect("it is empty");
        (dir, store)
    }

    #[test]
    fn bytes_are_found_under_their_hash() {
        let (_dir, store) = store();
        let blob = store.put(b"abc").expect("there is room");
        // FIPS 180-2, appendix B.1.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((blob.hash.to_string().as_str(), blob.length), (known, 3));
        assert_eq!(fs::read(store.get(blob.hash).expect("it is kept")).expect("a file"), b"abc");
        assert_eq!(store.put(b"abc").expect("it is there"), blob);
        store.remove(blob.hash);
        assert_eq!(store.get(blob.hash), None);
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_and_removed() {
        let (_dir, store) = store();
        let (file, expected) = (store.new_file(), BlobHash([7; 32]));
        fs::write(&file, b"half of i").expect("there is room");
        let refused = store.keep(&file, Some(expected)).expect_err("it is not that");
        assert!(matches!(refused, BlobError::OtherContent { expected: e, .. } if e == expected), "{refused}");
        assert!(!file.exists());
        let file = store.new_file();
        fs::write(&file, b"abc").expect("there is room");
        let kept = store.keep(&file, None).expect("whatever it is");
        assert_eq!(store.put(b"abc").expect("the same"), kept);
    }

    #[test]
    fn what_was_left_unfinished_goes_when_the_directory_is_opened() {
        let (dir, store) = store();
        let (left, kept) = (store.new_file(), store.put(b"whole").expect("there is room"));
        fs::write(&left, b"torn").expect("there is room");
        let again = BlobStore::open(dir.path().join("blobs")).expect("it is there");
        assert!(!left.exists() && again.get(kept.hash).is_some());
    }
}
