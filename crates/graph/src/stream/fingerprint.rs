//! Whether two graphs are the same program.
//!
//! A program is run again on the machines that do its work, and what it builds there must be what was submitted. The
//! fingerprint covers what the work depends on: operator ids, kinds, schemas of outputs (and so of inputs) and
//! states, and the edges as the program drew them. It leaves out what may differ between two machines or two
//! submissions: names, parallelism, slots, chains and configuration.

use super::{NodeId, StreamEdge, StreamGraph, StreamNode};
use crate::digest::Digest;
use crate::schema::SchemaRef;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use weft_common::OperatorId;

/// Equal exactly when two graphs are the same program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl StreamGraph {
    /// The fingerprint of the program that built this graph.
    pub fn fingerprint(&self) -> Fingerprint {
        let operators = facts(self).into_iter().fold(Digest::new("program"), |digest, operator| {
            let digest = digest.text("operator");
            operator.facts.into_iter().fold(digest, |digest, fact| digest.text(&fact.subject).text(&fact.exact))
        });
        Fingerprint(operators.finish())
    }
}

/// The first operator in which two graphs differ and how, as a sentence; `None` for graphs of equal fingerprint.
pub fn first_difference(a: &StreamGraph, b: &StreamGraph) -> Option<String> {
    let (left, right) = (facts(a), facts(b));
    let paired = left.iter().zip(&right).find_map(|(l, r)| difference(l, r));
    paired.or_else(|| {
        let (side, extra) = match (left.get(right.len()), right.get(left.len())) {
            (Some(extra), _) => ("first", extra),
            (_, Some(extra)) => ("second", extra),
            (None, None) => return None,
        };
        Some(format!("operator {} exists only in the {side} graph", extra.node.label()))
    })
}

/// An operator by what the fingerprint covers.
struct OperatorFacts<'g> {
    node: &'g StreamNode,
    facts: Vec<Fact>,
}

impl OperatorFacts<'_> {
    fn about(&self, subject: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.subject == subject)
    }
}

/// One thing the fingerprint covers.
struct Fact {
    /// What it is about: unique within its operator.
    subject: String,
    /// What is compared.
    exact: String,
    /// What people are shown.
    shown: String,
}

impl Fact {
    fn new(subject: &str, shown: String) -> Self {
        Fact { subject: subject.to_owned(), exact: shown.clone(), shown }
    }

    fn schema(subject: String, schema: &SchemaRef) -> Self {
        Fact { subject, exact: format!("{:016x}", schema.fingerprint), shown: schema.to_string() }
    }
}

fn facts(graph: &StreamGraph) -> Vec<OperatorFacts<'_>> {
    let ids = graph.operator_ids();
    let mut all: Vec<_> =
        graph.nodes().zip(&ids).map(|((_, node), &id)| OperatorFacts { node, facts: own_facts(node, id) }).collect();
    let mut edges_into: HashMap<NodeId, u32> = HashMap::new();
    for edge in graph.edges() {
        let number = edges_into.entry(edge.to).or_default();
        let fact = edge_fact(*number, edge, graph, &ids);
        *number += 1;
        if let Some(receiver) = all.get_mut(edge.to.0 as usize) {
            receiver.facts.push(fact);
        }
    }
    all
}

fn own_facts(node: &StreamNode, id: OperatorId) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("kind", format!("{} {}", node.kind, node.operation)),
        Fact::new("operator id", id.to_string()),
        Fact::schema("output schema".to_owned(), &node.output),
    ];
    let sides = (1..).zip(&node.side_outputs);
    facts.extend(
        sides.map(|(number, side)| Fact::schema(format!("side output {number} \"{}\"", side.tag), &side.schema)),
    );
    facts.extend(node.states.iter().map(|(name, schema)| Fact::schema(format!("state \"{name}\""), schema)));
    facts
}

fn edge_fact(number: u32, edge: &StreamEdge, graph: &StreamGraph, ids: &[OperatorId]) -> Fact {
    let id = ids.get(edge.from.0 as usize).map_or_else(String::new, ToString::to_string);
    let name = graph.node(edge.from).map_or_else(|_| id.clone(), |node| node.name.clone());
    let rest = format!("output {} into input {}, partitioning {}", edge.output, edge.input, edge.partition);
    let subject = format!("incoming stream {number}");
    Fact { subject, exact: format!("{id} {rest}"), shown: format!("\"{name}\" {rest}") }
}

fn difference(left: &OperatorFacts<'_>, right: &OperatorFacts<'_>) -> Option<String> {
    let on_left = left.facts.iter().find_map(|l| {
        let r = right.about(&l.subject);
        r.is_none_or(|r| r.exact != l.exact).then_some((Some(l), r))
    });
    let only_on_right = || right.facts.iter().find(|r| left.about(&r.subject).is_none()).map(|r| (None, Some(r)));
    let (l, r) = on_left.or_else(only_on_right)?;
    let subject = l.or(r).map_or("", |fact| fact.subject.as_str());
    let shown = |fact: Option<&Fact>| fact.map_or_else(|| "missing".to_owned(), |fact| with_exact_text(fact, l, r));
    let (label, first, second) = (left.node.label(), shown(l), shown(r));
    Some(format!("operator {label} differs: {subject} is {first} in the first graph and {second} in the second"))
}

/// What people are shown; with what was compared where the first alone would look the same on both sides.
fn with_exact_text(fact: &Fact, l: Option<&Fact>, r: Option<&Fact>) -> String {
    match l.map(|fact| &fact.shown) == r.map(|fact| &fact.shown) {
        true => format!("{} [{}]", fact.shown, fact.exact),
        false => fact.shown.clone(),
    }
}

#[cfg(test)]
#[path = "fingerprint_test.rs"]
mod tests;
