//! A TaskManager as the JobManager uses it.

use super::held::Held;
use super::outbox::{Elsewhere, Outbox};
use super::questions::Questions;
use super::{LeaderCall, SessionId, ToTaskManager};
use crate::proto::session;
use crate::view::LogFile;
use crate::wire::Wire;
use crate::{BlobRef, Fence, JobSource, OperatorEvent, RpcError, TaskDeployment, TaskManagerGateway};
use std::sync::Arc;
use weft_common::{AllocationId, ExecutionAttemptId, LeaderEpoch, SlotId};

/// Says something to a TaskManager. What it says goes at once into a queue; that it cannot arrive any more is told by
/// [`SessionHandler::on_lost`](super::SessionHandler::on_lost).
#[derive(Clone, Debug)]
pub struct RemoteTaskManager {
    pub(super) session: u64,
    pub(super) outbox: Outbox<ToTaskManager>,
    pub(super) questions: Arc<Asked>,
}

/// What a TaskManager was asked and has not answered.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) lists: Questions<Result<Vec<LogFile>, String>>,
    pub(super) parts: Questions<Result<Vec<u8>, String>>,
}

impl RemoteTaskManager {
    /// Which session this is.
    pub fn session(&self) -> SessionId {
        SessionId(self.session)
    }

    /// Tells the TaskManager that this process lives.
    pub fn heartbeat(&self) {
        self.call(LeaderCall::Heartbeat);
    }

    /// Ends the session, after what was said before.
    pub fn close(&self) {
        self.outbox.end();
    }

    /// Asks which log files there are. The inner error is the TaskManager's sentence.
    pub async fn list_logs(&self) -> Result<Result<Vec<LogFile>, String>, RpcError> {
        let ask = |request| self.send(LeaderCall::ListLogs { request });
        self.questions.lists.ask("the list of log files", ask).await
    }

    /// Asks for at most `length` bytes of a log file from `offset` on. The inner error is the TaskManager's sentence.
    pub async fn read_log(&self, name: String, offset: u64, length: u32) -> Result<Result<Vec<u8>, String>, RpcError> {
        let ask = |request| self.send(LeaderCall::ReadLog { request, name, offset, length });
        self.questions.parts.ask("part of a log file", ask).await
    }

    fn send(&self, call: LeaderCall) -> Result<(), RpcError> {
        self.outbox.send(ToTaskManager::Call(call))
    }

    fn call(&self, call: LeaderCall) {
        if let Err(error) = self.send(call) {
            tracing::debug!("not sent in session {}: {error}", self.session);
        }
    }
}

impl TaskManagerGateway for RemoteTaskManager {
    fn request_slot(&self, fence: Fence, slot: SlotId, allocation: AllocationId, source: &JobSource) {
        self.call(LeaderCall::RequestSlot { fence, slot, allocation, source: *source });
    }

    fn prepare(&self, fence: Fence, source: BlobRef) {
        self.call(LeaderCall::Prepare { fence, source });
    }

    fn free_slot(&self, epoch: LeaderEpoch, allocation: AllocationId) {
        self.call(LeaderCall::FreeSlot { epoch, allocation });
    }

    fn deploy(&self, fence: Fence, tasks: Vec<TaskDeployment>) {
        self.call(LeaderCall::Deploy { fence, tasks });
    }

    fn cancel(&self, fence: Fence, attempt: ExecutionAttemptId) {
        self.call(LeaderCall::Cancel { fence, attempt });
    }

    fn operator_event(&self, fence: Fence, event: OperatorEvent) {
        self.call(LeaderCall::OperatorEvent { fence, event });
    }

    fn give_up(&self, fence: Fence, attempts: Vec<ExecutionAttemptId>) {
        self.call(LeaderCall::GiveUp { fence, attempts });
    }

    fn acknowledge(&self, fence: Fence, sequence: u64, accepted: Vec<AllocationId>) {
        self.call(LeaderCall::Acknowledge { fence, sequence, accepted });
    }

    fn job_finished(&self, fence: Fence) {
        self.call(LeaderCall::JobFinished { fence });
    }

    fn dismiss(&self, _epoch: LeaderEpoch, cause: String) {
        self.call(LeaderCall::Dismiss { cause });
    }
}

/// Holds large messages for a session until its TaskManager has fetched them.
pub(super) struct HeldFor {
    pub(super) session: u64,
    pub(super) held: Arc<Held>,
}

impl Elsewhere<session::ToTaskManager> for HeldFor {
    async fn put(&self, bytes: Vec<u8>) -> Result<session::ToTaskManager, RpcError> {
        let blob = self.held.put(self.session, bytes.into()).ok_or(RpcError::Closed { peer: "the TaskManager" })?;
        Ok(ToTaskManager::Large(blob).into_wire())
    }
}
