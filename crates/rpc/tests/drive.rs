//! Driven programs as processes of their own: this very file, started again to run one of the tests that are ignored.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use weft_common::{ErrorKind, JobId};
use weft_control::JobStatus;
use weft_graph::{JobSettings, OperatorKind, SchemaRef, StreamEdge, StreamGraph, StreamNode};
use weft_rpc::drive::{Drive, DriveEnd, DriveError, DriveObserver, JobService, Patience};
use weft_rpc::program::*;
use weft_rpc::view::{Answer, Refusal};
use weft_rpc::{BlobHash, BlobRef, JobOutcome, JobSpec, ProgramSpec};

const DEADLINE: Duration = Duration::from_secs(30);

fn graph(name: &str) -> StreamGraph {
    let mut graph = StreamGraph::new(JobSettings::new(name));
    let text = SchemaRef::new("Str", 1);
    let lines = graph.add_node(StreamNode::new(OperatorKind::Source { bounded: true }, "lines", text.clone()));
    let sink = graph.add_node(StreamNode::new(OperatorKind::Sink, "out", text));
    graph.add_edge(StreamEdge::new(lines, sink)).unwrap();
    graph
}

fn finished(job: JobId) -> JobOutcome {
    let duration = Duration::from_millis(5);
    JobOutcome {
        job,
        status: JobStatus::Finished,
        failure: None,
        results: BTreeMap::new(),
        accumulators: Vec::new(),
        duration,
    }
}

// The program's side.

/// A program as it speaks with its parent.
struct Program {
    reader: ControlReader,
    writer: ControlWriter,
    executions: u32,
    once: BTreeMap<String, Vec<u8>>,
}

impl Program {
    fn take() -> Option<Self> {
        let control = Control::take(FRAME_LIMIT).unwrap()?;
        let Started::Drive(spec) = control.started else { return None };
        assert_eq!(spec.configuration.get("a.key").map(String::as_str), Some("a value"));
        let Control { reader, writer, .. } = control;
        Some(Program { reader, writer, executions: 0, once: BTreeMap::new() })
    }

    fn say(&self, message: FromProgram) {
        self.writer.send(message).unwrap();
    }

    fn hear(&mut self) -> ToProgram {
        self.reader.receive().unwrap().unwrap()
    }

    fn submit(&mut self, graph: StreamGraph) -> Result<JobId, String> {
        let (execution, once) = (self.executions, self.once.clone());
        let configuration = BTreeMap::from([("set.by".to_owned(), "the program".to_owned())]);
        self.say(FromProgram::Submit(Box::new(Submission { execution, graph, configuration, once })));
        self.executions += 1;
        let ToProgram::Submitted(answer) = self.hear() else { std::process::exit(90) };
        answer
    }

    fn wait(&mut self, job: JobId) -> JobOutcome {
        self.say(FromProgram::Wait(job));
        let ToProgram::Ended(outcome) = self.hear() else { std::process::exit(91) };
        outcome
    }
}

#[test]
#[ignore = "runs in a child of another test"]
fn two_jobs() {
    let Some(mut program) = Program::take() else { return };
    let first = program.submit(graph("first")).unwrap();
    assert_eq!(program.wait(first), finished(first));
    program.once.insert("clock".into(), vec![7]);
    let second = program.submit(graph("second")).unwrap();
    program.say(FromProgram::AskStatus(second));
    assert_eq!(program.hear(), ToProgram::Status("RUNNING".into()));
    program.say(FromProgram::CancelJob(second));
    assert_eq!(program.wait(second), finished(second));
    std::process::exit(7);
}

#[test]
#[ignore = "runs in a child of another test"]
fn two_at_once() {
    let Some(mut program) = Program::take() else { return };
    let first = program.submit(graph("first")).unwrap();
    program.submit(graph("second")).unwrap();
    program.wait(first);
    program.submit(graph("third")).unwrap();
    std::process::exit(0);
}

#[test]
#[ignore = "runs in a child of another test"]
fn tells_what_it_hears() {
    let Some(mut program) = Program::take() else { return };
    let heard = match program.submit(graph("job")) {
        Ok(job) => program.wait(job).failure.map_or_else(|| "well".to_owned(), |failure| failure.message),
        Err(refusal) => refusal,
    };
    program.say(FromProgram::Failed(heard));
    std::process::exit(1);
}

#[test]
#[ignore = "runs in a child of another test"]
fn empty_graph() {
    let Some(mut program) = Program::take() else { return };
    let _ = program.submit(StreamGraph::new(JobSettings::new("empty")));
    std::process::exit(0);
}

#[test]
#[ignore = "runs in a child of another test"]
fn no_job() {
    let Some(_program) = Program::take() else { return };
    std::process::exit(4);
}

// The service.

/// Remembers what it was asked, and answers as it was told to.
#[derive(Default)]
struct Cluster {
    asked: Mutex<Vec<String>>,
    submitted: Mutex<Vec<JobSpec>>,
    /// Answers of submissions and outcomes before good ones.
    failures: Mutex<Vec<Refusal>>,
    /// Answers every question about an outcome with "not yet", and says that it was asked.
    never: Option<Arc<Notify>>,
}

