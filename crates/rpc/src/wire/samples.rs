//! One of everything, for tests.

use crate::program::*;
use crate::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use weft_common::*;
use weft_control::{CoordinatorMessage, Failure, FailureOrigin, FinalFailure, JobStatus, Recoverability};
use weft_graph::{ExecutionVertexId, JobSettings, ShipStrategy, StreamGraph};

pub(crate) const JOB: JobId = JobId(0x51);
pub(crate) const VERTEX: JobVertexId = JobVertexId(u128::MAX - 6);
pub(crate) const OPERATOR: OperatorId = OperatorId(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
pub(crate) const EPOCH: LeaderEpoch = LeaderEpoch { counter: 3, random: u64::MAX };

pub(crate) fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

pub(crate) fn attempt(subtask: u32) -> ExecutionAttemptId {
    ExecutionAttemptId { vertex: VERTEX, subtask, attempt: 2 }
}

pub(crate) fn event() -> OperatorEvent {
    OperatorEvent { operator: OPERATOR, attempt: attempt(1), payload: vec![0, 255, 7] }
}

pub(crate) fn failure() -> Failure {
    Failure {
        message: "it broke".into(),
        kind: ErrorKind::Fatal,
        recoverability: Recoverability::NonRecoverable,
        operator: Some("map".into()),
        origin: FailureOrigin {
            attempt: Some(attempt(0)),
            task: Some("map (1/2)#2".into()),
            task_manager: Some(TaskManagerId("tm-1".into())),
        },
    }
}

pub(crate) fn outcome(failed: bool) -> JobOutcome {
    let failure = FinalFailure { message: "too often".into(), kind: ErrorKind::User };
    JobOutcome {
        job: JOB,
        status: if failed { JobStatus::Failed } else { JobStatus::Finished },
        failure: failed.then_some(failure),
        results: BTreeMap::from([(OPERATOR, vec![1, 2]), (OperatorId(0), vec![])]),
        accumulators: Vec::new(),
        duration: Duration::new(7, 999_999_999),
    }
}

pub(crate) fn blob() -> BlobRef {
    BlobRef { hash: BlobHash(std::array::from_fn(|i| i as u8)), length: 1 << 40 }
}

pub(crate) fn graph() -> StreamGraph {
    StreamGraph::new(JobSettings::new("words"))
}

pub(crate) fn spec() -> JobSpec {
    JobSpec {
        job: JOB,
        program: ProgramSpec {
            name: "word_count".into(),
            artifact: blob(),
            arguments: vec!["--input".into(), "ä b".into(), String::new()],
            environment: texts(&[("TZ", "UTC"), ("LANG", "C")]),
        },
        execution: 1,
        replay: Replay {
            outcomes: vec![outcome(false), outcome(true)],
            once: BTreeMap::from([("now".to_string(), vec![9, 9])]),
        },
        graph: graph(),
        configuration: texts(&[("parallelism.default", "2")]),
    }
}

pub(crate) fn address() -> WorkerAddress {
    WorkerAddress { name: "tm-1".into(), generation: 1 << 33, host: "::1".into(), port: 65_535 }
}

/// Two that share a placement, one that has another.
pub(crate) fn deployments() -> Vec<TaskDeployment> {
    let shared = Arc::new(Placement {
        lanes: BTreeMap::from([(VERTEX, vec![(0, 1), (1, 0)]), (JobVertexId(1), vec![])]),
        workers: BTreeMap::from([(1, address())]),
    });
    vec![deployment(0, shared.clone()), deployment(1, shared), deployment(2, Arc::default())]
}

fn deployment(subtask: u32, placement: Arc<Placement>) -> TaskDeployment {
    let operator = |parent| ChainedOperator { operator: OPERATOR, name: "map".into(), parent };
    TaskDeployment {
        job: JOB,
        attempt: attempt(subtask),
        name: "source -> map".into(),
        parallelism: 3,
        max_parallelism: 128,
        lane: 65_537,
        chain: vec![operator(None), operator(Some((0, 1)))],
        inputs: vec![InputEdge { edge: 4, input: 1, from: VERTEX, sources: 0..3 }],
        outputs: vec![OutputEdge {
            edge: 5,
            operator: 1,
            port: 2,
            ship: ShipStrategy::Hash,
            to: JobVertexId(9),
            consumers: 6,
            consumer_max_parallelism: 64,
            targets: 2..4,
        }],
        send_share: 1 << 20,
        receive_share: 1 << 21,
        batch_mode: true,
        placement,
    }
}

pub(crate) fn report() -> TaskReport {
    let counters = TaskCounters {
        records_in: 1,
        records_out: 2,
        bytes_in: 3,
        bytes_out: 4,
        busy_ns: 5,
        idle_ns: 6,
        back_pressured_ns: u64::MAX,
        ..TaskCounters::default()
    };
    let accumulators = vec![("lines".to_string(), vec![1]), ("lines".to_string(), vec![])];
    TaskReport { attempt: attempt(0), counters, watermark: Some(i64::MIN), accumulators }
}

pub(crate) fn to_program() -> Vec<ToProgram> {
    let work = WorkSpec {
        job: spec(),
        epoch: EPOCH,
        worker: 4,
        configuration: texts(&[("taskmanager.host", "a")]),
        network_memory_per_slot: 1 << 26,
        address: address(),
        key: vec![7; 32],
    };
    vec![
        ToProgram::Drive(DriveSpec { configuration: texts(&[("a.b", "c")]), detached: true }),
        ToProgram::Work(Box::new(work)),
        ToProgram::Coordinate(Box::new(CoordinateSpec { job: spec(), configuration: texts(&[]) })),
        ToProgram::Submitted(Ok(JOB)),
        ToProgram::Submitted(Err("no".into())),
        ToProgram::Ended(outcome(true)),
        ToProgram::Status("RUNNING".into()),
        ToProgram::Deploy(deployments()),
        ToProgram::Deploy(vec![]),
        ToProgram::Cancel(attempt(7)),
        ToProgram::OperatorEvent(event()),
        ToProgram::FreeSlot(0),
        ToProgram::Coordinator(CoordinatorOrder::Start { attempt: 0 }),
        ToProgram::Coordinator(CoordinatorOrder::Event(event())),
        ToProgram::Coordinator(CoordinatorOrder::Reset {
            attempt: 1,
            subtasks: vec![ExecutionVertexId { vertex: VERTEX, subtask: 3 }],
        }),
        ToProgram::Coordinator(CoordinatorOrder::Commit { attempt: 2 }),
        ToProgram::Coordinator(CoordinatorOrder::End { success: true }),
        ToProgram::Logging(texts(&[("env.log.level", "DEBUG")])),
        ToProgram::Stop,
    ]
}

pub(crate) fn task_updates() -> Vec<TaskUpdate> {
    let failed = TaskFailure { message: "no".into(), operator: None, kind: ErrorKind::Retryable };
    let states = [
        TaskState::Initializing,
        TaskState::Running,
        TaskState::Finished,
        TaskState::Canceled,
        TaskState::Failed(failed.clone()),
        TaskState::Failed(TaskFailure { operator: Some("map".into()), kind: ErrorKind::Fenced, ..failed }),
    ];
    states.into_iter().map(|state| TaskUpdate { attempt: attempt(0), state }).collect()
}

pub(crate) fn from_program() -> Vec<FromProgram> {
    let submission = Submission {
        execution: 2,
        graph: graph(),
        configuration: texts(&[("k", "v")]),
        once: BTreeMap::from([(String::new(), vec![1])]),
    };
    let plain = Failure::retryable("again");
    let coordinator = |message| FromProgram::Coordinator { attempt: 5, message };
    let mut all = vec![
        FromProgram::Failed("cannot".into()),
        FromProgram::Submit(Box::new(submission)),
        FromProgram::Wait(JOB),
        FromProgram::AskStatus(JOB),
        FromProgram::CancelJob(JOB),
        FromProgram::Ready,
        FromProgram::OperatorEvent(event()),
        FromProgram::Metrics(vec![report(), TaskReport { watermark: None, accumulators: vec![], ..report() }]),
        coordinator(CoordinatorMessage::CommitFinished),
        coordinator(CoordinatorMessage::CommitFailed(failure())),
        coordinator(CoordinatorMessage::Failed(plain)),
        FromProgram::Reply(event()),
        FromProgram::Result { operator: OPERATOR, payload: vec![3, 2, 1] },
        FromProgram::Ended,
    ];
    all.extend(task_updates().into_iter().map(FromProgram::Task));
    let of_source = TaskCounters { source_done: 8, source_size: 9, ..TaskCounters::default() };
    all.push(FromProgram::Metrics(vec![TaskReport { counters: of_source, accumulators: vec![], ..report() }]));
    all
}

#[cfg(feature = "grpc")]
pub(crate) mod session {
    //! One of everything that TaskManagers and JobManagers say.

    use super::*;
    use crate::session::{FromTaskManager, LeaderCall, TaskManagerCall, ToTaskManager, Welcome};
    use crate::view::{LogFile, ProcessMemory};
    use weft_control::{ExecutionState, OfferedSlot, SlotReport, TaskManagerMessage, TaskStatus, WorkerMessage};

    pub(crate) const GRANT: AllocationId = AllocationId(0xabc);

    pub(crate) fn fence() -> Fence {
        Fence { epoch: EPOCH, job: JOB }
    }

    fn slot() -> SlotId {
        SlotId { task_manager: TaskManagerId("tm-1".into()), index: 2 }
    }

    pub(crate) fn registration() -> TaskManagerRegistration {
        let hardware = Hardware { cpu_cores: 4, physical_memory: 1 << 40, free_memory: 1 << 30, managed_memory: 9 };
        TaskManagerRegistration {
            id: TaskManagerId("tm-1".into()),
            host: "127.0.0.1".into(),
            rpc_port: 6122,
            data_port: 0,
            slots: 3,
            hardware,
            memory: vec![("taskHeap".into(), 1 << 29), ("networkMemory".into(), 0)],
            pid: 77,
        }
    }

    pub(crate) fn welcome() -> Welcome {
        Welcome {
            epoch: EPOCH,
            worker: 5,
            heartbeat_interval: Duration::from_secs(10),
            heartbeat_timeout: Duration::from_millis(50_500),
        }
    }

    pub(crate) fn task_manager_calls() -> Vec<TaskManagerCall> {
        let free = SlotReport { index: 0, grant: None };
        let taken = SlotReport { index: 1, grant: Some((JOB, GRANT)) };
        let running = TaskStatus { attempt: attempt(0), state: ExecutionState::Running, failure: None };
        let failed = TaskStatus { attempt: attempt(1), state: ExecutionState::Failed, failure: Some(failure()) };
        let resource = |message| TaskManagerCall::ResourceManager { epoch: EPOCH, sequence: 6, message };
        let job = |message| TaskManagerCall::JobMaster { fence: fence(), sequence: u64::MAX, message };
        vec![
            TaskManagerCall::Heartbeat { memory: Default::default(), warnings: vec![] },
            TaskManagerCall::Heartbeat {
                memory: ProcessMemory { resident: 1, limit: 1 << 40, network_used: 3 },
                warnings: vec!["WARN one".into(), String::new()],
            },
            TaskManagerCall::Goodbye { cause: "SIGTERM".into() },
            resource(TaskManagerMessage::SlotReport(vec![free, taken])),
            resource(TaskManagerMessage::SlotGranted { index: 1, allocation: GRANT }),
            resource(TaskManagerMessage::SlotFreed { index: 0, allocation: GRANT }),
            job(WorkerMessage::SlotsOffered(vec![OfferedSlot { allocation: GRANT, slot: slot() }])),
            job(WorkerMessage::TaskStateChanged(running.clone())),
            job(WorkerMessage::Report { tasks: vec![running, failed], allocations: vec![GRANT, AllocationId(0)] }),
            TaskManagerCall::OperatorEvent { fence: fence(), event: event() },
            TaskManagerCall::WorkerAddress { fence: fence(), address: address() },
            TaskManagerCall::TaskReports { fence: fence(), reports: vec![report()] },
        ]
    }

    pub(crate) fn leader_calls() -> Vec<LeaderCall> {
        let request = |source| LeaderCall::RequestSlot { fence: fence(), slot: slot(), allocation: GRANT, source };
        vec![
            LeaderCall::Heartbeat,
            LeaderCall::Dismiss { cause: "idle".into() },
            request(JobSource::InProcess),
            request(JobSource::Blob(blob())),
            LeaderCall::Prepare { fence: fence(), source: blob() },
            LeaderCall::FreeSlot { epoch: EPOCH, allocation: GRANT },
            LeaderCall::Deploy { fence: fence(), tasks: deployments() },
            LeaderCall::Cancel { fence: fence(), attempt: attempt(3) },
            LeaderCall::OperatorEvent { fence: fence(), event: event() },
            LeaderCall::Acknowledge { fence: fence(), sequence: 4, accepted: vec![GRANT] },
            LeaderCall::JobFinished { fence: fence() },
            LeaderCall::GiveUp { fence: fence(), attempts: vec![attempt(0), attempt(1)] },
            LeaderCall::ListLogs { request: 8 },
            LeaderCall::ReadLog { request: 9, name: "a.log".into(), offset: 1 << 40, length: 5 },
        ]
    }

    pub(crate) fn from_task_manager() -> Vec<FromTaskManager> {
        let file = LogFile { name: "a.log".into(), size: 7, modified_ms: -1 };
        let mut all = vec![
            FromTaskManager::Register(registration()),
            FromTaskManager::Large(blob()),
            FromTaskManager::Fetched(blob()),
            FromTaskManager::LogList { request: 1, files: Ok(vec![file]) },
            FromTaskManager::LogList { request: 2, files: Err("no".into()) },
            FromTaskManager::LogPart { request: 3, bytes: Ok(vec![1, 2]) },
            FromTaskManager::LogPart { request: 4, bytes: Err(String::new()) },
        ];
        all.extend(task_manager_calls().into_iter().map(FromTaskManager::Call));
        all
    }

    pub(crate) fn to_task_manager() -> Vec<ToTaskManager> {
        let mut all = vec![
            ToTaskManager::Welcome { welcome: welcome(), session: 11 },
            ToTaskManager::Refused("no".into()),
            ToTaskManager::Large(blob()),
        ];
        all.extend(leader_calls().into_iter().map(ToTaskManager::Call));
        all
    }
}
