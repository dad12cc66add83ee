//! From a deployment to a task: operators are made, edges are connected.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use crate::chain::Chain;
use crate::lane::LaneContext;
use crate::node::{Node, Target};
use crate::panics::describe_panic;
use crate::task::{Task, TaskInput};
use crate::{Accumulators, Background, OperatorContext, TaskError, TaskMetrics};
use weft_common::{JobVertexId, OperatorId};
use weft_exchange::{ChannelId, EdgeWriter, GateConfig, LocalChannel, Peer, Route, Ship, SlotAddress, WriterConfig};
use weft_graph::ShipStrategy;
use weft_logging::TaskLabel;
use weft_rpc::{ChainedOperator, InputEdge, OutputEdge, TaskDeployment};

/// Channels between two tasks of this lane, by id: both ends of one deployment find the same.
pub(crate) type LocalChannels = HashMap<ChannelId, Rc<LocalChannel>>;

/// Bytes that may wait between two tasks of one slot: enough to amortise a turn, little enough to stay in the cache.
const LOCAL_SHARE: usize = 256 << 10;

/// Makes the task of a deployment, whose operators announce what they have going on outside to `background`. Nothing is announced to anybody yet.
pub(crate) fn build(
    lane: &LaneContext,
    deployment: &TaskDeployment,
    local: &mut LocalChannels,
    background: &Background,
) -> Result<Task, TaskError> {
    let label = label(deployment);
    let _working = label.enter();
    let accumulators = Accumulators::default();
    let mut chain_nodes = Vec::with_capacity(deployment.chain.len());
    for (index, operator) in deployment.chain.iter().enumerate() {
        label.set_operator(index);
        let context = operator_context(lane, deployment, operator, background, &accumulators);
        chain_nodes.push(node(lane, deployment, index, &context)?);
    }
    accumulators.check()?;
    let mut writers = Vec::with_capacity(deployment.outputs.len());
    for output in &deployment.outputs {
        writers.push(writer(lane, deployment, output, local)?);
    }
    let mut inputs = Vec::with_capacity(deployment.inputs.len());
    let mut first_channel = 0;
    for input in &deployment.inputs {
        let input = gate(lane, deployment, input, first_channel, local)?;
        first_channel += input.open;
        inputs.push(input);
    }
    let operators = deployment.chain.iter().map(|o| o.operator).collect();
    let chain = Chain::new(chain_nodes, writers, label);
    let metrics = TaskMetrics::begin(accumulators, lane.clock.mono());
    Ok(Task::new(deployment.attempt, name(deployment), operators, inputs, chain, background.clone(), metrics))
}

pub(crate) fn name(deployment: &TaskDeployment) -> String {
    let TaskDeployment { name, attempt, parallelism, .. } = deployment;
    format!("{name} ({}/{parallelism})#{}", attempt.subtask + 1, attempt.attempt)
}

fn label(deployment: &TaskDeployment) -> Rc<TaskLabel> {
    TaskLabel::new(name(deployment), deployment.chain.iter().map(|o| o.name.clone()).collect())
}

fn node(
    lane: &LaneContext,
    deployment: &TaskDeployment,
    index: usize,
    context: &OperatorContext,
) -> Result<Node, TaskError> {
    let name = context.name.clone();
    let unknown = || {
        TaskError::fatal("the program has no operator with this id: it is not the program that was submitted").at(&name)
    };
    let factory = lane.program.operator(context.operator).ok_or_else(unknown)?;
    let make = || {
        let mut made = factory.create(context)?;
        let outputs = made.outputs(&lane.limits);
        made.open(context)?;
        Ok((made, outputs))
    };
    let made = catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|p| Err(TaskError::user(describe_panic(&*p))));
    let (made, outputs) = made.map_err(|e| e.at(&name))?;
    let targets = (0..outputs.len()).map(|port| targets(deployment, index, port as u32)).collect();
    Ok(Node::new(name, made, outputs, targets))
}

fn operator_context(
    lane: &LaneContext,
    deployment: &TaskDeployment,
    operator: &ChainedOperator,
    background: &Background,
    accumulators: &Accumulators,
) -> OperatorContext {
    OperatorContext {
        operator: operator.operator,
        name: operator.name.clone(),
        attempt: deployment.attempt,
        parallelism: deployment.parallelism,
        max_parallelism: deployment.max_parallelism,
        job: lane.job.clone(),
        batch_mode: deployment.batch_mode,
        clock: lane.clock.clone(),
        waker: lane.waker.clone().into(),
        io: lane.io.clone(),
        background: background.clone(),
        accumulators: accumulators.clone(),
        events: lane.events.clone(),
        limits: lane.limits.clone(),
        seed: seed(lane.seed, deployment, operator.operator),
    }
}

