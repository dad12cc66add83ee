//! Slots and deployment. Eager: every task is scheduled at once, and none is deployed before all have their slots.

use super::phase::{Active, Phase};
use super::{Command, Commands, Event, Handled, Ignored, JobMaster, WorkerMessage};
use crate::slot_pool::Offer;
use crate::{ControlError, ExecutionState, Failure, JobStatus, PooledSlot, SliceIndex, TaskIndex};
use weft_common::{AllocationId, Now};

impl JobMaster {
    pub(super) fn start(&mut self, now: Now, out: &mut Commands) -> Result<Handled, ControlError> {
        let Phase::Waiting = self.phase else { return Ok(Handled::Ignored(Ignored::Repeated)) };
        self.enter(now, JobStatus::Created, out)?;
        self.enter(now, JobStatus::Running, out)?;
        self.phase = Phase::Active(Active::default());
        self.coordinators.running = true;
        out.push(Command::StartCoordinators { attempt: self.coordinators.attempt });
        for task in self.topology.tasks() {
            self.tasks.current_mut(task).enter(now, ExecutionState::Scheduled)?;
        }
        Ok(Handled::Applied)
    }

    /// Brings slots and tasks together as far as possible.
    pub(super) fn schedule(&mut self, now: Now, out: &mut Commands) -> Result<(), ControlError> {
        self.match_slots_to_needs(now);
        self.declare(self.needed_slices().len(), out);
        let scheduled = self.tasks_in(ExecutionState::Scheduled);
        let places: Option<Vec<PooledSlot>> =
            scheduled.iter().map(|task| self.slots.slot_of(self.topology.slice_of(*task))).collect();
        let deadline = now.mono + self.settings.slot_request_timeout;
        let Some(active) = self.phase.active_mut() else { return Ok(()) };
        match places {
            None => {
                active.slot_deadline.get_or_insert(deadline);
            }
            Some(places) => {
                active.slot_deadline = None;
                for (task, place) in scheduled.into_iter().zip(places) {
                    self.deploy(now, task, place, out)?;
                }
            }
        }
        Ok(())
    }

    fn deploy(&mut self, now: Now, task: TaskIndex, place: PooledSlot, out: &mut Commands) -> Result<(), ControlError> {
        let execution = self.tasks.current_mut(task);
        execution.deploy(now, place.clone())?;
        let attempt = self.topology.id(task).attempt(execution.attempt());
        out.push(Command::Deploy { attempt, allocation: place.allocation, slot: place.slot });
        Ok(())
    }

    fn match_slots_to_needs(&mut self, now: Now) {
        let needed = self.needed_slices();
        for slice in self.topology.slices().filter(|slice| !needed.contains(slice)) {
            self.slots.make_idle(now.mono, slice);
        }
        self.slots.assign(&needed);
    }

    /// The slices with tasks that run or will run; in ascending order.
    fn needed_slices(&self) -> Vec<SliceIndex> {
        let unfinished = |task: &TaskIndex| self.tasks.state(*task) != ExecutionState::Finished;
        self.topology.slices().filter(|slice| self.topology.tasks_of(*slice).iter().any(unfinished)).collect()
    }

    pub(super) fn declare(&mut self, slots: usize, out: &mut Commands) {
        let slots = u32::try_from(slots).unwrap_or(u32::MAX);
        if slots != self.declared_slots {
            self.declared_slots = slots;
            out.push(Command::DeclareRequirements { slots });
        }
    }

    pub(super) fn tasks_in(&self, state: ExecutionState) -> Vec<TaskIndex> {
        self.topology.tasks().filter(|task| self.tasks.state(*task) == state).collect()
    }

    pub(super) fn slots_offered(&mut self, now: Now, offered: Vec<PooledSlot>, out: &mut Commands) -> Handled {
        let wanted = match self.phase {
            Phase::Active(_) => self.needed_slices().len(),
            Phase::Waiting | Phase::Stopping(_) | Phase::Over => 0,
        };
        let mut handled = Handled::Ignored(Ignored::Repeated);
        let mut refused = Vec::new();
        for slot in offered {
            match self.slots.offer(now.mono, &slot, wanted) {
                Offer::Accepted => handled = Handled::Applied,
                Offer::Known => {}
                Offer::Refused => refused.push(slot),
            }
        }
        release(refused, out);
        handled
    }

