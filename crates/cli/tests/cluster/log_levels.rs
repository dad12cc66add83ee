//! Levels that are changed while a job runs.

use crate::cluster::{Cluster, Setup, outcome};
use crate::processes::until;
use std::fs;

#[test]
fn what_is_logged_changes_in_every_process_of_a_running_job() {
    let cluster = Cluster::start(Setup::new(1, 1));
    outcome(&mut cluster.run(&["-d"], &["endless"]));
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    let log_of = |name: &str| {
        let log = fs::read_dir(cluster.path().join("log")).expect("a directory").flatten();
        let mut found = log.map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with(name));
        found.next().map_or_else(String::new, |path| fs::read_to_string(path).unwrap_or_default())
    };
    let processes = [format!("worker-{job}.err"), format!("coordinator-{job}.err")];
    let changes = |name: &String| log_of(name).matches("what is logged has changed with the configuration").count();
    assert!(processes.iter().all(|name| changes(name) == 0), "{}", cluster.logs());

    let configuration = cluster.path().join("conf/config.yaml");
    fs::write(&configuration, "env.log.level: DEBUG\n").expect("a file");
    for name in &processes {
        until(format!("{name} tells of the change"), || (changes(name) == 1).then_some(()));
    }
    // What the file does not say any more holds no longer, and the job hears of it again.
    fs::write(&configuration, "log.format: json\n").expect("a file");
    for name in &processes {
        until(format!("{name} is in the new form"), || {
            log_of(name).contains("\"message\":\"what is logged").then_some(())
        });
    }
    outcome(cluster.weft("cancel").arg(&job));
    cluster.await_state(&job, "CANCELED");
    cluster.stop();
}
