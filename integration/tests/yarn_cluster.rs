//! Weft on a real YARN: sessions and applications, what becomes of them when something dies, and what they leave, which is nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Child;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use command::yarn::{SMALL, Yarn, expected};
use command::{lives, processes, programs, until};
use rustix::process::{Pid, Signal, kill_process};

static YARN: LazyLock<Yarn> =
    LazyLock::new(|| Yarn::up(&["--set", "yarn-site:yarn.nm.liveness-monitor.expiry-interval-ms=180000"]));

/// The cluster holds one of these at a time with room to spare, and each test looks at what is left.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_session_counts_words_and_leaves_nothing() {
    let _alone = alone();
    let session = YARN.session(&["-nm", "words"]);
    let (input, output) = (YARN.home("words.txt"), YARN.home("of-session"));
    session.run(&["-p", "3"], &["words", "--input", &input, "--output", &output]).well();
    assert_eq!(YARN.counts(&output), expected());
    // The properties file leads there, too.
    assert!(YARN.weft(&["list", "-a"]).well().contains("tested (FINISHED)"));
    session.stop();
    // What was uploaded once is there for the next.
    let again = YARN.session(&["-nm", "again"]);
    assert!(!again.said.contains("uploaded"), "{}", again.said);
    again.stop();
    YARN.weft(&["list", "-t", "yarn-session"]).badly(&["no YARN session is known here", "weft yarn-session -d"]);
}

/// By whoever is attached to it, in the command that has started it.
#[test]
fn an_attached_session_ends_by_a_word_or_a_signal() {
    let _alone = alone();
    let interrupt = |child: &Child| kill_process(Pid::from_child(child), Signal::INT).unwrap();
    for typed in [true, false] {
        let before = YARN.applications();
        let mut session = command::start(&YARN.rig, &[["yarn-session"].as_slice(), &SMALL].concat());
        let mut said = BufReader::new(session.stdout.take().unwrap()).lines().map(Result::unwrap);
        let runs = said.find(|line| line.starts_with("YARN application id: ")).unwrap();
        let application = runs.rsplit(' ').next().unwrap().to_owned();
        assert!(!before.contains(&application));
        match typed {
            true => session.stdin.as_mut().unwrap().write_all(b"nothing\nstop\n").unwrap(),
            false => interrupt(&session),
        }
        let rest: Vec<String> = said.collect();
        let ended = session.wait_with_output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(rest.iter().any(|line| line.contains("`nothing` is no command")), typed, "{rest:?}");
        assert!(rest.iter().any(|line| line.contains(&format!("{application} has ended"))), "{rest:?}");
        assert_eq!(YARN.report(&application)["finalStatus"], "SUCCEEDED");
        YARN.nothing_is_left(&application);
    }
    // While it is being submitted there is no session yet: what there is is taken back.
    let before = YARN.applications();
    let session = command::start(&YARN.rig, &[["yarn-session"].as_slice(), &SMALL].concat());
    let application = until("the application", || YARN.applications().difference(&before).next().cloned());
    interrupt(&session);
    let ended = session.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!ended.status.success(), "{said}");
    assert!(said.contains("Ctrl-C"), "{said}");
    YARN.nothing_is_left(&application);
    let cluster = YARN.weft(&["yarn-session", "-q"]).well();
    assert!(cluster.contains("NodeManagers: 2") && cluster.contains("Queue default: "), "{cluster}");
}

#[test]
fn an_application_runs_its_program_and_ends_with_it() {
    let _alone = alone();
    let run = |options: &[&str], job: &[&str]| YARN.run_application(options, job);
    let (input, output) = (YARN.home("words.txt"), YARN.home("of-application"));
    let said = run(&["-Dyarn.application.name=wc"], &["words", "--input", &input, "--output", &output]);
    let application =
        said.stdout.lines().find_map(|line| line.strip_prefix("YARN application id: ")).map(str::to_owned);
    said.well();
    assert_eq!(YARN.counts(&output), expected());
    YARN.nothing_is_left(&application.unwrap());
    let two = run(&[], &["two", "--output", &YARN.home("of-two")]).well();
    assert!(two.contains("has finished"), "{two}");
    run(&["-Drestart-strategy.type=none"], &["crash"]).badly(&["has failed", " is more than this program can bear"]);
    run(&["-Dyarn.application.queue=nowhere"], &["trivial"]).badly(&["there is no queue nowhere", "root.default"]);
    run(&["-Dtaskmanager.memory.process.size=900g"], &["trivial"])
        .badly(&["a TaskManager needs", "lower taskmanager.memory.process.size"]);
    run(&["-Dyarn.application-attempts=2"], &["trivial"])
        .badly(&["yarn.application-attempts is 2", "high-availability.type"]);
    run(&["-Dyarn.ship-files=/no/such/file"], &["trivial"]).badly(&["/no/such/file", "yarn.ship-files"]);
}

