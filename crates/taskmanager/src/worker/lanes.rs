//! Which lane runs which task.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::thread::JoinHandle;

use weft_common::ExecutionAttemptId;
use weft_rpc::slot_of_lane;
use weft_runtime::{LaneHandle, Mail, TaskMetrics};

/// A lane's thread.
pub(super) struct LaneThread {
    pub(super) handle: Arc<LaneHandle>,
    pub(super) thread: JoinHandle<()>,
}

/// The lanes of one worker.
#[derive(Default)]
pub(super) struct Lanes {
    /// By number.
    pub(super) lanes: HashMap<u32, LaneThread>,
    /// Which lane a live task is in.
    pub(super) tasks: HashMap<ExecutionAttemptId, u32>,
    /// Counters of tasks, live and ended.
    pub(super) metrics: BTreeMap<ExecutionAttemptId, Arc<TaskMetrics>>,
    /// It is ending: no lane is started any more.
    pub(super) closed: bool,
}

impl Lanes {
    /// The lane of a live task.
    pub(super) fn lane_of(&self, attempt: ExecutionAttemptId) -> Option<&Arc<LaneHandle>> {
        let lane = self.tasks.get(&attempt)?;
        self.lanes.get(lane).map(|l| &l.handle)
    }

    /// Has the lanes of one of its slots end, without waiting for them.
    pub(super) fn drop_slot(&mut self, slot: u32) {
        self.tasks.retain(|_, lane| slot_of_lane(*lane) != slot);
        self.lanes.retain(|lane, thread| {
            let goes = slot_of_lane(*lane) == slot;
            if goes {
                thread.handle.send(Mail::Stop);
            }
            !goes
        });
    }

    /// Has all lanes end; returns their threads.
    pub(super) fn close(&mut self) -> Vec<JoinHandle<()>> {
        self.closed = true;
        self.tasks.clear();
        let lanes = self.lanes.drain().map(|(_, lane)| lane);
        lanes
            .map(|lane| {
                lane.handle.send(Mail::Stop);
                lane.thread
            })
            .collect()
    }
}
