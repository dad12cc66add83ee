//! The attempts to run one subtask.

use crate::{ExecutionState, Failure, IllegalTransition, LifeCycle, PooledSlot, StateTimestamps};
use std::collections::VecDeque;
use weft_common::{Mono, Now};

/// One attempt to run a subtask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    attempt: u32,
    state: ExecutionState,
    timestamps: StateTimestamps<ExecutionState>,
    place: Option<PooledSlot>,
    failure: Option<Failure>,
    /// The TaskManager has confirmed that it has this attempt.
    pub(super) acknowledged: bool,
    /// When to give up waiting for it to stop.
    pub(super) cancel_deadline: Option<Mono>,
}

impl Execution {
    fn new(now: Now, attempt: u32) -> Self {
        Execution {
            attempt,
            state: ExecutionState::Created,
            timestamps: StateTimestamps::starting_in(ExecutionState::Created, now.wall_ms),
            place: None,
            failure: None,
            acknowledged: false,
            cancel_deadline: None,
        }
    }

    /// Its number, from 0.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Its state.
    pub fn state(&self) -> ExecutionState {
        self.state
    }

    /// When it entered each state.
    pub fn timestamps(&self) -> &StateTimestamps<ExecutionState> {
        &self.timestamps
    }

    /// Where it runs or ran; `None` before it is deployed.
    pub fn place(&self) -> Option<&PooledSlot> {
        self.place.as_ref()
    }

    /// Why it failed.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    pub(super) fn enter(&mut self, now: Now, state: ExecutionState) -> Result<(), IllegalTransition> {
        self.state = self.state.transition(state)?;
        self.timestamps.enter(state, now.wall_ms);
        if state.is_terminal() {
            self.cancel_deadline = None;
        }
        Ok(())
    }

    /// Follows the undisturbed way up to `reached`, whose messages may have been lost; tells whether that is news.
    pub(super) fn advance(&mut self, now: Now, reached: ExecutionState) -> Result<bool, IllegalTransition> {
        let (Some(from), Some(to)) = (self.state.progress(), reached.progress()) else { return Ok(false) };
        for state in ExecutionState::WAY.into_iter().take(to + 1).skip(from + 1) {
            self.enter(now, state)?;
        }
        Ok(to > from)
    }

    pub(super) fn deploy(&mut self, now: Now, place: PooledSlot) -> Result<(), IllegalTransition> {
        self.enter(now, ExecutionState::Deploying)?;
        self.place = Some(place);
        Ok(())
    }

    pub(super) fn fail(&mut self, now: Now, failure: Failure) -> Result<(), IllegalTransition> {
        self.enter(now, ExecutionState::Failed)?;
        self.failure = Some(failure);
        Ok(())
    }
}

/// A subtask with its current attempt and the newest of those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionVertexHistory {
    current: Execution,
    /// Newest first.
    prior: VecDeque<Execution>,
    capacity: usize,
}

impl ExecutionVertexHistory {
    pub(super) fn new(now: Now, capacity: usize) -> Self {
        ExecutionVertexHistory { current: Execution::new(now, 0), prior: VecDeque::new(), capacity }
    }

    /// The current attempt.
    pub fn current(&self) -> &Execution {
        &self.current
    }

    /// Earlier attempts, newest first, at most `jobmanager.execution.attempts-history-size`.
    pub fn prior(&self) -> impl ExactSizeIterator<Item = &Execution> {
        self.prior.iter()
    }

    pub(super) fn current_mut(&mut self) -> &mut Execution {
        &mut self.current
    }

    /// Starts the next attempt.
    pub(super) fn begin_next(&mut self, now: Now) {
        let next = Execution::new(now, self.current.attempt + 1);
        self.prior.push_front(std::mem::replace(&mut self.current, next));
        self.prior.truncate(self.capacity);
    }
}
