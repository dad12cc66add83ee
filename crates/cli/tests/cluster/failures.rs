//! Killing and freezing processes: the result is the same, and what is lost is named.

use crate::cluster::{Cluster, Setup, outcome};
use crate::jobs::{alone, lines, text, words};
use crate::processes::{Process, children_of, files, group_and_session, listening, lives, signal_to, until, within};
use rustix::process::Signal;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn restarting(task_managers: usize, slots: u32) -> Setup {
    Setup::new(task_managers, slots)
        .with("restart-strategy.type", "fixed-delay")
        .with("restart-strategy.fixed-delay.attempts", "10")
        .with("restart-strategy.fixed-delay.delay", "0 s")
}

/// A slow word count under way, its output, and what that is to be.
struct UnderWay {
    client: Process,
    job: String,
    output: PathBuf,
    expected: Vec<String>,
}

fn count_words(cluster: &Cluster) -> UnderWay {
    let input = text(cluster.path(), 3000);
    let output = cluster.path().join("out");
    let expected = alone(&input, cluster.path());
    let arguments = words(&input, &output, 1000);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let client = Process::start(&mut cluster.run(&["-p", "2"], &arguments));
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    UnderWay { client, job, output, expected }
}

impl UnderWay {
    /// The job finishes with the result of an undisturbed run, and its client says so.
    fn finishes(mut self, cluster: &Cluster) {
        assert_eq!(self.client.wait(), Some(0), "{}", cluster.logs());
        assert_eq!(cluster.state(&self.job), "FINISHED");
        assert_eq!(lines(&self.output), self.expected);
    }

    /// What the exception history says of the newest failure.
    fn root_cause(&self, cluster: &Cluster) -> String {
        let path = format!("/jobs/{}/exceptions", self.job);
        until("a failure that is remembered", || {
            let entries = cluster.get(&path)["exceptionHistory"]["entries"].clone();
            Some(entries.get(0)?["stacktrace"].as_str()?.to_owned())
        })
    }
}

#[test]
fn a_worker_is_killed() {
    let cluster = Cluster::start(restarting(1, 2));
    let job = count_words(&cluster);
    let workers = children_of(cluster.task_managers[0].id());
    assert_eq!(workers.len(), 1);
    signal_to(workers[0], Signal::KILL);
    let cause = job.root_cause(&cluster);
    assert!(cause.contains("signal 9"), "{cause}");
    job.finishes(&cluster);
    cluster.stop();
}

#[test]
fn the_coordinators_are_killed() {
    let cluster = Cluster::start(restarting(1, 2));
    let job = count_words(&cluster);
    let coordinators = children_of(cluster.job_manager.id());
    assert_eq!(coordinators.len(), 1);
    signal_to(coordinators[0], Signal::KILL);
    let cause = job.root_cause(&cluster);
    assert!(cause.contains("coordinators") && cause.contains("signal 9"), "{cause}");
    job.finishes(&cluster);
    cluster.stop();
}

#[test]
fn a_task_manager_is_killed_and_leaves_no_worker() {
    let mut cluster = Cluster::start(restarting(3, 1));
    let job = count_words(&cluster);
    let busy = |p: &Process| !children_of(p.id()).is_empty();
    let victim = cluster.task_managers.iter().position(busy).expect("one works");
    let workers = children_of(cluster.task_managers[victim].id());
    let killed = cluster.task_managers.remove(victim);
    killed.signal(Signal::KILL);
    cluster.killed += 1;
    let gone = || workers.iter().all(|worker| !lives(*worker)).then_some(());
    within(Duration::from_secs(1), "the end of the workers", gone);
    // Whoever notices first says it: the other worker, whose connection broke, or the JobManager.
    let cause = job.root_cause(&cluster);
    assert!(cause.contains("its process ended") || cause.contains(&format!("process {}", killed.id())), "{cause}");
    job.finishes(&cluster);
    cluster.stop();
}

