//! Who is let in to a cluster on YARN, and where its secrets can be seen: strangers get nothing, its owner what is meant for him, and nobody sees
//! a secret.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::LazyLock;

use command::secrets::Secrets;
use command::stranger::{answer, doors, from_elsewhere};
use command::yarn::{Session, Yarn, ask};
use command::{lives, processes, programs, until};

static YARN: LazyLock<Yarn> = LazyLock::new(|| Yarn::up(&["--nodemanagers", "1"]));

#[test]
fn strangers_get_nothing_and_secrets_are_seen_nowhere() {
    let session = YARN.session(&["-Drestart-strategy.type=none"]);
    session.run(&["-d", "-p", "2"], &["endless"]).well();
    let job = session.job("RUNNING");
    until("its worker", || session.workers("endless").pop());
    rest_answers_no_stranger(&session, &job);
    no_other_door_opens_to_strangers(&session);
    undisturbed(&session, &job);
    programs_are_not_taken(&session);
    secrets_are_seen_nowhere(&session);
    session.stop();
}

/// Without the word in the staging directory there is nothing to see, but through the ResourceManager's proxy what dashboards show.
fn rest_answers_no_stranger(session: &Session<'_>, job: &str) {
    let proxy = YARN.rig.address("rm1", "http").unwrap();
    let through =
        |path: &str| ask(TcpStream::connect(proxy).unwrap(), &format!("GET /proxy/{}{path}", session.application), "");
    let (status, overview) = through("/overview");
    assert!(status == 200 && overview.contains("\"slots-total\""), "{status} {overview}");
    assert_eq!(through("/jobmanager/config").0, 401);
    assert_eq!(through("/jobmanager/log").0, 401);
    let changes = ["DELETE /cluster".to_owned(), format!("PATCH /jobs/{job}"), "POST /jars/upload".to_owned()];
    // The ResourceManager's connections come from 127.0.0.1 here, and a stranger's from anywhere else. Nobody changes anything from there, either.
    for change in &changes {
        let (status, body) = ask(TcpStream::connect(&session.address).unwrap(), change, "");
        assert_eq!(status, 401, "{change}: {body}");
    }
    let looks = ["/jobs/overview", "/overview", "/jobmanager/config"].map(|path| format!("GET {path}"));
    for request in looks.iter().chain(&changes) {
        for word in ["", "0123456789abcdef0123456789abcdef"] {
            let (status, body) = ask(from_elsewhere(rest_port(session)), request, word);
            assert_eq!(status, 401, "{request} {word}: {body}");
        }
    }
}

