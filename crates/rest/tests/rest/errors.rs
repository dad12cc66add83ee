//! What is answered when something is not there or not right: statuses and sentences that clients look at.

use crate::fake_jobs::{FAILED, RUNNING};
use crate::served::Served;

#[test]
fn statuses_and_sentences() {
    let served = Served::new();
    let job = format!("/jobs/{RUNNING}");
    let source = format!("{job}/vertices/{:032x}", 0x50);
    let nobody = format!("{:032x}", 1);
    let table = [
        ("GET", "/nope".into(), 404, "Unable to load requested file /nope."),
        ("DELETE", "/jobs/overview".into(), 404, "Not found: /jobs/overview"),
        ("POST", "/overview".into(), 404, "Not found: /overview"),
        ("GET", "/jobs/zzz".into(), 400, "Cannot resolve path parameter (jobid) from value \"zzz\"."),
        ("GET", format!("/jobs/{nobody}"), 404, &format!("Job {nobody} not found")),
        ("GET", format!("/jobs/{nobody}/plan"), 404, &format!("Job {nobody} not found")),
        ("GET", format!("{job}/vertices/{nobody}"), 404, &format!("JobVertex {nobody} not found")),
        ("GET", format!("{job}/vertices/x"), 400, "Cannot resolve path parameter (vertexid) from value \"x\"."),
        ("GET", format!("{source}/subtasks/7"), 404, "Invalid subtask index"),
        ("GET", format!("{source}/subtasks/-1"), 400, "(subtaskindex)"),
        ("GET", format!("{source}/subtasks/metrics?get=numRecordsIn&agg=odd"), 400, "(agg) from value \"odd\""),
        ("GET", format!("{source}/subtasks/metrics?subtasks=1-x"), 400, "(subtasks) from value \"1-x\""),
        ("GET", "/jobs/metrics?jobs=1".into(), 400, "(jobs) from value \"1\""),
        ("GET", format!("{job}/exceptions?maxExceptions=all"), 400, "(maxExceptions) from value \"all\""),
        ("GET", format!("{job}/checkpoints"), 404, "Unable to load requested file"),
        ("GET", "/taskmanagers/nope".into(), 404, "No TaskExecutor registered under nope."),
        ("GET", "/taskmanagers/nope/metrics".into(), 404, "No TaskExecutor registered under nope."),
        ("GET", "/taskmanagers/nope/logs".into(), 404, "nope"),
        ("PATCH", format!("{job}?mode=explode"), 400, "Cannot resolve query parameter (mode) from value \"explode\"."),
        ("PATCH", format!("{job}?mode=stop"), 308, "termination mode \"stop\""),
        ("PATCH", format!("/jobs/{nobody}?mode=cancel"), 404, &format!("Job {nobody} not found")),
        ("GET", "/v1/nope".into(), 404, "Unable to load requested file"),
    ];
    for (method, path, status, sentence) in table {
        let answer = served.ask(method, &path, b"");
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        assert!(answer.error().contains(sentence), "{method} {path}: {}", answer.text());
        assert!(answer.head.contains("application/json"), "{}", answer.head);
    }
    assert!(served.cluster.asked.lock().unwrap().cancelled.is_empty());
}

#[test]
fn jobs_are_cancelled_and_the_cluster_is_ended() {
    let served = Served::new();
    for path in [format!("/jobs/{RUNNING}?mode=cancel"), format!("/v1/jobs/{FAILED}")] {
        let answer = served.ask("PATCH", &path, b"");
        assert_eq!((answer.status, answer.text().as_str()), (202, "{}"));
    }
    assert_eq!(served.cluster.asked.lock().unwrap().cancelled, [RUNNING, FAILED]);
    assert!(!served.cluster.asked.lock().unwrap().shut_down);
    let answer = served.ask("DELETE", "/cluster", b"");
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    assert!(served.cluster.asked.lock().unwrap().shut_down);
}

#[test]
fn everything_is_also_under_v1() {
    let served = Served::new();
    for path in ["/overview", "/config", "/jobs", "/jobs/metrics", "/openapi.json"] {
        let (plain, versioned) = (served.get(path), served.get(&format!("/v1{path}")));
        assert_eq!((plain.status, versioned.status), (200, 200), "{path}");
        assert_eq!(plain.json(), versioned.json(), "{path}");
    }
}

#[test]
fn failures_are_shown_newest_first_and_cut_where_wanted() {
    let served = Served::new();
    let path = format!("/jobs/{FAILED}/exceptions");
    let all = &served.get(&path).json()["exceptionHistory"];
    assert_eq!(all["entries"].as_array().unwrap().len(), 2);
    assert_eq!(all["entries"][0]["stacktrace"], "no restart is left");
    assert_eq!(all["entries"][1]["taskManagerId"], "worker-1:6122-a1");
    let one = &served.get(&format!("/jobs/{RUNNING}/exceptions?maxExceptions=0")).json()["exceptionHistory"];
    assert_eq!((one["entries"].as_array().unwrap().len(), one["truncated"].as_bool()), (0, Some(true)));
    let result = &served.get(&format!("/jobs/{FAILED}/execution-result")).json()["job-execution-result"];
    assert_eq!(result["application-status"], "FAILED");
    assert_eq!(result["failure-cause"]["stack-trace"], "no restart is left");
}