#[test]
fn whoever_ends_a_group_of_processes_ends_workers_and_coordinators() {
    let cluster = Cluster::start(restarting(1, 2));
    let job = count_words(&cluster);
    for parent in [&cluster.task_managers[0], &cluster.job_manager] {
        let children = children_of(parent.id());
        assert_eq!(children.len(), 1);
        assert_eq!(group_and_session(children[0]), group_and_session(parent.id()));
    }
    job.finishes(&cluster);
    cluster.stop();
}

#[test]
fn a_spare_task_manager_has_the_program_before_it_needs_it() {
    let mut cluster = Cluster::start(restarting(2, 1));
    outcome(&mut cluster.run(&["-d"], &["endless"]));
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    until("both TaskManagers have the program", || (artifacts(&cluster).len() == 2).then_some(()));
    let victim = cluster.task_managers.iter().position(|p| !children_of(p.id()).is_empty()).expect("one works");
    cluster.task_managers.remove(victim).signal(Signal::KILL);
    cluster.killed += 1;
    until("the other one has a worker", || (!children_of(cluster.task_managers[0].id()).is_empty()).then_some(()));
    cluster.await_running(&job);
    outcome(cluster.weft("cancel").arg(&job));
    cluster.await_state(&job, "CANCELED");
    cluster.stop();
}

/// The programs that TaskManagers have.
fn artifacts(cluster: &Cluster) -> Vec<PathBuf> {
    let of_artifacts = |path: &PathBuf| path.parent().is_some_and(|parent| parent.ends_with("artifacts"));
    let complete = |path: &PathBuf| path.extension().is_none();
    files(&cluster.path().join("tmp")).into_iter().filter(of_artifacts).filter(complete).collect()
}

#[test]
fn what_a_lost_task_manager_warned_of_last_is_in_the_exceptions() {
    let mut cluster = Cluster::start(restarting(1, 2).with("taskmanager.memory.process.size", "400m"));
    outcome(&mut cluster.run(&["-Drestart-strategy.type=none"], &["leak"]));
    outcome(&mut cluster.run(&["-d"], &["endless"]));
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    cluster.task_managers.remove(0).signal(Signal::KILL);
    cluster.killed += 1;
    let cause = until("a failure that is remembered", || {
        let entries = cluster.get(&format!("/jobs/{job}/exceptions"))["exceptionHistory"]["entries"].clone();
        Some(entries.get(0)?["stacktrace"].as_str()?.to_owned())
    });
    let (_, warnings) = cause.split_once("the last it warned of: ").unwrap_or_else(|| panic!("{cause}"));
    assert!(warnings.contains(" WARN ") && warnings.contains("the job's worker was killed: it used"), "{cause}");
    outcome(cluster.weft("cancel").arg(&job));
    cluster.await_state(&job, "CANCELED");
    cluster.stop();
}

#[test]
fn a_task_manager_is_frozen_past_the_heartbeat_timeout() {
    let setup = restarting(3, 1).with("heartbeat.interval", "200 ms").with("heartbeat.timeout", "1500 ms");
    let cluster = Cluster::start(setup);
    let job = count_words(&cluster);
    let busy = |p: &&Process| !children_of(p.id()).is_empty();
    let frozen = cluster.task_managers.iter().find(busy).expect("one works");
    let workers = children_of(frozen.id());
    // As if its machine had stopped.
    for id in workers.iter().copied().chain([frozen.id()]) {
        signal_to(id, Signal::STOP);
    }
    let cause = job.root_cause(&cluster);
    assert!(cause.contains("heartbeat") || cause.contains("1.5 s"), "{cause}");
    job.finishes(&cluster);
    // It comes back, as a member without a past.
    for id in workers.iter().copied().chain([frozen.id()]) {
        signal_to(id, Signal::CONT);
    }
    cluster.await_slots(3);
    until("its old workers are gone", || workers.iter().all(|worker| !lives(*worker)).then_some(()));
    cluster.stop();
}

/// A cluster whose JobManager leaves its jobs to a successor.
pub(crate) fn with_successors(storage: &Path) -> Cluster {
    let setup = restarting(1, 2)
        .with("high-availability.type", "filesystem")
        .with("high-availability.storageDir", storage.display().to_string())
        .with("cluster.registration.error-delay", "100 ms");
    Cluster::start(setup)
}

