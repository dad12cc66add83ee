//! A YARN for clusters of Weft: a rig, the tests' program, words to count, sessions.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Child;

use weft_integration::Rig;

use super::{Gave, built, processes, processes_told, programs, until};

/// What every cluster here is made of.
pub(crate) const SMALL: [&str; 3] = [
    "-Djobmanager.memory.process.size=512m",
    "-Dtaskmanager.memory.process.size=768m",
    "-Dtaskmanager.numberOfTaskSlots=2",
];

/// A rig with words in HDFS, and a program that its client can read.
pub(crate) struct Yarn {
    pub(crate) rig: Rig,
    pub(crate) program: String,
}

impl Yarn {
    /// A rig whose ApplicationMasters may be silent for long: on a busy machine its short timers would end what is tested.
    pub(crate) fn up(options: &[&str]) -> Yarn {
        let patient = ["--set", "yarn-site:yarn.am.liveness-monitor.expiry-interval-ms=180000"];
        let rig = Rig::up(&[&patient, options].concat()).unwrap();
        let copy = rig.directory().join("tmp/cluster_program");
        std::fs::copy(built("examples/cluster_program"), &copy).unwrap();
        let yarn = Yarn { program: copy.to_str().unwrap().to_owned(), rig };
        let (text, file): (String, _) =
            (lines().map(|line| line + "\n").collect(), yarn.rig.directory().join("tmp/words.txt"));
        std::fs::write(&file, text).unwrap();
        yarn.weft(&["fs", "-put", file.to_str().unwrap(), &yarn.home("words.txt")]).well();
        yarn
    }

    pub(crate) fn weft(&self, arguments: &[&str]) -> Gave {
        super::weft(&self.rig, arguments, "")
    }

    /// Something in the client's home.
    pub(crate) fn home(&self, path: &str) -> String {
        format!("hdfs:///user/{}/{path}", self.rig.users().client)
    }

    /// Runs a job of the tests' program in an application of its own, of which nothing is left, however it ended.
    pub(crate) fn run_application(&self, options: &[&str], job: &[&str]) -> Gave {
        self.run_application_of(&self.program, options, job)
    }

    /// The same of another program, which may be anywhere.
    pub(crate) fn run_application_of(&self, program: &str, options: &[&str], job: &[&str]) -> Gave {
        let before = self.applications();
        let run = [&["run", "-t", "yarn-application", "-p", "2"], SMALL.as_slice(), options].concat();
        let gave = self.weft(&[&run, [program].as_slice(), job].concat());
        self.applications().difference(&before).for_each(|application| self.nothing_is_left(application));
        gave
    }

    /// What the ResourceManager says that is active.
    pub(crate) fn manager(&self, path: &str) -> serde_json::Value {
        let ask = || self.rig.names("rm").find_map(|name| self.rig.web(name, path).ok());
        until("a ResourceManager that answers", ask)
    }

    /// What the ResourceManager says of an application.
    pub(crate) fn report(&self, application: &str) -> serde_json::Value {
        self.manager(&format!("/ws/v1/cluster/apps/{application}"))["app"].take()
    }

    /// All applications that YARN has heard of.
    pub(crate) fn applications(&self) -> BTreeSet<String> {
        let all = self.manager("/ws/v1/cluster/apps");
        let all = all["apps"]["app"].as_array().into_iter().flatten();
        all.filter_map(|application| application["id"].as_str().map(str::to_owned)).collect()
    }

    /// All containers that were started for an application which is not over: each has a directory for its logs.
    pub(crate) fn started(&self, application: &str) -> BTreeSet<String> {
        let read = |directory: PathBuf| std::fs::read_dir(directory).into_iter().flatten().flatten();
        let of_nodes = read(self.rig.directory().join("log/containers"));
        let all = of_nodes.flat_map(|node| read(node.path().join(application)));
        all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// The containers of an application that nodes know of.
    fn containers(&self, application: &str) -> Vec<String> {
        let nodes = self.rig.names("nm").filter(|node| self.rig.is_running(node));
        let known = nodes.map(|node| self.rig.web(node, "/ws/v1/node/containers").unwrap());
        let of_all = known.flat_map(|known| known["containers"]["container"].as_array().cloned().unwrap_or_default());
        let ids = of_all.filter_map(|container| container["id"].as_str().map(str::to_owned));
        let number = application.trim_start_matches("application");
        ids.filter(|id| id.contains(number)).collect()
    }

    /// The last count of each word that is in a directory.
    pub(crate) fn counts(&self, directory: &str) -> BTreeMap<String, u64> {
        let listed = self.weft(&["fs", "-ls", directory]).well();
        let files: Vec<String> =
            listed.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect();
        let mut arguments = vec!["fs", "-cat"];
        arguments.extend(files.iter().map(String::as_str));
        let mut counts = BTreeMap::new();
        for line in self.weft(&arguments).well().lines() {
            let (word, count) = line.trim_matches(['(', ')']).split_once(',').unwrap();
            let count: u64 = count.trim().parse().unwrap();
            let last = counts.entry(word.trim_matches('"').to_owned()).or_insert(0);
            *last = count.max(*last);
        }
        counts
    }

    /// The application is over, no node has a container of it, none of its processes lives, and nothing that was staged for it is there.
    pub(crate) fn nothing_is_left(&self, application: &str) {
        until(&format!("{application} is over"), || {
            let state = self.report(application)["state"].as_str()?.to_owned();
            ["FINISHED", "FAILED", "KILLED"].contains(&state.as_str()).then_some(())
        });
        until("no node has a container of it", || self.containers(application).is_empty().then_some(()));
        until("all of its processes are gone", || processes(&[application], "").is_empty().then_some(()));
        until("nobody is told of it", || processes_told(application).is_empty().then_some(()));
        let staged = self.weft(&["fs", "-ls", &self.home(".weft/apps")]).well();
        assert!(!staged.contains(application), "{staged}");
    }

    /// Starts a session of small containers.
    pub(crate) fn session(&self, more: &[&str]) -> Session<'_> {
        self.session_of(&[SMALL.as_slice(), more].concat())
    }

