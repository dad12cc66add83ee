//! The slots of one TaskManager, as the ResourceManager knows them.

use std::collections::BTreeMap;
use weft_common::{AllocationId, JobId};

/// Whom a slot belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SlotUse {
    Free,
    /// Requested of the TaskManager, not confirmed.
    Pending(Grant),
    Granted(Grant),
    /// A request failed, of which something may have arrived all the same; the next report says what is the case.
    Unclear(Option<Grant>),
}

/// A slot given to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) job: JobId,
    pub(super) allocation: AllocationId,
}

impl SlotUse {
    pub(super) fn grant(self) -> Option<Grant> {
        match self {
            SlotUse::Pending(grant) | SlotUse::Granted(grant) => Some(grant),
            SlotUse::Free | SlotUse::Unclear(_) => None,
        }
    }

    /// The grant that a job may think it has.
    pub(super) fn promised(self) -> Option<Grant> {
        match self {
            SlotUse::Unclear(grant) => grant,
            other => other.grant(),
        }
    }
}

/// A TaskManager's slots by index.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskManagerSlots {
    pub(super) uses: BTreeMap<u32, SlotUse>,
    /// The highest sequence number seen.
    pub(super) last_heard: u64,
}

impl TaskManagerSlots {
    pub(super) fn count(&self, is: impl Fn(SlotUse) -> bool) -> usize {
        self.uses.values().filter(|used| is(**used)).count()
    }

    pub(super) fn first_free(&self) -> Option<u32> {
        self.uses.iter().find(|(_, used)| **used == SlotUse::Free).map(|(index, _)| *index)
    }
}