#[test]
fn a_second_job_manager_waits_until_the_first_is_killed_and_finishes_its_job() {
    let storage = tempfile::tempdir().expect("a directory");
    let mut cluster = with_successors(storage.path());
    let job = count_words(&cluster);
    let directory = cluster.path().to_owned();
    let said = |file: &str| fs::read_to_string(directory.join(file)).unwrap_or_default();
    let run_file = |number: usize| said(&format!("run/jobmanager-{number}"));
    let leader = cluster.job_manager.id();

    let (second, mut third) = (cluster.standby(1), cluster.standby(2));
    for number in [1, 2] {
        let waits = until("the JobManager says that it waits", || {
            run_file(number).lines().find_map(|line| Some(line.strip_prefix("waits=")?.to_owned()))
        });
        let sentence = format!("another JobManager leads (process {leader} on ");
        assert!(waits.starts_with(&sentence) && waits.contains(&storage.path().display().to_string()), "{waits}");
        let standard_error = said(&format!("log/jobmanager-{number}.out"));
        assert_eq!(standard_error, format!("{waits}\n"), "nothing else concerns who has started it");
        until("its log says so, too", || {
            said(&format!("log/weft-jobmanager-{number}.log")).contains(&waits).then_some(())
        });
        assert!(listening(if number == 1 { second.id() } else { third.id() }).is_empty(), "only who leads is there");
    }
    // One that is told to end does not wait for the leader's end.
    third.signal(Signal::TERM);
    assert_eq!(third.wait(), Some(0));
    assert_eq!(run_file(2), "");

    cluster.job_manager.signal(Signal::KILL);
    cluster.job_manager.wait();
    cluster.killed += 1;
    until("the second leads", || run_file(1).contains("ready=yes\n").then_some(()));
    until("its log says so, too", || said("log/weft-jobmanager-1.log").contains(" leader=2").then_some(()));
    cluster.job_manager = second;
    job.finishes(&cluster);
    cluster.stop();
}

#[test]
fn the_job_manager_is_killed_and_its_successor_finishes_the_job() {
    let storage = tempfile::tempdir().expect("a directory");
    let mut cluster = with_successors(storage.path());
    let job = count_words(&cluster);
    let coordinators = children_of(cluster.job_manager.id());
    cluster.job_manager.signal(Signal::KILL);
    cluster.job_manager.wait();
    cluster.killed += 1;
    until("its coordinators are gone", || coordinators.iter().all(|id| !lives(*id)).then_some(()));
    cluster.restart_job_manager();
    job.finishes(&cluster);
    cluster.stop();
    // Its end is remembered, and nothing else is.
    let left = crate::processes::files(&storage.path().join("default/jobs"));
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_failed_task_runs_again_in_its_worker_or_a_new_one() {
    let cluster = Cluster::start(restarting(1, 1));
    let marker = cluster.path().join("marker");
    let arguments = ["fail-once", "--marker", marker.to_str().expect("UTF-8")];
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-d"], &arguments));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let job = cluster.await_job("RUNNING");
    until("it has failed once", || {
        let exceptions = cluster.get(&format!("/jobs/{job}/exceptions"));
        let cause = exceptions["exceptionHistory"]["entries"].get(0)?["stacktrace"].as_str()?.to_owned();
        assert!(cause.contains("failing once, as was asked for"), "{cause}");
        Some(())
    });
    cluster.await_running(&job);
    outcome(cluster.weft("cancel").arg(&job));
    cluster.await_state(&job, "CANCELED");
    cluster.stop();
}

#[test]
fn a_user_function_that_never_returns_costs_its_worker() {
    let cluster = Cluster::start(Setup::new(1, 1).with("task.cancellation.timeout", "300 ms"));
    outcome(&mut cluster.run(&["-d"], &["stuck"]));
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    let workers = children_of(cluster.task_managers[0].id());
    outcome(cluster.weft("cancel").arg(&job));
    cluster.await_state(&job, "CANCELED");
    until("its worker is gone", || workers.iter().all(|worker| !lives(*worker)).then_some(()));
    cluster.await_slots(1);
    cluster.stop();
}
