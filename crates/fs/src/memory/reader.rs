//! Reading a file in memory.

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;

use super::Faults;
use crate::{FileReader, FsFuture, Operation, Path};

pub(super) struct MemoryFileReader {
    path: Path,
    content: Bytes,
    faults: Faults,
}

impl MemoryFileReader {
    pub(super) fn new(path: &Path, content: Bytes, faults: Faults) -> Self {
        Self { path: path.clone(), content, faults }
    }
}

impl FileReader for MemoryFileReader {
    fn path(&self) -> &Path {
        &self.path
    }

    fn length(&self) -> u64 {
        self.content.len() as u64
    }

    fn read_at(&self, offset: u64, mut buffer: BytesMut) -> FsFuture<'_, BytesMut> {
        async move {
            let outcome = self.faults.meet(Operation::Read, &self.path).await?;
            let start = usize::try_from(offset).unwrap_or(usize::MAX);
            let rest = self.content.get(start..).unwrap_or_default();
            let wanted = buffer.len();
            buffer.clear();
            buffer.extend_from_slice(rest.get(..wanted).unwrap_or(rest));
            outcome.answer(Operation::Read, &self.path, Ok(buffer))
        }
        .boxed()
    }
}
