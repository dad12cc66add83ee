//! What REST says of real jobs has the shapes that clients parse.

use crate::cluster::{Cluster, Setup, outcome, request, upload};
use crate::processes::until;
use crate::templates::hold;
use std::fs;

#[test]
fn golden_shapes_of_a_cluster_with_jobs() {
    let cluster = Cluster::start(Setup::new(2, 2).with("restart-strategy.type", "fixed-delay"));
    // One that is finished, with accumulators, and one that failed. The recordings have no others that are over.
    let go = cluster.path().join("go");
    fs::write(&go, "").expect("a file");
    let go = go.to_str().expect("UTF-8").to_owned();
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-p", "2"], &["count", "--until", &go]));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let (code, _, _) = outcome(&mut cluster.run(&["-Drestart-strategy.type=none"], &["crash"]));
    assert_eq!(code, Some(1));
    // One that runs, after it has failed once.
    let marker = cluster.path().join("marker");
    let restarted = ["fail-once", "--marker", marker.to_str().expect("UTF-8")];
    outcome(&mut cluster.run(&["-d", "-p", "2", "-Drestart-strategy.fixed-delay.delay=0s"], &restarted));
    let running = until("it has failed once", || {
        let job = cluster.await_job("RUNNING");
        let exceptions = cluster.get(&format!("/jobs/{job}/exceptions"));
        (!exceptions["exceptionHistory"]["entries"].as_array()?.is_empty()).then_some(job)
    });
    cluster.await_running(&running);
    let program = fs::read(crate::cluster::program()).expect("it was built");
    let uploaded = upload(&cluster.rest(), "jobs", &program);
    assert_eq!(
        uploaded.map(|(status, body)| (status, String::from_utf8_lossy(&body).contains("success"))),
        Some((200, true))
    );
    // Metrics come with heartbeats.
    let numbers = format!("/jobs/{running}/vertices/");
    until("metrics of the running job", || {
        let job = cluster.get(&format!("/jobs/{running}"));
        let vertices = job["vertices"].as_array()?.iter().filter_map(|vertex| vertex["id"].as_str());
        let listed = |vertex: &str| {
            cluster.get(&format!("{numbers}{vertex}/metrics")).as_array().is_some_and(|all| !all.is_empty())
        };
        vertices.into_iter().all(listed).then_some(())
    });

    let held = hold(&|path| {
        let (status, body) = request(&cluster.rest(), path, None).expect("an answer");
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    });
    // No job that was recorded had such an edge.
    let is_known =
        |difference: &&String| !difference.ends_with(r#".ship_strategy is "REBALANCE", not one of {"HASH"}"#);
    let differences: Vec<&String> = held.differences.iter().filter(is_known).collect();
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(held.asked > 100, "only {} answers", held.asked);
    let of_running = held.without_metrics.iter().find(|path| path.contains(&running) || !path.contains("/jobs/"));
    assert_eq!(of_running, None, "what runs has metrics");
    outcome(cluster.weft("cancel").arg(&running));
    cluster.await_slots(4);
    cluster.stop();
}