impl Cluster {
    fn failing(failures: impl IntoIterator<Item = Refusal>) -> Self {
        Cluster { failures: Mutex::new(failures.into_iter().collect()), ..Cluster::default() }
    }

    fn ask<T: Send + 'static>(&self, what: String, answer: T) -> Answer<Result<T, Refusal>> {
        self.asked.lock().unwrap().push(what);
        let failure = self.failures.lock().unwrap().pop();
        Box::pin(std::future::ready(failure.map_or(Ok(answer), Err)))
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl JobService for Cluster {
    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>> {
        let id = job.job;
        self.submitted.lock().unwrap().push(job);
        self.ask(format!("submit {}", id.0), id)
    }

    fn outcome(&self, job: JobId, _: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>> {
        if let Some(asked) = self.never.clone() {
            asked.notify_one();
            return Box::pin(std::future::pending());
        }
        // It takes a second question.
        let what = format!("outcome {}", job.0);
        let first = !self.asked().contains(&what);
        self.ask(what, if first { None } else { Some(finished(job)) })
    }

    fn status(&self, job: JobId) -> Answer<Result<String, Refusal>> {
        self.ask(format!("status {}", job.0), "RUNNING".to_owned())
    }

    fn cancel(&self, job: JobId) -> Answer<Result<(), Refusal>> {
        self.ask(format!("cancel {}", job.0), ())
    }
}

#[derive(Default)]
struct Seen(Vec<String>);

impl DriveObserver for Seen {
    fn submitted(&mut self, job: JobId, name: &str) {
        self.0.push(format!("submitted {name} as {}", job.0));
    }

    fn refused(&mut self, name: &str, refusal: &Refusal) {
        self.0.push(format!("refused {name}: {refusal}"));
    }

    fn ended(&mut self, outcome: &JobOutcome) {
        self.0.push(format!("{} {}", outcome.job.0, outcome.status));
    }
}

// Driving.

fn drive(entry: &str) -> Drive<'static> {
    let mut command = ProgramCommand::new(std::env::current_exe().unwrap(), "program", "/");
    command.arguments = ["--exact", entry, "--ignored", "--nocapture", "--test-threads=1"].map(str::to_owned).into();
    command.stdout = Stdio::null();
    let configuration = BTreeMap::from([("a.key".to_owned(), "a value".to_owned())]);
    Drive {
        command,
        stdin: None,
        spec: DriveSpec { configuration, detached: false },
        program: ProgramSpec {
            name: "program".into(),
            artifact: BlobRef { hash: BlobHash([3; 32]), length: 9 },
            arguments: vec!["an argument".into()],
            environment: BTreeMap::from([("NAMED".to_owned(), "yes".to_owned())]),
        },
        patience: Patience { timeout: Duration::from_millis(400), retry_period: Duration::from_millis(50) },
    }
}

async fn run(entry: &str, cluster: &Arc<Cluster>) -> (DriveEnd, Vec<String>) {
    let (mut seen, mut next) = (Seen::default(), 0);
    let ids = || {
        next += 1;
        JobId(next)
    };
    let end = tokio::time::timeout(DEADLINE, drive(entry).run(cluster.clone(), ids, &mut seen)).await;
    (end.expect("in time").unwrap(), seen.0)
}

#[tokio::test]
async fn every_execute_is_a_job_that_knows_what_came_before() {
    let cluster = Arc::new(Cluster::default());
    let (end, seen) = run("two_jobs", &cluster).await;
    assert_eq!(end.exit, ProgramExit::Code(7));
    assert_eq!(seen, ["submitted first as 1", "1 FINISHED", "submitted second as 2", "2 FINISHED"]);
    let asked = cluster.asked();
    assert!(["status 2", "cancel 2"].iter().all(|what| asked.contains(&what.to_string())), "{asked:?}");

    let submitted = cluster.submitted.lock().unwrap();
    let [first, second] = &submitted[..] else { panic!("two jobs: {submitted:?}") };
    assert_eq!((first.job, first.execution, second.job, second.execution), (JobId(1), 0, JobId(2), 1));
    assert_eq!((&first.graph, &second.graph), (&graph("first"), &graph("second")));
    assert_eq!((&first.program, &second.program), (&drive("").program, &drive("").program));
    assert_eq!(first.configuration["set.by"], "the program");
    assert!(first.replay.outcomes.is_empty() && first.replay.once.is_empty());
    assert_eq!(second.replay.outcomes, [finished(JobId(1))]);
    assert_eq!(second.replay.once, BTreeMap::from([("clock".to_owned(), vec![7])]));

    let jobs: Vec<_> = end.jobs.iter().map(|job| (job.id.0, job.name.as_str(), job.outcome.is_some())).collect();
    assert_eq!(jobs, [(1, "first", true), (2, "second", true)]);
}

#[tokio::test]
async fn outcomes_keep_their_places_when_some_are_not_waited_for() {
    let cluster = Arc::new(Cluster::default());
    let (end, _) = run("two_at_once", &cluster).await;
    assert!(end.exit.is_success());
    let submitted = cluster.submitted.lock().unwrap();
    let statuses = |at: usize| submitted[at].replay.outcomes.iter().map(|o| (o.job.0, o.status)).collect::<Vec<_>>();
    assert_eq!(statuses(1), [(1, JobStatus::Running)]);
    assert_eq!(statuses(2), [(1, JobStatus::Finished), (2, JobStatus::Running)]);
    assert_eq!(end.jobs.iter().map(|job| job.outcome.is_some()).collect::<Vec<_>>(), [true, false, false]);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_id() {
    let lost = || Refusal::Failed("the connection broke".into());
    let cluster = Arc::new(Cluster::failing([lost(), lost()]));
    let (end, seen) = run("two_jobs", &cluster).await;
    assert_eq!(end.exit, ProgramExit::Code(7));
    assert_eq!(seen[0], "submitted first as 1");
    assert_eq!(cluster.asked()[..4], ["submit 1", "submit 1", "submit 1", "outcome 1"]);
}

#[tokio::test]
async fn a_refusal_is_final_and_patience_ends() {
    let cluster = Arc::new(Cluster::failing([Refusal::Wrong("too many slots".into())]));
    let (end, seen) = run("tells_what_it_hears", &cluster).await;
    assert_eq!((end.exit, end.gave_up.as_deref()), (ProgramExit::Code(1), Some("too many slots")));
    assert_eq!(seen, ["refused job: too many slots"]);
    assert_eq!((cluster.asked().len(), end.jobs.len()), (1, 0));

    let cluster = Arc::new(Cluster::failing(vec![Refusal::Failed("nobody there".into()); 1000]));
    let began = Instant::now();
    let (end, seen) = run("tells_what_it_hears", &cluster).await;
    assert_eq!(end.gave_up.as_deref(), Some("nobody there"));
    assert_eq!(seen, ["refused job: nobody there"]);
    assert!(cluster.asked().len() > 3 && began.elapsed() < DEADLINE / 2, "{:?}", cluster.asked());
}

#[tokio::test]
async fn a_job_that_the_cluster_forgot_ends_with_that_sentence() {
    let cluster = Arc::new(Cluster::default());
    let forgets = Forgets(cluster.clone());
    let mut seen = Seen::default();
    let end = drive("tells_what_it_hears").run(Arc::new(forgets), || JobId(1), &mut seen).await.unwrap();
    let sentence = format!("how job {} ended is not known: no such job", JobId(1));
    assert_eq!(end.gave_up, Some(sentence));
    assert_eq!(seen.0, ["submitted job as 1", "1 SUSPENDED"]);
}

/// Accepts jobs and knows nothing of them.
struct Forgets(Arc<Cluster>);

impl JobService for Forgets {
    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>> {
        self.0.submit(job)
    }

    fn outcome(&self, _: JobId, _: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>> {
        Box::pin(std::future::ready(Err(Refusal::NotFound("no such job".into()))))
    }

    fn status(&self, job: JobId) -> Answer<Result<String, Refusal>> {
        self.0.status(job)
    }

    fn cancel(&self, job: JobId) -> Answer<Result<(), Refusal>> {
        self.0.cancel(job)
    }
}

#[tokio::test]
async fn a_driver_that_is_given_up_is_killed() {
    let asked = Arc::new(Notify::new());
    let cluster = Arc::new(Cluster { never: Some(asked.clone()), ..Cluster::default() });
    let mut seen = Seen::default();
    let mut drive = drive("two_jobs");
    let (read, write) = std::io::pipe().unwrap();
    drive.command.stdout = write.into();
    tokio::select! {
        end = drive.run(cluster, || JobId(1), &mut seen) => panic!("it waits for ever: {end:?}"),
        () = asked.notified() => {}
    }
    assert_eq!(seen.0, ["submitted first as 1"]);
    // The pipe ends with the process.
    let ended = tokio::task::spawn_blocking(move || std::io::read_to_string(read));
    tokio::time::timeout(DEADLINE, ended).await.expect("in time").unwrap().unwrap();
}

#[tokio::test]
async fn a_plan_is_that_of_the_first_job_and_runs_nothing() {
    let plan = tokio::time::timeout(DEADLINE, drive("two_jobs").plan()).await.expect("in time").unwrap();
    assert_eq!(plan, graph("first").to_job_graph().unwrap().plan_json(JobId(0)));

    let error = drive("no_job").plan().await.unwrap_err();
    assert!(matches!(error, DriveError::NoExecute(ProgramExit::Code(4))), "{error}");
    let error = drive("empty_graph").plan().await.unwrap_err();
    assert!(matches!(error, DriveError::Graph(_)) && error.to_string().contains("\"empty\""), "{error}");
    assert_eq!(error.kind(), ErrorKind::User);
}

#[tokio::test]
async fn a_program_without_a_job_ends_as_it_ends() {
    let cluster = Arc::new(Cluster::default());
    let (end, seen) = run("no_job", &cluster).await;
    assert_eq!(end, DriveEnd { exit: ProgramExit::Code(4), gave_up: None, jobs: vec![] });
    assert!(seen.is_empty() && cluster.asked().is_empty());
}
