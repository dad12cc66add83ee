//! Weft on a real YARN: sessions and applications, what becomes of them when something dies, and what they leave, which is nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;

use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use command::yarn::{Session, Yarn, ask, expected};
use command::{processes, until};
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
    strangers_are_kept_out(&session);
    secrets_are_seen_nowhere(&session);
    session.stop();
    // What was uploaded once is there for the next.
    let again = YARN.session(&["-nm", "again"]);
    assert!(!again.said.contains("uploaded"), "{}", again.said);
    again.stop();
    YARN.weft(&["list", "-t", "yarn-session"]).badly(&["no YARN session is known here", "weft yarn-session -d"]);
}

/// Without the word in the staging directory there is nothing to see, but through the ResourceManager's proxy what dashboards show.
fn strangers_are_kept_out(session: &Session<'_>) {
    let proxy = YARN.rig.address("rm1", "http").unwrap();
    let through =
        |path: &str| ask(TcpStream::connect(proxy).unwrap(), &format!("/proxy/{}{path}", session.application), "");
    let (status, overview) = through("/overview");
    assert!(status == 200 && overview.contains("\"slots-total\""), "{status} {overview}");
    assert_eq!(through("/jobmanager/config").0, 401);
    assert_eq!(through("/jobmanager/log").0, 401);
    // The ResourceManager's connections come from 127.0.0.1 here, and a stranger's from anywhere else.
    let port = session.address.rsplit_once(':').unwrap().1.parse().unwrap();
    for path in ["/jobs/overview", "/overview", "/jobmanager/config"] {
        let (status, body) = ask(from_elsewhere(port), path, "");
        assert_eq!(status, 401, "{path}: {body}");
    }
}

/// What the containers' credentials hold is in nothing that others, or operators, look at.
fn secrets_are_seen_nowhere(session: &Session<'_>) {
    let of_application = processes(&[&session.application], "./weft yarn-");
    let master = of_application.iter().find_map(|pid| credentials(*pid).filter(|found| found.secrets.len() > 1));
    let secrets: Vec<Vec<u8>> =
        master.expect("an ApplicationMaster's credentials").secrets.into_values().map(Vec::from).collect();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    let patterns: Vec<Vec<u8>> = secrets.iter().flat_map(|secret| [secret.clone(), hex(secret)]).collect();
    let is_seen = |bytes: &[u8]| patterns.iter().any(|secret| bytes.windows(secret.len()).any(|part| part == secret));
    for pid in of_application {
        for file in ["cmdline", "environ"] {
            let bytes = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            assert!(!is_seen(&bytes), "{file} of process {pid}: {}", String::from_utf8_lossy(&bytes));
        }
    }
    let mut looked_at = 0;
    let mut waiting = vec![YARN.rig.directory().join("log"), YARN.rig.directory().join("data")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() && !path.is_symlink() {
            waiting.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_shown = path.starts_with(YARN.rig.directory().join("log")) || name.contains("launch_container");
        if is_shown && path.to_string_lossy().contains(&session.application) {
            looked_at += 1;
            assert!(!is_seen(&std::fs::read(&path).unwrap_or_default()), "{}", path.display());
        }
    }
    assert!(looked_at > 5, "logs and launch scripts are elsewhere: {looked_at} files");
    assert!(!is_seen(session.get("/jobmanager/config").as_bytes()));
}

/// What the container of a process was trusted with.
fn credentials(pid: i32) -> Option<weft_hadoop_rpc::Credentials> {
    let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let file = environment.split('\0').find_map(|line| line.strip_prefix("HADOOP_TOKEN_FILE_LOCATION="))?;
    weft_hadoop_rpc::Credentials::read(&std::fs::read(file).ok()?).ok()
}

/// A connection to a port of this machine from an address that is nobody's.
fn from_elsewhere(port: u16) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddrV4::new(Ipv4Addr::new(127, 0, 9, 9), 0).into()).unwrap();
        let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        socket.connect(to.into()).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream
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
    let masters = || processes(&[&session.application], "./weft yarn-jobmanager");
    let master = until("the ApplicationMaster's process", || masters().into_iter().max());
    kill_process(Pid::from_raw(master).unwrap(), Signal::KILL).unwrap();
    until("all of its processes are gone", || processes(&[&session.application], "").is_empty().then_some(()));
    // What it could not remove itself is found by the sweep.
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
    let workers = || processes(&[&session.application, "/weft-taskmanager-"], "cluster_program");
    until("three workers", || (workers().len() >= 3).then_some(()));
    let before = workers();
    let task_managers = processes(&[&session.application], "./weft yarn-taskmanager");
    task_managers.iter().for_each(|pid| kill_process(Pid::from_raw(*pid).unwrap(), Signal::KILL).unwrap());
    let killed = std::time::Instant::now();
    until("its workers are gone", || before.iter().all(|pid| !lives(*pid)).then_some(()));
    assert!(killed.elapsed() < std::time::Duration::from_secs(5), "{:?}", killed.elapsed());
    until("a new container has the workers", || workers().iter().filter(|pid| !before.contains(pid)).nth(1).map(drop));
    until("both jobs run again", || {
        let listed = YARN.weft(&["list", "-r", &format!("-Dyarn.application.id={}", session.application)]).well();
        (listed.matches("(RUNNING)").count() >= 2).then_some(())
    });
    session.stop();
}

fn lives(pid: i32) -> bool {
    rustix::process::test_kill_process(Pid::from_raw(pid).unwrap()).is_ok()
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
