//! Answers a driven program's questions.

use super::record::Record;
use super::requests::{self, Answered, Submitted};
use super::{DriveError, DriveObserver, JobService, Patience};
use crate::program::{FromProgram, Parent, ProgramExit, Submission, ToProgram};
use crate::view::Answer;
use crate::{JobOutcome, ProgramSpec, RpcError};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use std::sync::Arc;
use weft_common::JobId;

/// How a driven program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveEnd {
    /// Its exit.
    pub exit: ProgramExit,
    /// Why it could not be a driven program, if it said so.
    pub gave_up: Option<String>,
    /// What it executed, in order.
    pub jobs: Vec<DrivenJob>,
}

/// A job of a driven program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrivenJob {
    /// Its id.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// What it came to, as the program was told; `None` when the program never waited for it, or did not live to see its end.
    pub outcome: Option<JobOutcome>,
}

/// One run of a program.
pub(super) struct Host<'a, I> {
    parent: Parent,
    record: Record,
    patience: Patience,
    service: Arc<dyn JobService>,
    ids: I,
    observer: &'a mut dyn DriveObserver,
    /// Submissions under way. They are seen through when the program has ended: a job that runs is to be known.
    submissions: FuturesUnordered<Answer<Submitted>>,
    /// Other requests under way.
    requests: FuturesUnordered<Answer<Answered>>,
    gave_up: Option<String>,
}

impl<'a, I: FnMut() -> JobId + Send> Host<'a, I> {
    pub(super) fn new(
        parent: Parent,
        program: ProgramSpec,
        patience: Patience,
        service: Arc<dyn JobService>,
        ids: I,
        observer: &'a mut dyn DriveObserver,
    ) -> Self {
        let (submissions, requests) = (FuturesUnordered::new(), FuturesUnordered::new());
        let record = Record::new(program);
        Host { parent, record, patience, service, ids, observer, submissions, requests, gave_up: None }
    }

    pub(super) async fn run(mut self) -> Result<DriveEnd, DriveError> {
        let served = self.serve().await;
        if served.is_err() {
            self.parent.process.kill();
        }
        let exit = self.parent.process.exited().await;
        while let Some(submitted) = self.submissions.next().await {
            self.submitted(submitted)?;
        }
        served?;
        Ok(DriveEnd { exit, gave_up: self.gave_up, jobs: self.record.into_jobs() })
    }

    /// Until the program has nothing more to say.
    async fn serve(&mut self) -> Result<(), RpcError> {
        loop {
            tokio::select! {
                message = self.parent.receiver.receive() => match message {
                    Ok(Some(message)) => self.on(message),
                    // Its exit tells more than a message that was cut off by it.
                    Ok(None) | Err(RpcError::Truncated { .. } | RpcError::Io { .. }) => return Ok(()),
                    Err(error) => return Err(error),
                },
                Some(submitted) = self.submissions.next() => self.submitted(submitted)?,
                Some(answered) = self.requests.next() => self.answered(answered)?,
            }
        }
    }

    fn on(&mut self, message: FromProgram) {
        let (service, patience) = (self.service.clone(), self.patience);
        match message {
            FromProgram::Submit(submission) => self.submit(*submission),
            FromProgram::Wait(job) => self.requests.push(Box::pin(requests::outcome(service, patience, job))),
            FromProgram::AskStatus(job) => self.requests.push(Box::pin(requests::status(service, job))),
            FromProgram::CancelJob(job) => self.requests.push(Box::pin(requests::cancel(service, patience, job))),
            FromProgram::Failed(sentence) => self.gave_up = Some(sentence),
            // Workers and coordinators say it; a driver that does has no answer to expect.
            _ => {}
        }
    }

    fn submit(&mut self, submission: Submission) {
        let spec = self.record.job_spec((self.ids)(), submission);
        self.submissions.push(Box::pin(requests::submit(self.service.clone(), self.patience, spec)));
    }

    fn submitted(&mut self, Submitted { name, answer }: Submitted) -> Result<(), RpcError> {
        match &answer {
            Ok(job) => {
                self.observer.submitted(*job, &name);
                self.record.accepted(*job, name);
            }
            Err(refusal) => self.observer.refused(&name, refusal),
        }
        self.tell(ToProgram::Submitted(answer.map_err(|refusal| refusal.to_string())))
    }

    fn answered(&mut self, answered: Answered) -> Result<(), RpcError> {
        match answered {
            Answered::Outcome(outcome) => {
                self.observer.ended(&outcome);
                self.record.ended(&outcome);
                self.tell(ToProgram::Ended(outcome))
            }
            Answered::Status(status) => self.tell(ToProgram::Status(status)),
            Answered::Cancelled => Ok(()),
        }
    }

    /// That a program listens no more is found out by reading, with what it said last.
    fn tell(&self, message: ToProgram) -> Result<(), RpcError> {
        match self.parent.sender.send(message) {
            Err(RpcError::Closed { .. }) => Ok(()),
            told => told,
        }
    }
}
