//! A file that this process writes.

use std::{io, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};
use weft_hadoop_rpc::{RpcError, hdfs::FileInProgress, proto::hdfs::ExtendedBlock};

use crate::{
    FsError, Operation, Path,
    hdfs::{client::HdfsClient, failure, leases::Lease},
};

/// How long the NameNode may take to hear of a block's replicas.
const COMPLETION: Duration = Duration::from_secs(60);
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// A file between its creation and its end.
pub(in crate::hdfs) struct OpenFile {
    pub(super) client: Arc<HdfsClient>,
    pub(super) path: Path,
    pub(super) progress: FileInProgress,
    /// Renewed as long as this exists.
    _lease: Lease,
}

impl OpenFile {
    /// A file that was just created.
    pub(in crate::hdfs) fn new(client: Arc<HdfsClient>, path: Path, progress: FileInProgress) -> Self {
        let _lease = client.leases.hold(&client.name_node, &client.name);
        OpenFile { client, path, progress, _lease }
    }

    /// Ends the file: all of it is on its DataNodes, and the NameNode has heard so.
    pub(super) async fn complete(&self, last: Option<ExtendedBlock>) -> Result<(), FsError> {
        let (begun, mut wait) = (Instant::now(), FIRST_WAIT);
        loop {
            let completed = self.client.name_node.complete(&self.progress, last.clone()).await;
            if completed.map_err(|error| failure::of_call(Operation::Close, &self.path, error))? {
                return Ok(());
            }
            if begun.elapsed() > COMPLETION {
                let what = format!(
                    "no DataNode has reported its last block to the NameNode within {COMPLETION:?}: look at the DataNodes"
                );
                return Err(failure::described(Operation::Close, &self.path, what));
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Removes what was written, if the file is still under its name.
    pub(in crate::hdfs) async fn discard(&self) -> Result<(), FsError> {
        let failed = |error| failure::of_call(Operation::Abort, &self.path, error);
        let name_node = &self.client.name_node;
        let found = name_node.file_info(&self.progress.path).await.map_err(failed)?;
        if found.is_some_and(|found| found.file_id() == self.progress.file_id) {
            return name_node.delete(&self.progress.path, false).await.map(drop).map_err(failed);
        }
        // Renamed, replaced or deleted: the NameNode ends what there may be, so that nobody waits for this writer.
        let by_number = format!("/.reserved/.inodes/{}", self.progress.file_id);
        let _ = name_node.recover_lease(&by_number, &self.client.name).await;
        Ok(())
    }

    /// An error of a call that is about writing.
    pub(super) fn refused(&self, error: RpcError) -> FsError {
        failure::of_call(Operation::Write, &self.path, error)
    }

    /// An error of a call that is about making bytes durable.
    pub(super) fn refused_sync(&self, error: RpcError) -> FsError {
        failure::of_call(Operation::Sync, &self.path, error)
    }

    /// Any other failure to write.
    pub(super) fn failed(&self, what: String) -> FsError {
        failure::described(Operation::Write, &self.path, what)
    }

    /// An error of the call for a block, perhaps after DataNodes refused others.
    pub(super) fn without_block(&self, error: RpcError, before: Option<String>) -> FsError {
        match (self.refused(error), before) {
            (FsError::NoSpace { operation, path, detail }, Some(before)) => {
                let detail = detail.map(|detail| format!("{detail}; before that, {before}")).or(Some(before));
                FsError::NoSpace { operation, path, detail }
            }
            (FsError::Io { operation, path, source }, Some(before)) => {
                let source = io::Error::new(source.kind(), format!("{source}; before that, {before}"));
                FsError::Io { operation, path, source }
            }
            (error, _) => error,
        }
    }
}