    /// Starts a session with these options alone.
    pub(crate) fn session_of(&self, options: &[&str]) -> Session<'_> {
        let said = self.weft(&[&["yarn-session", "-d"], options].concat());
        let all = said.stderr.clone();
        let said = said.well();
        let after = |what: &str| said.lines().find_map(|line| line.strip_prefix(what)).unwrap().trim().to_owned();
        let address = after("JobManager Web Interface: http://");
        Session { yarn: self, application: after("YARN application id:"), address, said: all + &said }
    }
}

fn lines() -> impl Iterator<Item = String> {
    (0..20_000).map(|n| format!("to be or not to be {}", n % 100))
}

/// How often each word is in the text.
pub(crate) fn expected() -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in lines() {
        line.split(' ').for_each(|word| *counts.entry(word.to_owned()).or_insert(0) += 1);
    }
    counts
}

/// A session that runs.
pub(crate) struct Session<'y> {
    yarn: &'y Yarn,
    pub(crate) application: String,
    pub(crate) address: String,
    /// What its start said.
    pub(crate) said: String,
}

impl Session<'_> {
    fn id(&self) -> String {
        format!("-Dyarn.application.id={}", self.application)
    }

    pub(crate) fn run(&self, options: &[&str], job: &[&str]) -> Gave {
        self.yarn.weft(&[&["run", &self.id()], options, &[&self.yarn.program], job].concat())
    }

    /// Starts a job of the tests' program; the client that waits for it.
    pub(crate) fn start(&self, options: &[&str], job: &[&str]) -> Child {
        super::start(&self.yarn.rig, &[&["run", &self.id()], options, &[&self.yarn.program], job].concat())
    }

    /// Counts words, each line taking some microseconds; the client that waits for it.
    pub(crate) fn count_words(&self, output: &str, delay: &str) -> Child {
        let words = ["words", "--input", &self.yarn.home("words.txt"), "--output", output, "--delay", delay];
        let run = ["run", &self.id(), "-p", "2", &self.yarn.program];
        super::start(&self.yarn.rig, &[run.as_slice(), &words].concat())
    }

    /// The job with this state, once there is one.
    pub(crate) fn job(&self, state: &str) -> String {
        until(&format!("a job is {state}"), || {
            let listed = self.yarn.weft(&["list", "-a", &self.id()]).well();
            let line = listed.lines().find(|line| line.contains(&format!("({state})")))?;
            line.split(" : ").nth(1).map(str::to_owned)
        })
    }

    /// The processes of its workers that run this job of the tests' program.
    pub(crate) fn workers(&self, job: &str) -> Vec<i32> {
        processes(&[&self.application, "/weft-taskmanager-"], &format!("cluster_program {job}"))
    }

    /// The process of a TaskManager whose worker runs the words' job.
    pub(crate) fn task_manager(&self) -> i32 {
        until("a worker's process", || self.workers("words").pop());
        programs(&self.application, "./weft yarn-taskmanager").pop().expect("workers have a TaskManager")
    }

    /// The process of the ApplicationMaster.
    pub(crate) fn master(&self) -> i32 {
        until("its ApplicationMaster", || programs(&self.application, "./weft yarn-jobmanager").pop())
    }

    /// What the job's failures were.
    pub(crate) fn failures(&self, job: &str) -> String {
        self.get(&format!("/jobs/{job}/exceptions"))
    }

    /// What REST tells its owner.
    pub(crate) fn get(&self, path: &str) -> String {
        let (status, body) = self.ask(&format!("GET {path}"));
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Status and body of what its owner wants of REST, as `GET /overview`.
    pub(crate) fn ask(&self, request: &str) -> (u16, String) {
        let staged = self.yarn.home(&format!(".weft/apps/{}/secret", self.application));
        let word = self.yarn.weft(&["fs", "-cat", &staged]).well();
        ask(TcpStream::connect(&self.address).unwrap(), request, word.trim())
    }

    pub(crate) fn stop(self) {
        let said = super::weft(&self.yarn.rig, &["yarn-session", "-id", &self.application], "stop\n").well();
        assert!(said.contains(&format!("{} has ended: Finished", self.application)), "{said}");
        self.yarn.nothing_is_left(&self.application);
    }
}

/// Status and body of a request, as `GET /overview`, of somebody who knows a word, or none.
pub(crate) fn ask(mut stream: TcpStream, request: &str, word: &str) -> (u16, String) {
    let shown = if word.is_empty() { String::new() } else { format!("Authorization: Bearer {word}\r\n") };
    write!(stream, "{request} HTTP/1.0\r\nHost: localhost\r\n{shown}Content-Length: 0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
    (status, body)
}
