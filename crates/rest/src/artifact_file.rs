//! A program that is being received.

use crate::api_error::ApiError;
use crate::rest::Rest;
use std::path::PathBuf;
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use weft_rpc::{BlobHash, BlobRef};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 << 10;

/// A file of the cluster's store, which is removed unless it is kept.
pub(crate) struct ArtifactFile {
    unkept: Unkept,
    writer: BufWriter<File>,
}

/// Removes its file when dropped, unless the store has it.
struct Unkept {
    path: PathBuf,
    kept: bool,
}

impl Drop for Unkept {
    fn drop(&mut self) {
        if !self.kept {
            // It may never have been made, and there is nothing to do about one that does not go.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl ArtifactFile {
    /// A new file, where the cluster wants it. It is made here and now: a request that ends while another thread makes its file would
    /// remove it too early.
    pub(crate) fn create(rest: &Rest) -> Result<Self, ApiError> {
        let unkept = Unkept { path: rest.cluster().new_artifact()?, kept: false };
        let file = std::fs::File::create(&unkept.path).map_err(|error| failed(&unkept, "creating", &error))?;
        Ok(ArtifactFile { unkept, writer: BufWriter::with_capacity(BUFFER, File::from_std(file)) })
    }

    /// Writes more of it.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        self.writer.write_all(bytes).await.map_err(|error| failed(&self.unkept, "writing", &error))
    }

    /// Gives it to the cluster, which refuses it when its content has another hash than `expected`.
    pub(crate) async fn keep(mut self, rest: &Rest, expected: Option<BlobHash>) -> Result<BlobRef, ApiError> {
        self.writer.flush().await.map_err(|error| failed(&self.unkept, "writing", &error))?;
        drop(self.writer);
        let artifact = rest.cluster().keep_artifact(self.unkept.path.clone(), expected).await?;
        self.unkept.kept = true;
        Ok(artifact)
    }
}

fn failed(unkept: &Unkept, doing: &str, error: &std::io::Error) -> ApiError {
    ApiError::internal(format_args!("{doing} the program's file {}: {error}", unkept.path.display()))
}
