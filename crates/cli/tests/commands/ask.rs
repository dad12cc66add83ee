//! Verbs that ask a cluster.

use super::rig::{give, weft};
use super::server::Server;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

const RUNNING: &str = "60e1be0929da3b0b2533364b4905d464";
const FINISHED: &str = "36eeb8a9f92d49f7fd73829865247f6d";
const CREATED: &str = "b7b00b73f762f22ea2bca66cbb332307";

fn job(id: &str, state: &str, start: u64) -> Value {
    json!({ "jid": id, "name": "a job", "state": state, "start-time": start })
}

fn cluster() -> Server {
    let jobs = [
        job(RUNNING, "RUNNING", 1_795_175_179_952),
        job(FINISHED, "FINISHED", 1_795_175_180_253),
        job(CREATED, "CREATED", 1_795_175_179_653),
    ];
    let file = |name: &str| json!({ "name": name, "size": 6, "mtime": 1 });
    let of_job = format!("weft-job-{FINISHED}.log");
    Server::showing([
        ("/jobs/overview", json!({ "jobs": jobs })),
        ("/jobs/36eeb8a9f92d49f7fd73829865247f6d/status", json!({ "status": "FINISHED" })),
        ("/taskmanagers", json!({ "taskmanagers": [{ "id": "tm-1" }] })),
        ("/jobmanager/logs", json!({ "logs": [file("jm.log"), file(&of_job)] })),
        ("/taskmanagers/tm-1/logs", json!({ "logs": [file("tm.log"), file(&of_job)] })),
        ("/jobmanager/logs/jm.log", json!("of jm\n")),
        ("/jobmanager/logs/weft-job-36eeb8a9f92d49f7fd73829865247f6d.log", json!("at jm\n")),
        ("/taskmanagers/tm-1/logs/weft-job-36eeb8a9f92d49f7fd73829865247f6d.log", json!("at tm\n")),
        ("/taskmanagers/tm-1/logs/tm.log", json!("of tm\n")),
    ])
}

#[test]
fn jobs_are_listed_by_state() {
    let cluster = cluster();
    let list = |options: &[&str]| {
        let arguments = [&["list", "-m", &cluster.address], options].concat();
        give(weft(&arguments).env("TZ", "UTC")).ended(0).stdout
    };
    let running = format!("20.11.2026 11:46:19 : {RUNNING} : a job (RUNNING)\n");
    let (created, finished) = (format!("{CREATED} : a job (CREATED)"), format!("{FINISHED} : a job (FINISHED)"));
    let parts = |listed: &str| [&running, &created, &finished].map(|part| listed.contains(part.as_str()));
    assert_eq!(parts(&list(&[])), [true, true, false]);
    assert_eq!(parts(&list(&["-r"])), [true, false, false]);
    assert_eq!(parts(&list(&["-s"])), [false, true, false]);
    assert_eq!(parts(&list(&["-all"])), [true, true, true]);
    let listed: Value = serde_json::from_str(&list(&["-a", "--json"])).unwrap();
    let ids: Vec<_> = listed["jobs"].as_array().unwrap().iter().map(|job| job["jid"].as_str().unwrap()).collect();
    assert_eq!(ids, [CREATED, RUNNING, FINISHED], "by start");
    let listed: Value = serde_json::from_str(&list(&["-r", "--json"])).unwrap();
    assert_eq!(listed["jobs"].as_array().unwrap().len(), 1);
}

#[test]
fn an_unknown_job_is_not_cancelled() {
    let cluster = cluster();
    let gave = give(&mut weft(&["cancel", "-m", &cluster.address, RUNNING])).ended(1);
    assert_eq!(gave.stderr, format!("weft: nothing known of /jobs/{RUNNING}\n"));
    assert!(!gave.stdout.contains("Cancelled"), "{}", gave.stdout);
    let gave = give(&mut weft(&["cancel", "-m", &cluster.address, "a job"])).ended(2);
    assert!(gave.stderr.contains("`a job` is not the id of a job"), "{}", gave.stderr);
    assert_eq!(cluster.asked(), [format!("PATCH /jobs/{RUNNING}")]);
}

#[test]
fn logs_are_printed_file_by_file() {
    let cluster = cluster();
    let logs = |of: &str| give(&mut weft(&["logs", "-m", &cluster.address, of])).ended(0).stdout;
    assert!(logs("jobmanager").starts_with("==> jobmanager jm.log (6 bytes) <==\nof jm\n==> jobmanager weft-job-"));
    assert!(logs("tm-1").contains("of tm\n"));
    let of_job = logs(FINISHED);
    assert!(of_job.contains("at jm\n") && of_job.contains("at tm\n") && !of_job.contains("of "), "{of_job}");
    let gave = give(&mut weft(&["logs", "-m", &cluster.address, RUNNING])).ended(1);
    assert!(gave.stderr.contains("nothing known of"), "{}", gave.stderr);
    let listed = give(&mut weft(&["logs", "-m", &cluster.address, "--list", "tm-1"])).ended(0).stdout;
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let listed = give(&mut weft(&["logs", "-m", &cluster.address, "--list", "--json", "tm-1"])).ended(0).stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let logs = listed["logs"].as_array().unwrap();
    assert_eq!((logs.len(), &logs[0]["process"], &logs[0]["size"]), (2, &"tm-1".into(), &6.into()), "{listed}");
    assert!(logs.iter().all(|log| log["name"].is_string() && log["mtime"].is_i64()), "{listed}");
    let gave = give(&mut weft(&["logs", "-m", &cluster.address, "--json", "tm-1"])).ended(2);
    assert!(gave.stderr.contains("--list"), "{}", gave.stderr);
}

#[test]
fn a_token_is_shown_and_has_to_be_secret() {
    let cluster = cluster();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, "0123abcd\n").unwrap();
    let set = format!("rest.token-file={}", file.display());
    let list = |mode| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        give(&mut weft(&["list", "-m", &cluster.address, "-D", &set]))
    };
    let gave = list(0o644).ended(1);
    assert!(gave.stderr.contains("chmod 600") && !gave.stderr.contains("0123abcd"), "{}", gave.stderr);
    assert!(cluster.asked().is_empty());
    list(0o600).ended(0);
    assert_eq!(cluster.authorization(), [Some("Bearer 0123abcd".to_owned())]);
}

#[test]
fn what_is_no_job_manager_is_told_from_one() {
    let other = Server::showing([("/jobs/overview", json!("hello"))]);
    let gave = give(&mut weft(&["list", "-m", &other.address])).ended(1);
    assert!(gave.stderr.contains("is not a JobManager"), "{}", gave.stderr);
    let gave = give(&mut weft(&["list", "-m", "nowhere"])).ended(2);
    assert!(gave.stderr.contains("HOST:PORT"), "{}", gave.stderr);
}
