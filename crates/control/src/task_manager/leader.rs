//! The leader: registering with it, its orders, and its loss.

use super::slots::Grant;
use super::{LeaderOrder, RegistrationFailure, TaskManager, TaskManagerCommand, TaskManagerCommands};
use crate::{ControlError, Failure, Fenced, HeartbeatEvent, TaskManagerMessage};
use weft_common::{AllocationId, JobId, LeaderEpoch, Mono};

impl TaskManager {
    pub(super) fn registered(
        &mut self,
        now: Mono,
        attempt: u64,
        epoch: LeaderEpoch,
        out: &mut TaskManagerCommands,
    ) -> Result<(), ControlError> {
        if !self.registration.awaits(attempt) {
            return Ok(());
        }
        if let Some(newer) = self.leader.filter(|known| known.counter > epoch.counter) {
            let sentence = Fenced { expected: newer, found: epoch }.to_string();
            self.registration.failed(now, attempt, RegistrationFailure::Error(sentence));
            out.push(TaskManagerCommand::Disconnect);
            return Ok(());
        }
        if self.leader.is_some_and(|known| known != epoch) {
            self.drop_everything("another JobManager leads now", out)?;
        }
        self.registration.accepted(attempt);
        self.leader = Some(epoch);
        self.leader_lost_at = None;
        self.heartbeat.on(now, HeartbeatEvent::Watch(()), &mut Vec::new());
        self.slots.renew(now + self.settings.slot_timeout);
        self.report_all(out);
        Ok(())
    }

    pub(super) fn connection_lost(&mut self, now: Mono, attempt: Option<u64>, cause: String) {
        if self.registration.lost(now, attempt, cause) {
            self.heartbeat.on(now, HeartbeatEvent::Forget(()), &mut Vec::new());
            self.leader_lost_at = Some(now + self.settings.heartbeat.timeout);
        }
    }

    pub(super) fn take_order(
        &mut self,
        now: Mono,
        epoch: LeaderEpoch,
        order: LeaderOrder,
        out: &mut TaskManagerCommands,
    ) -> Result<(), ControlError> {
        Fenced::check(self.leader.unwrap_or_default(), epoch)?;
        self.heartbeat.on(now, HeartbeatEvent::Heard(()), &mut Vec::new());
        match order {
            LeaderOrder::Heartbeat => {}
            LeaderOrder::RequestSlot { index, job, allocation } => {
                self.request_slot(now, index, job, allocation, out)?;
            }
            LeaderOrder::FreeSlot { allocation } => self.release(now, allocation, out)?,
            LeaderOrder::Deploy { job, tasks } => self.deploy(job, tasks, out)?,
            LeaderOrder::Cancel { job, attempt } => self.cancel(now, job, attempt, out),
            LeaderOrder::GiveUp { job, attempts } => self.give_up(job, &attempts, out),
            LeaderOrder::Acknowledge { job, sequence, accepted } => self.acknowledged(job, sequence, accepted)?,
            LeaderOrder::JobFinished { job } => {
                let held: Vec<_> = self.slots.held(job).collect();
                for (_, allocation) in held {
                    self.release(now, allocation, out)?;
                }
            }
            LeaderOrder::Dismiss { cause } => self.leave(now, cause, out),
        }
        Ok(())
    }

    fn request_slot(
        &mut self,
        now: Mono,
        index: u32,
        job: JobId,
        allocation: AllocationId,
        out: &mut TaskManagerCommands,
    ) -> Result<(), ControlError> {
        let take_until = now + self.settings.slot_timeout;
        let requested = self.slots.request(index, Grant { job, allocation }, take_until)?;
        if self.slots.usable(index, job) == Some(allocation) {
            self.start_worker_if_absent(job, out);
        }
        self.answer_request(index, job, allocation, requested, out);
        Ok(())
    }

    fn acknowledged(&mut self, id: JobId, sequence: u64, accepted: Vec<AllocationId>) -> Result<(), ControlError> {
        let Some(job) = self.jobs.get_mut(&id) else { return Ok(()) };
        job.forget_ended(sequence);
        for allocation in accepted {
            self.slots.accept(allocation)?;
        }
        Ok(())
    }

    /// Ends a grant: what runs there is stopped, and then the slot is free.
    pub(super) fn release(
        &mut self,
        now: Mono,
        allocation: AllocationId,
        out: &mut TaskManagerCommands,
    ) -> Result<(), ControlError> {
        let Some(Grant { job: id, .. }) = self.slots.release(allocation)? else { return Ok(()) };
        let tasks = self.jobs.get(&id).into_iter().flat_map(|job| &job.tasks);
        let there = tasks.filter(|(_, task)| task.allocation == Some(allocation) && task.is_live());
        let attempts: Vec<_> = there.map(|(attempt, _)| *attempt).collect();
        attempts.into_iter().for_each(|attempt| self.stop_task(now, id, attempt, out));
        Ok(())
    }

    pub(super) fn free_released_slots(&mut self, out: &mut TaskManagerCommands) -> Result<(), ControlError> {
        for (index, Grant { job: id, allocation }) in self.slots.releasing() {
            if self.jobs.get(&id).is_some_and(|job| job.is_in_use(allocation)) {
                continue;
            }
            self.slots.free(index)?;
            if let Some(job) = self.jobs.get_mut(&id) {
                job.tasks.retain(|_, task| task.allocation != Some(allocation));
                if let Some(incarnation) = job.worker.running().filter(|_| self.slots.any_of(id)) {
                    out.push(TaskManagerCommand::DropSlot { job: id, incarnation, index });
                }
            }
            self.tell_resource_manager(TaskManagerMessage::SlotFreed { index, allocation }, out);
        }
        Ok(())
    }

    /// Ends everything that was a leader's, without a word to anybody: the next leader would take it for its own.
    pub(super) fn drop_everything(&mut self, why: &str, out: &mut TaskManagerCommands) -> Result<(), ControlError> {
        for allocation in self.slots.all_held() {
            self.slots.release(allocation)?;
        }
        self.former_jobs.clear();
        let jobs: Vec<_> = self.jobs.keys().copied().collect();
        for id in jobs {
            let Some(job) = self.jobs.get_mut(&id) else { continue };
            let queued = std::mem::take(&mut job.queue);
            out.extend(queued.into_iter().map(|attempt| TaskManagerCommand::Discard { job: id, attempt }));
            job.drop_tasks();
            self.kill_worker(id, Failure::retryable(format!("the job's worker was killed: {why}")), out);
        }
        self.free_released_slots(out)
    }

    pub(super) fn forget_if_nothing_is_left(&mut self, now: Mono, id: JobId, out: &mut TaskManagerCommands) {
        let used = self.slots.any_of(id);
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if used || job.worker.incarnation().is_some() {
            job.forget_at = None;
            return;
        }
        let forget_at = *job.forget_at.get_or_insert(now + self.settings.heartbeat.timeout);
        if job.tasks.is_empty() || forget_at <= now {
            let newest = std::mem::take(&mut job.newest);
            self.jobs.remove(&id);
            self.former_jobs.retain(|_, (until, _)| *until > now);
            self.former_jobs.insert(id, (now + self.settings.heartbeat.timeout, newest));
            out.push(TaskManagerCommand::ForgetJob { job: id });
        }
    }
}