    /// Slots are gone, and what ran in them has failed.
    pub(super) fn slots_lost(
        &mut self,
        now: Now,
        allocations: Vec<AllocationId>,
        cause: &str,
        out: &mut Commands,
    ) -> Result<Handled, ControlError> {
        let lost: Vec<_> = allocations.into_iter().filter_map(|allocation| self.slots.lose(allocation)).collect();
        if lost.is_empty() {
            return Ok(Handled::Ignored(Ignored::Repeated));
        }
        let ran_there = |task: &TaskIndex| {
            let execution = self.tasks.current(*task);
            execution.state().is_deployed() && execution.place().is_some_and(|place| lost.contains(place))
        };
        let victims: Vec<_> = self.topology.tasks().filter(ran_there).collect();
        let failures = victims.into_iter().map(|task| (task, self.slot_lost_failure(task, cause))).collect();
        self.tasks_failed(now, failures, out)?;
        Ok(Handled::Applied)
    }

    fn slot_lost_failure(&self, task: TaskIndex, cause: &str) -> Failure {
        let execution = self.tasks.current(task);
        let name = self.topology.name_of(task, execution.attempt());
        match execution.place() {
            Some(place) => {
                let PooledSlot { slot, .. } = place;
                Failure::retryable(format!("{name} lost slot {} of {}: {cause}", slot.index, slot.task_manager))
            }
            None => Failure::retryable(format!("{name} lost its slot: {cause}")),
        }
    }

    pub(super) fn release_idle_slots(&mut self, now: Now, out: &mut Commands) {
        if self.phase.active().is_some() {
            release(self.slots.close_idle(now.mono, self.settings.slot_idle_timeout), out);
        }
    }

    /// Fails the tasks that have waited too long for slots.
    pub(super) fn fail_without_slots(&mut self, now: Now, out: &mut Commands) -> Result<(), ControlError> {
        let Some(active) = self.phase.active_mut() else { return Ok(()) };
        if active.slot_deadline.is_none_or(|deadline| deadline > now.mono) {
            return Ok(());
        }
        active.slot_deadline = None;
        let waiting = self.tasks_in(ExecutionState::Scheduled);
        self.fail(now, self.no_resource_available(now), Some(waiting), out)
    }

    fn no_resource_available(&self, now: Now) -> Failure {
        let (free, pending) = self.cluster_slots;
        let timeout = self.settings.slot_request_timeout;
        let meanwhile = self.never_came.as_ref().filter(|(at, _)| now.mono.since(*at) <= timeout);
        let never_came =
            meanwhile.map(|(_, what)| format!("; one that was to bring slots: {what}")).unwrap_or_default();
        let groups: Vec<_> =
            self.topology.slots_by_group().iter().map(|(group, slots)| format!("{slots} for group {group}")).collect();
        Failure::retryable(format!(
            "NoResourceAvailable: allocating slots for the job within slot.request.timeout ({} s): needed {} ({}), held \
             {}, the cluster has {free} free and {pending} pending; start more TaskManagers, raise \
             taskmanager.numberOfTaskSlots or lower the parallelism{never_came}",
            timeout.as_secs_f64(),
            self.declared_slots,
            groups.join(", "),
            self.slots.len(),
        ))
    }

    /// What arrives for a job that is over: slots go back, everything else is too late.
    pub(super) fn after_the_end(&mut self, event: Event, out: &mut Commands) -> Handled {
        if let Event::Worker { task_manager, sequence, message, .. } = event {
            let is_report = matches!(message, WorkerMessage::Report { .. });
            release(self.slots_to_return(message), out);
            if is_report {
                out.push(Command::Acknowledge { task_manager, sequence, accepted: Vec::new() });
            }
        }
        Handled::Ignored(Ignored::JobOver)
    }

    fn slots_to_return(&self, message: WorkerMessage) -> Vec<PooledSlot> {
        match message {
            WorkerMessage::SlotsOffered(slots) => slots,
            WorkerMessage::Report { allocations, .. } => {
                allocations.into_iter().filter_map(|allocation| self.slots.closed_slot(allocation)).collect()
            }
            WorkerMessage::TaskStateChanged(_) => Vec::new(),
        }
    }
}

/// Gives slots back, if there are any.
pub(super) fn release(slots: Vec<PooledSlot>, out: &mut Commands) {
    if !slots.is_empty() {
        out.push(Command::ReleaseSlots { slots });
    }
}
