//! Random pipelines, written as programs, against the JobGraphs that came of them elsewhere.

use std::path::{Path, PathBuf};

use crate::pipeline::{Outcome, Row, program};
use weft_graph::{ExecutionGraph, JobGraph, StreamGraph};

const FILE: &str = "job-graphs.json";

fn rows_of(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).expect("a file of golden rows");
    serde_json::from_str(&text).expect("a list of golden rows")
}

/// The crate's own rows, and those of the directory that `WEFT_GOLDEN` names.
fn rows() -> Vec<Row> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(FILE);
    let other = std::env::var_os("WEFT_GOLDEN").map(|dir| PathBuf::from(dir).join(FILE)).filter(|path| path.exists());
    [Some(own), other].into_iter().flatten().flat_map(|path| rows_of(&path)).collect()
}

#[test]
fn golden_job_graphs() {
    let rows = rows();
    assert!(rows.len() >= 240);
    for row in rows {
        let expected = row.outcome.in_order();
        let program = program(&row.pipeline);
        let outcome = match expected.error {
            true => refusal_is_named(&program.refusal()),
            false => Outcome::of(&program.graph().to_job_graph().unwrap()),
        };
        assert_eq!(outcome, expected, "{:#?}", row.pipeline);
    }
}

fn refusal_is_named(error: &str) -> Outcome {
    assert!(error.starts_with("forward from operator \"n"), "{error}");
    Outcome::refused()
}

#[test]
fn golden_pipelines_have_every_operator_in_one_chain() {
    for row in rows().iter().filter(|row| !row.outcome.error) {
        let graph = program(&row.pipeline).graph();
        let job = graph.to_job_graph().unwrap();
        let mut placed: Vec<_> = job.vertices.iter().flat_map(|vertex| &vertex.operators).map(|o| o.node).collect();
        placed.sort_unstable();
        let used: Vec<_> = graph.nodes().filter(|(id, node)| graph.is_used(*id, node)).map(|(id, _)| id).collect();
        assert_eq!(placed, used);
        let chained = job.vertices.iter().flat_map(|vertex| &vertex.operators).filter(|o| o.parent.is_some()).count();
        assert_eq!(chained + job.edges.len(), graph.edges().len());
    }
}

#[test]
fn golden_pipelines_unroll_consistently() {
    for row in rows().iter().filter(|row| !row.outcome.error) {
        let job = program(&row.pipeline).graph().to_job_graph().unwrap();
        let graph = ExecutionGraph::new(&job);
        let subtasks = || graph.vertices().iter().flat_map(|vertex| vertex.subtasks());
        let sent: u32 = subtasks().map(|subtask| subtask.out_channels).sum();
        let received: u32 = subtasks().map(|subtask| subtask.in_channels).sum();
        assert_eq!(sent, received);
        let in_regions: usize = graph.pipelined_regions().iter().map(|region| region.subtasks.len()).sum();
        let in_slots: usize = graph.slot_sharing_slices().iter().map(|slice| slice.subtasks.len()).sum();
        assert_eq!((in_regions, in_slots), (subtasks().count(), subtasks().count()));
    }
}

#[test]
fn golden_pipelines_travel_as_json() {
    for row in rows().iter().filter(|row| !row.outcome.error) {
        let graph = program(&row.pipeline).graph();
        let back: StreamGraph = through_json(&graph);
        assert_eq!(back, graph);
        assert_eq!(back.fingerprint(), graph.fingerprint());
        let job = graph.to_job_graph().unwrap();
        assert_eq!(through_json::<JobGraph>(&job), job);
    }
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}
