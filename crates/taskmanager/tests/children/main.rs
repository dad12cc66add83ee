//! A TaskManager with child processes: the workers are this very file, started again to run the test that is ignored.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "what fails here is a failed test")]

mod note;
mod rig;
mod session;
mod worker;

use rig::{JOB, OTHER, Rig, att};
use std::time::Duration;
use weft_control::{ExecutionState, TaskManagerSettings, WorkerMemory};

const RUNNING: ExecutionState = ExecutionState::Running;

#[test]
fn a_worker_runs_tasks_until_its_job_has_no_slot() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "obey");
    // Where it will be is told before anything is offered.
    let told = rig.told();
    let address = told.iter().position(|told| told.starts_with("address")).expect("an address");
    let offer = told.iter().position(|told| told.starts_with("offer")).expect("an offer");
    assert!(address < offer, "{told:?}");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    rig.cancel(JOB, att(0, 0));
    rig.await_state(JOB, att(0, 0), ExecutionState::Canceled);
    let pid = rig.pid(JOB);
    rig.free(JOB);
    rig.await_end_of(pid);
    rig.await_that("the job's directory is gone", |rig| !rig.directory(JOB).exists());
}

#[test]
fn a_worker_sees_nothing_but_what_was_named() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "look");
    rig.await_that("it has looked", |rig| rig.directory(JOB).join("seen").exists());
    let seen = std::fs::read_to_string(rig.directory(JOB).join("seen")).unwrap();
    assert_eq!(seen, format!("NAMED=yes,OF_CLUSTER,WEFT_CONTROL {}", rig.directory(JOB).display()));
}

#[test]
fn a_worker_that_crashes_fails_its_tasks_by_name_and_is_replaced() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "obey");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    let before = rig.addresses(JOB);
    rig.deploy(JOB, att(666, 0), 0);
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    let failure = rig.failure(JOB, att(0, 0));
    assert!(failure.contains("signal 6 (SIGABRT"), "{failure}");
    assert!(failure.ends_with("to standard error: about to abort"), "{failure}");
    // The next one has the address, as another generation, and that is told before the failure.
    let told = rig.told();
    let failed = told.iter().position(|told| told.contains("Failed")).expect("a failure");
    let renamed = told.iter().position(|told| told.starts_with("address 101")).expect("an address");
    assert!(renamed < failed, "{told:?}");
    let (first, last) = (before[0].clone(), rig.addresses(JOB)[1].clone());
    assert_eq!((first.port, first.generation + 1), (last.port, last.generation));
    rig.deploy(JOB, att(0, 1), 0);
    rig.await_state(JOB, att(0, 1), RUNNING);
}

#[test]
fn a_worker_that_is_killed_by_somebody_is_replaced_too() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "obey");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    rig.kill(rig.pid(JOB));
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    assert!(rig.failure(JOB, att(0, 0)).contains("signal 9 (SIGKILL"));
    rig.deploy(JOB, att(0, 1), 0);
    rig.await_state(JOB, att(0, 1), RUNNING);
}

#[test]
fn a_program_that_refuses_to_be_a_worker_says_why() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "refuse");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    assert_eq!(rig.failure(JOB, att(0, 0)), "the plan differs at operator `map`");
}

#[test]
fn a_program_that_cannot_be_fetched_fails_what_waits_for_it() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request_missing(JOB, 0);
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    assert!(rig.failure(JOB, att(0, 0)).starts_with("the job's program cannot be fetched: "));
}

#[test]
fn a_file_that_is_no_program_of_weft_is_not_executed() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request_executable(JOB, 0, std::path::Path::new("/bin/true"));
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    let failure = rig.failure(JOB, att(0, 0));
    assert!(failure.contains("Weft"), "{failure}");
}

/// The sentence is read on another machine.
#[test]
fn a_program_for_newer_machines_is_refused_with_the_name_of_this_one() {
    let mut bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    // The newest version that it asks for becomes one that nobody has, which stands in this file already.
    let version = |part: &[u8]| match part {
        [b'G', b'L', b'I', b'B', b'C', b'_', b'2', b'.', tens, ones, 0] => Some([*tens, *ones]),
        _ => None,
    };
    let asked_for = bytes.windows(11).enumerate().filter_map(|(at, part)| Some((version(part)?, at)));
    let (_, at) = asked_for.filter(|(version, _)| version < b"98").max().unwrap();
    bytes[at..][..11].copy_from_slice(b"GLIBC_2.98\0");
    let program = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(program.path(), bytes).unwrap();
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request_executable(JOB, 0, program.path());
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    let failure = rig.failure(JOB, att(0, 0));
    assert!(failure.contains("needs glibc 2.98 and 127.0.0.1 has 2."), "{failure}");
}

