//! What the JobManager wants and has.

use std::collections::BTreeMap;

use weft_common::TaskManagerId;
use weft_control::{ContainerEvent, ContainerId, ProfileId};

use super::answer::ledger_id;

/// The one sort of worker there is.
pub(super) const PROFILE: ProfileId = ProfileId(1);

/// The workers that there ought to be, and those that have registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workers {
    /// How many there ought to be.
    pub wanted: u32,
    /// Those that have registered, and whether all of their slots are free.
    pub registered: BTreeMap<TaskManagerId, bool>,
}

/// What is told that a TaskManager counts no more, whether its process still lives or not. The cause goes on after its name: `has ended: …`.
pub type Fence<'a> = dyn Fn(&TaskManagerId, &str) + Send + Sync + 'a;

impl Workers {
    /// What is different from before, as events. TaskManagers that run in no container are none of ours.
    pub(super) fn changes(&self, before: &Workers) -> Vec<ContainerEvent> {
        let mut events = Vec::new();
        if self.wanted != before.wanted {
            events.push(ContainerEvent::WorkersWanted { profile: PROFILE, workers: self.wanted });
        }
        let gone = before.registered.keys().filter(|id| !self.registered.contains_key(*id));
        events.extend(gone.filter_map(container_of).map(|container| ContainerEvent::WorkerLost { container }));
        for (id, idle) in &self.registered {
            let Some(container) = container_of(id) else { continue };
            let known = before.registered.get(id);
            if known.is_none() {
                events.push(ContainerEvent::WorkerRegistered { container });
            }
            // The ledger takes one that registers for idle.
            match (known.copied().unwrap_or(true), *idle) {
                (false, true) => events.push(ContainerEvent::WorkerIdle { container }),
                (true, false) => events.push(ContainerEvent::WorkerBusy { container }),
                _ => {}
            }
        }
        events
    }
}

/// A TaskManager bears the name of its container.
fn container_of(task_manager: &TaskManagerId) -> Option<ContainerId> {
    task_manager.0.parse().ok().map(|id| ledger_id(&id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workers(wanted: u32, registered: &[(&str, bool)]) -> Workers {
        let registered = registered.iter().map(|(id, idle)| (TaskManagerId((*id).to_owned()), *idle)).collect();
        Workers { wanted, registered }
    }

    #[test]
    fn what_changed_is_told_and_nothing_else() {
        let [one, two, three] =
            ["container_1_0001_01_000002", "container_1_0001_01_000003", "container_1_0001_01_000004"];
        let id = |number| ContainerId { attempt: 1, number };
        let before = workers(1, &[(one, true)]);
        assert_eq!(before.changes(&before), []);
        let after = workers(2, &[(one, false), (two, true), (three, false), ("by-hand", true)]);
        assert_eq!(
            after.changes(&before),
            [
                ContainerEvent::WorkersWanted { profile: PROFILE, workers: 2 },
                ContainerEvent::WorkerBusy { container: id(2) },
                ContainerEvent::WorkerRegistered { container: id(3) },
                ContainerEvent::WorkerRegistered { container: id(4) },
                ContainerEvent::WorkerBusy { container: id(4) },
            ]
        );
        assert_eq!(
            workers(2, &[]).changes(&after),
            [2, 3, 4].map(|number| ContainerEvent::WorkerLost { container: id(number) })
        );
    }
}
