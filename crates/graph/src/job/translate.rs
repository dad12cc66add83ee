//! StreamGraph → JobGraph.
//!
//! An operator with a chained edge into it belongs to its sender's chain (it has no other edge); every other operator
//! heads one. Since nodes are in topological order, one pass over them meets every sender before its receivers.

use super::chaining::{End, Link};
use super::{ChainInput, ChainedOperator, ExchangeMode, JobEdge, JobGraph, JobVertex, ShipStrategy};
use super::{co_location, slot_sharing};
use crate::GraphError;
use crate::stream::{BatchShuffleMode, EdgeExchange, JobSettings, NodeId, RuntimeMode, StreamEdge, StreamGraph};
use weft_common::{JobVertexId, OperatorId};

impl StreamGraph {
    /// Checks the graph and cuts it into chains. A source that nothing reads is left out.
    pub fn to_job_graph(&self) -> Result<JobGraph, GraphError> {
        self.validate()?;
        Translation::new(self)?.job_graph()
    }
}

/// A StreamGraph with everything decided that the program left open.
struct Translation<'g> {
    graph: &'g StreamGraph,
    ids: Vec<OperatorId>,
    groups: Vec<String>,
    edges: Vec<ResolvedEdge<'g>>,
    /// Per node: the head of its chain.
    heads: Vec<NodeId>,
}

struct ResolvedEdge<'g> {
    edge: &'g StreamEdge,
    ship: ShipStrategy,
    chained: bool,
}

impl<'g> Translation<'g> {
    fn new(graph: &'g StreamGraph) -> Result<Self, GraphError> {
        let groups = slot_sharing::groups(graph);
        co_location::check(graph, &groups)?;
        let edges: Vec<_> = graph.edges().iter().map(|e| resolve(graph, &groups, e)).collect::<Result<_, _>>()?;
        let heads = heads(graph, &edges);
        Ok(Translation { graph, ids: graph.operator_ids(), groups, edges, heads })
    }

    fn job_graph(&self) -> Result<JobGraph, GraphError> {
        let settings = &self.graph.settings;
        let heads = self.graph.nodes().filter(|(id, node)| self.head(*id) == *id && self.graph.is_used(*id, node));
        let vertices = heads.map(|(id, _)| self.vertex(id)).collect::<Result<_, _>>()?;
        let edges = (0u32..).zip(&self.edges).filter(|(_, e)| !e.chained).map(|(i, e)| self.job_edge(i, e)).collect();
        Ok(JobGraph { name: settings.name.clone(), runtime_mode: settings.runtime_mode, vertices, edges })
    }

    fn vertex(&self, head: NodeId) -> Result<JobVertex, GraphError> {
        let node = self.graph.node(head)?;
        let mut vertex = JobVertex {
            id: self.vertex_id(head),
            name: String::new(),
            operators: Vec::new(),
            parallelism: self.graph.parallelism_of(node),
            max_parallelism: self.graph.max_parallelism_of(node),
            slot_sharing_group: self.groups.get(head.0 as usize).cloned().unwrap_or_default(),
            blocking: false,
        };
        self.add_chain(&mut vertex, head, None)?;
        vertex.name = vertex.chain_name(0);
        Ok(vertex)
    }

    /// Adds a node and, after it, what is chained to it.
    fn add_chain(&self, vertex: &mut JobVertex, id: NodeId, parent: Option<ChainInput>) -> Result<(), GraphError> {
        let node = self.graph.node(id)?;
        let operator = vertex.operators.len() as u32;
        let (name, kind) = (node.display_name(), node.kind);
        vertex.operators.push(ChainedOperator { id: self.operator_id(id), node: id, kind, name, parent });
        vertex.blocking |= node.blocking;
        let chained = self.edges.iter().filter(|e| e.chained && e.edge.from == id);
        chained
            .map(|e| e.edge)
            .try_for_each(|edge| self.add_chain(vertex, edge.to, Some(ChainInput { operator, output: edge.output })))
    }

    fn job_edge(&self, stream_edge: u32, resolved: &ResolvedEdge<'_>) -> JobEdge {
        let &ResolvedEdge { edge, ship, .. } = resolved;
        JobEdge {
            stream_edge,
            from: self.vertex_id(self.head(edge.from)),
            from_operator: self.operator_id(edge.from),
            output: edge.output,
            to: self.vertex_id(edge.to),
            input: edge.input,
            ship,
            distribution: ship.distribution(),
            exchange: exchange(edge.exchange, &self.graph.settings),
        }
    }

    fn head(&self, node: NodeId) -> NodeId {
        self.heads.get(node.0 as usize).copied().unwrap_or(node)
    }

    fn operator_id(&self, node: NodeId) -> OperatorId {
        self.ids.get(node.0 as usize).copied().expect("invariant: there is an id for every node of the graph")
    }

    fn vertex_id(&self, head: NodeId) -> JobVertexId {
        JobVertexId(self.operator_id(head).0)
    }
}

fn resolve<'g>(
    graph: &'g StreamGraph,
    groups: &[String],
    edge: &'g StreamEdge,
) -> Result<ResolvedEdge<'g>, GraphError> {
    let (from, to) = (end(graph, groups, edge.from)?, end(graph, groups, edge.to)?);
    let ship = ShipStrategy::resolve(edge.partition, from.parallelism, to.parallelism);
    let edges_into_receiver = graph.inputs_of(edge.to).count();
    let (exchange, enabled) = (edge.exchange, graph.settings.chaining);
    let chained = Link { from, to, edges_into_receiver, ship, exchange, enabled }.is_chained();
    Ok(ResolvedEdge { edge, ship, chained })
}

fn end<'g>(graph: &StreamGraph, groups: &'g [String], id: NodeId) -> Result<End<'g>, GraphError> {
    let node = graph.node(id)?;
    let slot_sharing_group = groups.get(id.0 as usize).map_or("", String::as_str);
    Ok(End { strategy: node.chaining, slot_sharing_group, parallelism: graph.parallelism_of(node) })
}

fn heads(graph: &StreamGraph, edges: &[ResolvedEdge<'_>]) -> Vec<NodeId> {
    let mut heads: Vec<NodeId> = graph.nodes().map(|(id, _)| id).collect();
    for (id, _) in graph.nodes() {
        let sender = edges.iter().find(|e| e.chained && e.edge.to == id).map(|e| e.edge.from);
        let inherited = sender.and_then(|sender| heads.get(sender.0 as usize).copied());
        if let (Some(head), Some(slot)) = (inherited, heads.get_mut(id.0 as usize)) {
            *slot = head;
        }
    }
    heads
}

/// When an edge's records may be read: as its author said, else by the job's mode.
fn exchange(said: EdgeExchange, settings: &JobSettings) -> ExchangeMode {
    let undefined = match (settings.runtime_mode, settings.batch_shuffle_mode) {
        (RuntimeMode::Batch, BatchShuffleMode::AllExchangesBlocking) => ExchangeMode::Blocking,
        _ => ExchangeMode::Pipelined,
    };
    match said {
        EdgeExchange::Undefined => undefined,
        EdgeExchange::Pipelined => ExchangeMode::Pipelined,
        EdgeExchange::Blocking => ExchangeMode::Blocking,
    }
}
