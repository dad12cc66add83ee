//! A program in the making: nodes of the graph, each with the code behind it.

use std::sync::Arc;

use crate::Error;
use weft_graph::{GraphError, NodeId, ProgramPlace, SchemaRef, StreamEdge, StreamGraph, StreamNode};
use weft_record::Record;
use weft_runtime::coordinator::CoordinatorFactory;
use weft_runtime::{OperatorFactory, Program};

/// The code behind a node.
pub(crate) struct Code {
    pub(crate) factory: Arc<dyn OperatorFactory>,
    pub(crate) coordinator: Option<Arc<dyn CoordinatorFactory>>,
}

/// Graph and code, node by node and edge by edge; and the first mistake.
pub(crate) struct Builder {
    pub(crate) graph: StreamGraph,
    code: Vec<Code>,
    edges: Vec<Arc<dyn weft_exchange::Edge>>,
    error: Option<Error>,
}

impl Builder {
    pub(crate) fn new(graph: StreamGraph) -> Self {
        Builder { graph, code: Vec::new(), edges: Vec::new(), error: None }
    }

    pub(crate) fn add_node(&mut self, mut node: StreamNode, place: ProgramPlace, code: Code) -> NodeId {
        node.place = Some(place);
        self.code.push(code);
        self.graph.add_node(node)
    }

    pub(crate) fn add_edge(&mut self, edge: StreamEdge, code: Arc<dyn weft_exchange::Edge>) {
        match self.graph.add_edge(edge) {
            Ok(()) => self.edges.push(code),
            Err(error) => self.fail(graph_error(&error)),
        }
    }

    /// Changes a node's settings.
    pub(crate) fn node(&mut self, id: NodeId, change: impl FnOnce(&mut StreamNode)) {
        match self.graph.node_mut(id) {
            Ok(node) => change(node),
            Err(error) => self.fail(graph_error(&error)),
        }
    }

    /// Keeps the first mistake.
    pub(crate) fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// The graph and its code, checked.
    pub(crate) fn build(self) -> Result<(StreamGraph, Program), Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        self.graph.validate().map_err(|e| graph_error(&e))?;
        let mut program = Program::default();
        for (id, code) in self.graph.operator_ids().into_iter().zip(self.code) {
            program.add_operator(id, code.factory);
            if let Some(coordinator) = code.coordinator {
                program.add_coordinator(id, coordinator);
            }
        }
        self.edges.into_iter().for_each(|edge| program.add_edge(edge));
        Ok((self.graph, program))
    }
}

pub(crate) fn graph_error(error: &GraphError) -> Error {
    Error::of(error.kind(), error)
}

/// The schema of a record type, as the graph keeps it.
pub(crate) fn schema_of<T: Record>() -> SchemaRef {
    let schema = T::schema();
    SchemaRef::new(schema.to_string(), schema.fingerprint())
}
