//! The JobGraph of a pipeline in the form of the golden rows.

use serde::{Deserialize, Deserializer};
use weft_graph::{DistributionPattern, JobGraph, ShipStrategy};

/// A JobGraph, or the refusal of the program.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Outcome {
    #[serde(default)]
    pub(crate) error: bool,
    /// Sorted by name.
    #[serde(default)]
    pub(crate) vertices: Vec<Vertex>,
    /// By positions in `vertices`.
    #[serde(default)]
    pub(crate) edges: Vec<Edge>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Vertex {
    pub(crate) name: String,
    pub(crate) parallelism: u32,
    #[serde(deserialize_with = "unset_is_negative")]
    pub(crate) max_parallelism: Option<u32>,
    /// Groups are numbered in the order of the vertices.
    pub(crate) slot_sharing: usize,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) ship: ShipStrategy,
    pub(crate) pattern: DistributionPattern,
}

fn unset_is_negative<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    i64::deserialize(deserializer).map(|n| u32::try_from(n).ok())
}

impl Outcome {
    /// A program that was refused.
    pub(crate) fn refused() -> Self {
        Outcome { error: true, ..Outcome::default() }
    }

    /// What became of a program. The rows' names do not say what is a source or a sink.
    pub(crate) fn of(graph: &JobGraph) -> Self {
        let mut named: Vec<_> = graph.vertices.iter().map(|vertex| (plain(&vertex.name), vertex)).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        let position = |id| named.iter().position(|(_, vertex)| vertex.id == id).expect("an edge joins vertices");
        let mut groups: Vec<&str> = Vec::new();
        let mut vertices = Vec::new();
        for (name, vertex) in &named {
            let known = groups.iter().position(|group| *group == vertex.slot_sharing_group);
            let slot_sharing = known.unwrap_or(groups.len());
            groups.extend(known.is_none().then_some(vertex.slot_sharing_group.as_str()));
            let (parallelism, max_parallelism) = (vertex.parallelism, vertex.max_parallelism);
            vertices.push(Vertex { name: name.clone(), parallelism, max_parallelism, slot_sharing });
        }
        let edges = graph.edges.iter().map(|edge| Edge {
            from: position(edge.from),
            to: position(edge.to),
            ship: edge.ship,
            pattern: edge.distribution,
        });
        Outcome { error: false, vertices, edges: edges.collect() }.in_order()
    }

    /// The same graph with its edges in an order of their own: the rows' order means nothing.
    pub(crate) fn in_order(mut self) -> Self {
        self.edges.sort_by_key(|edge| (edge.from, edge.to, edge.ship.to_string()));
        self
    }
}

fn plain(name: &str) -> String {
    name.replace("Source: ", "").replace("Sink: ", "")
}