/// A number that differs between subtasks and operators and is the same in every run with the same lane seed.
fn seed(lane: u64, deployment: &TaskDeployment, operator: OperatorId) -> u64 {
    let attempt = deployment.attempt;
    lane ^ (operator.0 as u64).rotate_left(17) ^ (u64::from(attempt.subtask) << 32 | u64::from(attempt.attempt))
}

/// Children in the chain and edges that a port leads to.
fn targets(deployment: &TaskDeployment, index: usize, port: u32) -> Vec<Target> {
    let children = deployment.chain.iter().enumerate().filter(|(_, o)| o.parent == Some((index, port)));
    let edges = deployment.outputs.iter().enumerate().filter(|(_, e)| e.operator == index && e.port == port);
    children.map(|(i, _)| Target::Operator(i)).chain(edges.map(|(i, _)| Target::Edge(i))).collect()
}

fn writer(
    lane: &LaneContext,
    deployment: &TaskDeployment,
    output: &OutputEdge,
    local: &mut LocalChannels,
) -> Result<Box<dyn EdgeWriter>, TaskError> {
    let subtask = deployment.attempt.subtask;
    let id = |to| ChannelId { edge: output.edge, from: subtask, to, attempt: deployment.attempt.attempt };
    let mut destinations = Vec::with_capacity(output.targets.len());
    for to in output.targets.clone() {
        destinations.push(Peer { subtask: to, route: route(lane, deployment, output.to, to, id(to), local)? });
    }
    let operator = deployment.chain.get(output.operator).map_or_else(String::new, |o| o.name.clone());
    let edge = lane.program.edge(output.edge).ok_or_else(|| unknown_edge(output.edge))?;
    let config = WriterConfig {
        edge: output.edge,
        subtask,
        attempt: deployment.attempt.attempt,
        ship: ship(output.ship),
        parallelism: output.consumers,
        max_parallelism: output.consumer_max_parallelism,
        destinations,
        share: deployment.send_share,
        max_record: lane.max_record,
        batch_records: lane.limits.batch_records,
        batch_bytes: lane.limits.batch_bytes,
        seed: lane.seed ^ u64::from(subtask) << 20 ^ u64::from(output.edge),
        operator,
    };
    Ok(edge.writer(config)?)
}

fn gate(
    lane: &LaneContext,
    deployment: &TaskDeployment,
    input: &InputEdge,
    first_channel: usize,
    local: &mut LocalChannels,
) -> Result<TaskInput, TaskError> {
    let (subtask, attempt) = (deployment.attempt.subtask, deployment.attempt.attempt);
    let mut sources = Vec::with_capacity(input.sources.len());
    for from in input.sources.clone() {
        let id = ChannelId { edge: input.edge, from, to: subtask, attempt };
        sources.push(Peer { subtask: from, route: route(lane, deployment, input.from, from, id, local)? });
    }
    let edge: &Arc<_> = lane.program.edge(input.edge).ok_or_else(|| unknown_edge(input.edge))?;
    let open = sources.len();
    let gate = edge.gate(GateConfig {
        edge: input.edge,
        subtask,
        attempt,
        sources,
        window: deployment.receive_share,
        max_record: lane.max_record,
        batch_records: lane.limits.batch_records,
        batch_bytes: lane.limits.batch_bytes,
    });
    Ok(TaskInput { gate, input: input.input as usize, first_channel, open })
}

/// Same lane: by value. Anywhere else: by its address.
fn route(
    lane: &LaneContext,
    deployment: &TaskDeployment,
    vertex: JobVertexId,
    subtask: u32,
    id: ChannelId,
    local: &mut LocalChannels,
) -> Result<Route, TaskError> {
    let lanes = deployment.placement.lanes.get(&vertex).and_then(|l| l.get(subtask as usize));
    let (worker, slot) =
        *lanes.ok_or_else(|| TaskError::fatal(format!("the placement has no subtask {subtask} of vertex {vertex}")))?;
    let address = SlotAddress { worker, slot };
    if address != lane.address {
        return Ok(Route::Remote(address));
    }
    let share = deployment.send_share.min(LOCAL_SHARE);
    Ok(Route::Local(local.entry(id).or_insert_with(|| LocalChannel::new(share)).clone()))
}

fn unknown_edge(edge: u32) -> TaskError {
    TaskError::fatal(format!("the program has no edge {edge}: it is not the program that was submitted"))
}

fn ship(strategy: ShipStrategy) -> Ship {
    match strategy {
        ShipStrategy::Forward => Ship::Forward,
        ShipStrategy::Rebalance => Ship::Rebalance,
        ShipStrategy::Shuffle => Ship::Shuffle,
        ShipStrategy::Rescale => Ship::Rescale,
        ShipStrategy::Global => Ship::Global,
        ShipStrategy::Broadcast => Ship::Broadcast,
        ShipStrategy::Hash => Ship::KeyGroup,
        ShipStrategy::Custom => Ship::Custom,
    }
}
