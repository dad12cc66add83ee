//! The file whose lock is leadership. It ends with the process, however that ends.

use crate::HaError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::Path;
use weft_common::rolled_file;

/// What the file is called.
const NAME: &str = "lock";

/// Held as long as it lives.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until nobody holds the lock of a directory, which is made, and holds it. `waiting` is called once with what the holder called
    /// itself, if there is one, as this one is `me`.
    pub(crate) fn take(directory: &Path, me: &str, waiting: impl FnOnce(&str)) -> Result<Self, HaError> {
        let path = directory.join(NAME);
        let mut waiting = Some(waiting);
        loop {
            fs::create_dir_all(directory).map_err(HaError::io("make the directory", directory))?;
            let mut file = open(&path).map_err(HaError::io("open", &path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // Only for the message.
                    let _ = file.read_to_string(&mut holder);
                    if let Some(waiting) = waiting.take() {
                        waiting(holder.trim());
                    }
                    file.lock().map_err(HaError::io("lock", &path))?;
                }
                Err(TryLockError::Error(error)) => return Err(HaError::io("lock", &path)(error)),
            }
            // Who held it may have removed it, and then somebody else may hold another one.
            if !leads_to(&path, &file)? {
                continue;
            }
            let written = file.set_len(0).and_then(|()| {
                file.rewind()?;
                file.write_all(me.as_bytes())
            });
            written.map_err(HaError::io("write", &path))?;
            return Ok(Lock { _file: file });
        }
    }

    /// The lock of a directory, unless somebody holds it or the directory is gone.
    pub(crate) fn try_take(directory: &Path) -> Result<Option<Self>, HaError> {
        let path = directory.join(NAME);
        let file = match open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(HaError::io("open", &path)(error)),
        };
        match file.try_lock() {
            Ok(()) => Ok(leads_to(&path, &file)?.then_some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(HaError::io("lock", &path)(error)),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn leads_to(path: &Path, file: &File) -> Result<bool, HaError> {
    rolled_file::is_at(file, path).map_err(HaError::io("look at", path))
}
