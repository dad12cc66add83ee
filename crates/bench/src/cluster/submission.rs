//! Submitting a job without a client: what a client would send, sent by this program, which knows when.

use super::programs::Programs;
use super::rest::Rest;
use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use weft_common::JobId;
use weft_rpc::drive::{Drive, DriveObserver, JobService, Patience};
use weft_rpc::program::{DriveSpec, ProgramCommand};
use weft_rpc::view::{Answer, Refusal};
use weft_rpc::{BlobHash, BlobRef, JobOutcome, JobSpec, ProgramSpec};

/// A job that can be submitted any number of times, each time as a new one.
pub(crate) struct Submission(JobSpec);

/// A job that was submitted.
pub(crate) struct Submitted {
    pub(crate) job: String,
    /// Milliseconds since 1970, before the request was made.
    pub(crate) at: i64,
}

impl Submission {
    /// Runs this program for one of its jobs and keeps what it executes.
    pub(crate) fn of(programs: &Programs, job: &[&str]) -> Result<Self> {
        Self::of_program(&programs.job, &[&["job"], job].concat())
    }

    /// Runs a program and keeps what it executes.
    pub(crate) fn of_program(program: &Path, arguments: &[&str]) -> Result<Self> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let directory = env::current_dir().context("finding the working directory")?;
        let mut command = ProgramCommand::new(program, &name, directory);
        command.arguments.clone_from(&arguments);
        command.stdout = Stdio::null();
        let artifact = named(&read(program)?);
        let spec_of_program = ProgramSpec { name, artifact, arguments, environment: BTreeMap::new() };
        let spec = DriveSpec { configuration: BTreeMap::new(), detached: true };
        let patience = Patience { timeout: Duration::ZERO, retry_period: Duration::ZERO };
        let drive = Drive { command, stdin: None, spec, program: spec_of_program, patience };
        let kept = Arc::new(Kept::default());
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting a runtime")?;
        let end = runtime.block_on(drive.run(kept.clone(), || JobId(1), &mut Silent))?;
        let spec = kept.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match spec {
            Some(spec) => Ok(Submission(spec)),
            None => bail!(
                "{}, run for the job that it executes, ended ({}) without executing one: {:?}",
                program.display(),
                end.exit,
                end.gave_up
            ),
        }
    }

    /// Stores the program's bytes.
    pub(crate) fn provide(rest: &Rest, program: &Path) -> Result<()> {
        let bytes = read(program)?;
        rest.put(&format!("/weft/artifacts/{}", named(&bytes).hash), &bytes).map(drop)
    }

    /// Submits it as a new job. The program's bytes have to be there.
    pub(crate) fn submit(&self, rest: &Rest) -> Result<Submitted> {
        let at = now_ms()?;
        let nanoseconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_nanos();
        let body = JobSpec { job: JobId(nanoseconds), ..self.0.clone() }.to_bytes();
        let answer = rest.post("/weft/jobs", &body)?;
        let job = answer["jobid"].as_str().context("the answer to a submission names no job")?.to_owned();
        Ok(Submitted { job, at })
    }
}

/// Milliseconds since 1970, as a cluster counts them.
pub(crate) fn now_ms() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis())?)
}

fn read(program: &Path) -> Result<Vec<u8>> {
    std::fs::read(program).with_context(|| format!("reading {}", program.display()))
}

fn named(bytes: &[u8]) -> BlobRef {
    BlobRef { hash: BlobHash(Sha256::digest(bytes).into()), length: bytes.len() as u64 }
}

/// Accepts a job and keeps it.
#[derive(Default)]
struct Kept(Mutex<Option<JobSpec>>);

impl JobService for Kept {
    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>> {
        let id = job.job;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(job);
        Box::pin(async move { Ok(id) })
    }

    fn outcome(&self, _job: JobId, _wait: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>> {
        Box::pin(async { Err(Refusal::NotFound("no job runs".to_owned())) })
    }

    fn status(&self, _job: JobId) -> Answer<Result<String, Refusal>> {
        Box::pin(async { Err(Refusal::NotFound("no job runs".to_owned())) })
    }

    fn cancel(&self, _job: JobId) -> Answer<Result<(), Refusal>> {
        Box::pin(async { Ok(()) })
    }
}

struct Silent;

impl DriveObserver for Silent {
    fn submitted(&mut self, _job: JobId, _name: &str) {}
    fn refused(&mut self, _name: &str, _refusal: &Refusal) {}
    fn ended(&mut self, _outcome: &JobOutcome) {}
}
