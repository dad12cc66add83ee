//! A program in the making: nodes of the graph, each with the code behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;
use crate::mistake::Mistake;
use weft_graph::{
    JobSettings, NodeId, OperatorKind, OperatorLabel, ProgramPlace, SchemaRef, StreamEdge, StreamGraph, StreamNode,
};
use weft_record::Record;
use weft_runtime::coordinator::CoordinatorFactory;
use weft_runtime::{OperatorFactory, Program};

/// The code behind a node.
pub(crate) struct Code {
    pub(crate) factory: Arc<dyn OperatorFactory>,
    pub(crate) coordinator: Option<Arc<dyn CoordinatorFactory>>,
}

impl From<Arc<dyn OperatorFactory>> for Code {
    /// An operator that nothing coordinates.
    fn from(factory: Arc<dyn OperatorFactory>) -> Self {
        Code { factory, coordinator: None }
    }
}

/// An operator of one program. Streams outlive the program they were made for, so they say which it was.
#[derive(Clone, Copy)]
pub(crate) struct OperatorRef {
    program: u64,
    pub(crate) node: NodeId,
}

/// Graph and code, node by node and edge by edge; and the first mistake.
pub(crate) struct Builder {
    /// No two programs of a process have the same.
    program: u64,
    pub(crate) graph: StreamGraph,
    code: Vec<Code>,
    edges: Vec<Arc<dyn weft_exchange::Edge>>,
    error: Option<Error>,
}

impl Builder {
    /// An empty program.
    pub(crate) fn new(settings: JobSettings) -> Self {
        static PROGRAMS: AtomicU64 = AtomicU64::new(0);
        let program = PROGRAMS.fetch_add(1, Ordering::Relaxed);
        Builder { program, graph: StreamGraph::new(settings), code: Vec::new(), edges: Vec::new(), error: None }
    }

    /// Adds an operator.
    pub(crate) fn add_operator(&mut self, node: StreamNode, code: Code) -> OperatorRef {
        self.code.push(code);
        OperatorRef { program: self.program, node: self.graph.add_node(node) }
    }

    /// Leads a stream into an operator of this program.
    pub(crate) fn add_edge(&mut self, from: OperatorRef, edge: StreamEdge, code: Arc<dyn weft_exchange::Edge>) {
        if !self.owns(from) {
            let reader = self.label(edge.to);
            return self.fail(Mistake::ForeignStream { reader });
        }
        match self.graph.add_edge(edge) {
            Ok(()) => self.edges.push(code),
            Err(error) => self.fail(error),
        }
    }

    /// Says more about an operator: the effect of `call`, which stands at `place` in the program.
    pub(crate) fn change<R>(
        &mut self,
        operator: OperatorRef,
        call: &'static str,
        place: ProgramPlace,
        change: impl FnOnce(&mut StreamNode) -> R,
    ) -> Option<R> {
        if !self.owns(operator) {
            self.fail(Mistake::ForeignOperator { call, place });
            return None;
        }
        self.graph.node_mut(operator.node).map(change).map_err(|error| self.fail(error)).ok()
    }

    /// Whether the operator is one of this program.
    pub(crate) fn owns(&self, operator: OperatorRef) -> bool {
        operator.program == self.program
    }

    /// How errors call an operator of this program.
    pub(crate) fn label(&self, node: NodeId) -> OperatorLabel {
        let nobody = || OperatorLabel { name: String::new(), place: None };
        self.graph.node(node).map_or_else(|_| nobody(), StreamNode::label)
    }

    /// How errors call what a stream comes from.
    pub(crate) fn origin(&self, nodes: impl IntoIterator<Item = NodeId>) -> String {
        let labels: Vec<_> = nodes.into_iter().map(|node| self.label(node).to_string()).collect();
        match labels.as_slice() {
            [label] => format!("operator {label}"),
            _ => format!("a union of operators {}", labels.join(" and ")),
        }
    }

    /// Keeps a mistake for `execute` to report, if it is the first.
    pub(crate) fn fail(&mut self, error: impl Into<Error>) {
        self.error.get_or_insert_with(|| error.into());
    }

    /// The graph so far, or the first mistake.
    pub(crate) fn graph(&self) -> Result<StreamGraph, Error> {
        self.error.clone().map_or_else(|| Ok(self.graph.clone()), Err)
    }

    /// The code of the program, by what `graph` calls its operators. Edges are in the order of its edges.
    pub(crate) fn into_program(self) -> Program {
        let mut program = Program::default();
        for (id, code) in self.graph.operator_ids().into_iter().zip(self.code) {
            program.add_operator(id, code.factory);
            if let Some(coordinator) = code.coordinator {
                program.add_coordinator(id, coordinator);
            }
        }
        self.edges.into_iter().for_each(|edge| program.add_edge(edge));
        program
    }
}

/// A node for an operator that the caller's caller adds to the program, making records of `T`.
#[track_caller]
pub(crate) fn node_of<T: Record>(kind: OperatorKind, operation: &str) -> StreamNode {
    StreamNode { place: Some(ProgramPlace::caller()), ..StreamNode::new(kind, operation, schema_of::<T>()) }
}

/// The schema of a record type, as the graph keeps it.
pub(crate) fn schema_of<T: Record>() -> SchemaRef {
    SchemaRef::from(&T::schema())
}
