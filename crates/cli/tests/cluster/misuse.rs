//! What is refused, with one clear message and an exit code that says so, and leaves nothing.

use crate::cluster::{Cluster, Setup, outcome, program};
use crate::keys::Secret;
use crate::processes::{Process, files};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The command fails with this code and a sentence that says all of this, and with nothing else on standard error.
#[track_caller]
fn refused(command: &mut Command, code: i32, parts: &[&str]) {
    let (ended, stdout, stderr) = outcome(command);
    assert_eq!(ended, Some(code), "{stdout}{stderr}");
    let missing = parts.iter().find(|part| !stderr.contains(**part));
    assert_eq!(missing, None, "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "one sentence: {stderr}");
}

/// A program changed in one way, as a file of its own.
fn changed(directory: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = fs::read(program()).expect("it was built");
    change(&mut bytes);
    let path = directory.join(name);
    fs::write(&path, bytes).expect("room for another program");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

/// Overwrites every place where `pattern` stands, from `skip` bytes after its beginning; at least one.
fn overwrite(bytes: &mut [u8], pattern: &[u8], skip: usize, with: &[u8]) {
    let mut places = 0;
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(pattern.len()).position(|window| window == pattern) {
        let begin = at + found + skip;
        bytes[begin..begin + with.len()].copy_from_slice(with);
        at = begin + with.len();
        places += 1;
    }
    assert!(places > 0, "{} is not in the program", pattern.escape_ascii());
}

#[test]
fn files_that_cannot_be_run_here_are_told_apart_and_not_run() {
    let cluster = Cluster::start(Setup::new(1, 1));
    let directory = tempfile::tempdir().expect("a directory");
    let text = directory.path().join("text");
    fs::write(&text, "#!/bin/sh\nrm -rf \"$1\"\n").expect("a file");
    fs::set_permissions(&text, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let note = [5u32, 20, 1].map(u32::to_le_bytes).concat();
    let note = [&note[..], b"Weft\0\0\0\0"].concat();
    let in_directory = |name, change: &dyn Fn(&mut Vec<u8>)| changed(directory.path(), name, change);
    let cases: Vec<(PathBuf, &[&str])> = vec![
        ("/bin/rm".into(), &["is not a Weft program, so it was not run"]),
        (text, &["is not a Weft program", "no Linux executable"]),
        (directory.path().into(), &["is not a Weft program", "no regular file"]),
        (directory.path().join("nowhere"), &["cannot read the program", "No such file"]),
        (in_directory("for-arm", &|bytes| bytes[18] = 183), &["is a program for aarch64", "build it for"]),
        (in_directory("of-32-bits", &|bytes| bytes[4] = 1), &["is not a Weft program", "32-bit"]),
        (in_directory("cut-off", &|bytes| bytes.truncate(1000)), &["is not a Weft program"]),
        (
            in_directory("of-the-future", &|bytes| overwrite(bytes, &note, note.len(), &u32::MAX.to_le_bytes())),
            &["program protocol 4294967295", "build it with the weft crate of the same release"],
        ),
        (
            in_directory("of-a-newer-glibc", &|bytes| overwrite(bytes, b"GLIBC_2.3", 6, b"9.9")),
            &["needs glibc 9.9", "weft build"],
        ),
    ];
    let victim = directory.path().join("victim");
    fs::write(&victim, "still here").expect("a file");
    for (file, says) in cases {
        for verb in ["run", "info"] {
            let mut command = match verb {
                "run" => cluster.weft("run"),
                verb => {
                    let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
                    command.arg(verb);
                    command
                }
            };
            let path = file.to_str().expect("UTF-8");
            refused(command.arg(&file).arg(&victim), 1, &[says, &[path]].concat());
        }
        assert!(victim.exists());
    }
    assert_eq!(cluster.get("/jobs/overview")["jobs"].as_array().map(Vec::len), Some(0));
    cluster.stop();
}

#[test]
fn a_plan_that_differs_between_runs_fails_its_job_with_the_operator() {
    let cluster = Cluster::start(Setup::new(2, 1));
    let mut command = cluster.run(&[], &["differs"]);
    let (code, stdout, stderr) = outcome(command.env("OF_THE_CLIENT", "1"));
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    for part in ["another graph", "depends", "env.once"] {
        assert!(stderr.contains(part), "no {part:?} in {stderr}");
    }
    // It runs where the variable travels with it.
    let mut command = cluster.run(&["--env", "OF_THE_CLIENT"], &["differs"]);
    let (code, stdout, stderr) = outcome(command.env("OF_THE_CLIENT", "1"));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    cluster.await_slots(2);
    cluster.stop();
}

#[test]
fn what_is_asked_of_nobody_or_of_no_job_is_one_sentence() {
    let cluster = Cluster::start(Setup::new(1, 1));
    let unknown = "0123456789abcdef0123456789abcdef";
    for verb in ["cancel", "logs"] {
        refused(cluster.weft(verb).arg(unknown), 1, &["weft: ", unknown]);
    }
    refused(cluster.weft("cancel").arg("no-id"), 2, &["`no-id` is not the id of a job"]);
    cluster.stop();
    let nobody = |verb: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
        command.args([verb, "-m", "127.0.0.1:1"]).env_remove("WEFT_CONF_DIR");
        command
    };
    let says = ["no JobManager answers at", "127.0.0.1:1", "rest.address"];
    refused(&mut nobody("list"), 1, &says);
    refused(nobody("cancel").arg(unknown), 1, &says);
    refused(nobody("logs").arg(unknown), 1, &says);
    refused(nobody("run").arg(program()).arg("trivial"), 1, &says);
}

#[test]
fn a_task_manager_that_is_not_let_in_gives_up_with_the_reason() {
    let secret = Secret::draw();
    let mut cluster = Cluster::start(secret.given_to(Setup::new(1, 1)));
    cluster.setup = Setup::new(1, 1).with("taskmanager.registration.timeout", "700 ms");
    let place = cluster.add_task_manager();
    let mut stranger: Process = cluster.task_managers.remove(place);
    assert_eq!(stranger.wait(), Some(1));
    let said = fs::read_to_string(cluster.path().join("log/taskmanager-1.out")).expect("its output");
    let says = ["taskmanager.registration.timeout", "the JobManager has a secret and the TaskManager has none"];
    let missing = says.iter().find(|part| !said.contains(**part));
    assert_eq!(missing, None, "{said}");
    assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    cluster.stop();
}

/// Status and body of the answer to a request with a body.
fn send(address: &str, head: &str, kind: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let length = body.len();
    let head = format!(
        "{head} HTTP/1.0\r\nHost: {address}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), body.to_owned())
}

#[test]
fn a_wrong_body_is_refused_with_its_field_and_an_error_in_json() {
    let cluster = Cluster::start(Setup::new(1, 1));
    let rest = cluster.rest();
    let form = [
        b"--b\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"program\"\r\n\r\n",
        &fs::read(program()).expect("it was built")[..],
        b"\r\n--b--\r\n",
    ];
    let (status, answer) = send(&rest, "POST /jars/upload", "multipart/form-data; boundary=b", &form.concat());
    assert_eq!(status, 200, "{answer}");
    let uploaded: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let program = uploaded["filename"].as_str().and_then(|name| name.rsplit('/').next()).expect("its id").to_owned();

    let run = format!("POST /jars/{program}/run");
    for (head, body, field) in [
        (&run[..], "{nope", "JarRunRequestBody"),
        (&run, r#"{"parallelism": "many"}"#, "parallelism"),
        (&run, r#"{"programArgsList": ["a", 1]}"#, "programArgsList"),
        (&run, r#"{"bogus": 1}"#, "bogus"),
        (&format!("{run}?parallelism=many"), "", "parallelism"),
        ("POST /weft/jobs", "not what a client sends", "job"),
        ("PATCH /jobs/0123?mode=cancel", "", "0123"),
    ] {
        let (status, answer) = send(&rest, head, "application/json", body.as_bytes());
        assert_eq!(status, 400, "{head} {body}: {answer}");
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("errors are JSON");
        let errors = answer["errors"].as_array().expect("a list of errors");
        assert!(errors.iter().any(|error| error.as_str().is_some_and(|text| text.contains(field))), "{answer}");
    }
    assert_eq!(cluster.get("/jobs/overview")["jobs"].as_array().map(Vec::len), Some(0));
    let (status, answer) = send(&rest, &format!("DELETE /jars/{program}"), "application/json", b"");
    assert_eq!(status, 200, "{answer}");
    cluster.stop();
}

#[test]
fn memory_that_cannot_be_divided_is_refused_with_the_parts_and_the_numbers() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    for name in ["conf", "log", "run", "tmp"] {
        fs::create_dir(at(name)).expect("a directory");
    }
    fs::write(at("conf/config.yaml"), "# Everything is on the command line.\n").expect("a file");
    let start = |role: &str, keys: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
        command.arg(role).arg("--conf-dir").arg(at("conf")).arg("--run-file").arg(at("run").join(role));
        for (key, name) in [("env.log.dir", "log"), ("io.tmp.dirs", "tmp")] {
            command.arg("-D").arg(format!("{key}={}", at(name).display()));
        }
        keys.iter().for_each(|key| {
            command.args(["-D", key]);
        });
        command
    };
    let parts = ["taskmanager.memory.task.heap.size=400m", "taskmanager.memory.managed.size=300m"];
    let whole = "taskmanager.memory.flink.size=500m";
    let says =
        ["memory cannot be divided", "400 mb", "300 mb", "come to 764 mb", "500 mb (taskmanager.memory.flink.size)"];
    refused(&mut start("taskmanager", &[whole, parts[0], parts[1]]), 1, &says);
    let says = ["memory cannot be divided", "overhead 48 mb", "10 mb (jobmanager.memory.process.size)"];
    refused(&mut start("jobmanager", &["jobmanager.memory.process.size=10m"]), 1, &says);
    let says = ["taskmanager.memory.process.size", "\"a lot\"", "is not a size such as"];
    refused(&mut start("taskmanager", &["taskmanager.memory.process.size=a lot"]), 1, &says);
    for name in ["run", "tmp"] {
        let left = files(&at(name));
        assert!(left.is_empty() && fs::read_dir(at(name)).expect("ours").next().is_none(), "left behind: {left:?}");
    }
}
