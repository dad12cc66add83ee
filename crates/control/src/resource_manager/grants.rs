//! Granting slots, and comparing what was granted with what TaskManagers report.

use super::slots::{Grant, SlotUse};
use super::{JobNeed, ResourceCommand, ResourceCommands, ResourceManager, SlotReport, SlotSpread, slot_id};
use std::cmp::Ordering;
use weft_common::{AllocationId, JobId, SlotId, TaskManagerId};

impl ResourceManager {
    /// Requests slots for the jobs that have too few, and tells those that cannot be served.
    pub(super) fn grant_what_is_missing(&mut self, out: &mut ResourceCommands) {
        let jobs: Vec<(JobId, u32)> = self.jobs.iter().map(|need| (need.job, need.slots)).collect();
        for (job, needed) in jobs {
            let mut missing = needed.saturating_sub(self.granted_to(job));
            while missing > 0
                && let Some(slot) = self.pick_slot()
            {
                self.request(slot, job, out);
                missing -= 1;
            }
            self.tell_shortage(job, missing, out);
        }
    }

    fn granted_to(&self, job: JobId) -> u32 {
        let of_job = |used: SlotUse| used.grant().is_some_and(|grant| grant.job == job);
        let count: usize = self.task_managers.values().map(|slots| slots.count(of_job)).sum();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn pick_slot(&self) -> Option<SlotId> {
        let mut candidates = self.task_managers.iter().filter_map(|(id, slots)| {
            let index = slots.first_free()?;
            let used = slots.count(|used| used != SlotUse::Free);
            Some((slot_id(id, index), used, slots.uses.len()))
        });
        let (slot, ..) = match self.settings.spread {
            SlotSpread::Fill => candidates.next()?,
            SlotSpread::Even => candidates.min_by(|(_, used, all), (_, other_used, other_all)| {
                by_share((*used, *all), (*other_used, *other_all))
            })?,
        };
        Some(slot)
    }

    fn request(&mut self, slot: SlotId, job: JobId, out: &mut ResourceCommands) {
        let allocation = AllocationId(self.next_allocation);
        self.next_allocation = self.next_allocation.wrapping_add(1);
        if let Some(used) = self.slot_mut(&slot.task_manager, slot.index) {
            *used = SlotUse::Pending(Grant { job, allocation });
            out.push(ResourceCommand::RequestSlot { slot, job, allocation });
        }
    }

    /// Tells a job of a shortage, once for each state of the cluster.
    fn tell_shortage(&mut self, job: JobId, missing: u32, out: &mut ResourceCommands) {
        let overview = self.overview();
        let shortage = (missing > 0).then_some((overview.free, overview.pending));
        let Some(JobNeed { told, .. }) = self.jobs.iter_mut().find(|need| need.job == job) else { return };
        if let Some((free, pending)) = shortage.filter(|_| *told != shortage) {
            out.push(ResourceCommand::SlotsScarce { job, free, pending });
        }
        *told = shortage;
    }

    pub(super) fn confirm(&mut self, from: &TaskManagerId, index: u32, allocation: AllocationId) {
        if let Some(used) = self.slot_mut(from, index)
            && let SlotUse::Pending(grant) = *used
            && grant.allocation == allocation
        {
            *used = SlotUse::Granted(grant);
        }
    }

    /// A request may not have arrived.
    pub(super) fn request_failed(&mut self, from: &TaskManagerId, index: u32, allocation: AllocationId) {
        if let Some(used) = self.slot_mut(from, index)
            && let Some(grant) = used.grant().filter(|grant| grant.allocation == allocation)
        {
            *used = SlotUse::Unclear(Some(grant));
        }
    }

    /// A grant has ended. Its job mostly knows; where the TaskManager ended it, the job may not.
    pub(super) fn freed(
        &mut self,
        from: &TaskManagerId,
        index: u32,
        allocation: AllocationId,
        out: &mut ResourceCommands,
    ) {
        if let Some(used) = self.slot_mut(from, index)
            && let Some(grant) = used.promised().filter(|grant| grant.allocation == allocation)
        {
            *used = SlotUse::Free;
            self.tell_of_lost_grant(grant, "its TaskManager has freed it", out);
        }
    }

    fn slot_mut(&mut self, task_manager: &TaskManagerId, index: u32) -> Option<&mut SlotUse> {
        self.task_managers.get_mut(task_manager)?.uses.get_mut(&index)
    }

    /// Takes over what a TaskManager reports.
    pub(super) fn compare(&mut self, from: &TaskManagerId, slots: Vec<SlotReport>, out: &mut ResourceCommands) {
        for SlotReport { index, grant } in slots {
            let Some(known) = self.task_managers.get_mut(from) else { return };
            let used = known.uses.entry(index).or_insert(SlotUse::Unclear(None));
            let before = *used;
            let reported = grant.map(|(job, allocation)| Grant { job, allocation });
            *used = match (before, reported) {
                (SlotUse::Pending(pending), None) => {
                    self.repeat_request(slot_id(from, index), pending, out);
                    continue;
                }
                (_, None) => SlotUse::Free,
                (_, Some(grant)) => SlotUse::Granted(grant),
            };
            if let SlotUse::Granted(old) | SlotUse::Unclear(Some(old)) = before
                && reported != Some(old)
            {
                self.tell_of_lost_grant(old, "its TaskManager no longer holds it for this job", out);
            }
            self.free_if_nobody_wants_it(from, index, reported, out);
        }
    }

    /// Makes a request again of which there is no trace, or gives it up where nobody needs it any more.
    fn repeat_request(&mut self, slot: SlotId, pending: Grant, out: &mut ResourceCommands) {
        let Grant { job, allocation } = pending;
        if self.granted_to(job) <= self.required(job) {
            out.push(ResourceCommand::RequestSlot { slot, job, allocation });
        } else if let Some(used) = self.slot_mut(&slot.task_manager, slot.index) {
            *used = SlotUse::Free;
        }
    }

    fn tell_of_lost_grant(&self, lost: Grant, cause: &str, out: &mut ResourceCommands) {
        if self.jobs.iter().any(|need| need.job == lost.job) {
            let (job, allocations) = (lost.job, vec![lost.allocation]);
            out.push(ResourceCommand::SlotsLost { job, allocations, cause: cause.to_owned() });
        }
    }

    fn free_if_nobody_wants_it(
        &self,
        from: &TaskManagerId,
        index: u32,
        reported: Option<Grant>,
        out: &mut ResourceCommands,
    ) {
        if let Some(grant) = reported
            && !self.jobs.iter().any(|need| need.job == grant.job)
        {
            out.push(ResourceCommand::FreeSlot { slot: slot_id(from, index), allocation: grant.allocation });
        }
    }
}

/// Compares used shares, `used / all`, without dividing.
fn by_share((used, all): (usize, usize), (other_used, other_all): (usize, usize)) -> Ordering {
    (used * other_all).cmp(&(other_used * all))
}
