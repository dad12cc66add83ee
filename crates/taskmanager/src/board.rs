//! What the tasks and workers of this process do, for whoever looks: a page of metrics, heartbeats.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use weft_common::{ExecutionAttemptId, JobId, Mono};
use weft_rpc::TaskDeployment;
use weft_rpc::program::TaskReport;
use weft_rpc::view::RunningTask;
use weft_runtime::Counted;

/// Tasks from their deployment to their end.
#[derive(Default)]
pub(crate) struct Board(Mutex<Books>);

#[derive(Default)]
struct Books {
    tasks: BTreeMap<(JobId, ExecutionAttemptId), Task>,
    /// Bytes that the worker of each job uses.
    workers: HashMap<JobId, u64>,
}

struct Task {
    name: String,
    /// Bytes of network memory that are set aside for its channels.
    network: u64,
    counted: Option<Counted>,
}

impl Board {
    /// Tasks were handed to a worker.
    pub(crate) fn deployed(&self, tasks: &[TaskDeployment]) {
        let entry = |task: &TaskDeployment| {
            ((task.job, task.attempt), Task { name: task.name.clone(), network: network(task), counted: None })
        };
        self.lock().tasks.extend(tasks.iter().map(entry));
    }

    /// Tasks have counted something. What is said of a task that is over comes too late.
    pub(crate) fn reported(&self, job: JobId, reports: &[TaskReport], at: Mono) {
        let mut books = self.lock();
        for report in reports {
            let Some(task) = books.tasks.get_mut(&(job, report.attempt)) else { continue };
            // Accumulators are the JobManager's to show.
            let report = TaskReport { accumulators: Vec::new(), ..*report };
            match &mut task.counted {
                Some(counted) => counted.update(report, at),
                None => task.counted = Some(Counted::new(report, at)),
            }
        }
    }

    /// A task is over.
    pub(crate) fn task_ended(&self, job: JobId, attempt: ExecutionAttemptId) {
        self.lock().tasks.remove(&(job, attempt));
    }

    /// A job's worker uses so many bytes.
    pub(crate) fn worker_uses(&self, job: JobId, bytes: u64) {
        self.lock().workers.insert(job, bytes);
    }

    /// A job's worker is gone, and its tasks with it.
    pub(crate) fn worker_ended(&self, job: JobId) {
        let mut books = self.lock();
        books.workers.remove(&job);
        books.tasks.retain(|(other, _), _| *other != job);
    }

    /// The tasks that run.
    pub(crate) fn tasks(&self) -> Vec<RunningTask> {
        let view = |(&(job, attempt), task): (&(JobId, ExecutionAttemptId), &Task)| {
            let counted = task.counted.as_ref();
            RunningTask {
                job,
                job_name: None,
                attempt,
                name: task.name.clone(),
                counters: counted.map(|counted| counted.report.counters).unwrap_or_default(),
                time_per_second: counted.map(|counted| counted.time_per_second).unwrap_or_default(),
                watermark: counted.and_then(|counted| counted.report.watermark),
            }
        };
        self.lock().tasks.iter().map(view).collect()
    }

    /// Bytes that all workers use.
    pub(crate) fn workers_use(&self) -> u64 {
        self.lock().workers.values().sum()
    }

    /// Bytes of network memory that are set aside for the channels of the tasks that run.
    pub(crate) fn network_used(&self) -> u64 {
        self.lock().tasks.values().map(|task| task.network).sum()
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn network(task: &TaskDeployment) -> u64 {
    let sending: usize = task.outputs.iter().map(|edge| edge.targets.len()).sum();
    let receiving: usize = task.inputs.iter().map(|edge| edge.sources.len()).sum();
    (sending * task.send_share + receiving * task.receive_share) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_common::JobVertexId;
    use weft_rpc::program::TaskCounters;
    use weft_rpc::{InputEdge, Placement};

    const JOB: JobId = JobId(1);

    fn attempt(subtask: u32) -> ExecutionAttemptId {
        ExecutionAttemptId { vertex: JobVertexId(7), subtask, attempt: 0 }
    }

    fn deployment(subtask: u32) -> TaskDeployment {
        let input = InputEdge { edge: 0, input: 0, from: JobVertexId(6), sources: 0..3 };
        TaskDeployment {
            job: JOB,
            attempt: attempt(subtask),
            name: "counts".into(),
            parallelism: 2,
            max_parallelism: 128,
            lane: subtask,
            chain: Vec::new(),
            inputs: vec![input],
            outputs: Vec::new(),
            send_share: 5,
            receive_share: 100,
            batch_mode: false,
            placement: Placement::default().into(),
        }
    }

    fn report(subtask: u32, records_in: u64, busy_ns: u64) -> TaskReport {
        let counters = TaskCounters { records_in, busy_ns, ..TaskCounters::default() };
        TaskReport { attempt: attempt(subtask), counters, watermark: Some(9), accumulators: Vec::new() }
    }

    fn at(seconds: u64) -> Mono {
        Mono::from_millis(seconds * 1000)
    }

    #[test]
    fn tasks_are_shown_with_what_they_counted_while_they_run() {
        let board = Board::default();
        board.deployed(&[deployment(0), deployment(1)]);
        board.reported(JOB, &[report(0, 10, 0)], at(1));
        board.reported(JOB, &[report(0, 30, 500_000_000), report(5, 1, 1)], at(2));
        let tasks = board.tasks();
        let [first, second] = tasks.as_slice() else { panic!("two tasks expected: {tasks:?}") };
        assert_eq!((first.counters.records_in, first.time_per_second[0], first.watermark), (30, 500, Some(9)));
        assert_eq!((second.counters, second.name.as_str()), (TaskCounters::default(), "counts"));
        assert_eq!(board.network_used(), 600);
        board.task_ended(JOB, attempt(0));
        board.reported(JOB, &[report(0, 40, 0)], at(3));
        assert_eq!(board.tasks(), std::slice::from_ref(second));
    }

    #[test]
    fn a_worker_takes_its_tasks_and_memory_with_it() {
        let board = Board::default();
        board.deployed(&[deployment(0)]);
        board.worker_uses(JOB, 10);
        board.worker_uses(JobId(2), 5);
        assert_eq!(board.workers_use(), 15);
        board.worker_ended(JOB);
        assert_eq!((board.workers_use(), board.tasks().len(), board.network_used()), (5, 0, 0));
    }
}
