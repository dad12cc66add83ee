//! Writing a local file.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::PathBuf,
    sync::Arc,
};

use bytes::Bytes;
use futures_util::FutureExt;

use super::{blocking::blocking, operations::sync_parent};
use crate::{CreateMode, CreateOptions, FileWriter, FsError, FsFuture, Operation, Path};

/// Small writes are collected up to this many bytes before they are worth a visit to a blocking thread.
const BUFFER: usize = 128 * 1024;

/// What may still be done with the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// An operation has begun and not succeeded: it is under way, failed, or was dropped half-way.
    Broken,
    /// Closed or discarded.
    Done,
}

pub(super) struct LocalFileWriter {
    target: Arc<Target>,
    buffer: Vec<u8>,
    position: u64,
    state: State,
}

/// The file itself, shared with the work in progress on a blocking thread.
struct Target {
    file: File,
    path: Path,
    disk: PathBuf,
    /// As it was when it was created.
    metadata: Metadata,
}

impl LocalFileWriter {
    pub(super) fn create(disk: PathBuf, path: &Path, options: CreateOptions) -> Result<Self, FsError> {
        let failed = |error| FsError::from_io(Operation::Create, path, error);
        let file = open_options(options).open(&disk).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let target = Arc::new(Target { file, path: path.clone(), disk, metadata });
        Ok(Self { target, buffer: Vec::new(), position: 0, state: State::Open })
    }

    /// Does `work` with the file, behind all that is buffered and `bytes`.
    async fn flush(
        &mut self,
        operation: Operation,
        bytes: Bytes,
        work: fn(&Target) -> io::Result<()>,
    ) -> Result<(), FsError> {
        let (target, mut buffer) = (Arc::clone(&self.target), std::mem::take(&mut self.buffer));
        self.begin(operation)?;
        let flush = move |path: &Path| {
            let mut file = &target.file;
            let flushed = file.write_all(&buffer).and_then(|()| file.write_all(&bytes)).and_then(|()| work(&target));
            buffer.clear();
            flushed.map(|()| buffer).map_err(|error| FsError::from_io(operation, path, error))
        };
        self.buffer = blocking(operation, &self.target.path, flush).await?;
        self.state = State::Open;
        Ok(())
    }

    /// Broken until proven otherwise: this also covers a future that is dropped.
    fn begin(&mut self, operation: Operation) -> Result<(), FsError> {
        match std::mem::replace(&mut self.state, State::Broken) {
            State::Open => Ok(()),
            State::Broken | State::Done => Err(FsError::WriterBroken { operation, path: self.target.path.clone() }),
        }
    }

    async fn append(&mut self, bytes: Bytes) -> Result<(), FsError> {
        let length = bytes.len();
        if self.state == State::Open && self.buffer.len() + length <= BUFFER {
            self.buffer.extend_from_slice(&bytes);
        } else {
            self.flush(Operation::Write, bytes, |_| Ok(())).await?;
        }
        self.position += length as u64;
        Ok(())
    }
}

impl FileWriter for LocalFileWriter {
    fn path(&self) -> &Path {
        &self.target.path
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn write(&mut self, bytes: Bytes) -> FsFuture<'_, ()> {
        self.append(bytes).boxed()
    }

    fn sync(&mut self) -> FsFuture<'_, ()> {
        self.flush(Operation::Sync, Bytes::new(), Target::sync).boxed()
    }

    fn close(mut self: Box<Self>) -> FsFuture<'static, ()> {
        async move {
            self.flush(Operation::Close, Bytes::new(), |_| Ok(())).await?;
            self.state = State::Done;
            Ok(())
        }
        .boxed()
    }

    fn abort(mut self: Box<Self>) -> FsFuture<'static, ()> {
        self.state = State::Done;
        let target = Arc::clone(&self.target);
        let discard =
            move |path: &Path| target.discard().map_err(|error| FsError::from_io(Operation::Abort, path, error));
        async move { blocking(Operation::Abort, &self.target.path, discard).await }.boxed()
    }
}

impl Drop for LocalFileWriter {
    fn drop(&mut self) {
        if self.state != State::Done {
            // Nobody is left to be told; the name says in-progress where it matters.
            let _ = self.target.discard();
        }
    }
}

impl Target {
    fn sync(&self) -> io::Result<()> {
        if !self.metadata.is_file() {
            return Ok(()); // Devices and pipes have nothing to sync, and some say so with an error.
        }
        self.file.sync_all()?;
        sync_parent(&self.disk)
    }

    /// Removes the file if the name still means this very file: not a device, and not what another has put there since.
    fn discard(&self) -> io::Result<()> {
        match fs::symlink_metadata(&self.disk) {
            Ok(found) if self.metadata.is_file() && same_file(&found, &self.metadata) => fs::remove_file(&self.disk),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn same_file(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

fn open_options(options: CreateOptions) -> OpenOptions {
    let mut open = OpenOptions::new();
    open.write(true);
    match options.mode {
        CreateMode::New => open.create_new(true),
        CreateMode::Overwrite => open.create(true).truncate(true),
    };
    if let Some(permission) = options.permission {
        open.mode(permission.mode().into());
    }
    open
}
