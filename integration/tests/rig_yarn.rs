//! What the rig's YARN has that loopback and root would hide, and that its containers end with it.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use weft_integration::{Rig, eventually};

const DEADLINE: Duration = Duration::from_secs(60);
/// Tells what the container sees, leaves a process in a session of its own behind, and stays. The NodeManager puts a directory in
/// place of `<LOG_DIR>`; a shell variable would be gone before this runs.
const COMMAND: &str =
    "(umask; env) ><LOG_DIR>/seen.new; mv <LOG_DIR>/seen.new <LOG_DIR>/seen; setsid sleep 86399 & exec sleep 86399";

#[test]
fn nodes_have_names_containers_are_misled_and_nothing_outlives_the_rig() {
    let rig = Rig::up(&[]).unwrap();
    let mut nodes = node_ids(&rig);
    nodes.sort();
    let expected = rig.names("nm").map(|name| rig.daemon(name).unwrap());
    let host = |address: &str| if rig.has_host_names() { address.to_owned() } else { "localhost".to_owned() };
    let expected: Vec<_> = expected.map(|daemon| format!("{}:{}", host(&daemon.host), daemon.ports["rpc"])).collect();
    assert_eq!(nodes, expected);

    submit(&rig);
    let containers = rig.directory().join("log/containers");
    let seen = eventually("what a container sees", DEADLINE, || find(&containers, "seen")).unwrap();
    let seen = std::fs::read_to_string(seen).unwrap();
    let misleading = format!("HADOOP_CONF_DIR={}", rig.directory().join("misleading").display());
    assert!(seen.lines().any(|line| line == misleading), "{seen}");
    assert_eq!(seen.lines().next(), Some("0077"));
    assert!(seen.contains("data/nm1/local1/") || seen.contains("data/nm2/local1/"), "{seen}");

    let directory = rig.directory().to_owned();
    let left = || processes_with(&format!("LOCAL_DIRS={}/", directory.display()));
    eventually("both processes of the container", DEADLINE, || (left().len() >= 2).then_some(())).unwrap();
    // Nobody tells the containers of a killed NodeManager to end.
    rig.kill("nm1").unwrap();
    rig.kill("nm2").unwrap();
    assert!(left().len() >= 2);
    drop(rig);
    assert_eq!(left(), [0_u32; 0]);
    assert!(!directory.exists());
}

fn node_ids(rig: &Rig) -> Vec<String> {
    let nodes = rig.web("rm1", "/ws/v1/cluster/nodes").unwrap();
    let nodes = nodes["nodes"]["node"].as_array().unwrap();
    nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

/// Submits an application over the ResourceManager's web server, so that this test needs no client of Weft's.
fn submit(rig: &Rig) {
    let user = format!("user.name={}", rig.users().client);
    let id = post(rig, &format!("/ws/v1/cluster/apps/new-application?{user}"), &Value::Null);
    let id: Value = serde_json::from_str(&id).unwrap();
    let application = json!({
        "application-id": id["application-id"],
        "application-name": "rig",
        "application-type": "TEST",
        "am-container-spec": {"commands": {"command": COMMAND}},
        "resource": {"memory": 128, "vCores": 1},
    });
    post(rig, &format!("/ws/v1/cluster/apps?{user}"), &application);
}

fn post(rig: &Rig, path: &str, body: &Value) -> String {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let address = rig.address("rm1", "http").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let head = format!("POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json");
    write!(stream, "{head}\r\nAccept: application/json\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 ") || head.contains(" 202 "), "{response}");
    body.to_owned()
}

/// A file of this name below a directory.
fn find(directory: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<_> = std::fs::read_dir(directory).ok()?.filter_map(Result::ok).collect();
    let here = entries.iter().find(|entry| entry.file_name() == name).map(std::fs::DirEntry::path);
    here.or_else(|| entries.iter().find_map(|entry| find(&entry.path(), name)))
}

/// Processes that live and have this in their environment.
fn processes_with(mark: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let marked = |pid: &u32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.windows(mark.len()).any(|window| window == mark.as_bytes())
    };
    pids.filter(marked).collect()
}
