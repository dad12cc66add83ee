//! What `execute` submits, and what can be known before.

use crate::support::{TestProgram, end};
use weft_connectors::{EnvironmentSources, StreamSinks};
use weft_graph::{StreamGraph, first_difference};

fn word_count(program: &TestProgram) {
    end(program.words().map(|(word, n)| (word, n)).key_by(|(word, _)| word).sum(|(_, n)| n));
}

#[test]
fn one_environment_runs_one_job_after_the_other() {
    let program = TestProgram::new();
    program.env.set_parallelism(3);
    word_count(&program);
    let first = program.graph();
    program.env.from_sequence(1, 9).discard();
    let second = program.graph();
    assert_eq!((first.nodes().len(), second.nodes().len()), (4, 2));
    assert_eq!(second.settings.default_parallelism, 3, "the environment's settings stay");
}

#[test]
fn a_job_is_called_by_its_program_or_else_by_the_configuration() {
    let program = TestProgram::started_with("pipeline.name: nightly").unwrap();
    word_count(&program);
    assert_eq!(program.graph().settings.name, "test");
    word_count(&program);
    let plan: serde_json::Value = serde_json::from_str(&program.env.execution_plan().unwrap()).unwrap();
    assert_eq!(plan["name"], "nightly");
}

#[test]
fn every_operator_and_edge_has_its_code() {
    let program = TestProgram::new();
    let words = program.words();
    end(words.clone().union(words.rebalance()).key_by(|(word, _)| word).sum(|(_, n)| n));
    let job = program.job();
    for (id, (_, node)) in job.graph.operator_ids().into_iter().zip(job.graph.nodes()) {
        assert!(job.program.operator(id).is_some(), "{}", node.name);
    }
    let edges = job.graph.edges().len() as u32;
    assert!((0..edges).all(|edge| job.program.edge(edge).is_some()) && job.program.edge(edges).is_none());
    assert_eq!(job.program.coordinators().count(), 2, "of the source and of the sink");
}

#[test]
fn two_builds_of_one_program_have_one_fingerprint() {
    let build = |change: &dyn Fn(&TestProgram)| -> StreamGraph {
        let program = TestProgram::new();
        change(&program);
        word_count(&program);
        program.graph()
    };
    let (first, second) = (build(&|_| {}), build(&|_| {}));
    assert_eq!(first, second);
    assert_eq!(first.fingerprint(), second.fingerprint());
    let wider = build(&|program| {
        program.env.set_parallelism(7);
    });
    assert_eq!(wider.fingerprint(), first.fingerprint());
    let longer = build(&|program| end(program.words()));
    assert_ne!(longer.fingerprint(), first.fingerprint());
    assert!(first_difference(&first, &longer).is_some());
}

#[test]
fn the_plan_shows_chains_and_exchanges() {
    let program = TestProgram::new();
    word_count(&program);
    let plan: serde_json::Value = serde_json::from_str(&program.env.execution_plan().unwrap()).unwrap();
    assert_eq!((&plan["name"], &plan["type"]), (&"Weft job".into(), &"STREAMING".into()));
    let nodes = plan["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 2);
    assert!(nodes[0]["description"].as_str().unwrap().contains("+- Map<br/>"), "{plan}");
    assert!(nodes[1]["description"].as_str().unwrap().starts_with("Keyed Aggregation<br/>"), "{plan}");
    let input = &nodes[1]["inputs"][0];
    assert_eq!((&input["id"], &input["ship_strategy"]), (&nodes[0]["id"], &"HASH".into()));
    assert_eq!(program.graph().nodes().len(), 4, "the plan takes nothing from the program");
}
