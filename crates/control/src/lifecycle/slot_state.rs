//! The life cycle of a slot, as its TaskManager keeps it.

use super::{LifeCycle, named_states};

/// What a TaskManager is doing with one of its slots: FREE → ALLOCATED → ACTIVE → RELEASING → FREE, or straight from
/// ALLOCATED to RELEASING when the job never took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotState {
    /// Belongs to no job.
    Free,
    /// Promised to a job whose JobMaster has not accepted it yet.
    Allocated,
    /// In use by a job.
    Active,
    /// Its tasks are being stopped.
    Releasing,
}

named_states!(SlotState {
    Free => "FREE",
    Allocated => "ALLOCATED",
    Active => "ACTIVE",
    Releasing => "RELEASING",
});

impl LifeCycle for SlotState {
    const MACHINE: &'static str = "slot";
    const ALL: &'static [SlotState] = SlotState::STATES;

    fn name(self) -> &'static str {
        self.state_name()
    }

    fn can_become(self, to: SlotState) -> bool {
        use SlotState::*;
        matches!(
            (self, to),
            (Free, Allocated) | (Allocated, Active | Releasing) | (Active, Releasing) | (Releasing, Free)
        )
    }
}
