//! Who a worker process is.

use super::error::Refusal;
use super::greeting::{Greeting, Process};
use weft_common::trust::SecretKey;
use weft_common::{JobId, LeaderEpoch};

/// Who a worker process is, and the key that opens its job's connections.
#[derive(Clone, Debug)]
pub struct TcpIdentity {
    /// The job whose tasks it runs.
    pub job: JobId,
    /// The leader that the job runs under.
    pub epoch: LeaderEpoch,
    /// Its number, as in slot addresses.
    pub worker: u32,
    /// Which process has this number: rises with every process that takes it.
    pub generation: u64,
    /// The key of the job's workers: [`SecretKey::for_workers_of`].
    pub key: SecretKey,
}

impl TcpIdentity {
    pub(super) fn process(&self) -> Process {
        Process { worker: self.worker, generation: self.generation }
    }

    /// Why a greeting is not for this process, if it is not.
    pub(super) fn refusal_of(&self, greeting: &Greeting) -> Option<Refusal> {
        if greeting.job != self.job {
            return Some(Refusal::Job);
        }
        if greeting.epoch != self.epoch {
            return Some(Refusal::Epoch);
        }
        if greeting.responder != self.process() {
            return Some(Refusal::Process);
        }
        (greeting.opener.worker >= self.worker).then_some(Refusal::Direction)
    }
}
