//! The slots a job holds.
//!
//! A slot enters the pool when its TaskManager offers it, is assigned to a slice (the tasks that share it), stays with
//! that slice across restarts, turns idle when all tasks of the slice have finished, and leaves when it is lost or has
//! been idle for too long. An allocation that has left never comes back: what the TaskManager still says about it is
//! answered by releasing it once more, so that a repeated or late offer cannot bring a dead slot into use.

use crate::SliceIndex;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use weft_common::{AllocationId, Mono, SlotId, TaskManagerId};

/// A slot granted to the job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PooledSlot {
    /// The grant.
    pub allocation: AllocationId,
    /// Where it is.
    pub slot: SlotId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SlotUse {
    Idle { since: Mono },
    Assigned(SliceIndex),
}

/// What the pool makes of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// The slot is in the pool now.
    Accepted,
    /// It was there already.
    Known,
    /// The job does not want it.
    Refused,
}

/// See the module's description.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlotPool {
    slots: BTreeMap<AllocationId, (SlotId, SlotUse)>,
    assigned: BTreeMap<SliceIndex, AllocationId>,
    /// Where each slice was last, to go back to.
    last_place: BTreeMap<SliceIndex, PooledSlot>,
    /// Allocations that have left, or were refused.
    closed: BTreeMap<AllocationId, SlotId>,
    /// Allocations that were lost before they were offered.
    void: BTreeSet<AllocationId>,
}

impl SlotPool {
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The slot of a slice, if it has one.
    pub(crate) fn slot_of(&self, slice: SliceIndex) -> Option<PooledSlot> {
        let allocation = *self.assigned.get(&slice)?;
        self.slots.get(&allocation).map(|(slot, _)| PooledSlot { allocation, slot: slot.clone() })
    }

    /// The slot of an allocation that was in the pool, or offered to it, and is not any more.
    pub(crate) fn closed_slot(&self, allocation: AllocationId) -> Option<PooledSlot> {
        self.closed.get(&allocation).map(|slot| PooledSlot { allocation, slot: slot.clone() })
    }

    /// The allocations held from a TaskManager.
    pub(crate) fn held_from<'a>(&'a self, task_manager: &'a TaskManagerId) -> impl Iterator<Item = AllocationId> + 'a {
        let of_it = self.slots.iter().filter(move |(_, (slot, _))| slot.task_manager == *task_manager);
        of_it.map(|(allocation, _)| *allocation)
    }

    /// Takes an offered slot unless the pool holds `wanted` already.
    pub(crate) fn offer(&mut self, now: Mono, offered: &PooledSlot, wanted: usize) -> Offer {
        if self.slots.contains_key(&offered.allocation) {
            return Offer::Known;
        }
        let over = self.closed.contains_key(&offered.allocation) || self.void.remove(&offered.allocation);
        if over || self.slots.len() >= wanted {
            self.closed.insert(offered.allocation, offered.slot.clone());
            return Offer::Refused;
        }
        self.slots.insert(offered.allocation, (offered.slot.clone(), SlotUse::Idle { since: now }));
        Offer::Accepted
    }

    /// Gives idle slots to those of `slices` that have none: the slot a slice had before, else one on the same
    /// TaskManager, else any.
    pub(crate) fn assign(&mut self, slices: &[SliceIndex]) {
        let preferences: [fn(&PooledSlot, &PooledSlot) -> bool; 2] =
            [|idle, last| idle == last, |idle, last| idle.slot.task_manager == last.slot.task_manager];
        for prefers in preferences {
            for &slice in slices {
                let Some(last) = self.last_place.get(&slice).cloned() else { continue };
                self.assign_where(slice, |idle| prefers(idle, &last));
            }
        }
        slices.iter().for_each(|slice| self.assign_where(*slice, |_| true));
    }

    fn assign_where(&mut self, slice: SliceIndex, suits: impl Fn(&PooledSlot) -> bool) {
        if self.assigned.contains_key(&slice) {
            return;
        }
        let mut idle = self.slots.iter_mut().filter(|(_, (_, used))| matches!(used, SlotUse::Idle { .. }));
        let found = idle.find_map(|(allocation, (slot, used))| {
            let place = PooledSlot { allocation: *allocation, slot: slot.clone() };
            suits(&place).then_some((place, used))
        });
        if let Some((place, used)) = found {
            *used = SlotUse::Assigned(slice);
            self.assigned.insert(slice, place.allocation);
            self.last_place.insert(slice, place);
        }
    }

    /// A slice needs its slot no more.
    pub(crate) fn make_idle(&mut self, now: Mono, slice: SliceIndex) {
        if let Some(allocation) = self.assigned.remove(&slice)
            && let Some((_, used)) = self.slots.get_mut(&allocation)
        {
            *used = SlotUse::Idle { since: now };
        }
    }

    /// Takes a slot out of the pool for good; `None` when it was not in it.
    pub(crate) fn close(&mut self, allocation: AllocationId) -> Option<PooledSlot> {
        let (slot, used) = self.slots.remove(&allocation)?;
        self.closed.insert(allocation, slot.clone());
        if let SlotUse::Assigned(slice) = used {
            self.assigned.remove(&slice);
        }
        Some(PooledSlot { allocation, slot })
    }

    /// Takes a slot out of the pool that is lost, or sees to it that it does not come in should it still be offered.
    pub(crate) fn lose(&mut self, allocation: AllocationId) -> Option<PooledSlot> {
        let lost = self.close(allocation);
        if lost.is_none() && !self.closed.contains_key(&allocation) {
            self.void.insert(allocation);
        }
        lost
    }

    /// Takes out every slot.
    pub(crate) fn close_all(&mut self) -> Vec<PooledSlot> {
        let all: Vec<_> = self.slots.keys().copied().collect();
        all.into_iter().filter_map(|allocation| self.close(allocation)).collect()
    }

    /// Takes out what has been idle for `timeout`.
    pub(crate) fn close_idle(&mut self, now: Mono, timeout: Duration) -> Vec<PooledSlot> {
        let idle: Vec<_> =
            self.idle_since().filter(|(_, since)| *since + timeout <= now).map(|(allocation, _)| allocation).collect();
        idle.into_iter().filter_map(|allocation| self.close(allocation)).collect()
    }

    /// When the next idle slot will have been idle for `timeout`.
    pub(crate) fn next_idle_deadline(&self, timeout: Duration) -> Option<Mono> {
        self.idle_since().map(|(_, since)| since + timeout).min()
    }

    fn idle_since(&self) -> impl Iterator<Item = (AllocationId, Mono)> + '_ {
        self.slots.iter().filter_map(|(allocation, (_, used))| match used {
            SlotUse::Idle { since } => Some((*allocation, *since)),
            SlotUse::Assigned(_) => None,
        })
    }
}
