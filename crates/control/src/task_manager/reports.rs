//! What the JobManager is told, and told again.

use super::slots::Requested;
use super::{TaskManager, TaskManagerCommand, TaskManagerCommands};
use crate::{OfferedSlot, TaskManagerMessage, TaskStatus, WorkerMessage};
use weft_common::{AllocationId, JobId, Mono, SlotId};

impl TaskManager {
    pub(super) fn tell_resource_manager(&mut self, message: TaskManagerMessage, out: &mut TaskManagerCommands) {
        if self.registration.is_registered() {
            self.sequence += 1;
            out.push(TaskManagerCommand::TellResourceManager { sequence: self.sequence, message });
        }
    }

    fn tell_job_master(&mut self, job: JobId, message: WorkerMessage, out: &mut TaskManagerCommands) {
        if self.registration.is_registered() {
            self.sequence += 1;
            out.push(TaskManagerCommand::TellJobMaster { job, sequence: self.sequence, message });
        }
    }

    pub(super) fn tell_status(&mut self, job: JobId, status: TaskStatus, out: &mut TaskManagerCommands) {
        self.tell_job_master(job, WorkerMessage::TaskStateChanged(status), out);
    }

    pub(super) fn answer_request(
        &mut self,
        index: u32,
        job: JobId,
        allocation: AllocationId,
        requested: Requested,
        out: &mut TaskManagerCommands,
    ) {
        let message = match requested {
            Requested::Granted | Requested::Offered | Requested::InUse => {
                TaskManagerMessage::SlotGranted { index, allocation }
            }
            Requested::Ended => TaskManagerMessage::SlotFreed { index, allocation },
            Requested::Impossible => TaskManagerMessage::SlotReport(self.slots.report()),
            // It is told when it has ended.
            Requested::Ending => return,
        };
        self.tell_resource_manager(message, out);
        if let Requested::Granted | Requested::Offered = requested {
            self.offer(job, vec![(index, allocation)], out);
        }
    }

    fn offer(&mut self, job: JobId, slots: Vec<(u32, AllocationId)>, out: &mut TaskManagerCommands) {
        let slot = |index| SlotId { task_manager: self.id.clone(), index };
        let offers = slots.into_iter().map(|(index, allocation)| OfferedSlot { allocation, slot: slot(index) });
        let offers: Vec<_> = offers.collect();
        if !offers.is_empty() {
            self.tell_job_master(job, WorkerMessage::SlotsOffered(offers), out);
        }
    }

    /// Tells everybody everything.
    pub(super) fn report_all(&mut self, out: &mut TaskManagerCommands) {
        let slots = self.slots.report();
        self.tell_resource_manager(TaskManagerMessage::SlotReport(slots), out);
        let jobs: Vec<_> = self.jobs.keys().copied().collect();
        jobs.into_iter().for_each(|job| self.report(job, out));
    }

    /// Tells a JobMaster everything.
    pub(super) fn report(&mut self, id: JobId, out: &mut TaskManagerCommands) {
        let untaken = self.slots.offered(id).collect();
        self.offer(id, untaken, out);
        let allocations = self.slots.held(id).map(|(_, allocation)| allocation).collect();
        let next = self.sequence + 1;
        if let Some(job) = self.jobs.get_mut(&id).filter(|_| self.registration.is_registered()) {
            job.report_due = None;
            let tasks = job.list_tasks(next);
            self.tell_job_master(id, WorkerMessage::Report { tasks, allocations }, out);
        }
    }

    /// Sees to it that what has not been acknowledged is said again.
    pub(super) fn settle_report(&mut self, now: Mono, id: JobId) {
        let open = self.slots.offered(id).next().is_some();
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let due = now + self.settings.repeat_interval;
        job.report_due = match self.registration.is_registered() && (open || job.has_unacknowledged()) {
            true => Some(job.report_due.unwrap_or(due)),
            false => None,
        };
    }
}
