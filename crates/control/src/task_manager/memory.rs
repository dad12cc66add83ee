//! What workers use of the memory.
//!
//! A worker may use what its slots are worth and a fixed base. The most slots it has had count: memory that was used for a slot that is given
//! back is not given back to the machine at once. So all workers together may come to use more than there is for them; then the one that
//! exceeds its present share by most is killed, before the container is.

use super::{TaskManager, TaskManagerCommand, TaskManagerCommands, WorkerMemory};
use crate::Failure;
use weft_common::{ErrorKind, JobId};

/// What one worker uses.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MemoryUse {
    bytes: u64,
    most_slots: u64,
    warned: bool,
}

impl WorkerMemory {
    /// What a worker with so many slots may use.
    fn limit(&self, slots: u64) -> u64 {
        self.base.saturating_add(self.per_slot.saturating_mul(slots))
    }
}

impl TaskManager {
    pub(super) fn memory_sampled(&mut self, id: JobId, incarnation: u64, bytes: u64, out: &mut TaskManagerCommands) {
        let Some(memory) = self.settings.memory else { return };
        let slots = self.slots.held(id).count() as u64;
        let Some(job) = self.jobs.get_mut(&id).filter(|job| job.worker.incarnation() == Some(incarnation)) else {
            return;
        };
        job.memory.bytes = bytes;
        job.memory.most_slots = job.memory.most_slots.max(slots);
        let limit = memory.limit(job.memory.most_slots);
        if bytes >= limit {
            let message = format!(
                "the job's worker was killed: it used {} of memory, and may use {} (slots of the job: {}); give TaskManagers more \
                 memory (taskmanager.memory.process.size) or fewer slots, or find out what keeps it",
                mib(bytes),
                mib(limit),
                job.memory.most_slots,
            );
            return self.kill_worker(id, Failure::new(ErrorKind::User, message), out);
        }
        // 90 % up, 85 % down: a worker that stays near the line is not told of over and over.
        let percent = bytes.saturating_mul(100) / limit.max(1);
        if percent >= 90 && !job.memory.warned {
            out.push(TaskManagerCommand::WarnOfMemory { job: id, used: bytes, limit });
        }
        job.memory.warned = percent >= 90 || (job.memory.warned && percent >= 85);
        self.protect_container(memory, out);
    }

    fn protect_container(&mut self, memory: WorkerMemory, out: &mut TaskManagerCommands) {
        let alive = self.jobs.iter().filter(|(_, job)| job.worker.incarnation().is_some());
        let used: u64 = alive.clone().map(|(_, job)| job.memory.bytes).sum();
        if used < memory.total {
            return;
        }
        let excess = alive.map(|(id, job)| {
            let limit = memory.limit(self.slots.held(*id).count() as u64);
            (job.memory.bytes.saturating_sub(limit), job.memory.bytes, limit, *id)
        });
        if let Some((_, bytes, limit, id)) = excess.max() {
            let message = format!(
                "the job's worker was killed: all workers here used {} of memory, {} is what there is for them, and this one \
                 used {} of its {}",
                mib(used),
                mib(memory.total),
                mib(bytes),
                mib(limit),
            );
            self.kill_worker(id, Failure::new(ErrorKind::User, message), out);
        }
    }
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}
