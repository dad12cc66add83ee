//! What workers use of the memory.
//!
//! A worker may use what its slots are worth and a fixed base. The most slots it has had count: memory that was used for a slot that is given
//! back is not given back to the machine at once. So all workers together may come to use more than there is for them; then the one that
//! exceeds its present share by most is killed, before the container is.
//!
//! A worker is held to its proportional set size, in which pages that it shares with others, the program's code above all, count in part. Who
//! watches a container counts resident pages of each process in full, those of the TaskManager too; so does the watch over the container.

use super::{TaskManager, TaskManagerCommand, TaskManagerCommands, WorkerMemory};
use crate::Failure;
use weft_common::{ErrorKind, JobId};

/// Which part of the container, in percent, all processes in it may use.
const FULL: u64 = 95;

/// What a worker uses of the memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemorySample {
    /// Pages that it shares with other processes count in part.
    pub used: u64,
    /// All pages count in full.
    pub resident: u64,
    /// The pages of the TaskManager's own process, in full.
    pub task_manager: u64,
}

/// What one worker uses.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MemoryUse {
    resident: u64,
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
    pub(super) fn memory_sampled(
        &mut self,
        id: JobId,
        incarnation: u64,
        sample: MemorySample,
        out: &mut TaskManagerCommands,
    ) {
        let Some(memory) = self.settings.memory else { return };
        let slots = self.slots.held(id).count() as u64;
        let Some(job) = self.jobs.get_mut(&id).filter(|job| job.worker.incarnation() == Some(incarnation)) else {
            return;
        };
        let bytes = sample.used;
        job.memory.resident = sample.resident;
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
        self.protect_container(memory, sample.task_manager, out);
    }

    /// Fails the worker that exceeds its share by most when the container is nearly full: whoever watches that would kill all.
    fn protect_container(&mut self, memory: WorkerMemory, own: u64, out: &mut TaskManagerCommands) {
        let alive = self.jobs.iter().filter(|(_, job)| job.worker.incarnation().is_some());
        let used = alive.clone().fold(own, |sum, (_, job)| sum.saturating_add(job.memory.resident));
        if used.saturating_mul(100) < memory.container.saturating_mul(FULL) {
            return;
        }
        let excess = alive.map(|(id, job)| {
            let limit = memory.limit(self.slots.held(*id).count() as u64);
            (job.memory.resident.saturating_sub(limit), job.memory.resident, limit, *id)
        });
        if let Some((_, bytes, limit, id)) = excess.max() {
            let message = format!(
                "the job's worker was killed: the processes of its TaskManager used {} of memory, {FULL} % of the {} of its container are \
                 the most before all are killed, and this one used {} of its {}; give TaskManagers more memory \
                 (taskmanager.memory.process.size) or fewer slots",
                mib(used),
                mib(memory.container),
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
