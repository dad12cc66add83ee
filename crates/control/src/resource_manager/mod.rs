//! The cluster's slots and who gets them.
//!
//! Jobs declare how many slots they need in all; the ResourceManager grants free slots until each has as many, jobs in
//! the order in which they came. A grant is requested of the slot's TaskManager, which then offers the slot to the job
//! itself: once granted, a slot is between the two, and this machine learns of its end from the TaskManager.
//!
//! The TaskManagers' reports are the truth, this machine's table a copy of it: a report puts right whatever a lost
//! message made wrong. Only a request that is on its way is not contradicted by a report without it: it is made once more, which changes
//! nothing where it has arrived. A report that newer messages have overtaken is put aside.

mod grants;
mod message;
mod settings;
mod slots;
mod stand_ins;

#[cfg(test)]
mod tests;

pub use message::{ResourceCommand, ResourceCommands, ResourceEvent, SlotReport, TaskManagerMessage};
pub use settings::{ResourceManagerSettings, SlotSpread};

use crate::Fenced;
use slots::{SlotUse, TaskManagerSlots};
use std::collections::{BTreeMap, BTreeSet};
use weft_common::{AllocationId, JobId, LeaderEpoch, SlotId, TaskManagerId};

/// The slots of a cluster, or of one TaskManager, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotOverview {
    /// All registered.
    pub total: u32,
    /// Free.
    pub free: u32,
    /// Requested for a job, not confirmed yet.
    pub pending: u32,
}

/// The state machine of a cluster's slots under one leader.
#[derive(Clone, Debug)]
pub struct ResourceManager {
    epoch: LeaderEpoch,
    settings: ResourceManagerSettings,
    next_allocation: u128,
    task_managers: BTreeMap<TaskManagerId, TaskManagerSlots>,
    /// What each job needs, in the order in which the jobs came.
    jobs: Vec<JobNeed>,
}

#[derive(Clone, Debug)]
struct JobNeed {
    job: JobId,
    slots: u32,
    /// The shortage the job was told of last: free and pending slots.
    told: Option<(u32, u32)>,
    /// Those that were told to fetch its program.
    prepared: BTreeSet<TaskManagerId>,
}

impl ResourceManager {
    /// A cluster without TaskManagers. Allocation ids count up from `first_allocation`, which is to be random, so that
    /// they differ from those of other leaders.
    pub fn new(epoch: LeaderEpoch, settings: ResourceManagerSettings, first_allocation: u128) -> Self {
        let (task_managers, jobs) = (BTreeMap::new(), Vec::new());
        ResourceManager { epoch, settings, next_allocation: first_allocation, task_managers, jobs }
    }

    /// Takes an event and appends the commands that follow from it. Fails on a message of another leader, which
    /// changes nothing.
    pub fn on(&mut self, event: ResourceEvent, out: &mut ResourceCommands) -> Result<(), Fenced> {
        match event {
            ResourceEvent::TaskManager { epoch, task_manager, sequence, message } => {
                Fenced::check(self.epoch, epoch)?;
                self.task_manager_message(task_manager, sequence, message, out);
            }
            ResourceEvent::TaskManagerLost { task_manager, cause } => {
                self.task_manager_lost(&task_manager, &cause, out);
            }
            ResourceEvent::RequestFailed { slot, allocation } => {
                self.request_failed(&slot.task_manager, slot.index, allocation);
            }
            ResourceEvent::RequirementsDeclared { job, slots } => self.declare(job, slots),
            ResourceEvent::JobOver { job } => self.jobs.retain(|need| need.job != job),
        }
        self.grant_what_is_missing(out);
        self.prepare_stand_ins(out);
        Ok(())
    }

    /// The slots of the cluster.
    pub fn overview(&self) -> SlotOverview {
        let all = self.task_managers.values().map(overview_of);
        all.fold(SlotOverview::default(), |sum, one| SlotOverview {
            total: sum.total + one.total,
            free: sum.free + one.free,
            pending: sum.pending + one.pending,
        })
    }

