//! The pages that Prometheus reads from each process.

use crate::cluster::{Cluster, Setup, outcome, request};
use crate::processes::{Process, listening, until};

/// The page of a process's own metrics.
fn page(process: &Process) -> Option<String> {
    listening(process.id()).into_iter().find_map(|port| {
        let (status, body) =
            request(&format!("127.0.0.1:{port}"), "/metrics", None).filter(|(status, _)| *status == 200)?;
        let text = String::from_utf8(body).ok()?;
        // The JobManager's REST has a page too, of everything.
        let everything = text.contains("flink_jobmanager_") && text.contains("flink_taskmanager_");
        (status == 200 && !everything).then_some(text)
    })
}

/// The sum of all samples of a family, whose labels hold `label`.
fn sum(page: &str, family: &str, label: &str) -> f64 {
    let samples = page.lines().filter(|line| line.starts_with(&format!("{family}{{")) && line.contains(label));
    samples.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
}

#[test]
fn every_process_has_a_page_of_its_own() {
    let cluster = Cluster::start(Setup::new(2, 1).with("metrics.reporter.prom.port", "0"));
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-d", "-p", "2"], &["endless"]));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let job = cluster.await_job("RUNNING");
    let label = format!("job_id=\"{job}\",job_name=\"tested\"");

    for task_manager in &cluster.task_managers {
        until("a TaskManager shows the records of its tasks, and its memory", || {
            let page = page(task_manager)?;
            assert!(!page.contains("flink_jobmanager_"), "{page}");
            let records = sum(&page, "flink_taskmanager_job_task_numRecordsIn", &label);
            let memory = sum(&page, "flink_taskmanager_Status_JVM_Memory_Heap_Used", "tm_id=");
            let network = sum(&page, "flink_taskmanager_Status_Shuffle_Netty_UsedMemory", "tm_id=");
            (records > 0.0 && memory > 1e6 && network > 0.0).then_some(())
        });
    }
    let own = page(&cluster.job_manager).expect("the JobManager has one too");
    assert!(own.contains("flink_jobmanager_taskSlotsTotal 2\n"), "{own}");
    assert!(!own.contains("flink_taskmanager_"), "{own}");
    assert_eq!(sum(&own, "flink_jobmanager_job_numRestarts", &label), 0.0);
    // What TaskManagers use comes with their heartbeats.
    let all = cluster.get("/taskmanagers");
    for one in all["taskmanagers"].as_array().expect("a list") {
        let details = cluster.get(&format!("/taskmanagers/{}", one["id"].as_str().expect("an id")));
        assert!(details["metrics"]["heapUsed"].as_u64() > Some(1_000_000), "{details}");
    }

    let (code, _, stderr) = outcome(cluster.weft("cancel").arg(&job));
    assert_eq!(code, Some(0), "{stderr}");
    cluster.await_slots(2);
    for task_manager in &cluster.task_managers {
        until("tasks that are over are not shown", || {
            let page = page(task_manager)?;
            (!page.contains("flink_taskmanager_job_task_")).then_some(())
        });
    }
    cluster.stop();
}
