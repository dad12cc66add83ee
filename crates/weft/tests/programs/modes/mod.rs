//! One program in its modes: driven by a client, and run again to become part of a job.

mod parent;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use weft_common::{JobId, OperatorId};
use weft_control::{CoordinatorMessage, JobStatus};
use weft_graph::{NodeId, OperatorKind, StreamGraph, StreamNode};
use weft_record::Record;
use weft_rpc::program::{CoordinatorOrder, DriveSpec, FromProgram, ProgramExit, Submission, ToProgram};
use weft_rpc::{JobOutcome, JobSpec, Replay};

use crate::run::file;
use parent::{Started, program};

/// A text, an output directory that a run before has left something in, and an empty working directory.
struct Place {
    dir: tempfile::TempDir,
    arguments: Vec<String>,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let text = file(dir.path(), "text", "to be or not to be\nthat is the question\n");
        std::fs::create_dir(dir.path().join("elsewhere")).expect("a directory");
        let place = Place { arguments: Vec::new(), dir };
        place.leave_something();
        let output = place.output();
        let arguments = ["--input", text.to_str().expect("UTF-8"), "--output", output.to_str().expect("UTF-8")];
        Place { arguments: arguments.map(str::to_owned).to_vec(), ..place }
    }

    fn output(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn elsewhere(&self) -> PathBuf {
        self.dir.path().join("elsewhere")
    }

    fn left(&self) -> PathBuf {
        self.output().join(".left")
    }

    fn leave_something(&self) {
        std::fs::create_dir_all(self.output()).expect("a directory");
        file(&self.output(), ".left", "by a run before");
    }

    fn drive(&self, spec: DriveSpec) -> Started {
        Started::drive(&self.arguments, &self.elsewhere(), spec)
    }
}

#[expect(clippy::panic, reason = "what fails here is a failed test")]
fn submission(heard: Option<FromProgram>) -> Submission {
    match heard {
        Some(FromProgram::Submit(submission)) => *submission,
        other => panic!("{other:?} is no submission"),
    }
}

/// The end of the first job: the longest word has `letters` letters.
fn first_outcome(job: JobId, graph: &StreamGraph, letters: u64) -> JobOutcome {
    let sink = graph.nodes().position(|(_, node)| node.kind == OperatorKind::Sink).expect("it collects");
    let operator: OperatorId = graph.operator_ids()[sink];
    let mut rows = Vec::new();
    letters.encode(&mut rows);
    let results = BTreeMap::from([(operator, rows)]);
    JobOutcome {
        job,
        status: JobStatus::Finished,
        failure: None,
        results,
        accumulators: Vec::new(),
        duration: Duration::from_secs(1),
    }
}

/// Plays the client until the second submission is there.
fn both_submissions(place: &Place, letters: u64) -> (Started, JobOutcome, Submission) {
    let mut driver = place.drive(DriveSpec::default());
    let first = submission(driver.hear());
    assert_eq!((first.execution, first.graph.settings.name.as_str()), (0, "longest word"));
    driver.send(ToProgram::Submitted(Ok(JobId(1))));
    assert_eq!(driver.hear(), Some(FromProgram::Wait(JobId(1))));
    let outcome = first_outcome(JobId(1), &first.graph, letters);
    driver.send(ToProgram::Ended(outcome.clone()));
    let second = submission(driver.hear());
    assert_eq!((second.execution, second.graph.settings.name.as_str()), (1, "words"));
    (driver, outcome, second)
}

fn spec(place: &Place, outcome: JobOutcome, submission: Submission) -> JobSpec {
    JobSpec {
        job: JobId(2),
        program: program(&place.arguments),
        execution: submission.execution,
        replay: Replay { outcomes: vec![outcome], once: submission.once },
        graph: submission.graph,
        configuration: submission.configuration,
    }
}

/// The parallelism of the operator that was given one.
fn widest(graph: &StreamGraph) -> Option<u32> {
    graph.nodes().filter_map(|(_, node)| node.parallelism).max()
}

#[test]
fn a_driven_program_asks_for_every_execute_and_goes_by_the_answers() {
    let place = Place::new();
    let (mut driver, _, second) = both_submissions(&place, 5);
    assert!(!place.left().exists(), "main deletes its old output where it was started");
    assert_eq!(widest(&second.graph), Some(5));
    assert!(second.once.contains_key("started"));
    driver.send(ToProgram::Submitted(Ok(JobId(2))));
    assert_eq!(driver.hear(), Some(FromProgram::Wait(JobId(2))));
    let outcome = JobOutcome { results: BTreeMap::new(), ..first_outcome(JobId(2), &second.graph, 0) };
    driver.send(ToProgram::Ended(outcome));
    assert_eq!(driver.hear(), None);
    assert_eq!(driver.exit(), ProgramExit::Code(0));
}

