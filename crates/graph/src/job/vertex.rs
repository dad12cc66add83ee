//! A chain of operators that runs as one task per subtask.

use crate::stream::{NodeId, OperatorKind};
use serde::{Deserialize, Serialize};
use weft_common::{JobVertexId, OperatorId};

/// Where a chained operator gets its records from: an operator before it in the same chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainInput {
    /// The position of that operator in [`JobVertex::operators`].
    pub operator: u32,
    /// Its output: 0 is the main one, then the side outputs.
    pub output: u32,
}

/// An operator in a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainedOperator {
    /// What its factory and its state are found by.
    pub id: OperatorId,
    /// The node of the StreamGraph it came from.
    pub node: NodeId,
    /// How it stands in the flow of records.
    pub kind: OperatorKind,
    /// The name that logs, metrics and plans show.
    pub name: String,
    /// Where its records come from; `None` for the chain's head, which reads the vertex's inputs.
    pub parent: Option<ChainInput>,
}

/// A chain of operators: a tree, since one output may feed several of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobVertex {
    /// The id of the head.
    pub id: JobVertexId,
    /// The names of the chain, such as `Source: a -> (b, c -> Sink: d)`.
    pub name: String,
    /// The chain in preorder: the head first, each operator followed by those that read from it.
    pub operators: Vec<ChainedOperator>,
    /// The number of subtasks.
    pub parallelism: u32,
    /// The max parallelism said for the head or the job; without one it follows from the parallelism.
    pub max_parallelism: Option<u32>,
    /// Whose slots its subtasks share.
    pub slot_sharing_group: String,
    /// An operator of the chain blocks its thread, so each subtask has a thread of its own.
    pub blocking: bool,
}

impl JobVertex {
    /// The operators that read from the one at `position`, with their positions, in order.
    pub fn children_of(&self, position: u32) -> impl Iterator<Item = (u32, &ChainedOperator)> {
        let positions = 0u32..;
        positions.zip(&self.operators).filter(move |(_, o)| o.parent.is_some_and(|parent| parent.operator == position))
    }

    /// The chain's names as `a -> (b, c)`, from the operator at `position` on.
    pub(super) fn chain_name(&self, position: u32) -> String {
        let name = self.operators.get(position as usize).map_or("", |operator| operator.name.as_str());
        let children: Vec<_> = self.children_of(position).map(|(child, _)| self.chain_name(child)).collect();
        match children.as_slice() {
            [] => name.to_owned(),
            [child] => format!("{name} -> {child}"),
            children => format!("{name} -> ({})", children.join(", ")),
        }
    }
}
