//! Tasks and where they run.
//!
//! Tasks deployed together share their placement, which grows with the job: each distinct one is said once, and read once, so that the
//! tasks that are read share it as well.

use super::enums::Numbered;
use super::ids::{read_id, read_port, read_usize, say_id};
use super::{Wire, WireError, read_all, required, say_all};
use crate::proto::model;
use crate::{ChainedOperator, InputEdge, OutputEdge, Placement, TaskDeployment, WorkerAddress};
use std::collections::BTreeMap;
use std::sync::Arc;
use weft_common::{JobId, JobVertexId, OperatorId};
use weft_graph::ShipStrategy;

impl Wire for Vec<TaskDeployment> {
    type Message = model::Deployments;

    fn into_wire(self) -> model::Deployments {
        let mut placements: Vec<Arc<Placement>> = Vec::new();
        let tasks = self.into_iter().map(|task| {
            let known = placements.iter().position(|known| Arc::ptr_eq(known, &task.placement));
            let placement = known.unwrap_or_else(|| {
                placements.push(task.placement.clone());
                placements.len() - 1
            });
            say_task(task, placement as u32)
        });
        let tasks = tasks.collect();
        let placements = placements.into_iter().map(|placement| Placement::clone(&placement).into_wire()).collect();
        model::Deployments { placements, tasks }
    }

    fn from_wire(message: model::Deployments) -> Result<Self, WireError> {
        let placements = message.placements.into_iter().map(|said| Placement::from_wire(said).map(Arc::new));
        let placements = placements.collect::<Result<Vec<_>, _>>()?;
        message.tasks.into_iter().map(|task| read_task(task, &placements)).collect()
    }
}

fn say_task(task: TaskDeployment, placement: u32) -> model::TaskDeployment {
    model::TaskDeployment {
        job: say_id(task.job.0),
        attempt: Some(task.attempt.into_wire()),
        name: task.name,
        parallelism: task.parallelism,
        max_parallelism: task.max_parallelism,
        lane: task.lane,
        chain: say_all(task.chain),
        inputs: say_all(task.inputs),
        outputs: say_all(task.outputs),
        send_share: task.send_share as u64,
        receive_share: task.receive_share as u64,
        batch_mode: task.batch_mode,
        placement,
    }
}

fn read_task(task: model::TaskDeployment, placements: &[Arc<Placement>]) -> Result<TaskDeployment, WireError> {
    let outside = || WireError::Lists {
        field: "TaskDeployment.placement",
        detail: format!("{} of {}", task.placement, placements.len()),
    };
    let placement = placements.get(task.placement as usize).ok_or_else(outside)?.clone();
    Ok(TaskDeployment {
        job: JobId(read_id("TaskDeployment.job", &task.job)?),
        attempt: required("TaskDeployment.attempt", task.attempt)?,
        name: task.name,
        parallelism: task.parallelism,
        max_parallelism: task.max_parallelism,
        lane: task.lane,
        chain: read_all(task.chain)?,
        inputs: read_all(task.inputs)?,
        outputs: read_all(task.outputs)?,
        send_share: read_usize("TaskDeployment.send_share", task.send_share)?,
        receive_share: read_usize("TaskDeployment.receive_share", task.receive_share)?,
        batch_mode: task.batch_mode,
        placement,
    })
}

impl Wire for Placement {
    type Message = model::Placement;

    fn into_wire(self) -> model::Placement {
        let vertices = self.lanes.into_iter().map(|(vertex, subtasks)| {
            let (workers, lanes) = subtasks.into_iter().unzip();
            model::VertexLanes { vertex: say_id(vertex.0), workers, lanes }
        });
        let workers =
            self.workers.into_iter().map(|(worker, address)| model::WorkerAddress { worker, ..address.into_wire() });
        model::Placement { vertices: vertices.collect(), workers: workers.collect() }
    }

