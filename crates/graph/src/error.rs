//! What can be wrong with a program's graph.

use crate::stream::{NodeId, ProgramPlace};
use std::fmt;
use weft_common::{ErrorKind, OperatorId};

/// An operator as its author knows it: by name and, where known, place in the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorLabel {
    /// The operator's name.
    pub name: String,
    /// Where the program made it; boxed, since an error may hold two labels and travels in every `Result`.
    pub place: Option<Box<ProgramPlace>>,
}

impl fmt::Display for OperatorLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.name)?;
        self.place.iter().try_for_each(|place| write!(f, " ({place})"))
    }
}

/// A graph that cannot run, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The program reads nothing.
    #[error("job \"{job}\" has no operators: read a source and send its stream somewhere before execute")]
    NoOperators {
        /// The job's name.
        job: String,
    },
    /// Two operators were given one uid.
    #[error("uid \"{uid}\" is used by operator {first} and again by operator {second}: give each a uid of its own")]
    DuplicateUid {
        /// The uid.
        uid: String,
        /// Who had it first.
        first: OperatorLabel,
        /// Who has it too.
        second: OperatorLabel,
    },
    /// Two operators without equal uids came to one id, by a collision of hashes.
    #[error("operators {first} and {second} both get id {id}: give one of them another uid")]
    DuplicateId {
        /// The id.
        id: OperatorId,
        /// Who had it first.
        first: OperatorLabel,
        /// Who has it too.
        second: OperatorLabel,
    },
    /// A forward edge between operators of different parallelism.
    #[error(
        "forward from operator {from} with parallelism {from_parallelism} to operator {to} with parallelism \
         {to_parallelism} is impossible: make them equal, or call rebalance or rescale instead of forward"
    )]
    ForwardParallelism {
        /// The sender.
        from: OperatorLabel,
        /// Its parallelism.
        from_parallelism: u32,
        /// The receiver.
        to: OperatorLabel,
        /// Its parallelism.
        to_parallelism: u32,
    },
    /// More subtasks than key groups.
    #[error(
        "parallelism {parallelism} of operator {operator} is above its max parallelism {max}: lower the one or \
         raise the other"
    )]
    ParallelismAboveMax {
        /// The operator.
        operator: OperatorLabel,
        /// Its parallelism.
        parallelism: u32,
        /// Its max parallelism, or the job's.
        max: u32,
    },
    /// An operator without subtasks.
    #[error("parallelism of operator {operator} is 0: it must be at least 1")]
    ZeroParallelism {
        /// The operator.
        operator: OperatorLabel,
    },
    /// A number of key groups nobody can have.
    #[error("max parallelism {max} of {of} is out of range: it must lie in 1..=32768")]
    MaxParallelismOutOfRange {
        /// The operator, or the job.
        of: String,
        /// What was asked for.
        max: u32,
    },
    /// Operators that must be together have unequal numbers of subtasks.
    #[error(
        "operators {first} with parallelism {first_parallelism} and {second} with parallelism {second_parallelism} cannot be \
         in co-location group \"{group}\": subtask i of the one runs where subtask i of the other does, so give both the \
         same parallelism"
    )]
    CoLocatedParallelism {
        /// The co-location group.
        group: String,
        /// An operator of it.
        first: OperatorLabel,
        /// Its parallelism.
        first_parallelism: u32,
        /// Another operator of it.
        second: OperatorLabel,
        /// Its parallelism.
        second_parallelism: u32,
    },
    /// Operators that must be together are kept in different slots.
    #[error(
        "operators {first} of slot-sharing group \"{}\" and {second} of slot-sharing group \"{}\" cannot be in co-location \
         group \"{group}\": they never share a slot, so give both the same slot-sharing group",
        slots.0, slots.1
    )]
    CoLocatedSlots {
        /// The co-location group.
        group: String,
        /// An operator of it.
        first: OperatorLabel,
        /// Another operator of it.
        second: OperatorLabel,
        /// Their slot-sharing groups; boxed, like what labels hold.
        slots: Box<(String, String)>,
    },
    /// A source that never ends in a job that waits for the end.
    #[error(
        "source {operator} is unbounded and cannot run in BATCH mode: use a bounded source or set \
         execution.runtime-mode to STREAMING"
    )]
    UnboundedSourceInBatch {
        /// The source.
        operator: OperatorLabel,
    },
    /// An edge that names a node the graph does not have.
    #[error("the graph has {nodes} operators and no number {}: it was not made by this graph", node.0)]
    UnknownNode {
        /// The number asked for.
        node: NodeId,
        /// How many there are.
        nodes: usize,
    },
    /// An edge that does not lead forward.
    #[error("an edge from operator {from} to operator {to} is impossible: an operator reads only from earlier ones")]
    BackwardEdge {
        /// The sender.
        from: OperatorLabel,
        /// The receiver.
        to: OperatorLabel,
    },
    /// An edge from an output that the operator does not have.
    #[error("operator {operator} has no output {output}: it has its main output 0 and {side_outputs} side outputs")]
    UnknownOutput {
        /// The sender.
        operator: OperatorLabel,
        /// The output asked for.
        output: u32,
        /// How many side outputs it has.
        side_outputs: usize,
    },
    /// An edge into an input that the operator does not have.
    #[error("operator {operator} has no input {input}: it has {inputs} inputs")]
    UnknownInput {
        /// The receiver.
        operator: OperatorLabel,
        /// The input asked for.
        input: u32,
        /// How many it has.
        inputs: u32,
    },
    /// An input that nothing leads to.
    #[error("input {input} of operator {operator} is not connected: connect a stream to it")]
    UnconnectedInput {
        /// The operator.
        operator: OperatorLabel,
        /// The input.
        input: u32,
    },
    /// Too little network memory for the number of channels.
    #[error(
        "the exchange of slot {slot} of slot-sharing group \"{group}\" needs {required} bytes for {senders} outgoing \
         and {receivers} incoming channels and has {available}: raise taskmanager.memory.network.min \
         or lower the parallelism"
    )]
    ExchangePoolTooSmall {
        /// The slot-sharing group.
        group: String,
        /// Which of its slots, from 0.
        slot: u32,
        /// Channels out of the slot's tasks.
        senders: u64,
        /// Channels into the slot's tasks.
        receivers: u64,
        /// Bytes the pool must have.
        required: u64,
        /// Bytes it has.
        available: u64,
    },
}

impl GraphError {
    /// Who can do something about it: always the author of the program or of its configuration.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}
