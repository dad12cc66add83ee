//! A job in the leader's process, and what holds of it after every event.

use crate::coordinator::Coordinators;
use std::collections::BTreeSet;
use weft_control::*;

pub(crate) struct Job {
    pub(crate) master: JobMaster,
    pub(crate) coordinators: Coordinators,
    pub(crate) status: JobStatus,
    pub(crate) result: Option<JobResult>,
    pub(crate) committed: bool,
}

impl Job {
    pub(crate) fn new(master: JobMaster) -> Self {
        let (coordinators, status) = (Coordinators::default(), JobStatus::Initializing);
        Job { master, coordinators, status, result: None, committed: false }
    }

    pub(crate) fn all_tasks(&self, is: impl Fn(ExecutionState) -> bool) -> bool {
        self.master.tasks().all(|(_, task)| is(task.current().state()))
    }

    pub(crate) fn describe(&self) -> String {
        let tasks: Vec<_> = self.master.tasks().map(|(_, task)| task.current().state()).collect();
        let (status, held) = (self.master.status(), self.master.held_slots());
        format!("{status} holding {held}, {tasks:?}, next deadline {:?}\n", self.master.next_deadline())
    }

    /// What holds after every event.
    pub(crate) fn check(&self) {
        let master = &self.master;
        assert_eq!(self.status, master.status(), "the status that was told is the status");
        for (_, task) in master.tasks() {
            assert!(task.prior().all(|execution| execution.state().is_terminal()), "two live attempts of one subtask");
        }
        let mut places = BTreeSet::new();
        for (subtask, task) in master.tasks().filter(|(_, task)| task.current().state().is_deployed()) {
            let place = task.current().place().expect("a deployed task has a place");
            assert!(places.insert((subtask.vertex, place.allocation)), "two subtasks of one vertex in one slot");
            assert_eq!(master.slot_of(subtask).as_ref(), Some(place), "a live task is in its slice's slot");
        }
        assert_eq!(master.status().is_terminal(), self.result.is_some());
        if master.status().is_terminal() {
            assert_eq!(master.held_slots(), 0, "a job that is over holds slots");
            assert!(self.all_tasks(ExecutionState::is_terminal), "a job that is over has live tasks");
            assert_eq!(master.next_deadline(), None);
            assert!(!self.coordinators.is_alive(), "coordinators outlive their job");
        }
        if master.status() == JobStatus::Finished {
            assert!(self.committed, "finished without a commit");
            assert!(self.all_tasks(|state| state == ExecutionState::Finished));
        }
    }
}
