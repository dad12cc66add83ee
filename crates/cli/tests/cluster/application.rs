//! A cluster that is started for one program, whose `main` runs beside the JobManager: it ends with the program. And one that a client ends.

use crate::cluster::{Cluster, Setup, outcome};
use crate::failures::with_successors;
use crate::jobs::{alone, lines, text, words};
use crate::processes::files;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A JobManager for a job of the tests' program, and one TaskManager that comes later.
fn application(job: Vec<String>) -> Cluster {
    let mut cluster = Cluster::start(Setup { application: job, ..Setup::new(0, 2) });
    cluster.add_task_manager();
    cluster
}

/// The exit code of the JobManager, which its TaskManager follows. Both leave nothing behind.
fn end(cluster: &mut Cluster) -> Option<i32> {
    let code = cluster.job_manager.wait();
    assert_eq!(cluster.task_managers[0].wait(), Some(0), "{}", cluster.logs());
    for directory in ["run", "tmp"] {
        assert_eq!(files(&cluster.path().join(directory)), Vec::<std::path::PathBuf>::new());
    }
    code
}

#[test]
fn a_cluster_runs_its_program_and_ends_with_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let input = text(directory.path(), 2000);
    let output = directory.path().join("out");
    let mut cluster = application(words(&input, &output, 0));
    assert_eq!(end(&mut cluster), Some(0), "{}", cluster.logs());
    assert_eq!(lines(&output), alone(&input, directory.path()));
}

#[test]
fn a_cluster_whose_program_fails_says_why_and_ends_with_an_error() {
    let mut cluster = application(vec!["crash".to_owned()]);
    assert_eq!(end(&mut cluster), Some(1), "{}", cluster.logs());
    let logs = cluster.logs();
    for part in
        ["the application ", " did not end well: job ", " ended as FAILED: ", " is more than this program can bear"]
    {
        assert!(logs.contains(part), "{part} is not in {logs}");
    }
}

#[test]
fn a_cluster_that_a_client_ends_leaves_nothing() {
    let mut cluster = Cluster::start(Setup::new(1, 1));
    shut_down(&cluster);
    assert_eq!(end(&mut cluster), Some(0), "{}", cluster.logs());
}

/// Whoever ends a cluster ends its jobs, too: one that is killed leaves them.
#[test]
fn a_cluster_that_a_client_ends_leaves_no_job_to_a_successor() {
    let storage = tempfile::tempdir().expect("a directory");
    let mut cluster = with_successors(storage.path());
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-d"], &["endless"]));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    cluster.await_job("RUNNING");
    let kept = |what: &str| files(&storage.path().join("default").join(what)).len();
    assert_eq!((kept("jobs"), kept("outcomes")), (1, 0));
    shut_down(&cluster);
    assert_eq!(end(&mut cluster), Some(0), "{}", cluster.logs());
    assert_eq!((kept("jobs"), kept("outcomes")), (0, 1));
}

fn shut_down(cluster: &Cluster) {
    let host = cluster.rest();
    let mut stream = TcpStream::connect(&host).expect("it listens");
    write!(stream, "DELETE /cluster HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("it is heard");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"), "{answer}");
}
