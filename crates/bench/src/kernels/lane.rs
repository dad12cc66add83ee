//! A lane with one task, stepped on this thread. Its clock stands still, so what it does depends on nothing.

use anyhow::{Result, bail};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use weft_common::{ExecutionAttemptId, JobId, JobVertexId, Mono, Now, OperatorId};
use weft_exchange::{InProcessTransport, SlotAddress};
use weft_rpc::{ChainedOperator, OperatorEvent, Placement, TaskDeployment, TaskState, TaskUpdate};
use weft_runtime::{
    Clock, EventSender, JobInfo, Lane, LaneContext, LaneHandle, LaneWaker, Mail, OperatorContext, OperatorFactory,
    OutputLimits, Program, Round, TaskListener,
};

pub(super) struct OneLane {
    lane: Lane,
    heard: Arc<Heard>,
}

impl OneLane {
    /// One task that is a chain of these operators.
    pub(super) fn new(operators: impl IntoIterator<Item = Arc<dyn OperatorFactory>>) -> Self {
        let (mut program, mut chain) = (Program::default(), Vec::new());
        for (index, factory) in operators.into_iter().enumerate() {
            let operator = OperatorId(index as u128 + 1);
            program.add_operator(operator, factory);
            let parent = index.checked_sub(1).map(|parent| (parent, 0));
            chain.push(ChainedOperator { operator, name: format!("operator {index}"), parent });
        }
        let (heard, waker) = (Arc::new(Heard::default()), Arc::new(LaneWaker::default()));
        let handle = LaneHandle::new(waker.clone());
        let transport = Arc::new(InProcessTransport::new());
        let address = SlotAddress { worker: 0, slot: 0 };
        let inbox = transport.inbox(address);
        let context = LaneContext {
            job: Arc::new(JobInfo::default()),
            address,
            program: Arc::new(program),
            transport,
            clock: Arc::new(Standstill),
            waker,
            io: None,
            events: heard.clone(),
            listener: heard.clone(),
            limits: OutputLimits::default(),
            max_record: 1 << 20,
            buffer_timeout: Duration::from_millis(100),
            seed: 0,
        };
        handle.send(Mail::Deploy(vec![deployment(chain)]));
        OneLane { lane: Lane::new(context, handle, inbox), heard }
    }

    /// Until there is nothing left to do.
    pub(super) fn run(&mut self) {
        while self.lane.step() == Round::Worked {}
    }

    /// Whether its task got to its end.
    pub(super) fn finished(&self) -> Result<()> {
        match &*self.heard.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(TaskState::Finished) => Ok(()),
            state => bail!("the kernel's task did not finish: {state:?}"),
        }
    }
}

fn deployment(chain: Vec<ChainedOperator>) -> TaskDeployment {
    TaskDeployment {
        job: JobId(1),
        attempt: ExecutionAttemptId { vertex: JobVertexId(1), subtask: 0, attempt: 0 },
        name: "kernel".to_owned(),
        parallelism: 1,
        max_parallelism: 128,
        lane: 0,
        chain,
        inputs: Vec::new(),
        outputs: Vec::new(),
        send_share: 0,
        receive_share: 0,
        batch_mode: false,
        placement: Arc::new(Placement::default()),
    }
}

/// What the runtime may know of a reader that is driven without a lane.
pub(super) fn context() -> OperatorContext {
    OperatorContext {
        job: Arc::new(JobInfo::default()),
        operator: OperatorId(1),
        name: "kernel".to_owned(),
        attempt: ExecutionAttemptId { vertex: JobVertexId(1), subtask: 0, attempt: 0 },
        parallelism: 1,
        max_parallelism: 128,
        batch_mode: false,
        clock: Arc::new(Standstill),
        waker: std::task::Waker::noop().clone(),
        background: weft_runtime::Background::new(std::task::Waker::noop().clone()),
        io: None,
        accumulators: Default::default(),
        events: Arc::new(Heard::default()),
        limits: OutputLimits::default(),
        seed: 0,
    }
}

struct Standstill;

impl Clock for Standstill {
    fn now(&self) -> Now {
        Now { mono: Mono::default(), wall_ms: 0 }
    }
}

/// What the task said last.
#[derive(Default)]
struct Heard(Mutex<Option<TaskState>>);

impl TaskListener for Heard {
    fn task_update(&self, update: TaskUpdate) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(update.state);
    }
}

impl EventSender for Heard {
    fn send(&self, _event: OperatorEvent) {}
}
