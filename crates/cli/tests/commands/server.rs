//! What a JobManager's REST API is to the command: one connection for each request, answered by a thread.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use weft_common::{ErrorKind, JobId};
use weft_control::{FinalFailure, JobStatus};
use weft_rpc::{JobOutcome, JobSpec};

/// A server, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: String,
    state: Arc<State>,
    ends: Arc<AtomicBool>,
    accepts: Option<JoinHandle<()>>,
}

/// What the server knows.
#[derive(Default)]
struct State {
    asked: Mutex<Vec<String>>,
    authorization: Mutex<BTreeSet<Option<String>>>,
    artifacts: Mutex<BTreeMap<String, u64>>,
    jobs: Mutex<Vec<JobSpec>>,
    cancelled: Mutex<BTreeSet<JobId>>,
    changed: Condvar,
    /// How many submissions it still cannot take.
    failures: Mutex<u32>,
    /// How jobs end; RUNNING: when they are cancelled.
    ending: Option<JobStatus>,
    /// What is at other paths.
    pages: BTreeMap<String, Value>,
}

impl Server {
    /// Jobs end like this.
    pub(crate) fn ending(status: JobStatus) -> Self {
        Self::start(State { ending: Some(status), ..State::default() })
    }

    /// The same, after it could not take so many submissions.
    pub(crate) fn ending_after(failures: u32, status: JobStatus) -> Self {
        Self::start(State { ending: Some(status), failures: Mutex::new(failures), ..State::default() })
    }

    /// It has these pages, and no jobs.
    pub(crate) fn showing(pages: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let pages = pages.into_iter().map(|(path, page)| (path.to_owned(), page)).collect();
        Self::start(State { pages, ..State::default() })
    }

    fn start(state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (state, ends) = (Arc::new(state), Arc::new(AtomicBool::new(false)));
        let (served, ended) = (state.clone(), ends.clone());
        let accepts = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let state = served.clone();
                std::thread::spawn(move || state.serve(stream.unwrap()));
            }
        });
        Server { address, state, ends, accepts: Some(accepts) }
    }

    /// Methods and paths, without queries, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().clone()
    }

    pub(crate) fn authorization(&self) -> Vec<Option<String>> {
        self.state.authorization.lock().unwrap().iter().cloned().collect()
    }

    /// Names and lengths.
    pub(crate) fn artifacts(&self) -> BTreeMap<String, u64> {
        self.state.artifacts.lock().unwrap().clone()
    }

    pub(crate) fn jobs(&self) -> Vec<JobSpec> {
        self.state.jobs.lock().unwrap().clone()
    }

    /// Waits until a job is there.
    pub(crate) fn await_job(&self, deadline: Duration) -> JobSpec {
        let jobs = self.state.jobs.lock().unwrap();
        let (jobs, _) = self.state.changed.wait_timeout_while(jobs, deadline, |jobs| jobs.is_empty()).unwrap();
        jobs.first().expect("a job in time").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(&self.address));
        drop(self.accepts.take().map(JoinHandle::join));
    }
}

struct Request {
    method: String,
    path: String,
    body: Vec<u8>,
}

impl State {
    fn serve(&self, mut stream: TcpStream) {
        // A client that is gone, or a test that ended, wants no answer.
        let Some(request) = self.read(&stream) else { return };
        let (status, kind, body) = self.answer(&request);
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        let _ = stream.write_all(head.as_bytes());
        if request.method != "HEAD" {
            let _ = stream.write_all(&body);
        }
    }

    fn read(&self, stream: &TcpStream) -> Option<Request> {
        let mut reader = BufReader::new(stream);
        let (mut first, mut length, mut authorization) = (String::new(), 0, None);
        reader.read_line(&mut first).ok()?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            match line.trim().split_once(": ") {
                Some(("content-length", value)) => length = value.parse().unwrap(),
                Some(("authorization", value)) => authorization = Some(value.to_owned()),
                Some(_) => {}
                None => break,
            }
        }
        let mut words = first.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        self.authorization.lock().unwrap().insert(authorization);
        self.asked.lock().unwrap().push(format!("{method} {}", path.split('?').next()?));
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Request { method, path, body })
    }

    fn answer(&self, request: &Request) -> (u16, &'static str, Vec<u8>) {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let json = |status: u16, body: Value| (status, "application/json", body.to_string().into_bytes());
        match (request.method.as_str(), &segments[..]) {
            ("HEAD", ["weft", "artifacts", name]) => {
                json(if self.artifacts.lock().unwrap().contains_key(*name) { 200 } else { 404 }, json!({}))
            }
            ("PUT", ["weft", "artifacts", name]) => {
                self.artifacts.lock().unwrap().insert((*name).to_owned(), request.body.len() as u64);
                json(201, json!({}))
            }
            ("POST", ["weft", "jobs"]) if self.fails() => json(503, json!({ "errors": ["no leader yet"] })),
            ("POST", ["weft", "jobs"]) if self.ending.is_some() => {
                let job = JobSpec::from_bytes(&request.body).unwrap();
                let id = job.job.to_string();
                self.jobs.lock().unwrap().push(job);
                self.changed.notify_all();
                json(200, json!({ "jobid": id }))
            }
            ("GET", ["weft", "jobs", job, "outcome"]) => self.outcome(job, query),
            ("PATCH", ["jobs", job]) if self.jobs.lock().unwrap().iter().any(|known| known.job.to_string() == *job) => {
                self.cancelled.lock().unwrap().insert(id(job));
                json(202, json!({}))
            }
            ("GET", _) if self.pages.contains_key(path) => match &self.pages[path] {
                Value::String(text) => (200, "text/plain", text.clone().into_bytes()),
                page => json(200, page.clone()),
            },
            _ => json(404, json!({ "errors": [format!("nothing known of {path}")] })),
        }
    }

    fn fails(&self) -> bool {
        let mut failures = self.failures.lock().unwrap();
        let fails = *failures > 0;
        *failures = failures.saturating_sub(1);
        fails
    }

    fn outcome(&self, job: &str, query: &str) -> (u16, &'static str, Vec<u8>) {
        let wait: u64 = query.strip_prefix("wait=").unwrap().parse().unwrap();
        assert!(wait > 1000, "it is asked for patiently: {query}");
        let job = id(job);
        let status = match self.ending.unwrap() {
            JobStatus::Running if self.cancelled.lock().unwrap().contains(&job) => JobStatus::Canceled,
            // As a server with less patience than its client.
            JobStatus::Running => {
                std::thread::park_timeout(Duration::from_millis(20));
                return (204, "application/octet-stream", Vec::new());
            }
            status => status,
        };
        let failure = || FinalFailure { message: "the sink is on fire".into(), kind: ErrorKind::User };
        let outcome = JobOutcome {
            job,
            status,
            failure: (status == JobStatus::Failed).then(failure),
            results: BTreeMap::new(),
            accumulators: Vec::new(),
            duration: Duration::from_millis(17),
        };
        (200, "application/octet-stream", outcome.to_bytes())
    }
}

fn id(text: &str) -> JobId {
    JobId(u128::from_str_radix(text, 16).unwrap())
}
