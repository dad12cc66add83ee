//! What whoever starts TaskManagers goes by.

use std::collections::BTreeMap;

use crate::job_manager::Cluster;
use crate::message::{JobManagerHandle, Message};
use tokio::sync::watch;
use weft_common::TaskManagerId;
use weft_control::SlotOverview;

/// How many slots there ought to be, and the TaskManagers that there are. A TaskManager all of whose slots are free is idle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staffing {
    /// What the jobs declared and what is to be spare.
    pub wanted_slots: u32,
    /// Those that have reported their slots.
    pub task_managers: BTreeMap<TaskManagerId, SlotOverview>,
}

/// Somebody who is told of every change.
pub(crate) struct Watcher {
    /// How many slots a TaskManager has that is to be spare.
    slots_each: u32,
    sender: watch::Sender<Staffing>,
    /// The ResourceManager has heard something since it was told.
    stale: bool,
}

impl Watcher {
    /// What it was told may be so no more.
    pub(crate) fn outdated(&mut self) {
        self.stale = true;
    }

    /// Tells what has changed, if anything has.
    pub(crate) fn publish(&mut self, cluster: &Cluster) {
        if !std::mem::take(&mut self.stale) {
            return;
        }
        let now = Staffing {
            wanted_slots: cluster.wanted_slots(self.slots_each),
            task_managers: cluster.slots_of_each().map(|(id, slots)| (id.clone(), slots)).collect(),
        };
        self.sender.send_if_modified(|told| {
            let changed = *told != now;
            if changed {
                *told = now;
            }
            changed
        });
    }
}

impl JobManagerHandle {
    /// What there ought to be and what there is, from now on, for whoever starts TaskManagers of `slots_each`. The last who asks is told.
    pub fn staffing(&self, slots_each: u32) -> watch::Receiver<Staffing> {
        let (sender, receiver) = watch::channel(Staffing::default());
        self.send(Message::Staffing(Watcher { slots_each, sender, stale: true }));
        receiver
    }
}
