//! Who would step in.
//!
//! A job that loses a TaskManager goes on in free slots of others. One that has never run the job would fetch its program then, while the job
//! stands still: so those that would be asked first are told beforehand. They are as many as the loss of any one of the job's TaskManagers
//! takes, so a cluster with many idle TaskManagers does not send a program to all of them.

use super::slots::{SlotUse, TaskManagerSlots};
use super::{ResourceCommand, ResourceCommands, ResourceManager, SlotSpread};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use weft_common::{JobId, TaskManagerId};

impl ResourceManager {
    /// Has the programs of jobs that have all their slots sent to those that would step in.
    pub(super) fn prepare_stand_ins(&mut self, out: &mut ResourceCommands) {
        for need in &mut self.jobs {
            for task_manager in stand_ins(&self.task_managers, self.settings.spread, need.job, need.slots) {
                if need.prepared.insert(task_manager.clone()) {
                    out.push(ResourceCommand::Prepare { task_manager, job: need.job });
                }
            }
        }
    }
}

/// Those that hold no slot of the job and would be asked for one when the job loses a TaskManager; nobody while it still waits for slots,
/// which come first.
fn stand_ins(
    task_managers: &BTreeMap<TaskManagerId, TaskManagerSlots>,
    spread: SlotSpread,
    job: JobId,
    needed: u32,
) -> Vec<TaskManagerId> {
    let of_job = |used: SlotUse| matches!(used, SlotUse::Granted(grant) if grant.job == job);
    let granted: usize = task_managers.values().map(|slots| slots.count(of_job)).sum();
    if granted < needed as usize {
        return Vec::new();
    }
    let mut candidates: Vec<_> = task_managers
        .iter()
        .map(|(id, slots)| (id, slots.count(of_job), slots.count(|used| used == SlotUse::Free), slots.uses.len()))
        .collect();
    // What is lost with a TaskManager are its free slots, too.
    let lost = candidates.iter().filter(|(_, held, ..)| *held > 0).map(|(_, held, free, _)| held + free).max();
    let mut missing = lost.unwrap_or(0);
    if spread == SlotSpread::Even {
        // Compared without dividing; equals stay in the order of their names.
        candidates.sort_by(|(_, _, free, all), (_, _, other_free, other_all)| {
            Reverse(free * other_all).cmp(&Reverse(other_free * all))
        });
    }
    let mut stand_ins = Vec::new();
    for (id, held, free, _) in candidates.into_iter().filter(|(_, _, free, _)| *free > 0) {
        if missing == 0 {
            break;
        }
        if held == 0 {
            stand_ins.push(id.clone());
        }
        missing = missing.saturating_sub(match spread {
            SlotSpread::Fill => free,
            // The next slot is another's.
            SlotSpread::Even => 1,
        });
    }
    stand_ins
}
