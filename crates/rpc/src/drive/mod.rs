//! Running a program whose jobs somebody else runs: the parent's side of mode *drive*.
//!
//! The program's `main` runs once, to its end, in a child process. Each `execute` arrives here as a [`Submission`](crate::program::Submission)
//! and leaves as a [`JobSpec`](crate::JobSpec) with what workers need to run `main` up to the same `execute` again: the outcomes that the
//! program has been told so far, and the values of `env.once`. The jobs run wherever a [`JobService`] runs them: a client's service is a
//! cluster's REST address, an application's is the JobManager that the program runs beside.
//!
//! ```text
//! program ── Submit ──► Drive ── submit(JobSpec) ──────────► JobService
//!         ◄─ Submitted ─       ◄─ the job's id ────────────
//!         ── Wait ────►        ── outcome(job), again and again ─►
//!         ◄─ Ended ────        ◄─ its outcome ─────────────
//! ```
//!
//! # Lost answers
//! A service that fails ([`Refusal::Failed`](crate::view::Refusal::Failed)) is asked again with growing pauses until [`Patience`] is at its
//! end. A job's id is chosen here, before it is submitted first, so a submission whose answer was lost and that is sent again is still one
//! job.

mod error;
mod host;
mod patience;
mod plan;
mod record;
mod requests;
mod service;

pub use error::DriveError;
pub use host::{DriveEnd, DrivenJob};
pub use patience::Patience;
pub use service::{DriveObserver, JobService};

use crate::ProgramSpec;
use crate::program::{DriveSpec, FRAME_LIMIT, Parent, ProgramCommand, Start};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use weft_common::JobId;

/// A program that is to be driven.
#[derive(Debug)]
pub struct Drive<'a> {
    /// How its process is started.
    pub command: ProgramCommand,
    /// What it finds on its standard input; nothing without.
    pub stdin: Option<BorrowedFd<'a>>,
    /// What it is told.
    pub spec: DriveSpec,
    /// What travels with its jobs. Its workers see these arguments and this environment, not the command's.
    pub program: ProgramSpec,
    /// How long a service that does not answer is asked again.
    pub patience: Patience,
}

impl Drive<'_> {
    /// Runs the program to its end. `ids` gives the ids of its jobs: no two may ever be the same. Must be called within a tokio runtime.
    ///
    /// What jobs come to is the program's affair: it is told, and `observer` is told. A job that nobody waits for goes on when the program has
    /// ended. When the future is dropped, the program is killed; its jobs go on.
    ///
    /// # Errors
    /// When the program cannot be started, or says what cannot be read; in both cases it is gone when this returns.
    pub async fn run(
        self,
        service: Arc<dyn JobService>,
        ids: impl FnMut() -> JobId + Send,
        observer: &mut dyn DriveObserver,
    ) -> Result<DriveEnd, DriveError> {
        let Drive { command, stdin, spec, program, patience } = self;
        let parent = Parent::start(command, Start::Drive { spec, stdin }, FRAME_LIMIT).await?;
        host::Host::new(parent, program, patience, service, ids, observer).run().await
    }

    /// The plan of the first job that the program would execute: a line of JSON, as `/jobs/:id/plan` shows it under `plan`, of a job whose id
    /// is all zeros. The program is killed at that `execute`; nothing is submitted.
    ///
    /// # Errors
    /// When the program cannot be started, ends without an `execute`, or builds a graph that cannot run.
    pub async fn plan(self) -> Result<String, DriveError> {
        let Drive { command, stdin, spec, .. } = self;
        plan::first(Parent::start(command, Start::Drive { spec, stdin }, FRAME_LIMIT).await?).await
    }
}
