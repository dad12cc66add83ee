//! What becomes of a session on YARN when YARN's own daemons die: its jobs go on, or run again elsewhere, and nothing lives on behind them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;

use std::time::{Duration, Instant};

use command::yarn::{SMALL, Yarn, expected};
use command::{lives, node_of, processes, programs, until};
use rustix::process::{Pid, test_kill_process};

/// Longer than calls to a ResourceManager last unless something else is asked for.
const CALL: Duration = Duration::from_secs(65);

const RESTARTS: [&str; 3] = [
    "-Drestart-strategy.type=fixed-delay",
    "-Drestart-strategy.fixed-delay.attempts=100",
    "-Drestart-strategy.fixed-delay.delay=1 s",
];

/// Counts words in a session whose jobs are not run again, and has something happen meanwhile: nothing is to come of it.
fn undisturbed_by(options: &[&str], happens: impl FnOnce(&Yarn)) {
    let patient = ["--set", "yarn-site:yarn.nm.liveness-monitor.expiry-interval-ms=180000"];
    let yarn = Yarn::up(&[options, patient.as_slice()].concat());
    let session = yarn.session(&["-Drestart-strategy.type=none"]);
    let output = yarn.home("counted");
    let under_way = session.count_words(&output, "600");
    let job = session.job("RUNNING");
    session.task_manager();
    happens(&yarn);
    let ended = under_way.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(yarn.counts(&output), expected());
    assert!(session.failures(&job).contains("\"entries\":[]"), "{}", session.failures(&job));
    // The ApplicationMaster has registered again: containers come and go as before.
    session.run(&["-p", "4"], &["trivial"]).well();
    session.stop();
}

#[test]
fn a_resource_manager_that_is_started_again_disturbs_no_job() {
    undisturbed_by(&["--rm-recovery"], |yarn| {
        yarn.rig.kill("rm1").unwrap();
        yarn.rig.start("rm1").unwrap();
    });
}

#[test]
fn masters_that_fail_over_disturb_no_job() {
    // The first of each pair becomes active when a rig starts.
    undisturbed_by(&["--ha"], |yarn| {
        yarn.rig.kill("rm1").unwrap();
        yarn.rig.kill("nn1").unwrap();
    });
}

/// What it has done is done: the next ResourceManager is told.
#[test]
fn what_ends_while_there_is_no_resource_manager_has_ended_well() {
    let yarn = Yarn::up(&["--rm-recovery"]);
    let output = yarn.home("counted");
    let run = [&["run", "-d", "-t", "yarn-application", "-p", "2"], SMALL.as_slice(), &[&yarn.program]].concat();
    let words = ["words", "--input", &yarn.home("words.txt"), "--output", &output, "--delay", "600"];
    let said = yarn.weft(&[run.as_slice(), &words].concat()).well();
    let application = said.lines().find_map(|line| line.strip_prefix("YARN application id: ")).unwrap().to_owned();
    let master = until("its ApplicationMaster", || programs(&application, "./weft yarn-jobmanager").pop());
    until("a worker", || processes(&[&application, "/weft-taskmanager-"], "cluster_program words").pop());
    yarn.rig.kill("rm1").unwrap();
    until("there is something to tell", || {
        let open = std::fs::read_dir(format!("/proc/{master}/fd"));
        let open = open.unwrap_or_else(|error| panic!("the ApplicationMaster has ended: {error}")).flatten();
        let files = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
        let mut logs = files.filter(|file| file.extension().is_some_and(|extension| extension == "log"));
        let told = |log: String| log.contains("the ResourceManager is told how the application has ended");
        logs.any(|log| std::fs::read_to_string(log).is_ok_and(told)).then_some(())
    });
    // For longer than a call is tried by itself.
    let began = Instant::now();
    until("the ApplicationMaster waits", || {
        assert!(lives(master), "it has ended after {:?}", began.elapsed());
        (began.elapsed() > CALL).then_some(())
    });
    yarn.rig.start("rm1").unwrap();
    until("it is told", || (yarn.report(&application)["finalStatus"] == "SUCCEEDED").then_some(()));
    assert_eq!(yarn.counts(&output), expected());
    yarn.nothing_is_left(&application);
}

/// Its containers go on without it, until YARN gives up the node, and the JobManager its TaskManager.
#[test]
fn nothing_lives_on_where_a_node_manager_has_died() {
    let yarn = Yarn::up(&[]);
    // As large as a node, so that it is not where the ApplicationMaster is.
    let large = "-Dtaskmanager.memory.process.size=3700m";
    let session = yarn.session(&[RESTARTS.as_slice(), &[large]].concat());
    let output = yarn.home("of-lost");
    let under_way = session.count_words(&output, "600");
    session.job("RUNNING");
    let task_manager = session.task_manager();
    let node = node_of(task_manager);
    assert_ne!(node, node_of(session.master()));
    yarn.rig.kill(&node).unwrap();
    until("the TaskManager has ended", || {
        test_kill_process(Pid::from_raw(task_manager).unwrap()).is_err().then_some(())
    });
    yarn.rig.start(&node).unwrap();
    let ended = under_way.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(yarn.counts(&output), expected());
    session.stop();
}

/// Nobody but their ApplicationMaster can end the TaskManagers on the node that YARN sees no more.
#[test]
fn nothing_lives_on_where_the_node_manager_of_the_application_master_has_died() {
    let yarn = Yarn::up(&[]);
    // Too large for all three to be on the other node.
    let session = yarn.session(&["-Dtaskmanager.memory.process.size=1500m", "-Dtaskmanager.numberOfTaskSlots=1"]);
    session.run(&["-d", "-p", "3"], &["endless"]).well();
    until("three workers", || (session.workers("endless").len() == 3).then_some(()));
    let node = node_of(session.master());
    assert!(session.workers("endless").into_iter().any(|pid| node_of(pid) == node));
    yarn.rig.kill(&node).unwrap();
    until("all of its processes are gone", || processes(&[&session.application], "").is_empty().then_some(()));
    let report = until("the application has failed", || {
        Some(yarn.report(&session.application)).filter(|report| report["state"] == "FAILED")
    });
    let diagnostics = report["diagnostics"].as_str().unwrap();
    assert!(diagnostics.contains("*lost* node"), "{diagnostics}");
    // An ApplicationMaster that YARN gives up leaves what is staged to its successor, which it has none.
    yarn.weft(&["yarn", "gc", "--grace", "0"]).well();
    yarn.nothing_is_left(&session.application);
}
