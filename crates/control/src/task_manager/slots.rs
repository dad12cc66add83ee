//! The slots of a TaskManager.

use crate::{IllegalTransition, LifeCycle, SlotReport, SlotState};
use std::collections::VecDeque;
use weft_common::{AllocationId, JobId, Mono};

/// How many ended grants are remembered, so that a request that was repeated on its way does not bring one back.
const REMEMBERED: usize = 256;

/// A slot given to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) job: JobId,
    pub(super) allocation: AllocationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Free,
    /// Offered to the job, which has until then to take it.
    Allocated(Grant, Mono),
    /// In use. Offered all the same until the job is known to hold it: a deployment names the slot, not the grant, and may have been meant for
    /// an earlier one.
    Active {
        grant: Grant,
        accepted: bool,
    },
    Releasing(Grant),
}

impl Slot {
    fn state(self) -> SlotState {
        match self {
            Slot::Free => SlotState::Free,
            Slot::Allocated(..) => SlotState::Allocated,
            Slot::Active { .. } => SlotState::Active,
            Slot::Releasing(_) => SlotState::Releasing,
        }
    }

    fn grant(self) -> Option<Grant> {
        match self {
            Slot::Free => None,
            Slot::Allocated(grant, _) | Slot::Active { grant, .. } | Slot::Releasing(grant) => Some(grant),
        }
    }

    fn enter(&mut self, next: Slot) -> Result<(), IllegalTransition> {
        self.state().transition(next.state())?;
        *self = next;
        Ok(())
    }
}

/// What a request for a slot came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requested {
    /// The slot is reserved.
    Granted,
    /// It was already, and the job has not taken it yet.
    Offered,
    /// It was already, and the job uses it.
    InUse,
    /// This grant is ending.
    Ending,
    /// This grant has ended.
    Ended,
    /// Another grant has the slot, or there is no such slot.
    Impossible,
}

/// All slots by their index.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    /// Grants that have ended, the newest last.
    ended: VecDeque<AllocationId>,
}

impl Slots {
    pub(super) fn new(slots: u32) -> Self {
        Slots { slots: vec![Slot::Free; slots as usize], ended: VecDeque::new() }
    }

    pub(super) fn request(
        &mut self,
        index: u32,
        grant: Grant,
        take_until: Mono,
    ) -> Result<Requested, IllegalTransition> {
        let ended = self.ended.contains(&grant.allocation);
        let Some(slot) = self.slots.get_mut(index as usize) else { return Ok(Requested::Impossible) };
        Ok(match *slot {
            Slot::Free if ended => Requested::Ended,
            Slot::Free => {
                slot.enter(Slot::Allocated(grant, take_until))?;
                Requested::Granted
            }
            held if held.grant() != Some(grant) => Requested::Impossible,
            Slot::Allocated(..) => Requested::Offered,
            Slot::Active { .. } => Requested::InUse,
            Slot::Releasing(_) => Requested::Ending,
        })
    }

    /// The grant of a slot that the job may deploy to.
    pub(super) fn usable(&self, index: u32, job: JobId) -> Option<AllocationId> {
        match self.slots.get(index as usize)? {
            Slot::Allocated(grant, _) | Slot::Active { grant, .. } if grant.job == job => Some(grant.allocation),
            _ => None,
        }
    }

    /// The job uses a slot.
    pub(super) fn activate(&mut self, allocation: AllocationId) -> Result<(), IllegalTransition> {
        for slot in &mut self.slots {
            if let Slot::Allocated(grant, _) = *slot
                && grant.allocation == allocation
            {
                slot.enter(Slot::Active { grant, accepted: false })?;
            }
        }
        Ok(())
    }

    /// The job has taken a slot.
    pub(super) fn accept(&mut self, allocation: AllocationId) -> Result<(), IllegalTransition> {
        self.activate(allocation)?;
        for slot in &mut self.slots {
            if let Slot::Active { grant, accepted } = slot
                && grant.allocation == allocation
            {
                *accepted = true;
            }
        }
        Ok(())
    }