    fn from_wire(message: model::Placement) -> Result<Self, WireError> {
        let workers = message.workers.into_iter().map(|said| Ok((said.worker, WorkerAddress::from_wire(said)?)));
        Ok(Placement {
            lanes: message.vertices.into_iter().map(read_lanes).collect::<Result<BTreeMap<_, _>, _>>()?,
            workers: workers.collect::<Result<BTreeMap<_, _>, WireError>>()?,
        })
    }
}

fn read_lanes(vertex: model::VertexLanes) -> Result<(JobVertexId, Vec<(u32, u32)>), WireError> {
    let (workers, lanes) = (vertex.workers, vertex.lanes);
    if workers.len() != lanes.len() {
        let detail = format!("{} lanes of {} workers", lanes.len(), workers.len());
        return Err(WireError::Lists { field: "VertexLanes.lanes", detail });
    }
    Ok((JobVertexId(read_id("VertexLanes.vertex", &vertex.vertex)?), workers.into_iter().zip(lanes).collect()))
}

impl Wire for WorkerAddress {
    type Message = model::WorkerAddress;

    fn into_wire(self) -> model::WorkerAddress {
        let (generation, port) = (self.generation, self.port.into());
        model::WorkerAddress { worker: 0, name: self.name, generation, host: self.host, port }
    }

    fn from_wire(message: model::WorkerAddress) -> Result<Self, WireError> {
        let port = read_port("WorkerAddress.port", message.port)?;
        Ok(WorkerAddress { name: message.name, generation: message.generation, host: message.host, port })
    }
}

impl Wire for ChainedOperator {
    type Message = model::ChainedOperator;

    fn into_wire(self) -> model::ChainedOperator {
        let parent = self.parent.map(|(operator, port)| model::ParentPort { operator: operator as u64, port });
        model::ChainedOperator { operator: say_id(self.operator.0), name: self.name, parent }
    }

    fn from_wire(message: model::ChainedOperator) -> Result<Self, WireError> {
        Ok(ChainedOperator {
            operator: OperatorId(read_id("ChainedOperator.operator", &message.operator)?),
            name: message.name,
            parent: message.parent.map(read_parent).transpose()?,
        })
    }
}

fn read_parent(said: model::ParentPort) -> Result<(usize, u32), WireError> {
    Ok((read_usize("ParentPort.operator", said.operator)?, said.port))
}

impl Wire for InputEdge {
    type Message = model::InputEdge;

    fn into_wire(self) -> model::InputEdge {
        let sources = Some(self.sources.into_wire());
        model::InputEdge { edge: self.edge, input: self.input, from: say_id(self.from.0), sources }
    }

    fn from_wire(message: model::InputEdge) -> Result<Self, WireError> {
        Ok(InputEdge {
            edge: message.edge,
            input: message.input,
            from: JobVertexId(read_id("InputEdge.from", &message.from)?),
            sources: required("InputEdge.sources", message.sources)?,
        })
    }
}

impl Wire for OutputEdge {
    type Message = model::OutputEdge;

    fn into_wire(self) -> model::OutputEdge {
        model::OutputEdge {
            edge: self.edge,
            operator: self.operator as u64,
            port: self.port,
            ship: self.ship.number(),
            to: say_id(self.to.0),
            consumers: self.consumers,
            consumer_max_parallelism: self.consumer_max_parallelism,
            targets: Some(self.targets.into_wire()),
        }
    }

    fn from_wire(message: model::OutputEdge) -> Result<Self, WireError> {
        Ok(OutputEdge {
            edge: message.edge,
            operator: read_usize("OutputEdge.operator", message.operator)?,
            port: message.port,
            ship: ShipStrategy::from_number("OutputEdge.ship", message.ship)?,
            to: JobVertexId(read_id("OutputEdge.to", &message.to)?),
            consumers: message.consumers,
            consumer_max_parallelism: message.consumer_max_parallelism,
            targets: required("OutputEdge.targets", message.targets)?,
        })
    }
}