#[test]
fn a_killed_task_manager_is_replaced_and_the_result_is_the_same() {
    let _alone = alone();
    let session = YARN.session(&["-Drestart-strategy.type=fixed-delay", "-Drestart-strategy.fixed-delay.delay=0 s"]);
    let output = YARN.home("of-killed");
    let under_way = session.count_words(&output, "400");
    let job = session.job("RUNNING");
    kill_process(Pid::from_raw(session.task_manager()).unwrap(), Signal::KILL).unwrap();
    // YARN's word on it comes a moment later.
    until("the job's failure tells how the container ended", || {
        session.failures(&job).contains("exit status 137").then_some(())
    });
    let ended = under_way.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(YARN.counts(&output), expected());
    session.stop();
}

#[test]
fn with_a_killed_application_master_everything_ends() {
    let _alone = alone();
    let session = YARN.session(&[]);
    session.run(&["-d"], &["endless"]).well();
    session.job("RUNNING");
    kill_process(Pid::from_raw(session.master()).unwrap(), Signal::KILL).unwrap();
    until("all of its processes are gone", || processes(&[&session.application], "").is_empty().then_some(()));
    until("YARN knows that it is over", || (YARN.report(&session.application)["state"] == "FAILED").then_some(()));
    // What it could not remove itself is found by the sweep, which may also only tell.
    let staged = || [".weft/apps", ".weft/cache"].map(|path| YARN.weft(&["fs", "-ls", &YARN.home(path)]).well());
    let before = staged();
    let told = YARN.weft(&["yarn", "gc", "--dry-run", "--grace", "0"]).well();
    assert!(told.contains(&format!("{}: would be removed", session.application)), "{told}");
    assert!(!told.contains("Removed"), "{told}");
    assert_eq!(staged(), before);
    let swept = YARN.weft(&["yarn", "gc", "--grace", "0"]).well();
    assert!(swept.contains(&format!("{}: to be removed", session.application)), "{swept}");
    YARN.nothing_is_left(&session.application);
    session.run(&[], &["trivial"]).badly(&[&session.application, "is over"]);
}

#[test]
fn a_task_manager_with_three_workers_leaves_none_and_a_job_that_crashes_disturbs_no_other() {
    let _alone = alone();
    let restarts = ["-Drestart-strategy.type=fixed-delay", "-Drestart-strategy.fixed-delay.attempts=1000000"];
    let session = YARN.session(&[
        restarts[0],
        restarts[1],
        "-Drestart-strategy.fixed-delay.delay=100 ms",
        "-Dtaskmanager.numberOfTaskSlots=4",
        "-Dtaskmanager.memory.process.size=1g",
    ]);
    session.run(&["-d", "-p", "1"], &["crash"]).well();
    let crashing = until("the job that crashes", || {
        session.get("/jobs").split("\"id\":\"").nth(1)?.split('"').next().map(str::to_owned)
    });
    let output = YARN.home("beside-a-crash");
    session.run(&["-p", "1"], &["words", "--input", &YARN.home("words.txt"), "--output", &output]).well();
    assert_eq!(YARN.counts(&output), expected());
    let finished = session.job("FINISHED");
    assert!(session.failures(&finished).contains("\"entries\":[]"), "{}", session.failures(&finished));
    until("the other has crashed again and again", || {
        (session.failures(&crashing).matches("can bear").count() >= 3).then_some(())
    });

    // Two more jobs: a worker each, in one TaskManager.
    session.run(&["-d", "-p", "1"], &["endless"]).well();
    session.run(&["-d", "-p", "1"], &["endless", "--rate", "10"]).well();
    let workers = || session.workers("");
    until("three workers", || (workers().len() >= 3).then_some(()));
    let before = workers();
    let [task_manager] = programs(&session.application, "./weft yarn-taskmanager")[..] else { panic!("several") };
    kill_process(Pid::from_raw(task_manager).unwrap(), Signal::KILL).unwrap();
    let killed = Instant::now();
    while before.iter().any(|pid| lives(*pid)) {
        assert!(killed.elapsed() < Duration::from_secs(1), "workers outlive their TaskManager");
        std::thread::yield_now();
    }
    until("a new container has the workers", || workers().iter().filter(|pid| !before.contains(pid)).nth(1).map(drop));
    until("both jobs run again", || {
        let listed = YARN.weft(&["list", "-r", &format!("-Dyarn.application.id={}", session.application)]).well();
        (listed.matches("(RUNNING)").count() >= 2).then_some(())
    });
    session.stop();
}

#[test]
fn arguments_reach_the_program_as_they_were_given_and_its_own_end_is_told() {
    let _alone = alone();
    let output = YARN.home("of \"$HOME\" and `it's` \\ done");
    let run = |job: &[&str]| YARN.run_application(&[], job);
    run(&["words", "--input", &YARN.home("words.txt"), "--output", &output]).well();
    let shown = YARN.weft(&["fs", "-ls", &YARN.home("")]).well();
    assert!(shown.contains("of \"$HOME\" and `it's` \\ done"), "{shown}");
    // A program that refuses its arguments, and so never has a job.
    run(&["no-such-job"]).badly(&["the program's main ended", "2"]);
}
