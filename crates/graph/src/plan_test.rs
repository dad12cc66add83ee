//! Recorded plans, rebuilt as programs and planned again; and what the recordings have no example of.

use crate::stream::samples::{edge, graph, node, operator, source};
use crate::{
    EdgeExchange, JobSettings, NodeId, OperatorKind, Partition, RuntimeMode, SchemaRef, StreamEdge, StreamGraph,
    StreamNode,
};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use weft_common::JobId;

const FILE: &str = "GET_jobs_jobid_plan.json";

/// The crate's own recordings, and those of the directory that `WEFT_GOLDEN` names.
fn recorded_plans() -> Vec<Value> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(FILE);
    let other = std::env::var_os("WEFT_GOLDEN").map(|dir| PathBuf::from(dir).join(FILE)).filter(|path| path.exists());
    let texts = [Some(own), other].into_iter().flatten().map(|path| std::fs::read_to_string(path).unwrap());
    let answers = texts.flat_map(|text| serde_json::from_str::<Vec<Value>>(&text).unwrap());
    answers.map(|answer| answer["response"]["plan"].clone()).filter(Value::is_object).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Nodes in topological order: recordings have them in any.
fn ordered(plan: &Value) -> Vec<Value> {
    let mut waiting = list(&plan["nodes"]).to_vec();
    let mut ordered: Vec<Value> = Vec::new();
    while !waiting.is_empty() {
        let ready = |node: &Value| list(&node["inputs"]).iter().all(|i| ordered.iter().any(|o| o["id"] == i["id"]));
        let next = waiting.iter().position(ready).expect("a plan has no cycles");
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// The plan with ids replaced by positions in topological order.
fn comparable(plan: &Value) -> Value {
    let mut nodes = ordered(plan);
    let positions: HashMap<String, usize> =
        nodes.iter().enumerate().map(|(at, node)| (text(&node["id"]).to_owned(), at)).collect();
    for node in &mut nodes {
        node["id"] = positions[text(&node["id"])].into();
        for input in node.get_mut("inputs").and_then(Value::as_array_mut).into_iter().flatten() {
            input["id"] = positions[text(&input["id"])].into();
        }
    }
    let mut plan = plan.clone();
    plan["nodes"] = nodes.into();
    plan
}

fn stream_node(line: &str, parallelism: u32) -> StreamNode {
    let name = line.trim_start_matches("+- ");
    let (kind, name) = match name.split_once(": ") {
        Some(("Source", name)) => (OperatorKind::Source { bounded: true }, name),
        Some(("Sink", name)) => (OperatorKind::Sink, name),
        _ => (OperatorKind::OneInput, name),
    };
    let schema = SchemaRef::new("u64", 1);
    StreamNode { name: name.into(), parallelism: Some(parallelism), ..StreamNode::new(kind, "recorded", schema) }
}

/// A program that has this plan.
fn rebuild(plan: &Value) -> StreamGraph {
    let runtime_mode = serde_json::from_value::<RuntimeMode>(plan["type"].clone()).unwrap();
    let mut graph = StreamGraph::new(JobSettings { runtime_mode, ..JobSettings::new(text(&plan["name"])) });
    let mut tails: HashMap<String, NodeId> = HashMap::new();
    for node in ordered(plan) {
        let parallelism = node["parallelism"].as_u64().unwrap() as u32;
        let mut tail = None;
        for line in text(&node["description"]).split_terminator("<br/>") {
            let id = graph.add_node(stream_node(line, parallelism));
            match tail {
                Some(tail) => edge(&mut graph, StreamEdge::new(tail, id)),
                None => connect(&mut graph, &node, &tails, id),
            }
            tail = Some(id);
        }
        tails.insert(text(&node["id"]).to_owned(), tail.unwrap());
    }
    graph
}

fn connect(graph: &mut StreamGraph, node: &Value, tails: &HashMap<String, NodeId>, to: NodeId) {
    for input in list(&node["inputs"]) {
        assert_eq!(input["ship_strategy"], "HASH", "the recordings know no other");
        edge(graph, StreamEdge::new(tails[text(&input["id"])], to).with_partition(Partition::Key));
    }
}

#[test]
fn golden_plans() {
    let recorded = recorded_plans();
    assert!(recorded.len() >= 8);
    for plan in recorded {
        let jid = JobId(u128::from_str_radix(text(&plan["jid"]), 16).unwrap());
        let ours = rebuild(&plan).to_job_graph().unwrap().plan_json(jid);
        assert_eq!(comparable(&serde_json::from_str(&ours).unwrap()), comparable(&plan));
    }
}

fn plan(graph: &StreamGraph) -> Value {
    serde_json::from_str(&graph.to_job_graph().unwrap().plan_json(JobId(1))).unwrap()
}

#[test]
fn a_fan_out_is_drawn_as_a_tree() {
    let mut g = graph();
    let s = source(&mut g, "s");
    let a = node(&mut g, "a", s);
    node(&mut g, "b", a);
    let c = node(&mut g, "c", a);
    node(&mut g, "d", c);
    node(&mut g, "e <&>", s);
    assert_eq!(
        plan(&g)["nodes"][0]["description"],
        "Source: s<br/>:- a<br/>:  :- b<br/>:  +- c<br/>:     +- d<br/>+- e &lt;&amp;&gt;<br/>"
    );
}

#[test]
fn inputs_are_numbered_and_say_how_records_travel() {
    let mut g = graph();
    let (a, b) = (source(&mut g, "a"), source(&mut g, "b"));
    let both = operator(&mut g, OperatorKind::TwoInput, "both");
    edge(&mut g, StreamEdge::new(a, both).with_partition(Partition::Broadcast));
    edge(&mut g, StreamEdge::new(b, both).to_input(1).with_exchange(EdgeExchange::Blocking));
    let plan = plan(&g);
    assert_eq!(plan["jid"], "00000000000000000000000000000001");
    assert_eq!(plan["nodes"][0].get("inputs"), None);
    let inputs = &plan["nodes"][2]["inputs"];
    assert_eq!(inputs[0]["num"], 0);
    assert_eq!(inputs[0]["ship_strategy"], "BROADCAST");
    assert_eq!(inputs[0]["exchange"], "pipelined_bounded");
    assert_eq!(inputs[1]["id"], plan["nodes"][1]["id"]);
    assert_eq!(inputs[1]["num"], 1);
    assert_eq!(inputs[1]["ship_strategy"], "FORWARD");
    assert_eq!(inputs[1]["exchange"], "blocking");
}
