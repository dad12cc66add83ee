//! Jobs as this engine's own clients submit them.

use crate::fake_cluster::hash;
use crate::fake_jobs::{FAILED, RUNNING};
use crate::served::Served;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use weft_common::JobId;
use weft_graph::{JobSettings, StreamGraph};
use weft_rpc::{BlobRef, JobOutcome, JobSpec, ProgramSpec, Replay};

fn job() -> JobSpec {
    let graph = StreamGraph::new(JobSettings::new("words"));
    JobSpec {
        job: JobId(0x77),
        program: ProgramSpec {
            name: "word_count".into(),
            artifact: BlobRef { hash: hash(b"program"), length: 7 },
            arguments: vec!["--n".into()],
            environment: BTreeMap::new(),
        },
        execution: 0,
        replay: Replay::default(),
        graph,
        configuration: BTreeMap::new(),
    }
}

#[test]
fn a_job_is_submitted_when_its_program_is_here() {
    let served = Served::new();
    let refused = served.ask("POST", "/weft/jobs", &job().to_bytes());
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(refused.error().contains("is not here"), "{}", refused.text());
    let stored = served.ask("PUT", &format!("/weft/artifacts/{}", hash(b"program")), b"program");
    assert_eq!(stored.status, 201);
    let accepted = served.ask("POST", "/weft/jobs", &job().to_bytes());
    assert_eq!((accepted.status, accepted.json()["jobid"].as_str()), (200, Some("00000000000000000000000000000077")));
    assert_eq!(served.cluster.asked.lock().unwrap().submitted, [job()]);
}

#[test]
fn what_is_no_job_is_refused_and_its_field_named() {
    let served = Served::new();
    // A message of no bytes: length and checksum are zero.
    let empty = b"WEFTJOBS\x01\0\0\0\0\0\0\0\0\0\0\0\0";
    for (body, named) in
        [(&b"rubbish"[..], "no job specification"), (b"", "the job specification begins with"), (empty, "JobSpec.job")]
    {
        let answer = served.ask("POST", "/weft/jobs", body);
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.error().contains(named), "{}", answer.text());
    }
    let served = Served::with(|settings| settings.body_limit = 100);
    assert_eq!(served.ask("POST", "/weft/jobs", &[0; 101]).status, 413);
    assert!(served.cluster.asked.lock().unwrap().submitted.is_empty());
}

#[test]
fn outcomes_are_waited_for() {
    let served = Served::new();
    let answer = served.get(&format!("/weft/jobs/{FAILED}/outcome"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(JobOutcome::from_bytes(&answer.body).unwrap().job, FAILED);
    let before = Instant::now();
    let none = served.get(&format!("/weft/jobs/{RUNNING}/outcome?wait=200"));
    assert_eq!((none.status, none.body.len()), (204, 0));
    assert!(before.elapsed() >= Duration::from_millis(200));
    assert_eq!(served.get(&format!("/weft/jobs/{:032x}/outcome", 5)).status, 404);
    assert_eq!(served.get(&format!("/weft/jobs/{RUNNING}/outcome?wait=long")).status, 400);
}

#[test]
fn progress_is_told_of_sources_that_know_their_size() {
    let served = Served::new();
    let answer = served.get(&format!("/weft/jobs/{RUNNING}/progress"));
    let source = json!({ "id": format!("{:032x}", 0x50), "name": "Source: gen", "done": 101, "size": 200 });
    assert_eq!((answer.status, answer.json()), (200, json!({ "sources": [source] })));
    assert_eq!(served.get(&format!("/weft/jobs/{:032x}/progress", 5)).status, 404);
}
