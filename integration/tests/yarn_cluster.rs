//! Weft on a real YARN: sessions and applications, what becomes of them when something dies, and what they leave, which is nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use command::{Gave, built, processes, until};
use rustix::process::{Pid, Signal, kill_process};
use weft_integration::Rig;

static RIG: LazyLock<Rig> = LazyLock::new(|| {
    let patient = [
        "yarn-site:yarn.am.liveness-monitor.expiry-interval-ms=180000",
        "yarn-site:yarn.nm.liveness-monitor.expiry-interval-ms=180000",
    ];
    let settings: Vec<&str> = patient.iter().flat_map(|setting| ["--set", setting]).collect();
    let rig = Rig::up(&settings).unwrap();
    put_words(&rig);
    rig
});

/// The cluster holds one of these at a time with room to spare, and each test looks at what is left.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What every cluster here is made of.
const SMALL: [&str; 3] =
    ["-Djobmanager.memory.process.size=512m", "-Dtaskmanager.memory.process.size=768m", "-Dtaskmanager.numberOfTaskSlots=2"];

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

fn weft(arguments: &[&str]) -> Gave {
    command::weft(&RIG, arguments, "")
}

/// The tests' program, where the client can read it.
fn program() -> String {
    static COPY: LazyLock<String> = LazyLock::new(|| {
        let copy = RIG.directory().join("tmp/cluster_program");
        std::fs::copy(built("examples/cluster_program"), &copy).unwrap();
        copy.to_str().unwrap().to_owned()
    });
    COPY.clone()
}

fn lines() -> impl Iterator<Item = String> {
    (0..20_000).map(|n| format!("to be or not to be {}", n % 100))
}

fn home(path: &str) -> String {
    format!("hdfs:///user/{}/{path}", RIG.users().client)
}

fn put_words(rig: &Rig) {
    let text: String = lines().map(|line| line + "\n").collect();
    let file = rig.directory().join("tmp/words.txt");
    std::fs::write(&file, text).unwrap();
    let to = format!("hdfs:///user/{}/words.txt", rig.users().client);
    command::weft(rig, &["fs", "-put", file.to_str().unwrap(), &to], "").well();
}

/// The last count of each word that is in a directory.
fn counts(directory: &str) -> BTreeMap<String, u64> {
    let listed = weft(&["fs", "-ls", directory]).well();
    let files: Vec<String> = listed.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect();
    let mut arguments = vec!["fs", "-cat"];
    arguments.extend(files.iter().map(String::as_str));
    let mut counts = BTreeMap::new();
    for line in weft(&arguments).well().lines() {
        let (word, count) = line.trim_matches(['(', ')']).split_once(',').unwrap();
        let count: u64 = count.trim().parse().unwrap();
        let last = counts.entry(word.trim_matches('"').to_owned()).or_insert(0);
        *last = count.max(*last);
    }
    counts
}

fn expected() -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in lines() {
        line.split(' ').for_each(|word| *counts.entry(word.to_owned()).or_insert(0) += 1);
    }
    counts
}

/// A session that ends with this value.
struct Session {
    application: String,
    address: String,
    said: String,
}

impl Session {
    fn start(more: &[&str]) -> Session {
        let arguments = [&["yarn-session", "-d"], SMALL.as_slice(), more].concat();
        let said = weft(&arguments);
        let all = said.stderr.clone();
        let said = said.well();
        let after = |what: &str| said.lines().find_map(|line| line.strip_prefix(what)).unwrap().trim().to_owned();
        let address = after("JobManager Web Interface: http://");
        Session { application: after("YARN application id:"), address, said: all + &said }
    }

    fn run(&self, options: &[&str], job: &[&str]) -> Gave {
        let id = format!("-Dyarn.application.id={}", self.application);
        weft(&[&["run", &id], options, &[&program()], job].concat())
    }