    /// Ends a grant, if it is held and not ending already; returns it.
    pub(super) fn release(&mut self, allocation: AllocationId) -> Result<Option<Grant>, IllegalTransition> {
        for slot in &mut self.slots {
            if let Slot::Allocated(grant, _) | Slot::Active { grant, .. } = *slot
                && grant.allocation == allocation
            {
                slot.enter(Slot::Releasing(grant))?;
                return Ok(Some(grant));
            }
        }
        Ok(None)
    }

    /// Frees a slot that is being released.
    pub(super) fn free(&mut self, index: u32) -> Result<(), IllegalTransition> {
        let Some(slot) = self.slots.get_mut(index as usize) else { return Ok(()) };
        let ended = slot.grant();
        slot.enter(Slot::Free)?;
        self.ended.extend(ended.map(|grant| grant.allocation));
        while self.ended.len() > REMEMBERED {
            self.ended.pop_front();
        }
        Ok(())
    }

    /// Every slot with its state and its grant.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, SlotState, Option<Grant>)> + '_ {
        (0..).zip(&self.slots).map(|(index, slot)| (index, slot.state(), slot.grant()))
    }

    fn of_job(&self, job: JobId, is: fn(&Slot) -> bool) -> impl Iterator<Item = (u32, AllocationId)> + '_ {
        (0..).zip(&self.slots).filter(move |(_, slot)| is(slot)).filter_map(move |(index, slot)| {
            let grant = slot.grant().filter(|grant| grant.job == job)?;
            Some((index, grant.allocation))
        })
    }

    /// The slots of a job that it is not known to have taken.
    pub(super) fn offered(&self, job: JobId) -> impl Iterator<Item = (u32, AllocationId)> + '_ {
        self.of_job(job, |slot| matches!(slot, Slot::Allocated(..) | Slot::Active { accepted: false, .. }))
    }

    /// The slots of a job, without those that are being released.
    pub(super) fn held(&self, job: JobId) -> impl Iterator<Item = (u32, AllocationId)> + '_ {
        self.of_job(job, |slot| matches!(slot, Slot::Allocated(..) | Slot::Active { .. }))
    }

    /// Whether any slot, even one being released, is a job's.
    pub(super) fn any_of(&self, job: JobId) -> bool {
        self.slots.iter().any(|slot| slot.grant().is_some_and(|grant| grant.job == job))
    }

    pub(super) fn releasing(&self) -> Vec<(u32, Grant)> {
        let releasing = self.iter().filter(|(_, state, _)| *state == SlotState::Releasing);
        releasing.filter_map(|(index, _, grant)| Some((index, grant?))).collect()
    }

    /// Every grant that is not ending.
    pub(super) fn all_held(&self) -> Vec<AllocationId> {
        let held = self.iter().filter(|(_, state, _)| *state != SlotState::Releasing);
        held.filter_map(|(_, _, grant)| grant).map(|grant| grant.allocation).collect()
    }

    /// The grants whose jobs have not taken them in time.
    pub(super) fn untaken(&self, now: Mono) -> Vec<AllocationId> {
        let overdue = self.slots.iter().filter_map(|slot| match slot {
            Slot::Allocated(grant, until) if *until <= now => Some(grant.allocation),
            _ => None,
        });
        overdue.collect()
    }

    pub(super) fn next_deadline(&self) -> Option<Mono> {
        let deadlines = self.slots.iter().filter_map(|slot| match slot {
            Slot::Allocated(_, until) => Some(*until),
            _ => None,
        });
        deadlines.min()
    }

    /// Nobody could take slots in the meantime: they have all their time again.
    pub(super) fn renew(&mut self, until: Mono) {
        for slot in &mut self.slots {
            if let Slot::Allocated(_, deadline) = slot {
                *deadline = until;
            }
        }
    }

    pub(super) fn report(&self) -> Vec<SlotReport> {
        let slots = self.iter();
        slots
            .map(|(index, _, grant)| SlotReport { index, grant: grant.map(|grant| (grant.job, grant.allocation)) })
            .collect()
    }
}
