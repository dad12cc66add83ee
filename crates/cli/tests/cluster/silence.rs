//! Connections that say nothing: they are not kept for ever, and keep nobody out.

use crate::cluster::{Cluster, Setup, outcome};
use crate::ports::ports;
use crate::processes::{children_of, signal_to, until};
use rustix::process::Signal;
use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use weft_common::LeaderEpoch;
use weft_rpc::session::probe;

const SILENT: usize = 200;
/// How long a silent connection may be kept: the time-out of a port, and some patience with a busy machine.
const KEPT: Duration = Duration::from_secs(30);
/// What whoever has something to say waits at most, busy machine or not. A port that took one after the other would let it wait longer.
const LET_IN: Duration = Duration::from_secs(10);

#[test]
fn silent_connections_keep_nobody_out() {
    let setup = Setup::new(2, 1)
        .with("restart-strategy.type", "fixed-delay")
        .with("restart-strategy.fixed-delay.attempts", "10")
        .with("restart-strategy.fixed-delay.delay", "0 s");
    let mut cluster = Cluster::start(setup);
    outcome(&mut cluster.run(&["-d", "-p", "2"], &["endless"]));
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    let ports = ports(&cluster);
    let silent = |number| TcpStream::connect(("127.0.0.1", number)).expect("it listens");
    let held: Vec<TcpStream> = ports.iter().flat_map(|port| (0..SILENT).map(|_| silent(port.number))).collect();

    // REST, and a job's program through it.
    let begun = Instant::now();
    let (code, listed, stderr) = outcome(cluster.weft("list").arg("-r"));
    assert!(code == Some(0) && listed.contains(&job), "{listed}{stderr}");
    within("REST", begun);
    // A TaskManager at the JobManager, which calls back.
    let begun = Instant::now();
    cluster.add_task_manager();
    until("three slots", || (cluster.get("/overview")["slots-total"] == 3).then_some(()));
    within("a TaskManager", begun);
    // A JobManager at the TaskManagers.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a thread");
    for port in ports.iter().filter(|port| port.name.starts_with("TaskManager")) {
        let begun = Instant::now();
        let answer = runtime.block_on(probe("127.0.0.1", port.number, LeaderEpoch::default(), None));
        assert!(answer.is_ok(), "{}: {answer:?}", port.name);
        within(&port.name, begun);
    }
    // A worker at another: the lower number connects again when its process is a new one.
    let begun = Instant::now();
    for (before, process) in cluster.task_managers[..2].iter().enumerate() {
        signal_to(children_of(process.id())[0], Signal::KILL);
        until("the failure is noticed", || (failures(&cluster, &job) > before).then_some(()));
        cluster.await_running(&job);
    }
    eprintln!("two workers were replaced within {:?}", begun.elapsed());

    // The JobManager's REST keeps a thousand, each for thirty seconds; the others wait less for what they expect.
    let deadline = Instant::now() + KEPT;
    for mut stream in held.into_iter().skip(SILENT) {
        let patience = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(patience)).expect("a socket");
        let kept = stream
            .read(&mut [0])
            .is_err_and(|error| matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
        assert!(!kept, "a silent connection is kept by {:?}", stream.peer_addr());
    }
    outcome(cluster.weft("cancel").arg(&job));
    cluster.await_state(&job, "CANCELED");
    cluster.await_slots(3);
    cluster.stop();
}

fn within(who: &str, begun: Instant) {
    let waited = begun.elapsed();
    eprintln!("{who} was let in within {waited:?}");
    assert!(waited < LET_IN, "{who} waited {waited:?}");
}

fn failures(cluster: &Cluster, job: &str) -> usize {
    let exceptions = cluster.get(&format!("/jobs/{job}/exceptions"));
    exceptions["exceptionHistory"]["entries"].as_array().map_or(0, Vec::len)
}
