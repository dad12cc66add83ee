//! What clients see of jobs, made of the machines when somebody asks.

use std::collections::BTreeMap;

use crate::job::Job;
use crate::job_manager::Cluster;
use weft_common::{ExecutionAttemptId, TaskManagerId};
use weft_control::{Execution, ExecutionState, Failure, JobStatus};
use weft_graph::{ExecutionJobVertex, ExecutionVertexId};
use weft_rpc::view::{AttemptView, ExceptionView, FailureView, JobSummary, JobView, SubtaskView, VertexView};

/// Where the data plane of each TaskManager's worker of one job is, for people.
pub(crate) type Endpoints = BTreeMap<TaskManagerId, String>;

/// The job in a list.
pub(crate) fn summary(job: &Job) -> JobSummary {
    let machine = job.machine();
    let mut tasks = BTreeMap::new();
    let mut changed = machine.timestamps().iter().map(|(_, at)| at).max().unwrap_or_default();
    for (_, history) in machine.tasks() {
        *tasks.entry(history.current().state()).or_default() += 1;
        changed = history.current().timestamps().iter().map(|(_, at)| at).max().unwrap_or_default().max(changed);
    }
    let status = job.status();
    JobSummary {
        id: job.id(),
        name: job.graph().name.clone(),
        status,
        streaming: job.graph().runtime_mode == weft_graph::RuntimeMode::Streaming,
        started_ms: machine.timestamps().of(JobStatus::Initializing),
        ended_ms: status.is_terminal().then(|| machine.timestamps().of(status)),
        changed_ms: changed,
        tasks,
    }
}

/// All there is to see of the job.
pub(crate) fn job(job: &Job, cluster: &Cluster) -> JobView {
    let machine = job.machine();
    let endpoints = job.endpoints(cluster);
    let failure = |failure: &Failure, at_ms| failure_view(failure, at_ms, &endpoints);
    let exceptions = machine.exceptions().iter().map(|entry| ExceptionView {
        root: failure(&entry.failure, entry.at_ms),
        concurrent: entry.concurrent.iter().map(|c| failure(&c.failure, c.at_ms)).collect(),
    });
    let entered = machine.timestamps().iter().filter(|(_, at)| *at != 0);
    let details = job.details();
    JobView {
        summary: summary(job),
        timestamps: entered.collect(),
        max_parallelism: details.max_parallelism,
        parallelism: details.parallelism,
        restart_strategy: details.restart_strategy.clone(),
        configuration: details.configuration.clone(),
        plan: job.graph().plan_json(job.id()),
        vertices: job.vertices().iter().map(|vertex| vertex_view(job, vertex, &endpoints)).collect(),
        exceptions: exceptions.collect(),
        exceptions_truncated: machine.exceptions().is_truncated(),
        failure: job.final_failure().map(|failure| failure.message.clone()),
    }
}

fn vertex_view(job: &Job, vertex: &ExecutionJobVertex, endpoints: &Endpoints) -> VertexView {
    let subtasks = (0..vertex.parallelism).filter_map(|subtask| {
        let id = ExecutionVertexId { vertex: vertex.id, subtask };
        let history = job.machine().task(id)?;
        let view = |execution| attempt_view(job, id, execution, endpoints);
        let prior: Vec<_> = history.prior().map(view).collect();
        Some(SubtaskView { subtask, current: view(history.current()), prior: prior.into_iter().rev().collect() })
    });
    VertexView {
        id: vertex.id,
        name: vertex.name.clone(),
        parallelism: vertex.parallelism,
        max_parallelism: vertex.max_parallelism,
        slot_sharing_group: weft_graph::slot_sharing_group_id(&vertex.slot_sharing_group),
        subtasks: subtasks.collect(),
    }
}

fn attempt_view(job: &Job, id: ExecutionVertexId, execution: &Execution, endpoints: &Endpoints) -> AttemptView {
    let attempt = ExecutionAttemptId { vertex: id.vertex, subtask: id.subtask, attempt: execution.attempt() };
    let task_manager = execution.place().map(|place| place.slot.task_manager.clone());
    let counted = job.counted(attempt);
    let entered = execution.timestamps().iter().filter(|(_, at)| *at != 0);
    AttemptView {
        attempt: execution.attempt(),
        state: execution.state(),
        timestamps: entered.collect::<BTreeMap<ExecutionState, i64>>(),
        endpoint: task_manager.as_ref().and_then(|id| endpoints.get(id)).cloned(),
        task_manager,
        failure: execution.failure().map(|failure| failure.message.clone()),
        counters: counted.map(|c| c.report.counters).unwrap_or_default(),
        time_per_second: counted.map(|c| c.time_per_second).unwrap_or_default(),
        watermark: counted.and_then(|c| c.report.watermark),
        accumulators: counted.map(|c| c.report.accumulators.clone()).unwrap_or_default(),
    }
}

fn failure_view(failure: &Failure, at_ms: i64, endpoints: &Endpoints) -> FailureView {
    let task_manager = failure.origin.task_manager.clone();
    FailureView {
        message: failure.message.clone(),
        at_ms,
        task: failure.origin.task.clone(),
        operator: failure.operator.clone(),
        endpoint: task_manager.as_ref().and_then(|id| endpoints.get(id)).cloned(),
        task_manager,
    }
}
