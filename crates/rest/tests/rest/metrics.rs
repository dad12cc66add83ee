//! Metrics: single, aggregated, and as Prometheus reads them.

use crate::fake_jobs::{RUNNING, TASK_MANAGERS, WATERMARK};
use crate::served::Served;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn values_are_those_of_the_views() {
    let served = Served::new();
    let source = format!("/jobs/{RUNNING}/vertices/{:032x}", 0x50);
    let sink = format!("/jobs/{RUNNING}/vertices/{:032x}", 0x51);
    let table = [
        (
            format!("{source}/metrics?get=1.numRecordsIn,0.isBackPressured,1.nope"),
            json!([
                { "id": "1.numRecordsIn", "value": "1000" }, { "id": "0.isBackPressured", "value": "false" },
            ]),
        ),
        (
            format!("{source}/subtasks/1/metrics?get=busyTimeMsPerSecond,isBackPressured"),
            json!([
                { "id": "busyTimeMsPerSecond", "value": "600.0" }, { "id": "isBackPressured", "value": "true" },
            ]),
        ),
        (
            format!("{source}/subtasks/metrics?get=numRecordsIn&agg=min,max,avg,sum"),
            json!([
                { "id": "numRecordsIn", "min": 10.0, "max": 1000.0, "avg": 505.0, "sum": 1010.0 },
            ]),
        ),
        (
            format!("{source}/subtasks/metrics?get=numRecordsIn&agg=sum&subtasks=1-5"),
            json!([
                { "id": "numRecordsIn", "sum": 1000.0 },
            ]),
        ),
        (format!("{source}/watermarks"), json!([])),
        (
            format!("{sink}/watermarks"),
            json!([
                { "id": "0.currentInputWatermark", "value": WATERMARK.to_string() },
                { "id": "1.currentInputWatermark", "value": WATERMARK.to_string() },
            ]),
        ),
        (format!("/jobs/metrics?get=numRestarts&agg=max&jobs={RUNNING}"), json!([{ "id": "numRestarts", "max": 1.0 }])),
        ("/jobmanager/metrics?get=taskSlotsTotal".into(), json!([{ "id": "taskSlotsTotal", "value": "4" }])),
        (
            format!(
                "/taskmanagers/metrics?get=Status.Shuffle.Netty.UsedMemory&agg=sum&taskmanagers={}",
                TASK_MANAGERS[0]
            ),
            json!([{ "id": "Status.Shuffle.Netty.UsedMemory", "sum": 10_485_760.0 }]),
        ),
    ];
    for (path, expected) in table {
        let answer = served.get(&path);
        assert_eq!((answer.status, answer.json()), (200, expected), "{path}");
    }
}

#[test]
fn accumulators_of_all_subtasks_are_merged() {
    let served = Served::new();
    let job = served.get(&format!("/jobs/{RUNNING}/accumulators?includeSerializedValue=true")).json();
    assert_eq!(job["user-task-accumulators"], json!([{ "name": "lines", "type": "LongCounter", "value": "20" }]));
    assert_eq!(job["serialized-user-task-accumulators"], json!({ "lines": "ARQAAAAAAAAA" }));
    let vertex = served.get(&format!("/jobs/{RUNNING}/vertices/{:032x}/accumulators", 0x50)).json();
    assert_eq!(vertex["user-accumulators"], json!([{ "name": "lines", "type": "LongCounter", "value": "10" }]));
}

#[test]
fn a_page_for_prometheus() {
    let served = Served::new();
    let answer = served.get("/metrics");
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("text/plain; version=0.0.4"), "{}", answer.head);
    let page = answer.text();
    let task = format!(
        "flink_taskmanager_job_task_numRecordsIn{{job_id=\"{RUNNING}\",job_name=\"word \\\"count\\\"\",task_id=\"{:032x}\",\
         task_name=\"Source: gen\",subtask_index=\"1\",task_attempt_num=\"1\",tm_id=\"{}\"}} 1000",
        0x50, TASK_MANAGERS[1]
    );
    let lines: Vec<_> = page.lines().collect();
    for expected in [
        "# TYPE flink_jobmanager_numRunningJobs gauge",
        "flink_jobmanager_numRunningJobs 1",
        "flink_jobmanager_taskSlotsTotal 4",
        &format!("flink_jobmanager_job_numRestarts{{job_id=\"{RUNNING}\",job_name=\"word \\\"count\\\"\"}} 1"),
        &format!(
            "flink_taskmanager_Status_JVM_Memory_Heap_Used{{host=\"worker-1\",tm_id=\"{}\"}} 209715200",
            TASK_MANAGERS[0]
        ),
        &task,
    ] {
        assert!(lines.contains(&expected), "{expected} is not in\n{page}");
    }
    assert!(!page.contains("\"sort\""), "a job that is over is shown");
    well_formed(&lines);
}

/// Every sample follows its type, families stand together, and no sample is there twice.
fn well_formed(lines: &[&str]) {
    let (mut families, mut samples, mut family) = (BTreeSet::new(), BTreeSet::new(), "");
    for line in lines {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            family = declared.strip_suffix(" gauge").unwrap();
            assert!(families.insert(family), "{family} twice");
            assert!(family.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{family}");
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        assert_eq!(sample.split('{').next(), Some(family), "{line}");
        assert!(value.parse::<f64>().is_ok(), "{line}");
        assert!(samples.insert(sample), "{sample} twice");
    }
    assert!(samples.len() > 40, "{}", samples.len());
}