    /// The job with this state, once there is one.
    fn job(&self, state: &str) -> String {
        let id = format!("-Dyarn.application.id={}", self.application);
        until(&format!("a job is {state}"), || {
            let listed = weft(&["list", "-a", &id]).well();
            let line = listed.lines().find(|line| line.contains(&format!("({state})")))?;
            line.split(" : ").nth(1).map(str::to_owned)
        })
    }

    /// What the job's failures were, as REST tells its owner.
    fn failures(&self, job: &str) -> String {
        let staged = home(&format!(".weft/apps/{}/secret", self.application));
        let word = weft(&["fs", "-cat", &staged]).well();
        let (status, body) = get_with(&self.address, &format!("/jobs/{job}/exceptions"), word.trim());
        assert_eq!(status, 200, "{body}");
        body
    }

    fn stop(self) {
        let said = command::weft(&RIG, &["yarn-session", "-id", &self.application], "stop\n").well();
        assert!(said.contains(&format!("{} has ended: Finished", self.application)), "{said}");
        nothing_is_left(&self.application);
    }
}

/// No process of the application lives, and nothing that was staged for it is there.
fn nothing_is_left(application: &str) {
    until("all of its processes are gone", || processes(application, "").is_empty().then_some(()));
    let staged = weft(&["fs", "-ls", &home(".weft/apps")]).well();
    assert!(!staged.contains(application), "{staged}");
}

/// Status and body of a GET.
fn get(address: &str, path: &str) -> (u16, String) {
    get_with(address, path, "")
}

/// The same by somebody who knows a word.
fn get_with(address: &str, path: &str, word: &str) -> (u16, String) {
    ask(TcpStream::connect(address).unwrap(), address, path, word)
}

/// A connection to a node's port from an address that is nobody's.
fn from_elsewhere(port: &str) -> TcpStream {
    use std::net::{Ipv4Addr, SocketAddrV4};
    let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddrV4::new(Ipv4Addr::new(127, 0, 9, 9), 0).into()).unwrap();
        socket.connect(to.into()).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream
}

fn ask(mut stream: TcpStream, address: &str, path: &str, word: &str) -> (u16, String) {
    let shown = if word.is_empty() { String::new() } else { format!("Authorization: Bearer {word}\r\n") };
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n{shown}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
    (status, body)
}

#[test]
fn a_session_counts_words_and_leaves_nothing() {
    let _alone = alone();
    let session = Session::start(&["-nm", "words"]);
    session.run(&["-p", "3"], &["words", "--input", &home("words.txt"), "--output", &home("of-session")]).well();
    assert_eq!(counts(&home("of-session")), expected());
    // The properties file leads there, too.
    assert!(weft(&["list", "-a"]).well().contains("tested (FINISHED)"));
    strangers_are_kept_out(&session);
    session.stop();
    // What was uploaded once is there for the next.
    let again = Session::start(&["-nm", "again"]);
    assert!(!again.said.contains("uploaded"), "{}", again.said);
    again.stop();
    weft(&["list", "-t", "yarn-session"]).badly(&["no YARN session is known here", "weft yarn-session -d"]);
}

/// Without the word in the staging directory there is nothing to see, but through the ResourceManager's proxy what dashboards show.
fn strangers_are_kept_out(session: &Session) {
    // As a stranger on another address: this machine's own, not the ResourceManager's.
    let proxy = RIG.address("rm1", "http").unwrap();
    let through = |path: &str| get(&proxy.to_string(), &format!("/proxy/{}{path}", session.application));
    let (status, overview) = through("/overview");
    assert!(status == 200 && overview.contains("\"slots-total\""), "{status} {overview}");
    assert_eq!(through("/jobmanager/config").0, 401);
    assert_eq!(through("/jobmanager/log").0, 401);
    // The ResourceManager's connections come from 127.0.0.1 here, and a stranger's from anywhere else.
    let port = session.address.rsplit_once(':').unwrap().1;
    for path in ["/jobs/overview", "/overview", "/jobmanager/config"] {
        let (status, body) = ask(from_elsewhere(port), &session.address, path, "");
        assert_eq!(status, 401, "{path}: {body}");
    }
}

