//! The plan of a job, in the form in which REST clients and dashboards of the field read it.

use crate::job::{ExchangeMode, JobEdge, JobGraph, JobVertex, ShipStrategy};
use crate::stream::RuntimeMode;
use serde::Serialize;
use std::collections::BTreeMap;
use weft_common::{JobId, JobVertexId};

/// A job as its plan shows it.
#[derive(Clone, Debug, Serialize)]
pub struct JobPlan {
    /// The job's id, 32 hex digits.
    pub jid: String,
    /// The job's name.
    pub name: String,
    /// STREAMING or BATCH.
    #[serde(rename = "type")]
    pub runtime_mode: RuntimeMode,
    /// The vertices in topological order.
    pub nodes: Vec<PlanNode>,
}

/// A vertex as a plan shows it.
#[derive(Clone, Debug, Serialize)]
pub struct PlanNode {
    /// The vertex's id, 32 hex digits.
    pub id: String,
    /// Always empty; readers expect it.
    pub operator: &'static str,
    /// The number of subtasks.
    pub parallelism: u32,
    /// Always empty; readers expect it.
    pub operator_strategy: &'static str,
    /// The chain as a tree, each line ended by `<br/>`.
    pub description: String,
    /// Always empty; readers expect it.
    pub optimizer_properties: BTreeMap<String, String>,
    /// The exchanges it reads; left out for a source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<PlanInput>,
}

/// An exchange as a plan shows it.
#[derive(Clone, Debug, Serialize)]
pub struct PlanInput {
    /// The sending vertex's id, 32 hex digits.
    pub id: String,
    /// The number of the input gate, from 0.
    pub num: usize,
    /// When its records may be read.
    pub exchange: ExchangeMode,
    /// How a record finds its subtask.
    pub ship_strategy: ShipStrategy,
}

impl JobGraph {
    /// The job's plan.
    pub fn plan(&self, jid: JobId) -> JobPlan {
        let nodes = self.vertices.iter().map(|vertex| self.plan_node(vertex)).collect();
        JobPlan { jid: jid.to_string(), name: self.name.clone(), runtime_mode: self.runtime_mode, nodes }
    }

    /// The job's plan as a line of JSON.
    pub fn plan_json(&self, jid: JobId) -> String {
        serde_json::to_string(&self.plan(jid)).expect("invariant: a plan holds only texts, numbers and lists")
    }

    fn plan_node(&self, vertex: &JobVertex) -> PlanNode {
        PlanNode {
            id: vertex.id.to_string(),
            operator: "",
            parallelism: vertex.parallelism,
            operator_strategy: "",
            description: description(vertex),
            optimizer_properties: BTreeMap::new(),
            inputs: self.plan_inputs(vertex.id),
        }
    }

    fn plan_inputs(&self, vertex: JobVertexId) -> Vec<PlanInput> {
        self.inputs_of(vertex).enumerate().map(|(num, edge)| plan_input(num, edge)).collect()
    }
}

fn plan_input(num: usize, edge: &JobEdge) -> PlanInput {
    PlanInput { id: edge.from.to_string(), num, exchange: edge.exchange, ship_strategy: edge.ship }
}

/// The chain as a tree of lines: `:- ` before an operator with a later sibling, `+- ` before the last one.
fn description(vertex: &JobVertex) -> String {
    let mut text = String::new();
    if let Some(head) = vertex.operators.first() {
        push_line(&mut text, "", &head.name);
        push_children(&mut text, vertex, 0, "");
    }
    text
}

fn push_children(text: &mut String, vertex: &JobVertex, position: u32, indent: &str) {
    let mut children = vertex.children_of(position).peekable();
    while let Some((child, operator)) = children.next() {
        let (mark, below) = if children.peek().is_some() { (":- ", ":  ") } else { ("+- ", "   ") };
        push_line(text, &format!("{indent}{mark}"), &operator.name);
        push_children(text, vertex, child, &format!("{indent}{below}"));
    }
}

/// Names come from the program and end up in a web page, so what is markup there is escaped.
fn push_line(text: &mut String, indent: &str, name: &str) {
    let name = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.push_str(indent);
    text.push_str(&name);
    text.push_str("<br/>");
}

#[cfg(test)]
#[path = "plan_test.rs"]
mod tests;
