//! What happened in a history, in numbers.

/// How often each thing happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) finished: u64,
    pub(crate) failed: u64,
    pub(crate) canceled: u64,
    pub(crate) restarts: u64,
    pub(crate) deployments: u64,
    pub(crate) lost_messages: u64,
    pub(crate) repeated_messages: u64,
    pub(crate) broken_connections: u64,
    pub(crate) crashed_task_managers: u64,
    pub(crate) frozen_task_managers: u64,
    pub(crate) task_managers_that_left: u64,
    pub(crate) task_managers_lost: u64,
    pub(crate) crashed_workers: u64,
    pub(crate) failed_starts: u64,
    pub(crate) killed_workers: u64,
    pub(crate) hung_tasks: u64,
    pub(crate) refused_registrations: u64,
    pub(crate) workers_given_up: u64,
    pub(crate) fenced: u64,
    pub(crate) slot_timeouts: u64,
}

impl Outcome {
    pub(crate) fn counts(&self) -> [(&'static str, u64); 20] {
        [
            ("a job finished", self.finished),
            ("a job failed", self.failed),
            ("a job was cancelled", self.canceled),
            ("a restart", self.restarts),
            ("a deployment", self.deployments),
            ("a lost message", self.lost_messages),
            ("a repeated message", self.repeated_messages),
            ("a broken connection", self.broken_connections),
            ("a crash of a TaskManager", self.crashed_task_managers),
            ("a frozen TaskManager", self.frozen_task_managers),
            ("a TaskManager that left", self.task_managers_that_left),
            ("a TaskManager given up", self.task_managers_lost),
            ("a crash of a worker", self.crashed_workers),
            ("a worker that could not start", self.failed_starts),
            ("a worker killed by its TaskManager", self.killed_workers),
            ("a hung task", self.hung_tasks),
            ("a refused registration", self.refused_registrations),
            ("a worker given up by its JobMaster", self.workers_given_up),
            ("a fenced message", self.fenced),
            ("a slot time-out", self.slot_timeouts),
        ]
    }

    pub(crate) fn add(&mut self, other: &Outcome) {
        let sums = [
            (&mut self.finished, other.finished),
            (&mut self.failed, other.failed),
            (&mut self.canceled, other.canceled),
            (&mut self.restarts, other.restarts),
            (&mut self.deployments, other.deployments),
            (&mut self.lost_messages, other.lost_messages),
            (&mut self.repeated_messages, other.repeated_messages),
            (&mut self.broken_connections, other.broken_connections),
            (&mut self.crashed_task_managers, other.crashed_task_managers),
            (&mut self.frozen_task_managers, other.frozen_task_managers),
            (&mut self.task_managers_that_left, other.task_managers_that_left),
            (&mut self.task_managers_lost, other.task_managers_lost),
            (&mut self.crashed_workers, other.crashed_workers),
            (&mut self.failed_starts, other.failed_starts),
            (&mut self.killed_workers, other.killed_workers),
            (&mut self.hung_tasks, other.hung_tasks),
            (&mut self.refused_registrations, other.refused_registrations),
            (&mut self.workers_given_up, other.workers_given_up),
            (&mut self.fenced, other.fenced),
            (&mut self.slot_timeouts, other.slot_timeouts),
        ];
        for (sum, more) in sums {
            *sum += more;
        }
    }
}
