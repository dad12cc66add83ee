//! An ApplicationMaster that dies, and the next attempt of its application, which with high availability goes on with the jobs. That there is none
//! without it is in `yarn_cluster` and `yarn_faults`.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;
mod yarn;

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use command::yarn::{SMALL, Session, Yarn, expected};
use command::{lives, processes, programs, until, weft_of_tester};
use rustix::process::{Pid, Signal, kill_process};

static YARN: LazyLock<Yarn> = LazyLock::new(|| Yarn::up(&[]));

/// Each looks at all workers there are.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

fn storage(name: &str) -> PathBuf {
    YARN.rig.directory().join("tmp").join(name)
}

/// What attempts keep for another one.
fn kept(name: &str) -> Vec<OsString> {
    std::fs::read_dir(storage(name)).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

/// What makes a second attempt worth while. On one machine every directory is shared.
fn available(name: &str) -> [String; 3] {
    let storage = storage(name);
    std::fs::create_dir_all(&storage).unwrap();
    std::fs::set_permissions(&storage, std::fs::Permissions::from_mode(0o777)).unwrap();
    [
        "-Dhigh-availability.type=filesystem".to_owned(),
        format!("-Dhigh-availability.storageDir={}", storage.display()),
        "-Dyarn.application-attempts=2".to_owned(),
    ]
}

const RESTARTS: [&str; 2] = ["-Drestart-strategy.type=fixed-delay", "-Drestart-strategy.fixed-delay.attempts=100"];

fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

/// Kills an ApplicationMaster and waits until the next is known to clients, and for the end of all that the first has started.
fn next_master(application: &str) {
    let masters = || programs(application, "./weft yarn-jobmanager");
    let before = processes(&[application], "");
    masters().into_iter().for_each(kill);
    until("another ApplicationMaster", || masters().pop().filter(|pid| !before.contains(pid)));
    until("it has registered", || (YARN.report(application)["state"] == "RUNNING").then_some(()));
    until("what the first has started is gone", || before.iter().all(|pid| !lives(*pid)).then_some(()));
}

#[test]
fn a_session_goes_on_with_its_jobs() {
    let _alone = alone();
    let available = available("of-session");
    let options: Vec<&str> = available.iter().map(String::as_str).chain(RESTARTS).collect();
    let session = YARN.session(&options);
    let output = YARN.home("of-attempts");
    let words = ["words", "--input", &YARN.home("words.txt"), "--output", &output, "--delay", "400"];
    session.run(&["-d", "-p", "2"], &words).well();
    let job = session.job("RUNNING");
    session.task_manager();
    next_master(&session.application);
    assert_eq!(session.job("FINISHED"), job);
    assert_eq!(YARN.counts(&output), expected());
    let report = YARN.report(&session.application);
    assert_eq!(attempts(&session), 2, "{report}");
    // The next takes jobs as the first did.
    session.run(&["-p", "2"], &["trivial"]).well();
    assert_eq!(kept("of-session"), [session.application.as_str()]);
    session.stop();
    assert!(kept("of-session").is_empty());
}

#[test]
fn what_a_killed_application_kept_is_swept_and_nothing_else() {
    let _alone = alone();
    let available = available("of-killed");
    let options: Vec<&str> = available.iter().map(String::as_str).collect();
    let gc = || weft_of_tester(&YARN.rig, &[&["yarn", "gc"], options.as_slice()].concat()).well();
    let session = YARN.session(&options);
    // Another cluster's, which this ResourceManager does not know, and one that is not on YARN.
    for other in ["application_1500000000000_0001", "standalone"] {
        std::fs::create_dir(storage("of-killed").join(other)).unwrap();
    }
    let of_living = gc();
    assert!(!of_living.contains("of-killed"), "{of_living}");
    yarn::kill(&YARN.rig, session.application.parse().unwrap());
    until("its ApplicationMaster is gone", || {
        programs(&session.application, "./weft yarn-jobmanager").is_empty().then_some(())
    });
    assert_eq!(kept("of-killed").len(), 3);
    let dry = YARN.weft(&[&["yarn", "gc", "--dry-run"], options.as_slice()].concat());
    let unknown = "application_1500000000000_0001: stays, for the ResourceManager does not know the application";
    assert!(dry.stderr.contains(unknown), "{dry:?}");
    assert!(dry.stdout.contains(&format!("of-killed/{}: would be removed", session.application)), "{dry:?}");
    assert_eq!(kept("of-killed").len(), 3);
    let swept = gc();
    assert!(swept.contains("what 1 applications kept"), "{swept}");
    let mut left = kept("of-killed");
    left.sort_unstable();
    assert_eq!(left, ["application_1500000000000_0001", "standalone"]);
    YARN.nothing_is_left(&session.application);
}

fn attempts(session: &Session<'_>) -> usize {
    let all = YARN.manager(&format!("/ws/v1/cluster/apps/{}/appattempts", session.application));
    all["appAttempts"]["appAttempt"].as_array().map_or(0, Vec::len)
}

#[test]
fn an_application_runs_its_program_again() {
    let _alone = alone();
    let available = available("of-application");
    let output = YARN.home("of-second");
    let words = ["words", "--input", &YARN.home("words.txt"), "--output", &output, "--delay", "400"];
    let options: Vec<&str> = available.iter().map(String::as_str).chain(RESTARTS).chain(SMALL).collect();
    let run = [&["run", "-t", "yarn-application", "-p", "2"], options.as_slice(), &[&YARN.program], &words].concat();
    let before = YARN.applications();
    let under_way = command::start(&YARN.rig, &run);
    let application = until("the application", || YARN.applications().difference(&before).next().cloned());
    until("a worker", || processes(&[&application, "/weft-taskmanager-"], "cluster_program words").pop());
    next_master(&application);
    let ended = under_way.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(YARN.counts(&output), expected());
    assert_eq!(YARN.report(&application)["finalStatus"], "SUCCEEDED");
    YARN.nothing_is_left(&application);
    assert!(kept("of-application").is_empty());
}