#[test]
fn a_driven_program_goes_by_the_configuration_of_its_client_under_its_own() {
    let place = Place::new();
    let configuration = BTreeMap::from([("parallelism.default".to_owned(), "3".to_owned())]);
    let mut driver = place.drive(DriveSpec { configuration: configuration.clone(), detached: false });
    assert_eq!(submission(driver.hear()).graph.settings.default_parallelism, 3);
    let arguments = [place.arguments.clone(), vec!["-p".to_owned(), "2".to_owned()]].concat();
    let mut driver = Started::drive(&arguments, &place.elsewhere(), DriveSpec { configuration, detached: false });
    let submission = submission(driver.hear());
    assert_eq!(submission.graph.settings.default_parallelism, 2);
    assert_eq!(submission.configuration.get("parallelism.default").map(String::as_str), Some("2"));
}

/// The first execute returns at once, and its result, which this program asks for, is an error that says what to do.
#[test]
fn a_detached_program_has_no_results() {
    let place = Place::new();
    let mut driver = place.drive(DriveSpec { detached: true, ..DriveSpec::default() });
    submission(driver.hear());
    driver.send(ToProgram::Submitted(Ok(JobId(1))));
    assert_eq!(driver.hear(), None, "it does not wait");
    assert_eq!(driver.exit(), ProgramExit::Code(1));
}

#[test]
fn a_program_whose_client_is_gone_ends_with_an_error() {
    let place = Place::new();
    let mut driver = place.drive(DriveSpec::default());
    submission(driver.hear());
    assert_eq!(driver.exit(), ProgramExit::Code(1));
}

#[test]
fn a_replayed_program_becomes_the_coordinators_of_its_second_job() {
    let place = Place::new();
    let (driver, outcome, second) = both_submissions(&place, 5);
    drop(driver);
    place.leave_something();
    let mut coordinators = Started::coordinate(spec(&place, outcome, second), &place.elsewhere());
    assert_eq!(coordinators.hear(), Some(FromProgram::Ready));
    coordinators.send(ToProgram::Coordinator(CoordinatorOrder::Start { attempt: 1 }));
    coordinators.send(ToProgram::Coordinator(CoordinatorOrder::Commit { attempt: 1 }));
    let finished = FromProgram::Coordinator { attempt: 1, message: CoordinatorMessage::CommitFinished };
    assert_eq!(coordinators.hear(), Some(finished));
    assert!(place.left().parent().is_some_and(Path::is_dir), "main deletes nothing when it is run again");
    coordinators.send(ToProgram::Coordinator(CoordinatorOrder::End { success: true }));
    assert_eq!(coordinators.hear(), Some(FromProgram::Ended));
    coordinators.send(ToProgram::Stop);
    assert_eq!(coordinators.hear(), None);
    assert_eq!(coordinators.exit(), ProgramExit::Code(0));
}

/// What it fails with.
#[expect(clippy::panic, reason = "what fails here is a failed test")]
fn failure_of(job: JobSpec, place: &Place) -> String {
    let mut coordinators = Started::coordinate(job, &place.elsewhere());
    match coordinators.hear() {
        Some(FromProgram::Failed(sentence)) => sentence,
        other => panic!("{other:?} is no failure"),
    }
}

#[test]
fn a_program_that_builds_another_graph_names_the_first_operator_that_differs() {
    let place = Place::new();
    let (driver, outcome, second) = both_submissions(&place, 5);
    drop(driver);
    let mut job = spec(&place, outcome, second);
    let is_source = |(_, node): &(NodeId, &StreamNode)| matches!(node.kind, OperatorKind::Source { .. });
    let (source, _) = job.graph.nodes().find(is_source).expect("every job has one");
    let source = job.graph.node_mut(source).expect("it is there");
    source.kind = OperatorKind::Source { bounded: false };
    let name = source.name.clone();
    let failure = failure_of(job, &place);
    assert!(failure.contains("another graph") && failure.contains(&name) && failure.contains("env.once"), "{failure}");
}

#[test]
fn a_program_that_takes_another_way_is_told_so() {
    let place = Place::new();
    let (driver, outcome, second) = both_submissions(&place, 5);
    drop(driver);
    let mut job = spec(&place, outcome.clone(), second.clone());
    job.replay.once.clear();
    assert!(failure_of(job, &place).contains("once(\"started\")"));
    let mut job = spec(&place, outcome, second);
    job.replay.outcomes.clear();
    assert!(failure_of(job, &place).contains("execute number 1 is not on record"));
}

/// Nobody is left behind when the JobManager is killed.
#[test]
fn coordinators_end_with_their_parent() {
    let place = Place::new();
    let (driver, outcome, second) = both_submissions(&place, 5);
    drop(driver);
    let mut coordinators = Started::coordinate(spec(&place, outcome, second), &place.elsewhere());
    assert_eq!(coordinators.hear(), Some(FromProgram::Ready));
    let exit = coordinators.exit();
    assert_ne!(exit, ProgramExit::Unknown);
}
