//! Jobs that are made up: one that runs, after a failure, and one that has failed.

use std::collections::BTreeMap;
use weft_common::accumulator::Accumulator;
use weft_common::{JobId, JobVertexId, TaskManagerId};
use weft_control::{ExecutionState, JobStatus};
use weft_rpc::program::TaskCounters;
use weft_rpc::view::{AttemptView, ExceptionView, FailureView, JobSummary, JobView, SubtaskView, VertexView};

pub(crate) const RUNNING: JobId = JobId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
pub(crate) const FAILED: JobId = JobId(0xfa);
pub(crate) const TASK_MANAGERS: [&str; 2] = ["worker-1:6122-a1", "worker-2:6122-b2"];
pub(crate) const START_MS: i64 = 1_790_000_000_000;
pub(crate) const WATERMARK: i64 = 1_700_000_021_631;

const SOURCE: JobVertexId = JobVertexId(0x50);
const SINK: JobVertexId = JobVertexId(0x51);

/// A streaming job that was started again once.
pub(crate) fn running() -> JobView {
    let tasks = BTreeMap::from([(ExecutionState::Running, 4)]);
    JobView {
        summary: JobSummary {
            id: RUNNING,
            name: "word \"count\"".into(),
            status: JobStatus::Running,
            streaming: true,
            started_ms: START_MS,
            ended_ms: None,
            changed_ms: START_MS + 2000,
            tasks,
        },
        timestamps: BTreeMap::from([
            (JobStatus::Initializing, START_MS),
            (JobStatus::Created, START_MS + 1),
            (JobStatus::Restarting, START_MS + 1000),
            (JobStatus::Running, START_MS + 2000),
        ]),
        max_parallelism: None,
        parallelism: 2,
        restart_strategy: "Restart with fixed delay (1 s). #3 restart attempts.".into(),
        configuration: BTreeMap::from([("lines".into(), "1000".into())]),
        plan: plan(RUNNING, "STREAMING", "pipelined_bounded"),
        vertices: vec![
            vertex(SOURCE, "Source: gen", ExecutionState::Running, None),
            vertex(SINK, "count -> Sink: Writer", ExecutionState::Running, Some(WATERMARK)),
        ],
        exceptions: vec![ExceptionView {
            root: failure("a broken line"),
            concurrent: vec![failure("its input is gone")],
        }],
        exceptions_truncated: false,
        failure: None,
    }
}

/// A batch job that is over.
pub(crate) fn failed() -> JobView {
    let job =
        FailureView { task: None, operator: None, task_manager: None, endpoint: None, ..failure("no restart is left") };
    let root = |failure| ExceptionView { root: failure, concurrent: Vec::new() };
    let running = running();
    JobView {
        summary: JobSummary {
            id: FAILED,
            name: "sort".into(),
            status: JobStatus::Failed,
            streaming: false,
            ended_ms: Some(START_MS + 4000),
            changed_ms: START_MS + 4000,
            tasks: BTreeMap::from([(ExecutionState::Failed, 2), (ExecutionState::Canceled, 2)]),
            ..running.summary
        },
        timestamps: BTreeMap::from([
            (JobStatus::Initializing, START_MS),
            (JobStatus::Running, START_MS + 100),
            (JobStatus::Failing, START_MS + 3900),
            (JobStatus::Failed, START_MS + 4000),
        ]),
        plan: plan(FAILED, "BATCH", "blocking"),
        vertices: vec![
            vertex(SOURCE, "Source: files", ExecutionState::Failed, None),
            vertex(SINK, "sort -> Sink: Writer", ExecutionState::Canceled, None),
        ],
        exceptions: vec![root(job), root(failure("a broken line"))],
        exceptions_truncated: true,
        failure: Some("no restart is left".into()),
        ..running
    }
}

fn vertex(id: JobVertexId, name: &str, state: ExecutionState, watermark: Option<i64>) -> VertexView {
    let subtask = |subtask| SubtaskView { subtask, current: attempt(subtask, state, watermark), prior: Vec::new() };
    VertexView {
        id,
        name: name.into(),
        parallelism: 2,
        max_parallelism: 128,
        slot_sharing_group: 0x77,
        subtasks: vec![subtask(0), subtask(1)],
    }
}

/// The second subtask has counted a hundred times what the first has.
fn attempt(subtask: u32, state: ExecutionState, watermark: Option<i64>) -> AttemptView {
    let many = if subtask == 0 { 1 } else { 100 };
    let entered = [
        (ExecutionState::Created, START_MS + 10),
        (ExecutionState::Scheduled, START_MS + 20),
        (ExecutionState::Deploying, START_MS + 40),
        (ExecutionState::Initializing, START_MS + 80),
        (ExecutionState::Running, START_MS + 160),
    ];
    let over = state.is_terminal().then_some((state, START_MS + 3900));
    let place = TASK_MANAGERS[subtask as usize];
    AttemptView {
        attempt: 1,
        state,
        timestamps: entered.into_iter().chain(over).collect(),
        task_manager: Some(TaskManagerId(place.into())),
        endpoint: Some(format!("{}:6121", place.split(':').next().unwrap())),
        failure: None,
        counters: TaskCounters {
            records_in: 10 * many,
            records_out: 20 * many,
            bytes_in: 1000 * many,
            bytes_out: 2000 * many,
            busy_ns: 3_000_000_000,
            idle_ns: 2_000_000_000,
            back_pressured_ns: 1_000_000_000,
            source_done: many,
            // Sources know their size; this one is also asked what it has read beyond that.
            source_size: if watermark.is_none() { 200 } else { 0 },
        },
        time_per_second: [600, 200, 200 * u64::from(subtask)],
        watermark,
        accumulators: vec![("lines".into(), Accumulator::LongCounter(5).encode())],
    }
}

fn failure(message: &str) -> FailureView {
    FailureView {
        message: message.into(),
        at_ms: START_MS + 900,
        task: Some("Source: gen (1/2)#0".into()),
        operator: Some("gen".into()),
        task_manager: Some(TaskManagerId(TASK_MANAGERS[0].into())),
        endpoint: Some("worker-1:6121".into()),
    }
}

fn plan(job: JobId, mode: &str, exchange: &str) -> String {
    let node = |id: JobVertexId, description: &str| {
        serde_json::json!({
            "id": id.to_string(), "operator": "", "parallelism": 2, "operator_strategy": "",
            "description": description, "optimizer_properties": {},
        })
    };
    let mut sink = node(SINK, "count<br/>+- Sink: Writer<br/>");
    sink["inputs"] = serde_json::json!([
        { "id": SOURCE.to_string(), "num": 0, "exchange": exchange, "ship_strategy": "HASH" }
    ]);
    let nodes = [node(SOURCE, "Source: gen<br/>"), sink];
    serde_json::json!({ "jid": job.to_string(), "name": "word count", "type": mode, "nodes": nodes }).to_string()
}