fn rest_port(session: &Session<'_>) -> u16 {
    session.address.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// The JobManager's port, the TaskManager's, and that of the data of its worker.
fn no_other_door_opens_to_strangers(session: &Session<'_>) {
    let mut all = BTreeSet::new();
    for program in ["./weft yarn-jobmanager", "./weft yarn-taskmanager"] {
        for pid in programs(&session.application, program) {
            let mut of_one = doors(pid);
            of_one.remove(&rest_port(session));
            assert!(!of_one.is_empty(), "{program} listens nowhere");
            all.extend(of_one);
        }
    }
    session.workers("endless").into_iter().for_each(|pid| all.extend(doors(pid)));
    assert!(all.len() >= 3, "{all:?}");
    let before = processes(&[&session.application], "");
    for port in all {
        for says in what_strangers_say() {
            let said = answer(port, &says);
            assert!(is_nothing(&said), "{} to {}", said.escape_ascii(), says.escape_ascii());
        }
    }
    assert!(before.into_iter().all(lives), "a process has ended");
}

/// HTTP/2 as any client begins it, anything, and what Weft's own processes say when they know no secret, or another one.
fn what_strangers_say() -> Vec<Vec<u8>> {
    let greeting = |role: u8, proves: u8| [b"WEFTRPC\n\x01\0".as_slice(), &[role, proves], &[0; 48], &[7; 32]].concat();
    let of_data = [b"weftexch\x01\0\0\0".as_slice(), &[0; 88], &[7; 32]].concat();
    let anything = (0..200u8).map(|n| n.wrapping_mul(151).wrapping_add(89)).collect();
    let mut all: Vec<Vec<u8>> =
        vec![b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".repeat(3), anything, vec![0; 4096], of_data];
    // A TaskManager calls with role 1, a JobManager with role 2.
    all.extend([(1, 0), (2, 0), (1, 1), (2, 1)].map(|(role, proves)| greeting(role, proves)));
    all
}

/// What came back is silence or a refusal: of a greeting, or of the proof after it.
fn is_nothing(said: &[u8]) -> bool {
    // The answer to a greeting: magic, version, status. One that goes on has a nonce and a proof before the next status.
    let refuses = |status: Option<&u8>| status.is_some_and(|status| *status != 0);
    match said {
        [] => true,
        [b'W', b'E', b'F', b'T', b'R', b'P', b'C', b'\n', _, _, 0, ..] => refuses(said.get(76)),
        [b'W', b'E', b'F', b'T', b'R', b'P', b'C', b'\n', ..] => refuses(said.get(10)),
        // The data's verdict comes first.
        _ => said.len() == 68 && refuses(said.first()),
    }
}

fn undisturbed(session: &Session<'_>, job: &str) {
    assert!(session.get(&format!("/jobs/{job}")).contains("\"state\":\"RUNNING\""));
    assert!(session.failures(job).contains("\"entries\":[]"), "{}", session.failures(job));
    let overview = session.get("/overview");
    assert!(overview.contains("\"taskmanagers\":1}") && overview.contains("\"slots-available\":0,"), "{overview}");
}

/// `web.submit.enable` is off unless somebody sets it: not even the owner uploads and runs programs over REST.
fn programs_are_not_taken(session: &Session<'_>) {
    for request in ["POST /jars/upload", "POST /jars/any.jar/run", "GET /jars"] {
        let (status, body) = session.ask(request);
        let says = body.contains("Programs are not taken here: web.submit.enable is false.");
        assert!(status == 403 && says, "{request}: {status} {body}");
    }
    assert!(session.get("/config").contains("\"web-submit\":false"), "{}", session.get("/config"));
}

/// What the containers' credentials hold is in nothing that others, or operators, look at.
fn secrets_are_seen_nowhere(session: &Session<'_>) {
    let secrets = Secrets::of(&session.application);
    for pid in processes(&[&session.application], "") {
        for file in ["cmdline", "environ"] {
            let bytes = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            assert!(!secrets.are_in(&bytes), "{file} of process {pid}: {}", String::from_utf8_lossy(&bytes));
        }
    }
    let shown = shown_files(&session.application);
    assert!(shown.len() > 5, "logs and launch scripts are elsewhere: {shown:?}");
    for path in shown {
        assert!(!secrets.are_in(&std::fs::read(&path).unwrap_or_default()), "{}", path.display());
    }
    for path in ["/jobmanager/config", "/jobmanager/environment", "/jobmanager/log", "/taskmanagers"] {
        let (status, body) = session.ask(&format!("GET {path}"));
        assert!(status == 200 && !secrets.are_in(body.as_bytes()), "{path}: {status} {body}");
    }
    let report = YARN.report(&session.application).to_string();
    assert!(!secrets.are_in(report.as_bytes()), "{report}");
}

/// Logs of an application, and scripts that start its containers.
fn shown_files(application: &str) -> Vec<PathBuf> {
    let logs = YARN.rig.directory().join("log");
    let (mut shown, mut waiting) = (Vec::new(), vec![logs.clone(), YARN.rig.directory().join("data")]);
    while let Some(path) = waiting.pop() {
        if path.is_dir() && !path.is_symlink() {
            waiting.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy();
        let is_shown = path.starts_with(&logs) || name.contains("launch_container");
        if is_shown && path.to_string_lossy().contains(application) {
            shown.push(path);
        }
    }
    shown
}
