//! A program that is run for its own sake by a client of a cluster: `main` runs once, to its end, and its parent runs the jobs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use weft_api::{Error, Executor, Job, JobClient, JobResult};
use weft_common::configuration::Configuration;
use weft_common::{ErrorKind, JobId};
use weft_rpc::JobOutcome;
use weft_rpc::program::{ControlReader, ControlWriter, DriveSpec, FromProgram, Submission, ToProgram};

/// The program's way to its parent.
pub(crate) struct Driver {
    spec: DriveSpec,
    writer: ControlWriter,
    /// Held while one submission is answered; how many there were, and the values of `env.once` so far.
    submitting: Mutex<Submitted>,
    answers: Mutex<Answers>,
    answered: Condvar,
}

#[derive(Default)]
struct Submitted {
    executions: u32,
    once: BTreeMap<String, Vec<u8>>,
}

/// What the parent has said and nobody has taken yet.
#[derive(Default)]
struct Answers {
    submitted: VecDeque<Result<JobId, String>>,
    statuses: VecDeque<String>,
    ended: HashMap<JobId, JobOutcome>,
    /// Why nothing more will come.
    closed: Option<String>,
}

impl Driver {
    /// Starts the thread that hears the parent.
    pub(crate) fn start(spec: DriveSpec, reader: ControlReader, writer: ControlWriter) -> Result<Arc<Self>, Error> {
        let driver = Arc::new(Driver {
            spec,
            writer,
            submitting: Mutex::default(),
            answers: Mutex::default(),
            answered: Condvar::new(),
        });
        let hears = driver.clone();
        let thread = std::thread::Builder::new().name("weft-client".into()).spawn(move || hears.hear(reader));
        thread
            .map_err(|e| Error::of(ErrorKind::Fatal, format!("cannot start the thread that hears the client: {e}")))?;
        Ok(driver)
    }

    pub(crate) fn configuration(&self) -> &BTreeMap<String, String> {
        &self.spec.configuration
    }

    fn hear(&self, mut reader: ControlReader) {
        let closed = loop {
            match reader.receive() {
                Ok(Some(message)) => self.on(message),
                Ok(None) => break "the client that runs this program is gone".to_owned(),
                Err(error) => break error.to_string(),
            }
        };
        self.answers().closed = Some(closed);
        self.answered.notify_all();
    }

    fn on(&self, message: ToProgram) {
        let mut answers = self.answers();
        match message {
            ToProgram::Submitted(answer) => answers.submitted.push_back(answer),
            ToProgram::Status(status) => answers.statuses.push_back(status),
            ToProgram::Ended(outcome) => drop(answers.ended.insert(outcome.job, outcome)),
            // For workers and coordinators.
            _ => return,
        }
        drop(answers);
        self.answered.notify_all();
    }

    fn tell(&self, message: FromProgram) -> Result<(), Error> {
        self.writer.send(message).map_err(|e| Error::of(ErrorKind::Retryable, e))
    }

    /// Waits until `take` finds what it looks for among the answers.
    fn wait<T>(&self, mut take: impl FnMut(&mut Answers) -> Option<T>) -> Result<T, Error> {
        let mut answers = self.answers();
        loop {
            if let Some(found) = take(&mut answers) {
                return Ok(found);
            }
            if let Some(closed) = &answers.closed {
                return Err(Error::of(ErrorKind::Retryable, closed));
            }
            answers = self.answered.wait(answers).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submitting(&self) -> MutexGuard<'_, Submitted> {
        self.submitting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands a program's jobs to its parent.
pub(crate) struct DriveExecutor(pub(crate) Arc<Driver>);

impl Executor for DriveExecutor {
    fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error> {
        let driver = &self.0;
        let mut submitting = driver.submitting();
        let execution = submitting.executions;
        if driver.spec.detached && execution > 0 {
            return Err(Error::user(format!(
                "job `{}` would be execute number {} of this program, and a detached run ends with the first: run it attached (without \
                 -d), or in application mode, where `main` runs in the cluster",
                job.graph.settings.name,
                execution + 1
            )));
        }
        let name = job.graph.settings.name.clone();
        let submission = Submission {
            execution,
            graph: job.graph,
            configuration: values_of(&job.configuration),
            once: submitting.once.clone(),
        };
        driver.tell(FromProgram::Submit(Box::new(submission)))?;
        let answer = driver.wait(|answers| answers.submitted.pop_front())?;
        let job = answer.map_err(|refusal| Error::user(format!("job `{name}` was not accepted: {refusal}")))?;
        submitting.executions += 1;
        Ok(Box::new(DrivenJob { driver: driver.clone(), job, name }))
    }

    fn once(&self, name: &str, evaluate: &mut dyn FnMut() -> Vec<u8>) -> Result<Vec<u8>, Error> {
        let mut submitting = self.0.submitting();
        if submitting.once.contains_key(name) {
            return Err(Error::user(format!(
                "`once(\"{name}\")` is asked for twice: give each value a name of its own, and keep what it returned"
            )));
        }
        let value = evaluate();
        submitting.once.insert(name.to_owned(), value.clone());
        Ok(value)
    }
}

/// Every key that is set, as text.
fn values_of(configuration: &Configuration) -> BTreeMap<String, String> {
    configuration.iter().map(|(key, value, _)| (key.to_owned(), value.to_text())).collect()
}

/// A job that the parent runs.
struct DrivenJob {
    driver: Arc<Driver>,
    job: JobId,
    name: String,
}

impl JobClient for DrivenJob {
    fn job_id(&self) -> JobId {
        self.job
    }

    fn status(&self) -> String {
        let asked = self.driver.tell(FromProgram::AskStatus(self.job));
        let answer = asked.and_then(|()| self.driver.wait(|answers| answers.statuses.pop_front()));
        answer.unwrap_or_else(|_| "UNKNOWN".to_owned())
    }

    fn cancel(&self) {
        if let Err(error) = self.driver.tell(FromProgram::CancelJob(self.job)) {
            tracing::warn!("cannot ask for the end of job `{}`: {error}", self.name);
        }
    }

    fn wait(&mut self) -> Result<JobResult, Error> {
        if self.driver.spec.detached {
            let (job_id, results) = (self.job, BTreeMap::new());
            return Ok(JobResult {
                job_id,
                duration: std::time::Duration::ZERO,
                results,
                accumulators: Default::default(),
                detached: true,
            });
        }
        self.driver.tell(FromProgram::Wait(self.job))?;
        let job = self.job;
        let outcome = self.driver.wait(|answers| answers.ended.remove(&job))?;
        super::result_of(&self.name, outcome)
    }
}