#[test]
fn an_application_runs_its_program_and_ends_with_it() {
    let _alone = alone();
    let run = |more: &[&str], job: &[&str]| {
        weft(&[&["run", "-t", "yarn-application", "-p", "2"], SMALL.as_slice(), more, &[&program()], job].concat())
    };
    let words = ["words", "--input", &home("words.txt"), "--output", &home("of-application")];
    let said = run(&["-Dyarn.application.name=wc"], &words);
    let application = said.stdout.lines().find_map(|line| line.strip_prefix("YARN application id: ")).map(str::to_owned);
    said.well();
    assert_eq!(counts(&home("of-application")), expected());
    nothing_is_left(&application.unwrap());
    let two = run(&[], &["two", "--output", &home("of-two")]).well();
    assert!(two.contains("has finished"), "{two}");
    run(&["-Drestart-strategy.type=none"], &["crash"]).badly(&["FinalFailed", "record 1 is more than this program can bear"]);
    run(&["-Dyarn.application.queue=nowhere"], &["trivial"]).badly(&["there is no queue nowhere", "root.default"]);
    run(&["-Dtaskmanager.memory.process.size=900g"], &["trivial"]).badly(&["a TaskManager needs", "lower taskmanager.memory.process.size"]);
    run(&["-Dyarn.application-attempts=2"], &["trivial"]).badly(&["yarn.application-attempts is 2", "high-availability.type"]);
    run(&["-Dyarn.ship-files=/no/such/file"], &["trivial"]).badly(&["/no/such/file", "yarn.ship-files"]);
}

#[test]
fn a_killed_task_manager_is_replaced_and_the_result_is_the_same() {
    let _alone = alone();
    let session = Session::start(&["-Drestart-strategy.type=fixed-delay", "-Drestart-strategy.fixed-delay.delay=0 s"]);
    let output = home("of-killed");
    let job = ["words", "--input", &home("words.txt"), "--output", &output, "--delay", "400"];
    let id = format!("-Dyarn.application.id={}", session.application);
    let under_way = command::start(&RIG, &[&["run", &id, "-p", "2", &program()], job.as_slice()].concat());
    let job = session.job("RUNNING");
    // Its tasks run once there is a worker.
    until("a worker's process", || (!processes("/weft-taskmanager-", "cluster_program words").is_empty()).then_some(()));
    let task_managers = processes(&session.application, "./weft yarn-taskmanager");
    let victim = task_managers.into_iter().max().expect("workers have a TaskManager");
    kill_process(Pid::from_raw(victim).unwrap(), Signal::KILL).unwrap();
    // YARN's word on it comes a moment later.
    until("the job's failure tells how the container ended", || session.failures(&job).contains("exit status 137").then_some(()));
    let output_of_run = under_way.wait_with_output().unwrap();
    assert!(output_of_run.status.success(), "{output_of_run:?}");
    assert_eq!(counts(&output), expected());
    session.stop();
}

#[test]
fn with_a_killed_application_master_everything_ends() {
    let _alone = alone();
    let session = Session::start(&[]);
    session.run(&["-d"], &["endless"]).well();
    session.job("RUNNING");
    let masters = || processes(&session.application, "./weft yarn-jobmanager");
    let master = until("the ApplicationMaster's process", || masters().into_iter().max());
    kill_process(Pid::from_raw(master).unwrap(), Signal::KILL).unwrap();
    until("all of its processes are gone", || processes(&session.application, "").is_empty().then_some(()));
    // What it could not remove itself is found by the sweep.
    let swept = weft(&["yarn", "gc", "--grace", "0"]).well();
    assert!(swept.contains(&format!("{}: to be removed", session.application)), "{swept}");
    nothing_is_left(&session.application);
    session.run(&[], &["trivial"]).badly(&[&session.application, "is over"]);
}
