//! What people do with a cluster.

use crate::cluster::{Cluster, Setup, outcome, program};
use std::process::Command;

#[test]
fn a_job_runs_and_nothing_is_left_of_it() {
    let cluster = Cluster::start(Setup::new(1, 2));
    let (code, stdout, stderr) = outcome(&mut cluster.run(&[], &["trivial"]));
    assert_eq!(code, Some(0), "{stdout}{stderr}{}", cluster.logs());
    let job = stdout.lines().find_map(|line| line.strip_prefix("Job has been submitted with JobID "));
    let job = job.expect("the line that scripts look for").to_owned();
    assert!(job.len() == 32 && job.bytes().all(|byte| byte.is_ascii_hexdigit()), "{stdout}");
    assert_eq!(cluster.state(&job), "FINISHED");
    cluster.await_slots(2);
    let (code, listed, _) = outcome(cluster.weft("list").arg("-a"));
    assert!(code == Some(0) && listed.contains(&format!("{job} : tested (FINISHED)")), "{listed}");
    let (code, logs, stderr) = outcome(cluster.weft("logs").arg(&job));
    assert!(code == Some(0) && logs.contains("==> ") && logs.contains(" has finished"), "{logs}{stderr}");
    cluster.stop();
}

#[test]
fn a_detached_job_is_listed_shown_and_cancelled() {
    let cluster = Cluster::start(Setup::new(1, 2));
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-d", "-p", "2"], &["endless"]));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let job = cluster.await_job("RUNNING");
    assert!(stdout.contains(&format!("Job has been submitted with JobID {job}")), "{stdout}");
    cluster.await_running(&job);
    let (_, listed, _) = outcome(cluster.weft("list").arg("-r"));
    assert!(listed.contains(&format!("{job} : tested (RUNNING)")), "{listed}");
    let (code, stdout, stderr) = outcome(cluster.weft("cancel").arg(&job));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    cluster.await_state(&job, "CANCELED");
    cluster.await_slots(2);
    let (code, _, stderr) = outcome(cluster.weft("cancel").arg("0".repeat(32)));
    assert_ne!(code, Some(0));
    assert!(stderr.contains(&"0".repeat(32)), "{stderr}");
    cluster.stop();
}

#[test]
fn a_program_that_is_none_is_not_run() {
    let cluster = Cluster::start(Setup::new(1, 1));
    let victim = cluster.path().join("victim");
    std::fs::write(&victim, "still here").expect("a file");
    let (code, _, stderr) = outcome(cluster.weft("run").arg("/bin/rm").arg(&victim));
    assert!(code == Some(1) && stderr.contains("/bin/rm is not a Weft program"), "{stderr}");
    assert!(victim.exists());
    cluster.stop();
}

#[test]
fn two_executes_the_second_as_parallel_as_the_first_found() {
    let cluster = Cluster::start(Setup::new(2, 2));
    let output = cluster.path().join("out");
    let (code, stdout, stderr) = outcome(&mut cluster.run(&[], &["two", "--output", output.to_str().expect("UTF-8")]));
    assert_eq!(code, Some(0), "{stdout}{stderr}{}", cluster.logs());
    let mut numbers: Vec<i64> =
        crate::jobs::lines(&output).iter().map(|line| line.parse().expect("a number")).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=100).map(|n| n * 2).collect::<Vec<_>>());
    let second = stdout.lines().rev().find_map(|line| line.strip_prefix("Job has been submitted with JobID "));
    let second = cluster.get(&format!("/jobs/{}", second.expect("two jobs")));
    let vertices = second["vertices"].as_array().expect("it is remembered");
    assert!(vertices.iter().any(|vertex| vertex["parallelism"] == 3), "{second}");
    // With -d there is no result to go by.
    let other = cluster.path().join("other");
    let (code, _, stderr) = outcome(&mut cluster.run(&["-d"], &["two", "--output", other.to_str().expect("UTF-8")]));
    assert!(code != Some(0) && stderr.contains("attached") && stderr.contains("application mode"), "{stderr}");
    cluster.stop();
}

#[test]
fn a_worker_sees_nothing_of_the_clients_surroundings() {
    let cluster = Cluster::start(Setup::new(1, 1));
    let mut command = cluster.run(&[], &["surroundings"]);
    let (code, stdout, stderr) = outcome(command.env("OF_THE_CLIENT", "1").current_dir("/"));
    assert_eq!(code, Some(0), "{stdout}{stderr}{}", cluster.logs());
    assert!(!stdout.contains("OF_THE_CLIENT") && !stdout.contains("PATH"), "{stdout}");
    assert!(stdout.contains(&format!("directory {}", cluster.path().display())), "{stdout}");
    cluster.stop();
}

#[test]
fn nobody_at_the_address_is_one_sentence() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
    let (code, _, stderr) = outcome(command.args(["run", "-m", "127.0.0.1:1"]).arg(program()).arg("trivial"));
    assert!(code == Some(1) && stderr.contains("127.0.0.1:1"), "{stderr}");
}