#[test]
fn a_task_that_does_not_stop_costs_its_worker_and_nothing_else() {
    let timeout = Some(Duration::from_millis(300));
    let mut rig = Rig::new(TaskManagerSettings { cancellation_timeout: timeout, ..TaskManagerSettings::default() });
    rig.request(JOB, 0, "stuck");
    rig.request(OTHER, 1, "obey");
    rig.deploy(JOB, att(0, 0), 0);
    rig.deploy(OTHER, att(0, 0), 1);
    rig.await_state(JOB, att(0, 0), RUNNING);
    rig.await_state(OTHER, att(0, 0), RUNNING);
    rig.cancel(JOB, att(0, 0));
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    assert!(rig.failure(JOB, att(0, 0)).contains("task.cancellation.timeout"));
    assert_eq!(rig.state(OTHER, att(0, 0)), Some(RUNNING));
}

#[test]
fn what_a_job_is_is_fetched_before_it_is_needed() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.prepare(JOB, "obey");
    rig.prepare(JOB, "obey");
    rig.await_that("the program is here", |rig| rig.fetches() == 1);
    assert_eq!(rig.told(), [] as [&str; 0], "nobody hears of it");
    rig.request(JOB, 0, "obey");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    assert_eq!(rig.fetches(), 1);
}

#[test]
fn a_worker_that_leaks_is_killed_with_a_sentence_and_its_neighbour_is_not_disturbed() {
    const MIB: u64 = 1 << 20;
    let memory = WorkerMemory { base: 64 * MIB, per_slot: 64 * MIB, container: 1 << 40 };
    let mut rig = Rig::new(TaskManagerSettings { memory: Some(memory), ..TaskManagerSettings::default() });
    rig.request(OTHER, 1, "obey");
    rig.deploy(OTHER, att(0, 0), 1);
    rig.await_state(OTHER, att(0, 0), RUNNING);
    let neighbour = rig.pid(OTHER);
    rig.request(JOB, 0, "leak");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    let failure = rig.failure(JOB, att(0, 0));
    assert!(failure.contains("may use 128 MiB (slots of the job: 1)"), "{failure}");
    assert_eq!((rig.pid(OTHER), rig.state(OTHER, att(0, 0))), (neighbour, Some(RUNNING)));
}

#[test]
fn a_program_is_fetched_once_for_all_jobs_and_workers() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "obey");
    rig.request(OTHER, 1, "obey");
    for (job, slot) in [(JOB, 0), (OTHER, 1)] {
        rig.deploy(job, att(0, 0), slot);
        rig.await_state(job, att(0, 0), RUNNING);
    }
    assert_eq!(rig.fetches(), 1);
}

/// Who ends a container ends all processes in it with one signal, and the worker is gone first.
#[test]
fn a_worker_that_is_told_to_end_with_its_task_manager_is_no_failure_of_its_own() {
    let mut rig = Rig::with_same_order(TaskManagerSettings::default(), Duration::from_secs(3600));
    rig.request(JOB, 0, "obey");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    let pid = rig.pid(JOB);
    rig.signal("-TERM", pid);
    rig.await_end_of(pid);
    // What takes longer than to tell of the end.
    rig.request(OTHER, 1, "obey");
    rig.deploy(OTHER, att(0, 0), 1);
    rig.await_state(OTHER, att(0, 0), RUNNING);
    rig.end();
    let told = rig.told();
    assert!(told.iter().any(|told| told.starts_with("goodbye")), "{told:?}");
    assert!(!told.iter().any(|told| told.contains("Failed")), "{told:?}");
}

#[test]
fn a_worker_that_alone_is_told_to_end_fails_its_tasks() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "obey");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    rig.signal("-TERM", rig.pid(JOB));
    rig.await_state(JOB, att(0, 0), ExecutionState::Failed);
    let failure = rig.failure(JOB, att(0, 0));
    assert!(failure.contains("signal 15 (SIGTERM)"), "{failure}");
}

#[test]
fn nothing_is_left_of_a_task_manager_that_ends() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "obey");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    let pid = rig.pid(JOB);
    rig.end();
    rig.await_end_of(pid);
}

#[test]
fn a_worker_that_ignores_its_orders_ends_with_its_task_manager_all_the_same() {
    let settings = TaskManagerSettings { worker_stop_timeout: Duration::from_millis(200), ..Default::default() };
    let mut rig = Rig::new(settings);
    rig.request(JOB, 0, "deaf");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    let pid = rig.pid(JOB);
    rig.end();
    rig.await_end_of(pid);
}

#[test]
fn what_a_worker_writes_is_kept() {
    let mut rig = Rig::new(TaskManagerSettings::default());
    rig.request(JOB, 0, "obey");
    rig.deploy(JOB, att(0, 0), 0);
    rig.await_state(JOB, att(0, 0), RUNNING);
    rig.await_that("its output is there", |rig| rig.log(JOB, "err").contains("hello from a worker"));
}
