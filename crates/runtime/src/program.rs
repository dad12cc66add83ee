//! What a worker binds deployments to: the closures and codecs of the user's program.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::OperatorFactory;
use crate::coordinator::CoordinatorFactory;
use weft_common::OperatorId;
use weft_exchange::Edge;

/// The code behind a StreamGraph: a factory for each operator, the record type of each edge.
#[derive(Clone, Default)]
pub struct Program {
    operators: HashMap<OperatorId, Arc<dyn OperatorFactory>>,
    coordinators: BTreeMap<OperatorId, Arc<dyn CoordinatorFactory>>,
    edges: Vec<Arc<dyn Edge>>,
}

impl Program {
    /// Adds an operator.
    pub fn add_operator(&mut self, id: OperatorId, factory: Arc<dyn OperatorFactory>) {
        self.operators.insert(id, factory);
    }

    /// Adds what coordinates an operator's subtasks.
    pub fn add_coordinator(&mut self, id: OperatorId, factory: Arc<dyn CoordinatorFactory>) {
        self.coordinators.insert(id, factory);
    }

    /// Adds the next edge, in the order of the StreamGraph.
    pub fn add_edge(&mut self, edge: Arc<dyn Edge>) {
        self.edges.push(edge);
    }

    /// The factory of an operator.
    pub fn operator(&self, id: OperatorId) -> Option<&Arc<dyn OperatorFactory>> {
        self.operators.get(&id)
    }

    /// The operators that have a coordinator, by id.
    pub fn coordinators(&self) -> impl Iterator<Item = (OperatorId, &Arc<dyn CoordinatorFactory>)> {
        self.coordinators.iter().map(|(id, factory)| (*id, factory))
    }

    /// The edge with this index in the StreamGraph.
    pub fn edge(&self, index: u32) -> Option<&Arc<dyn Edge>> {
        self.edges.get(index as usize)
    }
}
