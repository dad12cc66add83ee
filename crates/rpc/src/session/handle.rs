//! A session as the TaskManager uses it.

use super::outbox::{Elsewhere, Outbox};
use super::{FromTaskManager, SessionId, TaskManagerCall, transfer};
use crate::program::TaskReport;
use crate::proto::session::job_manager_client::JobManagerClient;
use crate::proto::session::{self};
use crate::view::{LogFile, ProcessMemory};
use crate::wire::Wire;
use crate::{BlobRef, Fence, JobMasterGateway, OperatorEvent, ResourceManagerGateway, RpcError, WorkerAddress};
use std::path::Path;
use std::time::Duration;
use tonic::Status;
use tonic::transport::Channel;
use weft_common::{LeaderEpoch, TaskManagerId};
use weft_control::{TaskManagerMessage, WorkerMessage};

/// Says something to the JobManager. What it says goes at once into a queue; that it cannot arrive any more is told by the end of the
/// [`SessionCalls`](super::SessionCalls).
#[derive(Clone, Debug)]
pub struct SessionHandle {
    pub(super) caller: Caller,
    pub(super) outbox: Outbox<FromTaskManager>,
}

impl SessionHandle {
    /// Which session this is.
    pub fn session(&self) -> SessionId {
        SessionId(self.caller.session)
    }

    /// Tells the JobManager that this process lives, what it and its workers use of the memory, and what its log warned of last.
    pub fn heartbeat(&self, memory: ProcessMemory, warnings: Vec<String>) {
        self.call(TaskManagerCall::Heartbeat { memory, warnings });
    }

    /// Tells the JobManager that this process ends, and ends the session once that is sent.
    pub fn goodbye(&self, cause: String) {
        self.call(TaskManagerCall::Goodbye { cause });
        self.close();
    }

    /// Ends the session, after what was said before.
    pub fn close(&self) {
        self.outbox.end();
    }

    /// Waits until everything that was said before the session was closed has been handed to the network, or cannot be.
    pub async fn closed(&self) {
        self.outbox.ended().await;
    }

    /// Answers [`LeaderCall::ListLogs`](super::LeaderCall::ListLogs); with a sentence where there is no list.
    pub fn answer_list_logs(&self, request: u64, files: Result<Vec<LogFile>, String>) {
        self.send(FromTaskManager::LogList { request, files });
    }

    /// Answers [`LeaderCall::ReadLog`](super::LeaderCall::ReadLog): with fewer bytes than asked for at the end of the file, with a
    /// sentence where there are none.
    pub fn answer_read_log(&self, request: u64, bytes: Result<Vec<u8>, String>) {
        self.send(FromTaskManager::LogPart { request, bytes });
    }

    /// Fetches a blob of the JobManager into memory.
    pub async fn fetch(&self, blob: BlobRef) -> Result<Vec<u8>, RpcError> {
        transfer::fetch_bytes(&self.caller, blob, 0).await
    }

    /// Fetches a blob of the JobManager into a file that is not there yet, and makes it durable. After an error there may be part of it.
    pub async fn fetch_file(&self, blob: BlobRef, path: &Path) -> Result<(), RpcError> {
        transfer::fetch_file(&self.caller, blob, path).await
    }

    /// Makes bytes a blob of the JobManager.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<BlobRef, RpcError> {
        transfer::put_bytes(&self.caller, bytes, 0).await
    }

    fn call(&self, call: TaskManagerCall) {
        self.send(FromTaskManager::Call(call));
    }

    pub(super) fn send(&self, message: FromTaskManager) {
        if let Err(error) = self.outbox.send(message) {
            tracing::debug!("not sent: {error}");
        }
    }
}

/// The id of the TaskManager is known from its registration.
impl JobMasterGateway for SessionHandle {
    fn worker_message(&self, fence: Fence, _task_manager: &TaskManagerId, sequence: u64, message: WorkerMessage) {
        self.call(TaskManagerCall::JobMaster { fence, sequence, message });
    }

    fn operator_event(&self, fence: Fence, event: OperatorEvent) {
        self.call(TaskManagerCall::OperatorEvent { fence, event });
    }

    fn worker_address(&self, fence: Fence, _task_manager: &TaskManagerId, address: WorkerAddress) {
        self.call(TaskManagerCall::WorkerAddress { fence, address });
    }

    fn task_reports(&self, fence: Fence, _task_manager: &TaskManagerId, reports: Vec<TaskReport>) {
        self.call(TaskManagerCall::TaskReports { fence, reports });
    }
}

impl ResourceManagerGateway for SessionHandle {
    fn task_manager_message(
        &self,
        epoch: LeaderEpoch,
        _from: &TaskManagerId,
        sequence: u64,
        message: TaskManagerMessage,
    ) {
        self.call(TaskManagerCall::ResourceManager { epoch, sequence, message });
    }
}

/// The connection of a session, for calls beside its stream.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) channel: Channel,
    /// The JobManager's address.
    pub(super) peer: String,
    pub(super) session: u64,
    /// Bytes of the longest message that is read.
    pub(super) frame_limit: usize,
}

impl Caller {
    pub(super) fn client(&self) -> JobManagerClient<Channel> {
        JobManagerClient::new(self.channel.clone()).max_decoding_message_size(self.frame_limit)
    }

    /// Waits for something, until its deadline.
    pub(super) async fn in_time<T>(
        &self,
        what: &'static str,
        deadline: Duration,
        answer: impl Future<Output = T>,
    ) -> Result<T, RpcError> {
        let late = |_| RpcError::Deadline { peer: self.peer.clone(), what, deadline };
        tokio::time::timeout(deadline, answer).await.map_err(late)
    }

    pub(super) fn failed(&self, blob: BlobRef, status: &Status) -> RpcError {
        transfer::error(&self.peer, blob, status)
    }
}

/// Puts large messages where the JobManager holds them for the session.
impl Elsewhere<session::FromTaskManager> for Caller {
    async fn put(&self, bytes: Vec<u8>) -> Result<session::FromTaskManager, RpcError> {
        let blob = transfer::put_bytes(self, bytes, self.session).await?;
        Ok(FromTaskManager::Large(blob).into_wire())
    }
}
