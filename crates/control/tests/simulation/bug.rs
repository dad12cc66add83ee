//! Bugs that a simulation worth its name finds.

/// Something that the shell around the machines, or a machine itself, might do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// A TaskManager's commands to end workers are lost.
    WorkersNeverEnd,
    /// Nobody tells the TaskManager that a worker has died.
    DeathsAreNotTold,
    /// A TaskManager says that a task was cancelled when it was only asked to stop.
    CanceledTooEarly,
    /// A TaskManager never says that a slot is free again.
    FreedSlotsStayGranted,
    /// A JobMaster's acknowledgement is taken for one of everything, whatever the report listed.
    EverythingIsAcknowledged,
}

impl Bug {
    pub(crate) const ALL: [Bug; 5] = [
        Bug::WorkersNeverEnd,
        Bug::DeathsAreNotTold,
        Bug::CanceledTooEarly,
        Bug::FreedSlotsStayGranted,
        Bug::EverythingIsAcknowledged,
    ];
}