    /// The registered TaskManagers with their slots.
    pub fn task_managers(&self) -> impl Iterator<Item = (&TaskManagerId, SlotOverview)> {
        self.task_managers.iter().map(|(id, slots)| (id, overview_of(slots)))
    }

    /// What a job declared last; 0 for one that is not known.
    pub fn required(&self, job: JobId) -> u32 {
        self.jobs.iter().find(|need| need.job == job).map_or(0, |need| need.slots)
    }

    /// How many slots the cluster ought to have, for whoever starts TaskManagers of `slots_each`: what the jobs declared, and some
    /// TaskManagers to spare.
    pub fn wanted_slots(&self, slots_each: u32) -> u32 {
        let declared = self.jobs.iter().fold(0u32, |sum, need| sum.saturating_add(need.slots));
        let spare = self.settings.redundant_task_managers.saturating_mul(slots_each);
        declared.saturating_add(spare).min(self.settings.max_slots)
    }

    fn declare(&mut self, job: JobId, slots: u32) {
        match self.jobs.iter_mut().find(|need| need.job == job) {
            Some(need) => (need.slots, need.told) = (slots, None),
            None => self.jobs.push(JobNeed { job, slots, told: None, prepared: BTreeSet::new() }),
        }
    }

    fn task_manager_message(
        &mut self,
        from: TaskManagerId,
        sequence: u64,
        message: TaskManagerMessage,
        out: &mut ResourceCommands,
    ) {
        if self.refuses(&from, &message, out) {
            return;
        }
        let known = match &message {
            TaskManagerMessage::SlotReport(_) => self.task_managers.entry(from.clone()).or_default(),
            _ => match self.task_managers.get_mut(&from) {
                Some(known) => known,
                None => return,
            },
        };
        let overtaken = sequence < known.last_heard;
        known.last_heard = known.last_heard.max(sequence);
        match message {
            TaskManagerMessage::SlotReport(_) if overtaken => {}
            TaskManagerMessage::SlotReport(slots) => self.compare(&from, slots, out),
            TaskManagerMessage::SlotGranted { index, allocation } => self.confirm(&from, index, allocation),
            TaskManagerMessage::SlotFreed { index, allocation } => {
                self.freed(&from, index, allocation, out);
            }
        }
    }

    /// Whether this is a TaskManager with which the cluster would have too many slots.
    fn refuses(&self, from: &TaskManagerId, message: &TaskManagerMessage, out: &mut ResourceCommands) -> bool {
        let TaskManagerMessage::SlotReport(slots) = message else { return false };
        let (total, more) = (self.overview().total as usize, slots.len());
        let max = self.settings.max_slots;
        if self.task_managers.contains_key(from) || total + more <= max as usize {
            return false;
        }
        let cause = format!(
            "the cluster has {total} slots, and with the {more} of this TaskManager more than \
             slotmanager.number-of-slots.max ({max})"
        );
        out.push(ResourceCommand::RefuseTaskManager { task_manager: from.clone(), cause });
        true
    }

    fn task_manager_lost(&mut self, lost: &TaskManagerId, cause: &str, out: &mut ResourceCommands) {
        let Some(slots) = self.task_managers.remove(lost) else { return };
        for need in &mut self.jobs {
            need.prepared.remove(lost);
        }
        let mut by_job: BTreeMap<JobId, Vec<AllocationId>> = BTreeMap::new();
        for grant in slots.uses.into_values().filter_map(SlotUse::promised) {
            by_job.entry(grant.job).or_default().push(grant.allocation);
        }
        for (job, allocations) in by_job {
            out.push(ResourceCommand::SlotsLost { job, allocations, cause: cause.to_owned() });
        }
    }
}

fn overview_of(slots: &TaskManagerSlots) -> SlotOverview {
    let count = |is: fn(SlotUse) -> bool| u32::try_from(slots.count(is)).unwrap_or(u32::MAX);
    SlotOverview {
        total: count(|_| true),
        free: count(|used| used == SlotUse::Free),
        pending: count(|used| matches!(used, SlotUse::Pending(_))),
    }
}

fn slot_id(task_manager: &TaskManagerId, index: u32) -> SlotId {
    SlotId { task_manager: task_manager.clone(), index }
}
