//! A cluster's secret, and doors to knock at with it and with keys that were derived from it.

use crate::cluster::Setup;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use weft_common::trust::{Role, SecretKey};
use weft_common::{JobId, LeaderEpoch, TaskManagerId};
use weft_rpc::session::{ClientSettings, FRAME_SIZE, ProbeServer, SessionClient, Welcome};
use weft_rpc::{Hardware, TaskManagerRegistration};

/// What the test calls itself where it is a TaskManager.
pub(crate) const TASK_MANAGER: &str = "the-test";
/// The longest that anybody is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The secret of a cluster, and the file it is in.
pub(crate) struct Secret {
    pub(crate) key: SecretKey,
    pub(crate) file: PathBuf,
    _directory: TempDir,
}

impl Secret {
    pub(crate) fn draw() -> Self {
        let mut bytes = [0; SecretKey::BYTES];
        getrandom::fill(&mut bytes).expect("the machine has entropy");
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("cluster-secret");
        fs::write(&file, hex(&bytes)).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("it is ours");
        Secret { key: SecretKey::new(bytes), file, _directory: directory }
    }

    pub(crate) fn given_to(&self, setup: Setup) -> Setup {
        setup.with("cluster.secret-file", self.file.to_str().expect("UTF-8"))
    }

    /// What must not be seen: the secret, and the keys of these jobs.
    pub(crate) fn patterns(&self, jobs: &[JobId]) -> Patterns {
        let keys = jobs.iter().map(|job| self.key.for_workers_of(*job));
        let forms = |key: SecretKey| {
            let bytes = key.expose();
            let numbers = format!("{:?}", &bytes[..8]).trim_matches(['[', ']']).to_owned();
            [bytes.to_vec(), hex(bytes).into_bytes(), hex(bytes).to_uppercase().into_bytes(), numbers.into_bytes()]
        };
        Patterns(keys.chain([self.key.clone()]).flat_map(forms).collect())
    }
}

/// Keys in the forms in which they might be written.
pub(crate) struct Patterns(Vec<Vec<u8>>);

impl Patterns {
    pub(crate) fn found_in(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|pattern| bytes.windows(pattern.len()).any(|window| window == pattern))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Registers at a JobManager as a TaskManager that offers nothing, and leaves again.
pub(crate) fn register(port: u16, secret: &SecretKey) -> Welcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("threads").block_on(async {
        let id = TaskManagerId(TASK_MANAGER.into());
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let probed = ProbeServer::start(listener, id.clone(), Some(secret.clone())).expect("a listener");
        let registration = TaskManagerRegistration {
            id,
            host: "127.0.0.1".into(),
            rpc_port: probed.address().port(),
            data_port: 0,
            slots: 1,
            hardware: Hardware::default(),
            memory: Vec::new(),
            pid: std::process::id(),
        };
        let (host, secret) = ("127.0.0.1".into(), Some(secret.clone()));
        let client = SessionClient::new(ClientSettings { host, port, secret, frame_size: FRAME_SIZE });
        let session = client.connect(registration, LeaderEpoch::default(), PATIENCE).await;
        let session = session.expect("it is let in");
        session.handle.goodbye("the test has seen enough".into());
        session.handle.closed().await;
        session.welcome
    })
}

/// The generation of a TaskManager's first workers. It is the process's start in milliseconds, of which its name keeps a few bits: no secret
/// for whoever tries the milliseconds of a minute.
pub(crate) fn generation(name: &str, pid: u32) -> u64 {
    let life = name.rsplit_once('-').and_then(|(_, life)| u64::from_str_radix(life, 16).ok()).expect("host:port-life");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as u64;
    let starts = (now - 60_000..=now).rev().map(|start| start << 20);
    starts.into_iter().find(|start| (start ^ u64::from(pid)) % 0xff_fffd == life).expect("it started just now")
}

/// A port that wants a proof, and what is said before it.
#[derive(Debug)]
pub(crate) struct Door {
    port: u16,
    greeting: Vec<u8>,
    /// Bytes of the answer before the nonce, and how many of them are proved.
    head: usize,
    proved: usize,
}

impl Door {
    /// That of the worker with this number and generation.
    pub(crate) fn worker(port: u16, job: JobId, epoch: LeaderEpoch, worker: (u32, u64)) -> Self {
        let mut greeting = b"weftexch\x01\0\0\0".to_vec();
        greeting.extend(job.0.to_le_bytes());
        greeting.extend([epoch.counter, epoch.random].map(u64::to_le_bytes).concat());
        for (number, generation) in [(0, 1), worker] {
            greeting.extend(u32::to_le_bytes(number));
            greeting.extend(u64::to_le_bytes(generation));
        }
        greeting.extend([7; 32]);
        Door { port, greeting, head: 4, proved: 0 }
    }

    /// That of a JobManager, for TaskManagers.
    pub(crate) fn job_manager(port: u16) -> Self {
        Door::session(port, 1)
    }

    /// That of a TaskManager, for JobManagers.
    pub(crate) fn task_manager(port: u16) -> Self {
        Door::session(port, 2)
    }

    fn session(port: u16, role: u8) -> Self {
        let mut greeting = b"WEFTRPC\n\x01\0".to_vec();
        greeting.extend([role, 1]);
        greeting.extend([0; 16]);
        greeting.extend([7; 32]);
        Door { port, greeting, head: 12, proved: 12 }
    }

    /// Whether a proof that is made with `key` is accepted.
    pub(crate) fn opens_with(&self, key: &SecretKey) -> bool {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.write_all(&self.greeting).expect("it is taken");
        let mut answer = vec![0; self.head + 64];
        stream.read_exact(&mut answer).expect("the greeting is answered");
        let nonce = &answer[self.head..self.head + 32];
        let transcript: Vec<&[u8]> = match self.proved {
            0 => vec![&self.greeting, nonce],
            head => vec![&self.greeting, &answer[..head], nonce],
        };
        stream.write_all(&key.prove(Role::Opener, &transcript)).expect("it is taken");
        let mut verdict = [0];
        stream.read_exact(&mut verdict).expect("a verdict");
        let refused = verdict != [0];
        // Who is refused hears nothing but a sentence; who is not is listened to.
        if refused {
            stream.read_to_end(&mut Vec::new()).expect("it is closed");
        }
        !refused
    }
}
