//! The job's enumerators and committers, called in turn instead of on a thread.

use super::clock::SimClock;
use super::faults::PLANNED;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use weft_common::{ErrorKind, ExecutionAttemptId, JobId, JobVertexId, OperatorId};
use weft_control::{CoordinatorMessage, Failure};
use weft_graph::{ExecutionVertexId, JobGraph};
use weft_rpc::OperatorEvent;
use weft_runtime::coordinator::{CoordinatorContext, OperatorCoordinator, Replies};
use weft_runtime::{Program, TaskError, describe_panic};

/// What they are told.
pub(super) enum Word {
    Start(u32),
    Reset(u32, Vec<ExecutionVertexId>),
    Event(OperatorEvent),
    Commit(u32),
    Abort,
}

/// What they answer.
pub(super) enum Answer {
    Reply(OperatorEvent),
    ToMaster(u32, CoordinatorMessage),
}

pub(super) struct Coordinators {
    program: Arc<Program>,
    contexts: BTreeMap<OperatorId, (JobVertexId, CoordinatorContext)>,
    running: BTreeMap<OperatorId, Box<dyn OperatorCoordinator>>,
    attempt: u32,
}

impl Coordinators {
    pub(super) fn new(job: JobId, graph: &JobGraph, program: Arc<Program>, clock: &Arc<SimClock>) -> Self {
        let mut contexts = BTreeMap::new();
        for vertex in &graph.vertices {
            for operator in &vertex.operators {
                let (name, parallelism, clock) = (operator.name.clone(), vertex.parallelism, clock.clone());
                let context = CoordinatorContext {
                    job,
                    info: std::sync::Arc::default(),
                    operator: operator.id,
                    name,
                    parallelism,
                    io: None,
                    clock,
                };
                contexts.insert(operator.id, (vertex.id, context));
            }
        }
        Coordinators { program, contexts, running: BTreeMap::new(), attempt: 0 }
    }

    /// Does one thing; appends the answers.
    pub(super) fn on(&mut self, word: Word, answers: &mut Vec<Answer>) {
        let commit = matches!(word, Word::Commit(_));
        let done = catch_unwind(AssertUnwindSafe(|| self.carry_out(word, answers)));
        let done = done.unwrap_or_else(|panic| Err(TaskError::user(describe_panic(&*panic))));
        let message = match done {
            Ok(()) if commit => CoordinatorMessage::CommitFinished,
            Ok(()) => return,
            Err(error) if commit => CoordinatorMessage::CommitFailed(failure(&error)),
            Err(error) => CoordinatorMessage::Failed(failure(&error)),
        };
        answers.push(Answer::ToMaster(self.attempt, message));
    }

    fn carry_out(&mut self, word: Word, answers: &mut Vec<Answer>) -> Result<(), TaskError> {
        match word {
            Word::Start(attempt) => self.start(attempt),
            Word::Reset(attempt, subtasks) => self.reset(attempt, &subtasks),
            Word::Event(event) => self.event(&event, answers),
            Word::Commit(attempt) => {
                self.attempt = attempt;
                self.running.values_mut().try_for_each(|coordinator| coordinator.commit())?;
                self.running.values_mut().try_for_each(|coordinator| coordinator.finished().map(drop))
            }
            Word::Abort => {
                self.running.values_mut().for_each(|coordinator| coordinator.abort());
                Ok(())
            }
        }
    }

    fn start(&mut self, attempt: u32) -> Result<(), TaskError> {
        self.attempt = attempt;
        for (id, factory) in self.program.coordinators() {
            let (_, context) = &self.contexts[&id];
            match self.running.get_mut(&id) {
                Some(running) => (0..context.parallelism).try_for_each(|subtask| running.subtask_reset(subtask))?,
                None => drop(self.running.insert(id, factory.create(context)?)),
            }
        }
        Ok(())
    }

    fn reset(&mut self, attempt: u32, subtasks: &[ExecutionVertexId]) -> Result<(), TaskError> {
        self.attempt = attempt;
        for (id, coordinator) in &mut self.running {
            let mine = subtasks.iter().filter(|subtask| subtask.vertex == self.contexts[id].0);
            mine.map(|subtask| subtask.subtask).try_for_each(|subtask| coordinator.subtask_reset(subtask))?;
        }
        Ok(())
    }

    fn event(&mut self, event: &OperatorEvent, answers: &mut Vec<Answer>) -> Result<(), TaskError> {
        let Some(coordinator) = self.running.get_mut(&event.operator) else { return Ok(()) };
        let mut replies = Replies::new();
        coordinator.on_event(event.attempt, &event.payload, &mut replies)?;
        let operator = event.operator;
        let reply = |(attempt, payload): (ExecutionAttemptId, _)| OperatorEvent { operator, attempt, payload };
        answers.extend(replies.into_iter().map(reply).map(Answer::Reply));
        Ok(())
    }
}

/// A planned fault is worth a restart, even where it was a panic. Everything else ends the job.
fn failure(error: &TaskError) -> Failure {
    match error.message().contains(PLANNED) {
        true => Failure::new(ErrorKind::Retryable, error.message()),
        false => Failure::new(error.kind(), error.message()).non_recoverable(),
    }
}
