//! Jobs beside each other.

use crate::cluster::{Cluster, Setup, outcome};
use crate::processes::{children_of, files, lives, resident, until};

#[test]
fn one_job_crashes_for_ever_and_the_other_is_not_disturbed() {
    let setup = Setup::new(1, 2)
        .with("restart-strategy.type", "fixed-delay")
        .with("restart-strategy.fixed-delay.attempts", "1000000")
        .with("restart-strategy.fixed-delay.delay", "0 s");
    let cluster = Cluster::start(setup);
    outcome(&mut cluster.run(&["-d"], &["endless"]));
    let steady = cluster.await_job("RUNNING");
    cluster.await_running(&steady);
    let worker = children_of(cluster.task_managers[0].id());
    outcome(&mut cluster.run(&["-d"], &["crash"]));
    let crashing = until("the other job", || {
        let jobs = cluster.get("/jobs/overview");
        let other = jobs["jobs"].as_array()?.iter().find(|job| job["jid"] != steady.as_str())?;
        Some(other["jid"].as_str()?.to_owned())
    });
    until("it has been restarted ten times", || {
        let job = cluster.get(&format!("/jobs/{crashing}"));
        let attempt =
            cluster.get(&format!("/jobs/{crashing}/vertices/{}/subtasks/0", job["vertices"].get(0)?["id"].as_str()?));
        (attempt["attempt"].as_u64()? >= 10).then_some(())
    });
    assert!(lives(worker[0]), "the first job's worker is the same");
    let exceptions = cluster.get(&format!("/jobs/{steady}/exceptions"));
    assert_eq!(exceptions["exceptionHistory"]["entries"].as_array().map(Vec::len), Some(0), "{exceptions}");
    for job in [&steady, &crashing] {
        outcome(cluster.weft("cancel").arg(job));
        cluster.await_state(job, "CANCELED");
    }
    cluster.await_slots(2);
    cluster.stop();
}

#[test]
fn one_job_leaks_and_is_stopped_before_the_other_is_in_danger() {
    let setup = Setup::new(1, 2).with("taskmanager.memory.process.size", "400m");
    let cluster = Cluster::start(setup);
    outcome(&mut cluster.run(&["-d"], &["endless"]));
    let steady = cluster.await_job("RUNNING");
    cluster.await_running(&steady);
    let (code, stdout, stderr) = outcome(&mut cluster.run(&[], &["leak"]));
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stderr.contains("memory") && stderr.contains("taskmanager.memory"), "{stderr}");
    assert_eq!(cluster.state(&steady), "RUNNING");
    let exceptions = cluster.get(&format!("/jobs/{steady}/exceptions"));
    assert_eq!(exceptions["exceptionHistory"]["entries"].as_array().map(Vec::len), Some(0), "{exceptions}");
    outcome(cluster.weft("cancel").arg(&steady));
    cluster.await_slots(2);
    cluster.stop();
}

/// `WEFT_SUBMISSIONS` says how many, if not 200.
#[test]
fn submissions_one_after_the_other_leave_nothing() {
    let count: usize = std::env::var("WEFT_SUBMISSIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    let cluster = Cluster::start(Setup::new(1, 1));
    let (mut before, processes) = ((0, 0), (cluster.job_manager.id(), cluster.task_managers[0].id()));
    for number in 0..count {
        let (code, stdout, stderr) = outcome(&mut cluster.run(&[], &["trivial"]));
        assert_eq!(code, Some(0), "{stdout}{stderr}");
        if number == count / 4 {
            before = (resident(processes.0), resident(processes.1));
        }
    }
    let after = (resident(processes.0), resident(processes.1));
    let grown = |before: u64, after: u64| after.saturating_sub(before) >> 20;
    assert!(grown(before.0, after.0) <= 5, "the JobManager grew from {} to {} bytes", before.0, after.0);
    assert!(grown(before.1, after.1) <= 5, "the TaskManager grew from {} to {} bytes", before.1, after.1);
    assert!(children_of(processes.0).is_empty() && children_of(processes.1).is_empty());
    until("only the program itself is kept", || {
        let mut kept = files(&cluster.path().join("tmp"));
        kept.retain(|path| !path.ends_with("lock"));
        (kept.len() <= 2).then_some(())
    });
    cluster.stop();
}
